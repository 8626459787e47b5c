"""Path parameters: the shapes an id or a name may have. Anything else never reaches the store."""

import re
from typing import Annotated, Final

from fastapi import Path

ID_PATTERN: Final = r"^[A-Za-z0-9_.-]{1,64}$"
STREAM_ID: Final = re.compile(r"[0-9]{1,20}-[0-9]{1,20}")

TaskId = Annotated[str, Path(description="A task's id: the scenario's id, a dot, and a part of its own.", pattern=ID_PATTERN)]
ScenarioId = Annotated[str, Path(description="A scenario's id.", pattern=ID_PATTERN)]
ServiceName = Annotated[str, Path(description="A service, as templates name it: `text-service`.", pattern=ID_PATTERN)]
TemplateName = Annotated[str, Path(description="A template's name.", pattern=ID_PATTERN)]

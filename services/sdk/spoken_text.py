"""The text an upstream task left, whichever worker wrote it: our Narration, a text file, or a string in its `result`."""

from typing import Any

from pydantic import ValidationError

from processing_service.contract.errors import BadInput
from processing_service.contract.task import Upstream
from services.sdk.narration import Narration
from services.sdk.operation import Context


def read_text(upstream: Upstream, context: Context) -> Narration | str | None:
    """A Narration where there is one, else the bare text, else None when the task left neither a text nor a reference.

    Raises BadInput when the text is somewhere this service cannot read.
    """
    ref = upstream.result_ref or ""
    if ref.startswith("artifact://") and ref.endswith(".json"):
        document = context.read_json(ref)
        try:
            return Narration.model_validate(document)
        except ValidationError:
            if text := _said(document):
                return text
    if ref.startswith("artifact://") and ref.endswith((".txt", ".md")):
        return context.open(ref).read_text(encoding="utf-8", errors="replace")
    if text := _said(upstream.result):
        return text
    if ref:
        raise BadInput(
            f"the text of task {upstream.id} is at {ref[:200]}, which this service cannot read; report the text as `result` "
            '(a string or {"text": …}) or upload it with POST /artifacts',
            code="foreign-ref",
        )
    return None


def _said(value: Any) -> str:
    """The text in a result: the string itself, or under the name a text usually has."""
    if isinstance(value, dict):
        value = next((value[name] for name in ("text", "narration", "content") if isinstance(value.get(name), str)), "")
    return value if isinstance(value, str) and value.strip() else ""

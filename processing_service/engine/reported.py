"""What became of a report."""

from dataclasses import dataclass

from processing_service.engine.view import TaskView


@dataclass(frozen=True, slots=True)
class Reported:
    """An accepted report. `repeated`: it had been accepted before, and nothing was counted twice.

    `lease_until` (epoch milliseconds) and `lease_token` are the holder's when the report claimed or renewed; `cancel` tells a
    holder to stop.
    """

    task: TaskView
    repeated: bool = False
    lease_until: int = 0
    lease_token: str = ""
    cancel: bool = False


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of the answer to a batch: `answer` is the store's word, `code` the problem's when there is one."""

    task_id: str
    answer: str
    code: str = ""
    detail: str = ""
    status: str = ""
    attempt: int = 0
    lease_until: int = 0
    lease_token: str = ""
    cancel: bool = False

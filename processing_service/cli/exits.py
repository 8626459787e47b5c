"""How every command ends: exit codes that mean something, and errors as a sentence with the next thing to try."""

from enum import IntEnum

import click

from processing_service.contract.errors import Problem, ScenariesError
from processing_service.contract.status import Status


class Exit(IntEnum):
    """The exit codes of `scenaries`; `scenaries --help` prints them."""

    OK = 0
    FAILED = 1  #         the scenario failed, or a check found something wrong
    USAGE = 2
    TEMPLATE = 3  #       invalid template
    NOT_FOUND = 4
    UNREACHABLE = 5  #    Redis or the API does not answer
    CANCELLED = 6
    TIMEOUT = 124  #      as timeout(1)
    INTERRUPTED = 130  #  as a shell says it: 128 + SIGINT


OUTCOME = {Status.SUCCESS: Exit.OK, Status.FAILED: Exit.FAILED, Status.SKIPPED: Exit.FAILED, Status.CANCELLED: Exit.CANCELLED}

_BY_CODE = {
    "template-invalid": Exit.TEMPLATE,
    "template-limit": Exit.TEMPLATE,
    "unknown-scenario": Exit.NOT_FOUND,
    "not-found": Exit.NOT_FOUND,
    "validation": Exit.USAGE,
    "store-unavailable": Exit.UNREACHABLE,
    "queue-full": Exit.UNREACHABLE,
    "embedded-server": Exit.UNREACHABLE,
    "no-server": Exit.UNREACHABLE,
    "state-locked": Exit.UNREACHABLE,
}


class CommandError(click.ClickException):
    """A command cannot do what it was asked. `hint` is the next thing to try; `problems` are listed one by one."""

    def __init__(self, message: str, *, exit: Exit, code: str = "", hint: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.exit = exit
        self.code = code or exit.name.lower().replace("_", "-")
        self.hint = hint
        self.problems = problems

    @classmethod
    def of(cls, error: ScenariesError) -> "CommandError":
        """The same error with its exit code; the first problem's own code is more precise than `validation`."""
        codes = [*(problem.code for problem in error.problems), error.code]
        found = next((_BY_CODE[code] for code in codes if code in _BY_CODE and code != "validation"), None)
        return cls(error.detail, exit=found or _BY_CODE.get(error.code, Exit.FAILED), code=error.code, problems=error.problems)

    def show(self, file: object = None) -> None:
        """Print the sentence, each problem and the hint on stderr."""
        click.secho("✕ ", fg="red", bold=True, nl=False, err=True)
        click.echo(self.message, err=True)
        for problem in self.problems:
            place = f"{problem.file}:{problem.line}: " if problem.line else f"{problem.pointer}: " if problem.pointer else ""
            click.echo(f"  {place}{problem.message} [{problem.code}]", err=True)
            if problem.help:
                click.echo(f"    {problem.help}", err=True)
        if self.hint:
            click.echo(f"  {self.hint}", err=True)

    def as_json(self) -> dict[str, object]:
        """The error as `--json` prints it."""
        fields = ("code", "message", "help", "pointer", "file", "line", "column", "severity")
        problems = [{name: getattr(problem, name) for name in fields} for problem in self.problems]
        return {"error": {"code": self.code, "detail": self.message, "hint": self.hint, "errors": problems}}

"""The command line's manners: help without imports, typos answered, errors with their exit codes."""

import json
import subprocess
import sys

import click
import pytest

from processing_service.cli import main
from processing_service.cli.exits import CommandError, Exit
from processing_service.contract.errors import InvalidRequest, NotFound, Problem, StoreUnavailable, TemplateError


def test_every_listed_command_exists_and_says_what_it_does() -> None:
    """The list of commands and the commands themselves agree."""
    for name in main.COMMANDS:
        command = main.cli.get_command(click.Context(main.cli), name)
        assert command is not None
        assert command.name == name
        assert command.help


def test_help_lists_all_commands_and_imports_none_of_the_heavy_parts() -> None:
    """`scenaries --help` answers in a blink: neither FastAPI nor redis, pydantic, httpx or rich is imported for it."""
    heavy = ["fastapi", "redis", "pydantic", "httpx", "rich", "jinja2", "yaml", "asyncio", "structlog"]
    script = (
        "import sys; from processing_service.cli.main import perform\n"
        f"code = perform(['--help']); print([name for name in {heavy} if name in sys.modules], code)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0"
    assert all(f"  {name} " in done.stdout for name in main.COMMANDS)


def test_a_typo_is_answered_with_the_nearest_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Usage errors are exit code 2."""
    assert main.perform(["vaildate"]) == Exit.USAGE
    assert "Did you mean 'validate'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TemplateError("broken"), Exit.TEMPLATE),
        (NotFound(), Exit.NOT_FOUND),
        (StoreUnavailable(), Exit.UNREACHABLE),
        (InvalidRequest("bad"), Exit.USAGE),
        (InvalidRequest("no", problems=(Problem("unknown-scenario", "no template"),)), Exit.NOT_FOUND),
        (InvalidRequest("no", code="unknown-scenario"), Exit.NOT_FOUND),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: Exception, code: Exit) -> None:
    """A program that calls us can tell what went wrong without reading."""
    assert CommandError.of(error).exit == code  # type: ignore[arg-type]


def test_with_json_an_error_is_an_object_on_stdout(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    """The sentence goes to stderr, the object to stdout."""
    monkeypatch.setenv("SCENARIES_STATE", str(tmp_path))
    monkeypatch.delenv("SCENARIES_API_URL", raising=False)
    assert main.perform(["ps", "--json"]) == Exit.UNREACHABLE
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["code"] == "no-engine"
    assert "scenaries up" in captured.err


def test_problems_are_listed_with_place_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Every mistake is told, not only the first."""
    problems = (
        Problem("unknown-consumer", "nobody has this id", "did you mean `x`?", file="a.yml", line=7),
        Problem("out-of-range", "1 to 50", pointer="/slides_count"),
    )
    CommandError("two mistakes", exit=Exit.TEMPLATE, problems=problems).show()
    said = capsys.readouterr().err
    assert "a.yml:7: nobody has this id [unknown-consumer]" in said
    assert "did you mean `x`?" in said
    assert "/slides_count: 1 to 50 [out-of-range]" in said


def test_without_its_packages_the_command_line_says_what_to_install() -> None:
    """`pip install 'scenaries[voice]'` brings the script along: a sentence and exit code 2, no traceback."""
    program = "import sys; sys.modules['click'] = None; from processing_service.cli.entry_point import main; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert "pip install 'scenaries[api]'" in done.stderr
    assert "python -m services.voice" in done.stderr
    assert "Traceback" not in done.stderr

"""`scenaries validate`: every mistake of a template at once, with its line shown."""

import json
import secrets
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from processing_service.cli.exits import CommandError, Exit
from processing_service.contract.errors import InvalidRequest, Problem, TemplateError

_STDIN = "-"
_SUFFIXES = {".yml", ".yaml"}


@dataclass(frozen=True, slots=True)
class Checked:
    """One document: what is wrong with it, and what it makes with its default variables."""

    file: str
    source: str
    problems: tuple[Problem, ...]
    name: str = ""
    tasks: int = 0

    @property
    def valid(self) -> bool:
        return not any(problem.severity == "error" for problem in self.problems)


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE|FOLDER|-]...")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", help="How to print.")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
def validate(*, files: tuple[str, ...], form: str, as_json: bool) -> int:
    """Check template files; without FILE the ones this folder's engine would use.

    Exit code 0: valid, also with warnings; 3: mistakes.
    """
    checked = [check(source, file) for file, source in _documents(files)]
    match "json" if as_json else form:
        case "json":
            click.echo(json.dumps([_as_json(document) for document in checked], ensure_ascii=False))
        case "github":
            for document in checked:
                for problem in document.problems:
                    click.echo(github_line(problem))
        case _:
            _print(checked)
    return Exit.OK if all(document.valid for document in checked) else Exit.TEMPLATE


def check(source: str, file: str) -> Checked:
    """Read a document and expand it with its default variables."""
    from processing_service.templates.document import BrokenTemplate, load
    from processing_service.templates.expand import expand
    from processing_service.templates.limits import Limits

    limits = Limits()
    template = load(source, file, limits, fallback_name=Path(file).stem)
    if isinstance(template, BrokenTemplate):
        return Checked(file, source, template.problems, template.name)
    try:
        expansion = expand(template, secrets.token_hex(6), datetime.now(UTC), {}, limits)
    except TemplateError as error:
        return Checked(file, source, (*template.warnings, *error.problems), template.name)
    except InvalidRequest as error:
        # A variable without a default: the document cannot be expanded without a request. That is a choice, no mistake.
        notes = tuple(replace(problem, severity="warning", file=file) for problem in error.problems)
        return Checked(file, source, (*template.warnings, *notes), template.name)
    return Checked(file, source, expansion.warnings, template.name, len(expansion.records))


def excerpt(problem: Problem, source: str) -> Iterator[str]:
    """A problem as a compiler shows it: the sentence, the place, the line, the help."""
    place = f"{problem.file}:{problem.line}" + (f":{problem.column}" if problem.column else "")
    lines = source.splitlines()
    if 1 <= problem.line <= len(lines):
        number = str(problem.line)
        margin = " " * len(number)
        yield f"{margin}--> {place}"
        yield f"{margin} |"
        yield f"{number} | {lines[problem.line - 1]}"
        if problem.column:
            yield f"{margin} | {' ' * (problem.column - 1)}^"
        if problem.help:
            yield f"{margin} = help: {problem.help}"
    else:
        yield f"  --> {place if problem.line else problem.file}"
        if problem.help:
            yield f"   = help: {problem.help}"


def github_line(problem: Problem) -> str:
    """A problem as a workflow command that GitHub shows beside the line."""
    kind = "error" if problem.severity == "error" else "warning"
    text = f"{problem.message}. {problem.help}".strip()
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    place = f"file={problem.file},line={max(problem.line, 1)}" + (f",col={problem.column}" if problem.column else "")
    return f"::{kind} {place},title={problem.code}::{escaped}"


def _documents(files: Sequence[str]) -> Iterator[tuple[str, str]]:
    for path in _expanded(files) if files else _own():
        if str(path) == _STDIN:
            yield "<stdin>", sys.stdin.read()
            continue
        try:
            yield str(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} is not UTF-8.", exit=Exit.TEMPLATE, hint="Save it as UTF-8.") from error
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.", exit=Exit.NOT_FOUND) from error


def _expanded(files: Sequence[str]) -> Iterator[Path]:
    for name in files:
        path = Path(name)
        if path.is_dir():
            yield from sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES)
        else:
            yield path


def _own() -> Iterator[Path]:
    from processing_service.settings import Settings
    from processing_service.templates.catalog import default_paths

    found = list(_expanded([str(path) for path in Settings().templates or default_paths(Path.cwd())]))
    if not found:
        raise CommandError("there is no template here.", exit=Exit.NOT_FOUND, hint="Name a file: scenaries validate my.yml")
    yield from found


def _print(checked: Sequence[Checked]) -> None:
    for document in checked:
        for problem in document.problems:
            colour = "red" if problem.severity == "error" else "yellow"
            click.echo(f"{click.style(f'{problem.severity}[{problem.code}]', fg=colour, bold=True)}: {problem.message}")
            click.echo("\n".join(excerpt(problem, document.source)) + "\n")
        if document.valid:
            count = f": {document.tasks} tasks" if document.tasks else ""
            click.echo(f"{click.style('✓', fg='green')} {document.file} {document.name}{count}")
        else:
            errors = sum(problem.severity == "error" for problem in document.problems)
            click.echo(f"{click.style('✕', fg='red')} {document.file}: {errors} {'mistake' if errors == 1 else 'mistakes'}")


def _as_json(document: Checked) -> dict[str, object]:
    return {
        "file": document.file,
        "name": document.name,
        "valid": document.valid,
        "tasks": document.tasks,
        "problems": [asdict(problem) for problem in document.problems],
    }

"""`scenaries validate`: every mistake of a template at once, with its line shown."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from processing_service.cli.exits import CommandError, Exit
from processing_service.contract.errors import Problem

if TYPE_CHECKING:
    from processing_service.cli.checking import Checked

_STDIN = "-"
_SUFFIXES = {".yml", ".yaml"}


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE|FOLDER|-]...")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", help="How to print.")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
def validate(*, files: tuple[str, ...], form: str, as_json: bool) -> int:
    """Check template files; without FILE the ones this folder's engine would use.

    Exit code 0: valid, also with warnings; 3: mistakes.
    """
    from processing_service.cli.checking import Checker

    with Checker(known_services()) as checker:
        checked = [checker.check(source, file) for file, source in _documents(files)]
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


def known_services() -> frozenset[str]:
    """Our own services, and those that somebody works for at the engine of this folder, if one runs."""
    from processing_service.cli.client import Api
    from processing_service.cli.engine_file import engine_url
    from processing_service.cli.local_system import SERVICES

    try:
        with Api(engine_url(None), patience=1) as api:
            served = {str(queue["service"]) for queue in api.queues() if queue["workers"]}
    except CommandError:
        served = set()
    return frozenset(served | SERVICES.keys())


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


def _print(checked: Sequence["Checked"]) -> None:
    from processing_service.cli.display import counted

    for document in checked:
        for problem in document.problems:
            colour = "red" if problem.severity == "error" else "yellow"
            click.echo(f"{click.style(f'{problem.severity}[{problem.code}]', fg=colour, bold=True)}: {problem.message}")
            click.echo("\n".join(excerpt(problem, document.source)) + "\n")
        if document.valid:
            count = f": {counted(document.tasks)}" if document.tasks else ""
            click.echo(f"{click.style('✓', fg='green')} {document.file} {document.name}{count}")
        else:
            errors = sum(problem.severity == "error" for problem in document.problems)
            click.echo(f"{click.style('✕', fg='red')} {document.file}: {errors} {'mistake' if errors == 1 else 'mistakes'}")


def _as_json(document: "Checked") -> dict[str, object]:
    return {
        "file": document.file,
        "name": document.name,
        "valid": document.valid,
        "tasks": document.tasks,
        "problems": [asdict(problem) for problem in document.problems],
    }

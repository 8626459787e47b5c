"""`scenaries run` and `scenaries demo`: a scenario from a line of text to a film on disk."""

import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import click

from processing_service.cli.exits import OUTCOME, CommandError, Exit
from processing_service.contract.status import Status

_DEMO = {"en": "How tides work", "ru": "Как устроены приливы"}

_url = click.option("--url", envvar="SCENARIES_API_URL", help="Use the engine at this address.")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")


@click.command()
@click.argument("name")
@click.option("-d", "--description", help="What the film is about (variable PROMPT).")
@click.option("-n", "--slides", type=click.IntRange(min=1), help="How many slides (variable N_SLIDES).")
@click.option("--text", type=click.File(encoding="utf-8"), help="A text file to narrate (variable TEXT); - is stdin.")
@click.option("-v", "--variable", "variables", multiple=True, metavar="NAME=VALUE", help="Any other variable; JSON or text.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where the film goes.")
@click.option("--detach", is_flag=True, help="Leave it to a running engine and print the scenario's id.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Cancel it after so long.")
@_json
@_url
def run(
    *,
    name: str,
    description: str | None,
    slides: int | None,
    text: Any,
    variables: tuple[str, ...],
    output: Path | None,
    detach: bool,
    timeout: float | None,
    as_json: bool,
    url: str | None,
) -> int:
    """Start scenario NAME, follow it, and fetch its film.

    Uses the engine of this state folder if one runs, else starts one for the job. Ctrl-C cancels the scenario.

    \b
      scenaries run CreateVideo -d "Создай видео про котов" -n 3 -o cats.mp4
      scenaries run CreateVideo -d "How tides work" --text article.md -n 5
    """
    values = {**_variables(variables), **({"TEXT": text.read()} if text else {})}
    body: dict[str, Any] = {"scenario": name}
    body |= {"description": description} if description is not None else {}
    body |= {"slides_count": slides} if slides is not None else {}
    body |= {"variables": values} if values else {}
    return perform(body, output=output, detach=detach, timeout=timeout, as_json=as_json, url=url)


@click.command()
@click.option("--language", type=click.Choice(sorted(_DEMO)), default="en", help="Language of the film.")
@click.option("-n", "--slides", type=click.IntRange(min=1), default=4, help="How many slides.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: films/demo.mp4.")
@click.option("--open", "open_", is_flag=True, help="Show the film when it is finished.")
@_json
@_url
def demo(*, language: str, slides: int, output: Path | None, open_: bool, as_json: bool, url: str | None) -> int:
    """Make a narrated film about the tides: no account, no network, no Docker."""
    text = (resources.files("processing_service.cli") / "demo" / f"{language}.txt").read_text(encoding="utf-8")
    body = {
        "scenario": "CreateVideo",
        "description": _DEMO[language],
        "slides_count": slides,
        "variables": {"TEXT": text.strip()},
    }
    target = output or Path("films/demo.mp4")
    code = perform(body, output=target, as_json=as_json, url=url)
    if open_ and code == Exit.OK:
        click.launch(str(target))
    return code


def perform(
    body: dict[str, Any],
    *,
    output: Path | None,
    as_json: bool,
    url: str | None,
    detach: bool = False,
    timeout: float | None = None,
) -> int:
    """Submit `body`, show what happens on stderr, print the film's path (or the report) on stdout; the exit code."""
    from processing_service.cli import display, result
    from processing_service.cli.interrupts import Interrupts
    from processing_service.cli.job import Job
    from processing_service.settings import Settings

    with Interrupts().installed() as interrupts:
        if detach:
            job = Job(Settings(), body, url, output, timeout, display.PlainDisplay(), interrupts)
            scenario_id = job.detach()
            click.echo(json.dumps({"scenario_id": scenario_id}) if as_json else scenario_id)
            click.echo(f"follow it: scenaries watch {scenario_id}", err=True)
            return Exit.OK
        with display.opened(quiet=as_json) as shown:
            job = Job(Settings(), body, url, output, timeout, shown, interrupts)
            board, report = job.perform()
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
    elif board.status is Status.SUCCESS:
        _tell(report, result.film_line(report["result"], report["bytes"]))
    else:
        for line in result.failure_lines(board):
            click.secho(f"  {line}", fg="red", err=True)
        click.echo(f"  all of it: scenaries get {board.scenario_id}", err=True)
    return OUTCOME[board.status]


def _tell(report: dict[str, Any], film: str) -> None:
    beside = " · ".join(f"{kind} {report[kind]}" for kind in ("captions", "poster") if report.get(kind))
    for line in filter(None, (film if report["output"] else "", beside)):
        click.echo(f"  {line}", err=True)
    sys.stderr.flush()
    for place in filter(None, (report["output"], *report["elsewhere"])):
        click.echo(place)


def _variables(given: tuple[str, ...]) -> dict[str, Any]:
    """`NAME=VALUE` pairs; a value that is JSON is that value, anything else is text."""
    found: dict[str, Any] = {}
    for pair in given:
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise CommandError(f"a variable is written NAME=VALUE, not {pair!r}.", exit=Exit.USAGE)
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found

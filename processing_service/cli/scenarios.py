"""Commands about what is running: `ps`, `watch`, `get`, `cancel`, `queues`."""

import json
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from processing_service.cli.exits import OUTCOME, Exit
from processing_service.contract.status import TERMINAL, Status

_url = click.option("--url", help="Use the engine at this address.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
_id = click.argument("id")
_COLOURS = {
    Status.SUCCESS: "green",
    Status.FAILED: "red",
    Status.PROCESSING: "cyan",
    Status.CANCELLED: "yellow",
}


@click.command()
@click.option("-n", "--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="How many.")
@click.option("--status", type=click.Choice([str(status) for status in Status]), help="Only those.")
@click.option("-q", "--quiet", is_flag=True, help="Print ids only.")
@_json
@_url
def ps(*, limit: int, status: str | None, quiet: bool, as_json: bool, url: str | None) -> int:
    """List scenarios, newest first."""
    with _api(url) as api:
        items = api.page(limit, status=status)["items"]
    if as_json:
        click.echo(json.dumps(items, ensure_ascii=False))
    elif quiet:
        click.echo("".join(f"{item['scenario_id']}\n" for item in items), nl=False)
    elif not items:
        click.echo("no scenarios yet; start one with `scenaries run`", err=True)
    else:
        rows = [
            (
                item["scenario_id"],
                item["name"],
                item["status"],
                f"{item['progress']:.0%}" if item["progress"] <= 1 else f"{item['progress']:.0f}%",
                str(sum(item["counts"].values())),
                _age(item["created_at"]),
            )
            for item in items
        ]
        _table(("SCENARIO", "NAME", "STATUS", "DONE", "TASKS", "STARTED"), rows)
    return Exit.OK


@click.command()
@_id
@click.option("--json", "as_json", is_flag=True, help="Print a JSON line per change on stdout, and last the report of `run`.")
@_url
def watch(*, id: str, as_json: bool, url: str | None) -> int:
    """Follow scenario ID live; the exit code is its outcome. Ctrl-C only stops watching."""
    from contextlib import nullcontext

    from processing_service.cli import display, names, result
    from processing_service.cli.follow import follow

    board = None
    with _api(url) as api:
        scenario_id = names.scenario_id(api, id)
        with nullcontext(display.JsonDisplay()) if as_json else display.opened() as shown:
            for board, changed in follow(api, scenario_id):
                shown.show(board, changed)
        at = api.url
    assert board
    if as_json:
        report = result.report(board, result.unfetched(board), url=at, seconds=board.seconds(time.time()) or 0.0)
        click.echo(json.dumps({"type": "report", **report}, ensure_ascii=False))
    elif board.status is not Status.SUCCESS:
        for line in result.failure_lines(board):
            click.secho(f"  {line}", fg="red", err=True)
    return OUTCOME[board.status]


@click.command()
@_id
@click.option("--json", is_flag=True, expose_value=False, help="As without it: it is JSON in any case.")
@_url
def get(*, id: str, url: str | None) -> int:
    """Print scenario or task ID as JSON."""
    from processing_service.cli import names

    with _api(url) as api:
        found = api.task(names.task_id(api, id)) if "." in id else api.scenario(names.scenario_id(api, id))
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    return Exit.OK


@click.command()
@_id
@click.option("--reason", default="cancelled from the command line", help="Kept with the scenario.")
@_json
@_url
def cancel(*, id: str, reason: str, as_json: bool, url: str | None) -> int:
    """Cancel scenario ID. What is finished stays; workers stop at their next heartbeat."""
    from processing_service.cli import names

    with _api(url) as api:
        view = api.cancel(names.scenario_id(api, id), reason)
    if as_json:
        click.echo(json.dumps(view, ensure_ascii=False))
    elif view["status"] in TERMINAL:
        click.echo(f"{view['scenario_id']} is {view['status']}", err=True)
    else:
        click.echo(f"{view['scenario_id']}: nothing of it starts any more; workers let go of what they hold", err=True)
    return Exit.OK


@click.command()
@_json
@_url
def queues(*, as_json: bool, url: str | None) -> int:
    """Show how each service stands: what waits, what is being done, who works."""
    with _api(url) as api:
        found = api.queues()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return Exit.OK
    rows = [
        (
            queue["service"],
            *(str(queue[name]) for name in ("ready", "processing", "delayed", "dead", "workers")),
            "" if (oldest := queue["oldest_ready_seconds"]) is None else f"{oldest:.0f} s",
        )
        for queue in found
    ]
    _table(("SERVICE", "READY", "PROCESSING", "DELAYED", "DEAD", "WORKERS", "OLDEST"), rows)
    for queue in found:
        if queue["ready"] and not queue["workers"]:
            click.echo(f"nobody works for {queue['service']}: scenaries worker {queue['service']}", err=True)
    return Exit.OK


def _api(url: str | None) -> Any:
    from processing_service.cli.client import Api
    from processing_service.cli.engine_file import engine_url

    return Api(engine_url(url))


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns for people; a status in its colour where stdout is a terminal."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    click.secho("  ".join(cell.ljust(width) for cell, width in zip(header, widths, strict=True)).rstrip(), dim=True)
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        coloured = (
            click.style(cell, fg=_COLOURS.get(Status(text))) if text in set(Status) else cell
            for cell, text in zip(cells, row, strict=True)
        )
        click.echo("  ".join(coloured).rstrip())


def _age(created_at: str) -> str:
    seconds = max(0.0, time.time() - datetime.fromisoformat(created_at).timestamp())
    for limit, size, unit in ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds / 86_400:.0f} d ago"

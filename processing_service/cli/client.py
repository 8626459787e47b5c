"""The engine's HTTP API as the commands use it; the only module of the command line that knows httpx."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from processing_service.cli.exits import CommandError, Exit
from processing_service.contract.errors import Problem, ScenariesError

_PATIENCE = 15.0  # seconds that an engine may be away, restarting, before a command gives up
_SILENCE = 40.0  # seconds without a byte on an event stream; the API comments every 15 s


class EngineGone(CommandError):
    """Nobody answers at the engine's address any more."""

    def __init__(self, url: str, cause: object) -> None:
        super().__init__(
            f"the engine at {url} does not answer ({cause}).",
            exit=Exit.UNREACHABLE,
            code="engine-unreachable",
            hint="`scenaries doctor` says what is wrong; `scenaries up` starts one.",
        )


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One server-sent event: its id to resume after, its type, its JSON."""

    id: str
    type: str
    data: dict[str, Any]


class Api:
    """One engine. Every method raises CommandError: EngineGone when nobody answers for `patience` seconds, else a refusal."""

    def __init__(self, url: str, *, patience: float = _PATIENCE, hopeless: Callable[[], bool] = lambda: False) -> None:
        """`hopeless()` tells that waiting is in vain, for instance because the engine's process has ended."""
        self.url = url.rstrip("/")
        self._patience = patience
        self._hopeless = hopeless
        # trust_env: a proxy of the environment must not stand between a command and an engine on this machine.
        self._http = httpx.Client(base_url=self.url, timeout=httpx.Timeout(30, connect=5), trust_env=False)

    @property
    def hopeless(self) -> bool:
        """Whether waiting for this engine is in vain."""
        return self._hopeless()

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def generate(self, body: dict[str, Any], key: str) -> dict[str, Any]:
        """POST /generate. Safe to repeat while the engine restarts: the idempotency key makes it one scenario."""
        return self._json("POST", "/generate", json=body, headers={"Idempotency-Key": key})

    def scenario(self, scenario_id: str) -> dict[str, Any]:
        return self._json("GET", f"/scenarios/{scenario_id}")

    def task(self, task_id: str) -> dict[str, Any]:
        return self._json("GET", f"/tasks/{task_id}")

    def cancel(self, scenario_id: str, reason: str) -> dict[str, Any]:
        return self._json("POST", f"/scenarios/{scenario_id}/cancel", json={"reason": reason})

    def queues(self) -> list[dict[str, Any]]:
        answer = self._json("GET", "/queues")
        return list(answer["items"])

    def page(self, limit: int, *, cursor: str | None = None, status: str | None = None) -> dict[str, Any]:
        """One page of scenarios, newest first: `items` and `next_cursor`."""
        wanted = {"limit": limit, "cursor": cursor, "status": status}
        return self._json("GET", "/scenarios", params={key: value for key, value in wanted.items() if value is not None})

    def health(self) -> dict[str, Any]:
        return self._json("GET", "/health")

    def is_ready(self) -> bool:
        """Whether the engine answers and can reach its Redis, right now."""
        try:
            return self._http.get("/readyz", timeout=2).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def events(self, scenario_id: str, after: str | None) -> Iterator[ServerEvent]:
        """The events of a scenario from `after` on, until the stream ends or breaks (EngineGone, at once: the caller resumes)."""
        headers = {"Last-Event-ID": after} if after else {}
        path = f"/scenarios/{scenario_id}/events"
        try:
            with self._http.stream("GET", path, headers=headers, timeout=httpx.Timeout(_SILENCE, connect=5)) as answer:
                if answer.status_code == httpx.codes.NO_CONTENT:
                    return
                if answer.status_code != httpx.codes.OK:
                    answer.read()
                    raise self._refusal(answer)
                yield from parse_events(answer.iter_lines())
        except httpx.TransportError as error:
            raise EngineGone(self.url, error) from error

    def download(self, href: str, target: Path) -> int:
        """Write what is behind a link of the API to a file, whole or not at all; its size in bytes."""
        part = target.with_name(f".{target.name}.part")
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._http.stream("GET", href) as answer, part.open("wb") as file:
                if answer.status_code != httpx.codes.OK:
                    answer.read()
                    raise self._refusal(answer)
                for chunk in answer.iter_bytes():
                    file.write(chunk)
            part.replace(target)
        except httpx.TransportError as error:
            raise EngineGone(self.url, error) from error
        finally:
            part.unlink(missing_ok=True)
        return target.stat().st_size

    def _json(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        deadline = time.monotonic() + self._patience
        pause = 0.05
        while True:
            try:
                answer = self._http.request(method, path, **arguments)
            except httpx.TransportError as error:
                if self._hopeless() or time.monotonic() > deadline:
                    raise EngineGone(self.url, error) from error
            else:
                if answer.is_success:
                    return dict(answer.json())
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                    raise self._refusal(answer)
            time.sleep(pause)
            pause = min(pause * 2, 1.0)

    def _refusal(self, answer: httpx.Response) -> CommandError:
        """A problem+json answer as the same error that the engine raised."""
        try:
            problem = dict(answer.json())
        except ValueError:
            return CommandError(f"{self.url} answers {answer.status_code}: is it an engine?", exit=Exit.UNREACHABLE)
        fields = {"code", "message", "help", "pointer", "file", "line", "column", "severity"}
        problems = tuple(
            Problem(**{key: value for key, value in item.items() if key in fields and value is not None})
            for item in problem.get("errors", ())
        )
        detail = str(problem.get("detail") or problem.get("title") or f"refused with {answer.status_code}")
        return CommandError.of(ScenariesError(detail, code=str(problem.get("code", "")), problems=problems))


def parse_events(lines: Iterator[str]) -> Iterator[ServerEvent]:
    """Server-sent events out of their lines (WHATWG HTML, 9.2.6), those with data. Comments and retry times are passed over."""
    id_, kind = "", "message"
    data: list[str] = []
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield ServerEvent(id_, kind, json.loads("\n".join(data)))
            kind, data = "message", []
        elif field == "id":
            id_ = value
        elif field == "event":
            kind = value
        elif field == "data":
            data.append(value)

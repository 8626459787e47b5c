"""Through the HTTP API: for a worker that reaches the engine but not its Redis."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import httpx

from processing_service.contract.errors import InvalidRequest, StoreUnavailable
from processing_service.contract.task import ClaimedTask, Report
from services.sdk.transport import Answer, Presence, SignOfLife, Standing, standing_of

_BATCH = 100  # signs of life in one request, as the API bounds it
_SECONDS = 10.0  # for any answer, beyond the time the engine was asked to wait
_MISTAKES = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY})


class HttpTransport:
    """Claims and reports at one API. Anything but a clear answer is StoreUnavailable: asking again cannot do harm."""

    def __init__(self, api_url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(base_url=api_url, timeout=_SECONDS, transport=transport)

    async def claim(self, service: str, *, worker: str, limit: int, wait: float, lease: float) -> list[ClaimedTask]:
        wanted = {"worker": worker, "max": limit, "wait": wait, "lease": lease}
        answer = await self._post(f"/queues/{service}/claim", wanted, wait=wait)
        return [ClaimedTask.model_validate(task) for task in answer["tasks"]]

    async def heartbeat(self, service: str, worker: str, beats: Sequence[SignOfLife]) -> list[Answer]:
        answers = []
        for start in range(0, len(beats), _BATCH):
            batch = beats[start : start + _BATCH]
            body = {"worker": worker, "tasks": [_beat(beat) for beat in batch]}
            lines = (await self._post(f"/queues/{service}/heartbeat", body))["answers"]
            answers += [_answer(beat.report, line) for beat, line in zip(batch, lines, strict=True)]
        return answers

    async def report(self, service: str, task_id: str, report: Report) -> Answer:
        line = {"task_id": task_id, **report.model_dump(mode="json", exclude_none=True)}
        try:
            answer = await self._post(f"/queues/{service}/report", {"reports": [line]})
        except InvalidRequest as error:
            return Answer(Standing.REFUSED, error.detail)
        return _answer(report, answer["answers"][0])

    async def present(self, presence: Presence) -> None:
        await self._post(f"/queues/{presence.service}/heartbeat", {"worker": presence.worker, "tasks": []})

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, path: str, body: Mapping[str, Any], wait: float = 0.0) -> dict[str, Any]:
        try:
            response = await self._client.post(path, json=body, timeout=wait + _SECONDS)
            if response.status_code in _MISTAKES:
                raise InvalidRequest(_detail(response))
            if not response.is_success:
                raise StoreUnavailable(f"the API answered {response.status_code} to {path}: {_detail(response)}")
            answer: dict[str, Any] = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise StoreUnavailable(f"the API at {self._client.base_url} does not answer: {error!r}") from error
        return answer


def _beat(beat: SignOfLife) -> dict[str, Any]:
    return {"task_id": beat.task_id, **beat.report.model_dump(mode="json", exclude_none=True, exclude={"status", "worker"})}


def _answer(report: Report, line: Mapping[str, Any]) -> Answer:
    return standing_of(report.status, line["answer"], line["code"], cancel=line["cancel"])


def _detail(response: httpx.Response) -> str:
    """The sentence of a problem+json body, or the start of whatever came instead (a proxy's page)."""
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return response.text[:200]

"""Straight on Redis, through the worker's half of the store: what our own services use beside the engine."""

from collections.abc import Sequence

from processing_service.contract.task import ClaimedTask, Report
from processing_service.store.connection import connect
from processing_service.store.keys import PlainKeys
from processing_service.store.queue import QueueStore, ReportAnswer
from services.sdk.transport import Answer, Presence, SignOfLife, standing_of


class RedisTransport:
    """Claims and reports on one Redis server. The first command connects."""

    def __init__(self, url: str, namespace: str = "") -> None:
        self._redis = connect(url)
        self._queue = QueueStore(self._redis, PlainKeys(f"{namespace}:" if namespace else ""))

    async def claim(self, service: str, *, worker: str, limit: int, wait: float, lease: float) -> list[ClaimedTask]:
        return await self._queue.claim(service, worker=worker, limit=limit, wait=wait, lease=lease)

    async def heartbeat(self, service: str, worker: str, beats: Sequence[SignOfLife]) -> list[Answer]:
        answers = await self._queue.report_many([(beat.task_id, beat.report) for beat in beats])
        return [_answer(beat.report, answer) for beat, answer in zip(beats, answers, strict=True)]

    async def report(self, service: str, task_id: str, report: Report) -> Answer:
        return _answer(report, await self._queue.report(task_id, report))

    async def present(self, presence: Presence) -> None:
        await self._queue.beat(presence.worker, presence.service, presence.info)

    async def close(self) -> None:
        await self._queue.aclose()
        await self._redis.aclose()


def _answer(report: Report, answer: ReportAnswer) -> Answer:
    return standing_of(report.status, answer.answer, answer.code, cancel=answer.cancel)

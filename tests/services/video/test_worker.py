"""The video service as a worker runs it: an attempt in a process of its own."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.sdk.attempt import Performer
from services.sdk.isolation import ChildProcesses
from services.sdk.nursery import Limits
from services.sdk.operation import Outcome
from services.sdk.testing import claimed
from services.video.operations import OPERATIONS
from tests.services.sdk.processes import wait_until
from tests.services.video.material import Shelf, png, slide_image, speech_like, wav

# From Python 3.12 on, a fork in a process with threads warns; pytest-xdist has some. A worker forks before its first.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


def film_task(shelf, seconds, size):
    slides = [shelf.slide(number, 2, data=png(slide_image(number, size))) for number in (1, 2)]
    voice = shelf.voice(wav(speech_like([(0, seconds)], seconds)))
    return claimed(
        name="CreateVideoFromSlides",
        fields={"slide_ids": [slide.id for slide in slides], "voice_track_id": "voice"},
        inputs={upstream.id: upstream for upstream in (*slides, voice)},
    )


def address_space() -> int:
    """Bytes this process has mapped already: a forked child begins with them, and a test process may have been through much."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE") if sys.platform == "linux" else 0


def encoders(folder: Path) -> list[str]:
    """Command lines of running processes that write below a folder."""
    listing = subprocess.run(["ps", "-A", "-ww", "-o", "command="], capture_output=True, text=True, check=True).stdout
    return [line for line in listing.splitlines() if "ffmpeg" in line and str(folder) in line]


@pytest.fixture
def forked(tmp_path):
    """Before the event loop, as a worker does."""
    shelf = Shelf(tmp_path)
    attempts = tmp_path / "attempts"
    attempts.mkdir()
    limits = Limits(memory=address_space() + 1024**3)
    return shelf, ChildProcesses(Performer("video-service", OPERATIONS, shelf.storage), limits, attempts)


@pytest.fixture
async def isolation(forked):
    yield forked
    await forked[1].close()


async def test_a_film_is_made_in_a_child_process_within_a_gigabyte_of_address_space(isolation):
    """Threads, pipes and encoders work after the fork."""
    shelf, forked = isolation
    outcome = await (await forked.start(film_task(shelf, 1.0, (426, 240)))).end()
    assert isinstance(outcome, Outcome)
    assert outcome.result["checks"]["frames"] == 63


async def test_a_killed_attempt_leaves_no_encoder_running(isolation, tmp_path):
    """Cancel in the middle of encoding: every ffmpeg of the attempt dies with it."""
    shelf, forked = isolation
    attempt = await forked.start(film_task(shelf, 60.0, (1280, 720)))
    await asyncio.to_thread(wait_until, lambda: bool(encoders(tmp_path)), "encoders run")
    attempt.kill()
    await attempt.end()
    await asyncio.to_thread(wait_until, lambda: not encoders(tmp_path), "encoders end")


def test_the_service_imports_without_the_engine():
    """A worker's machine needs no web framework, no template language, no engine, and PyAV only for tests."""
    unwanted = ["fastapi", "jinja2", "yaml", "av", "processing_service.engine", "processing_service.store", "redis"]
    code = f"import services.video.operations, sys; print([name for name in {unwanted} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"

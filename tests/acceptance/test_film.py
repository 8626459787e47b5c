"""A prompt becomes a film: submitted over HTTP, made by the real services, judged from outside."""

import json
import re
import wave
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.acceptance.film import best_match, onset, picture, watch
from tests.acceptance.live import Live, started
from tests.acceptance.seed import block

SMALL = {"VIDEO_RESOLUTION": "640x360"}
FRAME = 1 / 30


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One running system for the films of this module."""
    with started(tmp_path_factory.mktemp("film") / "state") as system:
        yield system


def tasks_named(view: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [task for task in view["tasks"] if task["name"] == name]


def artifact(live: Live, ref: str, folder: Path) -> Path:
    """Download an `artifact://` reference."""
    name = ref.removeprefix("artifact://")
    return live.download(f"/artifacts/{name}", folder / name)


def speech(path: Path) -> np.ndarray[Any, np.dtype[np.float64]]:
    with wave.open(str(path)) as file:
        assert file.getframerate() == 48_000
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(float)


@pytest.mark.parametrize(
    ("prompt", "slides", "language"),
    [("How tides work", 3, "en"), ("Создай видео про котов", 3, "ru"), ("The history of bread", 1, "en")],
)
def test_a_prompt_becomes_a_film_that_players_accept(
    live: Live, tmp_path: Path, prompt: str, slides: int, language: str
) -> None:
    """Streams, colours, length, loudness and captions are what platforms ask for, and each slide stands where its words are."""
    scenario = live.generate(scenario="CreateVideo", description=prompt, slides_count=slides, variables=SMALL)
    view = live.wait_for(scenario, "success", "failed")
    assert view["status"] == "success", view["error"]
    assert len(view["results"]) == 1

    film = watch(live.download(view["results"][0]["href"], tmp_path / "film.mp4"))
    assert (film.codec, film.pixel_format, film.width, film.height) == ("h264", "yuv420p", 640, 360)
    assert "High" in film.profile
    assert (film.sound_codec, film.sound_rate) == ("aac", 48_000)
    assert film.caption_streams == 1
    assert film.moov_first
    assert np.allclose(np.diff(film.frame_times), FRAME, atol=1e-4)
    assert abs(film.duration - film.sound_duration) <= 2 * FRAME

    result = view["results"][0]["result"]
    assert abs(result["duration"] - film.duration) <= FRAME
    assert abs(result["loudness_lufs"] + 16) <= 1.0
    assert result["true_peak_dbtp"] <= -1.0

    voice = tasks_named(view, "CreateVoice")[0]
    track = speech(artifact(live, voice["result_ref"], tmp_path))
    timings = json.loads(artifact(live, voice["result"]["timings_ref"], tmp_path).read_text())
    assert voice["result"]["language"] == language
    assert film.duration >= track.size / 48_000
    lead = film.first_sound() - onset(track, 48_000)

    shown = tasks_named(view, "CreateSlide")
    assert len(shown) == slides
    stills = [picture(live.download(f"/tasks/{task['id']}/artifact", tmp_path / f"{n}.png")) for n, task in enumerate(shown)]
    seen = best_match(film, stills)
    for number, task in enumerate(shown):
        slide = task["result"]["slide"]
        part = " ".join(sentence["text"] for sentence in timings["sentences"][slide["first"] : slide["end"]])
        heading_words = set(re.findall(r"\w{3,}", slide["heading"].lower()))
        assert heading_words & set(re.findall(r"\w{3,}", part.lower())), (slide["heading"], part)
        assert not re.match(r"(slide|слайд)\s*\d", slide["heading"].lower())
        frames = np.flatnonzero(seen == number)
        assert frames.size, f"slide {number + 1} is never seen"
        if number:
            boundary = timings["sentences"][slide["first"]]["start"] + lead
            assert abs(film.frame_times[frames[0]] - boundary) <= 0.150

    captions = artifact(live, result["captions_ref"], tmp_path).read_text(encoding="utf-8")
    assert captions.startswith("WEBVTT")
    spoken = " ".join(sentence["text"] for sentence in timings["sentences"]).split()
    cues = re.sub(r"^(WEBVTT.*|NOTE.*|\d+|.*-->.*)$", "", captions, flags=re.MULTILINE).split()
    assert Counter(cues) == Counter(spoken)
    assert artifact(live, result["poster_ref"], tmp_path).read_bytes().startswith(b"\xff\xd8")


def test_a_long_article_is_told_in_its_own_sentences(live: Live, tmp_path: Path) -> None:
    """50,000 characters go in; every sentence of the narration stands in the article."""
    article = " ".join(
        f"The {ordinal} lighthouse of the northern coast was built of local stone, and its keeper wrote down the weather every hour."
        f" In the year {1700 + ordinal} a storm took the lantern away; the harbour paid for a new one within a month."
        for ordinal in range(1, 230)
    )[:50_000]
    body = {"scenario": "CreateVideo", "description": "Lighthouses", "slides_count": 2, "variables": {**SMALL, "TEXT": article}}
    view = live.wait_for(live.generate(**body), "success", "failed")
    assert view["status"] == "success", view["error"]
    text = tasks_named(view, "CreateText")[0]
    narration = json.loads(artifact(live, text["result_ref"], tmp_path).read_text())
    assert narration["sentences"]
    for sentence in narration["sentences"]:
        assert sentence.rstrip(".!?…") in article


def test_each_task_succeeds_once_and_in_order(live: Live) -> None:
    """The history names every task's success once, after the successes of everything it depends on."""
    scenario = live.generate(scenario="CreateVideo", description="Maps", slides_count=2, variables=SMALL)
    view = live.wait_for(scenario, "success", "failed")
    history = live.successes(scenario)
    assert sorted(history) == sorted(view["task_ids"])
    place = {task: number for number, task in enumerate(history)}
    for task in view["tasks"]:
        assert all(place[task["id"]] < place[consumer] for consumer in task["consumers"])
    assert view["counts"]["success"] == len(view["task_ids"])


def test_the_seeds_own_example_becomes_a_film(tmp_path: Path) -> None:
    """The template of the user's document, as it stands there, loads, runs and ends in a film."""
    source = tmp_path / "seed.yml"
    source.write_text(block("yaml", "# Финальный таск: собираем видео"), encoding="utf-8")
    with started(tmp_path / "state", {"SCENARIES_TEMPLATES": str(source)}) as live:
        scenario = live.generate(scenario="CreateVideo", description="Создай видео про котов", slides_count=3, variables=SMALL)
        view = live.wait_for(scenario, "success", "failed")
        assert view["status"] == "success", view["error"]
        film = watch(live.download(view["results"][0]["href"], tmp_path / "film.mp4"))
        assert len(tasks_named(view, "CreateSlide")) == 2  # the document's own loop: range(1, N_SLIDES)
        assert film.duration > 3

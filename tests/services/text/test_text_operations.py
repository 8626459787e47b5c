"""CreateText and CreateSlidePrompt as the engine calls them."""

import json
from pathlib import Path
from typing import Any

import pytest

from processing_service.artifacts.local import LocalStorage
from processing_service.contract.artifact import ArtifactRef
from processing_service.contract.errors import BadInput
from processing_service.contract.task import Upstream
from services.sdk.narration import Narration, Slide, partition
from services.sdk.operation import Outcome
from services.sdk.testing import given, perform
from services.text.operations import OPERATIONS
from tests.services.text.articles import TIDES_RU


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStorage:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "TEXT_PROVIDERS"):
        monkeypatch.delenv(name, raising=False)
    return LocalStorage(tmp_path / "artifacts")


def do(storage: LocalStorage, tmp_path: Path, name: str, **task: Any) -> Outcome:
    return perform(OPERATIONS[name], storage, tmp_path, name=name, **task)


def read(storage: LocalStorage, ref: str | None) -> Any:
    parsed = ArtifactRef.parse(ref or "")
    assert parsed is not None
    return json.loads(storage.fetch(parsed).read_bytes())


def text_task(storage: LocalStorage, tmp_path: Path, **fields: Any) -> Outcome:
    return do(storage, tmp_path, "CreateText", fields=fields, params={"model": "gpt-4o-mini"})


@pytest.mark.parametrize("slides", [1, 2, 3, 10, 50])
def test_slides_and_narration_belong_together(storage: LocalStorage, tmp_path: Path, slides: int) -> None:
    """Slide i stands for run i of `partition`; the runs cover the narration; headings speak its words."""
    written = text_task(storage, tmp_path, prompt="Создай видео про котов", slides_count=slides)
    narration = Narration.model_validate(read(storage, written.result_ref))
    runs = partition([len(sentence) for sentence in narration.sentences], slides)
    for number, (first, end) in enumerate(runs, 1):
        fields = {"prompt": f"Сформулируй заголовок для слайда {number}", "text_task_id": "t", "slide_number": number}
        inputs = {"t": given(id="t", name="CreateText", result_ref=written.result_ref)}
        made = do(storage, tmp_path, "CreateSlidePrompt", fields={**fields, "slides_count": str(slides)}, inputs=inputs)
        slide = Slide.model_validate(read(storage, made.result_ref))
        assert Slide.model_validate(made.result) == slide
        assert (slide.number, slide.of, slide.first, slide.end) == (number, slides, first, end)
        assert slide.heading.casefold() in " ".join(narration.sentences[first:end]).casefold()


def test_the_seed_s_template_says_nothing_and_it_works(storage: LocalStorage, tmp_path: Path) -> None:
    """No slides_count, no slide_number, no text_task_id: position and siblings of the claim place the slide."""
    written = text_task(storage, tmp_path, prompt="Напиши короткий текст про кота")
    for position in (1, 2):
        upstream = given(id="t", name="CreateText", result_ref=written.result_ref, position=position, siblings=2)
        made = do(storage, tmp_path, "CreateSlidePrompt", fields={"prompt": "Сформулируй заголовок"}, inputs={"t": upstream})
        assert (made.result["number"], made.result["of"]) == (position, 2)  # type: ignore[index, call-overload]


def test_the_result_tells_what_was_written(storage: LocalStorage, tmp_path: Path) -> None:
    """Small facts travel inline, and the same input gives the same reference."""
    first = text_task(storage, tmp_path, prompt="x", text=TIDES_RU, slides_count=3)
    assert isinstance(first.result, dict)
    narration = Narration.model_validate(read(storage, first.result_ref))
    assert first.result["title"] == "Приливы и отливы"
    assert first.result["language"] == "ru"
    assert first.result["provider"] == "offline"
    assert first.result["sentences"] == len(narration.sentences)
    assert first.result["excerpt"] == narration.text[:200]
    assert text_task(storage, tmp_path, prompt="x", text=TIDES_RU, slides_count=3) == first


@pytest.mark.parametrize(
    "upstream",
    [
        given(id="t", name="CreateText", result="Море ушло. Море вернулось. Луна смотрела."),
        given(id="t", name="CreateText", result={"text": "Море ушло. Море вернулось. Луна смотрела."}, result_ref="s3://b/k"),
    ],
    ids=["a string", "an object beside a foreign reference"],
)
def test_a_foreign_worker_s_text_is_accepted(storage: LocalStorage, tmp_path: Path, upstream: Upstream) -> None:
    """Ten lines of shell may write the text."""
    fields = {"slide_number": 2, "slides_count": 3, "text_task_id": "t"}
    made = do(storage, tmp_path, "CreateSlidePrompt", fields=fields, inputs={"t": upstream})
    assert made.result["heading"] == "Море вернулось"  # type: ignore[index, call-overload]


def test_a_text_file_is_accepted(storage: LocalStorage, tmp_path: Path) -> None:
    """text/plain by POST /artifacts."""
    path = tmp_path / "story.txt"
    path.write_text("The sea left. The sea came back.", encoding="utf-8")
    upstream = given(id="t", name="CreateText", result_ref=str(storage.put(path, "txt")))
    made = do(storage, tmp_path, "CreateSlidePrompt", fields={"slide_number": 1, "slides_count": 2}, inputs={"t": upstream})
    assert made.result["heading"] == "The sea left"  # type: ignore[index, call-overload]


def test_a_foreign_reference_alone_is_refused_with_what_to_do(storage: LocalStorage, tmp_path: Path) -> None:
    """We do not fetch other people's buckets."""
    upstream = given(id="t", name="CreateText", result_ref="s3://bucket/key")
    with pytest.raises(BadInput, match="POST /artifacts"):
        do(storage, tmp_path, "CreateSlidePrompt", fields={"slide_number": 1}, inputs={"t": upstream})


def test_a_slide_without_a_narration_is_named_by_its_prompt(storage: LocalStorage, tmp_path: Path) -> None:
    """Nothing else is known."""
    made = do(storage, tmp_path, "CreateSlidePrompt", fields={"prompt": "The pull of the Moon. It moves the sea."})
    assert made.result["heading"] in {"The pull of the Moon", "The pull"}  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("CreateText", {}, "nothing to write"),
        ("CreateText", {"prompt": "x", "slides_count": 0}, "from 1 to"),
        ("CreateText", {"prompt": "x", "slides_count": "many"}, "whole number"),
        ("CreateText", {"prompt": ["x"]}, "must be text"),
        ("CreateText", {"prompt": "x", "language": "klingon!"}, "two letters"),
        ("CreateText", {"text": "Two words.", "slides_count": 7}, "2 words and 7 slides"),
        ("CreateSlidePrompt", {"prompt": "x", "slide_number": 4, "slides_count": 3}, "there are 3 slides"),
        ("CreateSlidePrompt", {}, "neither"),
    ],
)
def test_mistakes_are_sentences(storage: LocalStorage, tmp_path: Path, name: str, fields: dict[str, Any], words: str) -> None:
    """Each says what is wrong; none is retried."""
    with pytest.raises(BadInput, match=words):
        do(storage, tmp_path, name, fields=fields)


def test_more_slides_than_sentences_is_refused_with_both_numbers(storage: LocalStorage, tmp_path: Path) -> None:
    """The narration is fixed by now: only CreateText could have written more."""
    upstream = given(id="t", name="CreateText", result="One sentence only.")
    with pytest.raises(BadInput, match="1 sentences and 3 slides"):
        do(storage, tmp_path, "CreateSlidePrompt", fields={"slide_number": 1, "slides_count": 3}, inputs={"t": upstream})

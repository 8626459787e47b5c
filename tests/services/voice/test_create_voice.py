"""CreateVoice with the real espeak-ng: facts of the sound, truth of the times."""

import json
import wave
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from processing_service.artifacts.local import LocalStorage
from processing_service.contract.artifact import ArtifactRef
from processing_service.contract.errors import BadInput
from services.sdk.narration import Narration, Timings
from services.sdk.operation import Outcome
from services.sdk.testing import given, perform
from services.voice.operations import create_voice
from services.voice.track import pause_after
from services.voice.voices import VOICES, find_voice

RU = ("Дважды в сутки море отступает от берега.", "Цена 2,5 рубля — это мало!", "Почему FastAPI и Redis?")
EN = ("Twice a day the sea leaves the shore.", "Version 2.5 of FastAPI costs $3.", "Is that all?")


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStorage:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "VOICE_PROVIDERS", "VOICE_MODEL"):
        monkeypatch.delenv(name, raising=False)
    return LocalStorage(tmp_path / "artifacts")


def say(storage: LocalStorage, tmp_path: Path, sentences: tuple[str, ...], language: str = "", **params: Any) -> Outcome:
    path = tmp_path / "narration.json"
    narration = Narration(language="ru", title="", sentences=sentences)
    if language:
        params["language"] = language
    path.write_text(narration.model_dump_json(), encoding="utf-8")
    upstream = given(id="t", name="CreateText", result_ref=str(storage.put(path, "json")))
    return perform(
        create_voice, storage, tmp_path, name="CreateVoice", fields={"text_task_id": "t"}, inputs={"t": upstream}, params=params
    )


def stored(storage: LocalStorage, ref: str | None) -> Path:
    parsed = ArtifactRef.parse(ref or "")
    assert parsed is not None
    return storage.fetch(parsed)


def sound(storage: LocalStorage, outcome: Outcome) -> npt.NDArray[np.float64]:
    with wave.open(str(stored(storage, outcome.result_ref))) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (48_000, 2, 1)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64) / 32_768


def timings(storage: LocalStorage, outcome: Outcome) -> Timings:
    assert isinstance(outcome.result, dict)
    return Timings.model_validate(json.loads(stored(storage, str(outcome.result["timings_ref"])).read_bytes()))


def level(samples: npt.NDArray[np.float64]) -> float:
    return float(20 * np.log10(np.sqrt((samples**2).mean()) + 1e-9))


@pytest.mark.parametrize(("language", "sentences"), [("ru", RU), ("en", EN)])
def test_the_track_and_its_times_agree(
    storage: LocalStorage, tmp_path: Path, language: str, sentences: tuple[str, ...]
) -> None:
    """48 kHz mono 16 bit, no clipping; every sentence sounds where its times say and pauses lie between."""
    outcome = say(storage, tmp_path, sentences, language)
    samples, times = sound(storage, outcome), timings(storage, outcome)
    assert isinstance(outcome.result, dict)
    assert outcome.result["duration"] == times.duration == pytest.approx(samples.size / 48_000)
    assert outcome.result | {"voice": "male", "provider": "espeak", "language": language} == outcome.result
    assert np.abs(samples).max() < 0.99
    assert -32 < level(samples) < -15
    assert [sentence.text for sentence in times.sentences] == list(sentences)
    at = 0.0
    for sentence in times.sentences:
        assert sentence.start > at
        assert level(samples[round(sentence.start * 48_000) : round(sentence.end * 48_000)]) > -32
        assert not samples[round(at * 48_000) + 2 : round(sentence.start * 48_000) - 2].any()
        at = sentence.end
    assert times.duration > at
    assert 0.2 < times.sentences[1].start - times.sentences[0].end < 0.45


@pytest.mark.parametrize(("language", "sentences"), [("ru", RU), ("en", EN)])
def test_words_are_the_author_s_and_their_times_are_in_order(
    storage: LocalStorage, tmp_path: Path, language: str, sentences: tuple[str, ...]
) -> None:
    """Joined by blanks, the words give the sentence; each starts where the one before ends, inside the sentence."""
    times = timings(storage, say(storage, tmp_path, sentences, language))
    assert times.timing_source == "events"
    for sentence in times.sentences:
        assert " ".join(word.text for word in sentence.words) == sentence.text
        starts = [word.start for word in sentence.words]
        assert starts == sorted(starts)
        assert len(set(starts)) == len(starts)
        assert sentence.words[0].start == pytest.approx(sentence.start, abs=0.05)
        assert sentence.words[-1].end == sentence.end
        assert all(word.start <= word.end <= sentence.end for word in sentence.words)


def test_the_same_input_gives_the_same_bytes(storage: LocalStorage, tmp_path: Path) -> None:
    """Content addressing makes the second film free."""
    assert say(storage, tmp_path, RU) == say(storage, tmp_path, RU)


def test_speed_changes_the_length(storage: LocalStorage, tmp_path: Path) -> None:
    """Twice the speed takes about half the time."""
    slow, normal, fast = (timings(storage, say(storage, tmp_path, RU, speed=speed)).duration for speed in (0.5, 1, "2"))
    assert slow > normal * 1.5 > fast * 2


def test_every_voice_speaks_and_they_differ(storage: LocalStorage, tmp_path: Path) -> None:
    """Each name is another sound, none of them clips, names of OpenAI's voices work as well."""
    made = {name: say(storage, tmp_path, RU[:1], voice=name) for name in [*VOICES, "nova"]}
    assert all(np.abs(sound(storage, outcome)).max() < 0.985 for outcome in made.values())
    assert len({outcome.result_ref for outcome in made.values()}) == len(VOICES)
    assert made["nova"].result_ref == made["female"].result_ref


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"voice": "batman"}, "male .*female.*deep"),
        ({"speed": 3}, r"0\.5 to 2\.0"),
        ({"speed": "quick"}, r"0\.5 to 2\.0"),
        ({"speed": float("nan")}, r"0\.5 to 2\.0"),
        ({"speed": True}, r"0\.5 to 2\.0"),
        ({"language": "xx"}, "no language"),
        ({"language": "../etc"}, "code such as"),
        ({"voice": 7}, "must be text"),
    ],
)
def test_mistakes_are_sentences(storage: LocalStorage, tmp_path: Path, params: dict[str, Any], words: str) -> None:
    """Each names what is possible."""
    with pytest.raises(BadInput, match=words):
        say(storage, tmp_path, RU, **params)


@pytest.mark.parametrize("language", ["uk", "de", "fr", "es", "el", "pt", "it", "zh", "ja", "ru-RU", "en_GB", "auto"])
def test_other_languages_speak(storage: LocalStorage, tmp_path: Path, language: str) -> None:
    """espeak-ng knows over a hundred; regions are accepted."""
    assert timings(storage, say(storage, tmp_path, ("Radio 123 море.",), language=language)).duration > 1


def test_a_sentence_with_nothing_to_say_is_a_short_silence(storage: LocalStorage, tmp_path: Path) -> None:
    """Emoji and dots keep their place among the sentences."""
    times = timings(storage, say(storage, tmp_path, ("Море.", "🐱🐱", "…", "Вода.")))
    assert len(times.sentences) == 4
    assert all(0.1 < sentence.end - sentence.start < 0.8 and not sentence.words for sentence in times.sentences[1:3])


@pytest.mark.parametrize("sentences", [("🐱", "…"), ("!!!",)])
def test_a_narration_with_nothing_to_say_is_refused(storage: LocalStorage, tmp_path: Path, sentences: tuple[str, ...]) -> None:
    """There would be no film."""
    with pytest.raises(BadInput, match="nothing that can be spoken"):
        say(storage, tmp_path, sentences)


@pytest.mark.parametrize(
    "sentence",
    [
        "a" * 5_000,
        "[[phonemes]] <speak><break/></speak> {{ x }} -v x; rm",
        "слово " * 1_500,
        "\x00\x07море\u202e",
        "1" * 300,
        "мо\u0301ре " * 5,
    ],
)
def test_odd_sentences_do_not_harm(storage: LocalStorage, tmp_path: Path, sentence: str) -> None:
    """Long, nested, controlled: spoken as far as it can be, with times in order."""
    times = timings(storage, say(storage, tmp_path, (sentence, "Конец.")))
    assert len(times.sentences) == 2
    assert times.sentences[0].end < times.sentences[1].start < times.duration


def test_a_bare_text_is_split_and_its_language_heard(storage: LocalStorage, tmp_path: Path) -> None:
    """A foreign worker's string, or a prompt, is spoken too."""
    upstream = given(id="t", name="CreateText", result={"text": "Море ушло. Море вернулось."}, result_ref="s3://bucket/key")
    outcome = perform(create_voice, storage, tmp_path, name="CreateVoice", inputs={"t": upstream})
    assert isinstance(outcome.result, dict)
    assert outcome.result["language"] == "ru"
    assert len(timings(storage, outcome).sentences) == 2
    assert (
        Narration.model_validate_json(stored(storage, str(outcome.result["narration_ref"])).read_bytes()).sentences[0]
        == "Море ушло."
    )
    alone = perform(create_voice, storage, tmp_path, name="CreateVoice", fields={"prompt": "Hello there. It works."})
    assert isinstance(alone.result, dict)
    assert alone.result["language"] == "en"
    with pytest.raises(BadInput, match="nothing to say"):
        perform(create_voice, storage, tmp_path, name="CreateVoice")


def test_voices_of_a_compatible_server_pass_through() -> None:
    """`openai:af_heart` reaches the server as it is."""
    assert find_voice("openai:af_heart").openai == "af_heart"


def test_pauses_follow_the_punctuation() -> None:
    """Longer after a thought, short inside one."""
    assert pause_after("Да…") > pause_after("Да?") > pause_after("Да.") > pause_after("Да,") > pause_after("да")
    assert pause_after("«Да.»") == pause_after("Да.")

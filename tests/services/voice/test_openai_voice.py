"""The OpenAI-compatible voice against a server that speaks the protocol."""

import io
import threading
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from processing_service.contract.errors import ErrorKind, TaskError
from services.voice.providers.openai import OpenAIVoice
from services.voice.providers.registry import build_chain
from services.voice.settings import VoiceSettings
from services.voice.track import write_track
from services.voice.voices import find_voice
from tests.services.text.openai_server import KEY, Answer, Handler, drip, error, raw, reset, serving

pytestmark = pytest.mark.timeout(30)
SENTENCES = ("Twice a day the sea leaves.", "🐱", "It comes back — twice.")


def settings(base_url: str, **more: Any) -> VoiceSettings:
    return VoiceSettings(
        _env_file=None, openai_base_url=base_url, openai_api_key=KEY, voice_model="tts-local", voice_timeout=5, **more
    )


def tone(seconds: float, rate: int = 24_000) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.sin(np.arange(int(seconds * rate)) * 0.1) * 16_000).astype("<i2").tobytes())
    return out.getvalue()


def spoken(media_type: str = "audio/wav") -> Answer:
    """A tone of 50 ms a character, as documented for `response_format: wav`, or raw PCM."""

    def answer(handler: Handler, body: dict[str, Any]) -> None:
        sound = tone(len(body["input"]) * 0.05)
        handler.reply(200, sound if media_type == "audio/wav" else sound[44:], media_type)

    return answer


@pytest.mark.parametrize("media_type", ["audio/wav", "audio/pcm"])
def test_a_request_per_sentence_makes_sentence_times_exact(tmp_path: Path, media_type: str) -> None:
    """Model, voice, speed and format travel; each sentence lasts what its own sound lasts; nothing is asked for an emoji."""
    with serving(spoken(media_type)) as server:
        speech = OpenAIVoice(settings(server.base_url)).speak(SENTENCES, find_voice("female"), "en", 1.25, tmp_path)
        bodies = sorted((seen.body for seen in server.seen), key=lambda body: str(body["input"]), reverse=True)
    assert [body["input"] for body in bodies] == [SENTENCES[0], SENTENCES[2]]
    assert bodies[0] | {"model": "tts-local", "voice": "nova", "speed": 1.25, "response_format": "wav"} == bodies[0]
    assert server.seen[0].path == "/v1/audio/speech"
    assert speech.timing_source == "proportional"
    times = write_track(SENTENCES, speech, tmp_path / "voice.wav", speed=1.0)
    for sentence in (times.sentences[0], times.sentences[2]):
        assert sentence.end - sentence.start == pytest.approx(len(sentence.text) * 0.05, abs=0.06)
        assert [word.start for word in sentence.words] == sorted(word.start for word in sentence.words)
    assert not times.sentences[1].words


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(429, Retry_After="2"), ErrorKind.RATE_LIMITED),
        (error(500), ErrorKind.TRANSIENT),
        (error(401), ErrorKind.PERMANENT),
        (error(404), ErrorKind.PERMANENT),
        (error(400), ErrorKind.BAD_INPUT),
        (raw(b"ID3mp3", "audio/mpeg"), ErrorKind.TRANSIENT),
        (raw(b"", "audio/wav"), ErrorKind.TRANSIENT),
        (raw(b"", "audio/pcm"), ErrorKind.TRANSIENT),
        (reset, ErrorKind.TRANSIENT),
    ],
)
def test_each_failure_has_its_kind(tmp_path: Path, answer: Answer, kind: ErrorKind) -> None:
    """And the key is in no message."""
    with serving(answer) as server, pytest.raises(TaskError) as caught:
        OpenAIVoice(settings(server.base_url)).speak(SENTENCES, find_voice(""), "en", 1.0, tmp_path)
    assert caught.value.kind is kind
    assert KEY not in str(caught.value)


def test_a_dripping_server_meets_the_deadline_and_espeak_takes_over(tmp_path: Path) -> None:
    """The film is spoken all the same, and says by whom."""
    with serving(drip) as server:
        chain = build_chain(settings(server.base_url).model_copy(update={"voice_timeout": 0.3}))
        name, speech = chain.first(lambda speaker: speaker.speak(SENTENCES, find_voice("nova"), "en", 1.0, tmp_path))
    assert (name, speech.timing_source) == ("espeak", "events")
    assert threading.active_count() < 20


def test_the_chain_follows_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """espeak alone by default and for a base URL that may have no speech; OpenAI's own key or a model puts the endpoint first."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "VOICE_PROVIDERS", "VOICE_MODEL"):
        monkeypatch.delenv(name, raising=False)
    assert build_chain(VoiceSettings()).names == ("espeak",)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert build_chain(VoiceSettings()).names == ("openai", "espeak")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")
    assert build_chain(VoiceSettings()).names == ("espeak",)
    monkeypatch.setenv("VOICE_MODEL", "kokoro")
    assert build_chain(VoiceSettings()).names == ("openai", "espeak")
    monkeypatch.setenv("VOICE_PROVIDERS", "siri")
    with pytest.raises(TaskError, match="siri"):
        build_chain(VoiceSettings())

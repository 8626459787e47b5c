"""Speaks with any OpenAI-compatible speech endpoint, a request per sentence, so that sentence times are exact."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from processing_service.contract.errors import Transient
from processing_service.contract.task import JSONValue
from services.sdk.vendors.openai_compatible import Endpoint, OpenAICompatible, Reply
from services.voice.port import Piece, Speech
from services.voice.settings import VoiceSettings
from services.voice.voices import Voice
from services.voice.wav import NotWave, Samples, read_wave
from services.voice.words import sayable, starts_in_proportion

DEFAULT_MODEL = "gpt-4o-mini-tts"
_AT_ONCE = 4  # requests in flight: a film of fifty sentences in seconds, and still polite
_MOST_CHARACTERS = 4_000  # the protocol allows 4,096 in `input`
_RAW_RATE = 24_000  # `pcm` of the protocol: 24 kHz, 16 bit, mono, little endian


class OpenAIVoice:
    """Implements `port.VoiceProvider`. The protocol gives no word times: they are in proportion within each sentence."""

    def __init__(self, settings: VoiceSettings) -> None:
        self._vendor = OpenAICompatible(Endpoint(settings.base_url, settings.openai_api_key.get_secret_value()))
        self._model = settings.voice_model or DEFAULT_MODEL
        self._timeout = settings.voice_timeout

    def speak(self, sentences: Sequence[str], voice: Voice, language: str, speed: float, workspace: Path) -> Speech:
        sound = workspace / "openai.pcm"
        pieces: list[Piece] = []
        common = 0
        pool = ThreadPoolExecutor(max_workers=_AT_ONCE)
        try:
            with sound.open("wb") as out:
                for sentence, (samples, rate) in zip(
                    sentences, pool.map(lambda sentence: self._say(sayable(sentence), voice, speed), sentences), strict=True
                ):
                    if samples.size:
                        common = common or rate
                        if rate != common:
                            raise Transient("the voice provider changed its sample rate in mid-film", code="provider-protocol")
                    out.write((samples * 32_767).astype("<i2").tobytes())
                    duration = samples.size / rate
                    pieces.append(Piece(int(samples.size), starts_in_proportion(sentence, duration)))
        finally:
            # After a failure the sentences that have not been asked for yet are not paid for.
            pool.shutdown(wait=True, cancel_futures=True)
        return Speech(sound, common or _RAW_RATE, tuple(pieces), "proportional")

    def _say(self, text: str, voice: Voice, speed: float) -> tuple[Samples, int]:
        if not text:
            return np.zeros(0, np.float32), _RAW_RATE
        spoken = [self._request(chunk, voice, speed) for chunk in _chunks(text)]
        rates = {rate for _, rate in spoken}
        if len(rates) != 1:
            raise Transient("the voice provider changed its sample rate in mid-sentence", code="provider-protocol")
        return np.concatenate([samples for samples, _ in spoken]), rates.pop()

    def _request(self, text: str, voice: Voice, speed: float) -> tuple[Samples, int]:
        body: dict[str, JSONValue] = {
            "model": self._model,
            "input": text,
            "voice": voice.openai,
            "response_format": "wav",
            "speed": speed,
        }
        samples, rate = _decode(self._vendor.speech(body, deadline=self._timeout))
        if not samples.size:
            raise Transient("the voice provider answered with no sound", code="provider-empty")
        return samples, rate


def _decode(reply: Reply) -> tuple[Samples, int]:
    if reply.media_type in {"audio/pcm", "audio/l16"} and reply.body[:4] != b"RIFF":
        whole = reply.body[: len(reply.body) - len(reply.body) % 2]
        return np.frombuffer(whole, "<i2").astype(np.float32) / np.float32(32_768), _RAW_RATE
    try:
        return read_wave(reply.body)
    except NotWave as error:
        raise Transient(f"the voice provider's answer is not a WAV file: {error}", code="provider-protocol") from None


def _chunks(text: str) -> list[str]:
    chunks: list[str] = []
    left = text
    while len(left) > _MOST_CHARACTERS:
        cut = left.rfind(" ", 0, _MOST_CHARACTERS)
        cut = cut if cut > 0 else _MOST_CHARACTERS
        chunks.append(left[:cut])
        left = left[cut:].lstrip()
    return [*chunks, left] if left else chunks

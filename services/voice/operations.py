"""CreateVoice."""

from collections.abc import Mapping
from typing import Any

from processing_service.contract.errors import BadInput
from processing_service.contract.task import ClaimedTask
from services.sdk.chain import Chain
from services.sdk.language import detect_language
from services.sdk.narration import Narration
from services.sdk.operation import Context, Operation, Outcome
from services.sdk.sentences import split_sentences
from services.sdk.spoken_text import read_text
from services.voice.port import VoiceProvider
from services.voice.providers.registry import build_chain
from services.voice.settings import VoiceSettings
from services.voice.track import RATE, write_track
from services.voice.voices import find_voice
from services.voice.words import sayable

SPEEDS = (0.5, 2.0)
MOST_CHARACTERS = 300_000  # about six hours of speech


def create_voice(task: ClaimedTask, context: Context) -> Outcome:
    """Speak the narration: a 48 kHz WAV, and beside it when each sentence and word is spoken."""
    return speak(task, context, build_chain(VoiceSettings()))


OPERATIONS: Mapping[str, Operation] = {"CreateVoice": create_voice}


def speak(task: ClaimedTask, context: Context, chain: Chain[VoiceProvider]) -> Outcome:
    """CreateVoice: the narration as sound, with the time of every word. Raises BadInput for a text or a voice it cannot say."""
    voice = find_voice(_word(task, "voice"))
    speed = _speed(task)
    narration, ref = _narration(task, context)
    language = _language(_word(task, "language")) or _language(narration.language) or detect_language(narration.text)
    sentences = narration.sentences
    if not any(sayable(sentence) for sentence in sentences):
        raise BadInput(
            "the narration holds nothing that can be spoken: no sentence has a letter or a digit", code="nothing-to-say"
        )
    characters = sum(map(len, sentences))
    if characters > MOST_CHARACTERS:
        raise BadInput(f"the narration has {characters:,} characters; {MOST_CHARACTERS:,} are accepted", code="text-too-long")
    context.progress(5, "speaking")
    provider, speech = chain.first(lambda speaker: speaker.speak(sentences, voice, language, speed, context.workspace))
    context.progress(50, "writing the track")
    track = context.workspace / "voice.wav"
    timings = write_track(
        sentences, speech, track, speed=speed, on_progress=lambda share: context.progress(50 + 45 * share, "writing the track")
    )
    if not any(piece.samples for piece in speech.pieces):
        raise BadInput(f"no voice of {provider} can pronounce this text in the language {language!r}", code="nothing-to-say")
    return Outcome(
        context.save(track),
        {
            "duration": timings.duration,
            "sample_rate": RATE,
            "language": language,
            "voice": voice.name,
            "provider": provider,
            "timing_source": timings.timing_source,
            "timings_ref": context.save_json(timings.model_dump(mode="json")),
            "narration_ref": ref or context.save_json(narration.model_dump(mode="json")),
        },
    )


def _narration(task: ClaimedTask, context: Context) -> tuple[Narration, str]:
    """What to say, and the reference it came from when that is a Narration of ours."""
    upstream = task.upstream("text_task_id") or task.named("CreateText")
    said = read_text(upstream, context) if upstream else None
    if isinstance(said, Narration):
        return said, (upstream.result_ref or "") if upstream else ""
    prompt = task.fields.get("prompt")
    text = said or (prompt if isinstance(prompt, str) else "")
    sentences = tuple(sentence for line in text.splitlines() for sentence in split_sentences(line))
    if not sentences:
        raise BadInput("there is nothing to say: give `text_task_id` of a CreateText, or `prompt`", code="prompt-empty")
    return Narration(language=detect_language(text), title="", sentences=sentences), ""


def _word(task: ClaimedTask, name: str) -> str:
    value: Any = task.params.get(name, task.fields.get(name))
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(f"`{name}` must be text", code="wrong-type")
    return value


def _language(wish: str) -> str:
    """`ru`, `ru-RU`, `en_US`, `auto` as ISO 639-1; empty when it leaves the choice to us."""
    code = wish.strip().lower().replace("_", "-")
    if code in {"", "auto"}:
        return ""
    main = code.partition("-")[0]
    if not (2 <= len(main) <= 3 and main.isascii() and main.isalpha()):
        raise BadInput("`language` must be a code such as `en` or `ru`", code="unknown-language")
    return main


def _speed(task: ClaimedTask) -> float:
    value: Any = task.params.get("speed", task.fields.get("speed", 1.0))
    try:
        speed = float(value) if not isinstance(value, bool) else float("nan")
    except (TypeError, ValueError):
        speed = float("nan")
    if not SPEEDS[0] <= speed <= SPEEDS[1]:
        raise BadInput(f"`speed` must be a number from {SPEEDS[0]} to {SPEEDS[1]}; 1 is a calm narrator", code="out-of-range")
    return speed

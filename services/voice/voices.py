"""The voices a task may ask for, in words that describe the sound, and what each provider calls them."""

from dataclasses import dataclass

from processing_service.contract.errors import BadInput

DEFAULT_VOICE = "male"


@dataclass(frozen=True, slots=True)
class Voice:
    """`espeak` is a timbre variant of espeak-ng ("" = its plain voice), `pitch` its pitch (0 to 99), `openai` a voice there."""

    name: str
    description: str
    espeak: str
    pitch: int
    openai: str


# Variants whose raw sound does not clip (Andy, Gene, Marco, Jacky reach full scale) and is the same every time (f2, f3, f5, Alicia, whisper are not:
# ten runs gave two to four different sounds, which would defeat content addressing).
VOICES: dict[str, Voice] = {
    voice.name: voice
    for voice in (
        Voice("male", "plain male voice, about 105 Hz; the clearest offline", "", 50, "echo"),
        Voice("female", "female voice, about 180 Hz", "f4", 50, "nova"),
        Voice("soft", "softer male voice", "Alex", 50, "alloy"),
        Voice("deep", "deep male voice, about 75 Hz", "david", 50, "onyx"),
        Voice("bright", "bright female voice, about 250 Hz", "Annie", 50, "shimmer"),
    )
}
# Names of OpenAI's own voices work everywhere: offline, the nearest timbre speaks.
_NEAREST = {
    "alloy": "soft",
    "ash": "male",
    "ballad": "soft",
    "cedar": "deep",
    "coral": "female",
    "echo": "male",
    "fable": "soft",
    "marin": "female",
    "nova": "female",
    "onyx": "deep",
    "sage": "female",
    "shimmer": "bright",
    "verse": "male",
}
_VERBATIM = "openai:"


def find_voice(name: str) -> Voice:
    """The voice of that name. `openai:<name>` passes a name of a compatible server through. Raises BadInput with the list."""
    wanted = name.strip().lower() or DEFAULT_VOICE
    if wanted in VOICES:
        return VOICES[wanted]
    if wanted in _NEAREST:
        near = VOICES[_NEAREST[wanted]]
        return Voice(wanted, near.description, near.espeak, near.pitch, wanted)
    verbatim = name.strip()
    if verbatim.lower().startswith(_VERBATIM) and 0 < len(verbatim) - len(_VERBATIM) <= 100:
        plain = VOICES[DEFAULT_VOICE]
        return Voice(verbatim, plain.description, plain.espeak, plain.pitch, verbatim[len(_VERBATIM) :])
    known = ", ".join(f"{voice.name} ({voice.description})" for voice in VOICES.values())
    raise BadInput(
        f"there is no voice {name.strip()[:40]!r}; choose one of: {known}; or a voice of OpenAI: {', '.join(_NEAREST)}",
        code="unknown-voice",
    )

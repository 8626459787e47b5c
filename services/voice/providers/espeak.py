"""Speaks with espeak-ng from its wheel, in a process of its own. Intelligible, clearly robotic, and it cannot run out of quota."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from processing_service.contract.errors import BadInput
from services.sdk.process import ToolError, run_tool
from services.voice.port import Piece, Speech
from services.voice.voices import Voice
from services.voice.words import sayable, starts_from_events

WORDS_A_MINUTE = 155  # at speed 1.0: a calm narrator; espeak-ng's own default of 175 is hurried for a film
_RATES = (80, 450)
_UNKNOWN_VOICE = 3
# By its path and not by `-m`: it must start wherever the worker was started. Not imported: its library stays out of this process.
_PROGRAM = Path(__file__).parent.parent / "espeak.py"
# What espeak-ng calls a language where a plain code would give another accent or nothing.
_LANGUAGES = {"en": "en-us", "zh": "cmn", "no": "nb", "pt": "pt-br"}


class EspeakVoice:
    """Implements `port.VoiceProvider`. Word times come from the synthesiser's own events."""

    def speak(self, sentences: Sequence[str], voice: Voice, language: str, speed: float, workspace: Path) -> Speech:
        sound = workspace / "espeak.pcm"
        name = _LANGUAGES.get(language, language) + (f"+{voice.espeak}" if voice.espeak else "")
        said = [sayable(sentence) for sentence in sentences]
        rate = min(_RATES[1], max(_RATES[0], round(WORDS_A_MINUTE * speed)))
        request = {"voice": name, "rate": rate, "pitch": voice.pitch, "sentences": said}
        # 400 times real time was measured: a minute and a little for each 100,000 characters is twenty times what it takes.
        timeout = 60 + sum(map(len, said)) / 1_500
        argv = [sys.executable, "-P", str(_PROGRAM), str(sound)]
        try:
            output = run_tool(argv, timeout=timeout, stdin=json.dumps(request).encode(), cwd=workspace)
        except ToolError as error:
            if error.exit_code == _UNKNOWN_VOICE:
                raise BadInput(
                    f"espeak-ng has no language {language!r}; give `language` as a code such as en, ru, uk, de, fr, es, el",
                    code="unknown-language",
                ) from error
            raise
        report = json.loads(output.stdout)
        per_second = int(report["rate"])
        pieces = []
        for sentence, spoken in zip(sentences, report["sentences"], strict=True):
            samples = int(spoken["samples"])
            events = [(int(position), int(sample) / per_second) for position, sample in spoken["words"]]
            pieces.append(Piece(samples, starts_from_events(sentence, events, samples / per_second)))
        return Speech(sound, per_second, tuple(pieces), "events")

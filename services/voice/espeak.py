"""A program that speaks: `python -P services/voice/espeak.py OUT.pcm < request.json > report.json`.

eSpeak NG is GPL v3 and may crash on what it is given, so it lives in this process of its own and is talked to through files and
pipes. Nothing here imports the rest of the project.

Request:  {"voice": "ru+Annie", "rate": 155, "pitch": 50, "sentences": ["…", …]}; rate in words a minute, pitch 0 to 99
Report:   {"rate": 22050, "sentences": [{"samples": n, "words": [[position, sample], …]}, …]}
OUT.pcm:  the sentences one after the other, mono, 16 bit, little endian; positions count characters from 0
Exit codes: 0 well, 3 no such voice or language, anything else a failure.
"""

import ctypes
import json
import sys
from pathlib import Path

import espeakng_loader

_SYNCHRONOUS = 2
_PHONEME_EVENTS, _DO_NOT_EXIT = 0x1, 0x8000
_POSITION_IN_CHARACTERS = 1
_UTF8 = 1
_RATE, _PITCH = 1, 3
_WORD = 1
_UNKNOWN_VOICE = 3


class _Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h; `id` is a union whose widest member is 8 bytes."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Espeak:
    """The library, initialised once. Its state is global: one utterance at a time."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        self.rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _PHONEME_EVENTS | _DO_NOT_EXIT))
        if self.rate <= 0:
            raise RuntimeError("espeak-ng does not start: its data folder is missing or of another version")
        self._sound: list[bytes] = []
        self._words: list[tuple[int, int]] = []
        # The library keeps a bare pointer: without this reference the callback would be collected and the next call crash.
        self._callback = _Callback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def choose(self, voice: str, rate: int, pitch: int) -> bool:
        """Set voice, words a minute and pitch; False when there is no such voice."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            return False
        self._library.espeak_SetParameter(_RATE, rate, 0)
        self._library.espeak_SetParameter(_PITCH, pitch, 0)
        return True

    def speak(self, sentence: str) -> tuple[bytes, list[tuple[int, int]]]:
        """The sound of a sentence, and (position, sample) of each word event."""
        self._sound, self._words = [], []
        text = sentence.encode("utf-8", "replace")
        status = self._library.espeak_Synth(text, len(text) + 1, 0, _POSITION_IN_CHARACTERS, 0, _UTF8, None, None)
        if status != 0 or self._library.espeak_Synchronize() != 0:
            raise RuntimeError(f"espeak-ng refused a sentence (status {status})")
        return b"".join(self._sound), self._words

    def _take(self, sound: "ctypes._Pointer[ctypes.c_short]", count: int, events: "ctypes._Pointer[_Event]") -> int:
        if sound and count > 0:
            self._sound.append(ctypes.string_at(sound, count * 2))
        index = 0
        while events[index].type:
            if events[index].type == _WORD:
                self._words.append((events[index].text_position - 1, events[index].sample))
            index += 1
        return 0


def main() -> int:
    request = json.load(sys.stdin)
    speaker = Espeak()
    if not speaker.choose(request["voice"], request["rate"], request["pitch"]):
        sys.stderr.write(f"no voice {request['voice']}\n")
        return _UNKNOWN_VOICE
    report = []
    with Path(sys.argv[1]).open("wb") as sound:
        for sentence in request["sentences"]:
            spoken, words = speaker.speak(sentence) if sentence.strip() else (b"", [])
            sound.write(spoken)
            report.append({"samples": len(spoken) // 2, "words": words})
    json.dump({"rate": speaker.rate, "sentences": report}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a script answers, in words."""

from enum import StrEnum


class Answer(StrEnum):
    """The same six words for every verb; the API turns each into one HTTP status."""

    OK = "ok"  #              done now
    REPEAT = "repeat"  #      had been done before; nothing was counted twice
    STALE = "stale"  #        belongs to an attempt that is over
    CONFLICT = "conflict"  #  the state does not allow it; a code says why
    UNKNOWN = "unknown"  #    there is no such task or scenario
    MOVED = "moved"  #        what the caller had read has changed: read again, decide again

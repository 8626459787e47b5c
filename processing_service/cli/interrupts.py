"""Ctrl-C, SIGTERM, a closed terminal, a time limit: the first asks for a clean end, the next one for a quick end."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Woken(Exception):
    """The main thread has to look up from what it waits for: time is over, or a process does not come up."""


class Interrupts:
    """Signals as KeyboardInterrupt in the main thread; inside `shielded` they only set `hurry`, so a cleanup is never cut."""

    def __init__(self) -> None:
        self.hurry = threading.Event()
        self._woken = threading.Event()
        self._shields = 0

    @contextmanager
    def installed(self) -> Iterator[Self]:
        """Take over the signals until the block ends."""
        handlers = dict.fromkeys(_SIGNALS, self._interrupt) | {signal.SIGALRM: self._alarm}
        previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield self
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number, handler in previous.items():
                signal.signal(number, handler)

    def wake_after(self, seconds: float | None) -> None:
        """Raise Woken in the main thread after so many seconds; None takes that back."""
        signal.setitimer(signal.ITIMER_REAL, seconds or 0)

    def wake(self) -> None:
        """Raise Woken in the main thread; from any thread."""
        ident = threading.main_thread().ident
        assert ident is not None
        signal.pthread_kill(ident, signal.SIGALRM)

    @contextmanager
    def shielded(self) -> Iterator[threading.Event]:
        """A piece of work that signals may hasten (see the yielded event) but not break off."""
        self._shields += 1
        try:
            yield self.hurry
        finally:
            self._shields -= 1

    def raise_pending(self) -> None:
        """Raise what a shield held back, for work that is shielded and no cleanup."""
        if self.hurry.is_set():
            self.hurry.clear()
            raise KeyboardInterrupt
        if self._woken.is_set():
            self._woken.clear()
            raise Woken

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._shields:
            self.hurry.set()
        else:
            raise KeyboardInterrupt

    def _alarm(self, _number: int, _frame: FrameType | None) -> None:
        if self._shields:
            self._woken.set()
        else:
            raise Woken

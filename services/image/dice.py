"""Chance that always falls the same way for the same words."""

import hashlib
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws numbers from the SHA-256 of its seed words.

    Only `Random.random()` is used: Python promises its sequence for a seed for ever, and that of no other method.
    """

    def __init__(self, *seed: str) -> None:
        digest = hashlib.sha256("\x1f".join(seed).encode("utf-8", "surrogatepass")).digest()
        self._random = Random(int.from_bytes(digest, "big"))  # noqa: S311 -- pictures, not secrets

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + min(high - low, int(self._random.random() * (high - low + 1)))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.whole(0, len(choices) - 1)]

    def shuffled(self, choices: Sequence[T]) -> list[T]:
        rest = list(choices)
        return [rest.pop(self.whole(0, len(rest) - 1)) for _ in range(len(rest))]

    def chance(self, share: float) -> bool:
        return self._random.random() < share

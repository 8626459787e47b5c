"""Providers in order of preference: the first that can, does; whoever answered is named."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import structlog

from processing_service.contract.errors import TaskError

T = TypeVar("T")
R = TypeVar("R")

_log = structlog.get_logger(__name__)


class Chain(Generic[T]):
    """A sequence of (name, provider), all behind one port. The last one is usually offline and needs no key."""

    def __init__(self, providers: Sequence[tuple[str, T]]) -> None:
        if not providers:
            raise ValueError("a chain needs at least one provider")
        self._providers = tuple(providers)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self._providers)

    def first(self, call: Callable[[T], R]) -> tuple[str, R]:
        """The name of the first provider that answers, and its answer.

        Goes on to the next after an error that another attempt might cure (`transient`, `rate_limited`, `internal`), since
        another provider might cure it too. BadInput and Permanent end it at once: no provider should be asked again for what
        can never work. When none answers, the last error is raised. Anything that is not a TaskError is a bug and passes through.
        """
        last = len(self._providers) - 1
        for position, (name, provider) in enumerate(self._providers):
            try:
                return name, call(provider)
            except TaskError as error:
                if position == last or not error.kind.retryable:
                    raise
                _log.warning(
                    "a provider did not answer; asking the next",
                    provider=name,
                    next=self._providers[position + 1][0],
                    kind=error.kind.value,
                    code=error.code,
                    error=error.message,
                )
        raise AssertionError("unreachable: the last provider either answers or raises")

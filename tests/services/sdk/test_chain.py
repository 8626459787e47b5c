"""Providers in order: who is asked next, and who is not."""

import pytest

from processing_service.contract.errors import BadInput, Permanent, RateLimited, TaskError, Transient
from services.sdk.chain import Chain


def failing(error: Exception):
    def provider() -> str:
        raise error

    return provider


@pytest.mark.parametrize("error", [Transient("resets"), RateLimited("slow down", retry_after=60), TaskError("a bug")])
def test_what_another_provider_may_cure_goes_on(error: TaskError):
    """After an error that may pass, the next one is asked, and named as the one who answered."""
    chain = Chain([("online", failing(error)), ("offline", lambda: "hello")])
    assert chain.first(lambda provider: provider()) == ("offline", "hello")


@pytest.mark.parametrize("error", [BadInput("empty"), Permanent("refused"), ZeroDivisionError()])
def test_what_no_provider_can_cure_ends_it(error: Exception):
    """A request that can never work, and a bug, are not hidden by the next provider."""
    chain = Chain([("online", failing(error)), ("offline", lambda: "hello")])
    with pytest.raises(type(error)):
        chain.first(lambda provider: provider())


def test_when_nobody_answers_the_last_error_is_raised():
    """The error of the last provider stands for all."""
    chain = Chain([("a", failing(Transient("first"))), ("b", failing(RateLimited("second", retry_after=3)))])
    with pytest.raises(RateLimited, match="second"):
        chain.first(lambda provider: provider())


def test_an_empty_chain_is_refused_when_it_is_built():
    """A service without any provider says so at its start, not at its first task."""
    with pytest.raises(ValueError, match="at least one"):
        Chain([])

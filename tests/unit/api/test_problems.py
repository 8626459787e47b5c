"""The sentence of a refusal: readable by a client that shows nothing but `detail`."""

import pytest

from processing_service.api.problems import from_error, invalid, refused
from processing_service.contract.errors import InvalidRequest, Problem, TemplateError

ONE = Problem("out-of-range", "must be from 1 to 50", "ask for fewer", pointer="/slides_count")
OTHER = Problem("unknown-field", "there is no such field here", "did you mean `description`?", pointer="/discription")


@pytest.mark.parametrize("family", [InvalidRequest, TemplateError])
def test_the_only_mistake_is_the_sentence(family: type[InvalidRequest]) -> None:
    """With the field, when the sentence does not name it, and with what to do."""
    assert from_error(family(problems=(ONE,))).detail == "`slides_count`: must be from 1 to 50; ask for fewer"
    assert refused([OTHER]).detail == "`discription`: there is no such field here; did you mean `description`?"
    assert invalid("out-of-range", "`limit` is a whole number from 1 to 500", pointer="?limit").detail.startswith("`limit` is")


def test_the_code_of_a_request_is_always_the_same() -> None:
    """Decision 13: the exact word stands under `errors`."""
    problem = from_error(InvalidRequest(problems=(ONE,)))
    assert (problem.status, problem.code, problem.problems) == (422, "validation", (ONE,))


def test_several_mistakes_are_counted() -> None:
    """The list says the rest."""
    assert refused([ONE, OTHER, OTHER]).detail == "must be from 1 to 50; and 2 more mistakes"
    assert "listed under `errors`" in from_error(InvalidRequest(problems=(ONE, OTHER))).detail


def test_a_field_of_any_length_does_not_flood_the_sentence() -> None:
    """The name is the caller's and may be huge."""
    assert (
        invalid("unknown-field", "there is no such field here", pointer="/" + "n" * 65).detail == "there is no such field here"
    )

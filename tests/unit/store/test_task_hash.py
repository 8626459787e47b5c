"""Hashes hold strings; what a template wrote comes back as it was written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing_service.contract.errors import ErrorKind, InvalidRequest
from processing_service.contract.status import Status
from processing_service.contract.task import RESULT_BYTES, TaskFailure, Upstream
from processing_service.store.task_hash import (
    by_field,
    dependencies,
    failure_fields,
    new_task_fields,
    places,
    result_text,
    template_fields,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def hash_of(fields: dict[str, Any], **more: Any) -> dict[str, str]:
    """What Redis would give back."""
    basics: dict[str, Any] = {
        "id": "s.a",
        "scenario_id": "s",
        "service": "x",
        "name": "N",
        "consumers": (),
        "consumer_services": (),
        "needs": 0,
        "created_at": "2026-11-20T10:34:12.349Z",
        "params": {},
        "stage": "",
        "max_attempts": None,
        "timeout": None,
    }
    flat = [str(value) for value in new_task_fields(**{**basics, **more}, fields=fields)]
    return dict(zip(flat[::2], flat[1::2], strict=True))


@given(st.dictionaries(st.sampled_from(["prompt", "n", "slide_ids", "options"]), JSON))
def test_fields_come_back_as_they_were_written(fields: dict[str, Any]) -> None:
    """A string stays a string, byte for byte; 3 and "3" stay two things; lists and maps are JSON in between."""
    assert template_fields(hash_of(fields)) == fields


def test_only_the_templates_own_fields_are_its_fields() -> None:
    """The engine's, dependencies and helpers are left out."""
    task = hash_of(
        {"prompt": "x", "n": 1}, stage="drafting", max_attempts=2, timeout=1.5, consumers=("s.b",), consumer_services=("y",)
    )
    task |= {"dep:s.z": "success", "engine:deadline": "1", "worker": "w", "lease_token": "t"}
    assert template_fields(task) == {"prompt": "x", "n": 1}
    assert dependencies(task) == ["s.z"]
    assert (task["timeout"], task["max_attempts"], task["stage"]) == ("1.5", "2", "drafting")


def test_inputs_under_the_fields_that_name_them() -> None:
    """A string that is an upstream id, a list of some, in the field's own order; anything else is left alone."""
    a, b = (Upstream(id=id_, name="N", status=Status.SUCCESS) for id_ in ("s.a", "s.b"))
    fields = {"text_task_id": "s.a", "slide_ids": ["s.b", "s.a", "else"], "prompt": "s.a is an id", "n": 3, "others": ["q"]}
    assert by_field(fields, {"s.a": a, "s.b": b}) == {"text_task_id": a, "slide_ids": [b, a]}


def test_places_among_consumers_of_the_same_service() -> None:
    """Slide 2 of 3 knows what it is even when the template does not say."""
    found = places(["v", "p1", "p2", "p3"], ["voice", "text", "text", "text"])
    assert found == {"v": (1, 1), "p1": (1, 3), "p2": (2, 3), "p3": (3, 3)}


@pytest.mark.parametrize(
    ("result", "text"),
    [(None, ""), ({"b": 1, "a": [None, True]}, '{"a":[null,true],"b":1}'), ("ё", '"ё"'), (0, "0"), ([], "[]"), ({}, "{}")],
)
def test_a_result_is_the_same_text_for_the_same_value(result: Any, text: str) -> None:
    """A repeated report is recognised by its text."""
    assert result_text(result) == text


@pytest.mark.parametrize("result", [float("inf"), {"x": float("nan")}, object(), "x" * RESULT_BYTES])
def test_what_is_no_json_or_too_large_is_refused(result: Any) -> None:
    """A sentence, and a code."""
    with pytest.raises(InvalidRequest) as caught:
        result_text(result)
    assert caught.value.code == "invalid-result"


def test_a_failure_as_it_is_kept() -> None:
    """Kind and code always; the message cut to 2 KB between characters."""
    failure = TaskFailure(kind=ErrorKind.RATE_LIMITED, message="я" * 2_000, retry_after=3.5)
    assert failure_fields(failure) == {
        "kind": "rate_limited",
        "code": "rate-limited",
        "message": "я" * 1_024,
        "retry_after": 3.5,
    }
    assert failure_fields(TaskFailure(code="my-code", message="m"))["code"] == "my-code"

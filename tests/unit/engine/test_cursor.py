"""Cursors: opaque, signed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing_service.engine.cursor import Cursors, InvalidCursor

CURSORS = Cursors(b"key")


@given(st.integers(0, 2**53), st.text("abcXYZ019", min_size=1, max_size=64))
def test_what_was_issued_can_be_read(created_ms: int, scenario_id: str) -> None:
    """A position survives the way out and back, in characters a URL takes as they are."""
    cursor = CURSORS.issue(created_ms, scenario_id)
    assert cursor.replace("-", "a").replace("_", "a").isalnum()
    assert CURSORS.read(cursor) == (created_ms, scenario_id)


@given(st.text(max_size=80))
def test_nothing_else_can(text: str) -> None:
    """No text that we did not issue is taken, and none raises anything else."""
    with pytest.raises(InvalidCursor):
        CURSORS.read(text)


def test_another_key_signs_differently() -> None:
    """A cursor of another installation is a forgery here."""
    with pytest.raises(InvalidCursor):
        Cursors(b"other").read(CURSORS.issue(1, "a"))

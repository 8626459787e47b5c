"""The Range header: one range, or none that we serve. What it does over HTTP is in tests/api/test_artifacts.py."""

import pytest

from processing_service.api.byte_range import Unsatisfiable, one_range


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-0", "bytes=-0"])
def test_an_empty_file_has_no_range(header: str) -> None:
    """No position lies in it."""
    with pytest.raises(Unsatisfiable):
        one_range(header, 0)


def test_the_last_bytes_of_an_empty_file_are_the_whole_of_it() -> None:
    """RFC 9110: a suffix longer than the file is the file; nothing can be said of it as a range."""
    assert one_range("bytes=-5", 0) is None


@pytest.mark.parametrize("header", ["bytes=٣-٤", "bytes=1-2x", "bytes=1--2", "bytes =1-2", "bytes=0x1-2", " ", ""])
def test_what_is_not_a_range_is_ignored(header: str) -> None:
    """Digits are ASCII, and nothing stands around them."""
    assert one_range(header, 10) is None

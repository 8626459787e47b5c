"""Timings made whole."""

import pytest

from processing_service.contract.errors import BadInput
from services.sdk.narration import SpokenSentence, SpokenWord, Timings
from services.video.speech import complete, proportional


def timings(*sentences: SpokenSentence) -> Timings:
    return Timings(timing_source="events", duration=9.0, sentences=sentences)


def test_a_sentence_without_words_gets_them_by_length():
    """The stretch of the sentence is divided by characters, blanks included."""
    (sentence,) = complete(timings(SpokenSentence(text="ab abcdef", start=1.0, end=2.0)), 9.0)
    assert [(word.text, word.start, word.end) for word in sentence.words] == [("ab", 1.0, 1.3), ("abcdef", 1.3, 2.0)]


def test_times_never_run_backwards_or_past_the_voice():
    """Words out of order or outside their sentence are pulled in; ends are cut at the end of the track."""
    words = (SpokenWord(text="b", start=3.0, end=2.5), SpokenWord(text="a", start=1.0, end=8.0))
    (sentence,) = complete(timings(SpokenSentence(text="b a", start=2.0, end=9.9, words=words)), 5.0)
    assert [(word.start, word.end) for word in sentence.words] == [(3.0, 3.0), (3.0, 5.0)]
    assert sentence.end == 5.0


def test_timings_of_another_voice_are_refused():
    """A sentence that starts well after the sound ended cannot belong to it."""
    with pytest.raises(BadInput, match=r"at 8\.0 s, but the voice track ends at 5\.0 s"):
        complete(timings(SpokenSentence(text="a", start=8.0, end=9.0)), 5.0)


def test_a_voice_of_unknown_timing_is_divided_by_characters():
    """Sentences follow each other without gaps over the whole track."""
    first, second = proportional(["abc", "abcdefg"], 12.0)
    assert (first.start, first.end, second.start, second.end) == (0.0, 4.0, 4.0, 12.0)
    assert [word.text for word in second.words] == ["abcdefg"]

"""What is said and when, made whole: words for every sentence, times for every word, whatever the voice service knew. Pure."""

from collections.abc import Sequence

from processing_service.contract.errors import BadInput
from services.sdk.narration import SpokenSentence, SpokenWord, Timings

SLACK = 0.5  # seconds by which timings may run past the sound before they must belong to another voice track


def complete(timings: Timings, voice_seconds: float) -> tuple[SpokenSentence, ...]:
    """The sentences of `timings`, in order, within the voice track, each with words. Raises BadInput when they cannot be its."""
    latest = max((sentence.start for sentence in timings.sentences), default=0.0)
    if latest > voice_seconds + SLACK:
        raise BadInput(
            f"the timings speak of a sentence at {latest:.1f} s, but the voice track ends at {voice_seconds:.1f} s; "
            "give the timings that were made with this voice track",
            code="timings-mismatch",
        )
    whole: list[SpokenSentence] = []
    clock = 0.0
    for sentence in timings.sentences:
        start = min(max(sentence.start, clock), voice_seconds)
        end = min(max(sentence.end, start), voice_seconds)
        words = _within(sentence.words, start, end) if sentence.words else spread(sentence.text.split(), start, end)
        whole.append(SpokenSentence(text=sentence.text, start=start, end=end, words=words))
        clock = start
    return tuple(whole)


def proportional(sentences: Sequence[str], voice_seconds: float) -> tuple[SpokenSentence, ...]:
    """Sentences laid over a voice of which only the length is known: each gets time by its number of characters."""
    return tuple(
        SpokenSentence(
            text=piece.text, start=piece.start, end=piece.end, words=spread(piece.text.split(), piece.start, piece.end)
        )
        for piece in spread(sentences, 0.0, voice_seconds)
    )


def spread(texts: Sequence[str], start: float, end: float) -> tuple[SpokenWord, ...]:
    """Divide a stretch of time among texts by their length; the blank after each counts as one character."""
    total = sum(len(text) + 1 for text in texts)
    pieces: list[SpokenWord] = []
    said = 0
    for text in texts:
        begun, said = said, said + len(text) + 1
        pieces.append(
            SpokenWord(text=text, start=start + (end - start) * begun / total, end=start + (end - start) * said / total)
        )
    return tuple(pieces)


def _within(words: Sequence[SpokenWord], start: float, end: float) -> tuple[SpokenWord, ...]:
    """Words in rising order inside their sentence: cues cut between them must not run backwards."""
    kept: list[SpokenWord] = []
    clock = start
    for word in words:
        clock = min(max(word.start, clock), end)
        kept.append(SpokenWord(text=word.text, start=clock, end=min(max(word.end, clock), end)))
    return tuple(kept)

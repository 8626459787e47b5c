"""Cues: limits, breaks, times, WebVTT."""

import re
from itertools import pairwise

import pytest

from services.sdk.narration import SpokenSentence, SpokenWord
from services.video.captions import Cue, cues, webvtt
from services.video.linebreaks import width
from services.video.speech import proportional

RUSSIAN = [
    "Кошки живут рядом с человеком уже почти десять тысяч лет, и за это время они изменились гораздо меньше, чем собаки.",
    "Первые из них пришли к амбарам сами: там были мыши.",
    "Люди заметили пользу и перестали их прогонять, а потом стали кормить, защищать и даже почитать, как это было в Древнем "
    "Египте, где за убийство кошки строго наказывали.",
    "Сегодня на планете живёт более 600 миллионов домашних кошек, и почти в каждом доме найдётся место на диване для одной из них.",
    "Да.",
    "Деньги решают не всё, и на экране это видно лучше, чем в жизни.",
]
ENGLISH = [
    "The quick brown fox jumps over the lazy dog and then it runs back to the forest to hide from the hunters who have been "
    "looking for it since the early morning.",
    "What are you looking at?",
    "Check the sources and check again, because the second reading always finds the mistake that the first one missed.",
    "A model reads the text, splits it into sentences and gives each of them a slide with a heading that names its words.",
]
ENGLISH_DANGLING = "the a an of in on at to for with from by and or but that which because"
RUSSIAN_DANGLING = "в на с к о от до по за из у под над при без для и а но или что чтобы как если не ни"
DANGLING = set(f"{ENGLISH_DANGLING} {RUSSIAN_DANGLING}".split())


def made(texts, *, changes=(), pace=15.0):
    """Cues of texts spoken at `pace` characters a second."""
    seconds = sum(len(text) + 1 for text in texts) / pace
    sentences = proportional(texts, seconds)
    return sentences, cues(sentences, [sentences[index].start for index in changes], lead_in=0.3, seconds=seconds + 1.1, fps=30)


@pytest.mark.parametrize("texts", [RUSSIAN, ENGLISH], ids=["ru", "en"])
def test_cues_keep_the_limits_of_the_trade(texts):
    """At most two lines of 42 characters; 5/6 to 7 seconds; two frames apart; readable pace."""
    _, found = made(texts)
    for cue in found:
        assert 1 <= len(cue.lines) <= 2
        assert all(1 <= width(line) <= 42 for line in cue.lines)
        assert 5 / 6 - 1e-9 <= cue.end - cue.start <= 7 + 1e-9
        assert sum(map(len, cue.lines)) / (cue.end - cue.start) <= 20
    assert all(after.start - before.end >= 2 / 30 - 1e-9 for before, after in pairwise(found))


@pytest.mark.parametrize("texts", [RUSSIAN, ENGLISH], ids=["ru", "en"])
def test_no_line_ends_in_a_preposition_or_conjunction(texts):
    """Nor does a cue consist of one orphaned word."""
    _, found = made(texts)
    endings = {line.split()[-1].lower() for cue in found for line in cue.lines}
    assert not endings & DANGLING
    assert all(len(" ".join(cue.lines).split()) > 1 for cue in found)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "Its gravity draws the ocean nearest to it into a long, low bulge.",
            [("Its gravity draws the ocean nearest to it", "into a long, low bulge.")],
        ),
        (
            "When it lines up with the Moon, spring tides run high; when it pulls from the side, neap tides barely stir.",
            [
                ("When it lines up with the Moon,", "spring tides run high;"),
                ("when it pulls from the side,", "neap tides barely stir."),
            ],
        ),
        (
            "Первые из них пришли к амбарам сами: там были мыши.",
            [("Первые из них пришли к амбарам сами:", "там были мыши.")],
        ),
    ],
    ids=["a preposition and its pronoun", "a semicolon", "a colon"],
)
def test_what_is_read_in_one_go_is_not_broken(text, lines):
    """Breaks stand at the ends of clauses, not before "to it"."""
    _, found = made([text])
    assert [cue.lines for cue in found] == lines


@pytest.mark.parametrize("texts", [RUSSIAN, ENGLISH], ids=["ru", "en"])
def test_every_word_is_shown_once_in_order_when_it_is_spoken(texts):
    """The cues read one after another are the narration, and each starts with its first word."""
    sentences, found = made(texts)
    assert " ".join(line for cue in found for line in cue.lines) == " ".join(texts)
    starts = {round(word.start + 0.3, 6) for sentence in sentences for word in sentence.words}
    assert {round(cue.start, 6) for cue in found} <= starts


def test_no_cue_spans_a_change_of_slide():
    """What belongs to the next slide starts a new cue even where both would fit into one."""
    _, together = made(["One two.", "Three four."])
    _, apart = made(["One two.", "Three four."], changes=[1])
    assert [cue.lines for cue in together] == [("One two. Three four.",)]
    assert [cue.lines for cue in apart] == [("One two.",), ("Three four.",)]


def test_a_lone_dash_stays_with_the_word_before_it():
    """«Москва — столица» never starts a line with a dash."""
    _, found = made(["Москва — это столица, которая растёт быстрее, чем все остальные города — и это видно каждому гостю."])
    lines = [line for cue in found for line in cue.lines]
    assert any("— " in line for line in lines)
    assert not any(line.startswith("—") for line in lines)


@pytest.mark.parametrize(
    "text",
    ["See https://example.com/" + "abcdefghij" * 9 + " now.", "猫は一万年前から人間の近くで暮らしています。" * 4, "ы" * 100],
    ids=["address", "japanese", "one word"],
)
def test_words_that_fit_no_line_are_cut(text):
    """Addresses and scripts without blanks stay inside the width, and no character is lost."""
    _, found = made([text])
    assert all(width(line) <= 42 for cue in found for line in cue.lines)
    assert "".join("".join(cue.lines) for cue in found).replace(" ", "") == text.replace(" ", "")


def test_a_voice_that_gave_all_words_one_time_still_has_orderly_cues():
    """Starts rise and every cue lasts a little, whatever the timings."""
    words = tuple(SpokenWord(text=text, start=1.0, end=1.0) for text in " ".join(ENGLISH).split())
    found = cues([SpokenSentence(text="", start=1.0, end=1.0, words=words)], [], lead_in=0.3, seconds=20.0, fps=30)
    assert all(cue.end > cue.start for cue in found)
    assert all(after.start >= before.end for before, after in pairwise(found))


def test_nothing_spoken_gives_no_cues():
    """No words, no cues, and a WebVTT file that is only its header."""
    assert cues([], [], lead_in=0.3, seconds=5.0, fps=30) == []
    assert webvtt([]) == "WEBVTT\n\n"


def test_webvtt_escapes_what_would_be_markup():
    """Tags, ampersands and arrows are text; times have hours and milliseconds."""
    text = webvtt([Cue(0.3, 2.5, ("a < b & c --> d", "second")), Cue(3_599.9996, 3_661.5, ("{\\an8} <i>x</i>",))])
    assert text == (
        "WEBVTT\n\n1\n00:00:00.300 --> 00:00:02.500\na &lt; b &amp; c --&gt; d\nsecond\n\n"
        "2\n01:00:00.000 --> 01:01:01.500\n{\\an8} &lt;i&gt;x&lt;/i&gt;\n\n"
    )


def test_control_characters_and_line_separators_never_reach_a_cue():
    """A word with a newline, NUL or U+2028 inside cannot break the file's structure."""
    words = (SpokenWord(text="a\n\n2\nb", start=0.0, end=1.0), SpokenWord(text="c\u2028d\0", start=1.0, end=2.0))
    (cue,) = cues([SpokenSentence(text="x", start=0.0, end=2.0, words=words)], [], lead_in=0.0, seconds=4.0, fps=30)
    assert cue.lines == ("a 2 b c d",)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u2028]", webvtt([cue]))

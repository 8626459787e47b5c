"""What a bank of sentences for bare prompts is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Movement:
    """One turn of the talk, with its sentences in the order they may follow each other.

    Every sentence is true of any topic: the offline writer knows nothing about the topic and says so rather than invent.
    `{about}` stands for the topic as a phrase that fits after a noun: «про котов», "about cats", «о том, как работают приливы».
    """

    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bank:
    """`opening`, `honest` and `closing` always speak; `middle` gives as many sentences as there is time for, in this order."""

    opening: tuple[str, ...]
    frame: tuple[str, ...]
    middle: tuple[Movement, ...]
    honest: tuple[str, ...]
    closing: tuple[str, ...]

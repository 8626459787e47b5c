"""Writes with any OpenAI-compatible chat model: an answer in a JSON schema, validated, with one chance to repair it."""

import json
import re
import time
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from processing_service.contract.errors import BadInput, Permanent, TaskError, Transient
from processing_service.contract.task import JSONValue
from services.sdk.language import detect_language
from services.sdk.narration import Narration
from services.sdk.sentences import split_sentences
from services.sdk.vendors.openai_compatible import Endpoint, OpenAICompatible
from services.text.port import Headline, HeadlineRequest, NarrationRequest
from services.text.providers.offline import WORDS_PER_SLIDE
from services.text.settings import TextSettings
from services.text.units import at_least

DEFAULT_MODEL = "gpt-4o-mini"
_SOURCE_CHARACTERS = 200_000
_NUMBERED = re.compile(r"^(?:slide|слайд|folie|diapositive|diapositiva)\s*(?:№|#|no\.?)?\s*\d+\b[\s:.–—-]*", re.IGNORECASE)


class _Written(BaseModel):
    """What the model must answer for a narration."""

    model_config = ConfigDict(extra="ignore")

    language: str = Field(pattern=r"^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$")
    title: str = Field(min_length=1, max_length=200)
    sentences: list[str] = Field(min_length=1, max_length=2_000)

    @field_validator("sentences")
    @classmethod
    def _speakable(cls, sentences: list[str]) -> list[str]:
        kept = [" ".join(sentence.split()) for sentence in sentences if any(map(str.isalnum, sentence))]
        if not kept:
            raise ValueError("no sentence holds a word")
        return kept


class _Named(BaseModel):
    """What the model must answer for a slide."""

    model_config = ConfigDict(extra="ignore")

    heading: str = Field(min_length=1, max_length=120)
    points: list[str] = Field(default_factory=list, max_length=12)

    @field_validator("heading")
    @classmethod
    def _telling(cls, heading: str) -> str:
        heading = _NUMBERED.sub("", " ".join(heading.split())).strip(" .:;,")
        if not any(map(str.isalnum, heading)):
            raise ValueError("the heading says nothing: name what the part is about")
        return heading


M = TypeVar("M", bound=BaseModel)


class OpenAIWriter:
    """Implements `port.TextProvider` over chat completions."""

    def __init__(self, settings: TextSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._vendor = OpenAICompatible(Endpoint(settings.base_url, settings.openai_api_key.get_secret_value()))
        self._model = settings.text_model
        self._timeout = settings.text_timeout
        self._clock = clock

    def narrate(self, request: NarrationRequest) -> Narration:
        slides = request.slides or 4
        words = request.words or WORDS_PER_SLIDE * slides
        source = request.text[:_SOURCE_CHARACTERS]
        rules = [
            "You write narrations for short films, to be spoken aloud.",
            f"Write in {request.language}." if request.language else "Write in the language of the user's text.",
            f"Write at least {slides} sentences, about {words} words in all: plain, concrete, without headings, lists, markup, "
            "emoji or stage directions.",
            "One array item is one complete sentence. `language` is its ISO 639-1 code.",
            "Do not invent facts, figures or quotations you are not sure of.",
        ]
        if source:
            rules.append("Say only what the source text says, in its order; prefer its own sentences.")
        asked = request.prompt.strip() or "Narrate the source text."
        user = f"{asked}\n\nSource text:\n{source}" if source else asked
        written = self._ask(_Written, "narration", " ".join(rules), user, request.model)
        sentences = [sentence for item in written.sentences for sentence in split_sentences(item)]
        units = at_least(sentences, slides)
        if units is None:
            raise Transient(f"the model wrote too few words for {slides} slides", code="provider-schema")
        language = written.language.lower().partition("-")[0]
        if len(language) != 2:
            language = detect_language(" ".join(sentences))
        return Narration(language=language, title=written.title.strip(), sentences=tuple(units))

    def headline(self, request: HeadlineRequest) -> Headline:
        rules = (
            "You name slides of a narrated film. For the marked part of the narration give a heading of 2 to 7 words and 2 to 4 short "
            "points of at most 90 characters each, in the language of the narration and in the words of that part. No numbering, no "
            "final full stops, never a heading like 'Slide 1'."
        )
        parts = "\n".join(
            f"{'>>> ' if number == request.number else ''}Part {number}: {' '.join(part)}"
            for number, part in enumerate(request.parts, 1)
        )
        named = self._ask(_Named, "slide", rules, f"{request.prompt}\n\nThe part marked >>> is yours.\n{parts}", request.model)
        points = [" ".join(point.split()).strip(" •*-").rstrip(" .;,") for point in named.points]
        return Headline(named.heading[:80], tuple(point[:90] for point in points if any(map(str.isalnum, point)))[:4])

    def _ask(self, shape: type[M], name: str, system: str, user: str, wish: str) -> M:
        """One question, one repair: a second bad answer ends the attempt as transient, so that the next link may take over."""
        ends = self._clock() + self._timeout
        messages: list[JSONValue] = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        schema = shape.model_json_schema()
        problem = ""
        for _ in range(2):
            answer = self._chat(messages, name, schema, wish, ends)
            try:
                return shape.model_validate_json(_object_in(answer))
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                problem = f"{'.'.join(map(str, first['loc'])) or 'answer'}: {first['msg']}"
            messages += [
                {"role": "assistant", "content": answer[:8_000]},
                {
                    "role": "user",
                    "content": f"That does not fit ({problem}). Answer again with one JSON object of this schema and "
                    f"nothing else: {json.dumps(schema)}",
                },
            ]
        raise Transient(f"the model did not answer in the asked shape ({problem})", code="provider-schema")

    def _chat(self, messages: list[JSONValue], name: str, schema: dict[str, JSONValue], wish: str, ends: float) -> str:
        """Ask with the wished model; where the endpoint lacks it, or knows no schemas, ask the way it can."""
        models = list(dict.fromkeys(model for model in (wish, self._model) if model)) or [DEFAULT_MODEL]
        formats: list[JSONValue] = [
            {"type": "json_schema", "json_schema": {"name": name, "schema": schema}},
            {"type": "json_object"},
        ]
        while True:
            left = ends - self._clock()
            if left <= 0:
                raise Transient(f"the provider did not finish within {self._timeout:g} s", code="provider-timeout")
            hint: JSONValue = {"role": "system", "content": f"Answer with one JSON object of this schema: {json.dumps(schema)}"}
            body: dict[str, JSONValue] = {"model": models[0], "messages": [hint, *messages], "response_format": formats[0]}
            try:
                return self._vendor.chat(body, deadline=left)
            except Permanent as error:
                if error.code != "provider-not-found" or len(models) == 1:
                    raise
                models.pop(0)
            except BadInput as error:
                if not _about_format(error) or len(formats) == 1:
                    raise
                formats.pop(0)


def _about_format(error: TaskError) -> bool:
    """A 400 may mean that this server knows no `json_schema`; the simpler format settles whether it was that."""
    return error.code == "provider-bad-request"


def _object_in(answer: str) -> str:
    """The JSON object in an answer that may wrap it in prose or a fence."""
    first, last = answer.find("{"), answer.rfind("}")
    return answer[first : last + 1] if 0 <= first < last else answer

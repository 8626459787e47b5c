"""CreateText and CreateSlidePrompt."""

from collections.abc import Mapping
from typing import Any

from processing_service.contract.errors import BadInput
from processing_service.contract.task import ClaimedTask, Upstream
from services.sdk.chain import Chain
from services.sdk.language import detect_language
from services.sdk.narration import Narration, Slide, partition
from services.sdk.operation import Context, Operation, Outcome
from services.sdk.spoken_text import read_text
from services.text.article import read_article
from services.text.port import HeadlineRequest, NarrationRequest, TextProvider
from services.text.providers.registry import build_chain
from services.text.settings import TextSettings

MOST_SLIDES = 1_000
MOST_CHARACTERS = 2_000_000


def create_text(task: ClaimedTask, context: Context) -> Outcome:
    """Write the narration of a film from a prompt, or from the text in `text`."""
    return write_text(task, context, build_chain(TextSettings()))


def create_slide_prompt(task: ClaimedTask, context: Context) -> Outcome:
    """Name one slide from its part of the narration."""
    return write_slide(task, context, build_chain(TextSettings()))


OPERATIONS: Mapping[str, Operation] = {"CreateText": create_text, "CreateSlidePrompt": create_slide_prompt}


def write_text(task: ClaimedTask, context: Context, chain: Chain[TextProvider]) -> Outcome:
    """CreateText: the narration of a prompt, or of a text that is given, kept as an artifact. Raises BadInput for neither."""
    request = NarrationRequest(
        prompt=_text(task.fields, "prompt"),
        text=_text(task.fields, "text"),
        slides=_whole(task.fields, "slides_count", least=1, most=MOST_SLIDES),
        words=_whole({**task.fields, **task.params}, "words", least=1, most=100_000),
        language=_language({**task.fields, **task.params}),
        model=_text(task.params, "model"),
    )
    if not request.prompt.strip() and not request.text.strip():
        raise BadInput("there is nothing to write about: give `prompt` or `text`", code="prompt-empty")
    if len(request.text) > MOST_CHARACTERS:
        raise BadInput(f"the text has {len(request.text):,} characters; {MOST_CHARACTERS:,} are accepted", code="text-too-long")
    context.progress(5, "writing")
    provider, narration = chain.first(lambda writer: writer.narrate(request))
    text = narration.text
    return Outcome(
        context.save_json(narration.model_dump(mode="json")),
        {
            "language": narration.language,
            "title": narration.title,
            "sentences": len(narration.sentences),
            "characters": len(text),
            "provider": provider,
            "excerpt": text[:200],
        },
    )


def write_slide(task: ClaimedTask, context: Context, chain: Chain[TextProvider]) -> Outcome:
    """CreateSlidePrompt: what one slide shows, from its share of the narration. Raises BadInput for more slides than sentences."""
    upstream = task.upstream("text_task_id") or task.named("CreateText")
    narration = _narration(upstream, context) if upstream else None
    number, of = _place(task, upstream)
    prompt = _text(task.fields, "prompt")
    if narration is None:
        narration = _alone(prompt)
        first, end, position = 0, 1, 1
        parts: tuple[tuple[str, ...], ...] = (narration.sentences,)
    else:
        if of > len(narration.sentences):
            raise BadInput(
                f"the narration has {len(narration.sentences)} sentences and {of} slides were asked: each slide needs at least one; "
                f"give CreateText `slides_count: {of}`, or ask for at most {len(narration.sentences)} slides",
                code="too-many-slides",
            )
        runs = partition([len(sentence) for sentence in narration.sentences], of)
        first, end = runs[number - 1]
        parts = tuple(narration.sentences[start:stop] for start, stop in runs)
        position = number
    request = HeadlineRequest(prompt, parts, position, narration.language, narration.title, _text(task.params, "model"))
    provider, headline = chain.first(lambda writer: writer.headline(request))
    slide = Slide(
        number=number,
        of=of,
        language=narration.language,
        heading=headline.heading,
        points=headline.points,
        first=first,
        end=end,
    )
    document = slide.model_dump(mode="json")
    return Outcome(context.save_json(document), {**document, "provider": provider})


def _place(task: ClaimedTask, upstream: Upstream | None) -> tuple[int, int]:
    """Which slide this is, and of how many: what the template says, else the task's place among the consumers of the text."""
    number = _whole(task.fields, "slide_number", least=1, most=MOST_SLIDES)
    of = _whole(task.fields, "slides_count", least=1, most=MOST_SLIDES)
    if number is None and upstream is not None:
        number = upstream.position
        of = of or upstream.siblings
    if of is None and upstream is not None:
        of = upstream.siblings
    number = number or 1
    of = of or number
    if number > of:
        raise BadInput(f"slide_number is {number}, but there are {of} slides", code="slide-number")
    return number, of


def _narration(upstream: Upstream, context: Context) -> Narration | None:
    said = read_text(upstream, context)
    return _from_text(said) if isinstance(said, str) else said


def _from_text(text: str) -> Narration:
    article = read_article(text)
    if not article.sentences:
        raise BadInput("the text of the upstream task holds no words", code="text-empty")
    sentences = tuple(sentence.text for sentence in article.sentences)
    return Narration(language=detect_language(" ".join(sentences)), title=article.title, sentences=sentences)


def _alone(prompt: str) -> Narration:
    """A slide without a narration speaks its own prompt."""
    article = read_article(prompt)
    if not article.sentences:
        raise BadInput("the slide has neither a narration (`text_task_id`) nor words in its `prompt`", code="prompt-empty")
    sentences = tuple(sentence.text for sentence in article.sentences)
    return Narration(language=detect_language(" ".join(sentences)), title="", sentences=sentences)


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if not isinstance(value, str):
        raise BadInput(f"`{name}` must be text", code="wrong-type")
    return value


def _whole(fields: Mapping[str, Any], name: str, *, least: int, most: int) -> int | None:
    """A whole number; a template may leave digits as text."""
    value = fields.get(name)
    if value is None or value == "":
        return None
    if (
        isinstance(value, str)
        and value.strip().lstrip("+-").isascii()
        and value.strip().lstrip("+-").isdigit()
        and len(value) < 12
    ):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(f"`{name}` must be a whole number", code="wrong-type")
    if not least <= value <= most:
        raise BadInput(f"`{name}` is {value}; it must be from {least} to {most}", code="out-of-range")
    return value


def _language(fields: Mapping[str, Any]) -> str:
    if _text(fields, "language").strip().lower() == "auto":
        return ""
    language = _text(fields, "language").strip().lower().replace("_", "-").partition("-")[0]
    if language and not (2 <= len(language) <= 3 and language.isascii() and language.isalpha()):
        raise BadInput("`language` must be a code of two letters such as `en` or `ru`", code="wrong-type")
    return language

"""CreateSlide."""

from collections.abc import Mapping

from processing_service.contract.errors import BadInput
from processing_service.contract.task import ClaimedTask
from services.image.port import Illustrator, SlideSpec
from services.image.providers.registry import build_chain
from services.image.request import SlideText, read_slide
from services.image.resolution import DEFAULT as DEFAULT_RESOLUTION
from services.image.resolution import parse_resolution
from services.image.settings import ImageSettings
from services.image.styles import DEFAULT as DEFAULT_STYLE
from services.image.styles import find_style
from services.sdk.chain import Chain
from services.sdk.operation import Context, Operation, Outcome

ALT_CHARACTERS = 250


def create_slide(task: ClaimedTask, context: Context) -> Outcome:
    """Draw one slide of a film."""
    return draw_slide(task, context, build_chain(ImageSettings()))


OPERATIONS: Mapping[str, Operation] = {"CreateSlide": create_slide}


def draw_slide(task: ClaimedTask, context: Context, chain: Chain[Illustrator]) -> Outcome:
    """`result.slide` is the Slide that the picture shows; `missing_glyphs` says what had to be left out of it."""
    frame = parse_resolution(task.params.get("resolution") or DEFAULT_RESOLUTION)
    style = find_style(task.params.get("style") or DEFAULT_STYLE)
    slide = read_slide(task, context)
    context.progress(10, "drawing")
    spec = SlideSpec(slide.heading, slide.points, slide.number, slide.of, style.name, frame, film=_film(task))
    provider, drawing = chain.first(lambda illustrator: illustrator.draw(spec))
    path = context.workspace / "slide.png"
    path.write_bytes(drawing.png)
    return Outcome(
        context.save(path),
        {
            "slide": slide.document,
            "style": style.name,
            "width": frame.width,
            "height": frame.height,
            "provider": provider,
            "alt": _alt(slide),
            "missing_glyphs": list(drawing.missing_glyphs),
        },
    )


def _film(task: ClaimedTask) -> str:
    """What all slides of one film share, when the template says it: the prompt beside the slide. It chooses the palette."""
    prompt = task.fields.get("prompt")
    if prompt is not None and not isinstance(prompt, str):
        raise BadInput("`prompt` is a text", code="bad-prompt")
    return prompt if prompt and task.inputs else ""


def _alt(slide: SlideText) -> str:
    """What a person who cannot see the picture should hear of it."""
    said = "; ".join(point.strip().rstrip(".;") for point in slide.points if point.strip())
    text = " ".join(f"{slide.heading.strip()}: {said}".split() if said else slide.heading.split())
    return text if len(text) <= ALT_CHARACTERS else text[: ALT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"

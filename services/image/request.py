"""What a CreateSlide task asks for, read from whatever its upstream left. Our own slides and those of other people's workers."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from processing_service.contract.errors import BadInput
from processing_service.contract.task import ClaimedTask, JSONValue, Upstream
from services.sdk.language import detect_language
from services.sdk.narration import Slide
from services.sdk.operation import Context

TEXT_BYTES = 64 * 1024  # of a foreign text file: more than any slide shows
MOST_POINTS = 12


@dataclass(frozen=True, slots=True)
class SlideText:
    """The words of a slide. `document` is the Slide JSON they came in; of a bare heading, the part of one that is known."""

    heading: str
    points: tuple[str, ...]
    number: int | None
    of: int | None
    document: JSONValue


def read_slide(task: ClaimedTask, context: Context) -> SlideText:
    """The slide that `slide_prompt_id` names (or any CreateSlidePrompt), else the task's own prompt. Raises BadInput without words."""
    upstream = task.upstream("slide_prompt_id") or task.named("CreateSlidePrompt")
    prompt = task.fields.get("prompt")
    found = _left_by(upstream, context) if upstream else _bare(prompt) if isinstance(prompt, str) else None
    if found is None or not (found.heading.strip() or any(point.strip() for point in found.points)):
        raise BadInput(
            "there is nothing to put on the slide: let `slide_prompt_id` name a CreateSlidePrompt task, report a heading as the "
            "`result` of the task it names, or give `prompt`",
            code="slide-empty",
        )
    return found


def _left_by(upstream: Upstream, context: Context) -> SlideText | None:
    found = _said(upstream.result)
    if found is not None or not upstream.result_ref:
        return found
    if upstream.result_ref.startswith("artifact://") and upstream.result_ref.endswith(".json"):
        return _said(context.read_json(upstream.result_ref))
    if upstream.result_ref.startswith("artifact://") and upstream.result_ref.endswith((".txt", ".md")):
        with context.open(upstream.result_ref).open("rb") as file:
            return _bare(file.read(TEXT_BYTES).decode("utf-8", errors="replace"))
    raise BadInput(
        f"the slide text of task {upstream.id} is at {upstream.result_ref[:200]}, which this service cannot read; report it as "
        '`result` (a string, or {"heading": …, "points": […]}) or upload it with POST /artifacts',
        code="foreign-ref",
    )


def _said(value: Any) -> SlideText | None:
    """A Slide, something with a heading, or a string; None for anything else."""
    value = _valid(value)
    if isinstance(value, str) and value.strip():
        return _bare(value)
    if not isinstance(value, dict):
        return None
    try:
        slide = Slide.model_validate(value)
    except ValidationError:
        heading = next((value[name] for name in ("heading", "title", "text") if isinstance(value.get(name), str)), None)
        if heading is None:
            return None
        listed = value.get("points")
        points = [point for point in listed if isinstance(point, str)] if isinstance(listed, list) else []
        return _bare(heading, tuple(points[:MOST_POINTS]))
    return SlideText(slide.heading, slide.points[:MOST_POINTS], slide.number, slide.of, slide.model_dump(mode="json"))


def _valid(value: Any) -> Any:
    """The same JSON without lone surrogates (`"\\ud800"` is legal JSON), which no later reader could be sent."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _bare(text: str, points: tuple[str, ...] = ()) -> SlideText:
    """The first line that says anything, without its Markdown sign, as a heading. It has no number and no sentences:
    the film then divides the narration evenly."""
    lines = (line.strip().lstrip("#").strip() for line in text.splitlines())
    heading = next((line for line in lines if line), "")
    document: JSONValue = {
        "v": 1,
        "kind": "slide",
        "language": detect_language(heading),
        "heading": heading,
        "points": list(points),
    }
    return SlideText(heading, points, None, None, document)

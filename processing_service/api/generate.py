"""`POST /generate`: a description becomes a scenario."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from processing_service.api.answers import json_response
from processing_service.api.dependencies import EngineDoor
from processing_service.api.disconnect import while_connected
from processing_service.api.documentation import accepts, problem_answers
from processing_service.api.idempotency import fingerprint, idempotency_key
from processing_service.api.json_body import read_json
from processing_service.api.problems import refused
from processing_service.api.query import query
from processing_service.api.requests import GenerateRequest
from processing_service.api.validation import validate
from processing_service.contract.errors import InvalidRequest, Problem
from processing_service.contract.status import TERMINAL
from processing_service.engine.view import Accepted

DESCRIPTION: Final = "PROMPT"
SLIDES: Final = "N_SLIDES"

MAX_PREFER_WAIT: Final = 60.0

_WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,5})(?:$|[,;\s])")

router = APIRouter(tags=["scenarios"])


@router.post(
    "/generate",
    operation_id="generate",
    status_code=202,
    response_model=Accepted,
    summary="Start a scenario",
    responses=problem_answers(400, 403, 408, 413, 415, 422, 503),
    openapi_extra=accepts(GenerateRequest),
)
async def generate(request: Request, engine: EngineDoor) -> Response:
    """Expands the template `scenario` and starts it. Follow `links.self` or `links.events`.

    With an `Idempotency-Key` the same request is answered the same way for 24 hours and starts nothing twice. With
    `Prefer: wait=30` the answer waits up to so many seconds and is 200 with the finished scenario if it ends in time.
    """
    query(request)
    key = idempotency_key(request)
    body = await read_json(request)
    wanted = validate(GenerateRequest, body)
    known = await engine.template_variables(wanted.scenario)
    try:
        accepted = await engine.submit(
            wanted.scenario,
            variables_of(wanted, known),
            idempotency_key=key,
            fingerprint=fingerprint(body.value) if key else "",
        )
    except InvalidRequest as error:
        error.problems = tuple(_repointed(error.problems, wanted))
        raise
    href = f"/scenarios/{accepted.scenario_id}"
    headers = {"Location": href}
    if accepted.replayed:
        headers["Idempotency-Replayed"] = "true"
    if wait := _preferred_wait(request):
        headers["Preference-Applied"] = f"wait={wait:.0f}"
        scenario = await while_connected(request, engine.wait_until_ended(accepted.scenario_id, wait))
        if scenario.status in TERMINAL:
            return json_response(scenario, headers=headers)
    content = accepted.model_dump(mode="json", exclude={"replayed"})
    content["links"] = {"self": href, "events": f"{href}/events", "cancel": f"{href}/cancel"}
    return json_response(content, status=202, headers={**headers, "Retry-After": "1"})


def variables_of(wanted: GenerateRequest, known: Collection[str]) -> dict[str, Any]:
    """The request's fields as template variables, or a 422 with every mistake. `known` are the template's own variables.

    Only what concerns the fields is checked here; what a variable may hold, its template says.
    """
    if problems := tuple(_field_problems(wanted, known)):
        raise refused(problems)
    variables = dict(wanted.variables)
    if wanted.description:
        variables[DESCRIPTION] = wanted.description
    if wanted.slides_count:
        variables[SLIDES] = wanted.slides_count
    return variables


def _field_problems(wanted: GenerateRequest, known: Collection[str]) -> Iterator[Problem]:
    named = (("description", DESCRIPTION, wanted.description), ("slides_count", SLIDES, wanted.slides_count))
    for field, variable, value in named:
        if value and variable in wanted.variables:
            yield Problem("variable-set-twice", f"`{field}` is the variable {variable}; give one of them", pointer=f"/{field}")
        elif value and variable not in known:
            yield Problem("unknown-variable", f"this template has no variable {variable}", "leave it out", pointer=f"/{field}")
    # An article in `variables` can stand in for a description; an empty request or a blank one cannot.
    blank = "description" in wanted.model_fields_set and not wanted.description.strip()
    if blank or (DESCRIPTION in known and not wanted.description and not wanted.variables):
        yield Problem("required", "say in `description` what to make", pointer="/description")


def _repointed(problems: tuple[Problem, ...], wanted: GenerateRequest) -> Iterator[Problem]:
    """What the engine says of a variable, said of the field it came from."""
    fields = {DESCRIPTION: "description", SLIDES: "slides_count"}
    for problem in problems:
        name = problem.pointer.removeprefix("/variables/")
        field = fields.get(name) if name not in wanted.variables else None
        yield replace(problem, pointer=f"/{field}") if field else problem


def _preferred_wait(request: Request) -> float:
    """Seconds of `Prefer: wait=N` (RFC 7240), capped; 0 when the caller does not want to wait."""
    found = _WAIT.search(request.headers.get("prefer", ""))
    return min(float(found[1]), MAX_PREFER_WAIT) if found else 0.0

"""Templates: what can be started, and with which variables."""

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from processing_service.api.answers import json_response
from processing_service.api.dependencies import EngineDoor
from processing_service.api.documentation import problem_answers
from processing_service.api.path import TemplateName
from processing_service.api.query import query
from processing_service.engine.view import TemplateView

router = APIRouter(prefix="/templates", tags=["templates"])


class TemplateList(BaseModel):
    """Every template found, the broken ones with their problems."""

    items: list[TemplateView]


@router.get(
    "", operation_id="listTemplates", summary="Templates to start", response_model=TemplateList, responses=problem_answers(422)
)
async def list_templates(request: Request, engine: EngineDoor) -> Response:
    """Files are read again when they change; one that no longer loads is listed with what is wrong."""
    query(request)
    return json_response(TemplateList(items=await engine.templates()))


@router.get(
    "/{name}",
    operation_id="getTemplate",
    summary="A template",
    response_model=TemplateView,
    responses=problem_answers(404, 422),
)
async def get_template(name: TemplateName, request: Request, engine: EngineDoor) -> Response:
    """By its own name or by an alias: `CreateVideo` and `ScenarioCreateVideo` are one."""
    query(request)
    return json_response(await engine.template(name))

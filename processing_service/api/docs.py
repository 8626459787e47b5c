"""The OpenAPI document, and a page that shows it without leaving this server."""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from processing_service.api.answers import json_response
from processing_service.api.documentation import ProblemDetails
from processing_service.api.query import query
from processing_service.api.requests import CancelRequest, ClaimRequest, GenerateRequest, HeartbeatRequest, ReportRequest
from processing_service.contract.errors import NotFound
from processing_service.contract.task import Report

INTRODUCTION: Final = (
    "One template in, a finished, narrated film out. Errors are RFC 9457 problems with a stable `code`. "
    "Workers: `claim`, `report` and `heartbeat` under *queues*, or plain `PATCH /tasks/{id}/status`; the messages' JSON Schemas are under `/schemas`."
)
OPENAPI_VERSION: Final = "3.1.0"

# Bodies that routes read themselves, so that the framework does not know them.
_BODIES: Final[tuple[type[BaseModel], ...]] = (
    GenerateRequest,
    CancelRequest,
    ClaimRequest,
    ReportRequest,
    HeartbeatRequest,
    Report,
    ProblemDetails,
)

# Swagger UI's files come from the wheel `fastapi-offline` (MIT; Swagger UI is Apache-2.0), so that nothing is fetched from elsewhere.
_ASSETS: Final[Mapping[str, str]] = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>scenaries API</title>
<link rel="icon" href="/docs/favicon.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START: Final = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
"""
# Swagger UI writes style attributes and draws its icons from data URIs; everything else is ours.
_POLICY: Final = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
async def openapi_document(request: Request) -> Response:
    """OpenAPI 3.1 of everything this server answers to."""
    query(request)
    return json_response(openapi(request.app))


@router.get("/docs")
async def page() -> Response:
    """Swagger UI."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/start.js")
async def start() -> Response:
    """The few lines that start Swagger UI: a file, because the policy allows no script in the page."""
    return Response(_START, media_type="text/javascript")


@router.get("/docs/{name}")
async def asset(name: str) -> Response:
    """One of Swagger UI's files."""
    if name not in _ASSETS:
        raise NotFound("there is nothing at this path; /docs lists what there is")
    return FileResponse(_assets_folder() / name, media_type=_ASSETS[name], headers={"Cache-Control": "public, max-age=86400"})


def openapi(app: FastAPI) -> dict[str, Any]:
    """The document, made once per application."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version=OPENAPI_VERSION,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            separate_input_output_schemas=False,
        )
        _, definitions = models_json_schema(
            [(model, "validation") for model in _BODIES], ref_template="#/components/schemas/{model}"
        )
        components = document.setdefault("components", {}).setdefault("schemas", {})
        components |= definitions["$defs"]
        for name in ("HTTPValidationError", "ValidationError"):
            components.pop(name, None)
        app.openapi_schema = document
    return app.openapi_schema


@cache
def _assets_folder() -> Path:
    found = find_spec("fastapi_offline")
    if found is None or found.origin is None:
        raise NotFound("the page's files are not installed: pip install 'scenaries[api]'")
    return Path(found.origin).parent / "static"

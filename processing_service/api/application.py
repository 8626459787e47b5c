"""The HTTP application, put together: routes, the guard around them, one shape for every error."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from processing_service.api import artifacts, docs, errors, generate, health, queues, scenarios, schemas, tasks, templates
from processing_service.api.dependencies import Bounds
from processing_service.api.guard import Guard
from processing_service.api.problems import HttpProblem, invalid, response
from processing_service.engine.engine import Engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROUTERS = (
    generate.router,
    scenarios.router,
    tasks.router,
    queues.router,
    artifacts.router,
    templates.router,
    schemas.router,
    health.router,
    errors.router,
    docs.router,
)


def create_app(
    open_engine: Callable[[], AbstractAsyncContextManager[Engine]],
    bounds: Bounds,
    *,
    version: str,
    allowed_hosts: Sequence[str] = (),
) -> FastAPI:
    """The application. The engine is opened when the server starts and closed when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> "AsyncIterator[None]":
        bounds.uploads.mkdir(parents=True, exist_ok=True)
        async with open_engine() as engine:
            app.state.engine = engine
            yield

    app = FastAPI(
        title="scenaries",
        version=version,
        summary="A declarative DAG scenario engine over Redis queues.",
        description=docs.INTRODUCTION,
        lifespan=lifespan,
        openapi_url=None,  # `docs` serves it, with the schemas of the bodies that routes read themselves
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    app.state.bounds = bounds
    app.add_middleware(Guard, allowed_hosts=tuple(host.lower() for host in allowed_hosts))
    app.add_exception_handler(HTTPException, _framework_problem)
    app.add_exception_handler(RequestValidationError, _path_problem)
    for router in ROUTERS:
        app.include_router(router)
    return app


async def _framework_problem(request: Request, error: Exception) -> Response:
    """The framework's own refusals: no such path, no such method."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        problem = HttpProblem(404, "not-found", "there is nothing at this path; /docs lists what there is")
    elif error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        problem = HttpProblem(405, "method-not-allowed", f"this path answers to {allowed}", headers=error.headers)
    else:
        problem = HttpProblem(error.status_code, "bad-request", str(error.detail), headers=error.headers)
    return _answer(request, problem)


async def _path_problem(request: Request, error: Exception) -> Response:
    """A path parameter that does not have the shape of an id. Bodies and queries are checked by the routes themselves."""
    return _answer(request, invalid("invalid-id", "an id is 1 to 64 letters, digits, dots, dashes and underscores"))


def _answer(request: Request, problem: HttpProblem) -> Response:
    return response(problem, path=request.scope["path"], request_id=request.state.request_id)

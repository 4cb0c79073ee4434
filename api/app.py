"""The composition root of the web: everything that the server needs comes in as an argument."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from api.access import AccessControl, describe_access
from api.asking import KNOWN_PARAMETERS
from api.bodies import BoundedBodies
from api.deps import Served
from api.errors import Problem, Problems, add_error_handlers, describe_problems
from api.headers import SecurityHeaders
from api.metrics import Measured, Metrics
from api.portions import Portions
from api.reading import HeadAsGet, SharedReading
from api.routes import (
    accounts,
    assets,
    decisions,
    docs,
    downloads,
    features,
    figures,
    health,
    home,
    intake,
    meetings,
    plans,
    processes,
    proposals,
    registry,
    reports,
    scenarios,
    session,
    styles,
    supply,
    tiles,
    timeline,
    walking,
    whatif,
    why,
)
from api.routes import jobs as job_routes
from api.settings import Settings
from geo.errors import NotFoundError
from services.accounts.rights import Visitor
from services.edition.jobs import Jobs
from services.edition.snapshot import Editions
from services.edition.worker import Worker
from services.plans.solve import Reception
from services.words.vocabulary import EXACT, PUBLIC, View
from services.workspace.folder import Workspace, software_version

HERE = Path(__file__).parent

RESOURCES = (
    home,
    features,
    downloads,
    figures,
    tiles,
    styles,
    timeline,
    scenarios,
    decisions,
    proposals,
    registry,
    meetings,
    supply,
    why,
    whatif,
    walking,
    reports,
    plans,
    processes,
    job_routes,
    intake,
    session,
    accounts,
    health,
    assets,
    docs,
)
"""What answers, each with a router."""

GZIP_FROM_BYTES = 1024
NOT_GZIPPED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "font/ttf")


_DESCRIBED: dict[tuple[int, ...], tuple[list[APIRoute], dict[str, Any]]] = {}
"""Descriptions by the identities of the routes beside ``RESOURCES``, which are kept with it."""


class Service(FastAPI):
    """The application; its description says what a refusal looks like."""

    def openapi(self) -> dict[str, Any]:
        """Return the description of every address, made once for all applications with the same ones."""
        if self.openapi_schema is None:
            beside = [one for one in self.routes if isinstance(one, APIRoute)]
            key = tuple(map(id, beside))
            if key not in _DESCRIBED:
                document = describe_access(super().openapi(), self.routes)
                _DESCRIBED[key] = beside, describe_problems(document)
            self.openapi_schema = _DESCRIBED[key][1]
        return self.openapi_schema


def create_app(workspace: Workspace, settings: Settings) -> FastAPI:
    """
    Return the application that serves the newest result of ``workspace``.

    Everybody sees the public view; who has signed in as a planner, in a folder that has it, the exact one.
    """
    served = {view: _serve(workspace.seen(view)) for view in _views(workspace)}
    metrics = Metrics(lambda: sum(one.jobs.open_n() for one in served.values()))

    def begin_work(who: Visitor) -> None:
        """Let a planner's first plan not wait for what every plan needs."""
        if "plan" in who.rights and settings.warm:
            served[who.view].worker.start(warm=True)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if settings.warm:
            # Beside the first answers, not before them: each part is made once, by whoever needs it first.
            Thread(target=_warm, args=[served[PUBLIC].editions], daemon=True).start()
        for one in served.values():
            if one.jobs.open_n():
                one.worker.start()
        yield
        for one in served.values():
            one.worker.close()

    app = Service(
        title="arukeba",
        summary="Weekly places within a walk: who is reached, who is not, where to open next",
        version=software_version(),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[KNOWN_PARAMETERS],
        responses={400: {"model": Problem}},
    )
    app.state.workspace = workspace.seen(PUBLIC)
    app.state.served = served
    app.state.begin_work = begin_work
    app.state.settings = settings
    app.state.metrics = metrics
    app.state.templates = templates()
    # The last one sees a request first.
    app.add_middleware(Portions)
    app.add_middleware(
        GZipMiddleware,
        minimum_size=GZIP_FROM_BYTES,
        compresslevel=5,
        exclude_content_types=NOT_GZIPPED,
    )
    app.add_middleware(BoundedBodies, most_bytes=settings.body_most_bytes)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SharedReading)
    app.add_middleware(AccessControl, workspace=app.state.workspace, settings=settings)
    app.add_middleware(Problems)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Measured, metrics=metrics)
    add_error_handlers(app)
    for resource in RESOURCES:
        app.include_router(resource.router)
    app.mount("/assets", StaticFiles(directory=HERE / "web"), name="assets")
    return app


def _views(workspace: Workspace) -> tuple[View, ...]:
    return (PUBLIC,) if workspace.is_published else (PUBLIC, EXACT)


def _serve(workspace: Workspace) -> Served:
    return Served(Editions(workspace), Jobs(workspace), Worker(workspace), Reception())


def _warm(editions: Editions) -> None:
    with suppress(NotFoundError):  # without a result, every answer says how to make one
        editions.current().warm()


def templates() -> Environment:
    """Return the page templates; every value is escaped."""
    loader = FileSystemLoader(HERE / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)

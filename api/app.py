"""The composition root of the web: everything that the server needs comes in as an argument."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api.asking import KNOWN_PARAMETERS
from api.bodies import BoundedBodies
from api.errors import Problem, Problems, add_error_handlers, describe_problems
from api.headers import LOOPBACK, SecurityHeaders
from api.metrics import Measured, Metrics
from api.portions import Portions
from api.reading import HeadAsGet, SharedReading
from api.routes import (
    assets,
    decisions,
    docs,
    downloads,
    features,
    figures,
    health,
    home,
    intake,
    plans,
    processes,
    proposals,
    registry,
    reports,
    scenarios,
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
from services.edition.jobs import Jobs
from services.edition.snapshot import Editions
from services.edition.worker import Worker
from services.plans.solve import Reception
from services.workspace.folder import Workspace, software_version

HERE = Path(__file__).parent

GZIP_FROM_BYTES = 1024
NOT_GZIPPED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "font/ttf")


class Service(FastAPI):
    """The application; its description says what a refusal looks like."""

    def openapi(self) -> dict[str, Any]:
        """Return the description of every address."""
        if self.openapi_schema is None:
            self.openapi_schema = describe_problems(super().openapi())
        return self.openapi_schema


def create_app(workspace: Workspace, settings: Settings) -> FastAPI:
    """Return the application that serves the newest result of ``workspace``."""
    editions = Editions(workspace)
    jobs, worker = Jobs(workspace), Worker(workspace)
    metrics = Metrics(jobs.open_n)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if settings.warm:
            # Beside the first answers, not before them: each part is made once, by whoever needs it first.
            Thread(target=_warm, args=[editions], daemon=True).start()
        if settings.editing and (settings.warm or jobs.open_n()):  # nobody else may ask
            worker.start(warm=settings.warm)
        yield
        worker.close()

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
    app.state.editions = editions
    app.state.jobs = jobs
    app.state.worker = worker
    app.state.plan_reception = Reception()
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
    if workspace.is_public:
        app.add_middleware(SharedReading)
    else:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, "[::1]"])
    app.add_middleware(Problems)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Measured, metrics=metrics)
    add_error_handlers(app)
    resources = (
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
        supply,
        why,
        whatif,
        walking,
        reports,
        plans,
        processes,
        job_routes,
        intake,
        health,
        assets,
        docs,
    )
    for resource in resources:
        app.include_router(resource.router)
    app.mount("/assets", StaticFiles(directory=HERE / "web"), name="assets")
    return app


def _warm(editions: Editions) -> None:
    with suppress(NotFoundError):  # without a result, every answer says how to make one
        editions.current().warm()


def templates() -> Environment:
    """Return the page templates; every value is escaped."""
    loader = FileSystemLoader(HERE / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)

"""What those who run the server ask of it: is it well, may it be asked, how much does it do."""

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.access import needs
from api.deps import AccountsDep, EditionsDep
from api.errors import UNWELL, said_of
from api.metrics import Metrics
from api.models import Check, Health
from services.accounts.tables import are_kept
from services.edition.health import Found, health
from services.workspace.folder import software_version

READABLE = ("result", "registry")
"""What readers need; whether anything can be written is no matter to them."""

router = APIRouter(tags=["Operation"], dependencies=[needs("read")])

_UNWELL: dict[int | str, dict[str, Any]] = {
    int(UNWELL): {"model": Health, "description": "What is wrong, and the way out"}
}


@router.get("/health", summary="Is everything well", responses=_UNWELL)
def healthy(
    request: Request, response: Response, editions: EditionsDep, workspace: AccountsDep
) -> Health:
    """Look at the result, the registry and the disk; 503 where one of them fails."""
    return _told(request, response, health(editions, writing=are_kept(workspace)))


@router.get("/ready", summary="May it be asked", responses=_UNWELL)
def ready(request: Request, response: Response, editions: EditionsDep) -> Health:
    """Look at what readers need, the result and the registry; 503 where one of them fails."""
    return _told(request, response, health(editions, writing=False))


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """Return counts and times for Prometheus."""
    counted: Metrics = request.app.state.metrics
    return Response(counted.text(), media_type=CONTENT_TYPE_LATEST)


def _told(request: Request, response: Response, found: Found) -> Health:
    if any(found.values()):
        response.status_code = UNWELL
    checks = {
        name: Check(ok=True) if error is None else Check(ok=False, **said_of(error, request))
        for name, error in found.items()
    }
    return Health(
        status="failing" if any(found.values()) else "ok",
        version=software_version(),
        checks=checks,
    )

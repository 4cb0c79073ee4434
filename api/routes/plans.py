"""Plans: asked for as jobs, stored, listed, and shown as a page that prints on A4."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import HTMLResponse

from api.access import needs
from api.asking import AskedItems, content_crs, given
from api.deps import Language, ServedDep, WorkspaceDep
from api.errors import Problem
from api.headers import DOCUMENT_POLICY
from api.jobs import AskingDep, take_on
from api.links import GEOJSON, HTML, JSON, link, page_links
from api.models import JobInfo
from api.plan_page import render_plan
from services.edition.features import catchment_features
from services.edition.processes import PLAN
from services.plans.ask import PlanAsk
from services.plans.audit import audit
from services.plans.certified import verification_body
from services.plans.store import list_plans, read_plan
from services.plans.views import (
    COLLECTION,
    plan_body,
    plan_head,
    plan_imprint,
    plan_items,
)
from services.reports.plan import plan_report
from services.words.texts import text

router = APIRouter(tags=["Plans"], dependencies=[needs("read")])

_SCHEMA = {
    "requestBody": {"content": {"application/json": {"schema": PlanAsk.model_json_schema()}}}
}


@router.post(
    "/plans",
    status_code=202,
    summary="Ask for a plan",
    dependencies=[needs("plan")],
    responses={code: {"model": Problem} for code in (403, 404, 422, 429)},
    openapi_extra=_SCHEMA,
    response_model_exclude_none=True,
)
async def ask_plan(
    asking: AskingDep,
    asked: Annotated[dict[str, Any], Body()],
) -> JobInfo:
    """Check a question and queue it; what no plan can be made from is refused at once."""
    return await take_on(asking, PLAN, asked)


@router.get("/plans", summary="List of plans")
def plans(workspace: WorkspaceDep) -> list[dict[str, Any]]:
    """List the plans, the newest first, with what has changed since each was made."""
    return [plan_head(plan) for plan in list_plans(workspace)]


@router.get("/plans/{plan_id}", summary="One plan", responses={404: {"model": Problem}})
def plan(request: Request, workspace: WorkspaceDep, plan_id: str) -> dict[str, Any]:
    """Return a plan."""
    body = plan_body(read_plan(workspace, plan_id))
    path = f"/plans/{plan_id}"
    links = [
        link(request, path, "self", JSON),
        link(
            request, f"{path}/items", "items", GEOJSON, title=text(f"collection.{COLLECTION}", "ja")
        ),
        link(request, f"{path}/report", "alternate", HTML),
        link(
            request,
            f"/collections/{COLLECTION}",
            "collection",
            JSON,
            title=text(f"collection.{COLLECTION}", "ja"),
        ),
    ]
    return {**body, "links": [each.model_dump() for each in links]}


@router.get(
    "/plans/{plan_id}/verification",
    summary="Verify a plan",
    responses={code: {"model": Problem} for code in (404, 422)},
)
def verification(served: ServedDep, workspace: WorkspaceDep, plan_id: str) -> dict[str, Any]:
    """Compute anew, without any solver, what the plan does and that no other one is better; 422 refuses it."""
    return verification_body(audit(read_plan(workspace, plan_id), served.reception), workspace.view)


@router.get(
    "/plans/{plan_id}/items",
    summary="Chosen candidates of a plan (GeoJSON)",
    response_class=Response,
    responses={
        200: {"content": {GEOJSON: {}}, "description": "GeoJSON (RFC 7946)"},
        404: {"model": Problem},
    },
)
def items(request: Request, workspace: WorkspaceDep, plan_id: str, asked: AskedItems) -> Response:
    """Return the chosen candidates as features with the columns of the collection ``plans``."""
    found = read_plan(workspace, plan_id)
    plane_epsg = workspace.profile.municipality.plane_epsg
    query = asked.query(given(request), plane_epsg)
    page = plan_items(found, query)
    links = page_links(
        request, offset=query.offset, limit=query.limit, matched=page.matched, pinned={}
    )
    about = {
        "links": [each.model_dump() for each in links],
        "provenance": plan_imprint(found),
    }
    return Response(page.whole(about), media_type=GEOJSON, headers=content_crs(query.crs))


@router.get(
    "/plans/{plan_id}/catchments",
    summary="Within a walk of a plan's choices (GeoJSON)",
    responses={404: {"model": Problem}},
)
def catchments(workspace: WorkspaceDep, plan_id: str) -> dict[str, Any]:
    """Return what can be walked to from each choice; a private home stands in its grid cell."""
    return catchment_features(read_plan(workspace, plan_id))


@router.get(
    "/plans/{plan_id}/report",
    summary="One plan (HTML that prints on A4)",
    response_class=HTMLResponse,
    responses={404: {"model": Problem}},
)
def report(
    workspace: WorkspaceDep,
    plan_id: str,
    lang: Language = "ja",
) -> HTMLResponse:
    """Return the page of a plan."""
    page = render_plan(plan_report(read_plan(workspace, plan_id), lang))
    return HTMLResponse(page, headers={"content-security-policy": DOCUMENT_POLICY})

"""The report of the intake, as a page that prints on A4 and as JSON; without the content of rows."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.deps import WorkspaceDep
from api.headers import DOCUMENT_POLICY
from api.intake_page import render_intake
from services.reports.intake import intake_report

router = APIRouter(tags=["取り込み"])


@router.get(
    "/intake",
    summary="何を読み、何を直し、何を使わなかったか（A4で印刷できるHTML）",
    response_class=HTMLResponse,
)
def intake(
    workspace: WorkspaceDep,
    lang: Annotated[Literal["ja", "en"], Query(description="言語")] = "ja",
) -> HTMLResponse:
    """Return the report of the intake as a page."""
    page = render_intake(intake_report(workspace, public=True), lang)
    return HTMLResponse(page, headers={"content-security-policy": DOCUMENT_POLICY})


@router.get("/intake.json", summary="何を読み、何を直し、何を使わなかったか（JSON）")
def intake_json(workspace: WorkspaceDep) -> dict[str, Any]:
    """Return the report of the intake as plain data."""
    return intake_report(workspace, public=True).to_dict()

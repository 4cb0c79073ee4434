"""The report of the intake, as a page that prints on A4 and as JSON; without the content of rows."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.access import needs
from api.deps import Language, WorkspaceDep
from api.headers import DOCUMENT_POLICY
from api.intake_page import render_intake
from services.reports.intake import intake_report

router = APIRouter(tags=["Intake"], dependencies=[needs("read")])


@router.get(
    "/intake",
    summary="What was read, repaired and left out (HTML that prints on A4)",
    response_class=HTMLResponse,
)
def intake(
    workspace: WorkspaceDep,
    lang: Language = "ja",
) -> HTMLResponse:
    """Return the report of the intake as a page."""
    page = render_intake(intake_report(workspace), lang)
    return HTMLResponse(page, headers={"content-security-policy": DOCUMENT_POLICY})


@router.get("/intake.json", summary="What was read, repaired and left out (JSON)")
def intake_json(workspace: WorkspaceDep) -> dict[str, Any]:
    """Return the report of the intake as plain data."""
    return intake_report(workspace).to_dict()

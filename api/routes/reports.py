"""The report of one area, as a page that prints on A4."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.deps import WorkspaceDep
from api.errors import Problem
from api.headers import DOCUMENT_POLICY
from api.report_page import render_report
from services.reports.area import gap_report

router = APIRouter(tags=["報告書"])


@router.get(
    "/reports/{area}",
    summary="ひとつの地域の報告書（A4で印刷できるHTML）",
    response_class=HTMLResponse,
    responses={404: {"model": Problem}},
)
def report(
    workspace: WorkspaceDep,
    area: str,
    layer: Annotated[str | None, Query(description="区分。なければ協議体の区域")] = None,
    lang: Annotated[Literal["ja", "en"], Query(description="言語")] = "ja",
) -> HTMLResponse:
    """Return the report of an area, by its id or name."""
    page = render_report(gap_report(workspace, area, layer=layer, lang=lang))
    return HTMLResponse(page, headers={"content-security-policy": DOCUMENT_POLICY})

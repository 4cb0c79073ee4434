"""The report of one area and the sheet of the municipality, as pages that print on A4."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.access import needs
from api.deps import EditionDep, Language
from api.errors import Problem
from api.headers import DOCUMENT_POLICY
from api.report_page import render_city, render_report
from services.reports.city import city_sheet
from services.reports.council import sheet_of

router = APIRouter(tags=["Reports"], dependencies=[needs("read")])


@router.get(
    "/reports",
    summary="Report of the whole municipality, area by area (HTML that prints on A4)",
    response_class=HTMLResponse,
    responses={404: {"model": Problem}},
)
def city(edition: EditionDep, lang: Language = "ja") -> HTMLResponse:
    """Return the sheet of the municipality: its areas, places and layers, and what documents say of it."""
    page = render_city(city_sheet(edition.snapshot.workspace, lang=lang))
    return HTMLResponse(page, headers={"content-security-policy": DOCUMENT_POLICY})


@router.get(
    "/reports/{area}",
    summary="Report of one area (HTML that prints on A4)",
    response_class=HTMLResponse,
    responses={404: {"model": Problem}},
)
def report(
    edition: EditionDep,
    area: str,
    layer: Annotated[
        str | None, Query(description="Layer; without it, that of the councils")
    ] = None,
    lang: Language = "ja",
) -> HTMLResponse:
    """Return the report of a council or an area, by its id or name."""
    workspace = edition.snapshot.workspace
    page = render_report(sheet_of(workspace, area, layer=layer, lang=lang))
    return HTMLResponse(page, headers={"content-security-policy": DOCUMENT_POLICY})

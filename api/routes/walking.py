"""The cards of the walking profiles, as a page that prints on A4."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.card_page import render_deck
from api.deps import WorkspaceDep
from api.headers import DOCUMENT_POLICY
from services.reports.walkingcard import deck

router = APIRouter(tags=["歩き方"])


@router.get(
    "/walking-profiles",
    summary="歩き方のすべての値と出どころ（A4で印刷できるHTML）",
    response_class=HTMLResponse,
)
def walking_profiles(
    workspace: WorkspaceDep,
    lang: Annotated[Literal["ja", "en"], Query(description="言語")] = "ja",
) -> HTMLResponse:
    """Return the cards of the walking profiles as a page."""
    page = render_deck(deck(workspace.profile), lang)
    return HTMLResponse(page, headers={"content-security-policy": DOCUMENT_POLICY})

"""The cards of the walking profiles, as a page that prints on A4."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.access import needs
from api.card_page import render_deck
from api.deps import Language, WorkspaceDep
from api.headers import DOCUMENT_POLICY
from services.publication.viewed import stamp
from services.reports.walkingcard import deck

router = APIRouter(tags=["Walking profiles"], dependencies=[needs("read")])


@router.get(
    "/walking-profiles",
    summary="All values of the walking profiles with their origins (HTML that prints on A4)",
    response_class=HTMLResponse,
)
def walking_profiles(
    workspace: WorkspaceDep,
    lang: Language = "ja",
) -> HTMLResponse:
    """Return the cards of the walking profiles as a page."""
    page = render_deck(deck(workspace.profile), lang, stamp=stamp(workspace, lang))
    return HTMLResponse(page, headers={"content-security-policy": DOCUMENT_POLICY})

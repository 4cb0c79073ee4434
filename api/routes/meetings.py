"""The package of a meeting: what a council has before it, for its members and its guests."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.access import needs
from api.asking import Form, wants_html
from api.deps import HandDep, Language, SharedDep
from api.errors import Problem
from api.headers import DOCUMENT_POLICY
from api.links import HTML
from api.report_page import environment_of
from services.councils.package import meeting_package
from services.words.dates import day_in_japan

router = APIRouter(tags=["Councils"], dependencies=[needs("attend")])


@router.get(
    "/meetings/{council_id}",
    summary="What a council has before it",
    responses={
        200: {"content": {HTML: {"schema": {"type": "string"}}}},
        403: {"model": Problem},
        404: {"model": Problem},
    },
)
def meeting(
    request: Request,
    workspace: SharedDep,
    who: HandDep,
    council_id: str,
    lang: Language = "ja",
    f: Form = None,
) -> Any:  # noqa: ANN401  plain data, or a page
    """Return decisions, notes, changes and places to ask about, of one council's area."""
    found = meeting_package(workspace, council_id, who=who)
    if not wants_html(request, f):
        return found
    page = environment_of(lang).get_template("meeting.html").render(package=found, day=day_in_japan)
    return HTMLResponse(page, headers={"content-security-policy": DOCUMENT_POLICY})

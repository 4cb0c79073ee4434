"""What a council has before it: its meetings, items and plan items, its forms, and the calendar of all."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from pydantic import BaseModel

from api.access import VisitorDep, needs
from api.asking import Form, wants_html
from api.deps import HandDep, Language, SharedDep
from api.errors import Problem
from api.headers import DOCUMENT_POLICY
from api.links import HTML
from api.report_page import environment_of
from services.accounts.rights import Visitor
from services.councils.calendar import calendar, calendar_table, icalendar
from services.councils.desk import choices, level_names
from services.councils.package import meeting_package
from services.councils.papers import (
    add_papers,
    change_paper,
    paper_history,
    remove_paper,
    undo_paper,
)
from services.councils.sheets import agenda, attached, summary
from services.reports.proposal import proposal_sheet
from services.reports.workshop import workshop_sheet
from services.words.dates import day_in_japan
from services.words.texts import Lang

router = APIRouter(tags=["Councils"], dependencies=[needs("read")])

_FORMED = DOCUMENT_POLICY + "; script-src 'self'; connect-src 'self'"
"""For a page with forms: it sends what is typed, and runs our own script alone."""
PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {HTML: {"schema": {"type": "string"}}}}}
ICAL = "text/calendar; charset=utf-8"
CSV = "text/csv; charset=utf-8"


def _refused(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: {"model": Problem} for code in codes}


IfMatch = Annotated[str, Header(description="ETag that it was read with")]


class NewPaper(BaseModel, extra="forbid"):
    """A paper of a council, or several of one kind: a meeting, an item, a plan item … No names of persons."""

    kind: str
    told: dict[str, Any] | list[dict[str, Any]]


def _page(name: str, lang: Lang, *, policy: str = DOCUMENT_POLICY, **told: object) -> HTMLResponse:
    page = environment_of(lang).get_template(f"{name}.html").render(day=day_in_japan, **told)
    headers = {"content-security-policy": policy, "cache-control": "no-store"}
    return HTMLResponse(page, headers=headers)


def _writes(who: Visitor) -> dict[str, bool]:
    return {"may_keep": "keep" in who.rights, "everywhere": who.councils is None}


@router.get(
    "/calendar",
    summary="Calendar of the councils' meetings",
    response_model=None,
    responses={
        200: {"content": {kind: {"schema": {"type": "string"}} for kind in (HTML, ICAL, CSV)}},
        **_refused(404),
    },
)
def all_meetings(
    request: Request,
    workspace: SharedDep,
    council_id: Annotated[
        str | None, Query(description="Id of a council's area; without it, all")
    ] = None,
    *,
    coming: Annotated[bool, Query(description="Only from today on")] = False,
    lang: Language = "ja",
    f: Annotated[
        Literal["json", "html", "csv", "ics"] | None,
        Query(description="Format; without it, what Accept asks for, else JSON"),
    ] = None,
) -> dict[str, Any] | Response:
    """Return day, hours, title, kind and venue of meetings; minutes and numbers are not for everybody."""
    rows = calendar(workspace, council_id, lang=lang, coming=coming)
    if f == "ics":
        return Response(icalendar(rows, lang=lang), media_type=ICAL)
    if f == "csv":
        return Response(calendar_table(rows), media_type=CSV)
    if f == "json" or (f is None and not wants_html(request, None)):
        return {"meetings": rows}
    areas: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        areas.setdefault(row["area_name"], []).append(row)
    town = workspace.profile.municipality
    name = town.name if lang == "ja" else town.name_en
    only = f"&council_id={council_id}" if council_id else ""
    return _page("calendar", lang, areas=areas, town=name, only=only)


@router.get(
    "/meetings/{council_id}",
    summary="What a council has before it",
    dependencies=[needs("attend")],
    responses={**PAGE, **_refused(403, 404)},
)
def meeting(  # noqa: PLR0913  what is asked for, by whom, how
    request: Request,
    workspace: SharedDep,
    who: HandDep,
    visitor: VisitorDep,
    council_id: str,
    *,
    lang: Language = "ja",
    f: Form = None,
) -> Any:  # noqa: ANN401  plain data, or a page
    """Return meetings, items, plan items, decisions, notes, changes and places to ask about, of one council."""
    found = meeting_package(workspace, council_id, who=who, lang=lang)
    if not wants_html(request, f):
        return found
    asked = choices(workspace, council_id, found["meetings"], lang)
    return _page("meeting", lang, policy=_FORMED, package=found, choices=asked, **_writes(visitor))


@router.post(
    "/meetings/{council_id}/papers",
    summary="Keep a paper of a council",
    dependencies=[needs("keep")],
    status_code=201,
    responses=_refused(403, 404, 409, 422),
)
def add(workspace: SharedDep, who: HandDep, council_id: str, body: NewPaper) -> dict[str, Any]:
    """Keep a new paper, or several of one kind: all of them, or none where one cannot be."""
    rows = body.told if isinstance(body.told, list) else [body.told]
    return {"papers": add_papers(workspace, council_id, body.kind, rows, who=who)}


@router.get(
    "/meetings/{council_id}/papers/{paper_id}",
    summary="History of a paper",
    dependencies=[needs("attend")],
    responses=_refused(403, 404),
)
def history(
    workspace: SharedDep, who: HandDep, council_id: str, paper_id: str, response: Response
) -> dict[str, Any]:
    """Return every state of a paper; the ETag names the latest, which a change asks for."""
    states = paper_history(workspace, council_id, paper_id, who=who)
    response.headers["etag"] = f'"{states[0]["change_id"]}"'
    return {"states": states}


@router.patch(
    "/meetings/{council_id}/papers/{paper_id}",
    summary="Change a paper",
    dependencies=[needs("keep")],
    responses=_refused(403, 404, 412, 422, 428),
)
def change(  # noqa: PLR0913  what is asked for, by whom, of which state
    workspace: SharedDep,
    who: HandDep,
    council_id: str,
    paper_id: str,
    body: dict[str, Any],
    *,
    response: Response,
    if_match: IfMatch = "",
) -> dict[str, Any]:
    """Change what is told, if nobody has changed the paper since it was read; what is left out stays."""
    state = if_match.strip('"')
    kept = change_paper(workspace, council_id, paper_id, body, who=who, state=state)
    response.headers["etag"] = f'"{kept["change_id"]}"'
    return kept


@router.post(
    "/meetings/{council_id}/papers/{paper_id}/undo",
    summary="Undo the latest change of a paper",
    dependencies=[needs("keep")],
    responses=_refused(403, 404, 409),
)
def undo(workspace: SharedDep, who: HandDep, council_id: str, paper_id: str) -> dict[str, Any]:
    """Let a paper be as before; the change that was undone stays in its history."""
    return undo_paper(workspace, council_id, paper_id, who=who)


@router.delete(
    "/meetings/{council_id}/papers/{paper_id}",
    summary="Take a paper away",
    dependencies=[needs("keep")],
    status_code=204,
    responses=_refused(403, 404),
)
def remove(workspace: SharedDep, who: HandDep, council_id: str, paper_id: str) -> None:
    """Take a paper away for good, with its history."""
    remove_paper(workspace, council_id, paper_id, who=who)


@router.get(
    "/meetings/{council_id}/agendas/{meeting_id}",
    summary="Agenda of a meeting (prints on A4)",
    response_class=HTMLResponse,
    dependencies=[needs("attend")],
    responses=_refused(403, 404),
)
def agenda_page(
    workspace: SharedDep, who: HandDep, council_id: str, meeting_id: str, lang: Language = "ja"
) -> HTMLResponse:
    """Return the items of the template and of the meeting, what is still open, and what is attached."""
    told = agenda(workspace, council_id, meeting_id, who=who, lang=lang)
    return _page("agenda", lang, page=told, links=attached(workspace, council_id, lang))


@router.get(
    "/meetings/{council_id}/summaries/{meeting_id}",
    summary="Summary after a meeting (prints on A4)",
    response_class=HTMLResponse,
    dependencies=[needs("attend")],
    responses=_refused(403, 404),
)
def summary_page(
    workspace: SharedDep, who: HandDep, council_id: str, meeting_id: str, lang: Language = "ja"
) -> HTMLResponse:
    """Return what was decided that day, what was passed up and said, and what changed that month."""
    told = summary(workspace, council_id, meeting_id, who=who, lang=lang)
    return _page("summary", lang, page=told)


@router.get(
    "/meetings/{council_id}/proposals/{item_id}",
    summary="Proposal on one page (prints on A4)",
    response_class=HTMLResponse,
    dependencies=[needs("attend")],
    responses=_refused(403, 404),
)
def proposal_page(
    workspace: SharedDep, who: HandDep, council_id: str, item_id: str, lang: Language = "ja"
) -> HTMLResponse:
    """Return an item with the figures of its area, what its council decided, and what it may cost."""
    sheet = proposal_sheet(workspace, council_id, item_id, who=who, lang=lang)
    drawing = Markup(sheet.report.map_svg)  # noqa: S704  the drawing escapes every name in it
    levels = level_names(workspace, lang)
    return _page("proposal", lang, sheet=sheet, drawing=drawing, levels=levels)


@router.get(
    "/meetings/{council_id}/workshop",
    summary="Form of a workshop (prints on A3)",
    response_class=HTMLResponse,
    dependencies=[needs("attend")],
    responses=_refused(403, 404),
)
def workshop_page(  # noqa: PLR0913  which area of which council, for whom, how
    workspace: SharedDep,
    who: HandDep,
    visitor: VisitorDep,
    council_id: str,
    *,
    layer: Annotated[str, Query(description="Layer of an area inside it")] = "",
    area_id: Annotated[str, Query(description="Id of an area inside it")] = "",
    blank: Annotated[bool, Query(description="Nothing that was said, to be written on")] = False,
    lang: Language = "ja",
) -> HTMLResponse:
    """Return a map of the council's area to write on, and four boxes with what was said."""
    sheet = workshop_sheet(
        workspace, council_id, who=who, layer=layer, area_id=area_id, blank=blank, lang=lang
    )
    drawing = Markup(sheet.map_svg)  # noqa: S704  the drawing escapes every name in it
    asked = choices(workspace, council_id, sheet.meetings, lang)
    told = {"sheet": sheet, "drawing": drawing, "choices": asked, "blank": blank}
    return _page("workshop", lang, policy=_FORMED, **told, **_writes(visitor))

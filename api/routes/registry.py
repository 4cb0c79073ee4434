"""The registry: places, venues and groups as people keep them, what has changed, notes pinned to areas."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from api.access import needs
from api.asking import Form, wants_html
from api.deps import HandDep, Language, WorkspaceDep
from api.errors import Problem
from api.headers import DOCUMENT_POLICY
from api.links import HTML, here
from api.once import OnceDep
from api.report_page import environment_of
from services.councils.calendar import area_name, calendar
from services.councils.papers import whole_id
from services.registry.editing import (
    STALE_MONTHS,
    GroupFields,
    Kept,
    PlaceFields,
    VenueTold,
    change_group,
    change_place,
    change_venue,
    confirm_place,
    create_group,
    create_place,
    create_venue,
    import_places,
    stale_places,
    state_of,
    undo_change,
)
from services.registry.feed import (
    atom,
    feed,
    history,
    month_report,
    notes,
    pin_note,
    remove_note,
)
from services.registry.hands import Hand
from services.registry.listed import list_groups, list_venues
from services.registry.rows import GROUP, PLACE, VENUE, KindOfRecord
from services.words.dates import day_in_japan
from services.workspace.folder import Workspace

router = APIRouter(tags=["Registry"], dependencies=[needs("read")])


def _refused(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: {"model": Problem} for code in codes}


Council = Annotated[str | None, Query(description="Id of a council's area; without it, all")]


class NewPlace(BaseModel, extra="forbid"):
    """A place that is not in the registry yet."""

    place_id: str = Field("", max_length=100)
    fields: PlaceFields


class NewVenue(BaseModel, extra="forbid"):
    """A venue that is not in the registry yet."""

    venue_id: str = Field("", max_length=100)
    fields: VenueTold


class NewGroup(BaseModel, extra="forbid"):
    """A group that is not in the registry yet."""

    fields: GroupFields


class ImportBody(BaseModel, extra="forbid"):
    """Rows to take in, a place each."""

    rows: list[dict[str, Any]]


class NoteBody(BaseModel, extra="forbid"):
    """A note; no names of persons."""

    text: str


RowNumber = Annotated[int, Path(ge=1, lt=2**31)]
"""Of a change or a note: a database counts no further."""
IfMatch = Annotated[str, Header(description="ETag that it was read with")]


def _etag(response: Response, state: str) -> None:
    response.headers["etag"] = f'"{state}"'


def _told(kept: Kept, response: Response) -> dict[str, Any]:
    """Return a change as it was kept, with the ETag of the state after it."""
    _etag(response, kept.state)
    return kept.to_dict()


def _one(
    workspace: Workspace, kind: KindOfRecord, key: str, response: Response, who: Hand
) -> dict[str, Any]:
    """Return the history of one; the ETag names its state, which a change asks for."""
    _etag(response, state_of(workspace, key, kind, who=who))
    return {kind.id: key, "history": history(workspace, key, kind)}


@router.get("/registry/stale", summary="Places that nobody has confirmed for long")
def stale(
    workspace: WorkspaceDep,
    months: Annotated[int, Query(ge=0, le=1200, description="Months")] = STALE_MONTHS,
) -> dict[str, Any]:
    """Return open places by when somebody last saw that they still meet."""
    return {"places": stale_places(workspace, months)}


@router.get(
    "/registry/feed",
    summary="What has changed (JSON or Atom)",
    responses={200: {"content": {"application/atom+xml": {}}}},
)
def changes(
    request: Request,
    workspace: WorkspaceDep,
    council_id: Council = None,
    f: Annotated[str, Query(pattern="^(json|atom)$", description="json or atom")] = "json",
    lang: Language = "ja",
) -> Any:  # noqa: ANN401  plain data, or Atom
    """Return what became of places, venues, groups and what councils decided; neither who did it nor values."""
    found = feed(workspace, council_id)
    if f == "json":
        return {"changes": found}
    body = atom(found, address=here(request, "self", "").href, lang=lang)
    return Response(body, media_type="application/atom+xml")


@router.get(
    "/registry/report",
    summary="What is different after a month",
    response_model=None,
    responses={200: {"content": {HTML: {"schema": {"type": "string"}}}}, **_refused(422)},
)
def report(
    request: Request,
    workspace: WorkspaceDep,
    month: Annotated[str, Query(description="Month", examples=["2025-04"])],
    *,
    council_id: Council = None,
    lang: Language = "ja",
    f: Form = None,
) -> dict[str, Any] | HTMLResponse:
    """Return what happened to places, venues and groups in a month, what councils decided, who met."""
    found = month_report(workspace, month, council_id)
    if not wants_html(request, f):
        return found
    rows = [
        one
        for one in calendar(workspace, council_id, lang=lang)
        if one["date"][:7] == found["month"]
    ]
    area = area_name(workspace, council_id or whole_id(workspace), lang)
    told = {"report": found, "meetings": rows, "area": area, "day": day_in_japan}
    page = environment_of(lang).get_template("month.html").render(**told)
    return HTMLResponse(page, headers={"content-security-policy": DOCUMENT_POLICY})


@router.get(
    "/registry/places/{place_id}",
    summary="State of a place",
    dependencies=[needs("attend")],
    responses=_refused(403, 404),
)
def place(
    workspace: WorkspaceDep, who: HandDep, place_id: str, response: Response
) -> dict[str, Any]:
    """Return the history of a place; the ETag names its state, which a change asks for."""
    return _one(workspace, PLACE, place_id, response, who)


@router.post(
    "/registry/places",
    summary="Make a place",
    dependencies=[needs("keep")],
    status_code=201,
    responses=_refused(403, 409, 422),
)
def create(
    workspace: WorkspaceDep, who: HandDep, once: OnceDep, body: NewPlace, response: Response
) -> dict[str, Any]:
    """Make a place that is not there yet."""
    kept = create_place(workspace, body.fields, who=who, place_id=body.place_id, once=once)
    return _told(kept, response)


@router.patch(
    "/registry/places/{place_id}",
    summary="Change a place",
    dependencies=[needs("keep")],
    responses=_refused(403, 404, 412, 422, 428),
)
def change(
    workspace: WorkspaceDep,
    who: HandDep,
    place_id: str,
    body: PlaceFields,
    response: Response,
    if_match: IfMatch = "",
) -> dict[str, Any]:
    """Change what is told, if nobody has changed the place since it was read."""
    kept = change_place(workspace, place_id, body, who=who, state=if_match.strip('"'))
    return _told(kept, response)


@router.post(
    "/registry/places/{place_id}/confirmation",
    summary="Confirm that a place still meets",
    dependencies=[needs("keep")],
    responses=_refused(403, 404),
)
def confirm(workspace: WorkspaceDep, who: HandDep, place_id: str) -> dict[str, Any]:
    """Note that a place still meets, as of today."""
    return confirm_place(workspace, place_id, who=who).to_dict()


@router.get(
    "/registry/venues",
    summary="List of venues",
    dependencies=[needs("keep")],
    responses=_refused(403),
)
def venues(workspace: WorkspaceDep) -> dict[str, Any]:
    """Return the halls of lists and those that only places name, with how many places they hold."""
    return {"venues": list_venues(workspace)}


@router.get(
    "/registry/venues/{venue_id}",
    summary="State of a venue",
    dependencies=[needs("attend")],
    responses=_refused(403, 404),
)
def venue(
    workspace: WorkspaceDep, who: HandDep, venue_id: str, response: Response
) -> dict[str, Any]:
    """Return the history of a venue; the ETag names its state, which a change asks for."""
    return _one(workspace, VENUE, venue_id, response, who)


@router.post(
    "/registry/venues",
    summary="Make a venue",
    dependencies=[needs("keep")],
    status_code=201,
    responses=_refused(403, 409, 422),
)
def new_venue(
    workspace: WorkspaceDep, who: HandDep, once: OnceDep, body: NewVenue, response: Response
) -> dict[str, Any]:
    """Make a venue that is not there yet."""
    kept = create_venue(workspace, body.fields, who=who, venue_id=body.venue_id, once=once)
    return _told(kept, response)


@router.patch(
    "/registry/venues/{venue_id}",
    summary="Change a venue",
    dependencies=[needs("keep")],
    responses=_refused(403, 404, 412, 422, 428),
)
def venue_change(
    workspace: WorkspaceDep,
    who: HandDep,
    venue_id: str,
    body: VenueTold,
    response: Response,
    if_match: IfMatch = "",
) -> dict[str, Any]:
    """Change what is told of a venue, if nobody has since it was read; what places tell of it stays."""
    kept = change_venue(workspace, venue_id, body, who=who, state=if_match.strip('"'))
    return _told(kept, response)


@router.get(
    "/registry/groups",
    summary="List of groups",
    dependencies=[needs("keep")],
    responses=_refused(403),
)
def groups(workspace: WorkspaceDep) -> dict[str, Any]:
    """Return the groups with how many places they have; a build may give them other numbers."""
    return {"groups": list_groups(workspace)}


@router.get(
    "/registry/groups/{group_id}",
    summary="State of a group",
    dependencies=[needs("attend")],
    responses=_refused(403, 404),
)
def group(
    workspace: WorkspaceDep, who: HandDep, group_id: str, response: Response
) -> dict[str, Any]:
    """Return the history of a group; the ETag names its state, which a change asks for."""
    return _one(workspace, GROUP, group_id, response, who)


@router.post(
    "/registry/groups",
    summary="Make a group",
    dependencies=[needs("keep")],
    status_code=201,
    responses=_refused(403, 409, 422),
)
def new_group(
    workspace: WorkspaceDep, who: HandDep, once: OnceDep, body: NewGroup, response: Response
) -> dict[str, Any]:
    """Make a group that is not there yet."""
    return _told(create_group(workspace, body.fields, who=who, once=once), response)


@router.patch(
    "/registry/groups/{group_id}",
    summary="Change a group",
    dependencies=[needs("keep")],
    responses=_refused(403, 404, 409, 412, 422, 428),
)
def group_change(
    workspace: WorkspaceDep,
    who: HandDep,
    group_id: str,
    body: GroupFields,
    response: Response,
    if_match: IfMatch = "",
) -> dict[str, Any]:
    """Change the name of a group at all its places, if nobody has since it was read."""
    kept = change_group(workspace, group_id, body, who=who, state=if_match.strip('"'))
    return _told(kept, response)


@router.post(
    "/registry/imports",
    summary="Take in many places at once",
    dependencies=[needs("keep")],
    responses=_refused(403, 422),
)
def imports(
    workspace: WorkspaceDep,
    who: HandDep,
    once: OnceDep,
    body: ImportBody,
    preview: Annotated[bool, Query(description="Say what would be kept, and keep nothing")] = False,  # noqa: FBT002  FastAPI reads it by name
) -> dict[str, Any]:
    """Take in all rows, or none where one cannot be."""
    kept = import_places(workspace, body.rows, who=who, preview=preview, once=once)
    return {"preview": preview, "rows": [one.to_dict() for one in kept]}


@router.post(
    "/registry/changes/{change_id}/undo",
    summary="Undo a change",
    dependencies=[needs("keep")],
    responses=_refused(403, 404, 412),
)
def undo(workspace: WorkspaceDep, who: HandDep, change_id: RowNumber) -> dict[str, Any]:
    """Let the fields of a change be as they were before it."""
    return undo_change(workspace, change_id, who=who).to_dict()


@router.get(
    "/registry/areas/{layer}/{area_id}/notes",
    summary="Notes pinned to an area",
    dependencies=[needs("attend")],
    responses=_refused(403),
)
def area_notes(workspace: WorkspaceDep, who: HandDep, layer: str, area_id: str) -> dict[str, Any]:
    """Return the notes of an area to those who edit."""
    return {"notes": notes(workspace, layer, area_id, who=who)}


@router.post(
    "/registry/areas/{layer}/{area_id}/notes",
    summary="Pin a note to an area",
    dependencies=[needs("keep")],
    status_code=201,
    responses=_refused(403, 404, 422),
)
def pin(
    workspace: WorkspaceDep, who: HandDep, layer: str, area_id: str, body: NoteBody
) -> dict[str, Any]:
    """Pin a note, which is never published."""
    return {"note_id": pin_note(workspace, layer, area_id, body.text, who=who)}


@router.delete(
    "/registry/notes/{note_id}",
    summary="Take a note away",
    dependencies=[needs("keep")],
    status_code=204,
    responses=_refused(403, 404),
)
def unpin(workspace: WorkspaceDep, who: HandDep, note_id: RowNumber) -> None:
    """Take a note away for good."""
    remove_note(workspace, note_id, who=who)

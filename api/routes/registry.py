"""The registry: places as people keep them, what has changed, and notes pinned to areas."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, Field

from api.deps import EditorDep, Language, WorkspaceDep
from api.errors import Problem
from services.registry.editing import (
    STALE_MONTHS,
    PlaceFields,
    change_place,
    confirm_place,
    create_place,
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

router = APIRouter(tags=["Registry"])


def _refused(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: {"model": Problem} for code in codes}


async def _who() -> str:
    """Return who edits: nobody is known until there are accounts."""
    return ""


WhoDep = Annotated[str, Depends(_who)]
Council = Annotated[str | None, Query(description="Id of a council's area; without it, all")]


class NewPlace(BaseModel, extra="forbid"):
    """A place that is not in the registry yet."""

    place_id: str = Field("", max_length=100)
    fields: PlaceFields


class ImportBody(BaseModel, extra="forbid"):
    """Rows to take in, a place each."""

    rows: list[dict[str, Any]]


class NoteBody(BaseModel, extra="forbid"):
    """A note; no names of persons."""

    text: str


def _etag(response: Response, state: str) -> None:
    response.headers["etag"] = f'"{state}"'


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
    """Return what became of places, the newest first; neither who did it nor values."""
    found = feed(workspace, council_id)
    if f == "json":
        return {"changes": found}
    body = atom(found, address=str(request.url), lang=lang)
    return Response(body, media_type="application/atom+xml")


@router.get("/registry/report", summary="What is different after a month", responses=_refused(422))
def report(
    workspace: WorkspaceDep,
    month: Annotated[str, Query(description="Month", examples=["2025-04"])],
    council_id: Council = None,
) -> dict[str, Any]:
    """Return what happened to places in a month, and what councils decided."""
    return month_report(workspace, month, council_id)


@router.get("/registry/places/{place_id}", summary="State of a place", responses=_refused(403, 404))
def place(workspace: EditorDep, place_id: str, response: Response) -> dict[str, Any]:
    """Return the history of a place; the ETag names its state, which a change asks for."""
    _etag(response, state_of(workspace, place_id))
    return {"place_id": place_id, "history": history(workspace, place_id)}


@router.post(
    "/registry/places",
    summary="Make a place",
    status_code=201,
    responses=_refused(403, 409, 422),
)
def create(workspace: EditorDep, who: WhoDep, body: NewPlace, response: Response) -> dict[str, Any]:
    """Make a place that is not there yet."""
    kept = create_place(workspace, body.fields, who=who, place_id=body.place_id)
    _etag(response, kept.state)
    return kept.to_dict()


@router.patch(
    "/registry/places/{place_id}",
    summary="Change a place",
    responses=_refused(403, 404, 412, 422, 428),
)
def change(
    workspace: EditorDep,
    who: WhoDep,
    place_id: str,
    body: PlaceFields,
    response: Response,
    if_match: Annotated[str, Header(description="ETag that the place was read with")] = "",
) -> dict[str, Any]:
    """Change what is told, if nobody has changed the place since it was read."""
    kept = change_place(workspace, place_id, body, who=who, state=if_match.strip('"'))
    _etag(response, kept.state)
    return kept.to_dict()


@router.post(
    "/registry/places/{place_id}/confirmation",
    summary="Confirm that a place still meets",
    responses=_refused(403, 404),
)
def confirm(workspace: EditorDep, who: WhoDep, place_id: str) -> dict[str, Any]:
    """Note that a place still meets, as of today."""
    return confirm_place(workspace, place_id, who=who).to_dict()


@router.post(
    "/registry/imports", summary="Take in many places at once", responses=_refused(403, 422)
)
def imports(
    workspace: EditorDep,
    who: WhoDep,
    body: ImportBody,
    preview: Annotated[bool, Query(description="Say what would be kept, and keep nothing")] = False,  # noqa: FBT002  FastAPI reads it by name
) -> dict[str, Any]:
    """Take in all rows, or none where one cannot be."""
    kept = import_places(workspace, body.rows, who=who, preview=preview)
    return {"preview": preview, "rows": [one.to_dict() for one in kept]}


@router.post(
    "/registry/changes/{change_id}/undo",
    summary="Undo a change",
    responses=_refused(403, 404, 412),
)
def undo(workspace: EditorDep, who: WhoDep, change_id: int) -> dict[str, Any]:
    """Let the fields of a change be as they were before it."""
    return undo_change(workspace, change_id, who=who).to_dict()


@router.get(
    "/registry/areas/{layer}/{area_id}/notes",
    summary="Notes pinned to an area",
    responses=_refused(403),
)
def area_notes(workspace: EditorDep, layer: str, area_id: str) -> dict[str, Any]:
    """Return the notes of an area to those who edit."""
    return {"notes": notes(workspace, layer, area_id)}


@router.post(
    "/registry/areas/{layer}/{area_id}/notes",
    summary="Pin a note to an area",
    status_code=201,
    responses=_refused(403, 404, 422),
)
def pin(
    workspace: EditorDep, who: WhoDep, layer: str, area_id: str, body: NoteBody
) -> dict[str, Any]:
    """Pin a note, which is never published."""
    return {"note_id": pin_note(workspace, layer, area_id, body.text, who=who)}


@router.delete(
    "/registry/notes/{note_id}",
    summary="Take a note away",
    status_code=204,
    responses=_refused(403, 404),
)
def unpin(workspace: EditorDep, note_id: int) -> None:
    """Take a note away for good."""
    remove_note(workspace, note_id)

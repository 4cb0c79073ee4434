"""Proposals for the streets: a path that the map lacks, a barrier that it does not know."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import VisitorDep, deed, needs
from api.deps import EditionDep, Language, SharedDep, WorkspaceDep
from api.errors import Problem
from services.edits.proposals import (
    FILE_FORMATS,
    NewProposal,
    accept_proposal,
    find_proposal,
    list_proposals,
    of_status,
    proposal_features,
    proposals_file,
    propose,
    reject_proposal,
)
from services.words.vocabulary import PROPOSAL_KINDS, PROPOSAL_ROLES, PROPOSAL_STATUSES
from services.workspace.folder import Workspace

router = APIRouter(tags=["Streets"], dependencies=[needs("read")])

_REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem},
    404: {"model": Problem},
    422: {"model": Problem},
}
_MEDIA = {"geojson": "application/geo+json", "osn": "application/xml"}

Status = Annotated[
    str | None,
    Query(
        description="Only those of this status; without it, all",
        json_schema_extra={"enum": [*PROPOSAL_STATUSES]},
    ),
]


class LineBody(BaseModel):
    """A line that somebody has drawn."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(json_schema_extra={"enum": [*PROPOSAL_KINDS]})
    line: list[list[float]] = Field(description="Longitude and latitude of each point, degrees")


class ProposalBody(LineBody):
    """A proposal: what is drawn, as what somebody proposes it, and why; no names of persons."""

    role: str = Field("", json_schema_extra={"enum": [*PROPOSAL_ROLES]})
    remark: str = ""


class VerdictBody(BaseModel):
    """What a planner makes of a proposal."""

    model_config = ConfigDict(extra="forbid")

    accept: bool
    by: str = Field("", description="Office that decides, not a person")
    reason: str = Field("", description="Why; needed to reject")


@router.get(
    "/edit-proposals",
    summary="Proposed paths and barriers (GeoJSON)",
)
def proposals(workspace: WorkspaceDep, who: VisitorDep, status: Status = None) -> dict[str, Any]:
    """Return lines with their status; what people typed is shown to those who may propose."""
    found = of_status(list_proposals(workspace), status)
    features = proposal_features(found, with_words="propose" in who.rights)
    return {"type": "FeatureCollection", "features": features}


@router.get(
    "/edit-proposals/file",
    summary="Proposals as a file for a mapper",
    response_class=Response,
    responses={
        200: {
            "content": {media: {} for media in _MEDIA.values()},
            "description": "Lines, or notes as JOSM opens them",
        },
    },
)
def file(
    workspace: WorkspaceDep,
    who: VisitorDep,
    file_format: Annotated[
        str, Query(alias="format", json_schema_extra={"enum": [*FILE_FORMATS]})
    ] = "geojson",
    status: Status = None,
    lang: Language = "ja",
) -> Response:
    """Return what the list shows; nothing is sent to OpenStreetMap."""
    found = of_status(list_proposals(workspace), status)
    body = proposals_file(found, file_format, lang, with_words="propose" in who.rights)
    saved_as = f"attachment; filename=proposals.{file_format}"
    headers = {"content-disposition": saved_as}
    return Response(body, media_type=_MEDIA[file_format], headers=headers)


@router.post(
    "/edit-proposals/effect",
    summary="What a drawn path or barrier would change",
    responses={404: {"model": Problem}, 422: {"model": Problem}, 429: {"model": Problem}},
)
def effect(edition: EditionDep, body: LineBody) -> dict[str, Any]:
    """Return the residents who would newly reach a place or no longer do; store nothing."""
    return edition.proposed(body.kind, body.line)


@router.post(
    "/edit-proposals",
    summary="Propose a path or a barrier",
    status_code=201,
    dependencies=[needs("propose")],
    responses=_REFUSED,
)
def create(workspace: SharedDep, body: ProposalBody) -> dict[str, Any]:
    """Keep a proposal, open until a planner accepts or rejects it."""
    return _one(workspace, propose(workspace, NewProposal(**body.model_dump())).proposal_id)


@router.post(
    "/edit-proposals/{proposal_id}/verdict",
    summary="Accept or reject a proposal",
    dependencies=[needs("judge")],
    responses=_REFUSED,
)
def verdict(
    request: Request, workspace: SharedDep, proposal_id: int, body: VerdictBody
) -> dict[str, Any]:
    """Make it an edit of the next version, which the next run walks on, or close it with a reason."""
    before = _one(workspace, proposal_id)["properties"]
    if body.accept:
        accept_proposal(workspace, proposal_id, by=body.by, note=body.reason)
    else:
        reject_proposal(workspace, proposal_id, by=body.by, reason=body.reason)
    found = _one(workspace, proposal_id)
    deed(request, before=before, after=found["properties"])
    return found


def _one(workspace: Workspace, proposal_id: int) -> dict[str, Any]:
    (feature,) = proposal_features([find_proposal(workspace, proposal_id)], with_words=True)
    return feature

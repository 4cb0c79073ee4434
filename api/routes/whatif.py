"""What if: the figures of one layer after places open, close, move or meet more or less often."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import needs
from api.deps import EditionDep
from api.errors import Problem
from api.links import JSON
from geo.vocabulary import FREQUENCIES
from services.words.vocabulary import TrialAction
from services.workspace.plain import to_json

router = APIRouter(tags=["Figures"], dependencies=[needs("read")])

EDITS_MOST = 100


class EditBody(BaseModel):
    """One thing to try."""

    model_config = ConfigDict(extra="forbid")

    action: TrialAction
    place_id: str | None = Field(None, description="Id of a place (close, move, change)")
    venue_id: str | None = Field(None, description="Id of a venue (open, move)")
    lon: float | None = Field(None, description="Longitude in degrees")
    lat: float | None = Field(None, description="Latitude in degrees")
    frequency: str | None = Field(
        None,
        description=f"{', '.join(FREQUENCIES)}, or a schedule as it is typed (open, change)",
    )


class WhatIfBody(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid")

    layer: str | None = Field(None, description="Layer; without it, that of the councils")
    age_group: str | None = Field(None, description="Age group; without it, that of the run")
    edits: list[EditBody] = Field(min_length=1, max_length=EDITS_MOST)


@router.post(
    "/whatif",
    summary="What if a place opened, closed, moved or met more or less often",
    responses={
        200: {"content": {JSON: {"schema": {"type": "object"}}}, "description": "Figures"},
        404: {"model": Problem},
        422: {"model": Problem},
    },
    response_class=Response,
)
def whatif(edition: EditionDep, body: WhatIfBody) -> Response:
    """Return the figures before and after, for all limits, of the areas that change; store nothing."""
    edits = [edit.model_dump() for edit in body.edits]
    # Plain as it is: to look at every value of it once more takes as long as some edits do.
    return Response(to_json(edition.whatif(body.layer, edits, body.age_group)), media_type=JSON)

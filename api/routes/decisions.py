"""Decisions of the councils on candidates, and each area's share of the targets."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.access import needs
from api.deps import HandDep, SharedDep, WorkspaceDep
from api.errors import Problem
from geo.vocabulary import TARGET
from services.councils.decisions import list_decisions, record_decision
from services.councils.entry import NewDecision
from services.results.shares import shares_answer

router = APIRouter(tags=["Councils"], dependencies=[needs("read")])


class DecisionBody(BaseModel, extra="forbid"):
    """What a council made of a candidate."""

    action: str
    status: str
    council_id: str
    frequency: str = TARGET
    venue_id: str = ""
    place_id: str = ""
    lon: float | None = None
    lat: float | None = None
    name: str = ""
    schedule_text: str = ""
    reason: str = ""
    meeting_date: str = ""
    decided_by: str = ""
    opens_on: str = ""
    plan_id: str = ""


@router.get("/decisions", summary="Decisions of the councils", responses={404: {"model": Problem}})
def decisions(
    workspace: WorkspaceDep,
    council_id: Annotated[
        str | None, Query(description="Id of a council's area; without it, all")
    ] = None,
) -> dict[str, Any]:
    """Return the latest decision on each candidate with its history."""
    return {"decisions": [one.to_dict() for one in list_decisions(workspace, council_id)]}


@router.post(
    "/decisions",
    summary="Record a decision",
    dependencies=[needs("decide")],
    status_code=201,
    responses={403: {"model": Problem}, 404: {"model": Problem}, 422: {"model": Problem}},
)
def record(workspace: SharedDep, who: HandDep, body: DecisionBody) -> dict[str, Any]:
    """Add one decision to the log."""
    who.require([body.council_id])
    return record_decision(workspace, NewDecision(**body.model_dump())).to_dict()


@router.get(
    "/shares",
    summary="What of the targets falls to each area",
    responses={404: {"model": Problem}},
)
def shares(
    workspace: WorkspaceDep,
    area: Annotated[str | None, Query(description="Id or name of an area; without it, all")] = None,
) -> dict[str, Any]:
    """Return how much of each target falls to an area: there today, planned, to go."""
    return shares_answer(workspace, area)

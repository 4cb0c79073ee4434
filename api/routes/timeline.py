"""The timeline: the places open at the end of each fiscal year, and who was reached."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import EditionDep
from api.errors import Problem

router = APIRouter(tags=["数字"])


@router.get(
    "/timeline",
    summary="年度末ごとの場と届いている人",
    responses={422: {"model": Problem}},
)
def timeline(
    edition: EditionDep,
    first: Annotated[str, Query(alias="from", description="はじめの年度", examples=["H26"])],
    last: Annotated[str, Query(alias="to", description="おわりの年度", examples=["R7"])],
    layer: Annotated[str | None, Query(description="区分。なければ協議体の区域")] = None,
) -> dict[str, Any]:
    """Return each fiscal year end without and with suspended places: whole, areas and targets."""
    return edition.timeline(first, last, layer)

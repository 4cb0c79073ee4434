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
    *,
    with_planned: Annotated[
        bool, Query(description="計画中の場を、開く予定の日から数えた行も")
    ] = False,
) -> dict[str, Any]:
    """Return each fiscal year end without and with suspended, and planned, places: whole, areas and targets."""
    return edition.timeline(first, last, layer, with_planned=with_planned)

"""The timeline: the places open at the end of each fiscal year, and who was reached."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.access import needs
from api.deps import EditionDep

router = APIRouter(tags=["Figures"], dependencies=[needs("read")])


@router.get(
    "/timeline",
    summary="Places and who was reached, at the end of each fiscal year",
)
def timeline(
    edition: EditionDep,
    first: Annotated[str, Query(alias="from", description="First fiscal year", examples=["H26"])],
    last: Annotated[str, Query(alias="to", description="Last fiscal year", examples=["R7"])],
    layer: Annotated[
        str | None, Query(description="Layer; without it, that of the councils")
    ] = None,
    *,
    with_planned: Annotated[
        bool, Query(description="Rows with planned places as well, from the day they are to open")
    ] = False,
) -> dict[str, Any]:
    """Return each fiscal year end without and with suspended, and planned, places: whole, areas and targets."""
    return edition.timeline(first, last, layer, with_planned=with_planned)

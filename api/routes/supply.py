"""Supply: seats and who is left without one, second places, inequality, cross-tables."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.access import needs
from api.deps import EditionDep, FrequencyName
from api.errors import Problem
from geo.vocabulary import TARGET

router = APIRouter(
    tags=["Figures"], responses={404: {"model": Problem}}, dependencies=[needs("read")]
)

Layer = Annotated[str | None, Query(description="Layer; without it, that of the councils")]
Area = Annotated[
    str | None, Query(description="Id or name of an area; without it, the whole and every area")
]
AgeGroup = Annotated[str | None, Query(description="Age group; without it, that of the run")]


def _plus(age_group: str | None) -> str | None:
    """Return an age group as it was typed: a "+" in an address arrives as a space."""
    return age_group.replace(" ", "+") if age_group else None


@router.get("/provision", summary="Seats, and who has none")
def provision(
    edition: EditionDep,
    layer: Layer = None,
    area: Area = None,
    frequency: FrequencyName = TARGET,
    age_group: AgeGroup = None,
) -> dict[str, Any]:
    """Return seats, those without one, expected participants and seats per resident, by area."""
    found = edition.supply.provision(
        layer=layer, area=area, frequency=frequency, age_group=_plus(age_group)
    )
    return {**found, "provenance": edition.provenance}


@router.get("/resilience", summary="Places that would be missed, and who has a second one")
def resilience(
    edition: EditionDep, layer: Layer = None, area: Area = None, age_group: AgeGroup = None
) -> dict[str, Any]:
    """Return whom each closing takes the last weekly place from, and who has a second one."""
    found = edition.supply.resilience(layer=layer, area=area, age_group=_plus(age_group))
    return {**found, "provenance": edition.provenance}


@router.get("/inequality", summary="Differences between areas")
def inequality(
    edition: EditionDep,
    layer: Annotated[str | None, Query(description="Layer; without it, all")] = None,
    frequency: FrequencyName = TARGET,
    age_group: AgeGroup = None,
) -> dict[str, Any]:
    """Return how unequal coverage is between the units of each layer, for every limit and walker."""
    found = edition.supply.inequality(layer=layer, frequency=frequency, age_group=_plus(age_group))
    return {**found, "provenance": edition.provenance}


@router.get("/crosstab", summary="Cross-table of two layers")
def crosstab(
    edition: EditionDep,
    rows: Annotated[
        str | None, Query(description="Layer of the rows; without it, the one that gaps are of")
    ] = None,
    columns: Annotated[
        str | None, Query(description="Layer of the columns; without it, that of the councils")
    ] = None,
    frequency: FrequencyName = TARGET,
    age_group: AgeGroup = None,
) -> dict[str, Any]:
    """Return the residents of each pair of areas."""
    found = edition.supply.crosstab(
        rows=rows, columns=columns, frequency=frequency, age_group=_plus(age_group)
    )
    return {**found, "provenance": edition.provenance}

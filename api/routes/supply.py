"""Supply: seats and who is left without one, second places, inequality, cross-tables."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import EditionDep, FrequencyName
from api.errors import Problem
from geo.vocabulary import TARGET

router = APIRouter(tags=["数字"], responses={404: {"model": Problem}, 422: {"model": Problem}})

Layer = Annotated[str | None, Query(description="区分。なければ協議体の区域")]
Area = Annotated[str | None, Query(description="区域のIDまたは名前。なければ全体とすべての区域")]
AgeGroup = Annotated[str | None, Query(description="年齢。なければ計算の条件")]


def _plus(age_group: str | None) -> str | None:
    """Return an age group as it was typed: a "+" in an address arrives as a space."""
    return age_group.replace(" ", "+") if age_group else None


@router.get("/provision", summary="席の数と、席のない人")
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


@router.get("/resilience", summary="なくなると困る場と、二つめの場がある人")
def resilience(
    edition: EditionDep, layer: Layer = None, area: Area = None, age_group: AgeGroup = None
) -> dict[str, Any]:
    """Return whom each closing takes the last weekly place from, and who has a second one."""
    found = edition.supply.resilience(layer=layer, area=area, age_group=_plus(age_group))
    return {**found, "provenance": edition.provenance}


@router.get("/inequality", summary="区域による差")
def inequality(
    edition: EditionDep,
    layer: Annotated[str | None, Query(description="区分。なければすべて")] = None,
    frequency: FrequencyName = TARGET,
    age_group: AgeGroup = None,
) -> dict[str, Any]:
    """Return how unequal coverage is between the units of each layer, for every limit and walker."""
    found = edition.supply.inequality(layer=layer, frequency=frequency, age_group=_plus(age_group))
    return {**found, "provenance": edition.provenance}


@router.get("/crosstab", summary="2つの区分を組み合わせた表")
def crosstab(
    edition: EditionDep,
    rows: Annotated[str | None, Query(description="行の区分。なければ空白を見る単位")] = None,
    columns: Annotated[str | None, Query(description="列の区分。なければ協議体の区域")] = None,
    frequency: FrequencyName = TARGET,
    age_group: AgeGroup = None,
) -> dict[str, Any]:
    """Return the residents of each pair of areas; small cells, and what would tell them, hidden."""
    found = edition.supply.crosstab(
        rows=rows, columns=columns, frequency=frequency, age_group=_plus(age_group)
    )
    return {**found, "provenance": edition.provenance}

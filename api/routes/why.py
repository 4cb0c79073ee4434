"""One point of the map: the way to the nearest places, and what would bring them within reach."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.access import needs
from api.deps import EditionDep, FrequencyName
from api.errors import Problem
from geo.vocabulary import TARGET
from services.situation.parameters import limit_of

router = APIRouter(tags=["Figures"], dependencies=[needs("read")])


@router.get(
    "/why",
    summary="The walk from one point, and why it is too far",
    responses={404: {"model": Problem}},
)
def why(  # noqa: PLR0913, PLR0917  one argument a parameter of the address
    edition: EditionDep,
    lon: Annotated[float, Query(description="Longitude in degrees", examples=[139.97])],
    lat: Annotated[float, Query(description="Latitude in degrees", examples=[35.86])],
    frequency: FrequencyName = TARGET,
    profile: Annotated[
        str | None, Query(description="Walking profile; without it, that of the run")
    ] = None,
    walk_limit_m: Annotated[float | None, Query(description="Walking limit in metres")] = None,
    walk_limit_min: Annotated[float | None, Query(description="Walking limit in minutes")] = None,
) -> dict[str, Any]:
    """
    Return figures, sentences in both languages, and lines as GeoJSON: `route` and `straight`.

    Any point of the municipality can be asked for; the answer tells nothing about who lives there.
    """
    limit = limit_of(walk_limit_m, walk_limit_min)
    return edition.why(lon, lat, frequency=frequency, profile=profile, limit=limit)

"""Buildings: where residents live inside an area, and what their usages mean."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.profile.base import Identifier, Table


class Buildings(Table):
    """Where residents live inside an area: in proportion to residential floor area."""

    source: Identifier
    lon_field: str = "lon"
    lat_field: str = "lat"
    """Read for formats without geometry (parquet, csv)."""
    footprint_field: str = ""
    """Footprint in m²; where empty, the polygon's own area."""
    height_field: str = ""
    storeys_field: str = ""
    floor_area_field: str = ""
    """Floor area of all storeys in m² (PLATEAU totalFloorArea), where it is known."""
    usage_field: str = ""
    usage_scheme: Literal["", "plateau", "osm"] = ""
    """What the usages mean: codes of PLATEAU's Building_usage, or values of OSM's ``building``."""
    residential_usages: list[str] = Field(default_factory=list)
    """Usages that are lived in; with a scheme only to overrule it."""
    unknown_usage: Literal["last", "residential"] = "last"
    """Buildings of unknown use: lived in where an area has no known dwelling, or like dwellings."""
    mixed_use_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the floor of buildings of mixed use that is lived in."""
    storey_height_m: Annotated[float, Field(gt=0)] = 3.0
    min_building_m2: Annotated[float, Field(ge=0)] = 10.0
    """Buildings with less floor than this are sheds; nobody lives there."""
    weights: dict[str, dict[str, Annotated[float, Field(gt=0)]]] = Field(default_factory=dict)
    """Age group → house, apartments or a usage → how much a m² there counts for it, 1 if not given."""

    @model_validator(mode="after")
    def _scheme(self) -> Self:
        if self.usage_scheme and not self.usage_field:
            msg = f"usage_scheme = {self.usage_scheme!r} needs usage_field"
            raise ValueError(msg)
        return self

"""Distribution: counts on meshes that tell where within an area its residents live."""

from typing import Annotated, Literal

from pydantic import Field

from services.profile.base import Columns, Identifier, Table


class Distribution(Table):
    """Residents by mesh, as e-Stat publishes them; the areas' own residents stay the base."""

    source: Identifier
    mesh_side_m: Literal[125, 250, 500, 1000] = 250
    age_groups: Annotated[dict[str, Columns], Field(min_length=1)]
    """Age group → column, or columns to add. One that is not there follows the narrowest that encloses it."""

"""Structure: areas built from smaller ones, councils that own areas, and who works where."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from services.profile.base import Identifier, OptionalIdentifier, Table


class UnionArea(Table):
    """One area of a layer that is built from base units."""

    id: str
    name: str
    units: list[str]
    """Ids, names, or patterns of either (``"日高町*"``); the first area that fits gets the unit."""


class Union(Table):
    """Areas built by joining the areas of another layer, by rows here or by a table."""

    of: Identifier
    """The layer of the base units."""
    areas: list[UnionArea] = Field(default_factory=list)
    source: OptionalIdentifier = ""
    """A table: one row per base unit."""
    unit_field: str = ""
    """Column of the base unit: its id or its name."""
    area_field: str = ""
    """Column of the area's id; its name as well where ``area_name_field`` is not given."""
    area_name_field: str = ""

    @model_validator(mode="after")
    def _one_mapping(self) -> Self:
        if bool(self.areas) == bool(self.source):
            msg = "give either areas (rows here) or source (a table), not both and not neither"
            raise ValueError(msg)
        if self.source and not (self.unit_field and self.area_field):
            msg = "a table of units needs unit_field and area_field"
            raise ValueError(msg)
        ids = [area.id for area in self.areas]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            msg = f"area id {', '.join(twice)} is used twice"
            raise ValueError(msg)
        return self


class Ownership(Table):
    """Areas of one layer that a council is responsible for."""

    layer: Identifier
    areas: list[str] = Field(default_factory=list)
    """Ids, names or patterns; empty where the documents do not say which."""
    part: bool = False
    """It owns only a part of these areas: the units that are named, else one that nobody has drawn."""
    unit_layer: OptionalIdentifier = ""
    """The finer layer of these units."""
    units: list[str] = Field(default_factory=list)
    """Ids, names or patterns of the units that make up the part; each lies in one of the areas."""

    @model_validator(mode="after")
    def _units_of_a_part(self) -> Self:
        if bool(self.units) != bool(self.unit_layer) or (self.units and not self.part):
            msg = "units of a part need part = true, unit_layer and units; give all three or none"
            raise ValueError(msg)
        return self


class Council(Table):
    """A council; it may own several areas or a part of one, and an area may have several."""

    id: Identifier
    name: str
    owns: list[Ownership] = Field(default_factory=list)
    number: Annotated[int, Field(ge=1)] = 1
    """How many councils this row stands for where the documents do not name them."""
    note: str = ""
    body: str = ""
    """The meeting, there before, that serves as the council: 地域ケア会議, 地区社協."""
    coordinators: list[str] = Field(default_factory=list)
    """Roles or offices that work for it, never persons; one may work for several councils."""

    @model_validator(mode="after")
    def _owns_something(self) -> Self:
        if not self.owns:
            msg = (
                f"council {self.id} owns nothing: name the layer and the areas in owns; "
                "where nobody knows which, the layer alone"
            )
            raise ValueError(msg)
        return self


class CouncilTable(Table):
    """Councils from a table with one row per pair of council and area."""

    source: Identifier
    layer: Identifier
    council_field: str
    council_name_field: str = ""
    area_field: str
    """The area's id or name."""


class Units(Table):
    """Whose unit is which layer; they may differ, and each may be without borders."""

    coordinator_unit: OptionalIdentifier = ""
    council_unit: OptionalIdentifier = ""
    work_unit: OptionalIdentifier = ""
    """Where people work from day to day: 町会, 行政区, 地区社協."""
    note: str = ""

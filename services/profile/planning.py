"""Planning: what a plan takes into account of a venue, and where it is dangerous."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from services.privacy.kinds import PRIVATE_KINDS
from services.profile.base import Identifier, Table


class VenueFields(Table):
    """The columns of a list of venues that say what a room is like."""

    floor_area_field: str = ""
    """In m² unless a cell says 畳."""
    capacity_field: str = ""
    availability_field: str = ""
    """When the room is free: 日曜, 平日の午後, 月・水 午前."""
    availability_text: str = ""
    """The same for every row without one: デイサービスの日曜."""
    barrier_free_field: str = ""
    rent_field: str = ""
    """Yen a month."""
    owner_field: str = ""
    consent_field: str = ""
    """Whether somebody who lives there agrees; a private home without consent is no candidate."""
    private_home_kinds: list[str] = Field(default_factory=lambda: [*PRIVATE_KINDS])


class Hazards(Table):
    """Areas of danger: a candidate that lies in one says so, or is left out."""

    source: Identifier
    name: str
    """What it is: 洪水浸水想定区域."""
    name_field: str = ""
    """Column of what is told apart within it, such as a depth."""


class CouncilList(Table):
    """What one council must have in a plan, and what it will not have."""

    council: str
    """Id or name of the council or of its area."""
    must: list[str] = Field(default_factory=list)
    must_not: list[str] = Field(default_factory=list)
    """Ids or names of candidates, venues or places."""
    why: str = ""

    @model_validator(mode="after")
    def _no_contradiction(self) -> Self:
        if twice := sorted(set(self.must) & set(self.must_not)):
            msg = f"{self.council}: {', '.join(twice)} is in must and in must_not; keep it in one"
            raise ValueError(msg)
        return self


class Planning(Table):
    """Assumptions of plans, each with its origin."""

    m2_per_person: Annotated[float, Field(gt=0)] = 3.0
    """Floor that each person needs; makes a capacity of a floor area."""
    m2_per_person_origin: str = "planning_m2"
    council_lists: list[CouncilList] = Field(default_factory=list)

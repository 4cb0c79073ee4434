"""Planning: what a plan takes into account of a venue, and where it is dangerous."""

from typing import Annotated

from pydantic import Field

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
    private_home_kinds: list[str] = Field(default_factory=lambda: ["個人宅", "自宅", "民家"])


class Hazards(Table):
    """Areas of danger: a candidate that lies in one says so, or is left out."""

    source: Identifier
    name: str
    """What it is: 洪水浸水想定区域."""
    name_field: str = ""
    """Column of what is told apart within it, such as a depth."""


class Planning(Table):
    """Assumptions of plans, each with its origin."""

    m2_per_person: Annotated[float, Field(gt=0)] = 3.0
    """Floor that each person needs; makes a capacity of a floor area."""
    m2_per_person_origin: str = (
        "通所介護の食堂及び機能訓練室の基準3m²/人（平成11年厚生省令第37号 第95条）を準用"
    )

"""Places: the columns of lists of venues, and of gathering places with their attributes."""

from pydantic import Field

from services.privacy.kinds import PRIVATE_KINDS
from services.profile.base import Identifier, Table
from services.profile.planning import VenueFields


class Filter(Table):
    """Rows whose ``field`` contains one of ``contains``."""

    field: str
    contains: list[str]


class KindRule(Table):
    """A venue whose name contains ``contains`` is of this kind; the first rule that fits counts."""

    contains: str
    kind: str


class Venues(VenueFields):
    """Real venues where a place could open."""

    source: Identifier
    name_field: str = ""
    """Where empty, columns are taken by their meaning: as ``map`` says, else as recognised."""
    map: str = ""
    """Column map (``arukeba map FILE --save``), relative as a source's path; named fields win."""
    position_field: str = ""
    """One column of 「緯度,経度」."""
    x_field: str = ""
    """Northing in metres of the profile's zone (X points north in Japan)."""
    y_field: str = ""
    kind: str = ""
    kind_field: str = ""
    kinds: list[KindRule] = Field(default_factory=list)
    where: Filter | None = None
    address_field: str = ""
    lon_field: str = ""
    lat_field: str = ""


class Places(Table):
    """Gathering places that exist."""

    source: Identifier
    name_field: str = ""
    """Where empty, columns are taken by their meaning: as ``map`` says, else as recognised."""
    map: str = ""
    """Column map (``arukeba map FILE --save``), relative as a source's path; named fields win."""
    position_field: str = ""
    """One column of 「緯度,経度」."""
    x_field: str = ""
    """Northing in metres of the profile's zone (X points north in Japan)."""
    y_field: str = ""
    start_field: str = ""
    end_field: str = ""
    """Hours in columns of their own; put behind a schedule that names none."""
    consent_field: str = ""
    """Column that says whether a private home's salon may be shown under its name."""
    schedule_field: str = ""
    schedule_text: str = ""
    """One schedule for every row, where the source has no such column."""
    venue_field: str = ""
    group_field: str = ""
    kind: str = ""
    kind_field: str = ""
    address_field: str = ""
    lon_field: str = ""
    lat_field: str = ""
    status_field: str = ""
    opened_field: str = ""
    verified_field: str = ""
    private_home_kinds: list[str] = Field(default_factory=lambda: [*PRIVATE_KINDS])
    where: Filter | None = None
    stand_in: str = ""
    """Where the rows only stand in for real places: the sentence that says so on every output."""
    stand_in_en: str = ""
    """The same in English; without it, English readers are told the Japanese one."""
    frequency_field: str = ""
    """A class typed in the source (週1型): compared with the schedule, never used instead of it."""
    status_since_field: str = ""
    closed_field: str = ""
    """The last day on which the place was open."""
    drop_in_field: str = ""
    individual_entry_field: str = ""
    open_hours_field: str = ""
    fee_field: str = ""
    floor_area_field: str = ""
    """In m² unless a cell says 畳; ``tatami_field`` for a column of tatami."""
    tatami_field: str = ""
    capacity_field: str = ""
    target_groups_field: str = ""
    exercise_minutes_field: str = ""
    open_to_all_field: str = ""
    subsidy_end_field: str = ""
    online_field: str = ""
    catchment_scope_field: str = ""


class Stops(Table):
    """Bus stops: points with names. Which bus goes where, and when, is not known from them."""

    source: Identifier
    name_field: str = ""
    """Where empty: that of the product, ``stop_name`` of GTFS, else taken by its meaning."""
    lon_field: str = ""
    lat_field: str = ""

"""The tables of the registry, the same in SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Select, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Tables(DeclarativeBase):
    """The tables together."""


class Venue(Tables):
    """A building; ``listed`` where it came from a list of venues, not only from a place."""

    __tablename__ = "venues"

    venue_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    address: Mapped[str]
    source_id: Mapped[str]
    source_row: Mapped[int]
    listed: Mapped[bool]
    lon: Mapped[float | None] = mapped_column(Double)
    lat: Mapped[float | None] = mapped_column(Double)
    floor_area_m2: Mapped[float | None] = mapped_column(Double)
    capacity: Mapped[float | None] = mapped_column(Double)
    availability: Mapped[str]
    barrier_free: Mapped[bool | None]
    rent_yen: Mapped[float | None] = mapped_column(Double)
    owner: Mapped[str]
    private_home: Mapped[bool | None]
    consent: Mapped[bool | None]


class Group(Tables):
    """A group that runs sessions, at one venue or at several."""

    __tablename__ = "groups"

    group_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class ScheduleRow(Tables):
    """
    A schedule as typed: class and sessions a month are derived from it whenever it is read.

    ``origin`` is '' where the list of places tells it, ``profile`` where the profile's text was taken.
    """

    __tablename__ = "schedules"

    schedule_id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    origin: Mapped[str]


class Place(Tables):
    """A gathering place: sessions of a group at a venue by a schedule."""

    __tablename__ = "places"

    place_id: Mapped[str] = mapped_column(primary_key=True)
    venue_id: Mapped[str] = mapped_column(ForeignKey("venues.venue_id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.group_id"))
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedules.schedule_id"))
    name: Mapped[str]
    kind: Mapped[str]
    venue_name: Mapped[str]
    address: Mapped[str]
    status: Mapped[str]
    opened_on: Mapped[str]
    verified_on: Mapped[str]
    private_home: Mapped[bool]
    located_by: Mapped[str]
    located_level: Mapped[str]
    confidence: Mapped[float] = mapped_column(Double)
    consent: Mapped[bool]
    stand_in: Mapped[bool]
    """Its row only stands in for a real place."""
    source_id: Mapped[str]
    source_row: Mapped[int]
    lon: Mapped[float | None] = mapped_column(Double)
    lat: Mapped[float | None] = mapped_column(Double)
    programme_id: Mapped[str]
    typed_class: Mapped[str]
    status_since: Mapped[str]
    closed_on: Mapped[str]
    drop_in: Mapped[bool | None]
    individual_entry: Mapped[bool | None]
    open_hours: Mapped[str]
    fee_text: Mapped[str]
    fee_yen: Mapped[float | None] = mapped_column(Double)
    floor_area_m2: Mapped[float | None] = mapped_column(Double)
    capacity: Mapped[float | None] = mapped_column(Double)
    target_groups: Mapped[str]
    exercise_minutes: Mapped[float | None] = mapped_column(Double)
    open_to_all: Mapped[bool | None]
    subsidy_end: Mapped[str]
    online: Mapped[bool | None]
    catchment_scope: Mapped[str]


class PlaceStatus(Tables):
    """A status of a place from its first day to the day before ``until`` (ISO; '' is unknown)."""

    __tablename__ = "place_status"

    place_id: Mapped[str] = mapped_column(ForeignKey("places.place_id"), primary_key=True)
    since: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    until: Mapped[str]


class Decision(Tables):
    """
    What a council decided on one candidate, on one occasion; rows are only ever added.

    Nothing here refers to the other tables by a key: they are written anew with every build, and
    what a council decided stays.
    """

    __tablename__ = "decisions"

    decision_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    candidate_key: Mapped[str] = mapped_column(index=True)
    action: Mapped[str]
    frequency: Mapped[str]
    venue_id: Mapped[str]
    place_id: Mapped[str]
    name: Mapped[str]
    schedule_text: Mapped[str]
    lon: Mapped[float | None] = mapped_column(Double)
    lat: Mapped[float | None] = mapped_column(Double)
    council_id: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str]
    meeting_date: Mapped[str]
    decided_by: Mapped[str]
    opens_on: Mapped[str] = mapped_column(server_default="")
    """When it is to open: a day or a month; '' where nothing was said."""
    plan_id: Mapped[str]
    recorded_at: Mapped[str]
    workspace_sha256: Mapped[str]
    parameters_sha256: Mapped[str]


class ChangeRow(Tables):
    """What somebody changed, by one row: who, when, before and after. Rows are only ever added."""

    __tablename__ = "changes"

    change_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    batch: Mapped[str]
    """What was changed together."""
    at: Mapped[str]
    who: Mapped[str]
    action: Mapped[str]
    kind: Mapped[str]
    key: Mapped[str]
    council_id: Mapped[str]
    """Of the council in whose area it stands in the public view."""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    undoes: Mapped[int | None]


class Note(Tables):
    """A note pinned to an area; it is never published."""

    __tablename__ = "notes"

    note_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    layer: Mapped[str]
    area_id: Mapped[str]
    text: Mapped[str]
    who: Mapped[str]
    at: Mapped[str]


class PaperRow(Tables):
    """
    One state of a paper that a council keeps: a meeting, an item, what a workshop said.

    Rows are only ever added; the latest of a paper is its state, and all of them go when it is taken away.
    """

    __tablename__ = "papers"

    change_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    paper_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    council_id: Mapped[str]
    at: Mapped[str]
    who: Mapped[str]
    action: Mapped[str]
    told: Mapped[dict[str, Any]] = mapped_column(JSON)


class AnswerRow(Tables):
    """What was answered to a request that may be sent again within a day."""

    __tablename__ = "answers"

    key: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[str]
    at: Mapped[str]
    answer: Mapped[list[Any]] = mapped_column(JSON)


def places_in_words() -> "Select[Any]":
    """Return the question for places with their group and their schedule as texts."""
    return (
        select(
            Place.__table__,
            Group.name.label("group_name"),
            ScheduleRow.text.label("schedule_text"),
            ScheduleRow.origin.label("schedule_origin"),
        )
        .join(ScheduleRow, Place.schedule_id == ScheduleRow.schedule_id)
        .outerjoin(Group, Place.group_id == Group.group_id)
    )

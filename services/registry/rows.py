"""One place as a flat record of what may be told of it, read from and written into the tables."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from services.registry.history import history_of
from services.registry.tables import Group, Place, PlaceStatus, ScheduleRow, Venue, places_in_words

Record = dict[str, Any]
OWN = "registry"
"""Source of what was typed into the registry itself."""
_OF_VENUE = ("name", "kind", "address", "lon", "lat")
_NOT_TOLD = ("group_id", "schedule_id")
_NEW: Record = {
    "located_by": "registry",
    "located_level": "",
    "confidence": 1.0,
    "stand_in": False,
    "source_id": OWN,
}


def read_record(opened: Session, place_id: str) -> Record | None:
    """Return a place with its group and schedule as texts, None where there is none."""
    query = places_in_words().where(Place.place_id == place_id)
    found = opened.execute(query).mappings().first()
    if found is None:
        return None
    record = {name: value for name, value in found.items() if name not in _NOT_TOLD}
    return record | {"group_name": record["group_name"] or ""}


def write_record(opened: Session, record: Mapping[str, Any]) -> None:
    """Write a place that is there or new; its group and its venue are made where they are lacking."""
    there = opened.get(Place, record["place_id"])
    group_id = _group(opened, str(record["group_name"]))
    if opened.get(Venue, record["venue_id"]) is None:
        _make_venue(opened, record)
    schedule = {"text": record["schedule_text"], "origin": record["schedule_origin"]}
    columns = {
        name: record[name]
        for name in (one.name for one in Place.__table__.columns)
        if name in record
    }
    if there is None:
        schedule_id = _next(opened, ScheduleRow.schedule_id)
        opened.execute(insert(ScheduleRow), [{"schedule_id": schedule_id, **schedule}])
        row = {**columns, "group_id": group_id, "schedule_id": schedule_id}
        opened.execute(insert(Place), [row])
    else:
        opened.execute(
            update(ScheduleRow)
            .where(ScheduleRow.schedule_id == there.schedule_id)
            .values(**schedule)
        )
        of_it = Place.place_id == record["place_id"]
        opened.execute(update(Place).where(of_it).values(**columns, group_id=group_id))
    opened.expire_all()
    of_it = PlaceStatus.place_id == record["place_id"]
    opened.execute(delete(PlaceStatus).where(of_it))
    periods = [
        {"place_id": one.place_id, "status": one.status, "since": one.since, "until": one.until}
        for one in history_of(record)  # type: ignore[arg-type]  # keys are texts
    ]
    opened.execute(insert(PlaceStatus), periods)


def delete_record(opened: Session, place_id: str) -> None:
    """Take a place away with its schedule and statuses; its venue and its group stay."""
    there = opened.get(Place, place_id)
    if there is None:
        return
    schedule_id = there.schedule_id
    opened.execute(delete(PlaceStatus).where(PlaceStatus.place_id == place_id))
    opened.execute(delete(Place).where(Place.place_id == place_id))
    opened.execute(delete(ScheduleRow).where(ScheduleRow.schedule_id == schedule_id))
    opened.expire_all()


def new_record(opened: Session, place_id: str) -> Record:
    """Return a place of which nothing is told yet."""
    empty: Record = {}
    for column in Place.__table__.columns:
        if column.name not in _NOT_TOLD:
            kind = column.type.python_type
            empty[column.name] = None if column.nullable else kind()
    number = opened.scalar(select(func.max(Place.source_row)).where(Place.source_id == OWN))
    told = {"group_name": "", "schedule_text": "", "schedule_origin": "", "status": "active"}
    ids = {"place_id": place_id, "venue_id": f"{place_id}-v", "source_row": (number or 0) + 1}
    return {**empty, **_NEW, **told, **ids}


def _group(opened: Session, name: str) -> int | None:
    if not name:
        return None
    found = opened.scalar(select(Group.group_id).where(Group.name == name))
    if found is None:
        found = _next(opened, Group.group_id)
        opened.execute(insert(Group), [{"group_id": found, "name": name}])
    return found


def _make_venue(opened: Session, record: Mapping[str, Any]) -> None:
    told = {name: record[name] for name in _OF_VENUE}
    row = {
        **told,
        "name": record["venue_name"] or record["name"],
        "venue_id": record["venue_id"],
        "source_id": record["source_id"],
        "source_row": record["source_row"],
        "listed": False,
        "availability": "",
        "owner": "",
    }
    opened.execute(insert(Venue), [row])


def _next(opened: Session, column: Any) -> int:  # noqa: ANN401  a column of any table
    # Nobody else writes: the next number is free, and no sequence of a server has to know it.
    return (opened.scalar(select(func.max(column))) or 0) + 1

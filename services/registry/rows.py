"""
What people edit, a place, a venue or a group, as a flat record of what may be told of it.

Each kind says how one is found, read from the tables, written into them and taken away.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from geo.errors import ChangedError, Sentence
from services.registry.history import history_of
from services.registry.tables import (
    ChangeRow,
    Group,
    Place,
    PlaceStatus,
    ScheduleRow,
    Tables,
    Venue,
    places_in_words,
)

Record = dict[str, Any]
OWN = "registry"
"""Source of what was typed into the registry itself."""
_OF_VENUE = ("name", "kind", "address", "lon", "lat")
_NOT_TOLD = ("group_id", "schedule_id")
_DIGITS, _SHOWN = 10, 5
_NEW: Record = {
    "located_by": "registry",
    "located_level": "",
    "confidence": 1.0,
    "stand_in": False,
    "source_id": OWN,
}


@dataclass(frozen=True)
class KindOfRecord:
    """One kind of what people edit."""

    name: str
    table: type[Tables]
    known_as: Sentence
    read: Callable[[Session, str], Record | None]
    """Return what is told of one, None where there is none."""
    write: Callable[[Session, Mapping[str, Any]], None]
    """Write one that is there or new."""
    delete: Callable[[Session, str], None]
    new: Callable[[Session, str], Record]
    """Return one of which nothing is told yet."""
    free: Callable[[Session], str]
    """Return a key that nothing has or has had."""

    @property
    def id(self) -> str:
        """The column of its key."""
        return f"{self.name}_id"

    def names(self, opened: Session) -> dict[str, str]:
        """Return key → name of all that there are."""
        columns = self.table.__table__.c
        return {
            str(key): name for key, name in opened.execute(select(columns[self.id], columns.name))
        }


def _read_place(opened: Session, place_id: str) -> Record | None:
    """Return a place with its group and schedule as texts, None where there is none."""
    query = places_in_words().where(Place.place_id == place_id)
    found = opened.execute(query).mappings().first()
    if found is None:
        return None
    record = {name: value for name, value in found.items() if name not in _NOT_TOLD}
    return record | {"group_name": record["group_name"] or ""}


def _write_place(opened: Session, record: Mapping[str, Any]) -> None:
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


def _delete_place(opened: Session, place_id: str) -> None:
    """Take a place away with its schedule and statuses; its venue and its group stay."""
    there = opened.get(Place, place_id)
    if there is None:
        return
    schedule_id = there.schedule_id
    opened.execute(delete(PlaceStatus).where(PlaceStatus.place_id == place_id))
    opened.execute(delete(Place).where(Place.place_id == place_id))
    opened.execute(delete(ScheduleRow).where(ScheduleRow.schedule_id == schedule_id))
    opened.expire_all()


def _new_place(opened: Session, place_id: str) -> Record:
    told = {"group_name": "", "schedule_text": "", "schedule_origin": "", "status": "active"}
    ids = {"place_id": place_id, "venue_id": f"{place_id}-v", "source_row": _row(opened, Place)}
    return {**_empty(Place), **_NEW, **told, **ids}


def _read_venue(opened: Session, venue_id: str) -> Record | None:
    found = opened.execute(select(Venue.__table__).where(Venue.venue_id == venue_id)).mappings()
    row = found.first()
    return None if row is None else dict(row)


def _write_venue(opened: Session, record: Mapping[str, Any]) -> None:
    row = {column.name: record[column.name] for column in Venue.__table__.columns}
    of_it = Venue.venue_id == row["venue_id"]
    if opened.get(Venue, row["venue_id"]) is None:
        opened.execute(insert(Venue), [row])
    else:
        opened.execute(update(Venue).where(of_it).values(**row))
    opened.expire_all()


def _delete_venue(opened: Session, venue_id: str) -> None:
    _require_without_places(opened, Place.venue_id == venue_id, venue_id)
    opened.execute(delete(Venue).where(Venue.venue_id == venue_id))
    opened.expire_all()


def _new_venue(opened: Session, venue_id: str) -> Record:
    told = {"source_id": OWN, "source_row": _row(opened, Venue), "listed": True}
    return {**_empty(Venue), **told, "venue_id": venue_id}


def _read_group(opened: Session, group_id: str) -> Record | None:
    found = opened.get(Group, _number(group_id))
    return None if found is None else {"group_id": found.group_id, "name": found.name}


def _write_group(opened: Session, record: Mapping[str, Any]) -> None:
    number = _number(record["group_id"])
    if opened.get(Group, number) is None:
        opened.execute(insert(Group), [{"group_id": number, "name": record["name"]}])
    else:
        of_it = Group.group_id == number
        opened.execute(update(Group).where(of_it).values(name=record["name"]))
    opened.expire_all()


def _delete_group(opened: Session, group_id: str) -> None:
    number = _number(group_id)
    _require_without_places(opened, Place.group_id == number, group_id)
    opened.execute(delete(Group).where(Group.group_id == number))
    opened.expire_all()


def _new_group(_opened: Session, group_id: str) -> Record:
    return {"group_id": _number(group_id), "name": ""}


def free_group(opened: Session) -> int:
    """Return a number that no group has, or has had since somebody changed it."""
    keys = opened.scalars(select(ChangeRow.key).where(ChangeRow.kind == GROUP.name))
    last = opened.scalar(select(func.max(Group.group_id))) or 0
    return max([last, *map(_number, keys)]) + 1


def _number(group_id: object) -> int:
    text = str(group_id)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _DIGITS else 0


def _row(opened: Session, table: type[Place] | type[Venue]) -> int:
    number = opened.scalar(select(func.max(table.source_row)).where(table.source_id == OWN))
    return (number or 0) + 1


def _empty(table: type[Tables]) -> Record:
    empty: Record = {}
    for column in table.__table__.columns:
        if column.name not in _NOT_TOLD:
            kind = column.type.python_type
            empty[column.name] = None if column.nullable else kind()
    return empty


def _require_without_places(opened: Session, there: Any, key: str) -> None:  # noqa: ANN401  any condition of the library
    held = list(opened.scalars(select(Place.place_id).where(there).order_by(Place.place_id)))
    if held:
        raise ChangedError(
            "{key} cannot be taken away, for places belong to it by now: {held}; change them first",
            key=key,
            held=held[:_SHOWN],
        )


def _own_key(_opened: Session) -> str:
    return f"own-{uuid4().hex[:12]}"


def _group(opened: Session, name: str) -> int | None:
    if not name:
        return None
    found = opened.scalar(select(Group.group_id).where(Group.name == name))
    if found is None:
        found = free_group(opened)
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


PLACE = KindOfRecord(
    "place",
    Place,
    Sentence("place"),
    _read_place,
    _write_place,
    _delete_place,
    _new_place,
    _own_key,
)
VENUE = KindOfRecord(
    "venue",
    Venue,
    Sentence("venue"),
    _read_venue,
    _write_venue,
    _delete_venue,
    _new_venue,
    _own_key,
)
GROUP = KindOfRecord(
    "group",
    Group,
    Sentence("group"),
    _read_group,
    _write_group,
    _delete_group,
    _new_group,
    lambda opened: str(free_group(opened)),
)
KINDS = {kind.name: kind for kind in (PLACE, VENUE, GROUP)}
"""KindOfRecord of a change → what it is of."""

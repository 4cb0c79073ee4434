"""What people changed, taken over into a registry that was written anew from the lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, inspect, select, update
from sqlalchemy.orm import Session

from services.registry.database import session, writing
from services.registry.rows import KINDS, VENUE, Record
from services.registry.schema import migrate
from services.registry.tables import AnswerRow, ChangeRow, Note, PaperRow, Tables
from services.words.names import normalise


def keep_history(before: str, url: str) -> None:
    """Copy changes, notes and papers of a registry into the one that is to replace it, once."""
    kept: dict[type[Tables], Sequence[Mapping[str, Any]]] = {}
    with session(before) as opened:
        for table in (ChangeRow, Note, PaperRow, AnswerRow):
            if inspect(opened.connection()).has_table(table.__tablename__):
                found = opened.execute(select(table.__table__)).mappings().all()
                kept[table] = [dict(row) for row in found]
    with writing(url) as opened:
        migrate(opened.connection())
        for model, rows in kept.items():
            if rows and not opened.scalar(select(func.count()).select_from(model)):
                opened.execute(insert(model), list(rows))


def in_force(changes: Sequence[ChangeRow]) -> list[ChangeRow]:
    """Return the changes that were not undone, without those that undid them."""
    undone = {one.undoes for one in changes if one.undoes is not None}
    return [one for one in changes if one.undoes is None and one.change_id not in undone]


def replay(opened: Session) -> None:
    """
    Change again what people changed, on what the lists tell now.

    A place, a venue or a group is found by its key and name, else by a name that no other has: the rows
    of a list move. What is not found any more stays in the history, and is changed nowhere.
    """
    changes = list(opened.scalars(select(ChangeRow).order_by(ChangeRow.change_id)))
    names = {
        kind.name: {key: normalise(name) for key, name in kind.names(opened).items()}
        for kind in KINDS.values()
    }
    moved: dict[tuple[str, str], str | None] = {}
    for one in in_force(changes):
        kind, at = KINDS[one.kind], (one.kind, one.key)
        told = one.after or one.before or {}
        if at not in moved:
            moved[at] = _found(names[one.kind], one.key, (one.before or told).get("name"))
        now = moved[at]
        if one.before is None and one.after is not None:
            key = now or one.key
            record = kind.read(opened, key) or kind.new(opened, key)
            kind.write(opened, {**record, **_own(_led(one.after, moved)), kind.id: key})
            moved[at] = key
        elif now is not None and one.after is None:
            kind.delete(opened, now)
        elif now is not None:
            found = kind.read(opened, now)
            if found is not None:
                changed = differing(one.before or {}, one.after or {})
                kind.write(opened, {**found, **_led(changed, moved)})
    for one in changes:
        now = moved.get((one.kind, one.key))
        if now is not None and now != one.key:
            of_it = ChangeRow.change_id == one.change_id
            opened.execute(update(ChangeRow).where(of_it).values(key=now))


def _led(told: Mapping[str, Any], moved: Mapping[tuple[str, str], str | None]) -> Record:
    """Return what was told of a place with the venue under the key that it has now."""
    now = moved.get((VENUE.name, str(told.get("venue_id"))))
    return {**told, "venue_id": now} if now and "venue_id" in told else dict(told)


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Record:
    """Return the fields that differ, as they are after."""
    return {name: value for name, value in after.items() if before.get(name) != value}


def _found(names: Mapping[str, str], key: str, name: object) -> str | None:
    wanted = normalise(name or "")
    if names.get(key) == wanted:
        return key
    same = [place for place, known in names.items() if known == wanted]
    return same[0] if len(same) == 1 else None


def _own(record: Mapping[str, Any]) -> Record:
    """Return what somebody told of a place that they made; a list may have it by now, with more."""
    return {
        name: value for name, value in record.items() if name not in ("source_id", "source_row")
    }

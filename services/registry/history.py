"""The history of a place: from when to when it was active, suspended, at risk or closed."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from services.words.dates import first_day, last_day
from services.words.vocabulary import OPEN_STATUSES

CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Period:
    """One status from its first day to the day before ``until``; '' is not known, or not ended."""

    place_id: str
    status: str
    since: str
    until: str


def history_of(place: Mapping[Hashable, object]) -> list[Period]:
    """
    Return the periods of a place, in order, from its dates.

    It is open through the day of ``closed_on``. Of a date of which a part is known the first day is
    taken for an opening or a change and the last for a closing. Without dates its status always held.
    """
    place_id, status = str(place["place_id"]), str(place["status"])
    opened = first_day(str(place.get("opened_on") or ""))
    changed = first_day(str(place.get("status_since") or ""))
    closing = last_day(str(place.get("closed_on") or ""))
    end = closing + timedelta(days=1) if closing else None
    if status == CLOSED:
        end, changed = end or changed, None
        if end is None:
            return [Period(place_id, CLOSED, "", "")]
        status = "active"
    marks: list[tuple[str, date | None]] = [(status, opened)]
    if status != "active" and changed:
        marks = [("active", opened), (status, changed)]
    marks += [(CLOSED, end)] if end else []
    return _periods(place_id, marks)


def _periods(place_id: str, marks: list[tuple[str, date | None]]) -> list[Period]:
    starts = ["" if start is None else start.isoformat() for _, start in marks]
    ends = [*starts[1:], ""]
    return [
        Period(place_id, status, since, until)
        for (status, _), since, until in zip(marks, starts, ends, strict=True)
        if not until or since < until
    ]


def lacks_dates(place: Mapping[Hashable, object]) -> str:
    """Return what a past day cannot be computed without: '', or the code of the missing date."""
    if not first_day(str(place.get("opened_on") or "")):
        return "no_opening_date"
    dated = first_day(str(place.get("status_since") or "")) or last_day(
        str(place.get("closed_on") or "")
    )
    return "" if place["status"] in OPEN_STATUSES or dated else "no_status_date"

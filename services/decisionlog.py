"""The log of decisions in the registry: rows are added and read, and none is ever changed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from sqlalchemy import insert, inspect, make_url, select
from sqlalchemy.orm import Session

from services.database import SQLITE, session, writing
from services.registry import Row
from services.registry_tables import Decision, prepare

_LOG = Decision.metadata.tables[Decision.__tablename__]
COLUMNS = tuple(column.name for column in _LOG.columns)


@dataclass(frozen=True)
class Log:
    """The log while nobody else adds to it."""

    rows: pd.DataFrame
    _session: Session

    def add(self, rows: Sequence[Row]) -> None:
        """Add rows; they are kept when the log is closed without an error."""
        if rows:
            self._session.execute(insert(Decision), list(rows))


def read_decisions(url: str) -> pd.DataFrame:
    """Read everything that councils decided, the oldest first; empty where nothing was recorded."""
    file = make_url(url)
    if file.get_backend_name() == SQLITE and not Path(file.database or "").is_file():
        return pd.DataFrame(columns=list(COLUMNS))
    with session(url) as opened:
        return _read(opened)


def decisions_n(url: str) -> int:
    """Return how many rows the log has: another number says that councils have decided since."""
    return len(read_decisions(url))


@contextmanager
def open_log(url: str) -> Iterator[Log]:
    """Yield the log to add to: of two who decide at once the second sees what the first decided."""
    with writing(url) as opened:
        prepare(opened.connection())
        yield Log(_read(opened), opened)


def append_decisions(url: str, rows: Sequence[Row]) -> None:
    """Add rows to what councils decided; none is ever changed."""
    with open_log(url) as log:
        log.add(rows)


def adopted(url: str, as_of: date | None = None) -> pd.DataFrame:
    """Return the latest decision of each candidate that is adopted, on a day those of until then."""
    log = read_decisions(url)
    if as_of is not None:
        # What no meeting decided is of the day when it was recorded.
        day = log["meeting_date"].where(log["meeting_date"] != "", log["recorded_at"].str[:10])
        log = log[day <= as_of.isoformat()]
    latest = log.drop_duplicates("candidate_key", keep="last")
    return latest[latest["status"] == "adopted"].sort_values("candidate_key", ignore_index=True)


def _read(opened: Session) -> pd.DataFrame:
    seen = inspect(opened.connection())
    # A registry that was made before there were decisions has no such table.
    if not seen.has_table(_LOG.name):
        return pd.DataFrame(columns=list(COLUMNS))
    there = {str(column["name"]) for column in seen.get_columns(_LOG.name)}
    known = [column for column in _LOG.columns if column.name in there]
    rows = opened.execute(select(*known).order_by(_LOG.c.decision_id)).all()
    found = pd.DataFrame(rows, columns=[column.name for column in known])
    # Nor had it the columns that came later.
    later = dict.fromkeys((name for name in COLUMNS if name not in there), "")
    return found.assign(**later)[list(COLUMNS)]

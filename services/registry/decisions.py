"""The log of decisions in the registry: rows are added and read, and none is ever changed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy import insert, inspect, make_url, select
from sqlalchemy.orm import Session

from geo.arrays import LONLAT_EPSG
from geo.errors import BrokenWorkspaceError
from geo.vocabulary import TARGET
from services.registry.database import SQLITE, session, writing
from services.registry.places import Row
from services.registry.replay import keep_history
from services.registry.schema import migrate
from services.registry.tables import Decision
from services.words.dates import day_in_japan
from services.workspace.folder import MANIFEST, registry_file
from services.workspace.jsonfiles import read_json
from services.workspace.plain import plain_rows

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
    if not _is_there(url):
        return pd.DataFrame(columns=list(COLUMNS))
    with session(url) as opened:
        return _read(opened)


def _is_there(url: str) -> bool:
    file = make_url(url)
    return file.get_backend_name() != SQLITE or Path(file.database or "").is_file()


def decisions_n(url: str) -> int:
    """Return how many rows the log has: another number says that councils have decided since."""
    return len(read_decisions(url))


@contextmanager
def open_log(url: str) -> Iterator[Log]:
    """Yield the log to add to: of two who decide at once the second sees what the first decided."""
    with writing(url) as opened:
        migrate(opened.connection())
        yield Log(_read(opened), opened)


def adopted(url: str, as_of: date | None = None) -> pd.DataFrame:
    """Return the latest decision of each candidate that is adopted, on a day those of until then."""
    log = read_decisions(url)
    if as_of is not None:
        # What no meeting decided is of the day when it was recorded.
        day = log["meeting_date"].where(
            log["meeting_date"] != "", log["recorded_at"].map(day_in_japan)
        )
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


def with_status(candidates: pd.DataFrame, url: str) -> pd.DataFrame:
    """
    Return candidates with the latest status of each, as it was where none is recorded.

    Of a run, or of a plan (``target_class``), whose points on streets have no hall.
    """
    log = read_decisions(url)
    if log.empty or candidates.empty:
        return candidates
    latest = dict(zip(log["candidate_key"], log["status"], strict=True))
    keys = _keys(candidates)
    status = [latest.get(key, was) for key, was in zip(keys, candidates["status"], strict=True)]
    return candidates.assign(status=status)


def _keys(candidates: pd.DataFrame) -> list[str]:
    often = next((name for name in ("target_class", "frequency") if name in candidates), None)
    table = pd.DataFrame(candidates[["action", "venue_id", "place_id"]])
    table["often"] = candidates[often] if often else TARGET
    if "source" in candidates:
        free = (candidates["source"] == "point").to_numpy()
        spots = gpd.GeoSeries(candidates["geometry"][free]).to_crs(LONLAT_EPSG)
        table = table.assign(venue_id=table["venue_id"].mask(free, ""))
        table = table.assign(lon=spots.x, lat=spots.y)
    return [
        candidate_key(str(row["action"]), str(row["often"]), {str(k): v for k, v in row.items()})
        for row in table.to_dict("records")
    ]


def candidate_key(action: str, frequency: str, row: Mapping[str, Any]) -> str:
    """Return the key of a candidate: what is done, where, and how often it is to meet."""
    spot = str(row.get("place_id") or "") if action == "upgrade" else str(row.get("venue_id") or "")
    if not spot and row.get("lon") is not None and row.get("lat") is not None:
        spot = f"{float(row['lon']):.5f},{float(row['lat']):.5f}"
    return f"{action}:{spot}:{frequency}"


def keep_decisions(workspace: Path, url: str) -> None:
    """Take decisions, changes and notes over into the registry that is to replace the workspace's own."""
    if not (workspace / MANIFEST).is_file():
        return
    try:
        before = str(read_json(workspace / MANIFEST).get("registry_url") or "")
    except BrokenWorkspaceError:
        return
    before = before or registry_file(workspace)
    if before == url:
        return
    if _is_there(before):
        keep_history(before, url)
    kept = read_decisions(before)
    if kept.empty:
        return
    with open_log(url) as log:
        _add_missing(kept, log)


def _add_missing(kept: pd.DataFrame, log: Log) -> None:
    same = ["candidate_key", "status", "meeting_date", "recorded_at"]
    known = set(log.rows[same].itertuples(index=False, name=None))
    new = [row not in known for row in kept[same].itertuples(index=False, name=None)]
    log.add(plain_rows(kept[np.array(new, dtype=bool)].drop(columns="decision_id")))

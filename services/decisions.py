"""
Decisions: what the councils make of the candidates, kept meeting by meeting.

The log in the registry is only ever added to; the latest row of a candidate counts. An adopted
candidate is a planned place: derived from the log whenever places are read, never written twice,
and gone from the plan once the registry has such a place.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.coverage import FREQUENCIES
from geo.errors import BrokenWorkspaceError, InvalidInputError, NotFoundError
from geo.schedule import frequency_class, parse_schedule
from services.decisionlog import append_decisions, read_decisions
from services.intake.dates import to_iso_date
from services.registry import (
    LONLAT_EPSG,
    read_places,
)
from services.texts import text
from services.today import today
from services.venuelist import listed_venues
from services.workspace import MANIFEST, Workspace, digest, read_json, registry_file

STATUSES = ("proposed", "discussed", "adopted", "rejected")
ACTIONS = ("open", "upgrade")
FINAL = ("adopted", "rejected")
_NEXT: Mapping[str, tuple[str, ...]] = {
    "": STATUSES,
    "proposed": ("discussed", "adopted", "rejected"),
    "discussed": ("discussed", "adopted", "rejected"),
    "adopted": ("discussed", "rejected"),
    "rejected": ("proposed", "discussed"),
}
"""Status → what may follow it. What was decided is taken up again only with a reason."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Entry:
    """What is to be recorded: the candidate, the council, and what it made of it."""

    action: str
    frequency: str
    status: str
    council_id: str
    venue_id: str = ""
    place_id: str = ""
    lon: float | None = None
    lat: float | None = None
    name: str = ""
    schedule_text: str = ""
    reason: str = ""
    meeting_date: str = ""
    decided_by: str = ""
    """A council or an office, not a person."""
    plan_id: str = ""

    @property
    def key(self) -> str:
        """Return what makes two decisions be about the same candidate."""
        return candidate_key(self.action, self.frequency, asdict(self))


@dataclass(frozen=True)
class Decided:
    """A candidate with its latest decision and all those before it."""

    latest: dict[str, Any]
    history: tuple[dict[str, Any], ...]
    stale: tuple[str, ...]
    """What has changed since: data, parameters."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {**self.latest, "stale": list(self.stale), "history": list(self.history)}


def candidate_key(action: str, frequency: str, row: Mapping[str, Any]) -> str:
    """Return the key of a candidate: what is done, where, and how often it is to meet."""
    spot = str(row.get("place_id") or "") if action == "upgrade" else str(row.get("venue_id") or "")
    if not spot and row.get("lon") is not None and row.get("lat") is not None:
        spot = f"{float(row['lon']):.5f},{float(row['lat']):.5f}"
    return f"{action}:{spot}:{frequency}"


def record_decision(workspace: Workspace, entry: Entry) -> Decided:
    """
    Add one decision to the log.

    Raises
    ------
    InvalidInputError
        The candidate, the council or the day is not known, something needed is missing, or the
        status cannot follow the latest one; nothing is written then.
    """
    _check_words(entry)
    meeting_date = _meeting_date(entry)
    name = _candidate_name(workspace, entry)
    _check_council(workspace, entry.council_id)
    log = read_decisions(workspace.registry_url)
    earlier = log[log["candidate_key"] == entry.key]
    _check_follows(entry, meeting_date, earlier)
    made = _made_with(workspace)
    row = asdict(entry) | {
        "candidate_key": entry.key,
        "name": entry.name or name,
        "meeting_date": meeting_date,
        "recorded_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **made,
    }
    append_decisions(workspace.registry_url, [row])
    return next(
        one for one in list_decisions(workspace) if one.latest["candidate_key"] == entry.key
    )


def list_decisions(workspace: Workspace, council_id: str | None = None) -> list[Decided]:
    """Return every candidate that was decided on, the one of the latest entry first."""
    log = read_decisions(workspace.registry_url)
    if council_id is not None:
        _check_council(workspace, council_id)
        log = log[log["council_id"] == council_id]
    if log.empty:
        return []
    made = _made_with(workspace)
    found = []
    for _, rows in log.groupby("candidate_key", sort=False):
        history = rows.astype(object).where(rows.notna(), None).to_dict("records")
        plain = [{str(name): value for name, value in row.items()} for row in history]
        latest = plain[-1]
        codes = {"data": "workspace_sha256", "parameters": "parameters_sha256"}
        stale = tuple(code for code, part in codes.items() if latest[part] != made[part])
        found.append(Decided(latest, tuple(plain), stale))
    return sorted(found, key=lambda one: int(one.latest["decision_id"]), reverse=True)


def with_status(candidates: pd.DataFrame, url: str) -> pd.DataFrame:
    """Return the candidates of a run with the latest status of each, as it was where none is recorded."""
    log = read_decisions(url)
    if log.empty or candidates.empty:
        return candidates
    latest = dict(zip(log["candidate_key"], log["status"], strict=True))
    often = candidates["frequency"] if "frequency" in candidates else ["weekly"] * len(candidates)
    keys = [
        candidate_key(str(row["action"]), str(frequency), {str(k): v for k, v in row.items()})
        for row, frequency in zip(
            candidates[["action", "venue_id", "place_id"]].to_dict("records"), often, strict=True
        )
    ]
    status = [latest.get(key, was) for key, was in zip(keys, candidates["status"], strict=True)]
    return candidates.assign(status=status)


def adopted(url: str, as_of: date | None = None) -> pd.DataFrame:
    """Return the latest decision of each candidate that is adopted, on a day those of until then."""
    log = read_decisions(url)
    if as_of is not None:
        log = log[(log["meeting_date"] == "") | (log["meeting_date"] <= as_of.isoformat())]
    latest = log.drop_duplicates("candidate_key", keep="last")
    return latest[latest["status"] == "adopted"].sort_values("candidate_key", ignore_index=True)


def keep_decisions(workspace: Path, url: str) -> None:
    """Take the decisions of a workspace over into the registry that is to replace its own."""
    if not (workspace / MANIFEST).is_file():
        return
    try:
        before = str(read_json(workspace / MANIFEST).get("registry_url") or "")
    except BrokenWorkspaceError:
        return
    before = before or registry_file(workspace)
    if before == url:
        return
    kept = read_decisions(before)
    there = read_decisions(url)
    same = ["candidate_key", "status", "meeting_date", "recorded_at"]
    known = set(there[same].itertuples(index=False, name=None))
    rows_before = kept[same].itertuples(index=False, name=None)
    new = np.array([row not in known for row in rows_before], dtype=bool)
    rows = kept[new].drop(columns="decision_id")
    plain = rows.astype(object).where(rows.notna(), None).to_dict("records")
    append_decisions(url, [{str(name): value for name, value in row.items()} for row in plain])


def _check_words(entry: Entry) -> None:
    for value, known, what, what_ja in (
        (entry.status, STATUSES, "status", "状況（status）"),
        (entry.action, ACTIONS, "action", "種類（action）"),
        (entry.frequency, FREQUENCIES, "frequency", "頻度（frequency）"),
    ):
        if value not in known:
            raise InvalidInputError(
                f"{what}={value!r} is none of {', '.join(known)}",
                ja=f"{what_ja}「{value}」は使えません。{'、'.join(known)} のどれかにしてください",
            )
    if entry.status == "rejected" and not entry.reason.strip():
        raise InvalidInputError(
            "a rejection needs its reason", ja="不採用には理由（reason）が必要です"
        )
    if entry.schedule_text and not parse_schedule(entry.schedule_text).rules:
        raise InvalidInputError(
            f"the schedule {entry.schedule_text!r} cannot be read; write it like 毎週火曜日10:00〜11:30",
            ja=f"開催日「{entry.schedule_text}」が読めません。「毎週火曜日10:00〜11:30」のように書いてください",
        )


def _meeting_date(entry: Entry) -> str:
    if not entry.meeting_date.strip():
        if entry.status in FINAL:
            raise InvalidInputError(
                f"{entry.status} needs the date of the meeting (meeting_date)",
                ja=f"「{text(f'decision.status.{entry.status}', 'ja')}」には会議の日（meeting_date）が必要です",
            )
        return ""
    iso = to_iso_date(entry.meeting_date)
    if _DAY.fullmatch(iso) is None:
        raise InvalidInputError(
            f"meeting_date {entry.meeting_date!r} is not a day; write it like 2025-04-01",
            ja=f"会議の日「{entry.meeting_date}」が日付ではありません。2025-04-01 のように書いてください",
        )
    if iso > today().isoformat():
        raise InvalidInputError(
            f"meeting_date {iso} is still to come; record what a meeting decided after it",
            ja=f"会議の日 {iso} はまだ来ていません。会議のあとに記録してください",
        )
    return iso


def _check_follows(entry: Entry, meeting_date: str, earlier: pd.DataFrame) -> None:
    before = "" if earlier.empty else str(earlier["status"].iloc[-1])
    if entry.status not in _NEXT[before]:
        names = ", ".join(_NEXT[before])
        said = {lang: text(f"decision.status.{before}", lang) for lang in ("ja", "en")}
        new = {lang: text(f"decision.status.{entry.status}", lang) for lang in ("ja", "en")}
        after = "・".join(text(f"decision.status.{name}", "ja") for name in _NEXT[before])
        raise InvalidInputError(
            f"it is {said['en']}, which {new['en']} cannot follow; only {names} can",
            ja=f"いま「{said['ja']}」なので「{new['ja']}」にはできません。できるのは「{after}」です",
        )
    if before in FINAL and not entry.reason.strip():
        raise InvalidInputError(
            f"it is {before}; taking it up again needs a reason",
            ja=f"いま「{text(f'decision.status.{before}', 'ja')}」です。もういちど取り上げるには理由（reason）が必要です",
        )
    last = max((str(day) for day in earlier["meeting_date"] if day), default="")
    if meeting_date and meeting_date < last:
        raise InvalidInputError(
            f"meeting_date {meeting_date} is before the latest decision on it ({last})",
            ja=f"会議の日 {meeting_date} が、この候補の前の決定（{last}）より前です",
        )


def _check_council(workspace: Workspace, council_id: str) -> None:
    layer = workspace.profile.analysis.council_layer
    areas = workspace.areas()
    known = set(areas.loc[areas["layer"] == layer, "area_id"])
    known |= {str(council["id"]) for council in workspace.manifest.get("councils", [])}
    if council_id not in known:
        raise NotFoundError(
            f"there is no council {council_id!r}; council_id is an area_id of the layer {layer}",
            ja=f"「{council_id}」という協議体はありません。council_id は区分 {layer} の area_id です",
        )


def _candidate_name(workspace: Workspace, entry: Entry) -> str:
    """Return the name of the candidate's hall or place; refuse a candidate that cannot be."""
    epsg = workspace.profile.municipality.plane_epsg
    places = read_places(workspace.registry_url, epsg)
    if entry.action == "upgrade":
        return _upgraded(workspace, entry, places)
    if entry.place_id or bool(entry.venue_id) is (entry.lon is not None and entry.lat is not None):
        raise InvalidInputError(
            "open needs one of venue_id and lon, lat",
            ja="open には venue_id か lon, lat のどちらかが必要です",
        )
    if not entry.venue_id:
        _require_inside(workspace, entry)
        return text("decision.no_venue", "ja")
    venues = listed_venues(workspace.registry_url, epsg)
    found = venues.loc[venues["venue_id"] == entry.venue_id, "name"]
    hosts = places[places["venue_id"] == entry.venue_id]
    if found.empty and hosts.empty:
        raise NotFoundError(
            f"there is no venue {entry.venue_id!r}",
            ja=f"「{entry.venue_id}」という会場はありません",
        )
    if len(found):
        return str(found.iloc[0])
    return "" if hosts["private_home"].any() else str(hosts["venue_name"].iloc[0])


def _upgraded(workspace: Workspace, entry: Entry, places: gpd.GeoDataFrame) -> str:
    found = places[places["place_id"] == entry.place_id]
    if not entry.place_id or found.empty:
        raise NotFoundError(
            f"there is no place {entry.place_id!r} to upgrade",
            ja=f"頻度を上げる場「{entry.place_id}」がありません（place_id）",
        )
    days = workspace.profile.frequency.permanent_min_days_per_week
    schedule = parse_schedule(str(found["schedule_text"].iloc[0]))
    own = frequency_class(schedule, permanent_min_days_per_week=days)
    if own in FREQUENCIES and FREQUENCIES.index(own) >= FREQUENCIES.index(entry.frequency):
        raise InvalidInputError(
            f"place {entry.place_id} is {own} already; {entry.frequency} would not raise it",
            ja=f"{entry.place_id} はすでに{text(f'scenario.class.{own}', 'ja')}です。"
            f"{text(f'scenario.class.{entry.frequency}', 'ja')}では上がりません",
        )
    return "" if bool(found["private_home"].iloc[0]) else str(found["name"].iloc[0])


def _require_inside(workspace: Workspace, entry: Entry) -> None:
    point = gpd.GeoSeries([shapely.Point(entry.lon or 0.0, entry.lat or 0.0)], crs=LONLAT_EPSG)
    plane = point.to_crs(workspace.profile.municipality.plane_epsg).iloc[0]
    around = shapely.box(*workspace.areas().total_bounds)
    # A point at infinity is what a projection makes of one far outside its zone.
    if not around.distance(plane) <= workspace.profile.streets.margin_m:
        raise InvalidInputError(
            f"{entry.lon}, {entry.lat} is outside the municipality; correct it (longitude first)",
            ja=f"{entry.lon}, {entry.lat} は市域の外です。座標を直してください（経度が先です）",
        )


def _made_with(workspace: Workspace) -> dict[str, str]:
    """Return the hashes of the data and of the newest run's parameters."""
    data = digest([workspace.manifest, workspace.sources])
    try:
        parameters = str(workspace.snapshot().run["parameters_sha256"])
    except NotFoundError:
        parameters = ""
    return {"workspace_sha256": data, "parameters_sha256": parameters}

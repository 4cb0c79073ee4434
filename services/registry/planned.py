"""Planned places: what councils have adopted and nobody has opened yet, derived from the log."""

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arrays import LONLAT_EPSG
from geo.schedule.typed import frequency_class, least_schedule, parse_schedule
from geo.vocabulary import rank
from services.registry.attributes import with_attributes
from services.registry.decisions import adopted
from services.registry.history import CLOSED
from services.registry.places import PLACE_COLUMNS, SAME_VENUE_M
from services.registry.seen import seen_venues
from services.words.dates import last_day
from services.words.vocabulary import OPEN_STATUSES, PLANNED
from services.workspace.folder import Workspace

Row = dict[Hashable, Any]


def with_planned(
    places: gpd.GeoDataFrame,
    workspace: Workspace,
    *,
    as_of: date | None = None,
    carried_out: bool = False,
) -> gpd.GeoDataFrame:
    """
    Return the registry's places with those that are planned, status ``planned``.

    What has come true is left out: the place meets as often, or a place as frequent is open at the
    hall or within 50 m of the spot. ``carried_out`` changes the schedule of an upgraded place instead
    of listing the upgrade beside it, so that no group is there twice; on a day only what is planned
    to be open by then is carried out, so nothing that has no date.
    """
    log = adopted(workspace.registry_url, as_of)
    if carried_out and as_of is not None:
        log = log[opens_by(log["opens_on"], as_of)]
    if log.empty:
        return places
    plan = _Plan(places, workspace)
    rows = [plan.row(decision) for decision in log.to_dict("records")]
    new = [row for row in rows if row is not None]
    if carried_out:
        text = {str(row["upgrades"]): row["schedule_text"] for row in new if row["upgrades"]}
        changed = [
            text.get(str(place), was)
            for place, was in zip(places["place_id"], places["schedule_text"], strict=True)
        ]
        told = places["schedule_origin"].mask(places["place_id"].isin(text), "")
        changed_texts = pd.Series(changed, places.index, dtype=object)
        places = places.assign(schedule_text=changed_texts, schedule_origin=told)
        new = [row for row in new if not row["upgrades"]]
    if not new:
        return places
    table = pd.DataFrame(new).drop(columns="upgrades")
    points = gpd.GeoSeries(table["geometry"].to_numpy(), crs=places.crs)
    frame = gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=points)
    both = pd.concat([places, with_attributes(frame)[list(PLACE_COLUMNS)]], ignore_index=True)
    return with_attributes(both)[list(PLACE_COLUMNS)]


def opens_by(opens_on: "pd.Series[str]", day: date) -> np.ndarray:
    """Say which planned openings are on a day or before; a month has passed with its last day."""
    last = [last_day(text) for text in opens_on]
    return np.array([found is not None and found <= day for found in last], dtype=bool)


def undated(places: gpd.GeoDataFrame, workspace: Workspace) -> int:
    """Count what is adopted, has not come true and has no day on which it is to open."""
    log = adopted(workspace.registry_url)
    log = log[log["opens_on"] == ""]
    if log.empty:
        return 0
    plan = _Plan(places, workspace)
    return sum(plan.row(decision) is not None for decision in log.to_dict("records"))


class _Plan:
    """What there is, to put decisions beside."""

    def __init__(self, places: gpd.GeoDataFrame, workspace: Workspace) -> None:
        self._places = places
        self._epsg = workspace.profile.municipality.plane_epsg
        self._venues = seen_venues(workspace)
        days = workspace.profile.frequency.permanent_min_days_per_week
        self._rank = np.array(
            [
                rank(frequency_class(parse_schedule(text), permanent_min_days_per_week=days))
                for text in places["schedule_text"]
            ],
            dtype=int,
        )
        self._open = places["status"].isin(OPEN_STATUSES).to_numpy()

    def row(self, decision: Mapping[Hashable, Any]) -> Row | None:
        """Return the place that a decision plans, None where it has come true or has gone."""
        wanted = rank(str(decision["frequency"]))
        enough = self._open & (self._rank >= wanted)
        if decision["action"] == "upgrade":
            own = (self._places["place_id"] == decision["place_id"]).to_numpy()
            own = own & (self._places["status"] != CLOSED).to_numpy()
            if not own.any() or (own & enough).any():
                return None
            row: Row = self._places[own].iloc[0].to_dict()
            return row | _planned(decision) | {"upgrades": str(decision["place_id"])}
        spot = self._spot(decision)
        if spot is None:
            return None
        near = (self._places["venue_id"] == spot["venue_id"]).to_numpy()
        if not decision["venue_id"]:
            near = near | (self._places.distance(spot["geometry"]) <= SAME_VENUE_M).to_numpy()
        if (near & enough).any():
            return None
        empty: Row = dict.fromkeys(PLACE_COLUMNS, "")
        fixed = {"private_home": False, "consent": False, "confidence": 1.0, "row": 0}
        fixed |= {"stand_in": False}
        unknown = {"fee_yen": None, "floor_area_m2": None, "capacity": None}
        unknown |= {"exercise_minutes": None, "drop_in": None, "individual_entry": None}
        unknown |= {"open_to_all": None, "online": None}
        return empty | unknown | fixed | spot | _planned(decision) | {"upgrades": ""}

    def _spot(self, decision: Mapping[Hashable, Any]) -> Row | None:
        if not decision["venue_id"]:
            lonlat = gpd.GeoSeries.from_xy([decision["lon"]], [decision["lat"]], crs=LONLAT_EPSG)
            point = lonlat.to_crs(self._epsg).iloc[0]
            return {"venue_id": f"planned-{decision['decision_id']}", "geometry": point}
        listed = self._venues[self._venues["venue_id"] == decision["venue_id"]]
        if len(listed):
            venue = listed.iloc[0]
            private = bool(venue["private_home"])
            return {
                "venue_id": str(venue["venue_id"]),
                "venue_name": str(venue["name"]),
                "kind": str(venue["kind"]),
                "address": str(venue["address"]),
                # At a private home a planned place stays as hidden as one that is open.
                "private_home": private,
                "geometry": venue.geometry,
            }
        hosts = self._places[self._places["venue_id"] == decision["venue_id"]]
        if hosts.empty:
            return None
        host = hosts.iloc[0]
        names = ("venue_id", "venue_name", "kind", "address", "private_home", "geometry")
        return {name: host[name] for name in names}


def _planned(decision: Mapping[Hashable, Any]) -> Row:
    """Return what a decision says of its place."""
    return {
        "place_id": f"planned-{decision['decision_id']}",
        "name": str(decision["name"]),
        "schedule_origin": "",
        "schedule_text": str(decision["schedule_text"])
        or least_schedule(str(decision["frequency"])),
        "status": PLANNED,
        "opened_on": str(decision["opens_on"]),
        "closed_on": "",
        "status_since": "",
        "source_id": "decisions",
    }

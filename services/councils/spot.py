"""Where a candidate is: its hall, place or point in the registry of today, and whose area that is."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.errors import InvalidInputError, NotFoundError
from geo.schedule.typed import frequency_class, parse_schedule
from geo.vocabulary import rank
from services.councils.entry import NewDecision
from services.registry.history import CLOSED
from services.registry.seen import seen_places, seen_venues
from services.situation.halls import halls_apart
from services.words.texts import text
from services.workspace.councils import areas_of as own_areas
from services.workspace.councils import councils_of, find_council
from services.workspace.folder import Workspace

COUNCILS_SHOWN = 12


@dataclass(frozen=True)
class CandidateSpot:
    """A candidate as it is there: its name ('' of a private home), and where, if that is known."""

    name: str
    point: BaseGeometry | None
    private: bool = False
    venue_id: str = ""


class Spots:
    """The halls and places of today, to put candidates beside."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._epsg = workspace.profile.municipality.plane_epsg
        analysis = workspace.profile.analysis
        # A decision is told under the name that its candidate bears wherever it is shown.
        self._places, self._venues = halls_apart(
            seen_places(workspace),
            seen_venues(workspace),
            workspace.areas(),
            layers=[*dict.fromkeys((analysis.council_layer, analysis.gap_layer))],
        )
        meets = self._places[self._places["status"] != CLOSED]
        self._upgradable = set(meets["place_id"])
        self._halls = set(self._venues["venue_id"]) | set(self._places["venue_id"])

    def holds(self, action: str, venue_id: str, place_id: str) -> bool:
        """Say whether the place or hall of a candidate is there; a point always is."""
        if action == "upgrade":
            return place_id in self._upgradable
        return not venue_id or venue_id in self._halls

    def find(self, entry: NewDecision) -> CandidateSpot:
        """
        Return where a candidate is.

        Raises
        ------
        InvalidInputError, NotFoundError
            There is no such hall or place, it cannot be, or it would bring nothing.
        """
        if entry.action == "upgrade":
            return self._upgraded(entry)
        has_point = entry.lon is not None and entry.lat is not None
        if entry.place_id or bool(entry.venue_id) is has_point:
            raise InvalidInputError("open needs one of venue_id and lon, lat")
        return self._hall(entry.venue_id) if entry.venue_id else self._point(entry)

    def _hall(self, venue_id: str) -> CandidateSpot:
        listed = self._venues[self._venues["venue_id"] == venue_id]
        hosts = self._places[self._places["venue_id"] == venue_id]
        if listed.empty and hosts.empty:
            raise NotFoundError("there is no venue {venue_id!r}", venue_id=venue_id)
        private = bool(hosts["private_home"].any())
        private |= bool(listed["private_home"].any())
        name = listed["name"] if len(listed) else hosts["venue_name"]
        point = _point_of(listed if len(listed) else hosts)
        return CandidateSpot("" if private else str(name.iloc[0]), point, private, venue_id)

    def _upgraded(self, entry: NewDecision) -> CandidateSpot:
        found = self._places[self._places["place_id"] == entry.place_id]
        if not entry.place_id or found.empty:
            raise NotFoundError(
                "there is no place {place_id!r} to upgrade", place_id=entry.place_id
            )
        place = found.iloc[0]
        if place["status"] == CLOSED:
            raise InvalidInputError(
                "place {place_id} is closed; decide on opening one at its venue {venue_id}",
                place_id=entry.place_id,
                venue_id=place["venue_id"],
            )
        if (
            entry.lon is not None
            or entry.lat is not None
            or entry.venue_id not in ("", place["venue_id"])
        ):
            raise InvalidInputError(
                "upgrade is about the place {place_id} where it is; leave venue_id, lon and "
                "lat out",
                place_id=entry.place_id,
            )
        self._check_raises(entry, str(place["schedule_text"]))
        private = bool(place["private_home"])
        name = "" if private else str(place["name"])
        return CandidateSpot(name, _point_of(found), private, str(place["venue_id"]))

    def _check_raises(self, entry: NewDecision, schedule_text: str) -> None:
        days = self._workspace.profile.frequency.permanent_min_days_per_week
        own = frequency_class(parse_schedule(schedule_text), permanent_min_days_per_week=days)
        if rank(own) >= rank(entry.frequency):
            raise InvalidInputError(
                "place {place_id} is {own} already; {frequency} would not raise it",
                place_id=entry.place_id,
                own=own,
                frequency=entry.frequency,
                own_ja=text(f"frequency.{own}", "ja"),
                frequency_ja=text(f"frequency.{entry.frequency}", "ja"),
            )

    def _point(self, entry: NewDecision) -> CandidateSpot:
        point = gpd.GeoSeries([shapely.Point(entry.lon or 0.0, entry.lat or 0.0)], crs=LONLAT_EPSG)
        plane = point.to_crs(self._epsg).iloc[0]
        around = shapely.box(*self._workspace.areas().total_bounds)
        # A point at infinity is what a projection makes of one far outside its zone.
        if not around.distance(plane) <= self._workspace.profile.streets.margin_m:
            raise InvalidInputError(
                "{lon}, {lat} is outside the municipality; correct it (longitude first)",
                lon=entry.lon,
                lat=entry.lat,
            )
        return CandidateSpot(text("decision.no_venue", "ja"), plane)


def check_council(workspace: Workspace, council_id: str) -> None:
    """Refuse a council that does not exist."""
    if _areas_of(workspace, council_id) is None:
        known = [one.council_id for one in councils_of(workspace)]
        raise NotFoundError(
            "there is no council {council_id!r}; there are {known}",
            council_id=council_id,
            known=", ".join(known[:COUNCILS_SHOWN])
            + (", …" if len(known) > COUNCILS_SHOWN else ""),
        )


def areas_of(workspace: Workspace, council_id: str) -> gpd.GeoDataFrame:
    """Return the areas of every layer that belong to a council: its own, those it owns, those inside them."""
    areas = workspace.areas()
    mine = _areas_of(workspace, council_id)
    own = {council_id}
    if mine is not None:
        layer = workspace.profile.analysis.council_layer
        own |= set(mine["area_id"][mine["layer"] == layer])
    belongs = areas["council_id"].isin(own)
    return areas[belongs | areas.index.isin([] if mine is None else mine.index)]


def check_is_its_own(workspace: Workspace, council_id: str, spot: CandidateSpot) -> None:
    """Refuse a decision on a candidate in another council's area; one in no area is anybody's."""
    mine = _areas_of(workspace, council_id)
    if spot.point is None or mine is None or mine.empty or mine.intersects(spot.point).any():
        return
    areas = workspace.areas()
    councils = areas[areas["layer"] == workspace.profile.analysis.council_layer]
    owner = councils[councils.intersects(spot.point)]
    if owner.empty:
        return
    raise InvalidInputError(
        "it lies in {name} ({area_id}), not in the area of {council_id}; let the council of that area decide",
        name=owner["area_name"].iloc[0],
        area_id=owner["area_id"].iloc[0],
        council_id=council_id,
    )


def _areas_of(workspace: Workspace, council_id: str) -> gpd.GeoDataFrame | None:
    """Return the areas of a council; none of one whose borders nobody knows, None without a council."""
    found = find_council(workspace, council_id)
    if found is None or found.council_id != council_id:
        return None
    return own_areas(workspace, found)


def _point_of(rows: "pd.DataFrame") -> BaseGeometry | None:
    points = [point for point in rows["geometry"] if point is not None and not point.is_empty]
    return points[0] if points else None

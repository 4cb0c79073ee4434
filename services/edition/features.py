"""What the map page draws of plans and scenarios: catchments of choices, and changes where they are."""

from collections.abc import Hashable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from services.plans.store import PlanResult
from services.registry.seen import seen_venues
from services.scenarios.file import ScenarioEdit
from services.scenarios.named import find_scenario
from services.situation.places import places_frame
from services.words.assumptions import OF_WALKS, marked
from services.workspace.folder import Workspace
from services.workspace.geojson import as_data

Row = Mapping[Hashable, Any]


def catchment_features(plan: PlanResult) -> dict[str, Any]:
    """Return what can be walked to from each choice of a plan, as GeoJSON; ``candidate_id`` names it."""
    frame = plan.catchments
    told = [{"candidate_id": str(name)} for name in frame["candidate_id"]]
    return {**as_data(frame.geometry, told), **marked(plan.record["assumptions"], OF_WALKS)}


def scenario_features(workspace: Workspace, name: str) -> dict[str, Any]:
    """
    Return the changes of a scenario as GeoJSON, by ``number``; null where nobody knows the spot.

    A move has a second feature, the straight
    line from where the place is today (``part`` = ``from``).

    Raises
    ------
    NotFoundError
        There is no such scenario.
    """
    scenario = find_scenario(workspace, name).scenario
    ground = _Ground(workspace)
    told: list[dict[str, Any]] = []
    shapes: list[BaseGeometry | None] = []
    for number, edit in enumerate(scenario.edits, start=1):
        what, shape = ground.change(edit)
        head = {"number": number, "action": edit.action}
        told.append(
            {**head, "part": "", "schedule_text": edit.schedule_text, "note": edit.note, **what}
        )
        shapes.append(shape)
        was = ground.place(edit.place_id)
        if edit.action == "move" and shape is not None and was and was["geometry"] is not None:
            told.append({**head, "part": "from"})
            shapes.append(shapely.LineString([was["geometry"], shape]))
    return as_data(gpd.GeoSeries(np.array(shapes, dtype=object), crs=ground.epsg), told)


class _Ground:
    """The places and halls that changes name."""

    def __init__(self, workspace: Workspace) -> None:
        self.epsg = workspace.profile.municipality.plane_epsg
        places = places_frame(workspace)
        self._is_public = workspace.is_public
        self._places = _by(places, "place_id")
        self._hosts = _by(places, "venue_id")
        self._venues = _by(seen_venues(workspace), "venue_id")

    def place(self, place_id: str) -> Row | None:
        """Return a place."""
        return self._places.get(place_id)

    def change(self, edit: ScenarioEdit) -> tuple[dict[str, Any], BaseGeometry | None]:
        """Return name and spot of what a change is about."""
        place = self.place(edit.place_id)
        name = edit.name or (str(place["name"]) if place else "")
        if edit.geometry is not None:
            return {"name": name}, self._drawn(edit.geometry)
        if edit.lon is not None and edit.lat is not None:
            point = gpd.GeoSeries([shapely.Point(edit.lon, edit.lat)], crs=LONLAT_EPSG)
            return {"name": name}, point.to_crs(self.epsg).iloc[0]
        if edit.venue_id:
            return self._hall(edit.venue_id, name)
        blurred = place is not None and self._is_blurred(place)
        return {"name": name, "blurred": blurred}, place["geometry"] if place else None

    def _is_blurred(self, spot: Row) -> bool:
        return self._is_public and bool(spot["private_home"])

    def _drawn(self, geometry: Mapping[str, Any]) -> BaseGeometry | None:
        try:
            lonlat = shapely.geometry.shape(dict(geometry))
        except (ValueError, TypeError, AttributeError, IndexError, shapely.errors.ShapelyError):
            # A file written by hand; comparing it says what is wrong with it.
            return None
        return gpd.GeoSeries([lonlat], crs=LONLAT_EPSG).force_2d().to_crs(self.epsg).iloc[0]

    def _hall(self, venue_id: str, name: str) -> tuple[dict[str, Any], BaseGeometry | None]:
        hall = self._venues.get(venue_id) or self._hosts.get(venue_id)
        if hall is None:
            return {"name": name}, None
        own = hall["venue_name"] if "venue_name" in hall else hall["name"]
        return {"name": name or str(own), "blurred": self._is_blurred(hall)}, hall["geometry"]


def _by(frame: gpd.GeoDataFrame, column: str) -> dict[str, Row]:
    return {str(row[column]): row for row in frame.to_dict("records")}

"""Points on the streets where many are unreached: candidates whose venue is still to be found."""

from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely

from geo.areas.location import locate
from geo.arrays import FloatArray, IntArray
from geo.coverage.reached import at_least
from geo.streets.network import Network
from geo.vocabulary import FREQUENCIES
from services.situation.halls import hall_names
from services.situation.naming import picked
from services.situation.view import Situation

BORDER_M = 0.001
"""Positions come in degrees: a site on the border is on it to the millimetre."""
SITE = (
    *("venue_id", "place_id", "venue_name", "kind", "address", "schedule_text", "current_class"),
    *("owner", "barrier_free", "rent_yen", "availability", "capacity", "floor_area_m2"),
    *("days_unknown", "private_home", "source", "geometry"),
)
_TEXTS = frozenset(
    {"venue_id", "place_id", "venue_name", "kind", "address", "schedule_text", "current_class"}
    | {"owner", "availability", "source"}
)
_FLAGS = ("days_unknown", "private_home")


def stacked_sites(parts: list[gpd.GeoDataFrame], situation: Situation) -> gpd.GeoDataFrame:
    """Return sites of several sources as one frame with the columns of ``SITE``."""
    columns: dict[str, object] = {}
    stacked = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"geometry": []})
    for name in SITE[:-1]:
        column = stacked[name] if name in stacked else pd.Series(None, stacked.index, dtype=object)
        if name in _TEXTS:
            columns[name] = column.astype(object).where(column.notna(), "")
        elif name in ("barrier_free", *_FLAGS):
            values = [pd.NA if pd.isna(value) else bool(value) for value in column]
            columns[name] = pd.array(values, dtype="boolean")
        else:
            columns[name] = pd.to_numeric(column).astype(float)
    frame = pd.DataFrame(columns, index=stacked.index)
    for name in _FLAGS:
        frame[name] = frame[name].fillna(value=False).astype(bool)
    epsg = situation.profile.municipality.plane_epsg
    return gpd.GeoDataFrame(frame, geometry=stacked["geometry"].to_numpy(), crs=epsg)


def halls_to_upgrade(situation: Situation) -> gpd.GeoDataFrame:
    """Return the halls with places that could meet more often, one row each: the group that meets most."""
    counted = situation.counted
    willing = ~counted["private_home"].astype(bool) | counted["consent"].astype(bool)
    rare = counted[willing & ~at_least(counted["venue_frequency"], FREQUENCIES[-1])]
    rank = -rare["sessions_per_month"].fillna(0.0)
    rare = rare.assign(_rank=rank).sort_values(["_rank", "place_id"], kind="stable")
    halls = rare.drop_duplicates("venue_id").sort_values("place_id", kind="stable")
    return halls.assign(
        source="place",
        venue_name=hall_names(halls),
        current_class=halls["venue_frequency"],
        days_unknown=situation.in_unknown_halls(halls),
    )


def hazards_at(sites: gpd.GeoDataFrame, situation: Situation) -> list[list[str]]:
    """Return the names of the areas of danger that each site lies in, its border included."""
    areas = situation.workspace.hazards
    found: list[list[str]] = [[] for _ in range(len(sites))]
    if len(areas) and len(sites):
        at, area = shapely.STRtree(areas.geometry.to_numpy()).query(
            sites.geometry.to_numpy(), predicate="dwithin", distance=BORDER_M
        )
        words = areas["hazard"].to_numpy()
        for site, number in zip(at.tolist(), area.tolist(), strict=True):
            found[site].append(str(words[number]))
    return [sorted(set(names)) for names in found]


def area_names(points: gpd.GeoDataFrame, areas: pd.DataFrame) -> list[str]:
    """Return the name of the area that each point lies in, empty where none."""
    found = locate(shapely.get_coordinates(points.geometry.to_numpy()), gpd.GeoDataFrame(areas))
    return [str(name) for name in picked(areas["area_name"], found)]


CELL_M = 200.0
"""One point a square, and no two points nearer than this."""
AROUND_M = 500.0
"""Residents this near in a straight line say how much a point is worth looking at."""


class Junctions:
    """Where three public streets or more meet, else all ends of public streets."""

    def __init__(self, network: Network) -> None:
        public = ~network.edges["private"].to_numpy(dtype=bool)
        ends = np.concatenate([network.edge_u[public], network.edge_v[public]])
        degree = np.bincount(ends, minlength=len(network.node_xy))
        meets = degree >= 3  # noqa: PLR2004  a junction
        self.xy = network.node_xy[meets if meets.any() else degree > 0]

    @cached_property
    def _tree(self) -> "scipy.spatial.cKDTree":
        return scipy.spatial.cKDTree(self.xy)

    def amid(self, homes: FloatArray, people: FloatArray, *, most: int) -> np.ndarray:
        """
        Return junctions amid unreached residents as points, those with most around first.

        ``homes`` (h, 2) are positions on the streets with the ``people`` there. Junctions alone are
        looked at, so no point tells where a home is.
        """
        if most == 0 or not len(homes) or not len(self.xy):
            return np.empty(0, dtype=object)
        worth = self._people_around(*_cells(homes, people))
        # Millimetres: sums of fractions may come in any order, and equals are told apart by position.
        order = np.lexsort((self.xy[:, 1], self.xy[:, 0], -np.round(worth, 3)))
        chosen = self._apart(order[worth[order] > 0], most)
        return np.asarray(shapely.points(self.xy[chosen]))

    def _people_around(self, square: IntArray, people: FloatArray) -> FloatArray:
        """Return the people of all squares whose middle is near each junction."""
        low = square.min(axis=0)
        table = np.zeros(square.max(axis=0) - low + 1)
        table[tuple((square - low).T)] = people
        own = np.floor(self.xy / CELL_M).astype(np.int64)
        most = int(np.ceil(AROUND_M / CELL_M + 0.5))
        worth = np.zeros(len(self.xy))
        for step in np.ndindex(2 * most + 1, 2 * most + 1):
            cell = own + np.array(step) - most
            away = (cell + 0.5) * CELL_M - self.xy
            cell = cell - low
            near = np.hypot(away[:, 0], away[:, 1]) <= AROUND_M
            near &= ((cell >= 0) & (cell < table.shape)).all(axis=1)
            worth[near] += table[cell[near, 0], cell[near, 1]]
        return worth

    def _apart(self, order: IntArray, most: int) -> list[int]:
        """Take junctions in order, each at least a square's side from those before."""
        free = np.ones(len(self.xy), dtype=bool)
        chosen: list[int] = []
        for point in order.tolist():
            if free[point]:
                chosen.append(point)
                free[self._tree.query_ball_point(self.xy[point], CELL_M - 1e-6)] = False
                if len(chosen) == most:
                    break
        return chosen


def _cells(xy: FloatArray, weight: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the squares with residents, and how many live in each."""
    square = np.floor(xy / CELL_M).astype(np.int64)
    low = square.min(axis=0)
    width = int(square[:, 1].max() - low[1]) + 1
    key = (square[:, 0] - low[0]) * width + square[:, 1] - low[1]
    found, of = np.unique(key, return_inverse=True)
    cells = np.column_stack([found // width, found % width]) + low
    return cells, np.bincount(of, weights=weight, minlength=len(found)).astype(np.float64)

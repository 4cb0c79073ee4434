"""The street network as a map: a handful of rows, cut exactly where reach ends."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.catchment.extent import reached_lines
from geo.coverage.reached import at_least
from geo.streets.network import SQUARE
from geo.walking.doors import Doors
from geo.walking.reach import nearest
from services.situation.view import Situation

MAJOR = ("trunk", "primary", "secondary", "tertiary")
PATHS = ("footway", "path", "pedestrian", "cycleway", "bridleway", "track", "corridor", "elevator")


def streets_frame(situation: Situation) -> gpd.GeoDataFrame:
    """
    Return multi-lines by ``reach`` (weekly, monthly, none) and ``class`` of street.

    Lines across squares are not drawn: their outlines are.
    """
    snaps = situation.place_snaps
    weekly, missed = _split(situation, snaps, "weekly")
    monthly, _ = _split(situation, snaps, "monthly")
    # What a monthly place reaches and a weekly one does not; a piece is cut once, by the weekly.
    partly = _some(missed) & _some(monthly)
    only_monthly, rest = np.full(len(missed), None), missed.copy()
    only_monthly[partly] = shapely.intersection(missed[partly], monthly[partly])
    rest[partly] = shapely.difference(missed[partly], monthly[partly])
    classes = _classes(situation.network.edges)
    rows = [
        (reach, kind, _merge(lines[classes == kind]))
        for reach, lines in (("weekly", weekly), ("monthly", only_monthly), ("none", rest))
        for kind in ("major", "minor", "path", "steps")
    ]
    frame = pd.DataFrame(rows, columns=["reach", "class", "geometry"])
    lines = gpd.GeoDataFrame(frame, geometry="geometry", crs=situation.network.epsg)
    return lines[~lines.geometry.is_empty].reset_index(drop=True)


def _split(
    situation: Situation, snaps: pd.DataFrame, frequency: str
) -> tuple[np.ndarray, np.ndarray]:
    unit, limit = situation.walking.judged(situation.parameters.limit)
    counts = at_least(situation.counted["venue_frequency"], frequency)
    origins = Doors.of(snaps[counts], unit.measure)
    nobody = Doors.of(situation.homes.iloc[:0], unit.measure)
    found = nearest(situation.network, origins, nobody, by=unit.measure)
    return reached_lines(unit.measure, found, origins, limit=limit)


def _some(lines: np.ndarray) -> np.ndarray:
    return np.asarray(~(shapely.is_missing(lines) | shapely.is_empty(lines)))


def _classes(edges: pd.DataFrame) -> np.ndarray:
    highway = edges["highway"].astype(str).str.removesuffix("_link")
    return np.select(
        [highway == SQUARE, edges["steps"].astype(bool), highway.isin(MAJOR), highway.isin(PATHS)],
        [SQUARE, "steps", "major", "path"],
        "minor",
    )


def _merge(lines: np.ndarray) -> shapely.Geometry:
    parts = shapely.get_parts(lines[_some(lines)])
    lengthy = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    merged: shapely.Geometry = shapely.multilinestrings(lengthy)
    return merged

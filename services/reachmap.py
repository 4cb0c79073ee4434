"""
The reach of every place as a polygon, and of all places together per frequency class.

What the polygons reveal, and to whom:

* A place in a private home is drawn from where it is shown, the middle of its grid cell
  (``services.streetmap.shown_snaps``), in its own polygon and in those of all. They follow from a
  position that is published anyway; the house itself plays no part. Without a cell to stand for it
  (``blur_m = 0``) its polygon is empty and it is in none of the others.
* A border passes between buildings that are reached and buildings that are not, so it hints at where
  buildings stand. Every map shows that; who lives in them, or how many, or whether anybody does, is
  not in it.
* Residents whom a table puts at a point of its own are not drawn: such a point is no public knowledge.
"""

from collections.abc import Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.coverage import FREQUENCIES, at_least
from geo.network import IntArray, Network
from geo.outline import lay_ground, outlines, walked_points
from geo.reach import Walks, walks
from services.situation import Situation
from services.streetmap import shown_snaps

ALL_PLACES = ""
"""The ``place_id`` of a polygon of all places of a class or a more frequent one."""

_SNAP = ["edge", "offset_m", "snap_m"]


def reach_frame(situation: Situation) -> gpd.GeoDataFrame:
    """
    Return ``place_id, frequency, walk_limit_m, geometry``: places by ``place_id``, then all together.

    ``frequency`` of a place is what its venue offers, all groups taken together; a row with an empty
    ``place_id`` is the union of the places of that class or a more frequent one. A building is inside
    if and only if it can be walked to within the limit; a place that is on no street has an empty
    polygon. Plane CRS.
    """
    counted, limit_m = situation.counted, situation.parameters.walk_limit_m
    homes = situation.homes[situation.homes["kind"] != "point"]
    frequency = counted["venue_frequency"]
    shapes = draw(
        situation.network,
        shown_snaps(situation),
        homes,
        limit_m=limit_m,
        together=[at_least(frequency, wanted) for wanted in FREQUENCIES],
    )
    frame = pd.DataFrame(
        {
            "place_id": [*counted["place_id"], *[ALL_PLACES] * len(FREQUENCIES)],
            "frequency": [*frequency, *FREQUENCIES],
            "walk_limit_m": limit_m,
        }
    )
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=situation.network.epsg)


def draw(
    network: Network,
    origins: pd.DataFrame,
    homes: gpd.GeoDataFrame,
    *,
    limit_m: float,
    together: Sequence[NDArray[np.bool_]] = (),
) -> NDArray[np.object_]:
    """
    Return the reach of every origin as a polygon, then that of each mask of origins together.

    ``origins`` are snaps, ``homes`` are points with their snaps; the ground is laid out only where
    somebody can be reached.
    """
    home_xy = shapely.get_coordinates(homes.geometry.to_numpy())
    points = walked_points(network, homes, home_xy)
    targets = pd.concat([pd.DataFrame(homes[_SNAP]), points.snaps], ignore_index=True)
    found = walks(network, origins, targets, limit_m=limit_m)
    reachable = np.zeros(len(targets), dtype=bool)
    reachable[found.home] = True
    ground = lay_ground(home_xy, points.xy, reachable=reachable)
    reached = by_origin(found)
    reached += [np.unique(found.home[mask[found.origin]]) for mask in together]
    return outlines(ground, reached)


def by_origin(found: Walks) -> list[IntArray]:
    """Return for each origin the positions of the homes that it reaches."""
    begins = np.searchsorted(found.origin, np.arange(found.origins_n + 1))
    return [found.home[begin:end] for begin, end in pairwise(begins)]

"""
The reach of every place as a polygon, and of all places together per frequency class.

What the polygons reveal:

* In the public view a place in a private home stands at the centre of its cell, for its own polygon
  and those of all. The house itself plays no part.
* A border passes between buildings that are reached and buildings that are not, so it hints at where
  buildings stand. Every map shows that; who lives in them, or how many, or whether anybody does, is
  not in it.
* Residents whom a table puts at a point of its own are drawn in the exact view and where the table is
  published; elsewhere such a point is no public knowledge.
"""

from collections.abc import Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.arrays import IntArray
from geo.catchment.outline import lay_ground, outlines, walked_points
from geo.coverage.reached import Limit, at_least
from geo.streets.network import Network
from geo.vocabulary import FREQUENCIES
from geo.walking.reach import Walks
from services.profile import WalkingProfile
from services.situation.view import Situation
from services.situation.walking import Walking

ALL_PLACES = ""
"""The ``place_id`` of a polygon of all places of a class or a more frequent one."""

_SNAP = ["edge", "offset_m", "snap_m"]


def reach_frame(situation: Situation) -> gpd.GeoDataFrame:
    """
    Return the polygons of the counted places, then those of all together, for the main limit.

    Columns ``place_id, frequency, walk_limit_m, walk_limit_min, profile, geometry``. ``frequency``
    of a place is what its venue offers, all groups taken together; a row with an empty ``place_id``
    is of all places of that class or a more frequent one. A building is inside if and only if it can
    be walked to a place shown there within the limit; a place on no street has an empty polygon.
    Plane CRS.
    """
    counted, parameters = situation.counted, situation.parameters
    frequency = counted["venue_frequency"]
    shapes = draw(
        Surroundings(situation.network, drawn_homes(situation)),
        situation.place_snaps,
        parameters.walking,
        limit=parameters.limit,
        together=[at_least(frequency, wanted) for wanted in FREQUENCIES],
    )
    frame = pd.DataFrame(
        {
            "place_id": [*counted["place_id"], *[ALL_PLACES] * len(FREQUENCIES)],
            "frequency": [*frequency, *FREQUENCIES],
            **parameters.limit.columns(),
            "profile": parameters.walking.id,
        }
    )
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=situation.network.epsg)


def drawn_homes(situation: Situation) -> gpd.GeoDataFrame:
    """Return the homes that a polygon may show: those at points of a table only where these are known."""
    hidden = situation.workspace.is_public and not situation.profile.privacy.residents_published
    return situation.homes[situation.homes["kind"] != "point"] if hidden else situation.homes


class Surroundings:
    """What can be walked to from homes and along streets, whoever walks; homes come first."""

    def __init__(self, network: Network, homes: gpd.GeoDataFrame) -> None:
        self.network = network
        self.home_xy = shapely.get_coordinates(homes.geometry.to_numpy())
        points = walked_points(network, homes, self.home_xy)
        self.street_xy = points.xy
        self.snaps = pd.concat([pd.DataFrame(homes[_SNAP]), points.snaps], ignore_index=True)


def draw(
    around: Surroundings,
    origins: pd.DataFrame,
    walking: WalkingProfile,
    *,
    limit: Limit,
    together: Sequence[NDArray[np.bool_]] = (),
) -> NDArray[np.object_]:
    """
    Return the reach of every origin (a snap) as a polygon, then of each mask of origins together.

    The ground is laid out only where somebody can be reached.
    """
    walker = Walking(walking, around.network, around.snaps, origins)
    found = walker.catchments(origins, limit)
    reachable = np.zeros(len(around.snaps), dtype=bool)
    reachable[found.home] = True
    ground = lay_ground(around.home_xy, around.street_xy, reachable=reachable)
    reached = by_origin(found)
    reached += [np.unique(found.home[mask[found.origin]]) for mask in together]
    return outlines(ground, reached)


def by_origin(found: Walks) -> list[IntArray]:
    """Return for each origin the positions of the homes that it reaches."""
    begins = np.searchsorted(found.origin, np.arange(found.origins_n + 1))
    return [found.home[begin:end] for begin, end in pairwise(begins)]

"""Legs: what a straight leg from a door to the street passes that is no ground: others' homes."""

import numpy as np
import shapely

from geo.arrays import TOLERANCE, FloatArray, IntArray

LONG_LEG_M = 30.0
"""A shorter leg is the way over one's own plot."""

HALF_HOME_M = 3.0
"""A dwelling reaches at least so far from its middle: hardly any is narrower than 6 m."""


def homes_passed(from_xy: FloatArray, to_xy: FloatArray, homes_xy: FloatArray) -> IntArray:
    """
    Count the homes of others that long legs lead through.

    Parameters
    ----------
    from_xy, to_xy
        (n, 2) doors and where they join, plane CRS, metres; both finite.
    homes_xy
        (k, 2) middles of homes, metres, those of the doors among them. What is within twice
        ``HALF_HOME_M`` of the door is its own building.

    Returns
    -------
    (n,) homes whose middle is within ``HALF_HOME_M`` of the leg; 0 of a leg of ``LONG_LEG_M`` or less.
    """
    passed = np.zeros(len(from_xy), dtype=np.int64)
    rows = np.flatnonzero(np.hypot(*(to_xy - from_xy).T) > LONG_LEG_M + TOLERANCE)
    if not rows.size:
        return passed
    legs = shapely.linestrings(np.stack([from_xy[rows], to_xy[rows]], axis=1))
    tree = shapely.STRtree(np.asarray(shapely.points(homes_xy)))
    leg, home = tree.query(legs, predicate="dwithin", distance=HALF_HOME_M)
    apart_m = np.hypot(*(homes_xy[home] - from_xy[rows[leg]]).T)
    np.add.at(passed, rows[leg[apart_m > 2.0 * HALF_HOME_M]], 1)
    return passed

"""Gaps: which units have no place of the asked frequency, and where no walk could solve it."""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geo.coverage import Layering, at_least, weighted_quantiles
from geo.network import FloatArray, IntArray, Network
from geo.reach import TOLERANCE_M, walks


def gap_class(frequency: pd.Series, layering: Layering) -> pd.Series:
    """
    Classify each unit by the places that stand in it.

    Parameters
    ----------
    frequency
        Frequency class per place, empty where it is unknown.
    layering
        The gap layer.

    Returns
    -------
    ``weekly_or_more``, ``monthly_only`` or ``none`` per unit, index 0 … units - 1.
    """
    size = len(layering.areas)
    inside = layering.place_area >= 0
    found = {
        wanted: np.bincount(
            layering.place_area[inside & at_least(frequency, wanted)], minlength=size
        )
        for wanted in ("monthly", "weekly")
    }
    classes = np.select(
        [found["weekly"] > 0, found["monthly"] > 0], ["weekly_or_more", "monthly_only"], "none"
    )
    return pd.Series(classes, name="gap")


def nearest_place(
    walk_m: FloatArray,
    straight_m: FloatArray,
    origin: IntArray,
    weight: FloatArray,
    layering: Layering,
) -> pd.DataFrame:
    """
    Describe how far the residents of each unit have to the nearest place.

    Parameters
    ----------
    walk_m, straight_m, origin, weight
        (homes,) metres on foot and straight to the nearest place, its position, residents.
    layering
        The gap layer.

    Returns
    -------
    Per unit: ``place`` (position of the place that is nearest for most residents, -1 without one)
    and ``walk_m`` and ``straight_m``, the weighted medians of the residents for whom it is the
    nearest, NaN where there are none.
    """
    size = len(layering.areas)
    known = (origin >= 0) & (layering.home_area >= 0) & (weight > 0)
    homes = pd.DataFrame(
        {
            "unit": layering.home_area[known],
            "place": origin[known],
            "walk_m": walk_m[known],
            "straight_m": straight_m[known],
            "weight": weight[known],
        }
    )
    votes = homes.groupby(["unit", "place"])["weight"].sum().reset_index()
    votes = votes.sort_values(["unit", "weight", "place"], ascending=[True, False, True])
    chosen = votes.drop_duplicates("unit").set_index("unit")["place"]
    homes = homes[homes["place"].to_numpy() == chosen.reindex(homes["unit"]).to_numpy()]
    weights, units = homes["weight"].to_numpy(), homes["unit"].to_numpy()
    median = {
        column: weighted_quantiles(homes[column].to_numpy(), weights, units, [0.5])[0.5]
        for column in ("walk_m", "straight_m")
    }
    return pd.DataFrame(
        {
            "place": chosen.reindex(range(size), fill_value=-1).to_numpy(dtype=np.int64),
            "walk_m": median["walk_m"].reindex(range(size)).to_numpy(dtype=float),
            "straight_m": median["straight_m"].reindex(range(size)).to_numpy(dtype=float),
        }
    )


def best_site_residents(
    network: Network,
    homes: pd.DataFrame,
    weight: FloatArray,
    layering: Layering,
    *,
    limit_m: float,
    enough: float,
) -> FloatArray:
    """
    Find how many residents the best possible site of each unit could reach on foot.

    A site is any home's own position on the streets. Sites are tried in the order of the residents
    in a straight circle around them, an upper bound of what they can reach, and a unit is left as
    soon as one reaches ``enough``: the answer is exact for every unit that stays below it.

    Parameters
    ----------
    network
        The walking network.
    homes
        Snaps of the homes with ``x`` and ``y``.
    weight
        (homes,) residents.
    layering
        The gap layer.
    limit_m
        Inclusive walking limit.
    enough
        Residents that make a site worth while.

    Returns
    -------
    (units,) residents reached by the best site tried, from any unit; where not even the straight
    circle holds ``enough``, the residents of that circle; 0 where nobody lives.
    """
    best = np.zeros(len(layering.areas))
    snapped = np.flatnonzero((homes["edge"].to_numpy() >= 0) & (weight > 0))
    snapped = snapped[layering.home_area[snapped] >= 0]
    if snapped.size == 0:
        return best
    bound = _circle_sum(homes.iloc[snapped], weight[snapped], limit_m)
    queue = pd.DataFrame(
        {"home": snapped, "unit": layering.home_area[snapped], "bound": bound}
    ).sort_values(["unit", "bound", "home"], ascending=[True, False, True])
    ceiling = queue.groupby("unit")["bound"].max()
    best[ceiling.index] = np.where(ceiling < enough, ceiling, 0.0)
    queue = queue[queue["bound"] >= enough]
    tries = 1
    while len(queue):
        turn = queue.groupby("unit").head(tries)
        found = walks(network, homes.iloc[turn["home"].to_numpy()], homes, limit_m=limit_m)
        reached = np.bincount(found.origin, weights=weight[found.home], minlength=len(turn))
        np.maximum.at(best, turn["unit"].to_numpy(), reached)
        queue = queue.drop(turn.index)
        queue = queue[best[queue["unit"].to_numpy()] < enough]
        tries *= 4
    return best


def _circle_sum(homes: pd.DataFrame, weight: FloatArray, limit_m: float) -> FloatArray:
    """Return the residents in a straight circle around each home."""
    xy = homes[["x", "y"]].to_numpy()
    tree = cKDTree(xy)
    # Homes on one spot share one query, and a grid cell bounds a block of homes from above.
    cell_m = limit_m / 2
    key = np.floor(xy / cell_m).astype(np.int64)
    cells, cell = np.unique(key, axis=0, return_inverse=True)
    middle = (cells + 0.5) * cell_m
    reach_m = limit_m + cell_m * np.sqrt(0.5) + TOLERANCE_M
    near = tree.query_ball_point(middle, reach_m)
    return np.array([weight[found].sum() for found in near])[cell.ravel()]

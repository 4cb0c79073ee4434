"""Gaps: which units have no place of the asked frequency, and where no walk could solve it."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from geo.arrays import TOLERANCE, BoolArray, FloatArray, IntArray, compiled
from geo.coverage.reached import Layering, at_least, weighted_quantiles
from geo.walking.reach import Walks


def gap_class(frequency: pd.Series, unknown: BoolArray, layering: Layering) -> pd.Series:
    """
    Classify each unit by the places that stand in it.

    A place of unknown days may be weekly: without a known weekly place beside it the unit is
    ``unknown``, also where a monthly one is known, for every other class says that none is weekly.

    Parameters
    ----------
    frequency
        Frequency class per place, empty where it has none.
    unknown
        (places,) true for those whose days are not known.
    layering
        The gap layer.

    Returns
    -------
    ``weekly_or_more``, ``unknown``, ``monthly_only`` or ``none`` per unit, index 0 … units - 1.
    """
    size = len(layering.areas)
    inside = layering.place_area >= 0

    def has(places: BoolArray) -> BoolArray:
        return np.bincount(layering.place_area[inside & places], minlength=size) > 0

    classes = np.select(
        [has(at_least(frequency, "weekly")), has(unknown), has(at_least(frequency, "monthly"))],
        ["weekly_or_more", "unknown", "monthly_only"],
        "none",
    )
    return pd.Series(classes, name="gap")


def nearest_place(
    walks: Mapping[str, FloatArray],
    origin: IntArray,
    weight: FloatArray,
    layering: Layering,
) -> pd.DataFrame:
    """
    Describe how far the residents of each unit have to the nearest place.

    Parameters
    ----------
    walks
        Name → (homes,) what is known of each home's way to its nearest place: metres, seconds, …
    origin, weight
        (homes,) position of that place, residents.
    layering
        The gap layer.

    Returns
    -------
    Per unit: ``place`` (position of the place that is nearest for most residents, -1 without one)
    and for each of ``walks`` the weighted median of the residents for whom it is the nearest, NaN
    where there are none.
    """
    size = len(layering.areas)
    known = (origin >= 0) & (layering.home_area >= 0) & (weight > 0)
    homes = pd.DataFrame(
        {
            "unit": layering.home_area[known],
            "place": origin[known],
            "weight": weight[known],
            **{name: values[known] for name, values in walks.items()},
        }
    )
    votes = homes.groupby(["unit", "place"])["weight"].sum().reset_index()
    votes = votes.sort_values(["unit", "weight", "place"], ascending=[True, False, True])
    chosen = votes.drop_duplicates("unit").set_index("unit")["place"]
    homes = homes[homes["place"].to_numpy() == chosen.reindex(homes["unit"]).to_numpy()]
    weights, units = homes["weight"].to_numpy(), homes["unit"].to_numpy()
    place = chosen.reindex(range(size), fill_value=-1).to_numpy(dtype=np.int64)
    columns = {"place": place}
    for name in walks:
        median = weighted_quantiles(homes[name].to_numpy(), weights, units, [0.5])[0.5]
        columns[name] = median.reindex(range(size)).to_numpy(dtype=float)
    return pd.DataFrame(columns)


def ranks(values: FloatArray, *, ties: FloatArray | None = None) -> FloatArray:
    """
    Rank units from the greatest value on, starting at 1.

    Parameters
    ----------
    values
        (units,) what is ranked; NaN and 0 or less have no rank. Units stand in the order that
        decides between equals, such as that of their ids.
    ties
        (units,) what decides between equal values before that order, the greatest first.

    Returns
    -------
    (units,) ranks without gap or tie, NaN without one. Differences under 1e-6, which the order of
    a sum can make, are none.
    """
    second = np.zeros(len(values)) if ties is None else np.nan_to_num(ties)
    ranked = np.flatnonzero(np.nan_to_num(values) > TOLERANCE)
    order = ranked[np.lexsort((-second[ranked].round(6), -values[ranked].round(6)))]
    found = np.full(len(values), np.nan)
    found[order] = np.arange(1.0, len(order) + 1)
    return found


def need(unreached: Mapping[str, FloatArray], weights: Mapping[str, float]) -> FloatArray:
    """
    Weigh the residents whom no place reaches: Σ weight × residents not reached, over age groups.

    Groups may lie in each other: with 65+ and 75+ a resident of 80 counts for both.

    Parameters
    ----------
    unreached
        Age group → (units,) its residents who are not reached.
    weights
        Age group → what one of them counts; each must be in ``unreached``.
    """
    return np.asarray(sum(weight * unreached[group] for group, weight in weights.items()))


def best_site_residents(
    reach: Callable[[IntArray], Walks],
    xy: FloatArray,
    weight: FloatArray,
    layering: Layering,
    *,
    circle_m: float,
    enough: float,
) -> FloatArray:
    """
    Find how many residents the best possible site of each unit could reach on foot.

    A site is any home's own position on the streets. Sites are tried in the order of the residents
    in a straight circle around them, an upper bound of what they can reach, and a unit is left as
    soon as one reaches ``enough`` or no circle left holds as many: whether a unit has such a site is
    exact.

    Parameters
    ----------
    reach
        Positions of homes → the walks to sites there from all homes within the limit.
    xy
        (homes, 2) where each home joins the streets, metres; NaN where it does not.
    weight
        (homes,) residents.
    layering
        The gap layer.
    circle_m
        Metres beyond which no walk within the limit can come from.
    enough
        Residents that make a site worth while.

    Returns
    -------
    (units,) residents reached by the best site tried, from any unit; where not even the straight
    circle holds ``enough``, the residents of that circle; 0 where nobody lives.
    """
    best = np.zeros(len(layering.areas))
    # Whoever lives within a walk counts, be their own unit asked about or not.
    snapped = np.flatnonzero(np.isfinite(xy[:, 0]) & (weight > 0))
    asked = layering.home_area[snapped] >= 0
    if not asked.any():
        return best
    bound = _circle_sum(xy[snapped], weight[snapped], circle_m)
    snapped, bound = snapped[asked], bound[asked]
    queue = pd.DataFrame(
        {"home": snapped, "unit": layering.home_area[snapped], "bound": bound}
    ).sort_values(["unit", "bound", "home"], ascending=[True, False, True])
    ceiling = queue.groupby("unit")["bound"].max()
    best[ceiling.index] = np.where(ceiling < enough, ceiling, 0.0)
    queue = queue[queue["bound"] >= enough]
    tries = 1
    while len(queue):
        turn = queue.groupby("unit").head(tries)
        found = reach(turn["home"].to_numpy())
        reached = np.bincount(found.origin, weights=weight[found.home], minlength=len(turn))
        np.maximum.at(best, turn["unit"].to_numpy(), reached)
        queue = queue.drop(turn.index)
        queue = queue[best[queue["unit"].to_numpy()] < enough]
        tries *= 4
    return best


def _circle_sum(xy: FloatArray, weight: FloatArray, circle_m: float) -> FloatArray:
    """Return the residents in a straight circle around each home, or somewhat more."""
    # Homes on one spot share one circle, and a grid cell bounds a block of homes from above.
    cell_m = circle_m / 2
    number = np.floor(xy / cell_m).astype(np.int64)
    reach_m = circle_m + cell_m * np.sqrt(0.5) + TOLERANCE
    beside_n = int(reach_m / cell_m + 0.5)
    # Columns of cells have a margin, so that a cell and those above and below it are one run.
    column, row = (number - number.min(axis=0)).T
    rows_n = int(row.max()) + 1 + 2 * beside_n
    key = column * rows_n + row
    order = np.argsort(key, kind="stable")
    cells, first, cell = np.unique(key[order], return_index=True, return_inverse=True)
    middle = (number[order[first]].astype(np.float64) + 0.5) * cell_m
    summed = _near(
        key[order], xy[order], weight[order], (cells, middle), (reach_m, beside_n, rows_n)
    )
    found = np.empty(len(xy))
    found[order] = summed[cell]
    return found


@compiled
def _near(
    key: IntArray,
    xy: FloatArray,
    weight: FloatArray,
    asked: tuple[IntArray, FloatArray],
    grid: tuple[float, int, int],
) -> FloatArray:
    """Sum the weights of the homes, sorted by the keys of their cells, around the middles of cells."""
    cells, middle = asked
    reach_m, beside_n, rows_n = grid
    found = np.zeros(cells.size)
    for cell in range(cells.size):
        x_m, y_m = middle[cell]
        for column in range(-beside_n, beside_n + 1):
            at = cells[cell] + column * rows_n
            start = np.searchsorted(key, at - beside_n)
            end = np.searchsorted(key, at + beside_n, side="right")
            for home in range(start, end):
                if (xy[home, 0] - x_m) ** 2 + (xy[home, 1] - y_m) ** 2 <= reach_m**2:
                    found[cell] += weight[home]
    return found

"""Hiding: which counts of a table go with a small one, so that no subtraction reveals it."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import BoolArray, FloatArray
from services.words.vocabulary import RESIDENTS_OF

Frame = TypeVar("Frame", bound=pd.DataFrame)

LEAST_HIDDEN = 2
"""One hidden area alone is the layer's total minus the others."""


def hidden_n(sizes: np.ndarray, small_number: int) -> int:
    """Return how many of the sizes, ascending, are hidden together; none where none is small."""
    small_n = int((sizes < small_number).sum())
    if small_n == 0:
        return 0
    position = np.arange(1, len(sizes) + 1)
    enough = np.flatnonzero((np.cumsum(sizes) >= small_number) & (position >= LEAST_HIDDEN))
    return max(small_n, int(enough[0]) + 1) if len(enough) else len(sizes)


def hidden_counts(counts: FloatArray, small_number: int) -> BoolArray:
    """
    Say which counts are hidden: the small ones, and with them enough others.

    They add up to a published total, so one alone would follow from the rest.
    """
    order = np.argsort(counts, kind="stable")
    order = order[counts[order] > 0]
    hidden = np.zeros(len(counts), dtype=bool)
    hidden[order[: hidden_n(counts[order], small_number)]] = True
    return hidden


def hidden_areas(rows: pd.DataFrame, column: str, *, small_number: int) -> list[str]:
    """
    Return the areas of one layer and age group whose count is hidden.

    Those with more than none and fewer than ``small_number``; then the next smallest until two
    areas and ``small_number`` residents are hidden together.
    """
    inhabited = rows[rows[column] > 0].sort_values([column, "area_id"], kind="stable")
    counts = inhabited[column].to_numpy(dtype=float)
    return [str(area) for area in inhabited["area_id"].iloc[: hidden_n(counts, small_number)]]


def hide_losses(table: Frame, columns: tuple[str, str], *, small_number: int) -> Frame:
    """
    Return places without small numbers of residents who lose, or keep, a place if it closes.

    ``columns`` hold those who lose and those who keep one. All who lose are those who depend on one
    place: in each age group at least two places and ``small_number`` of them are hidden together.
    ``rank`` is counted anew among the places shown: a place that is missing in it would tell.
    """
    lost, kept = (table[column].fillna(0.0) for column in columns)
    small = pd.Series(data=False, index=table.index)
    for count in (lost, kept, lost + kept):
        small |= (count > 0) & (count < small_number)
    group = table["age_group"] if "age_group" in table else pd.Series("", index=table.index)
    marked = pd.DataFrame(
        {"lost": lost, "small": small, "place_id": table["place_id"], "group": group}
    ).reset_index(drop=True)
    hidden = np.zeros(len(table), dtype=bool)
    for _, rows in marked.groupby("group", sort=True):
        hidden[_hidden_losses(rows, small_number=small_number)] = True
    shown = {column: table[column].mask(hidden) for column in columns}
    if "residents_within" in table:
        within = table["residents_within"]
        shown["residents_within"] = within.mask((within > 0) & (within < small_number))
    if "rank" in table:
        shown["rank"] = table["rank"].mask(hidden).groupby(group.to_numpy()).rank()
    before = table.get("suppressed", default=False)
    return table.assign(**shown, suppressed=hidden | before)


def _hidden_losses(rows: pd.DataFrame, *, small_number: int) -> list[int]:
    """Return the positions of the small ones, and of the next smallest until there are enough."""
    if not rows["small"].any():
        return []
    ordered = rows[rows["small"] | (rows["lost"] > 0)].sort_values(
        ["small", "lost", "place_id"], ascending=[False, True, True]
    )
    before = ordered["lost"].cumsum().to_numpy() - ordered["lost"].to_numpy()
    too_few = (np.arange(len(ordered)) < LEAST_HIDDEN) | (before < small_number)
    return list(ordered.index[ordered["small"].to_numpy(dtype=bool) | too_few])


def hide_backup(table: pd.DataFrame, *, small_number: int) -> pd.DataFrame:
    """Return the areas without small numbers of residents who have, or have not, a second place."""
    counts = ("reached_with_backup", "reached_without_backup")
    hidden = {
        (layer, age_group, area)
        for (layer, age_group), rows in table.groupby(["layer", "age_group"], sort=True)
        for count in counts
        for area in hidden_areas(rows, count, small_number=small_number)
    }
    keys = zip(table["layer"], table["age_group"], table["area_id"], strict=True)
    suppressed = np.fromiter((key in hidden for key in keys), dtype=bool, count=len(table))
    shares = ("backup_pct", "backup_low_pct", "backup_high_pct")
    columns = [name for name in (*counts, *shares) if name in table]
    masked = {column: table[column].mask(suppressed) for column in columns}
    return table.assign(**masked, suppressed=table["suppressed"].to_numpy() | suppressed)


_Count = tuple[str, str, str]


Hidden = frozenset[_Count]
"""(layer, age group, area_id) of every count of residents that is not shown."""


def find_hidden(coverage: pd.DataFrame, *, small_number: int) -> Hidden:
    """
    Return the counts of residents that are hidden, age group by age group in each layer.

    An area with more than none and fewer than ``small_number`` residents is hidden; then the next
    smallest of its layer until two areas and ``small_number`` residents are hidden together, so
    that no subtraction from the layer's total reveals one alone.
    """
    keys = ["layer", "age_group", "area_id"]
    residents = coverage.drop_duplicates(keys)
    found: set[_Count] = set()
    for (layer, age_group), rows in residents.groupby(["layer", "age_group"], sort=True):
        areas = hidden_areas(rows, "residents", small_number=small_number)
        found |= {(str(layer), str(age_group), area) for area in areas}
    return frozenset(found)


def _hidden_in_gaps(gaps: pd.DataFrame, *, small_number: int) -> Hidden:
    return frozenset(
        (str(layer), group, area)
        for name, group in RESIDENTS_OF.items()
        if name in gaps.columns
        for layer, rows in gaps[gaps[name].notna()].groupby("layer", sort=True)
        for area in hidden_areas(rows, name, small_number=small_number)
    )


def hide_counts(table: pd.DataFrame, hidden: Hidden, telling: Iterable[str]) -> pd.DataFrame:
    """Return the table with hidden counts empty in the columns that tell, and ``suppressed``."""
    suppressed = _hidden_rows(table, hidden)
    columns = [column for column in telling if column in table.columns]
    shown = table.assign(**{name: table[name].mask(suppressed) for name in columns})
    shown["suppressed"] = suppressed
    return shown


def hide_gaps(
    gaps: pd.DataFrame, hidden: Hidden, telling: Iterable[str], others: Mapping[str, str]
) -> pd.DataFrame:
    """
    Return the gaps with hidden counts empty, those of other age groups with that group's too.

    ``others`` gives the group of such a column, or the column that lists what its figure weighs.
    """
    shown = hide_counts(gaps, hidden, telling)
    suppressed = shown["suppressed"].to_numpy(dtype=bool)
    every = suppressed
    for name in [name for name in others if name in gaps.columns]:
        of = others[name]
        listed = ",".join(gaps[of].unique()) if of in gaps.columns else of
        groups = [_is_hidden(gaps, group, hidden) for group in sorted({*listed.split(",")})]
        also = np.logical_or.reduce([suppressed, *groups])
        shown[name] = gaps[name].mask(also)
        if of not in gaps.columns:
            every = every | also
    shown["suppressed"] = every
    return shown


def _is_hidden(gaps: pd.DataFrame, age_group: str, hidden: Hidden) -> NDArray[np.bool_]:
    keys = zip(gaps["layer"], gaps["area_id"], strict=True)
    found = ((layer, age_group, area) in hidden for layer, area in keys)
    return np.fromiter(found, dtype=bool, count=len(gaps))


def _hidden_rows(table: pd.DataFrame, hidden: Hidden) -> NDArray[np.bool_]:
    """Say which rows count hidden residents; few keys are hidden, and there are many rows."""
    keys = pd.MultiIndex.from_frame(table[["layer", "age_group", "area_id"]].astype(object))
    if not hidden:
        return np.zeros(len(table), dtype=bool)
    found: NDArray[np.bool_] = keys.isin(pd.MultiIndex.from_tuples(sorted(hidden)))
    return found


def _hide_small(frame: gpd.GeoDataFrame, column: str, *, small_number: int) -> gpd.GeoDataFrame:
    small = (frame[column] > 0) & (frame[column] < small_number)
    before = frame["suppressed"] if "suppressed" in frame.columns else False
    return frame.assign(**{column: frame[column].mask(small), "suppressed": small | before})

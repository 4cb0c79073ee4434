"""Hiding: which counts of a table go with a small one, so that no subtraction reveals it."""

from typing import TypeVar

import numpy as np
import pandas as pd

Frame = TypeVar("Frame", bound=pd.DataFrame)

LEAST_HIDDEN = 2
"""One hidden area alone is the layer's total minus the others."""


def hidden_areas(rows: pd.DataFrame, column: str, *, small_number: int) -> list[str]:
    """
    Return the areas of one layer and age group whose count is hidden.

    Those with more than none and fewer than ``small_number``; then the next smallest until two
    areas and ``small_number`` residents are hidden together.
    """
    inhabited = rows[rows[column] > 0].sort_values([column, "area_id"], kind="stable")
    counts = inhabited[column].to_numpy(dtype=float)
    n_small = int((counts < small_number).sum())
    if n_small == 0:
        return []
    together = np.cumsum(counts)
    enough = np.flatnonzero(
        (together >= small_number) & (np.arange(1, len(counts) + 1) >= LEAST_HIDDEN)
    )
    n_hidden = max(n_small, int(enough[0]) + 1) if len(enough) else len(counts)
    return [str(area) for area in inhabited["area_id"].iloc[:n_hidden]]


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

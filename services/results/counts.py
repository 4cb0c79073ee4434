"""Counts of activities month by month, with the totals of quarters and fiscal years, area by area and in all."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from services.workspace.folder import Workspace

COLUMNS = (
    *("layer", "area_id", "area_name", "activity", "counted", "period", "fiscal_year", "quarter"),
    *("month", "count", "told_n", "of_n"),
)
APRIL = 4
ALL = "_all"
"""``area_id`` of the sum over the areas of a layer."""
_KEY = ["layer", "activity", "counted"]
_MONTHS_A_QUARTER, _MONTHS_A_YEAR = 3, 12


def activity_counts(workspace: Workspace) -> pd.DataFrame:
    """
    Return counts by month, quarter and fiscal year (from April), ordered as an office reports them.

    ``count`` sums what was told; ``told_n`` of the ``of_n`` months (of the sum over areas: of the
    months of all areas that ever told) are in it. Where they differ the count is a part, and a month
    that nobody told of has none: it is not known, and not 0. Groups that exist are not summed over
    months: a quarter and a year have those of their last month.
    """
    told = workspace.of_areas("activity_counts")
    rows: list[dict[str, Any]] = []
    for (layer, activity, counted), part in told.groupby(_KEY, sort=True):
        key = {"layer": layer, "activity": activity, "counted": counted}
        wide = part.pivot_table(
            index="month", columns=["area_id", "area_name"], values="count", aggfunc="first"
        )
        years = [_fiscal_year(month) for month in wide.index]
        months = [
            f"{year + (month < APRIL):04d}-{month:02d}"
            for year in range(min(years), max(years) + 1)
            for month in [*range(APRIL, 13), *range(1, APRIL)]
        ]
        wide = wide.reindex(months)
        areas = [(*names, wide[[names]]) for names in wide.columns]
        if len(areas) > 1:
            areas.append((ALL, "", wide))
        for area_id, name, values in areas:
            place = {**key, "area_id": area_id, "area_name": name}
            rows += [{**place, **row} for row in _periods(values, groups=counted == "groups")]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _fiscal_year(month: str) -> int:
    year, number = map(int, month.split("-"))
    return year - (number < APRIL)


def _periods(values: pd.DataFrame, *, groups: bool) -> Iterator[dict[str, Any]]:
    """Yield the months of a year in order, after each third its quarter, after the twelfth the year."""
    for position, month in enumerate(values.index, 1):
        year = _fiscal_year(str(month))
        quarter = (position - 1) % _MONTHS_A_YEAR // _MONTHS_A_QUARTER + 1
        yield _row(values.loc[[month]], "month", year, quarter, str(month), groups=groups)
        if position % _MONTHS_A_QUARTER == 0:
            last = values.iloc[position - _MONTHS_A_QUARTER : position]
            yield _row(last, "quarter", year, quarter, "", groups=groups)
        if position % _MONTHS_A_YEAR == 0:
            whole = values.iloc[position - _MONTHS_A_YEAR : position]
            yield _row(whole, "year", year, 0, "", groups=groups)


def _row(
    values: pd.DataFrame, period: str, year: int, quarter: int, month: str, *, groups: bool
) -> dict[str, Any]:
    part = values.iloc[[-1]] if groups else values
    told = int(part.notna().to_numpy().sum())
    return {
        "period": period,
        "fiscal_year": year,
        "quarter": quarter,
        "month": month,
        "count": float(part.sum().sum()) if told else float("nan"),
        "told_n": told,
        "of_n": int(part.size),
    }

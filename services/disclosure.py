"""
What may leave: small counts are hidden and private homes are blurred, here and nowhere else.

Everything that shows results to somebody (API, export, report, picture) takes its frames from
``disclose``; nobody else reads a snapshot's tables for output.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from services.profile import Privacy

GeometryArray = NDArray[Any]
_Count = tuple[str, str, str]
Hidden = frozenset[_Count]
"""(layer, age group, area_id) of every count of residents that is not shown."""

COUNTS = (
    "residents",
    "reached",
    "reached_own_area",
    "unreached",
    "circle_reached",
    "reached_combined",
    "combined_pct",
    "coverage_pct",
    "coverage_low_pct",
    "coverage_high_pct",
    "circle_coverage_pct",
)
"""Columns that tell how many live there; a share of three people tells it as well."""

LEAST_HIDDEN = 2
"""One hidden area alone is the layer's total minus the others."""

PRIVATE_STEP_M = 50.0
"""Distances to a private home leave in steps of this size: three exact ones would find the house."""


class Results(Protocol):
    """What is disclosed: a snapshot of ``services.workspace``."""

    def table(self, name: str) -> pd.DataFrame:
        """Return ``coverage`` or ``gaps``."""

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return ``candidates``, ``places`` or ``streets``."""


@dataclass(frozen=True)
class Disclosed:
    """The tables of one snapshot as they may leave; each is made once."""

    results: Results
    privacy: Privacy

    @cached_property
    def hidden(self) -> Hidden:
        """Return the counts that are not shown."""
        limit = self.privacy.small_number
        hidden = find_hidden(self.results.table("coverage"), small_number=limit)
        return hidden | _hidden_in_gaps(self.results.table("gaps"), small_number=limit)

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """Return the coverage with small counts hidden and a column ``suppressed``."""
        return hide_counts(self.results.table("coverage"), self.hidden)

    @cached_property
    def slots(self) -> pd.DataFrame:
        """Return who has a place on each weekday and half of the day, small counts hidden."""
        return hide_counts(self.results.table("slots"), self.hidden)

    @cached_property
    def combined(self) -> pd.DataFrame:
        """Return who is weekly-reached by several halls together only, small counts hidden."""
        return hide_counts(self.results.table("combined"), self.hidden)

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Return the gaps, small counts hidden and distances to private homes coarse."""
        return coarsen_gaps(hide_counts(self.results.table("gaps"), self.hidden), self._private)

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """Return the places, private homes blurred and marked by ``blurred``."""
        places = self.results.layer("places")
        blurred = blur(places, places["private_home"].astype(bool), blur_m=self.privacy.blur_m)
        return _hide_small(blurred, "residents_reached", small_number=self.privacy.small_number)

    @cached_property
    def candidates(self) -> gpd.GeoDataFrame:
        """Return the candidates, upgrades of private homes blurred like the homes themselves."""
        candidates = self.results.layer("candidates")
        private = candidates["place_id"].isin(self._private)
        blurred = blur(candidates, private, blur_m=self.privacy.blur_m)
        for column in ("newly_reached", "newly_reached_alone"):
            if column in blurred.columns:
                blurred = _hide_small(blurred, column, small_number=self.privacy.small_number)
        return blurred

    @cached_property
    def _private(self) -> frozenset[str]:
        places = self.results.layer("places")
        return frozenset(places.loc[places["private_home"].astype(bool), "place_id"])


def disclose(results: Results, privacy: Privacy) -> Disclosed:
    """Return the tables of a snapshot as they may leave."""
    return Disclosed(results, privacy)


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
        areas = _hidden_areas(rows, "residents", small_number=small_number)
        found |= {(str(layer), str(age_group), area) for area in areas}
    return frozenset(found)


def _hidden_areas(rows: pd.DataFrame, column: str, *, small_number: int) -> list[str]:
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


def _hidden_in_gaps(gaps: pd.DataFrame, *, small_number: int) -> Hidden:
    known = gaps[gaps["residents_75"].notna()]
    return frozenset(
        (str(layer), "75+", area)
        for layer, rows in known.groupby("layer", sort=True)
        for area in _hidden_areas(rows, "residents_75", small_number=small_number)
    )


def hide_counts(table: pd.DataFrame, hidden: Hidden) -> pd.DataFrame:
    """Return the table with hidden counts empty and a column ``suppressed``."""
    keys = zip(table["layer"], table["age_group"], table["area_id"], strict=True)
    suppressed = np.fromiter((key in hidden for key in keys), dtype=bool, count=len(table))
    columns = [column for column in COUNTS if column in table.columns]
    shown = table.assign(**{name: table[name].mask(suppressed) for name in columns})
    if "residents_75" in table.columns:
        older = pd.Series(
            [
                (layer, "75+", area) in hidden
                for layer, area in zip(table["layer"], table["area_id"], strict=True)
            ],
            index=table.index,
            dtype=bool,
        )
        shown["residents_75"] = table["residents_75"].mask(suppressed | older)
        suppressed = suppressed | older.to_numpy()
    shown["suppressed"] = suppressed
    return shown


def coarsen_gaps(gaps: pd.DataFrame, private: frozenset[str]) -> pd.DataFrame:
    """Return the gaps with distances to private homes in coarse steps and no figure in ``why``."""
    at_home = gaps["nearest_place_id"].isin(private)
    coarse = gaps.copy()
    for column in ("nearest_place_walk_m", "nearest_place_straight_m"):
        coarse[column] = _coarse(gaps[column], at_home, PRIVATE_STEP_M)
    coarse["nearest_place_walk_min"] = _coarse(gaps["nearest_place_walk_min"], at_home, 1.0)
    for column in ("why", "why_en"):
        tells = at_home & gaps[column].fillna("").str.contains(r"\d", regex=True)
        coarse[column] = gaps[column].mask(tells, "")
    return coarse


def _coarse(values: "pd.Series[float]", rows: "pd.Series[bool]", step: float) -> "pd.Series[float]":
    return values.where(~rows, (values / step).round() * step)


def blur(points: gpd.GeoDataFrame, rows: "pd.Series[bool]", *, blur_m: float) -> gpd.GeoDataFrame:
    """
    Return the points with ``rows`` moved to the centre of their grid cell and the address blank.

    With a ``blur_m`` of 0 there is no cell to stand for the house: those rows lose their geometry.
    """
    private = rows.to_numpy(dtype=bool)
    geometry = points.geometry.to_numpy().copy()
    geometry[private] = _cell_centres(geometry[private], blur_m)
    blurred = points.set_geometry(gpd.GeoSeries(geometry, index=points.index, crs=points.crs))
    if "address" in blurred.columns:
        blurred["address"] = blurred["address"].mask(rows, "")
    blurred["blurred"] = private
    return blurred


def _cell_centres(points: GeometryArray, blur_m: float) -> GeometryArray:
    located = ~(shapely.is_missing(points) | shapely.is_empty(points))
    centres: GeometryArray = np.full(len(points), None, dtype=object)
    if blur_m > 0:
        xy = shapely.get_coordinates(points[located])
        centres[located] = shapely.points((np.floor(xy / blur_m) + 0.5) * blur_m)
    return centres


def _hide_small(frame: gpd.GeoDataFrame, column: str, *, small_number: int) -> gpd.GeoDataFrame:
    small = (frame[column] > 0) & (frame[column] < small_number)
    before = frame["suppressed"] if "suppressed" in frame.columns else False
    return frame.assign(**{column: frame[column].mask(small), "suppressed": small | before})

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

from services.crosstabs import disclosed_crosstab
from services.hiding import hidden_areas, hide_backup, hide_losses
from services.inequality import inequality_frame
from services.naming import WHOLE
from services.profile import Privacy
from services.ranking import ranked
from services.resilience import LOST_IF_CLOSED

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
    *("circle_coverage_pct", "circle_coverage_low_pct", "circle_coverage_high_pct"),
    *("combined_low_pct", "combined_high_pct", "backup_low_pct", "backup_high_pct"),
    *("places_per_1000_low", "places_per_1000_high"),
    *("access_seats_per_100_low", "access_seats_per_100_high"),
    *("residents_unlocated", "places_per_1000", "seats_needed_per_week"),
    *("seats_missing_per_week", "places_missing_n", "residents_served"),
    *("residents_over_capacity", "residents_outside", "participants_low"),
    *("participants_central", "participants_high", "access_seats_per_100"),
    *("reached_with_backup", "reached_without_backup", "backup_pct"),
    "stop_residents",
    *("stop_pct", "stop_low_pct", "stop_high_pct"),
)
"""Columns that tell how many live there; a share of three people tells it as well."""

OF_ANOTHER_GROUP = {
    "residents_75": "75+",
    "unreached_75": "75+",
    "unreached_single": "single_65+",
}
"""Columns of the gaps about an age group that is not the row's own: hidden with that group too."""

_LOSSES = ("residents_lost", "residents_kept")

PRIVATE_STEP_M = 50.0
"""Distances to a private home leave in steps of this size: three exact ones would find the house."""


class Results(Protocol):
    """What is disclosed: a snapshot of ``services.workspace``."""

    def table(self, name: str) -> pd.DataFrame:
        """Return ``coverage`` or ``gaps``."""

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return ``candidates``, ``places``, ``reach`` or ``streets``."""


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
    def provision(self) -> pd.DataFrame:
        """Return the seats and those without one, small counts hidden."""
        table, limit = self.results.table("provision"), self.privacy.small_number
        whole = find_hidden(table[table["layer"] == WHOLE], small_number=limit)
        return hide_counts(table, self.hidden | whole)

    @cached_property
    def inequality(self) -> pd.DataFrame:
        """Return the inequality between the units whose coverage is shown."""
        return inequality_frame(self.coverage)

    @cached_property
    def resilience(self) -> pd.DataFrame:
        """Return whom the closing of each place takes the last one from, small counts hidden."""
        table = self.results.table("resilience")
        return hide_losses(table, _LOSSES, small_number=self.privacy.small_number)

    @cached_property
    def backup(self) -> pd.DataFrame:
        """Return who has a second place, small counts hidden."""
        shown = hide_counts(self.results.table("backup"), self.hidden)
        return hide_backup(shown, small_number=self.privacy.small_number)

    def crosstab(self, rows: str, columns: str) -> pd.DataFrame:
        """Return the residents of each pair of areas of two layers, small cells hidden."""
        return disclosed_crosstab(
            self.results.table("crosstabs"),
            rows,
            columns,
            hidden=self.hidden,
            small_number=self.privacy.small_number,
        )

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """
        Return the gaps, small counts hidden and distances to private homes coarse.

        They are ranked and sorted anew: an order would tell what is hidden.
        """
        gaps = hide_gaps(self.results.table("gaps"), self.hidden)
        shown = coarsen_gaps(gaps, self._private)
        return ranked(shown, small_number=self.privacy.small_number)

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """Return the places, private homes blurred and marked by ``blurred``."""
        places = self.results.layer("places")
        blurred = blur(places, places["private_home"].astype(bool), blur_m=self.privacy.blur_m)
        limit = self.privacy.small_number
        shown = _hide_small(blurred, "residents_reached", small_number=limit)
        if LOST_IF_CLOSED[0] not in shown:
            return shown
        return hide_losses(shown, LOST_IF_CLOSED, small_number=limit)

    @cached_property
    def candidates(self) -> gpd.GeoDataFrame:
        """Return the candidates; private homes, to be upgraded or opened, are blurred."""
        candidates = self.results.layer("candidates")
        private = candidates["place_id"].isin(self._private)
        if "private_home" in candidates:
            private |= candidates["private_home"].astype(bool)
        blurred = blur(candidates, private, blur_m=self.privacy.blur_m)
        for column in ("newly_reached", "newly_reached_alone"):
            if column in blurred.columns:
                blurred = _hide_small(blurred, column, small_number=self.privacy.small_number)
        return blurred

    @property
    def reach(self) -> gpd.GeoDataFrame:
        """Return the reach of each place and class; it is drawn from where homes are shown."""
        return self.results.layer("reach")

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
        areas = hidden_areas(rows, "residents", small_number=small_number)
        found |= {(str(layer), str(age_group), area) for area in areas}
    return frozenset(found)


def _hidden_in_gaps(gaps: pd.DataFrame, *, small_number: int) -> Hidden:
    known = gaps[gaps["residents_75"].notna()]
    return frozenset(
        (str(layer), "75+", area)
        for layer, rows in known.groupby("layer", sort=True)
        for area in hidden_areas(rows, "residents_75", small_number=small_number)
    )


def hide_counts(table: pd.DataFrame, hidden: Hidden) -> pd.DataFrame:
    """Return the table with hidden counts empty and a column ``suppressed``."""
    suppressed = _hidden_rows(table, hidden)
    columns = [column for column in COUNTS if column in table.columns]
    shown = table.assign(**{name: table[name].mask(suppressed) for name in columns})
    shown["suppressed"] = suppressed
    return shown


def hide_gaps(gaps: pd.DataFrame, hidden: Hidden) -> pd.DataFrame:
    """Return the gaps with hidden counts empty, and with them all that is made of them."""
    shown = hide_counts(gaps, hidden)
    suppressed = shown["suppressed"].to_numpy(dtype=bool)
    # Whose residents are hidden, nothing tells in which parts they live or who walks to a stop.
    for name, words in (("split_by", ""), ("split_by_en", ""), ("is_split", False)):
        if name in gaps.columns:
            shown[name] = gaps[name].mask(suppressed, words)
    for name in ("why", "why_en"):
        few = name.replace("why", "why_few")
        if few in gaps.columns:
            shown[name] = gaps[name].mask(suppressed, gaps[few])
            shown = shown.drop(columns=few)
    others = suppressed
    for name, group in OF_ANOTHER_GROUP.items():
        if name in gaps.columns:
            also = suppressed | _is_hidden(gaps, group, hidden)
            shown[name] = gaps[name].mask(also)
            others = others | also
    if "need" in gaps.columns:
        groups = {group for said in gaps["need_of"].unique() for group in said.split(",")}
        weighed = [_is_hidden(gaps, group, hidden) for group in sorted(groups)]
        shown["need"] = gaps["need"].mask(np.logical_or.reduce([suppressed, *weighed]))
    shown["suppressed"] = others
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


def coarsen_gaps(gaps: pd.DataFrame, private: frozenset[str]) -> pd.DataFrame:
    """
    Return the gaps with distances to private homes in coarse steps and no figure in ``why``.

    Nor the climb and the steps of the way: there are few houses above so many steps.
    """
    at_home = gaps["nearest_place_id"].isin(private)
    coarse = gaps.copy()
    for place in ("nearest_place", "place_by_stop"):
        if f"{place}_id" in gaps.columns:
            rows = gaps[f"{place}_id"].isin(private)
            for column in (f"{place}_walk_m", f"{place}_straight_m"):
                coarse[column] = _coarse(gaps[column], rows, PRIVATE_STEP_M)
    coarse["nearest_place_walk_min"] = _coarse(gaps["nearest_place_walk_min"], at_home, 1.0)
    for column in ("nearest_place_climb_m", "nearest_place_steps"):
        coarse[column] = gaps[column].mask(at_home)
    # Only the reason of a unit that a walk could serve names its nearest place.
    named = at_home & (gaps["gap"] != "needs_transport")
    for column in ("why", "why_en"):
        tells = named & gaps[column].fillna("").str.contains(r"\d", regex=True)
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

"""
Protected residents: what the public view counts in place of the exact residents, made once.

A base cell is a source area (mesh, point row, row without an area) × a band of ages that overlaps no
other, or a part of the residents by itself (those living alone). Every cell is rounded
(``geo.demand.rounding``); groups that overlap are sums of protected bands. A count that the source
itself hides stays an interval, whose ends are no exact count either: nobody, and as many as the
narrowest protected group around it can have.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arrays import BoolArray, FloatArray
from geo.demand.homes import HIGH, LOW
from geo.demand.rounding import draws, rounded
from geo.errors import InvalidInputError, Sentence
from services.intake.people.residents import Residents, inhabited_parts
from services.intake.tables.ledger import Entry, SourceLedger
from services.profile import Population
from services.profile.ages import encloses, group_of

_WHOLE = 1e-9
NO_COUNCIL = ""
"""Where what lies in no council's area is counted together."""


@dataclass(frozen=True)
class Family:
    """Groups that are sums of the same bands, from the youngest band to the oldest."""

    groups: tuple[str, ...]
    """Each before those inside it. Its band is what none of these holds."""
    holds: FloatArray
    """(groups, bands) 1 where a group holds a band."""

    def bands(self, counts: FloatArray) -> FloatArray:
        """Return the bands of (rows, groups) counts."""
        return np.asarray(counts @ np.rint(np.linalg.inv(self.holds)).T)

    def sums(self, bands: FloatArray) -> FloatArray:
        """Return the groups of (rows, bands) counts."""
        return np.asarray(bands @ self.holds.T)


def families(groups: Sequence[str]) -> list[Family]:
    """
    Return the groups as families: ages inside or beside each other, and every other one alone.

    Ages that cross those of a wider group are counted by themselves too: nothing tells how many are
    in both.
    """
    aged = {group: band for group in groups if (band := group_of(group)) is not None}
    nested: list[str] = []
    for group in sorted(aged, key=lambda one: (aged[one].low, -aged[one].high)):
        if all(_is_nested(group, other) for other in nested):
            nested.append(group)
    found = [nested] if nested else []
    found += [[group] for group in groups if group not in nested]
    return [Family(tuple(family), _holds(family)) for family in found]


def _is_nested(one: str, other: str) -> bool:
    """Say whether one group is inside another, or both have nobody in common."""
    first, second = group_of(one), group_of(other)
    assert first is not None and second is not None  # noqa: S101, PT018  narrows the type only
    beside = first.high < second.low or second.high < first.low
    return beside or encloses(one, other) or encloses(other, one)


def _holds(groups: Sequence[str]) -> FloatArray:
    return np.array(
        [[float(one == other or encloses(one, other)) for other in groups] for one in groups]
    )


@dataclass(frozen=True)
class Protection:
    """How the residents of one municipality are protected."""

    key: bytes
    base: int
    council_of: Mapping[str, str]
    """Source area → the council's area that holds most of it."""

    def counts(
        self, table: pd.DataFrame, groups: Sequence[str], names: Sequence[str]
    ) -> pd.DataFrame:
        """
        Return (rows, groups) residents, protected.

        ``names`` (rows,) are the ids of the source areas, unique; a row whose id is no area's belongs
        to no council.
        """
        councils: pd.Categorical[str] = pd.Categorical(
            [self.council_of.get(name, NO_COUNCIL) for name in names]
        )
        found: dict[str, FloatArray] = {}
        for family in families(groups):
            exact = table[list(family.groups)].to_numpy(dtype=float)
            own = family.sums(self._rounded(family, family.bands(exact), names, councils))
            found.update(zip(family.groups, own.T, strict=True))
        return pd.DataFrame(found, index=table.index)[list(groups)]

    def _rounded(
        self,
        family: Family,
        bands: FloatArray,
        names: Sequence[str],
        councils: "pd.Categorical[str]",
    ) -> FloatArray:
        position = councils.codes.astype(np.int64)
        # A total keeps its draw whatever it counts: where one count changes, most others stay.
        totals = np.zeros((len(councils.categories), bands.shape[1]))

        def drawn(rows: Sequence[str], counts: FloatArray) -> FloatArray:
            cells = [[f"{row}\0{group}" for group in family.groups] for row in rows]
            return draws(self.key, cells, counts)

        return rounded(
            bands,
            position,
            base=self.base,
            cell_draws=drawn([f"area\0{name}" for name in names], bands),
            council_draws=drawn([f"council\0{one}" for one in councils.categories], totals),
            whole_draws=drawn(["whole"], np.zeros((1, bands.shape[1]))),
        )


def _is_hidden(table: pd.DataFrame, group: str) -> BoolArray:
    """Say which counts the source gives as an interval only."""
    if group + LOW not in table:
        return np.zeros(len(table), dtype=bool)
    return (table[group + LOW] < table[group + HIGH]).to_numpy(dtype=bool)


def protected_residents(exact: Residents, spec: Population, protection: Protection) -> Residents:
    """Return the residents as the public view counts them."""
    columns = exact.by_area.columns
    frames = [exact.by_area, pd.DataFrame(exact.at_points), exact.lost]
    both = pd.concat(
        [frame.reindex(columns=columns).astype(float) for frame in frames], ignore_index=True
    )
    names = [str(area) for area in exact.by_area.index]
    names += list(_unique(pd.concat([_rows(frames[1]), _rows(frames[2])])))
    told = [group for group in spec.groups if group not in spec.estimated_groups]
    counts = protection.counts(both, told, names)
    whole = _with_estimates(both, counts, spec, base=protection.base)
    first, second = len(frames[0]), len(frames[0]) + len(frames[1])
    by_area, at_points, lost = (
        frame.assign(**{name: part[name].to_numpy() for name in columns if name in frame})
        for frame, part in (
            (exact.by_area, whole.iloc[:first]),
            (exact.at_points, whole.iloc[first:second]),
            (exact.lost, whole.iloc[second:]),
        )
    )
    return replace(
        exact,
        by_area=by_area,
        cells=_parts(exact, told, protection),
        at_points=gpd.GeoDataFrame(at_points),
        unmatched={name: float(lost[name].sum()) if name in lost else 0.0 for name in columns},
        lost=lost,
    )


def _parts(exact: Residents, told: Sequence[str], protection: Protection) -> gpd.GeoDataFrame:
    """Return the areas, scattered ones cut down to the parts whose own rows are not rounded to nobody."""
    rows = exact.rows[exact.rows.geometry.notna()]
    if rows.empty:
        return exact.areas
    several = rows["area_id"].duplicated(keep=False)
    alone, beside = rows[~several], rows[several]
    names = [
        f"part\0{area}\0{x:.1f},{y:.1f}"
        for area, x, y in zip(beside["area_id"], beside.geometry.x, beside.geometry.y, strict=True)
    ]
    living = (protection.counts(beside, told, names) > 0).any(axis=1)
    # Where a row is alone it is its area: nobody is anywhere in it, or all where the row is.
    return inhabited_parts(exact.areas, gpd.GeoDataFrame(pd.concat([alone, beside[living]])))


def _rows(frame: pd.DataFrame) -> "pd.Series[str]":
    """Return the text of each row that has no area: its key and name, the same at any date."""
    return "row\0" + frame["area_key"].astype(str) + "\0" + frame["name"].astype(str)


def _unique(texts: "pd.Series[str]") -> "pd.Series[str]":
    """Return texts that differ: those of the second and further rows have a number after them."""
    again = texts.groupby(texts).cumcount()
    return texts.where(again == 0, texts + "\0" + again.astype(str))


def _with_estimates(
    exact: pd.DataFrame, counts: pd.DataFrame, spec: Population, *, base: int
) -> pd.DataFrame:
    """Return all columns: both ends of each count, and what is known as a rate of another group."""
    whole = exact.assign(**{str(group): counts[group] for group in counts})
    for group in map(str, counts):
        hidden = _is_hidden(exact, group)
        for end, outer in ((LOW, 0.0), (HIGH, _most(exact, counts, group, base=base))):
            if group + end in exact:
                whole[group + end] = np.where(hidden, outer, counts[group])
    for estimate in spec.estimate_from_rate:
        for end in ("", LOW, HIGH):
            if estimate.of + end in whole:
                share = whole[estimate.of + end] * (estimate.rate_pct / 100.0)
                whole[estimate.age_group + end] = share
    return whole


def _most(exact: pd.DataFrame, counts: pd.DataFrame, group: str, *, base: int) -> FloatArray:
    """Return (rows,) the most that a hidden count can be, as protected counts around it tell."""
    around = [
        np.where(_is_hidden(exact, other), np.inf, counts[other] + base)
        for other in map(str, counts)
        if encloses(other, group)
    ]
    if group + HIGH not in exact:
        return counts[group].to_numpy()
    most = np.minimum.reduce([np.full(len(exact), np.inf), *around])
    own = np.ceil(exact[group + HIGH] / base) * base
    return np.asarray(np.maximum(np.where(np.isfinite(most), most, own), counts[group]))


def protected_series(
    exact: pd.DataFrame, residents: Residents, protection: Protection
) -> pd.DataFrame:
    """Return the residents of other dates, protected; of the run's own date they are ``residents``."""
    if exact.empty:
        return exact
    parts = [
        _main_date(rows, residents) if bool(main) else _other_date(rows, protection)
        for (_, _, main), rows in exact.groupby(["date", "source_id", "main"], sort=False)
    ]
    return pd.concat(parts).loc[exact.index]


def _other_date(rows: pd.DataFrame, protection: Protection) -> pd.DataFrame:
    """Protect one date, with the draws of the run's own date where a count is the same."""
    keys = pd.Series("", index=rows.index, dtype=object)
    for _, alike in rows.groupby("age_group", sort=False):
        keys[alike.index] = alike["area_id"].where(alike["area_id"] != "", _unique(_rows(alike)))
    table = rows.assign(key=keys).pivot_table(
        index="key", columns="age_group", values="residents", aggfunc="sum", fill_value=0.0
    )
    groups = [str(group) for group in table]
    counts = protection.counts(table, groups, [str(key) for key in table.index])
    row, column = (
        table.index.get_indexer(pd.Index(keys)),
        table.columns.get_indexer(pd.Index(rows["age_group"])),
    )
    return _in_first_rows(rows, keys, counts.to_numpy()[row, column])


def _in_first_rows(
    rows: pd.DataFrame, keys: "pd.Series[str]", residents: FloatArray
) -> pd.DataFrame:
    """Return the rows with an area's residents in its first row, nobody in its others."""
    again = pd.DataFrame({"key": keys, "group": rows["age_group"]}).duplicated()
    return rows.assign(residents=np.where(again, 0.0, residents))


def _main_date(rows: pd.DataFrame, residents: Residents) -> pd.DataFrame:
    """Return the rows of the run's own date."""
    at_points, lost = pd.DataFrame(residents.at_points), residents.lost
    known: dict[tuple[str, str], float] = {}
    for frame, names in (
        (residents.by_area, residents.by_area.index.astype(str)),
        (at_points, _rows(at_points)),
        (lost, _rows(lost)),
    ):
        for group in (name for name in residents.by_area.columns if name in frame):
            sums = frame[group].groupby(np.asarray(names, dtype=object)).sum()
            known |= {(str(name), group): float(value) for name, value in sums.items()}
    keys = rows["area_id"].where(rows["area_id"] != "", _rows(rows))
    pairs = zip(keys, rows["age_group"], strict=True)
    return _in_first_rows(rows, keys, np.array([known.get(pair, 0.0) for pair in pairs]))


def farthest(
    exact: pd.DataFrame, protected: pd.DataFrame, groups: Sequence[str], *, by: str, base: int
) -> int:
    """
    Return how far the protected residents of an area of a layer are from the truth at most.

    ``exact`` and ``protected`` are homes, ``by`` the column of the layer's area, where no area is
    counts as none. In multiples of the base, and never less than it: which of them was where is not told.
    """
    sums = [homes[homes[by] != ""].groupby(by)[list(groups)].sum() for homes in (exact, protected)]
    difference = sums[1].sub(sums[0], fill_value=0.0).abs().to_numpy()
    most = float(difference.max(initial=0.0))
    return base * max(1, math.ceil(most / base - _WHOLE))


def note_protection(residents: Residents, base: int, *, notes: SourceLedger) -> None:
    """
    Write down how many areas hold fewer residents than the base.

    Raises
    ------
    InvalidInputError
        The whole municipality does.
    """
    most = residents.by_area.max(axis=1)
    outside = [residents.at_points, residents.lost]
    elsewhere = [frame.reindex(columns=residents.by_area.columns) for frame in outside]
    everybody = most.sum() + sum(float(frame.max(axis=1).sum()) for frame in elsewhere)
    if everybody < base:
        raise InvalidInputError(
            "privacy.rounding_base is {base}, but only {residents:g} residents live there; "
            "choose a smaller one",
            base=base,
            residents=float(everybody),
        )
    small = int(((most > 0) & (most < base)).sum())
    if small:
        notes.note(
            Entry(
                "below_rounding_base",
                Sentence(
                    "{small} areas have fewer residents than privacy.rounding_base ({base}): the "
                    "public view counts nobody or {base} there",
                    small=small,
                    base=base,
                ),
            )
        )

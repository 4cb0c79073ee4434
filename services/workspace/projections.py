"""Projections: the residents of another date at the homes of today."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.demand.homes import HIGH, LOW
from geo.errors import InvalidInputError
from services.profile.ages import followed
from services.words.names import normalise
from services.workspace.folder import Workspace
from services.workspace.series import FILE, read_series


def years(workspace: Workspace) -> list[str]:
    """Return the dates that the workspace knows residents of, as its tables write them, by name."""
    return sorted(set(read_series(workspace.file(FILE))["date"].astype(str)))


def projected(workspace: Workspace) -> list[str]:
    """Return the dates among ``years`` that are projections: neither past ones nor the run's own."""
    table = read_series(workspace.file(FILE))
    later = table[table["projection"].astype(bool) & ~table["main"].astype(bool)]
    return sorted(set(later["date"].astype(str)))


def residents_in(workspace: Workspace, year: str | int) -> pd.DataFrame:
    """
    Return the residents of another date at every home: the rows of ``demand()``, age groups as columns.

    The homes of an area are scaled to its residents of that date; where an age group has nobody
    there today, it is divided by floor area. A row for the municipality itself is shared by the
    areas that have no row of their own, in proportion to their residents of today; without such a
    row they change as the areas with a row do together. An age group that the date does not tell
    about changes as the narrowest that encloses it (single_65+ as 65+); one that none encloses is
    left out. The residents of the run's own date are those of today. ``remainder_in`` tells who has
    no home.
    """
    table = _of_date(workspace, year)
    homes = workspace.demand()
    groups = workspace.profile.population.groups
    if table["main"].any():
        return pd.DataFrame(homes[groups])
    places = _Places(workspace, homes)
    told = list(dict.fromkeys(table["age_group"]))
    source = {group: followed(group, told) for group in groups}
    return pd.DataFrame(
        {
            group: places.scaled(group, table, like=name)
            for group, name in source.items()
            if name is not None
        },
        index=homes.index,
    )


def homes_in(workspace: Workspace, year: str | int) -> gpd.GeoDataFrame:
    """
    Return ``demand()`` with the residents of another date, to be computed in its place.

    What is suppressed today says nothing of another date: there are no ``_low`` and ``_high``.
    """
    homes = workspace.demand()
    people = residents_in(workspace, year)
    if _of_date(workspace, year)["main"].any():
        return homes
    groups = workspace.profile.population.groups
    old = [group + end for group in groups for end in ("", LOW, HIGH)]
    kept = homes.drop(columns=[column for column in old if column in homes])
    return kept.assign(**{str(group): people[group] for group in people})


def remainder_in(workspace: Workspace, year: str | int) -> dict[str, float]:
    """Return the residents of a date that are on no map, by age group; of a group untold, nobody."""
    table = _of_date(workspace, year)
    places = _Places(workspace, workspace.demand())
    lost = table[places.keys(table) == ""]
    sums = lost.groupby("age_group")["residents"].sum().to_dict()
    return {group: float(sums.get(group, 0.0)) for group in workspace.profile.population.groups}


def _of_date(workspace: Workspace, year: str | int) -> pd.DataFrame:
    """Return the rows of a date; of several sources the first that tells about an age group."""
    table = read_series(workspace.file(FILE))
    dates = table["date"].astype(str).map(_plain)
    found = table[(dates == _plain(year)).to_numpy()]
    if found.empty:
        raise _unknown(year, years(workspace))
    first = found.groupby("age_group")["source_id"].transform("first")
    return found[(found["source_id"] == first).to_numpy()]


def _plain(date: str | int) -> str:
    return normalise(date).removesuffix("年").removesuffix("年度")


def _unknown(year: str | int, there: Iterable[str]) -> InvalidInputError:
    listing = list(there)
    if not listing:
        return InvalidInputError(
            "there are no residents of {year}: the profile names no other date; add a "
            "[[population_series]] and build the workspace again",
            year=year,
        )
    return InvalidInputError(
        "there are no residents of {year}; the years are {listing}",
        year=year,
        listing=list(listing),
    )


class _Places:
    """The homes by the area or the point that the table of residents knows them by."""

    def __init__(self, workspace: Workspace, homes: pd.DataFrame) -> None:
        self.homes = homes
        self.key = homes["source_area_id"].to_numpy(dtype=object)
        self.share = homes["home_share"].to_numpy(dtype=float)
        town = workspace.profile.municipality
        names = (town.jis_code, town.name, town.prefecture + town.name)
        self.whole = {normalise(name) for name in names}
        self.there = set(self.key.tolist())
        self.groups = workspace.profile.population.groups

    def keys(self, table: pd.DataFrame) -> np.ndarray:
        """Return what each row is about: a key of homes, ``*`` for the municipality, '' for neither."""
        found = []
        for area, key, name in zip(table["area_id"], table["area_key"], table["name"], strict=True):
            own = next((text for text in (area, key) if text and text in self.there), "")
            is_whole = {normalise(key), normalise(name)} & self.whole
            found.append(own or ("*" if is_whole else ""))
        return np.array(found, dtype=object)

    def scaled(self, group: str, table: pd.DataFrame, *, like: str) -> np.ndarray:
        """Return an age group's residents at every home, as the rows of ``like`` change them."""
        rows = table[(table["age_group"] == like).to_numpy()]
        now = self._sums(group)
        base = now if group == like else self._sums(like)
        then = rows["residents"].groupby(self.keys(rows)).sum()
        target = self._targets(base, then)
        if group != like:
            # Its own residents change as those around it do; where there were none, nothing is known.
            target = now * _ratio(target, base)
        at_home = self.homes[group].to_numpy(dtype=float)
        had = now.reindex(self.key).to_numpy(dtype=float)
        wanted = target.reindex(self.key).to_numpy(dtype=float)
        part = np.divide(at_home, had, out=self.share.copy(), where=had > 0)
        return np.asarray(wanted * part)

    def _sums(self, group: str) -> pd.Series:
        return self.homes[group].astype(float).groupby(self.key).sum()

    def _targets(self, now: pd.Series, then: pd.Series) -> pd.Series:
        """Return the residents that every area has on the date: of its row, else as the others."""
        own = then.drop(["*", ""], errors="ignore")
        rest = now.drop(own.index)
        if "*" in then:
            left = max(float(then["*"]) - float(own.sum()), 0.0)
            if rest.sum() == 0:
                # Where nobody of the group lives today, it follows everybody.
                rest = self._everybody().drop(own.index)
            factor = left / float(rest.sum()) if rest.sum() > 0 else 0.0
        else:
            before = float(now.reindex(own.index).sum())
            factor = float(own.sum()) / before if before > 0 else 1.0
        targets: pd.Series = pd.concat([own, rest * factor]).reindex(now.index)
        return targets

    def _everybody(self) -> pd.Series:
        """Return the residents of every area in the age group that counts most."""
        return max((self._sums(group) for group in self.groups), key=lambda sums: float(sums.sum()))


def _ratio(then: pd.Series, now: pd.Series) -> pd.Series:
    """Return then / now; where there was nobody nothing changes."""
    return then.div(now.where(now > 0)).fillna(1.0)

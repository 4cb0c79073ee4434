"""
What if: the figures of one layer after places open, close, move or meet more or less often.

An edit is tried on the places that are counted; groups at one hall are judged together, as
``services.situation.places`` does. Nothing is stored, and the registry never changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas.location import locate
from geo.arrays import FloatArray
from geo.coverage.reached import COUNTS, TIMES
from geo.coverage.whatif import Asked, Homes, Sites
from geo.coverage.whatif import EditableCoverage as Engine
from geo.errors import InvalidInputError, NotFoundError
from geo.schedule.hours import met_at_halls
from geo.schedule.typed import Schedule, combine, frequency_class, least_schedule, parse_schedule
from geo.vocabulary import FREQUENCIES, rank
from geo.walking.doors import Doors
from services.registry.seen import seen_venues
from services.situation.naming import named, unlocated
from services.situation.view import Situation
from services.words.texts import text
from services.words.vocabulary import TrialAction

XY = tuple[float, float]

SHARES = {"coverage_pct": "reached", "circle_coverage_pct": "circle_reached"}
FIGURES = (*COUNTS, *SHARES, "places_n", *TIMES)
"""Each stands three times in the table: before, ``…_after`` and ``…_difference``."""
_PARTS = ("", "_after", "_difference")


@dataclass(frozen=True)
class Trial:
    """
    One thing that is tried.

    ``place_id`` names a counted place; ``venue_id`` or ``xy`` (plane CRS) says where one opens or
    moves to; ``frequency`` is a class or a schedule as cities type it.
    """

    action: TrialAction
    place_id: str = ""
    venue_id: str = ""
    xy: XY | None = None
    frequency: str = ""


@dataclass(frozen=True)
class Outcome:
    """
    What edits change.

    ``areas`` has the rows of the coverage table of the layer, each figure before, after and as a
    difference, with the residents that ``gained`` a place within the limit and that ``lost`` it;
    ``whole`` the same of all areas and the remainder together, those without a known home left out.
    ``places_n`` is how many places there are then.
    """

    areas: pd.DataFrame
    whole: pd.DataFrame
    places_n: int


@dataclass(frozen=True)
class _Group:
    """
    A group that meets: ``site`` is its position among the places there are, -1 for a new spot.

    ``met`` says when, as ``geo.schedule.hours`` does, where a street has hours.
    """

    place_id: str
    venue_id: str
    schedule: Schedule
    site: int
    xy: XY
    met: str = ""


class WhatIf:
    """One layer and the main walking profile of a situation, ready for edits."""

    def __init__(self, situation: Situation, layer: str) -> None:
        self.situation = situation
        known = [one.id for one in situation.profile.layers]
        if layer not in known:
            names = ", ".join(known)
            raise NotFoundError(
                "there is no layer {layer!r}; there are {names}", layer=layer, names=names
            )
        self.layer = situation.profile.layer(layer)

    @cached_property
    def engine(self) -> Engine:
        """Return the figures that every edit starts from."""
        situation, layering = self.situation, self.situation.layering(self.layer.id)
        walking = situation.walking
        homes = Homes(
            walking.m.homes,
            walking.s.homes,
            shapely.get_coordinates(situation.homes.geometry.to_numpy()),
            layering.home_area,
            situation.residents,
        )
        sites = Sites(
            walking.m.places,
            walking.s.places,
            shapely.get_coordinates(situation.counted.geometry.to_numpy()),
            layering.place_area,
            _ranks(situation.counted["venue_frequency"]),
        )
        limits, speed = situation.parameters.limits, walking.walker.speed_m_per_min
        return Engine.of(Asked(homes, len(layering.areas), limits, speed), sites)

    def open(self, where: XY | str, frequency: str) -> Outcome:
        """Open a place at a point (plane CRS) or in a venue."""
        if isinstance(where, str):
            return self.edited([Trial("open", venue_id=where, frequency=frequency)])
        return self.edited([Trial("open", xy=where, frequency=frequency)])

    def close(self, place_id: str) -> Outcome:
        """Close a place; the other groups of its hall go on."""
        return self.edited([Trial("close", place_id)])

    def move(self, place_id: str, xy: XY) -> Outcome:
        """Let a place meet somewhere else (plane CRS), as often as it does."""
        return self.edited([Trial("move", place_id, xy=xy)])

    def change(self, place_id: str, frequency: str) -> Outcome:
        """Let a place meet more or less often."""
        return self.edited([Trial("change", place_id, frequency=frequency)])

    def edited(self, edits: Sequence[Trial]) -> Outcome:
        """Return what some edits change together, one tried after the other."""
        groups = list(self._groups)
        for number, edit in enumerate(edits, start=1):
            groups = list(self._tried(groups, edit, number))
        groups = self._met(groups)
        rank = self._venue_ranks(groups)
        sites = self.engine.sites
        stay = np.full(len(self._groups), -1, dtype=np.int64)
        come, again = [], []
        for group in groups:
            if group.site < 0:
                come.append(group)
            elif sites.m.met[group.site] != group.met:
                again.append(group)
            else:
                stay[group.site] = rank.get(group.venue_id, int(sites.rank[group.site]))
        opened = [self._sites(come, [rank[group.venue_id] for group in come])] if come else []
        if again:
            rows = np.array([group.site for group in again], dtype=np.int64)
            ranks = np.array([rank[group.venue_id] for group in again], dtype=np.int64)
            met = np.array([group.met for group in again], dtype=object)
            opened.append(sites.meeting_at(rows, met, ranks))
        more = reduce(Sites.and_more, opened) if opened else None
        return self._outcome(self.engine.edited(stay, more), len(groups))

    def _met(self, groups: Sequence[_Group]) -> list[_Group]:
        """Return the groups with when they meet, where a street has hours."""
        if not self.situation.network.hours:
            return list(groups)
        schedules, halls = (
            [getattr(one, name) for one in groups] for name in ("schedule", "venue_id")
        )
        now = met_at_halls(schedules, halls)
        return [replace(one, met=met) for one, met in zip(groups, now, strict=True)]

    def _class(self, *schedules: Schedule) -> str:
        """Return the class of what some groups offer together."""
        return frequency_class(combine(schedules), permanent_min_days_per_week=self._days)

    @cached_property
    def _groups(self) -> tuple[_Group, ...]:
        counted = self.situation.counted
        xy = shapely.get_coordinates(counted.geometry.to_numpy())
        return tuple(
            _Group(str(place), str(venue), parse_schedule(text), site, (float(x), float(y)))
            for site, (place, venue, text, (x, y)) in enumerate(
                zip(
                    counted["place_id"],
                    counted["venue_id"],
                    counted["schedule_text"],
                    xy,
                    strict=True,
                )
            )
        )

    @cached_property
    def _days(self) -> int:
        return self.situation.profile.frequency.permanent_min_days_per_week

    @cached_property
    def _venues(self) -> dict[str, XY]:
        """Return where the listed venues are that have a position."""
        venues = seen_venues(self.situation.workspace)
        located = ~(venues.geometry.isna() | venues.geometry.is_empty)
        xy = shapely.get_coordinates(venues.geometry.to_numpy()[located])
        names = venues.loc[located, "venue_id"]
        return {str(venue): (float(x), float(y)) for venue, (x, y) in zip(names, xy, strict=True)}

    def _tried(self, groups: list[_Group], edit: Trial, number: int) -> Iterator[_Group]:
        """Yield the groups after one edit."""
        if edit.action == "open":
            venue_id, xy = self._spot(groups, edit, number)
            schedule = self._schedule(edit.frequency)
            yield from groups
            yield _Group(f"whatif-{number}", venue_id, schedule, -1, xy)
            return
        asked = self._found(groups, edit.place_id)
        for group in groups:
            if group is not asked:
                yield group
            elif edit.action == "move":
                venue_id, xy = self._spot(groups, edit, number)
                yield replace(group, venue_id=venue_id, site=-1, xy=xy)
            elif edit.action == "change":
                yield replace(group, schedule=self._schedule(edit.frequency))

    def _found(self, groups: Iterable[_Group], place_id: str) -> _Group:
        found = next((group for group in groups if group.place_id == place_id), None)
        if found is not None:
            return found
        places = self.situation.places
        row = places[places["place_id"] == place_id]
        if row.empty or place_id in set(self.situation.counted["place_id"]):
            raise NotFoundError(
                "there is no place {place_id!r} to change; see the collection places",
                place_id=place_id,
            )
        why = row["not_counted"].iloc[0] or "no position"
        raise InvalidInputError(
            "the place {place_id!r} does not count ({why}): leaving it changes nothing; "
            "open one there",
            place_id=place_id,
            why=why,
        )

    def _spot(self, groups: Iterable[_Group], edit: Trial, number: int) -> tuple[str, XY]:
        """Return the hall and the position of a place that opens or moves."""
        if edit.xy is not None:
            return f"whatif-venue-{number}", edit.xy
        known = {group.venue_id: group.xy for group in groups}
        xy = known.get(edit.venue_id) or self._venues.get(edit.venue_id)
        if xy is None:
            raise NotFoundError(
                "there is no venue {venue_id!r} with a position; give a venue_id or a point",
                venue_id=edit.venue_id,
            )
        return edit.venue_id, xy

    def _schedule(self, frequency: str) -> Schedule:
        """Read a class, as the least that makes it, or a schedule as it is typed."""
        known = frequency in FREQUENCIES
        schedule = parse_schedule(least_schedule(frequency) if known else frequency)
        if not schedule.rules:
            names = ", ".join(FREQUENCIES)
            raise InvalidInputError(
                "frequency={frequency!r} is neither one of {names} nor a schedule like {example}",
                frequency=frequency,
                names=names,
                example=text("example.days", "ja"),
            )
        return schedule

    def _venue_ranks(self, groups: Sequence[_Group]) -> dict[str, int]:
        """Return, of the halls whose groups are others now, the rank of what they offer together."""
        now, then = ({id(group) for group in some} for some in (groups, self._groups))
        others = now ^ then
        touched = {one.venue_id for one in (*groups, *self._groups) if id(one) in others}
        together: dict[str, list[Schedule]] = {venue: [] for venue in touched}
        for group in groups:
            if group.venue_id in touched:
                together[group.venue_id].append(group.schedule)
        return {venue: rank(self._class(*found)) for venue, found in together.items()}

    def _sites(self, groups: Sequence[_Group], rank: Sequence[int]) -> Sites:
        """Put new spots on the streets."""
        xy = np.array([group.xy for group in groups], dtype=np.float64)
        self._require_inside(xy)
        points = gpd.GeoDataFrame(
            geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=self.situation.areas.crs
        )
        snaps = self.situation.snap(points).assign(met=[group.met for group in groups])
        for group, reason in zip(groups, snaps["reason"], strict=True):
            if reason:
                limit_m = self.situation.profile.streets.snap_limit_m
                raise InvalidInputError(
                    "the spot of {place_id!r} joins no street within {limit_m:g} m ({reason}); "
                    "choose one nearer to a street",
                    place_id=group.place_id,
                    limit_m=limit_m,
                    reason=reason,
                )
        walking = self.situation.walking
        return Sites(
            Doors.of(snaps, walking.m.measure),
            Doors.of(snaps, walking.s.measure),
            xy,
            locate(xy, self._areas),
            np.array(rank, dtype=np.int64),
        )

    @cached_property
    def _areas(self) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(self.situation.layering(self.layer.id).areas)

    @cached_property
    def _municipality(self) -> gpd.GeoDataFrame:
        kinds = {one.id for one in self.situation.profile.layers if one.kind == "municipality"}
        areas = self.situation.areas
        return areas[areas["layer"].isin(kinds)].reset_index(drop=True)

    def _require_inside(self, xy: FloatArray) -> None:
        whole = self._municipality
        if len(whole) and (locate(xy, whole) < 0).any():
            raise InvalidInputError("a spot is outside the municipality; choose one inside")

    @cached_property
    def _before(self) -> pd.DataFrame:
        """Return the rows of the coverage collection, with the figures that there are now."""
        layering = self.situation.layering(self.layer.id)
        frame = named(self.engine.table(), self.situation, self.layer, layering)
        frame = frame.drop(columns=["approximate", "draft", "residents_estimated"])
        frame["residents"] += unlocated(frame, self.situation)
        frame["profile"] = self.situation.walking.profile.id
        counts = {count: frame[count].to_numpy() for count in SHARES.values()}
        return frame.assign(**_shares(counts, frame["residents"].to_numpy()))

    @cached_property
    def _figures(self) -> dict[str, FloatArray]:
        return {name: self._before[name].to_numpy() for name in ("residents", *FIGURES)}

    def _outcome(self, after: Engine, places_n: int) -> Outcome:
        was, now = self._figures, after.columns()
        now |= _shares(now, was["residents"])
        columns = after.moved()
        for name in FIGURES:
            columns[f"{name}_after"], columns[f"{name}_difference"] = (
                now[name],
                now[name] - was[name],
            )
        areas = pd.concat([self._before, pd.DataFrame(columns)], axis=1)
        return Outcome(areas, self._whole({**was, **columns}), places_n)

    def _whole(self, columns: Mapping[str, FloatArray]) -> pd.DataFrame:
        """Sum all areas and the remainder: block by block of the table, residents as in the homes."""
        size = self.engine.asked.areas_n + 1
        residents = self.engine.asked.everybody.sum(axis=0)
        summed = ["gained", "lost"]
        summed += [f"{name}{part}" for name in COUNTS for part in _PARTS]
        sums = {name: columns[name].reshape(-1, size).sum(axis=1) for name in summed}
        residents = np.tile(residents, len(sums["gained"]) // residents.size)
        people = np.where(residents > 0, residents, np.nan)
        for share, count in SHARES.items():
            sums |= {f"{share}{part}": 100.0 * sums[f"{count}{part}"] / people for part in _PARTS}
        return pd.concat([self._keys, pd.DataFrame({"residents": residents, **sums})], axis=1)

    @cached_property
    def _keys(self) -> pd.DataFrame:
        """Return what the rows of the whole are about."""
        keys = ["frequency", "age_group", "walk_limit_m", "walk_limit_min", "profile"]
        size = self.engine.asked.areas_n + 1
        return self._before.iloc[::size][keys].reset_index(drop=True)


def _shares(figures: Mapping[str, np.ndarray], residents: FloatArray) -> dict[str, FloatArray]:
    whole = np.where(residents > 0, residents, np.nan)
    return {share: 100.0 * figures[count] / whole for share, count in SHARES.items()}


def _ranks(frequency: pd.Series) -> np.ndarray:
    return np.array([rank(str(name)) for name in frequency], dtype=np.int64)

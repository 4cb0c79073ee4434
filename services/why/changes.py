"""What would have to change for a point to be reached: a limit, a schedule, a walker, a path."""

from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import shapely

from geo.arrays import FloatArray, IntArray
from geo.coverage.reached import Limit, at_least
from geo.ground.obstacles import HARD
from geo.schedule.calendar import is_weekly
from geo.walking.doors import Doors
from geo.walking.links import Starts, StraightLink, best_link, pieces_of, shortest_link
from geo.walking.reach import nearest
from geo.walking.route import walks_from
from geo.walking.snapping import ISOLATED, TOO_FAR
from services.situation.walking import Unit, Walking
from services.why.ground import Ground, Spot, holds

PATH_M = 100.0
"""The longest missing path that is looked for, and how far off the dead ends that it may begin at."""

FAR_LEG_M = 1000.0
"""A longer straight leg leads over land, or sea, of which the streets tell nothing."""

MOST_NEAR = 10
MOST_TOGETHER = 3
FORTNIGHTLY = 2
"""Weeks a month of a group that meets every other week."""
KNOWN_BITS_N = 48
KNOWN_WEEKS = (1 << KNOWN_BITS_N) - 1
"""The bits of a week mask that name weeks."""


@dataclass(frozen=True)
class Near:
    """A place and the walk to it; ``stopped`` says why it does not count."""

    place_id: str
    name: str
    frequency: str
    schedule_text: str
    schedule_assumed: bool
    approximate: bool
    walk_m: float
    walk_s: float
    stopped: str = ""
    days_unknown: bool = False
    """Nobody knows when it meets: it may count already."""


@dataclass(frozen=True)
class ByWalker:
    """The same question for another walking profile."""

    profile: str
    label: str
    label_en: str
    walk_m: float | None
    walk_s: float | None
    within_limit: bool


@dataclass(frozen=True)
class Shortcut:
    """
    A straight path that is not there.

    It begins at the point itself (``point``), where it joins the street (``street``) or at a dead end
    (``dead_end``). ``enough``: with it a place would be within the limit.
    """

    enough: bool
    begins: str
    from_street: str
    to_street: str
    path_m: float
    walk_m: float | None
    walk_s: float | None
    saved_m: float | None
    saved_s: float | None
    line: shapely.LineString


@dataclass(frozen=True)
class FarLeg:
    """A point too far from the streets: the walk if its leg were walked all the same."""

    leg_m: float
    walk_m: float
    walk_s: float
    within_limit: bool


@dataclass(frozen=True)
class Changes:
    """
    What would do, each found by itself.

    ``needed_m, needed_min`` are the least limits at which a place is within reach. ``near`` are the
    places within the limit that meet too seldom, the nearest first; ``together`` those of them that
    make a weekly offer in turn, ``alternating`` two that would if they took turns.
    """

    needed_m: float | None
    needed_min: float | None
    walkers: list[ByWalker]
    near: list[Near] = field(default_factory=list)
    together: list[str] = field(default_factory=list)
    alternating: list[str] = field(default_factory=list)
    stopped: list[Near] = field(default_factory=list)
    path: Shortcut | None = None
    far_leg: FarLeg | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; the path's line is drawn elsewhere."""
        plain = asdict(self)
        if plain["path"] is not None:
            plain["path"].pop("line")
        return plain


def changes_of(
    ground: Ground, spot: Spot, walking: Walking, limit: Limit, frequency: str
) -> Changes:
    """Return what would bring a place of a frequency within the limit of a point."""
    counts = ground.counts(frequency)
    (_, walk_m), (_, walk_s) = spot.walks(walking.m), spot.walks(walking.s)
    within = limit.holds(walk_m, walk_s)
    rows = np.flatnonzero(within & ground.places["counts"].to_numpy(dtype=bool))
    rows = rows[np.lexsort((rows, walk_m[rows]))]
    stopped = np.flatnonzero(within & ~ground.places["counts"].to_numpy(dtype=bool))
    stopped = stopped[np.isin(stopped, np.flatnonzero(_often(ground, frequency)))]
    stopped = stopped[np.lexsort((stopped, walk_m[stopped]))]
    in_turn, in_turns = ([], []) if frequency != "weekly" else _together(ground, rows)
    return Changes(
        needed_m=_finite(_least(spot, walking.m, counts)),
        needed_min=_finite(_least(spot, walking.s, counts) / 60.0),
        walkers=_walkers(ground, spot, limit, counts),
        near=[_near(ground, row, walk_m, walk_s) for row in rows[:MOST_NEAR].tolist()],
        together=in_turn,
        alternating=in_turns,
        stopped=[_near(ground, row, walk_m, walk_s) for row in stopped[:MOST_NEAR].tolist()],
        path=_path(ground, spot, walking, limit, counts),
        far_leg=_far_leg(ground, spot, walking, limit, counts),
    )


def _least(spot: Spot, unit: Unit, counts: np.ndarray) -> float:
    """Return the walk to the nearest of some places, infinite without one."""
    _, walk = spot.walks(unit)
    return float(walk[counts].min(initial=np.inf))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _often(ground: Ground, frequency: str) -> np.ndarray:
    """Return (places,) which would count for a frequency by their own schedule."""
    return at_least(ground.places["frequency"], frequency)


def _near(ground: Ground, row: int, walk_m: FloatArray, walk_s: FloatArray) -> Near:
    place = ground.places.iloc[row]
    return Near(
        place_id=str(place["place_id"]),
        name=str(place["name"]),
        frequency=str(place["venue_frequency"] or place["frequency"]),
        schedule_text=str(place["schedule_text"]),
        schedule_assumed=bool(place["schedule_assumed"]),
        approximate=bool(place["approximate"]),
        walk_m=float(walk_m[row]),
        walk_s=float(walk_s[row]),
        stopped=str(place["not_counted"]),
        days_unknown=bool(place["days_unknown"]),
    )


def _walkers(ground: Ground, spot: Spot, limit: Limit, counts: np.ndarray) -> list[ByWalker]:
    found = []
    for profile in ground.situation.parameters.walkings:
        walking = ground.walking(profile.id)
        walk_m = _least(spot, walking.m, counts)
        walk_s = _least(spot, walking.s, counts)
        inside = holds(limit, walk_m, walk_s)
        told = (profile.id, profile.label, profile.label_en, _finite(walk_m), _finite(walk_s))
        found.append(ByWalker(*told, inside))
    return found


def _together(ground: Ground, rows: IntArray) -> tuple[list[str], list[str]]:
    """Return the names of places that are weekly in turn, and of two that could be."""
    masks = ground.places["weeks_mask"].to_numpy(dtype=np.int64)
    names = ground.places["name"].astype(str)
    halls = ground.places["venue_id"].astype(str)
    if is_weekly(np.array([np.bitwise_or.reduce(masks[rows])]))[0]:
        for size in range(2, MOST_TOGETHER + 1):
            for some in combinations(rows.tolist(), size):
                if is_weekly(np.array([np.bitwise_or.reduce(masks[list(some)])]))[0]:
                    return [names.iloc[row] for row in some], []
        return [names.iloc[row] for row in rows.tolist()], []
    often = ground.places["sessions_per_month"].to_numpy(dtype=float)
    fortnightly = [
        row
        for row in rows.tolist()
        if _weeks_a_month(masks[row]) >= FORTNIGHTLY
        or (not masks[row] & KNOWN_WEEKS and often[row] >= FORTNIGHTLY)
    ]
    for one, other in combinations(fortnightly, 2):
        if halls.iloc[one] != halls.iloc[other]:
            return [], [names.iloc[one], names.iloc[other]]
    return [], []


def _weeks_a_month(mask: int) -> int:
    """Return in how many known weeks a group meets in the month that it meets in least."""
    return min(int(mask >> shift & 0b1111).bit_count() for shift in range(0, KNOWN_BITS_N, 4))


def _far_leg(
    ground: Ground, spot: Spot, walking: Walking, limit: Limit, counts: np.ndarray
) -> FarLeg | None:
    # What lies or was drawn across the leg is there however long a leg may be.
    if spot.snap["reason"].iloc[0] not in (TOO_FAR, ISOLATED):
        return None
    snap = ground.nearby.snap_anyway(spot.xy)
    if snap["edge"].iloc[0] < 0 or not snap["snap_m"].iloc[0] <= FAR_LEG_M:
        return None
    obstacles = ground.situation.workspace.obstacles
    if obstacles.crossed(spot.xy[None, :], snap[["x", "y"]].to_numpy(dtype=float))[0] == HARD:
        return None
    anyway = Spot(spot.xy, snap)
    walk_m = _least(anyway, walking.m, counts)
    walk_s = _least(anyway, walking.s, counts)
    if not np.isfinite(walk_m):
        return None
    leg_m = float(snap["snap_m"].iloc[0])
    return FarLeg(leg_m, walk_m, walk_s, holds(limit, walk_m, walk_s))


class _Paths:
    """Where a missing path may begin and lead, in one unit."""

    def __init__(self, ground: Ground, spot: Spot, unit: Unit, counts: np.ndarray) -> None:
        self.unit, self._ground, self._spot = unit, ground, spot
        network, measure = ground.network, unit.measure
        home = Doors.of(spot.snap, measure)
        to_node, _ = spot.walks(unit)
        self.now = _least(spot, unit, counts)
        self.places = unit.places[np.flatnonzero(counts)]
        around = ground.nearby.edges(shapely.Point(spot.xy), 2 * PATH_M)
        ends = np.unique(np.concatenate([network.edge_u[around], network.edge_v[around]]))
        apart_m = np.hypot(*(network.node_xy[ends] - spot.xy).T)
        dead = ends[(apart_m <= PATH_M) & (ground.ends_at_node[ends] == 1)]
        dead = dead[np.isfinite(to_node[dead])]
        self.starts = self._starts(home, around, dead, to_node)
        usable = around[ground.situation.usable[around]]
        nobody = Doors.of(spot.snap.iloc[:0], measure)
        # A path that leads to a longer walk than today's saves nothing.
        walk_on = nearest(network, self.places, nobody, by=measure, limit=self.now).node_walk
        self.pieces = pieces_of(measure, usable, walk_on, self.places)

    def _starts(self, home: Doors, around: IntArray, dead: IntArray, to_node: FloatArray) -> Starts:
        network, snap, edge = self._ground.network, self._spot.snap, int(home.edge[0])
        name = network.edges["name"].to_numpy()
        xy = [self._spot.xy[None, :]]
        cost, own, self.begins, self.streets = [0.0], [edge], ["point"], [""]
        if edge >= 0:
            xy.append(snap[["x", "y"]].to_numpy(dtype=float))
            cost.append(float(home.leg[0]))
            own.append(edge)
            self.begins.append("street")
            self.streets.append(str(name[edge]))
        for node in dead.tolist():
            ends = (network.edge_u[around] == node) | (network.edge_v[around] == node)
            at = int(around[np.flatnonzero(ends)[0]])
            xy.append(network.node_xy[[node]])
            cost.append(float(to_node[node]))
            own.append(at)
            self.begins.append("dead_end")
            self.streets.append(str(name[at]))
        return Starts(np.concatenate(xy), np.array(cost), np.array(own, dtype=np.int64))

    def enough(self, most: float) -> StraightLink | None:
        """Return the shortest path that makes a walk of at most ``most``."""
        leg_per_m = self.unit.measure.leg_per_m
        return shortest_link(
            self.starts, self.pieces, leg_per_m=leg_per_m, longest_m=PATH_M, enough=most
        )

    def best(self) -> StraightLink | None:
        """Return the path that makes the shortest walk."""
        leg_per_m = self.unit.measure.leg_per_m
        return best_link(self.starts, self.pieces, leg_per_m=leg_per_m, longest_m=PATH_M)

    def walk(self, link: StraightLink) -> float:
        """Return the walk over a path that was found in any unit."""
        row = self._spot.snap.assign(edge=link.edge, offset_m=link.offset_m, snap_m=link.path_m)
        door = Doors.of(row, self.unit.measure)
        _, walk = walks_from(door, self.places, limit=self.now)
        return float(self.starts.cost[link.start] + walk.min(initial=np.inf))


def _path(
    ground: Ground, spot: Spot, walking: Walking, limit: Limit, counts: np.ndarray
) -> Shortcut | None:
    """Return the shortest missing path that is enough, else the one that saves most."""
    by_m = _Paths(ground, spot, walking.m, counts)
    by_s = _Paths(ground, spot, walking.s, counts)
    asked = [(by_m, limit.m)] if limit.m is not None else []
    asked += [(by_s, 60.0 * limit.minutes)] if limit.minutes is not None else []
    links = [link for paths, most in asked if (link := paths.enough(most)) is not None]
    links = [link for link in links if holds(limit, by_m.walk(link), by_s.walk(link))]
    chosen = min(links, key=lambda link: link.path_m, default=None) or asked[0][0].best()
    if chosen is None:
        return None
    walk_m, walk_s = by_m.walk(chosen), by_s.walk(chosen)
    saved = asked[0][0].now - asked[0][0].walk(chosen)
    if not links and not saved > 0:
        return None
    start = by_m.starts.xy[chosen.start]
    return Shortcut(
        enough=bool(links),
        begins=by_m.begins[chosen.start],
        from_street=by_m.streets[chosen.start],
        to_street=str(ground.network.edges["name"].iloc[chosen.edge]),
        path_m=chosen.path_m,
        walk_m=_finite(walk_m),
        walk_s=_finite(walk_s),
        saved_m=_finite(by_m.now - walk_m),
        saved_s=_finite(by_s.now - walk_s),
        line=shapely.LineString([start, chosen.xy]),
    )

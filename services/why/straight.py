"""What lies on the straight line from a point to a place: barriers, breaks, land without streets."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.walking.measure import Measure
from geo.walking.reach import nearest
from geo.walking.straight import Break, Line, crossed_streets, far_stretches, widest_break
from services.situation.walking import Walking
from services.why.ground import Ground, Spot

NO_STREET_M = 30.0
"""A point of the line farther than this from any street has none to speak of."""

GAP_WORTH_SAYING_M = 30.0
"""A shorter stretch without a street is the inside of a block."""

BREAK_WORTH_SAYING_M = 100.0
"""Metres round beyond the straight ones; less is the way round a block."""


@dataclass(frozen=True)
class OnTheLine:
    """One thing on the line: from where, how long, how many metres round, between which streets."""

    kind: str
    from_m: float
    length_m: float
    around_m: float | None = None
    name: str = ""
    streets: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Straight:
    """The straight line and what is on it, in order; ``walk_m`` is the shortest walk."""

    line: Line
    walk_m: float
    found: list[OnTheLine]

    @property
    def detour(self) -> float | None:
        """Return how many times as long the walk is; None without a straight distance."""
        return self.walk_m / self.line.length_m if self.line.length_m > 0 else None


def straight_of(ground: Ground, spot: Spot, walking: Walking, place: int) -> Straight:
    """Return the straight line to a place that can be walked to, with what is worth saying of it."""
    line = Line(spot.xy, ground.place_xy(place))
    measure = walking.m.measure
    drawn = piece(line, 0.0, line.length_m)
    edges = ground.nearby.edges(drawn, NO_STREET_M)
    edges = edges[measure.open[edges]]
    stretches = far_stretches(line, ground.network, edges, apart_m=NO_STREET_M)
    found = [OnTheLine("no_street", first, last - first) for first, last in stretches]
    found = [each for each in found if each.length_m >= GAP_WORTH_SAYING_M]
    walk_m, broken = _break(ground, spot, measure, place, line)
    found += [broken] if broken is not None else []
    found += [
        OnTheLine("barrier", line.length_m * share, 0.0, name=name)
        for name, shape in ground.barriers.items()
        for share in _crossings(drawn, shape)
    ]
    return Straight(line, walk_m, sorted(found, key=lambda each: (each.from_m, each.kind)))


def _break(
    ground: Ground, spot: Spot, measure: Measure, place: int, line: Line
) -> tuple[float, OnTheLine | None]:
    """Return the walk from the point, and where the line gains most over the streets."""
    network = ground.network
    edges = ground.nearby.edges(piece(line, 0.0, line.length_m), 0.0)
    # One passes below a bridge and above a tunnel without meeting them.
    edges = edges[measure.open[edges] & ~network.off_ground[edges]]
    crossed = crossed_streets(line, network, edges)
    stop = ground.snaps.iloc[[place]]
    points = pd.concat([spot.snap, crossed], ignore_index=True)[["edge", "offset_m", "snap_m"]]
    walk_m = nearest(network, stop, points, by=measure, limit=_farthest(line)).home_walk
    if not np.isfinite(walk_m[0]):
        walk_m = nearest(network, stop, points, by=measure).home_walk
    widest = widest_break(line, crossed["along_m"].to_numpy(), walk_m[1:], float(walk_m[0]))
    if widest is None or widest.around_m - (widest.to_m - widest.from_m) < BREAK_WORTH_SAYING_M:
        return float(walk_m[0]), None
    names = [str(name) for name in network.edges["name"].to_numpy()[crossed["edge"].to_numpy()]]
    told = OnTheLine(
        "break",
        widest.from_m,
        widest.to_m - widest.from_m,
        around_m=widest.around_m,
        streets=_streets(widest, names),
    )
    return float(walk_m[0]), told


def _farthest(line: Line) -> float:
    """Return how far is looked first: few walks are longer, and a short search is a quick one."""
    return 5.0 * line.length_m + 1000.0


def _streets(widest: Break, names: list[str]) -> tuple[str, str]:
    named = ["", *names, ""]
    return named[widest.first + 1], named[widest.last + 1]


def _crossings(drawn: shapely.LineString, shape: shapely.Geometry) -> list[float]:
    """Return where a line meets a barrier, as shares of its length; an area where it is entered."""
    if drawn.length == 0:
        return []
    met = shapely.get_parts(shapely.intersection(drawn, shape))
    firsts = [shapely.get_coordinates(part)[0] for part in met if not part.is_empty]
    return sorted({float(drawn.project(shapely.Point(xy), normalized=True)) for xy in firsts})


def piece(line: Line, from_m: float, to_m: float) -> shapely.LineString:
    """Return a part of the line."""
    return shapely.LineString([line.at(from_m), line.at(to_m)])

"""Where streets pass the river and the railway: bridges, level crossings, underpasses, stairs."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon

from services.modeltown.arterials import NO_FOOT
from services.modeltown.kinds import KINDS, Stretch
from services.modeltown.landscape import River
from services.modeltown.linework import parts, piece
from services.modeltown.plan import TownPlan
from services.modeltown.railway import Railway

BRIDGE = (("bridge", "yes"), ("layer", "1"))
TUNNEL = (("tunnel", "yes"), ("layer", "-1"))
STRAIGHT = 1.7
"""A passage longer than this many widths runs along the barrier, not across it."""
CLEAR_M = 220.0


@dataclass(frozen=True)
class Passage:
    """A main road's way across a barrier, from edge to edge."""

    stretch: Stretch
    along_m: float


def passages(
    roads: list[Stretch], barrier: shapely.Geometry, line: LineString, *, width_m: float
) -> list[Passage]:
    """Return where roads run straight across one line, in order along it."""
    found = []
    for road in roads:
        for part in parts(road.line.intersection(barrier)):
            meets = part.intersection(line)
            if isinstance(meets, Point) and part.length < STRAIGHT * width_m:
                found.append(Passage(Stretch(part, road.kind), line.project(meets)))
    return sorted(found, key=lambda passage: (passage.along_m, -KINDS[passage.stretch.kind].rank))


def spread(
    candidates: list[Passage], number: int, *, reach_m: tuple[float, float]
) -> list[Passage]:
    """Return up to ``number`` passages spread evenly between two positions, none beside another."""
    chosen: list[Passage] = []
    for wanted_m in np.linspace(*reach_m, number + 2)[1:-1]:
        free = [
            passage
            for passage in candidates
            if all(abs(passage.along_m - other.along_m) > CLEAR_M for other in chosen)
        ]
        if free:
            chosen.append(min(free, key=lambda passage: abs(passage.along_m - wanted_m)))
    return chosen


def river_bridges(
    roads: list[Stretch], river: River, plan: TownPlan, town: Polygon | MultiPolygon
) -> list[Stretch]:
    """Return the bridges: the bypass's, and as many others as the plan says."""
    line = river.centreline
    every = passages(roads, river.banks, line, width_m=2 * plan.river_half_width_m)
    trunk = [passage for passage in every if passage.stretch.kind == "trunk"][:1]
    others = [
        passage
        for passage in every
        if passage.stretch.kind != "trunk"
        and all(abs(passage.along_m - other.along_m) > CLEAR_M for other in trunk)
    ]
    chosen = trunk + spread(others, plan.bridges - len(trunk), reach_m=_reach(line, town))
    return [Stretch(passage.stretch.line, passage.stretch.kind, BRIDGE) for passage in chosen]


def rail_crossings(
    roads: list[Stretch], railway: Railway, plan: TownPlan, town: Polygon | MultiPolygon
) -> list[Stretch]:
    """Return overpasses without walkers, underpasses, level crossings and bridges with stairs."""
    lengths = np.array([_inside_m(line, town) for line in railway.lines])
    shares = lengths / lengths.sum()
    crossings = []
    for number, (line, share) in enumerate(zip(railway.lines, shares, strict=True)):
        roads_across = passages(roads, railway.corridor, line, width_m=34.0)
        trunk = [passage for passage in roads_across if passage.stretch.kind == "trunk"][:1]
        crossings += [Stretch(p.stretch.line, "trunk", BRIDGE + NO_FOOT) for p in trunk]
        stations = [s for s in railway.stations if s.distance(line) < 1.0]
        stations = stations[:1] if number == 0 else []
        crossings += [part for s in stations for part in _stairs(line, s, railway)]
        free = [
            passage
            for passage in roads_across
            if passage.stretch.kind != "trunk"
            and all(abs(passage.along_m - other.along_m) > CLEAR_M for other in trunk)
            and all(abs(passage.along_m - line.project(s)) > CLEAR_M for s in stations)
        ]
        wanted = round((plan.level_crossings + plan.underpasses) * share)
        under = max(1, round(plan.underpasses * share))
        chosen = spread(free, wanted, reach_m=_reach(line, town))
        chosen.sort(key=lambda p: -KINDS[p.stretch.kind].rank)
        crossings += [Stretch(p.stretch.line, p.stretch.kind, TUNNEL) for p in chosen[:under]]
        crossings += [_level(passage, line) for passage in chosen[under:]]
    return crossings


def _level(passage: Passage, line: LineString) -> Stretch:
    """Return a way across the rails with a vertex on them."""
    meets = line.interpolate(passage.along_m)
    ends = [*passage.stretch.line.coords]
    corners = [ends[0], (meets.x, meets.y), ends[-1]]
    return Stretch(LineString(corners), passage.stretch.kind)


def _reach(line: LineString, town: Polygon | MultiPolygon) -> tuple[float, float]:
    inside = line.intersection(town)
    at_m = [line.project(Point(xy)) for xy in shapely.get_coordinates(inside)]
    return min(at_m), max(at_m)


def _inside_m(line: LineString, town: Polygon | MultiPolygon) -> float:
    return float(line.intersection(town).length)


def _stairs(line: LineString, station: Point, railway: Railway) -> list[Stretch]:
    """Return the bridge for walkers at a station: stairs up, across, stairs down."""
    at_m = line.project(station) + 40.0
    here, ahead = line.interpolate(at_m), line.interpolate(at_m + 1.0)
    east, north = -(ahead.y - here.y), ahead.x - here.x
    across = LineString(
        [(here.x - 60 * east, here.y - 60 * north), (here.x + 60 * east, here.y + 60 * north)]
    )
    whole = parts(across.intersection(railway.corridor))[0]
    cut_m = 9.0
    return [
        Stretch(piece(whole, 0.0, cut_m), "stairs", BRIDGE),
        Stretch(piece(whole, cut_m, whole.length - cut_m), "footway", BRIDGE),
        Stretch(piece(whole, whole.length - cut_m, whole.length), "stairs", BRIDGE),
    ]

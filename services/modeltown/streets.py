"""The street network: every stretch cut where it meets others, with its kind and tags."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from services.modeltown.arterials import extent
from services.modeltown.cells import GRID_M
from services.modeltown.kinds import KINDS, Stretch
from services.modeltown.landscape import Landscape
from services.modeltown.linework import parts
from services.modeltown.noise import BoolArray, IntArray

CLOSE_M = 0.05
BANK_M = 0.5
STEEP = 0.17
STEPS_LONGEST_M = 85.0
STEPS_LOWEST_M = 2.0
ObjectArray = np.ndarray


@dataclass(frozen=True)
class TownStreets:
    """Edges between junctions, and the stretch that each belongs to."""

    edges: ObjectArray
    stretch: IntArray
    stretches: list[Stretch]

    def kind_of(self) -> ObjectArray:
        """Return the kind of each edge."""
        return np.array([stretch.kind for stretch in self.stretches], dtype=object)[self.stretch]

    def has(self, names: frozenset[str]) -> BoolArray:
        """Return which edges are of one of the kinds."""
        return np.isin(self.kind_of().astype(str), sorted(names))

    def walkable(self) -> BoolArray:
        """Return which edges one may walk on."""
        allowed = np.array([("foot", "no") not in stretch.tags for stretch in self.stretches])
        return np.asarray(allowed[self.stretch])


def edge_streets(ground: Landscape, roads: list[Stretch]) -> list[Stretch]:
    """Return the lanes along railway and river, and main roads cut where they meet a barrier."""
    land = ground.land()
    main = [
        Stretch(part, road.kind, road.tags)
        for road in roads
        for part in parts(road.line.intersection(land))
    ]
    frame = extent(ground.plan).boundary.buffer(0.5)
    edge = land.boundary.difference(frame)
    bank = ground.river.banks.buffer(BANK_M)
    sides = [Stretch(part, "levee") for part in parts(edge.intersection(bank))]
    sides += [Stretch(part, "residential") for part in parts(edge.difference(bank))]
    return main + sides


def join(stretches: list[Stretch], ground: Landscape) -> TownStreets:
    """Cut all stretches where they meet; keep one connected network."""
    lines = np.array([stretch.line for stretch in stretches], dtype=object)
    network = shapely.union_all(lines, grid_size=GRID_M)
    edges = shapely.get_parts(network)
    edges = edges[
        np.lexsort(
            np.round(
                shapely.get_coordinates(
                    shapely.line_interpolate_point(edges, 0.5, normalized=True)
                ),
                3,
            ).T
        )
    ]
    owner = _owners(edges, lines, stretches)
    streets = _with_steps(TownStreets(edges, owner, stretches), ground)
    return _connected(streets)


def _owners(edges: ObjectArray, lines: ObjectArray, stretches: list[Stretch]) -> IntArray:
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    tree = shapely.STRtree(middles)
    line, edge = tree.query(lines, predicate="dwithin", distance=CLOSE_M)
    ranks = np.array([KINDS[stretch.kind].rank + 20 * bool(stretch.tags) for stretch in stretches])
    order = np.lexsort([line, -ranks[line], edge])
    first = np.unique(edge[order], return_index=True)[1]
    if len(first) != len(edges):
        msg = "a street edge belongs to no stretch"
        raise RuntimeError(msg)
    return np.asarray(line[order][first], dtype=np.int64)


def _with_steps(streets: TownStreets, ground: Landscape) -> TownStreets:
    """Turn the steepest short lanes into steps; each becomes a stretch of its own."""
    ends = shapely.get_coordinates(
        [shapely.get_point(streets.edges, 0), shapely.get_point(streets.edges, -1)]
    ).reshape(2, -1, 2)
    climb_m = np.abs(ground.terrain.height_m(ends[0]) - ground.terrain.height_m(ends[1]))
    length_m = shapely.length(streets.edges)
    lanes = streets.has(frozenset({"residential", "track", "unclassified"}))
    steep = (
        lanes
        & (climb_m > STEEP * length_m)
        & (length_m < STEPS_LONGEST_M)
        & (climb_m > STEPS_LOWEST_M)
    )
    new = np.flatnonzero(steep)
    stretch = streets.stretch.copy()
    stretch[new] = len(streets.stretches) + np.arange(len(new))
    flights = [Stretch(edge, "steps") for edge in streets.edges[new]]
    return TownStreets(streets.edges, stretch, [*streets.stretches, *flights])


def _connected(streets: TownStreets) -> TownStreets:
    """Drop what cannot be walked to from the largest piece (roads without walkers stay)."""
    ends = end_nodes(streets.edges)
    walkable = streets.walkable()
    number = int(ends.max()) + 1
    links = coo_array(
        (np.ones(walkable.sum()), (ends[walkable, 0], ends[walkable, 1])), shape=(number, number)
    )
    _, piece = connected_components(links, directed=False)
    sizes = np.bincount(piece[ends[walkable, 0]])
    keep = ~walkable | (piece[ends[:, 0]] == np.argmax(sizes))
    return TownStreets(streets.edges[keep], streets.stretch[keep], streets.stretches)


def end_nodes(edges: ObjectArray) -> IntArray:
    """Return the numbers of each edge's two end nodes; shape (n, 2)."""
    ends = np.concatenate([shapely.get_point(edges, 0), shapely.get_point(edges, -1)])
    keys = np.round(shapely.get_coordinates(ends) / GRID_M).astype(np.int64)
    _, number = np.unique(keys, axis=0, return_inverse=True)
    return np.asarray(number.reshape(2, -1).T, dtype=np.int64)

"""
Reach: who walks how far to which place, along the streets and exactly along each edge.

Homes and places stand somewhere on an edge (``geo.walking.snapping``): a walk is the leg from the home to
the edge, the streets, and the leg from the edge to the place, all measured for one walker
(``geo.walking.measure``): metres, or seconds in the direction of the walk. A home halfway along an edge is
judged at its own position, also when the place stands on the same edge.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import scipy

from geo.arrays import TOLERANCE, FloatArray, IntArray, within
from geo.streets.network import Network
from geo.walking.dijkstra import FARTHEST, Seeds, Streets, Tree, accrue, arrive, catch, settle
from geo.walking.doors import Doors, along_one_edge, pairs_on_one_edge
from geo.walking.measure import Measure, metres

_ORIGINS_PER_TASK = 64

_Pairs = tuple[IntArray, IntArray, FloatArray]
"""Origin, home and walk of pairs, sorted by origin, then home."""

Stops = pd.DataFrame | Doors
"""Snaps (``edge, offset_m, snap_m``), or the doors made of them, which spares the making."""


@dataclass(frozen=True)
class Walks:
    """
    Walks from homes to origins (places, candidates), none longer than ``limit``.

    ``origin`` and ``home`` are positions in the snaps they were computed from; sorted by origin,
    then home; one walk a pair, the shortest. ``walk`` is in the unit of the measure.
    """

    origin: IntArray
    home: IntArray
    walk: FloatArray
    origins_n: int
    homes_n: int
    limit: float

    def both(self, other: "Walks") -> "Walks":
        """Return the walks of these of which ``other`` (same origins and homes) has the pair too."""
        size = max(self.homes_n, 1)
        mine, others = self.origin * size + self.home, other.origin * size + other.home
        kept = np.isin(mine, others, assume_unique=True)
        origin, home, walk = self.origin[kept], self.home[kept], self.walk[kept]
        return Walks(origin, home, walk, self.origins_n, self.homes_n, self.limit)

    def within(self, limit: float) -> "Walks":
        """Return the walks no longer than ``limit``, in the unit of the measure."""
        kept = within(self.walk, limit)
        origin, home, walk = self.origin[kept], self.home[kept], self.walk[kept]
        return Walks(origin, home, walk, self.origins_n, self.homes_n, limit)

    def of_homes(self, rows: IntArray) -> "Walks":
        """Return the walks of some homes, ascending positions, as if there were no others."""
        position = np.full(self.homes_n, -1, dtype=np.int64)
        position[rows] = np.arange(rows.size)
        home = position[self.home]
        kept = home >= 0
        origin, walk = self.origin[kept], self.walk[kept]
        return Walks(origin, home[kept], walk, self.origins_n, rows.size, self.limit)

    def matrix(self, limit: float) -> "scipy.sparse.csr_array":
        """Return the (origins, homes) matrix of ones where the walk is within ``limit``."""
        keep = within(self.walk, limit)
        shape = (self.origins_n, self.homes_n)
        ones = np.ones(int(keep.sum()))
        return scipy.sparse.csr_array((ones, (self.origin[keep], self.home[keep])), shape=shape)


@dataclass(frozen=True)
class Nearest:
    """
    The nearest of some origins for every node and every home.

    Attributes
    ----------
    node_walk, node_origin
        (s,) walk to and position of the nearest origin; infinite and -1 without one. The first n are
        the nodes of the network, for somebody in public there; then come the further stands at nodes
        of private streets (``geo.streets.network.Halves``).
    node_tree
        (s,) which of ``trees`` that walk is in.
    trees
        The walks to all origins that the same streets are open to (``Doors.by_hours``): their costs,
        their origins, and (s,) which of ``network.halves`` each takes next; below 0 where it turns
        into the edge that the place stands on, or where there is no walk.
    home_walk, home_origin
        (h,) the same of every home.
    home_end
        (h,) by which end of its edge a home walks: 0 for ``u``, 1 for ``v``, 2 along its own edge
        to a place there, -1 for no walk.
    node_also, home_also
        Further measures along the very same walks, one array each.
    """

    node_walk: FloatArray
    node_origin: IntArray
    node_tree: IntArray
    trees: list[Tree]
    home_walk: FloatArray
    home_origin: IntArray
    home_end: IntArray
    node_also: list[FloatArray] = field(default_factory=list)
    home_also: list[FloatArray] = field(default_factory=list)

    def of_homes(self, rows: IntArray) -> "Nearest":
        """Return the same for some homes."""
        return replace(
            self,
            home_walk=self.home_walk[rows],
            home_origin=self.home_origin[rows],
            home_end=self.home_end[rows],
            home_also=[one[rows] for one in self.home_also],
        )


def nearest(
    network: Network,
    origins: Stops,
    homes: Stops,
    *,
    by: Measure | None = None,
    also: Sequence[tuple[Measure, Stops, Stops]] = (),
    limit: float = np.inf,
) -> Nearest:
    """
    Find the nearest origin of every home.

    Parameters
    ----------
    network
        The walking network.
    origins, homes
        Where places and homes stand; those not on the streets take no part.
    by
        What nearest is judged by; metres along all streets by default.
    also
        Further measures of the walks that are found, with the same origins and homes.
    limit
        Longest walk on the streets that is looked for, inclusive, in the unit of ``by``.

    Returns
    -------
    The nearest origin, per node and per home. One pass over the network, and a further one for each
    set of streets that are closed at times and open to some of the origins; of two origins equally near,
    the first of ``origins`` counts.
    """
    measure = metres(network) if by is None else by
    places, doors = _doors(origins, measure), _doors(homes, measure)
    most = min(limit + TOLERANCE, FARTHEST)
    trees = [settle(streets_of(one), seeds_of(some), most) for one, some in places.by_hours]
    cost, origin, which = least([tree[:2] for tree in trees])
    walk, home_origin, end = arrive(cost, origin, (*doors.leaving, *doors.outward))
    direct = _improve_on_same_edge(places, doors, walk, home_origin, end)
    found = Nearest(cost, origin, which, trees, walk, home_origin, end)
    for further, further_origins, further_homes in also:
        stops = _doors(further_origins, further), _doors(further_homes, further)
        sums = [
            accrue(tree, network.halves.owner, one.tolls, seeds_of(some)[1])
            for tree, (one, some) in zip(trees, stops[0].by_hours, strict=True)
        ]
        summed = _of_tree(sums, which)
        found.node_also.append(summed)
        found.home_also.append(_home_sums(found, stops, summed, direct))
    return found


def walks(
    network: Network, origins: Stops, homes: Stops, *, limit: float, by: Measure | None = None
) -> Walks:
    """
    Find every walk from a home to an origin that is within a limit.

    Parameters
    ----------
    network
        The walking network.
    origins, homes
        Where places and homes stand; those not on the streets take no part.
    limit
        Longest walk kept, legs included, inclusive, in the unit of ``by``.
    by
        What a walk is measured in; metres along all streets by default.

    Returns
    -------
    The least walk of every pair within the limit, sorted by origin, then home; along one edge
    where both stand on it and that is shorter.
    """
    measure = metres(network) if by is None else by
    places, doors = _doors(origins, measure), _doors(homes, measure)
    chunks = [
        (one, rows)
        for one, some in places.by_hours
        for rows in np.split(
            some.joined, range(_ORIGINS_PER_TASK, some.joined.size, _ORIGINS_PER_TASK)
        )
    ]
    doors.by_node  # noqa: B018  computed before the threads ask for it
    if len(chunks) == 1:
        parts = [_caught(places, chunks[0], doors, limit)]
    else:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            parts = list(pool.map(lambda chunk: _caught(places, chunk, doors, limit), chunks))
    origin, home, walk = (np.concatenate(column) for column in zip(*parts, strict=True))
    if len(places.by_hours) > 1:
        order = np.argsort(origin, kind="stable")
        origin, home, walk = origin[order], home[order], walk[order]
    pairs = pairs_on_one_edge(places, doors)
    direct = along_one_edge(places, doors, pairs)
    near = within(direct, limit)
    origin, home, walk = _with_direct(
        (origin, home, walk), (pairs[0][near], pairs[1][near], direct[near])
    )
    return Walks(origin, home, walk, len(places), len(doors), limit)


def straight_m(origins_xy: FloatArray, homes_xy: FloatArray) -> FloatArray:
    """Return the straight distance from every home to its nearest origin, infinite without one."""
    if len(origins_xy) == 0:
        return np.full(len(homes_xy), np.inf)
    distance, _ = scipy.spatial.cKDTree(origins_xy).query(homes_xy)
    return np.asarray(distance, dtype=np.float64)


def _doors(stops: Stops, measure: Measure) -> Doors:
    return stops if isinstance(stops, Doors) else Doors.of(stops, measure)


def streets_of(measure: Measure) -> Streets:
    """Return the streets as a search takes them."""
    halves = measure.network.halves
    return halves.start, halves.node, measure.tolls


def seeds_of(places: Doors) -> Seeds:
    """Return both ends of every place's edge, place by place."""
    rows = places.joined
    node = np.column_stack(places.entering)[rows].ravel()
    cost = np.column_stack(places.inward)[rows].ravel()
    return node, cost, np.repeat(rows, 2)


def least(trees: Sequence[tuple[FloatArray, IntArray]]) -> tuple[FloatArray, IntArray, IntArray]:
    """Return (s,) the least cost of several trees, its origin (of equals the lowest), and the tree."""
    cost, origin = trees[0]
    which = np.zeros(cost.size, dtype=np.int64)
    for number, (other_cost, other_origin) in enumerate(trees[1:], start=1):
        nearer = (other_cost < cost) | ((other_cost == cost) & (other_origin < origin))
        cost, origin = np.where(nearer, other_cost, cost), np.where(nearer, other_origin, origin)
        which[nearer] = number
    return cost, origin, which


def _of_tree(values: Sequence[FloatArray], which: IntArray) -> FloatArray:
    """Return (s,) the value of each stand in its tree."""
    return values[0] if len(values) == 1 else np.stack(values)[which, np.arange(which.size)]


def _improve_on_same_edge(
    places: Doors, homes: Doors, walk: FloatArray, origin: IntArray, end: IntArray
) -> tuple[IntArray, IntArray]:
    """Let a place on a home's own edge count where that walk is shorter (in place); say which do."""
    found, home = pairs_on_one_edge(places, homes)
    direct = along_one_edge(places, homes, (found, home))
    order = np.lexsort((found, direct, home))
    home, first = np.unique(home[order], return_index=True)
    found, direct = found[order][first], direct[order][first]
    shorter = direct < walk[home]
    shorter |= (direct == walk[home]) & (found < origin[home])
    home, found = home[shorter], found[shorter]
    walk[home], origin[home], end[home] = direct[shorter], found, 2
    return found, home


def _home_sums(
    found: Nearest,
    stops: tuple[Doors, Doors],
    node_sum: FloatArray,
    direct: tuple[IntArray, IntArray],
) -> FloatArray:
    """Add a further measure up along the walks of the homes."""
    places, homes = stops
    summed = np.full(len(homes), np.inf)
    for end, node, outward in zip((0, 1), homes.leaving, homes.outward, strict=True):
        rows = np.flatnonzero(found.home_end == end)
        summed[rows] = node_sum[node[rows]] + outward[rows]
    summed[direct[1]] = along_one_edge(places, homes, direct)
    return summed


def _caught(
    places: Doors, chunk: tuple[Measure, IntArray], homes: Doors, limit: float
) -> tuple[IntArray, IntArray, FloatArray]:
    measure, rows = chunk
    found, walk, count = catch(
        streets_of(measure),
        seeds_of(places[rows]),
        homes.by_node,
        len(homes),
        limit + TOLERANCE,
    )
    return np.repeat(rows, count), found, walk


def _with_direct(found: _Pairs, direct: _Pairs) -> _Pairs:
    """Put walks along one edge among the others, both sorted; of two of one pair the shorter counts."""
    origin, home, walk = found
    slot = _slots(origin, home, direct[0], direct[1])
    known = slot < origin.size
    known[known] = (origin[slot[known]] == direct[0][known]) & (
        home[slot[known]] == direct[1][known]
    )
    walk[slot[known]] = np.minimum(walk[slot[known]], direct[2][known])
    new = ~known
    if not new.any():
        return found
    return (
        np.insert(origin, slot[new], direct[0][new]),
        np.insert(home, slot[new], direct[1][new]),
        np.insert(walk, slot[new], direct[2][new]),
    )


def _slots(origin: IntArray, home: IntArray, wanted_origin: IntArray, wanted: IntArray) -> IntArray:
    """Return where pairs stand, or would stand, among sorted pairs."""
    slot = np.searchsorted(origin, wanted_origin)
    end = np.searchsorted(origin, wanted_origin, side="right")
    while (open_ := slot < end).any():
        middle = (slot + end) // 2
        before = open_ & (home[np.minimum(middle, home.size - 1)] < wanted)
        slot = np.where(before, middle + 1, slot)
        end = np.where(open_ & ~before, middle, end)
    return slot

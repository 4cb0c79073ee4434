"""Doors: where homes and places stand on the streets, with what a walk to either end costs."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.arrays import TOLERANCE, BoolArray, FloatArray, IntArray
from geo.errors import InvalidInputError
from geo.walking.graph import SearchGraph
from geo.walking.measure import Measure


@dataclass(frozen=True, eq=False)
class Doors:
    """
    Snaps seen with one measure; the ends that a walk costs are computed once.

    Attributes
    ----------
    measure
        What walks are measured in.
    edge
        (k,) edge of each, -1 where it is not on the streets.
    offset_m
        (k,) metres along the edge from its ``u`` to where each stands.
    onward, back
        (k,) sums from ``u`` to there, of a walk that way and of one back.
    leg
        (k,) what the leg off the street costs, infinite where there is no walk: unsnapped, or on an
        edge that is closed.
    met
        (k,) when somebody meets there (``Measure.while_met``), empty where nobody knows.
    """

    measure: Measure
    edge: IntArray
    offset_m: FloatArray
    onward: FloatArray
    back: FloatArray
    leg: FloatArray
    met: NDArray[np.object_]

    @classmethod
    def of(cls, snaps: pd.DataFrame, measure: Measure) -> "Doors":
        """
        Return the doors of snaps (``edge, offset_m, snap_m``, of places ``met`` if it is known).

        Parameters
        ----------
        snaps
            ``edge`` (-1 where unsnapped), ``offset_m`` along it from its ``u`` and ``snap_m``, the leg;
            ``met``, if it is there.
        measure
            What walks are measured in; a snap on an edge that it closes is on no street.

        Returns
        -------
        As many doors as snaps.

        Raises
        ------
        InvalidInputError
            A snap is on an edge that the network does not have.
        """
        edge = snaps["edge"].to_numpy(dtype=np.int64)
        edges_n = len(measure.network.edge_u)
        if edge.size and edge.max() >= edges_n:
            raise InvalidInputError(
                "a snap is on edge {edge}, the network has {edges_n}; snap to this network",
                edge=edge.max(),
                edges_n=edges_n,
            )
        joined = edge >= 0
        joined[joined] = measure.open[edge[joined]]
        onward, back = np.zeros(edge.size), np.zeros(edge.size)
        offset_m = snaps["offset_m"].to_numpy(dtype=np.float64)
        onward[joined], back[joined] = measure.at(edge[joined], offset_m[joined])
        snap_m = snaps["snap_m"].to_numpy(dtype=np.float64)
        leg = np.where(joined, snap_m * measure.leg_per_m, np.inf)
        unknown = np.full(edge.size, "", dtype=object)
        met = snaps["met"].to_numpy(dtype=object) if "met" in snaps else unknown
        return cls(measure, np.where(joined, edge, -1), offset_m, onward, back, leg, met)

    def only(self, counts: BoolArray) -> "Doors":
        """Return as many doors, those that do not count (k,) shut: no walk leads to them."""
        edge, leg = np.where(counts, self.edge, -1), np.where(counts, self.leg, np.inf)
        return replace(self, edge=edge, leg=leg)

    def __len__(self) -> int:
        return int(self.edge.size)

    def __getitem__(self, rows: IntArray) -> "Doors":
        return Doors(
            self.measure,
            self.edge[rows],
            self.offset_m[rows],
            self.onward[rows],
            self.back[rows],
            self.leg[rows],
            self.met[rows],
        )

    @cached_property
    def by_hours(self) -> "list[tuple[Measure, Doors]]":
        """
        Return the doors of each set of places that the same streets are open to.

        With the measure in which somebody walks to them; as many doors each time, the others shut.
        One set at least: all where no street is closed at times.
        """
        if not self.measure.network.hours:
            return [(self.measure, self)]
        measures = [self.measure.while_met(met) for met in self.met]
        return [
            (one, self.only(np.array([other is one for other in measures], dtype=bool)))
            for one in dict.fromkeys(measures) or [self.measure]
        ]

    @cached_property
    def joined(self) -> IntArray:
        """Return the positions of those that are on the streets."""
        return np.flatnonzero(self.edge >= 0)

    @cached_property
    def leaving(self) -> tuple[IntArray, IntArray]:
        """Return (k,) stands at ``u`` and ``v`` of those who set out from each; 0 where no edge is."""
        return self._stands(self.measure.network.halves.leaving)

    @cached_property
    def entering(self) -> tuple[IntArray, IntArray]:
        """Return (k,) stands at ``u`` and ``v`` of those who walk to each; 0 where no edge is."""
        return self._stands(self.measure.network.halves.entering)

    def _stands(self, of_edge: IntArray) -> tuple[IntArray, IntArray]:
        found = np.zeros((2, len(self)), dtype=np.int64)
        found[:, self.joined] = of_edge[:, self.edge[self.joined]]
        return found[0], found[1]

    @cached_property
    def outward(self) -> tuple[FloatArray, FloatArray]:
        """Return (k,) costs of walks from each to ``u`` and to ``v``, legs included."""
        full = self.measure.full_onward[self.edge[self.joined]]
        onward, back = self.measure.opens
        return self._to_ends(self.back, full - self.onward[self.joined], (back, onward))

    @cached_property
    def inward(self) -> tuple[FloatArray, FloatArray]:
        """Return (k,) costs of walks from ``u`` and from ``v`` to each, legs included."""
        full = self.measure.full_back[self.edge[self.joined]]
        return self._to_ends(self.onward, full - self.back[self.joined], self.measure.opens)

    def _to_ends(
        self, by_u: FloatArray, by_v: FloatArray, opens: tuple[BoolArray, BoolArray]
    ) -> tuple[FloatArray, FloatArray]:
        """Return (k,) costs by either end, infinite where the edge is not open in that direction."""
        rows, measure = self.joined, self.measure
        edge, offset_m, leg = self.edge[rows], self.offset_m[rows], self.leg[rows]
        # Who stands at a junction is there without walking along the edge.
        at_u = offset_m <= TOLERANCE
        at_v = offset_m >= measure.network.edge_length_m[edge] - TOLERANCE
        of_u, of_v = np.full(len(self), np.inf), np.full(len(self), np.inf)
        cost_u = by_u[rows] + measure.end_u[edge] + leg
        cost_v = np.maximum(by_v, 0.0) + measure.end_v[edge] + leg
        of_u[rows] = np.where(opens[0][edge] | at_u, cost_u, np.inf)
        of_v[rows] = np.where(opens[1][edge] | at_v, cost_v, np.inf)
        return of_u, of_v

    @cached_property
    def by_node(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Return the doors by the stands that they are left by: start (s + 1,), door, cost to there."""
        node = np.column_stack(self.leaving)[self.joined].ravel()
        cost = np.column_stack(self.outward)[self.joined].ravel()
        order = np.argsort(node, kind="stable")
        count = np.bincount(node, minlength=self.measure.network.halves.start.size - 1)
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        return start, np.repeat(self.joined, 2)[order], cost[order]

    @cached_property
    def by_edge(self) -> tuple[IntArray, IntArray]:
        """Return the doors by their edges: the edges of the joined ones, ascending, and the doors."""
        order = np.argsort(self.edge[self.joined], kind="stable")
        return self.edge[self.joined][order], self.joined[order]


def pairs_on_one_edge(origins: Doors, homes: Doors) -> tuple[IntArray, IntArray]:
    """Return the origins and homes that stand on the same edge, sorted by origin, then home."""
    edges, ordered = homes.by_edge
    origin = origins.joined
    first = np.searchsorted(edges, origins.edge[origin], side="left")
    count = np.searchsorted(edges, origins.edge[origin], side="right") - first
    item = np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
    return np.repeat(origin, count), ordered[item]


def along_one_edge(origins: Doors, homes: Doors, pairs: tuple[IntArray, IntArray]) -> FloatArray:
    """
    Return the walks, legs included, from homes to origins on the same edge, along that edge.

    Parameters
    ----------
    origins, homes
        Doors of one measure.
    pairs
        (k,) positions of origins and (k,) of homes, as ``pairs_on_one_edge`` gives them.

    Returns
    -------
    (k,) in the unit of the measure, infinite against the direction of the edge.
    """
    origin, home = pairs
    ahead_m = origins.offset_m[origin] - homes.offset_m[home]
    onward = origins.onward[origin] - homes.onward[home]
    back = homes.back[home] - origins.back[origin]
    opens = [opened[origins.edge[origin]] for opened in origins.measure.opens]
    may = np.where(ahead_m >= 0, *opens) | (ahead_m == 0)
    along = np.where(ahead_m >= 0, onward, back) + origins.leg[origin] + homes.leg[home]
    return np.where(may, along, np.inf)


def search_graph(places: Doors, homes: Doors) -> SearchGraph:
    """Return what the shortest walks from homes to places follow from; both of one measure."""
    halves, sets = places.measure.network.halves, places.by_hours
    rows = [some.joined for _, some in sets]
    pairs = pairs_on_one_edge(places, homes)
    return SearchGraph(
        halves.start,
        halves.node,
        np.stack([measure.tolls for measure, _ in sets]),
        np.repeat(np.arange(len(sets)), [2 * one.size for one in rows]),
        np.concatenate([np.column_stack(places.entering)[one].ravel() for one in rows]),
        np.concatenate([np.column_stack(places.inward)[one].ravel() for one in rows]),
        np.stack(homes.leaving),
        np.stack(homes.outward),
        pairs[1],
        along_one_edge(places, homes, pairs),
    )

"""
Search graph: what the shortest walks of one walker follow from, as numbers that can be kept with an answer.

The searches of ``geo.walking.reach`` take the streets as they are built up; here they are written down,
so that somebody else can walk them again later, without the data and with another Dijkstra.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from geo.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class SearchGraph:
    """
    Streets, places and homes; costs are in the unit of one measure, metres or seconds.

    Attributes
    ----------
    start, node
        The halves of the streets by the stand that they lead to (``geo.streets.network.Halves``).
    tolls
        (sets, halves) what each half costs while somebody walks to the places of a set: those that the
        same streets are open to. Infinite where a half is closed.
    seed_set, seed_node, seed_cost
        (seeds,) set of a place, a stand from which it is reached, and the cost from there.
    home_node, home_cost
        (2, homes) the stands to which the ends of a home's street lead, and what a walk there costs.
    direct_home, direct_walk
        (pairs,) homes on the street of a place, and the walk along that street.
    """

    start: IntArray
    node: IntArray
    tolls: FloatArray
    seed_set: IntArray
    seed_node: IntArray
    seed_cost: FloatArray
    home_node: IntArray
    home_cost: FloatArray
    direct_home: IntArray
    direct_walk: FloatArray

    def least_walks(self) -> FloatArray:
        """Return (homes,) the walk to the nearest place, infinite without one, by SciPy's Dijkstra."""
        walk = np.full(self.home_node.shape[1], np.inf)
        for number in range(len(self.tolls)):
            cost = self._settled(number)
            np.minimum(walk, (cost[self.home_node] + self.home_cost).min(axis=0), out=walk)
        np.minimum.at(walk, self.direct_home, self.direct_walk)
        return walk

    def _settled(self, number: int) -> FloatArray:
        """Return (stands,) the cost to the nearest place of a set."""
        stands_n, toll = self.start.size - 1, self.tolls[number]
        mine = (self.seed_set == number) & np.isfinite(self.seed_cost)
        is_open = np.isfinite(toll)
        start = np.concatenate([[0], np.cumsum(is_open)])[self.start]
        # One stand more, from which every place is entered: all are searched for at once.
        streets = scipy.sparse.csr_array(
            (
                np.concatenate([toll[is_open], self.seed_cost[mine]]),
                np.concatenate([self.node[is_open], self.seed_node[mine]]),
                np.append(start, start[-1] + np.count_nonzero(mine)),
            ),
            shape=(stands_n + 1, stands_n + 1),
        )
        cost = scipy.sparse.csgraph.dijkstra(streets, indices=np.array([stands_n]))
        return np.asarray(cost[0, :stands_n], dtype=np.float64)

"""The streets of a plan: whom its places reach, walked again by another search than the one that planned."""

import math
from dataclasses import dataclass

import numpy as np

from geo.arrays import FloatArray, within
from geo.walking.graph import SearchGraph


@dataclass(frozen=True, eq=False)
class WalkedStreets:
    """
    Search graphs to all places that count when a plan is carried out, the existing ones with its own.

    Attributes
    ----------
    ways
        In metres, in seconds, or in both where a limit has both.
    limits
        How far is within reach, in the unit of each.
    weight
        (homes,) residents who count.
    """

    ways: tuple[SearchGraph, ...]
    limits: tuple[float, ...]
    weight: FloatArray

    def reached(self) -> float:
        """Return the residents within reach of some place; of two limits both must hold."""
        near = np.ones(len(self.weight), dtype=bool)
        for ways, limit in zip(self.ways, self.limits, strict=True):
            near &= within(ways.least_walks(), limit)
        return math.fsum(self.weight[near])

    def differ(self, claimed: float) -> float:
        """Return by how many the residents who are reached differ from what a plan claims; 0 for nobody."""
        found = self.reached()
        # With two limits one place may be near enough and another quick enough: then more are counted.
        wrong = abs(found - claimed) if len(self.limits) == 1 else max(claimed - found, 0.0)
        return wrong if wrong > 1e-6 * (1.0 + math.fsum(self.weight)) else 0.0

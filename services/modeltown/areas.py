"""Layers of areas: blocks grouped from different seeds, so that borders are shared and crossed."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from services.modeltown.blocks import Blocks, block_graph
from services.modeltown.noise import FloatArray, IntArray
from services.modeltown.streets import ObjectArray

ROUNDS = 14


@dataclass(frozen=True)
class Manner:
    """How a layer is grouped: how many areas, and what its borders like to follow."""

    number: int
    main_road: float
    """How many times farther a block across a main road counts."""
    barrier: float
    spread: float
    """Weight of land against residents: 0 follows residents, 1 land."""


def group(
    blocks: Blocks, residents: FloatArray, rng: np.random.Generator, *, manner: Manner
) -> IntArray:
    """Return the area of each block: areas of about equal weight, each in one piece."""
    weight = (1 - manner.spread) * residents / residents.sum()
    weight = weight + manner.spread * blocks.area_m2 / blocks.area_m2.sum()
    seeds = _seeds(blocks.middle, weight, rng, manner.number)
    first, second = blocks.neighbours.T
    apart_m = np.hypot(*(blocks.middle[first] - blocks.middle[second]).T)
    whim = rng.uniform(0.8, 1.25, len(apart_m))
    factor = np.where(blocks.main_road, manner.main_road, 1.0)
    factor = np.where(blocks.barrier, manner.barrier, factor)
    graph = block_graph(blocks, apart_m * factor * whim + 15.0)
    _, _, source = dijkstra(
        graph, directed=False, indices=seeds, min_only=True, return_predecessors=True
    )
    number = np.full(len(blocks.cell), -1, dtype=np.int64)
    number[seeds] = np.arange(len(seeds))
    return np.asarray(number[source], dtype=np.int64)


def _seeds(
    middle: FloatArray, weight: FloatArray, rng: np.random.Generator, number: int
) -> IntArray:
    """Return blocks near the centres of groups of about equal weight."""
    centres = middle[rng.choice(len(middle), number, replace=False, p=weight / weight.sum())]
    for _ in range(ROUNDS):
        nearest = cKDTree(centres).query(middle)[1]
        total = np.bincount(nearest, weight, number)
        for axis in range(2):
            moved = np.bincount(nearest, weight * middle[:, axis], number)
            centres[:, axis] = np.where(
                total > 0, moved / np.maximum(total, 1e-12), centres[:, axis]
            )
    tree = cKDTree(middle)
    taken: list[int] = []
    for centre in centres:
        _, order = tree.query(centre, k=min(number + 1, len(middle)))
        taken.append(next(int(block) for block in np.atleast_1d(order) if int(block) not in taken))
    return np.array(taken, dtype=np.int64)


def polygons(blocks: Blocks, area: IntArray) -> ObjectArray:
    """Return the polygon of each area."""
    face_area = area[blocks.block]
    order = np.argsort(face_area, kind="stable")
    starts = np.flatnonzero(np.diff(face_area[order], prepend=-1))
    groups = np.split(blocks.faces[order], starts[1:])
    return np.array([shapely.coverage_union_all(faces) for faces in groups], dtype=object)


def touching(blocks: Blocks, area: IntArray) -> dict[int, set[int]]:
    """Return the neighbours of each area."""
    pairs = area[blocks.neighbours]
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    neighbours: dict[int, set[int]] = {}
    for first, second in pairs.tolist():
        neighbours.setdefault(first, set()).add(second)
        neighbours.setdefault(second, set()).add(first)
    return neighbours

"""
Simplification: from street segments to edges that run from junction to junction.

A *segment* joins two consecutive nodes of a way. Where exactly two segments of equal attributes
meet, nothing is decided there: they belong to one *chain*, and the node stays as a vertex of its
polyline. Chains come out in an order and a direction that depend on geometry alone, never on the
order of the input.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Chains:
    """
    Polylines from junction to junction.

    Attributes
    ----------
    vertex
        Nodes of all chains, one chain after the other.
    start
        (m + 1,) chain ``i`` is ``vertex[start[i]:start[i + 1]]``.
    segment
        (m,) one segment of each chain: its lowest.
    of_segment
        (s,) chain of each segment.
    oneway
        (m,) 1 where a chain is walked from its first vertex to its last only, -1 where back only, else 0.
    """

    vertex: Ints
    start: Ints
    segment: Ints
    of_segment: Ints
    oneway: NDArray[np.int8]


def merge_chains(ends: Ints, kind: Ints, kept: NDArray[np.bool_], oneway: Ints) -> Chains:
    """
    Merge segments of equal kind that meet where nothing else does.

    Parameters
    ----------
    ends
        (s, 2) nodes at the ends of each segment, the two of them different. The numbers of the
        nodes are the order in which chains are sorted and directed.
    kind
        (s,) segments of different kinds are never merged.
    kept
        (n,) nodes at which every chain ends, whatever meets there.
    oneway
        (s,) 1 where a segment is walked from its first end to its second only, -1 where back only,
        else 0; segments that are walked in opposite directions are never merged.

    Returns
    -------
    Chains, each from its lower to its higher end node (a loop towards the lower of the two
    neighbours of its junction), sorted by their ends, then by their vertices, then by kind and
    direction. A ring
    without a junction starts at its lowest node. No segments give no chains. A chain has just the
    vertices of its segments, so that no metre is lost.
    """
    if len(ends) == 0:
        empty = np.zeros(0, dtype=np.int64)
        return Chains(empty, np.zeros(1, dtype=np.int64), empty, empty, empty.astype(np.int8))
    # What a half-segment must share with the next: its kind, and the direction as it is walked.
    alike = 3 * np.repeat(kind, 2) + np.column_stack([oneway, -oneway]).ravel()
    onward = _onward(ends, alike, kept)
    last, steps_left = _follow(onward)
    head = ends[:, ::-1].ravel()
    kept = _one_direction(last, head)
    chain_of_last = _sorted_chains(last, steps_left, head, kept, alike)
    half = np.flatnonzero(kept[last])
    chain = chain_of_last[last[half]]
    order = np.lexsort((-steps_left[half], chain))
    half, chain = half[order], chain[order]
    count = np.bincount(chain)
    first = np.concatenate([[0], np.cumsum(count)])
    start = first + np.arange(first.size)
    vertex = np.empty(start[-1], dtype=np.int64)
    vertex[start[:-1]] = head[half[first[:-1]] ^ 1]
    is_head = np.ones(vertex.size, dtype=bool)
    is_head[start[:-1]] = False
    vertex[is_head] = head[half]
    of_segment = np.empty(len(ends), dtype=np.int64)
    of_segment[half // 2] = chain
    lowest = np.minimum.reduceat(half // 2, first[:-1])
    way = oneway[half[first[:-1]] // 2] * np.where(half[first[:-1]] % 2, -1, 1)
    return Chains(vertex, start, lowest, of_segment, way.astype(np.int8))


def _onward(ends: Ints, alike: Ints, kept: NDArray[np.bool_]) -> Ints:
    """
    Return, for each half of each segment, the half that a walker along a chain takes next.

    Half ``2s`` walks segment ``s`` from its first end to its second, half ``2s + 1`` back; a half
    that ends at a junction is followed by itself. ``alike`` (2s,) is equal where halves may follow.
    """
    flat = ends.ravel()
    by_node = np.argsort(flat, kind="stable")
    degree = np.bincount(flat, minlength=kept.size)
    at = np.concatenate([[0], np.cumsum(degree)])[:-1]
    # Two segments meet: the meaning of passing.
    passed = np.flatnonzero((degree == 2) & ~kept)  # noqa: PLR2004
    one, other = by_node[at[passed]], by_node[at[passed] + 1]
    # Half-segment index and position in `flat` are one number: half h starts at flat[h].
    same = alike[one ^ 1] == alike[other]
    one, other, passed = one[same], other[same], passed[same]
    opened = _open_rings(one // 2, other // 2, passed, len(ends))
    one, other = one[~opened], other[~opened]
    onward = np.arange(flat.size)
    onward[one ^ 1] = other
    onward[other ^ 1] = one
    return onward


def _open_rings(one: Ints, other: Ints, passed: Ints, segments_n: int) -> NDArray[np.bool_]:
    """Say at which passed node each ring without a junction is to begin: its lowest."""
    link = scipy.sparse.coo_array((np.ones(one.size), (one, other)), shape=(segments_n, segments_n))
    pieces_n, piece = scipy.sparse.csgraph.connected_components(link, directed=False)
    # A chain of k segments passes k - 1 nodes, a ring passes k.
    passed_n = np.bincount(piece[one], minlength=pieces_n)
    ring = (passed_n == np.bincount(piece, minlength=pieces_n))[piece[one]]
    lowest = np.full(pieces_n, np.iinfo(np.int64).max)
    np.minimum.at(lowest, piece[one], passed)
    return np.asarray(ring & (passed == lowest[piece[one]]))


def _follow(onward: Ints) -> tuple[Ints, Ints]:
    """Return the last half that each half leads to, and how many steps away it is."""
    last = onward
    steps = (onward != np.arange(onward.size)).astype(np.int64)
    # Each round doubles how far every half has looked.
    while True:
        farther = last[last]
        if np.array_equal(farther, last):
            return last, steps
        steps = steps + steps[last]
        last = farther


def _one_direction(last: Ints, head: Ints) -> NDArray[np.bool_]:
    """Say which last halves end the chosen direction of their chain."""
    ending = np.flatnonzero(last == np.arange(last.size))
    back = last[ending ^ 1]
    end, begin = head[ending], head[back]
    before_end, after_begin = head[ending ^ 1], head[back ^ 1]
    chosen = np.where(
        begin != end,
        begin < end,
        np.where(after_begin != before_end, after_begin < before_end, ending < back),
    )
    kept = np.zeros(last.size, dtype=bool)
    kept[ending[chosen]] = True
    return kept


def _sorted_chains(
    last: Ints, steps_left: Ints, head: Ints, kept: NDArray[np.bool_], kind: Ints
) -> Ints:
    """Number the chains by geometry; the answer is indexed by their last halves."""
    ending = np.flatnonzero(kept)
    back = last[ending ^ 1]
    order = np.lexsort(
        (
            kind[ending],
            head[ending ^ 1],
            head[back ^ 1],
            steps_left[back ^ 1],
            head[ending],
            head[back],
        )
    )
    number = np.full(last.size, -1, dtype=np.int64)
    number[ending[order]] = np.arange(ending.size)
    return number

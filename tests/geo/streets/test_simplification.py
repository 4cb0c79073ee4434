"""Simplification: chain by chain, no metre is lost and no segment is used twice."""

import itertools
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.streets.simplification import merge_chains

NODES_N = 8
Drawing = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Ends, kinds, kept nodes, directions."""


@st.composite
def drawings(draw: st.DrawFn) -> Drawing:
    """Draw segments between eight nodes, of two kinds and all directions, and nodes that are kept."""
    node = st.integers(0, NODES_N - 1)
    pairs = draw(st.lists(st.tuples(node, node), min_size=1, max_size=14))
    ends = np.array([pair for pair in pairs if pair[0] != pair[1]], dtype=np.int64).reshape(-1, 2)
    kind = draw(st.lists(st.integers(0, 1), min_size=len(ends), max_size=len(ends)))
    kept = draw(st.lists(st.booleans(), min_size=NODES_N, max_size=NODES_N))
    oneway = draw(st.lists(st.integers(-1, 1), min_size=len(ends), max_size=len(ends)))
    return ends, np.array(kind, dtype=np.int64), np.array(kept), np.array(oneway, dtype=np.int64)


@given(drawings(), st.integers(0, 2**32 - 1))
def test_every_chain_is_as_long_as_its_segments(drawn: Drawing, seed: int) -> None:
    ends, kind, kept, oneway = drawn
    # Positions as of a plane zone: tens of kilometres from its origin, with millimetres.
    xy = np.random.default_rng(seed).uniform(-90_000.0, 90_000.0, (NODES_N, 2)).round(3)
    chains = merge_chains(ends, kind, kept, oneway)
    segment_m = np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T)
    by_segment_m = np.bincount(chains.of_segment, segment_m, minlength=len(chains.start) - 1)
    for number, (begin, end) in enumerate(zip(chains.start[:-1], chains.start[1:], strict=True)):
        vertex = chains.vertex[begin:end]
        along_m = np.hypot(*np.diff(xy[vertex], axis=0).T).sum()
        assert abs(along_m - by_segment_m[number]) < 1e-6
        # Its steps are just its segments, each once.
        steps = np.sort(np.column_stack([vertex[:-1], vertex[1:]]), axis=1)
        own = np.sort(ends[chains.of_segment == number], axis=1)
        assert sorted(map(tuple, steps.tolist())) == sorted(map(tuple, own.tolist()))


@given(drawings())
def test_no_chain_passes_a_node_that_is_kept(
    drawn: Drawing,
) -> None:
    ends, kind, kept, oneway = drawn
    chains = merge_chains(ends, kind, kept, oneway)
    inner = np.ones(chains.vertex.size, dtype=bool)
    inner[chains.start[:-1]] = inner[chains.start[1:] - 1] = False
    assert not kept[chains.vertex[inner]].any()


@given(drawings())
def test_a_chain_is_walked_as_all_of_its_segments_are(drawn: Drawing) -> None:
    ends, kind, kept, oneway = drawn
    chains = merge_chains(ends, kind, kept, oneway)
    walked: list[tuple[int, int, int]] = []
    for number, (begin, end) in enumerate(zip(chains.start[:-1], chains.start[1:], strict=True)):
        steps = list(itertools.pairwise(chains.vertex[begin:end].tolist()))
        if chains.oneway[number] >= 0:
            walked += [(number, u, v) for u, v in steps]
        if chains.oneway[number] <= 0:
            walked += [(number, v, u) for u, v in steps]
    drawn_steps: list[tuple[int, int, int]] = []
    for (u, v), way, number in zip(ends.tolist(), oneway, chains.of_segment, strict=True):
        if way >= 0:
            drawn_steps.append((number, u, v))
        if way <= 0:
            drawn_steps.append((number, v, u))
    assert sorted(walked) == sorted(drawn_steps)


@given(drawings(), st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_drawing_of_segments_changes_the_chains(
    drawn: Drawing, random: Random
) -> None:
    ends, kind, kept, oneway = drawn
    # Segments at one spot with one kind and direction are not to be told apart.
    order = np.array(random.sample(range(len(ends)), len(ends)), dtype=np.int64)
    turned = np.array([random.random() < 0.5 for _ in order], dtype=bool)
    other_ends = np.where(turned[:, None], ends[order][:, ::-1], ends[order])
    other_way = np.where(turned, -oneway[order], oneway[order])
    one = merge_chains(ends, kind, kept, oneway)
    other = merge_chains(other_ends, kind[order], kept, other_way)
    np.testing.assert_array_equal(one.start, other.start)
    np.testing.assert_array_equal(one.vertex, other.vertex)

"""Simplification: chain by chain, no metre is lost and no segment is used twice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.streets.simplification import merge_chains

NODES_N = 8


@st.composite
def drawings(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw segments between eight nodes, some of another kind, and nodes that are kept."""
    node = st.integers(0, NODES_N - 1)
    pairs = draw(st.lists(st.tuples(node, node), min_size=1, max_size=14))
    ends = np.array([pair for pair in pairs if pair[0] != pair[1]], dtype=np.int64).reshape(-1, 2)
    kind = draw(st.lists(st.integers(0, 1), min_size=len(ends), max_size=len(ends)))
    kept = draw(st.lists(st.booleans(), min_size=NODES_N, max_size=NODES_N))
    return ends, np.array(kind, dtype=np.int64), np.array(kept)


@given(drawings(), st.integers(0, 2**32 - 1))
def test_every_chain_is_as_long_as_its_segments(
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray], seed: int
) -> None:
    ends, kind, kept = drawn
    # Positions as of a plane zone: tens of kilometres from its origin, with millimetres.
    xy = np.random.default_rng(seed).uniform(-90_000.0, 90_000.0, (NODES_N, 2)).round(3)
    chains = merge_chains(ends, kind, kept)
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
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    ends, kind, kept = drawn
    chains = merge_chains(ends, kind, kept)
    inner = np.ones(chains.vertex.size, dtype=bool)
    inner[chains.start[:-1]] = inner[chains.start[1:] - 1] = False
    assert not kept[chains.vertex[inner]].any()

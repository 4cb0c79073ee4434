"""Walking times by slot against sorting everybody; a search that goes on against one from scratch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage.reached import weighted_quantiles
from geo.coverage.tally import BySlot, times
from geo.streets.network import Network
from geo.walking.dijkstra import FARTHEST, resettle, settle
from geo.walking.doors import Doors
from geo.walking.measure import metres
from geo.walking.reach import seeds_of, streets_of
from tests.streets import Point, snaps, towns

SIZE = 3


@st.composite
def walkers(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw slot, seconds (infinite: no walk) and residents of up to 60 homes."""
    seconds = st.one_of(st.integers(0, 20), st.integers(0, 5000), st.just(np.inf))
    home = st.tuples(st.integers(0, SIZE - 1), seconds, st.integers(0, 4))
    rows = draw(st.lists(home, max_size=60))
    slot, walk_s, weight = (
        (list(part) for part in zip(*rows, strict=True)) if rows else ([], [], [])
    )
    return (
        np.array(slot, dtype=np.int64),
        np.array(walk_s, dtype=float),
        np.array(weight, dtype=float),
    )


@given(walkers())
@settings(max_examples=200, deadline=None)
def test_times_equal_those_of_everybody_sorted(
    drawn: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    slot, walk_s, weight = drawn
    found = times(np.arange(SIZE), BySlot.of(slot, SIZE), walk_s, weight[:, None])
    walks = np.isfinite(walk_s)
    expected = weighted_quantiles(walk_s[walks] / 60, weight[walks], slot[walks], [0.5, 0.9])
    for at in range(SIZE):
        mine = walks & (slot == at)
        if weight[mine].sum() == 0:
            assert np.isnan(found[:, at, 0]).all()
            continue
        mean = np.average(walk_s[mine] / 60, weights=weight[mine])
        assert found[:, at, 0] == pytest.approx([mean, *expected.loc[at]])


def test_only_the_slots_that_are_asked_for_are_measured_in_their_order() -> None:
    # Slot 0: 60 s and 180 s, a resident each; slot 2: 600 s.
    by_slot = BySlot.of(np.array([0, 2, 0]), SIZE)
    walk_s, weight = np.array([60.0, 600.0, 180.0]), np.ones((3, 1))
    found = times(np.array([2, 0]), by_slot, walk_s, weight)
    assert found[:, :, 0].tolist() == [[10.0, 2.0], [10.0, 1.0], [10.0, 3.0]]


@given(towns(), st.data())
@settings(max_examples=120, deadline=None)
def test_a_search_that_goes_on_finds_what_one_from_scratch_finds(
    town: tuple[Network, list[Point], list[Point]], data: st.DataObject
) -> None:
    network, places, more = town
    doors = Doors.of(snaps(*places, *more), metres(network))
    was, now = (
        np.array(data.draw(st.lists(st.booleans(), min_size=len(doors), max_size=len(doors))))
        for _ in range(2)
    )
    streets = streets_of(doors.measure)

    def seeds(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        node, cost, origin = seeds_of(doors)
        kept = counts[origin]
        return node[kept], cost[kept], origin[kept]

    before = settle(streets, seeds(was), FARTHEST)
    kept = before[0].copy(), before[1].copy()
    cost, origin = resettle(streets, seeds(now), (before[0], before[1]), was & ~now, FARTHEST)
    expected = settle(streets, seeds(now), FARTHEST)
    assert cost.tolist() == expected[0].tolist()
    assert origin.tolist() == expected[1].tolist()
    assert before[0].tolist() == kept[0].tolist()
    assert before[1].tolist() == kept[1].tolist()

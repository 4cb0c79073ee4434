"""Overlaps: land that two areas share, by hand and against every pair of boxes."""

from random import Random

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.areas.overlaps import overlaps

Box = tuple[float, float, float, float]


def areas(*boxes: Box) -> gpd.GeoDataFrame:
    ids = [f"{number:02d}" for number in range(len(boxes))]
    shapes = [shapely.box(*box) for box in boxes]
    return gpd.GeoDataFrame({"area_id": ids}, geometry=shapes, crs=6677)


@pytest.mark.parametrize(("wide_m", "found"), [(0.0, 0), (3.5, 0), (3.6, 1), (100.0, 1)])
def test_what_is_wider_than_a_sliver_is_found(wide_m: float, found: int) -> None:
    shared = overlaps(areas((0, 0, 500, 900), (500 - wide_m, 0, 1000, 900)))
    assert len(shared) == found
    assert shapely.area(shared.geometry.to_numpy()).tolist() == pytest.approx(
        [wide_m * 900] * found
    )


def test_an_area_in_another_shares_all_of_its_land() -> None:
    shared = overlaps(areas((10, 10, 50, 50), (0, 0, 100, 100)))
    assert shared[["wider", "narrower"]].to_numpy().tolist() == [[1, 0]]
    assert shared.geometry.area.tolist() == [1600]


def test_of_two_equal_areas_the_lower_id_is_the_wider() -> None:
    twice = areas((0, 0, 50, 50), (0, 0, 50, 50))
    assert overlaps(twice)[["wider", "narrower"]].to_numpy().tolist() == [[0, 1]]
    assert overlaps(twice.iloc[::-1])[["wider", "narrower"]].to_numpy().tolist() == [[1, 0]]


def test_only_the_wide_parts_of_an_overlap_count() -> None:
    # Two combs: one tooth overlaps by 20 m, another by 1 m.
    comb = shapely.union_all(
        [shapely.box(0, 0, 100, 10), shapely.box(0, 10, 20, 60), shapely.box(80, 10, 100, 41)]
    )
    frame = areas((0, 40, 100, 90), (0, 0, 1, 1))
    frame.loc[1, "geometry"] = comb
    shared = overlaps(frame)
    assert shared.geometry.area.tolist() == [20 * 20]


@given(
    st.lists(
        st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(1, 40)] * 2), min_size=2, max_size=8
    ),
    st.randoms(use_true_random=False),
)
def test_overlaps_are_what_looking_at_every_pair_finds(
    drawn: list[tuple[int, int, int, int]], random: Random
) -> None:
    boxes = [(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h in drawn]
    frame = areas(*boxes)
    expected = {}
    for i, one in enumerate(boxes):
        for j, other in enumerate(boxes[:i]):
            wide_m = min(one[2], other[2]) - max(one[0], other[0])
            high_m = min(one[3], other[3]) - max(one[1], other[1])
            if min(wide_m, high_m) > 3.5:
                expected[frozenset((i, j))] = wide_m * high_m
    order = list(range(len(boxes)))
    random.shuffle(order)
    shuffled = frame.iloc[order]
    for one, at in ((frame, np.arange(len(boxes))), (shuffled, np.array(order))):
        found = overlaps(one)
        pairs = zip(at[found["wider"]], at[found["narrower"]], strict=True)
        shared_m2 = found.geometry.area.tolist()
        told = dict(zip(map(frozenset, pairs), shared_m2, strict=True))
        assert told == pytest.approx(expected)
    listed = [
        [(some["area_id"].iloc[a], some["area_id"].iloc[b]) for a, b in _pairs(some)]
        for some in (frame, shuffled)
    ]
    assert listed[0] == listed[1]


def _pairs(frame: gpd.GeoDataFrame) -> list[list[int]]:
    pairs: list[list[int]] = overlaps(frame)[["wider", "narrower"]].to_numpy().tolist()
    return pairs

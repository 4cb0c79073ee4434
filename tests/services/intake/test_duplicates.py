"""Duplicates by name and distance."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from services.intake.places.duplicates import first_of_same, look_alikes


def points(*xy):
    shapes = np.empty(len(xy), dtype=object)
    shapes[:] = [None if each is None else Point(*each) for each in xy]
    return shapes


def brute_force(keys, shapes, within_m):
    """Compare each row with every earlier one that is the first of its kind."""
    first = []
    for row, (key, shape) in enumerate(zip(keys, shapes, strict=True)):
        found = row
        for earlier in range(row):
            if first[earlier] != earlier or keys[earlier] != key:
                continue
            other = shapes[earlier]
            both = shape is not None and other is not None
            if (shape is None and other is None) or (
                both and shapely.distance(shape, other) <= within_m
            ):
                found = earlier
                break
        first.append(found)
    return first


def test_rows_of_one_name_within_fifty_metres_are_one():
    shapes = points((0, 0), (50, 0), (50.1, 0), (0, 0))
    assert first_of_same(["a", "a", "a", "b"], shapes).tolist() == [0, 0, 2, 3]


def test_rows_without_a_position_are_one_by_name_alone():
    shapes = points(None, (0, 0), None, None)
    assert first_of_same(["a", "a", "a", "b"], shapes).tolist() == [0, 1, 0, 3]


SPOT = st.none() | st.tuples(st.integers(-130, 130), st.integers(-130, 130))


@given(st.lists(st.tuples(st.sampled_from("ab"), SPOT), max_size=25))
def test_the_grid_finds_what_comparing_all_finds(rows):
    keys, shapes = [key for key, _ in rows], points(*[xy for _, xy in rows])
    assert first_of_same(keys, shapes).tolist() == brute_force(keys, shapes, 50.0)


def test_many_rows_of_one_name_stay_fast():
    rng = np.random.default_rng(1)
    shapes = np.array(shapely.points(rng.uniform(0, 1_000_000, (10_000, 2))), dtype=object)
    assert len(first_of_same(["サロン"] * 10_000, shapes)) == 10_000
    here = np.array([Point(0, 0)] * 10_000, dtype=object)
    assert first_of_same(["サロン"] * 10_000, here).max() == 0
    assert look_alikes(["サロン"] * 10_000, here) == []


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["東自治会館", "東自治会館（1階）"], [(0, 1)]),
        (["東自治会館", "東自治会館"], []),
        (["会館", "東会館"], []),
        (["東会館", "東町内会館"], []),
    ],
)
def test_names_that_are_perhaps_one_are_shown(names, pairs):
    assert look_alikes(names, points((0, 0), (10, 0))) == pairs
    assert look_alikes(names, points((0, 0), (60, 0))) == []
    assert look_alikes(names, points((0, 0), None)) == []

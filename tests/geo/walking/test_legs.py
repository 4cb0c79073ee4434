"""Legs through others' homes, by hand."""

import numpy as np

from geo.walking.legs import homes_passed


def passed(
    door: tuple[float, float], spot: tuple[float, float], *homes: tuple[float, float]
) -> int:
    """Return how many homes are passed on the way; the door's own is among them."""
    found = homes_passed(np.array([door]), np.array([spot]), np.array([door, *homes]))
    return int(found[0])


def test_a_long_leg_passes_the_homes_that_it_leads_through() -> None:
    # 40 m to the north: homes 3 m and 3.1 m off the way, beyond the street, and at 20 m twice.
    homes = ((3.0, 10.0), (-3.1, 15.0), (0.0, 43.1), (0.0, 20.0), (0.0, 20.0))
    assert passed((0.0, 0.0), (0.0, 40.0), *homes) == 3


def test_a_leg_of_thirty_metres_and_ones_own_building_are_not_remarked() -> None:
    assert passed((0.0, 0.0), (0.0, 30.0), (0.0, 15.0)) == 0
    assert passed((0.0, 0.0), (0.0, 30.1), (0.0, 15.0)) == 1
    # A flat of the same building, 6 m from the door.
    assert passed((0.0, 0.0), (0.0, 40.0), (0.0, 6.0)) == 0


def test_without_legs_there_is_nothing_to_count() -> None:
    nothing = np.zeros((0, 2))
    assert homes_passed(nothing, nothing, np.zeros((3, 2))).tolist() == []

"""Aspects: the rows of one among the many coverages of a run."""

from itertools import product

import pandas as pd

from geo.coverage.reached import Limit
from services.publication.aspect import Aspect, ByAspect, limits_in
from tests.snapshots import coverage


def test_rows_at_hand_are_those_that_a_search_finds() -> None:
    table = coverage()
    at_hand, found_n = ByAspect(table), 0
    names = ("layer", "frequency", "age_group", "profile")
    limits = [*limits_in(table), Limit(300.0, 10.0)]  # of the last there is nothing
    for layer, *told, limit in product(*(pd.unique(table[name]) for name in names), limits):
        frequency, age_group, profile = told
        aspect = Aspect(frequency, age_group, limit, profile)
        searched = aspect.rows(table[table["layer"] == layer])
        pd.testing.assert_frame_equal(at_hand.rows(aspect, layer), searched)
        found_n += len(searched)
    assert found_n == len(table)

"""Gates with hours: the metre of street on either side of them, by hand."""

import numpy as np
import pandas as pd
import pytest

from geo.streets.gates import with_gates
from geo.streets.network import Network, build_network
from tests.streets import PLANE, half_hours_of, way_table

DAY, MORNING = half_hours_of(1, 2), half_hours_of(1, 3)
SPOTS = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (200.0, 0.0), 4: (100.0, 50.0), 5: (101.0, 0.0)}


def gated(ways: list[list[int]], gates: dict[int, str], **column: object) -> Network:
    nodes = pd.DataFrame(list(SPOTS.values()), columns=["x", "y"], index=list(SPOTS))
    table = way_table(ways)
    table["name"] = ""
    return build_network(
        *with_gates(table.assign(**column), nodes.assign(kind=0), gates), epsg=PLANE
    )


def closed_m(network: Network) -> dict[str, float]:
    """Return the metres of each kind of hours."""
    lengths = pd.Series(network.edge_length_m).groupby(network.edges["hours"].to_numpy()).sum()
    return dict(lengths.round(9))


def test_a_gate_on_a_street_shuts_a_metre_on_either_side() -> None:
    town = gated([[1, 2, 3]], {2: DAY})
    assert closed_m(town) == {"": 198.0, DAY: 2.0}
    ends = town.node_xy[[town.edge_u[town.at_times][0], town.edge_v[town.at_times][0]]]
    assert ends.tolist() == [[99.0, 0.0], [101.0, 0.0]]
    assert set(town.edges["osm_id"]) == {1}


def test_a_gate_at_a_junction_shuts_the_beginning_of_every_street() -> None:
    assert closed_m(gated([[1, 2, 3], [4, 2]], {2: DAY})) == {"": 247.0, DAY: 3.0}


def test_a_gate_at_the_end_of_a_street_shuts_its_last_metre() -> None:
    assert closed_m(gated([[1, 2], [2, 3]], {3: DAY})) == {"": 199.0, DAY: 1.0}
    assert closed_m(gated([[2, 1]], {2: DAY})) == {"": 99.0, DAY: 1.0}


def test_a_gate_on_a_street_with_hours_is_passed_when_both_are_open() -> None:
    both = half_hours_of(1)
    assert closed_m(gated([[1, 2, 3]], {2: DAY}, hours=MORNING)) == {MORNING: 198.0, both: 2.0}


@pytest.mark.parametrize("ids", [[1, 2, 5, 3], [3, 5, 2, 1]])
def test_between_two_gates_each_shuts_half_of_what_is_shorter_than_two_metres(
    ids: list[int],
) -> None:
    # From (100, 0) to (101, 0) is one metre: half a metre for each, and a metre outwards.
    found = closed_m(gated([ids], {2: DAY, 5: MORNING}))
    assert found == {"": 197.0, DAY: 1.5, MORNING: 1.5}


def test_what_is_not_on_a_street_or_not_known_changes_nothing() -> None:
    plain = gated([[1, 2, 3]], {})
    for gates in ({4: DAY}, {99: DAY}):
        same = gated([[1, 2, 3]], gates)
        assert np.array_equal(same.edge_xy, plain.edge_xy)
        assert not same.at_times.any()
    assert closed_m(gated([[1, 2, 99, 3]], {99: DAY})) == {"": 100.0}

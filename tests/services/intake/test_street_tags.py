"""Tags of streets and of their nodes: who passes, what the ledger lists, the same in every format."""

from collections.abc import Collection, Mapping
from pathlib import Path

import networkx as nx
import pytest

from geo.streets.network import Network, to_networkx
from services.intake.streets.noting import LISTED_MOST, TAGS_MOST
from services.intake.tables.ledger import Ledger
from services.words.texts import told
from tests.services.intake.test_streets import (
    answer,
    read,
    same,
    write_answer,
    write_osm,
)

Ways = dict[int, tuple[list[int], dict[str, str]]]

# From 1 by 2 to 3 are 300 m; round by 5, 6 and 4 it is longer.
STREETS: Ways = {
    11: ([1, 2, 3], {"highway": "residential"}),
    12: ([1, 5, 6, 4, 3], {"highway": "tertiary"}),
}
ROUND_M = 50 + 90 + (150**2 + 310**2) ** 0.5 + (200**2 + 400**2) ** 0.5


def both(
    tmp_path: Path,
    ways: Ways,
    nodes: dict[int, dict[str, str]] | None = None,
    passed: Collection[tuple[str, str]] = (),
) -> tuple[Network, list[tuple[str, str]]]:
    """Read a file and an answer, which say the same, and return the network and the remarks."""
    (tmp_path / "a.osm.pbf").unlink(missing_ok=True)
    books = Ledger(), Ledger()
    network = read(write_osm(tmp_path / "a.osm.pbf", ways, nodes), ledger=books[0], passed=passed)
    path = write_answer(tmp_path / "a.json", answer(ways, nodes))
    same(network, read(path, "overpass", ledger=books[1], passed=passed))
    remarks, again = (
        [(entry.code, str(entry.said)) for entry in book.of("streets").entries] for book in books
    )
    assert remarks == again
    return network, remarks


def walk_m(network: Network, *, any_time: bool = True) -> float:
    """Return the walk from 1 to 3, over streets that are open at any time or over all."""
    ends = [tuple(xy) for xy in network.node_xy.round(1).tolist()]
    graph = to_networkx(network)
    shut = [edge[:3] for edge in graph.edges(keys=True, data="hours") if any_time and edge[3]]
    graph.remove_edges_from(shut)
    start, end = ends.index((0.0, 0.0)), ends.index((300.0, 0.0))
    return float(nx.shortest_path_length(graph, start, end, weight="length_m"))


def with_tags(**tags: str) -> Ways:
    own = {key.replace("__", ":"): value for key, value in tags.items()}
    return {**STREETS, 11: ([1, 2, 3], {"highway": "residential", **own})}


@pytest.mark.parametrize(
    ("tags", "walked_m", "remark"),
    [
        ({"barrier": "bollard"}, 300.0, None),
        ({"barrier": "gate", "foot": "no"}, ROUND_M, ("shut_node", "barrier=gate, foot=no")),
        ({"barrier": "gate", "locked": "yes"}, ROUND_M, ("shut_node", "locked=yes")),
        ({"barrier": "gate", "access": "permit"}, ROUND_M, ("shut_node", "access=permit")),
        ({"barrier": "iron thing"}, 300.0, ("unknown_barrier", "iron thing")),
        ({"barrier": "gate", "opening_hours": "09:00-17:00"}, ROUND_M, ("conditional", "node 2")),
        ({"barrier": "gate", "opening_hours": "06:00-22:00"}, 300.0, ("conditional", "node 2")),
        ({"shop": "bakery", "access": "customers"}, 300.0, None),
    ],
    ids=str,
)
def test_a_node_is_passed_or_not_and_the_ledger_says_why(
    tmp_path: Path, tags: dict[str, str], walked_m: float, remark: tuple[str, str] | None
) -> None:
    network, remarks = both(tmp_path, STREETS, {2: tags})
    assert walk_m(network) == pytest.approx(walked_m, abs=0.1)
    remarks = [one for one in remarks if one[0] != "unused_tags"]
    assert [code for code, _ in remarks] == ([remark[0]] if remark else [])
    assert all(remark[1] in said for _, said in remarks if remark)


def test_what_a_walker_asks_of_a_point_makes_a_junction_and_nothing_else_does(
    tmp_path: Path,
) -> None:
    gate = {2: {"barrier": "kissing_gate"}}
    plain, _ = both(tmp_path, STREETS)
    unasked, remarks = both(tmp_path, STREETS, gate, {("barrier", "stile"), ("kerb", "raised")})
    same(plain, unasked)
    assert remarks == []
    asked, remarks = both(tmp_path, STREETS, gate, {("barrier", "kissing_gate")})
    assert len(asked.edge_u) == len(plain.edge_u) + 1
    ((node, text),) = asked.node_traits.items()
    assert (text, asked.node_xy[node].round(1).tolist()[1]) == ("barrier=kissing_gate", 0.0)
    said = "nodes with barrier=kissing_gate, which a walking profile forbids or weighs: 1"
    assert remarks == [("passed_node", said + " (OSM nodes 2)")]


def test_turnstiles_are_passed_and_said(tmp_path: Path) -> None:
    nodes = {2: {"barrier": "turnstile"}, 6: {"barrier": "full-height_turnstile"}}
    network, remarks = both(tmp_path, STREETS, nodes)
    assert walk_m(network) == pytest.approx(300.0, abs=0.1)
    ((code, said),) = remarks
    assert (code, said.split(": ")[1]) == ("turnstile", "2 (OSM nodes 2, 6)")
    # One that is shut says so itself.
    locked = {2: {"barrier": "turnstile", "locked": "yes"}}
    assert [code for code, _ in both(tmp_path, STREETS, locked)[1]] == ["shut_node"]


def test_what_a_kerb_or_a_slope_says_oddly_is_listed(tmp_path: Path) -> None:
    _, remarks = both(tmp_path, with_tags(incline="up"), {2: {"kerb": "regular"}})
    assert [code for code, _ in remarks] == ["unused_tags", "unused_tags"]
    assert "incline=up: 1" in remarks[0][1]
    assert "kerb=regular: 1" in remarks[1][1]
    tags = with_tags(incline="10%")
    network, remarks = both(tmp_path, tags, {2: {"kerb": "raised", "kerb:height": "0.1"}})
    assert remarks == []
    assert sorted(network.edges["incline_pct"]) == [0.0, 10.0]


@pytest.mark.parametrize(
    ("tags", "walked_m", "remark"),
    [
        ({"access": "permissive"}, 300.0, None),
        ({"access": "customers"}, ROUND_M, ("access_value", "access=customers, not walked: 1")),
        ({"access": "destination"}, 300.0, ("access_value", "access=destination, walked: 1")),
        ({"foot": "gone"}, 300.0, ("access_value", "foot=gone, which is not understood")),
        ({"access__conditional": "no @ (Dec-Mar)"}, ROUND_M, ("conditional", "OSM way 11")),
        ({"foot__conditional": "no @ (22:00-05:00)"}, 300.0, ("conditional", "OSM way 11")),
        ({"foot__conditional": "no @ (moon)"}, 300.0, ("conditional", "not understood")),
        ({"seasonal": "summer"}, ROUND_M, ("conditional", "seasonal=summer")),
        ({"highway": "footway;path"}, 300.0, None),
    ],
    ids=str,
)
def test_a_way_is_walked_or_not_and_the_ledger_says_why(
    tmp_path: Path, tags: Mapping[str, str], walked_m: float, remark: tuple[str, str] | None
) -> None:
    network, remarks = both(tmp_path, with_tags(**tags))
    assert walk_m(network) == pytest.approx(walked_m, abs=0.1)
    codes = [code for code, _ in remarks if code != "not_walkable"]
    assert codes == ([remark[0]] if remark else [])
    assert all(remark[1] in said for code, said in remarks if remark and code == remark[0])


@pytest.mark.parametrize(
    ("tags", "at_node"),
    [
        ({"opening_hours": "09:00-17:00"}, {}),
        ({}, {2: {"barrier": "gate", "opening_hours": "9:00-17:00"}}),
    ],
    ids=["way", "gate"],
)
def test_what_has_hours_stays_in_the_network_and_is_listed(
    tmp_path: Path, tags: dict[str, str], at_node: dict[int, dict[str, str]]
) -> None:
    network, remarks = both(tmp_path, with_tags(**tags), at_node)
    assert walk_m(network) == pytest.approx(ROUND_M, abs=0.1)
    assert walk_m(network, any_time=False) == pytest.approx(300.0, abs=0.1)
    shut_m = network.edge_length_m[network.at_times].sum()
    assert shut_m == pytest.approx(2.0 if at_node else 300.0, abs=0.1)
    (said,) = [text for code, text in remarks if code == "conditional"]
    assert said.endswith("; walked to places whose groups meet while it is open, to no others")


def test_a_wall_across_a_path_is_a_doubt_unless_there_is_a_gate(tmp_path: Path) -> None:
    fence: Ways = {**STREETS, 13: ([2, 4], {"barrier": "fence"})}
    network, remarks = both(tmp_path, fence)
    assert walk_m(network) == pytest.approx(300.0, abs=0.1)
    # At 2 the street goes on through the fence; at 4 the other one does.
    said = "nodes that a path shares with a wall or a fence, without a gate; taken as passable: "
    assert remarks == [("walled_path", said + "2 (OSM nodes 2, 4)")]
    assert both(tmp_path, fence, {2: {"barrier": "gate"}, 4: {"entrance": "yes"}})[1] == []
    # Who ends at a wall does not go through it.
    ends: Ways = {11: STREETS[11], 13: ([3, 4], {"barrier": "wall"})}
    assert both(tmp_path, ends)[1] == []


def test_many_conditions_are_listed_up_to_a_number_and_then_counted(tmp_path: Path) -> None:
    winter = {"highway": "footway", "foot:conditional": "no @ (Dec-Mar)"}
    ways: Ways = STREETS | {100 + n: ([1, 2], winter) for n in range(LISTED_MOST + 3)}
    _, remarks = both(tmp_path, ways)
    said = [text for code, text in remarks if code == "conditional"]
    assert len(said) == LISTED_MOST + 1
    assert said[-1] == "further streets that are open or closed at times: 3"


UNUSED = "tags of each OSM {} on the streets that are read and not used: "


def test_what_is_read_and_not_used_is_counted_first_what_is_about_walkers(tmp_path: Path) -> None:
    ways: Ways = {
        11: ([1, 2, 3], {"highway": "residential", "lanes": "2", "smoothness": "bumpy"}),
        12: ([1, 5, 6, 4, 3], {"highway": "tertiary", "lanes": "2", "smoothness": "bad"}),
        13: ([1, 5], {"highway": "motorway", "lanes": "4"}),
    }
    _, remarks = both(tmp_path, ways, {2: {"noexit": "yes"}, 6: {"barrier": "bollard"}})
    assert [said for code, said in remarks if code == "unused_tags"] == [
        UNUSED.format("way") + "smoothness=bumpy: 1, lanes=2: 2; others: 0 of 0 kinds",
        UNUSED.format("node") + "noexit=yes: 1; others: 0 of 0 kinds",
    ]


def test_the_list_of_unused_tags_is_bounded_and_counts_the_rest(tmp_path: Path) -> None:
    tags = {f"key{number:02}": "x" for number in range(TAGS_MOST + 5)}
    _, remarks = both(tmp_path, {11: ([1, 2], {"highway": "path", **tags}), 12: STREETS[12]})
    ((_, said),) = [one for one in remarks if one[0] == "unused_tags"]
    assert said.count("=x: 1") == TAGS_MOST
    assert said.endswith("; others: 5 of 5 kinds")


def test_remarks_are_told_in_both_languages(tmp_path: Path) -> None:
    ledger = Ledger()
    ways = with_tags(foot__conditional="no @ (Dec-Mar)")
    read(write_osm(tmp_path / "a.osm", ways, {6: {"barrier": "wall"}}), ledger=ledger)
    entries = {entry.code: entry.said for entry in ledger.of("streets").entries}
    assert "way 11" in told(entries["conditional"], "ja")
    assert "barrier=wall" in told(entries["shut_node"], "ja")

"""Streets: every format, what is not used and why, bad files, the download, and real Kochi."""

import gzip
import itertools
import json
import math
import socket
import threading
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from pyproj import Geod, Transformer
from scipy.sparse.csgraph import dijkstra

from geo.errors import SourceError
from geo.streets.network import Network, one_way_traps, with_doors
from geo.streets.traits import trait
from geo.streets.walkable import USEFUL_TAGS
from geo.vocabulary import TRAITS
from services.intake.streets.osm_file import read_osm_file
from services.intake.streets.overpass import read_overpass_file
from services.intake.streets.reading import read_streets
from services.intake.tables.ledger import Ledger
from services.profile import Source
from services.words.texts import told

PLANE = 6677
GATES = ("shut_node", "own_gate")
EVERYWHERE = shapely.box(-1e6, -1e6, 1e6, 1e6)
KOCHI = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "kochi"
KOCHI_ANSWER = KOCHI / "walk_overpass_2024.json"
real = pytest.mark.skipif(not KOCHI.is_dir(), reason="the open data is not beside the checkout")

# A trunk road of 300 m, a side street of 400 m from its middle, a motorway and a drive that is shut.
SPOTS = {1: (0, 0), 2: (100, 0), 3: (300, 0), 4: (100, 400), 5: (-50, 0), 6: (-50, 90)}
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    11: ([1, 2, 3], {"highway": "trunk", "name": "国道6号", "surface": "asphalt"}),
    12: ([2, 4], {"highway": "residential"}),
    13: ([5, 6], {"highway": "motorway"}),
    14: ([4, 6], {"highway": "service", "access": "no"}),
    15: ([5, 1], {"building": "yes"}),
}


def source(file_format: str, path: str = "streets") -> Source:
    return Source.model_validate(
        {
            "id": "streets",
            "path": path,
            "format": file_format,
            "title": "道路",
            "credit": "見本",
            "licence": "なし",
            "as_of": "2024",
        }
    )


def read(
    path: Path,
    file_format: str = "osm",
    *,
    ledger: Ledger | None = None,
    boundary: shapely.Geometry = EVERYWHERE,
    address: str = "streets",
    passed: Collection[tuple[str, str]] = (),
) -> Network:
    return read_streets(
        path,
        source=source(file_format, address),
        boundary=boundary,
        plane_epsg=PLANE,
        ledger=ledger or Ledger(),
        passed=passed,
    )


def lonlat() -> dict[int, tuple[float, float]]:
    """Return the spots in degrees, rounded as OpenStreetMap rounds them (1 cm)."""
    x, y = np.array(list(SPOTS.values()), dtype=float).T
    points = gpd.GeoSeries.from_xy(x, y, crs=PLANE).to_crs(6668)
    xy = np.round(shapely.get_coordinates(points.to_numpy()), 7)
    return dict(zip(SPOTS, map(tuple, xy.tolist()), strict=True))


def write_osm(
    path: Path,
    ways: dict[int, tuple[list[int], dict[str, str]]] = WAYS,
    node_tags: dict[int, dict[str, str]] | None = None,
) -> Path:
    with osmium.SimpleWriter(path) as writer:
        for node, at in lonlat().items():
            tags = (node_tags or {}).get(node, {})
            writer.add_node(osmium.osm.mutable.Node(id=node, location=at, tags=tags))
        for way, (nodes, tags) in ways.items():
            writer.add_way(osmium.osm.mutable.Way(id=way, nodes=nodes, tags=tags))
    return path


def answer(
    ways: dict[int, tuple[list[int], dict[str, str]]] = WAYS,
    node_tags: dict[int, dict[str, str]] | None = None,
) -> dict[str, Any]:
    nodes = [{"type": "node", "id": n, "lon": x, "lat": y} for n, (x, y) in lonlat().items()]
    for node in nodes:
        if node["id"] in (node_tags or {}):
            node["tags"] = (node_tags or {})[int(node["id"])]
    lines = [
        {"type": "way", "id": n, "nodes": ids, "tags": tags} for n, (ids, tags) in ways.items()
    ]
    return {"version": 0.6, "generator": "Overpass API", "elements": [*nodes, *lines]}


def write_answer(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def check_town(network: Network) -> None:
    """Check the network of WAYS: from the west end by the crossing to the north end, 100 + 400 m."""
    assert sorted(network.edge_length_m.round(1).tolist()) == [100.0, 200.0, 400.0]
    ends = network.node_xy.round(1).tolist()
    walk_m = dijkstra(network.streets, indices=ends.index([0.0, 0.0]))
    assert walk_m[ends.index([100.0, 400.0])] == pytest.approx(500.0, abs=0.05)
    assert network.edges["highway"].value_counts().to_dict() == {"trunk": 2, "residential": 1}
    assert set(network.edges["name"]) == {"国道6号", ""}


def same(one: Network, other: Network) -> None:
    for name in ("node_xy", "node_kind", "edge_u", "edge_v", "edge_length_m", "edge_xy"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    pd.testing.assert_frame_equal(one.edges, other.edges)


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm", "a.osm.gz"])
def test_an_osm_file_becomes_the_network(tmp_path: Path, name: str) -> None:
    check_town(read(write_osm(tmp_path / name)))


def test_an_overpass_answer_gives_the_same_network_as_the_file(tmp_path: Path) -> None:
    network = read(write_answer(tmp_path / "a.json", answer()), "overpass")
    check_town(network)
    same(network, read(write_osm(tmp_path / "a.osm.pbf")))


def test_an_overpass_answer_with_geometry_on_its_ways_needs_no_nodes(tmp_path: Path) -> None:
    at = lonlat()
    ways = [element for element in answer()["elements"] if element["type"] == "way"]
    for way in ways:
        way["geometry"] = [{"lon": at[node][0], "lat": at[node][1]} for node in way["nodes"]]
    check_town(read(write_answer(tmp_path / "a.json", {"elements": ways}), "overpass"))


# The trunk road again; a crossing of it from the south (5) by the signals at 2 to the north (6).
CROSSED = {
    11: ([1, 2, 3], {"highway": "trunk"}),
    12: ([5, 2, 6], {"highway": "footway", "footway": "crossing", "surface": "asphalt"}),
    13: ([6, 4], {"highway": "steps", "step_count": "41"}),
}
NODE_TAGS = {
    2: {"highway": "crossing", "crossing": "traffic_signals"},
    3: {"highway": "traffic_signals"},
    4: {"highway": "elevator"},
}


def check_crossed(network: Network) -> None:
    """Check what the tags say: signals at 2 and 3, an elevator at 4, 41 steps from 6 to 4."""
    kind_at = {
        tuple(xy): kind
        for xy, kind in zip(network.node_xy.round(1).tolist(), network.node_kind, strict=True)
    }
    special = {at: kind for at, kind in kind_at.items() if kind}
    assert special == {(100.0, 0.0): 2, (300.0, 0.0): 2, (100.0, 400.0): 3}
    crossing = network.edges[network.edges["crossing"]]
    assert (len(crossing), set(crossing["surface"])) == (2, {"paved"})
    steps = network.edges["steps"].to_numpy()
    assert steps.sum() == 1
    per_m = network.edges["steps_per_m"].to_numpy()
    assert (per_m * network.edge_length_m)[steps] == pytest.approx(41.0)
    assert not per_m[~steps].any()


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm", "a.osm.gz"])
def test_the_tags_of_nodes_are_read_from_a_file(tmp_path: Path, name: str) -> None:
    check_crossed(read(write_osm(tmp_path / name, CROSSED, NODE_TAGS)))


def test_the_tags_of_nodes_are_read_from_an_answer(tmp_path: Path) -> None:
    content = answer(CROSSED, NODE_TAGS)
    check_crossed(read(write_answer(tmp_path / "a.json", content), "overpass"))


def test_a_node_that_is_given_again_without_tags_keeps_its_kind(tmp_path: Path) -> None:
    content = answer(CROSSED, NODE_TAGS)
    at = lonlat()
    for element in content["elements"]:
        if element["type"] == "way":
            places = [at[node] for node in element["nodes"]]
            element["geometry"] = [{"lon": lon, "lat": lat} for lon, lat in places]
    check_crossed(read(write_answer(tmp_path / "a.json", content), "overpass"))


def test_without_tags_of_nodes_only_the_ways_tell(tmp_path: Path) -> None:
    network = read(write_osm(tmp_path / "a.osm", CROSSED))
    # Where the crossing meets the trunk road there is a crossing, but no signals that we know of.
    assert sorted(network.node_kind.tolist()) == [0, 0, 0, 0, 0, 1]


def test_the_steps_of_a_flight_that_is_cut_are_not_known(tmp_path: Path) -> None:
    ways = {**CROSSED, 13: ([6, 4, 99], CROSSED[13][1])}
    network = read(write_osm(tmp_path / "a.osm", ways))
    assert network.edges["steps"].any()
    assert not network.edges["steps_per_m"].any()


def test_more_steps_than_a_flight_can_have_are_noted_and_not_used(tmp_path: Path) -> None:
    # From 6 to 4 are 344.4 m, 150 m east and 310 m north: 3,444 steps would be ten to the metre.
    for count, per_m_known in (("3440", True), ("3448", False)):
        ledger = Ledger()
        ways = {**CROSSED, 13: ([6, 4], {"highway": "steps", "step_count": count})}
        network = read(write_osm(tmp_path / f"{count}.osm", ways), ledger=ledger)
        assert bool(network.edges["steps_per_m"].any()) is per_m_known
        codes = [entry.code for entry in ledger.of("streets").entries]
        assert codes == ([] if per_m_known else ["impossible_steps"])


SQUARE = {11: WAYS[11], 21: ([2, 4], {}), 22: ([4, 3], {"highway": "steps"}), 23: ([3, 2], {})}
RELATIONS = {
    31: ([21, 22, 23], {"type": "multipolygon", "highway": "pedestrian", "name": "駅前広場"}),
    32: ([23], {"type": "multipolygon", "landuse": "retail"}),
}


def check_square(network: Network) -> None:
    """Check that the outline is walked along, that a way's own tags come first, and the way across."""
    across = (network.edges["highway"] == "square").to_numpy()
    assert set(network.edges["osm_id"][across]) == {21}
    outline = network.edges[~across]
    names = dict(zip(outline["osm_id"], outline["highway"], strict=True))
    assert names == {11: "trunk", 21: "pedestrian", 22: "steps", 23: "pedestrian"}
    assert set(network.edges.loc[network.edges["highway"] == "pedestrian", "name"]) == {"駅前広場"}
    # 2 to 4 is 400 m, 3 to 2 is 200 m.
    square = (network.edges["highway"] == "pedestrian").to_numpy()
    assert network.edge_length_m[square].sum() == pytest.approx(600.0, abs=0.1)


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm"])
def test_a_square_drawn_as_a_relation_is_walked_along_its_outline(
    tmp_path: Path, name: str
) -> None:
    write_osm(tmp_path / "ways.osm.pbf", SQUARE)
    with osmium.SimpleWriter(tmp_path / name, overwrite=True) as writer:
        for thing in osmium.FileProcessor(tmp_path / "ways.osm.pbf"):
            writer.add(thing)
        for relation, (ways, tags) in RELATIONS.items():
            members = [("w", way, "outer") for way in ways] + [("n", 1, "label")]
            made = osmium.osm.mutable.Relation(id=relation, members=members, tags=tags)
            writer.add_relation(made)
    check_square(read(tmp_path / name))


def test_an_answer_may_hold_squares_as_relations(tmp_path: Path) -> None:
    content = answer(SQUARE)
    for relation, (ways, tags) in RELATIONS.items():
        members = [{"type": "way", "ref": way, "role": "outer"} for way in ways]
        members.append({"type": "node", "ref": 1, "role": "label"})
        content["elements"].append(
            {"type": "relation", "id": relation, "members": members, "tags": tags}
        )
    check_square(read(write_answer(tmp_path / "a.json", content), "overpass"))


def test_a_square_whose_outline_alone_has_tags_keeps_what_is_cut_out_of_it(tmp_path: Path) -> None:
    ways: dict[int, tuple[list[int], dict[str, str]]] = {
        21: ([2, 4, 3, 2], {"highway": "pedestrian", "area": "yes"}),
        22: ([1, 5, 6, 1], {"building": "yes"}),
    }
    roles = {21: "outer", 22: "inner"}
    for tags, pieces in (
        ({"type": "multipolygon"}, [[2, 4, 3, 2], [1, 5, 6, 1]]),
        # It says itself what it is: the square stands alone.
        ({"type": "multipolygon", "landuse": "retail"}, [[2, 4, 3, 2]]),
    ):
        write_osm(tmp_path / "ways.osm", ways).rename(tmp_path / "bare.osm")
        with osmium.SimpleWriter(tmp_path / "a.osm", overwrite=True) as writer:
            for thing in osmium.FileProcessor(tmp_path / "bare.osm"):
                writer.add(thing)
            members = [("w", way, role) for way, role in roles.items()]
            writer.add_relation(osmium.osm.mutable.Relation(id=31, members=members, tags=tags))
        content = answer(ways)
        told = [{"type": "way", "ref": way, "role": role} for way, role in roles.items()]
        content["elements"].append({"type": "relation", "id": 31, "members": told, "tags": tags})
        for read_ways in (
            read_osm_file(tmp_path / "a.osm"),
            read_overpass_file(write_answer(tmp_path / "a.json", content)),
        ):
            assert read_ways.areas["osm_id"].tolist() == [21]
            assert read_ways.areas["highway"].tolist() == ["pedestrian"]
            assert read_ways.areas["pieces"].tolist() == [pieces]


def test_a_name_may_hold_any_character(tmp_path: Path) -> None:
    # A comma, an equals sign, spaces, per cent, and signs that Python takes for the end of a line.
    name = "本町通り, a=b %41% @x\u2028次\x85線\u3000終"
    ways = {11: ([1, 2, 3], {"highway": "path", "name": name, "note": "\n"})}
    for file in ("a.osm.pbf", "a.osm"):
        assert read(write_osm(tmp_path / file, ways)).edges["name"].tolist() == [name]


def test_the_ledger_counts_what_is_not_walkable_by_kind(tmp_path: Path) -> None:
    ledger = Ledger()
    read(write_osm(tmp_path / "a.osm"), ledger=ledger)
    book = ledger.of("streets")
    assert (book.rows_read, book.rows_used, book.rows_refused) == (4, 2, 2)
    assert [(entry.code, str(entry.said)) for entry in book.entries] == [
        ("not_walkable", "ways closed to walkers, highway=motorway, not used: 1"),
        ("not_walkable", "ways closed to walkers, highway=service, not used: 1"),
    ]
    assert all(told(entry.said, "ja") != str(entry.said) for entry in book.entries)


def test_private_ways_and_directions_are_kept_and_counted(tmp_path: Path) -> None:
    ways: dict[int, tuple[list[int], dict[str, str]]] = {
        11: ([1, 2, 3], {"highway": "residential"}),
        12: ([4, 2], {"highway": "service", "access": "private"}),
        13: ([3, 4], {"highway": "footway", "oneway:foot": "-1"}),
        14: ([5, 1], {"highway": "steps", "conveying": "reversible"}),
    }
    ledger = Ledger()
    network = read(write_osm(tmp_path / "a.osm", ways), ledger=ledger)
    edges = network.edges.set_index("osm_id")
    assert edges.index[edges["private"]].tolist() == [12]
    way = int(np.flatnonzero(network.edges["osm_id"] == 13)[0])
    # It is walked against its drawing, from (100, 400) to (300, 0); this edge begins in the west.
    assert network.node_xy[network.edge_u[way]] == pytest.approx([100, 400], abs=0.1)
    assert edges.loc[[12, 13, 14], "oneway"].tolist() == [0, 1, 0]
    assert [(entry.code, str(entry.said)) for entry in ledger.of("streets").entries] == [
        ("oneway", "ways walked in one direction only: 1"),
        (
            "unknown_direction",
            "ways whose direction for walkers changes or is not written, walked both ways: 1",
        ),
        (
            "private_road",
            "private ways, walked by those alone who live there or go to a place there: 1",
        ),
    ]


def test_a_street_without_a_way_back_is_listed(tmp_path: Path) -> None:
    # Nobody comes back from (-50, 90).
    ways: dict[int, tuple[list[int], dict[str, str]]] = {
        11: ([1, 2, 3], {"highway": "residential"}),
        12: ([1, 6], {"highway": "footway", "oneway:foot": "yes"}),
    }
    network = read(write_osm(tmp_path / "a.osm", ways))
    assert network.edges["osm_id"][one_way_traps(network)].tolist() == [12]


def test_ways_that_touch_the_boundary_are_kept_whole(tmp_path: Path) -> None:
    ledger = Ledger()
    west = shapely.box(-10, -10, 50, 10)
    network = read(write_osm(tmp_path / "a.osm"), boundary=west, ledger=ledger)
    assert network.edge_length_m.round(1).tolist() == [300.0]
    assert [entry.code for entry in ledger.of("streets").entries].count("outside") == 1


def test_a_node_that_the_file_lacks_cuts_its_way(tmp_path: Path) -> None:
    ledger = Ledger()
    ways = {11: ([1, 2, 99, 3, 4], {"highway": "path"}), 12: ([98, 1], {"highway": "path"})}
    network = read(write_osm(tmp_path / "a.osm", ways), ledger=ledger)
    # 1 to 2 is 100 m, 3 to 4 is the diagonal of 200 by 400.
    expected = [100.0, round(float(np.hypot(200, 400)), 1)]
    assert sorted(network.edge_length_m.round(1).tolist()) == expected
    book = ledger.of("streets")
    assert [entry.code for entry in book.entries] == ["missing_nodes", "too_few_nodes"]
    assert (book.rows_used, book.rows_repaired, book.rows_refused) == (1, 1, 1)


def test_a_way_that_occurs_twice_is_used_once(tmp_path: Path) -> None:
    ledger = Ledger()
    content = answer()
    content["elements"] += content["elements"]
    check_town(read(write_answer(tmp_path / "a.json", content), "overpass", ledger=ledger))
    assert "duplicate" in [entry.code for entry in ledger.of("streets").entries]


def test_ids_below_zero_of_an_editor_are_read(tmp_path: Path) -> None:
    path = tmp_path / "editor.osm"
    nodes = "".join(
        f'<node id="-{n}" lon="{x:.7f}" lat="{y:.7f}"/>' for n, (x, y) in lonlat().items()
    )
    way = '<way id="-9"><nd ref="-1"/><nd ref="-2"/><tag k="highway" v="path"/></way>'
    path.write_text(f'<osm version="0.6">{nodes}{way}</osm>', encoding="utf-8")
    assert read(path).edge_length_m.round(1).tolist() == [100.0]


def test_an_empty_network_asks_for_the_right_extract(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "a.osm")
    far = shapely.box(50_000, 50_000, 60_000, 60_000)
    with pytest.raises(SourceError, match="is this the extract of the right place") as caught:
        read(path, boundary=far)
    assert str(path) in str(caught.value)
    assert "139.83" in str(caught.value)
    assert "歩ける道がありません" in told(caught.value, "ja")


def test_a_file_of_motorways_only_is_an_empty_network(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "a.osm", {13: WAYS[13]})
    with pytest.raises(SourceError, match="of 1 ways read, 1 of them closed to walkers"):
        read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.osm\.pbf: there is no such file"):
        read(tmp_path / "nowhere.osm.pbf")


def test_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="format 'csv' holds no streets; use osm, overpass"):
        read(write_osm(tmp_path / "a.osm"), "csv")


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm", "a.osm.gz"])
def test_half_a_file_is_refused(tmp_path: Path, name: str) -> None:
    path = write_osm(tmp_path / name)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(SourceError, match="not a whole OpenStreetMap file"):
        read(path)


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm", "a.osm.gz", "a.zip"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    content = "町会名,人口\n本町,120\n".encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    with pytest.raises(SourceError, match="not a whole OpenStreetMap file"):
        read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<html>429 Too Many Requests</html>", "not JSON"),
        ('{"elements": [', "not JSON"),
        ("[]", "no list 'elements'"),
        ('{"type": "FeatureCollection", "features": []}', "no list 'elements'"),
        ('{"elements": [{"type": "node", "id": 1}]}', r"elements\[0\] is no node, way"),
        ('{"elements": [7]}', r"elements\[0\] is no node, way"),
        ('{"elements": [], "remark": "runtime error: Query timed out"}', "stopped before the end"),
        ('{"elements": []}', "right place"),
    ],
)
def test_json_of_another_shape_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "answer.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path, "overpass")


@dataclass
class Overpass:
    """A stand-in for Overpass on loopback: it answers every question alike."""

    body: bytes = b""
    status: int = 200
    questions: list[str] = field(default_factory=list)
    address: str = ""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(200, b"Connected as: 1\nRate limit: 2\n\n\n2 slots available now.\n")

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                stub.questions.append(self.rfile.read(length).decode())
                self._send(stub.status, stub.body)

            def log_message(self, *_: object) -> None:
                """Keep the tests quiet."""

            def _send(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler


@pytest.fixture
def overpass(monkeypatch: pytest.MonkeyPatch) -> Iterator[Overpass]:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    stub = Overpass()
    with ThreadingHTTPServer(("127.0.0.1", 0), stub.handler()) as server:
        stub.address = f"http://127.0.0.1:{server.server_port}/api/interpreter"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield stub
        finally:
            server.shutdown()
            thread.join()


NEAR = shapely.box(-500, -500, 800, 800)


def test_the_download_gives_the_same_network_as_the_file(
    tmp_path: Path, overpass: Overpass
) -> None:
    overpass.body = json.dumps(answer(CROSSED, NODE_TAGS)).encode()
    check_crossed(read(Path(), "osmnx", address=overpass.address, boundary=NEAR))
    overpass.questions.clear()
    overpass.body = json.dumps(answer({n: WAYS[n] for n in (11, 12, 13, 14)})).encode()
    ledger = Ledger()
    network = read(Path(), "osmnx", address=overpass.address, boundary=NEAR, ledger=ledger)
    check_town(network)
    same(network, read(write_osm(tmp_path / "a.osm.pbf")))
    assert len(overpass.questions) == 1
    book = ledger.of("streets")
    assert (book.rows_read, book.rows_used, book.rows_refused) == (4, 2, 2)


# A triangle that is an area, with streets to two of its corners.
YARD = {
    11: ([5, 1], {"highway": "residential"}),
    12: ([1, 3, 4, 1], {"highway": "service", "area": "yes", "name": "団地"}),
    13: ([4, 6], {"highway": "residential"}),
}


def test_an_area_is_walked_across_whatever_the_format(tmp_path: Path, overpass: Overpass) -> None:
    network = read(write_osm(tmp_path / "a.osm.pbf", YARD))
    across = (network.edges["highway"] == "square").to_numpy()
    assert set(network.edges["osm_id"][across]) == {12}
    assert set(network.edges["name"][across]) == {"団地"}
    # Nobody lives along a line across a yard.
    assert not with_doors(network)[across].any()
    same(network, read(write_answer(tmp_path / "a.json", answer(YARD)), "overpass"))
    overpass.body = json.dumps(answer(YARD)).encode()
    ledger = Ledger()
    downloaded = read(Path(), "osmnx", address=overpass.address, boundary=NEAR, ledger=ledger)
    same(network, downloaded)
    assert [entry.code for entry in ledger.of("streets").entries] == ["no_relations"]


@pytest.mark.parametrize(
    ("tags", "crossed"),
    [
        ({"highway": "pedestrian"}, False),
        ({"highway": "pedestrian", "area": "no"}, False),
        ({"highway": "pedestrian", "area": "yes"}, True),
        ({"highway": "platform"}, True),
        ({"highway": "platform", "area": "no"}, False),
        ({"highway": "elevator", "area": "yes"}, False),
        ({"highway": "steps", "area": "yes"}, False),
    ],
)
def test_which_closed_ways_are_areas(
    tmp_path: Path, tags: dict[str, str], *, crossed: bool
) -> None:
    network = read(write_osm(tmp_path / "a.osm", YARD | {12: (YARD[12][0], tags)}))
    assert (network.edges["highway"] == "square").any() == crossed


def test_an_area_that_is_not_closed_is_listed(tmp_path: Path) -> None:
    ledger = Ledger()
    ways = YARD | {12: ([1, 3, 4], YARD[12][1])}
    network = read(write_osm(tmp_path / "a.osm", ways), ledger=ledger)
    assert not (network.edges["highway"] == "square").any()
    (entry,) = ledger.of("streets").entries
    assert entry.code == "square_not_crossed"
    assert "1 not closed, 0 that cross themselves" in str(entry.said)
    assert str(entry.said).endswith("(12)")


def test_a_side_street_is_joined_to_a_sidewalk_apart_whatever_the_format(
    tmp_path: Path, overpass: Overpass
) -> None:
    # The trunk road from 1 to 3 has its sidewalk apart, 50 m south of it: too far. Then 1 m south.
    road = {"highway": "trunk", "foot": "use_sidepath"}
    walk = {"highway": "footway", "footway": "sidewalk"}
    ways = {11: ([1, 2, 3], road), 12: ([2, 4], {"highway": "residential"}), 16: ([7, 8], walk)}
    for south_m, joined in ((50.0, False), (1.0, True)):
        SPOTS.update({7: (0, -south_m), 8: (300, -south_m)})
        try:
            ledger = Ledger()
            network = read(write_osm(tmp_path / f"{south_m}.osm", ways), ledger=ledger)
            content = answer(ways)
        finally:
            del SPOTS[7], SPOTS[8]
        codes = {entry.code for entry in ledger.of("streets").entries}
        assert ("sidewalk_joined" in codes) == joined
        assert network.edge_length_m.sum() == pytest.approx(700 + joined * south_m, abs=0.1)
        same(network, read(write_answer(tmp_path / "a.json", content), "overpass"))
        overpass.body = json.dumps(content).encode()
        same(network, read(Path(), "osmnx", address=overpass.address, boundary=NEAR))


def test_the_download_leaves_osmnx_as_it_was(overpass: Overpass) -> None:
    from osmnx import settings

    getaddrinfo = socket.getaddrinfo
    before = {name: value for name, value in vars(settings).items() if not name.startswith("_")}
    overpass.body = json.dumps(answer({11: WAYS[11]})).encode()
    read(Path(), "osmnx", address=overpass.address, boundary=NEAR)
    overpass.status = 500
    with pytest.raises(SourceError):
        read(Path(), "osmnx", address=overpass.address, boundary=NEAR)
    after = {name: value for name, value in vars(settings).items() if not name.startswith("_")}
    assert after == before
    assert socket.getaddrinfo is getaddrinfo


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (504, b"busy", "no answer from Overpass .HTTP 504"),
        (429, b"busy", "no answer from Overpass .HTTP 429"),
        (200, b"<html>busy</html>", "no answer from Overpass .not JSON"),
        (200, b"[]", "no list 'elements'"),
        (200, b'{"elements": [], "remark": "runtime error: Query timed out"}', "before the end"),
        (200, b'{"elements": []}', "no street inside the boundary"),
    ],
)
def test_a_download_that_fails_says_why(
    overpass: Overpass, status: int, body: bytes, message: str
) -> None:
    overpass.status, overpass.body = status, body
    with pytest.raises(SourceError, match=message):
        read(Path(), "osmnx", address=overpass.address, boundary=NEAR)
    assert len(overpass.questions) == 1


def test_streets_elsewhere_are_no_street_inside(overpass: Overpass) -> None:
    overpass.body = json.dumps(answer()).encode()
    far = shapely.box(50_000, 50_000, 51_000, 51_000)
    with pytest.raises(SourceError, match="no street inside the boundary"):
        read(Path(), "osmnx", address=overpass.address, boundary=far)


def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/api"
    with pytest.raises(SourceError, match="no answer from Overpass"):
        read(Path(), "osmnx", address=address, boundary=NEAR)


def kochi(
    path: Path, file_format: str, *, address: str = "", ledger: Ledger | None = None
) -> Network:
    return read_streets(
        path,
        source=source(file_format, address),
        # The centre of the city in zone IV, and then some.
        boundary=shapely.box(-20_000, 50_000, 30_000, 75_000),
        plane_epsg=6672,
        ledger=ledger or Ledger(),
    )


def kochi_elements() -> tuple[dict[int, tuple[float, float]], list[dict[str, Any]]]:
    elements = json.loads(KOCHI_ANSWER.read_bytes())["elements"]
    nodes = {e["id"]: (e["lon"], e["lat"]) for e in elements if e["type"] == "node"}
    return nodes, [e for e in elements if e["type"] == "way"]


def kochi_walked() -> list[dict[str, Any]]:
    """Return the ways that people may walk along, by what stands in this file."""
    _, ways = kochi_elements()
    closed = {w["id"] for w in ways if w["tags"].get("access") == "no"}
    closed -= {w["id"] for w in ways if w["tags"].get("foot") in ("yes", "designated")}
    closed |= {w["id"] for w in ways if w["tags"]["highway"] == "bus_stop"}
    return [way for way in ways if way["id"] not in closed]


def kochi_plane() -> dict[int, tuple[float, float]]:
    """Return the nodes in plane zone IV, which the test projects by itself."""
    nodes, _ = kochi_elements()
    to_plane = Transformer.from_crs(6668, 6672, always_xy=True)
    return {node: to_plane.transform(lon, lat) for node, (lon, lat) in nodes.items()}


@real
@pytest.mark.real
def test_every_metre_of_walkable_kochi_is_in_the_network() -> None:
    ledger = Ledger()
    network = kochi(KOCHI_ANSWER, "overpass", ledger=ledger)
    nodes, ways = kochi_elements()
    walked = kochi_walked()
    book = ledger.of("streets")
    assert book.rows_read == len(ways) == 5694
    assert book.rows_used == len(walked)
    refused_n = sum(int(str(e.said).split()[-1]) for e in book.entries if e.code == "not_walkable")
    assert refused_n == len(ways) - len(walked)
    geod = Geod(ellps="GRS80")
    lines = [[nodes[n] for n in way["nodes"]] for way in walked]
    truth_m = sum(geod.line_length(*zip(*line, strict=True)) for line in lines)
    # The plane is at most 0.01 % off the ground.
    assert network.edge_length_m.sum() == pytest.approx(truth_m, rel=1.5e-4)
    # Six of 76 barriers on public ways let no walker pass: each way ends there for itself.
    own = [way for way in walked if way["tags"].get("access") == "private"]
    own = [way for way in own if way["tags"].get("foot") not in ("yes", "designated")]
    at_own = {node for way in own for node in way["nodes"]}
    on_ways = {node for way in walked if way not in own for node in way["nodes"]}
    elements = json.loads(KOCHI_ANSWER.read_bytes())["elements"]
    tags_of = {e["id"]: e.get("tags", {}) for e in elements if e["id"] in on_ways | at_own}
    barriers = {node: tags for node, tags in tags_of.items() if "barrier" in tags}
    access = {node: tags.get("access") for node, tags in barriers.items()}
    shut = {node for node, value in access.items() if value == "no"}
    shut |= {node for node, value in access.items() if value == "private" and node not in at_own}
    assert (len(set(barriers) & on_ways), len(shut)) == (76, 6)
    told = [str(entry.said) for entry in book.entries if entry.code in GATES]
    assert sum(str(node) in text for node in shut for text in told) == 6
    graph: nx.Graph[object] = nx.Graph()
    for way in walked:
        for pair in itertools.pairwise(way["nodes"]):
            graph.add_edge(*((node, pair) if node in shut else node for node in pair))
    assert network.component_length_m.size == nx.number_connected_components(graph)


@real
@pytest.mark.real
def test_kochi_is_as_long_as_its_ways_kind_by_kind_to_the_centimetre() -> None:
    network = kochi(KOCHI_ANSWER, "overpass")
    at, walked = kochi_plane(), kochi_walked()
    length_m: Counter[str] = Counter()
    for way in walked:
        tags = way["tags"]
        corners = [at[node] for node in way["nodes"]]
        way_m = sum(math.dist(a, b) for a, b in itertools.pairwise(corners))
        length_m[tags["highway"]] += way_m
        length_m["crossing"] += way_m * (tags.get("footway") == "crossing")
        length_m["bridge"] += way_m * (tags.get("bridge") == "yes")
        length_m["tunnel"] += way_m * (tags.get("tunnel") == "yes")
        length_m["all"] += way_m
    edges = network.edges.assign(m=network.edge_length_m)
    found = edges.groupby("highway")["m"].sum().to_dict()
    found |= {name: edges.loc[edges[name], "m"].sum() for name in ("crossing", "bridge", "tunnel")}
    found["all"] = edges["m"].sum()
    assert set(found) == set(length_m)
    # One pedestrian way is tagged crossing=traffic_signals without footway=crossing.
    extra = [w for w in walked if w["tags"]["highway"] == "pedestrian" and "crossing" in w["tags"]]
    for way in extra:
        corners = [at[node] for node in way["nodes"]]
        length_m["crossing"] += sum(math.dist(a, b) for a, b in itertools.pairwise(corners))
    assert len(extra) == 1
    for name, metres in length_m.items():
        assert found[name] == pytest.approx(metres, abs=0.01), name
    assert sum(way["tags"]["highway"] == "footway" for way in walked) > 2_500
    assert sum(way["tags"]["highway"] == "steps" for way in walked) == 162


@real
@pytest.mark.real
def test_kochi_waits_at_the_signals_that_its_file_knows() -> None:
    network = kochi(KOCHI_ANSWER, "overpass")
    elements = json.loads(KOCHI_ANSWER.read_bytes())["elements"]
    tags_of = {e["id"]: e.get("tags", {}) for e in elements if e["type"] == "node"}
    walked, at = kochi_walked(), kochi_plane()
    cars = ("trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "service")
    on_road = {n for w in walked if w["tags"]["highway"].startswith(cars) for n in w["nodes"]}
    expected: set[int] = set()
    for way in walked:
        tags = way["tags"]
        if tags.get("footway") != "crossing":
            continue
        for node in way["nodes"]:
            said = tags_of[node].get("crossing", "").startswith("traffic_signals")
            if (
                said
                or tags_of[node].get("highway") == "traffic_signals"
                or (tags.get("crossing") == "traffic_signals" and node in on_road)
            ):
                expected.add(node)
    crossing = network.edges["crossing"] & (network.edges["highway"] != "pedestrian")
    ends = np.concatenate([network.edge_u[crossing], network.edge_v[crossing]])
    waited = {node for node in ends.tolist() if network.node_kind[node] == 2}
    assert len(expected) > 200
    assert {tuple(network.node_xy[node].round(3).tolist()) for node in waited} == {
        (round(at[node][0], 3), round(at[node][1], 3)) for node in expected
    }
    # An elevator is a junction wherever it stands.
    lifts = {n for w in walked for n in w["nodes"] if tags_of[n].get("highway") == "elevator"}
    assert (network.node_kind == 3).sum() == len(lifts) == 8


@real
@pytest.mark.real
def test_kochi_keeps_trunk_roads_and_flights_of_steps() -> None:
    network = kochi(KOCHI_ANSWER, "overpass")
    _, ways = kochi_elements()
    assert (network.edges["highway"] == "trunk").sum() > 0
    steps = {way["id"] for way in ways if way["tags"]["highway"] == "steps"}
    assert set(network.edges.loc[network.edges["steps"], "osm_id"]) <= steps
    assert network.edges["steps"].sum() >= 0.8 * len(steps)
    # Two flights are counted: of 8 and of 4 steps.
    steps_n = network.edges["steps_per_m"].to_numpy() * network.edge_length_m
    assert sorted(steps_n[steps_n > 0].tolist()) == pytest.approx([4.0, 8.0])


@real
@pytest.mark.real
def test_nobody_in_kochi_lives_along_the_aisles_of_its_car_parks() -> None:
    network = kochi(KOCHI_ANSWER, "overpass")
    aisles = {w["id"] for w in kochi_walked() if w["tags"].get("service") == "parking_aisle"}
    assert len(aisles) == 293
    # An edge has the lowest id of its ways, and ways of other traits are not merged with these.
    on_aisle = network.edges["osm_id"].isin(aisles).to_numpy()
    assert on_aisle.sum() >= len(aisles)
    assert not with_doors(network)[on_aisle].any()
    metres_of_aisles = network.edge_length_m[on_aisle].sum()
    at = kochi_plane()
    drawn = [w["nodes"] for w in kochi_walked() if w["id"] in aisles]
    truth_m = sum(math.dist(at[a], at[b]) for way in drawn for a, b in itertools.pairwise(way))
    assert metres_of_aisles == pytest.approx(truth_m, abs=0.1)


@real
@pytest.mark.real
def test_what_kochi_says_and_nobody_uses_adds_up() -> None:
    ledger = Ledger()
    kochi(KOCHI_ANSWER, "overpass", ledger=ledger)
    (entry,) = [
        e
        for e in ledger.of("streets").entries
        if e.code == "unused_tags" and "OSM way" in str(e.said)
    ]
    listed, others = str(entry.said).split("not used: ")[1].split("; others: ")
    counted = sum(int(part.rsplit(": ", 1)[1]) for part in listed.split(", "))
    counted += int(others.split()[0])
    used = {*USEFUL_TAGS}
    tags = [(k, v) for way in kochi_walked() for k, v in way["tags"].items()]
    # One width of 0 m is no width; up or down, of which how steeply is not said, is no slope.
    unread = [(k, v) for k, v in tags if k in TRAITS and trait(k, v) is None]
    assert {*unread} == {("width", "0"), ("incline", "up"), ("incline", "down")}
    assert counted == sum(k not in used for k, _ in tags) + len(unread)


@real
@pytest.mark.real
def test_kochi_downloaded_is_kochi_read(overpass: Overpass) -> None:
    overpass.body = KOCHI_ANSWER.read_bytes()
    same(kochi(Path(), "osmnx", address=overpass.address), kochi(KOCHI_ANSWER, "overpass"))

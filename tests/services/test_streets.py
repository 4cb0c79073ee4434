"""Streets: every format, what is not used and why, bad files, the download, and real Kochi."""

import gzip
import json
import socket
import threading
from collections.abc import Iterator
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
from pyproj import Geod
from scipy.sparse.csgraph import dijkstra

from geo.errors import SourceError
from geo.network import Network, adjacency
from services.intake.ledger import Ledger
from services.intake.streets import read_streets
from services.profile import Source

PLANE = 6677
EVERYWHERE = shapely.box(-1e6, -1e6, 1e6, 1e6)
KOCHI = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "kochi"
KOCHI_ANSWER = KOCHI / "walk_overpass_2024.json"
real = pytest.mark.skipif(not KOCHI.is_dir(), reason="the open data is not beside the checkout")

# A trunk road of 300 m, a side street of 400 m from its middle, a motorway and a private drive.
SPOTS = {1: (0, 0), 2: (100, 0), 3: (300, 0), 4: (100, 400), 5: (-50, 0), 6: (-50, 90)}
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    11: ([1, 2, 3], {"highway": "trunk", "name": "国道6号", "surface": "asphalt"}),
    12: ([2, 4], {"highway": "residential"}),
    13: ([5, 6], {"highway": "motorway"}),
    14: ([4, 6], {"highway": "service", "access": "private"}),
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
) -> Network:
    return read_streets(
        path,
        source=source(file_format, address),
        boundary=boundary,
        plane_epsg=PLANE,
        ledger=ledger or Ledger(),
    )


def lonlat() -> dict[int, tuple[float, float]]:
    """Return the spots in degrees, rounded as OpenStreetMap rounds them (1 cm)."""
    x, y = np.array(list(SPOTS.values()), dtype=float).T
    points = gpd.GeoSeries.from_xy(x, y, crs=PLANE).to_crs(6668)
    xy = np.round(shapely.get_coordinates(points.to_numpy()), 7)
    return dict(zip(SPOTS, map(tuple, xy.tolist()), strict=True))


def write_osm(path: Path, ways: dict[int, tuple[list[int], dict[str, str]]] = WAYS) -> Path:
    with osmium.SimpleWriter(path) as writer:
        for node, at in lonlat().items():
            writer.add_node(osmium.osm.mutable.Node(id=node, location=at))
        for way, (nodes, tags) in ways.items():
            writer.add_way(osmium.osm.mutable.Way(id=way, nodes=nodes, tags=tags))
    return path


def answer(ways: dict[int, tuple[list[int], dict[str, str]]] = WAYS) -> dict[str, Any]:
    nodes = [{"type": "node", "id": n, "lon": x, "lat": y} for n, (x, y) in lonlat().items()]
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
    walk_m = dijkstra(adjacency(network), indices=ends.index([0.0, 0.0]))
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


def test_the_ledger_counts_what_is_not_walkable_by_kind(tmp_path: Path) -> None:
    ledger = Ledger()
    read(write_osm(tmp_path / "a.osm"), ledger=ledger)
    book = ledger.of("streets")
    assert (book.rows_read, book.rows_used, book.rows_refused) == (4, 2, 2)
    assert [(entry.code, entry.message) for entry in book.entries] == [
        ("not_walkable", "ways closed to walkers, highway=motorway, not used: 1"),
        ("not_walkable", "ways closed to walkers, highway=service, not used: 1"),
    ]
    assert all(entry.ja != entry.message for entry in book.entries)


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
    assert "歩ける道がありません" in caught.value.ja


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
        yield stub
        server.shutdown()
        thread.join()


NEAR = shapely.box(-500, -500, 800, 800)


def test_the_download_gives_the_same_network_as_the_file(
    tmp_path: Path, overpass: Overpass
) -> None:
    overpass.body = json.dumps(answer({n: WAYS[n] for n in (11, 12, 13, 14)})).encode()
    ledger = Ledger()
    network = read(Path(), "osmnx", address=overpass.address, boundary=NEAR, ledger=ledger)
    check_town(network)
    same(network, read(write_osm(tmp_path / "a.osm.pbf")))
    assert len(overpass.questions) == 1
    book = ledger.of("streets")
    assert (book.rows_read, book.rows_used, book.rows_refused) == (4, 2, 2)


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


@real
@pytest.mark.real
def test_every_metre_of_walkable_kochi_is_in_the_network() -> None:
    ledger = Ledger()
    network = kochi(KOCHI_ANSWER, "overpass", ledger=ledger)
    nodes, ways = kochi_elements()
    closed = [w for w in ways if w["tags"].get("access") in ("private", "no")]
    closed = [w for w in closed if w["tags"].get("foot") not in ("yes", "designated")]
    closed += [w for w in ways if w["tags"]["highway"] == "bus_stop"]
    book = ledger.of("streets")
    assert book.rows_read == len(ways) == 5694
    assert sum(int(e.message.split()[-1]) for e in book.entries if e.code == "not_walkable") == len(
        closed
    )
    refused = {way["id"] for way in closed}
    geod = Geod(ellps="GRS80")
    used = [[nodes[n] for n in way["nodes"]] for way in ways if way["id"] not in refused]
    truth_m = sum(geod.line_length(*zip(*line, strict=True)) for line in used)
    # The plane is at most 0.01 % off the ground.
    assert network.edge_length_m.sum() == pytest.approx(truth_m, rel=1.5e-4)
    graph: nx.Graph[int] = nx.Graph()
    for way in ways:
        if way["id"] not in refused:
            nx.add_path(graph, way["nodes"])
    assert network.component_length_m.size == nx.number_connected_components(graph)


@real
@pytest.mark.real
def test_kochi_keeps_trunk_roads_and_flights_of_steps() -> None:
    network = kochi(KOCHI_ANSWER, "overpass")
    _, ways = kochi_elements()
    assert (network.edges["highway"] == "trunk").sum() > 0
    steps = {way["id"] for way in ways if way["tags"]["highway"] == "steps"}
    assert set(network.edges.loc[network.edges["steps"], "osm_id"]) <= steps
    assert network.edges["steps"].sum() >= 0.8 * len(steps)


@real
@pytest.mark.real
def test_kochi_downloaded_is_kochi_read(overpass: Overpass) -> None:
    overpass.body = KOCHI_ANSWER.read_bytes()
    same(kochi(Path(), "osmnx", address=overpass.address), kochi(KOCHI_ANSWER, "overpass"))

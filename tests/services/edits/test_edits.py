"""Edits of a workspace: validated whole, kept in versions, never in the network on disk."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from shapely import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from geo.edits.applied import Edit, apply_edits
from geo.errors import BrokenWorkspaceError, NotFoundError, SourceError
from geo.walking.reach import nearest
from services.edits.drawings import drawn_edits, read_features
from services.edits.versions import (
    add_edits,
    edited_network,
    edits_record,
    effects_of,
    home_snaps,
    list_versions,
    read_drawn,
    read_edits,
    revert_edits,
)
from services.intake.build import build
from services.intake.streets.reading import read_streets
from services.intake.tables.ledger import Ledger
from services.profile import Source
from services.words.texts import told
from services.workspace.folder import Snapshot, Workspace, open_workspace

DAY = date(2025, 4, 1)
KOCHI = (
    Path(__file__).resolve().parents[3].parent
    / "shared"
    / "data"
    / "kochi"
    / "walk_overpass_2024.json"
)


@pytest.fixture
def workspace(town_snapshot: Snapshot, tmp_path: Path) -> Workspace:
    """Return a copy of the small model town that a test may edit."""
    path = tmp_path / "town"
    shutil.copytree(town_snapshot.workspace.path, path)
    return open_workspace(path)


def write(path: Path, workspace: Workspace, *edits: tuple[BaseGeometry | None, dict[str, Any]]):
    """Write edits drawn in plane metres as GeoJSON."""
    epsg = workspace.profile.municipality.plane_epsg
    lonlat = gpd.GeoSeries([shape for shape, _ in edits], crs=epsg).to_crs(6668)
    features = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
        }
        for shape, (_, properties) in zip(lonlat, edits, strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


def longest_street(workspace: Workspace) -> tuple[int, LineString]:
    network = workspace.network()
    edge = int(np.argmax(network.edge_length_m))
    return edge, network.edge_lines[edge]


def across(workspace: Workspace) -> LineString:
    """Return a short line across the middle of the longest street."""
    _, line = longest_street(workspace)
    half = line.interpolate(0.5, normalized=True)
    on = line.interpolate(line.length / 2 + 0.5)
    dx, dy = on.x - half.x, on.y - half.y
    return LineString([(half.x - 4 * dy, half.y + 4 * dx), (half.x + 4 * dy, half.y - 4 * dx)])


def barrier(workspace: Workspace, **more: Any) -> tuple[BaseGeometry, dict[str, Any]]:
    return across(workspace), {"edit_id": "b1", "kind": "barrier", "name": "国道", **more}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def test_a_workspace_without_edits_has_its_own_network(workspace: Workspace) -> None:
    assert list_versions(workspace) == []
    assert read_edits(workspace) == []
    network = workspace.network()
    assert edited_network(workspace, network, DAY).network is network
    record = edits_record(workspace, DAY)
    assert (record["version"], record["in_force"]) == (0, [])


def test_versions_are_added_and_never_changed(workspace: Workspace, tmp_path: Path) -> None:
    stored = contents(workspace.path / "network")
    file = write(tmp_path / "drawn.geojson", workspace, barrier(workspace))
    first = add_edits(workspace, file, by="地域支援課", note="会議で確認")
    assert (first.added, first.replaced) == (("b1",), ())
    one = (workspace.path / "edits" / "0001.geojson").read_bytes()
    _, street = longest_street(workspace)
    other = write(
        tmp_path / "more.geojson",
        workspace,
        barrier(workspace, name="国道（改）"),
        (street.interpolate(10.0), {"edit_id": "c1", "kind": "closed"}),
    )
    second = add_edits(workspace, other)
    assert (second.added, second.replaced) == (("c1",), ("b1",))
    third = revert_edits(workspace, 1, by="地域支援課")
    versions = list_versions(workspace)
    assert [version.version for version in versions] == [1, 2, 3]
    assert [version.edits_n for version in versions] == [1, 2, 1]
    assert third.sha256 == first.version.sha256 != second.version.sha256
    assert (versions[0].by, versions[0].note, versions[0].source) == (
        "地域支援課",
        "会議で確認",
        "drawn.geojson",
    )
    assert (workspace.path / "edits" / "0001.geojson").read_bytes() == one
    assert contents(workspace.path / "network") == stored
    assert [edit.edit_id for edit in read_edits(workspace, 2)] == ["b1", "c1"]
    assert read_drawn(workspace, 2)[0].said("name") == "国道（改）"


def test_the_whole_of_a_file_takes_the_place_of_all_edits(
    workspace: Workspace, tmp_path: Path
) -> None:
    add_edits(workspace, write(tmp_path / "a.geojson", workspace, barrier(workspace)))
    other = write(tmp_path / "b.geojson", workspace, barrier(workspace, edit_id="b2"))
    add_edits(workspace, other, whole=True)
    assert [edit.edit_id for edit in read_edits(workspace)] == ["b2"]


def test_an_edit_comes_back_where_it_was_drawn(workspace: Workspace, tmp_path: Path) -> None:
    drawn = across(workspace)
    add_edits(workspace, write(tmp_path / "a.geojson", workspace, barrier(workspace)))
    (edit,) = read_edits(workspace)
    apart_m = shapely.get_coordinates(edit.shape) - shapely.get_coordinates(drawn)
    assert np.abs(apart_m).max() < 0.002
    edited = edited_network(workspace, workspace.network(), DAY)
    edge, _ = longest_street(workspace)
    assert np.flatnonzero(np.bincount(edited.trace.cut.parent) > 1).tolist() == [edge]


def test_an_edit_holds_from_its_first_to_its_last_day(workspace: Workspace, tmp_path: Path) -> None:
    file = write(
        tmp_path / "works.geojson",
        workspace,
        barrier(workspace, valid_from="令和7年4月1日", valid_to="2025-09-30"),
    )
    added = add_edits(workspace, file)
    assert (added.effects[0].valid_from, added.effects[0].valid_to) == ("2025-04-01", "2025-09-30")
    days = [date(2025, 3, 31), date(2025, 4, 1), date(2025, 9, 30), date(2025, 10, 1)]
    assert [len(read_edits(workspace, day=day)) for day in days] == [0, 1, 1, 0]
    assert [edits_record(workspace, day)["in_force"] for day in days] == [[], ["b1"], ["b1"], []]
    network = workspace.network()
    cut = [edited_network(workspace, network, day).closed.any() for day in days]
    assert cut == [False, True, True, False]


def test_corrections_that_never_hold_on_one_day_do_not_contradict(
    workspace: Workspace, tmp_path: Path
) -> None:
    way = int(workspace.network().edges["osm_id"].iloc[0])
    said = {"kind": "correction", "osm_id": way}
    before = {"edit_id": "x", "highway": "steps", "valid_to": "2025-03-31", **said}
    after = {"edit_id": "y", "highway": "footway", "valid_from": "2025-04-01", **said}
    added = add_edits(
        workspace, write(tmp_path / "a.geojson", workspace, (None, before), (None, after))
    )
    assert [one.edges_n > 0 for one in added.effects] == [True, True]
    network = workspace.network()
    first = network.edges["osm_id"].to_numpy() == way
    edited = edited_network(workspace, network, DAY)
    assert set(edited.network.edges.loc[first, "highway"]) == {"footway"}
    both = {**after, "valid_from": "2025-03-31"}
    file = write(tmp_path / "b.geojson", workspace, (None, before), (None, both))
    with pytest.raises(SourceError, match=r"b\.geojson, row 2: edit y: it says highway"):
        add_edits(workspace, file)


def test_any_vector_format_is_read(workspace: Workspace, tmp_path: Path) -> None:
    drawn = across(workspace)
    epsg = workspace.profile.municipality.plane_epsg
    frame = gpd.GeoDataFrame(
        {"edit_id": ["b1"], "kind": ["barrier"], "osm_id": [None]}, geometry=[drawn], crs=epsg
    )
    frame.to_file(tmp_path / "drawn.gpkg", driver="GPKG")
    one = add_edits(workspace, tmp_path / "drawn.gpkg")
    plain = {"edit_id": "b1", "kind": "barrier"}
    other = add_edits(workspace, write(tmp_path / "b.geojson", workspace, (drawn, plain)))
    assert one.version.sha256 == other.version.sha256


def test_an_edit_without_an_id_is_named_after_its_file(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path / "drawn.geojson", workspace, (across(workspace), {"kind": "barrier"}))
    assert add_edits(workspace, file).added == ("drawn-1",)
    assert add_edits(workspace, file).replaced == ("drawn-1",)


def test_a_barrier_on_no_street_is_listed_as_without_effect(
    workspace: Workspace, tmp_path: Path
) -> None:
    middle = across(workspace).centroid
    lines = workspace.network().edge_lines
    grid = [Point(middle.x + dx, middle.y + dy) for dx in range(-400, 400, 7) for dy in (0, 31, 62)]
    spot = max(grid, key=lambda point: shapely.distance(point, lines).min())
    quiet = spot.buffer(1.0)
    assert shapely.distance(quiet, lines).min() > 1.0
    file = write(tmp_path / "a.geojson", workspace, (quiet, {"edit_id": "q", "kind": "barrier"}))
    added = add_edits(workspace, file)
    assert added.without_effect == ("q",)
    assert added.effects[0].closed_m == 0.0


def test_a_barrier_round_a_council_says_that_it_is_cut_off(
    workspace: Workspace, tmp_path: Path
) -> None:
    layer = workspace.profile.analysis.council_layer
    areas = workspace.areas()
    councils = areas[areas["layer"] == layer].sort_values("area_id")
    area = councils.iloc[0]
    ring = LineString(area.geometry.convex_hull.buffer(30.0).exterior.coords)
    file = write(tmp_path / "ring.geojson", workspace, (ring, {"edit_id": "r", "kind": "barrier"}))
    added = add_edits(workspace, file)
    found = {council.area_id: council for council in added.losses.councils}
    homes = workspace.demand()
    inside = (homes[f"in_{layer}"] == area["area_id"]) & (homes["edge"] >= 0)
    whole = found[area["area_id"]]
    assert (whole.doors, whole.lost, whole.name) == (inside.sum(), inside.sum(), area["area_name"])
    # Nobody inside reaches what is outside, and what is cut off is about the streets inside.
    edited = edited_network(workspace, workspace.network(), DAY)
    snaps = edited.trace.carry(home_snaps(homes), shapely.get_coordinates(homes.geometry))
    away = ~homes.geometry.within(shapely.Polygon(ring)).to_numpy() & (snaps["edge"] >= 0)
    walk_m = nearest(edited.network, snaps[away].iloc[:20], snaps[inside.to_numpy()]).home_walk
    assert np.isinf(walk_m).all()
    streets = workspace.network().edge_lines
    inner_m = shapely.length(shapely.intersection(streets, shapely.Polygon(ring))).sum()
    assert added.losses.cut_off_m == pytest.approx(inner_m, rel=0.02)


def _feature(shape: str, **properties: Any) -> tuple[str, dict[str, Any]]:
    return shape, {"edit_id": "e", "kind": "barrier", **properties}


BAD = {
    "unknown kind": (_feature("across", kind="wall"), "there is no kind 'wall'", "種類（kind）"),
    "no kind": (_feature("across", kind=""), "there is no kind ''", "種類（kind）"),
    "wrong geometry": (_feature("point"), "barrier cannot be a Point", "線か面"),
    "no geometry": (_feature("nothing"), "nothing is drawn", "図形がありません"),
    "no such way": (
        _feature("nothing", kind="closed", osm_id=987654321012),
        "no street of the network is way 987654321012",
        "osm_id",
    ),
    "no number": (
        _feature("nothing", kind="closed", osm_id="国道"),
        "not the number of a way",
        "番号",
    ),
    "a path to nowhere": (_feature("loose", kind="path"), "from the nearest street", "つながる"),
    "elsewhere": (_feature("elsewhere"), "km outside the municipality", "km離れています"),
    "not a day": (_feature("across", valid_from="春"), "valid_from '春' is not a day", "日付"),
    "half a day": (_feature("across", valid_to="2025-04"), "is not a day", "日付"),
    "ends first": (
        _feature("across", valid_from="2025-04-01", valid_to="2025-03-01"),
        "valid_to 2025-03-01 is before",
        "より前",
    ),
    "neither yes nor no": (
        _feature("nothing", kind="correction", osm_id=1, steps="たぶん"),
        "steps is 'たぶん'; say yes or no",
        "はい・いいえ",
    ),
    "no figure": (_feature("across", join_m="近く"), "join_m is '近く'", "数にしてください"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_meant_names_file_and_feature_and_changes_nothing(
    workspace: Workspace, tmp_path: Path, case: str
) -> None:
    (drawn, properties), said, said_ja = BAD[case]
    line = across(workspace)
    shapes = {
        "across": line,
        "point": line.centroid,
        "nothing": None,
        "elsewhere": shapely.affinity.translate(line, 200_000.0, 0.0),
    }
    if drawn == "loose":
        lines = workspace.network().edge_lines
        grid = [Point(line.centroid.x + dx, line.centroid.y) for dx in range(-600, 600, 5)]
        spot = max(grid, key=lambda point: shapely.distance(point, lines).min())
        shapes["loose"] = LineString([line.centroid, spot])
    fine = (line, {"edit_id": "fine", "kind": "barrier"})
    file = write(tmp_path / "bad.geojson", workspace, fine, (shapes[drawn], properties))
    with pytest.raises(SourceError) as caught:
        add_edits(workspace, file)
    assert caught.value.message.startswith(f"{file}, row 2: ")
    assert said in caught.value.message
    assert said_ja in told(caught.value, "ja")
    assert not (workspace.path / "edits").exists()


def test_one_id_twice_in_a_file_names_both_rows(workspace: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "a.geojson", workspace, barrier(workspace), barrier(workspace))
    with pytest.raises(SourceError, match="row 2: edit_id b1 is that of row 1 too"):
        add_edits(workspace, file)


def test_swapped_coordinates_and_empty_files_are_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.geojson", workspace, barrier(workspace))
    body = json.loads(file.read_text(encoding="utf-8"))
    line = body["features"][0]["geometry"]
    line["coordinates"] = [[lat, lon] for lon, lat in line["coordinates"]]
    file.write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(SourceError, match=r"not in Japan .* longitude first"):
        add_edits(workspace, file)
    none = tmp_path / "none.geojson"
    none.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    with pytest.raises(SourceError, match=r"none\.geojson"):
        add_edits(workspace, none)


def test_a_version_that_somebody_changed_is_not_used(workspace: Workspace, tmp_path: Path) -> None:
    add_edits(workspace, write(tmp_path / "a.geojson", workspace, barrier(workspace)))
    stored = workspace.path / "edits" / "0001.geojson"
    stored.write_text(stored.read_text(encoding="utf-8").replace("国道", "県道"), encoding="utf-8")
    with pytest.raises(BrokenWorkspaceError, match="not as arukeba wrote it"):
        edited_network(workspace, workspace.network(), DAY)


def test_a_version_that_is_not_there_says_which_are(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no version 1 of its edits; there is none"):
        revert_edits(workspace, 1)
    add_edits(workspace, write(tmp_path / "a.geojson", workspace, barrier(workspace)))
    with pytest.raises(NotFoundError, match="no version 7 of its edits; there is 1"):
        read_edits(workspace, 7)


def test_the_order_of_features_changes_no_hash(workspace: Workspace, tmp_path: Path) -> None:
    _, street = longest_street(workspace)
    closed = (street.interpolate(10.0), {"edit_id": "a", "kind": "closed"})
    one = add_edits(workspace, write(tmp_path / "x.geojson", workspace, barrier(workspace), closed))
    other = add_edits(
        workspace, write(tmp_path / "x.geojson", workspace, closed, barrier(workspace))
    )
    assert one.version.sha256 == other.version.sha256
    assert effects_of(read_drawn(workspace, 1), workspace) == other.effects


def test_a_workspace_that_is_built_again_keeps_its_edits(
    workspace: Workspace, town_profile: Path, tmp_path: Path
) -> None:
    add_edits(workspace, write(tmp_path / "a.geojson", workspace, barrier(workspace)))
    before = contents(workspace.path / "edits")
    rebuilt = build(town_profile, workspace.path)
    assert contents(rebuilt.path / "edits") == before
    assert [edit.edit_id for edit in read_edits(rebuilt)] == ["b1"]


def test_the_example_of_the_document_is_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "edits.md").read_text(encoding="utf-8")
    example = text.split("```json\n")[1].split("```")[0]
    path = tmp_path / "example.geojson"
    path.write_text(example, encoding="utf-8")
    drawn = drawn_edits(read_features(path), plane_epsg=6677)
    kinds = [(one.edit.edit_id, one.edit.kind) for one in drawn]
    assert kinds == [("b1", "barrier"), ("c1", "closed"), ("p1", "path"), ("s1", "correction")]
    assert drawn[1].valid_to == date(2026, 3, 31)
    assert drawn[2].edit.attributes == {
        "highway": "footway",
        "name": "境内の道",
        "surface": "unpaved",
    }
    assert drawn[3].edit.attributes == {"steps": True, "steps_per_m": 3.5}


@pytest.mark.real
@pytest.mark.skipif(not KOCHI.is_file(), reason="the streets of Kochi are not beside the checkout")
def test_a_wall_through_kochi_leaves_nobody_a_way_round() -> None:
    network = read_streets(
        KOCHI,
        source=Source(
            id="s", path=KOCHI.name, format="overpass", title="", credit="", licence="", as_of=""
        ),
        boundary=box(-20_000, 50_000, 30_000, 75_000),
        plane_epsg=6672,
        ledger=Ledger(),
    )
    (west, south), (east, north) = network.node_xy.min(axis=0), network.node_xy.max(axis=0)
    middle = (west + east) / 2
    wall = LineString([(middle, south - 9), (middle + 7.3, north + 9)])
    edited = apply_edits(network, [Edit("wall", "barrier", wall)])
    met = shapely.dwithin(network.edge_lines, wall, 0.01)
    pieces = np.bincount(edited.trace.cut.parent)
    assert met.sum() > 10
    assert np.array_equal(pieces > 1, met)
    kept_m = np.bincount(edited.trace.cut.parent, weights=edited.network.edge_length_m)
    assert kept_m == pytest.approx(network.edge_length_m, abs=1e-9)
    assert shapely.length(edited.network.edge_lines).sum() == pytest.approx(kept_m.sum(), abs=1e-6)
    # Every piece of the network that can be walked lies on one side.
    graph: nx.MultiGraph[int] = nx.MultiGraph()
    free = ~edited.closed
    graph.add_edges_from(zip(edited.network.edge_u[free], edited.network.edge_v[free], strict=True))
    (ax, ay), (bx, by) = wall.coords
    x, y = edited.network.node_xy.T
    side = np.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax))
    for component in nx.connected_components(graph):
        assert np.unique(side[list(component)]).size == 1


def test_an_area_closes_its_streets_for_those_who_live_on_them(
    workspace: Workspace, tmp_path: Path
) -> None:
    homes = workspace.demand()
    home = homes[homes["edge"] >= 0].iloc[0]
    area = box(*Point(home["snap_x"], home["snap_y"]).buffer(3.0).bounds)
    file = write(tmp_path / "a.geojson", workspace, (area, {"edit_id": "a", "kind": "closed"}))
    losses = add_edits(workspace, file).losses
    at = (homes["snap_x"], homes["snap_y"])
    closed = sum(area.contains(Point(x, y)) for x, y in zip(*at, strict=True))
    assert losses.doors_closed == closed >= 1
    assert losses.doors_behind_barrier == 0


def test_a_disk_that_is_full_leaves_no_half_version(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "a.geojson", workspace, barrier(workspace))
    whole = Path.write_text

    def full(path: Path, text: str, **options: Any) -> int:
        whole(path, text[: len(text) // 2], **options)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        add_edits(workspace, file)
    monkeypatch.undo()
    assert read_drawn(workspace) == []
    assert [path for path in (workspace.path / "edits").iterdir() if path.suffix != ".lock"] == []
    assert add_edits(workspace, file).version.version == 1


def test_edits_can_be_undone_to_none(workspace: Workspace, tmp_path: Path) -> None:
    add_edits(workspace, write(tmp_path / "a.geojson", workspace, barrier(workspace)))
    assert revert_edits(workspace, 0).version == 2
    assert read_drawn(workspace) == []
    assert len(read_drawn(workspace, 1)) == 1
    assert edits_record(workspace, date(2026, 4, 1))["in_force"] == []


def test_of_two_who_add_at_once_neither_loses_an_edit(workspace: Workspace, tmp_path: Path) -> None:
    files = [
        write(tmp_path / f"{name}.geojson", workspace, barrier(workspace, edit_id=name))
        for name in ("a", "b", "c")
    ]
    with ThreadPoolExecutor(3) as pool:
        added = list(pool.map(lambda file: add_edits(workspace, file), files))
    assert sorted(one.version.version for one in added) == [1, 2, 3]
    assert {one.edit.edit_id for one in read_drawn(workspace)} == {"a", "b", "c"}

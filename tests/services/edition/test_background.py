"""The background of the map: tiles of the ground, read by GDAL."""

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest

from services.edition.background import Background
from services.edition.tiles import Archive
from services.workspace.folder import Workspace
from services.workspace.ground import write_ground
from tests import snapshots

ZOOM = 14
X, Y = 14_561, 6_440
"""
The tile of the middle of the town, 139.9496° E, 35.8783° N: 319.9496 / 360 * 2**14 = 14,561.3, and with
asinh(tan 35.8783°) = 0.67165, (0.5 - 0.67165 / 2π) * 2**14 = 6,440.6.
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return snapshots.tiny_workspace(tmp_path_factory.mktemp("background"))


@pytest.fixture(scope="module")
def background(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return archive(workspace, tmp_path_factory.mktemp("archive"))


def archive(workspace: Workspace, folder: Path) -> Archive:
    Background(workspace).write(folder / "ground.pmtiles")
    return Archive(folder / "ground.pmtiles")


def read(folder: Path, background: Archive, zoom: int, x: int, y: int) -> gpd.GeoDataFrame:
    """Return what GDAL reads of a tile, plane metres."""
    tile = background.tile((zoom, x, y))
    assert tile is not None
    path = folder / str(zoom) / str(x) / f"{y}.pbf"
    path.parent.mkdir(parents=True)
    path.write_bytes(tile.plain)
    return pyogrio.read_dataframe(path, CLIP="NO").to_crs(snapshots.EPSG)


def test_a_tile_has_the_ground_where_it_lies(background: Archive, tmp_path: Path) -> None:
    found = read(tmp_path, background, ZOOM, X, Y)
    named = found[found.geom_type == "Point"].set_index("kind")
    assert named["name"].fillna("").to_dict() == {
        "park": "中央公園",
        "school": "",
        "station": "架空駅",
        "river": "架空川",
        "road": "6",
    }
    # A unit of the tile is half a metre.
    station = named.loc["station"].geometry
    assert station.distance(snapshots.at(300, 430)) < 0.5
    drawn = found[found.geom_type != "Point"].set_index("kind").geometry
    assert set(drawn.index) == {"park", "school", "river", "railway", "road"}
    assert drawn["park"].area == pytest.approx(400 * 300, rel=0.01)
    assert snapshots.at(700, 500).distance(drawn["river"]) < 0.5


def test_what_is_small_is_on_close_maps_only(background: Archive, tmp_path: Path) -> None:
    kinds = [
        set(read(tmp_path, background, zoom, X >> shift, Y >> shift)["kind"])
        for zoom, shift in ((14, 0), (12, 2), (8, 6))
    ]
    assert kinds[0] >= kinds[1] >= kinds[2]
    assert kinds[0] - kinds[2] == {"school"}


def test_a_tile_is_made_once_and_far_away_there_is_none(background: Archive) -> None:
    assert background.tile((ZOOM, X, Y)) is background.tile((ZOOM, X, Y))
    assert background.tile((ZOOM, X + 100, Y)) is None


def test_bounds_hold_the_town_and_its_margin(workspace: Workspace, background: Archive) -> None:
    west, south, east, north = background.bounds
    margin = workspace.profile.streets.margin_m
    corners = gpd.GeoSeries(
        [snapshots.at(-margin, -margin), snapshots.at(1000 + margin, 1000 + margin)],
        crs=snapshots.EPSG,
    ).to_crs(4326)
    expected = [corners[0].x, corners[0].y, corners[1].x, corners[1].y]
    assert [west, south, east, north] == pytest.approx(expected, abs=0.001)


def test_without_ground_there_is_nothing_to_be_seen(tmp_path: Path) -> None:
    workspace = snapshots.tiny_workspace(tmp_path)
    write_ground(snapshots.ground().iloc[:0], workspace.path / "layers")
    assert Background(workspace).about is None
    assert archive(workspace, tmp_path).tile((ZOOM, X, Y)) is None


def test_names_are_written_whatever_the_locale_of_the_server(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda *_: "ascii")
    found = read(tmp_path, archive(workspace, tmp_path), ZOOM, X, Y)
    assert "架空川" in set(found["name"])

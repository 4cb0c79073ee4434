"""Build: the model town as it is, and with one thing broken at a time."""

import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.errors import BrokenWorkspaceError, InvalidInputError
from geo.streets.heights import station_points
from services.intake.build import build
from services.intake.inputs import Given
from services.registry.places import read_venues
from services.words.texts import told
from services.workspace.folder import Snapshot, open_workspace


@pytest.fixture
def source(town_profile: Path, tmp_path: Path) -> Path:
    """Copy the town's files, to be broken."""
    return Path(shutil.copytree(town_profile.parent, tmp_path / "source"))


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    """Change a text file and keep its encoding."""
    for encoding in ("utf-8", "cp932"):
        try:
            text = path.read_text(encoding=encoding)
        except UnicodeDecodeError:
            continue
        path.write_text(change(text), encoding=encoding)
        return


def test_the_workspace_holds_every_layer_and_every_resident(town_snapshot: Snapshot) -> None:
    workspace = town_snapshot.workspace
    layers = {layer.id for layer in workspace.profile.layers}
    assert set(workspace.areas()["layer"]) == layers
    table = pd.read_csv(
        _source_folder(town_snapshot) / "population.csv", encoding="cp932", thousands=","
    )
    unmatched = workspace.manifest["unmatched_residents"]["65+"]
    everybody = workspace.demand()["65+"].sum() + unmatched
    assert everybody == pytest.approx(table["65歳以上"].sum(), abs=1e-6)
    assert unmatched > 0


def _source_folder(snapshot: Snapshot) -> Path:
    places = (parent / "town-source" for parent in snapshot.workspace.path.parents)
    return next(place for place in places if place.is_dir())


def test_every_source_is_hashed_and_credited(town_snapshot: Snapshot) -> None:
    for source in town_snapshot.workspace.seen("exact").sources:
        assert len(source["sha256"]) == 64
        assert source["licence"]
        assert source["credit"]
        assert "架空" in source["title"] + source["note"]


def test_the_ledger_lists_what_was_not_matched_or_located(town_snapshot: Snapshot) -> None:
    intake = town_snapshot.workspace.intake
    codes = {entry["code"] for ledger in intake.values() for entry in ledger["entries"]}
    assert "unmatched_name" in codes
    located = town_snapshot.layer("places")["located_by"].tolist()
    assert {"coordinates", "venue", "area"} <= set(located)


def test_a_private_home_bears_no_family_name_in_any_result(town_snapshot: Snapshot) -> None:
    places = town_snapshot.layer("places")
    private = places[places["private_home"]]
    assert len(private) == 1
    assert private["name"].tolist() == ["個人宅の場"]
    for table in ("coverage", "gaps"):
        assert "田中" not in town_snapshot.table(table).to_csv()
    assert "田中" not in town_snapshot.layer("candidates").drop(columns="geometry").to_csv()


def no_column(folder: Path) -> None:
    rewrite(folder / "population.csv", lambda text: text.replace("65歳以上", "６５以上"))


def minus_one(folder: Path) -> None:
    def change(text: str) -> str:
        lines = text.splitlines()
        header = lines[0].split(",")
        row = lines[4].split(",")
        row[header.index("65歳以上")] = "-1"
        lines[4] = ",".join(row)
        return "\n".join(lines)

    rewrite(folder / "population.csv", change)


def no_name_field(folder: Path) -> None:
    rewrite(folder / "profile.toml", lambda text: text.replace('"A27_004"', '"A27_999"'))


def wrong_crs(folder: Path) -> None:
    def change(text: str) -> str:
        return text.replace(
            '"features"',
            '"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}, "features"',
            1,
        )

    rewrite(folder / "community_areas.geojson", change)


def empty_network(folder: Path) -> None:
    (folder / "streets.osm.pbf").write_bytes(b"")


def in_the_sea(folder: Path) -> None:
    def change(text: str) -> str:
        lines = text.splitlines()
        header, row = lines[0].split(","), lines[1].split(",")
        row[header.index("緯度")], row[header.index("経度")] = "35.0", "145.0"
        return "\n".join([lines[0], ",".join(row), *lines[2:]])

    rewrite(folder / "places.csv", change)


def missing_file(folder: Path) -> None:
    (folder / "venues.csv").unlink()


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (no_column, ["population.csv", "65歳以上", "65以上|６５以上"]),
        (minus_one, ["population.csv", "row 5", "-1"]),
        (no_name_field, ["A27_elementary.geojson", "A27_999", "A27_004"]),
        (wrong_crs, ["community_areas.geojson", "CRS|EPSG"]),
        (empty_network, ["streets.osm.pbf"]),
        (in_the_sea, ["places.csv", "row 2", "outside|sea"]),
        (missing_file, ["venues.csv", "--data"]),
    ],
)
def test_bad_input_gets_one_sentence_and_changes_nothing(
    broken: Callable[[Path], None], words: list[str], source: Path, tmp_path: Path
) -> None:
    import re

    out = tmp_path / "workspace"
    out.mkdir()
    (out / "workspace.json").write_text('{"format": 1}')
    broken(source)
    with pytest.raises(InvalidInputError) as caught:
        build(source / "profile.toml", out)
    for word in words:
        assert re.search(word, caught.value.message), caught.value.message
    assert "\n" not in caught.value.message
    assert told(caught.value, "ja") != caught.value.message
    assert (out / "workspace.json").read_text() == '{"format": 1}'
    there = {path.name for path in tmp_path.iterdir()}
    assert there - {".workspace.lock", ".workspace.build.lock"} == {"source", "workspace"}


def test_a_folder_that_is_no_workspace_is_never_replaced(
    town_profile: Path, tmp_path: Path
) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("keep me")
    with pytest.raises(InvalidInputError, match="not a workspace"):
        build(town_profile, tmp_path / "letters")
    assert (tmp_path / "letters" / "dear.txt").read_text() == "keep me"


def test_the_registry_can_be_a_database_elsewhere(town_profile: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.sqlite'}"
    built = build(town_profile, tmp_path / "workspace", given=Given(registry_url=url))
    assert open_workspace(built.path).registry_url == url
    assert not (built.path / "registry.sqlite").exists()
    assert len(read_venues(url, 6677)) == built.manifest["counts"]["venues"]


def test_a_password_in_the_address_of_the_registry_is_refused(
    town_profile: Path, tmp_path: Path
) -> None:
    given = Given(registry_url="postgresql+psycopg://me:secret@localhost/arukeba")
    with pytest.raises(InvalidInputError, match="PGPASSWORD") as caught:
        build(town_profile, tmp_path / "workspace", given=given)
    assert "secret" not in caught.value.message + told(caught.value, "ja")
    assert not (tmp_path / "workspace").exists()


def test_a_folder_without_a_manifest_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="arukeba build PROFILE"):
        open_workspace(tmp_path)


def test_the_streets_have_the_heights_of_the_raster(town_snapshot: Snapshot) -> None:
    import rasterio

    network = town_snapshot.workspace.network()
    start, xy = station_points(network)
    assert network.station_start.tolist() == start.tolist()
    # Asked cell by cell the raster answers alike, within what lies between two cells.
    with rasterio.open(_source_folder(town_snapshot) / "elevation.tif") as raster:
        west, south, east, north = raster.bounds
        cells = np.array([value[0] for value in raster.sample(xy)])
        apart_m = np.abs(np.diff(raster.read(1, masked=True))).max() * 2
        known = cells != raster.nodata
    x, y = xy.T
    known &= (x > west) & (x < east) & (y > south) & (y < north)
    asked = known & ~np.repeat(network.off_ground, np.diff(start))
    assert asked.sum() > 0.9 * len(xy)
    assert np.abs(network.station_height_m - cells)[asked].max() <= apart_m < 20


def test_without_a_raster_no_height_is_known(source: Path, tmp_path: Path) -> None:
    rewrite(
        source / "profile.toml",
        lambda text: text.replace('[elevation]\nsource = "elevation"\n', ""),
    )
    network = build(source / "profile.toml", tmp_path / "workspace").network()
    assert np.isnan(network.station_height_m).all()
    assert (np.diff(network.station_start) == 2).all()


def test_the_workspace_lists_the_street_ends_that_nearly_meet(town_snapshot: Snapshot) -> None:
    listed = gpd.read_parquet(town_snapshot.workspace.path / "network" / "near_misses.parquet")
    assert {"osm_id", "to_osm_id", "gap_m", "joined"} <= set(listed.columns)
    assert listed.crs.to_epsg() == town_snapshot.workspace.network().epsg


def test_a_workspace_of_the_format_before_is_to_be_built_again(tmp_path: Path) -> None:
    (tmp_path / "workspace.json").write_text('{"format": 3}')
    with pytest.raises(
        BrokenWorkspaceError, match="format 3, this version reads 7; build it again"
    ):
        open_workspace(tmp_path)

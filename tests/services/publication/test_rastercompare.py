"""
A raster of residents beside the residents at the buildings.

The hand-made town (tests/snapshots.py) has four neighbourhoods of 500 m × 500 m: a 1500, b 1000, c 800,
d 40 residents. A raster of 10 × 10 cells of 100 m has 25 cells in each.
"""

import csv
import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from rasterio.transform import from_origin

from geo.errors import InvalidInputError, NotFoundError
from services.publication.columns import leaving
from services.publication.rastercompare import (
    CompareAsked,
    compare_raster,
    write_comparison,
)
from services.words.texts import told
from tests.services.intake.populationrasters import inhabited_workspace, write_counts
from tests.snapshots import EAST_M, NORTH_M

A, B, C, D = 60.0, 40.0, 36.0, 2.0
"""Residents per cell: 1500, 1000, 900 and 50 in the four neighbourhoods."""


def four(a=A, b=B, c=C, d=D):
    cells = np.empty((10, 10))
    cells[5:, :5], cells[:5, :5], cells[5:, 5:], cells[:5, 5:] = a, b, c, d
    return cells


@pytest.fixture
def workspace(tmp_path):
    return inhabited_workspace(tmp_path)


def compare(workspace, tmp_path, cells, *, asked=None, **options):
    path = write_counts(tmp_path / "p.tif", cells, **options)
    return compare_raster(workspace, path, asked or CompareAsked(layer="neighbourhood"))


def codes(found):
    return {note.code for note in found.notes}


def test_each_area_is_compared_as_derived_by_hand(workspace, tmp_path):
    found = compare(workspace, tmp_path, four())
    table = found.table.set_index("area_id")
    assert list(found.table.columns) == list(leaving("raster_comparison"))
    assert table.index.tolist() == ["a", "b", "c", "d", "_remainder", "_total"]
    assert table["raster_residents"].tolist() == [1500, 1000, 900, 50, 0, 3450]
    assert table["buildings_residents"].tolist() == [1500, 1000, 800, 40, 0, 3340]
    assert table["difference"].tolist() == [0, 0, 100, 10, 0, 110]
    assert table["ratio"].tolist()[:4] == [1.0, 1.0, 1.125, 1.25]
    assert np.isnan(table.loc["_remainder", "ratio"])  # nobody against nobody is no ratio
    assert found.total["difference"] == 110.0
    expected = np.corrcoef([1500, 1000, 900, 50], [1500, 1000, 800, 40])[0, 1]
    assert found.correlation == pytest.approx(expected)
    assert codes(found) == {"raster_taken_as_count"}


def test_another_layer_and_age_group_can_be_asked_for(workspace, tmp_path):
    asked = CompareAsked(layer="community_area", age_group="65+")
    table = compare(workspace, tmp_path, four(), asked=asked).table.set_index("area_id")
    assert table.loc[["w", "e"], "buildings_residents"].tolist() == [700.0, 212.0]
    assert table.loc[["w", "e"], "raster_residents"].tolist() == [2500.0, 950.0]


def test_areas_remainder_and_outside_are_all_residents_of_the_cells_that_touch(workspace, tmp_path):
    # Cells of 150 m do not fit the borders; the grid begins 70 m to the south-west of the town.
    transform = from_origin(EAST_M - 70, NORTH_M - 70 + 8 * 150, 150.0, 150.0)
    cells = np.random.default_rng(2).uniform(50, 90, (8, 8))
    found = compare(workspace, tmp_path, cells, transform=transform)
    # 8 × 150 − 70 = 1130 > 1000: rows and columns 0–7 begin at −70 … 980, so that all touch the town.
    assert found.total["raster_residents"] + found.outside_residents == pytest.approx(
        cells.sum(), rel=1e-12
    )
    rows = found.table.set_index("area_id").drop(index="_total")
    assert rows["raster_residents"].sum() == pytest.approx(found.total["raster_residents"])


def test_land_of_no_area_is_the_remainder(workspace, tmp_path):
    path = workspace.path / "layers" / "areas.parquet"
    areas = gpd.read_parquet(path)
    areas[~((areas["layer"] == "neighbourhood") & (areas["area_id"] == "b"))].to_parquet(path)
    table = compare(workspace, tmp_path, four()).table.set_index("area_id")
    assert table.loc["_remainder", ["raster_residents", "buildings_residents"]].tolist() == [
        1000.0,
        1000.0,
    ]
    assert table.loc["_total", "raster_residents"] == 3450.0


def test_residents_without_a_known_home_are_in_the_remainder_and_the_total(workspace, tmp_path):
    workspace.manifest["unmatched_residents"]["total"] = 60.0
    table = compare(workspace, tmp_path, four()).table.set_index("area_id")
    assert table.loc["_remainder", "buildings_residents"] == 60.0
    assert table.loc["_total", "buildings_residents"] == 3400.0


@pytest.mark.parametrize(
    ("cells", "options", "expected"),
    [
        (np.zeros((10, 10)), {}, {"raster_empty", "raster_taken_as_count"}),
        (np.full((10, 10), -200.0), {}, {"raster_all_nodata", "raster_taken_as_count"}),
        (four(d=-3.0), {}, {"raster_negative", "raster_taken_as_count"}),
        (four(d=-200.0), {}, {"raster_nodata", "raster_taken_as_count"}),
        (four(), {"unit": "persons / km2"}, {"raster_density"}),
        (four(), {"bands_n": 2}, {"raster_bands", "raster_taken_as_count"}),
    ],
)
def test_what_is_odd_about_a_raster_is_said(workspace, tmp_path, cells, options, expected):
    found = compare(workspace, tmp_path, cells, **options)
    assert codes(found) == expected
    for note in found.notes:
        assert str(note.said)
        assert any("ぁ" <= letter <= "ん" for letter in told(note.said, "ja"))


def test_nobody_in_the_raster_gives_no_ratio_of_none_and_no_correlation(workspace, tmp_path):
    found = compare(workspace, tmp_path, np.zeros((10, 10)))
    assert found.total == {
        "raster_residents": 0.0,
        "buildings_residents": 3340.0,
        "difference": -3340.0,
        "ratio": 0.0,
    }
    assert found.correlation is None


def test_the_files_hold_the_table_and_what_it_was_made_of(workspace, tmp_path):
    path = write_counts(tmp_path / "pop.tif", four())
    out = tmp_path / "out" / "residents.csv"
    _, files = write_comparison(workspace, path, out, asked=CompareAsked("neighbourhood"))
    assert [file.name for file in files] == ["residents.csv", "residents.provenance.json"]
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[2]["area_name"] == "南町会"
    assert (rows[2]["difference"], rows[2]["ratio"]) == ("100.0", "1.125")
    assert rows[4]["ratio"] == ""
    told = json.loads(files[1].read_text(encoding="utf-8"))
    assert told["raster"]["file"] == "pop.tif"
    assert len(told["raster"]["sha256"]) == 64
    assert [source["licence"] for source in told["sources"]] == ["CC0-1.0"]
    assert (told["layer"], told["age_group"]) == ("neighbourhood", "total")
    before = [file.read_bytes() for file in files]
    write_comparison(workspace, path, out, asked=CompareAsked("neighbourhood"))
    assert [file.read_bytes() for file in files] == before


def test_an_unknown_layer_or_age_group_and_the_raster_as_its_own_output_are_refused(
    workspace, tmp_path
):
    with pytest.raises(NotFoundError, match="there are city, community_area, neighbourhood"):
        compare(workspace, tmp_path, four(), asked=CompareAsked(layer="ward"))
    with pytest.raises(NotFoundError, match=r"there are total, 65\+, 75\+"):
        compare(workspace, tmp_path, four(), asked=CompareAsked(age_group="80+"))
    path = tmp_path / "p.tif"
    before = path.read_bytes()
    with pytest.raises(InvalidInputError, match="the raster itself"):
        write_comparison(workspace, path, path)
    assert path.read_bytes() == before


def test_residents_of_the_model_town_put_into_cells_are_found_again(town_snapshot, tmp_path):
    # A raster made of the homes themselves, a count per cell of 250 m: totals agree to the person who
    # lives within the town, areas nearly.
    workspace = town_snapshot.workspace
    homes = workspace.demand()
    xy = shapely.get_coordinates(homes.geometry.to_numpy())
    side_m = 250.0
    west, south = np.floor(xy.min(axis=0) / side_m - 4) * side_m
    across, up = ((xy - [west, south]) // side_m).astype(int).T
    height, width = up.max() + 5, across.max() + 5
    cells = np.zeros((height, width))
    np.add.at(cells, (height - 1 - up, across), homes["total"].to_numpy())
    transform = from_origin(west, south + height * side_m, side_m, side_m)
    path = write_counts(
        tmp_path / "p.tif",
        cells,
        crs=workspace.profile.municipality.plane_epsg,
        transform=transform,
    )
    found = compare_raster(workspace, path, CompareAsked())
    residents = homes["total"].sum()
    raster = found.total["raster_residents"]
    assert raster + found.outside_residents == pytest.approx(residents, rel=1e-9)
    assert 0.9 * residents < raster <= residents
    assert found.correlation > 0.8
    assert found.table["difference"].notna().all()

"""Ground as it is read: the sea that coastlines close off, and walls with their gates."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from pyproj import Transformer
from shapely import Polygon, box

from geo.ground.obstacles import FREE, HARD, obstacles_of
from services.intake.ground.reading import read_ground
from services.intake.tables.ledger import Ledger
from services.words.texts import told
from tests.services.intake.ground.test_osm_ground import node, way, written
from tests.services.intake.ground.test_product_ground import EPSG, source

TO_DEGREES = Transformer.from_crs(EPSG, 6668, always_xy=True)
AROUND = box(0, 0, 4_000, 4_000)


def at(x_m: float, y_m: float) -> tuple[float, float]:
    lon, lat = TO_DEGREES.transform(x_m, y_m)
    return float(lon), float(lat)


def read(
    folder: Path, spots: dict[int, tuple[float, float]], *objects: str, around: Polygon = AROUND
) -> tuple[gpd.GeoDataFrame, Ledger]:
    path = written(folder / "ground.osm", {n: at(*spot) for n, spot in spots.items()}, *objects)
    ledger = Ledger()
    found = read_ground(
        [(source("map", path), path)], around=around, plane_epsg=EPSG, ledger=ledger
    )
    return found, ledger


def test_the_sea_is_an_area_to_the_edge_of_the_map_and_islands_are_none_of_it(
    tmp_path: Path,
) -> None:
    spots = {1: (-2_000, 3_000), 2: (2_000, 3_000), 3: (9_000, 3_000)}
    spots |= {11: (500, 500), 12: (1_500, 500), 13: (1_500, 1_500), 14: (500, 1_500)}
    coasts = [way(1, [1, 2], natural="coastline"), way(2, [2, 3], natural="coastline")]
    island = way(3, [11, 12, 13, 14, 11], natural="coastline")
    found, ledger = read(tmp_path, spots, *coasts, island)
    [sea] = found.geometry[found["kind"] == "sea"]
    # Eastward: the south of it is sea. A centimetre of OpenStreetMap over 4 km are some 40 m2.
    assert sea.area == pytest.approx(4_000 * 3_000 - 1_000 * 1_000, abs=200)
    assert (found["kind"] == "coastline").sum() == 3
    assert set(found["source_id"]) == {"map"}
    assert not ledger.of("map").entries


def test_an_extract_that_ends_along_the_margin_has_its_sea_as_far(tmp_path: Path) -> None:
    # A town whose margin is a triangle: the box around it begins 2 km farther on either side.
    margin = Polygon([(0, 0), (8_000, 0), (4_000, 8_000)])
    # At 4,000 m it is 4 km wide, from 2,000 to 6,000 m; the coast ends 10 m before.
    spots = {1: (2_010, 4_000), 2: (5_990, 4_000)}
    found, ledger = read(tmp_path, spots, way(1, [1, 2], natural="coastline"), around=margin)
    [sea] = found.geometry[found["kind"] == "sea"]
    # Eastward: all of the triangle that lies below, half of (8 + 4 km) x 4 km.
    assert sea.area == pytest.approx(24e6, rel=1e-3)
    assert not ledger.of("map").entries


def test_coasts_that_contradict_each_other_are_listed_and_stay_lines(tmp_path: Path) -> None:
    spots = {1: (-100, 3_000), 2: (4_100, 3_000), 3: (4_100, 1_000), 4: (-100, 1_000)}
    coasts = [way(1, [1, 2], natural="coastline"), way(2, [4, 3], natural="coastline")]
    found, ledger = read(tmp_path, spots, *coasts)
    assert set(found["kind"]) == {"coastline"}
    [entry] = ledger.of("map").entries
    assert (entry.code, entry.said.facts) == ("ground_coast", {"unclear_n": 2})
    assert told(entry.said, "ja") != str(entry.said)


def test_a_leg_passes_a_wall_at_its_gate_and_not_where_that_is_shut(tmp_path: Path) -> None:
    spots = {1: (1_000, 1_000), 4: (1_300, 1_000)}
    gates = [
        node(2, *at(1_100, 1_000), barrier="gate"),
        node(3, *at(1_200, 1_000), barrier="gate", access="no"),
    ]
    found, _ = read(tmp_path, spots, *gates, way(1, [1, 2, 3, 4], barrier="wall"))
    from_xy, to_xy = (
        np.array([(x, y) for x in (1_100.0, 1_150.0, 1_200.0)]) for y in (980.0, 1_020.0)
    )
    crossed = obstacles_of(found).crossed(from_xy, to_xy)
    assert crossed.tolist() == [FREE, HARD, HARD]

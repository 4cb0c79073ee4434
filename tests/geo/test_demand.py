"""Demand: residents of three squares, each with another kind of spot."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from geo.demand import STREET_STEP_M, allocate
from geo.network import Network
from tests.streets import PLANE, streets


def areas() -> gpd.GeoDataFrame:
    """Build three squares of 100 m: with houses, with a street only, with nothing."""
    squares = [box(0, 0, 100, 100), box(200, 0, 300, 100), box(400, 0, 500, 100)]
    return gpd.GeoDataFrame({"area_id": ["h", "s", "n"]}, geometry=squares, crs=PLANE)


def network() -> Network:
    """One street of 100 m through the middle square and a little beyond it."""
    return streets({1: (200.0, 50.0), 2: (300.0, 50.0), 3: (350.0, 50.0)}, [[1, 2], [2, 3]])


def buildings(*rows: tuple[float, float, float, bool]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"floor_area_m2": [row[2] for row in rows], "rank": [0 if row[3] else 2 for row in rows]},
        geometry=[Point(row[0], row[1]) for row in rows],
        crs=PLANE,
    )


RESIDENTS = pd.DataFrame(
    {"total": [90.0, 40.0, 7.0], "65+": [30.0, 8.0, 7.0]}, index=["h", "s", "n"]
)
HOUSES = buildings((10, 10, 100, True), (20, 20, 200, True), (30, 30, 900, False))


def test_residents_live_in_residential_buildings_by_floor_area() -> None:
    demand = allocate(RESIDENTS, areas(), HOUSES, network())
    house = demand[demand["source_area_id"] == "h"]
    assert house["kind"].unique().tolist() == ["building"]
    assert house["65+"].tolist() == pytest.approx([10.0, 20.0])
    assert house.geometry.x.tolist() == [10.0, 20.0]


def test_without_residential_buildings_any_building_will_do() -> None:
    offices = buildings((10, 10, 100, False), (20, 20, 300, False))
    demand = allocate(RESIDENTS, areas(), offices, network())
    assert demand.loc[demand["source_area_id"] == "h", "total"].tolist() == pytest.approx(
        [22.5, 67.5]
    )


def test_without_buildings_residents_stand_along_the_streets_inside_the_area() -> None:
    demand = allocate(RESIDENTS, areas(), HOUSES, network())
    along = demand[demand["source_area_id"] == "s"]
    assert along["kind"].unique().tolist() == ["street"]
    assert along.geometry.y.tolist() == [50.0] * len(along)
    assert along.geometry.x.max() <= 300.0
    # 100 m of street at most 25 m apart: four points of equal weight.
    assert len(along) == 100 / STREET_STEP_M
    assert along["65+"].tolist() == pytest.approx([2.0] * 4)


def test_without_anything_residents_stand_at_one_point_inside_the_area() -> None:
    demand = allocate(RESIDENTS, areas(), HOUSES, network())
    alone = demand[demand["source_area_id"] == "n"]
    assert alone["kind"].tolist() == ["point"]
    assert areas().geometry[2].contains(alone.geometry.iloc[0])
    assert alone["65+"].tolist() == [7.0]


def test_a_building_without_floor_area_houses_nobody() -> None:
    demand = allocate(
        RESIDENTS, areas(), buildings((10, 10, 0, True), (20, 20, 50, True)), network()
    )
    assert demand.loc[demand["source_area_id"] == "h", "total"].tolist() == [90.0]


def test_an_area_where_nobody_lives_gives_no_points() -> None:
    demand = allocate(RESIDENTS.mul([1.0, 0.0, 0.0], axis=0), areas(), HOUSES, network())
    assert set(demand["source_area_id"]) == {"h"}
    assert allocate(RESIDENTS * 0, areas(), HOUSES, network()).empty


def test_a_town_without_a_table_of_buildings_works() -> None:
    demand = allocate(RESIDENTS, areas(), None, network())
    assert set(demand["kind"]) == {"street", "point"}


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 99), st.integers(0, 400), st.booleans())
    ),
    st.lists(st.integers(0, 1000), min_size=3, max_size=3),
)
@settings(max_examples=40, deadline=None)
def test_every_area_keeps_its_residents_of_every_age_group(
    rows: list[tuple[int, int, int, bool]], people: list[int]
) -> None:
    residents = pd.DataFrame({"total": people, "65+": np.array(people) / 3}, index=["h", "s", "n"])
    demand = allocate(residents.astype(float), areas(), buildings(*rows), network())
    summed = demand.groupby("source_area_id")[["total", "65+"]].sum().reindex(["h", "s", "n"])
    assert summed.fillna(0.0).to_numpy() == pytest.approx(residents.to_numpy(), abs=1e-9)
    assert demand.crs == PLANE

"""Demand: residents of three squares, each with another kind of spot."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from geo.demand.homes import DWELLING, OTHER_USE, STREET_STEP_M, UNKNOWN_USE, MeshCounts, allocate
from geo.ground.obstacles import Obstacles
from geo.streets.network import Network
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
        {
            "floor_area_m2": [row[2] for row in rows],
            "rank": [DWELLING if row[3] else OTHER_USE for row in rows],
        },
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


@pytest.mark.parametrize(
    "special", [{"bridge": True}, {"tunnel": True}, {"steps": True, "highway": "steps"}]
)
def test_nobody_lives_along_bridges_tunnels_and_steps(special) -> None:
    # 60 m of lane through the middle square, and 100 m of a way without doors above it.
    crossings = {1: (220.0, 20.0), 2: (280.0, 20.0), 3: (200.0, 50.0), 4: (300.0, 50.0)}
    town = streets(crossings, [[1, 2], [3, 4]], {1: special})
    demand = allocate(RESIDENTS, areas(), HOUSES, town)
    along = demand[demand["source_area_id"] == "s"]
    assert along.geometry.y.tolist() == [20.0] * 3  # 60 m at most 25 m apart
    assert math.fsum(along["total"]) == 40.0
    # With nothing but that way they stand along it rather than nowhere.
    alone = allocate(RESIDENTS, areas(), HOUSES, streets(crossings, [[3, 4]], {0: special}))
    along = alone[alone["source_area_id"] == "s"]
    assert along["kind"].tolist() == ["street"] * 4
    assert math.fsum(along["total"]) == 40.0


def test_without_anything_residents_stand_at_one_point_inside_the_area() -> None:
    demand = allocate(RESIDENTS, areas(), HOUSES, network())
    alone = demand[demand["source_area_id"] == "n"]
    assert alone["kind"].tolist() == ["area"]
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


def test_nobody_is_put_into_water_where_there_is_land() -> None:
    # Of the street's spots at x = 212.5, 237.5, 262.5, 287.5 a lake covers the first two; of the square
    # with nothing, all but the last 10 m; and houses stay where they are.
    lakes = [box(190, 0, 251, 100), box(390, -10, 490, 110), box(0, 0, 100, 100)]
    kinds = np.array(["water"] * 3, dtype=object)
    obstacles = Obstacles(np.array(lakes, dtype=object), kinds)
    demand = allocate(RESIDENTS, areas(), HOUSES, network(), obstacles)
    street = demand[demand["kind"] == "street"]
    assert street.geometry.x.tolist() == [262.5, 287.5]
    assert street["total"].tolist() == [20.0, 20.0]
    assert demand.geometry[demand["source_area_id"] == "n"].x.between(490, 500).all()
    assert (demand["kind"] == "building").sum() == 2
    assert demand["total"].sum() == RESIDENTS["total"].sum()


def test_an_area_that_is_all_water_keeps_its_residents() -> None:
    whole = Obstacles(
        np.array([box(-10, -10, 600, 110)], dtype=object), np.array(["water"], dtype=object)
    )
    demand = allocate(RESIDENTS, areas(), None, network(), whole)
    assert demand.groupby("source_area_id")["total"].sum().to_dict() == {"h": 90, "n": 7, "s": 40}


def test_a_town_without_a_table_of_buildings_works() -> None:
    demand = allocate(RESIDENTS, areas(), None, network())
    assert set(demand["kind"]) == {"street", "area"}


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


def ranked(*rows: tuple[float, float, float, int], **factors: list[float]) -> gpd.GeoDataFrame:
    """Return buildings from x, y, floor area and rank."""
    frame = buildings(*((x, y, m2, True) for x, y, m2, _ in rows))
    return frame.assign(rank=[row[3] for row in rows], **factors)


def at(demand: gpd.GeoDataFrame, group: str) -> dict[float, float]:
    """Return residents by the point's x."""
    return dict(zip(demand.geometry.x, demand[group], strict=True))


ONE = pd.DataFrame({"65+": [12.0]}, index=["h"])


def test_unknown_use_counts_only_where_no_dwelling_is_known() -> None:
    both = ranked((10, 10, 100, DWELLING), (20, 20, 300, UNKNOWN_USE), (30, 30, 50, OTHER_USE))
    assert at(allocate(ONE, areas(), both, network()), "65+") == {10.0: 12.0}
    # Without the dwelling: the unknown one, and not the office.
    assert at(allocate(ONE, areas(), both[1:], network()), "65+") == {20.0: 12.0}
    assert at(allocate(ONE, areas(), both[2:], network()), "65+") == {30.0: 12.0}


def test_an_age_group_has_weights_of_its_own_and_keeps_its_total() -> None:
    # A m² of the flat at x = 20 counts double for those living alone: 100 to 2 × 100.
    houses = ranked((10, 10, 100, DWELLING), (20, 20, 100, DWELLING), single=[1.0, 2.0])
    residents = pd.DataFrame({"65+": [12.0], "single": [6.0]}, index=["h"])
    demand = allocate(residents, areas(), houses, network())
    assert at(demand, "65+") == {10.0: 6.0, 20.0: 6.0}
    assert at(demand, "single") == pytest.approx({10.0: 2.0, 20.0: 4.0})
    assert demand["home_share"].tolist() == [0.5, 0.5]


def test_the_least_and_the_most_are_spread_as_the_figure_is() -> None:
    residents = pd.DataFrame({"65+": [0.0], "65+_low": [0.0], "65+_high": [9.0]}, index=["h"])
    demand = allocate(residents, areas(), HOUSES, network())
    assert at(demand, "65+_high") == pytest.approx({10.0: 3.0, 20.0: 6.0})
    assert demand["65+_low"].tolist() == [0.0, 0.0]
    assert demand["65+"].tolist() == [0.0, 0.0]


def test_an_area_that_only_a_projection_fills_has_homes_without_residents() -> None:
    demand = allocate(ONE, areas(), HOUSES, network(), also=["n", "h"])
    assert demand.groupby("source_area_id")["65+"].sum().to_dict() == {"h": 12.0, "n": 0.0}
    assert demand.loc[demand["source_area_id"] == "n", "home_share"].tolist() == [1.0]


def grid(tells: dict[str, str] | None = None, **figures: list[float]) -> MeshCounts:
    """Two cells: the west of the first square and all east of x = 15."""
    cells = gpd.GeoDataFrame(
        {"area_id": ["a", "b"], **figures},
        geometry=[box(0, 0, 15, 100), box(15, 0, 600, 100)],
        crs=PLANE,
    )
    return MeshCounts(cells, tells or {"65+": "65+"})


def test_cells_tell_where_within_an_area_residents_live() -> None:
    # The cells say 3 to 1: of 12 residents 9 live in a, and 3 in b, as 200 to 100 m².
    houses = ranked((10, 10, 100, DWELLING), (20, 20, 200, DWELLING), (30, 30, 100, DWELLING))
    demand = allocate(ONE, areas(), houses, network(), grid=grid(**{"65+": [30.0, 10.0]}))
    assert at(demand, "65+") == pytest.approx({10.0: 9.0, 20.0: 2.0, 30.0: 1.0})
    assert "65+_low" not in demand


def test_a_cell_across_two_areas_corrects_what_both_put_there() -> None:
    # Floor alone: of the 4 of h 4/3 in cell a and 8/3 in b, and all 6 of s in b: 26/3. The cells have
    # 4 and 26/3: three times as many in a, in b as many. So 4 against 8/3 in h: 2.4 and 1.6 of 4.
    houses = ranked((10, 10, 50, DWELLING), (20, 20, 100, DWELLING), (250, 50, 200, DWELLING))
    two = pd.DataFrame({"65+": [4.0, 6.0]}, index=["h", "s"])
    counts = {"65+": [4.0, 26.0 / 3.0]}
    demand = allocate(two, areas(), houses, network(), grid=grid(**counts))
    assert at(demand, "65+") == pytest.approx({10.0: 2.4, 20.0: 1.6, 250.0: 6.0})


def test_where_the_cells_know_of_nobody_floor_area_decides() -> None:
    houses = ranked((10, 10, 100, DWELLING), (20, 20, 300, DWELLING))
    demand = allocate(ONE, areas(), houses, network(), grid=grid(**{"65+": [0.0, 0.0]}))
    assert at(demand, "65+") == pytest.approx({10.0: 3.0, 20.0: 9.0})


def test_an_age_group_that_the_cells_do_not_tell_about_is_spread_without_them() -> None:
    houses = ranked((10, 10, 100, DWELLING), (20, 20, 100, DWELLING))
    both = ONE.assign(total=40.0)
    told = grid({"total": "total"}, total=[3.0, 1.0])
    demand = allocate(both, areas(), houses, network(), grid=told)
    assert at(demand, "65+") == pytest.approx({10.0: 6.0, 20.0: 6.0})
    assert at(demand, "total") == pytest.approx({10.0: 30.0, 20.0: 10.0})


def test_an_age_group_may_follow_another() -> None:
    # The cells have 3 to 1 where the areas alone put 20 to 20 of all: 1.5 and 0.5 times as many.
    houses = ranked((10, 10, 100, DWELLING), (20, 20, 100, DWELLING))
    told = grid({"total": "total", "65+": "total"}, total=[30.0, 10.0])
    demand = allocate(ONE.assign(total=40.0), areas(), houses, network(), grid=told)
    assert at(demand, "65+") == pytest.approx({10.0: 9.0, 20.0: 3.0})
    # The same where the areas do not have the age group that tells.
    demand = allocate(ONE, areas(), houses, network(), grid=told)
    assert at(demand, "65+") == pytest.approx({10.0: 9.0, 20.0: 3.0})


def test_suppressed_cells_leave_each_home_an_interval() -> None:
    # Cell a has 10, cell b 10 to 30: of 12 residents at least 12 × 10/40 = 3 and at most 6 are in a,
    # at least 6 and at most 9 in b.
    figures = {"65+": [10.0, 20.0], "65+_low": [10.0, 10.0], "65+_high": [10.0, 30.0]}
    houses = ranked((10, 10, 100, DWELLING), (20, 20, 100, DWELLING))
    demand = allocate(ONE, areas(), houses, network(), grid=grid(**figures))
    assert at(demand, "65+") == pytest.approx({10.0: 4.0, 20.0: 8.0})
    assert at(demand, "65+_low") == pytest.approx({10.0: 3.0, 20.0: 6.0})
    assert at(demand, "65+_high") == pytest.approx({10.0: 6.0, 20.0: 9.0})


def test_cells_that_may_all_be_empty_leave_the_floor_area_possible() -> None:
    # Either cell has 0 to 5: all 12 may be in one of them, and where both are empty 3 and 9.
    figures = {"65+": [0.0, 0.0], "65+_low": [0.0, 0.0], "65+_high": [5.0, 5.0]}
    houses = ranked((10, 10, 100, DWELLING), (20, 20, 300, DWELLING))
    demand = allocate(ONE, areas(), houses, network(), grid=grid(**figures))
    assert at(demand, "65+") == pytest.approx({10.0: 3.0, 20.0: 9.0})
    assert demand["65+_low"].tolist() == [0.0, 0.0]
    assert demand["65+_high"].tolist() == pytest.approx([12.0, 12.0])


FLOOR = st.tuples(
    st.integers(0, 500), st.integers(0, 99), st.integers(0, 400), st.integers(DWELLING, OTHER_USE)
)
COUNT = st.integers(0, 50)
PEOPLE = st.lists(st.floats(0, 1e6, allow_nan=False), min_size=6, max_size=6)


@given(st.lists(FLOOR, max_size=25), PEOPLE, st.lists(COUNT, min_size=2, max_size=2), st.randoms())
@settings(max_examples=60)
def test_no_order_changes_a_bit_and_no_resident_is_lost(rows, people, counts, rng) -> None:
    residents = pd.DataFrame(
        {"total": people[:3], "65+": people[3:], "75+": 0.0}, index=["h", "s", "n"]
    )
    houses = ranked(*rows, **{"65+": [1.0 + row[2] % 3 for row in rows]})
    tells = {"total": "total", "65+": "total"}
    told = grid(tells, total=[float(count) for count in counts])
    first = allocate(residents, areas(), houses, network(), grid=told)
    assert (first["75+"] == 0.0).all()
    for group in residents:
        for area_id, whole in residents[group].items():
            there = first.loc[first["source_area_id"] == area_id, group]
            assert math.fsum(there) == whole
    mixed = [rng.sample(range(len(frame)), len(frame)) for frame in (residents, areas(), houses)]
    again = allocate(
        residents.iloc[mixed[0]],
        areas().iloc[mixed[1]],
        houses.iloc[mixed[2]],
        network(),
        grid=MeshCounts(told.cells[::-1], tells),
    )
    assert first.equals(again)


@given(st.lists(FLOOR, min_size=1, max_size=25), PEOPLE)
@settings(max_examples=40)
def test_cells_that_agree_with_the_areas_change_nothing(rows, people) -> None:
    residents = pd.DataFrame({"total": people[:3], "65+": people[3:]}, index=["h", "s", "n"])
    alone = allocate(residents, areas(), ranked(*rows), network())
    west = alone.geometry.x <= 15.0
    tells = {"total": "total", "65+": "65+"}
    counts = {name: [alone.loc[west, name].sum(), alone.loc[~west, name].sum()] for name in tells}
    told = allocate(residents, areas(), ranked(*rows), network(), grid=grid(tells, **counts))
    for group in tells:
        assert told[group].to_numpy() == pytest.approx(alone[group].to_numpy(), rel=1e-9, abs=1e-9)

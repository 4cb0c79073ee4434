"""The walking-time surface: cells are homes that stand at their centres."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.catchment.surface import cell_values, cells_within, surface_grid, to_raster
from geo.errors import InvalidInputError
from geo.streets.network import Network
from geo.walking.reach import nearest
from geo.walking.snapping import snap
from services.words.texts import told
from tests.streets import oracle_walk_m, snaps, straight_street, towns

EVERYWHERE = shapely.box(-1e6, -1e6, 1e6, 1e6)


def metres_from(network: Network, origins: pd.DataFrame, *, leg_limit_m: float):
    """Return what asks the engine for metres from points, as for homes."""

    def walk(xy):
        return nearest(network, origins, snap(xy, network, limit_m=leg_limit_m)).home_walk

    return walk


def surface_of(grid, land, walk, **options):
    cells = cells_within(grid, land)
    return to_raster(grid, cells, cell_values(grid, cells, walk, **options))


def at(grid, raster, x, y):
    west_m, _, _, north_m = grid.bounds
    return raster[int((north_m - y) // grid.cell_m), int((x - west_m) // grid.cell_m)]


def test_a_straight_street_is_derived_by_hand():
    # A street on the x axis from 0 to 1000, the place at x = 305. From the centre (5, 5): 5 m to the
    # street and 300 m along it. From (-5, 5) the leg ends at the street's end: √50 + 305.
    network = straight_street(1000.0)
    grid = surface_grid((-20.0, -40.0, 1020.0, 40.0), 10.0)
    walk = metres_from(network, snaps((0, 305.0, 0.0)), leg_limit_m=15.0)
    raster = surface_of(grid, EVERYWHERE, walk)
    assert raster.shape == (8, 104)
    assert raster.dtype == np.float32
    assert at(grid, raster, 5, 5) == 305.0
    assert at(grid, raster, 305, -5) == 5.0
    assert at(grid, raster, 995, 15) == 705.0
    assert at(grid, raster, -5, 5) == pytest.approx(np.sqrt(50) + 305)


def test_the_leg_is_limited_inclusively_and_beyond_it_there_is_no_data_never_zero():
    network = straight_street(1000.0)
    grid = surface_grid((0.0, -40.0, 1000.0, 40.0), 10.0)
    walk = metres_from(network, snaps((0, 305.0, 0.0)), leg_limit_m=15.0)
    raster = surface_of(grid, EVERYWHERE, walk)
    assert np.isfinite(raster[2:6]).all()  # centres 15 and 5 m off the street
    assert np.isnan(raster[[0, 1, 6, 7]]).all()  # 35 and 25 m
    assert (raster[np.isfinite(raster)] > 0).all()


def test_without_a_place_nothing_has_a_value():
    network = straight_street(1000.0)
    grid = surface_grid((0.0, -40.0, 1000.0, 40.0), 10.0)
    walk = metres_from(network, snaps(), leg_limit_m=50.0)
    assert np.isnan(surface_of(grid, EVERYWHERE, walk)).all()


def test_only_cells_whose_centre_is_in_the_land_are_asked():
    # Centres at 5, 15, 25: of a land that ends at 15 the second is on the border, and in.
    grid = surface_grid((0.0, 0.0, 30.0, 10.0), 10.0)
    asked = []

    def walk(xy):
        asked.extend(xy.tolist())
        return xy[:, 0]

    raster = surface_of(grid, shapely.box(0, 0, 15, 10), walk)
    assert asked == [[5.0, 5.0], [15.0, 5.0]]
    assert raster[0, :2].tolist() == [5.0, 15.0]
    assert np.isnan(raster[0, 2])


def test_row_0_is_in_the_north_and_the_transform_says_so():
    grid = surface_grid((0.0, 0.0, 20.0, 30.0), 10.0)
    raster = surface_of(grid, EVERYWHERE, lambda xy: xy[:, 1])
    assert raster[:, 0].tolist() == [25.0, 15.0, 5.0]
    assert grid.transform == (10.0, 0.0, 0.0, 0.0, -10.0, 30.0)


def test_the_size_of_a_block_changes_nothing():
    network = straight_street(300.0)
    grid = surface_grid((0.0, -50.0, 300.0, 50.0), 10.0)
    walk = metres_from(network, snaps((0, 20.0, 3.0)), leg_limit_m=30.0)
    whole = surface_of(grid, EVERYWHERE, walk)
    for cells_per_block in (1, 7, 300):
        parts = surface_of(grid, EVERYWHERE, walk, cells_per_block=cells_per_block)
        assert np.array_equal(parts, whole, equal_nan=True)


@given(
    west=st.floats(-1e5, 1e5, allow_subnormal=False),
    south=st.floats(-1e5, 1e5, allow_subnormal=False),
    width=st.floats(0, 3000, allow_subnormal=False),
    height=st.floats(0, 3000, allow_subnormal=False),
    cell_m=st.sampled_from([5.0, 10.0, 25.0, 100.0]),
)
def test_the_grid_covers_its_bounds_and_lies_on_whole_multiples(west, south, width, height, cell_m):
    grid = surface_grid((west, south, west + width, south + height), cell_m)
    found = grid.bounds
    assert found[0] <= west
    assert found[1] <= south
    assert found[2] >= west + width
    assert found[3] >= south + height
    assert all(edge / cell_m == round(edge / cell_m) for edge in found)
    assert (found[2] - found[0], found[3] - found[1]) == (
        cell_m * grid.width,
        cell_m * grid.height,
    )
    xy = grid.centres(np.arange(grid.size))
    assert len(np.unique(xy, axis=0)) == grid.size
    assert (xy / cell_m % 1.0 == 0.5).all()


@settings(max_examples=40)
@given(town=towns())
def test_a_cell_at_a_home_has_the_home_s_walk(town):
    network, places, homes = town
    # A home off the street, at the centre of the cell that a crossing lies in.
    origins = snaps(*places)
    for edge, *_ in homes[:2]:
        spot = network.edge_xy[network.edge_start[edge]]
        x, y = np.floor(spot / 10.0) * 10.0 + 5.0
        grid = surface_grid((x - 5.0, y - 5.0, x + 5.0, y + 5.0), 10.0)
        walk = metres_from(network, origins, leg_limit_m=2000.0)
        value = float(surface_of(grid, EVERYWHERE, walk)[0, 0])
        home = snap(np.array([[x, y]]), network, limit_m=2000.0).iloc[0]
        joined = (int(home["edge"]), float(home["offset_m"]), float(home["snap_m"]))
        expected = min(oracle_walk_m(network, place, joined) for place in places)
        if np.isinf(expected):
            assert np.isnan(value)
        else:
            assert value == pytest.approx(expected, rel=1e-6, abs=1e-6)


@settings(max_examples=40)
@given(town=towns())
def test_a_further_place_and_a_longer_leg_never_take_a_walk_away(town):
    network, places, _ = town
    grid = surface_grid((0.0, 0.0, 900.0, 900.0), 150.0)

    def of(some, leg_limit_m):
        walk = metres_from(network, snaps(*some), leg_limit_m=leg_limit_m)
        return np.nan_to_num(surface_of(grid, EVERYWHERE, walk), nan=np.inf)

    few, all_of_them = of(places[:1], 80.0), of(places, 80.0)
    assert (all_of_them <= few).all()
    assert (of(places, 200.0) <= all_of_them).all()


@pytest.mark.parametrize("cell_m", [0.0, -10.0, float("nan"), float("inf")])
def test_a_cell_without_size_is_refused(cell_m):
    with pytest.raises(InvalidInputError, match="number of metres above 0") as error:
        surface_grid((0.0, 0.0, 10.0, 10.0), cell_m)
    assert "セルの一辺" in told(error.value, "ja")


def test_too_many_cells_and_no_land_are_refused():
    with pytest.raises(InvalidInputError, match="give larger cells"):
        surface_grid((0.0, 0.0, 20_000.0, 20_000.0), 1.0)
    with pytest.raises(InvalidInputError, match="no area to lay a raster over"):
        surface_grid(shapely.bounds(shapely.Polygon()), 10.0)

"""Cells of the nearest site on foot."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon, box

from geo.areas.voronoi import divide, edge_samples, nearest_site_cells, nearest_sites
from geo.errors import InvalidInputError
from tests.streets import PLANE, straight_street, streets

ROOT = Path(__file__).resolve().parents[3]
KASHIWA = ROOT.parent / "shared" / "data" / "kashiwa"


def sites(*points, ids="abcdefgh"):
    return gpd.GeoDataFrame(
        {"site_id": list(ids[: len(points)])}, geometry=[Point(p) for p in points], crs=PLANE
    )


def grid(n=6, step_m=200.0):
    crossings = {r * n + c: (c * step_m, r * step_m) for r in range(n) for c in range(n)}
    rows = [[r * n + c for c in range(n)] for r in range(n)]
    columns = [[r * n + c for r in range(n)] for c in range(n)]
    return streets(crossings, rows + columns)


def assert_partition(cells, boundary, tolerance=1e-6):
    assert cells.union_all().symmetric_difference(boundary).area <= tolerance * boundary.area
    shapes = cells.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes)
    pairs = left < right
    overlap = shapely.area(shapely.intersection(shapes[left[pairs]], shapes[right[pairs]]))
    assert overlap.sum() <= tolerance * boundary.area


def assert_samples_lie_in_the_cell_of_their_site(network, points, cells, boundary, limit_m=300.0):
    samples = edge_samples(network)
    site = nearest_sites(network, points, samples, limit_m=limit_m)
    where = shapely.points(samples.xy)
    inside = shapely.contains_properly(boundary, where) & (site != "")
    sample, cell = cells.sindex.query(where[inside], predicate="intersects")
    right = cells["site_id"].to_numpy()[cell] == site[inside][sample]
    assert np.unique(sample[right]).size == inside.sum()
    assert inside.sum() > 0


def test_two_schools_on_one_street_meet_halfway():
    network = straight_street(1000.0)
    boundary = box(0, -100, 1000, 100)
    cells = nearest_site_cells(network, sites((0, 0), (800, 0)), boundary)
    # Halfway is 400 m; samples stand 50 m apart, at 375 and 425.
    assert cells["site_id"].tolist() == ["a", "b"]
    assert cells.area.tolist() == pytest.approx([400 * 200, 600 * 200])
    assert_partition(cells, boundary)


def test_the_walk_counts_and_not_the_straight_line():
    # A wall between two parallel streets that meet only at x = 1000.
    network = streets(
        {1: (0, 0), 2: (1000, 0), 3: (1000, 100), 4: (0, 100)}, [[1, 2], [2, 3], [3, 4]]
    )
    boundary = box(-50, -50, 1050, 150)
    cells = nearest_site_cells(network, sites((100, 0), (1000, 100)), boundary)
    of = dict(zip(cells["site_id"], cells.geometry, strict=True))
    # From (100, 100) it is 900 m to b, and 900 + 100 + 900 to a, 100 m away as the crow flies.
    assert of["b"].contains(Point(100, 100))
    assert of["a"].contains(Point(100, 0))


def test_the_cells_of_a_town_with_an_island_and_a_hole_cover_it_once():
    network = grid()
    town = Polygon(box(-50, -50, 1050, 1050).exterior, [box(400, 410, 500, 520).exterior])
    boundary = MultiPolygon([town, box(2000, 0, 2200, 300)])
    points = sites((0, 0), (1000, 0), (0, 1000), (990, 1000), (500, 600))
    cells = nearest_site_cells(network, points, boundary)
    assert_partition(cells, boundary)
    assert_samples_lie_in_the_cell_of_their_site(network, points, cells, boundary)


def test_the_order_of_the_sites_changes_nothing():
    points = sites((0, 0), (1000, 0), (0, 1000), (1000, 1000))
    boundary = box(-50, -50, 1050, 1050)
    one = nearest_site_cells(grid(), points, boundary)
    other = nearest_site_cells(grid(), points.iloc[::-1], boundary)
    assert one["site_id"].tolist() == other["site_id"].tolist()
    assert shapely.equals_exact(one.geometry.to_numpy(), other.geometry.to_numpy()).all()


def test_two_schools_at_one_spot_give_the_land_to_the_first():
    boundary = box(0, -100, 1000, 100)
    cells = nearest_site_cells(straight_street(), sites((500, 0), (500, 0)), boundary)
    assert cells["site_id"].tolist() == ["a"]
    assert_partition(cells, boundary)


def test_streets_from_which_no_school_can_be_walked_to_follow_their_neighbours():
    network = streets({1: (0, 0), 2: (1000, 0), 3: (0, 50), 4: (1000, 50)}, [[1, 2], [3, 4]])
    boundary = box(0, -50, 1000, 100)
    cells = nearest_site_cells(network, sites((100, 0), (900, 0)), boundary, limit_m=20)
    assert_partition(cells, boundary)
    assert cells.area.tolist() == pytest.approx([500 * 150, 500 * 150])


def test_without_any_street_the_straight_line_decides():
    network = straight_street()
    boundary = box(0, 5000, 1000, 6000)
    cells = nearest_site_cells(network, sites((0, 5500), (1000, 5500)), boundary)
    assert cells.area.tolist() == pytest.approx([500_000, 500_000])
    assert_partition(cells, boundary)


def test_a_single_school_has_everything():
    boundary = box(0, -100, 1000, 100)
    cells = nearest_site_cells(straight_street(), sites((0, 0)), boundary)
    assert cells.geometry.iloc[0].equals(boundary)


def test_no_school_or_one_twice_is_refused():
    boundary = box(0, 0, 1, 1)
    with pytest.raises(InvalidInputError, match="no site"):
        nearest_site_cells(straight_street(), sites(), boundary)
    with pytest.raises(InvalidInputError, match="'a' occurs twice"):
        nearest_site_cells(straight_street(), sites((0, 0), (9, 0), ids="aa"), boundary)


def test_a_square_of_four_labels_is_quartered():
    xy = np.array([[25.0, 25.0], [75.0, 25.0], [25.0, 75.0], [75.0, 75.0]])
    parts = divide(xy, np.array(["sw", "se", "nw", "ne"], dtype=object), box(0, 0, 100, 100))
    assert list(parts) == ["ne", "nw", "se", "sw"]
    assert parts["sw"].equals(box(0, 0, 50, 50))


@pytest.mark.real
@pytest.mark.skipif(not KASHIWA.is_dir(), reason="the open data is not beside the checkout")
def test_the_41_elementary_schools_of_kashiwa_divide_the_city():
    from services.intake.streets.reading import read_streets
    from services.intake.tables.ledger import Ledger
    from services.profile import read_profile

    profile = read_profile(ROOT / "data" / "municipalities" / "12217.toml")
    boundary = gpd.read_file(KASHIWA / "city_N03.geojson").to_crs(PLANE).union_all()
    network = read_streets(
        KASHIWA / "roads_2017.osm.pbf",
        source=profile.source("streets"),
        boundary=boundary.buffer(1500),
        plane_epsg=PLANE,
        ledger=Ledger(),
    )
    schools = gpd.read_file(KASHIWA / "schools_P29.geojson").to_crs(PLANE)
    schools = schools[schools["P29_004"] == "16001"].assign(site_id=schools["P29_005"])
    cells = nearest_site_cells(network, schools, boundary)
    assert len(cells) == 41
    assert_partition(cells, boundary)
    assert_samples_lie_in_the_cell_of_their_site(network, schools, cells, boundary)
    assert all(
        cells.set_index("site_id").geometry[name].distance(point) < 150
        for name, point in zip(schools["site_id"], schools.geometry, strict=True)
    )

"""The circle's claim is measured in the plane of the municipality: true metres on the ground."""

import numpy as np
import pyproj
import pytest
import shapely

from geo.coverage.reached import Limit
from geo.walking.reach import straight_m

GROUND = pyproj.Geod(ellps="GRS80")


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (127.68, 26.21, 6683),  # Naha, zone XV
        (141.35, 43.06, 6680),  # Sapporo, zone XII
        (139.97, 35.87, 6677),  # Kashiwa, zone IX
    ],
)
def test_a_disc_of_800_metres_has_the_area_of_one_on_the_ground(
    lon: float, lat: float, epsg: int
) -> None:
    to_plane = pyproj.Transformer.from_crs(6668, epsg, always_xy=True)
    x, y = to_plane.transform(lon, lat)
    # Homes just within and just beyond the circle's claim, all round, as the coverage judges them.
    turn = np.linspace(0.0, 2.0 * np.pi, 720, endpoint=False)
    ring = np.column_stack([np.cos(turn), np.sin(turn)])
    inside, outside = (np.array([x, y]) + radius * ring for radius in (800.0, 800.01))
    place = np.array([[x, y]])
    limit = Limit(m=800.0)
    assert limit.holds(straight_m(place, inside), np.zeros(720)).all()
    assert not limit.holds(straight_m(place, outside), np.zeros(720)).any()
    back = pyproj.Transformer.from_crs(epsg, 6668, always_xy=True)
    disc = shapely.Polygon(np.column_stack(back.transform(*inside.T)))
    area_m2, _ = GROUND.geometry_area_perimeter(disc)
    assert abs(area_m2) == pytest.approx(np.pi * 800.0**2, rel=0.005)

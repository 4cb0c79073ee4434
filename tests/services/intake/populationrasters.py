"""Rasters of residents for tests, over the square kilometre of tests/snapshots.py."""

import geopandas as gpd
import numpy as np
import rasterio
from rasterio.transform import from_origin

from tests.snapshots import EAST_M, EPSG, NORTH_M, UNITS, at, tiny_workspace

WITHOUT_A_NUMBER = -200.0


def write_counts(path, cells, *, crs=EPSG, transform=None, side_m=100.0, **options):
    """Write residents per cell; row 0 is in the north, the south-western cell at the town's corner."""
    cells = np.asarray(cells, dtype="float64")
    height, width = cells.shape
    transform = transform or from_origin(EAST_M, NORTH_M + height * side_m, side_m, side_m)
    words = {name: options.pop(name, None) for name in ("unit", "description", "tags")}
    bands_n = options.pop("bands_n", 1)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=width,
        height=height,
        count=bands_n,
        dtype="float64",
        crs=f"EPSG:{crs}" if crs else None,
        transform=transform,
        **{"nodata": WITHOUT_A_NUMBER, **options},
    ) as raster:
        for band in range(1, bands_n + 1):
            raster.write(cells, band)
        if words["unit"]:
            raster.units = (words["unit"],)
        if words["description"]:
            raster.set_band_description(1, words["description"])
        if words["tags"]:
            raster.update_tags(**words["tags"])
    return path


def inhabited_workspace(folder, *, small_number=10):
    """Write the hand-made town with all residents of a unit in one home at the unit's middle."""
    workspace = tiny_workspace(folder, small_number=small_number)
    rows = [
        {
            **residents,
            "in_city": "99999",
            "in_community_area": council,
            "in_neighbourhood": area_id,
            "geometry": at(500 * column + 250, 500 * row + 250),
        }
        for area_id, (_, council, column, row, residents, _) in UNITS.items()
    ]
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=EPSG)
    frame.to_parquet(workspace.path / "layers" / "demand.parquet")
    return workspace

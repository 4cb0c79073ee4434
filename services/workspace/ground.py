"""The ground in a workspace: exact, for the legs from the door, and simplified for maps of each scale."""

from pathlib import Path

import geopandas as gpd

from geo.ground.scale import SCALES_M, drawn_at

FILE = "ground.parquet"


def file_for(pixel_m: float) -> str:
    """Return the file that a map of a scale reads: the coarsest that shows all that is seen on it."""
    finer = [scale_m for scale_m in SCALES_M if scale_m <= pixel_m]
    return f"ground_{max(finer, default=SCALES_M[0]):g}m.parquet"


def write_ground(ground: gpd.GeoDataFrame, layers: Path) -> None:
    """
    Write the ground into the folder of the layers, whole and as maps of ``SCALES_M`` show it.

    ``ground`` is what ``services.intake.ground.reading.read_ground`` returns, plane CRS.
    """
    ground.to_parquet(layers / FILE)
    kinds, shapes = ground["kind"].tolist(), ground.geometry.to_numpy()
    for pixel_m in SCALES_M:
        drawn = drawn_at(kinds, shapes, pixel_m=pixel_m)
        shown = ground.iloc[drawn.row].reset_index(drop=True)
        shown = shown.set_geometry(gpd.GeoSeries(drawn.shape, crs=ground.crs))
        shown.to_parquet(layers / file_for(pixel_m))

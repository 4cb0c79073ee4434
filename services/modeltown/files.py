"""The town's files, each in the format in which its official model is published."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
import shapely
from rasterio.transform import from_origin

from services.modeltown.cells import Landscape
from services.modeltown.coordinates import lonlat, lonlat_shapes
from services.modeltown.houses import BuildingPoints
from services.modeltown.names import NAMES
from services.modeltown.plan import ORIGIN_EAST_M, ORIGIN_NORTH_M, PLANE_EPSG
from services.modeltown.streets import ObjectArray

CELL_M = 10.0
NODATA = -9999.0
CRS84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}


def write_geojson(
    path: Path, shapes: ObjectArray, properties: Sequence[Mapping[str, object]]
) -> None:
    """Write polygons and their attributes, one feature a line."""
    geometries = shapely.to_geojson(lonlat_shapes(shapes))
    features = ",\n".join(
        f'{{"type": "Feature", "properties": {json.dumps(own, ensure_ascii=False)}, "geometry": {geometry}}}'
        for own, geometry in zip(properties, geometries, strict=True)
    )
    head = f'"name": {json.dumps(path.stem)}, "crs": {json.dumps(CRS84)}'
    path.write_text(
        f'{{"type": "FeatureCollection", {head}, "features": [\n{features}\n]}}\n', encoding="utf-8"
    )


def write_csv(
    path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]], *, encoding: str
) -> None:
    """Write a table with the line ends that a spreadsheet leaves."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def write_buildings(path: Path, buildings: BuildingPoints) -> None:
    """Write a row per building, as taken from a 3D city model."""
    places = lonlat(buildings.xy)
    usage = pd.Series(buildings.usage).replace("461", None).astype("category")
    table = pd.DataFrame(
        {
            "lon": places[:, 0],
            "lat": places[:, 1],
            "footprint_m2": buildings.footprint_m2.astype(np.float32),
            "height_m": buildings.height_m.astype(np.float32),
            "usage": usage,
        }
    )
    table.to_parquet(path, index=False)


def write_elevation(path: Path, ground: Landscape) -> None:
    """Write the ground on a 10 m grid; the two outermost rows and columns have no data."""
    plan = ground.plan
    east_m, north_m = plan.half_width_m + plan.margin_m, plan.half_height_m + plan.margin_m
    across = np.arange(-east_m + CELL_M / 2, east_m, CELL_M)
    down = np.arange(north_m - CELL_M / 2, -north_m, -CELL_M)
    xx, yy = np.meshgrid(across, down)
    height_m = ground.terrain.height_m(np.column_stack([xx.ravel(), yy.ravel()])).reshape(xx.shape)
    frame = np.ones_like(height_m, dtype=bool)
    frame[2:-2, 2:-2] = False
    values = np.where(frame, NODATA, np.round(height_m, 2)).astype(np.float32)
    transform = from_origin(ORIGIN_EAST_M - east_m, ORIGIN_NORTH_M + north_m, CELL_M, CELL_M)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=values.shape[1],
        height=values.shape[0],
        count=1,
        dtype="float32",
        crs=f"EPSG:{PLANE_EPSG}",
        transform=transform,
        nodata=NODATA,
        compress="deflate",
    ) as raster:
        raster.write(values, 1)


def city_properties() -> dict[str, object]:
    """Return the attributes of the city in the administrative layer."""
    return {
        "N03_001": NAMES.city.prefecture,
        "N03_004": NAMES.city.name,
        "N03_007": NAMES.city.jis_code,
    }

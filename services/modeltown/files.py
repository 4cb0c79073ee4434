"""The town's files, each in the format in which its official model is published."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import rasterio
import shapely
from osmium.osm.mutable import Node, Relation, Way
from rasterio.transform import from_origin
from shapely import LineString

from geo.arrays import LONLAT_EPSG
from services.modeltown.cells import GRID_M
from services.modeltown.extras import Features
from services.modeltown.houses import BuildingPoints
from services.modeltown.kinds import KINDS
from services.modeltown.landscape import Landscape
from services.modeltown.names import NAMES
from services.modeltown.noise import FloatArray, IntArray
from services.modeltown.plan import ORIGIN_EAST_M, ORIGIN_NORTH_M, PLANE_EPSG
from services.modeltown.streets import ObjectArray, TownStreets

CELL_M = 10.0
NODATA = -9999.0
CRS84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
FIRST_ID = 9_920_100_000
DIGITS = 7
"""Decimal places of degrees: about a centimetre, as in OSM."""


def lonlat(xy: FloatArray) -> FloatArray:
    """Return longitude and latitude of points of shape (n, 2)."""
    east_m, north_m = xy[:, 0] + ORIGIN_EAST_M, xy[:, 1] + ORIGIN_NORTH_M
    points = gpd.GeoSeries.from_xy(east_m, north_m, crs=PLANE_EPSG).to_crs(LONLAT_EPSG)
    return np.asarray(np.round(shapely.get_coordinates(points.to_numpy()), DIGITS))


def lonlat_shapes(shapes: ObjectArray) -> ObjectArray:
    """Return shapes in longitude and latitude; equal vertices stay equal."""
    return np.asarray(shapely.transform(shapes, lonlat), dtype=object)


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


def write_osm(path: Path, streets: TownStreets, *, features: Features) -> None:
    """Write every way and area; points of one position are one node."""
    lines, tags = _ways(streets)
    lines += [extra.line for extra in features.ways]
    tags += [extra.tags for extra in features.ways]
    members = []
    for area in features.areas:
        rings = [area.shape.exterior, *area.shape.interiors]
        roles = ["outer", *["inner"] * (len(rings) - 1)]
        members.append([(len(lines) + at, role) for at, role in enumerate(roles)])
        lines += [LineString(ring.coords) for ring in rings]
        tags += [area.tags] if len(rings) == 1 else [{} for _ in rings]
    coordinates, way = shapely.get_coordinates(lines, return_index=True)
    alone = np.array(list(features.node_tags), dtype=np.int64).reshape(-1, 2)
    keys = np.concatenate([np.round(coordinates / GRID_M).astype(np.int64), alone])
    unique, node = np.unique(keys, axis=0, return_inverse=True)
    places = lonlat(np.asarray(unique * GRID_M, dtype=np.float64)).tolist()
    if path.exists():
        path.unlink()
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (key, place) in enumerate(zip(unique.tolist(), places, strict=True)):
            own = features.node_tags.get((key[0], key[1]), {})
            writer.add_node(
                Node(id=FIRST_ID + number, location=(place[0], place[1]), tags=own, version=1)
            )
        for number, refs in enumerate(_split(node[: len(way)], way)):
            writer.add_way(Way(id=FIRST_ID + number, nodes=refs, tags=tags[number], version=1))
        for number, (area, ways) in enumerate(zip(features.areas, members, strict=True)):
            if len(ways) > 1:
                writer.add_relation(
                    Relation(
                        id=FIRST_ID + number,
                        members=[("w", FIRST_ID + at, role) for at, role in ways],
                        tags={"type": "multipolygon", **area.tags},
                        version=1,
                    )
                )


def _ways(streets: TownStreets) -> tuple[list[LineString], list[dict[str, str]]]:
    """Return the ways: edges of one stretch joined end to end, their vertices being junctions."""
    order = np.argsort(streets.stretch, kind="stable")
    chains = shapely.line_merge(
        shapely.multilinestrings(
            streets.edges[order].tolist(), indices=_rank(streets.stretch[order])
        )
    )
    stretches = np.unique(streets.stretch)
    lines: list[LineString] = []
    tags: list[dict[str, str]] = []
    for stretch, chain in zip(stretches.tolist(), chains.tolist(), strict=True):
        kind = KINDS[streets.stretches[stretch].kind]
        own = {"highway": kind.highway, **dict(kind.tags), **dict(streets.stretches[stretch].tags)}
        for part in shapely.get_parts(chain).tolist():
            lines.append(part)
            tags.append(own)
    return lines, tags


def _rank(values: IntArray) -> IntArray:
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)


def _split(node: IntArray, way: ObjectArray) -> Iterable[list[int]]:
    starts = np.flatnonzero(np.diff(way, prepend=-1))
    for refs in np.split(node + FIRST_ID, starts[1:]):
        kept = refs[np.append(True, refs[1:] != refs[:-1])]
        yield kept.tolist()

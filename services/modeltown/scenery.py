"""Scenery: what people know their neighbourhood by, drawn after everything else and without dice."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from services.modeltown.extras import Area, Extra, Features, Key, keys_of
from services.modeltown.linework import parts
from services.modeltown.names import NAMES
from services.modeltown.noise import FloatArray
from services.modeltown.town import Town

HOUSE_M = 20.0
"""Fields end so far from a house."""
VERGE_M = 6.0
SMALLEST_M2 = 4000.0
CANAL_APART_M = 150.0
COVERED_M = 7.0
"""The canal is under cover so near to a street or a house."""
POND_M = (15.0, 45.0)
POND_AWAY_M = 12.0

_OF_VENUES = {
    "school": {"amenity": "school"},
    "centre": {"amenity": "community_centre"},
    "civic_hall": {"amenity": "community_centre"},
    "meeting_hall": {"amenity": "community_centre"},
    "neighbourhood_hall": {"amenity": "community_centre"},
}
_FAITHS = ("shinto", "buddhist")
_TOWN_HALL, _HOSPITAL = "421", "422"
"""Uses of buildings, of which the nearest to the old centre is the one."""


def with_scenery(features: Features, town: Town) -> Features:
    """Return what the map file holds besides the streets, with land, water, schools and signs."""
    houses = shapely.STRtree([*map(Point, town.buildings.xy)])
    return replace(
        features,
        ways=[*features.ways, *_canal(town, houses)],
        node_tags={**features.node_tags, **dict(_points(town))},
        areas=[*features.areas, *_areas(town, houses)],
    )


def _points(town: Town) -> Iterator[tuple[Key, dict[str, str]]]:
    """Yield positions and tags of stations, venues, temples, the town hall and the hospital."""
    stations = zip(town.ground.railway.stations, NAMES.map.stations, strict=False)
    found = [((at.x, at.y), {"railway": "station", "name": name}) for at, name in stations]
    found += [
        (venue.xy, {**_OF_VENUES[venue.kind], "name": venue.name})
        for venue in town.venues
        if venue.kind in _OF_VENUES
    ]
    named = zip(_upper_ends(town), NAMES.map.shrines, strict=False)
    found += [
        (at, {"amenity": "place_of_worship", "religion": _FAITHS[n % 2], "name": name})
        for n, (at, name) in enumerate(named)
    ]
    found += [
        (at, {"amenity": amenity, "name": name})
        for amenity, usage, name in (
            ("townhall", _TOWN_HALL, NAMES.map.town_hall),
            ("hospital", _HOSPITAL, NAMES.map.hospital),
        )
        for at in _nearest(town, usage)
    ]
    for xy, tags in found:
        yield keys_of(np.array([xy]))[0], tags


def _nearest(town: Town, usage: str) -> list[tuple[float, float]]:
    """Return the building of a use that is nearest to the old centre; none where there is none."""
    there = town.buildings.xy[town.buildings.usage.astype(str) == usage]
    if not len(there):
        return []
    away_m = np.hypot(there[:, 0] - town.ground.centre.x, there[:, 1] - town.ground.centre.y)
    east_m, north_m = there[np.argmin(away_m)].tolist()
    return [(east_m, north_m)]


def _upper_ends(town: Town) -> list[tuple[float, float]]:
    """Return where the steps to the temples end, but for those of the castle."""
    castle = town.castle.park
    ends = [
        stretch.line.coords[-1][:2]
        for stretch in town.streets.stretches
        if stretch.kind == "stairs" and not stretch.line.intersects(castle)
    ]
    return [(float(x), float(y)) for x, y in ends]


def _areas(town: Town, houses: shapely.STRtree) -> Iterator[Area]:
    yield Area(
        Polygon(town.lone_path).buffer(VERGE_M, quad_segs=2),
        {"leisure": "park", "name": NAMES.map.lone_park},
    )
    pond = _pond(town, houses)
    if pond:
        yield Area(pond, {"natural": "water", "water": "reservoir", "name": NAMES.map.pond})
    middles = shapely.get_coordinates(shapely.centroid(town.cells.polygons))
    above = town.ground.terrain.above_edge_m(middles) > 0
    for cell, character, high in zip(
        town.cells.polygons, town.cells.characters, above.tolist(), strict=True
    ):
        if character == "industry":
            yield Area(cell.buffer(-VERGE_M, join_style="mitre"), {"landuse": "industrial"})
        if character == "rural":
            tags = {"natural": "wood"} if high else {"landuse": "farmland"}
            yield from (Area(shape, tags) for shape in _open_land(cell, houses, pond))


def _open_land(cell: Polygon, houses: shapely.STRtree, pond: Polygon | None) -> list[Polygon]:
    """Return a cell without its houses and without a pond; corners of no size are left out."""
    near = houses.geometries[houses.query(cell, predicate="intersects")]
    built = shapely.union_all(shapely.buffer(near, HOUSE_M, quad_segs=1))
    land = cell.buffer(-VERGE_M, join_style="mitre").difference(built)
    opened = land.buffer(-VERGE_M, quad_segs=1).buffer(VERGE_M, quad_segs=1).simplify(1.0)
    free = opened.difference(pond) if pond else opened
    return [shape for shape in shapely.get_parts(free).tolist() if shape.area >= SMALLEST_M2]


def _pond(town: Town, houses: shapely.STRtree) -> Polygon | None:
    """Return a pond in the widest face of rural land, clear of streets and houses."""
    rural = np.array(town.cells.characters, dtype=object)[town.blocks.cell[town.blocks.block]]
    faces = town.blocks.faces[rural == "rural"]
    streets = shapely.STRtree(town.streets.edges)
    best: tuple[float, FloatArray] = (0.0, np.zeros(2))
    for circle in shapely.maximum_inscribed_circle(faces, tolerance=2.0).tolist():
        middle = shapely.get_point(circle, 0)
        apart_m = min(
            float(streets.query_nearest(middle, return_distance=True)[1][0]),
            float(houses.query_nearest(middle, return_distance=True)[1][0]),
        )
        if apart_m > best[0]:
            best = (apart_m, shapely.get_coordinates(middle)[0])
    radius_m = min(best[0] - POND_AWAY_M, POND_M[1])
    if radius_m < POND_M[0]:
        return None
    return Point(best[1]).buffer(radius_m, quad_segs=5)


def _canal(town: Town, houses: shapely.STRtree) -> list[Extra]:
    """Return a canal beside the river, under cover where streets pass it or houses stand near."""
    line = town.ground.river.centreline.offset_curve(CANAL_APART_M)
    kept = line.difference(town.ground.railway.corridor)
    streets = shapely.STRtree(town.streets.edges)
    near = [
        *streets.geometries[streets.query(line, predicate="dwithin", distance=COVERED_M)],
        *houses.geometries[houses.query(line, predicate="dwithin", distance=COVERED_M)],
    ]
    cover = shapely.union_all(shapely.buffer(near, COVERED_M, quad_segs=2))
    tags = {"waterway": "canal", "name": NAMES.map.canal}
    covered = {**tags, "tunnel": "culvert", "layer": "-1"}
    passes = [
        *parts(kept.intersection(cover)),
        *parts(line.intersection(town.ground.railway.corridor)),
    ]
    pieces: list[tuple[LineString, dict[str, str]]] = [
        *((piece, tags) for piece in parts(kept.difference(cover))),
        *((piece, covered) for piece in passes),
    ]
    return [Extra(piece, own) for piece, own in pieces]

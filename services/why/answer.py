"""
Why is this house not reached? One point of the map, its ways to places, and what would change them.

Nothing here is about who lives there: any point of the municipality can be asked for.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.areas.location import locate
from geo.arrays import LONLAT_EPSG, FloatArray
from geo.coverage.reached import Limit
from geo.errors import InvalidInputError
from geo.vocabulary import FREQUENCIES, TARGET
from geo.walking.doors import Doors
from geo.walking.route import Route
from services.situation.naming import picked
from services.situation.view import Situation
from services.situation.walking import Walking
from services.why.changes import Changes, changes_of
from services.why.ground import Ground, Spot, holds, nearest_among, route_to
from services.why.straight import Straight, piece, straight_of
from services.why.told import Leg, Way, Why
from services.why.words import found_sentence, sentences
from services.words.reasons import is_doubtful
from services.workspace.geojson import as_data

LON_MOST, LAT_MOST = 180.0, 90.0

Row = dict[str, Any]


def why(
    ground: Ground | Situation,
    lon: float,
    lat: float,
    *,
    frequency: str = TARGET,
    limit: Limit | None = None,
    profile: str | None = None,
) -> Why:
    """
    Answer for one point.

    Parameters
    ----------
    ground
        What all answers share; of a situation it is made anew, which takes much longer.
    lon, lat
        Degrees (JGD2011), inside the municipality.
    frequency
        monthly, weekly or permanent: what the route, the straight line and the changes are about.
    limit
        Walking limit; the situation's main one by default.
    profile
        Walking profile; the main one by default.

    Raises
    ------
    InvalidInputError
        The point lies outside the municipality, or there is no such frequency or profile.
    """
    ground = Ground(ground) if isinstance(ground, Situation) else ground
    if frequency not in FREQUENCIES:
        raise InvalidInputError(
            "frequency={frequency!r} is not known; there are {frequencies}",
            frequency=frequency,
            frequencies=list(FREQUENCIES),
        )
    xy = _plane(ground, lon, lat)
    areas = _areas(ground, xy, (lon, lat))
    limit = limit or ground.situation.parameters.limit
    walking = ground.walking(profile)
    spot = Spot(xy, ground.situation.snap_one(xy))
    asker = _Asker(ground, spot, walking, limit)
    found = {each: asker.way(each) for each in FREQUENCIES}
    way, route = found[frequency]
    straight = None if route is None else straight_of(ground, spot, walking, route.origin)
    answer = Why(
        lon=lon,
        lat=lat,
        areas=areas,
        frequency=frequency,
        profile=walking.profile.id,
        label={"ja": walking.profile.label, "en": walking.profile.label_en},
        limit=limit,
        leg=_leg(ground, spot, walking),
        ways=[each for each, _ in found.values()],
        straight=straight,
        changes=None if way.within_limit else changes_of(ground, spot, walking, limit, frequency),
        doubts=_doubts(ground, spot, straight, way),
        days_unknown=bool(ground.situation.unknown_days(frequency).any()),
        piece=ground.piece(spot),
    )
    place_xy = None if route is None else ground.place_xy(route.origin)
    rows = [] if route is None or place_xy is None else _route_rows(route, xy, place_xy)
    return replace(
        answer,
        sentences={lang: sentences(answer, lang) for lang in ("ja", "en")},
        route=_features(rows, ground.network.epsg),
        line=_features(_line_rows(straight, answer.changes), ground.network.epsg),
    )


def _doubts(
    ground: Ground, spot: Spot, straight: Straight | None, way: Way
) -> list[dict[str, Any]]:
    """Return what speaks against the way that is shown; nothing where there is none."""
    if straight is None:
        return []
    found, direct_m = [*ground.leg_doubts(spot), *ground.doubts], straight.line.length_m
    if is_doubtful(way.way_m or 0.0, direct_m):
        found.insert(0, {"code": "detour", "times": f"{(way.way_m or 0.0) / direct_m:.1f}"})
    piece_joined = ground.piece(spot)
    if piece_joined is not None and piece_joined["code"] == "broken_off":
        found.insert(0, {"code": "broken_off", "gap_m": piece_joined["gap_m"]})
    return found


class _Asker:
    """The walks of one point to all places, of which each frequency takes its nearest."""

    def __init__(self, ground: Ground, spot: Spot, walking: Walking, limit: Limit) -> None:
        self._ground, self._spot, self._walking, self._limit = ground, spot, walking, limit
        self._routes: dict[int, Route] = {}

    def way(self, frequency: str) -> tuple[Way, Route | None]:
        """Return the way to the nearest place of a frequency, and its route."""
        ground, walking = self._ground, self._walking
        counts = ground.counts(frequency)
        unit, _ = walking.judged(self._limit)
        place = nearest_among(self._spot.walks(unit)[1], counts)
        if place < 0:
            return Way(frequency, within_limit=False), None
        if place not in self._routes:
            cost = float(self._spot.walks(unit)[1][place])
            self._routes[place] = route_to(ground, unit.measure, self._spot, place, cost)
        route, row = self._routes[place], ground.places.iloc[place]
        walk_m, walk_s = (
            float(self._spot.walks(each)[1][counts].min()) for each in (walking.m, walking.s)
        )
        own_area, area_name = self._area(place)
        told = Way(
            frequency=frequency,
            within_limit=holds(self._limit, walk_m, walk_s),
            place_id=str(row["place_id"]),
            name=str(row["name"]),
            approximate=bool(row["approximate"]),
            schedule_text=str(row["schedule_text"]),
            schedule_assumed=bool(row["schedule_assumed"]),
            walk_m=walk_m,
            walk_s=walk_s,
            way_m=route.cost(walking.m.measure),
            way_s=route.cost(walking.s.measure),
            climb_m=route.cost(walking.climb),
            steps_n=route.cost(walking.steps),
            private_m=route.private_m,
            at_times_m=route.at_times_m,
            straight_m=float(np.hypot(*(ground.place_xy(place) - self._spot.xy))),
            own_area=own_area,
            area_name=area_name,
            streets=[
                {"name": each.name, "kind": each.kind, "length_m": each.length_m}
                for each in route.stretches
                if each.length_m > 0
            ],
        )
        return told, route

    def _area(self, place: int) -> tuple[bool | None, str]:
        """Say whether the place lies in the point's own council area; name that area."""
        areas = self._ground.layer(self._ground.profile.analysis.council_layer)
        home, there = locate(np.array([self._spot.xy, self._ground.place_xy(place)]), areas)
        name = picked(areas["area_name"], there)
        return (None if home < 0 or there < 0 else bool(home == there)), str(name)


def _plane(ground: Ground, lon: float, lat: float) -> FloatArray:
    if not (abs(lon) <= LON_MOST and abs(lat) <= LAT_MOST):
        raise InvalidInputError(
            "lon={lon}, lat={lat} is no position in degrees; longitude comes first, for "
            "example 139.97, 35.86",
            lon=lon,
            lat=lat,
        )
    point = gpd.GeoSeries.from_xy([lon], [lat], crs=LONLAT_EPSG).to_crs(ground.network.epsg)
    return np.array([point.x.iloc[0], point.y.iloc[0]])


def _areas(ground: Ground, xy: FloatArray, given: tuple[float, float]) -> dict[str, str]:
    """Return the name of the area of every layer that the point lies in."""
    found = {}
    for layer in ground.profile.layers:
        areas = ground.layer(layer.id)
        at = int(locate(xy.reshape(1, 2), areas)[0]) if np.isfinite(xy).all() else -1
        if at >= 0:
            found[layer.id] = str(areas["area_name"].iloc[at])
    if found:
        return found
    whole = shapely.box(*ground.situation.areas.total_bounds)
    degrees = gpd.GeoSeries([whole], crs=ground.network.epsg).to_crs(LONLAT_EPSG)
    west, south, east, north = degrees.total_bounds
    name, box = ground.profile.municipality, f"{west:.4f}–{east:.4f}, {south:.4f}–{north:.4f}"
    raise InvalidInputError(
        "lon={lon}, lat={lat} lies outside {name_en}; give a point inside it "
        "(longitude and latitude within {box})",
        lon=given[0],
        lat=given[1],
        name_en=name.name_en or name.name,
        box=box,
        name=name.name,
    )


def _leg(ground: Ground, spot: Spot, walking: Walking) -> Leg:
    reason = str(spot.snap["reason"].iloc[0])
    anyway = spot.snap if not reason else ground.nearby.snap_anyway(spot.xy)
    edge = int(anyway["edge"].iloc[0])
    nearest_m = float(anyway["snap_m"].iloc[0]) if edge >= 0 else None
    leg_s = np.inf if reason else float(Doors.of(spot.snap, walking.s.measure).leg[0])
    joined = bool(np.isfinite(leg_s))
    return Leg(
        reason=reason or ("" if joined else "closed"),
        leg_m=nearest_m if joined else None,
        leg_s=leg_s if joined else None,
        street=str(ground.network.edges["name"].iloc[edge]) if edge >= 0 else "",
        nearest_street_m=nearest_m,
        snap_limit_m=ground.profile.streets.snap_limit_m,
    )


def _route_rows(route: Route, home_xy: FloatArray, place_xy: FloatArray) -> list[Row]:
    """Return the route as rows with geometry: the whole way, then its parts in order."""
    whole, streets_xy = route.line(home_xy, place_xy), route.line_xy()
    parts = [("leg", "", route.home_leg_m, np.vstack([home_xy, streets_xy[:1]]))]
    parts += [(e.kind, e.name, e.length_m, route.line_xy(*e.spans)) for e in route.stretches]
    parts.append(("leg", "", route.place_leg_m, np.vstack([streets_xy[-1:], place_xy])))
    rows = [_row("way", whole, length_m=route.length_m, name="")]
    return rows + [
        _row(kind, shapely.LineString(xy), length_m=length_m, name=name)
        for kind, name, length_m, xy in parts
        if length_m > 0
    ]


def _line_rows(straight: Straight | None, changes: Changes | None) -> list[Row]:
    """Return the straight line, each thing on it with its sentences, and the path that is missing."""
    rows: list[Row] = []
    if straight is not None:
        line, detour = straight.line, straight.detour
        drawn = piece(line, 0.0, line.length_m)
        told = {"length_m": line.length_m, "walk_m": straight.walk_m, "detour": detour}
        rows.append(_row("straight", drawn, **told))
        rows += [
            _row(
                each.kind,
                piece(line, each.from_m, each.from_m + each.length_m),
                from_m=each.from_m,
                length_m=each.length_m,
                around_m=each.around_m,
                name=each.name,
                ja=found_sentence(each, "ja"),
                en=found_sentence(each, "en"),
            )
            for each in straight.found
        ]
    if changes is not None and changes.path is not None and changes.path.enough:
        rows.append(_row("path", changes.path.line, length_m=changes.path.path_m))
    return rows


def _row(kind: str, geometry: shapely.Geometry, **told: object) -> Row:
    return {"kind": kind, "geometry": geometry, **told}


def _features(rows: Sequence[Row], epsg: int) -> dict[str, Any]:
    """Return rows as GeoJSON."""
    shapes = gpd.GeoSeries([row["geometry"] for row in rows], crs=epsg)
    told = [{name: value for name, value in row.items() if name != "geometry"} for row in rows]
    return as_data(shapes, told)

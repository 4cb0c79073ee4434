"""
The registry: venues, groups, schedules and places in one database that people edit.

SQLite by default, PostgreSQL by its URL; coordinates are longitude and latitude (JGD2011).
"""

from dataclasses import asdict
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Select, delete, insert, select

from geo.arrays import LONLAT_EPSG
from services.registry.attributes import ATTRIBUTES, as_kind, with_attributes
from services.registry.database import session, writing
from services.registry.history import CLOSED, history_of
from services.registry.replay import replay
from services.registry.rows import free_group
from services.registry.schema import migrate, remake
from services.registry.tables import (
    Group,
    Place,
    PlaceStatus,
    ScheduleRow,
    Tables,
    Venue,
    places_in_words,
)
from services.registry.venues import VENUE_ATTRIBUTES, with_venue_attributes
from services.words.names import normalise

Row = dict[str, Any]
"""One row of a table by column."""
FROM_PROFILE = "profile"
"""Origin of a schedule that no list tells: the profile's text for every row."""
SAME_VENUE_M = 50.0
"""A place whose venue has the name of a listed venue this close is held there."""
SAME_POINT_M = 1.0
"""Two positions this close are one building, whatever it is called."""

VENUE_COLUMNS = (
    *("venue_id", "name", "kind", "address", "source_id", "row"),
    *(*VENUE_ATTRIBUTES, "geometry"),
)
PLACE_COLUMNS = (
    *("place_id", "name", "kind", "venue_id", "venue_name", "group_name", "address"),
    *("schedule_text", "schedule_origin", "status", "opened_on", "verified_on", "private_home"),
    *("located_by", "located_level", "confidence", "consent", "stand_in", "row", "source_id"),
    *(*ATTRIBUTES, "geometry"),
)
_NOT_TEXT = frozenset({"row", "private_home", "confidence", "consent", "stand_in"})
"""Columns beside the attributes that every row has a number or a flag in."""
_SAME = (
    *("place_id", "venue_id", "name", "kind", "venue_name", "address", "status"),
    *("opened_on", "verified_on", "located_by", "source_id"),
)
"""Texts that a place's row holds as they are."""
_UNTOLD = {name: "" if kind == "text" else None for name, kind in VENUE_ATTRIBUTES.items()}
"""What is known of a room that only a place names."""


def create_registry(url: str) -> None:
    """Create the tables that are not there yet; bring those of an earlier version to today's."""
    with writing(url) as opened:
        migrate(opened.connection())


def write_registry(url: str, venues: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
    """
    Replace what the lists told, all or nothing; places are linked to the venues listed.

    What people have changed is changed again on what is written.
    """
    held = with_attributes(link_venues(places, venues))
    names = _distinct(held, "group_name")
    periods = [asdict(period) for place in held.to_dict("records") for period in history_of(place)]
    with writing(url) as opened:
        migrate(opened.connection())
        remake(opened.connection())
        for table in (PlaceStatus, Place, ScheduleRow, Group, Venue):
            opened.execute(delete(table))
        groups = {name: number for number, name in enumerate(names, start=free_group(opened))}
        schedules, meetings = _place_rows(held, groups)
        parts: list[tuple[type[Tables], list[Row]]] = [
            (Venue, [*_venue_rows(venues), *_host_rows(held, venues)]),
            (Group, [{"group_id": number, "name": name} for name, number in groups.items()]),
            (ScheduleRow, schedules),
            (Place, meetings),
            (PlaceStatus, periods),
        ]
        for model, rows in parts:
            if rows:
                opened.execute(insert(model), rows)
        replay(opened)


def read_venues(url: str, epsg: int) -> gpd.GeoDataFrame:
    """Read the venues that were listed as such, in the plane CRS, as they were written."""
    query = select(Venue.__table__).where(Venue.listed.is_(True))
    return _frame(url, query, VENUE_COLUMNS, epsg=epsg)


def read_places(url: str, epsg: int, as_of: date | None = None) -> gpd.GeoDataFrame:
    """
    Read the places in the plane CRS; those that could not be located have no geometry.

    With ``as_of`` only those that were there on that day, with the status that they had then: one
    without an opening date always was, one closed without a date never.
    """
    places = _frame(url, places_in_words(), PLACE_COLUMNS, epsg=epsg)
    return places if as_of is None else places_on(places, read_status_history(url), as_of)


def read_status_history(url: str) -> pd.DataFrame:
    """Read every status that a place had: place_id, status, since, until."""
    found = _columns(url, select(PlaceStatus.__table__))
    names = ("place_id", "status", "since", "until")
    table = pd.DataFrame({name: pd.Series(found[name], dtype=object) for name in names})
    return table.sort_values(["place_id", "since"], ignore_index=True)


def places_on(places: gpd.GeoDataFrame, history: pd.DataFrame, as_of: date) -> gpd.GeoDataFrame:
    """Return the places that were there on a day, with the status that they had then."""
    day = as_of.isoformat()
    holds = (history["since"] <= day) & ((history["until"] == "") | (day < history["until"]))
    then = history[holds].drop_duplicates("place_id", keep="last").set_index("place_id")["status"]
    status = then.reindex(places["place_id"].to_numpy()).to_numpy(dtype=object)
    there = pd.notna(status) & (status != CLOSED)
    kept: gpd.GeoDataFrame = places.assign(status=status)[there].reset_index(drop=True)
    return kept


def link_venues(places: gpd.GeoDataFrame, venues: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return places whose ``venue_id`` is that of the listed venue where they are held.

    It is the venue of the same name (of the place, where it names no venue) within 50 m, else one
    at the same point; without either the place keeps its own venue.
    """
    if places.empty or venues.empty:
        return places
    names = [normalise(name) for name in venues["name"]]
    tree = shapely.STRtree(venues.geometry.to_numpy())
    linked = [
        _listed_venue(shape, normalise(venue or name), tree=tree, names=names)
        for shape, venue, name in zip(
            places.geometry, places["venue_name"], places["name"], strict=True
        )
    ]
    ids = [
        own if found is None else venues["venue_id"].iloc[found]
        for own, found in zip(places["venue_id"], linked, strict=True)
    ]
    return places.assign(venue_id=ids)


def _listed_venue(
    shape: shapely.Geometry | None, name: str, *, tree: shapely.STRtree, names: list[str]
) -> int | None:
    if shape is None or shapely.is_empty(shape):
        return None
    near = sorted(tree.query(shape, predicate="dwithin", distance=SAME_VENUE_M).tolist())
    same_name = [found for found in near if names[found] == name]
    here = sorted(tree.query(shape, predicate="dwithin", distance=SAME_POINT_M).tolist())
    return next(iter([*same_name, *here]), None)


def _lonlat(frame: gpd.GeoDataFrame) -> list[tuple[float | None, float | None]]:
    if frame.empty:
        return []
    shapes = frame.geometry.to_crs(LONLAT_EPSG)
    known = ~(shapes.isna() | shapes.is_empty)
    return [
        (float(lon), float(lat)) if is_known else (None, None)
        for lon, lat, is_known in zip(shapes.x, shapes.y, known, strict=True)
    ]


def _row(**columns: object) -> Row:
    return columns


def _venue_rows(venues: gpd.GeoDataFrame) -> list[Row]:
    return [
        _row(
            venue_id=str(venue["venue_id"]),
            name=str(venue["name"]),
            kind=str(venue["kind"]),
            address=str(venue["address"]),
            source_id=str(venue["source_id"]),
            source_row=int(venue["row"]),
            listed=True,
            lon=lon,
            lat=lat,
            **{name: None if pd.isna(venue[name]) else venue[name] for name in VENUE_ATTRIBUTES},
        )
        for venue, (lon, lat) in zip(
            with_venue_attributes(venues).to_dict("records"), _lonlat(venues), strict=True
        )
    ]


def _host_rows(places: gpd.GeoDataFrame, venues: gpd.GeoDataFrame) -> list[Row]:
    """Return the venues that only places name."""
    seen = set() if venues.empty else {str(venue_id) for venue_id in venues["venue_id"]}
    hosts: list[Row] = []
    for place, (lon, lat) in zip(places.to_dict("records"), _lonlat(places), strict=True):
        venue_id = str(place["venue_id"])
        if venue_id in seen:
            continue
        seen.add(venue_id)
        hosts.append(
            _row(
                venue_id=venue_id,
                name=str(place["venue_name"] or place["name"]),
                kind=str(place["kind"]),
                address=str(place["address"]),
                source_id=str(place["source_id"]),
                source_row=int(place["row"]),
                listed=False,
                lon=lon,
                lat=lat,
                **_UNTOLD,
            )
        )
    return hosts


def _distinct(places: gpd.GeoDataFrame, column: str) -> list[str]:
    return [] if places.empty else list(dict.fromkeys(str(name) for name in places[column] if name))


def _place_rows(places: gpd.GeoDataFrame, groups: dict[str, int]) -> tuple[list[Row], list[Row]]:
    schedules: list[Row] = []
    meetings: list[Row] = []
    records = zip(places.to_dict("records"), _lonlat(places), strict=True)
    for number, (place, (lon, lat)) in enumerate(records, start=1):
        typed = str(place["schedule_text"])
        origin = str(place.get("schedule_origin", ""))
        schedules.append({"schedule_id": number, "text": typed, "origin": origin})
        meetings.append(
            _row(
                **{column: str(place[column]) for column in _SAME},
                **{name: None if pd.isna(place[name]) else place[name] for name in ATTRIBUTES},
                group_id=groups.get(str(place["group_name"])),
                schedule_id=number,
                private_home=bool(place["private_home"]),
                located_level=str(place.get("located_level", "")),
                confidence=float(place.get("confidence", 1.0)),
                consent=bool(place.get("consent", False)),
                stand_in=bool(place.get("stand_in", False)),
                source_row=int(place["row"]),
                lon=lon,
                lat=lat,
            )
        )
    return schedules, meetings


def _columns(url: str, query: Select[Any]) -> dict[str, list[Any]]:
    with session(url) as opened:
        result = opened.execute(query)
        names, rows = list(result.keys()), result.all()
    return {name: [row[number] for row in rows] for number, name in enumerate(names)}


def _frame(
    url: str, query: Select[Any], columns: tuple[str, ...], *, epsg: int
) -> gpd.GeoDataFrame:
    found = _columns(url, query)
    found["row"] = found.pop("source_row")
    # Databases sort texts by the words' language; here they stand in the same order on all.
    keys = list(zip(found["source_id"], found["row"], found[columns[0]], strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    found = {name: [values[row] for row in order] for name, values in found.items()}
    kinds = ATTRIBUTES if "place_id" in columns else VENUE_ATTRIBUTES
    points = gpd.GeoSeries(_points(found["lon"], found["lat"]), crs=LONLAT_EPSG).to_crs(epsg)
    typed = {}
    for name in columns[:-1]:  # the last is the geometry
        told = pd.Series(found[name], dtype=object)
        plain = name in _NOT_TEXT and name not in kinds
        typed[name] = told.infer_objects() if plain else as_kind(told, kinds.get(name, "text"))
    return gpd.GeoDataFrame(typed, geometry=points)


def _points(lon: list[float | None], lat: list[float | None]) -> NDArray[np.object_]:
    points = np.full(len(lon), None, dtype=object)
    x, y = np.array(lon, dtype=float), np.array(lat, dtype=float)
    known = np.isfinite(x) & np.isfinite(y)
    points[known] = shapely.points(x[known], y[known])
    return points

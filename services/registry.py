"""
The registry: venues, groups, schedules and places in one database that people edit.

SQLite by default, PostgreSQL by its URL; coordinates are longitude and latitude (JGD2011).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Double, ForeignKey, Select, create_engine, delete, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from geo.errors import BrokenWorkspaceError, InvalidInputError
from services.intake.names import normalise

LONLAT_EPSG = 6668
SAME_VENUE_M = 50.0
"""A place whose venue has the name of a listed venue this close is held there."""
SAME_POINT_M = 1.0
"""Two positions this close are one building, whatever it is called."""

VENUE_COLUMNS = ("venue_id", "name", "kind", "address", "source_id", "row", "geometry")
PLACE_COLUMNS = (
    *("place_id", "name", "kind", "venue_id", "venue_name", "group_name", "address"),
    *("schedule_text", "status", "opened_on", "verified_on", "private_home"),
    *("located_by", "located_level", "confidence", "consent", "row", "source_id", "geometry"),
)
_NOT_TEXT = frozenset({"row", "private_home", "confidence", "consent", "geometry"})
_SAME = (
    *("place_id", "venue_id", "name", "kind", "venue_name", "address", "status"),
    *("opened_on", "verified_on", "located_by", "source_id"),
)
"""Texts that a place's row holds as they are."""


class _Base(DeclarativeBase):
    pass


class Venue(_Base):
    """A building; ``listed`` where it came from a list of venues, not only from a place."""

    __tablename__ = "venues"

    venue_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    address: Mapped[str]
    source_id: Mapped[str]
    source_row: Mapped[int]
    listed: Mapped[bool]
    lon: Mapped[float | None] = mapped_column(Double)
    lat: Mapped[float | None] = mapped_column(Double)


class Group(_Base):
    """A group that runs sessions."""

    __tablename__ = "groups"

    group_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class ScheduleRow(_Base):
    """A schedule as typed; its frequency class is derived whenever it is read."""

    __tablename__ = "schedules"

    schedule_id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


class Place(_Base):
    """A gathering place: sessions of a group at a venue by a schedule."""

    __tablename__ = "places"

    place_id: Mapped[str] = mapped_column(primary_key=True)
    venue_id: Mapped[str] = mapped_column(ForeignKey("venues.venue_id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.group_id"))
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedules.schedule_id"))
    name: Mapped[str]
    kind: Mapped[str]
    venue_name: Mapped[str]
    address: Mapped[str]
    status: Mapped[str]
    opened_on: Mapped[str]
    verified_on: Mapped[str]
    private_home: Mapped[bool]
    located_by: Mapped[str]
    located_level: Mapped[str]
    confidence: Mapped[float] = mapped_column(Double)
    consent: Mapped[bool]
    source_id: Mapped[str]
    source_row: Mapped[int]
    lon: Mapped[float | None] = mapped_column(Double)
    lat: Mapped[float | None] = mapped_column(Double)


def create_registry(url: str) -> None:
    """Create the tables that are not there yet."""
    with _session(url) as session:
        _Base.metadata.create_all(session.connection())
        session.commit()


def write_registry(url: str, venues: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
    """Replace what the registry holds, all or nothing; places are linked to the venues listed."""
    held = link_venues(places, venues)
    rows: list[_Base] = [*_venue_rows(venues), *_host_rows(held, venues)]
    groups = {name: number for number, name in enumerate(_distinct(held, "group_name"), start=1)}
    rows += [Group(group_id=number, name=name) for name, number in groups.items()]
    schedules, meetings = _place_rows(held, groups)
    with _session(url) as session:
        for table in (Place, ScheduleRow, Group, Venue):
            session.execute(delete(table))
        for part in (rows, schedules, meetings):
            session.add_all(part)
            session.flush()
        session.commit()


def read_venues(url: str, epsg: int) -> gpd.GeoDataFrame:
    """Read the venues that were listed as such, in the plane CRS, as they were written."""
    query = (
        select(Venue.__table__)
        .where(Venue.listed.is_(True))
        .order_by(Venue.source_id, Venue.source_row, Venue.venue_id)
    )
    return _frame(url, query, VENUE_COLUMNS, epsg=epsg)


def read_places(url: str, epsg: int) -> gpd.GeoDataFrame:
    """Read all places in the plane CRS; those that could not be located have no geometry."""
    query = (
        select(
            Place.__table__,
            Group.name.label("group_name"),
            ScheduleRow.text.label("schedule_text"),
        )
        .join(ScheduleRow, Place.schedule_id == ScheduleRow.schedule_id)
        .outerjoin(Group, Place.group_id == Group.group_id)
        .order_by(Place.source_id, Place.source_row, Place.place_id)
    )
    return _frame(url, query, PLACE_COLUMNS, epsg=epsg)


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


@contextmanager
def _session(url: str) -> Iterator[Session]:
    try:
        engine = create_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise InvalidInputError(
            f"the registry's URL is not usable ({error}); give sqlite:///FILE or a PostgreSQL URL "
            "whose driver is installed",
            ja=f"台帳のURLが使えません（{error}）。sqlite:///ファイル か、ドライバのある PostgreSQL の"
            "URLを指定してください",
        ) from error
    try:
        with Session(engine) as session:
            yield session
    except SQLAlchemyError as error:
        shown = engine.url.render_as_string(hide_password=True)
        reason = str(error).splitlines()[0]
        raise BrokenWorkspaceError(
            f"{shown}: the registry cannot be used ({reason}); build the workspace again",
            ja=f"{shown}：台帳を読み書きできません（{reason}）。ワークスペースを作り直してください",
        ) from error
    finally:
        engine.dispose()


def _lonlat(frame: gpd.GeoDataFrame) -> list[tuple[float | None, float | None]]:
    if frame.empty:
        return []
    shapes = frame.geometry.to_crs(LONLAT_EPSG)
    known = ~(shapes.isna() | shapes.is_empty)
    return [
        (float(lon), float(lat)) if is_known else (None, None)
        for lon, lat, is_known in zip(shapes.x, shapes.y, known, strict=True)
    ]


def _venue_rows(venues: gpd.GeoDataFrame) -> list[Venue]:
    return [
        Venue(
            venue_id=str(venue["venue_id"]),
            name=str(venue["name"]),
            kind=str(venue["kind"]),
            address=str(venue["address"]),
            source_id=str(venue["source_id"]),
            source_row=int(venue["row"]),
            listed=True,
            lon=lon,
            lat=lat,
        )
        for venue, (lon, lat) in zip(venues.to_dict("records"), _lonlat(venues), strict=True)
    ]


def _host_rows(places: gpd.GeoDataFrame, venues: gpd.GeoDataFrame) -> list[Venue]:
    """Return the venues that only places name."""
    seen = set() if venues.empty else {str(venue_id) for venue_id in venues["venue_id"]}
    hosts: list[Venue] = []
    for place, (lon, lat) in zip(places.to_dict("records"), _lonlat(places), strict=True):
        venue_id = str(place["venue_id"])
        if venue_id in seen:
            continue
        seen.add(venue_id)
        hosts.append(
            Venue(
                venue_id=venue_id,
                name=str(place["venue_name"] or place["name"]),
                kind=str(place["kind"]),
                address=str(place["address"]),
                source_id=str(place["source_id"]),
                source_row=int(place["row"]),
                listed=False,
                lon=lon,
                lat=lat,
            )
        )
    return hosts


def _distinct(places: gpd.GeoDataFrame, column: str) -> list[str]:
    return [] if places.empty else list(dict.fromkeys(str(name) for name in places[column] if name))


def _place_rows(
    places: gpd.GeoDataFrame, groups: dict[str, int]
) -> tuple[list[ScheduleRow], list[Place]]:
    schedules: list[ScheduleRow] = []
    meetings: list[Place] = []
    records = zip(places.to_dict("records"), _lonlat(places), strict=True)
    for number, (place, (lon, lat)) in enumerate(records, start=1):
        schedules.append(ScheduleRow(schedule_id=number, text=str(place["schedule_text"])))
        meetings.append(
            Place(
                **{column: str(place[column]) for column in _SAME},
                group_id=groups.get(str(place["group_name"])),
                schedule_id=number,
                private_home=bool(place["private_home"]),
                located_level=str(place.get("located_level", "")),
                confidence=float(place.get("confidence", 1.0)),
                consent=bool(place.get("consent", False)),
                source_row=int(place["row"]),
                lon=lon,
                lat=lat,
            )
        )
    return schedules, meetings


def _frame(
    url: str, query: Select[Any], columns: tuple[str, ...], *, epsg: int
) -> gpd.GeoDataFrame:
    with _session(url) as session:
        result = session.execute(query)
        names = list(result.keys())
        table = pd.DataFrame(result.all(), columns=names)
    table = table.rename(columns={"source_row": "row"})
    text = [name for name in columns if name not in _NOT_TEXT]
    table[text] = table[text].astype(object).fillna("")
    points = gpd.GeoSeries(_points(table), index=table.index, crs=LONLAT_EPSG).to_crs(epsg)
    frame = gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=points)
    return frame[list(columns)]


def _points(table: pd.DataFrame) -> NDArray[np.object_]:
    points = np.full(len(table), None, dtype=object)
    lon, lat = table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float)
    known = np.isfinite(lon) & np.isfinite(lat)
    points[known] = shapely.points(lon[known], lat[known])
    return points

"""Rows with a position: tables with coordinates, vector points, polygons by a point inside them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.errors import Sentence, SourceError
from services.intake.places.coordinates import pair_to_lonlat, to_lonlat, to_plane
from services.intake.places.duplicates import SAME_PLACE_M, look_alikes
from services.intake.tables.cells import is_aside, note_asides
from services.intake.tables.columns import meaning_of
from services.intake.tables.ledger import Entry, SourceLedger
from services.intake.tables.persons import require_no_persons
from services.intake.tables.reading import (
    coordinate_fields,
    in_japan,
    read_csv,
    require_columns,
    require_file,
    text_of,
    texts,
    to_numbers,
)
from services.intake.vectors.reading import read_vector
from services.profile import Filter, Places, Source, Venues

FORMATS = ("csv", "parquet", "vector")
"""What holds rows with positions; a map of streets or a raster does not."""
LONLAT_ALIKE = (None, LONLAT_EPSG, 4326, 4612)
"""WGS 84, JGD2000 and JGD2011 are one at the metre that walking needs."""


@dataclass(frozen=True)
class PointOptions:
    """Further columns of a position, and what helps to read a table of points."""

    pair_field: str = ""
    """One column of 「緯度,経度」; where empty, recognised."""
    x_field: str = ""
    """Northing in metres of the profile's zone: X of the Japanese plane coordinates points north."""
    y_field: str = ""
    near: BaseGeometry | None = None
    """The municipality and its surroundings: tells northing from easting where they are swapped."""
    wanted: tuple[str, ...] = ()
    """Columns that the header must name."""

    @classmethod
    def of(cls, spec: Places | Venues, *, near: BaseGeometry | None, wanted: list[str]) -> Self:
        """Return what a section of the profile names."""
        names = tuple(name for name in wanted if name)
        return cls(spec.position_field, spec.x_field, spec.y_field, near, names)

    def named(self) -> list[str]:
        """Return the columns of a position that were named."""
        return [name for name in (self.pair_field, self.x_field, self.y_field) if name]


@dataclass(frozen=True)
class PointRows:
    """
    The rows of a file.

    ``table`` is indexed by file row; ``shapes`` holds a plane point or None for each row,
    ``problems`` why there is none: '', 'no_coordinates' or 'outside_japan', and ``repairs`` what
    was put right: '', 'swapped', 'dms', 'plane' or 'plane_swapped'.
    """

    table: pd.DataFrame
    shapes: NDArray[np.object_]
    problems: NDArray[np.object_]
    repairs: NDArray[np.object_]


def read_points(
    path: Path,
    *,
    lon_field: str,
    lat_field: str,
    source: Source,
    plane_epsg: int,
    options: PointOptions | None = None,
) -> PointRows:
    """Read rows and their positions; a file whose every position is outside Japan is refused."""
    require_file(path)
    if source.format not in FORMATS:
        raise SourceError(
            "format {format!r} holds no list of points; use {formats}",
            path=path,
            format=source.format,
            formats=list(FORMATS),
        )
    options = options or PointOptions()
    if source.format in ("csv", "parquet") and path.suffix != ".geojson":
        named = [name for name in (lon_field, lat_field) if name] + options.named()
        table = (
            read_csv(path, encoding=source.encoding, wanted=[*options.wanted, *named])
            if source.format == "csv"
            else _parquet(path)
        )
        require_columns(table.columns, named, path=path)
        columns = coordinate_fields(table.columns, lon_field, lat_field)
        require_columns(table.columns, columns, path=path)
        given, repairs = _from_columns(
            table, columns, options, source=source, plane_epsg=plane_epsg
        )
    else:
        frame = read_vector(path, source=source, check_place=False)
        given = _representative(frame.geometry)
        remarks = frame.attrs
        table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        table.attrs = remarks
        require_no_persons(table, path=path)
        repairs = np.full(len(table), "", dtype=object)
    given, repairs = _turned(given, repairs)
    problems = _problems(given, path=path)
    shapes = given.where(problems == "").to_crs(plane_epsg)
    return PointRows(table, shapes.to_numpy(), problems, repairs)


def _parquet(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except (ValueError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise SourceError(
            "cannot be read as Parquet ({reason}); write it again", path=path, reason=reason
        ) from error
    table.index = pd.RangeIndex(1, len(table) + 1)
    require_no_persons(table, path=path)
    return table


def _from_columns(
    table: pd.DataFrame,
    columns: tuple[str, str],
    options: PointOptions,
    *,
    source: Source,
    plane_epsg: int,
) -> tuple[gpd.GeoSeries, NDArray[np.object_]]:
    """Return lon/lat points (or points in the source's own CRS) and how each was read."""
    lon, lat = columns
    repairs = np.full(len(table), "", dtype=object)
    shapes = np.full(len(table), None, dtype=object)
    if lon and lat:
        x, y = to_numbers(table[lon]), to_numbers(table[lat])
        known = np.isfinite(x) & np.isfinite(y)
        shapes[known] = shapely.points(x[known], y[known])
        if source.epsg and source.epsg not in LONLAT_ALIKE:
            return gpd.GeoSeries(shapes, index=table.index, crs=source.epsg), repairs
        usable = known & (in_japan(x, y) | in_japan(y, x))
        _read_typed(table, (lon, lat), shapes, repairs, rest=~usable)
    _read_pairs(table, _one_column(table, options.pair_field, "position"), shapes)
    points = gpd.GeoSeries(shapes, index=table.index, crs=LONLAT_EPSG)
    plane = [
        _one_column(table, options.x_field, "plane_x"),
        _one_column(table, options.y_field, "plane_y"),
    ]
    if all(plane):
        points, repairs = _read_plane(table, plane, points, repairs, (plane_epsg, options.near))
    return points, repairs


def _one_column(table: pd.DataFrame, named: str, meaning: str) -> str:
    """Return the column as named, else the only one of its meaning."""
    there = [str(column) for column in table.columns if meaning_of(str(column)) == meaning]
    return named or (there[0] if len(there) == 1 else "")


def _read_typed(
    table: pd.DataFrame,
    columns: tuple[str, str],
    shapes: NDArray[np.object_],
    repairs: NDArray[np.object_],
    *,
    rest: NDArray[np.bool_],
) -> None:
    """Read degrees, minutes and seconds where plain numbers are none (in place)."""
    lons, lats = texts(table, columns[0]), texts(table, columns[1])
    for row in np.flatnonzero(rest).tolist():
        found = to_lonlat(lons[row], lats[row])
        if found:
            shapes[row] = shapely.Point(found.lon, found.lat)
            repairs[row] = found.repair


def _read_pairs(table: pd.DataFrame, column: str, shapes: NDArray[np.object_]) -> None:
    """Read cells of 「緯度,経度」 where there is no position yet (in place)."""
    if not column:
        return
    cells = texts(table, column)
    for row in np.flatnonzero(shapely.is_missing(shapes)).tolist():
        found = pair_to_lonlat(cells[row])
        if found:
            shapes[row] = shapely.Point(found.lon, found.lat)


def _read_plane(
    table: pd.DataFrame,
    columns: list[str],
    points: gpd.GeoSeries,
    repairs: NDArray[np.object_],
    zone: tuple[int, BaseGeometry | None],
) -> tuple[gpd.GeoSeries, NDArray[np.object_]]:
    """Read metres of the plane where there is no position yet: X north as in Japan, else east."""
    plane_epsg, near = zone
    shapes, repairs = points.to_numpy().copy(), repairs.copy()
    cells = zip(texts(table, columns[0]), texts(table, columns[1]), strict=True)
    pairs = [to_plane(north, east) for north, east in cells]
    rows = [n for n, pair in enumerate(pairs) if pair and shapely.is_missing(shapes[n])]
    north_east = np.array([pairs[row] for row in rows], dtype=float).reshape(-1, 2)
    if rows and in_japan(*north_east.T).all():
        shapes[rows] = shapely.points(north_east)
        return gpd.GeoSeries(shapes, index=points.index, crs=points.crs), repairs
    usual = np.asarray(shapely.points(north_east[:, ::-1]), dtype=object)
    turned = np.asarray(shapely.points(north_east), dtype=object)
    swapped = near is not None and _inside(turned, near) > _inside(usual, near)
    plane = gpd.GeoSeries(turned if swapped else usual, crs=plane_epsg)
    shapes[rows] = plane.to_crs(LONLAT_EPSG).to_numpy()
    repairs[rows] = "plane_swapped" if swapped else "plane"
    return gpd.GeoSeries(shapes, index=points.index, crs=points.crs), repairs


def _inside(points: NDArray[np.object_], near: BaseGeometry) -> int:
    return int(shapely.intersects(near, points).sum())


def _turned(
    given: gpd.GeoSeries, repairs: NDArray[np.object_]
) -> tuple[gpd.GeoSeries, NDArray[np.object_]]:
    """Swap longitude and latitude of the points that only so lie in Japan."""
    if given.crs is not None and given.crs.to_epsg() not in LONLAT_ALIKE:
        return given, repairs
    x, y = shapely.get_x(given.to_numpy()), shapely.get_y(given.to_numpy())
    wrong = in_japan(y, x) & ~in_japan(x, y)
    if not wrong.any():
        return given, repairs
    shapes, repairs = given.to_numpy().copy(), repairs.copy()
    shapes[wrong] = shapely.points(y[wrong], x[wrong])
    repairs[wrong] = "swapped"
    return gpd.GeoSeries(shapes, index=given.index, crs=given.crs), repairs


def _representative(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    points = shapes.where(shapes.notna() & ~shapes.is_empty)
    points = gpd.GeoSeries(shapely.force_2d(points.to_numpy()), index=shapes.index, crs=shapes.crs)
    if (points.geom_type.dropna() == "Point").all():
        return points
    return points.representative_point()


def _problems(given: gpd.GeoSeries, *, path: Path) -> NDArray[np.object_]:
    known = (given.notna() & ~given.is_empty).to_numpy()
    lonlat = given.to_crs(LONLAT_EPSG)
    lon, lat = shapely.get_x(lonlat.to_numpy()), shapely.get_y(lonlat.to_numpy())
    inside = in_japan(lon, lat)
    problems = np.where(known, "outside_japan", "no_coordinates").astype(object)
    problems[inside] = ""
    if known.any() and not inside.any():
        row = int(given.index[known][0])
        first = f"{given.x[known].iloc[0]:.6g}, {given.y[known].iloc[0]:.6g}"
        raise SourceError(
            "no position is in Japan ({first}); correct the coordinates or the source's epsg",
            path=path,
            row=row,
            first=first,
        )
    return problems


PROBLEMS = {
    "no_coordinates": Sentence("it has no coordinates"),
    "outside_japan": Sentence("its coordinates are not in Japan"),
}
"""Why a row has no position."""

_REPAIRS = {
    "swapped": Sentence("longitude and latitude were swapped; put right, correct them in the file"),
    "dms": Sentence("degrees, minutes and seconds were read as degrees"),
    "plane": Sentence("plane coordinates (X north, Y east) of the profile's zone were read"),
    "plane_swapped": Sentence(
        "plane coordinates have X east and Y north; read so, because only so they lie in the area"
    ),
}


def note_repairs(rows: PointRows, *, notes: SourceLedger) -> None:
    """Write down what was put right in the positions: one entry a kind, with the rows."""
    for repair, why in _REPAIRS.items():
        numbers = rows.table.index[rows.repairs == repair].tolist()
        if not numbers:
            continue
        listing = ", ".join(map(str, numbers[:20])) + (" …" if numbers[20:] else "")
        if "swapped" in repair:
            notes.rows_repaired += len(numbers)
        notes.note(
            Entry(
                f"position_{repair}",
                Sentence(
                    "{numbers_n} rows ({listing}): {why}",
                    numbers_n=len(numbers),
                    listing=listing,
                    why=why,
                ),
                row=int(numbers[0]),
            )
        )


def without_asides(
    points: gpd.GeoDataFrame, table: pd.DataFrame, *, notes: SourceLedger
) -> gpd.GeoDataFrame:
    """Leave out totals and footnotes, which have no position, and list them."""
    labels = {
        row: _label(name, table.loc[row])
        for row, name in points.loc[points["problem"] != "", ["row", "name"]].itertuples(
            index=False
        )
    }
    aside = {row: label for row, label in labels.items() if is_aside(label)}
    note_asides(list(aside), list(aside.values()), notes=notes)
    kept: gpd.GeoDataFrame = points[~points["row"].isin(list(aside))]
    return kept


def _label(name: str, cells: pd.Series) -> str:
    """Return a row's name, else its first cell: 合計 often stands under the number."""
    return name or next((text for text in map(text_of, cells) if text), "")


def note_look_alikes(points: gpd.GeoDataFrame, *, notes: SourceLedger) -> None:
    """List near rows whose names are perhaps one; all of them are kept."""
    names, rows = points["name"].tolist(), points["row"].tolist()
    for one, other in look_alikes(names, points.geometry.to_numpy()):
        notes.note(
            Entry(
                "perhaps_duplicate",
                Sentence(
                    "{names}: perhaps the same as {names_names} (row {rows}), within "
                    "{same_place_m:.0f} m; both are kept, give both one name if they are one",
                    names=names[other],
                    names_names=names[one],
                    rows=rows[one],
                    same_place_m=SAME_PLACE_M,
                ),
                row=int(rows[other]),
            )
        )


def note_not_asked(count: int, *, where: Filter, notes: SourceLedger) -> None:
    """Write down how many rows the profile's filter leaves out."""
    if count:
        notes.note(
            Entry(
                "not_asked",
                Sentence(
                    "{count} rows have none of {words} in {field}; not asked for",
                    count=count,
                    words=where.contains,
                    field=where.field,
                ),
            )
        )

"""Rows with a position: tables with coordinates, vector points, polygons by a point inside them."""

from dataclasses import dataclass, replace
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
from services.intake.places.duplicates import SAME_PLACE_M, look_alikes
from services.intake.places.pairs import LONLAT_ALIKE, PairOptions, read_pairs
from services.intake.places.zones import require_zone
from services.intake.tables.cells import is_aside, note_asides, point_columns
from services.intake.tables.layouts import require_layout
from services.intake.tables.ledger import Entry, SourceLedger
from services.intake.tables.persons import require_no_persons
from services.intake.tables.reading import (
    in_japan,
    read_source,
    require_columns,
    require_file,
    text_of,
    texts,
)
from services.intake.tables.remarks import TOKYO_SHIFTED
from services.intake.vectors.reading import read_vector
from services.intake.vectors.window import Window, jis_codes
from services.profile import Filter, Places, Source, Venues

FORMATS = ("csv", "parquet", "vector")
"""What holds rows with positions; a map of streets or a raster does not."""


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
    jis_code: str = ""
    """The municipality: where a column of codes is known, rows of others are not read."""

    @classmethod
    def of(
        cls, spec: Places | Venues, *, near: BaseGeometry | None, wanted: list[str], jis_code: str
    ) -> Self:
        """Return what a section of the profile names."""
        names = tuple(name for name in wanted if name)
        return cls(spec.position_field, spec.x_field, spec.y_field, near, names, jis_code)


@dataclass(frozen=True)
class PointRows:
    """
    The rows of a file.

    ``table`` is indexed by file row; ``shapes`` holds a plane point or None for each row,
    ``problems`` why there is none: '', 'no_coordinates' or 'outside_japan', and ``repairs`` what
    was put right, in the words of ``read_pairs``.
    """

    table: pd.DataFrame
    shapes: NDArray[np.object_]
    problems: NDArray[np.object_]
    repairs: NDArray[np.object_]
    columns: tuple[str, ...] = ()
    """Columns that positions were read from."""
    elsewhere_n: int = 0
    """Rows of other municipalities, which are not read."""

    def position_columns(self) -> list[str]:
        """Return the columns whose cells are positions, whatever they are called."""
        return point_columns(self.table)


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
        pairs = PairOptions(
            lon_field, lat_field, options.pair_field, options.x_field, options.y_field
        )
        pairs = replace(pairs, near=options.near, epsg=source.epsg)
        table = (
            read_source(path, source=source, wanted=[*options.wanted, *pairs.named()])
            if source.format == "csv"
            else _parquet(path)
        )
        require_columns(table.columns, pairs.named(), path=path)
        table, elsewhere_n = _of_town(table, source, jis_code=options.jis_code, path=path)
        found = read_pairs(table, pairs, plane_epsg=plane_epsg, path=path)
        given, repairs, columns = found.points, found.repairs, found.columns
    else:
        frame = read_vector(path, source=source, check_place=False)
        given = _representative(frame.geometry)
        require_zone(given, options.near, plane_epsg=plane_epsg, path=path)
        remarks = frame.attrs
        table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        table.attrs = remarks
        require_no_persons(table, path=path)
        repairs, columns, elsewhere_n = np.full(len(table), "", dtype=object), (), 0
    given, repairs = _turned(given, repairs)
    problems = _problems(given, path=path)
    shapes = given.where(problems == "").to_crs(plane_epsg)
    return PointRows(table, shapes.to_numpy(), problems, repairs, columns, elsewhere_n)


def _of_town(
    table: pd.DataFrame, source: Source, *, jis_code: str, path: Path
) -> tuple[pd.DataFrame, int]:
    """Return the rows of the municipality where a column of codes is known, and how many are others."""
    column = source.code_field
    if source.layout and not column:
        layout = require_layout(source.layout, map(str, table.columns), path=path)
        column = layout.columns.get("code", "")
    if not (column and jis_code):
        return table, 0
    require_columns(table.columns, [column], path=path)
    window = Window(jis_code)
    own = np.array([window.has(code) for code in jis_codes(texts(table, column))], dtype=bool)
    if not own.any():
        raise SourceError(
            "no row has a code of {jis_code} in {column}; give the file of that prefecture",
            path=path,
            jis_code=jis_code,
            column=column,
        )
    return table[own], int((~own).sum())


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
    "degrees_xy": Sentence(
        "the columns of X and Y hold degrees, not metres; read so, X as longitude, Y as latitude"
    ),
    "degrees_yx": Sentence(
        "the columns of X and Y hold degrees, not metres; read so, X as latitude, Y as longitude"
    ),
    "ms": Sentence("milliseconds of arc were read as degrees"),
    "tokyo": TOKYO_SHIFTED,
}


def note_repairs(rows: PointRows, *, notes: SourceLedger) -> None:
    """Write down what was put right in the positions: one entry a kind, with the rows."""
    if rows.elsewhere_n:
        notes.note(
            Entry(
                "other_municipality",
                Sentence("{rows_n} rows are of other municipalities", rows_n=rows.elsewhere_n),
            )
        )
    for repair, why in _REPAIRS.items():
        told = [repair in str(words).split() for words in rows.repairs]
        numbers = rows.table.index[told].tolist()
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

"""Rows with a position: CSV with coordinates, vector points, polygons by a point inside them."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import SourceError
from services.intake.ledger import Entry, SourceLedger
from services.intake.tables import (
    coordinate_fields,
    in_japan,
    read_csv,
    require_columns,
    require_file,
    to_numbers,
)
from services.intake.vectors import LONLAT_EPSG, read_vector
from services.profile import Filter, Source

SAME_PLACE_M = 50.0
"""Two rows of one name within this distance are one."""


@dataclass(frozen=True)
class PointRows:
    """
    The rows of a file.

    ``table`` is indexed by file row; ``shapes`` holds a plane point or None for each row, and
    ``problems`` why there is none: '', 'no_coordinates', 'outside_japan' or 'swapped'.
    """

    table: pd.DataFrame
    shapes: NDArray[np.object_]
    problems: NDArray[np.object_]


def read_points(
    path: Path, *, lon_field: str, lat_field: str, source: Source, plane_epsg: int
) -> PointRows:
    """Read rows and their positions; a file whose every position is outside Japan is refused."""
    require_file(path)
    if source.format in ("csv", "parquet") and path.suffix != ".geojson":
        table = (
            read_csv(path, encoding=source.encoding) if source.format == "csv" else _parquet(path)
        )
        require_columns(table.columns, [lon_field, lat_field], path=path)
        lon_name, lat_name = coordinate_fields(table.columns, lon_field, lat_field)
        require_columns(table.columns, [lon_name, lat_name], path=path)
        given = _from_columns(table, lon_name, lat_name, epsg=source.epsg or LONLAT_EPSG)
    else:
        frame = read_vector(path, source=source, check_place=False)
        given = _representative(frame.geometry)
        remarks = frame.attrs
        table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        table.attrs = remarks
    problems = _problems(given, path=path)
    shapes = given.where(problems == "").to_crs(plane_epsg)
    return PointRows(table, shapes.to_numpy(), problems)


def _parquet(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except (ValueError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise SourceError(
            f"cannot be read as Parquet ({reason}); write it again",
            path=path,
            ja=f"Parquet として読めません（{reason}）。書き出し直してください",
        ) from error
    table.index = pd.RangeIndex(1, len(table) + 1)
    return table


def _from_columns(table: pd.DataFrame, lon: str, lat: str, *, epsg: int) -> gpd.GeoSeries:
    shapes = np.full(len(table), None, dtype=object)
    if lon and lat:
        x, y = to_numbers(table[lon]), to_numbers(table[lat])
        known = np.isfinite(x) & np.isfinite(y)
        shapes[known] = shapely.points(x[known], y[known])
    return gpd.GeoSeries(shapes, index=table.index, crs=epsg)


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
    inside, swapped = in_japan(lon, lat), in_japan(lat, lon)
    problems = np.where(known, "outside_japan", "no_coordinates").astype(object)
    problems[swapped] = "swapped"
    problems[inside] = ""
    if known.any() and not inside.any():
        row = int(given.index[known][0])
        first = f"{given.x[known].iloc[0]:.6g}, {given.y[known].iloc[0]:.6g}"
        if swapped.any():
            raise SourceError(
                f"longitude and latitude are swapped ({first}); swap the columns of the source",
                path=path,
                row=row,
                ja=f"経度と緯度が逆です（{first}）。出典の経度・緯度の列を入れ替えてください",
            )
        raise SourceError(
            f"no position is in Japan ({first}); correct the coordinates or the source's epsg",
            path=path,
            row=row,
            ja=f"位置がすべて日本の外です（{first}）。座標か出典の epsg を直してください",
        )
    return problems


def problem_text(problem: str) -> tuple[str, str]:
    """Say in English and in Japanese why a row has no position."""
    return {
        "no_coordinates": ("it has no coordinates", "緯度・経度がありません"),
        "outside_japan": ("its coordinates are not in Japan", "緯度・経度が日本の外です"),
        "swapped": ("its longitude and latitude are swapped", "経度と緯度が逆です"),
    }[problem]


def first_of_same(keys: list[str], shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    """
    Return for each row the first row of the same key within 50 m, itself if there is none.

    Rows without a position are the same when the key is the same.
    """
    first = np.arange(len(keys), dtype=np.int64)
    seen: dict[str, list[int]] = {}
    for row, (key, shape) in enumerate(zip(keys, shapes, strict=True)):
        for earlier in seen.setdefault(key, []):
            other = shapes[earlier]
            if (shape is None and other is None) or (
                shape is not None
                and other is not None
                and shapely.distance(shape, other) <= SAME_PLACE_M
            ):
                first[row] = earlier
                break
        else:
            seen[key].append(row)
    return first


def note_not_asked(count: int, *, where: Filter, notes: SourceLedger) -> None:
    """Write down how many rows the profile's filter leaves out."""
    if count:
        words = "・".join(where.contains)
        notes.note(
            Entry(
                "not_asked",
                f"{count} rows have none of {words} in {where.field}; not asked for",
                f"{count}行は「{where.field}」に {words} を含まないため対象外です",
            )
        )

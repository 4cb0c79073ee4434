"""Vector files of any format, brought into the plane CRS: one door to pyogrio."""

import warnings
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.errors
import pyproj
import shapely

from geo.errors import SourceError
from services.intake.ledger import Entry, SourceLedger
from services.intake.tables import ENCODINGS, JAPAN_LAT, JAPAN_LON, in_japan, require_file
from services.intake.virtual import refuse_virtual
from services.profile import Source

LONLAT_EPSG = 6668
FIRST_ROW = 1
_REMARKS = "arukeba_remarks"
_MESSAGE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class _Remarks:
    """What a reader saw: warnings of the library, and rows with coordinates that are no numbers."""

    warnings: tuple[str, ...] = ()
    not_finite: tuple[int, ...] = ()


def read_vector(path: Path, *, source: Source, check_place: bool = True) -> gpd.GeoDataFrame:
    """
    Read a vector file or a GeoParquet file as it is, in a CRS that is known and fits Japan.

    The index is the 1-based number of each feature; ``check_place`` off leaves it to the caller to
    look for features outside Japan.
    """
    require_file(path)
    frame = _read_parquet(path) if path.suffix == ".parquet" else _read_ogr(path, source=source)
    frame.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame))
    frame = _finite(frame)
    if frame.crs is None:
        if source.epsg is None:
            raise SourceError(
                "the file does not say its CRS; give the source's epsg (6668 for longitude and latitude)",
                path=path,
                ja="座標系がわかりません。出典の epsg を指定してください（緯度経度は 6668）",
            )
        frame = frame.set_crs(source.epsg)
    if check_place:
        _require_japan(frame, path=path)
    return frame


def note_remarks(frame: pd.DataFrame, *, notes: SourceLedger) -> None:
    """Write down what the reader of a vector file saw."""
    seen = frame.attrs.pop(_REMARKS, None)
    if not isinstance(seen, _Remarks):
        return
    for message in seen.warnings:
        notes.note(
            Entry(
                "reader_warning",
                f"the file is not quite what its format asks: {message}",
                f"ファイルが形式の決まりと少し違います：{message}",
            )
        )
    for row in seen.not_finite:
        notes.note(
            Entry(
                "not_finite",
                "a coordinate is no number; the row's shape is not used",
                "座標が数ではないため、この行の図形は使いません",
                row=row,
            )
        )


def _finite(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take away shapes with a coordinate that is no number, and remember their rows."""
    shapes = frame.geometry.to_numpy()
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    bad = np.unique(owner[~np.isfinite(xy).all(axis=1)])
    if not len(bad):
        return frame
    seen = frame.attrs.pop(_REMARKS, _Remarks())
    shapes = shapes.copy()
    shapes[bad] = None
    cleaned: gpd.GeoDataFrame = frame.set_geometry(
        gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)
    )
    rows = tuple(int(frame.index[place]) for place in bad)
    cleaned.attrs[_REMARKS] = _Remarks(seen.warnings, rows)
    return cleaned


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except (ValueError, OSError, KeyError, TypeError, *_UNREADABLE) as error:
        raise _unreadable(path, error) from error


def _read_ogr(path: Path, *, source: Source) -> gpd.GeoDataFrame:
    refuse_virtual(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            layers = pyogrio.list_layers(path)
            encoding = _encoding(path, source)
            # An open ring is closed; a shape that cannot be one is left out, and its row listed.
            frame = pyogrio.read_dataframe(
                path, layer=str(layers[0][0]), encoding=encoding, on_invalid="fix"
            )
        except _UNREADABLE as error:
            raise _unreadable(path, error) from error
    messages = dict.fromkeys(str(one.message)[:_MESSAGE_LENGTH] for one in caught)
    if messages:
        frame.attrs[_REMARKS] = _Remarks(tuple(messages))
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SourceError(
            "the file has no geometry; give the format csv or another file",
            path=path,
            ja="図形がありません。形式を csv にするか、別のファイルを指定してください",
        )
    return frame


_UNREADABLE = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.GeometryError,
    pyogrio.errors.CRSError,
    pyogrio.errors.FieldError,
    shapely.errors.ShapelyError,
    pyproj.exceptions.ProjError,
    ValueError,
    IndexError,
    RecursionError,
)
"""UnicodeDecodeError is a ValueError."""


def _encoding(path: Path, source: Source) -> str | None:
    """Return the encoding of a Shapefile's attributes: as given, as its .cpg says, else tried."""
    if source.encoding != "auto":
        return source.encoding
    attributes = next((path.with_suffix(end) for end in (".dbf", ".DBF")), path)
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").is_file():
        return None
    if not attributes.is_file():
        return None
    data = attributes.read_bytes()
    header = int.from_bytes(data[8:10], "little")
    for encoding in ENCODINGS:
        try:
            data[32:header].replace(b"\x00", b" ").decode(encoding)
            data[header:].decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding.removesuffix("-sig")
    return None


def _unreadable(path: Path, error: Exception) -> SourceError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return SourceError(
        f"cannot be read as a vector file ({reason}); export it again as GeoJSON or GeoPackage",
        path=path,
        ja=f"地図データとして読めません（{reason}）。GeoJSON か GeoPackage で書き出し直してください",
    )


def _require_japan(frame: gpd.GeoDataFrame, *, path: Path) -> None:
    west, south, east, north = frame.total_bounds.tolist()
    if np.isnan(west):
        return
    corners_x, corners_y = (
        np.array([west, east, west, east]),
        np.array([south, south, north, north]),
    )
    crs = pyproj.CRS.from_user_input(frame.crs)
    if crs.is_projected and bool(in_japan(corners_x, corners_y).all()):
        raise SourceError(
            f"its coordinates ({west:.6g}, {south:.6g}) are degrees, but it says that they are metres of "
            f"{crs.to_string()}; give the right CRS in the file",
            path=path,
            ja=f"座標（{west:.6g}, {south:.6g}）は緯度経度ですが、{crs.to_string()}（メートル）とされています。"
            "ファイルの座標系を直してください",
        )
    try:
        to_lonlat = pyproj.Transformer.from_crs(frame.crs, LONLAT_EPSG, always_xy=True)
        lon, lat = to_lonlat.transform(corners_x, corners_y)
    except pyproj.exceptions.ProjError:
        lon = lat = np.array([np.nan])
    fits = bool(
        np.all((lon >= JAPAN_LON[0]) & (lon <= JAPAN_LON[1]))
        and np.all((lat >= JAPAN_LAT[0]) & (lat <= JAPAN_LAT[1]))
    )
    if not fits:
        name = pyproj.CRS.from_user_input(frame.crs).to_string()
        raise SourceError(
            f"its coordinates ({west:.6g}, {south:.6g} to {east:.6g}, {north:.6g}) are not in Japan in "
            f"{name}; give the right CRS in the file or as the source's epsg, longitude first",
            path=path,
            ja=f"座標（{west:.6g}, {south:.6g} 〜 {east:.6g}, {north:.6g}）が {name} では日本の外です。"
            "ファイルの座標系か出典の epsg を直してください（経度が先です）",
        )

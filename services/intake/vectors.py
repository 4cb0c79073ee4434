"""Vector files of any format, brought into the plane CRS: one door to pyogrio."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.errors
import pyproj

from geo.errors import SourceError
from services.intake.tables import ENCODINGS, JAPAN_LAT, JAPAN_LON, require_file
from services.profile import Source

LONLAT_EPSG = 6668
FIRST_ROW = 1


def read_vector(path: Path, *, source: Source, check_place: bool = True) -> gpd.GeoDataFrame:
    """
    Read a vector file or a GeoParquet file as it is, in a CRS that is known and fits Japan.

    The index is the 1-based number of each feature; ``check_place`` off leaves it to the caller to
    look for features outside Japan.
    """
    require_file(path)
    frame = _read_parquet(path) if path.suffix == ".parquet" else _read_ogr(path, source=source)
    frame.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame))
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


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise _unreadable(path, error) from error


def _read_ogr(path: Path, *, source: Source) -> gpd.GeoDataFrame:
    try:
        layers = pyogrio.list_layers(path)
        encoding = _encoding(path, source)
        frame = pyogrio.read_dataframe(path, layer=str(layers[0][0]), encoding=encoding)
    except (pyogrio.errors.DataSourceError, UnicodeDecodeError, ValueError, IndexError) as error:
        raise _unreadable(path, error) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SourceError(
            "the file has no geometry; give the format csv or another file",
            path=path,
            ja="図形がありません。形式を csv にするか、別のファイルを指定してください",
        )
    return frame


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

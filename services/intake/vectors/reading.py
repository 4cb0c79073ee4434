"""Vector files of any format, brought into the plane CRS: one door to pyogrio."""

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pyogrio.errors
import pyproj
import shapely
from numpy.typing import NDArray

from geo.arrays import LONLAT_EPSG
from geo.errors import SourceError
from services.intake.tables.broken import broken_text
from services.intake.tables.filetypes import require_map
from services.intake.tables.ledger import Entry
from services.intake.tables.reading import in_japan, require_columns, require_file, text_of
from services.intake.tables.remarks import TOKYO_SHIFTED, finite, with_entries, with_warnings
from services.intake.vectors.datums import is_tokyo
from services.intake.vectors.files import Opened, opened, require_driver
from services.intake.vectors.virtual import refuse_virtual
from services.intake.vectors.window import Window
from services.profile import Source
from services.profile.products import product

FIRST_ROW = 1

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
_COUNTS_FROM_ONE = frozenset({"GPKG", "SQLite", "KML", "LIBKML"})
_SHOWN = 10


def read_vector(
    path: Path, *, source: Source, check_place: bool = True, window: Window | None = None
) -> gpd.GeoDataFrame:
    """
    Read a vector file or a GeoParquet file as it is, in a CRS that is known and fits Japan.

    The index is the 1-based number of each feature in the file. With a ``window`` only rows of the
    municipality are read, by code or by bounding box as the source asks. ``check_place`` off leaves
    it to the caller to look for features outside Japan.
    """
    require_map(require_file(path))
    with opened(path, source=source) as file:
        require_driver(file.path, there=pyogrio.list_drivers(read=True))
        if file.path.suffix == ".parquet":
            frame = _numbered(_read_parquet(file.path, path=path))
        else:
            frame = _read_ogr(file, path=path, source=source, window=window)
    frame = finite(_with_crs(frame, path=path, source=source))
    if is_tokyo(frame.crs):
        frame = with_entries(frame, [Entry("position_tokyo", TOKYO_SHIFTED)])
    if window:
        frame = _inside(frame, path=path, source=source, window=window)
    if check_place:
        _require_japan(frame, path=path)
    return with_entries(frame, (broken.entry() for broken in broken_text(frame)))


def vector_facts(path: Path, *, source: Source) -> dict[str, Any]:
    """Return what a vector file says of itself without reading its features, as pyogrio tells it."""
    require_map(require_file(path))
    with opened(path, source=source) as file:
        require_driver(file.path, there=pyogrio.list_drivers(read=True))
        if file.path.suffix == ".parquet":
            frame = _read_parquet(file.path, path=path)
            return {"features": len(frame), "fields": list(frame.columns), "driver": "Parquet"}
        refuse_virtual(file.path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                layer = _layers(file, path=path, source=source)[0]
                found = pyogrio.read_info(
                    file.path, layer=layer, encoding=file.encoding, force_feature_count=True
                )
            except _UNREADABLE as error:
                raise _unreadable(path, error) from error
    return {**found, "layer": layer, "encoding": file.encoding or found["encoding"]}


def _numbered(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_index(pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame)))


def _read_parquet(file: Path, *, path: Path) -> gpd.GeoDataFrame:
    try:
        frame = gpd.read_parquet(file)
        for name in frame.columns:
            if pd.api.types.is_string_dtype(frame[name]):
                frame[name].tolist()  # texts are decoded here, not where somebody looks at them
    except (OSError, KeyError, TypeError, pa.ArrowException, *_UNREADABLE) as error:
        raise _unreadable(path, error) from error
    return frame


def _read_ogr(
    file: Opened, *, path: Path, source: Source, window: Window | None
) -> gpd.GeoDataFrame:
    refuse_virtual(file.path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            frames = [
                _read_ogr_layer(file, name, source=source, window=window)
                for name in _layers(file, path=path, source=source)
            ]
        except SourceError:
            raise
        except _UNREADABLE as error:
            raise _unreadable(path, error) from error
    shaped = [frame for frame in frames if "geometry" in frame.columns]
    if not shaped:
        raise SourceError(
            "the file has no geometry; give the format csv or another file", path=path
        )
    frame = shaped[0] if len(shaped) == 1 else _numbered(pd.concat(shaped))
    return with_warnings(frame, [one.message for one in caught])


def _layers(file: Opened, *, path: Path, source: Source) -> list[str]:
    """Return the layers to be read: the one that is named or the only one; of a KML all folders."""
    listing = pyogrio.list_layers(file.path)
    names = [str(name) for name, _ in listing]
    if source.layer_name in names:
        return [source.layer_name]
    shaped = [str(name) for name, kind in listing if kind is not None]
    if len(shaped) > 1 and file.path.suffix.lower() not in (".kml", ".kmz"):
        there = ", ".join(shaped)
        raise SourceError(
            "the file has several layers; give the source's layer_name, one of {there}",
            path=path,
            there=there,
        )
    if source.layer_name and path.suffix.lower() != ".zip":
        require_columns(names, [source.layer_name], path=path)
    return shaped or names[:1]


def _read_ogr_layer(
    file: Opened, layer: str, *, source: Source, window: Window | None
) -> gpd.GeoDataFrame:
    options: dict[str, Any] = {"layer": layer, "encoding": file.encoding, "fid_as_index": True}
    # An open ring is closed; a shape that cannot be one is left out, and its row listed.
    options["on_invalid"] = "fix"
    info = pyogrio.read_info(file.path, layer=layer, encoding=file.encoding)
    if info["driver"] == "GML":
        # Without this GDAL leaves a .gfs file beside the source.
        options["WRITE_GFS"] = "NO"
    if window:
        options |= _filter(info, source=source, window=window)
    frame: gpd.GeoDataFrame = pyogrio.read_dataframe(file.path, **options)
    if info["driver"] == "TopoJSON" and frame.crs is None:
        # The format has no place for a CRS; it is made for longitude and latitude.
        frame = frame.set_crs(LONLAT_EPSG)
    first = 0 if info["driver"] in _COUNTS_FROM_ONE else FIRST_ROW
    frame.index = pd.Index(frame.index.to_numpy() + first, name=None)
    return frame


def _filter(info: dict[str, Any], *, source: Source, window: Window) -> dict[str, Any]:
    """Return what GDAL is to leave out while it reads, so that a whole prefecture fits in memory."""
    options: dict[str, Any] = {}
    types = dict(zip(info["fields"], info["dtypes"], strict=True))
    column = code_column(types, source=source)
    if column in types:
        numeric = np.dtype(types[column]).kind in "iuf"
        options["where"] = window.where(column, numeric=numeric)
    box = window.box_for(source)
    crs = info["crs"] or source.epsg
    if box and crs:
        to_file = pyproj.Transformer.from_crs(LONLAT_EPSG, crs, always_xy=True)
        options["bbox"] = to_file.transform_bounds(*box)
    return options


def code_column(columns: object, *, source: Source) -> str:
    """Return the column of codes that the source names or its product has, '' without one."""
    if source.code_field or not source.product:
        return source.code_field
    known = product(source.product)
    there = {str(column) for column in columns} if hasattr(columns, "__iter__") else set()
    return next((edition.code for edition in known.editions if edition.fits(there)), "")


def _with_crs(frame: gpd.GeoDataFrame, *, path: Path, source: Source) -> gpd.GeoDataFrame:
    if frame.crs is not None:
        return frame
    epsg = source.epsg or (LONLAT_EPSG if source.product else None)
    if epsg is None:
        raise SourceError(
            "the file does not say its CRS; give the source's epsg (6668 for longitude "
            "and latitude)",
            path=path,
        )
    return frame.set_crs(epsg)


def _inside(
    frame: gpd.GeoDataFrame, *, path: Path, source: Source, window: Window
) -> gpd.GeoDataFrame:
    """Keep the rows of the municipality: again, for formats that GDAL does not filter."""
    if column := code_column(frame.columns, source=source):
        require_columns(frame.columns, [column], path=path)
        codes = [text_of(cell).zfill(5) for cell in frame[column]]
        frame = frame[np.array([window.has(code) for code in codes], dtype=bool)]
        if frame.empty:
            raise SourceError(
                "no row has a code of {jis_code} in {column}; give the file of that prefecture",
                path=path,
                jis_code=window.jis_code,
                column=column,
            )
    if box := window.box_for(source):
        lonlat = frame.geometry.to_crs(LONLAT_EPSG).to_numpy()
        frame = frame[shapely.intersects(shapely.box(*box), lonlat)]
    return frame


def _unreadable(path: Path, error: Exception) -> SourceError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return SourceError(
        "cannot be read as a vector file ({reason}); export it again as GeoJSON or GeoPackage",
        path=path,
        reason=reason,
    )


def _require_japan(frame: gpd.GeoDataFrame, *, path: Path) -> None:
    boxes = shapely.bounds(frame.geometry.to_numpy())
    known = ~np.isnan(boxes[:, 0])
    crs = pyproj.CRS.from_user_input(frame.crs)
    if known.any() and crs.is_projected:
        _require_metres(frame, crs, path=path)
    outside = np.flatnonzero(known)[~_in_japan(boxes[known], crs)]
    if outside.size == 0:
        return
    name = crs.to_string()
    row = int(frame.index[outside[0]])
    west, south, east, north = boxes[outside[0]].tolist()
    if outside.size == known.sum():
        west, south, east, north = frame.total_bounds.tolist()
        raise SourceError(
            "its coordinates ({west:.6g}, {south:.6g} to {east:.6g}, {north:.6g}) are "
            "not in Japan in {name}; give the right CRS in the file or as the source's "
            "epsg, longitude first",
            path=path,
            west=west,
            south=south,
            east=east,
            north=north,
            name=name,
        )
    rows = ", ".join(str(frame.index[place]) for place in outside[:_SHOWN])
    raise SourceError(
        "rows {rows} ({west:.6g}, {south:.6g} to {east:.6g}, {north:.6g}) are not in "
        "Japan in {name}, the others are; is this a mix of coordinate systems? "
        "Correct these rows or take them out",
        path=path,
        row=row,
        rows=rows,
        west=west,
        south=south,
        east=east,
        north=north,
        name=name,
    )


def _require_metres(frame: gpd.GeoDataFrame, crs: pyproj.CRS, *, path: Path) -> None:
    """Refuse degrees under the name of metres: near the origin of a zone they would be in Japan, too."""
    west, south, east, north = frame.total_bounds.tolist()
    if in_japan(np.array([west, east]), np.array([south, north])).all():
        name = crs.to_string()
        raise SourceError(
            "its coordinates ({west:.6g}, {south:.6g}) are degrees, but it says that "
            "they are metres of {name}; give the right CRS in the file",
            path=path,
            west=west,
            south=south,
            name=name,
        )


def _in_japan(boxes: NDArray[np.float64], crs: pyproj.CRS) -> NDArray[np.bool_]:
    """Say for each bounding box whether its corners lie in the box of Japan."""
    west, south, east, north = boxes.T
    x, y = np.concatenate([west, east, west, east]), np.concatenate([south, south, north, north])
    try:
        to_lonlat = pyproj.Transformer.from_crs(crs, LONLAT_EPSG, always_xy=True)
        lon, lat = to_lonlat.transform(x, y)
    except pyproj.exceptions.ProjError:
        return np.zeros(len(boxes), dtype=bool)
    return np.asarray(in_japan(lon, lat).reshape(4, -1).all(axis=0))

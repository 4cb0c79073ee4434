"""Intake of area layers in any vector format: one row per area, valid polygons."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo.errors import Sentence, SourceError
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.intake.tables.reading import first_filled, require_columns, texts
from services.intake.tables.remarks import note_remarks
from services.intake.vectors.reading import read_vector
from services.intake.vectors.window import Window
from services.profile import Layer, Source
from services.profile.products import product

_RING_POINTS = 3
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def read_layer(
    path: Path,
    *,
    layer: Layer,
    source: Source,
    plane_epsg: int,
    ledger: Ledger,
    window: Window | None = None,
) -> gpd.GeoDataFrame:
    """Read a layer as areas in the plane CRS: layer, area_id, area_name, version, approximate, geometry."""
    frame = read_vector(path, source=source, window=window)
    notes = ledger.of(source.id)
    notes.rows_read += len(frame)
    note_remarks(frame, notes=notes)
    frame, names, ids = _labelled(frame, layer=layer, source=source, path=path)
    if window and source.product and layer.kind == "municipality":
        # The wards of a designated city, and its islands, are one municipality.
        names[:], ids[:] = window.name or names, window.jis_code
    names = _named_by_id(frame, names, ids, layer=layer, notes=notes)
    _require_named(frame, names, ids, layer=layer, path=path)
    shapes, valid = _polygons(frame, layer=layer, notes=notes)
    areas = gpd.GeoDataFrame(
        {"area_id": ids[valid], "area_name": names[valid]}, geometry=shapes[valid], crs=frame.crs
    ).to_crs(plane_epsg)
    if areas.empty:
        raise SourceError("there is no polygon in it; give a file of areas", path=path)
    notes.rows_used += len(areas)
    areas = _union(areas, layer=layer, notes=notes)
    return as_layer(areas, layer=layer)


def as_layer(areas: gpd.GeoDataFrame, *, layer: Layer) -> gpd.GeoDataFrame:
    """Return areas (area_id, area_name, geometry) with the columns that every layer has."""
    areas = areas.assign(layer=layer.id, version=layer.version, approximate=layer.approximate)
    return areas[["layer", "area_id", "area_name", "version", "approximate", "geometry"]]


def _labelled(
    frame: gpd.GeoDataFrame, *, layer: Layer, source: Source, path: Path
) -> tuple[gpd.GeoDataFrame, np.ndarray, np.ndarray]:
    """Return the rows that are areas, their names and ids: as the profile names the columns, else the product."""
    require_columns(frame.columns, [layer.name_field, layer.id_field], path=path)
    if layer.name_field or not source.product:
        names = texts(frame, layer.name_field)
        ids = texts(frame, layer.id_field or layer.name_field)
        return frame, np.array(names, dtype=object), np.array(ids, dtype=object)
    known = product(source.product)
    if known.geometry == "line":
        raise SourceError(
            "{id} {title} has lines; a layer needs areas", path=path, id=known.id, title=known.title
        )
    edition = known.edition(frame.columns, path=path)
    if edition.leave_out and edition.leave_out.column in frame.columns:
        value = np.array(texts(frame, edition.leave_out.column), dtype=object)
        frame = frame[~np.isin(value, edition.leave_out.values)]
    names = first_filled(frame, edition.name)
    ids = first_filled(frame, edition.id) if edition.id else names
    ids = [key or name for key, name in zip(ids, names, strict=True)]
    return frame, np.array(names, dtype=object), np.array(ids, dtype=object)


def _named_by_id(
    frame: gpd.GeoDataFrame,
    names: np.ndarray,
    ids: np.ndarray,
    *,
    layer: Layer,
    notes: SourceLedger,
) -> np.ndarray:
    """Return the names, the id in place of an empty one: the census has areas that nobody named."""
    for row, key in zip(frame.index[names == ""], ids[names == ""], strict=True):
        if key:
            notes.note(
                Entry(
                    "unnamed_area",
                    Sentence(
                        "layer {id}: the area has no name; its id {key} is shown",
                        id=layer.id,
                        key=key,
                        label=layer.label,
                    ),
                    row=int(row),
                )
            )
    return np.where(names == "", ids, names)


def _require_named(
    frame: gpd.GeoDataFrame, names: np.ndarray, ids: np.ndarray, *, layer: Layer, path: Path
) -> None:
    empty = (names == "") | (ids == "")
    unnamed = frame.index[empty].tolist()
    if unnamed:
        fields = [field for field in (layer.name_field, layer.id_field) if field] or ["name"]
        columns = " / ".join(dict.fromkeys(fields))
        listing = ", ".join(map(str, unnamed[:10])) + (" …" if unnamed[10:] else "")
        raise SourceError(
            "rows {listing}: {columns} is empty; name these areas or take them out",
            path=path,
            row=int(unnamed[0]),
            listing=listing,
            columns=columns,
        )


def _polygons(
    frame: gpd.GeoDataFrame, *, layer: Layer, notes: SourceLedger
) -> tuple[np.ndarray, np.ndarray]:
    """Return valid polygons and which rows have one; what is repaired or refused is written down."""
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    shapes, drawn = _filled_rings(shapes)
    broken = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
    # By structure a hole outside its shell is no land; by linework it would become some.
    mended = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    shapes = np.where(broken, mended, shapes)
    rows = frame.index.to_numpy()
    kind = shapely.get_type_id(shapes)
    shapes = np.array(
        [
            _polygonal_part(shape) if kind[i] == shapely.GeometryType.GEOMETRYCOLLECTION else shape
            for i, shape in enumerate(shapes)
        ],
        dtype=object,
    )
    mixed = kind == shapely.GeometryType.GEOMETRYCOLLECTION
    kept = np.isin(shapely.get_type_id(shapes), _POLYGONAL) & ~shapely.is_empty(shapes)
    for row in np.flatnonzero(broken & kept):
        notes.rows_repaired += 1
        notes.note(
            Entry(
                "repaired_polygon",
                Sentence(
                    "layer {id}: the border crosses itself; repaired",
                    id=layer.id,
                    label=layer.label,
                ),
                row=int(rows[row]),
            )
        )
    for row in np.flatnonzero(drawn & kept):
        notes.rows_repaired += 1
        notes.note(
            Entry(
                "line_to_polygon",
                Sentence(
                    "layer {id}: a closed line is taken as the border of an area",
                    id=layer.id,
                    label=layer.label,
                ),
                row=int(rows[row]),
            )
        )
    for row in np.flatnonzero(mixed & kept & ~broken):
        notes.rows_repaired += 1
        notes.note(
            Entry(
                "polygon_part",
                Sentence(
                    "layer {id}: the row mixes polygons with lines or points; only polygons are "
                    "used",
                    id=layer.id,
                    label=layer.label,
                ),
                row=int(rows[row]),
            )
        )
    for row in np.flatnonzero(~kept):
        notes.rows_refused += 1
        notes.note(
            Entry(
                "no_polygon",
                Sentence(
                    "layer {id}: the row has no polygon; not used", id=layer.id, label=layer.label
                ),
                row=int(rows[row]),
            )
        )
    return shapes, kept


def _filled_rings(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return shapes with closed lines, as people draw them by hand, made areas; and which they were."""
    drawn = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    drawn &= shapely.is_closed(shapes) & (shapely.get_num_coordinates(shapes) > _RING_POINTS)
    filled = shapes.copy()
    filled[drawn] = [shapely.Polygon(line) for line in shapes[drawn]]
    return filled, drawn


def _polygonal_part(shape: shapely.Geometry) -> shapely.Geometry:
    parts = [part for part in shapely.get_parts(shape) if shapely.get_type_id(part) in _POLYGONAL]
    return shapely.union_all(parts)


def _union(areas: gpd.GeoDataFrame, *, layer: Layer, notes: SourceLedger) -> gpd.GeoDataFrame:
    rows_n, ids_n = len(areas), areas["area_id"].nunique()
    if rows_n == ids_n:
        return areas
    notes.note(
        Entry(
            "unioned",
            Sentence(
                "layer {id}: {rows_n} rows are parts of {ids_n} areas; parts of one area are "
                "joined",
                id=layer.id,
                rows_n=rows_n,
                ids_n=ids_n,
                label=layer.label,
            ),
        )
    )
    _note_two_names(areas, layer=layer, notes=notes)
    joined = areas.dissolve(by="area_id", sort=False, as_index=False, aggfunc="first")
    joined.geometry = shapely.make_valid(joined.geometry.to_numpy())
    return joined


def _note_two_names(areas: gpd.GeoDataFrame, *, layer: Layer, notes: SourceLedger) -> None:
    names = areas.groupby("area_id", sort=False)["area_name"].unique()
    for area_id, several in names[names.map(len) > 1].items():
        listing = "、".join(several)
        notes.note(
            Entry(
                "two_names",
                Sentence(
                    "layer {id}: id {area_id} has the names {listing}; the first is shown",
                    id=layer.id,
                    area_id=area_id,
                    listing=listing,
                    label=layer.label,
                ),
            )
        )

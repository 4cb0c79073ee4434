"""Intake of area layers: Shapefile, GeoJSON, GeoPackage; one row per area, valid polygons."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo.errors import SourceError
from services.intake.ledger import Entry, Ledger, SourceLedger
from services.intake.tables import require_columns, texts
from services.intake.vectors import note_remarks, read_vector
from services.profile import Layer, Source

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def read_layer(
    path: Path, *, layer: Layer, source: Source, plane_epsg: int, ledger: Ledger
) -> gpd.GeoDataFrame:
    """Read a layer as areas in the plane CRS: layer, area_id, area_name, version, approximate, geometry."""
    frame = read_vector(path, source=source)
    require_columns(frame.columns, [layer.name_field, layer.id_field], path=path)
    notes = ledger.of(source.id)
    notes.rows_read += len(frame)
    note_remarks(frame, notes=notes)
    names = np.array(texts(frame, layer.name_field), dtype=object)
    ids = np.array(texts(frame, layer.id_field or layer.name_field), dtype=object)
    names = _named_by_id(names, ids, layer=layer, notes=notes)
    _require_named(names, ids, layer=layer, path=path)
    shapes, valid = _polygons(frame, layer=layer, notes=notes)
    areas = gpd.GeoDataFrame(
        {"area_id": ids[valid], "area_name": names[valid]}, geometry=shapes[valid], crs=frame.crs
    ).to_crs(plane_epsg)
    if areas.empty:
        raise SourceError(
            "there is no polygon in it; give a file of areas",
            path=path,
            ja="面（ポリゴン）がありません。区域の面のファイルを指定してください",
        )
    notes.rows_used += len(areas)
    areas = _union(areas, layer=layer, notes=notes)
    _note_overlaps(areas, layer=layer, notes=notes)
    areas.insert(0, "layer", layer.id)
    areas["version"] = layer.version
    areas["approximate"] = layer.approximate
    return areas[["layer", "area_id", "area_name", "version", "approximate", "geometry"]]


def _named_by_id(
    names: np.ndarray, ids: np.ndarray, *, layer: Layer, notes: SourceLedger
) -> np.ndarray:
    """Return the names, the id in place of an empty one: the census has areas that nobody named."""
    if not layer.id_field:
        return names
    for row in np.flatnonzero((names == "") & (ids != "")):
        notes.note(
            Entry(
                "unnamed_area",
                f"layer {layer.id}: the area has no name; its id {ids[row]} is shown",
                f"層「{layer.label}」：名前のない区域です。番号 {ids[row]} を名前として示します",
                row=int(row) + 1,
            )
        )
    return np.where(names == "", ids, names)


def _require_named(names: np.ndarray, ids: np.ndarray, *, layer: Layer, path: Path) -> None:
    unnamed = [
        row for row, (name, key) in enumerate(zip(names, ids, strict=True), 1) if not (name and key)
    ]
    if unnamed:
        fields = " / ".join(dict.fromkeys(f for f in (layer.name_field, layer.id_field) if f))
        listing = ", ".join(map(str, unnamed[:10])) + (" …" if unnamed[10:] else "")
        raise SourceError(
            f"rows {listing}: {fields} is empty; name these areas or take them out",
            path=path,
            row=unnamed[0],
            ja=f"{listing}行目の {fields} が空です。区域の名前を入れるか、その行を除いてください",
        )


def _polygons(
    frame: gpd.GeoDataFrame, *, layer: Layer, notes: SourceLedger
) -> tuple[np.ndarray, np.ndarray]:
    """Return valid polygons and which rows have one; what is repaired or refused is written down."""
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    broken = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
    shapes = np.where(broken, shapely.make_valid(shapes), shapes)
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
                f"layer {layer.id}: the border crosses itself; repaired",
                f"層「{layer.label}」：境界線が交差していたため修復しました",
                row=int(row) + 1,
            )
        )
    for row in np.flatnonzero(mixed & kept & ~broken):
        notes.rows_repaired += 1
        notes.note(
            Entry(
                "polygon_part",
                f"layer {layer.id}: the row mixes polygons with lines or points; only polygons are used",
                f"層「{layer.label}」：面のほかに線や点が混ざっているため、面だけを使います",
                row=int(row) + 1,
            )
        )
    for row in np.flatnonzero(~kept):
        notes.rows_refused += 1
        notes.note(
            Entry(
                "no_polygon",
                f"layer {layer.id}: the row has no polygon; not used",
                f"層「{layer.label}」：面がないため使いません",
                row=int(row) + 1,
            )
        )
    return shapes, kept


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
            f"layer {layer.id}: {rows_n} rows are parts of {ids_n} areas; parts of one area are joined",
            f"層「{layer.label}」：{rows_n}行を{ids_n}区域にまとめました（同じ区域の飛び地など）",
        )
    )
    _note_two_names(areas, layer=layer, notes=notes)
    joined = areas.dissolve(by="area_id", sort=False, as_index=False, aggfunc="first")
    joined.geometry = shapely.make_valid(joined.geometry.to_numpy())
    return joined


def _note_overlaps(areas: gpd.GeoDataFrame, *, layer: Layer, notes: SourceLedger) -> None:
    """List areas that lie in another one of the layer, as wards beside their whole city."""
    shapes = areas.geometry.to_numpy()
    inside = shapely.point_on_surface(shapes)
    point, around = shapely.STRtree(shapes).query(inside, predicate="within")
    names = areas["area_name"].to_numpy()
    within: dict[int, list[str]] = {}
    for one, other in zip(point.tolist(), around.tolist(), strict=True):
        if one != other:
            within.setdefault(other, []).append(str(names[one]))
    for other, listed in within.items():
        listing, more = "、".join(listed[:10]), "…" if listed[10:] else ""
        notes.note(
            Entry(
                "overlap",
                f"layer {layer.id}: {names[other]} covers {len(listed)} other areas ({listing}{more}); "
                "a home there is counted in one of them only, take out the wider or the narrower ones",
                f"層「{layer.label}」：「{names[other]}」がほかの{len(listed)}区域（{listing}{more}）と"
                "重なっています。人はどれか1つで数えます。広いほうか狭いほうを除いてください",
            )
        )


def _note_two_names(areas: gpd.GeoDataFrame, *, layer: Layer, notes: SourceLedger) -> None:
    names = areas.groupby("area_id", sort=False)["area_name"].unique()
    for area_id, several in names[names.map(len) > 1].items():
        listing = "、".join(several)
        notes.note(
            Entry(
                "two_names",
                f"layer {layer.id}: id {area_id} has the names {listing}; the first is shown",
                f"層「{layer.label}」：番号 {area_id} に名前が複数あります（{listing}）。最初の名前を使います",
            )
        )

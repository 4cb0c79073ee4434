"""Ground from official products: N02 (railways and stations), W05 (rivers), P29 (schools)."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.errors import Sentence
from geo.ground.kinds import GROUND, LINES, POINTS, UNKNOWN, Kind
from services.intake.tables.ledger import Entry, SourceLedger
from services.intake.tables.reading import first_filled
from services.intake.tables.remarks import note_remarks
from services.intake.vectors.reading import read_vector
from services.intake.vectors.window import Window
from services.profile import Source
from services.profile.products import product

STATION_M = 150.0
"""Platforms of one name within twice this of each other are one station."""


def read_product_ground(
    path: Path, *, source: Source, around: BaseGeometry, plane_epsg: int, book: SourceLedger
) -> gpd.GeoDataFrame:
    """
    Read the ground of a product, as ``read_ground`` returns it.

    No product says whether a line lies on the ground, on a viaduct or in a tunnel: ``level`` is
    ``unknown`` for lines. Stations, which are lines along their platforms, become points.
    """
    frame = _read(path, source, around, plane_epsg)
    note_remarks(frame, notes=book)
    book.rows_read += len(frame)
    known = product(source.product)
    edition = known.edition(frame.columns, path=path)
    codes = first_filled(frame, edition.kind)
    kinds: list[Kind | str] = [known.ground.get(code, edition.ground) for code in codes]
    names = first_filled(frame, edition.name)
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    whole = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    fits = np.array([_fits(kind, shape) for kind, shape in zip(kinds, shapes, strict=True)])
    kept = whole & fits & shapely.intersects(around, shapes)
    ground = gpd.GeoDataFrame(
        {
            "kind": kinds,
            "name": ["" if name in known.nameless else name for name in names],
            "ref": "",
            "level": [UNKNOWN if kind in LINES else GROUND for kind in kinds],
            "source_id": source.id,
        },
        geometry=list(shapes),
        crs=plane_epsg,
    )[kept]
    _note_refused(int((~whole).sum()), int((whole & ~fits).sum()), book)
    book.rows_used += len(ground)
    return _stations_as_points(ground)


def _read(path: Path, source: Source, around: BaseGeometry, plane_epsg: int) -> gpd.GeoDataFrame:
    corners = gpd.GeoSeries([shapely.box(*around.bounds)], crs=plane_epsg).to_crs(LONLAT_EPSG)
    west, south, east, north = corners.total_bounds.tolist()
    # Schools and railways of the neighbours are seen from within: no row is chosen by its code.
    alike = source.model_copy(
        update={"within": True, "product": "", "code_field": "", "epsg": source.epsg or LONLAT_EPSG}
    )
    window = Window(jis_code="", bbox=(west, south, east, north))
    return read_vector(path, source=alike, window=window).to_crs(plane_epsg)


def _fits(kind: str, shape: BaseGeometry) -> bool:
    """Say whether a shape can be of a kind: no line is a school, no point a river."""
    if not kind:
        return False
    dimension = int(shapely.get_dimensions(shape))
    return dimension == 1 if kind in LINES else kind in POINTS


def _note_refused(shapeless_n: int, signless_n: int, book: SourceLedger) -> None:
    book.rows_refused += shapeless_n
    if shapeless_n:
        told = Sentence(
            "rows of the ground without a shape, not used: {number}", number=shapeless_n
        )
        book.note(Entry("ground_open", told))
    if signless_n:
        told = Sentence("rows of kinds that no map shows, not used: {number}", number=signless_n)
        book.note(Entry("ground_unshown", told))


def _stations_as_points(ground: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    stations = ground["kind"] == "station"
    shapes = ground.geometry.to_numpy().copy()
    kept = np.ones(len(ground), dtype=np.bool_)
    for _, rows in ground.assign(row=np.arange(len(ground)))[stations].groupby("name", sort=True):
        place = rows["row"].to_numpy()
        strips = shapely.get_parts(shapely.union_all(shapely.buffer(shapes[place], STATION_M)))
        kept[place] = False
        for strip in strips:
            one = place[shapely.intersects(strip, shapes[place])]
            kept[one[0]] = True
            shapes[one[0]] = shapely.centroid(shapely.union_all(shapes[one]))
    moved: gpd.GeoDataFrame = ground.set_geometry(
        gpd.GeoSeries(shapes, index=ground.index, crs=ground.crs)
    )[kept]
    return moved

"""Ground: from the file of the streets, or one of its own, to shapes in the plane around a municipality."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.errors import Sentence, SourceError
from services.intake.ground.osm import COLUMNS, OsmGround, read_osm_ground
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.profile import Source

FILE = "ground.parquet"


def read_ground(
    files: list[tuple[Source, Path]], *, around: BaseGeometry, plane_epsg: int, ledger: Ledger
) -> gpd.GeoDataFrame:
    """
    Read what lies beside the streets.

    Parameters
    ----------
    files
        Sources and their files, in any order; of the format ``osm``.
    around
        The municipality and its margin, plane CRS; what touches it is kept whole.
    plane_epsg
        The plane CRS.
    ledger
        What could not be used is noted for each source.

    Returns
    -------
    One row a shape, plane CRS: ``kind`` (``geo.ground.kinds.Kind``), ``name`` and ``ref`` (empty where
    there is none), ``level`` (``ground``, ``above``, ``below``), ``source_id``, ``geometry``; sorted
    by kind, name and place, so that the order of files changes nothing.
    """
    parts = [_read(source, path, around, plane_epsg, ledger) for source, path in files]
    empty = gpd.GeoDataFrame(
        {name: pd.Series(dtype=object) for name in (*COLUMNS[:-1], "source_id")},
        geometry=gpd.GeoSeries([], crs=plane_epsg),
    )
    whole = pd.concat([empty, *parts], ignore_index=True)
    shape = shapely.to_wkb(whole.geometry.to_numpy())
    order = whole.assign(shape=shape).sort_values([*COLUMNS[:-1], "shape"], kind="stable").index
    ordered: gpd.GeoDataFrame = whole.loc[order].reset_index(drop=True)
    return ordered


def _read(
    source: Source, path: Path, around: BaseGeometry, plane_epsg: int, ledger: Ledger
) -> gpd.GeoDataFrame:
    if not path.is_file():
        raise SourceError(
            "there is no such file; put it there or correct the path in the profile", path=path
        )
    found = read_osm_ground(path)
    frame = found.frame()
    shapes = gpd.GeoSeries(frame.pop("geometry").to_numpy(), crs=LONLAT_EPSG).to_crs(plane_epsg)
    near = shapely.intersects(around, shapes.to_numpy())
    book = ledger.of(source.id)
    _note(found, int(near.sum()), book)
    return gpd.GeoDataFrame(frame[near].assign(source_id=source.id), geometry=shapes[near])


def _note(found: OsmGround, used_n: int, book: SourceLedger) -> None:
    book.rows_read += found.read_n
    book.rows_used += used_n
    for kind, number in sorted(found.open.items()):
        book.rows_refused += number
        book.note(
            Entry(
                "ground_open",
                Sentence(
                    "areas of {kind} whose border does not close or is not all in the file, not "
                    "used: {number}",
                    kind=kind,
                    number=number,
                ),
            )
        )
    if found.repaired_n:
        book.rows_repaired += found.repaired_n
        book.note(
            Entry(
                "ground_repaired",
                Sentence(
                    "areas of the ground whose border crosses itself, repaired: {repaired_n}",
                    repaired_n=found.repaired_n,
                ),
            )
        )

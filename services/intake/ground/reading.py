"""Ground: from the file of the streets, or one of its own, to shapes in the plane around a municipality."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.errors import Sentence, SourceError
from geo.ground.coast import Sea, sea_within
from geo.ground.joined import JoinedGround, join_ground
from geo.ground.kinds import GROUND
from geo.ground.obstacles import WITH_A_GATE, opened_at
from services.intake.ground.osm import COLUMNS, OsmGround, read_osm_ground
from services.intake.ground.products import read_product_ground
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.profile import Source


def read_ground(
    files: list[tuple[Source, Path]], *, around: BaseGeometry, plane_epsg: int, ledger: Ledger
) -> gpd.GeoDataFrame:
    """
    Read what lies beside the streets.

    Parameters
    ----------
    files
        Sources and their files, in any order: of the format ``osm``, or of products that have ground.
        What is in both OpenStreetMap and a product is once (``geo.ground.joined``).
    around
        The municipality and its margin, plane CRS; what touches it is kept whole.
    plane_epsg
        The plane CRS.
    ledger
        What could not be used is noted for each source.

    Returns
    -------
    One row a shape, plane CRS: ``kind`` (``geo.ground.kinds.Kind``), ``name`` and ``ref`` (empty where
    there is none), ``level`` (``ground``, ``above``, ``below``, ``unknown``), ``source_id``, ``geometry``; sorted
    by kind, name and place, so that the order of files changes nothing.
    """
    maps = [one for one in files if one[0].format == "osm"]
    parts = [_read(source, path, around, plane_epsg, ledger) for source, path in maps]
    empty = gpd.GeoDataFrame(
        {name: pd.Series(dtype=object) for name in (*COLUMNS[:-1], "source_id")},
        geometry=gpd.GeoSeries([], crs=plane_epsg),
    )
    whole = pd.concat([empty, *parts], ignore_index=True)
    # By their names: of two products the same thing is that of the first.
    for source, path in sorted(
        (one for one in files if one[0].format != "osm"), key=lambda one: one[0].id
    ):
        book = ledger.of(source.id)
        found = read_product_ground(
            _there(path), source=source, around=around, plane_epsg=plane_epsg, book=book
        )
        joined = join_ground(whole, found)
        _note_joined(joined, book)
        whole = joined.ground
    shape = shapely.to_wkb(whole.geometry.to_numpy())
    order = whole.assign(shape=shape).sort_values([*COLUMNS[:-1], "shape"], kind="stable").index
    ordered: gpd.GeoDataFrame = whole.loc[order].reset_index(drop=True)
    return ordered


def _there(path: Path) -> Path:
    if not path.is_file():
        raise SourceError(
            "there is no such file; put it there or correct the path in the profile", path=path
        )
    return path


def _read(
    source: Source, path: Path, around: BaseGeometry, plane_epsg: int, ledger: Ledger
) -> gpd.GeoDataFrame:
    found = read_osm_ground(_there(path))
    frame = found.frame()
    shapes = gpd.GeoSeries(frame.pop("geometry").to_numpy(), crs=LONLAT_EPSG).to_crs(plane_epsg)
    gates = gpd.GeoSeries(found.gates, crs=LONLAT_EPSG).to_crs(plane_epsg).to_numpy()
    walls = frame["kind"].isin(WITH_A_GATE).to_numpy()
    shapes[walls] = opened_at(shapes.to_numpy()[walls], gates)
    sea = _sea(shapes.to_numpy()[(frame["kind"] == "coastline").to_numpy()], around)
    ground = gpd.GeoDataFrame(frame, geometry=shapes)
    near = ground[shapely.intersects(around, shapes.to_numpy())]
    book = ledger.of(source.id)
    _note(found, len(near), book)
    _note_coasts(int(sea.unclear.sum()), book)
    filled = gpd.GeoDataFrame(
        {"kind": "sea", "name": "", "ref": "", "level": GROUND},
        geometry=sea.areas,
        crs=plane_epsg,
        index=range(len(sea.areas)),
    )
    return pd.concat([near, filled], ignore_index=True).assign(source_id=source.id)


def _sea(coasts: NDArray[np.object_], around: BaseGeometry) -> Sea:
    """Return the sea as far as maps show it, or as the margin where an extract ends there."""
    frames = (shapely.box(*around.bounds), around)
    return min((sea_within(frame, coasts) for frame in frames), key=lambda sea: sea.unclear.sum())


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


def _note_coasts(unclear_n: int, book: SourceLedger) -> None:
    if unclear_n:
        told = Sentence(
            "coastlines that do not close or contradict each other, left lines without a sea: "
            "{unclear_n}",
            unclear_n=unclear_n,
        )
        book.note(Entry("ground_coast", told))


def _note_joined(joined: JoinedGround, book: SourceLedger) -> None:
    if joined.same_n or joined.named_n:
        told = Sentence(
            "rows of the ground that stand in another source already: {same_n}; they gave a name to "
            "{named_n} that had none",
            same_n=joined.same_n,
            named_n=joined.named_n,
        )
        book.note(Entry("ground_same", told))

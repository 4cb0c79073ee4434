"""Streets: from OpenStreetMap data in any format to the walking network of a municipality."""

from collections.abc import Collection
from itertools import chain
from pathlib import Path
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from geo.arrays import LONLAT_EPSG
from geo.errors import Sentence, SourceError
from geo.streets.network import Network, build_network
from geo.streets.traits import text_says
from services.intake.streets.drawn import put_right
from services.intake.streets.noting import note_tags
from services.intake.streets.osm_file import read_osm_file
from services.intake.streets.overpass import read_overpass_file
from services.intake.streets.ways import Ways
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.profile import Source

MOST_STEPS_PER_M = 10.0
"""A tread is 15 cm deep at least (建築基準法施行令 第23条), 6.7 to the metre; lines are drawn roughly."""


def read_streets(
    path: Path,
    *,
    source: Source,
    boundary: shapely.Geometry,
    plane_epsg: int,
    ledger: Ledger,
    passed: Collection[tuple[str, str]] = (),
) -> Network:
    """
    Read the walking network inside ``boundary`` (plane CRS, margin included).

    Ways that touch the boundary are kept whole. Of what nodes say, only what is one of ``passed``
    makes a junction: the (key, value) of ``geo.vocabulary.NODE_TRAITS`` that a walker forbids or weighs. With the format ``osmnx`` the streets are
    downloaded: ``source.path`` is an Overpass endpoint, else a folder that keeps the answers.
    """
    ways = _read(path, source, boundary, plane_epsg)
    book = ledger.of(source.id)
    if source.format == "osmnx":
        book.note(
            Entry(
                "no_relations",
                Sentence(
                    "the download has no relations: squares that are drawn as one are not known; "
                    "an extract (.osm.pbf) has them"
                ),
            )
        )
    nodes = _plane_nodes(ways.nodes, plane_epsg)
    asked = {node: text for node, text in ways.node_traits.items() if text_says(text, passed)}
    nodes["traits"] = pd.Series(asked, dtype=object).reindex(nodes.index).fillna("")
    inside = _inside(ways.table, nodes, boundary, book)
    if inside.empty:
        raise _no_street(ways, path)
    network = build_network(*put_right(inside, nodes, ways, book), epsg=plane_epsg)
    if len(network.edge_u) == 0:
        raise _no_street(ways, path)
    _note_counts(ways, inside, book)
    note_tags(ways, nodes, boundary, book)
    _note_kept_out(ways, inside, book)
    return network


def _read(path: Path, source: Source, boundary: shapely.Geometry, plane_epsg: int) -> Ways:
    if source.format == "osmnx":
        return _download(path, source, boundary, plane_epsg)
    readers = {"osm": read_osm_file, "overpass": read_overpass_file}
    if source.format not in readers:
        raise SourceError(
            "format {format!r} holds no streets; use osm, overpass or osmnx",
            path=path,
            format=source.format,
        )
    if not path.is_file():
        raise SourceError(
            "there is no such file; put it there or correct the path in the profile", path=path
        )
    return readers[source.format](path)


def _download(path: Path, source: Source, boundary: shapely.Geometry, plane_epsg: int) -> Ways:
    # osmnx takes seconds to import; only those who download wait for it.
    from services.intake.streets.osm_download import download_ways  # noqa: PLC0415

    lonlat = cast(
        "shapely.Polygon | shapely.MultiPolygon",
        gpd.GeoSeries([boundary], crs=plane_epsg).to_crs(LONLAT_EPSG).iloc[0],
    )
    if source.path.startswith(("http://", "https://")):
        return download_ways(lonlat, address=source.path)
    return download_ways(lonlat, cache=path if source.path else None)


def _plane_nodes(nodes: pd.DataFrame, plane_epsg: int) -> pd.DataFrame:
    to_plane = pyproj.Transformer.from_crs(LONLAT_EPSG, plane_epsg, always_xy=True)
    x, y = to_plane.transform(nodes["lon"].to_numpy(), nodes["lat"].to_numpy())
    # A node off the globe has no place in the plane: it counts as unknown.
    known = np.asarray(np.isfinite(x) & np.isfinite(y))
    kind = nodes["kind"].to_numpy()[known]
    return pd.DataFrame({"x": x[known], "y": y[known], "kind": kind}, index=nodes.index[known])


def _inside(
    table: pd.DataFrame,
    nodes: pd.DataFrame,
    boundary: shapely.Geometry,
    book: SourceLedger,
) -> pd.DataFrame:
    """Return the ways that touch the boundary, whole, with their steps per metre."""
    counts = table["node_ids"].map(len).to_numpy(dtype=np.int64)
    way = np.repeat(np.arange(len(table)), counts)
    ids = np.fromiter(chain.from_iterable(table["node_ids"]), dtype=np.int64)
    row = nodes.index.get_indexer(pd.Index(ids)).astype(np.int64)
    missing_n = np.bincount(way[row < 0], minlength=len(table))
    way, row = way[row >= 0], row[row >= 0]
    enough = np.bincount(way, minlength=len(table)) >= 2  # noqa: PLR2004 (a line has two ends)
    drawn = enough[way]
    xy = nodes[["x", "y"]].to_numpy(dtype=np.float64)[row[drawn]]
    rank = np.cumsum(enough) - 1
    lines = np.full(len(table), None, dtype=object)
    lines[enough] = shapely.linestrings(xy, indices=rank[way[drawn]])
    shapely.prepare(boundary)
    touches = np.asarray(shapely.intersects(boundary, lines))
    _note_missing(missing_n, enough, touches, book)
    outside_n = int((enough & ~touches).sum())
    if outside_n:
        book.note(
            Entry(
                "outside",
                Sentence(
                    "ways outside the municipality and its margin, not used: {outside_n}",
                    outside_n=outside_n,
                ),
            )
        )
    # Of a way that is cut nobody knows which of its steps are left.
    length_m = np.where(missing_n > 0, np.nan, shapely.length(lines))
    return _with_steps(table, length_m, book)[touches]


def _with_steps(table: pd.DataFrame, length_m: np.ndarray, book: SourceLedger) -> pd.DataFrame:
    """Say how many steps a metre of each way has, 0 where nobody knows."""
    count = table["step_count"].to_numpy(dtype=np.float64)
    counted = (count > 0) & (length_m > 0)
    per_m = np.divide(count, length_m, out=np.zeros(len(table)), where=counted)
    too_many = per_m > MOST_STEPS_PER_M
    if too_many.any():
        book.note(
            Entry(
                "impossible_steps",
                Sentence(
                    "flights with more than {most_steps_per_m:g} steps a metre, taken as not "
                    "counted: {too_many}",
                    most_steps_per_m=MOST_STEPS_PER_M,
                    too_many=int(too_many.sum()),
                ),
            )
        )
    return table.assign(steps_per_m=np.where(too_many, 0.0, per_m))


def _note_missing(
    missing_n: np.ndarray, enough: np.ndarray, touches: np.ndarray, book: SourceLedger
) -> None:
    cut = touches & (missing_n > 0)
    if cut.any():
        nodes_n, ways_n = int(missing_n[cut].sum()), int(cut.sum())
        book.rows_repaired += ways_n
        book.note(
            Entry(
                "missing_nodes",
                Sentence(
                    "nodes that the file lacks: {nodes_n}; ways cut there: {ways_n}",
                    nodes_n=nodes_n,
                    ways_n=ways_n,
                ),
            )
        )
    few_n = int((~enough).sum())
    if few_n:
        book.note(
            Entry(
                "too_few_nodes",
                Sentence("ways with fewer than two known nodes, not used: {few_n}", few_n=few_n),
            )
        )


def _note_counts(ways: Ways, inside: pd.DataFrame, book: SourceLedger) -> None:
    book.rows_read += ways.read_n
    used_n = int(inside["osm_id"].nunique())
    book.rows_used += used_n
    book.rows_refused += ways.read_n - used_n
    for highway, number in ways.not_walkable.items():
        book.note(
            Entry(
                "not_walkable",
                Sentence(
                    "ways closed to walkers, highway={highway}, not used: {number}",
                    highway=highway,
                    number=number,
                ),
            )
        )
    if ways.repeated_n:
        book.note(
            Entry(
                "duplicate",
                Sentence(
                    "ways that occur more than once, each used once: {repeated_n}",
                    repeated_n=ways.repeated_n,
                ),
            )
        )


def _note_kept_out(ways: Ways, inside: pd.DataFrame, book: SourceLedger) -> None:
    """Say how many ways are walked in one direction, in an unknown one, or by some alone."""

    def number(which: pd.Series) -> int:
        return int(inside["osm_id"][which].nunique())

    oneway_n = number(inside["oneway"] != 0)
    unknown_n = number(inside["osm_id"].isin(ways.undirected))
    private_n = number(inside["private"].astype(bool))
    if oneway_n:
        said = Sentence("ways walked in one direction only: {oneway_n}", oneway_n=oneway_n)
        book.note(Entry("oneway", said))
    if unknown_n:
        said = Sentence(
            "ways whose direction for walkers changes or is not written, walked both ways: "
            "{unknown_n}",
            unknown_n=unknown_n,
        )
        book.note(Entry("unknown_direction", said))
    if private_n:
        said = Sentence(
            "private ways, walked by those alone who live there or go to a place there: "
            "{private_n}",
            private_n=private_n,
        )
        book.note(Entry("private_road", said))


def _no_street(ways: Ways, path: Path) -> SourceError:
    """Say what there is instead."""
    if ways.nodes.empty:
        covers: Sentence | str = ""
    else:
        west, south = ways.nodes[["lon", "lat"]].min()
        east, north = ways.nodes[["lon", "lat"]].max()
        area = f"{west:.3f}–{east:.3f}°E, {south:.3f}–{north:.3f}°N"
        covers = Sentence(" (it covers {area})", area=area)
    closed_n = sum(ways.not_walkable.values())
    return SourceError(
        "no walkable street inside the municipality and its margin, of {read_n} ways "
        "read, {closed_n} of them closed to walkers{covers}; is this the extract of "
        "the right place?",
        path=path,
        read_n=ways.read_n,
        closed_n=closed_n,
        covers=covers,
    )

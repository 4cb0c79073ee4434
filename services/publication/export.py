"""Export: the collections of a snapshot as GeoJSON, GeoPackage or CSV, each with its provenance."""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, TextIO

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyogrio import write_dataframe

from geo.errors import InvalidInputError
from services.publication.aspect import limit_in, of_limit
from services.publication.collections import FIGURE_DECIMALS, Query
from services.publication.columns import LAYERS, TABLE_OF
from services.publication.supply import further_tables
from services.publication.tables import Publication, provenance
from services.workspace.folder import Snapshot, Workspace
from services.workspace.geojson import collection, lonlat
from services.workspace.jsonfiles import write_json
from services.workspace.progress import Progress, silent
from services.workspace.staging import staged_file

FORMATS = ("geojson", "gpkg", "csv")

RISKY_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that starts like this; a quote before it makes it text."""

WEEK_TABLES: tuple[Literal["slots", "combined"], ...] = ("slots", "combined")
"""Tables beside the collections: weekdays and halves of the day, within the limit of the run."""

_PolygonLayers = ("areas", "coverage", "gaps", "reach", "milestones", "indicators")


def export(
    workspace: Workspace, out: Path, *, file_format: str, progress: Progress = silent
) -> list[Path]:
    """
    Write the newest result into the folder ``out`` and return the files.

    All files are written beside and renamed at the end: after an error the folder is as it was.
    """
    if file_format not in FORMATS:
        names = ", ".join(FORMATS)
        raise InvalidInputError(
            "the format is {file_format!r}; it must be one of {names}",
            file_format=file_format,
            names=names,
        )
    if out.exists() and not out.is_dir():
        raise InvalidInputError("{out}: is a file; name a folder to write to with --out", out=out)
    progress("export.read", 0.0)
    snapshot = workspace.snapshot()
    writers = _WRITERS[file_format](snapshot)
    files = [out / name for name in writers]
    with ExitStack() as stack:
        for done, (file, write) in enumerate(zip(files, writers.values(), strict=True)):
            progress("export.write", (done + 0.5) / (len(files) + 0.5))
            write(stack.enter_context(staged_file(file)))
    progress("export.done", 1.0)
    return files


_Write = Callable[[Path], None]


def _geojson_writers(snapshot: Snapshot) -> Mapping[str, _Write]:
    found = Publication(snapshot).collections()
    told = provenance(snapshot)

    def writer(name: str) -> _Write:
        query = Query({}, limit=sys.maxsize)

        def write(path: Path) -> None:
            items = found[name].features(query).items
            before = {"name": name, "provenance": told}
            path.write_bytes(collection(items, before=before, apart=b"\n") + b"\n")

        return write

    return {f"{name}.geojson": writer(name) for name in LAYERS}


def _gpkg_writers(snapshot: Snapshot) -> Mapping[str, _Write]:
    def write(path: Path) -> None:
        told, publication = provenance(snapshot), Publication(snapshot)
        for name in LAYERS:
            frame = publication.frame(name)
            polygons = name in _PolygonLayers
            shape = "Unknown" if name == "edits" else "Point"  # lines and areas in one layer
            write_dataframe(
                frame,
                path,
                layer=name,
                driver="GPKG",
                geometry_type="MultiPolygon" if polygons else shape,
                promote_to_multi=polygons,
                append=path.exists(),
            )
        for name, table in TABLE_OF.items():
            write_dataframe(publication.table(table), path, layer=name, driver="GPKG")
        write_dataframe(provenance_table(told), path, layer="provenance", driver="GPKG")

    return {"arukeba.gpkg": write}


def provenance_table(told: Mapping[str, Any]) -> pd.DataFrame:
    """Return the provenance as rows of key and text; nested values are JSON."""
    rows = [
        {
            "key": key,
            "value": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),
        }
        for key, value in told.items()
    ]
    return pd.DataFrame(rows, columns=["key", "value"])


def _csv_writers(snapshot: Snapshot) -> Mapping[str, _Write]:
    publication = Publication(snapshot)

    def writer(name: str) -> _Write:
        return lambda path: write_csv(flat(publication.frame(name)), path)

    def week_writer(name: Literal["slots", "combined"]) -> _Write:
        limit = limit_in(snapshot.run["parameters"])

        def write(path: Path) -> None:
            table = publication.disclosed.table(name)
            write_csv(table[of_limit(table, limit)].round(FIGURE_DECIMALS), path)

        return write

    def whole(table: Literal["coverage"]) -> _Write:
        return lambda path: write_csv(publication.table(table).round(FIGURE_DECIMALS), path)

    def write_provenance(path: Path) -> None:
        write_json(path, provenance(snapshot))

    def further(name: str) -> _Write:
        return lambda path: write_csv(tables[name]().round(FIGURE_DECIMALS), path)

    tables = further_tables(publication)
    files: dict[str, _Write] = {f"{name}.csv": writer(name) for name in LAYERS}
    files |= {f"{name}.csv": whole(table) for name, table in TABLE_OF.items()}
    files |= {f"{name}.csv": week_writer(name) for name in WEEK_TABLES}
    files |= {f"{name}.csv": further(name) for name in tables}
    return {**files, "provenance.json": write_provenance}


def beside(path: Path) -> Path:
    """Return the file beside a table that says what it is made of."""
    return path.with_name(f"{path.stem}.provenance.json")


def write_table(table: pd.DataFrame, path: Path, told: Mapping[str, Any]) -> list[Path]:
    """Write one table to a CSV file of its own and, beside it, what it is made of; return both."""
    if path.is_dir():
        raise InvalidInputError("{path}: is a folder; name a CSV file with --out", path=path)
    with staged_file(path) as staged, staged_file(beside(path)) as staged_beside:
        write_csv(table.round(FIGURE_DECIMALS), staged)
        write_json(staged_beside, told)
    return [path, beside(path)]


def write_csv(
    table: pd.DataFrame, path: Path, *, encoding: str = "utf-8-sig", errors: str = "strict"
) -> None:
    """Write a table that a spreadsheet opens as it is: UTF-8 with a mark, no cell that runs."""
    with path.open("w", encoding=encoding, errors=errors, newline="") as file:
        _write(table, file)


def csv_text(table: pd.DataFrame) -> str:
    """Return the same as text, with the mark."""
    file = io.StringIO("\ufeff", newline="")
    file.seek(1)
    _write(table, file)
    return file.getvalue()


def _write(table: pd.DataFrame, file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows(_cells(table))


def flat(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the frame without geometry; points keep their longitude and latitude."""
    plain = pd.DataFrame(frame.drop(columns="geometry")).round(FIGURE_DECIMALS)
    if not set(frame.geom_type.dropna()) <= {"Point"}:
        return plain
    points = lonlat(frame.geometry)
    return plain.assign(lon=shapely.get_x(points), lat=shapely.get_y(points))


def _cells(table: pd.DataFrame) -> Iterator[list[object]]:
    for row in table.itertuples(index=False):
        yield [_cell(value) for value in row]


def _cell(value: object) -> object:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(RISKY_STARTS) else value
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if value != value else value  # noqa: PLR0124  NaN alone differs from itself
    return "" if value is None or value is pd.NA else value


_WRITERS: Mapping[str, Callable[[Snapshot], Mapping[str, _Write]]] = {
    "geojson": _geojson_writers,
    "gpkg": _gpkg_writers,
    "csv": _csv_writers,
}

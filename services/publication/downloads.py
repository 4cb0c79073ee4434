"""
Whole collections as files that GIS programs and spreadsheets open, each with what it is made of.

A file holds what the collection answers: every feature, by the question of the run where it answers
one at a time. Columns keep their types where all are empty.
"""

import codecs
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio

from geo.arrays import LONLAT_EPSG
from geo.errors import NotFoundError
from services.publication.collections import Collection, Query
from services.publication.columns import TABLE_OF
from services.publication.export import flat, provenance_table, write_csv
from services.publication.vectortiles import write_layer
from services.words.texts import LANGS, text
from services.workspace.geojson import collection
from services.workspace.jsonfiles import write_json
from services.workspace.plain import plain_rows, to_json

Told = Mapping[str, Any]
"""What a file is made of (``tables.provenance``)."""

GETA = "\N{GETA MARK}"
"""Stands where CP932 has no character, as Japanese printers do it."""

WITHOUT_SHAPE = "without_shape"
"""Metadata of a FlatGeobuf: its rows that stand nowhere, such as residents beyond all areas of a layer."""

_LIKE_WINDOWS = str.maketrans(
    "\u301c\u2212\u2016\u2014\u00a2\u00a3\u00ac", "\uff5e\uff0d\u2225\u2015\uffe0\uffe1\uffe2"
)
"""Signs that CP932 has under the numbers that Windows gives them."""


def _geta(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return GETA * (error.end - error.start), error.end


codecs.register_error("arukeba.geta", _geta)


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format of files."""

    media_type: str
    write: Callable[[Collection, Path, Told], None]
    has_shapes: bool = True
    """Whether it is of shapes alone: a table without any is not written in it."""


def formats_of(collection_id: str) -> dict[str, FileFormat]:
    """Return the formats of a collection by the ending of their files."""
    flat_only = collection_id in TABLE_OF
    return {name: one for name, one in FORMATS.items() if not (flat_only and one.has_shapes)}


def format_of(collection_id: str, ending: str) -> FileFormat:
    """Return the format of an ending; refuse one that a collection does not have."""
    known = formats_of(collection_id)
    if ending not in known:
        names = ", ".join(known)
        raise NotFoundError(
            "{collection_id} is not written as {ending!r}; there are {names}",
            collection_id=collection_id,
            ending=ending,
            names=names,
        )
    return known[ending]


def write_package(
    found: Iterable[Collection],
    path: Path,
    told: Told,
    beside: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Write collections as the layers of one GeoPackage 1.2, plane CRS, and further tables beside them."""
    with _as_of(told["made_at"]):
        for one in found:
            _add_to_package(one, path, told)
        for name, table in {"provenance": provenance_table(told), **(beside or {})}.items():
            pyogrio.write_dataframe(table, path, layer=name, driver="GPKG", append=True)


_ONE_AT_A_TIME = Lock()


@contextmanager
def _as_of(made_at: str) -> Iterator[None]:
    """Let layers be dated by their result, not by when somebody asked: a file of it is always the same."""
    day = datetime.fromisoformat(made_at).astimezone(UTC)
    with _ONE_AT_A_TIME:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{day:%Y-%m-%dT%H:%M:%S}.000Z"})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _gpkg(found: Collection, path: Path, told: Told) -> None:
    write_package([found], path, told)


def _add_to_package(found: Collection, path: Path, told: Told) -> None:
    frame, first = found.layer(), not path.exists()
    about = {"IDENTIFIER": found.id, "DESCRIPTION": described(found, told)}
    options: dict[str, Any] = {"driver": "GPKG", "layer": found.id, "layer_options": about}
    options |= {"dataset_options": {"VERSION": "1.2"}} if first else {"append": True}
    if found.id in TABLE_OF:
        pyogrio.write_dataframe(pd.DataFrame(frame.drop(columns="geometry")), path, **options)
    else:
        pyogrio.write_dataframe(frame, path, **options, **_kind(frame))


def _fgb(found: Collection, path: Path, told: Told) -> None:
    """Write FlatGeobuf with its index, which has no room for what has no shape: the metadata has."""
    frame = _lonlat(found)
    there = frame.geometry.notna()
    shaped, rest = frame[there], pd.DataFrame(frame[~there].drop(columns="geometry"))
    about = {"TITLE": found.title, "DESCRIPTION": described(found, told)}
    metadata = {"provenance": _json(told)}
    if len(rest):
        metadata[WITHOUT_SHAPE] = to_json(plain_rows(rest))
        said = (text("download.without_shape", lang, n=len(rest)) for lang in LANGS)
        about["DESCRIPTION"] = " ".join((about["DESCRIPTION"], *said))
    pyogrio.write_dataframe(
        shaped,
        path,
        driver="FlatGeobuf",
        layer=found.id,
        layer_options={**about, "SPATIAL_INDEX": "NO" if shaped.empty else "YES"},
        layer_metadata=metadata,
        **_kind(frame),
    )


def _parquet(found: Collection, path: Path, told: Told) -> None:
    if found.id in TABLE_OF:
        plain = pd.DataFrame(found.layer().drop(columns="geometry"))
        table = pa.Table.from_pandas(plain, preserve_index=False)
    else:
        _lonlat(found).to_parquet(
            path, index=False, schema_version="1.1.0", write_covering_bbox=True
        )
        table = pq.read_table(path)
    about = {**(table.schema.metadata or {}), b"provenance": _json(told).encode()}
    pq.write_table(table.replace_schema_metadata(about), path, compression="zstd")


def _geojson(found: Collection, path: Path, told: Told) -> None:
    items = found.features(Query({}, limit=sys.maxsize)).items
    before = {"name": found.id, **_box(found), "provenance": told}
    path.write_bytes(collection(items, before=before, apart=b"\n") + b"\n")


def _jsonfg(found: Collection, path: Path, told: Told) -> None:
    """Write JSON-FG: ``place`` in the plane, ``geometry`` in degrees."""
    frame = found.layer()
    beside = path.with_name(f"{path.name}.plain")
    try:
        pyogrio.write_dataframe(frame, beside, driver="JSONFG", layer=found.id, **_kind(frame))
        written = beside.read_text(encoding="utf-8")
    finally:
        beside.unlink(missing_ok=True)
    # GDAL has no option for further members.
    head = to_json({**_box(found), "provenance": told})
    path.write_text(f"{head[:-1]},{written.removeprefix('{')}", encoding="utf-8")


def _kml(found: Collection, path: Path, told: Told) -> None:
    frame = _lonlat(found)
    # KML knows no larger integer; a placemark is named by a field of this name.
    whole = frame.select_dtypes("Int64").columns
    named = frame.astype(dict.fromkeys(whole, "Int32"))
    if "name" not in frame:
        names = [name for name in ("area_name", "venue_name", "place_id") if name in frame]
        named["Name"] = frame[names[0]]
    about = {"NAME": found.title, "DESCRIPTION": f"{described(found, told)} {_json(told)}"}
    pyogrio.write_dataframe(
        named, path, driver="LIBKML", layer=found.id, dataset_options=about, **_kind(frame)
    )


def _csv(found: Collection, path: Path, _told: Told) -> None:
    write_csv(flat(found.layer()), path)


def _cp932(found: Collection, path: Path, _told: Told) -> None:
    table = flat(found.layer())
    write_csv(_with_windows_signs(table), path, encoding="cp932", errors="arukeba.geta")


def _provenance(found: Collection, path: Path, told: Told) -> None:
    """Write what a table of text is made of, and which characters CP932 lacks in it."""
    lacking: Counter[str] = Counter()
    for _, column in _texts(_with_windows_signs(flat(found.layer()))):
        for letter in "".join(column.dropna()):
            if not _in_cp932(letter):
                lacking[letter] += 1
    replaced = {"by": GETA, "characters": dict(lacking)}
    write_json(path, {**told, "cp932_replaced": replaced})


def _pmtiles(found: Collection, path: Path, told: Told) -> None:
    write_layer(
        found.layer(), path, name=found.id, title=found.title, description=described(found, told)
    )


FORMATS: dict[str, FileFormat] = {
    "gpkg": FileFormat("application/geopackage+sqlite3", _gpkg, has_shapes=False),
    "fgb": FileFormat("application/flatgeobuf", _fgb),
    "parquet": FileFormat("application/vnd.apache.parquet", _parquet, has_shapes=False),
    "geojson": FileFormat("application/geo+json", _geojson),
    "fg.json": FileFormat("application/vnd.ogc.fg+json", _jsonfg),
    "kml": FileFormat("application/vnd.google-earth.kml+xml", _kml),
    "csv": FileFormat("text/csv; charset=utf-8", _csv, has_shapes=False),
    "cp932.csv": FileFormat("text/csv; charset=windows-31j", _cp932, has_shapes=False),
    "pmtiles": FileFormat("application/vnd.pmtiles", _pmtiles),
    "provenance.json": FileFormat("application/json", _provenance, has_shapes=False),
}
"""By the ending of the file; the last one tells of the two tables of text, which cannot tell it themselves."""

ANNOUNCED = tuple(FORMATS)[:-1]
"""Those that hold the collection."""

PACKAGE = "gpkg"
"""The one format that holds all collections in one file."""


def described(found: Collection, told: Told) -> str:
    """Return what a layer says of itself: its names, its result, what is assumed in it."""
    parts = (
        f"{found.title} / {found.title_en}",
        text("download.made", "ja", snapshot=told["snapshot"], software=told["software"]),
        *told["assumed"],
        *told["assumed_en"],
    )
    return " ".join(parts)


def _lonlat(found: Collection) -> gpd.GeoDataFrame:
    return found.layer().to_crs(LONLAT_EPSG)


def _kind(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return the type of the shapes as writers want it: one, many of one kind, or any."""
    kinds = set(frame.geom_type.dropna())
    single = {kind.removeprefix("Multi") for kind in kinds}
    if len(single) != 1 or "GeometryCollection" in kinds:
        return {"geometry_type": "Unknown"}
    (kind,) = single
    many = kind == "Polygon" or len(kinds) > 1
    return {"geometry_type": f"Multi{kind}" if many else kind, "promote_to_multi": many}


def _box(found: Collection) -> dict[str, Any]:
    return {"bbox": list(found.bbox)} if found.bbox else {}


def _json(told: Told) -> str:
    return json.dumps(told, ensure_ascii=False)


def _texts(table: pd.DataFrame) -> Iterable[tuple[Any, "pd.Series[str]"]]:
    return table.select_dtypes("string").items()


def _with_windows_signs(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(
        **{str(name): column.str.translate(_LIKE_WINDOWS) for name, column in _texts(table)}
    )


def _in_cp932(letter: str) -> bool:
    try:
        letter.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True

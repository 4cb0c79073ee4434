"""Vector files made readable: unpacked, re-encoded or completed in a place of their own."""

import codecs
import shutil
import tempfile
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyogrio
from pyogrio.errors import DataSourceError

from geo.errors import SourceError
from services.intake.tables.filetypes import no_map_in
from services.intake.vectors.archives import unpack
from services.intake.vectors.dbf import beside, text_encoding
from services.profile import Source

PREFERENCE = (
    *(".gpkg", ".fgb", ".parquet", ".geojson", ".shp", ".geojsonl", ".ndjson", ".topojson"),
    *(".kml", ".kmz", ".gml", ".json"),
)
"""Of a zip that has the same content in several formats, the first of these is read."""

DRIVERS = {
    ".shp": ("ESRI Shapefile",),
    ".geojson": ("GeoJSON",),
    ".geojsonl": ("GeoJSONSeq",),
    ".ndjson": ("GeoJSONSeq",),
    ".topojson": ("TopoJSON",),
    ".gpkg": ("GPKG",),
    ".fgb": ("FlatGeobuf",),
    ".kml": ("LIBKML", "KML"),
    ".kmz": ("LIBKML",),
    ".gml": ("GML",),
}
"""Which driver of GDAL reads a file with this ending; one of several is enough."""

_XML = ".xml"
_TEXT = frozenset({".geojson", ".json", ".geojsonl", ".ndjson", ".topojson", ".kml", ".gml"})
_CHUNK = 1 << 20
_RESTORE = "SHAPE_RESTORE_SHX"
_BOM = codecs.BOM_UTF8


@dataclass(frozen=True)
class Opened:
    """A file that GDAL can read, and the encoding of its attributes where the file cannot tell."""

    path: Path
    encoding: str | None = None


@contextmanager
def opened(path: Path, *, source: Source) -> Iterator[Opened]:
    """Yield the readable form of a file; what had to be made for it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="arukeba-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        if path.suffix.lower() == ".zip":
            path = _member(unpack(path, place / "zip"), path=path, wanted=source.layer_name)
        if path.suffix.lower() == _XML:
            raise _is_xml(path)
        if path.suffix.lower() == ".shp":
            yield _shapefile(path, place, source=source)
        elif path.suffix.lower() in _TEXT:
            yield Opened(_as_utf8(path, place, source=source))
        else:
            yield Opened(path, None if source.encoding == "auto" else source.encoding)


def require_driver(path: Path, *, there: Container[str]) -> None:
    """Say so in one sentence where GDAL was built without the driver that a file needs."""
    needed = DRIVERS.get(path.suffix.lower(), ())
    if needed and not any(driver in there for driver in needed):
        raise SourceError(
            "this GDAL has no driver for {suffix} ({needed}); install pyogrio again from its "
            "wheel, or give the data as GeoPackage",
            path=path,
            suffix=path.suffix,
            needed=" / ".join(needed),
        )


def _member(files: list[Path], *, path: Path, wanted: str) -> Path:
    """Return the file of an archive that is meant."""
    usable = [file for file in files if file.suffix.lower() in PREFERENCE]
    if not usable and any(file.suffix.lower() == _XML for file in files):
        raise _is_xml(path)
    if not usable:
        raise no_map_in(path)
    named = [file for file in usable if wanted in (file.stem, file.name)]
    usable = named or usable
    best = min(PREFERENCE.index(file.suffix.lower()) for file in usable)
    usable = [file for file in usable if PREFERENCE.index(file.suffix.lower()) == best]
    if len({file.stem for file in usable}) == 1:
        # 国土数値情報 packs one Shapefile twice, into the folders UTF-8 and Shift-JIS.
        return min(usable, key=lambda file: ("utf-8" not in str(file).lower(), str(file)))
    stems = ", ".join(sorted(file.stem for file in usable))
    raise SourceError(
        "which file of the zip is meant? Give the source's layer_name; there is {stems}",
        path=path,
        stems=stems,
    )


def _is_xml(path: Path) -> SourceError:
    """Say what to take instead of the XML that 国土数値情報 packs beside its other formats."""
    return SourceError(
        "XML (JPGIS) is not read as map data; take the Shapefile or GeoJSON of the "
        "same product, or give the file the ending .gml if it is plain GML",
        path=path,
    )


def _shapefile(path: Path, place: Path, *, source: Source) -> Opened:
    if beside(path, ".shx") is None:
        path = _with_index(path, place)
    encoding = text_encoding(path) if source.encoding == "auto" else source.encoding
    return Opened(path, encoding)


def _with_index(path: Path, place: Path) -> Path:
    """Return the same Shapefile in another place, with the .shx that it lacks."""
    complete = place / "shapefile" / "layer.shp"
    complete.parent.mkdir()
    for suffix in (".shp", ".dbf", ".prj", ".cpg"):
        if found := beside(path, suffix):
            _link(found.absolute(), complete.with_suffix(suffix))
    pyogrio.set_gdal_config_options({_RESTORE: True})
    try:
        # GDAL writes the index when it opens the file.
        pyogrio.read_info(complete)
    except DataSourceError as error:
        raise SourceError(
            "not a Shapefile; cannot be read as a vector file, export it again as GeoPackage",
            path=path,
        ) from error
    finally:
        pyogrio.set_gdal_config_options({_RESTORE: None})
    return complete


def _link(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _as_utf8(path: Path, place: Path, *, source: Source) -> Path:
    """Return the file itself where it is UTF-8 without a mark, else a copy that is."""
    encoding = _text_encoding(path) if source.encoding == "auto" else source.encoding
    if encoding == "utf-8":
        return path
    copy = place / "text" / path.name
    copy.parent.mkdir()
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as packed, copy.open("w", encoding="utf-8", newline="") as file:
        first = True
        while chunk := packed.read(_CHUNK):
            text = decoder.decode(chunk)
            file.write(_declared_utf8(text) if first else text)
            first = False
        file.write(decoder.decode(b"", final=True))
    return copy


def _declared_utf8(text: str) -> str:
    """Return the beginning of a text without an XML declaration of another encoding."""
    if not text.startswith("<?xml"):
        return text
    return '<?xml version="1.0" encoding="UTF-8"?>' + text.partition("?>")[2]


def _text_encoding(path: Path) -> str:
    with path.open("rb") as file:
        mark = file.read(4)
    if mark.startswith(_BOM):
        return "utf-8-sig"
    if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8", "cp932"):
        if _decodes(path, encoding):
            return encoding
    raise SourceError(
        "not text in UTF-8, UTF-16 or CP932; cannot be read as a vector file, export "
        "it again as GeoJSON in UTF-8",
        path=path,
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True

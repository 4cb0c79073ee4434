"""Fetch: what a municipality needs of the official sources, and what could not be had."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import shapely

from geo.areas.meshes import mesh_codes, mesh_polygons
from geo.arrays import LONLAT_EPSG
from geo.errors import InvalidInputError, Sentence
from services.intake.download import DownloadError, Expected, Patience, download, sha256_of
from services.intake.vectors.archives import unpack
from services.intake.vectors.reading import read_vector
from services.intake.vectors.window import Window
from services.profile import Source
from services.profile.catalogue import (
    Catalogue,
    Wanted,
    catalogue,
    files_of,
    mirrored,
    require_code,
)
from services.words.texts import told
from services.workspace.progress import Progress, silent
from services.workspace.staging import staged_file, staged_folder

RECORD = "fetched.json"
BOUNDARY = "N03"
ZIP_MAGIC = b"PK"


@dataclass(frozen=True)
class Got:
    """One file that is there."""

    id: str
    file: str
    url: str
    sha256: str
    bytes: int
    how: str
    """'downloaded', or 'kept' where it was there already."""


@dataclass(frozen=True)
class Missing:
    """One file that could not be had, and why."""

    id: str
    file: str
    url: str
    reason: Sentence


@dataclass
class Fetched:
    """What a fetch came to."""

    jis_code: str
    folder: Path
    got: list[Got] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready for JSON."""
        missing = [
            {
                **asdict(one),
                "reason": told(one.reason, "en"),
                "reason_ja": told(one.reason, "ja"),
            }
            for one in self.missing
        ]
        return {**asdict(self), "folder": str(self.folder), "missing": missing}


@dataclass(frozen=True)
class FetchOptions:
    """Which sources, from where, how patiently."""

    only: list[str] = field(default_factory=list)
    mirror: str = ""
    rules: Patience = field(default_factory=Patience)
    sources: Catalogue | None = None


def fetch(
    jis_code: str, out: Path, *, options: FetchOptions | None = None, progress: Progress = silent
) -> Fetched:
    """Download and unpack what a municipality needs; what fails is listed, the rest goes on."""
    options = options or FetchOptions()
    fetched = Fetched(require_code(jis_code), out)
    chosen = (options.sources or catalogue()).chosen(options.only)
    # The boundary tells which squares of meshes are needed, so it comes first.
    for number, source in enumerate(sorted(chosen, key=lambda one: one.id != BOUNDARY)):
        progress("fetch", number / len(chosen))
        meshes = _meshes(fetched) if source.per == "mesh1" else []
        if source.per == "mesh1" and not meshes:
            fetched.missing.append(_without_boundary(source.id, source.url))
        for wanted in files_of(source, jis_code=jis_code, meshes=meshes):
            _fetch_one(wanted, fetched, options)
    progress("fetch.done", 1.0)
    return fetched


def _fetch_one(wanted: Wanted, fetched: Fetched, options: FetchOptions) -> None:
    target = fetched.folder / wanted.source.id / wanted.file
    url = mirrored(wanted.url, options.mirror)
    known = _record(fetched.folder).get(f"{wanted.source.id}/{wanted.file}", {})
    sha256 = wanted.sha256 or str(known.get("sha256", ""))
    try:
        how = "kept"
        if not (target.is_file() and sha256 and sha256_of(target) == sha256):
            how = "downloaded"
            least, most = wanted.source.bytes
            magic = ZIP_MAGIC if target.suffix == ".zip" else b""
            expected = Expected(least, most, sha256, magic)
            sha256 = download(url, target, expected=expected, rules=options.rules)
        if target.suffix == ".zip":
            _unpack(target)
    except (DownloadError, InvalidInputError) as error:
        reason = error.sentence
        if known and not wanted.sha256 and "SHA-256" in error.message:
            reason = Sentence(
                "{said}; if the publisher changed it, take it out of {record}",
                said=error,
                record=RECORD,
            )
        missing = Missing(wanted.source.id, wanted.file, url, reason)
        fetched.missing.append(missing)
        return
    size = target.stat().st_size
    fetched.got.append(Got(wanted.source.id, wanted.file, url, sha256, size, how))
    _write_record(fetched.folder, wanted, sha256, size)


def _unpack(target: Path) -> None:
    """Unpack a zip beside itself, whole or not at all."""
    folder = target.with_suffix("")
    if folder.is_dir() and folder.stat().st_mtime >= target.stat().st_mtime:
        return
    with staged_folder(folder) as staged:
        unpack(target, staged)


def _record(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what earlier fetches wrote down: file → its hash, size, source and licence."""
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            "{path}: cannot be read ({error}); delete it to begin anew",
            path=folder / RECORD,
            error=error,
        ) from error
    return found if isinstance(found, dict) else {}


def _write_record(folder: Path, wanted: Wanted, sha256: str, size: int) -> None:
    record = _record(folder)
    record[f"{wanted.source.id}/{wanted.file}"] = {
        "sha256": sha256,
        "bytes": size,
        "url": wanted.url,
        "publisher": wanted.source.publisher,
        "what": wanted.source.what,
        "licence": wanted.source.licence,
        "year": wanted.source.year,
        "epsg": wanted.source.epsg,
        "page": wanted.source.page,
    }
    with staged_file(folder / RECORD) as path:
        path.write_text(
            json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n",
            encoding="utf-8",
        )


def _meshes(fetched: Fetched) -> list[str]:
    """Return the 80 km squares that the municipality lies in, from the boundary fetched before."""
    zips = sorted((fetched.folder / BOUNDARY).glob("*.zip"))
    if not zips:
        return []
    source = Source(
        id="boundary",
        path=zips[-1].name,
        format="vector",
        title=BOUNDARY,
        credit="",
        licence="",
        as_of="",
        product=BOUNDARY,
    )
    try:
        areas = read_vector(zips[-1], source=source, window=Window(fetched.jis_code))
    except InvalidInputError:
        return []
    shape = areas.geometry.to_crs(LONLAT_EPSG).union_all()
    west, south, east, north = shape.bounds
    step = 0.5
    corners = [
        (west + i * step, south + j * step)
        for i in range(int((east - west) / step) + 2)
        for j in range(int((north - south) / step) + 2)
    ]
    lon, lat = (shapely.get_coordinates(shapely.points(corners))[:, axis] for axis in (0, 1))
    codes = sorted(set(mesh_codes(lon, lat, side_m=80_000).tolist()))
    touched = shapely.intersects(shape, mesh_polygons(codes).to_numpy())
    return [code for code, there in zip(codes, touched, strict=True) if there]


def _without_boundary(source_id: str, url: str) -> Missing:
    return Missing(
        source_id,
        "",
        url,
        Sentence(
            "the squares of the municipality are not known without its boundary; "
            "fetch {boundary} first",
            boundary=BOUNDARY,
        ),
    )

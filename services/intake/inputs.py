"""Inputs: the files of one build, what is given beside the profile, and where each file is from."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.errors import InvalidInputError
from services.intake.places.confirmations import (
    Confirmations,
    no_confirmations,
    read_confirmations,
)
from services.intake.tables.columns import ColumnMap, read_map
from services.intake.tables.ledger import Ledger
from services.intake.tables.mapping import Section, with_map
from services.profile import Profile
from services.workspace.folder import BUILDS_KEPT


@dataclass(frozen=True)
class Inputs:
    """What the readers share."""

    profile: Profile
    base: Path
    ledger: Ledger
    maps: list[ColumnMap] = field(default_factory=list)
    confirmations: Confirmations = field(default_factory=no_confirmations)

    @property
    def plane_epsg(self) -> int:
        """Return the plane CRS of the municipality."""
        return self.profile.municipality.plane_epsg

    def path(self, source_id: str) -> Path:
        """Return the file of a source."""
        return self.paths(source_id)[0]

    def paths(self, source_id: str) -> list[Path]:
        """Return the file of a source and those of the same layout that belong to it."""
        source = self.profile.source(source_id)
        return [self.base / path for path in (source.path, *source.also)]

    def mapped(self, spec: Section) -> Section:
        """Return a section with the columns of its map, or of one given for its file."""
        if spec.map:
            spec = with_map(spec, read_map(self.base / spec.map).columns)
        name = self.path(spec.source).name
        for found in self.maps:
            if found.file in ("", name):
                spec = with_map(spec, found.columns)
        return spec


@dataclass(frozen=True)
class Given:
    """What is given for one build beside the profile: column maps, and a list of confirmations."""

    maps: tuple[Path, ...] = ()
    confirmed: Path | None = None
    """Else the list in the workspace that is built again."""
    registry_url: str = ""
    """Database of venues and places, one for each workspace; else a file in the workspace."""
    builds_kept: int = BUILDS_KEPT
    """Earlier builds with results, beside those that were replaced within a week."""


def require_files(inputs: Inputs) -> None:
    """Name every file of the profile that is not there."""
    missing = [
        (source.id, path)
        for source in inputs.profile.sources
        for path in inputs.paths(source.id)
        if source.format != "osmnx" and not _is_file(path)
    ]
    if missing:
        listing = ", ".join(f"{path} (source {name})" for name, path in missing)
        raise InvalidInputError(
            "missing file: {listing}; put it there or give the folder with --data DIR",
            listing=listing,
        )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False


def confirmations_of(path: Path, *, asked: bool) -> Confirmations:
    """Read a list of confirmed positions: one that was asked for, or one that the workspace holds."""
    return read_confirmations(path) if asked or path.is_file() else no_confirmations()


def provenance(inputs: Inputs) -> list[dict[str, Any]]:
    """Return who made each source, under which licence, and the hash of every file of it."""
    listing = []
    for source in inputs.profile.sources:
        entry: dict[str, Any] = {
            "id": source.id,
            "title": source.title,
            "credit": source.credit,
            "licence": source.licence,
            "as_of": source.as_of,
            "url": source.url,
            "note": source.note,
        }
        first, *others = [_file_facts(path) for path in inputs.paths(source.id)]
        listing.append(entry | first | ({"also": others} if others else {}))
    return listing


def without_hashes(sources: list[dict[str, Any]], told_in_part: set[str]) -> list[dict[str, Any]]:
    """Return sources, some without hash and size: whoever guessed the rest of a file could prove it."""
    kept = []
    for source in sources:
        hides = ("sha256", "bytes", "also") if source["id"] in told_in_part else ()
        kept.append({name: value for name, value in source.items() if name not in hides})
    return kept


def _file_facts(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {"file": path.name}
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {"file": path.name, "sha256": sha256, "bytes": path.stat().st_size}

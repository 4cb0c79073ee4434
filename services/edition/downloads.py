"""Whole collections as files: made of an edition once, as often as councils decide or plans are made anew."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol

from services.drawing.styles.rules import Style
from services.drawing.styles.table import LAYER_STYLES, styles_table
from services.edition.cache import Cache
from services.publication.collections import Collection
from services.publication.downloads import PACKAGE, format_of, formats_of, write_package
from services.workspace.folder import Snapshot, software_version
from services.workspace.jsonfiles import digest

EVERYTHING = "arukeba"
"""The file of all collections."""

SURFACE_OF, SURFACE = "reach", "tif"
"""The collection that has a raster as well, and its ending: the walk from everywhere, not only its limit."""

SURFACE_TYPE = "image/tiff; application=geotiff; profile=cloud-optimized"

_STATE_DIGITS = 16


def media_types(collection_id: str) -> dict[str, str]:
    """Return the types of the files of a collection by their ending."""
    found = {name: one.media_type for name, one in formats_of(collection_id).items()}
    return {**found, SURFACE: SURFACE_TYPE} if collection_id == SURFACE_OF else found


class DownloadSource(Protocol):
    """An edition, as far as files are made of it."""

    snapshot: Snapshot

    @property
    def collections(self) -> dict[str, Collection]:
        """Return the collections by id."""

    def collection(self, collection_id: str) -> Collection:
        """Return one collection."""

    def state(self, collection_id: str = "") -> str:
        """Return what tells the features of a collection, or of all, from those at any other time."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Return what they are made of."""

    def styles(self, collection_id: str) -> dict[str, Style]:
        """Return how a collection is drawn."""

    def write_surface(self, path: Path) -> None:
        """Write the walk from everywhere as a raster."""


class Downloads:
    """The files of an edition."""

    def __init__(self, edition: DownloadSource) -> None:
        self._edition = edition
        self._cache = Cache(edition.snapshot.path)

    def file(self, collection_id: str, ending: str) -> Path:
        """
        Return a collection as a file of a format (``downloads.FORMATS``).

        Raises
        ------
        NotFoundError
            There is no such collection, or it is not written in that format.
        """
        found = self._edition.collection(collection_id)
        if (collection_id, ending) == (SURFACE_OF, SURFACE):
            name = f"{collection_id}.{ending}"
            return self._cache.file(name, self.state(name), self._edition.write_surface)
        write = format_of(collection_id, ending).write
        if ending == PACKAGE:
            return self._package(collection_id, [found])
        name = f"{collection_id}.{ending}"
        return self._cache.file(
            name, self.state(collection_id), lambda path: write(found, path, self._told)
        )

    def made(self, name: str, write: Callable[[Path], None]) -> Path:
        """Return the tiles of what is no collection."""
        return self._cache.file(f"{name}.pmtiles", self.state(name), write)

    def package(self) -> Path:
        """Return all collections as the layers of one file."""
        return self._package(EVERYTHING, list(self._edition.collections.values()))

    def _package(self, name: str, found: Sequence[Collection]) -> Path:
        drawn = [style for one in found for style in self._edition.styles(one.id).values()]
        beside = {LAYER_STYLES: styles_table(drawn, self._told["made_at"])} if drawn else {}
        write = partial(write_package, found, told=self._told, beside=beside)
        return self._cache.file(f"{name}.{PACKAGE}", self.state(name), write)

    def state(self, collection_id: str) -> str:
        """Return what tells the content of a collection from an earlier one of the same snapshot."""
        asked = "" if collection_id == EVERYTHING else collection_id
        parts = [*self._fixed, self._edition.state(asked)]
        return digest(parts)[:_STATE_DIGITS]

    @cached_property
    def _fixed(self) -> list[object]:
        """Return what is the same as long as the edition is there."""
        workspace = self._edition.snapshot.workspace
        return [software_version(), workspace.sha256, self._told["made_at"]]

    @property
    def _told(self) -> Mapping[str, Any]:
        return self._edition.provenance

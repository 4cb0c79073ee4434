"""Whole collections as files: made of an edition once, as often as councils decide or plans are made anew."""

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol

from services.edition.cache import Cache
from services.publication.collections import Collection
from services.publication.downloads import PACKAGE, format_of, write_package
from services.workspace.folder import Snapshot, software_version
from services.workspace.jsonfiles import digest

EVERYTHING = "arukeba"
"""The file of all collections."""

_STATE_DIGITS = 16


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
        write = format_of(collection_id, ending).write
        name = f"{collection_id}.{ending}"
        return self._cache.file(
            name, self.state(collection_id), lambda path: write(found, path, self._told)
        )

    def made(self, name: str, write: Callable[[Path], None]) -> Path:
        """Return the tiles of what is no collection."""
        return self._cache.file(f"{name}.pmtiles", self.state(name), write)

    def package(self) -> Path:
        """Return all collections as the layers of one file."""
        found = self._edition.collections.values()
        write = partial(write_package, found, told=self._told)
        return self._cache.file(f"{EVERYTHING}.{PACKAGE}", self.state(EVERYTHING), write)

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

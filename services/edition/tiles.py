"""Vector tiles of an edition: an archive of tiles for each collection and for the ground, read into memory once."""

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from pmtiles.reader import MemorySource, Reader, all_tiles

from geo.errors import NotFoundError
from services.publication.vectortiles import Number

_DEGREES = 10_000_000

JOINED_MOST = 512
"""JoinedTiles tiles that are kept."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A large answer, written and compressed once."""

    plain: bytes
    gzipped: bytes
    etag: str

    @classmethod
    def of(cls, plain: bytes, gzipped: bytes = b"") -> "Blob":
        """Compress an answer that is not yet, and name it after what is in it."""
        etag = f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
        packed = gzipped or gzip.compress(plain, compresslevel=6, mtime=0)
        return cls(plain, packed, etag)


class Archive:
    """The tiles of a file (PMTiles)."""

    def __init__(self, path: Path) -> None:
        self._source = MemorySource(path.read_bytes())
        self._made: dict[Number, Blob] = {}
        reader = Reader(self._source)
        header, about = reader.header(), reader.metadata()
        self.layers: list[dict[str, Any]] = about["vector_layers"]
        self.zooms: tuple[int, int] = (
            min(int(layer["minzoom"]) for layer in self.layers),
            max(int(layer["maxzoom"]) for layer in self.layers),
        )
        edges = ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
        self.bounds: list[float] = [header[edge] / _DEGREES for edge in edges]

    @cached_property
    def _tiles(self) -> dict[Number, bytes]:
        return dict(all_tiles(self._source))

    def tile(self, number: Number) -> Blob | None:
        """Return a tile, None where it is empty."""
        if number not in self._made:
            packed = self._tiles.get(number)
            plain = gzip.decompress(packed) if packed else b""
            if not packed or not plain:
                return None
            self._made[number] = Blob.of(plain, packed)
        return self._made[number]


class JoinedTiles:
    """Tiles of several archives, joined: each brings its layers."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: dict[tuple[tuple[str, ...], Number], Blob] = {}

    def tile(self, archives: Sequence[Archive], number: Number) -> Blob | None:
        """Return what the archives have at a place."""
        found = [tile for one in archives if (tile := one.tile(number)) is not None]
        if len(found) <= 1:
            return found[0] if found else None
        key = tuple(one.etag for one in found), number
        with self._lock:
            if key not in self._made:
                while len(self._made) >= JOINED_MOST:
                    del self._made[next(iter(self._made))]
                # Tiles one after the other are a tile: a message's repeated fields may be apart.
                self._made[key] = Blob.of(b"".join(one.plain for one in found))
            return self._made[key]


def require_tile(number: Number, zooms: tuple[int, int]) -> None:
    """
    Refuse a tile that no map has, or of a zoom that is not made.

    Raises
    ------
    NotFoundError
        There is no such tile.
    """
    zoom, x, y = number
    first, last = zooms
    if not (first <= zoom <= last and 0 <= x < 2**zoom and 0 <= y < 2**zoom):
        raise NotFoundError(
            "there is no tile {zoom}/{x}/{y}; zooms are {first} to {last}",
            zoom=zoom,
            x=x,
            y=y,
            first=first,
            last=last,
        )

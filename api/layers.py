"""Links from a collection to what it is as a layer: files, tiles, styles."""

from fastapi import Request

from api.links import JSON, link
from api.models import Link
from api.tiled import TILESETS
from services.publication.downloads import ANNOUNCED, FORMATS, formats_of


def enclosures(request: Request, collection_id: str) -> list[Link]:
    """Return the files of a collection, and its tiles where it has shapes."""
    path, known = f"/collections/{collection_id}", formats_of(collection_id)
    files = [
        link(request, f"{path}/download.{name}", "enclosure", FORMATS[name].media_type)
        for name in ANNOUNCED
        if name in known
    ]
    tiles = [link(request, f"{path}/tiles", TILESETS, JSON)] if "pmtiles" in known else []
    return [*files, *tiles]

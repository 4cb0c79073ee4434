"""Links from a collection to what it is as a layer: files, tiles, styles."""

from fastapi import Request

from api.links import JSON, link
from api.models import Link
from api.tiled import TILESETS
from services.edition.downloads import SURFACE, media_types
from services.publication.downloads import ANNOUNCED

STYLES = "http://www.opengis.net/def/rel/ogc/1.0/styles"

_DRAWN = {"tiles": TILESETS, "styles": STYLES}


def enclosures(request: Request, collection_id: str) -> list[Link]:
    """Return the files of a collection, its tiles and its styles where it has shapes."""
    path, known = f"/collections/{collection_id}", media_types(collection_id)
    files = [
        link(request, f"{path}/download.{name}", "enclosure", known[name])
        for name in (*ANNOUNCED, SURFACE)
        if name in known
    ]
    if "pmtiles" not in known:
        return files
    drawn = [link(request, f"{path}/{name}", rel, JSON) for name, rel in _DRAWN.items()]
    return [*files, *drawn]

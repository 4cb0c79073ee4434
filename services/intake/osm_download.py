"""Download of streets by osmnx, for users with internet: the one door to Overpass."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import osmnx
import requests
import shapely
from osmnx import settings

from geo.errors import SourceError
from geo.walkable import USEFUL_TAGS
from services.intake.overpass import require_answer
from services.intake.ways import WayCollector, Ways, nodes_frame

ANY_STREET = '["highway"]'
"""What is asked for; our own rules say which of it is walkable."""

TIMEOUT_S = 180.0


def download_ways(
    boundary: shapely.Polygon | shapely.MultiPolygon, *, address: str, cache: Path | None = None
) -> Ways:
    """
    Download the walkable ways that touch ``boundary`` (lon/lat).

    ``address`` is an Overpass endpoint, ``""`` the public one that osmnx knows; answers are kept
    in ``cache`` if a folder is given.
    """
    with _osmnx_settings(address, cache):
        place = settings.overpass_url
        try:
            graph = osmnx.graph_from_polygon(
                boundary,
                network_type="walk",
                simplify=False,
                retain_all=True,
                truncate_by_edge=True,
                custom_filter=ANY_STREET,
            )
        except osmnx._errors.InsufficientResponseError:  # noqa: SLF001 (osmnx exports it nowhere)
            return WayCollector().ways(nodes_frame([]))
        except (requests.RequestException, osmnx._errors.ResponseStatusCodeError) as error:  # noqa: SLF001
            raise _unreachable(place, str(error)) from error
        except ValueError as error:
            # osmnx says this, as a plain ValueError, where no node lies inside.
            if isinstance(error, SourceError) or "no graph nodes" not in str(error):
                raise
            return WayCollector().ways(nodes_frame([]))
    return _ways(graph)

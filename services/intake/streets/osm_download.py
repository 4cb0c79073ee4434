"""Download of streets by osmnx, for users with internet: the one door to Overpass."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import networkx as nx
import osmnx
import requests
import shapely
from osmnx import settings

from geo.errors import SourceError
from geo.streets.walkable import USEFUL_NODE_TAGS, USEFUL_TAGS
from services.intake.streets.overpass import require_answer
from services.intake.streets.ways import WayCollector, Ways, nodes_frame

ANY_STREET = '["highway"]'
"""What is asked for; our own rules say which of it is walkable."""

USER_AGENT = "arukeba, by osmnx"

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def download_ways(
    boundary: shapely.Polygon | shapely.MultiPolygon,
    *,
    address: str = "",
    cache: Path | None = None,
) -> Ways:
    """
    Download the walkable ways that touch ``boundary`` (lon/lat).

    ``address`` is an Overpass endpoint, ``""`` the public one that osmnx knows; answers are kept
    in the folder ``cache``, if one is given, and read from there the next time.
    """
    with _osmnx_settings(address, cache):
        place = str(settings.overpass_url)
        try:
            graph = osmnx.graph_from_polygon(
                boundary,
                network_type="walk",
                simplify=False,
                retain_all=True,
                truncate_by_edge=True,
                custom_filter=ANY_STREET,
            )
        except requests.RequestException as error:
            raise _unreachable(place, str(error)) from error
        except SourceError:
            raise
        except ValueError as error:
            raise SourceError(
                "osmnx found no street inside the boundary ({error}); is the boundary right?",
                path=place,
                error=error,
            ) from error
    return _ways(graph)


@contextmanager
def _osmnx_settings(address: str, cache: Path | None) -> Iterator[None]:
    """Set what osmnx keeps in globals, and put all of it back afterwards."""
    wanted: dict[str, Any] = {
        "overpass_url": address.removesuffix("/").removesuffix("/interpreter")
        or settings.overpass_url,
        # A server of one's own hands out no slots to wait for.
        "overpass_rate_limit": urlsplit(address).hostname not in _LOOPBACK,
        "use_cache": cache is not None,
        "cache_folder": cache if cache is not None else settings.cache_folder,
        "cache_only_mode": False,
        "useful_tags_way": list(USEFUL_TAGS),
        "useful_tags_node": list(USEFUL_NODE_TAGS),
        "bidirectional_network_types": ["walk"],
        "doh_url_template": None,
        "http_user_agent": USER_AGENT,
        "requests_kwargs": {"hooks": {"response": _require_whole_answer}},
    }
    before = {name: getattr(settings, name) for name in wanted}
    getaddrinfo = socket.getaddrinfo
    try:
        for name, value in wanted.items():
            setattr(settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)
        # osmnx pins the server's name to one address by replacing this function.
        socket.getaddrinfo = getaddrinfo


def _require_whole_answer(response: requests.Response, **_options: object) -> None:
    """Refuse what osmnx would only log, or ask for again without end (429 and 504)."""
    if response.request.method == "GET":
        return
    place = response.url
    if not response.ok:
        raise _unreachable(place, f"HTTP {response.status_code} {response.reason}")
    try:
        answer = response.json()
    except requests.JSONDecodeError as error:
        raise _unreachable(place, f"not JSON: {response.text[:80]!r}") from error
    require_answer(answer, path=place)


def _unreachable(place: str, why: str) -> SourceError:
    return SourceError(
        "no answer from Overpass ({why}); try again later, name another server, or "
        "download an extract and give the profile its .osm.pbf",
        path=place,
        why=why,
    )


def _ways(graph: "nx.MultiDiGraph[int]") -> Ways:
    """Read the ways back from the graph: each of its edges is one segment of a way."""
    collector = WayCollector()
    for u, v, key, data in graph.edges(keys=True, data=True):
        # A walking graph holds every segment in both directions.
        if not data["reversed"]:
            tags = {name: str(data[name]) for name in USEFUL_TAGS if name in data}
            collector.add(int(data["osmid"]), tags, (u, v), part=(u, v, key))
    nodes = [
        (
            int(node),
            at["x"],
            at["y"],
            collector.node_kind(int(node), {k: str(at[k]) for k in USEFUL_NODE_TAGS if k in at}),
        )
        for node, at in graph.nodes(data=True)
    ]
    return collector.ways(nodes_frame(nodes))

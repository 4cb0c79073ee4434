"""Small street networks for tests, made of straight ways between named crossings."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from hypothesis import strategies as st

from geo.ground.obstacles import Obstacles
from geo.streets.network import Network, build_network
from geo.streets.times import is_open
from geo.walking.snapping import Frontage

PLANE = 6677

Point = tuple[int, float, float]
"""A snap: edge, offset_m, snap_m."""


def streets(
    crossings: Mapping[int, tuple[float, float]],
    ways: Sequence[Sequence[int]],
    attributes: Mapping[int, Mapping[str, object]] | None = None,
    kinds: Mapping[int, int] | None = None,
    traits: Mapping[int, str] | None = None,
) -> Network:
    """
    Build a network: crossing id → metres, ways as sequences of crossing ids.

    ``attributes`` says what is special about a way (by its position), ``kinds`` about a crossing,
    ``traits`` what it says of itself.
    """
    table = way_table(ways)
    for name in {name: None for special in (attributes or {}).values() for name in special}:
        said = table[name].tolist()
        for way, special in attributes.items():
            said[way] = special.get(name, said[way])
        table[name] = said
    nodes = pd.DataFrame(
        [crossings[key] for key in crossings], columns=["x", "y"], index=list(crossings)
    ).astype(float)
    nodes["kind"] = [(kinds or {}).get(key, 0) for key in crossings]
    nodes["traits"] = [(traits or {}).get(key, "") for key in crossings]
    return build_network(table, nodes, epsg=PLANE)


def way_table(ways: Sequence[Sequence[int]]) -> pd.DataFrame:
    """Return plain ways as sequences of node ids, with what a network asks of them."""
    return pd.DataFrame(
        {
            "osm_id": np.arange(1, len(ways) + 1),
            "node_ids": [list(way) for way in ways],
            "highway": "residential",
            "name": [f"street {number}" for number in range(len(ways))],
            "bridge": False,
            "tunnel": False,
            "steps": False,
            "layer": 0,
            "crossing": False,
            "signals": False,
            "surface": "",
            "steps_per_m": 0.0,
            "oneway": 0,
            "private": False,
            "traits": "",
            "incline_pct": 0.0,
            "hours": "",
        }
    )


def bare_ground() -> gpd.GeoDataFrame:
    """Return ground of which nothing is known."""
    nothing = {name: [] for name in ("kind", "name", "ref", "level", "source_id")}
    return gpd.GeoDataFrame(nothing, geometry=gpd.GeoSeries([], crs=PLANE))


def straight_street(length_m: float = 1000.0) -> Network:
    """Build one street along the x axis from 0 to ``length_m``, with no crossing between."""
    return streets({1: (0.0, 0.0), 2: (length_m, 0.0)}, [[1, 2]])


def snaps(*rows: tuple[int, float, float]) -> pd.DataFrame:
    """Return snaps from (edge, offset_m, snap_m)."""
    frame = pd.DataFrame(list(rows), columns=["edge", "offset_m", "snap_m"])
    return frame.astype({"edge": "int64", "offset_m": "float64", "snap_m": "float64"})


class OnFoot:
    """
    Streets for networkx, each in the directions in which it is walked: an oracle in three searches.

    Who lives on a private street walks there first, then in public, then on private streets to the
    place that stands on one. Streets that are not open whenever somebody ``met`` there are left out.
    """

    def __init__(self, network: Network, met: str = "") -> None:
        self._open = [is_open(hours, met) for hours in network.edges["hours"]]
        self._oneway = network.edges["oneway"].to_numpy()
        self._private = network.edges["private"].to_numpy(dtype=bool)
        self.public: nx.DiGraph[object] = nx.DiGraph()
        self.private: nx.DiGraph[object] = nx.DiGraph()

    def street(self, edge: int, a: object, b: object, cost: float, back: float) -> None:
        """Add a piece of an edge from ``a`` to ``b``, in the direction from its u to its v."""
        if not self._open[edge]:
            return
        graph = self.private if self._private[edge] else self.public
        for one, other, least, shut in ((a, b, cost, -1), (b, a, back, 1)):
            # A piece of no length is walked whatever its direction: both are one spot.
            if a != b and (self._oneway[edge] != shut or least == 0.0):
                known = graph.edges[one, other]["cost"] if graph.has_edge(one, other) else np.inf
                graph.add_edge(one, other, cost=min(known, least))

    def wait(self, edge: int, node: object, spot: object, cost: float) -> None:
        """Add what the junction at an end of an edge costs, in both directions."""
        graph = self.private if self._private[edge] else self.public
        graph.add_edge(node, spot, cost=cost)
        graph.add_edge(spot, node, cost=cost)

    def walks(self, start: object) -> dict[object, float]:
        """Return the walks from one spot to all that can be walked to."""
        found: dict[object, float] = {start: 0.0}
        for graph in (self.private, self.public, self.private):
            begun = graph.copy()
            for spot, walk in found.items():
                begun.add_edge("begun", spot, cost=walk)
            found = dict(nx.single_source_dijkstra_path_length(begun, "begun", weight="cost"))
            del found["begun"]
        return found


def oracle_walk_m(
    network: Network,
    origin: tuple[int, float, float],
    home: tuple[int, float, float],
    met: str = "",
) -> float:
    """Return the walk by networkx: both points are put into the graph as nodes of their own."""
    if network.edges["hours"].iloc[[origin[0], home[0]]].any():
        # No door opens to a street with hours.
        return np.inf
    graph = OnFoot(network, met)
    inserted: dict[int, list[tuple[float, str]]] = {}
    for name, (edge, offset_m, _) in (("origin", origin), ("home", home)):
        inserted.setdefault(edge, []).append((offset_m, name))
    for edge in range(len(network.edge_u)):
        u, v = int(network.edge_u[edge]), int(network.edge_v[edge])
        length_m = float(network.edge_length_m[edge])
        points: list[tuple[float, object]] = [(0.0, u), *sorted(inserted.get(edge, []))]
        points.append((length_m, v))
        for (from_m, a), (to_m, b) in itertools.pairwise(points):
            graph.street(edge, a, b, to_m - from_m, to_m - from_m)
    return graph.walks("home").get("origin", np.inf) + origin[2] + home[2]


@st.composite
def towns(draw: st.DrawFn) -> tuple[Network, list[Point], list[Point]]:
    """
    Draw crossings on a grid of metres, streets between them, places and homes on the streets.

    Some streets are walked in one direction only, some are private.
    """
    spots = draw(
        st.lists(
            st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=2, max_size=9, unique=True
        )
    )
    pairs = [(a, b) for a in range(len(spots)) for b in range(a)]
    ways = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=14, unique=True))
    oneway = st.sampled_from([0, 0, 0, 1, -1])
    special = {
        way: {"oneway": draw(oneway), "private": draw(st.integers(0, 3)) == 0}
        for way in range(len(ways))
    }
    crossings = {key: (float(x), float(y)) for key, (x, y) in enumerate(spots)}
    network = streets(crossings, ways, special)

    def point() -> Point:
        edge = draw(st.integers(0, len(network.edge_u) - 1))
        share = draw(st.sampled_from([0.0, 0.25, 0.5, 1.0]))
        return edge, share * float(network.edge_length_m[edge]), float(draw(st.integers(0, 60)))

    places = [point() for _ in range(draw(st.integers(1, 4)))]
    homes = [point() for _ in range(draw(st.integers(1, 6)))]
    return network, places, homes


def half_hours_of(*times: int) -> str:
    """Write some half-hours of the year, 0 … 4031, as ``geo.streets.times`` does."""
    return f"{sum(1 << (12 * 7 * 48 - 1 - time) for time in times):01008x}"


MET = st.sampled_from(["", *(half_hours_of(*some) for some in ([0], [1], [2], [0, 1], [1, 2]))])
"""When somebody meets; nobody knows it first."""


@st.composite
def at_times(draw: st.DrawFn, network: Network) -> Network:
    """Draw which streets of a network have hours, and which."""
    hours = st.sampled_from(["", "", "", *(half_hours_of(*some) for some in ([0], [1], [0, 1, 2]))])
    edges_n = len(network.edge_u)
    drawn = draw(st.lists(hours, min_size=edges_n, max_size=edges_n))
    return replace(network, edges=network.edges.assign(hours=pd.Series(drawn, dtype="str")))


SPOT = st.integers(0, 12).map(lambda n: 7.0 * n)
"""A coordinate of a small town, metres."""


@st.composite
def walled_towns(draw: st.DrawFn) -> tuple[Network, Frontage]:
    """Draw streets, stairs and streets that lead nowhere, with walls and ditches among them."""
    spots = draw(st.lists(st.tuples(SPOT, SPOT), min_size=2, max_size=6, unique=True))
    pairs = st.tuples(*[st.integers(0, len(spots) - 1)] * 2).filter(lambda pair: pair[0] != pair[1])
    network = streets(dict(enumerate(spots)), draw(st.lists(pairs, min_size=1, max_size=5)))
    ends = st.tuples(st.tuples(SPOT, SPOT), st.tuples(SPOT, SPOT)).filter(
        lambda one: one[0] != one[1]
    )
    drawn = draw(st.lists(st.tuples(st.sampled_from(["wall", "ditch"]), ends), max_size=4))
    shapes = np.empty(len(drawn), dtype=object)
    shapes[:] = [shapely.LineString(line) for _, line in drawn]
    kinds = np.array([kind for kind, _ in drawn], dtype=object)
    edges_n = len(network.edge_u)
    role = np.array(draw(st.lists(st.integers(0, 4), min_size=edges_n, max_size=edges_n)))
    return network, Frontage(role > 1, role == 0, role == 1, Obstacles(shapes, kinds))

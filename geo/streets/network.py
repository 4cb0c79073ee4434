"""
The walking network: junctions joined by edges, in one metric plane CRS.

An edge keeps its whole polyline; its length is measured along it. Everything is an array, so that
one pass over the network is one pass over memory. Nodes, edges and the direction of every edge come
in an order that depends on geometry alone: the same streets in another order give the same network.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.arrays import BoolArray, FloatArray, IntArray, KindArray
from geo.errors import BrokenWorkspaceError, InvalidInputError
from geo.streets.grid import SegmentGrid, segment_grid
from geo.streets.pieces import ALONE_M, Crossed, broken_off
from geo.streets.simplification import Chains, merge_chains
from geo.streets.traits import says
from geo.streets.walkable import (
    CARRIAGEWAYS,
    CROSSING,
    ELEVATOR,
    NOT_CROSSED,
    OWN_GATE,
    PLAIN,
    SHUT,
    SIGNALS,
)
from geo.vocabulary import TRAITS

if TYPE_CHECKING:
    import networkx as nx

ATTRIBUTES = (
    "highway",
    "name",
    "bridge",
    "tunnel",
    "steps",
    "layer",
    "crossing",
    "signals",
    "surface",
    "steps_per_m",
    "oneway",
    "private",
    "traits",
    "incline_pct",
    "hours",
)
"""What an edge says of itself beside its ``osm_id``; only equals are merged to one edge."""

SQUARE = "square"
"""``highway`` of a line that is walked across an area: nobody's street."""

NOBODY_LIVES_AT = frozenset({"steps", "elevator", "corridor", SQUARE})
"""Kinds of ``highway`` that lead past doors, not to them."""


@dataclass(frozen=True, eq=False)
class Halves:
    """
    Every edge from both sides, by the stand that it leads to; loops lead nowhere and are left out.

    A *stand* is a node as somebody is there: the n nodes themselves, in public, then every node of a
    private street twice more: as one of those who have left a home on it and have walked on private
    streets alone, and as one who goes to a place on it and leaves private streets no more. From the
    first one comes to the node itself and from there to the second, never back: so nobody passes
    through.

    ``start`` (s + 1,): the halves ``start[i]:start[i + 1]`` lead to stand ``i``. ``node`` is the stand
    that each comes from, ``owner`` (which is ``i``) where it leads, ``half`` is 2 x edge for a walk
    onward (from ``u`` to ``v``), one more for back; it is ``PASSING`` from one stand to the next at
    one node, ``NO_WAY`` for the other direction. ``leaving`` and ``entering`` (2, m) are the stands at
    ``u`` and at ``v`` of each edge of those who begin and who end their walk on it.
    """

    start: IntArray
    node: IntArray
    owner: IntArray
    half: IntArray
    leaving: IntArray
    entering: IntArray


NO_WAY, PASSING = -2, -1
"""Halves between the stands of a node: as any edge has, either is the other ``^ 1``."""


@dataclass(frozen=True, eq=False)
class Network:
    """
    A walking network.

    Attributes
    ----------
    epsg
        Plane CRS of every coordinate (metres).
    node_xy
        (n, 2) junction coordinates, metres.
    edge_u, edge_v
        (m,) node index of each end of each edge.
    edge_length_m
        (m,) length along the polyline, metres.
    edge_xy
        (k, 2) vertices of all polylines, each from its ``u`` to its ``v``.
    edge_start
        (m + 1,) edge ``i`` is ``edge_xy[edge_start[i]:edge_start[i + 1]]``.
    edges
        m rows of attributes: osm_id, highway, name, bridge, tunnel, steps, layer, crossing,
        signals (of a crossing), surface (``paved``, ``unpaved``, empty), steps_per_m (0 unknown),
        oneway (1: walked from ``u`` to ``v`` only, -1: from ``v`` to ``u`` only, 0: both ways),
        private (walked by those who live there, or to what stands there), traits (what else a
        profile may forbid or weigh, ``geo.streets.traits``), incline_pct (as it is tagged, up or down
        alike, 0 unknown), hours (when it is open, as ``geo.streets.times`` writes
        them; empty where it is open whenever groups meet).
    node_kind
        (n,) 0 plain, 1 crossing, 2 signals, 3 elevator, 6 shut: a dead end in front of what nobody
        passes.
    station_start
        (m + 1,) the heights of edge ``i`` are ``station_height_m[station_start[i]:
        station_start[i + 1]]``, at equally spaced stations from its ``u`` to its ``v``.
    station_height_m
        Height of the ground, of a bridge or in a tunnel at each station, metres; all of an edge are
        known, or none is (NaN): it is taken as level.
    node_traits
        What a node says of itself that a walking profile forbids or weighs, by the node
        (``geo.streets.traits.traits_of_node``); most say nothing.
    """

    epsg: int
    node_xy: FloatArray
    edge_u: IntArray
    edge_v: IntArray
    edge_length_m: FloatArray
    edge_xy: FloatArray
    edge_start: IntArray
    edges: pd.DataFrame
    node_kind: KindArray
    station_start: IntArray
    station_height_m: FloatArray
    node_traits: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def edge_lines(self) -> NDArray[np.object_]:
        """(m,) polylines as shapely geometries; do not change them."""
        edge_of_vertex = np.repeat(np.arange(len(self.edge_u)), np.diff(self.edge_start))
        return np.asarray(shapely.linestrings(self.edge_xy, indices=edge_of_vertex), dtype=object)

    @cached_property
    def vertex_offset_m(self) -> FloatArray:
        """(k,) metres along its edge from ``u`` to each vertex."""
        step_m = _step_m(self.edge_xy, self.edge_start)
        walked_m = np.concatenate([[0.0], np.cumsum(step_m)])[:-1]
        begun_m = walked_m[self.edge_start[:-1]]
        return np.asarray(walked_m - np.repeat(begun_m, np.diff(self.edge_start)))

    @cached_property
    def edge_of_station(self) -> IntArray:
        """(k,) edge of each station."""
        return np.repeat(np.arange(len(self.edge_u)), np.diff(self.station_start))

    @cached_property
    def halves(self) -> Halves:
        """Return the edges as a search walks them, outwards from places."""
        ends = np.stack([self.edge_u, self.edge_v])
        private = self.edges["private"].to_numpy(dtype=bool)
        at, rank = np.unique(ends[:, private], return_inverse=True)
        rank, nodes_n = rank.reshape(2, -1), len(self.node_xy)
        leaving, entering = ends.copy(), ends.copy()
        leaving[:, private] = nodes_n + rank
        entering[:, private] = nodes_n + at.size + rank
        # A public edge is walked by stands of one sort, a private one by both others.
        apart = np.flatnonzero(self.edge_u != self.edge_v)
        inside = apart[private[apart]]
        walked, edge = np.hstack([leaving[:, apart], entering[:, inside]]), np.append(apart, inside)
        beside = nodes_n + np.arange(at.size)
        passes = np.hstack([[beside, at], [at, beside + at.size]])
        u, v = np.hstack([walked, passes])
        onward = np.concatenate([2 * edge, np.full(passes.shape[1], PASSING)])
        leads_to, comes_from = np.concatenate([v, u]), np.concatenate([u, v])
        half = np.concatenate([onward, onward ^ 1])
        order = np.lexsort((half, leads_to))
        count = np.bincount(leads_to, minlength=nodes_n + 2 * at.size)
        start = _starts(count)
        return Halves(start, comes_from[order], leads_to[order], half[order], leaving, entering)

    @cached_property
    def off_ground(self) -> BoolArray:
        """(m,) whether each edge is a bridge or a tunnel; do not change it."""
        off = self.edges["bridge"].to_numpy(dtype=bool) | self.edges["tunnel"].to_numpy(dtype=bool)
        return np.asarray(off)

    @cached_property
    def at_times(self) -> BoolArray:
        """(m,) whether each edge is closed at times when groups meet; do not change it."""
        return np.asarray(self.edges["hours"].to_numpy(dtype=object) != "")

    @cached_property
    def hours(self) -> tuple[str, ...]:
        """Return the different hours of such edges, ascending; none where all are open."""
        return tuple(sorted(set(self.edges["hours"][self.at_times])))

    @cached_property
    def segment_edge(self) -> IntArray:
        """(s,) edge of each straight piece; piece ``i`` begins at vertex ``i + segment_edge[i]``."""
        return np.repeat(np.arange(len(self.edge_u)), np.diff(self.edge_start) - 1)

    @cached_property
    def segments(self) -> SegmentGrid:
        """Every straight piece in squares, for those who look for the nearest."""
        begin = np.arange(len(self.segment_edge)) + self.segment_edge
        return segment_grid(np.hstack([self.edge_xy[begin], self.edge_xy[begin + 1]]))

    @cached_property
    def component_of_node(self) -> IntArray:
        """(n,) number of the piece of the network that each node belongs to."""
        return np.asarray(
            scipy.sparse.csgraph.connected_components(self.streets, directed=False)[1],
            dtype=np.int64,
        )

    @cached_property
    def component_length_m(self) -> FloatArray:
        """Length of all edges of each piece, metres; a piece of its own takes no walker away."""
        piece = self.component_of_node[self.edge_u]
        return np.bincount(piece, weights=self.edge_length_m).astype(np.float64)

    @cached_property
    def streets(self) -> "scipy.sparse.csr_array":
        """(n, n) symmetric lengths in metres, of parallel edges the shortest; do not change it."""
        nodes_n = len(self.node_xy)
        apart = self.edge_u != self.edge_v
        low = np.minimum(self.edge_u, self.edge_v)[apart]
        high = np.maximum(self.edge_u, self.edge_v)[apart]
        length_m = self.edge_length_m[apart]
        order = np.lexsort((length_m, high, low))
        low, high, length_m = low[order], high[order], length_m[order]
        first = np.ones(low.size, dtype=bool)
        first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        low, high, length_m = low[first], high[first], length_m[first]
        row, column = np.concatenate([low, high]), np.concatenate([high, low])
        return scipy.sparse.csr_array(
            (np.tile(length_m, 2), (row, column)), shape=(nodes_n, nodes_n)
        )


def build_network(ways: pd.DataFrame, nodes: pd.DataFrame, *, epsg: int) -> Network:
    """
    Build the network of some ways.

    Ways are joined where they share a node, and nowhere else: a bridge above a street, or two ends
    at one spot, share none. Each edge runs from junction to junction; where two pieces of equal
    attributes meet and nothing else does, they are one edge, unless they are walked in opposite
    directions. A way is cut where one of its nodes is
    not known; consecutive vertices at one spot are one vertex.

    A crossing, signals or an elevator between two pieces stays a junction where somebody has to
    wait there: an elevator always, the others only on a crossing (signals in the course of a road
    are passed by, not crossed). Where a crossing meets a carriageway there is a crossing, with the
    signals that the way tells of, whatever the node says of itself.

    A node with traits stays a junction too, so that whoever may not pass it comes as far as there from
    either side.

    At a shut node every piece ends for itself: walkers come as far as the gate. So they do at a gate
    that is private, unless a private way leads through it, which keeps others out by itself. Where a carriageway
    may not be crossed, that holds for the pieces of other ways that come to it from both sides; the
    carriageway itself goes on. The dead ends lie at one spot, and are numbered after all other nodes.

    Parameters
    ----------
    ways
        One row a way: ``osm_id``, ``node_ids`` (a sequence of ids) and ``ATTRIBUTES``; ``oneway`` is
        1 where it is walked in the order of its nodes only, -1 where against it.
    nodes
        Coordinates ``x, y`` in the plane CRS (metres), indexed by unique node id; with ``kind``
        (see ``geo.streets.walkable.judge_node``) and ``traits`` (text), if known.
    epsg
        The plane CRS.

    Returns
    -------
    The network; ``osm_id`` of an edge is the lowest of its ways. Of a ring without a junction the
    lowest node becomes one. No heights are known yet. No ways give a network without edges.
    """
    way, ends = _segments(ways, nodes)
    used, flat = np.unique(ends, return_inverse=True)
    xy = nodes[["x", "y"]].to_numpy(dtype=np.float64)[used]
    order = np.lexsort((nodes.index.to_numpy()[used], xy[:, 1], xy[:, 0]))
    rank = np.empty(used.size, dtype=np.int64)
    rank[order] = np.arange(used.size)
    xy = xy[order]
    said_of_node = _traits(nodes, used[order])
    ends, way, kind, said_of_node = _without_points(
        rank[flat].reshape(-1, 2), way, xy, (_kinds(nodes)[used][order], said_of_node)
    )
    directed = (
        np.where(ends[:, 0] < ends[:, 1], 1, -1) * ways["oneway"].to_numpy(dtype=np.int64)[way]
    )
    ends = np.sort(ends, axis=1)
    alike = _alike(ways)
    osm_id = ways["osm_id"].to_numpy(dtype=np.int64)
    order = np.lexsort((osm_id[way], directed, alike[way], ends[:, 1], ends[:, 0]))
    ends, way, directed = ends[order], way[order], directed[order]
    ends, xy, kind = _without_passing(ends, way, xy, kind, ways)
    kind, kept = _crossed(kind, ends, way, ways)
    kept[list(said_of_node)] = True
    chains = merge_chains(ends, alike[way], kept, directed)
    edges = ways[list(ATTRIBUTES)].iloc[way[chains.segment]].reset_index(drop=True)
    edges["oneway"] = chains.oneway
    lowest_id = np.full(len(edges), np.iinfo(np.int64).max)
    np.minimum.at(lowest_id, chains.of_segment, osm_id[way])
    edges.insert(0, "osm_id", lowest_id)
    return _network(epsg, xy, (kind, said_of_node), chains, edges)


def isolated_edges(
    network: Network, *, below_m: float, leg_m: float = ALONE_M, crossed: Crossed | None = None
) -> BoolArray:
    """
    Say which edges lie in a small piece of the network that is broken off a larger one.

    Parameters
    ----------
    network
        The walking network.
    below_m
        Pieces whose edges are shorter than this in all are isolated where a larger piece comes near
        (``geo.streets.pieces.broken_off``); a piece of just this length is not.
    leg_m, crossed
        As for ``broken_off``.

    Returns
    -------
    (m,) mask. So are those of private streets alone, or of such with hours, however long: nobody gets
    away from there. The largest piece is never isolated, of equals the first, nor one that stands alone, such as the only
    street of an island.
    """
    if len(network.edge_u) == 0:
        return np.zeros(0, dtype=bool)
    piece = network.component_of_node[network.edge_u]
    public = ~network.edges["private"].to_numpy(dtype=bool) & ~network.at_times
    isolated = np.bincount(piece[public], minlength=network.component_length_m.size) == 0
    isolated[np.argmax(network.component_length_m)] = False
    broken = broken_off(network, shorter_m=below_m, leg_m=leg_m, crossed=crossed)
    isolated[broken["piece"].to_numpy()] = True
    return np.asarray(isolated[piece])


def one_way_traps(network: Network) -> BoolArray:
    """
    Say which edges lead in and never out again, or out and never in.

    Parameters
    ----------
    network
        The walking network.

    Returns
    -------
    (m,) mask: in each piece of the network, all edges but those between nodes from each of which one
    can walk to each other and back; of several such groups the longest counts.
    """
    size = len(network.node_xy)
    oneway = network.edges["oneway"].to_numpy()
    onward, back = oneway >= 0, oneway <= 0
    begin = np.concatenate([network.edge_u[onward], network.edge_v[back]])
    end = np.concatenate([network.edge_v[onward], network.edge_u[back]])
    link = scipy.sparse.coo_array((np.ones(begin.size), (begin, end)), shape=(size, size))
    groups_n, group = scipy.sparse.csgraph.connected_components(link, connection="strong")
    inside = group[network.edge_u] == group[network.edge_v]
    length_m = np.bincount(
        group[network.edge_u[inside]], network.edge_length_m[inside], minlength=groups_n
    )
    piece = np.zeros(groups_n, dtype=np.int64)
    piece[group] = network.component_of_node
    order = np.lexsort((-length_m, piece))
    _, first = np.unique(piece[order], return_index=True)
    main = np.zeros(groups_n, dtype=bool)
    main[order[first]] = True
    return np.asarray(~(main[group[network.edge_u]] & main[group[network.edge_v]]))


def joinable(
    network: Network,
    *,
    isolated_below_m: float,
    leg_m: float = ALONE_M,
    crossed: Crossed | None = None,
) -> BoolArray:
    """
    Say which edges a home or a place may join.

    Not those of an isolated piece: who can get away from them, the data does not tell. Not bridges and
    tunnels: the house under a viaduct, the hall above an underpass lie nearest to a street that they
    have no door to. Not steps, elevators, escalators and corridors, which lead past a house to the
    street in front of it. Not driveways, parking aisles and lanes of drive-throughs: nobody lives along
    them, and the house at the end of one joins another street. Not streets that are closed at times:
    who lives along one comes home. All of them are walked along like any other edge.

    Parameters
    ----------
    network
        The walking network.
    isolated_below_m
        As ``below_m`` of ``isolated_edges``.
    leg_m, crossed
        As for ``isolated_edges``.

    Returns
    -------
    (m,) mask.
    """
    isolated = isolated_edges(network, below_m=isolated_below_m, leg_m=leg_m, crossed=crossed)
    return ~isolated & with_doors(network)


def with_doors(network: Network) -> BoolArray:
    """
    Say which edges doors may open to.

    Those are no bridges, tunnels, steps, elevators, escalators, corridors, driveways, parking aisles,
    lanes of drive-throughs and streets that are closed at times.

    Parameters
    ----------
    network
        The walking network.

    Returns
    -------
    (m,) mask.
    """
    steps = network.edges["steps"].to_numpy(dtype=bool)
    passed = network.edges["highway"].isin(NOBODY_LIVES_AT).to_numpy(dtype=bool)
    served = says(network.edges, [("service", value) for value in TRAITS["service"]])
    return np.asarray(~(network.off_ground | steps | passed | served | network.at_times))


def to_edges_frame(network: Network) -> gpd.GeoDataFrame:
    """
    Return the edges as a table with geometry.

    Parameters
    ----------
    network
        The walking network.

    Returns
    -------
    m rows in the order of the edges, plane CRS: ``u, v, length_m``, the attributes, ``geometry``.
    """
    table = pd.DataFrame(
        {"u": network.edge_u, "v": network.edge_v, "length_m": network.edge_length_m}
    )
    table = pd.concat([table, network.edges.reset_index(drop=True)], axis=1)
    return gpd.GeoDataFrame(table, geometry=network.edge_lines, crs=network.epsg)


def network_to_frames(network: Network) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """
    Return nodes and edges as tables that can be stored.

    Parameters
    ----------
    network
        The walking network.

    Returns
    -------
    Nodes (points with ``kind`` and ``traits``) and edges (as ``to_edges_frame``, with the list ``heights_m``), both
    in the plane CRS.
    """
    x, y = network.node_xy.T
    points = gpd.GeoSeries.from_xy(x, y, crs=network.epsg)
    said = [network.node_traits.get(node, "") for node in range(len(network.node_xy))]
    nodes = gpd.GeoDataFrame({"kind": network.node_kind, "traits": said}, geometry=points)
    heights_m = pd.Series(np.split(network.station_height_m, network.station_start[1:-1]))
    edges = to_edges_frame(network)
    # One list an edge, none of no edge.
    return nodes, edges.assign(heights_m=heights_m[: len(edges)].astype(object))


def network_from_frames(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> Network:
    """
    Return the network that ``network_to_frames`` made these tables of.

    Parameters
    ----------
    nodes, edges
        The tables, in any state of storage; further columns play no part.

    Returns
    -------
    The same network, number for number.

    Raises
    ------
    BrokenWorkspaceError
        A column is missing, or the CRS is.
    """
    wanted = ["u", "v", "length_m", "osm_id", *ATTRIBUTES, "heights_m"]
    missing = [name for name in wanted if name not in edges.columns]
    missing += [name for name in ("kind", "traits") if name not in nodes.columns]
    epsg = nodes.crs.to_epsg() if nodes.crs is not None else None
    if missing or epsg is None:
        what = f"no column {', '.join(missing)}" if missing else "no CRS with an EPSG code"
        raise BrokenWorkspaceError(
            "the stored network has {what}; build the workspace again", what=what
        )
    xy, edge_of_vertex = shapely.get_coordinates(edges.geometry.to_numpy(), return_index=True)
    heights_m = [np.asarray(some, dtype=np.float64) for some in edges["heights_m"]]
    return Network(
        epsg=epsg,
        node_xy=shapely.get_coordinates(nodes.geometry.to_numpy()),
        edge_u=edges["u"].to_numpy(dtype=np.int64),
        edge_v=edges["v"].to_numpy(dtype=np.int64),
        edge_length_m=edges["length_m"].to_numpy(dtype=np.float64),
        edge_xy=xy,
        edge_start=_starts(np.bincount(edge_of_vertex, minlength=len(edges))),
        edges=pd.DataFrame(edges[["osm_id", *ATTRIBUTES]]).reset_index(drop=True),
        node_kind=nodes["kind"].to_numpy(dtype=np.int8),
        station_start=_starts([some.size for some in heights_m]),
        station_height_m=np.concatenate([np.zeros(0), *heights_m]),
        node_traits={node: text for node, text in enumerate(nodes["traits"]) if text},
    )


def to_networkx(network: Network) -> "nx.MultiDiGraph[int]":
    """
    Return the network as a graph of networkx, for those who go on from there.

    Parameters
    ----------
    network
        The walking network.

    Returns
    -------
    Directed multigraph: nodes 0 … n - 1 with ``x, y`` (metres) and ``kind``, edges keyed by their
    number, once for each direction in which they are walked, with ``length_m``, the attributes and
    ``geometry`` (from ``u`` to ``v`` in both); ``epsg`` on the graph.
    """
    import networkx as nx  # noqa: PLC0415  slow to import, and wanted here alone

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(epsg=network.epsg)
    graph.add_nodes_from(
        (node, {"x": x, "y": y, "kind": kind})
        for node, ((x, y), kind) in enumerate(
            zip(network.node_xy.tolist(), network.node_kind.tolist(), strict=True)
        )
    )
    table = to_edges_frame(network).drop(columns=["u", "v"])
    names = [str(name) for name in table.columns]
    ends = zip(network.edge_u.tolist(), network.edge_v.tolist(), strict=True)
    for key, ((u, v), row) in enumerate(zip(ends, table.itertuples(index=False), strict=True)):
        said = dict(zip(names, row, strict=True))
        if said["oneway"] >= 0:
            graph.add_edge(u, v, key, **said)
        if said["oneway"] <= 0 and u != v:
            graph.add_edge(v, u, key, **said)
    return graph


def _segments(ways: pd.DataFrame, nodes: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """Return (s,) row of the way and (s, 2) rows of the two nodes of each segment."""
    if not nodes.index.is_unique:
        twice = nodes.index[nodes.index.duplicated()][0]
        raise InvalidInputError("node {twice} occurs twice; give each node once", twice=twice)
    counts = np.fromiter((len(ids) for ids in ways["node_ids"]), dtype=np.int64, count=len(ways))
    ids = np.fromiter(
        chain.from_iterable(ways["node_ids"]), dtype=np.int64, count=int(counts.sum())
    )
    row = nodes.index.get_indexer(pd.Index(ids)).astype(np.int64)
    way = np.repeat(np.arange(len(ways)), counts)
    whole = (way[1:] == way[:-1]) & (row[1:] >= 0) & (row[:-1] >= 0)
    return way[:-1][whole], np.column_stack([row[:-1], row[1:]])[whole]


def _alike(ways: pd.DataFrame) -> IntArray:
    """Number the ways by what they say of themselves, whichever way they are walked: equals share one."""
    alike = np.zeros(len(ways), dtype=np.int64)
    for name in ATTRIBUTES:
        said = ways[name].to_numpy()
        if name != "oneway" and (said != said[:1]).any():
            codes, found = pd.factorize(said, sort=True, use_na_sentinel=False)
            alike = pd.factorize(alike * len(found) + codes, sort=True)[0].astype(np.int64)
    return alike


def _kinds(nodes: pd.DataFrame) -> KindArray:
    """Return what each node is to a walker; plain where nobody says."""
    if "kind" not in nodes:
        return np.full(len(nodes), PLAIN, dtype=np.int8)
    return nodes["kind"].to_numpy(dtype=np.int8)


def _traits(nodes: pd.DataFrame, rows: IntArray) -> dict[int, str]:
    """Return what some of the nodes say, by their place among the rows."""
    if "traits" not in nodes:
        return {}
    texts = nodes["traits"].fillna("").to_numpy()[rows]
    return {place: str(texts[place]) for place in np.flatnonzero(texts != "").tolist()}


def _without_points(
    ends: IntArray, way: IntArray, xy: FloatArray, of_node: tuple[KindArray, dict[int, str]]
) -> tuple[IntArray, IntArray, KindArray, dict[int, str]]:
    """Make one node of the two ends of every segment that has no length, and drop the segment."""
    kind, traits = of_node
    point = (xy[ends[:, 0]] == xy[ends[:, 1]]).all(axis=1)
    if not point.any():
        return ends, way, kind, traits
    low, high = ends[point].T
    link = scipy.sparse.coo_array((np.ones(low.size), (low, high)), shape=(len(xy), len(xy)))
    spots_n, spot = scipy.sparse.csgraph.connected_components(link, directed=False)
    _, lowest = np.unique(spot, return_index=True)
    greatest = np.zeros(spots_n, dtype=np.int8)
    np.maximum.at(greatest, spot, kind)
    together: dict[int, str] = {}
    for node in sorted(traits):
        at = int(lowest[spot[node]])
        together[at] = ";".join(filter(None, [together.get(at), traits[node]]))
    return lowest[spot][ends[~point]], way[~point], greatest[spot], together


def _without_passing(
    ends: IntArray, way: IntArray, xy: FloatArray, kind: KindArray, ways: pd.DataFrame
) -> tuple[IntArray, FloatArray, KindArray]:
    """Give every end at a node that nobody passes a node of its own."""
    at_private = np.zeros(kind.size, dtype=bool)
    at_private[ends[ways["private"].to_numpy(dtype=bool)[way]]] = True
    kind = np.where(kind == OWN_GATE, np.where(at_private, PLAIN, SHUT), kind).astype(np.int8)
    carriageway = ways["highway"].isin(CARRIAGEWAYS).to_numpy(dtype=bool)[way]
    beside = (kind[ends] == NOT_CROSSED) & ~carriageway[:, None]
    has_road = np.zeros(kind.size, dtype=bool)
    has_road[ends[carriageway]] = True
    # One way that comes to a road from the side crosses nothing.
    crosses = has_road & (np.bincount(ends[beside], minlength=kind.size) > 1)
    apart = (kind[ends] == SHUT) | (beside & crosses[ends])
    kind = np.where(kind == NOT_CROSSED, PLAIN, kind).astype(np.int8)
    if not apart.any():
        return ends, xy, kind
    at = ends[apart]
    ends = ends.copy()
    ends[apart] = kind.size + np.arange(at.size)
    kind = np.concatenate([kind, np.full(at.size, SHUT, dtype=np.int8)])
    return ends, np.vstack([xy, xy[at]]), kind


def _crossed(
    kind: KindArray, ends: IntArray, way: IntArray, ways: pd.DataFrame
) -> tuple[KindArray, BoolArray]:
    """Return the nodes' kinds with those that only the crossings tell, and where walkers wait."""
    crossing = ways["crossing"].to_numpy(dtype=bool)
    signals = crossing & ways["signals"].to_numpy(dtype=bool)
    carriageway = ~crossing & ways["highway"].isin(CARRIAGEWAYS).to_numpy(dtype=bool)

    def touched(by: BoolArray) -> BoolArray:
        mask = np.zeros(kind.size, dtype=bool)
        mask[ends[by[way]]] = True
        return mask

    on_crossing = touched(crossing)
    meets = on_crossing & touched(carriageway)
    told = np.where(meets & touched(signals), SIGNALS, np.where(meets, CROSSING, PLAIN))
    kind = np.maximum(kind, told.astype(np.int8))
    return kind, (kind == ELEVATOR) | ((kind != PLAIN) & on_crossing)


def _network(
    epsg: int,
    xy: FloatArray,
    of_node: tuple[KindArray, dict[int, str]],
    chains: Chains,
    edges: pd.DataFrame,
) -> Network:
    """Number the nodes that became junctions and measure the chains."""
    kind, traits = of_node
    ends = np.column_stack([chains.vertex[chains.start[:-1]], chains.vertex[chains.start[1:] - 1]])
    used, flat = np.unique(ends, return_inverse=True)
    edge_u, edge_v = flat.reshape(-1, 2).T.astype(np.int64)
    edge_xy = xy[chains.vertex]
    step_m = _step_m(edge_xy, chains.start)
    edges_n = len(edges)
    return Network(
        epsg=epsg,
        node_xy=xy[used],
        edge_u=edge_u,
        edge_v=edge_v,
        edge_length_m=np.add.reduceat(step_m, chains.start[:-1]) if edges_n else np.zeros(0),
        edge_xy=edge_xy,
        edge_start=chains.start,
        edges=edges,
        node_kind=kind[used],
        station_start=_starts(np.full(edges_n, 2)),
        station_height_m=np.full(2 * edges_n, np.nan),
        node_traits={
            place: traits[node] for place, node in enumerate(used.tolist()) if node in traits
        },
    )


def _starts(counts: ArrayLike) -> IntArray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _step_m(edge_xy: FloatArray, edge_start: IntArray) -> FloatArray:
    """Return metres from each vertex to the next of its edge; the last of an edge has none."""
    step_m = np.zeros(len(edge_xy))
    step_m[:-1] = np.hypot(*np.diff(edge_xy, axis=0).T)
    step_m[edge_start[1:] - 1] = 0.0
    return step_m

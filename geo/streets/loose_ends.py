"""
Loose ends: streets that stop within a step of another street and do not meet it.

On the map the two look joined, to a walker on the network they are not: a slip of the pen leads round
the block. Whether there is a wall between them no data say, so near misses are listed, and joined only
where the one who reads the list has decided so.
"""

import itertools

import numpy as np
import pandas as pd
import scipy
import shapely

from geo.arrays import BoolArray, FloatArray, IntArray, within
from geo.streets.network import ATTRIBUTES, Network, build_network
from geo.streets.walkable import SHUT

APART_M = 30.0
"""A street end from which the other street is this near on foot misses nothing."""

_TOLERANCE_M = 1e-6
_AT_ONCE = 64
"""Ends that are walked from together: a table of this many rows and a column a node."""

COLUMNS = ("node", "own", "edge", "offset_m", "gap_m", "x", "y", "to_x", "to_y")


def near_misses(
    network: Network, *, within_m: float = 2.0, inside: shapely.Geometry | None = None
) -> pd.DataFrame:
    """
    Find the dead ends that nearly touch another street.

    Parameters
    ----------
    network
        The walking network.
    within_m
        Widest gap, inclusive, metres.
    inside
        Dead ends elsewhere are not looked at: at the border of the data every street ends. Plane
        CRS; everywhere by default.

    Returns
    -------
    One row a dead end, in the order of the nodes: ``node``, ``own`` (its edge), ``x, y``, ``edge``,
    ``offset_m``, ``to_x, to_y`` (the nearest point of the nearest other edge of the same layer that
    is more than 30 m away on foot) and ``gap_m``. Bridges and tunnels take no part on either side:
    they pass by in the air or below.
    """
    node, own = _dead_ends(network, inside)
    tree = shapely.STRtree(network.edge_lines)
    at = np.asarray(shapely.points(network.node_xy[node]), dtype=object)
    end, edge = tree.query(at, predicate="dwithin", distance=within_m + _TOLERANCE_M)
    layer = network.edges["layer"].to_numpy()
    apart = (edge != own[end]) & ~network.off_ground[edge] & (layer[edge] == layer[own[end]])
    end, edge = end[apart], edge[apart]
    lines, points = network.edge_lines[edge], at[end]
    gap_m = np.asarray(shapely.distance(lines, points))
    offset_m = np.asarray(shapely.line_locate_point(lines, points))
    far = within(gap_m, within_m) & ~_walked(network, node[end], edge, offset_m)
    end, edge, gap_m, offset_m = end[far], edge[far], gap_m[far], offset_m[far]
    order = np.lexsort((edge, gap_m, end))
    _, first = np.unique(end[order], return_index=True)
    best = order[first]
    end, edge, offset_m = end[best], edge[best], offset_m[best]
    spot = shapely.get_coordinates(
        shapely.line_interpolate_point(network.edge_lines[edge], offset_m)
    )
    x, y = network.node_xy[node[end]].T
    found = (node[end], own[end], edge, offset_m, gap_m[best], x, y, spot[:, 0], spot[:, 1])
    return pd.DataFrame(dict(zip(COLUMNS, found, strict=True)))


def join_loose_ends(network: Network, misses: pd.DataFrame) -> Network:
    """
    Join dead ends to the streets that they nearly touch.

    Parameters
    ----------
    network
        The walking network.
    misses
        Rows of ``near_misses`` of this network.

    Returns
    -------
    The network in which each dead end goes on straight to the nearest point of the other street, as
    a piece of its own street (of a flight of steps, as a level footway), and the other street has a
    junction there. Heights are to be sampled anew. No rows give the same streets.
    """
    nodes_n = len(network.node_xy)
    vertex = nodes_n + np.arange(len(network.edge_xy))
    vertex[network.edge_start[:-1]] = network.edge_u
    vertex[network.edge_start[1:] - 1] = network.edge_v
    foot = _feet(network, misses, first_id=nodes_n + vertex.size)
    new = foot >= nodes_n
    ids, start = _inserted(network, vertex, misses[new], foot[new])
    along = pd.Series([ids[a:b] for a, b in itertools.pairwise(start)], dtype=object)
    ways = network.edges.assign(node_ids=along)
    links = _links(network, misses, foot)
    xy = np.concatenate([network.node_xy, network.edge_xy, misses.loc[new, ["to_x", "to_y"]]])
    # A vertex at either end of an edge is its junction, which comes first.
    index = np.concatenate([np.arange(nodes_n), vertex, foot[new]])
    nodes = pd.DataFrame(xy, columns=["x", "y"], index=index)
    nodes["kind"] = np.append(network.node_kind, np.zeros(len(nodes) - nodes_n, dtype=np.int8))
    nodes["traits"] = pd.Series(network.node_traits, dtype=object).reindex(nodes.index)
    nodes = nodes[~nodes.index.duplicated()]
    ways = pd.concat([ways, links]).astype(ways.dtypes)
    return build_network(ways, nodes, epsg=network.epsg)


def _dead_ends(network: Network, inside: shapely.Geometry | None) -> tuple[IntArray, IntArray]:
    """Return the nodes at which one edge on the ground ends, and that edge."""
    ends = np.concatenate([network.edge_u, network.edge_v])
    node = np.flatnonzero(np.bincount(ends, minlength=len(network.node_xy)) == 1)
    edge_at = np.zeros(len(network.node_xy), dtype=np.int64)
    edge_at[ends] = np.tile(np.arange(network.edge_u.size), 2)
    own = edge_at[node]
    # In front of a shut gate a street ends for a reason.
    asked = ~network.off_ground[own] & (network.node_kind[node] != SHUT)
    if inside is not None:
        shapely.prepare(inside)
        asked &= shapely.intersects(inside, shapely.points(network.node_xy[node]))
    return node[asked], own[asked]


def _walked(network: Network, node: IntArray, edge: IntArray, offset_m: FloatArray) -> BoolArray:
    """Say whether the point on each edge is near on foot from each node."""
    near = np.zeros(node.size, dtype=bool)
    u, v, length_m = network.edge_u[edge], network.edge_v[edge], network.edge_length_m[edge]
    for begin in range(0, node.size, _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        walk_m = scipy.sparse.csgraph.dijkstra(network.streets, indices=node[some], limit=APART_M)
        row = np.arange(len(walk_m))
        by_u_m = walk_m[row, u[some]] + offset_m[some]
        by_v_m = walk_m[row, v[some]] + length_m[some] - offset_m[some]
        near[some] = within(np.minimum(by_u_m, by_v_m), APART_M)
    return near


def _feet(network: Network, misses: pd.DataFrame, *, first_id: int) -> IntArray:
    """Return the node that each dead end is joined to: a junction, or a new one on an edge."""
    edge, offset_m = misses["edge"].to_numpy(), misses["offset_m"].to_numpy()
    at_v = offset_m >= network.edge_length_m[edge] - _TOLERANCE_M
    foot = np.where(at_v, network.edge_v[edge], first_id + np.arange(len(misses)))
    return np.asarray(np.where(offset_m <= _TOLERANCE_M, network.edge_u[edge], foot))


def _inserted(
    network: Network, vertex: IntArray, misses: pd.DataFrame, foot: IntArray
) -> tuple[IntArray, IntArray]:
    """Return the vertices of all edges with the new ones in their places, and where edges start."""
    edge, offset_m = misses["edge"].to_numpy(), misses["offset_m"].to_numpy()
    place = np.zeros(foot.size, dtype=np.int64)
    for row, (number, along_m) in enumerate(zip(edge, offset_m, strict=True)):
        begin, end = network.edge_start[number : number + 2]
        place[row] = begin + np.searchsorted(network.vertex_offset_m[begin:end], along_m)
    place = np.minimum(place, network.edge_start[edge + 1] - 1)
    order = np.lexsort((offset_m, place))
    ids = np.insert(vertex, place[order], foot[order])
    start = network.edge_start + np.searchsorted(place[order], network.edge_start)
    return ids, start


def _links(network: Network, misses: pd.DataFrame, foot: IntArray) -> pd.DataFrame:
    """Return the ways from dead ends to their feet, each once, as pieces of the dead ends' streets."""
    pairs = np.sort(np.column_stack([misses["node"], foot]), axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)
    own = network.edges.iloc[misses["own"].to_numpy()[first]].reset_index(drop=True)
    steps = own["steps"].to_numpy(dtype=bool)
    return own[["osm_id", *ATTRIBUTES]].assign(
        node_ids=pd.Series(list(pairs[first]), dtype=object),
        highway=np.where(steps, "footway", own["highway"]),
        steps=False,
        steps_per_m=0.0,
        oneway=np.int8(0),
    )

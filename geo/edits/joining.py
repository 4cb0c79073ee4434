"""Joining: paths that a planner draws become edges, joined to the streets at both ends."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy
import shapely

from geo.arrays import FloatArray, IntArray
from geo.edits.closures import TOUCH_M, StreetSearch
from geo.edits.splitting import SLIVER_M, Mask, Trace, append_edges, edge_lines, split_at
from geo.errors import EditError, Sentence
from geo.streets.network import Network


@dataclass(frozen=True, eq=False)
class NewPath:
    """One line to be joined: its vertices, how far its ends may be from a street, what it says of itself."""

    edit_id: str
    xy: FloatArray
    join_m: float
    attributes: dict[str, str | bool | float]


@dataclass(frozen=True, eq=False)
class Joined:
    """A network with paths: where its old edges are, and which edges are new."""

    network: Network
    trace: Trace
    added: Mask
    path: IntArray
    """(m,) position of the path that each edge belongs to, -1 for the map's own."""


@dataclass(frozen=True, eq=False)
class _Ends:
    """For each path and each of its two ends: the edge it joins (-1: none), where, and that spot."""

    edge: IntArray
    offset_m: FloatArray
    xy: FloatArray


def add_paths(streets: StreetSearch, paths: list[NewPath], attributes: pd.DataFrame) -> Joined:
    """
    Add paths to a network.

    Parameters
    ----------
    streets
        The network as the map has it.
    paths
        Lines of at least two different vertices, plane CRS.
    attributes
        One row a path: what the network says of its edges.

    Returns
    -------
    The network in which both ends of every path are junctions. An end joins the nearest point of the
    nearest street within ``join_m``, inclusive: the path goes on straight to it. It also joins every
    other path that it touches, within a centimetre. In between a path joins nothing.

    Raises
    ------
    EditError
        An end is near no street and touches no path.
    """
    ends = _find_ends(streets, paths)
    touches = _touches(paths)
    _require_joined(streets, paths, ends, touches)
    joins = np.flatnonzero(ends.edge >= 0)
    network, trace, found = split_at(streets.network, ends.edge[joins], ends.offset_m[joins])
    nodes_n, old_n = len(network.node_xy), len(network.edge_u)
    node = np.full(ends.edge.size, -1, dtype=np.int64)
    node[joins] = found
    loose = np.flatnonzero(node < 0)
    node[loose] = nodes_n + np.arange(loose.size)
    lines = [_extended(path.xy, ends, 2 * row) for row, path in enumerate(paths)]
    loose_xy = np.array([paths[end // 2].xy[-(end % 2)] for end in loose]).reshape(-1, 2)
    pairs = node.reshape(-1, 2)
    network = append_edges(network, lines, (pairs[:, 0], pairs[:, 1]), attributes, loose_xy)
    path = np.concatenate([np.full(old_n, -1), np.arange(len(paths))]).astype(np.int64)
    if touches:
        network, path = _join_paths(network, path, node, touches)
    return Joined(network, trace, path >= 0, path)


def _find_ends(streets: StreetSearch, paths: list[NewPath]) -> _Ends:
    edge = np.full(2 * len(paths), -1, dtype=np.int64)
    offset_m, xy = np.zeros(edge.size), np.full((edge.size, 2), np.nan)
    for row, path in enumerate(paths):
        for side in (0, 1):
            point = shapely.Point(path.xy[-side])
            found = streets.nearest(point, path.join_m)
            if found is None:
                continue
            end = 2 * row + side
            edge[end] = found[0]
            (line,) = edge_lines(streets.network, edge[end : end + 1])
            offset_m[end] = shapely.line_locate_point(line, point)
            xy[end] = shapely.get_coordinates(shapely.line_interpolate_point(line, offset_m[end]))[
                0
            ]
    return _Ends(edge, offset_m, xy)


def _touches(paths: list[NewPath]) -> list[tuple[int, int]]:
    """Return (end, path): which ends of paths lie on another path."""
    if len(paths) < 2:  # noqa: PLR2004 (a path and another)
        return []
    lines = np.array([shapely.LineString(path.xy) for path in paths], dtype=object)
    ends = np.array([shapely.Point(path.xy[-side]) for path in paths for side in (0, 1)])
    end, path = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=TOUCH_M)
    other = end // 2 != path
    return sorted(zip(end[other].tolist(), path[other].tolist(), strict=True))


def _require_joined(
    streets: StreetSearch, paths: list[NewPath], ends: _Ends, touches: list[tuple[int, int]]
) -> None:
    touching = {end for end, _ in touches}
    for end in np.flatnonzero(ends.edge < 0).tolist():
        if end in touching:
            continue
        path = paths[end // 2]
        away_m = streets.distance_m(shapely.Point(path.xy[-(end % 2)]))
        which = Sentence("end") if end % 2 else Sentence("beginning")
        raise EditError(
            "its {which} is {away_m:.1f} m from the nearest street and joins only within "
            "{join_m:g} m; draw it up to the street",
            edit_id=path.edit_id,
            which=which,
            away_m=away_m,
            join_m=path.join_m,
        )


def _extended(xy: FloatArray, ends: _Ends, first: int) -> FloatArray:
    """Return the vertices of a path with the spots where it joins the streets."""
    begin = [ends.xy[first]] if ends.edge[first] >= 0 else []
    end = [ends.xy[first + 1]] if ends.edge[first + 1] >= 0 else []
    whole = np.array([*begin, *xy, *end])
    apart = np.ones(len(whole), dtype=bool)
    apart[1:] = np.hypot(*np.diff(whole, axis=0).T) > SLIVER_M
    kept = whole[apart]
    # The last spot is where the node is; a vertex of the drawing just before it gives way.
    kept[-1] = whole[-1]
    return kept


def _join_paths(
    network: Network, path: IntArray, node: IntArray, touches: list[tuple[int, int]]
) -> tuple[Network, IntArray]:
    """Make one node of each end that lies on another path and the spot there."""
    old_n = int((path < 0).sum())
    edge = np.array([old_n + other for _, other in touches], dtype=np.int64)
    ends = [end for end, _ in touches]
    spots = shapely.points(network.node_xy[node[ends]])
    offset_m = shapely.line_locate_point(edge_lines(network, edge), spots)
    split, trace, found = split_at(network, edge, offset_m)
    size = len(split.node_xy)
    link = scipy.sparse.coo_array((np.ones(len(ends)), (node[ends], found)), shape=(size, size))
    _, spot = scipy.sparse.csgraph.connected_components(link, directed=False)
    _, lowest = np.unique(spot, return_index=True)
    merged = lowest[spot].astype(np.int64)
    whole = replace(split, edge_u=merged[split.edge_u], edge_v=merged[split.edge_v])
    return whole, path[trace.parent]

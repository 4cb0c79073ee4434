"""
Drawn ways: what is put right in ways and their nodes before they become a network.

On the map two ways meet where they are drawn through one spot; in the data only where they share a
node. Here nodes at one spot become one, and further nodes are put on ways.
"""

import itertools
from collections.abc import Mapping
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from geo.arrays import FloatArray, IntArray
from geo.streets.walkable import PLAIN

SAME_SPOT_M = 0.01
"""Positions in OpenStreetMap have seven decimals: about a centimetre."""

INDOORS = "corridor"
"""Storeys lie above each other at one spot, often without a ``layer``."""

ON_LEVEL = ("layer", "bridge", "tunnel")
"""What two ways must have in common to meet where they touch."""


class _Passing(NamedTuple):
    """A way at a node: its row, the place of the node among those of all ways, whether it ends there."""

    row: int
    place: int
    end: bool


def segments(ways: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """
    Return the pieces of ways from one node to the next.

    Parameters
    ----------
    ways
        One row a way: ``node_ids``, a sequence of ids.

    Returns
    -------
    (s,) row of the way and (s, 2) ids of the two nodes of each piece, in the order of the rows.
    """
    counts = np.fromiter((len(ids) for ids in ways["node_ids"]), dtype=np.int64, count=len(ways))
    ids = np.fromiter(
        chain.from_iterable(ways["node_ids"]), dtype=np.int64, count=int(counts.sum())
    )
    way = np.repeat(np.arange(len(ways)), counts)
    whole = way[1:] == way[:-1]
    return way[:-1][whole], np.column_stack([ids[:-1], ids[1:]])[whole]


def positions(nodes: pd.DataFrame, ids: ArrayLike) -> FloatArray:
    """
    Return where nodes are.

    Parameters
    ----------
    nodes
        ``x, y`` (metres, plane CRS), indexed by unique id.
    ids
        Ids of any shape, all of them known.

    Returns
    -------
    Coordinates, metres: the shape of the ids and 2.
    """
    ids = np.asarray(ids, dtype=np.int64)
    row = nodes.index.get_indexer(pd.Index(ids.ravel()))
    xy = nodes[["x", "y"]].to_numpy(dtype=np.float64)[row]
    return np.asarray(xy.reshape(*ids.shape, 2))


def with_points(
    ways: pd.DataFrame, nodes: pd.DataFrame, points: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Put further nodes on the pieces of ways.

    Parameters
    ----------
    ways
        One row a way: ``node_ids``.
    nodes
        ``x, y`` (metres, plane CRS) and ``kind``, indexed by unique id.
    points
        As for ``inserted``, with ``x, y``, which count where the id is new.

    Returns
    -------
    The ways, in which every way with such a piece has the new nodes in their places, and the nodes.
    """
    if points.empty:
        return ways, nodes
    added = points.drop_duplicates("id").set_index("id")[["x", "y"]].assign(kind=PLAIN)
    added = added[~added.index.isin(nodes.index)]
    nodes = pd.concat([nodes, added.astype(nodes.dtypes[added.columns].to_dict())])
    return ways.assign(node_ids=inserted(ways["node_ids"], points)), nodes


def inserted(node_ids: pd.Series, points: pd.DataFrame) -> pd.Series:
    """
    Return rows of node ids with further ones in their places.

    Parameters
    ----------
    node_ids
        One sequence of ids a row.
    points
        One row a piece that is to get a node: its ``id``, ``u, v`` (ids of the ends of the piece,
        in either order), ``share`` (of the way from ``u`` to ``v``, between 0 and 1).

    Returns
    -------
    The rows, those without such a piece as they were.
    """
    new: dict[tuple[int, int], list[tuple[float, int]]] = {}
    for point, u, v, share in points[["id", "u", "v", "share"]].itertuples(index=False):
        new.setdefault((int(u), int(v)), []).append((float(share), int(point)))
        new.setdefault((int(v), int(u)), []).append((1.0 - float(share), int(point)))
    way, ends = segments(pd.DataFrame({"node_ids": node_ids}))
    touched = np.isin(ends, np.array(list(new))).all(axis=1)
    changed = node_ids.to_numpy(dtype=object, copy=True)
    for row in np.unique(way[touched]):
        ids = [int(node) for node in changed[row]]
        longer = [ids[0]]
        for pair in itertools.pairwise(ids):
            longer += [point for _, point in sorted(set(new.get(pair, [])))]
            longer.append(pair[1])
        changed[row] = longer
    return pd.Series(changed, index=node_ids.index, dtype=object)


def join_same_spots(
    ways: pd.DataFrame, nodes: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, dict[int, int], list[tuple[int, int]]]:
    """
    Make one node of the nodes that lie at one spot, where ways on one level meet there.

    Parameters
    ----------
    ways
        One row a way: ``osm_id``, ``node_ids``, ``highway``, ``layer``, ``bridge``, ``tunnel``.
    nodes
        ``x, y`` (metres, plane CRS) and ``kind``, indexed by unique id; ``traits``, if known.

    Returns
    -------
    The ways, with the nodes that are left (of some at one spot the most south-western, with the
    greatest kind and what all of them say); the nodes; which became part of which; and, by ``osm_id``, the pairs of
    ways that touch within ``SAME_SPOT_M`` on one layer and are not joined: one of them is a bridge or
    a tunnel and the other is not, or they run indoors, where storeys lie above each other. Nodes of
    two layers are above each other, and neither joined nor listed. Two nodes of one way are joined
    where it ends or begins, but not where one follows the other.
    """
    counts = np.fromiter((len(ids) for ids in ways["node_ids"]), dtype=np.int64, count=len(ways))
    flat = np.fromiter(chain.from_iterable(ways["node_ids"]), np.int64, int(counts.sum()))
    used = nodes.loc[nodes.index.isin(flat)]
    used = used.iloc[np.lexsort((used.index, used["y"], used["x"]))]
    xy = used[["x", "y"]].to_numpy(dtype=np.float64)
    pairs = scipy.spatial.cKDTree(xy).query_pairs(SAME_SPOT_M + 1e-9, output_type="ndarray")
    if len(pairs) == 0:
        return ways, nodes, {}, []
    one, other = np.sort(pairs, axis=1).T
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    at = _ways_at(ways, flat, counts, used.index.to_numpy()[np.unique(pairs)])
    ids = used.index.to_numpy()
    meets = [_meet(ways, at[a], at[b]) for a, b in zip(ids[one], ids[other], strict=True)]
    joined = np.array([met for met, _ in meets])
    doubts = sorted({doubt for _, doubt in meets if doubt})
    link = scipy.sparse.coo_array(
        (np.ones(int(joined.sum())), (one[joined], other[joined])), shape=(len(used), len(used))
    )
    spots_n, spot = scipy.sparse.csgraph.connected_components(link, directed=False)
    if spots_n == len(used):
        return ways, nodes, {}, doubts
    # The first of a spot in this order lies in the south-west.
    _, first = np.unique(spot, return_index=True)
    kind = used["kind"].groupby(spot).max().to_numpy()
    becomes = dict(zip(ids.tolist(), ids[first][spot].tolist(), strict=True))
    moved = {old: new for old, new in becomes.items() if old != new}
    way = np.repeat(np.arange(len(ways)), counts)
    changed = ways["node_ids"].to_numpy(dtype=object, copy=True)
    for row in np.unique(way[np.isin(flat, np.array(list(moved)))]):
        changed[row] = [moved.get(int(node), int(node)) for node in changed[row]]
    greatest = pd.Series(kind, index=ids[first]).reindex(nodes.index).fillna(nodes["kind"])
    nodes = _with_traits_of(moved, nodes.assign(kind=greatest.astype(nodes["kind"].dtype)))
    nodes = nodes.drop(index=list(moved))
    ways = ways.assign(node_ids=pd.Series(changed, index=ways.index, dtype=object))
    return ways, nodes, moved, doubts


def _with_traits_of(moved: Mapping[int, int], nodes: pd.DataFrame) -> pd.DataFrame:
    """Let what a node says of itself be said by the node that it becomes part of."""
    if "traits" not in nodes:
        return nodes
    texts = nodes["traits"].to_dict()
    for old, new in moved.items():
        texts[new] = ";".join(filter(None, [texts[new], texts[old]]))
    return nodes.assign(traits=pd.Series(texts, dtype=object))


def _ways_at(
    ways: pd.DataFrame, flat: IntArray, counts: IntArray, asked: IntArray
) -> dict[int, list[_Passing]]:
    """Return who passes each node that is asked for."""
    way = np.repeat(np.arange(len(ways)), counts)
    last = np.cumsum(counts) - 1
    end = np.zeros(flat.size, dtype=bool)
    end[last] = end[last - counts + 1] = True
    found: dict[int, list[_Passing]] = {}
    for place in np.flatnonzero(np.isin(flat, asked)):
        passing = _Passing(int(way[place]), int(place), bool(end[place]))
        found.setdefault(int(flat[place]), []).append(passing)
    return found


def _meet(
    ways: pd.DataFrame, one: list[_Passing], other: list[_Passing]
) -> tuple[bool, tuple[int, int] | None]:
    """Say whether a way at one node meets a way at the other, else which two are in doubt."""
    meets, doubts = False, []
    for here, there in itertools.product(one, other):
        if here.row == there.row and abs(here.place - there.place) == 1:
            # A piece of no length leads from one to the other.
            return False, None
        a, b = ways.iloc[here.row], ways.iloc[there.row]
        if a["layer"] != b["layer"] or (here.row == there.row and not (here.end or there.end)):
            continue
        if all(a[name] == b[name] for name in ON_LEVEL) and INDOORS not in (
            a["highway"],
            b["highway"],
        ):
            meets = True
            continue
        low, high = sorted((int(a["osm_id"]), int(b["osm_id"])))
        doubts.append((low, high))
    return meets, None if meets else min(doubts, default=None)

"""
Gates with hours: what is closed at times is a short piece of street on either side of the gate.

So people come as far as the gate at any time, doors open to the street before it, and the network
need know of streets with hours alone.
"""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from geo.streets.drawn import positions, segments, with_points
from geo.streets.times import together

GATE_M = 1.0
"""A gate closes its street so far to either side, or as far as the middle of a shorter piece."""


def with_gates(
    ways: pd.DataFrame, nodes: pd.DataFrame, gates: Mapping[int, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Give ways the hours of the gates on them.

    Parameters
    ----------
    ways
        One row a way: ``node_ids``, ``hours`` and its other attributes.
    nodes
        ``x, y`` (metres, plane CRS) and ``kind``, indexed by unique id.
    gates
        The hours of nodes, as ``geo.streets.times`` writes them.

    Returns
    -------
    The ways, those with a gate cut in pieces, each with all attributes of its way and those around a
    gate with its hours as well; and the nodes, with a new one where each of them begins and ends.
    """
    way, ends = segments(ways)
    known = np.isin(ends, nodes.index).all(axis=1)
    at_gate = known & np.isin(ends, np.array(list(gates), dtype=np.int64)).any(axis=1)
    if not at_gate.any():
        return ways, nodes
    fresh = itertools.count(int(min(nodes.index.min(), 0)) - 1, -1)
    points: dict[tuple[int, int], tuple[int, int, int, float, float, float]] = {}
    for u, v in itertools.chain(ends[at_gate].tolist(), ends[at_gate, ::-1].tolist()):
        if u in gates and (u, v) not in points:
            from_xy, to_xy = positions(nodes, [u, v])
            length_m = float(np.hypot(*(to_xy - from_xy)))
            share = min(0.5, GATE_M / length_m) if length_m > 0 else 0.5
            points[u, v] = (next(fresh), u, v, share, *(from_xy + share * (to_xy - from_xy)))
    frame = pd.DataFrame([*points.values()], columns=["id", "u", "v", "share", "x", "y"])
    ways, nodes = with_points(ways, nodes, frame)
    borders = frozenset(frame["id"].tolist())
    touched = set(way[at_gate].tolist())
    parts = [
        _parts(ids, borders, gates) if row in touched else [(ids, "")]
        for row, ids in enumerate(ways["node_ids"])
    ]
    rows = ways.iloc[np.repeat(np.arange(len(ways)), [len(part) for part in parts])]
    pieces = [piece for part in parts for piece in part]
    hours = [together(own, gate) for own, (_, gate) in zip(rows["hours"], pieces, strict=True)]
    return rows.reset_index(drop=True).assign(
        node_ids=pd.Series([ids for ids, _ in pieces], dtype=object),
        hours=pd.Series(hours, dtype=ways["hours"].dtype),
    ), nodes


def _parts(
    ids: Sequence[int], borders: frozenset[int], gates: Mapping[int, str]
) -> list[tuple[list[int], str]]:
    """Cut a way at the borders of its gates; return the nodes of each piece, with the hours of its gate."""
    found, piece = [], [int(ids[0])]
    for node in map(int, ids[1:]):
        piece.append(node)
        if node in borders:
            found.append(piece)
            piece = [node]
    found.append(piece)
    return [(piece, next((gates[node] for node in piece if node in gates), "")) for piece in found]

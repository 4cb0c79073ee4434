"""Nearby: the edges around a point or along a line, found without looking at all of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import shapely

from geo.arrays import TOLERANCE, BoolArray, FloatArray, IntArray
from geo.streets.network import Network
from geo.walking.snapping import NO_NETWORK, TOO_FAR, Frontage, snap


class Nearby:
    """
    The edges of a network by where they are; made once, asked often, by several threads if need be.

    ``usable`` tells which edges a home or a place may join, as for ``geo.walking.snapping.snap``.
    """

    def __init__(self, network: Network, usable: BoolArray | Frontage) -> None:
        self.network = network
        self.frontage = usable if isinstance(usable, Frontage) else Frontage.plain(usable)
        self._tree = shapely.STRtree(network.edge_lines)
        self._joinable = np.flatnonzero(self.frontage.usable)
        self._joinable_tree = shapely.STRtree(network.edge_lines[self._joinable])

    def edges(self, shape: shapely.Geometry, within_m: float) -> IntArray:
        """Return the edges within some metres of a geometry in the plane CRS, ascending."""
        found = self._tree.query(shape, predicate="dwithin", distance=within_m + 2 * TOLERANCE)
        return np.sort(found).astype(np.int64)

    def snap(self, xy: FloatArray, *, limit_m: float) -> pd.DataFrame:
        """
        Join one point to the streets just as ``geo.walking.snapping.snap`` does.

        Parameters
        ----------
        xy
            (2,) in the plane CRS, metres.
        limit_m
            Longest leg, inclusive.

        Returns
        -------
        One row: ``edge, offset_m, snap_m, x, y, reason``.
        """
        edges = self.edges(shapely.Point(xy), limit_m)
        row = self._snap(xy, edges, limit_m, self.frontage.take(edges))
        if row["reason"].iloc[0] == NO_NETWORK and len(self.network.edge_u):
            return row.assign(reason=TOO_FAR)
        return row

    def snap_anyway(self, xy: FloatArray) -> pd.DataFrame:
        """Join one point to the nearest usable edge, however far and whatever is between; as ``snap``."""
        nearest = self._joinable_tree.query_nearest(shapely.Point(xy), all_matches=True)
        edges = np.sort(self._joinable[nearest])
        return self._snap(xy, edges, np.inf, Frontage.plain(self.frontage.usable[edges]))

    def _snap(
        self, xy: FloatArray, edges: IntArray, limit_m: float, frontage: Frontage
    ) -> pd.DataFrame:
        part = _part(self.network, edges)
        row = snap(xy.reshape(1, 2), part, limit_m=limit_m, usable=frontage)
        joined = row["edge"].to_numpy() >= 0
        edge = np.where(joined, np.append(edges, -1)[row["edge"].to_numpy()], -1)
        return row.assign(edge=edge.astype(np.int64))


def _part(network: Network, edges: IntArray) -> Network:
    """Return a network of some edges, numbered anew; its nodes are those of the whole."""

    def starts(of: IntArray) -> tuple[IntArray, IntArray]:
        count = np.diff(of)[edges]
        begin = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        return begin, np.repeat(of[edges] - begin[:-1], count) + np.arange(count.sum())

    (edge_start, vertex), (station_start, station) = (
        starts(network.edge_start),
        starts(network.station_start),
    )
    return replace(
        network,
        edge_u=network.edge_u[edges],
        edge_v=network.edge_v[edges],
        edge_length_m=network.edge_length_m[edges],
        edge_xy=network.edge_xy[vertex],
        edge_start=edge_start,
        edges=network.edges.iloc[edges].reset_index(drop=True),
        station_start=station_start,
        station_height_m=network.station_height_m[station],
    )

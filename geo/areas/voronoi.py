"""
Cells of the nearest site on foot: a stand-in for school districts that nobody has published.

Every street goes to the site that is nearest along the streets (the network Voronoi diagram of Erwig
2000, Networks 36, 156–163); the land goes with the street nearest to it. The cells cover the municipality exactly once.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.errors import InvalidInputError
from geo.streets.network import Network
from geo.walking.reach import nearest
from geo.walking.snapping import Frontage, snap

STEP_M = 50.0
"""Samples along a street stand at most this far apart."""

_MARGIN_M = 1000.0
_FAR = 100.0


@dataclass(frozen=True)
class Samples:
    """
    Points along the streets.

    ``snaps`` has ``edge, offset_m, snap_m`` (the leg is 0); ``xy`` is (n, 2) plane coordinates.
    """

    snaps: pd.DataFrame
    xy: FloatArray


def edge_samples(network: Network, *, step_m: float = STEP_M) -> Samples:
    """
    Lay points along every edge that is open at any time, inside it, evenly.

    Parameters
    ----------
    network
        The walking network.
    step_m
        Largest distance between neighbours on one edge, metres.

    Returns
    -------
    At least one sample such an edge; none of a network without edges.
    """
    count = np.maximum(1, np.ceil(network.edge_length_m / step_m)).astype(np.int64)
    count[network.at_times] = 0
    edge = np.repeat(np.arange(count.size), count)
    number = np.arange(edge.size) - np.repeat(np.cumsum(count) - count, count)
    offset_m = (number + 0.5) * (network.edge_length_m[edge] / count[edge])
    snaps = pd.DataFrame({"edge": edge, "offset_m": offset_m, "snap_m": 0.0})
    return Samples(snaps, spots(network, edge, offset_m))


def spots(network: Network, edge: IntArray, offset_m: FloatArray) -> FloatArray:
    """
    Return where on the streets some positions are.

    Parameters
    ----------
    network
        The walking network.
    edge, offset_m
        (n,) edge and metres along it from its ``u``.

    Returns
    -------
    (n, 2) plane coordinates; an offset beyond an end is that end. All at once: shapely walks every
    line from its beginning, ten times as slow.
    """
    along_m = network.vertex_offset_m
    edge_of_vertex = np.repeat(np.arange(len(network.edge_u)), np.diff(network.edge_start))
    before_m = np.cumsum(network.edge_length_m) - network.edge_length_m
    # One search over all edges laid end to end; what rounding puts on another edge is clipped.
    vertex = np.searchsorted(
        before_m[edge_of_vertex] + along_m, before_m[edge] + offset_m, side="right"
    )
    vertex = np.clip(vertex - 1, network.edge_start[edge], network.edge_start[edge + 1] - 2)
    share = (offset_m - along_m[vertex]) / (along_m[vertex + 1] - along_m[vertex])
    begin_xy, end_xy = network.edge_xy[vertex], network.edge_xy[vertex + 1]
    return np.asarray(begin_xy + np.clip(share, 0.0, 1.0)[:, None] * (end_xy - begin_xy))


def nearest_sites(
    network: Network,
    sites: gpd.GeoDataFrame,
    samples: Samples,
    *,
    limit_m: float,
    usable: BoolArray | Frontage | None = None,
) -> NDArray[np.object_]:
    """
    Tell the site that is nearest to each sample along the streets.

    Parameters
    ----------
    network
        The walking network.
    sites
        Points with ``site_id`` (unique), in the CRS of the network.
    samples
        Where to ask.
    limit_m
        Longest leg from a site to the street; a site farther away takes no part.
    usable
        Which edges sites may join, as for ``geo.walking.snapping.snap``.

    Returns
    -------
    (n,) ``site_id``, empty where no site can be walked to. Of two equally near the first in the
    order of ``site_id`` counts.
    """
    ordered = sites.sort_values("site_id", kind="stable")
    joined = snap(ordered.geometry, network, limit_m=limit_m, usable=usable)
    found = nearest(network, joined, samples.snaps).home_origin
    return np.append(ordered["site_id"].to_numpy(dtype=object), "")[found]


def nearest_site_cells(
    network: Network,
    sites: gpd.GeoDataFrame,
    boundary: BaseGeometry,
    *,
    limit_m: float = 300.0,
    usable: BoolArray | Frontage | None = None,
) -> gpd.GeoDataFrame:
    """
    Divide an area among sites by the walk along the streets.

    Parameters
    ----------
    network
        The walking network.
    sites
        Points with ``site_id`` (unique), plane CRS of the network; they may lie outside.
    boundary
        Polygons to be covered, plane CRS.
    limit_m
        Longest leg from a site to the street, inclusive.
    usable
        Which edges count, as for ``geo.walking.snapping.snap``; all by default. Streets from which no
        site can be walked to give their land to the neighbouring streets.

    Returns
    -------
    One row a site that has a cell: ``site_id, geometry`` ((multi)polygons), in the order of
    ``site_id``. The cells do not overlap and together are the boundary. Where no site can be walked
    to at all, or there is no street, land goes to the site nearest in a straight line.

    Raises
    ------
    InvalidInputError
        There is no site, or a ``site_id`` occurs twice.
    """
    _require_sites(sites)
    samples = edge_samples(network)
    site = nearest_sites(network, sites, samples, limit_m=limit_m, usable=usable)
    known = site != ""
    if usable is not None:
        mask = usable.usable if isinstance(usable, Frontage) else usable
        known &= mask[samples.snaps["edge"].to_numpy()]
    west, south, east, north = shapely.bounds(boundary)
    x, y = samples.xy.T
    known &= (x > west - _MARGIN_M) & (x < east + _MARGIN_M)
    known &= (y > south - _MARGIN_M) & (y < north + _MARGIN_M)
    xy, label = samples.xy[known], site[known]
    if not known.any():
        ordered = sites.sort_values("site_id", kind="stable")
        xy = shapely.get_coordinates(ordered.geometry.to_numpy())
        label = ordered["site_id"].to_numpy(dtype=object)
    cells = divide(xy, label, boundary)
    return gpd.GeoDataFrame(
        {"site_id": list(cells)}, geometry=list(cells.values()), crs=network.epsg
    )


def divide(
    xy: FloatArray, label: NDArray[np.object_], boundary: BaseGeometry
) -> dict[str, BaseGeometry]:
    """
    Give each piece of land the label of the point nearest to it.

    Parameters
    ----------
    xy
        (n, 2) points, plane CRS; at least one.
    label
        (n,) texts.
    boundary
        Polygons to be divided.

    Returns
    -------
    Label → (multi)polygon, in the order of the labels, without those that get no land. Of two points
    at one spot the first label in order counts.
    """
    order = np.lexsort((label.astype(str), xy[:, 1], xy[:, 0]))
    xy, label = xy[order], label[order]
    first = np.ones(len(xy), dtype=bool)
    first[1:] = (xy[1:] != xy[:-1]).any(axis=1)
    xy, label = xy[first], label[first]
    borders = _borders(xy, label, boundary)
    noded = shapely.union_all([*borders, boundary.boundary])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.point_on_surface(faces)
    shapely.prepare(boundary)
    kept = shapely.intersects(boundary, inside)
    faces, inside = faces[kept], inside[kept]
    _, owner = scipy.spatial.cKDTree(xy).query(shapely.get_coordinates(inside))
    owners = label[owner]
    names = sorted(set(owners.tolist()))
    return {name: shapely.union_all(faces[owners == name]) for name in names}


def _borders(
    xy: FloatArray, label: NDArray[np.object_], boundary: BaseGeometry
) -> NDArray[np.object_]:
    """Return the edges of the Voronoi diagram at which the label changes."""
    west, south, east, north = shapely.bounds(boundary)
    middle = np.array([(west + east) / 2, (south + north) / 2])
    reach_m = _FAR * max(east - west, north - south, *np.abs(xy - middle).max(axis=0).tolist(), 1.0)
    corners = middle + reach_m * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    # Large plane coordinates cost the triangulation digits: it works around the middle.
    diagram = scipy.spatial.Voronoi(np.vstack([xy, corners]) - middle)
    number = np.append(np.unique(label.astype(str), return_inverse=True)[1], [-1, -2, -3, -4])
    pairs = np.asarray(diagram.ridge_points, dtype=np.int64)
    ends = np.array(diagram.ridge_vertices, dtype=np.int64)
    between = (number[pairs[:, 0]] != number[pairs[:, 1]]) & (ends >= 0).all(axis=1)
    lines = shapely.linestrings(diagram.vertices[ends[between]] + middle)
    box = shapely.box(west - 1, south - 1, east + 1, north + 1)
    shapely.prepare(box)
    return np.asarray(lines[shapely.intersects(box, lines)], dtype=object)


def _require_sites(sites: gpd.GeoDataFrame) -> None:
    if len(sites) == 0:
        raise InvalidInputError(
            "there is no site to divide the land among; give the schools' points"
        )
    if not sites["site_id"].is_unique:
        twice = sites["site_id"][sites["site_id"].duplicated()].iloc[0]
        raise InvalidInputError("site {twice!r} occurs twice; give each site once", twice=twice)

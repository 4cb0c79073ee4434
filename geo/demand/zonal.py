"""Zonal sums: the counts of cells shared out over areas by surface, so that nobody is lost."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import FloatArray

GeometryArray = NDArray[np.object_]

_CELLS_PER_BLOCK = 20_000


def cell_polygons(corners: FloatArray) -> GeometryArray:
    """
    Return the four-sided polygon of each cell.

    Parameters
    ----------
    corners
        (n, 4, 2) corners one after the other round each cell, plane metres. Neighbours that are given
        the same corners tile without gap or overlap, in whichever CRS the cells were squares.
    """
    rings = np.concatenate([corners, corners[:, :1]], axis=1)
    return np.asarray(shapely.polygons(rings), dtype=object)


def share_by_area(
    corners: FloatArray, counts: FloatArray, zones: GeometryArray
) -> tuple[FloatArray, float]:
    """
    Share the count of each cell out over zones, by the surface that lies in each.

    Areal weighting (Goodchild & Lam 1980, Areal interpolation: a variant of the traditional spatial
    problem, Geo-Processing 1). The centre of a cell would give all its residents to one zone, and none
    to a zone smaller than a cell.

    Parameters
    ----------
    corners
        (n, 4, 2) corners of the cells, plane metres.
    counts
        (n,) residents in each cell.
    zones
        k polygons. Where they overlap, the zones share a cell's count in proportion to their parts.

    Returns
    -------
    (k,) residents of each zone, and those of the cells that touch a zone at all which lie outside every
    zone. Together they are the residents of the cells that touch a zone. No cell, or no zone: zeros.
    """
    inside, outside = np.zeros(len(zones)), 0.0
    shapely.prepare(zones)
    tree = shapely.STRtree(zones)
    for start in range(0, len(counts), _CELLS_PER_BLOCK):
        block = slice(start, start + _CELLS_PER_BLOCK)
        cells, people = cell_polygons(corners[block]), counts[block]
        cell, zone = tree.query(cells, predicate="intersects")
        share = _shares(cells, zones, cell, zone)
        filled = np.bincount(cell, share, minlength=len(cells))
        share /= np.maximum(filled, 1.0)[cell]
        inside += np.bincount(zone, share * people[cell], minlength=len(zones))
        left = np.maximum(1.0 - filled, 0.0)
        outside += float((left * people)[filled > 0].sum())
    return inside, outside


def _shares(
    cells: GeometryArray, zones: GeometryArray, cell: NDArray[np.int64], zone: NDArray[np.int64]
) -> FloatArray:
    """Return the part of each cell's surface that lies in the zone beside it, pair by pair."""
    share = np.ones(len(cell))
    partly = ~shapely.covers(zones[zone], cells[cell])
    cut = cells[cell[partly]]
    share[partly] = shapely.area(shapely.intersection(cut, zones[zone[partly]])) / shapely.area(cut)
    return share

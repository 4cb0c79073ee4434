"""Overlaps: land that two areas of one layer claim, but for what two drawings of one border leave."""

import geopandas as gpd
import numpy as np
import shapely

SLIVER_M = 3.5
"""An overlap that is nowhere wider is one border drawn twice: on maps of 1:2,500 each of two lines may
be 1.75 m off (公共測量の作業規程の準則: 標準偏差 of 地図情報レベル 2500)."""


def overlaps(areas: gpd.GeoDataFrame, *, sliver_m: float = SLIVER_M) -> gpd.GeoDataFrame:
    """
    Find the pairs of areas that share land.

    Parameters
    ----------
    areas
        Valid polygons of one layer, plane CRS (metres), with unique ``area_id``.
    sliver_m
        Land that is nowhere wider is left out, metres; inclusive.

    Returns
    -------
    One row a pair: ``wider`` and ``narrower`` (positions in ``areas``; the wider has more land, of
    equals the lower id), ``geometry`` (the land they share, slivers left out). Sorted by the ids of
    both, so that the order of the rows changes nothing.
    """
    shapes = areas.geometry.to_numpy()
    ids = areas["area_id"].to_numpy().astype(str)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    # Neighbours that only touch are most pairs, and asked much faster than what they share.
    apart = np.asarray(shapely.touches(shapes[one], shapes[other]))
    one, other = one[~apart], other[~apart]
    shared = np.asarray(shapely.intersection(shapes[one], shapes[other]), dtype=object)
    shared = _without_slivers(shared, sliver_m)
    kept = ~shapely.is_empty(shared)
    one, other, shared = one[kept], other[kept], shared[kept]
    land_m2 = shapely.area(shapes)
    swapped = (land_m2[other] > land_m2[one]) | (
        (land_m2[other] == land_m2[one]) & (ids[other] < ids[one])
    )
    wider, narrower = np.where(swapped, other, one), np.where(swapped, one, other)
    order = np.lexsort((ids[narrower], ids[wider]))
    return gpd.GeoDataFrame(
        {"wider": wider[order], "narrower": narrower[order]},
        geometry=shared[order],
        crs=areas.crs,
    )


def _without_slivers(shapes: np.ndarray, sliver_m: float) -> np.ndarray:
    """Return the parts of each shape that a disc of more than the width of a sliver fits into."""
    part, owner = shapely.get_parts(shapes, return_index=True)
    # A hair more than half the width: what is just as wide is a sliver still.
    wide = ~shapely.is_empty(shapely.buffer(part, -(sliver_m / 2 + 1e-6)))
    kept = np.full(len(shapes), shapely.MultiPolygon(), dtype=object)
    if wide.any():
        shapely.multipolygons(part[wide], indices=owner[wide], out=kept)
    return kept

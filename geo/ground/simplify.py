"""The ground as a map of one scale can show it: fewer corners, no speck, lines of one name in one piece."""

from collections import defaultdict

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.ground.kinds import POINTS

CORNERS_PX = 0.5
"""No line moves by more than this."""
LEAST_LINE_PX = 4.0
LEAST_AREA_PX2 = 9.0

_COLUMNS = ("kind", "name", "ref", "level")


def simplified(
    ground: gpd.GeoDataFrame,
    *,
    m_per_px: float,
    inside: tuple[float, float, float, float] | None = None,
) -> gpd.GeoDataFrame:
    """
    Return a copy of the ground that is simplified for a scale.

    Lines and areas of one kind, name, number and level become one row, but for what a node may stand
    for: each school is a row. What would be a speck is left out: lines below ``LEAST_LINE_PX`` in all,
    areas below ``LEAST_AREA_PX2``; of a school a point is left.

    Parameters
    ----------
    ground
        ``kind``, ``name``, ``ref``, ``level``, ``geometry`` in metres; other columns are dropped.
    m_per_px
        Metres of the ground that one pixel shows, above 0.
    inside
        West, south, east, north of what is shown, metres; what lies outside is cut off.

    Returns
    -------
    The same columns and CRS, sorted by kind, name, number and level; no empty geometry.
    """
    columns = [ground[name].to_numpy() for name in _COLUMNS]
    shapes = np.asarray(ground.geometry.to_numpy(), dtype=object)
    if inside is not None:
        west, south, east, north = shapely.bounds(shapes).T
        near = (west <= inside[2]) & (east >= inside[0])
        near &= (south <= inside[3]) & (north >= inside[1])
        columns = [cells[near] for cells in columns]
        shapes = np.asarray(shapely.clip_by_rect(shapes[near], *inside), dtype=object)
    shapes = np.asarray(shapely.simplify(shapes, CORNERS_PX * m_per_px), dtype=object)
    groups = defaultdict(list)
    for key, shape in zip(
        zip(*columns, shapely.get_dimensions(shapes), strict=True), shapes, strict=True
    ):
        groups[key].append(shape)
    rows = [
        (*key[:-1], shape)
        for key, group in sorted(groups.items(), key=lambda each: each[0])
        for shape in _shown(key[0], np.array(group, dtype=object), m_per_px)
    ]
    names = [*_COLUMNS, "geometry"]
    cells_of = zip(*rows, strict=True) if rows else [()] * len(names)
    return gpd.GeoDataFrame(
        {name: list(cells) for name, cells in zip(names, cells_of, strict=True)},
        geometry="geometry",
        crs=ground.crs,
    )


def _shown(kind: str, shapes: np.ndarray, m_per_px: float) -> list[BaseGeometry]:
    """Return shapes of one kind, name and dimension as one, where it can be seen."""
    shapes = shapes[~shapely.is_empty(shapes)]
    if not len(shapes):
        return []
    dimension = int(shapely.get_dimensions(shapes[0]))
    if dimension == 0:
        return list(shapes)
    if dimension == 1:
        merged = shapely.line_merge(shapely.union_all(shapes))
        return [merged] if shapely.length(merged) >= LEAST_LINE_PX * m_per_px else []
    large = shapely.area(shapes) >= LEAST_AREA_PX2 * m_per_px**2
    whole = shapely.union_all(shapely.make_valid(shapes[large], method="structure"))
    if kind in POINTS:
        return [*shapely.point_on_surface(shapes[~large]), *shapely.get_parts(whole)]
    return [] if shapely.is_empty(whole) else [whole]

"""
Demand: where the residents of an area live.

Residents of an area are spread over its residential buildings in proportion to floor area; where it
has none, over buildings of unknown use; where it has none of those, over all its buildings; else along
its streets, but no bridges, tunnels and steps; else along those too; else they stand at one point
inside it. Neither those along streets nor that point stand in water, where an area has any land. Counts on a grid can tell where within an area people live (dasymetric mapping: Wright 1936,
Geographical Review 26, 103–110; by floor area Lwin & Murayama 2009, Transactions in GIS 13, 401–414);
the residents of every area are kept exactly all the same.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.areas.location import locate
from geo.arrays import FloatArray, IntArray
from geo.demand.dasymetric import (
    CellCounts,
    Membership,
    Shares,
    corrections,
    dasymetric_shares,
    even_shares,
)
from geo.ground.obstacles import Obstacles
from geo.streets.network import Network, with_doors

STREET_STEP_M = 25.0
"""Residents along a street stand at most this far apart."""
DWELLING, UNKNOWN_USE, OTHER_USE = 0, 1, 2
"""Ranks of buildings: an area's residents live in those of the lowest rank that it has."""
LOW, HIGH = "_low", "_high"
"""Ends of the columns that hold the least and the most where counts are suppressed."""
_KINDS = np.array(["building", "street", "area"], dtype=object)


@dataclass(frozen=True, eq=False)
class MeshCounts:
    """Counts on a grid, which tell where within an area its residents live."""

    cells: gpd.GeoDataFrame
    """
    Polygons with ``area_id`` that do not overlap, plane CRS, and a column of residents per age group;
    with ``<group>_low`` and ``<group>_high`` where some are suppressed.
    """
    tells: Mapping[str, str]
    """Age group of the residents → age group of the cells that tells where it lives."""


@dataclass(frozen=True)
class _Spots:
    """Points where residents may live, at most one kind in an area."""

    kind: IntArray
    """(n,) positions in ``_KINDS``."""
    area: IntArray
    """(n,) positions of the area; never -1 once they are kept."""
    weight: FloatArray
    """(n,) m² of floor or m of street; above 0 once they are kept."""
    xy: FloatArray
    """(n, 2)."""
    factor: FloatArray
    """(n, groups) by how much the weight counts for each age group."""

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "_Spots":
        return _Spots(
            self.kind[rows], self.area[rows], self.weight[rows], self.xy[rows], self.factor[rows]
        )


def allocate(  # noqa: PLR0913  water is known of the ground alone
    residents: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame | None,
    network: Network,
    obstacles: Obstacles | None = None,
    *,
    grid: MeshCounts | None = None,
    also: Iterable[str] = (),
) -> gpd.GeoDataFrame:
    """
    Spread the residents of areas over the points where they can live.

    Parameters
    ----------
    residents
        Indexed by ``area_id`` of ``areas``; one column of residents per age group, and where counts
        are suppressed ``<group>_low`` and ``<group>_high``.
    areas
        Polygons with ``area_id``, plane CRS.
    buildings
        Points with ``floor_area_m2`` and ``rank`` (``DWELLING``, ``UNKNOWN_USE``, ``OTHER_USE``), plane
        CRS; a column named as an age group says by how much a m² counts for it (above 0; 1 where
        there is no such column). ``None`` for a town without.
    network
        Streets, for areas without buildings.
    obstacles
        The ground, plane CRS: nobody is put into its water. ``None`` where it is not known.
    grid
        Counts that tell where within an area its residents live (``geo.demand.dasymetric``). Where they know
        of nobody in an area, floor area alone decides.
    also
        Areas where nobody lives today and that get points all the same, with no residents.

    Returns
    -------
    Points in the CRS of ``areas``, one row a point, by area and position: ``kind`` (building, street,
    area), ``source_area_id``, ``home_share`` (the point's part of its area by floor area alone, 0 to
    1) and the columns of ``residents``. Σ of every age group per area equals ``residents`` to the last
    bit in any order (``math.fsum``). Where ``grid`` has suppressed counts, ``<group>_low`` and
    ``<group>_high`` hold the least and the most that a point can have. No order of rows of the input
    changes anything. Empty ``residents`` give an empty frame.
    """
    wanted = _wanted(residents, also)
    rows = pd.Index(areas["area_id"]).get_indexer(wanted.index)
    areas = areas.iloc[rows]
    columns = [str(column) for column in wanted.columns]
    groups = [name for name in columns if not _is_end(name, columns)]
    spots = _sorted(_spots(areas, buildings, network, obstacles, groups))
    frame = _people(spots, wanted, _group_shares(spots, wanted, groups, grid))
    frame.insert(0, "kind", _KINDS[spots.kind])
    frame.insert(1, "source_area_id", wanted.index.to_numpy()[spots.area])
    frame.insert(2, "home_share", even_shares(spots.weight, spots.area))
    return gpd.GeoDataFrame(frame, geometry=shapely.points(spots.xy), crs=areas.crs)


def _wanted(residents: pd.DataFrame, also: Iterable[str]) -> pd.DataFrame:
    """Return the residents of areas that get points, by area."""
    there = residents.index[(residents != 0).any(axis=1)]
    index = there.union(pd.Index(list(also), dtype=object), sort=False).unique()
    return residents.reindex(index, fill_value=0.0).astype(float).sort_index()


def _is_end(name: str, columns: Sequence[str]) -> bool:
    """Say whether a column holds the least or the most of another."""
    return any(name.endswith(end) and name.removesuffix(end) in columns for end in (LOW, HIGH))


def _spots(
    areas: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame | None,
    network: Network,
    obstacles: Obstacles | None,
    groups: list[str],
) -> _Spots:
    """Return points for every area, all of the best kind that the area has."""
    found: list[_Spots] = []
    left = np.ones(len(areas), dtype=bool)
    if buildings is not None and len(buildings):
        xy = shapely.get_coordinates(buildings.geometry.to_numpy())
        housing = _Spots(
            np.zeros(len(xy), dtype=np.int64),
            locate(xy, areas),
            buildings["floor_area_m2"].to_numpy(dtype=float),
            xy,
            _factors(buildings, groups),
        )
        rank = buildings["rank"].to_numpy(dtype=np.int64)
        ranks = (DWELLING, UNKNOWN_USE, OTHER_USE)
        found += [_keep(housing, rank == usable, left) for usable in ranks]
    if left.any():
        along, has_doors = _along_streets(areas, left, network, len(groups))
        dry = (
            np.ones(len(along.xy), dtype=bool)
            if obstacles is None
            else ~obstacles.in_water(along.xy)
        )
        found += [_keep(along, usable & dry, left) for usable in (has_doors, ~has_doors)]
    rest = np.flatnonzero(left)
    land = _dry_land(areas.geometry.to_numpy()[rest], obstacles)
    inside = shapely.get_coordinates(shapely.point_on_surface(land))
    alone = _plain(2, rest, np.ones(rest.size), inside, len(groups))
    return _joined([*found, alone])


def _dry_land(shapes: NDArray[np.object_], obstacles: Obstacles | None) -> NDArray[np.object_]:
    """Return shapes without their water; those that are all water as they are."""
    if obstacles is None or not len(shapes):
        return shapes
    land = shapely.difference(shapes, shapely.union_all(obstacles.water))
    return np.where(shapely.is_empty(land), shapes, land)


def _joined(parts: list[_Spots]) -> _Spots:
    names = [field.name for field in fields(_Spots)]
    return _Spots(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _plain(kind: int, area: IntArray, weight: FloatArray, xy: FloatArray, groups_n: int) -> _Spots:
    """Return spots of one kind that count the same for every age group."""
    number = len(area)
    return _Spots(np.full(number, kind), area, weight, xy, np.ones((number, groups_n)))


def _factors(buildings: gpd.GeoDataFrame, groups: list[str]) -> FloatArray:
    one = np.ones(len(buildings))
    columns = [
        buildings[group].to_numpy(dtype=float) if group in buildings else one for group in groups
    ]
    return np.column_stack(columns) if columns else np.ones((len(buildings), 0))


def _keep(spots: _Spots, usable: NDArray[np.bool_], left: NDArray[np.bool_]) -> _Spots:
    """Keep the spots of areas that have none yet, and take those areas off ``left`` (in place)."""
    keep = usable & (spots.area >= 0) & (spots.weight > 0)
    keep[keep] &= left[spots.area[keep]]
    left[np.unique(spots.area[keep])] = False
    return spots.take(keep)


def _along_streets(
    areas: gpd.GeoDataFrame, left: NDArray[np.bool_], network: Network, groups_n: int
) -> tuple[_Spots, NDArray[np.bool_]]:
    """Return points along the streets of the areas that are left, by length, and which may have doors."""
    rest = areas[left]
    lines = network.edge_lines
    near = np.unique(shapely.STRtree(lines).query(rest.geometry, predicate="intersects")[1])
    length_m = network.edge_length_m[near]
    count = np.maximum(1, np.ceil(length_m / STREET_STEP_M).astype(np.int64))
    edge = np.repeat(np.arange(near.size), count)
    step_m = (length_m / count)[edge]
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    points = shapely.line_interpolate_point(lines[near][edge], (number + 0.5) * step_m)
    xy = shapely.get_coordinates(points)
    found = locate(xy, rest)
    area = np.where(found >= 0, np.flatnonzero(left)[found], -1)
    return _plain(1, area, step_m, xy, groups_n), with_doors(network)[near][edge]


def _sorted(spots: _Spots) -> _Spots:
    """Return the spots by area and position, so that sums do not depend on the order of the input."""
    keys = [*spots.factor.T, spots.weight, spots.xy[:, 1], spots.xy[:, 0], spots.area]
    return spots.take(np.lexsort(keys))


def _group_shares(
    spots: _Spots, wanted: pd.DataFrame, groups: list[str], grid: MeshCounts | None
) -> dict[str, Shares]:
    """Return for every age group the parts of its area that the spots hold."""
    alone = {
        group: even_shares(spots.weight * spots.factor[:, position], spots.area)
        for position, group in enumerate(groups)
    }
    if grid is None:
        return {group: Shares(part) for group, part in alone.items()}
    points = Membership(spots.area, locate(spots.xy, grid.cells))
    found = {}
    for group, part in alone.items():
        teller = grid.tells.get(group)
        if teller is None:
            found[group] = Shares(part)
            continue
        like = teller if teller in alone else group
        expected = alone[like] * _before(wanted, like)[spots.area]
        factors = corrections(_figures(grid.cells, teller), expected, points.cell)
        found[group] = dasymetric_shares(part, points, factors)
    return found


def _before(wanted: pd.DataFrame, group: str) -> FloatArray:
    """Return the residents of each area; where they are suppressed, the middle of what they can be."""
    low, high = (name if (name := group + end) in wanted else group for end in (LOW, HIGH))
    middle: FloatArray = (wanted[low].to_numpy() + wanted[high].to_numpy()) / 2
    return middle


def _figures(cells: gpd.GeoDataFrame, group: str) -> CellCounts:
    low, likely, high = (
        cells[name if name in cells else group].to_numpy(dtype=float)
        for name in (group + LOW, group, group + HIGH)
    )
    return CellCounts(low, likely, high)


def _people(spots: _Spots, wanted: pd.DataFrame, shares: dict[str, Shares]) -> pd.DataFrame:
    """Return the residents of every spot: the columns of ``wanted``, and the ends that cells add."""
    start = np.searchsorted(spots.area, np.arange(len(wanted) + 1))
    people: dict[str, FloatArray] = {}
    for group, share in shares.items():
        whole = wanted[group].to_numpy()
        people[group] = _exact(whole[spots.area] * share.likely, whole, start)
        for end, bound, outer in ((LOW, share.low, np.minimum), (HIGH, share.high, np.maximum)):
            name = group + end
            whole = wanted[name if name in wanted else group].to_numpy()
            if bound is not None:
                people[name] = outer(whole[spots.area] * bound, people[group])
            elif name in wanted:
                people[name] = _exact(whole[spots.area] * share.likely, whole, start)
    added = [name for name in people if name not in wanted]
    return pd.DataFrame(people)[[*wanted.columns, *added]]


def _exact(parts: FloatArray, whole: FloatArray, start: IntArray) -> FloatArray:
    """Give what rounding has lost of each area's residents to its largest part."""
    listed = parts.tolist()
    for area, residents in enumerate(whole.tolist()):
        first, end = int(start[area]), int(start[area + 1])
        lost = residents - math.fsum(listed[first:end])
        if lost:
            largest, second = _largest(parts[first:end])
            listed[first + largest] += lost
            # A sum half-way between two numbers is rounded away from an odd one; a part that is at
            # most half of the whole is fine enough to leave the half-way.
            lost = residents - math.fsum(listed[first:end])
            listed[first + second] += lost / 2
    return np.array(listed, dtype=float)


def _largest(parts: FloatArray) -> tuple[int, int]:
    """Return the positions of the largest part and of the one after it; the same if it is alone."""
    largest = int(parts.argmax())
    others = parts.copy()
    others[largest] = -1.0
    return largest, int(others.argmax())

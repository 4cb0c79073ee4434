"""
Surface: a walking time for every cell of a raster, the centre of a cell walked from like a home.

The grid knows nothing of files: rows run from north to south, columns from west to east, and the
edges of cells lie at whole multiples of the cell's side, so that two rasters of one plane fit.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray
from geo.errors import InvalidInputError

CELLS_MAX = 50_000_000
"""A larger raster is a slip of the cell's side; as float32 this one holds 200 MB."""

_CELLS_PER_BLOCK = 100_000

Bounds = tuple[float, float, float, float]
"""West, south, east, north in plane metres."""

Walk = Callable[[FloatArray], FloatArray]
"""(n, 2) points → (n,) cost of the walk from each, infinite or NaN where there is none."""


@dataclass(frozen=True)
class Grid:
    """
    The cells of a raster in a plane CRS, north up.

    ``west_cells`` and ``north_cells`` are the western and northern edge in whole cells from the
    origin of the CRS; ``cell_m`` is the side of a cell. A cell's position is
    ``row * width + column``, row 0 in the north.
    """

    cell_m: float
    west_cells: int
    north_cells: int
    width: int
    height: int

    @property
    def size(self) -> int:
        """Return the number of cells."""
        return self.width * self.height

    @property
    def bounds(self) -> Bounds:
        """Return west, south, east, north in metres."""
        west, north = self.west_cells, self.north_cells
        cells = (west, north - self.height, west + self.width, north)
        west_m, south_m, east_m, north_m = (self.cell_m * edge for edge in cells)
        return west_m, south_m, east_m, north_m

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Return a … f of x = a·column + b·row + c, y = d·column + e·row + f (GDAL's order: c a b f d e)."""
        west_m, _, _, north_m = self.bounds
        return self.cell_m, 0.0, west_m, 0.0, -self.cell_m, north_m

    def centres(self, cells: IntArray) -> FloatArray:
        """Return (n, 2) centres of the cells at n positions, metres."""
        row, column = np.divmod(cells, self.width)
        x = (self.west_cells + column + 0.5) * self.cell_m
        y = (self.north_cells - row - 0.5) * self.cell_m
        return np.column_stack([x, y])


def surface_grid(bounds: Bounds, cell_m: float) -> Grid:
    """
    Return the smallest grid that covers some bounds, its edges at whole multiples of ``cell_m``.

    Parameters
    ----------
    bounds
        West, south, east, north in plane metres.
    cell_m
        Side of a cell, metres, above 0.

    Returns
    -------
    The grid; bounds without extent take one cell.

    Raises
    ------
    InvalidInputError
        The side is no positive number, the bounds are empty, or there would be more than
        ``CELLS_MAX`` cells.
    """
    if not (math.isfinite(cell_m) and cell_m > 0):
        raise InvalidInputError(
            "the side of a cell is {cell_m} m; give a number of metres above 0", cell_m=cell_m
        )
    if not all(math.isfinite(edge) for edge in bounds):
        raise InvalidInputError(
            "there is no area to lay a raster over; build the workspace with an area"
        )
    west, south = (math.floor(edge / cell_m) for edge in bounds[:2])
    east, north = (math.ceil(edge / cell_m) for edge in bounds[2:])
    grid = Grid(cell_m, west, north, max(east - west, 1), max(north - south, 1))
    if grid.size > CELLS_MAX:
        raise InvalidInputError(
            "cells of {cell_m:g} m make a raster of {size:,} cells, more than "
            "{cells_max:,}; give larger cells",
            cell_m=cell_m,
            size=grid.size,
            cells_max=CELLS_MAX,
        )
    return grid


def cells_within(grid: Grid, land: shapely.Geometry) -> IntArray:
    """Return the positions, ascending, of the cells whose centre lies in ``land`` or on its border."""
    shapely.prepare(land)
    found = [np.zeros(0, dtype=np.int64)]
    for start in range(0, grid.size, _CELLS_PER_BLOCK):
        cells = np.arange(start, min(start + _CELLS_PER_BLOCK, grid.size))
        found.append(cells[shapely.intersects_xy(land, *grid.centres(cells).T)])
    return np.concatenate(found)


def cell_values(
    grid: Grid, cells: IntArray, walk: Walk, *, cells_per_block: int = _CELLS_PER_BLOCK
) -> NDArray[np.float32]:
    """
    Ask for the walk from the centre of each cell, block by block.

    Parameters
    ----------
    grid, cells
        The grid and n positions in it.
    walk
        The walk from points. Each cell is asked once, on its own merits: the size of a block
        changes no value.
    cells_per_block
        How many points are asked at once; bounds the memory.

    Returns
    -------
    (n,) float32 in the unit of ``walk``, NaN where nothing can be walked to, never 0 for that. Single
    precision rounds a cost of 10.000000001 to 10, so that whole limits stay inclusive.
    """
    values = np.full(len(cells), np.nan, dtype=np.float32)
    for start in range(0, len(cells), cells_per_block):
        block = slice(start, start + cells_per_block)
        cost = walk(grid.centres(cells[block]))
        values[block] = np.where(np.isfinite(cost), cost, np.nan)
    return values


def to_raster(grid: Grid, cells: IntArray, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """
    Return the (height, width) raster that holds the values at their cells and NaN elsewhere.

    Parameters
    ----------
    grid
        The grid.
    cells, values
        (n,) positions of cells, each once, and (n,) what they hold.

    Returns
    -------
    (height, width), north up.
    """
    raster = np.full(grid.size, np.nan, dtype=np.float32)
    raster[cells] = values
    return raster.reshape(grid.height, grid.width)

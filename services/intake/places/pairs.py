"""Positions in the columns of a table: degrees of either datum, both in one cell, metres of a plane."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG, BoolArray, FloatArray
from services.intake.places.coordinates import pair_to_lonlat, to_degrees, to_lonlat, to_plane
from services.intake.places.zones import TOKYO_ZONES_FROM, ZONES, require_zone
from services.intake.tables.cells import point_columns
from services.intake.tables.columns import Datum, datum_of, is_datum_column, meaning_of, pairs_of
from services.intake.tables.reading import in_japan, require_columns, texts, to_numbers
from services.intake.vectors.datums import TOKYO_EPSG, is_tokyo

LONLAT_ALIKE = (None, LONLAT_EPSG, 4326, 4612)
"""WGS 84, JGD2000 and JGD2011 are one at the metre that walking needs."""


@dataclass(frozen=True)
class PairOptions:
    """The columns of a position that the profile names, and what helps to read them."""

    lon_field: str = ""
    lat_field: str = ""
    pair_field: str = ""
    """One column of 「緯度,経度」; where empty, recognised."""
    x_field: str = ""
    """Northing in metres of a zone: X of the Japanese plane coordinates points north."""
    y_field: str = ""
    near: BaseGeometry | None = None
    """The municipality and its surroundings: tells northing from easting where they are swapped."""
    epsg: int | None = None
    """CRS of the coordinates as the profile says it."""

    def named(self) -> list[str]:
        """Return the columns of a position that were named."""
        fields = (self.lon_field, self.lat_field, self.pair_field, self.x_field, self.y_field)
        return [name for name in fields if name]


@dataclass(frozen=True)
class Taken:
    """Columns that positions were read from, and the datum that they are of."""

    columns: tuple[str, ...]
    datum: Datum
    sort: Literal["degrees", "one cell", "plane"]


def taken_columns(table: pd.DataFrame, options: PairOptions) -> list[Taken]:
    """Return the columns of degrees, of pairs and of metres, each sort with the surest datum first."""
    columns = [str(column) for column in table.columns]
    return [
        *(
            Taken(pair, datum, "degrees")
            for pair, datum in _pairs(
                columns, ("lon", "lat"), (options.lon_field, options.lat_field)
            )
        ),
        *_single(table, columns, options.pair_field),
        *(
            Taken(pair, datum, "plane")
            for pair, datum in _pairs(
                columns, ("plane_x", "plane_y"), (options.x_field, options.y_field)
            )
        ),
    ]


def _pairs(
    columns: list[str], meanings: tuple[str, str], named: tuple[str, str]
) -> Iterator[tuple[tuple[str, str], Datum]]:
    """Yield two columns that belong together: those that are named, else those of a meaning."""
    if all(named):
        yield named, datum_of(named[0]) or datum_of(named[1])
        return
    for one, other, datum in pairs_of(columns, *meanings):
        yield (named[0] or one, named[1] or other), datum
        if any(named):
            return


def _single(table: pd.DataFrame, columns: list[str], named: str) -> list[Taken]:
    if named:
        return [Taken((named,), datum_of(named), "one cell")]
    known = [column for column in columns if meaning_of(column) == "position"]
    known += [column for column in point_columns(table) if column not in known]
    return sorted(
        (Taken((column,), datum_of(column), "one cell") for column in known),
        key=lambda taken: taken.datum == "tokyo",
    )


@dataclass(frozen=True)
class Positions:
    """What the columns of a table say of where its rows are."""

    points: gpd.GeoSeries
    """Longitude and latitude in the world's datum."""
    repairs: NDArray[np.object_]
    """What was put right in each row, as ``read_pairs`` says it."""
    columns: tuple[str, ...]
    """Columns that any position was read from."""


def read_pairs(
    table: pd.DataFrame, options: PairOptions, *, plane_epsg: int, path: Path
) -> Positions:
    """
    Read the positions of a table.

    The words of what was put right, parted by spaces: swapped, dms, ms, tokyo, plane, plane_swapped,
    degrees_xy, degrees_yx. Of several columns the surest that has a position decides, row by row.
    """
    taken = taken_columns(table, options)
    require_columns(table.columns, [c for one in taken for c in one.columns], path=path)
    reading = _Reading(table, options, plane_epsg, path)
    used: list[str] = []
    planar = options.epsg is not None and options.epsg not in (*LONLAT_ALIKE, TOKYO_EPSG)
    for one in taken:
        before = reading.known_n
        if one.sort == "one cell":
            reading.read_single(one)
        elif one.sort == "plane":
            reading.read_plane(one, zone=options.epsg if planar else None)
        elif planar:
            # Easting and northing of a CRS that the profile names: nothing was put right.
            turned = replace(one, columns=one.columns[::-1])
            reading.read_plane(turned, zone=options.epsg, told=False)
        else:
            reading.read_degrees(one)
        if reading.known_n > before:
            used += one.columns
    points = gpd.GeoSeries(reading.shapes, index=table.index, crs=LONLAT_EPSG)
    return Positions(points, reading.repairs, tuple(used))


@dataclass
class _Reading:
    """What has been read so far: a row keeps the first position that it is given."""

    table: pd.DataFrame
    options: PairOptions
    plane_epsg: int
    path: Path
    shapes: NDArray[np.object_] = field(init=False)
    repairs: NDArray[np.object_] = field(init=False)

    def __post_init__(self) -> None:
        self.shapes = np.full(len(self.table), None, dtype=object)
        self.repairs = np.full(len(self.table), "", dtype=object)

    @property
    def known_n(self) -> int:
        """Return how many rows have a position."""
        return len(self.shapes) - int(self._open().sum())

    def _open(self) -> BoolArray:
        return np.asarray(shapely.is_missing(self.shapes), dtype=bool)

    def _old(self, taken: Taken) -> BoolArray:
        """Say which rows are of the old datum: by the header, a column, a title or the profile."""
        if taken.datum:
            return np.full(len(self.table), taken.datum == "tokyo", dtype=bool)
        told = {datum_of(title) for title in self.table.attrs.get("titles", ())}
        old = self.options.epsg == TOKYO_EPSG or ("tokyo" in told and "world" not in told)
        column = next((c for c in map(str, self.table.columns) if is_datum_column(c)), "")
        datums = [datum_of(cell) for cell in texts(self.table, column)]
        return np.array([d == "tokyo" if d else old for d in datums], dtype=bool)

    def _put(
        self, rows: Sequence[int], lonlat: FloatArray, repairs: Sequence[str], *, old: BoolArray
    ) -> None:
        """Give rows their positions, those of the old datum shifted to the world's."""
        points = np.asarray(shapely.points(lonlat.reshape(-1, 2)), dtype=object)
        said = np.array(repairs, dtype=object)
        shifted = old[list(rows)] & in_japan(*lonlat.reshape(-1, 2).T)
        if shifted.any():
            tokyo = gpd.GeoSeries(points[shifted], crs=TOKYO_EPSG)
            points[shifted] = tokyo.to_crs(LONLAT_EPSG).to_numpy()
            said[shifted] = [f"{word} tokyo".strip() for word in said[shifted]]
        self.shapes[list(rows)] = points
        self.repairs[list(rows)] = said

    def read_degrees(self, taken: Taken) -> None:
        """Read longitude and latitude: numbers at once, what else is typed cell by cell."""
        lon, lat = taken.columns
        x, y = to_numbers(self.table[lon]), to_numbers(self.table[lat])
        right, turned = in_japan(x, y), in_japan(y, x)
        there, old = self._open(), self._old(taken)
        rows = np.flatnonzero(there & right)
        self._put(rows.tolist(), np.column_stack([x, y])[rows], [""] * len(rows), old=old)
        rows = np.flatnonzero(there & turned & ~right)
        self._put(rows.tolist(), np.column_stack([y, x])[rows], ["swapped"] * len(rows), old=old)
        lons, lats = texts(self.table, lon), texts(self.table, lat)
        for row in np.flatnonzero(there & ~right & ~turned).tolist():
            if found := to_lonlat(lons[row], lats[row]):
                self._put([row], np.array([found.lon, found.lat]), [found.repair], old=old)

    def read_single(self, taken: Taken) -> None:
        """Read cells that hold a whole position."""
        cells, old = texts(self.table, taken.columns[0]), self._old(taken)
        for row in np.flatnonzero(self._open()).tolist():
            if found := pair_to_lonlat(cells[row]):
                self._put([row], np.array([found.lon, found.lat]), [found.repair], old=old)

    def read_plane(self, taken: Taken, *, zone: int | None, told: bool = True) -> None:
        """
        Read metres of a plane, X north as in Japan (else east where only that lies in the area).

        Where most of the cells are degrees of Japan they are degrees, whatever the header says.
        """
        cells = [texts(self.table, column) for column in taken.columns]
        there = np.flatnonzero(self._open()).tolist()
        old = self._old(taken)
        angles = np.array(
            [[to_degrees(column[row]) for column in cells] for row in there], dtype=float
        ).reshape(-1, 2)
        east_first, north_first = in_japan(*angles.T), in_japan(*angles.T[::-1])
        filled = sum(1 for row in there if any(column[row] for column in cells))
        degrees = east_first | north_first
        if 2 * int(degrees.sum()) <= filled:
            degrees = np.zeros(len(there), dtype=bool)
        for mask, order, word in (
            (degrees & east_first, [0, 1], "degrees_xy"),
            (degrees & north_first, [1, 0], "degrees_yx"),
        ):
            rows = [row for row, here in zip(there, mask, strict=True) if here]
            self._put(rows, angles[mask][:, order], [word] * len(rows), old=old)
        rows = [row for row, here in zip(there, degrees, strict=True) if not here]
        metres = {row: to_plane(cells[0][row], cells[1][row]) for row in rows}
        known = {row: pair for row, pair in metres.items() if pair}
        self._read_metres(known, zone, old=old, told=told)

    def _read_metres(
        self,
        metres: dict[int, tuple[float, float]],
        zone: int | None,
        *,
        old: BoolArray,
        told: bool,
    ) -> None:
        if not metres:
            return
        rows = list(metres)
        epsg = zone or self.plane_epsg
        if old[rows].any() and epsg in ZONES:
            epsg += TOKYO_ZONES_FROM - ZONES[0]
        north_east = np.array(list(metres.values()), dtype=float)
        index = self.table.index[rows]
        usual, turned = (
            gpd.GeoSeries(shapely.points(xy), index=index, crs=epsg)
            for xy in (north_east[:, ::-1], north_east)
        )
        near = self.options.near
        swapped = near is not None and _inside(turned, near, self.plane_epsg) > _inside(
            usual, near, self.plane_epsg
        )
        plane = turned if swapped else usual
        require_zone(plane, near, plane_epsg=self.plane_epsg, path=self.path)
        words = ["plane_swapped"] if swapped else ["plane"] * told
        words += ["tokyo"] * is_tokyo(plane.crs)
        self.shapes[rows] = plane.to_crs(LONLAT_EPSG).to_numpy()
        self.repairs[rows] = " ".join(words)


def _inside(points: gpd.GeoSeries, near: BaseGeometry, plane_epsg: int) -> int:
    return int(shapely.intersects(near, points.to_crs(plane_epsg).to_numpy()).sum())

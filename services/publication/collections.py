"""
Collections of features as GIS programs read them: lon/lat, GeoJSON (RFC 7946), filtered and paged.

Geometry is projected, rounded and written as JSON once per snapshot; a page only joins texts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.errors import InvalidInputError, NotFoundError
from services.publication.aspect import LIMIT_COLUMNS
from services.publication.columns import IDS, TABLE_OF, json_types
from services.publication.cql import GEOMETRY, Condition, Rows
from services.publication.crs import CRS84, Crs, texts_in
from services.publication.times import EVER, SPANS, Interval, ends, starts
from services.words.dates import first_day, last_day
from services.words.texts import text
from services.workspace.geojson import NO_SHAPE, collection_parts, feature, geometries, lonlat

FIGURE_DECIMALS = 4
"""Figures leave with more digits than anybody reads and fewer than a float has."""

ROWS_AT_ONCE = 200
"""So many features are written before any of them leaves."""

Filters = Mapping[str, Sequence[str]]
"""Property → the texts that are accepted for it."""

BBox = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the features that matched; each item is a GeoJSON feature as JSON."""

    write: Callable[[], Iterator[bytes]]
    """Writes the items, each when it is asked for: a long page is never whole in memory."""
    matched: int
    returned: int
    bbox: BBox | None = None
    """What the geometries on the page cover; None without any, and where they are not in degrees."""

    @property
    def items(self) -> Iterator[bytes]:
        """Return the features one after the other."""
        return self.write()

    def parts(self, about: Mapping[str, object]) -> Iterator[bytes]:
        """Return the page as GeoJSON part by part, with its counts and what is said about it."""
        counts = {"numberMatched": self.matched, "numberReturned": self.returned}
        box = {"bbox": self.bbox} if self.bbox else {}
        return collection_parts(self.items, after={**box, **counts, **about})

    def whole(self, about: Mapping[str, object]) -> bytes:
        """Return the page as GeoJSON."""
        return b"".join(self.parts(about))


@dataclass(frozen=True, slots=True)
class Query:
    """Which features are asked for."""

    filters: Filters
    region: BaseGeometry | None = None
    """What features must touch, in degrees."""
    during: Interval | None = None
    """When features must be; of no matter to those without a time."""
    where: Condition | None = None
    limit: int = 1000
    offset: int = 0
    names: Sequence[str] | None = None
    """Properties to be given; None: all."""
    with_geometry: bool = True
    crs: Crs = CRS84
    sort: Sequence[str] = ()
    """Properties to sort by, with ``-`` before it from the greatest on; then the fixed order."""


class Collection(Protocol):
    """A set of features of one kind."""

    @property
    def id(self) -> str:
        """Return the name in addresses."""

    @property
    def title(self) -> str:
        """Return the name in Japanese."""

    @property
    def title_en(self) -> str:
        """Return the name in English."""

    @property
    def fields(self) -> dict[str, str]:
        """Return each property with its JSON type."""

    @property
    def storage_epsg(self) -> int:
        """Return the EPSG code of the CRS that the geometries are kept in."""

    @property
    def has_shapes(self) -> bool:
        """Return whether any feature has a geometry."""

    @property
    def span(self) -> tuple[str | None, str | None] | None:
        """Return the first and the last day of the features, None where they have no time."""

    @property
    def bbox(self) -> BBox | None:
        """Return what the geometries cover, None without any."""

    def features(self, query: Query) -> Page:
        """Return one page of the features that match, in a fixed order."""

    def feature(
        self, feature_id: str, after: Mapping[str, object] | None = None, crs: Crs = CRS84
    ) -> bytes:
        """Return one feature as JSON, with members about it at its end."""

    def layer(self) -> gpd.GeoDataFrame:
        """Return all features as a frame, plane CRS; each column has its type, also where it is empty."""


class Shapes:
    """Geometries in lon/lat, each written as JSON once; position -1 stands for none."""

    def __init__(self, geometry: gpd.GeoSeries) -> None:
        self._plane = geometry

    @property
    def plane(self) -> gpd.GeoSeries:
        """Return the geometries as they are stored, plane CRS."""
        return self._plane

    @cached_property
    def lonlat(self) -> NDArray[Any]:
        """Return the geometries in degrees."""
        return lonlat(self._plane)

    @cached_property
    def texts(self) -> list[bytes]:
        """Return the geometries as GeoJSON, ``null`` where there is none."""
        return geometries(self.lonlat)

    @cached_property
    def epsg(self) -> int:
        """Return the EPSG code of the plane."""
        found = self._plane.crs.to_epsg() if self._plane.crs else None
        return int(found or LONLAT_EPSG)

    def written(self, positions: NDArray[np.int64], crs: Crs = CRS84) -> list[bytes]:
        """Return geometries as GeoJSON in a CRS; in degrees they are written once for all answers."""
        if crs == CRS84:
            texts = self.texts
            return [NO_SHAPE if one < 0 else texts[one] for one in positions.tolist()]
        there, where = np.unique(positions[positions >= 0], return_inverse=True)
        texts = texts_in(gpd.GeoSeries(self._plane.iloc[there]), crs)
        told = np.full(len(positions), NO_SHAPE, dtype=object)
        told[positions >= 0] = np.array(texts, dtype=object)[where]
        return list(told)

    def touching(self, region: BaseGeometry) -> NDArray[np.bool_]:
        """Return which geometries touch a region in degrees."""
        shapely.prepare(region)
        touches: NDArray[np.bool_] = shapely.intersects(region, self.lonlat)
        return touches

    @cached_property
    def there(self) -> NDArray[np.bool_]:
        """Return which geometries are not missing."""
        there: NDArray[np.bool_] = ~shapely.is_empty(self.lonlat) & ~shapely.is_missing(self.lonlat)
        return there

    @cached_property
    def bounds(self) -> BBox | None:
        """Return what all geometries cover together."""
        return self.covered(np.arange(len(self.lonlat)))

    @cached_property
    def boxes(self) -> NDArray[np.float64]:
        """Return (n, 4) what each geometry covers, not a number where there is none."""
        boxes: NDArray[np.float64] = shapely.bounds(self.lonlat)
        return boxes

    def covered(self, positions: NDArray[np.int64]) -> BBox | None:
        """Return what some of the geometries cover together, None where there is none of them."""
        boxes = self.boxes[positions[positions >= 0]]
        boxes = boxes[~np.isnan(boxes[:, 0])]
        if len(boxes) == 0:
            return None
        west, south = boxes[:, :2].min(axis=0).tolist()
        east, north = boxes[:, 2:].max(axis=0).tolist()
        return west, south, east, north


@dataclass(frozen=True)
class TableCollection:
    """A collection over a frame: one row a feature, ``shape_of`` its position in ``shapes``."""

    id: str
    types: Mapping[str, str]
    frame: pd.DataFrame
    shapes: Shapes
    shape_of: NDArray[np.int64]
    ids: "pd.Series[str]"

    @cached_property
    def fields(self) -> dict[str, str]:
        """Return each property with its JSON type."""
        return {str(name): self.types[str(name)] for name in self.frame.columns}

    @property
    def title(self) -> str:
        """Return the name in Japanese."""
        return text(f"collection.{self.id}", "ja")

    @property
    def title_en(self) -> str:
        """Return the name in English."""
        return text(f"collection.{self.id}", "en")

    @property
    def bbox(self) -> BBox | None:
        """Return what the geometries cover."""
        return self.shapes.bounds

    @property
    def storage_epsg(self) -> int:
        """Return the EPSG code of the CRS that the geometries are kept in."""
        return self.shapes.epsg

    @property
    def has_shapes(self) -> bool:
        """Return whether any feature has a geometry."""
        return self.shapes.bounds is not None

    @property
    def span(self) -> tuple[str | None, str | None] | None:
        """Return the first and the last day of the features, None where they have no time."""
        if self.id not in SPANS:
            return None
        first, last = map(self._days, SPANS[self.id])
        begun = [day.isoformat() for day in map(first_day, first) if day is not None]
        ended = [day.isoformat() for day in map(last_day, last) if day is not None]
        is_open = len(ended) < len(self.frame) or not ended
        return min(begun, default=None), None if is_open else max(ended)

    def features(self, query: Query) -> Page:
        """Return one page of the features that match, sorted as asked, else as the frame is."""
        names = self._named(query.names)
        keep = np.ones(len(self.frame), dtype=bool)
        for name, wanted in query.filters.items():
            keep &= self._matches(name, wanted)
        if query.region is not None:
            inside = np.append(self.shapes.touching(query.region), False)
            keep &= inside[self.shape_of]
        if query.during is not None and self.id in SPANS:
            first, last = self._spans
            keep &= (first <= query.during.end) & (last >= query.during.start)
        if query.where is not None:
            keep &= query.where.keep(self._rows)
        rows = self._sorted(np.flatnonzero(keep), query.sort)
        page = rows[query.offset : query.offset + query.limit]

        def write() -> Iterator[bytes]:
            for start in range(0, len(page), ROWS_AT_ONCE):
                some = page[start : start + ROWS_AT_ONCE]
                shapes = self._shapes(some, query.crs) if query.with_geometry else None
                yield from self._write(some, shapes, names)

        is_seen = query.with_geometry and query.crs == CRS84
        covered = self.shapes.covered(self.shape_of[page]) if is_seen else None
        return Page(write, len(rows), len(page), covered)

    def feature(
        self, feature_id: str, after: Mapping[str, object] | None = None, crs: Crs = CRS84
    ) -> bytes:
        """Return one feature as JSON, with members about it at its end."""
        row = self._row_of.get(feature_id)
        if row is None:
            raise NotFoundError(
                "the collection {id!r} has no feature {feature_id!r}",
                id=self.id,
                feature_id=feature_id,
                title=self.title,
            )
        page = np.array([row])
        return next(iter(self._write(page, self._shapes(page, crs), None, after)))

    def layer(self) -> gpd.GeoDataFrame:
        """Return all features as a frame, plane CRS; each column has its type, also where it is empty."""
        return self._layer(np.ones(len(self.frame), dtype=bool))

    def _layer(self, keep: NDArray[np.bool_]) -> gpd.GeoDataFrame:
        there = np.array([*self.shapes.plane, None], dtype=object)
        there[shapely.is_empty(there)] = None
        shapes = gpd.GeoSeries(there[self.shape_of[keep]], crs=self.shapes.plane.crs)
        typed = {name: _COLUMN_TYPES[kind] for name, kind in self.fields.items()}
        rows = self.frame[keep].reset_index(drop=True).astype(typed)
        return gpd.GeoDataFrame(rows, geometry=shapes, crs=shapes.crs)

    @cached_property
    def _spans(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return when each feature begins and ends; what nobody knows is open."""
        first, last = map(self._days, SPANS[self.id])
        return starts(first, EVER), ends(last)

    def _days(self, name: str) -> list[str]:
        """Return a column of days, empty where none is known; a column of nothing may be left out."""
        if name not in self.frame:
            return [""] * len(self.frame)
        return list(self.frame[name].fillna("").astype(str))

    @property
    def _rows(self) -> Rows:
        return Rows(
            len(self.frame), self.id, self.title, self.fields, self.frame.__getitem__, self._lonlat
        )

    def _lonlat(self) -> NDArray[Any]:
        """Return the shape of each row in degrees."""
        shapes = np.append(self.shapes.lonlat, np.array([None], dtype=object))
        shapes[:-1][~self.shapes.there] = None
        return shapes[self.shape_of]

    def _shapes(self, rows: NDArray[np.int64], crs: Crs) -> list[bytes]:
        return self.shapes.written(self.shape_of[rows], crs)

    def _named(self, names: Sequence[str] | None) -> list[str]:
        for name in names or ():
            if name != GEOMETRY:
                self._require(name)
        return [name for name in self.fields if names is None or name in names]

    @cached_property
    def _columns(self) -> dict[str, "_Column"]:
        """Return each column so that rows are taken of it fast: of a frame ten times as slowly."""
        return {name: _Column.of(self.frame[name], kind) for name, kind in self.fields.items()}

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {feature_id: row for row, feature_id in enumerate(self.ids)}

    def _require(self, name: str) -> None:
        if name not in self.fields:
            names = ", ".join(self.fields)
            raise InvalidInputError(
                "{id} has no property {name!r}; it has {names}",
                id=self.id,
                name=name,
                names=names,
                title=self.title,
            )

    def _sorted(self, rows: NDArray[np.int64], by: Sequence[str]) -> NDArray[np.int64]:
        """Sort rows by properties: equals stay in the order of the frame, empty ones come last."""
        for one in reversed(by):  # stable: the last sort is the first to be asked for
            name = one.lstrip("+-")
            self._require(name)
            column = self.frame[name].iloc[rows].reset_index(drop=True)
            up = not one.startswith("-")
            order = column.sort_values(ascending=up, kind="stable", na_position="last").index
            rows = rows[order.to_numpy(dtype=np.int64)]
        return rows

    def _matches(self, name: str, wanted: Sequence[str]) -> NDArray[np.bool_]:
        self._require(name)
        column, kind = self.frame[name], self.fields[name]
        accepted = [_parse(name, text, kind, column) for text in wanted]
        return column.isin(accepted).to_numpy(dtype=bool)

    def _write(
        self,
        rows: NDArray[np.int64],
        shapes: Sequence[bytes] | None,
        names: Sequence[str] | None,
        after: Mapping[str, object] | None = None,
    ) -> Iterable[bytes]:
        told = list(self.fields) if names is None else names
        columns = [self._columns[name].plain(rows) for name in told]
        drawn = shapes if shapes is not None else [NO_SHAPE] * len(rows)
        values = zip(*columns, strict=True) if columns else ((),) * len(rows)
        ids = self.ids.to_numpy()[rows].tolist()
        for feature_id, geometry, row in zip(ids, drawn, values, strict=True):
            properties = dict(zip(told, row, strict=True))
            yield feature(geometry, properties, feature_id=feature_id, after=after)


@dataclass(frozen=True)
class QuestionCollection(TableCollection):
    """A collection of the answers to one question at a time, so that no shape is told twice."""

    question: Filters
    """What is asked where a query leaves it open."""

    def features(self, query: Query) -> Page:
        """Return one page of the answers to what is asked."""
        asked = dict(self.question)
        if any(any(query.filters.get(name, ())) for name in LIMIT_COLUMNS):
            # A limit in metres alone is one without minutes.
            asked |= {name: [""] for name in LIMIT_COLUMNS}
        return super().features(replace(query, filters={**asked, **query.filters}))

    def layer(self) -> gpd.GeoDataFrame:
        """Return the answers to the question as a frame."""
        kept = [self._matches(name, wanted) for name, wanted in self.question.items()]
        return self._layer(np.logical_and.reduce(kept))


_COLUMN_TYPES = {
    "boolean": "boolean",
    "integer": "Int64",
    "number": "float64",
    "string": "string",
}
"""By the type in JSON: each of them knows columns without any value."""

_KEPT: Mapping[str, tuple[type, object]] = {
    "boolean": (np.bool_, False),
    "integer": (np.int64, 0),
    "number": (np.float64, 0.0),
}
"""By the type in JSON: how values are kept, and what stands where there is none."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column as JSON has its values."""

    values: NDArray[Any]
    none: NDArray[np.bool_] | None
    """Which of them are not there; None: all are."""

    @classmethod
    def of(cls, column: "pd.Series[Any]", kind: str) -> "_Column":
        """Read a column of pandas, which would wrap and ask each value anew whenever it is taken."""
        none = column.isna().to_numpy(dtype=bool)
        if kind in _KEPT:
            dtype, empty = _KEPT[kind]
            values = column.where(~none, empty).to_numpy(dtype=dtype)
        else:
            values = column.to_numpy(dtype=object)
            if pd.api.types.infer_dtype(values, skipna=True) not in ("string", "empty"):
                values = np.array([str(value) for value in values], dtype=object)
        return cls(values, none if none.any() else None)

    def plain(self, rows: NDArray[np.int64]) -> list[Any]:
        """Return the values of some rows."""
        told: list[Any] = self.values[rows].tolist()
        if self.none is not None:
            for row in np.flatnonzero(self.none[rows]).tolist():
                told[row] = None
        return told


def _parse(name: str, text: str, kind: str, column: "pd.Series[Any]") -> object:
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind in ("integer", "number"):
        if not text:
            return np.nan  # nothing asked for, nothing there: a limit that has no minutes
        try:
            return float(text)
        except ValueError:
            pass
    if kind == "string":
        # A "+" typed into an address bar arrives as a space: "65+".
        plus = text.replace(" ", "+")
        return plus if plus != text and plus in set(column) else text
    raise InvalidInputError("{name}={text!r} is not a {kind}", name=name, text=text, kind=kind)


def collections_of(
    areas: gpd.GeoDataFrame,
    tables: Mapping[str, pd.DataFrame],
    shaped: Mapping[str, gpd.GeoDataFrame],
    *,
    question: Filters,
) -> dict[str, Collection]:
    """
    Return the collections of a snapshot, all of what may leave.

    The rows of ``tables`` are of areas and have their shapes, those of ``shaped`` their own. Of the
    coverage the layer answers one question at a time, ``question`` unless another is asked; its table
    has no shapes and all answers.
    """
    areas = areas.reset_index(drop=True)
    shapes = Shapes(areas.geometry)
    keys = ["layer", "area_id", "version"]
    position = pd.Series(areas.index.to_numpy(), index=pd.MultiIndex.from_frame(areas[keys]))
    made = [_table("areas", pd.DataFrame(areas.drop(columns="geometry")), shapes, areas.index)]
    for name, rows in tables.items():
        table = rows.reset_index(drop=True)
        wanted = position.reindex(pd.MultiIndex.from_frame(table[keys]), fill_value=-1)
        asked = question if name == "coverage" else None
        made.append(_table(name, table, shapes, wanted, question=asked))
    everything, nowhere = tables["coverage"], Shapes(gpd.GeoSeries([], crs=areas.crs))
    made.append(_table("coverage_table", everything, nowhere, np.full(len(everything), -1)))
    for name in shaped:
        frame = shaped[name].reset_index(drop=True)
        plain = pd.DataFrame(frame.drop(columns="geometry"))
        made.append(_table(name, plain, Shapes(frame.geometry), frame.index))
    return {table.id: table for table in made}


def _table(
    name: str,
    frame: pd.DataFrame,
    shapes: Shapes,
    shape_of: "pd.Index[Any] | pd.Series[Any] | NDArray[np.int64]",
    *,
    question: Filters | None = None,
) -> TableCollection:
    types = json_types(TABLE_OF.get(name, name))
    shown = frame[[column for column in frame.columns if column in types]].round(FIGURE_DECIMALS)
    positions = np.asarray(shape_of, dtype=np.int64)
    ids = _feature_ids(frame, IDS[name])
    if question is None:
        return TableCollection(name, types, shown, shapes, positions, ids)
    return QuestionCollection(name, types, shown, shapes, positions, ids, question)


def _feature_ids(frame: pd.DataFrame, columns: list[str]) -> "pd.Series[str]":
    parts = [
        _limit_texts(frame) if column == "limit" else _texts(frame[column]) for column in columns
    ]
    return pd.Series([":".join(row) for row in zip(*parts, strict=True)], dtype="object")


def _limit_texts(frame: pd.DataFrame) -> list[str]:
    """Return ``500`` for 500 m, ``10min``, ``500+10min`` where both must hold."""
    minutes = (
        frame["walk_limit_min"].map("{:g}min".format).where(frame["walk_limit_min"].notna(), "")
    )
    metres = frame["walk_limit_m"].map("{:g}".format).where(frame["walk_limit_m"].notna(), "")
    joint = np.where((metres != "") & (minutes != ""), "+", "")
    return list(metres + joint + minutes)


def _texts(column: "pd.Series[Any]") -> list[str]:
    if pd.api.types.is_numeric_dtype(column):
        return [f"{value:g}" for value in column]
    # An empty text stands for all: the reach of all places of a class.
    return [str(value) or "_all" for value in column]

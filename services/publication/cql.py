"""
CQL2 compiled to expressions on the columns of a collection: what is true, what is false, what nobody knows.

As in SQL, a comparison with what is missing is neither true nor false. Names are columns that leave, values
stay values: nothing of a filter is ever executed.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidInputError
from services.publication.crs import Crs, in_degrees, region
from services.publication.times import (
    EVER,
    NEVER,
    OPEN,
    Interval,
    day_us,
    last_starts,
    stamp_us,
    starts,
)

GEOMETRY = "geometry"
"""Name of the geometry in a filter."""

NODES_MOST = 2_000
"""Of a filter in JSON; one of text is shorter."""

Bools = NDArray[np.bool_]

KNOWN = np.ones((), dtype=bool)


@dataclass(frozen=True, slots=True)
class Truth:
    """Where a statement is true, and where it is false; elsewhere nobody knows."""

    yes: Bools
    no: Bools


@dataclass(frozen=True, slots=True)
class Values:
    """Texts, numbers, truth values or instants, one a row or one for all."""

    kind: str
    """``string``, ``number``, ``boolean`` or ``instant`` (microseconds)."""
    array: NDArray[Any]
    known: Bools


@dataclass(frozen=True)
class Rows:
    """What a filter may look at."""

    n: int
    id: str
    title: str
    kinds: Mapping[str, str]
    """Column → its JSON type; nothing else can be named."""
    column: Callable[[str], "pd.Series[Any]"]
    shapes: Callable[[], NDArray[Any]]
    """(n,) shapes in degrees, None where there is none."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter as plain data, and the CRS of the shapes in it."""

    asked: Any
    crs: Crs

    def keep(self, rows: Rows) -> Bools:
        """
        Return of which rows the filter is true.

        Raises
        ------
        InvalidInputError
            It names no column, compares what cannot be compared, or is not understood.
        """
        with np.errstate(all="ignore"):
            return _Compiled(rows, self.crs).truth(self.asked).yes


_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.float_power,
    "%": np.fmod,
    "div": lambda a, b: np.trunc(np.divide(a, b)),
}
_SPATIAL: dict[str, Callable[[Any, Any], Any]] = {
    f"s_{name}": getattr(shapely, name)
    for name in (
        *("intersects", "disjoint", "equals", "touches"),
        *("within", "contains", "overlaps", "crosses"),
    )
}
_TEMPORAL: dict[str, Callable[[Interval, Interval], Any]] = {
    "t_after": lambda a, b: a.start > b.end,
    "t_before": lambda a, b: a.end < b.start,
    "t_contains": lambda a, b: (a.start < b.start) & (a.end > b.end),
    "t_disjoint": lambda a, b: (a.start > b.end) | (a.end < b.start),
    "t_during": lambda a, b: (a.start > b.start) & (a.end < b.end),
    "t_equals": lambda a, b: (a.start == b.start) & (a.end == b.end),
    "t_finishedby": lambda a, b: (a.start < b.start) & (a.end == b.end),
    "t_finishes": lambda a, b: (a.start > b.start) & (a.end == b.end),
    "t_intersects": lambda a, b: (a.start <= b.end) & (a.end >= b.start),
    "t_meets": lambda a, b: a.end == b.start,
    "t_metby": lambda a, b: a.start == b.end,
    "t_overlappedby": lambda a, b: (a.start > b.start) & (a.start < b.end) & (a.end > b.end),
    "t_overlaps": lambda a, b: (a.start < b.start) & (a.end > b.start) & (a.end < b.end),
    "t_startedby": lambda a, b: (a.start == b.start) & (a.end > b.end),
    "t_starts": lambda a, b: (a.start == b.start) & (a.end < b.end),
}


class _Compiled:
    """One filter over one collection."""

    def __init__(self, rows: Rows, crs: Crs) -> None:
        self.rows, self.crs, self.nodes = rows, crs, 0

    def truth(self, node: Any) -> Truth:  # noqa: ANN401  plain data of JSON
        """Return where a statement is true and where false."""
        self._count()
        if isinstance(node, bool) or (isinstance(node, Mapping) and "property" in node):
            found = self.values(node)
            if found.kind != "boolean":
                raise _not_understood(f"{node}")
            return self._truth(found.array.astype(bool), found.known)
        name, args = _operation(node)
        if name in ("and", "or"):
            return self._joined(name, args)
        if name == "not":
            (one,) = _exactly(1, name, args)
            inner = self.truth(one)
            return Truth(inner.no, inner.yes)
        if name == "isnull":
            (one,) = _exactly(1, name, args)
            return self._is_null(one)
        return self._compared(name, args)

    def _compared(self, name: str, args: Sequence[Any]) -> Truth:
        if name in _ORDER:
            return self._ordered(name, *map(self.values, _exactly(2, name, args)))
        if name == "between":
            value, low, high = map(self.values, _exactly(3, name, args))
            return _both(self._ordered(">=", value, low), self._ordered("<=", value, high))
        if name == "in":
            value, among = _exactly(2, name, args)
            if not isinstance(among, list) or not among:
                raise _not_understood("in")
            left = self.values(value)
            return reduce(_either, [self._ordered("=", left, self.values(one)) for one in among])
        if name == "like":
            return self._like(*_exactly(2, name, args))
        if name in _SPATIAL:
            first, second = map(self.shapes, _exactly(2, name, args))
            there = ~shapely.is_missing(first) & ~shapely.is_missing(second)
            return self._truth(_predicate(name, first, second), there)
        if name in _TEMPORAL:
            (time, known), (other, also) = map(self.interval, _exactly(2, name, args))
            return self._truth(_TEMPORAL[name](time, other), known & also)
        raise _not_understood(name)

    def _joined(self, name: str, args: Sequence[Any]) -> Truth:
        if len(args) < 2:  # noqa: PLR2004  of two statements one is made
            raise _not_understood(name)
        return reduce(_both if name == "and" else _either, map(self.truth, args))

    def _is_null(self, node: Any) -> Truth:  # noqa: ANN401  plain data of JSON
        if isinstance(node, Mapping) and node.get("property") == GEOMETRY:
            known = ~shapely.is_missing(self.rows.shapes())
        else:
            known = self.values(node).known
        return self._truth(~known, KNOWN)

    def _ordered(self, name: str, first: Values, second: Values) -> Truth:
        first, second = _alike(first, second)
        if first.kind != second.kind:
            raise InvalidInputError(
                "filter: {first} and {second} cannot be compared; compare like with like",
                first=first.kind,
                second=second.kind,
            )
        if first.kind == "string":
            return self._truth(_texts_compared(name, first, second), first.known & second.known)
        return self._truth(_ORDER[name](first.array, second.array), first.known & second.known)

    def _like(self, value: Any, pattern: Any) -> Truth:  # noqa: ANN401  plain data of JSON
        first, second = self.values(value), self.values(pattern)
        if (first.kind, second.kind) != ("string", "string") or second.array.ndim:
            raise _not_understood("like")
        codes, names = pd.factorize(np.atleast_1d(first.array))
        fits = partial(_fits, _segments(str(second.array[()])))
        found = np.array([fits(str(name)) for name in names], dtype=bool)
        return self._truth(found[codes], first.known)

    def values(self, node: Any) -> Values:  # noqa: ANN401, PLR0911  plain data of JSON, a kind a line
        """Return the values of an expression."""
        self._count()
        match node:
            case bool():
                return _one("boolean", node)
            case int() | float():
                if not math.isfinite(node):
                    raise _not_understood("a number")
                return _one("number", float(node))
            case str():
                return _one("string", node)
            case {"property": str(name)}:
                return self._column(name)
            case {"date": str(text)}:
                return _one("instant", _known(day_us(text), text))
            case {"timestamp": str(text)}:
                return _one("instant", _known(stamp_us(text), text))
            case {"op": "casei", "args": [one]}:
                inner = self.values(one)
                return Values(
                    inner.kind, _mapped(inner, lambda text: str(text).casefold()), inner.known
                )
            case {"op": str(name), "args": [first, second]} if name in _ARITHMETIC:
                return self._computed(name, self.values(first), self.values(second))
        raise _not_understood(_said(node))

    def _computed(self, name: str, first: Values, second: Values) -> Values:
        if (first.kind, second.kind) != ("number", "number"):
            raise _not_understood(name)
        found = np.asarray(_ARITHMETIC[name](first.array, second.array), dtype=float)
        return Values("number", found, first.known & second.known & np.isfinite(found))

    def _column(self, name: str) -> Values:
        kind = self.rows.kinds.get(name)
        if kind is None:
            names = ", ".join((*self.rows.kinds, GEOMETRY))
            raise InvalidInputError(
                "{id} has no property {name!r}; it has {names}",
                id=self.rows.id,
                name=name,
                names=names,
                title=self.rows.title,
            )
        column = self.rows.column(name)
        known = column.notna().to_numpy(dtype=bool)
        if kind in ("number", "integer"):
            return Values("number", column.to_numpy(dtype=float, na_value=np.nan), known)
        if kind == "boolean":
            return Values("boolean", column.fillna(value=False).to_numpy(dtype=bool), known)
        return Values("string", column.to_numpy(dtype=object), known)

    def shapes(self, node: Any) -> NDArray[Any]:  # noqa: ANN401  plain data of JSON
        """Return shapes in degrees, one a row or one for all."""
        self._count()
        match node:
            case {"property": str(name)}:
                if name != GEOMETRY:
                    self._column(name)  # says what there is
                    raise _not_understood(name)
                return self.rows.shapes()
            case {"bbox": list(numbers)}:
                said = ",".join(map(str, numbers))
                return _constant(_on_earth(region(_numbers(numbers), self.crs, said), self.crs))
            case {"type": str(), **_rest}:
                return _constant(_on_earth(in_degrees(_geometry(node), self.crs), self.crs))
        raise _not_understood(_said(node))

    def interval(self, node: Any) -> tuple[Interval, Bools]:  # noqa: ANN401  plain data of JSON
        """Return the time of an expression, and where it is known."""
        self._count()
        match node:
            case {"interval": [first, last]}:
                start, known = self._end(first, EVER)
                end, also = self._end(last, NEVER)
                return Interval(start, end), known & also
        found = _instants(self.values(node))
        return Interval(found.array, found.array), found.known

    def _end(self, node: Any, otherwise: int) -> tuple[NDArray[Any], Bools]:  # noqa: ANN401
        if node in OPEN:
            return np.asarray(otherwise), KNOWN
        if isinstance(node, Mapping) and "property" in node:
            found = self.values(node)
            if found.kind != "string":
                raise _not_understood(_said(node))
            read = starts(found.array, EVER) if otherwise == EVER else last_starts(found.array)
            return read, KNOWN  # no day: no end
        timed = {"date": node} if isinstance(node, str) and day_us(node) is not None else node
        found = _instants(self.values(timed))
        return found.array, found.known

    def _truth(self, told: Any, known: Any) -> Truth:  # noqa: ANN401  an array of any breadth
        yes = np.broadcast_to(np.asarray(told & known, dtype=bool), (self.rows.n,))
        no = np.broadcast_to(np.asarray(~np.asarray(told, dtype=bool) & known), (self.rows.n,))
        return Truth(yes, no)

    def _count(self) -> None:
        self.nodes += 1
        if self.nodes > NODES_MOST:
            raise InvalidInputError("filter: too many parts; {most} at most", most=NODES_MOST)


def _both(one: Truth, other: Truth) -> Truth:
    return Truth(one.yes & other.yes, one.no | other.no)


def _either(one: Truth, other: Truth) -> Truth:
    return Truth(one.yes | other.yes, one.no & other.no)


def _operation(node: Any) -> tuple[str, list[Any]]:  # noqa: ANN401  plain data of JSON
    match node:
        case {"op": str(name), "args": list(args)}:
            return name.lower(), args
    raise _not_understood(_said(node))


def _exactly(n: int, name: str, args: Sequence[Any]) -> Sequence[Any]:
    if len(args) != n:
        raise _not_understood(name)
    return args


def _one(kind: str, value: object) -> Values:
    dtype = object if kind == "string" else None
    return Values(kind, np.array(value, dtype=dtype), KNOWN)


def _known(found: int | None, text: str) -> int:
    if found is None:
        raise InvalidInputError(
            "{text!r} is no time; write 2024-04-01 or 2024-04-01T09:00:00+09:00", text=text
        )
    return found


def _instants(values: Values) -> Values:
    """Return texts that are days as instants; what is no day is not known."""
    if values.kind == "instant":
        return values
    if values.kind != "string":
        raise _not_understood(values.kind)
    if not values.array.ndim:
        text = str(values.array[()])
        found = day_us(text)
        return _one("instant", _known(stamp_us(text) if found is None else found, text))
    read = starts(values.array, EVER)
    return Values("instant", read, values.known & (read != EVER))


def _alike(first: Values, second: Values) -> tuple[Values, Values]:
    """Return two values to be compared: a text beside an instant is a day."""
    if "instant" in (first.kind, second.kind) and "string" in (first.kind, second.kind):
        return _instants(first), _instants(second)
    return first, second


def _texts_compared(name: str, first: Values, second: Values) -> NDArray[np.bool_]:
    a, b = np.broadcast_arrays(np.atleast_1d(first.array), np.atleast_1d(second.array))
    known = np.broadcast_to(first.known & second.known, a.shape)
    found = np.zeros(a.shape, dtype=bool)
    found[known] = _ORDER[name](a[known].astype(str), b[known].astype(str))
    return found


def _mapped(values: Values, change: Callable[[object], str]) -> NDArray[Any]:
    if values.kind != "string":
        raise _not_understood("casei")
    flat = np.array([change(one) for one in values.array.ravel()], dtype=object)
    return flat.reshape(values.array.shape)


def _segments(pattern: str) -> list[str]:
    r"""Return what stands between the ``%`` of a pattern, as regular expressions; ``\`` takes a sign as it is."""
    parts = [""]
    for sign in re.findall(r"\\.|.", pattern, re.DOTALL):
        if sign == "%":
            parts.append("")
        else:
            parts[-1] += "." if sign == "_" else re.escape(sign[-1])
    return parts


def _fits(segments: Sequence[str], text: str) -> bool:
    """Return whether a text fits: each part is looked for once, so that no pattern takes long."""
    first, *rest = (re.compile(part, re.DOTALL) for part in segments)
    head = first.match(text)
    if head is None:
        return False
    if not rest:
        return head.end() == len(text)
    at = head.end()
    for part in rest[:-1]:
        found = part.search(text, at)
        if found is None:
            return False
        at = found.end()
    last = re.compile(f"(?:{rest[-1].pattern})\\Z", re.DOTALL).search(text, at)
    return last is not None


def _predicate(name: str, first: NDArray[Any], second: NDArray[Any]) -> Any:  # noqa: ANN401
    for one in (first, second):
        if one.ndim == 0:
            shapely.prepare(one)
    try:
        return _SPATIAL[name](first, second)
    except shapely.errors.GEOSException:
        raise _not_understood(name) from None


def _constant(shape: BaseGeometry) -> NDArray[Any]:
    found = np.empty((), dtype=object)
    found[()] = shape
    return found


def _on_earth(shape: BaseGeometry, crs: Crs) -> BaseGeometry:
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:  # noqa: PLR2004  degrees
        raise InvalidInputError("a coordinate lies outside of {crs}", crs=crs.uri)
    return shape


def _numbers(numbers: Sequence[Any]) -> list[float]:
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers):
        raise _not_understood("bbox")
    return [float(one) for one in numbers]


def _geometry(node: Mapping[str, Any]) -> BaseGeometry:
    try:
        shape = shapely.force_2d(shapely.geometry.shape(dict(node)))
        right = shapely.is_valid(shape) and not shapely.is_empty(shape)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError):
        right = False
    except shapely.errors.ShapelyError:
        right = False
    if not right:
        raise InvalidInputError(
            "filter: a shape is not valid; close each ring and let none cross itself"
        )
    return shape


def _said(node: Any) -> str:  # noqa: ANN401  plain data of JSON
    return repr(node)[:60]


def _not_understood(what: str) -> InvalidInputError:
    return InvalidInputError(
        "filter: {what} is not understood here; /conformance says what of CQL2 is", what=what
    )

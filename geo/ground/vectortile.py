"""Vector tiles: shapes and what is told of them as one layer of bytes (Mapbox Vector Tile Specification 2.1)."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.arrays import IntArray

EXTENT = 4096
"""Units of a tile's side, from its upper left corner to the right and down."""

_MOVE, _LINE, _CLOSE = 1, 2, 15
_LEAST_POINTS = np.array([1, 2, 3])
"""By the dimension of a shape."""

Told = Mapping[str, str | int]


def encoded_layer(name: str, shapes: NDArray[np.object_], told: Sequence[Told]) -> bytes:
    """
    Write one layer of a vector tile; a tile is one or several of them in a row.

    Parameters
    ----------
    name
        Of the layer.
    shapes
        (n,) points, lines and areas, of the last two multiple ones too, in units of the tile: x to the
        right and y **up** from its lower left corner. Of a mixed collection, what has a lower
        dimension than the whole is left out.
    told
        n times what is told of each; an empty text is left out.

    Returns
    -------
    The bytes; none where no shape is as large as a unit.
    """
    keys: dict[str, int] = {}
    values: dict[str | int, int] = {}
    features = []
    dimension = shapely.get_dimensions(shapes).astype(np.int64)
    for row, drawn in _drawings(shapes, dimension).items():
        tags = bytearray()
        for key, value in told[row].items():
            if value != "":
                tags += _varint(keys.setdefault(key, len(keys)))
                tags += _varint(values.setdefault(value, len(values)))
        # What a shape is: 1 point, 2 line, 3 area.
        features.append(_text(2, tags) + bytes([3 << 3, dimension[row] + 1]) + _text(4, drawn))
    if not features:
        return b""
    layer = [
        bytes([15 << 3, 2]),
        _text(1, name.encode()),
        *(_text(2, feature) for feature in features),
        *(_text(3, key.encode()) for key in keys),
        *(_text(4, _value(value)) for value in values),
        bytes([5 << 3]) + _varint(EXTENT),
    ]
    return _text(3, b"".join(layer))


def _drawings(shapes: NDArray[np.object_], dimension: IntArray) -> dict[int, bytes]:
    """Return how a pen draws each shape, by its row; all at once, for a tile has hundreds of small ones."""
    xy, ring, owner, area = _strokes(shapes, dimension)
    if not len(ring):
        return {}
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    points = np.diff(np.append(first, len(ring)))
    owner, area = owner[ring[first]], area[ring[first]]
    of_shape = np.repeat(owner, points)
    # The pen starts in the corner for each shape and goes on from where it is.
    start = np.diff(of_shape, prepend=-1) != 0
    steps = np.where(start[:, None], xy, xy - np.roll(xy, 1, axis=0))
    # Each ring: move, its first step, draw, the others, close; no drawing of a point, no close of a line.
    draws = points > 1
    length = 1 + 2 * points + draws + area
    at = np.cumsum(length) - length
    numbers = np.full(int(length.sum()), _CLOSE, dtype=np.int64)
    numbers[at] = 1 << 3 | _MOVE
    numbers[at[draws] + 3] = (points[draws] - 1) << 3 | _LINE
    nth = np.arange(len(ring)) - np.repeat(first, points)
    place = np.repeat(at, points) + 1 + 2 * nth + (nth > 0)
    numbers[place[:, None] + [0, 1]] = (steps << 1) ^ (steps >> 63)
    text, size = _varints(numbers)
    ends = np.cumsum(np.add.reduceat(size, at))
    last = np.flatnonzero(np.diff(owner, append=-1))
    cuts = [0, *ends[last].tolist()]
    rows = owner[last].tolist()
    return {row: text[cuts[n] : cuts[n + 1]] for n, row in enumerate(rows)}


def _strokes(
    shapes: NDArray[np.object_], dimension: IntArray
) -> tuple[IntArray, IntArray, IntArray, NDArray[np.bool_]]:
    """
    Return what is left of all rings, lines and points in whole units, y down.

    (k, 2) corners without those that fall on the one before and without the end of a ring; the ring of
    each; and of each ring its shape and whether it is the border of an area.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    whole = shapely.get_dimensions(parts) == dimension[owner]
    # Seen with y down, the outer ring goes clockwise and the inner ones do not.
    parts, owner = shapely.orient_polygons(parts[whole], exterior_cw=True), owner[whole]
    area = dimension[owner] == 2  # noqa: PLR2004
    rings, of_part = shapely.get_rings(parts[area], return_index=True)
    rings = np.concatenate([parts[~area], rings])
    part = np.concatenate([np.flatnonzero(~area), np.flatnonzero(area)[of_part]])
    # In the order of the parts; of each the outer ring comes first.
    order = np.argsort(part, kind="stable")
    rings, part = rings[order], part[order]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    units = np.rint(xy).astype(np.int64)
    units[:, 1] = EXTENT - units[:, 1]
    same = np.diff(ring, prepend=-1) == 0
    moved = ~same | (units != np.roll(units, 1, axis=0)).any(axis=1)
    units, ring = units[moved], ring[moved]
    of_area = area[part]
    kept = _large_enough(units, ring, part, dimension[owner][part])
    ends = np.diff(ring, append=-1) != 0
    kept = kept[ring] & ~(ends & of_area[ring])
    return units[kept], ring[kept], owner[part], of_area


def _large_enough(
    units: IntArray, ring: IntArray, part: IntArray, dimension: IntArray
) -> NDArray[np.bool_]:
    """Say of each ring whether there is anything of it; nothing of a hole in what is nothing."""
    n = len(part)
    points = np.bincount(ring, minlength=n) - (dimension == 2)  # noqa: PLR2004
    (x0, y0), (x1, y1) = units.T, np.roll(units, -1, axis=0).T
    inside = np.diff(ring, append=-1) == 0
    doubled = np.bincount(ring[inside], (x0 * y1 - x1 * y0)[inside], minlength=n)
    kept: NDArray[np.bool_] = (points >= _LEAST_POINTS[dimension]) & (
        (dimension != 2) | (doubled != 0)  # noqa: PLR2004
    )
    outer = np.diff(part, prepend=-1) != 0
    return kept & kept[np.maximum.accumulate(np.where(outer, np.arange(n), 0))]


def _varints(numbers: IntArray) -> tuple[bytes, IntArray]:
    """Return whole numbers below 2**35 as bytes, seven bits in each, the lowest first; and how many each takes."""
    groups = numbers[:, None] >> np.arange(0, 35, 7)
    needed = groups > 0
    needed[:, 0] = True
    follows = np.zeros_like(needed)
    follows[:, :-1] = needed[:, 1:]
    text = ((groups & 127) | (follows << 7))[needed].astype(np.uint8).tobytes()
    return text, needed.sum(axis=1)


def _varint(number: int) -> bytes:
    text = bytearray()
    while number > 127:  # noqa: PLR2004
        text.append(number & 127 | 128)
        number >>= 7
    text.append(number)
    return bytes(text)


def _text(field: int, content: bytes | bytearray) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(content)) + content


def _value(value: str | int) -> bytes:
    return bytes([5 << 3]) + _varint(value) if isinstance(value, int) else _text(1, value.encode())

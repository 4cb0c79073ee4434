"""Duplicates: rows of one name at one spot, found by name and distance; the one routine for all."""

import math
import unicodedata
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from services.words.names import normalise

SAME_PLACE_M = 50.0
"""Two rows of one name within this distance are one."""
_SUFFIXES = ("サロン", "会館", "集会所", "センター", "公民館")


def first_of_same(
    keys: Sequence[str], shapes: NDArray[np.object_], *, within_m: float = SAME_PLACE_M
) -> NDArray[np.int64]:
    """
    Return for each row the first row of the same key within a distance, itself if there is none.

    Rows without a position are the same when the key is the same. Only rows that are the first of
    their kind are compared with, so a chain of near rows does not grow into one.
    """
    first = np.arange(len(keys), dtype=np.int64)
    seen: dict[tuple[str, int, int], list[tuple[int, float, float]]] = {}
    unlocated: dict[str, int] = {}
    for row, (key, xy) in enumerate(zip(keys, _positions(shapes), strict=True)):
        if xy is None:
            first[row] = unlocated.setdefault(key, row)
            continue
        column, line = (math.floor(value / within_m) for value in xy)
        near = (
            (earlier, math.hypot(xy[0] - x, xy[1] - y))
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            for earlier, x, y in seen.get((key, column + i, line + j), ())
        )
        same = [earlier for earlier, away_m in near if away_m <= within_m]
        if same:
            first[row] = min(same)
        else:
            seen.setdefault((key, column, line), []).append((row, *xy))
    return first


def look_alikes(
    names: Sequence[str], shapes: NDArray[np.object_], *, within_m: float = SAME_PLACE_M
) -> list[tuple[int, int]]:
    """
    Return pairs of near rows whose names differ but are perhaps one: shown, never merged.

    One name holds the other without a general word, as 「東会館」 and 「東町内会館」 do not but
    「東自治会館」 and 「東自治会館（1階）」 do.
    """
    located = [row for row, xy in enumerate(_positions(shapes)) if xy is not None]
    if not located:
        return []
    forms = [normalise(unicodedata.normalize("NFKC", name)) for name in names]
    points = shapes[located]
    tree = shapely.STRtree(points)
    # All rows of one building would be a square of pairs: distinct names per spot are few.
    pairs = set()
    by_form: dict[tuple[str, bytes], int] = {}
    kept = [
        place
        for place, row in enumerate(located)
        if by_form.setdefault((forms[row], points[place].wkb), row) == row
    ]
    left, right = tree.query(points[kept], predicate="dwithin", distance=within_m)
    for here, there in zip(np.asarray(kept)[left].tolist(), right.tolist(), strict=True):
        one, other = located[here], located[there]
        if one < other and _alike(forms[one], forms[other]):
            pairs.add((one, other))
    return sorted(pairs)


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short != long and len(short) > 2 and short not in _SUFFIXES and short in long  # noqa: PLR2004  a syllable is in every name


def _positions(shapes: NDArray[np.object_]) -> list[tuple[float, float] | None]:
    known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    xy = shapely.get_coordinates(shapes[known]).tolist()
    positions: list[tuple[float, float] | None] = [None] * len(shapes)
    for row, (x, y) in zip(np.flatnonzero(known).tolist(), xy, strict=True):
        positions[row] = (x, y)
    return positions

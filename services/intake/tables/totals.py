"""Totals among the rows: told by their names and judged by their sums, so that nobody counts twice."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.intake.tables.cells import is_total
from services.words.names import normalise

FloatArray = NDArray[np.float64]

_PART = re.compile(
    r".*再掲.*|[(\[【]\s*(?:うち|内)[^)\]】]*[)\]】].*|うち[^ぁ-ん].*|内[、,:： 　数訳].*|内(?:男|女|日本人|外国人|世帯).*"
)
_ENDS_AS_TOTAL = re.compile(r".+計[)\]】]?")
_CHANCE_OF_NAMESAKES, _CHANCE_OF_ALL = 10.0, 100.0
"""Fewer residents than this may be a sum by chance: of rows that share a name, of all others."""
_NAMESAKES_MIN, _OTHERS_MIN, _FIGURES_MIN = 2, 3, 2
TINY = 1e-6


@dataclass(frozen=True)
class RowVerdict:
    """What a row is beside an area of its own, and why."""

    row: int
    """Position of the row."""
    kind: str
    """
    total: a sum, left out; part: counted in another row, left out; area: kept, named like a sum and
    none, or the sum of the rows below by nothing but its figures.
    """
    agrees: bool | None
    """Whether it is the sum of other rows; None where nothing can be compared."""
    first: int = -1
    last: int = -1
    """Positions of the first and last row that it is the sum of."""


@dataclass(frozen=True)
class RowBounds:
    """The least and the most that each row can be, a column an age group."""

    low: FloatArray
    high: FloatArray
    tolerance: float = 0.0
    """What rounding may add or take for each row."""

    def agree(self, row: int, parts: Sequence[int]) -> bool:
        """Say whether a row can be the sum of others."""
        if not len(parts):
            return False
        low, high = self.low[list(parts)].sum(axis=0), self.high[list(parts)].sum(axis=0)
        slack = self.tolerance * (len(parts) + 1) + TINY
        fits = (self.high[row] >= low - slack) & (self.low[row] <= high + slack)
        return bool(fits.all())


def is_part_name(name: str) -> bool:
    """Say whether a name is that of a part that another row holds: （再掲）…, うち外国人."""
    return _PART.fullmatch(unicodedata.normalize("NFKC", name).strip()) is not None


def judge(names: Sequence[str], keys: Sequence[str], bounds: RowBounds) -> list[RowVerdict]:
    """
    Return the rows that are no areas of their own, or are doubtful, in the order of the table.

    ``keys`` are names or ids of areas. A row with the name of a total (合計, 大字計) is left out even
    where it is no sum; one whose name merely ends in 計 only where it is, for areas are called 主計,
    too. A row that bears the beginning of its followers' names and is their sum is a total as well,
    and so is the first or last row that is the sum of all others, and one of several rows of one area
    that is the sum of the rest. A row that is the sum of those below by its figures alone is kept, and
    doubted.
    """
    shown = [unicodedata.normalize("NFKC", name).strip() for name in names]
    part = [is_part_name(name) for name in shown]
    total = [is_total(name) and not part[n] for n, name in enumerate(shown)]
    maybe = [
        not (total[n] or part[n]) and (not keys[n] or _ENDS_AS_TOTAL.fullmatch(name) is not None)
        for n, name in enumerate(shown)
    ]
    plain = [n for n in range(len(shown)) if not (part[n] or total[n] or maybe[n])]
    verdicts = {n: RowVerdict(n, "part", None) for n in range(len(shown)) if part[n]}
    sums = _Sums(plain, [normalise(key) for key in keys], bounds)
    for n in (n for n in range(len(shown)) if maybe[n]):
        found = sums.of(n, least=2) or sums.of_followers(n, least=1)
        verdicts[n] = _verdict(n, "total" if found else "area", found)
        if not found:
            sums.add(n)
    for n in sums.unnamed():
        found = sums.of_followers(n, least=_NAMESAKES_MIN) or sums.of_namesakes(n)
        verdicts[n] = _verdict(n, "total", found)
    sums.leave(verdicts)
    for n in sums.ends():
        verdicts[n] = _verdict(n, "total", [m for m in sums.plain if m != n])
    sums.leave(verdicts)
    for n in sums.plain:
        if n not in verdicts and (found := sums.of_next(n)):
            verdicts[n] = _verdict(n, "area", found)
    for n in (n for n in range(len(shown)) if total[n]):
        others = [m for m in range(n) if m in verdicts and verdicts[m].kind == "total"]
        if sums.weighs(n):
            verdicts[n] = _verdict(n, "total", sums.of(n, least=1) or sums.run_of(n, others))
        else:
            verdicts[n] = RowVerdict(n, "total", None)
    return [verdicts[n] for n in sorted(verdicts)]


def _verdict(row: int, kind: str, found: list[int] | None) -> RowVerdict:
    if not found:
        return RowVerdict(row, kind, agrees=False)
    return RowVerdict(row, kind, agrees=True, first=min(found), last=max(found))


class _Sums:
    """The rows of areas, and which of them add up to another row."""

    def __init__(self, plain: list[int], keys: list[str], bounds: RowBounds) -> None:
        self.keys = keys
        self.bounds = bounds
        self._set(plain)

    def _set(self, plain: list[int]) -> None:
        self.plain = plain
        self._by_key = sorted((self.keys[n], n) for n in plain)

    def add(self, row: int) -> None:
        """Take a row for one of an area after all."""
        self._set(sorted([*self.plain, row]))

    def leave(self, verdicts: dict[int, RowVerdict]) -> None:
        """Take rows that are totals away."""
        self._set([n for n in self.plain if n not in verdicts or verdicts[n].kind == "area"])

    def weighs(self, row: int) -> bool:
        """Say whether anything can be said of a row by its figures."""
        high = self.bounds.high[row]
        return bool(np.isfinite(high).any() and high.max(initial=0.0) > 0)

    def of(self, row: int, *, least: int) -> list[int] | None:
        """Return the rows that a total is the sum of: all, those of its name, those beside it."""
        if not self.weighs(row):
            return None
        above = [n for n in self.plain if n < row]
        below = [n for n in self.plain if n > row]
        for parts in (above + below, self._named(row)):
            if len(parts) >= least and self.bounds.agree(row, parts):
                return parts
        return self.run_of(row, above, least=least) or self._run(row, below, least=least)

    def run_of(self, row: int, above: list[int], *, least: int = 1) -> list[int] | None:
        """Return the rows directly above whose sum a row is."""
        return self._run(row, above[::-1], least=least)

    def _run(self, row: int, beside: list[int], *, least: int) -> list[int] | None:
        """Return the fewest of the rows, taken in their order, whose sum a row is."""
        low = np.zeros(self.bounds.low.shape[1])
        for length, n in enumerate(beside, start=1):
            low = low + self.bounds.low[n]
            slack = self.bounds.tolerance * (length + 1) + TINY
            if (low > self.bounds.high[row] + slack).any():
                return None
            if length >= least and self.bounds.agree(row, beside[:length]):
                return beside[:length]
        return None

    def _named(self, row: int) -> list[int]:
        """Return the other rows whose names begin with that of a row."""
        stem = _stem(self.keys[row])
        if not stem:
            return []
        at = bisect_left(self._by_key, (stem, -1))
        found = []
        while at < len(self._by_key) and self._by_key[at][0].startswith(stem):
            found.append(self._by_key[at][1])
            at += 1
        return sorted(n for n in found if n != row)

    def of_followers(self, row: int, *, least: int) -> list[int] | None:
        """Return the rows that bear the beginning of a row's name and add up to it."""
        named = [n for n in self._named(row) if self.keys[n] != self.keys[row]]
        if len(named) < least or not self._hardly_by_chance(row, _CHANCE_OF_NAMESAKES):
            return None
        if self.bounds.agree(row, named):
            return named
        following = [n for n in named if n > row]
        return self._run(row, following, least=least)

    def of_namesakes(self, row: int) -> list[int] | None:
        """Return the other rows of the very same area where a row is their sum."""
        named = [n for n in self._named(row) if self.keys[n] == self.keys[row]]
        if len(named) < _NAMESAKES_MIN or not self._hardly_by_chance(row, _CHANCE_OF_NAMESAKES):
            return None
        return named if self.bounds.agree(row, named) else None

    def unnamed(self) -> list[int]:
        """Return the rows with an area's name that are sums all the same, one of each set of namesakes."""
        found: list[int] = []
        left = set()
        for n in self.plain:
            if self.keys[n] in left:
                continue
            if self.of_followers(n, least=_NAMESAKES_MIN) is not None:
                found.append(n)
            elif self.of_namesakes(n) is not None:
                found.append(n)
                left.add(self.keys[n])
        return found

    def of_next(self, row: int) -> list[int] | None:
        """Return the rows directly below whose sum a row is, where that is hardly by chance."""
        # One figure of thousands of rows is now and then the sum of the next ones.
        figures = len(set(self.bounds.low[row].tolist()))
        if figures < _FIGURES_MIN or not self._hardly_by_chance(row, _CHANCE_OF_ALL):
            return None
        at = bisect_left(self.plain, row)
        return self._run(row, self.plain[at + 1 :], least=_NAMESAKES_MIN)

    def ends(self) -> list[int]:
        """Return the first or last row where it is the sum of all others and hardly by chance."""
        if len(self.plain) <= _OTHERS_MIN:
            return []
        for n in (self.plain[0], self.plain[-1]):
            others = [m for m in self.plain if m != n]
            if self._hardly_by_chance(n, _CHANCE_OF_ALL) and self.bounds.agree(n, others):
                return [n]
        return []

    def _hardly_by_chance(self, row: int, least: float) -> bool:
        low, high = self.bounds.low[row], self.bounds.high[row]
        return bool(low.max(initial=0.0) >= least and (low == high).all())


def _stem(key: str) -> str:
    """Return the name that a total is the total of: 上野 of 「上野（大字計）」."""
    bare = re.sub(r"[(\[【][^)\]】]*[)\]】]?$", "", key)
    return re.sub(r"(?:の?(?:合計|小計|総計|総数|計))$", "", bare)

"""The header of a table: found under title lines, joined from up to three rows, each name once."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from services.intake.tables.columns import meaning_of, plain
from services.intake.tables.grids import Row
from services.profile.ages import band_of

LOOKED_AT = 30
"""The header is among this many first rows."""
KNOWN_MIN = 2
LONGEST = 40
"""A longer cell is a sentence, not the name of a column."""


@dataclass(frozen=True)
class Header:
    """Names of the columns, each once, and the position of the first row of data in the grid."""

    names: list[str]
    body: int
    row: int
    """File row of the (lower) header row."""
    named: int
    """Position behind the last column that has a name of its own."""
    titles: list[str]
    """What stood above: title, date, unit."""
    units: list[str]
    """What a row of units under the names says of each column, '' where it says nothing."""


def find_header(rows: list[Row], *, wanted: Collection[str] = ()) -> Header:
    """
    Find the header: the first row that names two known meanings (or columns asked for).

    A row of codes without a gap (KEY_CODE, T000847001) is a header as well. Where no row is either,
    it is the first row that is not a lone title.
    """
    asked = {plain(name) for name in wanted}
    at = _position(rows, asked)
    top, bottom = _naming_most(rows, _extent(rows, at), at=at, asked=asked)
    names = _joined([cells for _, cells in rows[top : bottom + 1]])
    titles = ["　".join(cell for cell in cells if cell) for _, cells in rows[:top]]
    named = max((n for n, name in enumerate(names, start=1) if name), default=0)
    body, units = bottom + 1, [""] * len(names)
    if body < len(rows) and _filled(rows[body][1]) and all(map(_is_unit, rows[body][1])):
        units = _padded(rows[body][1], len(names))[: len(names)]
        body += 1
    return Header(_unique(names), body, rows[bottom][0], named, titles, units)


def _naming_most(
    rows: list[Row], extent: tuple[int, int], *, at: int, asked: set[str]
) -> tuple[int, int]:
    """Return the rows that name most of what is asked for; of equals those that are most."""
    top, bottom = extent
    spans = [(t, b) for t in range(top, at + 1) for b in range(bottom, at - 1, -1)]

    def found(span: tuple[int, int]) -> tuple[int, int]:
        names = _joined([cells for _, cells in rows[span[0] : span[1] + 1]])
        return len(asked & set(map(plain, names))), span[1] - span[0]

    return max(spans, key=found)


def known_names(names: list[str], *, wanted: Collection[str] = ()) -> int:
    """Return how many names of a header are asked for or have a meaning."""
    asked = {plain(name) for name in wanted}
    return sum(1 for name in names if _is_known(name, asked))


def _position(rows: list[Row], wanted: set[str]) -> int:
    """Return the row that names what is asked for, else the first that is known or has no gap."""
    first = rows[:LOOKED_AT]
    for position, (_, cells) in enumerate(first):
        if wanted and wanted <= {plain(cell) for cell in cells}:
            return position
    widest = max(_filled(cells) for _, cells in first)
    for position, (_, cells) in enumerate(first):
        known = {plain(cell) for cell in cells if _is_known(cell, wanted)}
        full = (
            widest > 1
            and _filled(cells) == widest
            and all(_is_code(cell) for cell in cells if cell)
        )
        if full or len(known) >= KNOWN_MIN:
            return position
    for position, (_, cells) in enumerate(first):
        if position + 1 == len(rows) or not _is_title(cells):
            return position
        if _filled(rows[position + 1][1]) == 1:
            return 0
    return 0


def _is_known(cell: str, wanted: set[str]) -> bool:
    if not cell or len(cell) > LONGEST:
        return False
    if plain(cell) in wanted or meaning_of(cell):
        return True
    # 「1-2」 may be an address as well as an age band; 「65歳」 may not.
    return band_of(cell) is not None and re.fullmatch(r"[\d\W]+", cell) is None


def _filled(cells: list[str]) -> int:
    return sum(1 for cell in cells if cell)


_ROWS_MAX = 3
"""Rows of names that one header has at most."""
_UNIT = re.compile(
    r"[(\[【]?(?:単位[:は ]*)?(?:[千百万]?人|世帯|戸|%|パーセント|歳|km2|人/km2|[・、,/])+[)\]】]?"
)
_BESIDE = re.compile(r"[(\[【].*[)\]】]|.*単位.*|.*(?:現在|時点|作成|調べ|ページ|頁)")
"""What stands beside a title in its row: （単位：人）, 令和6年4月1日現在."""


def _is_unit(cell: str) -> bool:
    return not cell or _UNIT.fullmatch(unicodedata.normalize("NFKC", cell)) is not None


def _is_title(cells: list[str]) -> bool:
    """Say whether a row is a title: one text, perhaps with its unit and its date beside it."""
    there = [unicodedata.normalize("NFKC", cell) for cell in cells if cell]
    beside = [cell for cell in there if _BESIDE.fullmatch(cell)]
    # Dates that stand over columns are several.
    dates = [cell for cell in beside if not _UNIT.fullmatch(cell) and "単位" not in cell]
    return len(dates) <= 1 and len(there) - len(beside) <= 1


def _extent(rows: list[Row], at: int) -> tuple[int, int]:
    """Return first and last row of the header; merged cells leave gaps that the other rows fill."""
    top = bottom = at
    while bottom - top + 1 < _ROWS_MAX and (more := _rows_below(rows, bottom)):
        bottom += more
    bottom = min(bottom, top + _ROWS_MAX - 1)
    while (
        top > 0
        and bottom - top + 1 < _ROWS_MAX
        and not _is_title(rows[top - 1][1])
        and _completes(rows[top - 1][1], rows[top][1])
    ):
        top -= 1
    return top, bottom


def _rows_below(rows: list[Row], bottom: int) -> int:
    """Return how many rows the header goes on: two where only both together fill the gaps."""
    below = [cells for _, cells in rows[bottom + 1 : bottom + 3]]
    if below and _completes(rows[bottom][1], below[0]):
        return 1
    if len(below) > 1 and _completes(*below):
        width = max(map(len, below))
        both = [a or b for a, b in zip(*(_padded(cells, width) for cells in below), strict=True)]
        return 2 if _completes(rows[bottom][1], both) else 0
    return 0


def _completes(upper: list[str], lower: list[str]) -> bool:
    """Say whether a row stands under merged cells: it fills their gaps with words, not with data."""
    width = max(len(upper), len(lower))
    above, below = _padded(upper, width), _padded(lower, width)
    gaps = [under for over, under in zip(above, below, strict=True) if under and not over]
    there = [cell for cell in lower if cell]
    if not gaps or any(_is_data(cell) for cell in there):
        return False
    unnamed = [over for over, under in zip(above, below, strict=True) if over and not under]
    return bool(unnamed) or all(_is_part(cell) for cell in there)


def _is_part(cell: str) -> bool:
    return bool(meaning_of(cell)) or band_of(cell) is not None or plain(cell) in _SEXES


_SEXES = {"男", "女", "男性", "女性", "計", "総数", "合計"}


def _is_code(cell: str) -> bool:
    return re.fullmatch(r"[A-Za-z#_][\x21-\x7e]*", cell) is not None


def _is_data(cell: str) -> bool:
    number = re.fullmatch(r"[-+−]?[0-9][0-9,.]*", unicodedata.normalize("NFKC", cell))
    return number is not None or len(cell) > LONGEST


def _padded(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))


def _joined(rows: list[list[str]]) -> list[str]:
    """
    Join rows of names: a merged cell stands over all that follows until the next.

    In the rows below the first it ends where the cell over it ends, too.
    """
    width = max(map(len, rows))
    padded = [_padded(cells, width) for cells in rows]
    names = []
    over = [""] * len(rows)
    for number in range(width):
        column = [cells[number] for cells in padded]
        for level, cell in enumerate(column):
            below = any(column[level + 1 :])
            if cell:
                over[level:] = [cell] + [""] * (len(rows) - level - 1)
            elif not below:
                over[level] = ""
        names.append("_".join(dict.fromkeys(part for part in over if part)))
    return names


def column_name(number: int) -> str:
    """Return the name of a column that has none, by its number from 1."""
    return f"列{number}"


def _unique(cells: list[str]) -> list[str]:
    """Name columns without a name by their number, and a second column of one name by its own."""
    names: list[str] = []
    taken: set[str] = set()
    for number, cell in enumerate(cells, start=1):
        name = re.sub(r"\s*\n\s*", "", cell) or column_name(number)
        while name in taken:
            name = f"{name}（{number}列目）"
        taken.add(name)
        names.append(name)
    return names

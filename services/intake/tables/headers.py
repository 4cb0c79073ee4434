"""The header of a table: found under title lines, joined from two rows, each name once."""

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


def find_header(rows: list[Row], *, wanted: Collection[str] = ()) -> Header:
    """
    Find the header: the first row that names two known meanings (or columns asked for).

    A row of codes without a gap (KEY_CODE, T000847001) is a header as well. Where no row is either,
    it is the first row that is not a lone title.
    """
    at = _position(rows, {plain(name) for name in wanted})
    top, bottom = _extent(rows, at)
    names = _joined(rows[top][1], rows[bottom][1]) if top < bottom else rows[at][1]
    titles = ["　".join(cell for cell in cells if cell) for _, cells in rows[:top]]
    named = max((n for n, name in enumerate(names, start=1) if name), default=0)
    return Header(_unique(names), bottom + 1, rows[bottom][0], named, titles)


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
        if position + 1 == len(rows) or _filled(cells) > 1:
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


def _extent(rows: list[Row], at: int) -> tuple[int, int]:
    """Return first and last row of the header; merged cells leave gaps that the other row fills."""
    if at + 1 < len(rows) and _completes(rows[at][1], rows[at + 1][1]):
        return at, at + 1
    if at > 0 and _filled(rows[at - 1][1]) > 1 and _completes(rows[at - 1][1], rows[at][1]):
        return at - 1, at
    return at, at


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


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """Join two rows of names: a merged cell stands over all that follows until the next."""
    width = max(len(upper), len(lower))
    names, over = [], ""
    for above, below in zip(_padded(upper, width), _padded(lower, width), strict=True):
        over = above or (over if below else "")
        names.append("_".join(part for part in dict.fromkeys((over, below)) if part))
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

"""番地 as people type them: 「1〜12番、15」 as a set of numbers."""

import re
import unicodedata

_PIECE = re.compile(r"(\d+)(?:[-~〜―–—−ー](\d+)|から(\d+))?")
_SEPARATORS = re.compile(r"[、,;・\s]+")
_WORDS = re.compile(r"番地?|号|地番|まで|の全部|全域")
MOST = 100_000


def read_lots(text: str) -> frozenset[int] | None:
    """
    Return the lots that a text names: empty for the whole area, ``None`` if it is not understood.

    「12-3」 is lot 12 (with a branch number), since a range does not run backwards.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = _WORDS.sub("", plain)
    found: set[int] = set()
    for piece in filter(None, _SEPARATORS.split(plain)):
        match = _PIECE.fullmatch(piece)
        if match is None:
            return None
        first = int(match[1])
        last = int(match[2] or match[3] or first)
        if last - first > MOST:
            return None
        found.update(range(first, last + 1) if last >= first else {first})
    return frozenset(found)


def lot_number(text: str) -> int:
    """Return the number of a lot without its branch, -1 where there is none."""
    match = re.match(r"\d+", unicodedata.normalize("NFKC", text).strip())
    return int(match[0]) if match else -1

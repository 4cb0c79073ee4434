"""What part of a file concerns a municipality: its JIS code, its bounding box."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from services.profile import Source

DESIGNATED_CITIES = (
    *("01100", "04100", "11100", "12100", "14100", "14130", "14150", "15100", "22100", "22130"),
    *("23100", "26100", "27100", "27140", "28100", "33100", "34100", "40100", "40130", "43100"),
)
"""Their wards have the codes that follow, up to the next of these or to xx200."""

_CODE_DIGITS = 5


@dataclass(frozen=True)
class Window:
    """A municipality as seen from a file that may hold more."""

    jis_code: str
    bbox: tuple[float, float, float, float] | None = None
    """West, south, east, north in degrees."""
    name: str = ""

    def codes(self) -> tuple[str, str]:
        """Return the first code of the municipality and the first that is no longer one of its own."""
        if self.jis_code not in DESIGNATED_CITIES:
            return self.jis_code, _next(self.jis_code)
        following = [code for code in DESIGNATED_CITIES if code > self.jis_code]
        end = self.jis_code[:2] + "200"
        return self.jis_code, min([end, *following[:1]])

    def has(self, code: str) -> bool:
        """Say whether a code (of anything inside: a ward, a small area) is of the municipality."""
        first, end = self.codes()
        return first <= code < end

    def where(self, column: str, *, numeric: bool) -> str:
        """Return the condition on a column of codes in OGR SQL."""
        first, end = self.codes()
        name = column.replace('"', '""')
        if numeric:
            return f'"{name}" >= {int(first)} AND "{name}" < {int(end)}'
        return f"\"{name}\" >= '{first}' AND \"{name}\" < '{end}'"

    def box_for(self, source: Source) -> tuple[float, float, float, float] | None:
        """Return the bounding box where the source asks for it."""
        return self.bbox if source.within else None


def _next(code: str) -> str:
    return f"{int(code) + 1:0{_CODE_DIGITS}d}"


def jis_codes(cells: Sequence[str]) -> list[str]:
    """
    Return codes of five digits as typed: with a check digit, without the zero that Excel takes off.

    A column with any code of six digits has check digits throughout.
    """
    digits = [re.sub(r"\D", "", unicodedata.normalize("NFKC", cell)) for cell in cells]
    checked = any(len(code) == _CODE_DIGITS + 1 for code in digits)
    return [code.zfill(_CODE_DIGITS + checked)[:_CODE_DIGITS] if code else "" for code in digits]

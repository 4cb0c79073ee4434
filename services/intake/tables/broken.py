"""Text that was broken before it came here: lost letters, control characters, the wrong code page."""

import re
import unicodedata
from dataclasses import dataclass

import pandas as pd

from geo.errors import Sentence
from services.intake.tables.ledger import Entry

_ROWS_SHOWN = 20
_LETTERS_SHOWN = 40
_LOST = re.compile("\ufffd|^[?\uff1f\u3013]{2,}$")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_JAPANESE = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]")
_MARKED = re.compile("[^\x00-\x7f]")
_LATIN_PAGES = ("cp1252", "latin-1", "cp437", "mac_roman")


@dataclass(frozen=True, slots=True)
class Broken:
    """What is broken in one column, told by its first cell."""

    column: str
    rows: tuple[int, ...]
    """Rows of the file; empty where the name of the column itself is broken."""
    cell: str
    why: Sentence

    def entry(self) -> Entry:
        """Return the remark for the ledger."""
        if not self.rows:
            said = Sentence(
                "the name of column {cell!r} is broken: {why}", cell=self.cell, why=self.why
            )
            return Entry("broken_text", said)
        listing = ", ".join(map(str, self.rows[:_ROWS_SHOWN]))
        return Entry(
            "broken_text",
            Sentence(
                "column {column}: broken text in {rows_n} rows ({listing}), such as {cell!r}: {why}; "
                "kept as it is, correct the file",
                column=self.column,
                rows_n=len(self.rows),
                listing=listing + (" …" if self.rows[_ROWS_SHOWN:] else ""),
                cell=self.cell,
                why=self.why,
            ),
            row=self.rows[0],
        )


def broken_text(table: pd.DataFrame) -> list[Broken]:
    """Return what is broken in the texts of a table, the index of which holds the rows of the file."""
    found = []
    for position, name in enumerate(map(str, table.columns)):
        if why := why_broken(name):
            found.append(Broken(name, (), _shown(name), why))
        column = table.iloc[:, position]
        if not (pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)):
            continue
        # A cell of GeoJSON may be an object, which is no key.
        texts = [(row, cell) for row, cell in column.items() if isinstance(cell, str)]
        cells = {cell: why_broken(cell) for cell in {cell for _, cell in texts}}
        bad = {cell: why for cell, why in cells.items() if why}
        if bad:
            rows = [(int(str(row)), cell) for row, cell in texts if cell in bad]
            first = rows[0][1]
            found.append(Broken(name, tuple(row for row, _ in rows), _shown(first), bad[first]))
    return found


def why_broken(text: str) -> Sentence | None:
    """
    Return why a text is broken, nothing where it is not.

    Bytes of one code page read as another are told by reading them back: only broken text gives
    Japanese. Half-width kana are no fault, and what the other page has no letter for is not told.
    """
    if text.isascii() and text.isprintable() and "?" not in text:
        return None
    if _LOST.search(text):
        return Sentence("letters were lost in a conversion")
    if not text.isascii() and (why := _wrong_page(text)):
        return why
    return Sentence("it has control characters") if _CONTROL.search(text) else None


def _wrong_page(text: str) -> Sentence | None:
    for page, read_as, guess in (
        ("UTF-8", "CP932", _utf8_as_cp932(text)),
        ("UTF-8", "Latin", _as_latin(text, "utf-8")),
        ("CP932", "Latin", _as_latin(text, "cp932")),
        ("EUC-JP", "Latin", _as_latin(text, "euc_jp")),
    ):
        if guess:
            return Sentence(
                "{page} read as {read_as}, perhaps {guess!r}",
                page=page,
                read_as=read_as,
                guess=_shown(guess),
            )
    return None


def _utf8_as_cp932(text: str) -> str:
    """Return what UTF-8 that was read as CP932 says; '' where the text is none of that."""
    # A letter that CP932 lacks has become a dot or a question mark, and its neighbours fit no more.
    guess = text.encode("cp932", errors="ignore").decode("utf-8", errors="replace")
    japanese, lost = len(_JAPANESE.findall(guess)), guess.count("\ufffd")
    return guess if japanese >= 2 and 2 * lost <= japanese else ""  # noqa: PLR2004  one may be chance


def _as_latin(text: str, page: str) -> str:
    """Return what a page that was read as a Latin one says; '' where the text is none of that."""
    if _JAPANESE.search(text) or 2 * len(_MARKED.findall(text)) < len(text.replace(" ", "")):
        return ""
    for latin in _LATIN_PAGES:
        try:
            guess = _bytes(text, latin).decode(page)
        except UnicodeError:
            continue
        if len(_JAPANESE.findall(guess)) >= 2 and not _CONTROL.search(guess):  # noqa: PLR2004  one may be chance
            return guess
    return ""


def _bytes(text: str, latin: str) -> bytes:
    """Return bytes of a Latin page; the five that cp1252 has no letter for are themselves."""
    if latin != "cp1252":
        return text.encode(latin)
    return b"".join(
        bytes([ord(sign)]) if 0x80 <= ord(sign) <= 0x9F else sign.encode(latin)  # noqa: PLR2004  controls
        for sign in text
    )


def _shown(text: str) -> str:
    plain = "".join(
        sign if unicodedata.category(sign) != "Cc" else f"\\x{ord(sign):02x}" for sign in text
    )
    return plain if len(plain) <= _LETTERS_SHOWN else plain[:_LETTERS_SHOWN] + "…"

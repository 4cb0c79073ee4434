"""Encodings of Japanese text files, recognised in one fixed order and checked."""

import codecs
import contextlib
import re
from pathlib import Path

from geo.errors import SourceError

TRIED = ("utf-8-sig", "utf-8", "cp932", "euc-jp", "iso-2022-jp", "utf-16")
"""What ``auto`` tells apart, as its refusal names it."""
_ISO_2022 = ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2004")
_EUC = ("euc_jp", "euc_jis_2004")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\uf8f0-\uf8f3\ufffd]")
_LOW_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NO_CP932 = re.compile("[\x80-\x9f\uf8f0-\uf8f3]")
_STRANGE_MAX = 0.01
"""Text has at most this share of control characters, which are then told by their rows."""
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes, *, path: Path, encoding: str = "auto") -> str:
    """Return the text of a file, or refuse bytes that are no text in any encoding tried."""
    return decoded(data, path=path, encoding=encoding)[0]


def decoded(data: bytes, *, path: Path, encoding: str = "auto") -> tuple[str, str]:
    """Return the text of a file and the encoding that it is in."""
    data = data.removesuffix(b"\x1a")
    for name in _candidates(data) if encoding == "auto" else (encoding,):
        text = _strictly(data, name)
        if text is not None:
            return text, name
    if encoding in ("auto", "cp932"):
        with contextlib.suppress(UnicodeError):
            text = data.decode("cp932")
            if not _NO_CP932.search(text) and _bearable(text) is not None:
                return text, "cp932"
    listing = ", ".join(TRIED if encoding == "auto" else (encoding,))
    raise SourceError(
        "not text in {listing}; save it as CSV in UTF-8 or give the source's encoding",
        path=path,
        listing=listing,
    )


def _candidates(data: bytes) -> tuple[str, ...]:
    """Return the encodings to try: a mark decides alone, escapes before bytes, UTF-8 before both."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return (name,)
    if b"\x00" in data:
        # Half of the bytes of plain letters and digits in UTF-16 are zero, on one side.
        even, odd = data[0::2].count(0), data[1::2].count(0)
        return ("utf-16-le",) if odd > even else ("utf-16-be",)
    if b"\x1b$" in data or b"\x1b(" in data:
        return (*_ISO_2022, "utf-8")
    japanese = (*_EUC, "cp932") if _looks_like_euc(data) else ("cp932", *_EUC)
    return ("utf-8", *japanese)


def _looks_like_euc(data: bytes) -> bool:
    """Say whether bytes are EUC-JP: valid, and as CP932 mostly half-width kana or nothing at all."""
    if all(_strictly(data, name) is None for name in _EUC):
        return False
    text = _strictly(data, "cp932")
    if text is None:
        return True
    foreign = len(_NOT_ASCII.findall(text))
    return 2 * len(_HALF_KANA.findall(text)) > foreign


def _strictly(data: bytes, name: str) -> str | None:
    """Return the text where every byte fits and no control character stands in it."""
    try:
        text = data.decode(name)
    except (UnicodeError, LookupError):
        return None
    # Bytes that are UTF-8 are hardly ever anything else: what was lost before is told by its row.
    return _bearable(text) if name.startswith("utf-8") else _clean(text)


def _clean(text: str) -> str | None:
    return None if _CONTROL.search(text) else text


def _bearable(text: str) -> str | None:
    """Return a text in which few signs are none."""
    strange = len(_LOW_CONTROL.findall(text))
    return None if "\x00" in text or strange > _STRANGE_MAX * len(text) else text

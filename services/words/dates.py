"""Dates: typed in any era, of which a part may be known; fiscal years (H26, 令和7年度); today in Japan."""

import calendar
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

from geo.errors import InvalidInputError

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "r": 2018, "h": 1988, "s": 1925}
_DATE = re.compile(
    r"(?P<era>令和|平成|昭和|[rhs](?=[0-9元]))?\s*(?P<year>元|[0-9]{1,4})\s*[年/.-]"
    r"\s*(?P<month>[0-9]{1,2})\s*(?:[月/.-]\s*(?:(?P<day>[0-9]{1,2})\s*日?)?)?(?![0-9])"
)
_YEAR = re.compile(
    r"(?P<era>令和|平成|昭和|[rhs](?=[0-9元]))?\s*(?P<year>元|[0-9]{1,4})\s*年?度?"
    r"(?:頃|ごろ|から|より|開設|設立|開始)?"
)


def to_iso_date(text: str) -> str:
    """Return the date as ISO text (2024-04-01; 2024-04 or 2024 if no more is known); '' if it is none."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    plain = re.sub(r"^([12][0-9]{3})([0-9]{2})([0-9]{2})$", r"\1-\2-\3", plain)
    match = _DATE.match(plain)
    if match is None:
        return _to_iso_year(plain)
    year = _year(match)
    if year is None:
        return ""
    try:
        day = date(year, int(match["month"]), int(match["day"] or 1))
    except ValueError:
        return ""
    return day.isoformat() if match["day"] else day.isoformat()[:7]


def _to_iso_year(plain: str) -> str:
    match = _YEAR.fullmatch(plain)
    year = _year(match) if match else None
    return str(year) if year is not None and year <= 9999 else ""  # noqa: PLR2004  four digits


def _year(match: re.Match[str]) -> int | None:
    year = 1 if match["year"] == "元" else int(match["year"])
    if match["era"]:
        return year + _ERAS[match["era"]] if year else None
    # The first year of 明治: less is no year of a place.
    return year if year >= 1868 else None  # noqa: PLR2004


_FISCAL = re.compile(r"(?:fy)?\s*(令和|平成|昭和|[rhs])?\s*(元|[0-9]{1,4})\s*(?:年度?|fy)?")
_FIRST_FISCAL = 1950
_LAST_FISCAL = 2200
_YEARS_MAX = 60
"""Longest row of years that is computed at once."""


def fiscal_year_end(text: str) -> date:
    """Return the last day of a fiscal year: 31 March of the next year (``H26`` → 2015-03-31)."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    match = _FISCAL.fullmatch(plain)
    year = 0
    if match:
        count = 1 if match[2] == "元" else int(match[2])
        year = _ERAS.get(match[1] or "", 0) + count if count else 0
    if not _FIRST_FISCAL <= year <= _LAST_FISCAL:
        raise InvalidInputError(
            "{text!r} is no fiscal year; write it as H26, R7 or 2014", text=text
        )
    return date(year + 1, 3, 31)


def fiscal_year_ends(first: str, last: str) -> list[date]:
    """Return the last days of all fiscal years from the first to the last, both included."""
    start, end = fiscal_year_end(first), fiscal_year_end(last)
    if start > end:
        raise InvalidInputError(
            "the fiscal years run from {first} to {last}, which is earlier; give the "
            "earlier one first",
            first=first,
            last=last,
        )
    count = end.year - start.year + 1
    if count > _YEARS_MAX:
        raise InvalidInputError(
            "{first} to {last} are {count} fiscal years; give at most {years_max}",
            first=first,
            last=last,
            count=count,
            years_max=_YEARS_MAX,
        )
    return [date(year, end.month, end.day) for year in range(start.year, end.year + 1)]


def fiscal_year_name(end: date) -> str:
    """Return the short Japanese name of the fiscal year that ends on a day (2015-03-31 → H26)."""
    year = end.year - 1
    letter, before = next(
        (name.upper(), before)
        for name, before in sorted(_ERAS.items(), key=lambda era: -era[1])
        if name in ("r", "h", "s") and year > before
    )
    return f"{letter}{year - before}"


_FISCAL_YEAR = re.compile(r"fy\s*[0-9]{4}|(?:令和|平成|昭和|[rhs])?\s*(?:元|[0-9]{1,4})\s*年度")


def dated(text: str) -> str:
    """Return a date as ISO text, whole or in part, a fiscal year as ``FY2016``; '' if it is none."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if _FISCAL_YEAR.fullmatch(plain):
        try:
            return f"FY{fiscal_year_end(plain).year - 1}"
        except InvalidInputError:
            return ""
    return to_iso_date(plain)


def span_of(text: str) -> tuple[date, date] | None:
    """Return the first and the last day that a date can mean, also a fiscal year; None if it is none."""
    found = dated(text)
    if found.startswith("FY"):
        year = int(found[2:])
        return date(year, 4, 1), date(year + 1, 3, 31)
    first, last = first_day(found), last_day(found)
    return None if first is None or last is None else (first, last)


def first_day(iso: str) -> date | None:
    """Return the first day that a date of which a part is known can mean; None where it is none."""
    return _day(iso, last=False)


def last_day(iso: str) -> date | None:
    """Return the last day that a date of which a part is known can mean; None where it is none."""
    return _day(iso, last=True)


def _day(iso: str, *, last: bool) -> date | None:
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", iso)
    if match is None:
        return None
    year = int(match[1])
    try:
        month = int(match[2] or (12 if last else 1))
        day = int(match[3] or (calendar.monthrange(year, month)[1] if last else 1))
        return date(year, month, day)
    except ValueError:
        return None


_AHEAD_OF_UTC = timedelta(hours=9)


def today() -> date:
    """Return the date in Japan."""
    return (datetime.now(UTC) + _AHEAD_OF_UTC).date()


def day_in_japan(moment: str) -> str:
    """Return the date in Japan of a moment (ISO 8601, UTC where it names no zone), as YYYY-MM-DD."""
    then = datetime.fromisoformat(moment)
    known = then if then.tzinfo else then.replace(tzinfo=UTC)
    return (known.astimezone(UTC) + _AHEAD_OF_UTC).date().isoformat()

"""Dates as cities type them: 2024/4/1, 令和6年4月1日, R6.4.1, 20240401, H26."""

import re
import unicodedata
from datetime import date

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "r": 2018, "h": 1988, "s": 1925}
_STARTS = (("令和", date(2019, 5, 1)), ("平成", date(1989, 1, 8)), ("昭和", date(1926, 12, 25)))
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


def to_wareki(iso: str) -> str:
    """Print an ISO date as 令和6年4月1日 (R1 is 元年); '' where it is no date since 昭和."""
    parts = (
        [int(part) for part in iso.split("-")]
        if re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", iso)
        else []
    )
    if not parts:
        return ""
    try:
        # A year or a month belongs to the era in which it ends.
        day = date(parts[0], parts[1] if len(parts) > 1 else 12, parts[2] if len(parts) > 2 else 28)  # noqa: PLR2004  year, month, day
    except ValueError:
        return ""
    era = next((name for name, start in _STARTS if day >= start), "")
    if not era:
        return ""
    number = parts[0] - _ERAS[era]
    units = zip(parts[1:], "月日", strict=False)
    return f"{era}{'元' if number == 1 else number}年" + "".join(f"{n}{unit}" for n, unit in units)

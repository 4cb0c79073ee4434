"""Dates as cities type them: 2024/4/1, 令和6年4月1日, R6.4.1, 20240401."""

import re
import unicodedata
from datetime import date

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "r": 2018, "h": 1988, "s": 1925}
_DATE = re.compile(
    r"(?P<era>令和|平成|昭和|[rhs](?=[0-9元]))?\s*(?P<year>元|[0-9]{1,4})\s*[年/.-]"
    r"\s*(?P<month>[0-9]{1,2})\s*(?:[月/.-]\s*(?:(?P<day>[0-9]{1,2})\s*日?)?)?(?![0-9])"
)


def to_iso_date(text: str) -> str:
    """Return the date as ISO text (2024-04-01, or 2024-04 without a day); '' if it is none."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    plain = re.sub(r"^([12][0-9]{3})([0-9]{2})([0-9]{2})$", r"\1-\2-\3", plain)
    match = _DATE.match(plain)
    if match is None:
        return ""
    era, year = match["era"], 1 if match["year"] == "元" else int(match["year"])
    if era and year == 0:
        return ""
    if era:
        year += _ERAS[era]
    elif year < 1868:  # noqa: PLR2004 - the first year of 明治: less is no year of a place
        return ""
    try:
        day = date(year, int(match["month"]), int(match["day"] or 1))
    except ValueError:
        return ""
    return day.isoformat() if match["day"] else day.isoformat()[:7]

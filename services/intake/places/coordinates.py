"""Coordinates as people type them: decimal degrees, degrees minutes seconds, pairs, plane metres."""

import json
import math
import re
import unicodedata
from dataclasses import dataclass

JAPAN_LON = (122.0, 154.0)
JAPAN_LAT = (20.0, 46.0)
PLANE_MAX_M = 1_000_000.0
"""No place of a zone is farther from the zone's origin than this."""
_DMS = re.compile(
    r"(?P<sign>[+-])?(?P<degrees>[0-9]{1,3}(?:\.[0-9]+)?)[°º度d](?:(?P<minutes>[0-9]{1,2}(?:\.[0-9]+)?)['′’`分m])?"
    r"(?:(?P<seconds>[0-9]{1,2}(?:\.[0-9]+)?)(?:\"|″|”|''|′′|秒|s)?)?"
)
_DOTTED = re.compile(
    r"(?P<degrees>[0-9]{2,3})\.(?P<minutes>[0-9]{1,2})\.(?P<seconds>[0-9]{1,2}(?:\.[0-9]+)?)"
)
_COLONS = re.compile(
    r"(?P<degrees>[0-9]{2,3})[: ](?P<minutes>[0-9]{1,2})[: ](?P<seconds>[0-9]{1,2}(?:\.[0-9]+)?)"
)
_PACKED = re.compile(
    r"(?P<degrees>[0-9]{2,3})(?P<minutes>[0-5][0-9])(?P<seconds>[0-5][0-9](?:\.[0-9]+)?)"
)
_HEMISPHERE = re.compile(r"北緯|東経|緯度|経度|lat(?:itude)?|lon(?:gitude)?|lng|[ne]$|^[ne]|[:=]")
_PAIR_CUT = re.compile(
    r"[,、;/\t]|(?<=[0-9\"″秒'NnEe度分])\s+(?=[0-9東北EeNn+-])"
    r"|(?<=[秒\"″])(?=[0-9東北])|(?<=[0-9\"″][NnEe])(?=[0-9])|(?<=[0-9\"″])(?=[EeNn][0-9])"
)
_BASE60 = 60.0
_MS_PER_DEGREE = 3_600_000.0
_POINT = re.compile(
    r"(?:srid=[0-9]+;)?point\s*z?\s*\(\s*(?P<lon>[0-9.+-]+)\s+(?P<lat>[0-9.+-]+)[^)]*\)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class LonLat:
    """A position; ``repair`` says what was put right: '', 'swapped', 'dms' or 'ms'."""

    lon: float
    lat: float
    repair: str = ""


def plain_number(text: str) -> float:
    """Return a number in metres or degrees, NaN where the text is none; finite or NaN."""
    form = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    form = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))", "", form)
    if re.fullmatch(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?m?", form) is None:
        return math.nan
    number = float(form.removesuffix("m"))
    return number if math.isfinite(number) else math.nan


def to_degrees(text: str) -> float:
    """
    Return an angle in degrees, NaN where the text is none.

    Reads 35.858, 35°51'31.2"N, 北緯35度51分31.2秒, 35.51.31.2, the packed 355131.2 and, as milliseconds
    of arc, 129091200: no other way to type an angle in Japan gives such a number.
    """
    form = unicodedata.normalize("NFKC", text).strip().casefold().replace("−", "-")
    form = re.sub(r"\s*([°º度'′’`分\"″”秒])\s*", r"\1", form)
    form = _HEMISPHERE.sub("", form).strip()
    number = plain_number(form)
    if math.isfinite(number):
        return _unpacked(form, number)
    for pattern in (_DMS, _DOTTED, _COLONS):
        match = pattern.fullmatch(form)
        if match:
            return _sum(match)
    return math.nan


def _unpacked(form: str, number: float) -> float:
    if is_ms(number):
        return number / _MS_PER_DEGREE
    match = _PACKED.fullmatch(form)
    packed = _sum(match) if match else math.nan
    return packed if packed >= JAPAN_LAT[0] else number


def is_ms(number: float) -> bool:
    """Say whether a number is an angle of Japan in milliseconds of arc."""
    degrees = number / _MS_PER_DEGREE
    return any(least <= degrees <= most for least, most in (JAPAN_LON, JAPAN_LAT))


def _sum(match: re.Match[str]) -> float:
    found = match.groupdict()
    minutes, seconds = float(found["minutes"] or 0), float(found["seconds"] or 0)
    if minutes >= _BASE60 or seconds >= _BASE60:
        return math.nan
    size = float(found["degrees"]) + minutes / _BASE60 + seconds / _BASE60**2
    return -size if found.get("sign") == "-" else size


def is_in_japan(lon: float, lat: float) -> bool:
    """Say whether a position lies in the box of Japan; NaN does not."""
    inside = JAPAN_LON[0] <= lon <= JAPAN_LON[1]
    return inside and JAPAN_LAT[0] <= lat <= JAPAN_LAT[1]


def to_lonlat(lon_text: str, lat_text: str) -> LonLat | None:
    """Return the position of two cells, the other way round where only that is in Japan."""
    lon, lat = to_degrees(lon_text), to_degrees(lat_text)
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return None
    if not is_in_japan(lon, lat) and is_in_japan(lat, lon):
        return LonLat(lat, lon, "swapped")
    typed = plain_number(lon_text)
    return LonLat(lon, lat, "" if typed == lon else "ms" if is_ms(typed) else "dms")


def pair_to_lonlat(text: str) -> LonLat | None:
    """
    Return the position of one cell that holds 「緯度,経度」, in either order.

    POINT(経度 緯度) of WKT and a point of GeoJSON are read as well, and an object of lat and lon.
    """
    form = unicodedata.normalize("NFKC", text).strip()
    if form.startswith("{"):
        return _object_to_lonlat(form)
    if point := _POINT.fullmatch(form):
        form = f"{point['lat']},{point['lon']}"
    form = form.strip("()[] ")
    parts = [part for part in _PAIR_CUT.split(form) if part and part.strip()]
    if len(parts) != 2:  # noqa: PLR2004  a pair
        return None
    found = to_lonlat(parts[1], parts[0])
    # Either order is usual in one cell: (lon, lat) there is no mistake.
    return LonLat(found.lon, found.lat, "") if found and found.repair == "swapped" else found


def _object_to_lonlat(form: str) -> LonLat | None:
    """Return the position of a point in JSON: GeoJSON, or an object of latitude and longitude."""
    try:
        told = json.loads(form)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    if isinstance(told.get("geometry"), dict):
        told = told["geometry"]
    pair = told.get("coordinates")
    if not (isinstance(pair, list) and len(pair) >= 2):  # noqa: PLR2004  a pair
        keys = {str(key).casefold(): value for key, value in told.items()}
        pair = [
            next((keys[name] for name in names if name in keys), "")
            for names in (("longitude", "lon", "lng", "long"), ("latitude", "lat"))
        ]
    found = to_lonlat(str(pair[0]), str(pair[1]))
    return LonLat(found.lon, found.lat, "") if found and found.repair == "swapped" else found


def to_plane(x_text: str, y_text: str) -> tuple[float, float] | None:
    """Return northing and easting in metres of two cells, nothing where they are no such numbers."""
    north, east = plain_number(x_text), plain_number(y_text)
    fits = abs(north) <= PLANE_MAX_M and abs(east) <= PLANE_MAX_M
    return (north, east) if fits else None

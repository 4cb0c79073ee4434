"""Geocoding by ``jageocoder`` where it and its dictionary are installed; never required."""

import importlib
from collections.abc import Callable
from typing import Any, NamedTuple


class Geocoded(NamedTuple):
    """A position in degrees, the level that was reached, and how much it can be trusted (0 to 1)."""

    lon: float
    lat: float
    level: str
    confidence: float


Geocoder = Callable[[str], Geocoded | None]

# jageocoder's AddressLevel: 5 大字, 6 字・丁目, 7 街区・地番, 8 住居番号・枝番; up to 4 a municipality.
_LEVELS = {
    5: ("oaza", 0.4),
    6: ("small_area", 0.6),
    7: ("block", 0.9),
    8: ("house", 0.95),
}


def open_geocoder() -> Geocoder | None:
    """
    Return a geocoder, or nothing where the library or its dictionary is not there.

    The dictionary is named, so that no address ever goes to a server that a setting names.
    """
    try:
        library: Any = importlib.import_module("jageocoder")
        folder = library.get_db_dir(mode="r")
        if folder is None:
            return None
        library.init(db_dir=folder, mode="r")
    except Exception:  # noqa: BLE001  whatever it raises, there is no geocoder then
        return None

    def geocode(address: str) -> Geocoded | None:
        try:
            answer = library.search(address)
        except Exception:  # noqa: BLE001  an address that it stumbles over is not found
            return None
        return _best(answer)

    return geocode


def _best(answer: Any) -> Geocoded | None:  # noqa: ANN401  the library's own dictionary
    candidates = answer.get("candidates") or []
    if not candidates:
        return None
    first = candidates[0]
    level = _LEVELS.get(min(int(first.get("level") or 0), 8))
    if level is None:
        return None
    # Several equally good candidates elsewhere: halve the trust.
    share = 1.0 if len(candidates) == 1 else 0.5
    return Geocoded(float(first["x"]), float(first["y"]), level[0], level[1] * share)

"""
Traits: what an edge, or a node, says of itself that a walking profile may forbid or weigh.

One text an edge, ``lit=no;service=driveway``, its keys in alphabetical order, empty where nothing is
said. Only equal edges are merged, so few values are kept: those that make walking harder, or tell it
apart; ``smoothness=good`` says no more than nothing does. Numbers are kept as classes.
"""

import math
import re
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from geo.arrays import TOLERANCE, BoolArray
from geo.vocabulary import NODE_TRAITS, TRAITS

_SAYS_NOTHING: Mapping[str, frozenset[str]] = {
    "ford": frozenset({"no"}),
    "kerb": frozenset({"no"}),
    "sac_scale": frozenset({"strolling"}),
    "service": frozenset({"alley", "emergency_access"}),
    "smoothness": frozenset({"excellent", "good", "intermediate"}),
    "trail_visibility": frozenset({"excellent", "good"}),
}
"""Values that are understood and make no difference."""

_OF_STEPS = frozenset({"handrail", "ramp"})
_ALSO = {"lit": {"24/7": "yes", "automatic": "yes", "sunset-sunrise": "yes", "limited": "yes"}}
_ALSO |= {"ramp": {"separate": "no"}, "ford": {"intermittent": "yes", "seasonal": "yes"}}
_NUMBER = re.compile(r"[+-]?(\d+(?:\.\d+)?)\s*([^\d\s]*)")
_METRES_OF = {"": 1.0, "m": 1.0, "cm": 0.01}
_STEEPEST_PCT, _STEEPEST_DEG = 100.0, 45.0

KERB_TAGS = ("kerb", "kerb:height")
"""Keys of a node that tell of a kerb."""

_LOWERED_M = 0.03
"""Up to so high a kerb is ``lowered`` (OpenStreetMap wiki, *Key:kerb*), at no height ``flush``."""


COLUMNS = ("highway", "surface")
"""Attributes of an edge that a profile may name beside those of ``TRAITS``."""


def trait(key: str, value: str) -> str | None:
    """
    Reduce the value of one tag.

    Parameters
    ----------
    key
        One of ``TRAITS``.
    value
        As it is written; of several values (``bad;good``) the one that comes last in ``TRAITS`` counts.

    Returns
    -------
    One of the values kept, empty where it makes no difference, None where it is not understood.
    """
    if key == "incline":
        return _incline(value)
    if key == "width":
        return _width(value)
    kept, found = TRAITS[key], ""
    for part in (part.strip() for part in value.split(";")):
        said = _ALSO.get(key, {}).get(part, part)
        if said in kept:
            found = max(found, said, key=lambda one: kept.index(one) if one else -1)
        elif said not in _SAYS_NOTHING.get(key, ()):
            return None
    return found


def traits_of(tags: Mapping[str, str], *, steps: bool) -> str:
    """
    Return the traits of a way as one text.

    Parameters
    ----------
    tags
        Tags of one OpenStreetMap way.
    steps
        Whether it is a flight of steps; handrails and ramps are kept of those alone.

    Returns
    -------
    ``key=value`` of ``TRAITS``, joined by ``;``.
    """
    found = ((key, trait(key, tags[key])) for key in TRAITS if key in tags)
    return ";".join(
        f"{key}={value}" for key, value in found if value and (steps or key not in _OF_STEPS)
    )


def node_trait(key: str, value: str) -> str | None:
    """
    Reduce the value of one tag of a node.

    Parameters
    ----------
    key
        ``barrier``, ``kerb``, ``kerb:height`` or ``step_count``.
    value
        As it is written.

    Returns
    -------
    One of the values kept of ``NODE_TRAITS``, empty where it makes no difference, None where it is not
    understood. A ``step_count`` is that of an entrance.
    """
    if key == "kerb":
        return trait("kerb", value)
    if key == "kerb:height":
        return _kerb_of_height(value)
    if key == "step_count":
        return ("steps" if int(value) else "") if value.isdecimal() else None
    kept = [part.strip() for part in value.split(";") if part.strip() in NODE_TRAITS["barrier"]]
    return min(kept, default="")


def traits_of_node(tags: Mapping[str, str]) -> str:
    """
    Return the traits of a node as one text.

    Parameters
    ----------
    tags
        Tags of one OpenStreetMap node.

    Returns
    -------
    ``key=value`` of ``NODE_TRAITS``, joined by ``;``. A kerb is of the kind that its height tells,
    where that is written.
    """
    high = node_trait("kerb:height", tags.get("kerb:height", ""))
    found = {
        "barrier": node_trait("barrier", tags.get("barrier", "")),
        "entrance": node_trait("step_count", tags.get("step_count", "")),
        "kerb": high or node_trait("kerb", tags.get("kerb", "")),
    }
    return ";".join(f"{key}={value}" for key, value in found.items() if value)


def text_says(text: str, pairs: Collection[tuple[str, str]]) -> bool:
    """Tell whether the traits of an edge or a node, as one text, say one of some things."""
    said = set(text.split(";"))
    return any(f"{key}={value}" in said for key, value in pairs)


def says(edges: pd.DataFrame, pairs: Collection[tuple[str, str]]) -> BoolArray:
    """
    Tell which edges say one of some things.

    Parameters
    ----------
    edges
        m rows with ``highway``, ``surface`` and ``traits``.
    pairs
        Keys, of ``COLUMNS`` or of ``TRAITS``, with a value each.

    Returns
    -------
    (m,) mask; no pairs hold nowhere.
    """
    found = np.zeros(len(edges), dtype=bool)
    for column in COLUMNS:
        if values := [value for key, value in pairs if key == column]:
            found |= edges[column].isin(values).to_numpy(dtype=bool)
    wanted = {f"{key}={value}" for key, value in pairs if key not in COLUMNS}
    if wanted and len(edges):
        # A city has few texts that differ.
        kind, texts = pd.factorize(edges["traits"])
        found |= np.array([not wanted.isdisjoint(text.split(";")) for text in texts])[kind]
    return found


def _incline(text: str) -> str | None:
    slope_pct = incline_pct(text)
    if slope_pct is None:
        return None
    classes = [name for name in TRAITS["incline"] if slope_pct >= float(name)]
    return classes[-1] if classes else ""


def incline_pct(text: str) -> float | None:
    """
    Return the slope that ``incline`` tells.

    Parameters
    ----------
    text
        As it is written: ``5%``, ``-8 %``, ``10°``, ``0``.

    Returns
    -------
    Rise over run in per cent, up or down alike; None where it tells no number (``up`` and ``down``
    among them: whither it climbs the heights tell better), or more than 100 %, which is a slip.
    """
    if text == "0":
        return 0.0
    found = _NUMBER.fullmatch(text.strip())
    if found is None or found[2] not in ("%", "°"):
        return None
    number = float(found[1])
    if number > (_STEEPEST_PCT if found[2] == "%" else _STEEPEST_DEG):
        return None
    return number if found[2] == "%" else 100.0 * math.tan(math.radians(number))


def _kerb_of_height(text: str) -> str | None:
    found = _NUMBER.fullmatch(text.strip())
    if found is None or found[2] not in _METRES_OF:
        return None
    height_m = float(found[1]) * _METRES_OF[found[2]]
    return "raised" if height_m > _LOWERED_M + TOLERANCE else "lowered" if height_m else "flush"


def _width(text: str) -> str | None:
    found = _NUMBER.fullmatch(text.strip())
    if found is None or found[2] not in _METRES_OF or not float(found[1]):
        return None
    width_m = float(found[1]) * _METRES_OF[found[2]]
    return next((name for name in TRAITS["width"] if width_m < float(name)), "")

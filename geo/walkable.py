"""
Walkable: which OpenStreetMap ways a person in Japan can walk along, and what is kept of their tags.

The rules, in the order in which they decide:

1. Only known kinds of ``highway`` are streets. What is not there yet or any more (construction,
   proposed, abandoned), what is closed to walkers by its nature (motorway, raceway, bus_guideway)
   and what is no way at all (services, rest_area, bus_stop) is not walkable, whatever ``foot`` says.
2. ``motorroad=yes`` is a 自動車専用道路: walking there is forbidden by law.
3. ``foot`` is about walkers and so decides over every general tag: ``no`` and ``private`` close a
   way; ``use_sidepath`` says that the sidewalk is mapped as a way of its own, which is walked
   instead; ``yes``, ``designated``, ``permissive`` and ``official`` open it.
4. ``access=no`` and ``access=private`` close a way to everyone whom rule 3 did not let in.
5. A ``cycleway`` or ``busway`` is not made for walkers: only rule 3 opens it.
6. Everything else is walkable. In Japan that includes ``trunk``, the 国道 with sidewalks and
   crossings (elsewhere it is often a motorway in all but name); parking aisles and driveways, which
   lead to the door; the outline of a square (``area=yes``); corridors, elevators and escalators,
   which lead through stations.
"""

from collections.abc import Mapping

USEFUL_TAGS = (
    "highway",
    "foot",
    "access",
    "motorroad",
    "name",
    "bridge",
    "tunnel",
    "layer",
    "conveying",
)
"""Keys that the rules or the attributes of an edge read; a reader need keep no other."""

_ROADS = ("trunk", "primary", "secondary", "tertiary")
WALKED = frozenset(
    {
        *_ROADS,
        *(f"{road}_link" for road in _ROADS),
        "unclassified",
        "residential",
        "living_street",
        "service",
        "road",
        "track",
        "pedestrian",
        "footway",
        "path",
        "steps",
        "corridor",
        "elevator",
        "bridleway",
        "platform",
    }
)
"""Kinds of ``highway`` that are walkable unless a tag closes them."""

ONLY_WITH_FOOT = frozenset({"cycleway", "busway"})
"""Kinds of ``highway`` that are walkable only where ``foot`` opens them."""

_FOOT_OPENS = frozenset({"yes", "designated", "permissive", "official"})
_FOOT_CLOSES = frozenset({"no", "private", "use_sidepath"})
_ACCESS_CLOSES = frozenset({"no", "private"})


def is_walkable(tags: Mapping[str, str]) -> bool:
    """
    Say whether a way can be walked along by anybody.

    Parameters
    ----------
    tags
        Tags of one OpenStreetMap way; keys beyond ``USEFUL_TAGS`` play no part.

    Returns
    -------
    True if the rules of this module let a walker in; no tags at all give False.
    """
    highway = tags.get("highway", "")
    known = highway in WALKED or highway in ONLY_WITH_FOOT
    if not known or tags.get("motorroad") == "yes":
        return False
    foot = tags.get("foot", "")
    if foot in _FOOT_CLOSES:
        return False
    if foot in _FOOT_OPENS:
        return True
    return highway in WALKED and tags.get("access", "") not in _ACCESS_CLOSES


def street_attributes(
    tags: Mapping[str, str],
) -> tuple[str, str, bool, bool, bool, int]:
    """
    Reduce the tags of a walkable way to the attributes of an edge.

    Parameters
    ----------
    tags
        Tags of one OpenStreetMap way.

    Returns
    -------
    ``highway, name, bridge, tunnel, steps, layer``. Moving steps (``conveying``) are no ``steps``:
    nobody climbs them. A ``layer`` that is no whole number counts as 0, the ground.
    """
    highway = tags.get("highway", "")
    return (
        highway,
        tags.get("name", ""),
        tags.get("bridge", "no") != "no",
        tags.get("tunnel", "no") != "no",
        highway == "steps" and tags.get("conveying", "no") == "no",
        _layer(tags.get("layer", "0")),
    )


def _layer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0

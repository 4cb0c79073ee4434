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
   lead to the door; the outline of a square (``area=yes``, or a relation that is a multipolygon);
   corridors, elevators and escalators, which lead through stations. A way drawn as
   ``highway=crossing`` (the tag of a node) is a crossing all the same.
"""

from collections.abc import Mapping

from geo.streets.direction import DIRECTION_TAGS, foot_direction

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
    "footway",
    "path",
    "cycleway",
    "crossing",
    "crossing:signals",
    "surface",
    "step_count",
    *DIRECTION_TAGS,
)
"""Keys of a way that the rules or the attributes of an edge read; a reader need keep no other."""

USEFUL_NODE_TAGS = ("highway", "crossing", "crossing:signals")
"""Keys of a node that ``node_kind`` reads."""

PLAIN, CROSSING, SIGNALS, ELEVATOR = 0, 1, 2, 3
"""Kinds of node; where several meet at one spot, the greatest counts."""

_ROADS = ("trunk", "primary", "secondary", "tertiary")
CARRIAGEWAYS = frozenset(
    {
        *_ROADS,
        *(f"{road}_link" for road in _ROADS),
        "unclassified",
        "residential",
        "living_street",
        "service",
        "road",
    }
)
"""Kinds of ``highway`` that cars use: where a crossing meets one, a walker crosses it."""

WALKED = frozenset(
    {
        *CARRIAGEWAYS,
        "track",
        "pedestrian",
        "crossing",
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

PAVED = frozenset(
    {
        "paved",
        "asphalt",
        "chipseal",
        "concrete",
        "concrete:lanes",
        "concrete:plates",
        "paving_stones",
        "paving_stones:lanes",
        "grass_paver",
        "sett",
        "unhewn_cobblestone",
        "cobblestone",
        "cobblestone:flattened",
        "bricks",
        "brick",
        "tiles",
        "metal",
        "metal_grid",
        "wood",
        "rubber",
        "plastic",
        "tartan",
        "acrylic",
        "stone",
        "granite",
        "marble",
        "carpet",
    }
)
"""Values of ``surface`` on which a stick or a walking frame does not sink in."""

UNPAVED = frozenset(
    {
        "unpaved",
        "compacted",
        "fine_gravel",
        "gravel",
        "pebblestone",
        "shells",
        "rock",
        "ground",
        "dirt",
        "earth",
        "soil",
        "grass",
        "mud",
        "sand",
        "clay",
        "woodchips",
        "bark",
        "snow",
        "ice",
        "salt",
        "stepping_stones",
        "dirt/sand",
    }
)
"""Values of ``surface`` on which it does; a value in neither set is an unknown surface."""

_MOST = 10_000
"""No flight has more steps, and no street more layers; a greater number is a slip."""

_FOOTWAYS = frozenset({"footway", "path", "cycleway", "pedestrian"})


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
) -> tuple[str, str, bool, bool, bool, int, bool, bool, str, int, int, bool]:
    """
    Reduce the tags of a walkable way to the attributes of an edge.

    Parameters
    ----------
    tags
        Tags of one OpenStreetMap way.

    Returns
    -------
    ``highway, name, bridge, tunnel, steps, layer, crossing, signals, surface, step_count, oneway,
    private``. A passage through a building (``tunnel=building_passage``) lies on the ground and is no tunnel.
    Moving steps (``conveying``) are no ``steps``: nobody climbs them. A ``layer`` that is no whole
    number counts as 0, the ground. ``surface`` is ``paved``, ``unpaved`` or empty: not said, or of
    several kinds. ``step_count`` is 0 where there are no steps or nobody has counted them. ``oneway``
    is that of ``geo.streets.direction``; ``private`` is true where ``foot`` or ``access`` is
    ``private`` and ``foot`` lets nobody else in.
    """
    highway = tags.get("highway", "")
    crossing = _is_crossing(tags)
    steps = highway == "steps" and tags.get("conveying", "no") == "no"
    surface = tags.get("surface", "")
    return (
        "footway" if highway == "crossing" else highway,
        tags.get("name", ""),
        tags.get("bridge", "no") != "no",
        tags.get("tunnel", "no") not in ("no", "building_passage"),
        steps,
        _whole(tags.get("layer", "0")),
        crossing,
        crossing and _has_signals(tags),
        "paved" if surface in PAVED else "unpaved" if surface in UNPAVED else "",
        max(_whole(tags.get("step_count", "0")), 0) if steps else 0,
        foot_direction(tags)[0],
        _is_private(tags),
    )


def node_kind(tags: Mapping[str, str]) -> int:
    """
    Say what a node is to somebody who walks over it.

    Parameters
    ----------
    tags
        Tags of one OpenStreetMap node.

    Returns
    -------
    3 ``ELEVATOR`` (``highway=elevator``), 2 ``SIGNALS`` (``highway=traffic_signals``,
    ``crossing=traffic_signals``, ``crossing:signals=yes``), 1 ``CROSSING`` (``highway=crossing``, or
    any ``crossing`` but ``no``), else 0 ``PLAIN``.
    """
    highway = tags.get("highway", "")
    if highway == "elevator":
        return ELEVATOR
    if highway == "traffic_signals" or _has_signals(tags):
        return SIGNALS
    if highway == "crossing" or tags.get("crossing", "no") != "no":
        return CROSSING
    return PLAIN


def _is_private(tags: Mapping[str, str]) -> bool:
    foot = tags.get("foot", "")
    return foot == "private" or (tags.get("access") == "private" and foot not in _FOOT_OPENS)


def _is_crossing(tags: Mapping[str, str]) -> bool:
    highway = tags.get("highway", "")
    if highway == "crossing" or any(
        tags.get(key) == "crossing" for key in ("footway", "path", "cycleway")
    ):
        return True
    # On a road the key says what its crossings are like; on a footway it says that it is one.
    return highway in _FOOTWAYS and tags.get("crossing", "no") != "no"


def _has_signals(tags: Mapping[str, str]) -> bool:
    written = tags.get("crossing", "").split(";")
    return "traffic_signals" in written or tags.get("crossing:signals") == "yes"


def _whole(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        return 0
    return number if abs(number) <= _MOST else 0

"""
Walkable: which OpenStreetMap ways a person in Japan can walk along, and what is kept of their tags.

The rules, in the order in which they decide:

1. Only known kinds of ``highway`` are streets. What is not there yet or any more (construction,
   proposed, abandoned), what is closed to walkers by its nature (motorway, raceway, bus_guideway)
   and what is no way at all (services, rest_area, bus_stop) is not walkable, whatever ``foot`` says.
   Of several values (``path;footway``) one that closes closes, else the first known one counts.
2. ``motorroad=yes`` is a 自動車専用道路: walking there is forbidden by law. A way that is drawn as a
   crossing and says ``crossing=no`` is none.
3. ``foot`` is about walkers and so decides over every general tag, ``access`` over the kind; what
   their values, conditions and hours mean says ``geo.streets.access``. What is closed for being
   ``private`` alone is walked by those who live there and by who goes to a place that stands there
   (``geo.streets.network.Halves``): it is kept, and marked.
4. A ``cycleway`` or ``busway`` is not made for walkers: only rule 3 opens it.
5. Everything else is walkable. In Japan that includes ``trunk``, the 国道 with sidewalks and
   crossings (elsewhere it is often a motorway in all but name); parking aisles and driveways, which
   lead to the door; the outline of a square (``area=yes``, or a relation that is a multipolygon);
   corridors, elevators and escalators, which lead through stations. A way drawn as
   ``highway=crossing`` (the tag of a node) is a crossing all the same.

Nodes: a walker passes ``barrier=*`` unless it is a wall or a fence without an opening; ``foot`` and
``access`` on the node decide first, then ``locked=yes`` shuts it. ``foot`` shuts any node, ``access``
a barrier, a door or a rail crossing (elsewhere it is about what stands there). Nobody fords a stream
at a node. On a carriageway with ``crossing=no`` walkers stay on their side.
"""

from collections.abc import Mapping
from typing import NamedTuple

from geo.streets.access import ACCESS_TAGS, TagRemark, as_resident, is_private, passes
from geo.streets.direction import DIRECTION_TAGS, foot_direction
from geo.streets.traits import KERB_TAGS, incline_pct, node_trait, trait, traits_of
from geo.vocabulary import NODE_TRAITS, TRAITS

USEFUL_TAGS = (
    *ACCESS_TAGS,
    "highway",
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
    "area",
    "sidewalk",
    "sidewalk:both",
    "sidewalk:left",
    "sidewalk:right",
    *DIRECTION_TAGS,
    *TRAITS,
)
"""Keys of a way that the rules, the attributes of an edge or ``has_sidewalk_apart`` read, and whether it
is an area; a reader need keep no other."""

USEFUL_NODE_TAGS = (
    *ACCESS_TAGS,
    "highway",
    "crossing",
    "crossing:signals",
    "barrier",
    "entrance",
    "door",
    "railway",
    "locked",
    "ford",
    *KERB_TAGS,
    "step_count",
)
"""Keys of a node that ``judge_node`` and ``geo.streets.traits.traits_of_node`` read."""

PLAIN, CROSSING, SIGNALS, ELEVATOR, NOT_CROSSED, OWN_GATE, SHUT = 0, 1, 2, 3, 4, 5, 6
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

_NOT_WALKED = frozenset(
    {
        "motorway",
        "motorway_link",
        "construction",
        "proposed",
        "planned",
        "abandoned",
        "disused",
        "razed",
        "demolished",
        "raceway",
        "bus_guideway",
    }
)
"""Kinds of ``highway`` that close a way of several kinds."""

PASSED = frozenset({*NODE_TRAITS["barrier"], "entrance", "kerb", "no"})
"""Kinds of ``barrier`` on a node that hold up vehicles or can be opened: a walker passes."""

WALLS = frozenset({"wall", "fence", "hedge", "city_wall", "retaining_wall", "guard_rail", "ditch"})
"""Kinds of ``barrier`` without an opening: nobody passes."""

_DOORS = ("barrier", "entrance", "door", "railway")
"""Keys that make ``access`` on a node one about passing through it."""

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


def is_read_of_node(key: str, value: str) -> bool:
    """Say whether a tag of a node of a walkable way is read and understood."""
    if key in (*KERB_TAGS, "step_count"):
        return node_trait(key, value) is not None
    return key in USEFUL_NODE_TAGS


def is_read(key: str, value: str) -> bool:
    """Say whether a tag of a walkable way is read and understood, so that it is used where it matters."""
    if key in TRAITS:
        return trait(key, value) is not None
    if key == "surface":
        return bool(_surface(value))
    return key in USEFUL_TAGS


class Judged(NamedTuple):
    """Whether a way can be walked along, when, and what is to be told of its tags."""

    walkable: bool
    hours: str
    remarks: tuple[TagRemark, ...]


def judge(tags: Mapping[str, str]) -> Judged:
    """
    Say whether a way can be walked along, if by residents alone, and what is to be told of its tags.

    Parameters
    ----------
    tags
        Tags of one OpenStreetMap way; keys beyond ``USEFUL_TAGS`` play no part.

    Returns
    -------
    ``walkable`` if the rules of this module let a walker in, no tags at all do not; ``hours`` and the
    remarks of ``geo.streets.access``, none where the kind of street decides alone.
    """
    kind = _street_kind(tags)
    if not kind or tags.get("motorroad") == "yes":
        return Judged(walkable=False, hours="", remarks=())
    if tags.get("crossing") == "no" and _drawn_as_crossing(tags):
        return Judged(walkable=False, hours="", remarks=())
    own = as_resident(tags) if is_private(tags) else tags
    return Judged(*passes(own, by_kind=kind in WALKED))


def is_walkable(tags: Mapping[str, str]) -> bool:
    """Say whether a way of these tags can be walked along by anybody, at any time."""
    return judge(tags).walkable


def street_attributes(
    tags: Mapping[str, str],
) -> tuple[str, str, bool, bool, bool, int, bool, bool, str, int, int, bool, str, float, str]:
    """
    Reduce the tags of a walkable way to the attributes of an edge.

    Parameters
    ----------
    tags
        Tags of one OpenStreetMap way.

    Returns
    -------
    ``highway, name, bridge, tunnel, steps, layer, crossing, signals, surface, step_count, oneway,
    private, traits, incline_pct, hours``. A passage through a building (``tunnel=building_passage``) lies on the ground and is no tunnel.
    Moving steps (``conveying``) are no ``steps``: nobody climbs them. A ``layer`` that is no whole
    number counts as 0, the ground. ``surface`` is ``paved``, ``unpaved`` or empty: not said, or of
    several kinds. ``step_count`` is 0 where there are no steps or nobody has counted them. ``oneway``
    is that of ``geo.streets.direction``; ``private`` is true where those alone are let in who live
    there; ``traits`` and ``incline_pct`` (0 where nothing is said) are those of ``geo.streets.traits``,
    ``hours`` those of ``geo.streets.access``.
    """
    highway = _street_kind(tags)
    crossing = _is_crossing(tags)
    steps = highway == "steps" and tags.get("conveying", "no") == "no"
    return (
        "footway" if highway == "crossing" else highway,
        tags.get("name", ""),
        tags.get("bridge", "no") != "no",
        tags.get("tunnel", "no") not in ("no", "building_passage"),
        steps,
        _whole(tags.get("layer", "0")),
        crossing,
        crossing and _has_signals(tags),
        _surface(tags.get("surface", "")),
        max(_whole(tags.get("step_count", "0")), 0) if steps else 0,
        foot_direction(tags)[0],
        is_private(tags),
        traits_of(tags, steps=steps),
        incline_pct(tags.get("incline", "")) or 0.0,
        judge(tags).hours,
    )


class JudgedNode(NamedTuple):
    """What a node is to somebody who walks over it, when it is passed, and what is to be told of its tags."""

    kind: int
    hours: str
    remarks: tuple[TagRemark, ...]


def judge_node(tags: Mapping[str, str]) -> JudgedNode:
    """
    Say what a node is to somebody who walks over it.

    Parameters
    ----------
    tags
        Tags of one OpenStreetMap node; keys beyond ``USEFUL_NODE_TAGS`` play no part.

    Returns
    -------
    ``kind``: 6 ``SHUT`` (nobody passes, by the rules of this module), 5 ``OWN_GATE`` (those alone pass
    who live there), 4 ``NOT_CROSSED`` (``crossing=no``), 3 ``ELEVATOR`` (``highway=elevator``), 2 ``SIGNALS``
    (``highway=traffic_signals``, ``crossing=traffic_signals``, ``crossing:signals=yes``), 1
    ``CROSSING`` (``highway=crossing``, or any other ``crossing``), else 0 ``PLAIN``. ``hours``: those of
    ``geo.streets.access``. ``remarks``: what shuts it, a barrier of unknown kind, and those of ``geo.streets.access``.
    """
    barrier = tags.get("barrier", "")
    held = {key: tags[key] for key in ACCESS_TAGS if key in tags}
    if held and not any(key in tags for key in _DOORS) and tags.get("highway") != "elevator":
        held = {key: value for key, value in held.items() if key.startswith("foot")}
    fords = tags.get("ford", "no") not in ("no", "boat")
    by_kind = barrier not in WALLS and tags.get("locked") != "yes" and not fords
    open_, hours, told = passes(held, by_kind=by_kind)
    if not open_ and not told:
        shutting = ("barrier", "locked", "ford", "foot", "access")
        told = (TagRemark("value", _written(tags, shutting), passes=False),)
    elif barrier and barrier not in PASSED | WALLS:
        told = (*told, TagRemark("unknown_value", f"barrier={barrier}", open_))
    if open_:
        return JudgedNode(_crossing_kind(tags), hours, told)
    own = passes(as_resident(held), by_kind=by_kind)
    if is_private(held) and own.open:
        return JudgedNode(OWN_GATE, own.hours, tuple(one._replace(told="own") for one in told))
    return JudgedNode(SHUT, "", told)


def _crossing_kind(tags: Mapping[str, str]) -> int:
    highway = tags.get("highway", "")
    if highway == "elevator":
        return ELEVATOR
    if tags.get("crossing") == "no":
        return NOT_CROSSED
    if highway == "traffic_signals" or _has_signals(tags):
        return SIGNALS
    if highway == "crossing" or "crossing" in tags:
        return CROSSING
    return PLAIN


def _written(tags: Mapping[str, str], keys: tuple[str, ...]) -> str:
    return ", ".join(f"{key}={tags[key]}" for key in keys if key in tags)


def _street_kind(tags: Mapping[str, str]) -> str:
    """Return the kind of street, empty where it is none that anybody walks along."""
    kinds = [kind.strip() for kind in tags.get("highway", "").split(";")]
    if any(kind in _NOT_WALKED for kind in kinds):
        return ""
    known = [kind for kind in kinds if kind in WALKED] or kinds
    return next((kind for kind in known if kind in WALKED | ONLY_WITH_FOOT), "")


def _surface(text: str) -> str:
    kinds = {kind.strip() for kind in text.split(";")}
    return "paved" if kinds <= PAVED else "unpaved" if kinds <= UNPAVED else ""


def _drawn_as_crossing(tags: Mapping[str, str]) -> bool:
    return tags.get("highway") == "crossing" or any(
        tags.get(key) == "crossing" for key in ("footway", "path", "cycleway")
    )


def _is_crossing(tags: Mapping[str, str]) -> bool:
    # On a road the key says what its crossings are like; on a footway it says that it is one.
    return _drawn_as_crossing(tags) or (
        tags.get("highway", "") in _FOOTWAYS and tags.get("crossing", "no") != "no"
    )


def _has_signals(tags: Mapping[str, str]) -> bool:
    written = tags.get("crossing", "").split(";")
    return "traffic_signals" in written or tags.get("crossing:signals") == "yes"


def _whole(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        return 0
    return number if abs(number) <= _MOST else 0

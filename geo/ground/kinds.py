"""
Kinds of ground: what lies beside the streets, after the tags of OpenStreetMap.

One reading serves two ends: what a leg to the street may not cross (``geo.ground.obstacles``) and
what a map shows so that people recognise their neighbourhood.
"""

from collections.abc import Mapping
from typing import Literal

Kind = Literal[
    "sea",
    "water",
    "river",
    "canal",
    "stream",
    "ditch",
    "coastline",
    "railway",
    "tramway",
    "wall",
    "fence",
    "cliff",
    "embankment",
    "park",
    "wood",
    "field",
    "grass",
    "wetland",
    "cemetery",
    "industry",
    "shops",
    "military",
    "airfield",
    "school",
    "university",
    "hospital",
    "townhall",
    "hall",
    "library",
    "post_office",
    "police",
    "fire_station",
    "shrine",
    "temple",
    "station",
    "road",
    "locality",
]
"""
The closed vocabulary; ``road`` is a main road with its number, ``locality`` a name of a place, ``sea``
what coastlines close off (``geo.ground.coast``): no tag says it.
"""

Level = Literal["ground", "above", "below", "unknown"]
"""
Whether something lies on the ground, on a bridge or viaduct, or in a tunnel. ``unknown`` where a
source does not say: it is drawn on maps and is no obstacle.
"""

GROUND: Level = "ground"
ABOVE: Level = "above"
BELOW: Level = "below"
UNKNOWN: Level = "unknown"

LINES = frozenset(
    {
        "river",
        "canal",
        "stream",
        "ditch",
        "coastline",
        "railway",
        "tramway",
        "wall",
        "fence",
        "cliff",
        "embankment",
        "road",
    }
)
"""Kinds that are lines whether or not the way is closed; every other closed way is an area."""

POINTS = frozenset(
    {
        "school",
        "university",
        "hospital",
        "townhall",
        "hall",
        "library",
        "post_office",
        "police",
        "fire_station",
        "shrine",
        "temple",
        "station",
        "locality",
    }
)
"""Kinds that a node may stand for."""

_BY_TAG: dict[tuple[str, str], Kind] = {
    ("natural", "water"): "water",
    ("natural", "bay"): "water",
    ("landuse", "reservoir"): "water",
    ("landuse", "basin"): "water",
    ("waterway", "riverbank"): "water",
    ("waterway", "dock"): "water",
    ("leisure", "swimming_pool"): "water",
    ("waterway", "river"): "river",
    ("waterway", "tidal_channel"): "river",
    ("waterway", "canal"): "canal",
    ("waterway", "stream"): "stream",
    ("waterway", "drain"): "ditch",
    ("waterway", "ditch"): "ditch",
    ("natural", "coastline"): "coastline",
    ("railway", "rail"): "railway",
    ("railway", "light_rail"): "railway",
    ("railway", "subway"): "railway",
    ("railway", "narrow_gauge"): "railway",
    ("railway", "monorail"): "railway",
    ("railway", "funicular"): "railway",
    ("railway", "tram"): "tramway",
    ("barrier", "wall"): "wall",
    ("barrier", "city_wall"): "wall",
    ("barrier", "retaining_wall"): "wall",
    ("barrier", "fence"): "fence",
    ("barrier", "guard_rail"): "fence",
    ("barrier", "hedge"): "fence",
    ("natural", "cliff"): "cliff",
    ("natural", "earth_bank"): "embankment",
    ("man_made", "embankment"): "embankment",
    ("leisure", "park"): "park",
    ("leisure", "garden"): "park",
    ("leisure", "nature_reserve"): "park",
    ("landuse", "forest"): "wood",
    ("natural", "wood"): "wood",
    ("natural", "scrub"): "wood",
    ("landuse", "farmland"): "field",
    ("landuse", "orchard"): "field",
    ("landuse", "vineyard"): "field",
    ("landuse", "allotments"): "field",
    ("landuse", "meadow"): "grass",
    ("landuse", "grass"): "grass",
    ("natural", "grassland"): "grass",
    ("leisure", "golf_course"): "grass",
    ("natural", "wetland"): "wetland",
    ("landuse", "cemetery"): "cemetery",
    ("amenity", "grave_yard"): "cemetery",
    ("landuse", "industrial"): "industry",
    ("landuse", "retail"): "shops",
    ("landuse", "commercial"): "shops",
    ("landuse", "military"): "military",
    ("aeroway", "aerodrome"): "airfield",
    ("amenity", "school"): "school",
    ("amenity", "university"): "university",
    ("amenity", "college"): "university",
    ("amenity", "hospital"): "hospital",
    ("amenity", "townhall"): "townhall",
    ("amenity", "community_centre"): "hall",
    ("amenity", "public_building"): "hall",
    ("amenity", "library"): "library",
    ("amenity", "post_office"): "post_office",
    ("amenity", "police"): "police",
    ("amenity", "fire_station"): "fire_station",
    ("railway", "station"): "station",
    ("railway", "halt"): "station",
    ("railway", "tram_stop"): "station",
}
_LOCALITIES = frozenset(
    {
        "city",
        "town",
        "village",
        "suburb",
        "quarter",
        "neighbourhood",
        "hamlet",
        "island",
        "islet",
        "isolated_dwelling",
    }
)
_OF_RELIGION: dict[str, Kind] = {"shinto": "shrine", "buddhist": "temple"}
_MAIN_ROADS = frozenset({"trunk", "primary", "secondary"})
_KEYS = tuple(dict.fromkeys(key for key, _ in _BY_TAG))

KEYS = (*_KEYS, "place", "ref")
"""Keys of which one at least makes something ground; a reader need look at nothing else."""


def ground_kind(tags: Mapping[str, str]) -> Kind | None:
    """
    Say what of the ground an object of OpenStreetMap is.

    Parameters
    ----------
    tags
        All its tags.

    Returns
    -------
    Its kind; where several tags say something, that of the first key in the order of ``KEYS``. ``None`` where it is none of them, among them railways that are no longer or not yet
    there, and main roads without a number.
    """
    found = [_BY_TAG[key, tags[key]] for key in _KEYS if (key, tags.get(key, "")) in _BY_TAG]
    if found:
        return found[0]
    if tags.get("amenity") == "place_of_worship":
        return _OF_RELIGION.get(tags.get("religion", ""))
    if tags.get("highway") in _MAIN_ROADS and tags.get("ref"):
        return "road"
    if tags.get("place") in _LOCALITIES and tags.get("name"):
        return "locality"
    return None


def level_of(tags: Mapping[str, str]) -> Level:
    """
    Say whether something lies on the ground.

    Parameters
    ----------
    tags
        All tags of the object.

    Returns
    -------
    ``above`` on a bridge or viaduct, and for a monorail; ``below`` in a tunnel, a culvert or under
    cover (``covered=yes``, ``location=underground``), and for a subway that says nothing of its
    layer; else ``ground``. ``layer`` alone decides of railways where neither is tagged: below 0 is
    below, above 0 is above. It only orders how all else is drawn: many rivers bear ``layer=-1`` from
    source to mouth, so that bridges lie over them.
    """
    railway = tags.get("railway", "")
    if (
        tags.get("tunnel", "no") != "no"
        or tags.get("covered", "no") == "yes"
        or tags.get("location") == "underground"
    ):
        return BELOW
    if tags.get("bridge", "no") != "no" or railway == "monorail":
        return ABOVE
    layer = tags.get("layer", "0")
    if layer in ("", "0"):
        return BELOW if railway == "subway" else GROUND
    if layer.startswith("-"):
        return BELOW if railway else GROUND
    return ABOVE if railway else GROUND

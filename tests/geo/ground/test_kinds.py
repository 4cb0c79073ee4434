"""Kinds of ground after the tags of OpenStreetMap."""

import pytest

from geo.ground.kinds import ground_kind, level_of


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"natural": "water", "water": "canal"}, "water"),
        ({"waterway": "river", "name": "大堀川"}, "river"),
        ({"waterway": "drain"}, "ditch"),
        ({"railway": "rail", "bridge": "yes"}, "railway"),
        ({"railway": "abandoned"}, None),
        ({"railway": "platform"}, None),
        ({"railway": "station", "name": "柏"}, "station"),
        ({"barrier": "retaining_wall"}, "wall"),
        ({"barrier": "gate"}, None),
        ({"amenity": "place_of_worship", "religion": "shinto"}, "shrine"),
        ({"amenity": "place_of_worship", "religion": "christian"}, None),
        ({"highway": "trunk", "ref": "6"}, "road"),
        ({"highway": "trunk"}, None),
        ({"highway": "residential", "ref": "6"}, None),
        ({"place": "neighbourhood", "name": "豊四季"}, "locality"),
        ({"place": "neighbourhood"}, None),
        ({}, None),
    ],
)
def test_tags_say_what_lies_there(tags: dict[str, str], kind: str | None) -> None:
    assert ground_kind(tags) == kind


@pytest.mark.parametrize(
    ("tags", "level"),
    [
        ({"railway": "rail"}, "ground"),
        ({"railway": "rail", "bridge": "viaduct"}, "above"),
        ({"railway": "rail", "layer": "1"}, "above"),
        ({"railway": "rail", "tunnel": "yes", "layer": "-1"}, "below"),
        ({"railway": "subway"}, "below"),
        ({"railway": "subway", "bridge": "yes"}, "above"),
        ({"railway": "monorail"}, "above"),
        ({"waterway": "stream", "tunnel": "culvert"}, "below"),
        ({"waterway": "river", "layer": "-1"}, "ground"),
        ({"natural": "water", "layer": "-1"}, "ground"),
        ({"natural": "water", "covered": "yes"}, "below"),
    ],
)
def test_what_is_bridged_or_in_a_tunnel_is_not_on_the_ground(
    tags: dict[str, str], level: str
) -> None:
    assert level_of(tags) == level

"""Walkable: the rules for Japan, one by one."""

import pytest

from geo.walkable import USEFUL_TAGS, is_walkable, street_attributes


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential"},
        {"highway": "footway"},
        {"highway": "trunk"},
        {"highway": "trunk", "motorroad": "no"},
        {"highway": "trunk_link"},
        {"highway": "steps"},
        {"highway": "steps", "conveying": "forward"},
        {"highway": "elevator"},
        {"highway": "corridor", "indoor": "yes", "level": "-1"},
        {"highway": "pedestrian", "area": "yes"},
        {"highway": "service", "service": "parking_aisle"},
        {"highway": "service", "service": "driveway"},
        {"highway": "service", "access": "destination"},
        {"highway": "service", "access": "private", "foot": "yes"},
        {"highway": "path", "access": "no", "foot": "designated"},
        {"highway": "path", "access": "private", "foot": "permissive"},
        {"highway": "cycleway", "foot": "yes"},
        {"highway": "cycleway", "foot": "designated"},
        {"highway": "track"},
    ],
    ids=str,
)
def test_a_walker_may_go_there(tags: dict[str, str]) -> None:
    assert is_walkable(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"name": "no highway at all"},
        {"highway": "motorway"},
        {"highway": "motorway", "foot": "yes"},
        {"highway": "motorway_link"},
        {"highway": "trunk", "motorroad": "yes"},
        {"highway": "trunk", "foot": "no"},
        {"highway": "primary", "foot": "use_sidepath"},
        {"highway": "service", "access": "private"},
        {"highway": "service", "access": "no"},
        {"highway": "service", "foot": "private"},
        {"highway": "footway", "access": "yes", "foot": "no"},
        {"highway": "cycleway"},
        {"highway": "cycleway", "foot": "no"},
        {"highway": "construction", "construction": "residential"},
        {"highway": "construction", "foot": "yes"},
        {"highway": "proposed"},
        {"highway": "raceway"},
        {"highway": "bus_guideway"},
        {"highway": "abandoned"},
        {"highway": "bus_stop"},
        {"highway": "services"},
    ],
    ids=str,
)
def test_a_walker_may_not_go_there(tags: dict[str, str]) -> None:
    assert not is_walkable(tags)


def test_the_useful_tags_are_all_that_the_rules_read() -> None:
    tags = {"highway": "service", "access": "private", "foot": "yes", "surface": "mud"}
    kept = {key: value for key, value in tags.items() if key in USEFUL_TAGS}
    assert "surface" not in kept
    assert is_walkable(kept) == is_walkable(tags)
    assert street_attributes(kept) == street_attributes(tags)


def test_the_attributes_of_an_edge_come_from_its_tags() -> None:
    tags = {"highway": "footway", "name": "跨線橋", "bridge": "yes", "tunnel": "no", "layer": "1"}
    assert street_attributes(tags) == ("footway", "跨線橋", True, False, False, 1)


def test_nobody_climbs_the_steps_of_an_escalator() -> None:
    steps = [
        street_attributes({"highway": "steps", **more})[4] for more in ({}, {"conveying": "yes"})
    ]
    assert steps == [True, False]


@pytest.mark.parametrize(("text", "layer"), [("-1", -1), ("2", 2), ("1;2", 0), ("", 0)])
def test_a_layer_that_is_no_number_is_the_ground(text: str, layer: int) -> None:
    assert street_attributes({"highway": "path", "layer": text})[5] == layer

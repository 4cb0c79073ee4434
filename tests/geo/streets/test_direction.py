"""Direction: the rules, one by one."""

import pytest

from geo.streets.direction import AGAINST, AS_DRAWN, BOTH_WAYS, DIRECTION_TAGS, foot_direction
from geo.streets.walkable import USEFUL_TAGS, street_attributes

STAIRS = {"highway": "steps"}
FOOTWAY = {"highway": "footway"}


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({"highway": "residential"}, BOTH_WAYS),
        # Against the cars everybody may walk.
        ({"highway": "residential", "oneway": "yes"}, BOTH_WAYS),
        ({"highway": "pedestrian", "oneway": "yes"}, BOTH_WAYS),
        ({"highway": "residential", "oneway": "yes", "oneway:foot": "yes"}, AS_DRAWN),
        ({"highway": "residential", "oneway:foot": "-1"}, AGAINST),
        ({**FOOTWAY, "oneway:foot": "yes"}, AS_DRAWN),
        ({**FOOTWAY, "oneway:foot": "reverse"}, AGAINST),
        ({**FOOTWAY, "foot:backward": "no"}, AS_DRAWN),
        ({**FOOTWAY, "foot:forward": "no"}, AGAINST),
        # Escalators and moving walkways.
        ({**STAIRS, "conveying": "forward"}, AS_DRAWN),
        ({**STAIRS, "conveying": "backward"}, AGAINST),
        ({**FOOTWAY, "conveying": "backward"}, AGAINST),
        ({**STAIRS, "conveying": "yes", "oneway": "yes"}, AS_DRAWN),
        ({**STAIRS, "conveying": "yes", "oneway": "-1"}, AGAINST),
        # Which way it moves counts, not which way it is drawn for.
        ({**STAIRS, "conveying": "backward", "oneway": "yes"}, AGAINST),
        ({**STAIRS, "conveying": "no"}, BOTH_WAYS),
        ({**STAIRS, "conveying": "forward", "oneway:foot": "no"}, BOTH_WAYS),
        # ``oneway`` alone, where walkers are the only ones.
        ({**FOOTWAY, "oneway": "yes"}, AS_DRAWN),
        ({"highway": "corridor", "oneway": "-1"}, AGAINST),
        ({**FOOTWAY, "oneway": "no"}, BOTH_WAYS),
        ({**FOOTWAY, "oneway": "yes", "bicycle": "yes"}, BOTH_WAYS),
        ({**FOOTWAY, "oneway": "yes", "bicycle": "dismount"}, AS_DRAWN),
        ({**FOOTWAY, "oneway": "yes", "footway": "sidewalk"}, BOTH_WAYS),
        ({"highway": "path", "oneway": "yes"}, BOTH_WAYS),
    ],
    ids=str,
)
def test_a_direction_that_is_written_counts(tags: dict[str, str], direction: int) -> None:
    assert foot_direction(tags) == (direction, True)
    kept = {key: value for key, value in tags.items() if key in USEFUL_TAGS}
    *_, oneway, _private, _traits, _incline, _hours = street_attributes(kept)
    assert oneway == direction


@pytest.mark.parametrize(
    "tags",
    [
        {**STAIRS, "conveying": "reversible"},
        {**STAIRS, "conveying": "reversible", "oneway": "yes"},
        {**STAIRS, "conveying": "yes"},
        {**FOOTWAY, "oneway:foot": "alternating"},
    ],
    ids=str,
)
def test_a_direction_that_changes_or_is_not_written_is_unknown(tags: dict[str, str]) -> None:
    assert foot_direction(tags) == (BOTH_WAYS, False)


def test_a_reader_keeps_all_keys_of_the_direction() -> None:
    assert set(DIRECTION_TAGS) | {"highway", "footway", "conveying"} <= set(USEFUL_TAGS)

"""Traits: what of the tags of a way a walking profile may forbid or weigh."""

import itertools

import pandas as pd
import pytest

from geo.streets.traits import says, trait, traits_of
from geo.vocabulary import TRAITS


@pytest.mark.parametrize(("key", "value"), [(k, v) for k, kept in TRAITS.items() for v in kept])
def test_a_value_that_is_kept_is_told_again(key: str, value: str) -> None:
    if key in ("incline", "width"):
        return
    assert trait(key, value) == value
    assert traits_of({key: value}, steps=True) == f"{key}={value}"
    assert trait(key, f"{value}; {TRAITS[key][0]}") == value


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("smoothness", "excellent", ""),
        ("smoothness", "bumpy", None),
        ("smoothness", "bad;good", "bad"),
        ("trail_visibility", "good", ""),
        ("lit", "24/7", "yes"),
        ("lit", "dusk", None),
        ("kerb", "no", ""),
        ("ford", "no", ""),
        ("sac_scale", "T9", None),
        ("service", "alley", ""),
        ("incline", "up", ""),
        ("incline", "4.9%", ""),
        ("incline", "5%", "5"),
        ("incline", "-7.9 %", "5"),
        ("incline", "8%", "8"),
        # tan 10° is 17.6 %.
        ("incline", "10°", "12"),
        ("incline", "25 %", "20"),
        ("incline", "steep", None),
        ("incline", "10", None),
        ("width", "0.8", "0.9"),
        ("width", "0.9 m", "1.2"),
        ("width", "85cm", "0.9"),
        ("width", "1.2", ""),
        ("width", "0", None),
        ("width", "narrow", None),
        ("width", "3'", None),
    ],
)
def test_a_value_becomes_a_class_nothing_or_unknown(key: str, value: str, told: str | None) -> None:
    assert trait(key, value) == told


def test_handrails_and_ramps_are_those_of_steps() -> None:
    tags = {"handrail": "no", "ramp": "yes", "lit": "no"}
    assert traits_of(tags, steps=True) == "handrail=no;lit=no;ramp=yes"
    assert traits_of(tags, steps=False) == "lit=no"


def test_the_order_of_tags_changes_nothing() -> None:
    tags = [("lit", "no"), ("smoothness", "bad"), ("service", "driveway"), ("name", "A")]
    texts = {traits_of(dict(some), steps=False) for some in itertools.permutations(tags)}
    assert texts == {"lit=no;service=driveway;smoothness=bad"}


def test_what_an_edge_says_is_found_again_by_its_key() -> None:
    edges = pd.DataFrame(
        {
            "highway": ["path", "service", "path"],
            "surface": ["unpaved", "", ""],
            "traits": ["lit=no;smoothness=bad", "service=driveway", ""],
        }
    )
    for pairs, expected in (
        ([("highway", "path")], [True, False, True]),
        ([("surface", "unpaved")], [True, False, False]),
        ([("lit", "no")], [True, False, False]),
        ([("smoothness", "bad"), ("service", "driveway")], [True, True, False]),
        ([("smoothness", "very_bad"), ("highway", "steps")], [False, False, False]),
        ([], [False, False, False]),
    ):
        assert says(edges, pairs).tolist() == expected, pairs

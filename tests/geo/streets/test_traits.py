"""Traits: what of the tags of a way a walking profile may forbid or weigh."""

import itertools

import pandas as pd
import pytest

from geo.streets.traits import incline_pct, says, text_says, trait, traits_of, traits_of_node
from geo.vocabulary import NODE_TRAITS, TRAITS


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
        ("incline", "up", None),
        ("incline", "4.9%", ""),
        ("incline", "5%", "5"),
        ("incline", "-7.9 %", "5"),
        ("incline", "8%", "8"),
        # tan 10° is 17.6 %.
        ("incline", "10°", "12"),
        ("incline", "25 %", "20"),
        ("incline", "steep", None),
        ("incline", "10", None),
        ("incline", "0", ""),
        ("incline", "101%", None),
        ("incline", "46°", None),
        ("incline", "down", None),
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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("5%", 5.0),
        ("-8 %", 8.0),
        ("45°", 100.0),
        ("0", 0.0),
        ("up", None),
        ("12", None),
        ("x%", None),
    ],
)
def test_a_slope_is_told_in_per_cent_whichever_way_it_goes(text: str, told: float | None) -> None:
    assert incline_pct(text) == (None if told is None else pytest.approx(told))


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({"barrier": "kissing_gate"}, "barrier=kissing_gate"),
        ({"barrier": "bollard; stile"}, "barrier=bollard"),
        ({"barrier": "iron thing"}, ""),
        ({"barrier": "kerb", "kerb": "raised"}, "kerb=raised"),
        ({"kerb": "rolled", "barrier": "cycle_barrier"}, "barrier=cycle_barrier;kerb=rolled"),
        # What is measured counts before what is called; 3 cm are the most of ``lowered``.
        ({"kerb": "raised", "kerb:height": "0.02"}, "kerb=lowered"),
        ({"kerb:height": "3 cm"}, "kerb=lowered"),
        ({"kerb:height": "0.031 m"}, "kerb=raised"),
        ({"kerb:height": "0"}, "kerb=flush"),
        ({"kerb": "raised", "kerb:height": "high"}, "kerb=raised"),
        ({"kerb": "regular"}, ""),
        ({"entrance": "main", "step_count": "2"}, "entrance=steps"),
        ({"entrance": "main", "step_count": "0"}, ""),
        ({"entrance": "main", "step_count": "few"}, ""),
        ({"crossing": "zebra"}, ""),
    ],
    ids=str,
)
def test_what_a_node_says_is_one_text(tags: dict[str, str], told: str) -> None:
    assert traits_of_node(tags) == told
    kept = {pair for key, values in NODE_TRAITS.items() for pair in ((key, v) for v in values)}
    assert text_says(told, kept) == bool(told)


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

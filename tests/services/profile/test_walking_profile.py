"""What a walking profile says of streets: forbidden, weighed, in words that streets know."""

from typing import Any

import pytest
from pydantic import ValidationError

from geo.vocabulary import TRAITS
from services.profile import WalkingProfile
from services.profile.analysis import UNFIT
from services.reports.walkingcard import cards
from services.situation.walking import walker_of
from tests.services.reports.test_walkingcard import with_walking

STANDARD = {"id": "a", "label": "あ", "label_en": "A", "speed_m_per_min": 60.0, "origin": "見本"}


def walking(**more: Any) -> WalkingProfile:
    return WalkingProfile.model_validate({**STANDARD, **more})


def test_by_default_nobody_is_led_where_feet_are_unsure() -> None:
    walker = walker_of(walking())
    assert ("sac_scale", "mountain_hiking") in walker.forbid
    assert ("sac_scale", "hiking") not in walker.forbid
    assert ("ford", "yes") in walker.forbid
    assert not walker.pace
    for key, values in UNFIT.items():
        assert set(values) <= set(TRAITS[key])


def test_the_short_names_say_the_same_as_the_long_ones() -> None:
    short = walker_of(walking(forbidden=["trunk"], unpaved_pace=1.5, forbid={}))
    long = walking(forbid={"highway": ["trunk"]}, pace={"surface": {"unpaved": 1.5}})
    assert short == walker_of(long)
    assert walker_of(walking(forbidden=["trunk"])).forbid > short.forbid


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"forbid": {"smell": ["bad"]}}, "streets say nothing of 'smell'; use one of highway"),
        ({"forbid": {"lit": ["dim"]}}, "there is no value 'dim'; use one of yes, no"),
        ({"pace": {"smoothness": {"rough": 2.0}}}, "there is no value 'rough'"),
        ({"pace": {"lit": {"no": 0.5}}}, "greater than or equal to 1"),
        ({"forbid": {"barrier": ["dragon"]}}, "there is no value 'dragon'"),
        ({"pace": {"barrier": {"stile": 2.0}}}, "streets say nothing of 'barrier'"),
        ({"passing_s": {"highway": {"path": 2.0}}}, "'highway'; use one of barrier"),
        ({"passing_s": {"kerb": {"raised": -1.0}}}, "greater than or equal to 0"),
    ],
)
def test_what_no_street_says_is_refused(said: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        walking(**said)


def test_what_is_asked_of_points_is_what_is_forbidden_or_costs_time() -> None:
    said = walking(
        forbid={"barrier": ["stile"], "lit": ["no"]},
        passing_s={"kerb": {"raised": 5.0, "lowered": 0.0}},
    )
    assert said.asked_of_nodes == {("barrier", "stile"), ("kerb", "raised")}
    walker = walker_of(said)
    assert ("barrier", "stile") in walker.forbid
    assert walker.passing == {("kerb", "raised", 5.0), ("kerb", "lowered", 0.0)}
    assert walking().asked_of_nodes == set()


def test_the_card_tells_both_as_tags() -> None:
    profile = walking(
        forbid={"lit": ["no"], "ford": ["yes"]},
        pace={"kerb": {"raised": 1.2}},
        passing_s={"barrier": {"stile": 20}},
    )
    (card,) = cards(with_walking(profile))
    found = {one.field: one for one in card.parameters}
    assert found["forbid"].value.en == "lit=no; ford=yes"
    assert found["pace"].value.ja == "kerb=raised: 1.2"
    assert found["passing_s"].value.en == "barrier=stile: 20"
    assert found["forbid"].mark == "unsourced"
    (card,) = cards(with_walking(walking()))
    assert {one.field: one.mark for one in card.parameters}["forbid"] == "assumed"

"""The cards of walking profiles: every parameter has a source, and the minutes are those of a run."""

import math
from pathlib import Path

import numpy as np
import pytest

from geo.streets.heights import station_points, with_heights
from geo.walking.measure import seconds
from services.profile import Profile, WalkingProfile, read_profile
from services.profile.walking_sources import ASSUMED, DEFAULT_ORIGINS, NAMING
from services.reports.walkingcard import PARAMETERS, cards, deck, steps_s, walk_s
from services.situation.walking import walker_of
from services.words.texts import text
from tests.streets import straight_street, streets

STANDARD = WalkingProfile(
    id="standard",
    label="ふつう",
    label_en="Standard",
    speed_m_per_min=60.0,
    origin="資料002 4ページ",
)


KASHIWA = Path(__file__).resolve().parents[3] / "data" / "municipalities" / "12217.toml"


def profile() -> Profile:
    return read_profile(KASHIWA)


def with_walking(*walkings):
    analysis = profile().analysis.model_copy(update={"walking_profile": walkings[0].id})
    return profile().model_copy(update={"walking_profiles": list(walkings), "analysis": analysis})


def card_of(**fields):
    (card,) = cards(with_walking(STANDARD.model_copy(update=fields)))
    return card, {one.field: one for one in card.parameters}


def test_every_field_of_a_walking_profile_has_a_source_for_its_default():
    # The source of a speed is the profile's own origin, which the schema asks for.
    assert set(DEFAULT_ORIGINS) == set(WalkingProfile.model_fields) - NAMING - {"speed_m_per_min"}
    assert WalkingProfile.model_fields["origin"].is_required()
    assert set(DEFAULT_ORIGINS) > ASSUMED


def test_the_origins_of_the_speeds_that_come_along_are_told_in_both_languages():
    defaults = Profile.model_fields["walking_profiles"].get_default(call_default_factory=True)
    for card in cards(profile().model_copy(update={"walking_profiles": defaults})):
        speed = next(one for one in card.parameters if one.field == "speed_m_per_min")
        assert "m/秒" in speed.source.ja or "80m" in speed.source.ja
        assert " m" in speed.source.en


@pytest.mark.parametrize("field", PARAMETERS)
def test_a_card_names_every_parameter_with_its_value_and_source(field):
    card, found = card_of()
    assert [one.field for one in card.parameters] == list(PARAMETERS)
    for lang in ("ja", "en"):
        assert found[field].label[lang]
        assert found[field].value[lang]
        assert found[field].source[lang]


def test_a_value_that_differs_from_the_default_is_not_given_the_source_of_the_default():
    _, found = card_of(signal_s=45.0)
    assert found["signal_s"].mark == "unsourced"
    assert found["signal_s"].source.ja == text("card.unsourced", "ja")
    assert found["elevator_s"].mark == "assumed"
    _, found = card_of(signal_s=45.0, origins={"signal_s": "県警の資料"})
    assert (found["signal_s"].mark, found["signal_s"].source.en) == ("sourced", "県警の資料")


def test_values_are_told_with_their_units():
    _, found = card_of(
        slope="table",
        slope_table={"10": 0.5, "-10": 0.9},
        forbidden=["trunk", "track"],
        rest_every_m=200.0,
    )
    assert found["speed_m_per_min"].value.en == "60 m/min"
    assert found["slope_table"].value.ja == "-10 %: 0.9, +10 %: 0.5"
    assert found["forbidden"].value.ja == "trunk、track"
    assert found["rest_every_m"].value.ja == "200mごと"
    assert found["max_slope_pct"].value.ja == "なし"


def test_minutes_on_the_flat_follow_from_the_speed():
    # 300, 500, 800 m at 60 m/min: 5, 8 1/3 and 13 1/3 minutes.
    card, _ = card_of()
    assert [one.value.ja for one in card.flat] == ["5分00秒", "8分20秒", "13分20秒"]
    # A pause of 30 s every 200 m: 500 m take 2.5 pauses, 75 s more.
    card, _ = card_of(rest_every_m=200.0, rest_s=30.0)
    assert card.flat[1].value.en == "9 min 35 s"


def test_an_uphill_example_is_toblers():
    # 500 m, 10 % uphill: 500 s x exp(3.5 (0.15 - 0.05)) = 500 x exp(0.35) = 709.5 s.
    card, _ = card_of()
    assert {one.label.en: one.value.en for one in card.examples}[
        "500 m up a slope of 10 %"
    ] == "11 min 50 s"
    assert math.isclose(500 * math.exp(0.35), 709.53, abs_tol=0.01)


def test_what_is_closed_has_no_minutes():
    card, _ = card_of(max_slope_pct=8.0, steps="avoid")
    told = {one.label.en: one.value.en for one in card.examples}
    assert told["500 m up a slope of 5 %"] != "not walked"
    assert told["500 m up a slope of 10 %"] == "not walked"
    assert told["500 m down a slope of 10 %"] == "not walked"
    assert told["a flight of 40 steps"] == "not walked"


@pytest.mark.parametrize("slope_pct", [-10.0, 0.0, 10.0])
@pytest.mark.parametrize("slope", ["level", "tobler"])
def test_the_minutes_of_a_card_are_those_of_a_run(slope, slope_pct):
    walker = walker_of(
        STANDARD.model_copy(update={"slope": slope, "rest_every_m": 100.0, "rest_s": 20.0})
    )
    network = straight_street(500.0)
    _, xy = station_points(network)
    heights = np.asarray(xy[:, 0]) * slope_pct / 100.0
    measured = seconds(with_heights(network, heights), walker)
    assert measured.full_onward[0] == pytest.approx(walk_s(walker, 500.0, slope_pct=slope_pct))


@pytest.mark.parametrize("how", [{"step_s": 0.7}, {"steps": "metre", "steps_s_per_m": 2.0}])
def test_the_seconds_of_stairs_are_those_of_a_run(how):
    # 30 m of steps that OSM does not count: 100 treads of 0.30 m.
    walker = walker_of(STANDARD.model_copy(update=how))
    network = streets({1: (0.0, 0.0), 2: (30.0, 0.0)}, [[1, 2]], {0: {"steps": True}})
    flat_s = walk_s(walker, 30.0)
    assert seconds(network, walker).full_onward[0] == pytest.approx(flat_s + steps_s(walker, 100))


def test_the_main_profile_comes_first_and_the_limit_has_its_origin():
    slow = STANDARD.model_copy(update={"id": "slow"})
    told = deck(with_walking(slow, STANDARD))
    assert [card.main for card in told.cards] == [True, False]
    assert told.limit.ja == "500m"
    assert told.limit_origin.ja.startswith("国土交通省")
    assert told.limit_origin.en.startswith("Handbook")
    assert told.has_elevation is True


def test_without_heights_the_deck_says_that_slopes_change_nothing():
    assert deck(profile().model_copy(update={"elevation": None})).has_elevation is False

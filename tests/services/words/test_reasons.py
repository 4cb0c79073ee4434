import pytest

from geo.coverage.reached import Limit
from services.words.reasons import Choice, WalkTo, candidate, nearest_weekly, needs_transport


def test_the_nearest_place_is_named_with_metres_and_minutes() -> None:
    said = nearest_weekly(WalkTo("上町会館", 890.0, 14.8, 800.0))
    assert said.ja == "いちばん近い週1の場は「上町会館」（890m・15分）です"
    assert said.en == "the nearest weekly place is 上町会館 (890 m · 15 min)"


def test_a_detour_is_named_from_one_and_a_half_times_on() -> None:
    said = nearest_weekly(WalkTo("上町会館", 1200.0, 20.0, 800.0, other_area="東地区"))
    assert said.ja == (
        "いちばん近い週1の場は「上町会館」（1,200m・20分）で、東地区にあります。"
        "まっすぐなら800mですが、道のりは1.5倍です"
    )


@pytest.mark.parametrize(
    ("climb_m", "steps_n", "ja", "en"),
    [
        (12.4, 40.0, "890m・15分・のぼり12m・階段40段", "890 m · 15 min · 12 m up · 40 steps"),
        (5.0, 0.9, "890m・15分・のぼり5m", "890 m · 15 min · 5 m up"),
        (4.9, 1.0, "890m・15分・階段1段", "890 m · 15 min · 1 steps"),
        (4.9, 0.0, "890m・15分", "890 m · 15 min"),
        (float("nan"), float("nan"), "890m・15分", "890 m · 15 min"),
    ],
)
def test_a_climb_from_five_metres_and_every_step_are_named(climb_m, steps_n, ja, en) -> None:
    to = WalkTo("上町会館", 890.0, 14.8, 800.0, climb_m=climb_m, steps_n=steps_n)
    assert f"（{ja}）" in nearest_weekly(to).ja
    assert f"({en})" in nearest_weekly(to).en


def test_a_candidate_says_what_it_gains_for_whom_and_the_overlap() -> None:
    said = candidate(
        Choice("open", 412.4, 20.0, ("一丁目", "二丁目", "三丁目", "四丁目"), Limit(500.0), "65+")
    )
    assert said.ja == (
        "ここに週1の場を開くと、新たに65歳以上412人が歩いて500m以内になります。"
        "新たに届くのは一丁目・二丁目・三丁目など4か所の住民です。"
        "範囲の住民の20％には、すでに週1の場があります。"
    )


def test_a_limit_of_minutes_is_said_in_minutes() -> None:
    said = candidate(Choice("open", 412.4, 20.0, (), Limit(minutes=10.0), "65+"))
    assert "歩いて10分以内" in said.ja
    assert "within 10 min" in said.en
    said = needs_transport(Limit(minutes=7.5), 20.0, "65+")
    assert "歩いて7.5分以内" in said.ja


def test_an_upgrade_starts_from_what_the_place_does_today() -> None:
    said = candidate(Choice("upgrade", 10.0, 0.0, (), Limit(500.0), "75+", "毎月第2金曜日"))
    assert said.ja.startswith("いまの場（毎月第2金曜日）を週1回にすると、新たに75歳以上10人が")


def test_where_no_site_could_gather_enough_transport_is_named() -> None:
    said = needs_transport(Limit(500.0), 20.0, "65+")
    assert "送迎" in said.ja
    assert "fewer than 20 residents aged 65 and over would be within 500 m" in said.en

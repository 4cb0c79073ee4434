"""Age bands read from headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.ages import OPEN, Band, band_of, columns_for, encloses, group_of


@pytest.mark.parametrize(
    ("header", "band"),
    [
        ("65〜69歳", Band(65, 69)),
        ("６５～６９歳", Band(65, 69)),
        ("65-69", Band(65, 69)),
        ("65歳から69歳", Band(65, 69)),
        ("65歳以上75歳未満", Band(65, 74)),
        ("15歳未満", Band(0, 14)),
        ("65歳以上", Band(65, OPEN)),
        ("85歳以上の女性", Band(85, OPEN, "female")),
        ("0-4歳の男性", Band(0, 4, "male")),
        ("65〜69歳_男", Band(65, 69, "male")),
        ("男_65〜69歳", Band(65, 69, "male")),
        ("65歳以上の人数（計）", Band(65, OPEN)),
        ("老年人口（65歳以上）", Band(65, OPEN)),
        ("年少人口", Band(0, 14)),
        ("75+", Band(75, OPEN)),
        ("65歳", Band(65, 65)),
        ("100歳～", Band(100, OPEN)),
    ],
)
def test_a_header_names_a_band(header, band):
    assert band_of(header) == band


@pytest.mark.parametrize(
    "header",
    [
        "総人口",
        "65歳以上割合",
        "高齢化率(65歳以上)",
        "2030",
        "10-1",
        "世帯数",
        "町名",
        "",
        "65歳以上世帯数",
        "35.8",
    ],
)
def test_another_header_names_none(header):
    assert band_of(header) is None


def test_five_year_bands_of_men_and_women_make_up_a_group():
    columns = [f"{low}-{low + 4}歳の{sex}" for low in range(0, 100, 5) for sex in ("男性", "女性")]
    columns += ["100歳以上の男性", "100歳以上の女性", "総人口"]
    # 65-69 … 95-99 are seven bands and 100+ the eighth, each of men and women
    assert len(columns_for(columns, "65+")) == 16
    assert len(columns_for(columns, "0-14")) == 6
    assert columns_for(columns, "65+")[:2] == ["65-69歳の男性", "65-69歳の女性"]
    assert len(columns_for(columns, "total")) == 42


def test_the_fewest_columns_are_taken_and_none_twice():
    columns = ["65歳以上", "65-69歳", "70-74歳", "75歳以上", "65-74歳"]
    assert columns_for(columns, "65+") == ["65歳以上"]
    assert columns_for(columns[1:], "65+") == ["65-74歳", "75歳以上"]


def test_both_sexes_come_before_one():
    columns = ["65歳以上_計", "65歳以上_男", "65歳以上_女"]
    assert columns_for(columns, "65+") == ["65歳以上_計"]
    assert columns_for(columns[1:], "65+") == ["65歳以上_男", "65歳以上_女"]
    assert columns_for(columns[1:2], "65+") == []


@pytest.mark.parametrize("group", ["65+", "85+", "0-14"])
def test_bands_that_do_not_tile_a_group_make_up_none(group):
    assert columns_for(["60-69歳", "70歳以上", "0-15歳"], group) == []


def test_a_name_that_is_no_age_group_has_no_band():
    assert group_of("single_65+") is None
    assert columns_for(["65歳以上"], "single_65+") == []


@given(st.integers(0, 120), st.integers(0, 30) | st.none())
def test_a_printed_band_is_read_again(low, span):
    band = Band(low, OPEN if span is None else low + span)
    assert group_of(band.text()) == band
    assert band_of(f"{band.text()}歳" if span is not None else f"{low}歳以上") == band


@given(st.text(max_size=20))
def test_no_header_crashes(header):
    band_of(header)


def test_an_age_group_encloses_a_part_of_it():
    assert encloses("total", "65+")
    assert encloses("65+", "75-84")
    assert not encloses("65+", "0-14")
    assert not encloses("65+", "65+")
    assert not encloses("total", "single_65+")

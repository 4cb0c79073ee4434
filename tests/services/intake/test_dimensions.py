"""What words say of whom a row is, and which rows together are everybody once."""

import pytest

from services.intake.tables.dimensions import (
    AGE_UNKNOWN,
    FEMALE,
    FOREIGN,
    HOUSEHOLDS,
    JAPANESE,
    MALE,
    OTHER,
    Whose,
    rows_for,
    told,
    told_by_sheet,
)
from services.profile.ages import OPEN


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        *(
            (word, {})
            for word in ("計", "総数", "男女計", "人口", "人口総数", "総数（年齢）", "男・女")
        ),
        *(
            (word, {"sex": MALE})
            for word in ("男", "男性", "　うち 男", "（再掲）男", "人口 男", "Male")
        ),
        *((word, {"sex": FEMALE}) for word in ("女", "女性", "女の数", "female")),
        ("日本人", {"nation": JAPANESE}),
        ("外国人住民（女）", {"nation": FOREIGN, "sex": FEMALE}),
        *((word, {"counted": HOUSEHOLDS}) for word in ("世帯", "世帯数", "総世帯数")),
        ("人口・世帯数", {}),
        ("0～4歳", {"ages": (0, 4)}),
        ("男 65歳以上", {"sex": MALE, "ages": (65, OPEN)}),
        ("65歳以上（再掲）", {"ages": (65, OPEN)}),
        ("15歳未満", {"ages": (0, 14)}),
        ("老年人口", {"ages": (65, OPEN)}),
        ("生産年齢人口", {"ages": (15, 64)}),
        ("60代", {"ages": (60, 69)}),
        ("男 80歳代以上", {"sex": MALE, "ages": (80, OPEN)}),
        ("年齢「不詳」", {"ages": AGE_UNKNOWN}),
    ],
)
def test_a_word_says_of_whom_it_is(text, facts):
    assert told(text) == facts


@pytest.mark.parametrize(
    "text", ["男山", "女川町", "内町", "計根別", "東町", "人口密度", "65", "1-2", "備考", "世田谷"]
)
def test_names_of_places_and_other_figures_say_nothing(text):
    assert told(text) is None


def test_a_column_of_ages_has_numbers_and_one_of_sexes_what_is_not_known():
    assert told("65", dimension="ages") == {"ages": (65, 65)}
    assert told("0-4", dimension="ages") == {"ages": (0, 4)}
    assert told("不詳", dimension="sex") == {"sex": OTHER}


@pytest.mark.parametrize(
    ("name", "ward", "facts"),
    [
        ("青葉区（男）", "青葉区", {"sex": MALE}),
        ("青葉区_女", "青葉区", {"sex": FEMALE}),
        ("青葉区計", "青葉区", {}),
        ("男", "", {"sex": MALE}),
        ("日本人", "", {"nation": JAPANESE}),
        ("人口・世帯数", "", {}),
        ("Sheet1", "Sheet1", {}),
        ("R6.4.1", "R6.4.1", {}),
    ],
)
def test_a_sheet_says_its_ward_and_of_whom_it_is(name, ward, facts):
    assert told_by_sheet(name) == (ward, facts)


ALL, MEN, WOMEN = Whose(), Whose(sex=MALE), Whose(sex=FEMALE)


def test_the_row_of_all_comes_before_its_parts():
    assert rows_for(frozenset({ALL, MEN, WOMEN}), None) == (ALL,)
    assert set(rows_for(frozenset({MEN, WOMEN}), None)) == {MEN, WOMEN}


def test_parts_are_everybody_only_together():
    assert rows_for(frozenset({MEN}), None) is None
    assert rows_for(frozenset({Whose(nation=JAPANESE)}), None) is None
    unknown = Whose(sex=OTHER)
    assert set(rows_for(frozenset({MEN, WOMEN, unknown}), None)) == {MEN, WOMEN, unknown}


def test_two_dimensions_are_crossed_without_counting_twice():
    crossed = {
        Whose(sex=sex, nation=nation) for sex in (MALE, FEMALE) for nation in (JAPANESE, FOREIGN)
    }
    assert set(rows_for(frozenset(crossed), None)) == crossed
    japanese = Whose(nation=JAPANESE)
    mixed = {japanese, Whose(sex=MALE, nation=FOREIGN), Whose(sex=FEMALE, nation=FOREIGN)}
    assert set(rows_for(frozenset(mixed), None)) == mixed
    men = {one for one in crossed if one.sex == MALE}
    assert rows_for(frozenset({*men, japanese}), None) is None


def test_ages_in_rows_are_tiled_and_those_unknown_are_in_the_total_alone():
    bands = [(0.0, 14.0), (15.0, 64.0), (65.0, 74.0), (75.0, OPEN), (65.0, OPEN), AGE_UNKNOWN]
    rows = {band: Whose(ages=band) for band in bands}
    there = frozenset(rows.values())
    assert rows_for(there, (65, OPEN)) == (rows[65.0, OPEN],)
    assert set(rows_for(there, None)) == {
        rows[band] for band in ((0.0, 14.0), (15.0, 64.0), (65.0, OPEN), AGE_UNKNOWN)
    }
    assert rows_for(there, (60, OPEN)) is None


def test_single_years_end_with_the_oldest_only_where_that_is_old_enough():
    years = {Whose(ages=(float(age), float(age))) for age in range(101)}
    assert len(rows_for(frozenset(years), (65, OPEN))) == 36
    young = {one for one in years if one.ages < (90.0, 90.0)}
    assert rows_for(frozenset(young), (65, OPEN)) is None


def test_households_are_nobody():
    assert rows_for(frozenset({Whose(counted=HOUSEHOLDS), MEN, WOMEN}), None) == (WOMEN, MEN)

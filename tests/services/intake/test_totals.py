"""Totals among the rows: by name, by sum, and where the two disagree."""

import numpy as np
import pytest

from services.intake.tables.totals import RowBounds, is_part_name, judge

TOWN = [("上野一丁目", 30, 10), ("上野二丁目", 20, 5), ("北町", 40, 10), ("南町", 100, 30)]


def verdicts(rows, tolerance=0.0):
    figures = np.array([row[1:] for row in rows], dtype=float)
    names = [row[0] for row in rows]
    return {
        names[one.row]: (one.kind, one.agrees)
        for one in judge(names, names, RowBounds(figures, figures, tolerance))
    }


@pytest.mark.parametrize(
    "name",
    [
        "合計",
        "小計",
        "上野（大字計）",
        "上野計",
        "本庁計",
        "支所計",
        "旧市内計",
        "本庁管内計",
        "計",
        "〔総数〕",
        "上野",
    ],
)
def test_a_sum_is_left_out_whatever_its_name(name):
    rows = [*TOWN[:2], (name, 50, 15), *TOWN[2:]]
    assert verdicts(rows) == {name: ("total", True)}


def test_a_total_may_stand_above_its_parts_and_totals_may_be_added_again():
    rows = [
        ("総数", 190, 55),
        *(("本庁計", 50, 15), *TOWN[:2]),
        *(("支所計", 140, 40), *TOWN[2:]),
    ]
    assert verdicts(rows) == dict.fromkeys(("総数", "本庁計", "支所計"), ("total", True))


def test_the_municipality_itself_at_the_top_or_the_end_is_the_sum_of_all():
    for rows in ([("見本市", 190, 55), *TOWN], [*TOWN, ("見本市", 190, 55)]):
        assert verdicts(rows) == {"見本市": ("total", True)}
    # In the middle, or with few residents, it may be chance.
    assert verdicts([*TOWN[:2], ("見本市", 190, 55), *TOWN[2:]]) == {}
    assert verdicts([("東", 6, 3), ("西", 1, 1), ("南", 2, 1), ("北", 3, 1)]) == {}


def test_a_total_that_is_no_sum_is_doubted():
    assert verdicts([*TOWN, ("合計", 191, 55)]) == {"合計": ("total", False)}


@pytest.mark.parametrize("name", ["主計", "三主計"])
def test_an_area_whose_name_only_looks_like_a_total_stays_one(name):
    assert verdicts([*TOWN, (name, 7, 3)]) == {name: ("area", False)}
    # It is part of the sums of others.
    assert verdicts([*TOWN, (name, 7, 3), ("合計", 197, 58)]) == {
        name: ("area", False),
        "合計": ("total", True),
    }


@pytest.mark.parametrize(
    "name", ["（再掲）山間部", "再掲 北町", "うち外国人", "（うち団地）", "内、北町", "内外国人"]
)
def test_a_part_of_another_row_is_no_area(name):
    assert is_part_name(name)
    assert verdicts([*TOWN, (name, 40, 10)]) == {name: ("part", None)}


@pytest.mark.parametrize(
    "name", ["内町", "内野", "打越", "うちこ", "内子町", "河内", "計根別", "小計町"]
)
def test_areas_with_these_signs_in_their_names_are_areas(name):
    assert verdicts([*TOWN, (name, 7, 3)]) == {}


def test_of_several_rows_of_one_area_the_sum_is_left_out():
    # A column of codes that nobody explains: 0, 1, 2.
    rows = [("東", 100, 40), ("東", 48, 18), ("東", 52, 22), ("西", 7, 2)]
    figures = np.array([row[1:] for row in rows], dtype=float)
    names = [row[0] for row in rows]
    (found,) = judge(names, names, RowBounds(figures, figures))
    assert (found.row, found.kind, found.first, found.last) == (0, "total", 1, 2)


def test_a_sum_of_the_rows_below_that_nothing_names_is_kept_and_doubted():
    rows = [("上野", 120, 50), ("中原", 50, 20), ("北原", 70, 30), ("本町", 100, 70)]
    assert verdicts(rows) == {"上野": ("area", True)}
    # Of one figure alone it may well be chance.
    assert verdicts([row[:2] for row in rows]) == {}
    assert verdicts([("上野", 12, 5), ("中原", 5, 2), ("北原", 7, 3), ("本町", 10, 7)]) == {}


def test_a_suppressed_count_leaves_a_sum_open_and_a_rounded_one_nearly_so():
    low = np.array([[30.0], [0.0], [39.0]])
    high = np.array([[30.0], [9.0], [39.0]])
    (found,) = judge(["東", "西", "計"], ["東", "西", "計"], RowBounds(low, high))
    assert found.agrees
    (found,) = judge(
        ["東", "西", "計"], ["東", "西", "計"], RowBounds(low, high - np.array([[0], [1], [0]]))
    )
    assert not found.agrees
    assert verdicts([("東", 1200), ("西", 10_300), ("計", 11_600)], 500.0) == {
        "計": ("total", True)
    }


def test_thousands_of_rows_are_judged_at_once():
    rows = [(f"{place}{number}丁目", number, 1) for place in range(500) for number in range(1, 9)]
    # 1 + … + 8 = 36 in each of 500 places.
    assert verdicts([*rows, ("合計", 18_000, 4_000)]) == {"合計": ("total", True)}

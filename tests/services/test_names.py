"""Names are brought to one form."""

import pytest

from services.intake.names import normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東１丁目", "東一丁目"),
        ("柏の葉　四丁目", "柏ノ葉4丁目"),
        ("名戸ヶ谷１丁目", "名戸ケ谷１丁目"),
        ("名戸が谷", "名戸ケ谷"),
        ("髙田", "高田"),
        ("⻄町", "西町"),
        ("⻑全寺", "長全寺"),
        ("⻘葉台", "青葉台"),
        ("⼾張", "戸張"),
        ("十余二", "十余二"),
        ("北十一条西２０丁目", "北11条西二十丁目"),
        ("十丁目", "10丁目"),
        ("ﾊｲﾂ東", "ハイツ東"),
        ("A会館", "Ａ会館"),
    ],
)
def test_two_spellings_of_one_name_agree(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("東１丁目", "東２丁目"), ("十余二", "12"), ("五香六実", "五香"), ("二番町", "三番町")],
)
def test_two_different_names_stay_different(one, other):
    assert normalise(one) != normalise(other)


def test_a_normal_form_is_its_own_normal_form():
    assert normalise(normalise("柏の葉　四丁目")) == normalise("柏の葉　四丁目")


def test_no_name_is_the_empty_text():
    assert normalise("　") == ""

"""Names are brought to one form, and told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.words.names import normalise, stem, told_apart


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
        ("大字豊四季", "豊四季"),
        ("柏市大字柏", "柏市柏"),
        ("②丁目", "二丁目"),
        ("壱丁目", "１丁目"),
        ("二〇丁目", "20丁目"),
        ("⻭科医院", "歯科医院"),
        ("⿓崎", "竜崎"),
        ("渡邊会館", "渡辺会館"),
        ("⺠家", "民家"),
        ("戶塚", "戸塚"),
        ("⿊川", "黒川"),
    ],
)
def test_two_spellings_of_one_name_agree(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東１丁目", "東２丁目"),
        ("十余二", "12"),
        ("五香六実", "五香"),
        ("二番町", "三番町"),
        ("大字", ""),
        ("大字山", "大山"),
    ],
)
def test_two_different_names_stay_different(one, other):
    assert normalise(one) != normalise(other)


def test_a_normal_form_is_its_own_normal_form():
    assert normalise(normalise("柏の葉　四丁目")) == normalise("柏の葉　四丁目")


def test_no_name_is_the_empty_text():
    assert normalise("　") == ""


@given(st.text(max_size=20) | st.text("大字市町〇一二十百丁目番壱ヶが0１②⼾⺠ßİﾞ　 -", max_size=12))
def test_a_normal_form_never_changes_again(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.integers(1, 99))
def test_every_way_to_write_a_chome_is_one(number):
    tens, ones = divmod(number, 10)
    digits = "〇一二三四五六七八九"
    kanji = ("十" if tens == 1 else f"{digits[tens]}十" if tens else "") + (
        digits[ones] if ones else ""
    )
    full = str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    forms = {normalise(f"東{written}丁目") for written in (number, kanji, full)}
    assert forms == {f"東{number}丁目"}


def test_a_stem_is_the_name_without_its_chome():
    assert stem("伊勢原１丁目") == stem("伊勢原") == "伊勢原"
    assert stem("柏インター東") == "柏インター東"


def apart(names, things, *hints):
    return told_apart(names, things, hints, hinted=lambda n, h: f"{n}/{h}", numbered="{}#{}".format)


def test_names_that_one_thing_bears_alone_stay():
    assert apart(["a", "b", "a"], [1, 2, 1]) == ["a", "b", "a"]


def test_the_first_hint_that_tells_all_things_of_a_name_apart_stands_beside_it():
    names, things = ["h", "h", "h", "k"], [1, 2, 3, 4]
    # The first is the same for two, the second lacks one, the third differs.
    hints = (["E", "E", "W", "E"], ["x", "", "z", ""], ["p", "q", "r", "s"])
    assert apart(names, things, *hints) == ["h/p", "h/q", "h/r", "k"]


def test_rows_of_one_thing_keep_one_name():
    assert apart(["h", "h", "h"], [1, 2, 1], ["E", "W", "other"]) == ["h/E", "h/W", "h/E"]


def test_without_a_hint_things_are_numbered_in_their_order_not_in_that_of_the_rows():
    assert apart(["h", "h"], ["b", "a"], ["", ""]) == ["h#2", "h#1"]


def test_what_has_no_name_gets_none():
    assert apart(["", ""], [1, 2]) == ["", ""]

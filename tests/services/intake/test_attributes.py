"""Attributes of places as they are typed."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.places import attributes as read
from services.intake.tables.ledger import SourceLedger
from services.profile import Places
from services.registry.attributes import ATTRIBUTES, with_attributes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("○", True),
        ("有", True),
        ("あり", True),
        ("はい", True),
        ("可", True),
        ("１", True),
        ("×", False),
        ("無", False),
        ("なし", False),
        ("不可", False),
        ("−", False),
        ("0", False),
        ("？", None),
        ("要相談", None),
    ],
)
def test_a_circle_is_yes_and_a_cross_is_no(text, expected):
    assert read.read_flag(text) is expected


@pytest.mark.parametrize(
    ("text", "yen"),
    [
        ("100円", 100),
        ("1回１００円", 100),
        ("¥200", 200),
        ("1,000円", 1000),
        ("300", 300),
        ("無料", 0),
        ("月100円", None),
        ("年会費500円", None),
        ("実費", None),
        ("-100", None),
    ],
)
def test_a_fee_is_yen_a_session(text, yen):
    assert read.read_fee_yen(text) == yen


@pytest.mark.parametrize(
    ("text", "area_m2"),
    [
        ("40㎡", 40),
        ("約40.5m2", 40.5),
        ("40", 40),
        ("6畳", 6 * 1.62),
        ("六畳", 6 * 1.62),
        ("和室１２畳", 12 * 1.62),
        ("広い", None),
        ("-3", None),
    ],
)
def test_a_floor_area_is_square_metres_or_tatami(text, area_m2):
    assert read.read_area_m2(text) == (None if area_m2 is None else pytest.approx(area_m2))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30分", 30),
        ("10分以上", 10),
        ("1時間", 60),
        ("1時間30分", 90),
        ("1時間半", 90),
        ("15", 15),
        ("少し", None),
    ],
)
def test_exercise_is_minutes(text, minutes):
    assert read.read_minutes(text) == minutes


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("高齢者", "高齢"),
        ("親子、65歳以上の方", "高齢・子ども"),
        ("障がいのある方", "障害"),
        ("どなたでも", "多世代"),
        ("会員", None),
    ],
)
def test_target_groups_are_named_by_four_words(text, groups):
    assert read.read_target_groups(text) == groups


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("町内会員", "neighbourhood"),
        ("地区内", "area"),
        ("市内全域", "city"),
        ("町全域", "city"),
        ("？", None),
    ],
)
def test_the_catchment_is_one_of_three(text, scope):
    assert read.read_scope(text) == scope


def test_a_capacity_is_a_number_of_persons():
    assert [read.read_count(text) for text in ("30名", "定員20人", "約15人程度", "多数")] == [
        *(30, 20, 15),
        None,
    ]


@pytest.mark.parametrize(
    ("cells", "online"),
    [(("オンライン", ""), True), (("", "Ｚｏｏｍ"), True), (("サロン", "東会館"), False)],
)
def test_an_online_place_is_known_by_its_kind_or_venue(cells, online):
    assert read.is_online(cells) is online


def test_what_is_not_understood_is_left_empty_and_named_by_row():
    table = pd.DataFrame({"参加費": ["100円", "月100円", ""], "広さ": ["8畳", "中", ""]}, [2, 3, 4])
    notes = SourceLedger("s")
    spec = Places(source="s", name_field="n", fee_field="参加費", floor_area_field="広さ")
    found = read.read_attributes(table, spec=spec, notes=notes)
    assert list(found.columns) == list(ATTRIBUTES)
    assert found["fee_yen"].fillna(-1).tolist() == [100, -1, -1]
    assert found["fee_text"].tolist() == ["100円", "月100円", ""]
    assert found["floor_area_m2"].fillna(-1).tolist() == [pytest.approx(12.96), -1, -1]
    assert [(entry.code, entry.row) for entry in notes.entries] == [("unread_attribute", 3)]


def test_a_column_of_tatami_needs_no_unit():
    table = pd.DataFrame({"畳": ["6"]}, [2])
    spec = Places(source="s", name_field="n", tatami_field="畳")
    found = read.read_attributes(table, spec=spec, notes=SourceLedger("s"))
    assert found["floor_area_m2"].tolist() == [pytest.approx(9.72)]


def test_a_frame_without_attributes_gets_unknown_ones():
    filled = with_attributes(pd.DataFrame({"place_id": ["a"]}))
    assert filled["closed_on"].tolist() == [""]
    assert filled["drop_in"].isna().all()
    assert str(filled["online"].dtype) == "boolean"


READERS = (
    *(read.read_flag, read.read_fee_yen, read.read_area_m2, read.read_count, read.read_minutes),
    *(read.read_target_groups, read.read_scope),
)


@given(
    st.text(max_size=20) | st.from_regex(r"[0-9一二三]{0,9}[円畳分人名時間]{0,3}", fullmatch=True)
)
def test_no_cell_stops_a_reader(text):
    for reader in READERS:
        value = reader(text)
        assert value is None or isinstance(value, bool | str) or value >= 0

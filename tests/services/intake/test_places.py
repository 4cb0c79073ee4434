"""Intake of gathering places."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point, box

from geo.errors import SourceError
from services.intake.places.remarks import note_typed_classes
from services.intake.places.rows import read_places, require_near
from services.intake.places.status import read_status
from services.intake.tables.ledger import Ledger
from services.profile import Places, Source
from services.registry.attributes import ATTRIBUTES
from services.registry.places import FROM_PROFILE
from services.words.texts import told

EPSG = 6677
HEADER = "名称,種別,会場,団体,住所,開催日,状態,緯度,経度\n"
ORIGIN = "36.0,139.833333333333"  # zone IX starts at 36° N, 139°50′ E
FIELDS = {
    "source": "salons",
    "name_field": "名称",
    "kind_field": "種別",
    "venue_field": "会場",
    "group_field": "団体",
    "address_field": "住所",
    "schedule_field": "開催日",
    "status_field": "状態",
}


def nowhere(_name, _address):
    return None


def read(tmp_path, rows, *, ledger=None, locate=nowhere, header=HEADER, **changes):
    path = tmp_path / "salons.csv"
    path.write_bytes((header + rows).encode("cp932"))
    return read_places(
        path,
        spec=Places(**{**FIELDS, **changes}),
        source=Source(
            id="salons",
            path="salons.csv",
            format="csv",
            title="t",
            credit="c",
            licence="l",
            as_of="2024",
        ),
        plane_epsg=EPSG,
        locate=locate,
        ledger=ledger if ledger is not None else Ledger(),
    )


def remarks(ledger):
    """Return what is said of rows; that a column is not used is said of the whole source."""
    return [entry for entry in ledger.of("salons").entries if entry.code != "columns_not_used"]


def codes(ledger):
    return [(entry.code, entry.row) for entry in remarks(ledger)]


def test_a_row_as_a_city_types_it_becomes_a_place(tmp_path):
    rows = f"ひまわりの会,サロン,東会館,東老人会,東1-1,毎週月曜日１０：００～,活動中,{ORIGIN}\n"
    places = read(tmp_path, rows)
    assert list(places.columns) == [
        *("place_id", "name", "kind", "venue_id", "venue_name", "group_name", "address"),
        *("schedule_text", "schedule_origin", "status", "opened_on", "verified_on"),
        *("private_home", "located_by", "located_level", "confidence", "consent"),
        *("stand_in", "row", "source_id"),
        *(*ATTRIBUTES, "geometry"),
    ]
    place = places.iloc[0]
    assert place["place_id"] == "salons-2"
    assert place["schedule_text"] == "毎週月曜日１０：００～"
    assert place["located_by"] == "coordinates"
    assert not place["private_home"]
    assert place.geometry.distance(Point(0, 0)) < 1e-3
    assert places.crs.to_epsg() == EPSG


def test_dates_of_opening_and_checking_become_iso_text(tmp_path):
    header = HEADER.strip() + ",開設,確認\n"
    rows = f"会,,,,,毎日,,{ORIGIN},平成30年10月,R6.4.1\n"
    places = read(tmp_path, rows, header=header, opened_field="開設", verified_field="確認")
    assert places[["opened_on", "verified_on"]].iloc[0].tolist() == ["2018-10", "2024-04-01"]


def test_one_schedule_may_stand_for_every_row(tmp_path):
    places = read(tmp_path, f"会,,,,,,,{ORIGIN}\n", schedule_field="", schedule_text="毎日")
    assert places["schedule_text"].tolist() == ["毎日"]
    assert places["schedule_origin"].tolist() == [FROM_PROFILE]


def test_a_schedule_of_the_profile_is_told_from_the_same_one_typed_in_the_list(tmp_path):
    rows = f"会,,,,,毎日,,{ORIGIN}\n別の会,,,,,,,{ORIGIN}\n"
    places = read(tmp_path, rows, schedule_text="毎日", stand_in="代わりの一覧です")
    assert places["schedule_text"].tolist() == ["毎日", "毎日"]
    assert places["schedule_origin"].tolist() == ["", FROM_PROFILE]
    assert places["stand_in"].tolist() == [True, True]
    assert read(tmp_path, rows)["schedule_origin"].tolist() == ["", ""]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("活動中", "active"),
        ("再開", "active"),
        ("休止中", "suspended"),
        ("コロナのため休会", "suspended"),
        ("閉鎖", "closed"),
        ("令和5年度で終了", "closed"),
        ("存続が危ぶまれる", "at_risk"),
        ("来年度閉鎖予定", "at_risk"),
        ("", ""),
        ("？", "unknown"),
        # Words of stopping count wherever they stand.
        ("活動中止", "suspended"),
        ("開催中止", "suspended"),
        ("活動中断", "suspended"),
        ("稼働停止", "suspended"),
        ("休止中（4月再開予定）", "suspended"),
        ("コロナのため休止中", "suspended"),
        ("休止中。再開時期は未定", "suspended"),
        ("再開の目途立たず", "suspended"),
        ("活動 していない", "suspended"),
        ("開催していません", "suspended"),
        ("未実施", "suspended"),
        ("inactive", "suspended"),
        ("Not active", "suspended"),
        ("on hold", "suspended"),
        ("Suspended", "suspended"),
        ("ended in 2023", "closed"),
        ("活動終了", "closed"),
        # What is to come is not there yet; what has come back is.
        ("休止予定", "at_risk"),
        ("開設準備中", "unknown"),
        ("活動予定", "unknown"),
        ("休止していたが令和5年4月に再開", "active"),
        ("再開済み", "active"),
        ("休止なし", "active"),
        ("開催中（8月は休み）", "active"),
        ("Active", "active"),
    ],
)
def test_status_words_are_understood(text, status):
    assert read_status(text) == status


def test_an_unknown_status_is_never_active_and_noted(tmp_path):
    ledger = Ledger()
    places = read(tmp_path, f"会,,,,,毎日,謎,{ORIGIN}\n会2,,,,,毎日,,{ORIGIN}\n", ledger=ledger)
    assert places["status"].tolist() == ["unknown", "active"]
    assert codes(ledger) == [("unknown_status", 2)]


@pytest.mark.parametrize(
    ("kind", "venue"), [("個人宅", ""), ("自宅開放", ""), ("サロン", "山田様宅"), ("", "民家")]
)
def test_a_private_home_is_recognised(tmp_path, kind, venue):
    places = read(tmp_path, f"会,{kind},{venue},,,毎日,,{ORIGIN}\n")
    assert places["private_home"].tolist() == [True]


def test_a_schedule_that_gives_no_frequency_is_noted(tmp_path):
    ledger = Ledger()
    read(tmp_path, f"会,,,,,不定期,,{ORIGIN}\n", ledger=ledger)
    assert codes(ledger) == [("unknown_schedule", 2)]


def test_a_place_without_coordinates_is_located_by_its_venue_and_noted(tmp_path):
    asked = []

    def locate(name, address):
        asked.append((name, address))
        return (100.0, 200.0, "venue")

    ledger = Ledger()
    places = read(tmp_path, "会,,東会館,,東1-1,毎日,,,\n", ledger=ledger, locate=locate)
    assert asked == [("東会館", "東1-1")]
    assert places["located_by"].tolist() == ["venue"]
    assert places.geometry.iloc[0] == Point(100, 200)
    assert codes(ledger) == [("located_by_venue", 2)]
    assert ledger.of("salons").rows_repaired == 1


def test_a_place_located_by_its_area_is_marked_as_rough(tmp_path):
    ledger = Ledger()
    read(tmp_path, "会,,,,東1-1,毎日,,,\n", ledger=ledger, locate=lambda *_: (0.0, 0.0, "area"))
    (entry,) = remarks(ledger)
    assert "this is rough" in str(entry.said)
    assert "おおよその位置" in told(entry.said, "ja")


def test_a_place_that_cannot_be_located_is_kept_and_listed(tmp_path):
    ledger = Ledger()
    places = read(tmp_path, f"会,,,,,毎日,,,\n別の会,,,,,毎日,,{ORIGIN}\n", ledger=ledger)
    assert len(places) == 2
    assert places.geometry.isna().tolist() == [True, False]
    assert places["located_by"].tolist() == ["", "coordinates"]
    assert codes(ledger) == [("no_coordinates", 2)]


def test_the_same_place_and_schedule_twice_is_counted_once_and_listed(tmp_path):
    ledger = Ledger()
    rows = f"会,,,,,毎週月曜,,{ORIGIN}\n会　,,,,,毎週（月）,,{ORIGIN}\n会,,,,,毎週火曜,,{ORIGIN}\n"
    places = read(tmp_path, rows, ledger=ledger)
    assert places["row"].tolist() == [2, 4]
    assert codes(ledger) == [("duplicate", 3)]
    assert ledger.of("salons").rows_refused == 1


def test_two_rows_of_one_hall_without_days_are_two_groups_and_listed(tmp_path):
    ledger = Ledger()
    rows = f"東会館,,,,,,,{ORIGIN}\n東会館,,,,,,,{ORIGIN}\n東会館,,,,,不定期,,{ORIGIN}\n"
    places = read(tmp_path, rows, ledger=ledger)
    assert places["row"].tolist() == [2, 3, 4]
    assert places["venue_id"].nunique() == 1
    assert ledger.of("salons").rows_refused == 0
    assert [code for code in codes(ledger) if code[0] != "unknown_schedule"] == [
        ("perhaps_duplicate", 3),
        ("perhaps_duplicate", 4),
    ]


def test_what_is_not_understood_of_a_schedule_is_listed_with_its_row(tmp_path):
    ledger = Ledger()
    rows = f"甲,,,,,毎週火曜（月2回）,,{ORIGIN}\n乙,,,,,【休館日】月曜日,,{ORIGIN}\n丙,,,,,未定,,{ORIGIN}\n"
    places = read(tmp_path, rows, ledger=ledger)
    assert len(places) == 3
    assert codes(ledger) == [
        ("schedule_unread", 2),
        ("schedule_unread", 3),
        ("unknown_schedule", 4),
    ]
    first, second, _ = (told(entry.said, "ja") for entry in ledger.of("salons").entries)
    assert "「毎週火曜（月2回）」" in first
    assert "休館日 月曜日" in second
    assert "毎週火曜日10:00〜11:30" in second


def test_groups_at_one_venue_share_its_id(tmp_path):
    rows = (
        f"甲の会,,東会館,,,第1月曜,,{ORIGIN}\n乙の会,,東 会館,,,第3月曜,,{ORIGIN}\n"
        f"丙の会,,東会館,,,第3月曜,,36.01,139.9\n丁の会,,,,,第3月曜,,{ORIGIN}\n"
    )
    ids = read(tmp_path, rows)["venue_id"].tolist()
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_only_rows_asked_for_are_read(tmp_path):
    ledger = Ledger()
    rows = f"東サロン,,,,,毎日,,{ORIGIN}\n東公園,,,,,毎日,,{ORIGIN}\n"
    places = read(tmp_path, rows, ledger=ledger, where={"field": "名称", "contains": ["サロン"]})
    assert places["name"].tolist() == ["東サロン"]
    assert codes(ledger) == [("not_asked", None)]


def test_a_row_without_a_name_is_refused_and_listed(tmp_path):
    ledger = Ledger()
    assert len(read(tmp_path, f",,,,,毎日,,{ORIGIN}\n会,,,,,毎日,,{ORIGIN}\n", ledger=ledger)) == 1
    assert codes(ledger) == [("no_name", 2)]


@pytest.mark.parametrize(
    ("position", "why"),
    [("0,0", "its coordinates are not in Japan"), ("48.8,2.3", "its coordinates are not in Japan")],
)
def test_a_place_outside_japan_is_refused_by_its_row(tmp_path, position, why):
    with pytest.raises(
        SourceError, match=rf"salons\.csv, row 3: 乙の会: .*{why}; correct them"
    ) as e:
        read(tmp_path, f"甲の会,,,,,毎日,,{ORIGIN}\n乙の会,,,,,毎日,,{position}\n")
    assert "の3行目" in told(e.value, "ja")
    assert "直すか、空にしてください" in told(e.value, "ja")


def test_swapped_latitude_and_longitude_are_put_right_and_noted(tmp_path):
    ledger = Ledger()
    rows = "甲の会,,,,,毎日,,36.0,139.9\n乙の会,,,,,毎日,,139.9,36.0\n"
    places = read(tmp_path, rows, ledger=ledger)
    assert places.geometry.iloc[0].distance(places.geometry.iloc[1]) < 1e-6
    assert codes(ledger) == [("position_swapped", 3)]
    assert ledger.of("salons").rows_repaired == 1


def test_a_place_in_the_sea_is_refused_by_its_row(tmp_path):
    places = read(tmp_path, f"甲の会,,,,,毎日,,{ORIGIN}\n乙の会,,,,,毎日,,36.0,141.5\n")
    town = box(-1000, -1000, 1000, 1000)
    with pytest.raises(
        SourceError, match=r"salons\.csv, row 3: 乙の会 is 14\d\.\d km outside"
    ) as e:
        require_near(places, town, path=tmp_path / "salons.csv", margin_m=1500)
    assert "市区町村から" in told(e.value, "ja")
    require_near(places.iloc[:1], town, path=tmp_path / "salons.csv", margin_m=0)


def test_a_missing_column_lists_the_columns_there_are(tmp_path):
    with pytest.raises(SourceError, match=r"no column '開催'; the columns are 名称, 種別"):
        read(tmp_path, f"会,,,,,毎日,,{ORIGIN}\n", schedule_field="開催")


def test_garbage_bytes_and_a_missing_file_are_refused(tmp_path):
    arguments = {
        "spec": Places(source="salons", name_field="名称"),
        "source": Source(
            id="salons",
            path="s.csv",
            format="csv",
            title="t",
            credit="c",
            licence="l",
            as_of="2024",
        ),
        "plane_epsg": EPSG,
        "locate": nowhere,
        "ledger": Ledger(),
    }
    path = tmp_path / "s.csv"
    with pytest.raises(SourceError, match="there is no such file"):
        read_places(path, **arguments)
    path.write_bytes(b"\xff\xfe\x80\x00")
    with pytest.raises(SourceError, match="not text in"):
        read_places(path, **arguments)


def test_a_rotating_programme_becomes_a_place_at_each_of_its_venues(tmp_path):
    ledger = Ledger()
    spots = {"東会館": (100.0, 0.0, "venue"), "西会館": (200.0, 0.0, "venue")}
    rows = f'めぐる会,,,,東1-1,"日替わり：月 東会館、火 西会館、水 北会館",,{ORIGIN}\n'
    places = read(tmp_path, rows, ledger=ledger, locate=lambda name, _: spots.get(name))
    assert places["place_id"].tolist() == ["salons-2-1", "salons-2-2", "salons-2-3"]
    assert places["programme_id"].tolist() == ["salons-2"] * 3
    assert places["group_name"].tolist() == ["めぐる会"] * 3
    assert places["venue_name"].tolist() == ["東会館", "西会館", "北会館"]
    assert places["schedule_text"].tolist() == ["毎週月曜日", "毎週火曜日", "毎週水曜日"]
    assert places.geometry.tolist()[:2] == [Point(100, 0), Point(200, 0)]
    assert places.geometry.isna().tolist() == [False, False, True]  # never at the row's position
    assert places["venue_id"].nunique() == 3
    assert codes(ledger)[0] == ("rotating_venues", 2)
    assert ledger.of("salons").rows_used == 1


def test_a_rotation_that_cannot_be_read_is_one_place_and_noted(tmp_path):
    ledger = Ledger()
    places = read(tmp_path, f"めぐる会,,,,,毎週月曜（会場は日替わり）,,{ORIGIN}\n", ledger=ledger)
    assert len(places) == 1
    assert ("rotation_unread", 2) in codes(ledger)


def test_an_assumed_schedule_is_noted(tmp_path):
    ledger = Ledger()
    read(tmp_path, f"会,,,,,最終水曜,,{ORIGIN}\n会2,,,,,毎週水曜,,{ORIGIN}\n", ledger=ledger)
    assert codes(ledger) == [("assumed_schedule", 2)]
    assert "仮定" in told(ledger.of("salons").entries[0].said, "ja")


@pytest.mark.parametrize(
    ("typed", "schedule", "code"),
    [
        ("週1型", "毎週月曜", None),
        ("月１型", "第2金曜", None),
        ("常設型", "月〜金", None),
        ("週1型", "第2金曜", "class_conflict"),
        ("週1型", "未定", "class_conflict"),
        ("いろいろ", "毎週月曜", "class_unread"),
        ("", "毎週月曜", None),
    ],
)
def test_a_typed_class_is_compared_and_never_used(tmp_path, typed, schedule, code):
    header = HEADER.strip() + ",型\n"
    rows = f"会,,,,,{schedule},,{ORIGIN},{typed}\n"
    places = read(tmp_path, rows, header=header, frequency_field="型")
    ledger = Ledger()
    note_typed_classes(places, permanent_min_days_per_week=3, notes=ledger.of("salons"))
    assert codes(ledger) == ([(code, 2)] if code else [])


@pytest.mark.parametrize(
    ("status", "closed", "expected"),
    [
        ("", "2023-03-31", "closed"),  # before the date of the list, 2024
        ("", "2025-03-31", "at_risk"),  # after it
        ("活動中", "2023-03-31", "active"),
        ("", "", "active"),
    ],
)
def test_a_closing_date_without_a_status_decides_it(tmp_path, status, closed, expected):
    header = HEADER.strip() + ",閉所\n"
    rows = f"会,,,,,毎日,{status},{ORIGIN},{closed}\n"
    assert read(tmp_path, rows, header=header, closed_field="閉所")["status"].tolist() == [expected]


def test_dates_that_contradict_are_noted(tmp_path):
    header = HEADER.strip() + ",開設,閉所\n"
    rows = f"会,,,,,毎日,閉鎖,{ORIGIN},2020-04-01,2019-03-31\n会2,,,,,毎日,活動中,{ORIGIN},,2019-03-31\n"
    ledger = Ledger()
    read(tmp_path, rows, header=header, ledger=ledger, opened_field="開設", closed_field="閉所")
    assert codes(ledger) == [("dates_conflict", 2), ("status_conflict", 3)]


def test_an_online_place_is_marked_by_its_kind_or_by_its_column(tmp_path):
    header = HEADER.strip() + ",ネット\n"
    rows = f"会,オンライン,,,,毎日,,{ORIGIN},\n会2,,,,,毎日,,{ORIGIN},○\n会3,,,,,毎日,,{ORIGIN},×\n"
    places = read(tmp_path, rows, header=header, online_field="ネット")
    assert places["online"].tolist() == [True, True, False]


def test_attributes_are_read_from_the_columns_that_the_profile_names(tmp_path):
    header = HEADER.strip() + ",参加費,広さ,対象\n"
    rows = f"会,,,,,毎日,,{ORIGIN},100円,8畳,どなたでも\n"
    fields = {"fee_field": "参加費", "floor_area_field": "広さ", "target_groups_field": "対象"}
    place = read(tmp_path, rows, header=header, **fields).iloc[0]
    assert place["fee_yen"] == 100
    assert place["floor_area_m2"] == pytest.approx(12.96)
    assert place["target_groups"] == "多世代"
    with pytest.raises(SourceError, match="no column '定員'"):
        read(tmp_path, rows, header=header, capacity_field="定員")


def plain_read(tmp_path, text, *, ledger=None, near=None, **fields):
    path = tmp_path / "salons.csv"
    path.write_text(text, encoding="utf-8")
    return read_places(
        path,
        spec=Places(source="salons", **fields),
        source=Source(
            id="salons",
            path="s.csv",
            format="csv",
            title="t",
            credit="c",
            licence="l",
            as_of="2024",
        ),
        plane_epsg=EPSG,
        locate=nowhere,
        ledger=ledger if ledger is not None else Ledger(),
        near=near,
    )


def test_a_list_as_people_type_it_is_read_without_a_word_in_the_profile(tmp_path):
    ledger = Ledger()
    text = (
        "令和6年度　通いの場一覧,,,,,\n,,,,,\nＮｏ．,サロン名,開催場所,開催日時,位置,\n,,,,緯度,経度\n"
        "１,ひまわり,東会館,毎週月曜日,北緯36度0分0秒,東経139度50分0秒\n合計,,,,,\n,合計　1か所,,,,\n※休会を含む,,,,,\n"
    )
    places = plain_read(tmp_path, text, ledger=ledger)
    place = places.iloc[0]
    assert len(places) == 1
    assert place[["name", "venue_name", "schedule_text"]].tolist() == [
        *("ひまわり", "東会館", "毎週月曜日")
    ]
    assert place.geometry.distance(Point(0, 0)) < 1e-3
    assert codes(ledger) == [
        *(("columns_recognised", None), ("position_dms", 5)),
        *(("totals_row", 6), ("totals_row", 7), ("footnote", 8)),
    ]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("緯度経度", '"36.0,139.833333333333"'),
        ("緯度経度", '"139.833333333333,36.0"'),
        ("緯度,経度", "360000.0,1395000.0"),
        ("緯度,経度", "36.0.0.0,139.50.0.0"),
        ("緯度,経度", "３６．０,１３９．８３３３３３３３３３"),
        ("X座標,Y座標", "0,0"),
    ],
)
def test_a_position_is_read_however_it_is_typed(tmp_path, header, cells):
    places = plain_read(tmp_path, f"名称,{header}\n会,{cells}\n")
    assert places.geometry.iloc[0].distance(Point(0, 0)) < 1e-2


def test_x_points_north_unless_only_the_other_way_lies_in_the_town(tmp_path):
    text = "名称,X座標,Y座標\n会,1000,5000\n会2,1100,5100\n"
    assert plain_read(tmp_path, text).geometry.iloc[0].distance(Point(5000, 1000)) < 1e-3
    ledger = Ledger()
    town = box(900, 4900, 1200, 5200)
    places = plain_read(tmp_path, text, ledger=ledger, near=town)
    assert places.geometry.iloc[0].distance(Point(1000, 5000)) < 1e-3
    assert ("position_plane_swapped", 2) in codes(ledger)


def test_near_places_of_like_names_are_shown_and_both_kept(tmp_path):
    ledger = Ledger()
    text = "名称,開催日,緯度,経度\n東自治会館サロン,毎週月曜日,36.0,139.9\n東自治会館サロン（午後）,毎週月曜日,36.0,139.9\n"
    assert len(plain_read(tmp_path, text, ledger=ledger)) == 2
    assert ("perhaps_duplicate", 3) in codes(ledger)


def test_a_salon_named_after_its_owner_is_a_private_home(tmp_path):
    text = "名称,公開可否,緯度,経度\n田中さんち,不可,36.0,139.9\n山本宅サロン,可,36.0,139.9\n東会館サロン,可,36.0,139.9\n"
    places = plain_read(tmp_path, text)
    assert places["private_home"].tolist() == [True, True, False]
    assert places["consent"].tolist() == [False, True, True]


def test_a_table_without_a_name_column_is_refused_with_its_columns(tmp_path):
    with pytest.raises(
        SourceError, match="no column is recognised as the name; say which"
    ) as error:
        plain_read(tmp_path, "なぞ,緯度,経度\n会,36.0,139.9\n")
    assert "ある列：なぞ、緯度、経度" in told(error.value, "ja")


def test_an_uncertain_position_is_to_be_confirmed(tmp_path):
    ledger = Ledger()
    rows = "会,,,,どこか,毎日,,,\n"
    found = (0.0, 0.0, "area", "oaza", 0.3)
    places = read(tmp_path, rows, ledger=ledger, locate=lambda *_: found)
    assert places[["located_level", "confidence"]].iloc[0].tolist() == ["oaza", 0.3]
    assert codes(ledger) == [("located_by_area", 2), ("to_confirm", 2)]


CELL = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6),
    st.sampled_from(
        [
            *(
                "36.0",
                "139.9",
                "",
                "東1",
                "毎週月曜日",
                "合計",
                "※",
                "=cmd|'a'!A0",
                "nan",
                "inf",
                "1e309",
            ),
            *("田中宅", "可", "35°51'", "−", "休止", "36.0,139.9", '"', "R99.99.99"),
        ]
    ),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(st.lists(st.lists(CELL, min_size=5, max_size=5), max_size=5))
def test_no_list_crashes_the_reader(tmp_path, rows):
    import csv
    import io

    text = io.StringIO(newline="")
    csv.writer(text).writerows([["名称", "住所", "開催日", "緯度", "経度"], *rows])
    with contextlib.suppress(SourceError):
        places = plain_read(tmp_path, text.getvalue())
        assert set(places["located_by"]) <= {"coordinates", ""}
        assert places["place_id"].is_unique


def test_a_dash_typed_beside_an_hour_is_not_written_twice(tmp_path):
    header = HEADER.rstrip("\n") + ",開始,終了\n"
    row = f"ひまわりの会,サロン,東会館,東老人会,東1-1,毎週月曜日,活動中,{ORIGIN}"
    rows = f"{row},10:00〜,〜11:30\n{row},10:00,11:30まで\n"
    found = read(tmp_path, rows, header=header, start_field="開始", end_field="終了")
    assert found["schedule_text"].iloc[0] == "毎週月曜日 10:00〜11:30"

"""Privacy at the door: tables about persons are refused, family names are masked."""

import contextlib

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceError
from services.intake.people.population import read_population
from services.intake.places.points import read_points
from services.intake.tables.ledger import Ledger
from services.intake.tables.persons import is_my_number, require_no_persons
from services.intake.tables.reading import read_csv
from services.privacy.homes import consents, is_private_home, masked
from services.profile import Population, Source
from services.words.texts import told


def check(**columns):
    require_no_persons(pd.DataFrame(columns), path="list.csv")


def my_number(first_eleven):
    """Add the check digit after the ordinance: weights 6,5,4,3,2,7,6,5,4,3,2 from the left."""
    total = sum(
        int(digit) * weight
        for digit, weight in zip(first_eleven, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2], strict=True)
    )
    rest = total % 11
    return first_eleven + str(0 if rest <= 1 else 11 - rest)


@pytest.mark.parametrize(
    "header",
    [
        *(
            "氏名",
            "氏　名",
            "利用者名",
            "参加者氏名",
            "代表者",
            "代表者名",
            "代表",
            "会長",
            "連絡先氏名",
        ),
        *(
            "生年月日",
            "誕生日",
            "個人番号",
            "マイナンバー",
            "被保険者番号",
            "要介護度",
            "要介護状態区分",
        ),
        *(
            "携帯電話",
            "携帯番号",
            "自宅電話",
            "自宅住所",
            "緊急連絡先",
            "代表者電話番号",
            "担当者",
            "続柄",
        ),
        *("世帯主", "既往歴", "障害者手帳", "民生委員名", "姓", "Date of Birth", "full name"),
    ],
)
def test_a_column_about_persons_is_refused_by_its_name(header):
    with pytest.raises(SourceError, match="refused: columns about persons") as error:
        check(**{"名称": ["会"], header: ["x"]})
    assert f"「{header}」" in told(error.value, "ja")
    assert "受け取りません" in told(error.value, "ja")
    assert "除いてから" in told(error.value, "ja")


@pytest.mark.parametrize(
    "header",
    [
        *(
            "名称",
            "団体名",
            "実施団体",
            "法人の名称",
            "電話番号",
            "代表電話番号",
            "代表電話",
            "担当課",
            "TEL",
        ),
        *(
            "要介護認定者数",
            "65歳以上人口",
            "世帯主年齢別世帯数",
            "世帯数",
            "定員",
            "開催日",
            "FAX番号",
            "会場",
        ),
        *("参加者数", "利用者数", "携帯トイレ", "名称_カナ", "フリガナ", "認定日", "所有者"),
    ],
)
def test_a_column_about_groups_halls_or_counts_is_welcome(header):
    check(**{header: ["04-7167-1111"]})


def test_care_levels_in_the_cells_are_refused_whatever_the_column_is_called():
    with pytest.raises(SourceError, match=r"'区分' \(care levels of persons\)"):
        check(名称=list("abc"), 区分=["要介護２", "要支援1", "要介護5"])
    check(要介護1=["12", "30", "8"], 要介護2=["3", "4", "5"])


def test_personal_numbers_in_the_cells_are_refused():
    numbers = [my_number("12345678901"), my_number("98765432109")]
    assert all(map(is_my_number, numbers))
    with pytest.raises(SourceError, match="12-digit personal numbers"):
        check(番号=numbers)
    with pytest.raises(SourceError, match="12-digit personal numbers"):
        check(番号=[f"{n[:4]}-{n[4:8]}-{n[8:]}" for n in numbers])


def test_other_twelve_digits_are_no_personal_numbers():
    check(番号=[my_number("12345678901")[:-1] + "x", "122171234567"])
    wrong = my_number("12345678901")
    assert not is_my_number(wrong[:-1] + str((int(wrong[-1]) + 1) % 10))


def test_mobile_telephones_are_refused_and_those_of_offices_are_not():
    with pytest.raises(SourceError, match="mobile telephones"):
        check(連絡先=["090-1234-5678", "０８０１２３４５６７８", "04-7167-1111"])
    check(連絡先=["04-7167-1111", "0120-123-456", "050-1234-5678"])
    check(緯度=["35.08012345678", "35.09012345678", "35.07012345678"])


def test_names_of_persons_are_refused_and_names_of_towns_and_salons_are_not():
    persons = ["山田太郎", "佐藤 花子", "鈴木一郎", "田中　美咲", "高橋健一"]
    with pytest.raises(SourceError, match=r"'担い手' \(names of persons\)"):
        check(担い手=persons)
    check(町名=["山田", "中村", "高田", "松本町", "大山台", "小林一丁目", "石川", "山口"])
    check(名称=["中山サロン", "小林サロン", "東ひまわり会", "吉田会館", "田中公民館", "林集会所"])


def test_two_names_beside_two_dates_of_birth_are_enough():
    with pytest.raises(SourceError, match="dates of birth") as error:
        check(a=["山田太郎", "佐藤 花子"], b=["昭和15年3月4日", "S20.1.1"])
    assert "names of persons" in error.value.message


def test_age_beside_sex_is_one_person_a_row_unless_it_is_counted():
    with pytest.raises(SourceError, match="age and sex of single persons"):
        check(年齢=["81", "79"], 性別=["女", "男"])
    check(年齢=["81", "79"], 性別=["女", "男"], 人数=["3", "4"])


def test_no_cell_is_repeated_in_the_refusal():
    with pytest.raises(SourceError) as error:
        check(氏名=["山田太郎"], 生年月日=["昭和15年3月4日"], 携帯=["090-1234-5678"])
    for secret in ("山田", "昭和", "1234"):
        assert secret not in error.value.message + told(error.value, "ja")


def test_a_file_without_a_header_does_not_put_its_first_person_into_the_refusal(tmp_path):
    path = tmp_path / "people.csv"
    rows = ["山田太郎,昭和15年3月4日", "佐藤花子,昭和20年1月1日", "鈴木一郎,昭和12年5月6日"]
    path.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(SourceError, match="columns about persons") as error:
        read_csv(path)
    assert "山田" not in error.value.message + told(error.value, "ja")
    assert "列1" in told(error.value, "ja")


def source(path, file_format="csv"):
    fields = {"id": "a", "title": "t", "credit": "c", "licence": "l", "as_of": "2024"}
    return Source(path=path.name, format=file_format, **fields)


PEOPLE = "町丁字名,氏名,65歳以上,緯度,経度\n東,山田太郎,1,35.8,139.9\n"


def test_every_reader_of_tables_refuses(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    spec = Population(source="a", layer="l", name_field="町丁字名", age_groups={"65+": "65歳以上"})
    with pytest.raises(SourceError, match="columns about persons"):
        read_csv(path)
    with pytest.raises(SourceError, match="columns about persons"):
        read_population(path, spec=spec, source=source(path), ledger=Ledger())
    with pytest.raises(SourceError, match="columns about persons"):
        read_points(path, lon_field="", lat_field="", source=source(path), plane_epsg=6677)


def test_attributes_of_a_map_and_of_parquet_are_looked_at_too(tmp_path):
    import geopandas as gpd
    from shapely import Point

    frame = gpd.GeoDataFrame(
        {"名称": ["会"], "代表者": ["x"]}, geometry=[Point(139.9, 35.8)], crs=6668
    )
    path = tmp_path / "people.geojson"
    frame.to_file(path, driver="GeoJSON")
    with pytest.raises(SourceError, match="columns about persons"):
        read_points(
            path, lon_field="", lat_field="", source=source(path, "vector"), plane_epsg=6677
        )
    path = tmp_path / "people.parquet"
    pd.DataFrame({"名称": ["会"], "生年月日": ["x"], "lon": [139.9], "lat": [35.8]}).to_parquet(
        path
    )
    with pytest.raises(SourceError, match="columns about persons"):
        read_points(
            path, lon_field="lon", lat_field="lat", source=source(path, "parquet"), plane_epsg=6677
        )


@given(st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=12), min_size=3, max_size=3)))
def test_no_table_crashes_the_check(columns):
    with contextlib.suppress(SourceError):
        require_no_persons(pd.DataFrame(columns), path="any.csv")


HOME_WORDS = ["個人宅", "自宅", "民家"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "田中さんち",
            "田中さん家の縁側",
            "鈴木さんの家",
            "山田宅",
            "山田宅（1階）",
            "佐藤様宅",
            "旧堀田邸",
        ),
        *("小林様方", "個人宅", "自宅開放", "サロンin田中宅", "山本宅サロン"),
    ],
)
def test_a_name_of_somebodys_home_is_recognised(text):
    assert is_private_home(("サロン", "", text), words=HOME_WORDS)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "市営住宅集会所",
            "豊四季住宅",
            "社宅集会室",
            "在宅介護支援センター",
            "宅老所ひまわり",
            "みなさんの家",
        ),
        *("皆さんの家", "みんなの家", "東会館", "おばあさんの家", "三宅サロン", "大宅会館"),
    ],
)
def test_a_public_place_is_no_home(text):
    assert not is_private_home(("サロン", "", text), words=HOME_WORDS)


@pytest.mark.parametrize("text", ["可", "公開可", "同意", "○", "はい", "YES", "１"])
def test_consent_is_said(text):
    assert consents(text)


@pytest.mark.parametrize(
    "text", ["", "不可", "×", "未確認", "非公開", "同意なし", "no", "0", "要相談"]
)
def test_anything_else_is_no_consent(text):
    assert not consents(text)


def test_a_home_bears_no_name_without_consent_and_never_a_venue_or_an_address():
    places = pd.DataFrame(
        {
            "name": ["田中さんち", "山本宅サロン", "東会館サロン"],
            "venue_name": ["田中宅", "山本宅", "東会館"],
            "group_name": ["田中会", "山本会", "東老人会"],
            "address": ["東1-1", "東1-2", "東1-3"],
            "private_home": [True, True, False],
            "consent": [False, True, False],
        }
    )
    shown = pd.DataFrame(masked(places))
    assert shown["name"].tolist() == ["個人宅の場", "山本宅サロン", "東会館サロン"]
    assert shown["venue_name"].tolist() == ["個人宅", "個人宅", "東会館"]
    assert shown["address"].tolist() == ["", "", "東1-3"]
    assert shown["group_name"].tolist() == ["", "", "東老人会"]
    assert masked(places.drop(columns="consent"))["name"].tolist()[1] == "個人宅の場"


@pytest.mark.parametrize("header", ["対象者", "参加対象者", "対 象 者"])
def test_who_may_come_is_no_person(header):
    check(
        **{
            header: ["65歳以上の方", "どなたでも", "", "地域住民", "市内在住の高齢者"],
            "名称": [*"あいうえお"],
        }
    )
    check(**{header: ["", ""], "名称": ["会", "館"]})


@pytest.mark.parametrize(
    "cells", [["佐藤花子", "田中 一"], ["A-1", "A-2"], ["佐藤花子", "65歳以上"]]
)
def test_a_column_of_those_who_came_is_refused_all_the_same(cells):
    with pytest.raises(SourceError, match="columns about persons"):
        check(対象者=cells)

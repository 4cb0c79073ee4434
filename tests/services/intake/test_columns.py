"""Columns by meaning, and the map that a person confirms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidInputError
from services.intake.tables.columns import (
    MEANINGS,
    ColumnMap,
    datum_of,
    meaning_of,
    pairs_of,
    plain,
    propose,
    quoted,
    read_map,
    write_map,
)
from services.intake.tables.layouts import recognise
from services.intake.tables.ledger import SourceLedger
from services.intake.tables.mapping import note_not_used, proposal, resolved, with_map
from services.profile import Places, Venues
from services.words.texts import told


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("名称", "name"),
        ("サロン名", "name"),
        ("施設名称", "name"),
        ("開催場所", "venue"),
        ("所 在 地", "address"),
        ("所在地_連結表記", "address"),
        ("開催日（毎週）", "schedule"),
        ("利用可能曜日", "schedule"),
        ("位置_緯度", "lat"),
        ("Longitude", "lon"),
        ("ＴＥＬ", "phone"),
        ("※備考", "note"),
        ("公開可否", "consent"),
        ("Ｘ座標", "plane_x"),
        ("緯度経度", "position"),
        ("緯度（日本測地系）", "lat"),
        ("世界測地系経度", "lon"),
        ("経度（WGS84・10進）", "lon"),
        ("緯度_度分秒", "lat"),
        ("X座標（日本測地系）", "plane_x"),
        ("日本測地系", ""),
        ("東京都", ""),
        ("コミュニティエリア", ""),
        ("", ""),
    ],
)
def test_a_header_has_a_meaning(header, meaning):
    assert meaning_of(header) == meaning


def test_no_synonym_has_two_meanings():
    words = [plain(word) for synonyms in MEANINGS.values() for word in set(map(plain, synonyms))]
    assert sorted(words) == sorted(set(words))


def test_a_proposal_takes_the_best_synonym_and_lists_the_rest():
    found = propose(["事業名", "名称", "所在地", "なぞ"], file="a.csv")
    assert found.columns == {"name": "名称", "address": "所在地"}
    assert found.also == {"name": ["事業名"]}
    assert found.unknown == ["なぞ"]


def test_a_map_comes_back_as_it_was_written(tmp_path):
    found = ColumnMap("a.csv", {"name": '名"称\\', "lon": "経度\n(10進)"}, ["なぞ\n列"])
    write_map(found, tmp_path / "map.toml")
    again = read_map(tmp_path / "map.toml")
    assert (again.file, again.columns) == (found.file, found.columns)


@given(st.dictionaries(st.sampled_from(sorted(MEANINGS)), st.text(st.characters(codec="utf-8"))))
def test_any_column_name_survives_toml(columns):
    import tomllib

    text = "\n".join(f"{meaning} = {quoted(column)}" for meaning, column in columns.items())
    assert tomllib.loads(text) == columns


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "[columns]\nnmae = '名称'\n",
            "nmae is no meaning of a column; the meanings are name, kind",
        ),
        ("[columns]\nname = 3\n", "columns is no meaning"),
        ("columns = 3\n", "columns is no meaning"),
        ("[columns\n", "not a column map"),
    ],
)
def test_a_broken_map_is_refused_with_the_way_out(tmp_path, text, why):
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=why):
        read_map(path)
    with pytest.raises(InvalidInputError, match="arukeba map FILE --save"):
        read_map(tmp_path / "none.toml")


def test_fields_of_the_profile_win_over_the_map():
    spec = with_map(Places(source="a", name_field="会の名"), {"name": "名称", "address": "所在地"})
    assert (spec.name_field, spec.address_field) == ("会の名", "所在地")


def test_a_meaning_without_a_field_is_passed_over():
    spec = with_map(Places(source="a"), {"phone": "電話番号", "plane_x": "X", "position": "座標"})
    assert (spec.x_field, spec.position_field) == ("X", "座標")


def test_columns_are_recognised_only_where_none_is_named():
    notes = SourceLedger("a")
    named = Places(source="a", name_field="名称")
    assert resolved(named, ["名称", "所在地"], notes=notes) == named
    assert notes.entries == []
    spec = resolved(Places(source="a"), ["名称", "所在地", "なぞ"], notes=notes)
    assert (spec.name_field, spec.address_field) == ("名称", "所在地")
    (entry,) = notes.entries
    assert entry.code == "columns_recognised"
    assert "name = 名称, address = 所在地; confirm" in str(entry.said)


def test_columns_that_nothing_is_read_from_are_said_also_where_the_others_are_named():
    notes = SourceLedger("a")
    spec = Places(source="a", name_field="名称", where={"field": "区分", "contains": ["通い"]})
    columns = ["名称", "区分", "緯度", "経度", "送迎", "備考"]
    note_not_used(columns, spec, also=["緯度", "経度"], notes=notes)
    note_not_used(columns[:4], spec, also=["緯度", "経度"], notes=notes)
    (entry,) = notes.entries
    assert entry.code == "columns_not_used"
    assert "columns not used: 送迎, 備考;" in str(entry.said)
    assert "使わなかった列：送迎, 備考。" in told(entry.said, "ja")


def header(line):
    return line.split(",")


PUBLIC_2017 = header(
    "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,名称,名称_カナ,名称_通称,POIコード,住所,方書,緯度,経度,"
    "電話番号,内線番号,法人番号,団体名,利用可能曜日,開始時間,終了時間,利用可能日時特記事項,説明,バリアフリー情報,URL,備考"
)
CARE_2017 = header(
    "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,介護サービス事業所名称,介護サービス事業所名称_カナ,実施サービス,"
    "住所,方書,緯度,経度,電話番号,内線番号,FAX番号,法人番号,法人の名称,事業所番号,利用可能曜日,利用可能曜日特記事項,定員,URL,備考"
)
STANDARD = header(
    "全国地方公共団体コード,ID,地方公共団体名,名称,名称_カナ,名称_英語,所在地_全国地方公共団体コード,町字ID,所在地_連結表記,"
    "所在地_都道府県,所在地_市区町村,所在地_町字,所在地_番地以下,建物名等(方書),緯度,経度,電話番号,利用可能曜日,開始時間,終了時間"
)


@pytest.mark.parametrize(
    ("columns", "layout", "name", "address"),
    [
        (PUBLIC_2017, "public_facilities_2017", "名称", "住所"),
        (CARE_2017, "care_services_2017", "介護サービス事業所名称", "住所"),
        (STANDARD, "digital_public_facilities", "名称", "所在地_連結表記"),
        (STANDARD[:17], "facilities", "名称", "所在地_連結表記"),
        (
            ["#property", "latitude", "longitude", "name", "address"],
            "schema_org",
            "name",
            "address",
        ),
    ],
)
def test_a_published_layout_is_recognised_by_its_headers(columns, layout, name, address):
    found = recognise(columns)
    assert found is not None
    assert found.id == layout
    proposed = proposal(columns, file="a.csv").columns
    assert (proposed["name"], proposed["address"]) == (name, address)
    assert {"lon", "lat"} <= set(proposed)


def test_another_table_is_no_layout():
    assert recognise(["名称", "所在地", "緯度", "経度"]) is None


@pytest.mark.parametrize(
    ("columns", "name", "left"),
    [
        ("ID,公園名,住所（番地まで）", "公園名", []),
        ("ID,指定暑熱避難施設の名称,所在地", "指定暑熱避難施設の名称", []),
        ("自治会名,集会所名,所在地", "集会所名", ["自治会名"]),
        ("法人名称,要配慮者利用施設名称,住所", "要配慮者利用施設名称", ["法人名称"]),
        ("地区集会所名（カナ）,地区集会所名,住所", "地区集会所名", ["地区集会所名（カナ）"]),
        ("路線名,最寄駅名,体操会場名称,住所", "体操会場名称", ["路線名", "最寄駅名"]),
        ("民生委員名,園長名,保育園名,住所", "保育園名", ["民生委員名", "園長名"]),
        ("No.,学校名,校区名,住所", "学校名", ["校区名"]),
        ("拠点の名称,担当課名,住所", "拠点の名称", ["担当課名"]),
        ("別名,寺院等名称,所在地", "寺院等名称", ["別名"]),
        ("地区の名称,サロンの名前,住所", "サロンの名前", ["地区の名称"]),
        # Where nothing ends so, who meets names the place, else where.
        ("団体名,会場名,開催日", "団体名", []),
        ("会場,住所,開催日", "会場", []),
    ],
)
def test_what_ends_in_a_name_is_the_name_where_no_other_is(columns, name, left):
    found = proposal(header(columns), file="a.csv")
    assert found.columns["name"] == name
    assert found.unknown == left
    assert list(found.columns.values()).count(name) == 1


@pytest.mark.parametrize(
    "column",
    [
        *(
            "町名",
            "地区名",
            "自治会名",
            "町内会名",
            "氏名",
            "代表者名",
            "担当者名",
            "会長名",
            "講師名",
        ),
        *(
            "都道府県名",
            "市区町村名",
            "校区名",
            "圏域名",
            "法人名称",
            "運営法人名",
            "担当部署名",
            "路線名",
        ),
        *(
            "最寄り駅名",
            "建物名",
            "種別名",
            "施設分類名",
            "英語名",
            "施設等名称（英語）",
            "データセット名",
        ),
    ],
)
def test_names_of_persons_areas_and_offices_are_no_names_of_places(column):
    assert "name" not in proposal([column, "所在地", "緯度", "経度"], file="a.csv").columns


def test_a_name_that_is_known_comes_before_one_that_only_ends_so():
    found = proposal(header("公園名,名称,所在地"), file="a.csv")
    assert found.columns["name"] == "名称"
    assert found.unknown == ["公園名"]


def test_of_a_list_of_rooms_the_hall_is_the_name_and_not_who_meets_there():
    notes = SourceLedger("a")
    columns = header("団体名,会場名,所在地")
    assert resolved(Venues(source="a"), columns, notes=notes).name_field == "会場名"
    places = resolved(Places(source="a"), columns, notes=notes)
    assert (places.name_field, places.venue_field, places.group_field) == ("団体名", "会場名", "")


def test_the_pair_of_the_world_comes_first():
    columns = header("緯度（日本測地系）,経度（日本測地系）,緯度（世界測地系）,経度（世界測地系）")
    assert pairs_of(columns, "lon", "lat") == [
        ("経度（世界測地系）", "緯度（世界測地系）", "world"),
        ("経度（日本測地系）", "緯度（日本測地系）", "tokyo"),
    ]
    assert propose(columns, file="").columns == {
        "lon": "経度（世界測地系）",
        "lat": "緯度（世界測地系）",
    }
    assert pairs_of(header("緯度（旧測地系）,経度"), "lon", "lat") == [
        ("経度", "緯度（旧測地系）", "tokyo")
    ]


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("日本測地系", "tokyo"),
        ("旧日本測地系（TOKYO97）", "tokyo"),
        ("Tokyo Datum", "tokyo"),
        ("ＴＯＫＹＯ", "tokyo"),
        ("日本測地系2000", "world"),
        ("日本測地系２０１１", "world"),
        ("新測地系", "world"),
        ("JGD 2011", "world"),
        ("東京都", ""),
        ("緯度", ""),
    ],
)
def test_a_text_names_a_datum(text, datum):
    assert datum_of(text) == datum

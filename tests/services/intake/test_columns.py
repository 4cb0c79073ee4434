"""Columns by meaning, and the map that a person confirms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidInputError
from services.intake.tables.columns import (
    MEANINGS,
    ColumnMap,
    meaning_of,
    plain,
    propose,
    quoted,
    read_map,
    write_map,
)
from services.intake.tables.layouts import recognise
from services.intake.tables.ledger import SourceLedger
from services.intake.tables.mapping import proposal, resolved, with_map
from services.profile import Places


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
    assert "name = 名称, address = 所在地; not used: なぞ" in str(entry.said)


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
        (STANDARD, "public_facilities", "名称", "所在地_連結表記"),
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

"""Published layouts that a profile names: 通いの場のオープンデータ, and those of デジタル庁."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.errors import SourceError
from services.intake.areas.neighbourhoods import Helpers, read_neighbourhoods
from services.intake.places.freetext import schedule_in
from services.intake.places.rows import read_places
from services.intake.places.venues import read_venues
from services.intake.tables.layouts import EDITIONS, LAYOUTS, require_layout
from services.intake.tables.ledger import Ledger
from services.intake.vectors.window import jis_codes
from services.profile import Layer, Places, Source, Venues
from services.profile.schema import NationalLayout
from services.words.texts import catalogue, told

HEADER = (
    "No,都道府県コード,都道府県名,市区町村コード,市区町村名,備考,名称（ふりがな）,名称,郵便番号,"
    "所在地（都道府県から番地まで）,所在地（建物名・部屋番号等）,電話番号,対象者,活動内容,運営日（平日）－開始,"
    "運営日（平日）－終了,運営日（土曜）—開始,運営日（土曜）—終了,運営日（日曜）‐開始,運営日（日曜）‐終了,"
    "運営日（祝日）−開始,運営日（祝日）−終了,定休日,定員,料金体系,飲食の提供の有無,飲食持ち込みの可否,送迎の有無,"
    "対象エリア,総合事業実施の有無,その他,法人番号の有無,法人番号,法人名称（ふりがな）,法人名称,ステータス,緯度,経度"
)
COLUMNS = HEADER.split(",")


def row(**cells: str) -> str:
    """Return a row of the ministry's list of which some cells are filled."""
    usual = {
        "市区町村コード": "12345",
        "名称": "会",
        "緯度": "36.0",
        "経度": "139.9",
        "ステータス": "1",
    }
    return ",".join((usual | cells).get(column, "") for column in COLUMNS)


def source(layout: str, **given: object) -> Source:
    about = {"title": "t", "credit": "c", "licence": "l", "as_of": "2025"}
    return Source.model_validate(
        {"id": "a", "path": "a.csv", "format": "csv", "layout": layout} | about | given
    )


def places_of(tmp_path: Path, *rows: str, header: str = HEADER, ledger: Ledger | None = None):
    path = tmp_path / "a.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return read_places(
        path,
        spec=Places(source="a"),
        source=source("mhlw_kayoinoba"),
        plane_epsg=6677,
        locate=lambda *_: None,
        ledger=ledger or Ledger(),
        jis_code="12345",
    )


def test_the_list_of_the_ministry_is_read_without_naming_a_column(tmp_path):
    place = places_of(
        tmp_path,
        row(
            **{
                "名称": "ひまわり（改行）サロン",
                "所在地（都道府県から番地まで）": "見本県見本町東1",
                "活動内容": "体操（改行）毎週水曜日 10時〜11時半",
                "運営日（平日）－開始": "10:00",
                "運営日（平日）－終了": "12:00",
                "運営日（土曜）—開始": "13:00",
                "定休日": "日曜（改行）祝日",
                "定員": "20名",
                "料金体系": "1回100円",
                "対象者": "高齢者（改行）どなたでも",
                "法人名称": "見本の会",
            }
        ),
    ).iloc[0]
    assert place["name"] == "ひまわり サロン"
    assert place["address"] == "見本県見本町東1"
    assert place["group_name"] == "見本の会"
    assert place["schedule_text"] == "毎週水曜日 10時〜11時半"
    assert place["open_hours"] == "平日 10:00〜12:00、土曜 13:00〜、定休日 日曜、祝日"
    assert (place["capacity"], place["fee_yen"]) == (20, 100)
    assert place["target_groups"] == "高齢・多世代"
    # What ステータス says is not known, so it closes no place.
    assert place["status"] == "active"


def test_the_hours_of_the_sorts_of_days_are_no_schedule(tmp_path):
    ledger = Ledger()
    place = places_of(
        tmp_path,
        row(
            **{"運営日（平日）－開始": "9:00", "運営日（平日）－終了": "17:00", "活動内容": "体操"}
        ),
        ledger=ledger,
    ).iloc[0]
    assert place["schedule_text"] == ""
    assert place["open_hours"] == "平日 9:00〜17:00"
    assert "unknown_schedule" in [entry.code for entry in ledger.of("a").entries]


def test_what_free_text_says_is_to_be_confirmed_and_what_contradicts_itself_is_unknown(tmp_path):
    ledger = Ledger()
    places = places_of(
        tmp_path,
        row(名称="甲", その他="第2・第4火曜日に開催"),
        row(名称="乙", 活動内容="毎週月曜日", 備考="毎月第1金曜日"),
        row(名称="丙", 備考="定休日：毎週月曜日"),
        ledger=ledger,
    )
    assert places["schedule_text"].tolist() == ["第2・第4火曜日", "", ""]
    entries = {(e.code, e.row): e.said for e in ledger.of("a").entries}
    assert "「第2・第4火曜日」を使います。確かめてください" in told(
        entries["schedule_from_text", 2], "ja"
    )
    assert "several schedules (毎週月曜日, 毎月第1金曜日)" in str(entries["schedules_in_text", 3])


def test_rows_of_other_municipalities_are_not_read(tmp_path):
    ledger = Ledger()
    places = places_of(tmp_path, row(), row(市区町村コード="13101", 名称="遠"), ledger=ledger)
    assert places["name"].tolist() == ["会"]
    (entry,) = [e for e in ledger.of("a").entries if e.code == "other_municipality"]
    assert "1 rows are of other municipalities" in str(entry.said)
    with pytest.raises(SourceError, match="no row has a code of 12345 in 市区町村コード"):
        places_of(tmp_path, row(市区町村コード="13101"))


@pytest.mark.parametrize(
    ("codes", "five"),
    [
        (["12345", "01202"], ["12345", "01202"]),
        (["1202"], ["01202"]),
        # 12345 and its check digit; 012025 whose zero Excel took off.
        (["123455", "12025", ""], ["12345", "01202", ""]),
        (["１２３４５５"], ["12345"]),
    ],
)
def test_codes_are_of_five_digits_however_they_are_typed(codes, five):
    assert jis_codes(codes) == five


def test_another_table_is_refused_with_what_it_lacks(tmp_path):
    with pytest.raises(SourceError, match="not of the layout mhlw_kayoinoba") as refused:
        places_of(tmp_path, "会,東1", header="名称,所在地")
    assert "レイアウト mhlw_kayoinoba の表ではありません" in told(refused.value, "ja")


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("いきいき百歳体操\n毎週月曜日10時〜12時", "毎週月曜日10時〜12時"),
        ("平成30年から活動。毎月第2・第4火曜日に公民館で体操をしています。", "毎月第2・第4火曜日"),
        ("活動日時：火・金 10:00〜11:30", "火・金 10:00〜11:30"),
        ("【開催日】第1・3水曜日", "第1・3水曜日"),
        ("頻度：月2回", "月2回"),
        ("毎月15日", "毎月15日"),
        ("第3水曜日はランチ会。毎週金曜日13時半から15時まで", "毎週金曜日13時半から15時まで"),
        ("毎週火曜日に体操。毎週火曜日10:00〜11:00", "毎週火曜日10:00〜11:00"),
        ("毎週月・木曜日（祝日を除く）午前10時から開催", "毎週月・木曜日(祝日を除く)午前10時"),
    ],
)
def test_one_schedule_in_free_text_is_found(text, schedule):
    assert schedule_in([text]).schedule == schedule


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "体操、茶話会",
            "定休日：毎週月曜日",
            "休館日 毎週月曜日",
            "毎週水曜日は休み",
            "月額500円",
        ),
        *(
            "月1回の会食会もあります",
            "日曜大工",
            "第1回は4月",
            "月曜日～金曜日 9時から17時",
            "年6回の遠足",
        ),
        *(
            "毎週月曜日は体操",
            "平日",
            "お問い合わせは平日9時から",
            "毎月の会費500円",
            "10月から3月まで",
        ),
    ],
)
def test_free_text_that_says_no_schedule_gives_none(text):
    found = schedule_in([text])
    assert (found.schedule, found.several) == ("", ())


STANDARD = "全国地方公共団体コード,ID,地方公共団体名,名称,名称_カナ,所在地_連結表記,所在地_都道府県,所在地_市区町村,緯度,経度,電話番号"
SITES = f"{STANDARD},災害種別_洪水,災害種別_崖崩れ、土石流及び地滑り,災害種別_地震,指定避難所との重複,想定収容人数"
CARE = f"{STANDARD},法人の名称,事業所番号,実施サービス,定員"
PUBLIC = f"{STANDARD},利用可能曜日,開始時間,終了時間"
OLDER = "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,名称,名称_カナ,住所,緯度,経度,利用可能曜日"


@pytest.mark.parametrize(
    ("layout", "header", "name", "address", "kind"),
    [
        ("digital_public_facilities", PUBLIC, "名称", "所在地_連結表記", ""),
        ("digital_public_facilities", STANDARD, "名称", "所在地_連結表記", ""),
        ("digital_public_facilities", OLDER, "名称", "住所", ""),
        ("digital_care_services", CARE, "名称", "所在地_連結表記", "実施サービス"),
        ("digital_evacuation_sites", SITES, "名称", "所在地_連結表記", ""),
    ],
)
def test_halls_of_a_standard_layout_are_read_without_naming_a_column(
    tmp_path, layout, header, name, address, kind
):
    path = tmp_path / "a.csv"
    cells = {name: "東会館", address: "東1", kind: "通所介護", "緯度": "36", "経度": "139.9"}
    cells |= {"想定収容人数": "120"}
    line = ",".join(cells.get(column, "") for column in header.replace("、", "、").split(","))
    path.write_text(f"{header}\n{line}\n", encoding="utf-8")
    ledger = Ledger()
    venue = read_venues(
        path, spec=Venues(source="a"), source=source(layout), plane_epsg=6677, ledger=ledger
    ).iloc[0]
    assert venue[["name", "address", "kind"]].tolist() == [
        *("東会館", "東1", "通所介護" if kind else "")
    ]
    if layout == "digital_evacuation_sites":
        assert venue["capacity"] == 120
    assert "columns_recognised" not in [entry.code for entry in ledger.of("a").entries]


def test_every_layout_that_a_profile_can_name_is_known_and_has_words():
    named = set(NationalLayout.__args__) - {""}
    assert named == set(EDITIONS)
    known = {layout.id for layout in LAYOUTS}
    assert {edition for editions in EDITIONS.values() for edition in editions} <= known
    assert {f"layout.{layout}" for layout in known} <= set(catalogue("ja"))


def test_a_layout_without_some_columns_is_told_by_those_it_has():
    columns = ["学校名称", "学校コード", "通学区域の住所"]
    found = require_layout("digital_school_districts", columns, path=Path("a.csv"))
    assert found.columns == {"name": "学校名称", "area_name": "通学区域の住所"}


def test_districts_of_schools_are_unions_of_the_areas_that_one_cell_lists(tmp_path):
    base = gpd.GeoDataFrame(
        {"area_id": ["1", "2", "3"], "area_name": ["東町一丁目", "東町二丁目", "西"]},
        geometry=[shapely.box(100 * n, 0, 100 * n + 100, 100) for n in range(3)],
        crs=6677,
    )
    path = tmp_path / "a.csv"
    path.write_text(
        "学校名称,通学区域の住所\n東小学校,見本県見本町東町１丁目;見本町東町2丁目\n西小学校,見本町西\n"
        "見本中学校,東町1丁目;東町2丁目;西\n北小学校,見本町北\n",
        encoding="utf-8",
    )

    def read(kind: str, ledger: Ledger) -> dict[str, float]:
        layer = Layer(
            id="schools",
            kind=kind,
            label="校区",
            label_en="districts",
            source="a",
            method="union",
            base_layer="small",
            version="1",
        )
        areas = read_neighbourhoods(
            path,
            layer=layer,
            source=source("digital_school_districts"),
            base=base,
            helpers=Helpers(),
            ledger=ledger,
        )
        return dict(zip(areas["area_name"], areas.area, strict=True))

    ledger = Ledger()
    # Each small area is 100 m × 100 m.
    assert read("elementary_district", ledger) == {"東小学校": 20_000, "西小学校": 10_000}
    (refused,) = [e for e in ledger.of("a").entries if e.code == "claim_not_used"]
    assert (refused.row, "北小学校: there is no area '見本町北'" in str(refused.said)) == (5, True)
    assert read("junior_high_district", Ledger()) == {"見本中学校": 30_000}

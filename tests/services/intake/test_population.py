"""Intake of residents and their match to areas."""

from pathlib import Path

import pandas as pd
import pytest

from geo.errors import SourceError
from services.intake.areas.layers import read_layer
from services.intake.people.population import match_population, read_population
from services.intake.tables.ledger import Ledger
from services.profile import Layer, Population, Source
from services.words.texts import told

KASHIWA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "kashiwa"
GROUPS = {"total": "総人口", "65+": "65歳以上"}


def source(**changes):
    fields = {"id": "people", "path": "people.csv", "format": "csv", "title": "t", "credit": "c"}
    return Source(**{**fields, "licence": "l", "as_of": "2024", **changes})


def spec(**changes):
    fields = {"source": "people", "layer": "small_area", "name_field": "町丁字名"}
    return Population(**{**fields, "age_groups": GROUPS, **changes})


def read(tmp_path, text, *, ledger=None, encoding="utf-8", **changes):
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode(encoding))
    return read_population(
        path,
        spec=spec(**changes),
        source=source(),
        ledger=ledger if ledger is not None else Ledger(),
    )


def areas(*names, ids=None):
    return pd.DataFrame({"area_id": list(ids or names), "area_name": list(names)})


def match(table, frame, **changes):
    ledger = Ledger()
    matched = match_population(table, frame, spec=spec(**changes), ledger=ledger)
    return matched["area_id"].tolist(), ledger.of("people").entries


HEADER = "町丁字名,総人口,65歳以上\n"


def test_residents_are_read_with_their_row(tmp_path):
    table = read(tmp_path, HEADER + "東１丁目,100,30\n西,50,20\n", encoding="cp932")
    assert list(table.columns) == ["name", "area_key", "row", "total", "65+"]
    assert table["area_key"].tolist() == ["東1丁目", "西"]
    assert table["row"].tolist() == [2, 3]
    assert table["65+"].tolist() == [30.0, 20.0]


def test_coordinates_are_kept_where_there_are_any(tmp_path):
    table = read(tmp_path, "町丁字名,総人口,65歳以上,緯度,経度\n東,1,1,35.8,139.9\n")
    assert table[["lon", "lat"]].iloc[0].tolist() == [139.9, 35.8]


def test_numbers_are_read_as_typed(tmp_path):
    table = read(tmp_path, HEADER + '東,"１，２３４","1,000"\n')
    assert table[["total", "65+"]].iloc[0].tolist() == [1234.0, 1000.0]


@pytest.mark.parametrize("mark", ["X", "χ", "秘匿", "…", "*", "x"])
def test_a_suppressed_count_is_zero_and_noted(tmp_path, mark):
    ledger = Ledger()
    table = read(tmp_path, HEADER + f"東,100,{mark}\n", ledger=ledger)
    assert table["65+"].tolist() == [0.0]
    (entry,) = ledger.of("people").entries
    assert (entry.code, entry.row) == ("suppressed", 2)
    assert "秘匿" in told(entry.said, "ja")


def test_a_suppressed_count_is_an_interval_up_to_what_the_total_leaves(tmp_path):
    header = "町丁字名,総人口,65歳以上,75歳以上\n"
    groups = {"total": "総人口", "65+": "65歳以上", "75+": "75歳以上"}
    table = read(tmp_path, header + "東,100,30,X\n西,X,5,2\n", age_groups=groups)
    # 東: of the 30 aged 65+, nobody or all may be 75+; 西: below 10 is what is suppressed.
    assert table[["75+", "75+_low", "75+_high"]].iloc[0].tolist() == [0.0, 0.0, 30.0]
    assert table[["65+_low", "65+_high"]].iloc[0].tolist() == [30.0, 30.0]
    assert table[["total", "total_low", "total_high"]].iloc[1].tolist() == [0.0, 0.0, 9.0]
    limited = read(tmp_path, header + "東,100,30,X\n", age_groups=groups, suppressed_max=4)
    assert limited["75+_high"].tolist() == [4.0]


def test_without_a_suppressed_count_there_is_no_interval(tmp_path):
    assert list(read(tmp_path, HEADER + "東,10,3\n").columns) == [
        *("name", "area_key", "row", "total", "65+")
    ]


@pytest.mark.parametrize("dash", ["-", "－", "―"])
def test_a_dash_is_nobody_unless_the_legend_says_otherwise(tmp_path, dash):
    ledger = Ledger()
    table = read(tmp_path, HEADER + f"東,100,{dash}\n", ledger=ledger)
    assert table["65+"].tolist() == [0.0]
    assert ledger.of("people").entries == []
    hidden = read(tmp_path, HEADER + f"東,100,{dash}\n", dash_is_suppressed=True)
    assert hidden["65+_high"].tolist() == [100.0]


def test_a_dot_parts_thousands_where_every_count_has_it_so(tmp_path):
    ledger = Ledger()
    table = read(tmp_path, HEADER + "吉見,19.997人,5.012\n東,350,120\n", ledger=ledger)
    assert table["total"].tolist() == [19997.0, 350.0]
    assert table["65+"].tolist() == [5012.0, 120.0]
    assert [entry.code for entry in ledger.of("people").entries] == ["dotted_thousands"] * 2
    modelled = read(tmp_path, HEADER + "吉見,19.997,5.5\n東,350.25,120\n")
    assert modelled["total"].tolist() == [19.997, 350.25]


def test_rows_of_totals_and_footnotes_are_left_out_and_listed(tmp_path):
    ledger = Ledger()
    rows = "東,10,3\n東部地区計,10,3\n合　計,10,3\n※外国人を含む,,\n"
    table = read(tmp_path, HEADER + rows, ledger=ledger)
    assert table["name"].tolist() == ["東"]
    assert [(entry.code, entry.row) for entry in ledger.of("people").entries] == [
        *(("footnote", 5), ("totals_row", 3), ("totals_row", 4))
    ]
    assert ledger.of("people").rows_refused == 3


BANDS = {"total": "", "65+": "", "75+": "", "0-14": ""}


def test_age_bands_are_found_by_the_header_and_summed(tmp_path):
    names = [f"{low}-{low + 4}歳の{sex}" for low in range(0, 85, 5) for sex in ("男性", "女性")]
    names += ["85歳以上の男性", "85歳以上の女性"]
    header = ",".join(["地域コード", "地域名", "総人口", "男性", "女性", *names, "世帯数"])
    # Every band has 1 man and 2 women: 18 bands, 54 people, 5 of them bands of 65+, 3 of 75+.
    row = ",".join(["1", "東", "54", "18", "36", *["1", "2"] * 18, "20"])
    table = read(tmp_path, f"{header}\n{row}\n", bands=True, age_groups=BANDS, name_field="")
    assert table["name"].tolist() == ["東"]
    assert table[list(BANDS)].iloc[0].tolist() == [54.0, 15.0, 9.0, 9.0]


def test_bands_under_merged_cells_are_found_too(tmp_path):
    text = "町丁名,0〜14歳,,15〜64歳,,65歳以上,\n,男,女,男,女,男,女\n東,1,2,3,4,5,6\n"
    groups = {"total": "", "65+": ""}
    table = read(tmp_path, text, bands=True, age_groups=groups, name_field="")
    assert table[["total", "65+"]].iloc[0].tolist() == [21.0, 11.0]


def test_bands_that_do_not_fit_are_refused_with_those_there_are(tmp_path):
    with pytest.raises(
        SourceError, match=r"'65\+'.*the age bands there are: 60-69歳, 70歳以上"
    ) as e:
        read(
            tmp_path,
            "町名,60-69歳,70歳以上\n東,1,2\n",
            bands=True,
            age_groups={"65+": ""},
            name_field="",
        )
    assert "年齢区分「65+」" in told(e.value, "ja")


def test_single_households_are_a_group_of_their_own_unit(tmp_path):
    groups = {**GROUPS, "single_65+": "単身高齢世帯"}
    units = {"single_65+": "households"}
    text = "町丁字名,総人口,65歳以上,単身高齢世帯\n東,10,4,2\n"
    assert read(tmp_path, text, age_groups=groups, units=units)["single_65+"].tolist() == [2.0]


def test_the_rows_of_the_asked_year_are_taken(tmp_path):
    text = "年,町丁字名,総人口,65歳以上\n2020,東,10,3\n2030,東,8,4\n"
    table = read(tmp_path, text, year_field="年", year="2030")
    assert (table["total"].tolist(), table["row"].tolist()) == ([8.0], [3])
    with pytest.raises(
        SourceError, match=r"年 is nowhere '2025'; say in population.year which: 2020, 2030"
    ):
        read(tmp_path, text, year_field="年", year="2025")


def test_minus_one_resident_is_refused_by_row_and_column(tmp_path):
    rows = "".join(f"区{n},10,1\n" for n in range(15)) + "東,100,-1\n"
    pattern = r"people\.csv, row 17: -1 residents in column 65歳以上; a count is 0 or more"
    with pytest.raises(SourceError, match=pattern) as error:
        read(tmp_path, HEADER + rows)
    assert "people.csv の17行目：列「65歳以上」の人口が -1 人です" in told(error.value, "ja")


@pytest.mark.parametrize("cell", ["", "約30", "nan"])
def test_what_is_no_number_is_refused_by_row_and_column(tmp_path, cell):
    with pytest.raises(SourceError, match=r"row 2: column 65歳以上: .* is not a number") as error:
        read(tmp_path, HEADER + f"東,100,{cell}\n")
    assert "数ではありません" in told(error.value, "ja")


def test_more_old_residents_than_residents_is_noted(tmp_path):
    ledger = Ledger()
    read(tmp_path, HEADER + "東,10,30\n", ledger=ledger)
    (entry,) = ledger.of("people").entries
    assert (entry.code, entry.row, entry.residents) == ("older_than_total", 2, 30.0)


def test_a_row_without_a_name_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"row 3: 町丁字名 is empty"):
        read(tmp_path, HEADER + "東,10,3\n,10,3\n")


def test_a_missing_column_lists_the_columns_there_are(tmp_path):
    with pytest.raises(
        SourceError, match=r"no column '65歳以上'; the columns are 町丁字名, 総人口"
    ):
        read(tmp_path, "町丁字名,総人口\n東,10\n")


def test_a_table_without_anybody_is_refused(tmp_path):
    with pytest.raises(SourceError, match="there are no residents in it") as error:
        read(tmp_path, HEADER + "東,0,0\n")
    assert "人口が1人も入っていません" in told(error.value, "ja")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SourceError, match="there is no such file"):
        read_population(tmp_path / "none.csv", spec=spec(), source=source(), ledger=Ledger())


def test_names_match_exactly_then_in_their_normal_form(tmp_path):
    table = read(tmp_path, HEADER + "東１丁目,10,1\n名戸ヶ谷,20,2\n")
    found, entries = match(table, areas("東一丁目", "名戸ケ谷", ids=["a", "b"]))
    assert found == ["a", "b"]
    assert entries == []


def test_an_unmatched_name_is_listed_with_its_residents(tmp_path):
    table = read(tmp_path, HEADER + "東,10,4\n新田,20,7\n")
    found, entries = match(table, areas("東"))
    assert found == ["東", ""]
    (entry,) = entries
    assert (entry.code, entry.row, entry.residents) == ("unmatched_name", 3, 7.0)
    assert "population.matches" in str(entry.said)


def test_a_saved_match_comes_first(tmp_path):
    table = read(tmp_path, HEADER + "新田,20,7\n")
    found, entries = match(table, areas("新田", "東"), matches={"新田": "東"})
    assert found == ["東"]
    assert [entry.code for entry in entries] == ["area_without_row"]


def test_two_rows_of_one_area_are_both_used_and_noted(tmp_path):
    table = read(tmp_path, HEADER + "東,10,4\n東,20,7\n")
    found, entries = match(table, areas("東"))
    assert found == ["東", "東"]
    (entry,) = entries
    assert (entry.code, entry.residents) == ("summed", 11.0)


def test_a_name_of_two_areas_matches_neither(tmp_path):
    table = read(tmp_path, HEADER + "本町,10,4\n")
    found, entries = match(table, areas("本町", "本町", ids=["1", "2"]))
    assert found == [""]
    assert "several areas have this name" in str(entries[0].said)


def test_rows_match_by_id_where_there_is_one(tmp_path):
    table = read(tmp_path, "KEY,総人口,65歳以上\n0010,10,4\n", name_field="", id_field="KEY")
    found, entries = match(table, areas("本町", ids=["0010"]), name_field="", id_field="KEY")
    assert found == ["0010"]
    assert entries == []


def test_no_resident_is_lost_by_matching(tmp_path):
    table = read(tmp_path, HEADER + "東,10,4\n新田,20,7\n西,5,5\n")
    ledger = Ledger()
    matched = match_population(table, areas("東", "西"), spec=spec(), ledger=ledger)
    listed = sum(entry.residents or 0 for entry in ledger.of("people").entries)
    assert matched.loc[matched["area_id"] != "", "65+"].sum() + listed == table["65+"].sum()


@pytest.mark.real
@pytest.mark.skipif(not KASHIWA.is_dir(), reason="the open data is not beside the checkout")
def test_kashiwa_is_read_and_matched_whole():
    ledger = Ledger()
    layer = Layer(
        id="small_area",
        kind="small_area",
        label="町丁・字",
        label_en="small area",
        source="areas",
        name_field="name",
        version="2015",
    )
    polygons = read_layer(
        KASHIWA / "small_areas.geojson",
        layer=layer,
        source=source(id="areas", path="small_areas.geojson", format="vector"),
        plane_epsg=6677,
        ledger=ledger,
    )
    table = read_population(
        KASHIWA / "population_202310_cp932.csv", spec=spec(), source=source(), ledger=ledger
    )
    assert len(table) == 317
    assert table["total"].sum() == 435_193
    assert table["65+"].sum() == 113_052
    matched = match_population(table, polygons, spec=spec(), ledger=ledger)
    unmatched = matched[matched["area_id"] == ""]
    # Counted in the two files by hand: 33 names without a polygon, 14 of them without a resident.
    assert len(unmatched) == 33
    assert (unmatched["total"] > 0).sum() == 19
    assert unmatched["65+"].sum() == 1_687
    listed = [e.residents for e in ledger.of("people").entries if e.code == "unmatched_name"]
    assert sum(listed) == 1_687

"""Residents by rows of sex, nationality, age and more: everybody once, and what is left out is said."""

import pytest

from geo.errors import SourceError
from services.intake.people.population import read_population
from services.intake.tables.ledger import Ledger
from services.profile import Population, Source
from services.words.texts import told
from tests.services.intake.test_workbooks import write_xls

GROUPS = {"total": "総数", "65+": "65歳以上"}
BY_AGE = {"total": "人数", "65+": "人数"}


class Read:
    """A table that was read: residents by name, remarks by code."""

    def __init__(self, path, *, sheets="", **changes):
        ledger = Ledger()
        fields = {"id": "people", "path": path.name, "format": "csv", "title": "t", "credit": "c"}
        source = Source(**fields, licence="l", as_of="2024", sheets=sheets)
        changes = {"name_field": "町丁名", "age_groups": GROUPS, **changes}
        spec = Population(source="people", layer="small_area", **changes)
        self.table = read_population(path, spec=spec, source=source, ledger=ledger)
        self.ledger = ledger.of("people")
        groups = list(spec.age_groups)
        self.people = {
            name: tuple(figures)
            for name, figures in zip(self.table["name"], self.table[groups].to_numpy(), strict=True)
        }
        self.said = {entry.code: told(entry.said, "ja") for entry in self.ledger.entries}


@pytest.fixture
def read(tmp_path):
    def reader(text, **changes):
        path = tmp_path / "people.csv"
        path.write_text(text, encoding="utf-8")
        return Read(path, **changes)

    return reader


TOWN = {"東": (100, 40), "西": (50, 10)}
SEX = "町丁名,性別,総数,65歳以上\n"
IN_ROWS = {
    "計 first": SEX
    + "東,計,100,40\n東,男,48,18\n東,女,52,22\n西,計,50,10\n西,男,20,4\n西,女,30,6\n",
    "計 last": SEX
    + "東,男,48,18\n東,女,52,22\n東,計,100,40\n西,男,20,4\n西,女,30,6\n西,計,50,10\n",
    "no 計": SEX + "東,男,48,18\n東,女,52,22\n西,男,20,4\n西,女,30,6\n",
    "with 合計": SEX
    + "東,計,100,40\n東,男,48,18\n東,女,52,22\n西,計,50,10\n合計,計,150,50\n合計,男,48,18\n合計,女,102,32\n",
    "merged names": SEX + "東,計,100,40\n,男,48,18\n,女,52,22\n西,計,50,10\n,男,20,4\n,女,30,6\n",
    "sexes by blocks": SEX
    + "東,男,48,18\n西,男,20,4\n東,女,52,22\n西,女,30,6\n東,計,100,40\n西,計,50,10\n",
    "another name": SEX.replace("性別", "区分")
    + "東,総数,100,40\n東,うち男,48,18\n東,うち女,52,22\n西,総数,50,10\n",
    "nationality": SEX.replace("性別", "国籍")
    + "東,日本人,90,39\n東,外国人,10,1\n東,計,100,40\n西,日本人,50,10\n西,外国人,0,0\n",
    "nationality and sex": "町丁名,国籍,性別,総数,65歳以上\n東,日本人,男,40,20\n東,日本人,女,50,19\n東,外国人,男,4,1\n東,外国人,女,6,0\n西,総数,男,20,4\n西,総数,女,30,6\n",
    "households": SEX.replace("性別", "項目")
    + "東,世帯数,45,30\n東,人口,100,40\n西,世帯数,20,5\n西,人口,50,10\n",
    "density": SEX.replace("性別", "表章項目")
    + "東,人口,100,40\n東,人口密度,999,99\n西,人口,50,10\n西,人口密度,99,9\n",
    "labels": "町丁名,総数,65歳以上\n東,100,40\n　男,48,18\n　女,52,22\n西,50,10\n　うち外国人,5,1\n合計,150,50\n",
    "labels under headings": "町丁名,総数,65歳以上\n東,,\n計,100,40\n男,48,18\n女,52,22\n西,,\n計,50,10\n男,20,4\n女,30,6\n",
    "two sums": SEX
    + "東,総数,100,40\n東,男女計,100,40\n東,男,48,18\n東,女,52,22\n西,総数,50,10\n西,男女計,50,10\n",
    "men in two words": SEX
    + "東,男,48,18\n東,男性,48,18\n東,女,52,22\n西,男,20,4\n西,女,30,6\n西,女性,30,6\n",
    "an area in two halves": SEX
    + "東,計,60,30\n東,男,20,10\n東,女,40,20\n東,計,40,10\n東,男,28,8\n東,女,12,2\n西,計,50,10\n",
    "codes": SEX.replace("性別", "コード")
    + "東,0,100,40\n東,1,48,18\n東,2,52,22\n西,0,50,10\n西,1,20,4\n西,2,30,6\n",
}


@pytest.mark.parametrize("text", IN_ROWS.values(), ids=IN_ROWS)
def test_nobody_is_added_to_a_sum_that_holds_them(read, text):
    found = read(text)
    sums = found.table.groupby("name")[["total", "65+"]].sum()
    assert {
        name: tuple(figures) for name, figures in zip(sums.index, sums.to_numpy(), strict=True)
    } == TOWN
    ledger = found.ledger
    headings = text.count(",,\n")
    assert ledger.rows_read == ledger.rows_used + ledger.rows_refused + headings


def test_what_is_not_added_is_said_with_its_column(read):
    said = read(IN_ROWS["計 first"]).said["dimension_rows"]
    assert said.startswith("性別：「計」の行を使いました。「男、女」の4行は")


def test_a_sum_that_its_parts_do_not_make_is_doubted(read):
    found = read(
        SEX + "東,計,100,40\n東,男,48,18\n東,女,50,22\n西,計,50,10\n西,男,20,4\n西,女,30,6\n"
    )
    assert found.people == TOWN
    assert found.said["parts_differ"] == (
        "total：計の行が内訳の合計と合わない区域が1あります。計の行を使いました：東"
    )


def test_men_alone_are_not_everybody(read):
    with pytest.raises(
        SourceError, match=r"東: its rows \(性別\) are of some residents alone"
    ) as e:
        read(SEX + "東,男,48,18\n")
    assert "性別" in told(e.value, "ja")
    with pytest.raises(SourceError, match="西: its rows"):
        read(SEX + "東,男,48,18\n東,女,52,22\n西,男,20,4\n")


def test_the_profile_may_choose_the_rows(read):
    text = SEX.replace("性別", "区") + "東,A,48,18\n東,B,100,40\n西,B,50,10\n"
    found = read(text, rows={"区": "B"})
    assert found.people == TOWN
    assert "「B」の行だけを" in found.said["rows_chosen"]
    with pytest.raises(SourceError, match="column 区 is nowhere C; there are A, B"):
        read(text, rows={"区": ["C"]})


AGES = "町丁名,年齢,人数\n"
YEARS = "".join(f"東,{age},1\n" for age in range(101))
AGES_IN_ROWS = {
    # 65+ is 30 + 10, of 100.
    "bands": (AGES + "東,総数,100\n東,0〜64歳,60\n東,65〜74歳,30\n東,75歳以上,10\n", (100, 40)),
    "no 総数": (AGES + "東,0〜64歳,60\n東,65〜74歳,30\n東,75歳以上,10\n", (100, 40)),
    "unknown": (AGES + "東,0〜64歳,57\n東,65歳以上,40\n東,不詳,3\n", (100, 40)),
    "also 65+": (
        AGES
        + "東,総数,100\n東,0〜64歳,60\n東,65〜74歳,30\n東,75歳以上,10\n東,（再掲）65歳以上,40\n",
        (100, 40),
    ),
    # 101 years with one person each; 65 … 100 are 36.
    "years": (AGES + YEARS, (101, 36)),
    "years and 総数": (
        AGES + "東,総数,101\n" + YEARS.replace("東,100,", "東,100歳以上,"),
        (101, 36),
    ),
    "with sexes": (
        "町丁名,男女,年齢,人数\n"
        + "".join(
            f"東,{sex},{age},{n}\n"
            for sex, age, n in [
                *(("計", "総数", 100), ("計", "65歳以上", 40), ("計", "0〜64歳", 60)),
                *(("男", "総数", 48), ("男", "65歳以上", 18), ("男", "0〜64歳", 30)),
                *(("女", "総数", 52), ("女", "65歳以上", 22), ("女", "0〜64歳", 30)),
            ]
        ),
        (100, 40),
    ),
    "ages by sex alone": (
        "町丁名,男女,年齢,人数\n東,計,総数,100\n東,男,65歳以上,18\n東,女,65歳以上,22\n東,男,65歳未満,30\n東,女,65歳未満,30\n",
        (100, 40),
    ),
    "unit column": (
        "町丁名,項目,年齢,単位,人数\n東,人口,総数,人,100\n東,人口,65歳以上,人,40\n東,世帯数,総数,世帯,45\n",
        (100, 40),
    ),
}


@pytest.mark.parametrize(("text", "figures"), AGES_IN_ROWS.values(), ids=AGES_IN_ROWS)
def test_age_groups_are_made_of_rows(read, text, figures):
    assert read(text, age_groups=BY_AGE).people == {"東": figures}


def test_with_bands_the_column_of_counts_is_found(read):
    text, figures = AGES_IN_ROWS["bands"]
    assert read(text, age_groups={"total": "", "65+": ""}, bands=True).people == {"東": figures}


def test_ages_in_rows_that_do_not_fit_are_refused_with_those_there_are(read):
    with pytest.raises(SourceError, match=r"\(年齢\) make up no '65\+'.* they are 0-59, 60\+") as e:
        read(AGES + "東,0〜59歳,60\n東,60歳以上,40\n", age_groups=BY_AGE)
    assert "ある年齢：0-59、60+" in told(e.value, "ja")


def test_a_year_without_a_row_is_nobody_and_said(read):
    text = AGES + YEARS + YEARS.replace("東", "西").replace("西,70,1\n", "")
    found = read(text, age_groups=BY_AGE)
    assert found.people == {"東": (101, 36), "西": (100, 35)}
    assert "区域が1あります。ない分は0人としました：西" in found.said["rows_missing"]


def test_two_ages_of_one_column_need_rows_that_tell_them_apart(read):
    with pytest.raises(SourceError, match=r"'65\+' and 'total' are the same column"):
        read("町丁名,人数\n東,100\n", age_groups=BY_AGE)


def test_an_age_group_is_the_sum_of_columns(read):
    text = "町丁名,totalPopulation,man14,woman14,man15,woman15\n東,100,6,7,8,9\n"
    columns = ["man14", "woman14", "man15", "woman15"]
    found = read(text, age_groups={"total": "totalPopulation", "65+": columns})
    assert found.people == {"東": (100, 30)}
    found = read(text, age_groups={"total": "totalPopulation", "65+": [*columns[:3], "man14"]})
    assert found.people == {"東": (100, 21)}
    with pytest.raises(SourceError, match="there is no column 'man16'"):
        read(text, age_groups={"65+": ["man14", "man16"]})


def test_suppressed_parts_of_a_sum_leave_as_much_open_as_they_are(read):
    groups = {"65+": ["男", "女"]}
    found = read("町丁名,男,女\n東,X,X\n西,5,X\n南,1,2\n", age_groups=groups)
    assert found.table["65+_low"].tolist() == [0, 5, 3]
    assert found.table["65+_high"].tolist() == [18, 14, 3]


def test_a_suppressed_count_that_is_not_used_is_not_said(read):
    found = read(SEX + "東,計,100,40\n東,男,X,18\n東,女,52,22\n")
    assert found.people == {"東": (100, 40)}
    assert "suppressed" not in found.said
    assert "65+_high" not in found.table


SHEET = [["町丁名", "総数", "65歳以上"]]
MEN, WOMEN = [*SHEET, ["東", 48.0, 18.0]], [*SHEET, ["東", 52.0, 22.0]]
BOTH = [*SHEET, ["東", 100.0, 40.0]]


def test_sheets_by_sex_are_one_table_and_that_of_all_is_not_added_to_its_parts(tmp_path):
    sheets = {"男": MEN, "女": WOMEN, "計": BOTH}
    found = Read(write_xls(tmp_path / "a.xls", sheets), sheets="all")
    assert found.people == {"東": (100, 40)}
    assert found.said["dimension_rows"].startswith("シート：「計」の行を使いました")
    del sheets["計"]
    assert Read(write_xls(tmp_path / "a.xls", sheets), sheets="all").people == {"東": (100, 40)}


def test_of_sheets_by_sex_that_of_all_is_read_and_one_of_men_is_refused(tmp_path):
    sheets = {"男": MEN, "女": WOMEN, "計": BOTH}
    assert Read(write_xls(tmp_path / "a.xls", sheets)).people == {"東": (100, 40)}
    del sheets["計"]
    with pytest.raises(SourceError, match="sheet 男 is of some residents alone") as error:
        Read(write_xls(tmp_path / "a.xls", sheets))
    assert 'sheets = "all"' in told(error.value, "ja")


def test_sheets_by_ward_and_sex_keep_areas_of_one_name_apart(tmp_path):
    sheets = {"東区（男）": MEN, "東区（女）": WOMEN, "西区（男）": MEN, "西区（女）": MEN}
    found = Read(write_xls(tmp_path / "a.xls", sheets), sheets="all")
    assert found.table[["name", "total", "row"]].to_numpy().tolist() == [
        ["東", 100.0, 2],
        ["東", 96.0, 2002],
    ]


def test_subtotals_are_listed_and_doubted_where_they_are_no_sums(read):
    rows = "上野字中原,50,20\n上野字北原,70,30\n上野（大字計）,120,50\n支所計,99,9\n（再掲）山間部,70,30\n主計,7,3\n"
    found = read("町丁名,総数,65歳以上\n" + rows)
    assert list(found.people) == ["上野字中原", "上野字北原", "主計"]
    assert [(one.code, one.row) for one in found.ledger.entries] == [
        *(("totals_row", 4), ("total_differs", 5), ("part_row", 6), ("named_like_total", 7))
    ]
    assert "合いません" in found.said["total_differs"]


def test_thousands_are_times_a_thousand_and_said_as_rounded(read):
    text = "人口,,（単位：千人）\n町丁名,総数,65歳以上\n東,1.2,0.4\n西,10.3,3\n合計,11.6,3.4\n"
    found = read(text)
    assert found.people == {"東": (1200, 400), "西": (10_300, 3000)}
    assert "1,000倍しました。表と同じく概数です" in found.said["rounded_unit"]
    # 1.2 + 10.3 is 11.5: a table of thousands rounds each of them.
    assert "total_differs" not in found.said


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("世帯,,（単位：世帯）\n町丁名,総数,65歳以上\n東,12,4\n", "総数"),
        ("町丁名,総数,65歳以上\n,(人),(％)\n東,12,40\n", "65歳以上"),
    ],
)
def test_households_and_shares_are_no_residents(read, text, column):
    with pytest.raises(SourceError, match=f"column {column} counts no residents"):
        read(text)


def test_a_column_of_households_is_none_of_residents(read):
    with pytest.raises(SourceError, match="column 世帯数 counts no residents"):
        read("町丁名,世帯数,65歳以上\n東,12,4\n", age_groups={"total": "世帯数"})


HEADER = "町丁名,総数,65歳以上\n"


def test_every_bad_cell_is_listed_where_the_total_would_lie(read):
    with pytest.raises(SourceError, match="3 cells are no counts") as error:
        read(HEADER + "東,100,40\n西,約30,-1\n南,,3\n")
    assert told(error.value, "ja").endswith(
        "人口として読めない値が3個あり、このままでは合計が正しくなりません："
        "3行目 列「総数」の「約30」、3行目 列「65歳以上」の「-1.0」、4行目 列「総数」の「」"
    )


def test_a_bad_cell_where_the_total_does_not_lie_is_listed_alone(read):
    found = read(HEADER + "東,100,40\n西,約30,10\n合計,100,50\n")
    assert found.people == {"東": (100, 40), "西": (0, 10)}
    assert found.said["no_count"].startswith("列「総数」の「約30」は数ではありません")
    assert read(SEX + "東,計,100,40\n東,男,不明,18\n東,女,52,\n").people == {"東": (100, 40)}
    assert read(HEADER + "東,100,40\n合計,100,？\n").people == {"東": (100, 40)}


def test_a_row_without_any_figure_is_a_heading_and_listed(read):
    found = read(HEADER + "【本庁】,,\n東,100,40\n【支所】,,\n西,50,10\n")
    assert found.people == TOWN
    assert [(one.code, one.row) for one in found.ledger.entries] == [
        *(("no_figures", 2), ("no_figures", 4))
    ]


def test_a_nameless_row_is_left_out_only_where_it_is_a_sum(read):
    found = read(HEADER + "東,100,40\n西,50,10\n,150,50\n")
    assert found.people == TOWN
    assert found.said["totals_row"].startswith("−：ほかの行（2行目から3行目のあいだ）の合計")
    with pytest.raises(SourceError, match="row 4: 町丁名 is empty"):
        read(HEADER + "東,100,40\n西,50,10\n,151,50\n")

"""Residents by mesh, with hidden counts kept as an interval."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from geo.errors import SourceError
from services.intake.people.mesh import _spread, read_mesh_population
from services.intake.tables.ledger import Ledger
from services.profile import Population
from services.words.texts import told
from tests.services.intake.vectorfiles import source

CODES = ["5339456811", "5339456812", "5339456813", "5339456814", "5339456821"]
HEAD = "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T001142001,T001142019"
LABELS = ",,,,　人口（総数）,　６５歳以上人口　総数"
AGES = {"total": "T001142001", "65+": "T001142019"}
# Cell 1 is as it is; 3 and 4 are hidden and added to 2, whose 30 aged 65+ are those of all three.
ROWS = [
    f"{CODES[0]},0,,,100,25",
    f"{CODES[1]},1,,{CODES[2]};{CODES[3]},60,30",
    f"{CODES[2]},2,{CODES[1]},,30,*",
    f"{CODES[3]},2,{CODES[1]},,10,*",
    f"{CODES[4]},0,,,-,-",
]


def areas(codes=CODES, inside=None):
    return gpd.GeoDataFrame(
        {"area_id": codes, "inside": inside or [1.0] * len(codes)},
        geometry=[box(n, 0, n + 1, 1) for n in range(len(codes))],
        crs=6677,
    )


def read(tmp_path, rows=ROWS, *, head=HEAD, ages=AGES, ledger=None, encoding="cp932", **changes):
    path = tmp_path / "mesh.csv"
    path.write_text("\r\n".join([head, LABELS, *rows]) + "\r\n", encoding=encoding)
    spec = Population(source="areas", layer="mesh", id_field="KEY_CODE", age_groups=ages)
    return read_mesh_population(
        [path],
        spec=spec,
        source=source(path, format="csv"),
        areas=changes.get("areas", areas()),
        side_m=changes.get("side_m", 250),
        ledger=ledger or Ledger(),
    )


def test_hidden_counts_are_an_interval_and_the_sum_stays(tmp_path):
    people = read(tmp_path)
    assert people["total"].tolist() == [100, 60, 30, 10, 0]
    assert people["65+"].tolist() == pytest.approx([25, 18, 9, 3, 0])  # 30 × 60, 30, 10 / 100
    # Of 30 aged 65+ at most 40 live in the other two cells: at least 0; 70: 0; 90: 0
    assert people["65+_low"].tolist() == [25, 0, 0, 0, 0]
    assert people["65+_high"].tolist() == [25, 30, 30, 10, 0]
    assert people["65+"].sum() == 25 + 30
    assert people["total_low"].tolist() == people["total_high"].tolist() == people["total"].tolist()


def test_a_cell_that_cannot_be_empty_has_a_lowest_value(tmp_path):
    rows = [f"{CODES[0]},1,,{CODES[1]},60,55", f"{CODES[1]},2,{CODES[0]},,20,*"]
    people = read(tmp_path, rows)
    assert people["65+_low"].tolist() == [35, 0]  # 55 less all 20 of the other
    assert people["65+_high"].tolist() == [55, 20]


def test_without_totals_the_figure_stays_where_it_was_printed(tmp_path):
    people = read(tmp_path, ages={"65+": "T001142019"})
    assert people["65+"].tolist() == [25, 30, 0, 0, 0]
    assert people["65+_low"].tolist() == [25, 0, 0, 0, 0]
    assert people["65+_high"].tolist() == [25, 30, 30, 30, 0]


def test_columns_may_be_named_by_their_japanese_label(tmp_path):
    people = read(tmp_path, ages={"65+": "６５歳以上人口　総数"})
    assert people["65+"].sum() == 55


def test_the_ledger_says_how_wide_the_interval_is(tmp_path):
    ledger = Ledger()
    read(tmp_path, ledger=ledger)
    (entry,) = ledger.of("areas").entries
    assert entry.code == "suppressed_interval"
    assert "2 meshes have a hidden count, kept as an interval (70 residents wide" in str(entry.said)
    assert "秘匿された2メッシュ" in told(entry.said, "ja")


def test_a_mesh_on_the_border_counts_with_its_share(tmp_path):
    ledger = Ledger()
    own = areas(CODES[:2], [0.25, 1.0])
    people = read(tmp_path, areas=own, ledger=ledger)
    assert people["total"].tolist() == [25, 60]
    assert people["65+"].tolist() == pytest.approx([6.25, 18])
    assert people["65+_high"].tolist() == pytest.approx([6.25, 30])
    entry = ledger.of("areas").entries[-1]
    assert (entry.code, entry.residents) == ("border_mesh", 75)


def test_a_hidden_cell_whose_target_is_in_no_file_is_noted(tmp_path):
    ledger = Ledger()
    people = read(tmp_path, [ROWS[0], ROWS[2]], ledger=ledger)
    assert people["65+"].tolist() == [25, 0]
    assert people["65+_high"].tolist() == [25, 30]
    assert [e.code for e in ledger.of("areas").entries] == ["suppressed_interval", "target_missing"]


def test_a_target_whose_sources_are_in_no_file_is_noted(tmp_path):
    ledger = Ledger()
    read(tmp_path, ROWS[:2], ledger=ledger)
    assert [e.code for e in ledger.of("areas").entries] == ["merged_from_outside"]


@pytest.mark.parametrize(
    ("rows", "side_m", "message"),
    [
        ([f"{CODES[0]},0,,,1,?"], 250, r"row 3: column T001142019: '\?' is no count"),
        ([f"{CODES[0]},0,,,-1,0"], 250, r"row 3: column T001142001: '-1' is no count"),
        ([f"{CODES[0]},0,,,1,inf"], 250, r"row 3: column T001142019: 'inf' is no count"),
        ([*ROWS, ROWS[0]], 250, r"row 8: mesh 5339456811 occurs twice"),
        (ROWS, 500, r"row 3: '5339456811' is no code of a 500 m mesh"),
        (["53,0,,,1,1"], 250, r"row 3: '53' is no code of a 250 m mesh"),
        (["5339456911,0,,,1,1"], 250, "no mesh of it lies in the municipality"),
    ],
)
def test_what_is_wrong_names_its_row(tmp_path, rows, side_m, message):
    with pytest.raises(SourceError, match=message) as error:
        read(tmp_path, rows, side_m=side_m)
    assert told(error.value, "ja") != str(error.value)


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(SourceError, match="no column 'T000847019'"):
        read(tmp_path, ages={"65+": "T000847019"})


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.floats(0, 1), st.integers(0, 3), st.booleans()),
        min_size=1,
        max_size=30,
    )
)
def test_any_truth_lies_in_the_interval_and_the_sum_is_kept(cells):
    """Hide cells of a known truth as the census does: the truth is in every interval."""
    table = pd.DataFrame(cells, columns=["total", "share", "group", "hide"])
    table["truth"] = np.floor(table["total"] * table["share"])
    first = ~table["group"].duplicated()
    table["hide"] &= ~first
    total = table["total"].to_numpy(dtype=float)
    shown = table["truth"].to_numpy(dtype=float).copy()
    member = np.where(table["hide"] | first, table["group"], table.index + 10)
    _, member = np.unique(member, return_inverse=True)
    hidden = table["hide"].to_numpy()
    for place in np.flatnonzero(first):
        shown[place] += table["truth"][hidden & (table["group"] == table["group"][place])].sum()
    middle, low, high = _spread(np.where(hidden, np.nan, shown), total, member)
    truth = table["truth"].to_numpy(dtype=float)
    assert (low <= truth + 1e-9).all()
    assert (truth <= high + 1e-9).all()
    assert (low <= middle + 1e-9).all()
    assert (middle <= high + 1e-9).all()
    assert middle.sum() == pytest.approx(truth.sum())

"""Counts of activities: read by month, summed by quarter and year; what nobody told of is no nought."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest

from api.cli.main import main
from services.intake.areas.byname import AreaIntake
from services.intake.areas.counts import read_counts
from services.intake.tables.ledger import Ledger
from services.profile import ActivityCounts, Layer, Source
from services.reports.counts import official
from services.results.counts import activity_counts
from services.workspace.folder import open_workspace
from tests.snapshots import tiny_workspace

LAYER = Layer(id="ward", kind="x", label="区", label_en="x", version="1", source="ward")
AREAS = pd.DataFrame({"area_id": list("12"), "area_name": ["東", "西"]})
TABLE = """区,年月,活動,回数
東,平成27年4月,サロン,4
東,2015-05,サロン,5
東,2015/6,サロン,6
東,2015-07,サロン,
東,2015-08,サロン,8
西,H27.4,サロン,1
東,2015-04,サロン,9
南,2015-04,サロン,1
東,いつか,サロン,1
東,2015-04,,1
西,2015-05,サロン,-2
"""


def _read(folder, text=TABLE, **spec):
    (folder / "counts.csv").write_text(text, "utf-8")
    source = Source(
        id="counts", path="c.csv", format="csv", title="t", credit="c", licence="l", as_of="2016"
    )
    one = ActivityCounts(source="counts", layer="ward", **spec)
    profile = SimpleNamespace(activity_counts=[one], source=lambda _: source)
    ledger = Ledger()
    assembly = SimpleNamespace(current={"ward": LAYER}, of={"ward": AREAS}.get)
    given = AreaIntake(profile, assembly, lambda _: folder / "counts.csv", ledger)
    return read_counts(given), ledger.of("counts")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    found, _ = _read(tmp_path_factory.mktemp("counts"))
    return activity_counts(SimpleNamespace(of_areas=lambda _: found))


def test_what_cannot_be_read_is_listed_and_the_rest_kept(tmp_path):
    found, notes = _read(tmp_path)
    assert [tuple(row) for row in found[["area_id", "month", "count"]].to_numpy()] == [
        ("1", "2015-04", 4.0),
        ("1", "2015-05", 5.0),
        ("1", "2015-06", 6.0),
        ("1", "2015-08", 8.0),
        ("2", "2015-04", 1.0),
    ]
    # Told twice, an unknown area, no month, no activity, less than 0; the empty cell is none of them.
    assert (notes.rows_used, notes.rows_refused) == (5, 5)


def _of(table, area, period, quarter=0, month=""):
    rows = table[(table["area_id"] == area) & (table["period"] == period)]
    rows = rows[(rows["quarter"] == quarter)] if quarter else rows
    rows = rows[(rows["month"] == month)] if month else rows
    (row,) = rows.to_dict("records")
    return row["count"], row["told_n"], row["of_n"]


def test_quarters_and_years_sum_what_was_told_and_say_how_much_that_is(table):
    assert _of(table, "1", "quarter", 1) == (15.0, 3, 3)  # 4 + 5 + 6
    assert _of(table, "1", "quarter", 2) == (8.0, 1, 3)  # July and September are not known
    assert _of(table, "1", "year") == (23.0, 4, 12)
    count, told, _ = _of(table, "1", "month", month="2015-07")
    assert math.isnan(count)
    assert told == 0
    assert _of(table, "_all", "month", month="2015-04") == (5.0, 2, 2)
    assert _of(table, "_all", "quarter", 1) == (16.0, 4, 6)
    assert math.isnan(_of(table, "2", "quarter", 4)[0])


def test_groups_of_a_quarter_are_those_of_its_last_month(tmp_path):
    found, _ = _read(
        tmp_path, "区,年月,回数\n東,2015-05,5\n東,2015-06,7\n", activity="会", counted="groups"
    )
    table = activity_counts(SimpleNamespace(of_areas=lambda _: found))
    assert _of(table, "1", "quarter", 1) == (7.0, 1, 1)
    assert math.isnan(_of(table, "1", "year")[0])


def test_the_layout_has_a_row_a_period_and_a_column_an_activity(table):
    told = official(table[table["area_id"] == "1"], "ja")
    assert list(told.columns) == ["区域", "期間", "サロン（回）"]
    assert [tuple(row) for row in told.head(5).to_numpy()] == [
        ("東", "2015-04", "4"),
        ("東", "2015-05", "5"),
        ("東", "2015-06", "6"),
        ("東", "2015年度 第1四半期 計", "15"),
        ("東", "2015-07", "不明"),
    ]
    assert told["サロン（回）"].iloc[7] == "8（3件のうち1件の計）"
    assert len(told) == 12 + 4 + 1


def test_the_command_tells_what_there_is(tmp_path, capsys):
    found, _ = _read(tmp_path)
    workspace = tiny_workspace(tmp_path / "town")
    assert main(["counts", str(workspace.path)]) == 0
    assert "no activity was counted" in capsys.readouterr().out
    found.to_parquet(workspace.path / "layers/activity_counts.parquet")
    out = tmp_path / "counts.csv"
    asked = ["--area", "東", "--fiscal-year", "2015", "--out", str(out)]
    assert main(["counts", str(workspace.path), *asked]) == 0
    assert "FY2015 quarter 1, total" in out.read_text("utf-8-sig")
    assert main(["counts", str(workspace.path), "--area", "北"]) != 0
    assert "there are 東, 西" in capsys.readouterr().err
    assert len(activity_counts(open_workspace(workspace.path))) == 3 * 17

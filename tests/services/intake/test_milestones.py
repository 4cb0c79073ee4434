"""Milestones as they are read: of the profile and of a table, in order, with what is not understood listed."""

from types import SimpleNamespace

import pandas as pd
import pytest

from services.intake.areas.byname import AreaIntake
from services.intake.areas.milestones import read_milestones
from services.intake.tables.ledger import Ledger
from services.profile import Layer, Milestone, MilestoneName, MilestoneTable, Source

LAYER = {"kind": "x", "label_en": "x", "version": "1"}
WITH_BORDERS = Layer(id="ward", label="区", source="ward", **LAYER)
WITHOUT = Layer(id="hamlet", label="行政区", available=False, area_names=["上", "下"], **LAYER)
AREAS = pd.DataFrame({"area_id": ["1", "2", "3"], "area_name": ["東", "西", "西"]})
TABLE = """区名,状況,設置年月,予定
東,準備会,平成27年6月,
東,設立,H28年度,予定
2,勉強会,2014-05,
西,設立,2016,
北,設立,2016,
東,わからない,2016,
東,ended,らいねん,
"""


def read(folder, *, rows=(), tables=(), names=()):
    source = Source(
        id="list", path="list.csv", format="csv", title="t", credit="c", licence="l", as_of="2016"
    )
    profile = SimpleNamespace(
        milestones=list(rows),
        milestone_tables=list(tables),
        milestone_names=list(names),
        source=lambda _: source,
        layer={"ward": WITH_BORDERS, "hamlet": WITHOUT}.get,
    )
    ledger = Ledger()
    given = AreaIntake(
        profile,
        SimpleNamespace(current={"ward": WITH_BORDERS}, of={"ward": AREAS}.get),
        lambda _: folder / "list.csv",
        ledger,
    )
    return read_milestones(given), ledger


def test_a_table_is_read_by_the_meaning_of_its_columns_and_its_words(tmp_path):
    (tmp_path / "list.csv").write_text(TABLE, "utf-8")
    found, ledger = read(
        tmp_path, tables=[MilestoneTable(source="list", layer="ward", kind="council")]
    )
    rows = found[["area_id", "stage", "since", "planned"]].to_numpy().tolist()
    assert rows == [
        ["1", "preparing", "2015-06", False],
        ["1", "established", "FY2016", True],
        ["2", "study", "2014-05", False],
    ]
    notes = ledger.of("list")
    # Two areas are 西, none is 北; one word and one date cannot be read.
    assert [(entry.code, entry.row) for entry in notes.entries] == [
        ("unknown_area", 5),
        ("unknown_area", 6),
        ("milestone_unread", 7),
        ("milestone_unread", 8),
    ]
    assert (notes.rows_read, notes.rows_used, notes.rows_refused) == (7, 3, 4)


def test_a_table_says_a_stage_as_the_profile_calls_it(tmp_path):
    (tmp_path / "list.csv").write_text("地区,段階\n上,立上げ中\n", "utf-8")
    name = MilestoneName(
        kind="base", layer="hamlet", label="福祉村", stages={"preparing": "立上げ中"}
    )
    table = MilestoneTable(source="list", layer="hamlet", kind="base")
    found, _ = read(tmp_path, tables=[table], names=[name])
    assert found[["area_name", "stage", "since"]].to_numpy().tolist() == [["上", "preparing", ""]]


def test_what_is_told_twice_or_out_of_order_is_listed(tmp_path):
    def row(stage, date, area="下"):
        return Milestone(kind="council", layer="hamlet", area=area, stage=stage, date=date)

    found, ledger = read(
        tmp_path,
        rows=[
            row("preparing", "2016-04"),
            row("established", "2015-03-31"),
            row("established", "2017"),
            row("established", "2016", area="中"),
        ],
    )
    assert found[["stage", "since"]].to_numpy().tolist() == [
        ["preparing", "2016-04"],
        ["established", "2015-03-31"],
    ]
    entries = ledger.of("profile").entries
    assert [entry.code for entry in entries] == [
        "unknown_area",
        "milestone_twice",
        "milestone_order",
    ]
    facts = entries[2].said.facts
    assert (facts["area"], facts["since"], facts["begun"]) == ("下", "2015-03-31", "2016-04")


def test_a_figure_keeps_its_share_and_its_document(tmp_path):
    found, _ = read(
        tmp_path,
        rows=[
            Milestone(
                kind="committee",
                layer="hamlet",
                number=39,
                of=75,
                date="FY2015",
                doc="002",
                page=103,
            ),
            Milestone(
                kind="committee", layer="hamlet", share_pct=60, approximate=True, date="2015"
            ),
        ],
    )
    assert found["share_pct"].tolist() == pytest.approx([52.0, 60.0])
    assert found["since"].tolist() == ["FY2015", "2015"]
    assert (found["area_id"] == "").all()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"area": "下", "date": "いつか"}, "cannot be read"),
        ({"number": 3, "of": 2, "date": "2016"}, "there are not so many"),
        ({"number": 3}, "needs the date"),
        ({}, "give one of area"),
        ({"area": "下", "number": 3}, "give one of area"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_a_sentence(row, said):
    with pytest.raises(ValueError, match=said):
        Milestone.model_validate({"kind": "base", "layer": "hamlet", **row})

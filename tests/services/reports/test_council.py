"""Sheets of councils on the row of eight squares: joint, shared, a part, and one without borders."""

import re
from pathlib import Path

import pytest

from api.report_page import render_city, render_report
from geo.errors import InvalidInputError
from services.accounts.people import council_names
from services.councils.spot import check_council
from services.intake.build import build
from services.registry.hands import ANYBODY
from services.reports.city import city_sheet
from services.reports.council import BareCouncil, sheet_of
from services.reports.workshop import workshop_sheet
from services.results.run import run
from services.workspace.councils import councils_of, find_council
from services.workspace.folder import Workspace
from tests.services.intake.test_structure import area, layer, town

# 100 residents a square; a ward each, districts of 3, 2 and 3
WARDS = layer("ward", "1", [area("ward", f"{number}区", number) for number in range(8)])
DISTRICTS = layer(
    "district",
    "1",
    [
        area("district", "西", 0, 1, 2),
        area("district", "中", 3, 4),
        area("district", "東", 5, 6, 7),
    ],
)
COUNCILS = """
[units]
coordinator_unit = "ward"
council_unit = "district"
work_unit = "small_area"

[[councils]]
id = "joint"
name = "西と中の協議体"
owns = [{ layer = "district", areas = ["西", "中"] }]
coordinators = ["第1推進員", "第2推進員"]

[[councils]]
id = "split"
name = "東の片方の協議体"
body = "地域ケア会議"
owns = [{ layer = "district", areas = ["東"], part = true, unit_layer = "small_area", units = ["架空5丁目", "架空6丁目"] }]
coordinators = ["第2推進員"]
"""
OTHERS = """
[[councils]]
id = "other_half"
name = "東のもう片方の協議体"
owns = [{ layer = "district", areas = ["東"], part = true, unit_layer = "small_area", units = ["架空7丁目"] }]

[[councils]]
id = "twin"
name = "中だけの協議体"
owns = [{ layer = "district", areas = ["中"] }]

[[councils]]
id = "unknown"
name = "町会ごとの協議体"
number = 3
note = "資料に名前なし"
owns = [{ layer = "district" }]
"""


def _town(folder: Path, extra: str) -> Workspace:
    text = WARDS + DISTRICTS + extra
    return build(town(folder, text, council_layer="district"), folder / "workspace")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return run(_town(tmp_path_factory.mktemp("shared"), COUNCILS + OTHERS)).workspace


def test_each_council_has_a_sheet_of_its_own(shared: Workspace) -> None:
    by_name = sheet_of(shared, "西と中の協議体")
    assert (by_name.area_id, by_name.area_name) == ("joint", "西と中の協議体")
    # 30 % of 100 are 65 and older: five squares, two squares, two squares
    found = {name: sheet_of(shared, name).figures.residents for name in ("joint", "split", "twin")}
    assert found == pytest.approx({"joint": 150, "split": 60, "twin": 60})
    units = {unit.name for unit in by_name.units}
    assert units == {f"架空{number}丁目" for number in range(5)}
    assert {unit.name for unit in sheet_of(shared, "split").units} == {"架空5丁目", "架空6丁目"}
    for lang in ("ja", "en"):
        page = render_report(sheet_of(shared, "joint", lang=lang))
        assert "西と中の協議体" in page
        assert "第1推進員" in page


def test_sheets_say_with_whom_an_area_is_shared_and_what_serves_as_council(
    shared: Workspace,
) -> None:
    joint = "\n".join(sheet_of(shared, "joint").council)
    assert "この協議体の区域：西、中" in joint
    assert "2つの区域を合わせて1つ" in joint
    assert "中には協議体が2つあります（西と中の協議体、中だけの協議体）" in joint
    assert "足しても全体にはなりません" in joint
    assert "推進員の単位：ward　協議体の単位：district　ふだんの活動の単位：町丁・字" in joint
    split = "\n".join(sheet_of(shared, "split").council)
    assert "架空5丁目、架空6丁目（区域の一部）" in split
    assert "地域ケア会議" in split
    # Two units are a part of one area, and no joint council.
    assert "区域を合わせて" not in split
    # The other half counts other people: the two share the area, and add up.
    assert "東には協議体が2つあります（東の片方の協議体、東のもう片方の協議体）" in split
    assert "足しても全体にはなりません" not in split
    east = "\n".join(sheet_of(shared, "東", layer="district").council)
    assert "この区域には協議体が2つあります（東の片方の協議体、東のもう片方の協議体）" in east
    middle = "\n".join(sheet_of(shared, "中", layer="district").council)
    assert "協議体が2つあります（西と中の協議体、中だけの協議体）" in middle


@pytest.mark.parametrize(
    ("council", "units"), [("joint", range(5)), ("split", (5, 6)), ("unknown", range(8))]
)
def test_every_council_has_a_form_for_its_workshop(shared: Workspace, council: str, units) -> None:
    sheet = workshop_sheet(shared, council, who=ANYBODY, blank=True)
    named = set(re.findall(r"架空\d丁目", sheet.map_svg))
    # Where nobody has drawn a council the map is of the whole town.
    assert named <= {f"架空{number}丁目" for number in units}
    west, east = sheet.corners[0][0], sheet.corners[1][0]
    assert east > west


def test_a_council_without_borders_says_what_is_known_and_counts_nobody(shared: Workspace) -> None:
    sheet = sheet_of(shared, "町会ごとの協議体")
    assert isinstance(sheet, BareCouncil)
    assert "資料に書かれていません" in sheet.lines[0]
    assert "資料に名前なし" in sheet.lines
    page = render_report(sheet)
    assert "数えられません" in page
    assert "資料に名前のない協議体（3つ）" in page


def test_the_sheet_of_the_municipality_lists_all_and_says_why_they_do_not_add_up(
    shared: Workspace,
) -> None:
    sheet = city_sheet(shared)
    figures = {one.council_id: one.figures.residents for one in sheet.own if one.figures}
    each = {"joint": 150, "split": 60, "other_half": 30, "twin": 60}
    assert figures == pytest.approx(each)
    assert [one.council_id for one in sheet.own if one.shared] == ["joint", "twin"]
    assert (sheet.own_sum, sheet.own_rest) == ("shared", None)
    # Eight wards, 30 % of 100 in each, are the city.
    (wards,) = [one for one in sheet.roll_ups if one.label == "ward"]
    assert [round(line.figures.residents or 0) for line in wards.lines] == [30] * 8
    assert wards.adds_up
    assert sheet.whole.figures.residents == pytest.approx(240)
    served, file = render_city(sheet), render_city(sheet, font_url="data:,")
    assert '<a href="/reports/unknown?lang=ja">町会ごとの協議体（3つ）</a>' in served
    assert "町会ごとの協議体" in file
    assert "/reports/" not in file


def test_who_asks_for_councils_asks_one_list(shared: Workspace) -> None:
    listed = ["joint", "split", "other_half", "twin", "unknown"]
    assert [one.council_id for one in councils_of(shared)] == listed
    assert list(council_names(shared))[3:] == listed
    for council_id in ("joint", "split", "unknown", "district-西"):
        check_council(shared, council_id)
    by_area = find_council(shared, "西")
    assert by_area is not None
    assert by_area.council_id == "district-西"


def test_councils_apart_add_up_with_the_rest(tmp_path: Path) -> None:
    sheet = city_sheet(run(_town(tmp_path, COUNCILS)).workspace)
    # 150 + 60 of 240: the last square, 30, is in no council's area.
    assert sheet.own_sum == "adds"
    assert sheet.own_rest == pytest.approx(30)


@pytest.mark.parametrize(
    ("owns", "said"),
    [
        ("[]", "owns nothing"),
        (
            '[{ layer = "district", areas = ["西"], part = true, unit_layer = "small_area", units = ["架空7丁目"] }]',
            "lies outside",
        ),
        (
            '[{ layer = "district", areas = ["西"], part = true, unit_layer = "small_area", units = ["99丁目"] }]',
            "there is no",
        ),
        ('[{ layer = "district", areas = ["西"], units = ["架空0丁目"] }]', "part = true"),
        ('[{ layer = "nowhere", areas = ["西"] }]', "nowhere"),
    ],
)
def test_a_council_that_cannot_be_is_refused(tmp_path: Path, owns: str, said: str) -> None:
    extra = f'\n[[councils]]\nid = "x"\nname = "甲"\nowns = {owns}\n'
    with pytest.raises(InvalidInputError, match=said):
        _town(tmp_path, extra)
    assert not (tmp_path / "workspace").exists()

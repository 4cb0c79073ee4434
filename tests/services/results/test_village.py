"""The village of tests/village.py: names told apart, land without streets, candidates for every council."""

import shutil

import pytest

from geo.errors import InvalidInputError
from services.councils.decisions import list_decisions, record_decision
from services.councils.entry import NewDecision
from services.plans.ask import ask_of
from services.plans.solve import make_plan
from services.plans.views import plan_body
from services.publication.tables import Publication
from services.reports.area import gap_report
from services.reports.plan import plan_report
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.words.texts import told
from services.workspace.folder import open_workspace
from tests.village import COUNCILS

HALL = "各地区公会堂"


@pytest.fixture(scope="module")
def gaps(village):
    return Publication(village).table("gaps").set_index("area_id").sort_index()


def test_what_the_data_has_no_street_to_is_not_told_as_beyond_any_walk(gaps, village):
    # 本町 has the monthly salon. No street is near 離島, nor near the weekly place of 峠.
    wanted = ["none"] * 5 + ["monthly_only", "none", "no_streets", "no_streets"]
    assert gaps["gap"].tolist() == wanted
    assert gaps["off_streets"].tolist() == [0.0] * 8 + [40.0]
    counts = {"none": 6, "monthly_only": 1, "no_streets": 2}
    others = dict.fromkeys(("weekly_or_more", "needs_transport", "unknown"), 0)
    assert village.run["summary"]["gaps"] == counts | others
    assert "どの家の近くにも道のデータがない" in gaps["why"].iloc[8]
    assert "場はありますが" in gaps["why"].iloc[7]
    assert "送迎" not in " ".join(gaps["why"])


def test_the_report_says_what_the_data_cannot_tell(village):
    report = gap_report(village.workspace, "離島地区")
    assert report.gaps["no_streets"] == 1
    assert any("40人" in note and "道のデータがないか" in note for note in report.notes)
    assert report.no_streets == (
        "道のデータがない区域が離島地区に1あります（65歳以上40人、うち40人は、歩いて届くかどうかわかりません）"
    )
    assert gap_report(village.workspace, "東地区").no_streets == ""
    assert any(line.startswith("道：") and "300m以内" in line for line in report.assumptions)
    assert report.candidates == ()
    assert "道のデータがないため" in report.candidates_note
    # Where there are streets, nothing of it is said.
    east = gap_report(village.workspace, "東地区")
    assert not any(line.startswith("道：") for line in east.assumptions)


def test_every_council_has_the_candidates_of_its_own_area(village):
    """The list of the whole is one long; 西地区 and 中地区 have theirs all the same."""
    candidates = village.layer("candidates")
    assert set(candidates["council_id"]) == {"東地区", "西地区", "中地区"}
    assert candidates["rank"].is_monotonic_increasing
    assert candidates["rank"].iloc[0] == 1
    for area in ("東地区", "西地区", "中地区"):
        report = gap_report(village.workspace, area)
        assert len(report.candidates) >= 1
        assert "順位は架空村全体でのもの" in report.candidates_note


def test_a_candidate_says_whom_it_reaches_by_itself_and_after_those_before_it(village):
    candidates = village.layer("candidates").set_index("rank")
    later = candidates[candidates["newly_reached"] < candidates["newly_reached_alone"] - 1]
    assert len(later) > 0
    said = Publication(village).points("candidates").set_index("rank")["reasons"]
    assert all("順位が上の候補がすべて開いたあとなら" in said[rank] for rank in later.index)
    assert "順位が上の候補" not in said[1]
    lines = [line for area in COUNCILS for line in gap_report(village.workspace, area).candidates]
    assert {line.rank for line in lines if line.newly_reached_alone is not None} == {*later.index}


def test_an_area_without_a_listed_candidate_is_told_what_the_list_has(village):
    # No hall is in 南(2), and nothing listed that could be.
    report = gap_report(village.workspace, "南(2)")
    assert report.candidates == ()
    assert "全体の上位1か所" in report.candidates_note
    assert "地区ごとの上位1か所" in report.candidates_note


def test_areas_of_one_name_are_told_apart_everywhere(village, village_of_one_council):
    names = ["東地区 鷲津", "北町", "南(1)", "南(2)", "西地区 鷲津", "本町", "中町", "峠", "離島"]
    publication = Publication(village)
    areas = publication.areas()
    units = areas[areas["layer"] == "small_area"].sort_values("area_id")["area_name"].tolist()
    assert units == names
    for table in ("coverage", "gaps"):
        frame = publication.table(table)
        found = frame[(frame["layer"] == "small_area") & (frame["area_id"] != "_remainder")]
        by_id = found.drop_duplicates("area_id").sort_values("area_id")["area_name"]
        assert by_id.tolist() == names
    assert gap_report(village.workspace, "西地区 鷲津").area_name == "西地区 鷲津"
    # One council for all tells nobody apart.
    alone = Publication(village_of_one_council).table("gaps").sort_values("area_id")["area_name"]
    assert alone.tolist() == ["鷲津(1)", "北町", "南(1)", "南(2)", "鷲津(2)", *names[5:]]


def test_halls_of_one_name_are_told_apart_by_area_by_address_or_by_number(village):
    situation = Situation(village.workspace, Parameters.of(village.workspace.profile))
    venues = situation.venues.sort_values("row")["name"].tolist()
    assert venues == [
        *(f"{HALL}（{area}）" for area in ("東地区", "西地区", "中地区")),
        *("集会所（北町1番地）", "集会所（北町2番地）", "会館(1)", "会館(2)"),
    ]


def test_a_place_without_the_name_of_a_hall_is_proposed_under_its_own(village):
    candidates = Publication(village).points("candidates").set_index("candidate_id")
    upgrades = candidates[candidates["action"] == "upgrade"]
    assert upgrades["venue_name"].tolist() == ["いきいきサロン"]


def test_a_plan_names_what_it_chooses_and_lists_what_it_cannot_judge(village, tmp_path):
    shutil.copytree(village.workspace.path, tmp_path / "workspace")
    ask = ask_of({"points_max": 0, "objectives": ["most_reached"], "most": 3})
    plan = make_plan(open_workspace(tmp_path / "workspace"), ask)
    names = set(plan.options["venue_name"])
    assert {f"{HALL}（西地区）", "会館(2)", "いきいきサロン"} <= names
    assert HALL not in names
    body = plan_body(plan)
    assert body["needs_transport"] == []
    assert body["no_streets"] == [{"area_id": "999010008", "area_name": "離島", "residents": 40.0}]
    assert plan_report(plan).no_streets == ("離島（65歳以上40人）",)


def test_minutes_without_heights_are_not_said_to_know_slopes(village, town_snapshot):
    flat = " ".join(gap_report(village.workspace, "東地区").assumptions)
    assert "分に坂は入っていません" in flat
    assert "坂（標高のわかる所）" not in flat
    area = town_snapshot.run["summary"]["council_layer"]
    first = town_snapshot.workspace.areas().loc[lambda areas: areas["layer"] == area, "area_id"]
    hilly = " ".join(gap_report(town_snapshot.workspace, first.iloc[0]).assumptions)
    assert "坂（標高のわかる所）" in hilly


def test_a_list_that_names_what_several_bear_is_told_which_there_are(village, tmp_path):
    shutil.copytree(village.workspace.path, tmp_path / "workspace")
    ask = ask_of({"points_max": 0, "most": 3, "must": [HALL]})
    with pytest.raises(InvalidInputError, match="similar names") as error:
        make_plan(open_workspace(tmp_path / "workspace"), ask)
    assert f"{HALL}（西地区）" in told(error.value, "ja")


def test_a_decision_is_told_under_the_name_that_its_candidate_bears(village, tmp_path):
    shutil.copytree(village.workspace.path, tmp_path / "workspace")
    workspace = open_workspace(tmp_path / "workspace")
    venues = Situation(workspace, Parameters.of(workspace.profile)).venues
    west = venues[venues["name"] == f"{HALL}（西地区）"]["venue_id"].iloc[0]
    record_decision(
        workspace,
        NewDecision("open", "weekly", "proposed", "西地区", venue_id=west, decided_by="協議体"),
    )
    assert list_decisions(workspace)[0].latest["name"] == f"{HALL}（西地区）"

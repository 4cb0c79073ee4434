"""
Plans on a street written by hand (tests/datedtown.py), with halls of its own.

::

    x      0   100        600        1100       1390     1900   2000 m
    home       h0         h1         h2                  h3
    65+        20         30         50                  100            200 in all
    place      A weekly              -          D monthly
    hall                  H1 700     H2 1000             H3 1890

A reaches h0 (0 m) and h1 (500 m). Not reached: h2 (50) and h3 (100). Within 500 m, inclusive, of
D: h2 (290 m), not h3 (510 m); of H1: h1, h2 (400 m); of H2: h1, h2 (100 m); of H3: h3 (10 m).
So D becoming weekly brings 50 for ¥100,000; H3 brings 100 for ¥1,100,000.
"""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pytest
from shapely import Point, box

from geo.coverage.reached import Limit
from geo.errors import InvalidInputError, NotFoundError
from geo.siting import solve
from services.councils.decisions import record_decision
from services.councils.entry import NewDecision
from services.plans.ask import PlanAsk, ask_of, read_ask
from services.plans.ground import CommonGround
from services.plans.problem import Setting, parameters_of
from services.plans.sites import Junctions
from services.plans.solve import Reception, make_plan, walked_on
from services.plans.store import PlanResult, list_plans, plan_is_stale, read_plan
from services.plans.views import plan_body, sentence, shown_candidates
from services.plans.watch import SoFar
from services.registry.places import write_registry
from services.reports.plan import plan_report
from services.situation.view import Situation
from services.words.texts import told
from services.workspace.folder import Snapshot, Workspace, open_workspace, registry_file
from services.workspace.progress import StoppedError
from tests.datedtown import dated_workspace, files_in, places, write_files
from tests.streets import PLANE, streets

ROWS = (
    ("A", 100.0, "毎週月曜日10:00〜11:30", "active", "2010-04-01", "", "", "vA"),
    ("D", 1390.0, "第1木曜日10:00〜12:00", "active", "2012-10-01", "", "", "vD"),
)
HALLS = (
    ("H1", 700.0, {}),
    ("H2", 1000.0, {}),
    ("H3", 1890.0, {}),
)
SUBSIDIES = """
[subsidies]
monthly_max_yen = 30000
weekly_max_yen = 100000
permanent_max_yen = 840000
opening_max_yen = 1000000
origin = "試験"
"""


def halls(*rows: tuple[str, float, dict[str, object]]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "venue_id": [name for name, *_ in rows],
            "name": [f"{name}会館" for name, *_ in rows],
            "kind": [told.get("kind", "会館") for *_, told in rows],
            "address": "",
            "source_id": "everything",
            "row": list(range(2, len(rows) + 2)),
        },
        geometry=[Point(x, 0.0) for _, x, _ in rows],
        crs=PLANE,
    )
    names = {name for *_, told in rows for name in told} - {"kind"}
    return frame.assign(**{name: [told.get(name) for *_, told in rows] for name in names})


def town(
    folder: Path, *rows: tuple[str, float, dict[str, object]], subsidies: str = SUBSIDIES
) -> Workspace:
    path = folder / "workspace"
    write_files(path, _town(json.dumps(rows or HALLS)))
    profile = path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + subsidies, "utf-8")
    return open_workspace(path)


@cache
def _town(rows: str) -> dict[str, bytes]:
    """Return the files of a town with these halls, written once."""
    with TemporaryDirectory() as folder:
        path = dated_workspace(Path(folder), *ROWS).path
        homes = path / "layers" / "demand.parquet"
        gpd.read_parquet(homes).assign(kind="building").to_parquet(homes)
        write_registry(registry_file(path), halls(*json.loads(rows)), places(*ROWS))
        return files_in(path)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return town(tmp_path)


def asked(**given: object) -> PlanAsk:
    return ask_of({"points_max": 0, "objectives": ["most_reached"], **given})


def chosen(plan: PlanResult) -> set[str]:
    return set(plan.chosen["candidate_id"])


def setting_of(workspace: Workspace, ask: PlanAsk) -> Setting:
    return Setting(CommonGround(Situation(workspace, parameters_of(workspace.profile, ask))), ask)


def test_the_best_of_one_and_of_two_as_derived_by_hand(workspace: Workspace) -> None:
    one = make_plan(workspace, asked(most=1))
    assert chosen(one) == {"open-H3"}
    assert one.record["totals"]["newly_reached"] == pytest.approx(100.0)
    two = make_plan(workspace, asked(most=2))
    assert two.record["totals"]["reached_after"] == pytest.approx(200.0)
    assert plan_body(two)["proof"]["ja"] == "最適であることを確認済み"


def test_a_budget_for_upgrades_alone_buys_the_upgrade(workspace: Workspace) -> None:
    plan = make_plan(workspace, asked(budget_yen=1_000_000))
    assert chosen(plan) == {"upgrade-D"}
    totals = plan.record["totals"]
    assert (totals["newly_reached"], totals["first_year_yen"]) == pytest.approx((50.0, 100_000.0))
    row = plan.chosen.iloc[0]
    assert row["yen_per_newly_reached"] == pytest.approx(2000.0)
    shown = shown_candidates(plan).iloc[0]
    assert "月1型を週1型にすると、新たに65歳以上50人" in shown["reasons"]
    assert "50 more residents aged 65 and over" in shown["reasons_en"]


@pytest.mark.parametrize("budgets", [(100_000, 1_100_000, 1_200_000, 2_300_000)])
def test_a_higher_budget_never_reaches_fewer(workspace: Workspace, budgets) -> None:
    reception = Reception()
    reached = []
    for budget in budgets:
        question = reception.answerable(workspace, asked(budget_yen=budget))
        plan = make_plan(workspace, question.ask)
        reached.append(plan.record["totals"]["reached_after"])
    # By hand: D; H3 alone; D and H3; then everybody is reached already.
    assert reached == pytest.approx([100.0, 150.0, 200.0, 200.0])


def test_upgrades_come_first_then_venues_then_points(workspace: Workspace) -> None:
    found = setting_of(workspace, asked(most=1, points_max=9)).candidates.options
    assert found["source"].drop_duplicates().tolist()[:2] == ["place", "venue"]
    assert set(found["action"]) <= {"upgrade", "open"}


def test_walked_on_the_streets_a_plan_is_what_it_claims(town_snapshot: Snapshot) -> None:
    workspace = town_snapshot.workspace
    ask = asked(most=4, points_max=30)
    setting = setting_of(workspace, ask)
    plan = solve(setting.problem)
    assert plan.newly_reached > 0
    assert walked_on(setting, plan).reached() == pytest.approx(plan.reached, abs=1e-6)


def test_more_often_than_weekly_is_a_choice_of_its_own(workspace: Workspace) -> None:
    ask = asked(most=5, classes=["weekly", "permanent"])
    options = setting_of(workspace, ask).candidates.options
    of_d = options[options["place_id"] == "D"]
    assert set(of_d["target_class"]) == {"weekly", "permanent"}
    assert of_d["site"].nunique() == 1
    # A meets weekly already: only 常設 is more.
    assert options.loc[options["place_id"] == "A", "target_class"].tolist() == ["permanent"]


def test_a_target_in_each_area_counts_what_exists(workspace: Workspace) -> None:
    # The west has A; the east (from 1000 m) has nobody weekly: D, H3 or H2 (on its border) must come.
    plan = make_plan(
        workspace, asked(objectives=["cheapest"], targets=["weekly"], budget_yen=5_000_000)
    )
    assert chosen(plan) == {"upgrade-D"}


def test_what_cannot_be_is_said_with_what_is_enough(workspace: Workspace) -> None:
    far = asked(reach_pct=100, objectives=["fewest_places"], most=1)
    found = make_plan(workspace, far)
    assert found.record["status"] == "infeasible"
    assert plan_body(found)["proof"]["ja"] == "すべての条件を満たす計画はありません"
    said = [one["ja"] for one in plan_body(found)["relaxation"]]
    # One place reaches 100 of the 150 who are left: 50 + 100 of 200; two reach everybody.
    assert "すべての条件には、2か所が必要です" in said
    assert any("75.0" in one for one in said)
    assert found.chosen.empty


def test_lists_filters_and_rooms(tmp_path: Path) -> None:
    workspace = town(
        tmp_path / "rooms",
        ("H1", 700.0, {"barrier_free": False}),
        ("H2", 1000.0, {"availability": "日曜", "floor_area_m2": 31.0, "rent_yen": 30_000.0}),
        ("H3", 1890.0, {"kind": "個人宅", "private_home": True, "consent": False}),
        ("H4", 1880.0, {"kind": "個人宅", "private_home": True, "consent": True}),
    )
    options = setting_of(
        workspace, asked(most=1, classes=["weekly", "permanent"])
    ).candidates.options
    by_id = options.set_index("candidate_id")
    # No consent, no candidate; a room that is free on Sundays alone holds no 常設 place.
    assert "open-H3" not in by_id.index
    assert "open-H2-permanent" not in by_id.index
    # 31 m² at 3 m² a person are 10 persons.
    assert by_id.loc["open-H2", "capacity"] == 10.0
    assert by_id.loc["open-H4", "venue_name"] == "個人宅の場"

    def left(**given: object) -> set[str]:
        found = setting_of(workspace, asked(most=1, **given)).candidates.options
        return set(found.loc[found["source"] == "venue", "candidate_id"])

    assert left(barrier_free=True) == {"open-H2", "open-H4"}
    assert left(rent_max_yen=10_000) == {"open-H1", "open-H4"}
    assert left(kinds=["会館"]) == {"open-H1", "open-H2"}
    assert left(council="東地区") == {"open-H2", "open-H4"}


def test_an_area_of_danger_is_told_and_can_be_left_out(workspace: Workspace) -> None:
    flooded = gpd.GeoDataFrame(
        {"hazard": ["洪水浸水想定区域"]}, geometry=[box(1500, -9, 2000, 9)], crs=PLANE
    )
    flooded.to_parquet(workspace.path / "layers" / "hazards.parquet")
    fresh = open_workspace(workspace.path)
    plan = make_plan(fresh, asked(most=1))
    assert chosen(plan) == {"open-H3"}
    assert "洪水浸水想定区域の中にあります" in shown_candidates(plan)["reasons"].iloc[0]
    dry = make_plan(fresh, asked(most=1, outside_hazards=True))
    assert "open-H3" not in chosen(dry)


def test_only_the_council_s_residents_count(workspace: Workspace) -> None:
    plan = make_plan(workspace, asked(most=1, council="西地区"))
    # h0 and h1 live there, and A reaches both.
    assert plan.record["totals"]["residents"] == pytest.approx(50.0)
    assert plan.record["totals"]["newly_reached"] == 0.0


def test_a_stored_plan_stays_and_knows_what_changed(workspace: Workspace) -> None:
    plan = make_plan(workspace, asked(most=1))
    before = (plan.path / "plan.json").read_bytes()
    assert plan_is_stale(workspace, plan) == []
    write_registry(registry_file(workspace.path), halls(*HALLS[:2]), places(ROWS[0]))
    changed = plan_is_stale(open_workspace(workspace.path), plan)
    assert changed == [{"code": "registry", "before": 2, "after": 1}]
    (said,) = plan_body(PlanResult(plan.path, open_workspace(workspace.path)))["changed"]
    assert said["ja"] == "場や会場の台帳が変わりました（場 2→1か所）"
    second = make_plan(open_workspace(workspace.path), asked(most=1))
    assert [one.plan_id for one in list_plans(workspace)] == ["0002", "0001"]
    assert (plan.path / "plan.json").read_bytes() == before
    assert second.plan_id == "0002"
    with pytest.raises(NotFoundError, match="0009"):
        read_plan(workspace, "0009")


def test_a_plan_shows_what_was_decided_and_is_not_out_of_date_by_it(workspace: Workspace) -> None:
    plan = make_plan(workspace, asked(most=2, points_max=9))
    told = {row["candidate_id"]: row for row in plan_body(plan)["chosen"]}
    assert {row["status"] for row in told.values()} == {"proposed"}
    decided = NewDecision(
        "open", "weekly", "adopted", "e", venue_id="H3", meeting_date="2025-10-01", plan_id="0001"
    )
    record_decision(workspace, decided)
    again = read_plan(workspace, plan.plan_id)
    now = {row["candidate_id"]: row["status"] for row in plan_body(again)["chosen"]}
    assert now == {name: "adopted" if name == "open-H3" else "proposed" for name in told}
    assert plan_is_stale(workspace, again) == []


def test_a_point_on_a_street_bears_its_decision(workspace: Workspace) -> None:
    plan = make_plan(workspace, asked(most=1, upgrades=False, venues=False, points_max=9))
    spot = plan.chosen.to_crs(6668).geometry.iloc[0]
    decided = NewDecision("open", "weekly", "discussed", "e", lon=spot.x, lat=spot.y)
    record_decision(workspace, decided)
    assert [row["status"] for row in plan_body(plan)["chosen"]] == ["discussed"]


def over_years(workspace: Workspace, **given: object) -> PlanResult:
    """D is upgraded for ¥100,000 a year; each hall costs ¥1,000,000 more in its first year."""
    return make_plan(workspace, asked(objectives=["most_reached"], **given))


def openings(plan: PlanResult) -> list[tuple[int, list[str], float]]:
    return [
        (row["year"], [one["candidate_id"] for one in row["openings"]], row["spent_yen"])
        for row in plan.record["years"]
    ]


def test_each_year_keeps_to_its_budget(workspace: Workspace) -> None:
    plan = over_years(workspace, years_yen=[100_000, 1_200_000])
    # The first year pays for the upgrade of D alone, the second for it and for opening H3.
    assert openings(plan) == [(1, ["upgrade-D"], 100_000.0), (2, ["open-H3"], 1_200_000.0)]
    report = plan_report(plan, "en")
    assert "¥100,000 in the first year, ¥1,300,000 in 2 years" in report.cost
    assert [(one.year, one.yen, one.left) for one in report.years] == [
        ("year 1", "¥100,000", "¥0"),
        ("year 2", "¥1,200,000", "¥0"),
    ]


def test_money_is_carried_and_starts_are_counted_as_told(workspace: Workspace) -> None:
    # ¥600,000 a year alone never open a hall; kept for a year they pay for H3 and for D beside it:
    # 150 residents in one year instead of 2 × 50.
    kept = over_years(workspace, years_yen=[600_000, 600_000], carry=True)
    assert openings(kept) == [(1, [], 0.0), (2, ["open-H3", "upgrade-D"], 1_200_000.0)]
    assert kept.record["years"][0]["why"] == "kept"
    lone = over_years(workspace, years_yen=[600_000, 600_000])
    assert openings(lone) == [(1, ["upgrade-D"], 100_000.0), (2, [], 100_000.0)]
    assert lone.record["years"][1]["why"] == "money"
    assert "残りのどの候補も始められません" in plan_body(lone)["years"][1]["ja"]
    slow = over_years(workspace, years_yen=[1_300_000, 1_300_000], visits=1)
    assert [len(names) for _, names, _ in openings(slow)] == [1, 1]


def test_what_a_council_adopted_opens_first(workspace: Workspace) -> None:
    years_yen = [1_100_000, 1_300_000]
    assert openings(over_years(workspace, years_yen=years_yen))[0][1] != ["open-H2"]
    decided = NewDecision(
        "open", "weekly", "adopted", "e", venue_id="H2", meeting_date="2025-10-01"
    )
    record_decision(workspace, decided)
    assert openings(over_years(workspace, years_yen=years_yen))[0][1] == ["open-H2"]
    aside = over_years(workspace, years_yen=years_yen, council_lists=False)
    assert openings(aside)[0][1] != ["open-H2"]


def test_near_equal_plans_say_what_differs(workspace: Workspace) -> None:
    plan = make_plan(workspace, asked(most=2, k=2))
    other = plan.record["alternatives"][0]
    # Everybody is reached by H3 with D, H1 or H2: the second plan reaches as many.
    assert other["newly_reached"] == pytest.approx(150.0)
    assert len(other["added"]) == len(other["dropped"]) == 1


def test_the_second_best_may_be_the_best_plan_and_a_place_more(workspace: Workspace) -> None:
    # H3 with D reaches all, and both must be there: every other plan is these and a place more.
    question = {"objectives": ["cheapest"], "must": ["open-H3", "upgrade-D"], "k": 2}
    plan = make_plan(workspace, asked(**question))
    assert (plan.record["alternatives"], plan_report(plan).alternatives_rule) == ([], "")
    plan = make_plan(workspace, asked(**question, one_more=True))
    (other,) = plan.record["alternatives"]
    assert chosen(plan) == {"open-H3", "upgrade-D"} < set(other["chosen"])
    assert len(other["added"]) == 1
    assert plan_report(plan, "en").alternatives_rule.endswith("one of them and a place more.")


def test_another_plan_that_reaches_as_many_says_where_it_is_not_the_best(
    workspace: Workspace,
) -> None:
    plan = make_plan(workspace, asked(most=2, k=2, objectives=["most_reached", "cheapest"]))
    # H3 with D is the cheaper one (1.2 million yen) of the plans that reach all; H3 with H1 or H2
    # costs 2.2 million.
    assert chosen(plan) == {"open-H3", "upgrade-D"}
    other = plan_body(plan)["alternatives"][0]
    assert (other["newly_reached"], other["worse_in"]) == (150.0, "cheapest")
    assert other["note"]["ja"] == "「費用を少なく」という目標では、いちばん良い案に及びません"
    # Near-equal plans have no certificate: the proof is the word of the solver.
    assert other["proof"]["en"] == (
        "proven to be the best beside the plans above "
        "(by the program that searches alone; no other calculation verified it)"
    )
    line = plan_report(plan).alternatives[0]
    assert line.startswith("案2: 新たに届く人150人、初年度2,200,000円。「費用を少なく」")


def test_a_spot_is_never_both_added_and_dropped(workspace: Workspace) -> None:
    plan = make_plan(workspace, asked(most=1, k=2, upgrades=False, venues=False, points_max=9))
    other = plan_body(plan)["alternatives"][0]
    names = {part: [row["ja"] for row in other[part]] for part in ("added", "dropped", "moved")}
    assert not set(names["added"]) & set(names["dropped"])
    assert sum(map(len, names.values())) > 0


def test_stability_names_each_condition(workspace: Workspace) -> None:
    plan = make_plan(workspace, asked(most=1, stability=True))
    rows = {row["variant"]: row for row in plan.record["stability"]}
    assert {"300m", "800m", "1000m", "walking-slow"} <= set(rows)
    # H3 is the best wherever one place can reach 100: within 300 m as well.
    assert rows["300m"]["lost_pct"] == pytest.approx(0.0)


def test_a_private_home_leaves_on_its_grid_alone(tmp_path: Path) -> None:
    home = ("H4", 1880.0, {"kind": "個人宅", "private_home": True, "consent": True})
    plan = make_plan(town(tmp_path / "home", home), asked(most=1))
    shown = shown_candidates(plan).iloc[0]
    assert shown["blurred"]
    # The cell of 150 m from 1800 to 1950 m, and from 0 to 150 m beside the street.
    assert shown.geometry.equals_exact(Point(1875.0, 75.0), 1e-6)
    assert "H4会館" not in str(plan_report(plan))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"budget_yen": 0}, "¥0"),
        ({"most": 1, "must": ["open-H3"], "must_not": ["open-H3"]}, "both lists"),
        ({"most": 1, "must": ["nobody knows"]}, "there is no candidate"),
        ({"most": 1, "participation_pct": 8, "group_min": 1e9}, "smallest group"),
        ({"budget_yen": 10}, "pays for no candidate"),
        ({"most": 1, "upgrades": False, "venues": False}, "there is no candidate"),
        ({"nonsense": 1}, "nonsense"),
        ({"most": 1, "targets": ["permanent"]}, "no target"),
    ],
)
def test_what_no_plan_can_be_made_from_is_said_and_nothing_changes(tmp_path, given, words) -> None:
    rooms = [(name, x, {"capacity": 20.0}) for name, x, _ in HALLS]
    workspace = town(tmp_path / "bad", *rooms)
    if "participation_pct" in given:
        given = {**given, "upgrades": False}
    with pytest.raises(InvalidInputError, match=words) as refused:
        make_plan(workspace, asked(**given))
    assert told(refused.value, "ja") != refused.value.message
    assert list_plans(workspace) == []


def test_no_site_is_looked_for_amid_private_roads() -> None:
    # A public crossing at (0, 0), one of an estate at (200, 0), and a drive that meets a road.
    spots = {1: (0, 0), 2: (100, 0), 3: (-100, 0), 4: (0, 100), 5: (0, -100)}
    spots |= {6: (200, 0), 7: (300, 0), 8: (200, 100), 9: (-50, 0), 10: (-50, 60)}
    ways = [[3, 9, 1, 2], [4, 1, 5], [2, 6, 7], [6, 8], [9, 10]]
    town = streets(spots, ways, {at: {"private": True} for at in (2, 3, 4)})
    assert Junctions(town).xy.tolist() == [[0.0, 0.0]]


def test_sites_off_every_street_are_said(tmp_path: Path) -> None:
    workspace = town(tmp_path / "off", ("H9", 9000.0, {}))
    with pytest.raises(InvalidInputError, match="joins a street"):
        make_plan(workspace, asked(most=1, upgrades=False))


def test_a_search_that_is_cancelled_keeps_the_best_so_far(workspace: Workspace) -> None:
    told: list[SoFar] = []
    plan = make_plan(workspace, asked(most=1), search=told.append, cancel=lambda: bool(told))
    assert plan.record["status"] in {"cancelled", "optimal"}
    assert chosen(plan) == set(told[-1].chosen) == {"open-H3"}
    assert read_plan(workspace, plan.plan_id).record["status"] == plan.record["status"]


def test_a_question_cancelled_before_any_answer_stores_nothing(workspace: Workspace) -> None:
    steps: list[str] = []
    with pytest.raises(StoppedError):
        make_plan(
            workspace,
            asked(most=1),
            progress=lambda step, _: steps.append(step),
            cancel=lambda: "plan.walks" in steps,
        )
    assert steps == ["plan.read", "plan.candidates", "plan.walks"]
    assert list_plans(workspace) == []


def test_who_looks_on_sees_the_first_answer_with_what_it_costs(workspace: Workspace) -> None:
    told: list[SoFar] = []
    make_plan(
        workspace,
        asked(budget_yen=1_200_000, objectives=["most_reached", "cheapest"]),
        search=told.append,
    )
    # By hand: D and H3 for all of the budget reach the 150 who have no place; greedily as well.
    first, last = told[0], told[-1]
    assert (first.goal, first.goal_number, first.goals_n) == ("most_reached", 1, 2)
    assert (first.value, first.bound, first.gap_pct) == (150.0, None, None)
    assert set(first.chosen) == {"upgrade-D", "open-H3"}
    assert (first.newly_reached, first.first_year_yen) == (150.0, 1_200_000.0)
    assert (last.goal, last.value, last.gap_pct) == ("cheapest", 1_200_000.0, 0.0)


def test_who_is_reached_today_is_known_beyond_the_limits_of_a_run(workspace: Workspace) -> None:
    # Limits up to 500 m are looked at; A is 1,000 m from h2 and 1,800 m from h3.
    setting = setting_of(workspace, asked(most=1, walk_limit_m=500))
    assert setting.situation.parameters.longest_m < 1000.0
    demand = setting.demand(setting.situation.walking, Limit(m=1000.0))
    assert demand.reached_n.tolist() == [1, 1, 1, 0]


def test_a_question_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text('budget_yen = 1_000_000\nobjectives = ["most_reached"]\n', "utf-8")
    assert ask_of(read_ask(path)).budget_yen == 1_000_000
    path.write_text("budget_yen =", "utf-8")
    with pytest.raises(InvalidInputError, match=r"plan\.toml"):
        read_ask(path)


def test_the_sentence_tells_before_and_after(workspace: Workspace) -> None:
    plan = make_plan(workspace, asked(most=2))
    assert sentence(plan, "ja").startswith("2か所で、新たに65歳以上150人が歩いて500m以内になります")
    assert "25.0" in sentence(plan, "en")


def test_a_plan_tells_of_every_older_age_group(workspace: Workspace) -> None:
    homes = workspace.path / "layers" / "demand.parquet"
    people = gpd.read_parquet(homes)
    shares = {"70+": 0.5, "90+": 0.25, "single_65+": 0.125, "0-14": 0.5}
    parts = {name: people["65+"] * share for name, share in shares.items()}
    people.assign(**parts).to_parquet(homes)
    profile = workspace.path / "profile.toml"
    groups = "".join(f'"{name}" = "{name}"\n' for name in shares)
    heading = "[population.age_groups]\n"
    text = profile.read_text("utf-8").replace(heading, heading + groups)
    profile.write_text(text, "utf-8")
    setting = setting_of(open_workspace(workspace.path), asked(most=1))
    demand = setting.demand(setting.situation.walking, setting.limit)
    assert sorted(demand.further) == ["70+", "90+", "single_65+"]
    for name, residents in demand.further.items():
        assert residents.tolist() == pytest.approx((demand.weight * shares[name]).tolist())

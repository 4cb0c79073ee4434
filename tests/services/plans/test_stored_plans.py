"""Stored plans: codes, figures and what people typed, in a format of their own; words come last."""

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from api.cli.main import main
from geo.errors import BrokenWorkspaceError
from services.plans.solve import make_plan
from services.plans.store import PlanResult, list_plans, read_plan, unreadable_plans
from services.plans.views import plan_body
from services.workspace.folder import Workspace, open_workspace
from tests.sentences import sentences_in, sentences_of, typed_in
from tests.services.plans.test_plans import HALLS, asked, town
from tests.streets import PLANE

LISTS = """
[[targets]]
frequency = "weekly"
layer = "nowhere_drawn"
label = "全域で3か所"
label_en = "three in all"
number = 3
origin = "試験"

[[planning.council_lists]]
council = "東地区"
must = ["H3"]
must_not = ["H2"]
why = "地区の話し合いで決まったため"
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = town(tmp_path_factory.mktemp("stored"), *HALLS)
    profile = made.path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + LISTS, "utf-8")
    flooded = gpd.GeoDataFrame(
        {"hazard": ["洪水浸水想定区域"]}, geometry=[box(1800, -9, 1950, 9)], crs=PLANE
    )
    flooded.to_parquet(made.path / "layers" / "hazards.parquet")
    return open_workspace(made.path)


@pytest.fixture(scope="module")
def plan(workspace: Workspace) -> PlanResult:
    return make_plan(
        workspace, asked(title="集まりの場", most=2, k=3, stability=True, points_max=9)
    )


@pytest.fixture(scope="module")
def years(workspace: Workspace) -> PlanResult:
    given = {"years_yen": [100_000, 1_200_000, 1_200_000], "objectives": ["most_reached"]}
    return make_plan(workspace, asked(title="集まりの場", points_max=9, **given))


def without(record: Path, key: str) -> None:
    told = json.loads(record.read_text(encoding="utf-8"))
    del told[key]
    record.write_text(json.dumps(told), encoding="utf-8")


def test_no_stored_plan_holds_a_sentence(plan: PlanResult, workspace: Workspace) -> None:
    typed = typed_in(workspace) | {"集まりの場"}
    written = json.loads((plan.path / "plan.json").read_text("utf-8"))
    parts = ("proof", "alternatives", "stability", "left_out")
    assert all(written[name] for name in parts)
    assert sentences_in(written, typed) == set()
    tables = list(plan.path.glob("*.parquet"))
    assert len(tables) == 3
    assert {path.stem: sentences_of(path, typed) for path in tables} == {
        path.stem: set() for path in tables
    }


def test_no_plan_that_cannot_be_holds_a_sentence(workspace: Workspace) -> None:
    plan = make_plan(workspace, asked(most=1, reach_pct=99, upgrades=False))
    assert plan.record["relaxation"]
    assert sentences_in(plan.record, typed_in(workspace)) == set()


def test_what_stands_beside_a_plan_is_named_in_both_languages(plan: PlanResult) -> None:
    body = plan_body(plan)
    others = [row for one in body["alternatives"] for row in (*one["added"], *one["dropped"])]
    assert others
    assert all(row["ja"] and row["en"] for row in others)
    assert {(row["ja"], row["en"]) for row in body["left_out"]} == {("H2会館", "H2会館")}
    named = {row["variant"]: (row["ja"], row["en"]) for row in body["stability"]}
    assert named["1000m"] == ("1000m", "1000 m")


def test_years_are_stored_as_facts_and_told_in_both_languages(
    years: PlanResult, workspace: Workspace
) -> None:
    assert sentences_in(years.record, typed_in(workspace) | {"集まりの場"}) == set()
    told = plan_body(years)["years"]
    assert [row["year"] for row in told] == [1, 2, 3]
    named = [one for row in told for one in row["openings"]]
    assert named
    assert all(row["ja"] and row["en"] for row in (*told, *named))


def test_a_spot_without_a_venue_is_named_by_its_area_in_both_languages(
    workspace: Workspace,
) -> None:
    ask = asked(most=1, points_max=9, upgrades=False, venues=False, council_lists=False)
    plan = make_plan(workspace, ask)
    (row,) = plan_body(plan)["chosen"]
    area = plan.chosen["area_name"].iloc[0]
    assert area
    assert row["venue_name"] == f"会場未定（{area}）"
    assert row["venue_name_en"] == f"venue to be found ({area})"


def test_targets_that_a_budget_cannot_meet_are_counted_in_words(workspace: Workspace) -> None:
    # The target is three weekly places, there is A: ¥150,000 make one more of D, and open none.
    ask = asked(budget_yen=150_000, targets=["weekly"], council_lists=False)
    plan = make_plan(workspace, ask)
    assert plan.record["status"] == "infeasible"
    (met, *_) = plan_body(plan)["relaxation"]
    assert met["ja"] == "この予算では、目標3か所のうち2か所まで"
    assert met["en"] == "with this budget, 2 of 3 targets can be met"


def test_a_plan_of_another_version_is_refused_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = town(tmp_path)
    old, new = (make_plan(workspace, asked(most=1)) for _ in range(2))
    without(old.path / "plan.json", "format")
    with pytest.raises(
        BrokenWorkspaceError, match="another version; make it again with: arukeba plan"
    ):
        read_plan(workspace, old.plan_id)
    assert [plan.plan_id for plan in list_plans(workspace)] == [new.plan_id]
    assert unreadable_plans(workspace) == [old.plan_id]
    assert main(["--lang", "ja", "plans", str(workspace.path)]) == 0
    shown = capsys.readouterr().out.replace("\n", "")
    assert "ほかの版で作った計画は読めません（0001）" in shown


def test_a_plan_is_read_in_the_view_that_stored_it(tmp_path: Path) -> None:
    public = town(tmp_path / "views", *HALLS)
    exact = public.seen("exact")
    stored = make_plan(exact, asked(most=1))
    assert [plan.plan_id for plan in list_plans(exact)] == [stored.plan_id]
    assert read_plan(exact, stored.plan_id).path == stored.path
    assert list_plans(public) == []


def test_a_plan_of_another_protection_is_not_read(tmp_path: Path) -> None:
    # Made while residents were published, it knows counts that are rounded now.
    made = town(tmp_path / "published", *HALLS)
    stored = make_plan(made, asked(most=1))
    path = stored.path / "plan.json"
    record = json.loads(path.read_text("utf-8"))
    record["parameters"]["privacy"]["residents_published"] ^= True
    path.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    again = open_workspace(made.path)
    assert list_plans(again) == []
    with pytest.raises(BrokenWorkspaceError):
        read_plan(again, stored.plan_id)

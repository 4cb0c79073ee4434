"""What costs is not known is no money: of plans on the street of test_plans.py."""

from pathlib import Path

import pytest

from api.plan_page import render_plan
from geo.errors import InvalidInputError
from services.plans.solve import Reception, make_plan
from services.plans.views import plan_body, plan_head
from services.reports.plan import plan_report
from services.words.texts import told
from tests.services.plans.test_plans import asked, chosen, town

UNTOLD = '[subsidies]\norigin = "資料に補助の上限の記載なし"\n'
WEEKLY = "[subsidies]\nweekly_max_yen = 100000\n"
FREE = "[subsidies]\nweekly_max_yen = 0\nopening_max_yen = 0\n"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (UNTOLD, "weekly_max_yen、opening_max_yen"),
        (WEEKLY, "opening_max_yen"),
    ],
)
@pytest.mark.parametrize(
    "money",
    [{"budget_yen": 1}, {"most": 1, "years_yen": [1]}, {"most": 1, "objectives": ["cheapest"]}],
)
def test_a_budget_says_which_ceilings_are_missing(
    tmp_path: Path, given: str, missing: str, money: dict[str, object]
) -> None:
    workspace = town(tmp_path, subsidies=given)
    with pytest.raises(InvalidInputError, match="needs the ceiling of every candidate") as refused:
        Reception().answerable(workspace, asked(**money))
    assert f"[subsidies] に {missing} がありません" in told(refused.value, "ja")


def test_a_budget_needs_the_ceilings_alone_that_it_uses(tmp_path: Path) -> None:
    workspace = town(tmp_path, subsidies=WEEKLY)
    plan = make_plan(workspace, asked(budget_yen=100_000, venues=False))
    assert chosen(plan) == {"upgrade-D"}
    assert plan_report(plan).cost == "費用の上限: 初年度100,000円、翌年から年100,000円"


def test_nothing_about_money_is_printed_where_it_is_not_known(tmp_path: Path) -> None:
    plan = make_plan(town(tmp_path, subsidies=UNTOLD), asked(most=2, k=2))
    assert plan.record["totals"]["newly_reached"] == pytest.approx(150.0)
    assert plan.record["totals"]["first_year_yen"] is None
    assert plan_head(plan)["first_year_yen"] is None
    assert {row["cost_max_yen"] for row in plan_body(plan)["chosen"]} == {None}
    for lang, words in (("ja", ("円", "費用", "補助")), ("en", ("yen", "¥", "cost", "ceiling"))):
        page = render_plan(plan_report(plan, lang)).split("</style>")[1]
        assert [word for word in words if word in page] == []


def test_a_ceiling_of_nothing_is_known(tmp_path: Path) -> None:
    plan = make_plan(town(tmp_path, subsidies=FREE), asked(budget_yen=1))
    assert plan_report(plan).cost == "費用の上限: 初年度0円、翌年から年0円"


def test_a_part_that_is_known_is_told_and_no_sum(tmp_path: Path) -> None:
    workspace = town(tmp_path, subsidies=WEEKLY)
    plan = make_plan(workspace, asked(most=2, must=["upgrade-D", "open-H3"]))
    costs = {row["candidate_id"]: row["cost_max_yen"] for row in plan_body(plan)["chosen"]}
    assert costs == {"upgrade-D": 100_000.0, "open-H3": None}
    assert plan_report(plan).cost == ""

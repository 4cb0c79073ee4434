"""What no plan can be made from: a sentence, a 422 or an exit code, and nothing is changed."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from api.cli.main import main
from services.workspace.folder import Workspace, open_workspace
from tests.api.signing import planner
from tests.services.plans.test_plans import town

ROOMS = [("H1", 700.0, {"capacity": 20.0}), ("H3", 1890.0, {"capacity": 20.0})]
FAR = [("H9", 9000.0, {"capacity": 20.0})]
LISTS = """
[[planning.council_lists]]
council = "東地区"
must_not = ["H3会館"]
"""
TWO_LISTS = (
    LISTS
    + """
[[planning.council_lists]]
council = "西地区"
must = ["H3会館"]
"""
)


@dataclass(frozen=True)
class Refused:
    """A question that is refused, and what is said."""

    ask: dict[str, object]
    english: str
    japanese: str
    halls: list = field(default_factory=lambda: ROOMS)
    profile: str = ""
    status: int = 422


CASES = {
    "zero budget": Refused({"budget_yen": 0}, "a budget of ¥0", "予算が0円では何も開けません"),
    "zero budget of all years": Refused(
        {"years_yen": [0, 0]}, "a budget of ¥0", "予算が0円では何も開けません"
    ),
    "negative budget of a year": Refused({"years_yen": [1, -1]}, "years_yen", "使えない値"),
    "no start in a year": Refused({"years_yen": [1], "visits": 0}, "visits", "使えない値"),
    "visits of one year": Refused({"most": 1, "visits": 2}, "over years", "年ごとの計画"),
    "two kinds of budgets": Refused(
        {"budget_yen": 1, "years_yen": [1]}, "leave out the one of a single year", "1年だけの予算"
    ),
    "another goal over years": Refused(
        {"years_yen": [1], "objectives": ["cheapest"]}, "leave out other goals", "ほかの目標"
    ),
    "near-equal plans over years": Refused(
        {"years_yen": [1], "k": 2}, "not looked at over years", "年ごとの計画では調べません"
    ),
    "one more than no other plan": Refused(
        {"most": 1, "one_more": True}, "two plans or more", "2以上にしてください"
    ),
    "negative budget": Refused({"budget_yen": -1}, "too small; it must be 0", "-1 は小さすぎます"),
    "budget for nothing": Refused({"budget_yen": 10}, "pays for no candidate", "10円"),
    "no candidates": Refused(
        {"most": 1, "upgrades": False, "kinds": ["体育館"]},
        "there is no candidate: no place to upgrade",
        "候補地がありません",
    ),
    "all unsnapped": Refused(
        {"most": 1, "upgrades": False}, "joins a street", "道につながりません", FAR
    ),
    "on both lists": Refused(
        {"must": ["open-H3"], "must_not": ["open-H3"]}, "on both lists", "両方にあります"
    ),
    "by two names on both lists": Refused(
        {"most": 1, "must": ["open-H3"], "must_not": ["H3会館"]},
        "must be chosen and may not be",
        "「必ず」とされていますが、選べません",
    ),
    "against a council's list": Refused(
        {"most": 1, "must": ["open-H3"]}, "the list of 東地区", "東地区の一覧", profile=LISTS
    ),
    "two councils against each other": Refused(
        {"most": 1}, "the list of 西地区", "西地区の一覧", profile=TWO_LISTS
    ),
    "more must-haves than places": Refused(
        {"most": 1, "must": ["open-H3", "open-H1"]}, "at most 1 may be", "選べるのは1件"
    ),
    "must-haves dearer than the budget": Refused(
        {"budget_yen": 200_000, "must": ["open-H3"]},
        "H3会館 must be chosen and cost ¥",
        "「必ず」とされたH3会館だけで",
    ),
    "a council's must-haves dearer than the budget": Refused(
        {"budget_yen": 200_000},
        "those of 西地区 are in the profile",
        "西地区の一覧にあるもの",
        profile=TWO_LISTS.removeprefix(LISTS),
    ),
    "the cheapest of nothing": Refused(
        {"objectives": ["cheapest"]}, "needs something that must be reached", "何も開かないこと"
    ),
    "the fewest of nothing": Refused(
        {"objectives": ["fewest_places"]},
        "needs something that must be reached",
        "何も開かないこと",
    ),
    "no number": Refused(
        {"budget_yen": "much"}, "'much' is no number", "'much' は数ではありません"
    ),
    "no whole number": Refused({"most": 1.5}, "1.5 is no whole", "1.5 は整数ではありません"),
    "no list": Refused({"most": 1, "must": "H3会館"}, "is no list", "一覧（[ ]）ではありません"),
    "too much": Refused({"most": 1, "k": 21}, "20 at most", "21 は大きすぎます。20 以下に"),
    "unknown must-have": Refused(
        {"most": 1, "must": ["H3公民館"]},
        "there is no candidate H3公民館",
        "という候補地はありません",
    ),
    "room smaller than any group": Refused(
        {"most": 1, "upgrades": False, "participation_pct": 8, "group_min": 21},
        "smallest group",
        "どの候補地も1つの集まり（21人から）が入れません",
    ),
    "no such target": Refused(
        {"most": 1, "targets": ["permanent"]}, "no target", "目標がありません"
    ),
    "no such council": Refused(
        {"most": 1, "council": "南地区"}, "no council '南地区'", "南地区", status=404
    ),
    "no such key": Refused(
        {"most": 1, "nonsense": 1}, "there is no nonsense", "nonsense という項目はありません"
    ),
    "no such goal": Refused(
        {"objectives": ["happiness"]}, "is none of most_reached", "most_reached、fewest_places"
    ),
    "a goal twice": Refused(
        {"most": 1, "objectives": ["backup", "backup"]}, "named twice", "同じ目標が二度"
    ),
}


@pytest.fixture(params=CASES.values(), ids=CASES)
def case(request: pytest.FixtureRequest) -> Refused:
    found: Refused = request.param
    return found


@pytest.fixture
def workspace(case: Refused, tmp_path: Path) -> Workspace:
    made = town(tmp_path / "town", *case.halls)
    profile = made.path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + case.profile, "utf-8")
    return open_workspace(made.path)


def files(workspace: Workspace) -> dict[str, bytes]:
    return {
        str(path.relative_to(workspace.path)): path.read_bytes()
        for path in sorted(workspace.path.rglob("*"))
        if path.is_file()
    }


def test_the_api_refuses_it_and_changes_nothing(case: Refused, workspace: Workspace) -> None:
    before = files(workspace)
    with planner(workspace) as client:
        answer = client.post("/plans", json={"points_max": 0, **case.ask})
        assert answer.status_code == case.status, answer.text
        assert case.english in answer.json()["detail"]
        assert case.japanese in answer.json()["detail_ja"]
        assert client.get("/plans").json() == []
    assert files(workspace) == before


def test_the_command_refuses_it_and_changes_nothing(
    case: Refused, workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = tmp_path / "ask.json"
    ask.write_text(json.dumps({"points_max": 0, **case.ask}, ensure_ascii=False), "utf-8")
    before = files(workspace)
    for lang, words in (("ja", case.japanese), ("en", case.english)):
        assert main(["--lang", lang, "plan", str(workspace.path), "--ask", str(ask)]) == 2
        said = capsys.readouterr()
        assert words in said.err.replace("\n", "")
        assert "Traceback" not in said.err
        assert said.out.strip() == ""
    assert files(workspace) == before


def test_a_body_that_is_no_question_is_refused(tmp_path: Path) -> None:
    workspace = town(tmp_path / "town")
    with planner(workspace) as client:
        for body in ("[1]", "{", '"most"', '{"most": "many"}', '{"budget_yen": 1e999}'):
            answer = client.post(
                "/plans", content=body, headers={"content-type": "application/json"}
            )
            assert answer.status_code == 422, body
            assert answer.json()["detail"]
        assert client.get("/plans").json() == []


@pytest.mark.parametrize("text", ["[1]", "{", '{"most": NaN}', ""])
def test_a_file_that_is_no_question_is_refused(tmp_path: Path, text: str, capsys) -> None:
    workspace = town(tmp_path / "town")
    ask = tmp_path / "ask.json"
    ask.write_text(text, "utf-8")
    assert main(["--lang", "en", "plan", str(workspace.path), "--ask", str(ask)]) == 2
    assert capsys.readouterr().err.strip()
    assert not (workspace.path / "plans").exists()

"""
A stored plan is verified without a solver, and refused where anything of it was changed.

The town of test_plans: two of its four options reach the 150 who are not reached; one at most 100.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.main import main
from api.settings import Settings
from geo.errors import InvalidInputError
from geo.siting import Plan, StageResult
from geo.siting.certificate import Certificate, Proof
from services.plans.audit import audit
from services.plans.certified import certificate
from services.plans.folder import CERTIFICATE, QUESTION, hash_of
from services.plans.solve import as_proven, make_plan
from services.plans.store import PlanResult, read_plan
from services.plans.verify import verify
from services.plans.views import plan_body
from services.words.texts import told
from services.workspace.folder import Workspace, open_workspace
from services.workspace.jsonfiles import digest
from tests.services.plans.test_plans import asked, town

GOALS = ["most_reached", "worst_unit_first"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return town(tmp_path_factory.mktemp("verified"))


@pytest.fixture(scope="module")
def plan(workspace: Workspace) -> PlanResult:
    return make_plan(workspace, asked(most=1, objectives=GOALS))


@pytest.fixture
def copy(plan: PlanResult, tmp_path: Path) -> PlanResult:
    """The plan in a workspace that a test may spoil."""
    shutil.copytree(plan.workspace.path, tmp_path / "workspace")
    return read_plan(open_workspace(tmp_path / "workspace"), plan.plan_id)


def test_a_plan_is_verified_goal_by_goal(plan: PlanResult) -> None:
    found = verify(plan)
    assert audit(plan).goals == found.goals
    assert [goal["objective"] for goal in found.goals] == GOALS
    first = found.goals[0]
    assert (first["value"], first["bound"]) == pytest.approx((100.0, 100.0), abs=1e-3)


def test_it_says_so_in_one_sentence_by_command_line_and_http(
    plan: PlanResult, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "この案は別の計算で検算しました。これより良い選び方はありません。"
    assert main(["plans", "verify", str(plan.path), "--lang", "ja"]) == 0
    assert said in capsys.readouterr().out
    assert main(["plans", "verify", str(plan.path), "--lang", "ja", "--data"]) == 0
    assert "ワークスペースのデータから作り直して確かめました" in capsys.readouterr().out
    assert main(["plans", "verify", str(plan.path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verified"] is True
    assert main(["plans", "prove", str(plan.path)]) == 2
    capsys.readouterr()
    with TestClient(create_app(plan.workspace, Settings(warm=False))) as client:
        answer = client.get(f"/plans/{plan.plan_id}/verification")
        assert answer.json()["sentence"]["ja"] == said
        assert client.get(f"/plans/{plan.plan_id}").json()["certified"]["ja"] == said
        assert said in client.get(f"/plans/{plan.plan_id}/report").text


def test_it_runs_where_neither_solver_nor_data_can_be_had(plan: PlanResult, tmp_path: Path) -> None:
    shutil.copytree(plan.path, tmp_path / plan.plan_id)
    code = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {{"highspy", "pandas", "numba", "sqlalchemy"}}:
            raise ImportError(name)
sys.meta_path.insert(0, Blocked())
from api.cli.main import main
sys.exit(main(["plans", "verify", {str(tmp_path / plan.plan_id)!r}, "--lang", "en"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "no other choice is better" in done.stdout


def forge(copy: PlanResult, change: Callable[[dict[str, Any]], None]) -> PlanResult:
    """Change the record, and reckon all hashes again, as a forger would."""
    path = copy.path / "plan.json"
    record = json.loads(path.read_text("utf-8"))
    change(record)
    del record["sha256"]
    record["files"] = {name: hash_of(copy.path / name) for name in record["files"]}
    path.write_text(json.dumps({**record, "sha256": digest(record)}), "utf-8")
    return read_plan(copy.workspace, copy.plan_id)


def test_a_plan_that_was_copied_whole_is_verified(copy: PlanResult) -> None:
    assert verify(forge(copy, lambda _: None)).goals


def test_a_changed_file_is_refused_at_once(copy: PlanResult) -> None:
    record = json.loads((copy.path / "plan.json").read_text("utf-8"))
    record["totals"]["newly_reached"] = 101.0
    (copy.path / "plan.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(InvalidInputError, match="its files are not those") as refused:
        verify(read_plan(copy.workspace, copy.plan_id))
    assert "ファイルが、作ったときのものと違います" in told(refused.value, "ja")
    assert main(["plans", "verify", str(copy.path)]) == 2


def test_a_changed_table_is_refused_at_once(copy: PlanResult) -> None:
    with (copy.path / "options.parquet").open("ab") as file:
        file.write(b"0")
    with pytest.raises(InvalidInputError, match="its files are not those"):
        verify(copy)


def stage(number: int, name: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        record["stages"][number][name] = value

    return change


def total(name: str, value: float) -> Callable[[dict[str, Any]], None]:
    return lambda record: record["totals"].update({name: value})


FORGED = {
    "a value": (stage(0, "value", 120.0), "the values of its goals"),
    "a best": (stage(0, "best", 120.0), "the values of its goals"),
    "a bound lowered": (stage(0, "certified_bounds", [99.0]), "less than the plan claims"),
    "no plan held to": (stage(0, "witness", []), "the values of its goals"),
    "a witness from elsewhere": (stage(0, "witness", ["nowhere"]), "its choices"),
    "people": (total("newly_reached", 101.0), "numbers of residents"),
    "yen": (total("first_year_yen", 1.0), "what it costs"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_record_is_refused_though_its_hashes_fit(copy: PlanResult, what: str) -> None:
    change, said = FORGED[what]
    with pytest.raises(InvalidInputError, match=said):
        verify(forge(copy, change))


def test_another_choice_is_refused(copy: PlanResult) -> None:
    path = copy.path / "chosen.parquet"
    frame = gpd.read_parquet(path).assign(candidate_id="open-H1")
    frame.to_parquet(path)
    with pytest.raises(InvalidInputError, match="the values of its goals"):
        verify(forge(copy, lambda _: None))


def turned(arrays: dict[str, np.ndarray]) -> None:
    arrays["multipliers_0"] = -arrays["multipliers_0"]


def cut_short(arrays: dict[str, np.ndarray]) -> None:
    arrays["nodes_0"] = arrays["nodes_0"][:0]


def without_arrays(arrays: dict[str, np.ndarray]) -> None:
    arrays.clear()


@pytest.mark.parametrize("change", [turned, cut_short, without_arrays])
def test_a_forged_certificate_is_refused(
    copy: PlanResult, change: Callable[[dict[str, np.ndarray]], None]
) -> None:
    path = copy.path / CERTIFICATE
    with np.load(path) as found:
        arrays = dict(found)
    change(arrays)
    np.savez_compressed(path, **arrays)
    with pytest.raises(InvalidInputError, match="its proof"):
        verify(forge(copy, lambda _: None))


def spoiled(copy: PlanResult, change: Callable[[dict[str, np.ndarray]], None]) -> PlanResult:
    """Change the question, and reckon all hashes again."""
    path = copy.path / QUESTION
    with np.load(path) as found:
        arrays = dict(found)
    change(arrays)
    np.savez_compressed(path, **arrays)
    return forge(copy, lambda _: None)


def nobody_else(arrays: dict[str, np.ndarray]) -> None:
    """Let the options reach nobody but by the plan."""
    arrays["covers_home"] = arrays["covers_home"][: arrays["covers_n"][0]]


def other_rules(arrays: dict[str, np.ndarray]) -> None:
    told = json.loads(str(arrays["told"]))
    told["rules"]["most"] = 2
    arrays["told"] = np.array(json.dumps(told))


def other_goals(arrays: dict[str, np.ndarray]) -> None:
    told = json.loads(str(arrays["told"]))
    del told["stages"][1]
    arrays["told"] = np.array(json.dumps(told))


def fewer_streets(arrays: dict[str, np.ndarray]) -> None:
    for name in ("tolls", "direct_walk"):
        arrays[f"streets_0_{name}"] = np.full_like(arrays[f"streets_0_{name}"], np.inf)


def nowhere(arrays: dict[str, np.ndarray]) -> None:
    arrays["streets_0_node"] = arrays["streets_0_node"] + 1_000_000


def no_streets(arrays: dict[str, np.ndarray]) -> None:
    del arrays["streets_0_tolls"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (nobody_else, "its question"),
        (other_rules, "its question"),
        (other_goals, "its question"),
        (fewer_streets, "walks on the streets"),
        (nowhere, "its question"),
        (no_streets, "its question"),
    ],
)
def test_a_forged_question_is_refused(
    copy: PlanResult, change: Callable[[dict[str, np.ndarray]], None], said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        verify(spoiled(copy, change))


def dearer(arrays: dict[str, np.ndarray]) -> None:
    """Nobody notices from the folder alone that an option that is not chosen costs more than it says."""
    arrays["option_cost_yen"] = arrays["option_cost_yen"] + np.where(
        arrays["option_key"] == "open-H1", 1e6, 0.0
    )


def test_whether_the_question_is_what_the_data_say_only_the_data_tell(copy: PlanResult) -> None:
    forged = spoiled(copy, dearer)
    assert verify(forged).goals
    with pytest.raises(InvalidInputError, match="its question"):
        audit(forged)


def test_a_folder_without_a_plan_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plans", "verify", str(tmp_path / "0009"), "--lang", "en"]) == 2
    assert "there is no plan" in capsys.readouterr().err


def test_what_a_plan_was_made_of_must_be_there_still(copy: PlanResult) -> None:
    profile = copy.workspace.path / "profile.toml"
    given = profile.read_text("utf-8")
    profile.write_text(given.replace("[analysis]\n", "[analysis]\nwalk_limit_m = 400\n"), "utf-8")
    there = read_plan(open_workspace(copy.workspace.path), copy.plan_id)
    with pytest.raises(InvalidInputError, match="cannot be verified any more, for the") as refused:
        audit(there)
    assert "変わりました" in told(refused.value, "ja")
    # The proof is of the data of that day, and holds as before.
    assert verify(there).goals


def test_a_question_without_a_plan_has_nothing_to_verify(workspace: Workspace) -> None:
    none = make_plan(workspace, asked(reach_pct=100.0, most=1, objectives=["fewest_places"]))
    assert none.record["status"] == "infeasible"
    with pytest.raises(InvalidInputError, match="no proof that could be verified"):
        verify(none)


def test_what_a_goal_gives_up_for_the_next_is_held_to_the_plan_of_its_turn(
    workspace: Workspace,
) -> None:
    """100 by H3 for ¥1,100,000; half of it may go: 50 by D for ¥100,000."""
    ask = asked(most=1, objectives=["most_reached", "cheapest"], give_pct=50.0)
    plan = make_plan(workspace, ask)
    found = verify(plan)
    assert [goal["bound"] for goal in found.goals] == pytest.approx([100.0, 100_000.0], abs=1e-2)
    assert plan.record["stages"][0]["witness"] == ["open-H3"]


@pytest.fixture(scope="module")
def years(workspace: Workspace) -> PlanResult:
    given = {"years_yen": [100_000, 1_200_000], "carry": True, "visits": 1}
    return make_plan(workspace, asked(objectives=["most_reached"], **given))


def test_a_plan_over_years_is_verified_by_its_prices(years: PlanResult) -> None:
    (goal,) = verify(years).goals
    # D (50) opens in the first year, H3 (100) beside it in the second: 50 + 150.
    assert goal["value"] == 200.0
    assert 200.0 - 1e-6 <= goal["bound"] == years.record["stages"][0]["certified_bounds"][0]
    assert plan_body(years)["certified"]["ja"]


def all_at_once(rows: list[dict[str, Any]]) -> None:
    """Let all open in the first year, which cannot pay for it."""
    rows[0]["openings"] += rows[1]["openings"]
    rows[1]["openings"] = []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda record: record["years"][0].update(newly_reached=99.0), "goals"),
        (lambda record: record["stages"][0].update(value=300.0), "goals"),
        (lambda record: record["stages"][0].update(certified_bounds=[199.0]), "proves less"),
        (lambda record: all_at_once(record["years"]), "rules"),
    ],
    ids=["a year", "the value", "the bound", "what opens when"],
)
def test_a_plan_over_years_that_claims_more_is_refused(
    years: PlanResult, tmp_path: Path, spoil: Callable[[dict[str, Any]], None], words: str
) -> None:
    # Whoever changes a plan may write its hashes anew as well.
    shutil.copytree(years.workspace.path, tmp_path / "workspace")
    path = tmp_path / "workspace" / "plans" / years.plan_id / "plan.json"
    record = json.loads(path.read_text("utf-8"))
    spoil(record)
    del record["sha256"]
    path.write_text(json.dumps({**record, "sha256": digest(record)}), "utf-8")
    spoiled = read_plan(open_workspace(tmp_path / "workspace"), years.plan_id)
    with pytest.raises(InvalidInputError, match=words):
        verify(spoiled)


def test_a_plan_claims_the_most_that_search_and_certificate_prove() -> None:
    stages = (
        StageResult("most_reached", 90.0, 90.0, 99.0, 9.0, "feasible"),
        StageResult("cheapest", 50.0, 50.0, -np.inf, 100.0, "unknown"),
    )
    nothing = Proof(np.zeros((1, 0)), np.array([[-1, 0, 0, -1]]))
    found = Certificate(("most_reached", "cheapest"), (nothing, nothing), (90.0, 40.0), ())
    plan = as_proven(Plan("feasible", (1,), stages), found)
    # 50 of which 40 are needed at least: up to 10 of 50 could be spared.
    assert [(one.status, one.bound, one.gap_pct) for one in plan.stages] == [
        ("optimal", 90.0, 0.0),
        ("feasible", 40.0, pytest.approx(20.0)),
    ]
    assert plan.status == "feasible"
    closed = Certificate(found.objectives, found.proofs, (90.0, 50.0), ())
    assert as_proven(plan, closed).status == "optimal"
    # What the search proved and the certificate does not stays.
    weaker = Certificate(found.objectives, found.proofs, (95.0, 10.0), ())
    assert as_proven(plan, weaker) == plan


def test_the_best_is_said_only_where_every_goal_is_closed() -> None:
    first = {"objective": "most_reached", "value": 9.0, "certified_bounds": [9.0]}
    first["certified_gap_pct"] = 0.0
    assert certificate([first]) == {"code": "best"}
    assert certificate([first, {"certified_gap_pct": 0.0}]) == {"code": "best"}
    assert certificate([first, {"certified_gap_pct": 4.0}]) == {"code": "first"}

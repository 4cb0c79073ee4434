"""Rule sets side by side, on the town of one street: who meets which, why not, and who has one in walk."""

import json

import pandas as pd
import pytest

from api.cli.main import main
from api.report_page import render_city
from services.profile.reading import read_profile
from services.reports.city import city_sheet
from services.reports.rules import rules_table
from services.results.run import run
from services.results.targets import meets_target
from services.situation.places import places_frame
from services.workspace.folder import open_workspace
from tests.datedtown import dated_workspace

SETS = """
[[targets]]
frequency = "monthly"
layer = "district"
kind = "サロン"
number = 3
label = "サロン"
label_en = "Salons"
origin = "試験"

[[targets]]
frequency = "permanent"
layer = "district"
kind = "モデルハウス"
number = 2
label = "モデルハウス"
label_en = "Model houses"
origin = "試験"

[[rule_sets]]
id = "weekly"
label = "週1の場"
label_en = "Weekly place"
accepts = ["サロン"]
min_frequency = "weekly"
min_hours = 1.5
origin = "試験"

[[rule_sets]]
id = "strict"
label = "広い場"
min_frequency = "weekly"
min_hours = 2
min_tatami = 6
open_to_all = true

[[rule_sets]]
id = "wide"
label = "六畳の場"
min_tatami = 6

[[rule_sets]]
id = "elsewhere"
label = "元気づくり"
accepts = ["元気づくり活動"]
min_frequency = "weekly"

[[rule_sets]]
id = "words"
label = "言葉の条件"
accepts = ["サロン"]
conditions = ["支えあい会議への参画"]
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    path = dated_workspace(tmp_path_factory.mktemp("rules")).path
    profile = path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + SETS, "utf-8")
    run(open_workspace(path))
    return open_workspace(path)


def verdicts(workspace, rule_set):
    rows = rules_table(workspace.snapshot(), rule_set)
    return rows.set_index("place_id")["verdict"].to_dict()


def test_each_place_is_judged_by_each_set(workspace):
    # A is weekly and an hour and a half long; D and D2 are monthly each; nobody knows any floor area.
    found = verdicts(workspace, "weekly")
    assert (found["A"], found["D"], found["D2"]) == ("yes", "no", "no")
    assert verdicts(workspace, "wide")["A"] == "unknown"
    assert set(verdicts(workspace, "elsewhere").values()) == {"other"}
    # A condition in words is met by nobody until somebody has looked.
    assert verdicts(workspace, "words")["A"] == "unknown"


def test_every_reason_is_told_and_what_is_not_known_beside_it(workspace):
    row = rules_table(workspace.snapshot(), "strict").set_index("place_id").loc["D"]
    assert (row["fails"], row["not_known"]) == (
        "週1以上でない（月1）",
        "広さがわからない、だれでも参加できるかがわからない",
    )
    assert row["fails_en"] == "not weekly (monthly)"


def test_who_has_a_place_of_the_set_in_walk_and_who_might(workspace):
    summary = workspace.snapshot().run["summary"]
    sets = {one["id"]: one for one in summary["rule_sets"]}
    # A is within 500 m of 20 + 30 of 200 residents, D of 50 more.
    assert (sets["weekly"]["reached"], sets["weekly"]["coverage_pct"]) == (50.0, 25.0)
    assert (sets["weekly"]["yes_n"], sets["weekly"]["no_n"]) == (1, 2)
    assert sets["wide"]["reached"] == 0.0
    assert sets["wide"]["coverage_with_unknown_pct"] == 50.0
    assert sets["elsewhere"]["kinds_there"] == ["サロン"]
    # Sets change no headline: A alone is weekly, and D and D2 together are at one hall.
    assert summary["places"]["weekly"] == 1


def test_the_sheet_and_the_command_tell_them(workspace, tmp_path, capsys):
    sheet = city_sheet(workspace)
    lines = {line.label: line for line in sheet.rules}
    assert lines["週1の場"].share == "25.0％"
    assert lines["六畳の場"].share == "分からない（分からない場も満たすとすれば50.0％）"
    assert "登録されている種類：サロン" in lines["元気づくり"].remarks[0]
    assert "条件ごとの場" in render_city(sheet)
    out = tmp_path / "rules.csv"
    asked = ["rules", str(workspace.path), "--rule-set", "weekly", "--out", str(out)]
    assert main([*asked, "--lang", "ja"]) == 0
    assert set(pd.read_csv(out)["rule_set"]) == {"weekly"}
    assert "満たす1か所、満たさない2か所" in capsys.readouterr().out
    assert main(["rules", str(workspace.path), "--rule-set", "x", "--json"]) != 0
    assert "weekly, strict, wide" in json.dumps(capsys.readouterr().err)


def test_an_id_used_twice_is_refused(tmp_path):
    profile = dated_workspace(tmp_path).path / "profile.toml"
    twice = SETS.split("[[rule_sets]]")[1]
    told = profile.read_text("utf-8") + f"\n[[rule_sets]]{twice}" * 2
    profile.write_text(told, "utf-8")
    with pytest.raises(Exception, match="rule set id 'weekly' is used twice"):
        read_profile(profile)


def test_targets_of_a_kind_have_missing_and_a_typing_error_is_seen(workspace):
    _, _, salons, houses = workspace.snapshot().run["summary"]["targets"]
    # A is in the west, D and D2 in the east: two districts of three that are wanted.
    assert (salons["reached"], salons["missing"], salons["places_n"]) == (2, 1, 3)
    assert (houses["reached"], houses["missing"], houses["kinds_there"]) == (0, 2, ["サロン"])
    weekly, _, _, told = city_sheet(workspace).targets
    # By venue D and D2 together meet in four weeks: both districts have a weekly place, none is missing.
    assert weekly.missing == "0区域"
    assert "種類「モデルハウス」の場は、まだありません。登録されている種類：サロン" in told.counted
    # A alone is weekly by itself: 200 residents for it.
    assert city_sheet(workspace).per_weekly_place == 200.0


def test_a_target_of_a_kind_goes_by_the_places_own_days(workspace):
    (target,) = [one for one in workspace.profile.targets if one.label == "サロン"]
    weekly = target.model_copy(update={"frequency": "weekly"})
    # Together D and D2 meet weekly, but no single one of them does.
    found = places_frame(workspace)
    assert set(found.loc[meets_target(found, weekly) & found["counts"], "place_id"]) == {"A"}

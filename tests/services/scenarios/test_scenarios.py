"""
Scenarios on the town of one street (tests/datedtown.py), every figure derived by hand.

Today, within 500 m: A (weekly, at 100 m) has h0 (20 residents 65+) and h1 (30), 500 m away. D and D2
(1390 m) meet in alternate weeks, together every week, and have h2 (50), 290 m away. h3 (100) is
510 m from them. So 100 of 200 are weekly-reached.
"""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from geo.errors import InvalidInputError, NotFoundError, TakenError
from services.registry.places import write_registry
from services.registry.seen import registry_facts
from services.results.run import run
from services.scenarios.comparison import BASE
from services.scenarios.file import ScenarioEdit, read_scenario, scenario_of, to_json, to_toml
from services.scenarios.named import (
    add_edit,
    compare_scenarios,
    delete_scenario,
    export_scenario,
    find_scenario,
    import_scenario,
    list_scenarios,
    new_scenario,
    remove_edit,
    save_scenario,
    sentences,
)
from services.words.texts import told
from services.workspace.folder import Snapshot, Workspace, open_workspace
from tests.databases import DATABASES, registry_of
from tests.datedtown import PLACES, _no_venues, dated_workspace, places
from tests.streets import PLANE
from tests.warm import Warm

SUBSIDIES = """
[subsidies]
monthly_max_yen = 30000
weekly_max_yen = 100000
permanent_max_yen = 840000
opening_max_yen = 1000000
origin = "試験"
"""


def town(folder: Path, *, registry: str = "") -> Workspace:
    made = dated_workspace(folder, registry=registry)
    profile = made.path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + SUBSIDIES, "utf-8")
    return open_workspace(made.path)


@pytest.fixture(params=DATABASES)
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    return town(tmp_path, registry=registry_of(request.param, tmp_path))


def lonlat(x: float, y: float = 0.0) -> dict[str, float]:
    point = gpd.GeoSeries([Point(x, y)], crs=PLANE).to_crs(6668).iloc[0]
    return {"lon": point.x, "lat": point.y}


def fence(x: float) -> dict:
    line = gpd.GeoSeries([LineString([(x, -50), (x, 50)])], crs=PLANE).to_crs(6668).iloc[0]
    return {"type": "LineString", "coordinates": [list(xy) for xy in line.coords]}


WEEKLY = "毎週水曜日10:00〜11:00"
CASES = {
    # h3 stands at the new place: 100 more. A weekly place and an opening.
    "open": (
        {"action": "open", **lonlat(1900), "schedule_text": WEEKLY},
        100,
        0,
        100_000,
        1_000_000,
    ),
    # D2 alone meets in two weeks of four: h2 has no weekly place any more. D was a monthly one.
    "close": ({"action": "close", "place_id": "D"}, 0, 50, -30_000, 0),
    # The hall was weekly already by its two groups: nobody is newly reached.
    "upgrade": ({"action": "upgrade", "place_id": "D2", "schedule_text": WEEKLY}, 0, 0, 70_000, 0),
    # A goes to h3 (100) and leaves h0 and h1 (50).
    "move": ({"action": "move", "place_id": "A", **lonlat(1900)}, 100, 50, 0, 0),
    # A meets once a month only.
    "days": ({"action": "days", "place_id": "A", "schedule_text": "第1月曜日"}, 0, 50, -70_000, 0),
    # Nobody passes at 350 m: h1 (30) loses A and is 790 m from D.
    "barrier": ({"action": "barrier", "geometry": fence(350)}, 0, 30, 0, 0),
    # C rests; it met every Tuesday at h3.
    "resume": ({"action": "open", "place_id": "C"}, 100, 0, 100_000, 0),
    # A venue that a place names: vD is 510 m from h3, and now weekly whatever D does.
    "hall": (
        {"action": "open", "venue_id": "vD", "schedule_text": WEEKLY},
        0,
        0,
        100_000,
        1_000_000,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_change_does_what_can_be_counted_by_hand(workspace: Workspace, case: str) -> None:
    edit, newly, lost, per_year, once = CASES[case]
    save_scenario(workspace, scenario_of({"name": "案", "edits": [edit]}))
    base, row = compare_scenarios(workspace, ["案"]).overview.to_dict("records")
    assert (base["scenario"], base["reached"], base["residents"]) == (BASE, 100.0, 200.0)
    assert (row["newly_reached"], row["no_longer_reached"]) == (newly, lost)
    assert row["reached"] == 100.0 + newly - lost
    assert row["change"] == newly - lost
    assert (row["cost_per_year_yen"], row["cost_once_yen"]) == (per_year, once)
    # The ceiling of all places changes by what the changes cost a year.
    assert row["cost_max_yen"] - base["cost_max_yen"] == per_year


def test_several_changes_together_in_any_order(workspace: Workspace) -> None:
    # D closes (h2 lost, -50), the hall gets a weekly group (h2 back), C resumes (h3, +100).
    edits = [CASES["close"][0], CASES["hall"][0], CASES["resume"][0], CASES["barrier"][0]]
    for name, order in (("前", edits), ("後", edits[::-1])):
        save_scenario(workspace, scenario_of({"name": name, "edits": order}))
    found = compare_scenarios(workspace, ["前", "後"])
    first, second = found.overview.drop(columns="scenario").to_dict("records")[1:]
    assert first == pytest.approx(second, nan_ok=True)
    assert (first["newly_reached"], first["no_longer_reached"]) == (100, 30)


def test_today_is_what_a_run_says(town_snapshot: Snapshot, tmp_path: Path) -> None:
    workspace = _copied(town_snapshot, tmp_path)
    new_scenario(workspace, "なし")
    found = compare_scenarios(workspace, ["なし"])
    keys = ["layer", "area_id", "frequency", "age_group", "walk_limit_m", "walk_limit_min"]
    run_table = town_snapshot.table("coverage")
    run_table = run_table[run_table["profile"] == "standard"]
    for scenario in (BASE, "なし"):
        rows = found.coverage[found.coverage["scenario"] == scenario]
        both = rows.merge(run_table, on=keys, suffixes=("", "_run"))
        assert len(both) == len(rows) > 0
        for name in ("residents", "reached", "coverage_pct", "places_n"):
            assert both[name].to_numpy() == pytest.approx(
                both[f"{name}_run"].to_numpy(), nan_ok=True
            )
    assert (found.coverage["change"].dropna() == 0).all()
    units = found.gaps[found.gaps["scenario"] == "なし"].set_index("area_id")["gap"]
    ran = town_snapshot.table("gaps").set_index("area_id")["gap"]
    assert units.sort_index().equals(ran.sort_index())


def _copied(snapshot: Snapshot, tmp_path: Path) -> Workspace:
    import shutil

    path = tmp_path / "town"
    shutil.copytree(snapshot.workspace.path, path)
    return open_workspace(path)


def test_worst_area_and_targets_of_each_layer(workspace: Workspace) -> None:
    save_scenario(workspace, scenario_of({"name": "案", "edits": [CASES["open"][0]]}))
    found = compare_scenarios(workspace, ["案"])
    layers = found.layers.set_index(["scenario", "layer"])
    # 2017's districts meet at 1000 m. East: h2 and h3, 50 of 150 today; with the place all of them.
    assert layers.loc[(BASE, "district"), "worst_area_name"] == "東地区"
    assert layers.loc[(BASE, "district"), "worst_coverage_pct"] == pytest.approx(100 * 50 / 150)
    assert layers.loc[("案", "district"), "worst_coverage_pct"] == 100.0
    said = sentences(found, "ja")
    assert said[0] == "案では、65歳以上の100人が新たに、歩いて500m以内の週1以上の場に届きます"
    assert "年100,000円" in said[1]
    assert "1,000,000円" in said[1]
    targets = found.targets.set_index(["scenario", "label_en"])
    # Monthly or better: A, D, D2 today, 5 are wanted.
    assert targets.loc[(BASE, "5 monthly places"), "reached"] == 3
    assert targets.loc[("案", "5 monthly places"), "change"] == 1


_ORDER = st.lists(st.sampled_from(sorted(CASES)), min_size=1, max_size=5, unique=True)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=_ORDER, removed=st.integers(1, 5))
def test_no_scenario_ever_changes_the_registry(
    workspace: Workspace, names: list[str], removed: int
) -> None:
    before = registry_facts(workspace.seen("exact"))
    edits = [CASES[name][0] for name in names]
    # Some contradict each other, such as closing D and opening C: then nothing is written at all.
    with suppress(InvalidInputError, NotFoundError):
        save_scenario(workspace, scenario_of({"name": "案", "edits": edits}), replace=True)
        compare_scenarios(workspace, ["案"])
        remove_edit(workspace, "案", removed)
    assert registry_facts(workspace.seen("exact")) == before


def test_nothing_but_the_scenario_is_written(workspace: Workspace) -> None:
    run(workspace)

    def state() -> dict[str, str]:
        files = [path for path in workspace.path.rglob("*") if path.is_file()]
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
            if "scenarios" not in path.parts and path.name != ".scenarios.lock"
        }

    before = state()
    for name, (edit, *_) in CASES.items():
        save_scenario(workspace, scenario_of({"name": name, "edits": [edit]}))
    compare_scenarios(workspace, list(CASES))
    delete_scenario(workspace, "open")
    assert state() == before


def test_a_scenario_goes_by_file_and_comes_back_the_same(
    workspace: Workspace, tmp_path: Path
) -> None:
    edits = [edit for name, (edit, *_) in CASES.items() if name not in ("days", "move")]
    note = '改行\n「引用"」\\ 削除\x7f 絵😀'
    made = save_scenario(
        workspace, scenario_of({"name": "案-1", "note": note, "by": "課", "edits": edits[:1]})
    )
    for suffix in ("toml", "json"):
        file = export_scenario(workspace, "案-1", tmp_path / f"sent.{suffix}")
        assert read_scenario(file) == made
        taken = import_scenario(workspace, file, name=f"案-{suffix}")
        assert taken.edits == made.edits
        assert taken.base == made.base
    whole = scenario_of({"name": "全部", "note": note, "edits": edits[2:6]})
    for text, suffix in ((to_toml(whole), "toml"), (to_json(whole), "json")):
        path = tmp_path / f"whole.{suffix}"
        path.write_text(text, "utf-8")
        assert read_scenario(path) == whole
    assert [one.scenario.name for one in list_scenarios(workspace)] == [
        "案-1",
        "案-json",
        "案-toml",
    ]


def test_one_change_is_taken_out_and_the_others_stay(workspace: Workspace, tmp_path: Path) -> None:
    edits = [CASES[name][0] for name in ("close", "open", "barrier")]
    made = save_scenario(workspace, scenario_of({"name": "案", "by": "課", "edits": edits}))
    left = remove_edit(workspace, "案", 2)
    assert left.edits == [made.edits[0], made.edits[2]]
    assert (left.base, left.made_on, left.by) == (made.base, made.made_on, made.by)
    assert find_scenario(workspace, "案").scenario == left
    # By hand: D closed loses h2 (50), the barrier h1 (30).
    row = compare_scenarios(workspace, ["案"]).overview.to_dict("records")[1]
    assert (row["newly_reached"], row["no_longer_reached"]) == (0, 80)
    file = export_scenario(workspace, "案", tmp_path / "sent.toml")
    assert read_scenario(file) == left
    for number in (0, 3, -1):
        with pytest.raises(NotFoundError, match="it has 2, counted from 1") as error:
            remove_edit(workspace, "案", number)
        assert f"{number}番目の変更はありません" in told(error.value, "ja")
    with pytest.raises(NotFoundError, match="there is 案"):
        remove_edit(workspace, "ほか", 1)
    assert find_scenario(workspace, "案").scenario == left
    remove_edit(workspace, "案", 1)
    assert remove_edit(workspace, "案", 1).edits == []
    with pytest.raises(NotFoundError, match="it has 0"):
        remove_edit(workspace, "案", 1)


def test_a_change_that_fits_no_more_can_be_taken_out(workspace: Workspace) -> None:
    edits = [CASES["close"][0], CASES["days"][0], CASES["open"][0]]
    save_scenario(workspace, scenario_of({"name": "案", "edits": edits}))
    # A and D are gone: neither their days nor their closing can be computed any more.
    rows = [row for row in PLACES if row[0] not in ("A", "D")]
    write_registry(workspace.registry_url, _no_venues(), places(*rows))
    with pytest.raises(InvalidInputError, match="edit 1: there is no place"):
        compare_scenarios(workspace, ["案"])
    remove_edit(workspace, "案", 2)
    remove_edit(workspace, "案", 1)
    assert find_scenario(workspace, "案").stale == ("registry",)
    # Nobody meets weekly any more but in the scenario: h3.
    assert compare_scenarios(workspace, ["案"]).overview["reached"].tolist() == [0.0, 100.0]


def test_what_a_scenario_opens_is_no_place_for_its_other_changes(workspace: Workspace) -> None:
    edits = [CASES["open"][0], {"action": "close", "place_id": "new-001"}]
    with pytest.raises(InvalidInputError, match="edit 2: there is no place 'new-001'"):
        save_scenario(workspace, scenario_of({"name": "案", "edits": edits}))


def test_a_private_hall_stays_as_hidden_as_it_is(workspace: Workspace) -> None:
    listed = gpd.GeoDataFrame(
        {"venue_id": ["H"], "name": ["佐藤宅"], "kind": "空き家", "address": "", "row": 2,
         "source_id": "everything", "private_home": [True]},
        geometry=[Point(1500.0, 0.0)], crs=PLANE,
    )  # fmt: skip
    write_registry(workspace.registry_url, listed, places(*PLACES))
    edit = {"action": "open", "venue_id": "H", "schedule_text": WEEKLY}
    save_scenario(workspace, scenario_of({"name": "案", "edits": [edit]}))
    told = json.dumps(compare_scenarios(workspace, ["案"]).to_dict(), ensure_ascii=False)
    assert "佐藤" not in told


def test_what_has_changed_since_is_said_and_today_is_computed(workspace: Workspace) -> None:
    save_scenario(workspace, scenario_of({"name": "案", "edits": [CASES["open"][0]]}))
    assert find_scenario(workspace, "案").stale == ()
    # C opens again after all: h3 is reached today, so the scenario brings nobody new.
    rows = [(*row[:3], "active", *row[4:]) if row[0] == "C" else row for row in PLACES]
    write_registry(workspace.registry_url, _no_venues(), places(*rows))
    assert find_scenario(workspace, "案").stale == ("registry",)
    found = compare_scenarios(workspace, ["案"])
    assert found.overview["newly_reached"].tolist() == [0.0, 0.0]
    assert any("台帳" in said and "いまのデータで" in said for said in sentences(found, "ja"))
    run(workspace, walk_limit_m=300.0)
    assert set(find_scenario(workspace, "案").stale) == {"registry", "parameters"}


BAD = [
    ([{"action": "close", "place_id": "Z"}], "1番目", "という場はありません"),
    ([{"action": "open", "venue_id": "Z", "schedule_text": WEEKLY}], "1番目", "会場はありません"),
    (
        [
            {"action": "close", "place_id": "A"},
            {"action": "days", "place_id": "A", "schedule_text": WEEKLY},
        ],
        "2番目",
        "1番目の変更と食い違います",
    ),
    ([CASES["open"][0], CASES["open"][0]], "2番目", "1番目の変更と食い違います"),
    ([{"action": "days", "place_id": "A", "schedule_text": "そのうち"}], "1番目", "読めません"),
    ([{"action": "days", "place_id": "A"}], "1番目", "schedule_text"),
    ([{"action": "open", "schedule_text": WEEKLY}], "1番目", "どれかひとつが必要です"),
    ([{"action": "open", "lon": 139.9, "schedule_text": WEEKLY}], "1番目", "両方"),
    ([{"action": "close", "place_id": "A", "name": "x"}], "1番目", "name は使えません"),
    (
        [{"action": "upgrade", "place_id": "A", "schedule_text": "毎週火曜日"}],
        "1番目",
        "頻度が上がりません",
    ),
    ([{"action": "upgrade", "place_id": "A", "schedule_text": "第1火曜日"}], "1番目", "週1→月1"),
    ([{"action": "close", "place_id": "C"}], "1番目", "開いていません"),
    ([{"action": "open", "place_id": "A"}], "1番目", "開いています"),
    (
        [{"action": "open", "lon": 135.0, "lat": 35.0, "schedule_text": WEEKLY}],
        "1番目",
        "離れています",
    ),
    (
        [{"action": "open", **lonlat(1000, 900), "schedule_text": WEEKLY}],
        "1番目",
        "歩ける道がありません",
    ),
    (
        [CASES["barrier"][0], {"action": "open", **lonlat(350), "schedule_text": WEEKLY}],
        "2番目",
        "通れない線",
    ),
    (
        [{"action": "barrier", "geometry": {"type": "Point", "coordinates": [139.8, 36.0]}}],
        "1番目",
        "",
    ),
    (
        [{"action": "barrier", "geometry": {"type": "LineString", "coordinates": [["a", 1]]}}],
        "1番目",
        "GeoJSON",
    ),
    ([{"action": "barrier"}], "1番目", "geometry"),
]


@pytest.mark.parametrize(("edits", "number", "japanese"), BAD)
def test_what_cannot_be_is_refused_with_the_number_of_the_change(
    workspace: Workspace, edits: list, number: str, japanese: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        save_scenario(workspace, scenario_of({"name": "案", "edits": edits}))
    assert number in told(caught.value, "ja")
    assert japanese in told(caught.value, "ja")
    assert told(caught.value, "ja").count("\n") == 0
    assert list_scenarios(workspace) == []


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", "base", "Compare", "a,b", ".hidden", "あ" * 61]
)
def test_a_name_that_could_not_be_a_file_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot be a scenario's name"):
        new_scenario(workspace, name)


@pytest.mark.parametrize(
    ("content", "suffix"),
    [("name = ", "toml"), ("[]", "json"), ('{"name": "案", "edits": [{"action": "burn"}]}', "json"),
     ('{"name": "案", "edits": [], "colour": 1}', "json"), ("x", "csv"), ('{"edits": []}', "json")],
)  # fmt: skip
def test_a_file_that_is_no_scenario_is_refused(
    workspace: Workspace, tmp_path: Path, content: str, suffix: str
) -> None:
    path = tmp_path / f"bad.{suffix}"
    path.write_text(content, "utf-8")
    with pytest.raises(InvalidInputError, match=r"bad\."):
        import_scenario(workspace, path)


def test_what_is_not_there_and_what_is_there_already(workspace: Workspace) -> None:
    new_scenario(workspace, "案A")
    with pytest.raises(TakenError, match="already"):
        new_scenario(workspace, "案A")
    with pytest.raises(NotFoundError, match="there is 案A"):
        find_scenario(workspace, "案B")
    with pytest.raises(NotFoundError):
        compare_scenarios(workspace, ["案A", "案B"])
    with pytest.raises(InvalidInputError, match="1 to 8"):
        compare_scenarios(workspace, [BASE])
    add_edit(workspace, "案A", ScenarioEdit(action="close", place_id="A"))
    assert len(find_scenario(workspace, "案A").scenario.edits) == 1
    delete_scenario(workspace, "案A")
    assert list_scenarios(workspace) == []


TOGETHER = """
import sys
from pathlib import Path
from geo.errors import TakenError
from services.scenarios.file import ScenarioEdit
from services.scenarios.named import add_edit, new_scenario
from services.workspace.folder import open_workspace

workspace, who = open_workspace(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for n in range(10):
    spot = ScenarioEdit(
        action="open", venue_id="", lon=float(sys.argv[3]), lat=float(sys.argv[4]),
        schedule_text="毎週火曜日10:00〜11:30", name=f"{who}{n}",
    )
    add_edit(workspace, "together", spot)
    try:
        new_scenario(workspace, f"n{n}")
        print("made", n, flush=True)
    except TakenError:
        print("taken", n, flush=True)
"""


def test_of_two_processes_both_keep_what_they_add_and_one_makes_each_name(tmp_path: Path) -> None:
    workspace = town(tmp_path)
    new_scenario(workspace, "together")
    at = lonlat(100.0)
    both = [Warm(TOGETHER, workspace.path, who, at["lon"], at["lat"]) for who in ("a", "b")]
    for one in both:
        assert one.stdout.readline() == "ready\n"
    said: list[str] = []
    for one in both:
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in both:
        status, out = one.ended()
        assert status == 0
        said += out.splitlines()
    names = {edit.name for edit in find_scenario(workspace, "together").scenario.edits}
    assert names == {f"{who}{n}" for who in "ab" for n in range(10)}
    assert sorted(said) == sorted(f"{word} {n}" for word in ("made", "taken") for n in range(10))

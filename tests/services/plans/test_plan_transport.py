"""
Units that need transport in a plan, on the town of tests/stoptown.py with halls of its own.

::

    x       50  100  300  550   900  1000 1100   2000  2400  2600  3000  3200  3500  3900   4000 m
    home        h0   h1         h2        h3                       h4                h5
    place   V weekly                 M monthly         W weekly
    hall                                                     H1                K
    stop                  C                      B                       A
    65+         40   60         30        70                       8                 4

Nowhere in u3 (2500 to 4000 m) do 20 residents live within 500 m of a point, so it needs transport.
Walks to H1: h4 400 m, h5 1300 m; on average (8 · 400 + 4 · 1300) / 12 = 700 m. To K: 500 and 400 m;
(8 · 500 + 4 · 400) / 12 = 466.7 m. To M: 2000 and 2900 m. All within six limits (3000 m), so K is
the site that they would share best. Stop A: h4 walks 200 m, h5 700 m; the median resident 200 m.
"""

import json
from pathlib import Path

import geopandas as gpd
import pytest
from fastapi.testclient import TestClient
from shapely import Point

from api.app import create_app
from api.cli.main import main
from api.settings import Settings
from services.plans.ask import ask_of
from services.plans.solve import make_plan
from services.plans.store import PlanResult
from services.plans.views import plan_body
from services.registry.places import read_venues, write_registry
from services.registry.venues import with_venue_attributes
from services.reports.plan import plan_report
from services.workspace.folder import Workspace, open_workspace, registry_file
from tests.stoptown import STOPS, _places, stop_situation
from tests.streets import PLANE

MORE = """
[subsidies]
weekly_max_yen = 100000
opening_max_yen = 1000000
origin = "試験"

[[targets]]
frequency = "weekly"
layer = "unit"
number = 4
label = "町会ごと"
label_en = "each"
origin = "試験"
"""
HALLS = {"H1": 2600.0, "K": 3500.0}


def town(
    folder: Path, *, small: int = 0, stops: bool = True, more: str = MORE, home: str = ""
) -> Workspace:
    folder.mkdir(exist_ok=True)
    situation = stop_situation(folder, stops=STOPS if stops else None, small_number=small)
    path = situation.workspace.path
    profile = path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + more, "utf-8")
    rows = {
        "venue_id": list(HALLS),
        "name": [f"{name}会館" for name in HALLS],
        "kind": "会館",
        "address": "",
        "source_id": "everything",
        "row": [2, 3],
        "private_home": [name == home for name in HALLS],
        "consent": True,
    }
    halls = gpd.GeoDataFrame(rows, geometry=[Point(x, 0.0) for x in HALLS.values()], crs=PLANE)
    homes = path / "layers" / "demand.parquet"
    gpd.read_parquet(homes).assign(kind="building").to_parquet(homes)
    write_registry(registry_file(path), with_venue_attributes(halls), _places())
    return open_workspace(path)


def planned(workspace: Workspace, **given: object) -> PlanResult:
    asked = {"points_max": 0, "objectives": ["most_reached"], "most": 1, **given}
    return make_plan(workspace, ask_of(asked))


def test_the_unit_is_listed_with_residents_stop_and_the_site_that_is_near_to_most(
    tmp_path: Path,
) -> None:
    workspace = town(tmp_path)
    assert len(read_venues(workspace.registry_url, PLANE)) >= 2
    plan = planned(workspace)
    (row,) = plan.record["needs_transport"]
    assert (row["area_id"], row["residents"]) == ("u3", 12.0)
    assert (row["nearest_stop"], row["nearest_stop_walk_m"]) == ("西口", pytest.approx(200.0))
    assert (row["site_id"], row["walk_unit"]) == ("open-K", "m")
    assert (row["walk"], row["within"]) == pytest.approx((5600 / 12, 12.0))
    (shown,) = plan_body(plan)["needs_transport"]
    assert (shown["site_ja"], shown["site_en"]) == ("K会館", "K会館")


def test_no_site_is_forced_upon_it_by_a_target_in_every_unit(tmp_path: Path) -> None:
    plan = planned(town(tmp_path), objectives=["cheapest"], targets=["weekly"], most=4)
    # u1 has V, nobody lives in u4, u3 needs transport: M in u2 is all that is missing.
    assert plan.chosen["candidate_id"].tolist() == ["upgrade-M"]
    assert plan.record["targets"]["unmet"] == []


def test_what_must_not_be_chosen_and_a_home_are_never_shared(tmp_path: Path) -> None:
    (row,) = planned(town(tmp_path / "list"), must_not=["K会館"]).record["needs_transport"]
    assert (row["site_id"], row["walk"]) == ("open-H1", pytest.approx(700.0))
    (row,) = planned(town(tmp_path / "home", home="K")).record["needs_transport"]
    assert row["site_id"] == "open-H1"


def test_without_a_layer_of_stops_none_is_named(tmp_path: Path) -> None:
    plan = planned(town(tmp_path, stops=False))
    (row,) = plan.record["needs_transport"]
    assert (row["nearest_stop"], row["nearest_stop_walk_m"]) == ("", None)
    assert "停留所" not in plan_report(plan).transport[0]


def test_a_limit_in_minutes_gives_the_walk_in_seconds(tmp_path: Path) -> None:
    # The default walker does 60 m/min on this level street: 5600 / 12 m are 466.7 s.
    plan = planned(town(tmp_path), walk_limit_min=8.0)
    (row,) = plan.record["needs_transport"]
    assert (row["site_id"], row["walk_unit"]) == ("open-K", "s")
    assert row["walk"] == pytest.approx(5600 / 12)
    assert "8分" in plan_report(plan).transport[0]
    assert "8 min" in plan_report(plan, "en").transport[0]


def test_the_page_says_it_in_words(tmp_path: Path) -> None:
    plan = planned(town(tmp_path))
    (line,) = plan_report(plan).transport
    said, stop = line.split("。最寄りの停留所: ")
    assert said.startswith("u3（65歳以上12人）: どこに開いても歩いて届きません")
    assert said.endswith("合同で使うなら「K会館」（平均467m・8分）が最も多くの人に近い場所です")
    assert stop == "西口（歩いて200m）"


def test_few_residents_are_told_as_few(tmp_path: Path) -> None:
    plan = planned(town(tmp_path, small=15))
    (row,) = plan_body(plan)["needs_transport"]
    assert row["residents"] == 12.0
    assert "within" not in row
    assert "15人未満" in plan_report(plan).transport[0]


def test_the_api_and_the_command_show_them(tmp_path: Path, capsys) -> None:
    workspace = town(tmp_path)
    plan = planned(workspace)
    with TestClient(create_app(workspace, Settings(warm=False))) as client:
        body = client.get(f"/plans/{plan.plan_id}").json()
        assert [row["site_id"] for row in body["needs_transport"]] == ["open-K"]
        assert "西口" in client.get(f"/plans/{plan.plan_id}/report").text
    command = ["plan", str(workspace.path), "--most", "1", "--points", "0"]
    assert main(["--lang", "ja", *command]) == 0
    assert "※ u3（65歳以上12人）" in capsys.readouterr().out.replace("\n", "")
    assert main(["--json", *command]) == 0
    assert json.loads(capsys.readouterr().out)["needs_transport"][0]["nearest_stop"] == "西口"

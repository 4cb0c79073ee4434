"""One point over HTTP and on the command line, in the town with the railway (tests/railtown.py)."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.main import main
from api.settings import Settings
from services.results.run import run
from services.workspace.folder import Workspace
from tests.railtown import lonlat, rail_workspace

LON, LAT = lonlat(190.0, 100.0)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = rail_workspace(tmp_path_factory.mktemp("rail"))
    run(workspace)
    return workspace


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> TestClient:
    return TestClient(create_app(workspace, Settings(warm=False)))


def test_the_answer_has_figures_sentences_lines_and_its_provenance(client: TestClient) -> None:
    body = client.get("/why", params={"lon": LON, "lat": LAT}).json()
    assert body["within_limit"] is False
    assert body["ways"][1]["walk_m"] == pytest.approx(1955.0, abs=1e-3)
    assert body["sentences"]["ja"][0] == "ここからは、歩いて500m以内に週1の場がありません。"
    assert {each["geometry"]["type"] for each in body["route"]["features"]} == {"LineString"}
    assert body["straight"]["features"][0]["properties"]["kind"] == "straight"
    assert body["provenance"]["snapshot"] == "0001"


def test_limit_profile_and_frequency_can_be_asked_for(client: TestClient) -> None:
    at = {"lon": LON, "lat": LAT}
    monthly = client.get("/why", params={**at, "frequency": "monthly"}).json()
    assert monthly["within_limit"] is True
    brisk = client.get("/why", params={**at, "walk_limit_min": 25, "profile": "brisk"}).json()
    # 1,498.25 s are 24.97 minutes.
    assert (brisk["within_limit"], brisk["walk_limit_m"]) == (True, None)


def test_nothing_about_residents_is_said(client: TestClient) -> None:
    body = client.get("/why", params={"lon": LON, "lat": LAT}).json()
    told = json.dumps({**body, "provenance": None}, ensure_ascii=False)
    assert "65+" not in told
    assert "residents" not in told


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"lon": 140.5, "lat": LAT}, "outside Kaku Town"),
        ({"lon": LAT, "lat": LON}, "longitude comes first"),
        ({"lon": "nan", "lat": LAT}, "no position"),
        ({"lon": LON}, "lat"),
        ({"lon": LON, "lat": LAT, "frequency": "daily"}, "monthly, weekly, permanent"),
        ({"lon": LON, "lat": LAT, "profile": "flying"}, "standard, brisk, slow"),
        ({"lon": LON, "lat": LAT, "walk_limit_m": 0}, "above 0"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    client: TestClient, asked: dict[str, object], said: str
) -> None:
    answer = client.get("/why", params=asked)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert answer.json()["detail_ja"]


def test_many_readers_at_once_get_the_same_answer(workspace: Workspace) -> None:
    client = TestClient(create_app(workspace, Settings(warm=False)))

    def ask(profile: str) -> str:
        params = {"lon": LON, "lat": LAT, "profile": profile}
        return client.get("/why", params=params).text

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, ["standard", "brisk", "slow", "standard"] * 4))
    assert found[:4] * 4 == found
    assert len(set(found)) == 3


def test_the_command_says_the_same(workspace: Workspace, capsys) -> None:
    assert main(["why", str(workspace.path), str(LON), str(LAT), "--lang", "ja"]) == 0
    told = capsys.readouterr().out
    assert "架空町・南地区から歩くと" in told
    assert "近くの行き止まり（袋小路）から北通りへ、まっすぐ95mの通り道があれば" in told
    assert (
        main(["why", str(workspace.path), str(LON), str(LAT), "--json", "--limit-min", "40"]) == 0
    )
    body = json.loads(capsys.readouterr().out)
    assert (body["within_limit"], body["walk_limit_min"]) == (True, 40.0)


def test_the_command_refuses_a_point_outside(workspace: Workspace, capsys) -> None:
    assert main(["why", str(workspace.path), "141.0", "36.0", "--lang", "ja"]) == 2
    assert "架空町の外です" in capsys.readouterr().err

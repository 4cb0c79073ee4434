"""The one sentence, what stands behind it, and the streets."""

import copy
import gzip
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from shapely import box

from api.app import create_app
from api.settings import Settings
from services.workspace.folder import open_workspace
from tests.snapshots import tiny_workspace


def test_the_summary_counts_the_whole_town(client: TestClient) -> None:
    body = client.get("/summary").json()

    # 400 + 300 + 200 + 12 residents; 400 + 120 reached.
    assert (body["residents"], body["reached"], body["unreached"]) == (912.0, 520.0, 392.0)
    assert body["coverage_pct"] == pytest.approx(100 * 520 / 912)
    assert body["gaps"] == {
        "weekly_or_more": 1,
        "monthly_only": 1,
        "none": 1,
        "needs_transport": 1,
        "unknown": 0,
    }


@pytest.mark.parametrize("area", ["e", "東地区"])
def test_the_summary_of_a_council_counts_its_own_units(client: TestClient, area: str) -> None:
    body = client.get("/summary", params={"area": area}).json()

    assert (body["residents"], body["reached"]) == (212.0, 0.0)
    assert body["gaps"] == {
        "weekly_or_more": 0,
        "monthly_only": 0,
        "none": 1,
        "needs_transport": 1,
        "unknown": 0,
    }


def test_the_summary_of_an_area_of_any_layer_counts_the_units_that_lie_in_it(
    client: TestClient,
) -> None:
    body = client.get("/summary", params={"layer": "city", "area": "99999"}).json()

    assert body["area_id"] == "99999"
    assert body["gaps"] == {
        "weekly_or_more": 1,
        "monthly_only": 1,
        "none": 1,
        "needs_transport": 1,
        "unknown": 0,
    }


def test_a_unit_belongs_to_the_school_district_with_most_of_it_and_a_sliver_counts_none(
    tmp_path: Path,
) -> None:
    workspace = tiny_workspace(tmp_path)
    profile = workspace.path / "profile.toml"
    written = profile.read_text("utf-8")
    start = written.index('[[layers]]\nid = "neighbourhood"')
    block = written[start : written.index("[population]")].replace("neighbourhood", "school")
    profile.write_text(written[:start] + block + written[start:], "utf-8")
    # The districts divide the town at x = 400, 700: of c and d most lies in the third, in the
    # second are a fifth of a and b and two fifths of c and d.
    stored = gpd.read_parquet(workspace.path / "layers" / "areas.parquet")
    city = stored[stored["layer"] == "city"]
    west, south, _, north = city.total_bounds
    borders = [(0, 400), (400, 700), (700, 1000)]
    schools = pd.concat(
        city.assign(
            layer="school",
            area_id=f"s{number}",
            area_name=f"{number}小",
            geometry=[box(west + low, south, west + high, north)],
        )
        for number, (low, high) in enumerate(borders)
    )
    both = gpd.GeoDataFrame(pd.concat([stored, schools], ignore_index=True), crs=stored.crs)
    both.to_parquet(workspace.path / "layers" / "areas.parquet")
    covered = workspace.path / "results" / "0001" / "coverage.parquet"
    coverage = pd.read_parquet(covered)
    rows = coverage[coverage["layer"] == "city"]
    more = [rows.assign(layer="school", area_id=f"s{n}", area_name=f"{n}小") for n in range(3)]
    pd.concat([coverage, *more], ignore_index=True).to_parquet(covered)
    with TestClient(create_app(open_workspace(workspace.path), Settings())) as client:
        found = [
            client.get("/summary", params={"layer": "school", "area": f"s{n}"}).json()["gaps"]
            for n in range(3)
        ]

    west_n, none, east_n = found
    assert west_n == {
        "weekly_or_more": 1,
        "monthly_only": 1,
        "none": 0,
        "needs_transport": 0,
        "unknown": 0,
    }
    assert none is None
    assert east_n == {
        "weekly_or_more": 0,
        "monthly_only": 0,
        "none": 1,
        "needs_transport": 1,
        "unknown": 0,
    }


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"area": "月面"}, 404),
        ({"layer": "wards"}, 400),
        ({"frequency": "daily"}, 400),
        ({"age_group": "20-30"}, 400),
        ({"walk_limit_m": 501}, 400),
        ({"walk_limit_min": 11}, 400),
        ({"walk_limit_m": 500, "walk_limit_min": 10}, 400),
        ({"walk_limit_min": -1}, 400),
        ({"profile": "running"}, 400),
        ({"walk_limit_m": "far"}, 400),
    ],
)
def test_a_summary_of_what_was_not_computed_is_refused(
    client: TestClient, query: dict, status: int
) -> None:
    assert status == client.get("/summary", params=query).status_code


def test_a_refused_limit_is_answered_with_those_that_were_computed(client: TestClient) -> None:
    body = client.get("/summary", params={"walk_limit_min": 11}).json()

    assert body["detail_ja"] == (
        "歩く範囲「11 min」は計算していません。使える値: 300 m, 500 m, 10 min"
    )


@pytest.mark.parametrize(
    ("query", "limit", "profile", "reached"),
    [
        ({}, (500.0, None), "standard", 520.0),
        ({"walk_limit_m": 300}, (300.0, None), "standard", 130.0),
        ({"walk_limit_min": 10}, (None, 10.0), "standard", 520.0),
        # The slow reach as many within the same metres, half as many in the same time.
        ({"profile": "slow"}, (500.0, None), "slow", 520.0),
        ({"walk_limit_min": 10, "profile": "slow"}, (None, 10.0), "slow", 260.0),
    ],
)
def test_a_summary_is_of_the_limit_and_the_walking_profile_that_are_asked_for(
    client: TestClient, query: dict, limit: tuple, profile: str, reached: float
) -> None:
    body = client.get("/summary", params=query).json()

    assert (body["walk_limit_m"], body["walk_limit_min"]) == limit
    assert (body["profile"], body["residents"], body["reached"]) == (profile, 912.0, reached)


def slots_of(body: dict) -> dict:
    return {(slot["weekday"], slot["half_day"]): slot["reached"] for slot in body["slots"]}


def test_the_slots_of_the_whole_town_are_those_of_its_areas(client: TestClient) -> None:
    body = client.get("/slots").json()

    assert (body["area_id"], body["area_name"], body["residents"]) == (None, "架空町", 912.0)
    assert [(slot["weekday"], slot["half_day"]) for slot in body["slots"]] == [
        (weekday, half_day) for weekday in range(7) for half_day in ("am", "pm")
    ]
    # The weekly place meets on Monday mornings.
    assert {key for key, reached in slots_of(body).items() if reached} == {(0, "am")}
    assert slots_of(body)[0, "am"] == 520.0
    assert body["slots"][0]["coverage_pct"] == pytest.approx(100 * 520 / 912)
    assert body["combined_pct"] == pytest.approx(10.0)
    assert body["sentences"][0].startswith("月曜の午前に歩いて行ける場がある人: 65歳以上の57.0")
    assert "いくつかの会場を合わせれば" in body["sentences"][1]
    assert body["sentences"][2].startswith("曜日か時間のわからない場3か所")


def test_the_slots_are_asked_for_by_area_frequency_age_group_and_limit(client: TestClient) -> None:
    query = {"area": "西地区", "age_group": "75+", "walk_limit_m": 300, "frequency": "monthly"}
    body = client.get("/slots", params=query).json()

    # 200 + 150 residents 75+; 520 of 700 65+ are reached within 500 m, a quarter within 300 m.
    assert (body["layer"], body["area_id"], body["residents"]) == ("community_area", "w", 350.0)
    assert slots_of(body)[4, "am"] == pytest.approx(350 * 520 / 700 / 4)
    unit = client.get("/slots", params={"area": "b", "layer": "neighbourhood"}).json()
    assert slots_of(unit)[0, "am"] == 120.0
    nobody = client.get("/slots", params={"area": "e"}).json()
    assert nobody["sentences"][0] == "歩いて行ける場がある曜日・時間帯はありません"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"area": "月面"}, 404),
        ({"frequency": "permanent"}, 400),
        ({"walk_limit_min": 11}, 400),
        ({"layer": "wards"}, 400),
    ],
)
def test_slots_that_were_not_computed_are_refused(
    client: TestClient, query: dict, status: int
) -> None:
    assert status == client.get("/slots", params=query).status_code


def test_about_names_assumptions_sources_and_choices(client: TestClient) -> None:
    body = client.get("/about").json()

    assert body["parameters"]["origins"]["walk_limit_m"] == "架空の仮定"
    assert body["sources"][0]["licence"] == "CC0-1.0"
    assert body["choices"]["walk_limit_m"] == [300.0, 500.0]
    assert body["choices"]["walk_limit_min"] == [10.0]
    assert body["choices"]["limit"][-1] == {"walk_limit_m": None, "walk_limit_min": 10.0}
    assert body["choices"]["profile"] == ["standard", "slow"]
    assert [layer["id"] for layer in body["layers"]] == ["city", "community_area", "neighbourhood"]


def test_streets_are_the_same_packed_and_plain(client: TestClient) -> None:
    packed = client.get("/streets", headers={"accept-encoding": "gzip"})
    plain = client.get("/streets", headers={"accept-encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert {"weekly", "monthly", "none"} == {
        f["properties"]["reach"] for f in plain.json()["features"]
    }


def test_streets_are_not_sent_twice(client: TestClient) -> None:
    etag = client.get("/streets").headers["etag"]
    again = client.get("/streets", headers={"if-none-match": etag})

    assert (again.status_code, again.content) == (304, b"")


def test_large_answers_are_packed(client: TestClient) -> None:
    with client.stream(
        "GET", "/collections/coverage_table/items?limit=180", headers={"accept-encoding": "gzip"}
    ) as answer:
        raw = b"".join(answer.iter_raw())

    assert json.loads(gzip.decompress(raw))["numberReturned"] == 180


def test_a_new_run_is_served_without_a_restart(tmp_path: Path) -> None:
    workspace = tiny_workspace(tmp_path)
    client = TestClient(create_app(workspace, Settings(warm=False)))
    assert client.get("/about").json()["snapshot"] == "0001"

    results = workspace.path / "results"
    (results / "0002").mkdir()
    for file in (results / "0001").iterdir():
        text = file.read_bytes()
        (results / "0002" / file.name).write_bytes(
            text.replace(b'"name": "0001"', b'"name": "0002"')
        )
    (results / "LATEST").write_text("0002\n")

    assert client.get("/about").json()["snapshot"] == "0002"


def test_without_a_result_the_answer_says_how_to_make_one(tmp_path: Path) -> None:
    workspace = tiny_workspace(tmp_path)
    (workspace.path / "results" / "LATEST").unlink()
    with TestClient(create_app(workspace, Settings())) as client:
        answer = client.get("/about")

    assert answer.status_code == 404
    assert "arukeba run" in answer.json()["detail"]


def test_the_report_of_an_area_is_a_page(client: TestClient) -> None:
    answer = client.get("/reports/西地区")

    assert answer.headers["content-type"].startswith("text/html")
    assert "西地区" in answer.text
    assert client.get("/reports/月面").status_code == 404


def test_openapi_is_the_contract(app: FastAPI, snapshot: object) -> None:
    document = copy.deepcopy(app.openapi())
    document["info"]["version"] = "*"

    assert document == snapshot

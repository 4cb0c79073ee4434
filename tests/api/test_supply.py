"""Seats, second places, inequality and cross-tables over HTTP, on the command line and in files."""

import csv
import json

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.main import main
from api.settings import Settings
from services.publication.export import export
from services.situation.naming import WHOLE
from tests.snapshots import tiny_workspace


@pytest.fixture(scope="module")
def client(town_snapshot):
    with TestClient(create_app(town_snapshot.workspace, Settings(warm=False))) as client:
        yield client


def test_provision_has_the_whole_and_the_councils_areas(client, town_snapshot):
    body = client.get("/provision").json()
    layers = [row["layer"] for row in body["areas"]]
    assert layers[0] == "_whole"
    assert set(layers[1:]) == {town_snapshot.run["summary"]["council_layer"]}
    assert {row["frequency"] for row in body["areas"]} == {"weekly"}
    whole = body["areas"][0]
    assert whole["participants_low"] < whole["participants_central"] < whole["participants_high"]
    assert any("か所" in sentence for sentence in whole["words"]["ja"])
    assert whole["words"]["en"]
    assert body["provenance"]["parameters"]["provision"]["participation_origin"]


def test_one_area_may_be_asked_for_by_name(client):
    first = client.get("/provision").json()["areas"][1]
    query = {"area": first["area_name"], "frequency": "monthly", "age_group": "75 "}
    body = client.get("/provision", params=query).json()
    assert [row["area_id"] for row in body["areas"]] == [first["area_id"]]
    assert body["areas"][0]["age_group"] == "75+"


def test_resilience_has_the_most_critical_places_first(client):
    body = client.get("/resilience").json()
    ranks = [row["rank"] for row in body["places"] if row["rank"] is not None]
    assert ranks == sorted(ranks)
    lost = [row["residents_lost"] for row in body["places"] if row["rank"] is not None]
    assert lost == sorted(lost, reverse=True)
    assert "ここがなくなると" in body["places"][0]["words"]["ja"][0]
    assert body["areas"][0]["layer"] == "_whole"
    assert 0 < body["areas"][0]["backup_pct"] < 100


def test_inequality_has_every_limit_of_a_layer(client):
    body = client.get("/inequality", params={"layer": "neighbourhood"}).json()
    limits = {
        (row["walk_limit_m"], row["walk_limit_min"], row["profile"]) for row in body["layers"]
    }
    assert len(limits) == len(body["layers"]) > 4
    assert all(0 <= row["gini"] <= 1 for row in body["layers"])
    assert "Gini" in body["layers"][0]["words"]["en"][0]


def test_a_crosstab_has_the_units_by_council_without_small_cells(client, town_snapshot):
    body = client.get("/crosstab").json()
    summary = town_snapshot.run["summary"]
    assert {row["row_layer"] for row in body["cells"]} == {summary["gap_layer"]}
    assert {row["column_layer"] for row in body["cells"]} == {summary["council_layer"]}


@pytest.mark.parametrize(
    ("path", "query", "status", "japanese"),
    [
        ("/provision", {"layer": "wards"}, 400, "使える値"),
        ("/provision", {"area": "どこか"}, 404, "はありません"),
        ("/provision", {"frequency": "daily"}, 400, "使える値"),
        ("/resilience", {"age_group": "90+"}, 400, "使える値"),
        ("/inequality", {"layer": "wards"}, 400, "使える値"),
        ("/crosstab", {"rows": "wards"}, 400, "使える区分"),
        ("/crosstab", {"frequency": "daily"}, 400, "使える値"),
    ],
)
def test_what_was_not_computed_is_refused_with_what_there_is(client, path, query, status, japanese):
    answer = client.get(path, params=query)
    assert answer.status_code == status
    assert japanese in answer.json()["detail_ja"]


@pytest.mark.parametrize("path", ["/provision", "/resilience", "/inequality", "/crosstab"])
def test_a_result_of_an_older_version_says_to_run_again(tmp_path, path):
    with TestClient(create_app(tiny_workspace(tmp_path), Settings(warm=False))) as client:
        answer = client.get(path)
    assert answer.status_code == 404
    assert "arukeba run" in answer.json()["detail"]


def test_the_command_writes_the_cells(town_snapshot, tmp_path, capsys):
    out = tmp_path / "cells.csv"
    command = ["crosstab", str(town_snapshot.workspace.path), "--out", str(out)]
    options = ["--rows", "elementary_district", "--columns", "community_area", "--lang", "ja"]
    assert main([*command, *options]) == 0
    shown = capsys.readouterr().out
    assert "×" in shown
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["row_layer"] for row in rows} == {"elementary_district"}
    assert {row["age_group"] for row in rows} == {"65+"}


def test_the_command_answers_a_machine_and_refuses_in_one_line(town_snapshot, tmp_path, capsys):
    command = ["crosstab", str(town_snapshot.workspace.path)]
    assert main([*command, "--out", str(tmp_path / "c.csv"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cells"][0]["words"]["ja"]
    assert main([*command, "--out", str(tmp_path), "--lang", "en"]) == 2
    assert "name a CSV file" in capsys.readouterr().err
    refused = [*command, "--rows", "wards", "--out", str(tmp_path / "d.csv"), "--lang", "en"]
    assert main(refused) == 2
    assert "do not cross" in capsys.readouterr().err
    assert not (tmp_path / "d.csv").exists()


def test_export_writes_the_tables_beside_the_collections(town_snapshot, tmp_path):
    files = {path.name for path in export(town_snapshot.workspace, tmp_path, file_format="csv")}
    assert files >= {"provision.csv", "inequality.csv", "resilience.csv", "backup.csv"}
    assert "crosstab-neighbourhood-community_area.csv" in files
    with (tmp_path / "provision.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    base = town_snapshot.workspace.profile.privacy.rounding_base
    counts = [float(row["residents"]) for row in rows if row["layer"] == WHOLE]
    assert len(counts) > 3
    assert [count % base for count in counts] == pytest.approx([0.0] * len(counts))

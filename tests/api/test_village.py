"""Every format, command and route on a village whose one council has all of it."""

import json
import shutil

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.main import main
from api.settings import Settings

ROUTES = (
    *(
        "/",
        "/api",
        "/conformance",
        "/collections",
        "/summary",
        "/slots",
        "/streets",
        "/about",
        "/health",
    ),
    *(
        "/provision",
        "/resilience",
        "/inequality",
        "/crosstab",
        "/timeline?from=R5&to=R6",
        "/walking-profiles",
    ),
    *("/intake", "/intake.json", "/decisions", "/plans", "/scenarios", "/reports/架空村"),
    *(f"/collections/{name}/items" for name in ("areas", "coverage", "gaps", "places")),
    *("/collections/candidates/items", "/collections/reach/items"),
)


@pytest.fixture(scope="module")
def workspace(village_of_one_council):
    return village_of_one_council.workspace


@pytest.fixture(scope="module")
def client(workspace):
    with TestClient(create_app(workspace, Settings())) as client:
        yield client


def ran(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


@pytest.mark.parametrize("file_format", ["geojson", "gpkg", "csv"])
def test_every_format_is_written(workspace, tmp_path, file_format):
    assert ran("export", workspace.path, "--format", file_format, "--out", tmp_path / "out") == 0
    files = {file.name for file in (tmp_path / "out").iterdir()}
    if file_format == "csv":
        # One council crosses nothing: the units are crossed with the districts instead.
        crossed = pd.read_csv(tmp_path / "out" / "crosstab-small_area-district.csv")
        assert set(crossed["column_name"]) == {"東地区", "西地区", "中地区", "離島地区"}
        assert "gaps.csv" in files
    else:
        assert files


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_answers(client, route):
    answer = client.get(route)
    assert answer.status_code == 200, answer.text


def test_every_command_on_results_works(workspace, tmp_path, capsys):
    path, out = tmp_path / "workspace", tmp_path / "out"
    shutil.copytree(workspace.path, path)
    assert ran("report", path, "--area", "架空村", "--out", out / "report.html") == 0
    assert ran("crosstab", path, "--out", out / "cross.csv") == 0
    assert ran("snaps", path) == 0
    assert ran("timeline", path, "--from", "R5", "--to", "R6", "--out", out / "years.csv") == 0
    capsys.readouterr()
    assert ran("plan", path, "--most", 2, "--points", 0, "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert [row["area_name"] for row in body["no_streets"]] == ["離島"]
    assert "of the whole of Kaku Village" in (out / "report.html").read_text("utf-8")

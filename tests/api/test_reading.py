"""Reading as programs do: not twice, across a new result, from other origins."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from tests.snapshots import tiny_workspace

ORIGIN = {"origin": "https://map.example"}
PATHS = (
    *("/", "/conformance", "/collections", "/collections/gaps", "/collections/gaps/queryables"),
    *("/collections/gaps/items", "/collections/plans/items", "/collections/places/items/p1"),
)


def pages(client: TestClient, path: str) -> list[str]:
    ids = []
    while path:
        body = client.get(path).json()
        ids += [one["id"] for one in body["features"]]
        path = next((link["href"] for link in body["links"] if link["rel"] == "next"), "")
    return ids


@pytest.mark.parametrize("path", PATHS)
def test_what_has_not_changed_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["etag"]
    for known in (tag, f'"x", {tag}', tag.removeprefix("W/"), "*"):
        again = client.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b""), known
        assert again.headers["etag"] == tag
    assert client.get(path, headers={"if-none-match": 'W/"x"'}).status_code == 200


def test_another_question_has_another_tag(client: TestClient) -> None:
    asked = (
        "",
        "?limit=2",
        "?limit=3",
        "?f=html",
        "?gap=none",
        "?crs=http://www.opengis.net/def/crs/EPSG/0/6677",
    )
    tags = {client.get(f"/collections/gaps/items{query}").headers["etag"] for query in asked}
    assert len(tags) == len(asked)


@pytest.mark.parametrize(
    "path", [*PATHS, "/about", "/streets", "/openapi.json", "/docs", "/healthz"]
)
def test_head_has_the_headers_of_get_and_no_body(client: TestClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    differ = {name for name in whole.headers if head.headers.get(name) != whole.headers[name]}
    assert differ <= {"content-length", "transfer-encoding"}


def test_pages_are_of_one_result_though_a_new_one_appears_between_them(tmp_path: Path) -> None:
    workspace = tiny_workspace(tmp_path / "town")
    with TestClient(create_app(workspace, Settings(warm=False))) as client:
        path = "/collections/coverage_table/items?limit=200"
        assert len(set(pages(client, path))) == 540
        first = client.get(path)
        (following,) = (one["href"] for one in first.json()["links"] if one["rel"] == "next")
        results = workspace.path / "results"
        shutil.copytree(results / "0001", results / "0002")
        (results / "LATEST").write_text("0002\n", encoding="utf-8")

        gone = client.get(following)

        assert gone.status_code == 410
        assert "begin again" in gone.json()["detail"]
        assert "はじめから" in gone.json()["detail_ja"]
        again = client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.headers["etag"] == first.headers["etag"]) == (200, False)
        assert len(set(pages(client, path))) == 540


@pytest.mark.parametrize(("offset", "limit"), [(3, 7), (7, 7), (536, 3), (600, 100)])
def test_the_page_before_ends_where_this_one_begins(
    client: TestClient, offset: int, limit: int
) -> None:
    body = client.get(f"/collections/coverage_table/items?offset={offset}&limit={limit}").json()
    (before,) = (one["href"] for one in body["links"] if one["rel"] == "prev")
    every = pages(client, "/collections/coverage_table/items")
    found = [one["id"] for one in client.get(before).json()["features"]]
    assert found == every[max(0, offset - limit) : offset]


def test_pages_of_other_origins_read_and_do_not_write(client: TestClient) -> None:
    asked = {**ORIGIN, "access-control-request-method": "GET"}
    allowed = client.options("/collections/gaps/items", headers=asked)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "POST" not in allowed.headers["access-control-allow-methods"]
    for path in ("/collections/gaps/items", "/collections/none", "/tiles/ground/14/14566/6446.mvt"):
        answer = client.get(path, headers=ORIGIN)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    for method in ("POST", "PUT", "DELETE"):
        asked = {**ORIGIN, "access-control-request-method": method}
        refused = client.options("/scenarios", headers=asked)
        assert "access-control-allow-origin" not in refused.headers
    written = client.post("/scenarios", json={}, headers=ORIGIN)
    assert "access-control-allow-origin" not in written.headers


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("*/*", False),
        ("", False),
        ("application/json", False),
        ("text/html", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("application/json,text/html;q=0.5", False),
        ("application/geo+json;q=0.4, text/html;q=0.5", True),
        ("text/html;q=0", False),
        ("text/html;q=much", False),
        ("image/png", False),
    ],
)
def test_browsers_get_pages_and_programs_json(
    client: TestClient, accept: str, *, html: bool
) -> None:
    for path in ("/", "/collections", "/collections/gaps/items"):
        told = client.get(path, headers={"accept": accept}).headers["content-type"]
        assert told.startswith("text/html") == html


def test_several_properties_sort_and_some_are_given(client: TestClient) -> None:
    query = "sortby=approximate,-nearest_place_walk_m&properties=area_id,nearest_place_walk_m"
    body = client.get(f"/collections/gaps/items?{query}").json()
    told = [one["properties"] for one in body["features"]]
    assert told == [
        {"area_id": name, "nearest_place_walk_m": walk_m}
        for name, walk_m in (("d", 1400.0), ("c", 890.0), ("b", 520.0), ("a", 180.0))
    ]
    up = client.get("/collections/gaps/items?sortby=+area_id").json()
    assert [one["properties"]["area_id"] for one in up["features"]] == list("abcd")


def test_links_hold_in_a_path_with_signs(client: TestClient) -> None:
    (feature,) = client.get("/collections/coverage_table/items?limit=1").json()["features"]
    body = client.get(f"/collections/coverage_table/items/{feature['id']}").json()
    for link in body["links"]:
        parts = urlsplit(link["href"])
        assert client.get(f"{parts.path}?{parts.query}").status_code == 200

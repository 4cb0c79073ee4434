"""Papers of a council over HTTP: who may, what the pages say, what everybody sees of a meeting."""

import json
import re

import pytest
from fastapi.testclient import TestClient

from api.access import CSRF
from api.app import create_app
from api.settings import Settings
from services.workspace.folder import Workspace
from tests.api.signing import entered, sign_in
from tests.snapshots import tiny_workspace

MEETING = {
    "date": "2026-03-01",
    "starts": "10:00",
    "title": "西の話し合い",
    "kind": "council_2",
    "venue": "西集会所",
    "template": "first",
    "items": "バスの便",
    "minutes": "ひみつの記録",
    "status": "held",
    "attendance": 17,
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return tiny_workspace(tmp_path_factory.mktemp("meetings"))


def client_of(workspace: Workspace, role: str, councils: list[str]) -> TestClient:
    client = TestClient(create_app(workspace, Settings(warm=False)), raise_server_exceptions=False)
    sign_in(
        client,
        entered(workspace, role, councils=councils, account_id=f"{role}-{''.join(councils)}"),
    )
    client.headers[CSRF] = client.get("/session").json()["csrf"]
    return client


@pytest.fixture(scope="module")
def west(workspace: Workspace) -> TestClient:
    return client_of(workspace, "council", ["w"])


@pytest.fixture(scope="module")
def anybody(workspace: Workspace) -> TestClient:
    return TestClient(create_app(workspace, Settings(warm=False)))


def kept(client: TestClient, council: str, paper: str, **told: object) -> dict[str, object]:
    answer = client.post(f"/meetings/{council}/papers", json={"kind": paper, "told": told})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["papers"][0])


@pytest.fixture(scope="module")
def meeting(west: TestClient) -> str:
    return str(kept(west, "w", "meeting", **MEETING)["paper_id"])


def test_everybody_sees_when_and_where_a_council_meets_and_no_more(
    anybody: TestClient, meeting: str
) -> None:
    (row,) = anybody.get("/calendar").json()["meetings"]
    assert (row["date"], row["venue"], row["area_name"]) == ("2026-03-01", "西集会所", "西地区")
    pages = {f: anybody.get(f"/calendar?f={f}").text for f in ("json", "html", "csv", "ics")}
    assert all("西の話し合い" in page for page in pages.values())
    assert not any(word in page for page in pages.values() for word in ("ひみつ", "17"))
    assert "DTSTART:20260301T010000Z" in pages["ics"]
    for path in ("", f"/agendas/{meeting}", f"/papers/{meeting}", "/workshop"):
        assert anybody.get(f"/meetings/w{path}").status_code == 401


def test_a_council_keeps_papers_of_its_own_alone(workspace: Workspace, meeting: str) -> None:
    east = client_of(workspace, "council", ["e"])
    assert east.get(f"/meetings/w/agendas/{meeting}").status_code == 403
    assert east.get(f"/meetings/e/agendas/{meeting}").status_code == 404
    refused = east.post("/meetings/w/papers", json={"kind": "item", "told": {"title": "x"}})
    assert refused.status_code == 403


def test_a_change_names_the_state_that_it_was_read_in(west: TestClient) -> None:
    task = kept(west, "w", "task", title="見守りの当番", layer="neighbourhood", area_id="a")
    address = f"/meetings/w/papers/{task['paper_id']}"
    assert west.patch(address, json={"status": "done"}).status_code == 428
    read = west.get(address)
    now = west.patch(address, json={"status": "done"}, headers={"if-match": read.headers["etag"]})
    assert now.json()["told"]["status"] == "done"
    late = west.patch(
        address, json={"status": "dropped"}, headers={"if-match": read.headers["etag"]}
    )
    assert late.status_code == 412
    assert west.post(f"{address}/undo").json()["told"]["status"] == "not_begun"
    assert len(west.get(address).json()["states"]) == 3
    assert west.delete(address).status_code == 204
    assert west.get(address).status_code == 404


def test_what_cannot_be_kept_is_one_sentence(west: TestClient) -> None:
    told = {**MEETING, "date": "いつか"}
    answer = west.post("/meetings/w/papers", json={"kind": "meeting", "told": told})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "'いつか' is not a day; write it like 2025-04-01"


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_agenda_has_its_items_and_the_summary_what_came_of_them(
    west: TestClient, meeting: str, lang: str
) -> None:
    agenda = west.get(f"/meetings/w/agendas/{meeting}?lang={lang}").text
    assert re.search(
        r"<ol>(<li>[^<]+</li>){6}</ol>", agenda
    )  # five of the template, one of its own
    assert "バスの便" in agenda
    assert "/meetings/w/workshop?blank=true" in agenda
    summary = west.get(f"/meetings/w/summaries/{meeting}?lang={lang}").text
    assert "ひみつの記録" in summary
    assert {"ja": "17人", "en": "17 people"}[lang] in summary


def test_an_item_that_is_passed_up_stands_with_the_municipality(
    workspace: Workspace, west: TestClient, meeting: str
) -> None:
    item = kept(west, "w", "item", title="坂道の手すり", meeting_id=meeting)
    address = f"/meetings/w/papers/{item['paper_id']}"
    states = {"if-match": f'"{item["change_id"]}"'}
    assert west.patch(address, json={"status": "passed_up"}, headers=states).status_code == 200
    planner = client_of(workspace, "planner", [])
    whole = planner.get("/meetings/99999", headers={"accept": "text/html"}).text
    assert "坂道の手すり" in whole
    assert [
        one["title"] for one in planner.get("/meetings/99999").json()["items"]["municipality"]
    ] == ["坂道の手すり"]
    # Its council can no longer change what waits on the level above.
    state = west.get(address).headers["etag"]
    refused = west.patch(address, json={"status": "closed"}, headers={"if-match": state})
    assert refused.status_code == 403
    page = west.get(f"/meetings/w/proposals/{item['paper_id']}").text
    assert "坂道の手すり" in page
    assert "65歳以上 700人のうち520人" in page


def test_what_a_workshop_said_stands_in_its_box_and_on_its_map(west: TestClient) -> None:
    kept(west, "w", "workshop", box="trouble", text="冬の坂")
    form = west.get("/meetings/w/workshop")
    assert "冬の坂" in form.text
    assert "script-src 'self'" in form.headers["content-security-policy"]
    corners = json.loads(re.search(r'data-corners="([^"]+)"', form.text)[1].replace("&#34;", '"'))
    assert len(corners) == 4
    blank = west.get("/meetings/w/workshop?blank=true&lang=en").text
    assert "冬の坂" not in blank
    assert "Troubles" in blank


def test_the_page_of_a_council_has_every_part(west: TestClient, meeting: str) -> None:
    page = west.get("/meetings/w?lang=ja&f=html").text
    assert all(
        part in page for part in ("会議", "困りごと", "計画の項目", "話し合いの紙", "活動の記録")
    )
    assert 'data-kind="meeting"' in page
    month = west.get("/registry/report?month=2026-03&f=html").text
    assert "西の話し合い" in month

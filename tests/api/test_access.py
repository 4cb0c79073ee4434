"""Who may do what: every route has a rule, and every standing meets it, in its own areas alone."""

import re
from itertools import product
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.access import COOKIE, CSRF, routes_of, rules
from api.app import create_app
from api.matrix import with_matrix
from api.settings import Settings
from services.accounts.log import deeds
from services.accounts.people import add_account
from services.accounts.rights import ANYBODY, MAY, Standing
from services.accounts.sessions import come_by, invite, visitor_of
from services.registry.editing import create_place, fields_of
from services.registry.feed import history, pin_note
from services.registry.hands import ANYBODY as ANY_HAND
from services.workspace.folder import Workspace, open_workspace
from tests.api.signing import entered, sign_in
from tests.datedtown import dated_workspace
from tests.snapshots import tiny_workspace

PASSWORD = "まいしゅう あるいて いける"  # noqa: S105  of nobody
REFUSED = ("sign in first", "this is not for you", "there is no account yet")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return tiny_workspace(tmp_path_factory.mktemp("access"))


def council_ids(workspace: Workspace) -> list[str]:
    areas = workspace.areas()
    mine = areas["layer"] == workspace.profile.analysis.council_layer
    return [str(one) for one in areas[mine]["area_id"]]


def client_of(workspace: Workspace, standing: Standing, council: str) -> TestClient:
    """Return a client of a standing; of those of areas, of one council."""
    client = TestClient(create_app(workspace, Settings(warm=False)), raise_server_exceptions=False)
    if standing == "guest":
        planner = entered(workspace).visitor
        sign_in(
            client,
            come_by(workspace, invite(workspace, planner, [council], purpose="", days=1)["link"]),
        )
    elif standing != "public":
        councils = [council] if standing in ("council", "coordinator") else []
        sign_in(client, entered(workspace, standing, councils=councils, account_id=standing))
    return client


@pytest.fixture(scope="module")
def clients(workspace: Workspace) -> dict[Standing, TestClient]:
    council = council_ids(workspace)[0]
    return {standing: client_of(workspace, standing, council) for standing in MAY}


def routes(client: TestClient) -> list[APIRoute]:
    found = routes_of(client.app.routes)  # type: ignore[attr-defined]
    assert len(found) > 80
    return found


def test_every_route_has_a_rule(clients: dict[Standing, TestClient]) -> None:
    without = [one.path for one in routes(clients["public"]) if not rules(one)]
    assert without == []


def test_what_writes_asks_for_more_than_reading(clients: dict[Standing, TestClient]) -> None:
    """What anybody may send changes nothing but his own session."""
    open_to_all = {
        (method, one.path)
        for one in routes(clients["public"])
        for method in one.methods - {"GET", "HEAD"}
        if rules(one) == {"read"}
    }
    assert open_to_all == {
        ("POST", "/whatif"),
        ("POST", "/processes/what-if/execution"),
        ("POST", "/edit-proposals/effect"),
        ("POST", "/session"),
        ("DELETE", "/session"),
    }


def test_every_standing_meets_the_rule_of_every_route(
    clients: dict[Standing, TestClient],
) -> None:
    met: dict[tuple[Standing, bool], int] = {}
    for standing, route in product(MAY, routes(clients["public"])):
        path = re.sub(r"\{.*?\}", "0", route.path)
        for method in route.methods - {"HEAD"}:
            if path == "/session" and method != "GET":
                continue  # it would end the session that is being tried
            answer = clients[standing].request(method, path, json={})
            may = rules(route) <= MAY[standing]
            said = answer.json().get("detail", "") if _is_problem(answer.headers) else ""
            refused = str(said).startswith(REFUSED)
            assert refused is not may, (standing, method, path, answer.status_code, said)
            if refused:
                assert answer.status_code == (401 if standing == "public" else 403)
            met[standing, may] = met.get((standing, may), 0) + 1
    assert all(met[standing, True] for standing in MAY)
    assert met["public", False] > met["council", False] > met["planner", False] > 0


def _is_problem(headers: object) -> bool:
    return "problem+json" in str(dict(headers).get("content-type"))  # type: ignore[call-overload]


@pytest.fixture
def town(tmp_path: Path) -> Workspace:
    return dated_workspace(tmp_path)


@pytest.mark.parametrize("standing", ["council", "coordinator"])
def test_a_council_writes_in_its_own_area_and_in_no_other(
    town: Workspace, standing: Standing
) -> None:
    mine, other = council_ids(town)[:2]
    layer = town.profile.analysis.council_layer
    areas = town.areas().to_crs(4326)
    inside = areas[areas["layer"] == layer].set_index("area_id").geometry.representative_point()
    at = {one: {"lon": inside[one].x, "lat": inside[one].y} for one in (mine, other)}
    client = client_of(town, standing, mine)
    for council, may in ((mine, True), (other, False)):
        name = f"{standing}{council}"
        theirs = create_place(town, fields_of({"name": name, **at[council]}), who=ANY_HAND)
        change = history(town, theirs.place_id)[0]["change_id"]
        note = pin_note(town, layer, council, "坂が急", who=ANY_HAND)
        place = f"/registry/places/{theirs.place_id}"
        state = {"if-match": f'"{theirs.state}"'}
        new = {"fields": {"name": f"{name}2", **at[council]}}
        rows = {"rows": [{"name": f"{name}3", **at[council]}]}
        decision = {
            "action": "open",
            "status": "proposed",
            "council_id": council,
            **at[council],
        }
        notes = f"/registry/areas/{layer}/{council}/notes"
        for answer in (
            client.get(place),
            client.patch(place, json={"name": f"{name}0"}, headers=state),
            client.post(f"{place}/confirmation"),
            client.post("/registry/places", json=new),
            client.post("/registry/imports", json=rows),
            client.get(notes),
            client.post(notes, json={"text": "坂が急"}),
            client.delete(f"/registry/notes/{note}"),
            client.post("/decisions", json=decision),
            client.post("/guest-links", json={"council_id": council}),
        ):
            assert answer.is_success is may, (standing, may, answer.request.url, answer.text)
            assert may or answer.status_code == 403
        undone = client.post(f"/registry/changes/{change}/undo")
        assert undone.status_code == (412 if may else 403)  # it was changed since


def test_a_planner_writes_everywhere(town: Workspace) -> None:
    client = client_of(town, "planner", "")
    for council in council_ids(town)[:2]:
        assert client.post("/guest-links", json={"council_id": council}).status_code == 201


def test_the_person_at_the_keyboard_withdraws_what_he_has_made(town: Workspace) -> None:
    keyboard, council = client_of(town, "planner", ""), council_ids(town)[0]
    sign_in(keyboard, entered(town))
    made = keyboard.post("/guest-links", json={"council_id": council}).json()
    other = client_of(town, "council", council)
    assert other.get("/guest-links").json()["links"] == []
    assert other.delete(f"/guest-links/{made['link_id']}").status_code == 404
    assert [one["link_id"] for one in keyboard.get("/guest-links").json()["links"]] == [
        made["link_id"]
    ]
    assert keyboard.delete(f"/guest-links/{made['link_id']}").status_code == 204
    assert keyboard.get("/guest-links").json()["links"] == []


def test_a_meeting_is_told_a_decision_once(town: Workspace) -> None:
    council = council_ids(town)[0]
    client = client_of(town, "council", council)
    areas = town.areas().to_crs(4326).set_index("area_id").geometry
    at = areas[council].representative_point()
    decision = {"action": "open", "status": "proposed", "council_id": council}
    answer = client.post("/decisions", json={**decision, "lon": at.x, "lat": at.y})
    assert answer.status_code == 201
    package = client.get(f"/meetings/{council}").json()
    assert len(package["decisions"]) == 1
    assert [one for one in package["changes"] if one["event"] == "proposed"] == []


def test_a_password_is_changed_by_its_account_alone_and_not_guessed(town: Workspace) -> None:
    add_account(town, "office", role="planner", password=PASSWORD, by=ANYBODY)
    client = TestClient(create_app(town, Settings(warm=False)))
    told = client.post("/session", json={"account": "office", "password": PASSWORD}).json()
    client.headers[CSRF] = told["csrf"]
    asked = {"old": PASSWORD, "new": PASSWORD + "ね"}
    assert client.put("/session/password", json={**asked, "new": "short"}).status_code == 422
    token = client.post("/tokens", json={"name": "QGIS", "scopes": ["attend"]}).json()["token"]
    program = TestClient(create_app(town, Settings(warm=False)))
    sent = {"authorization": f"Bearer {token}"}
    guest = client_of(town, "guest", council_ids(town)[0])
    assert program.put("/session/password", json=asked, headers=sent).status_code == 403
    assert guest.put("/session/password", json=asked).status_code == 403
    assert client.put("/session/password", json=asked).status_code == 204
    assert deeds(town)[0]["what"] == "account.password"
    for _ in range(10):
        assert client.put("/session/password", json=asked).status_code == 403
    locked = client.put("/session/password", json={"old": asked["new"], "new": PASSWORD})
    assert locked.status_code == 429


def test_guests_read_what_their_council_has_and_nothing_of_others(town: Workspace) -> None:
    mine, other = council_ids(town)[:2]
    layer = town.profile.analysis.council_layer
    for one in (mine, other):
        pin_note(town, layer, one, "坂が急", who=ANY_HAND)
    guest = client_of(town, "guest", mine)
    assert len(guest.get(f"/registry/areas/{layer}/{mine}/notes").json()["notes"]) == 1
    assert guest.get(f"/registry/areas/{layer}/{other}/notes").status_code == 403
    package = guest.get(f"/meetings/{mine}").json()
    assert [one["text"] for one in package["notes"]] == ["坂が急"]
    page = guest.get(f"/meetings/{mine}", headers={"accept": "text/html"})
    assert "坂が急" in page.text
    assert guest.get(f"/meetings/{other}").status_code == 403


def test_what_is_written_is_kept_under_the_account_and_logged(town: Workspace) -> None:
    client = client_of(town, "planner", "")
    made = client.post("/registry/places", json={"fields": {"name": "ひまわり"}}).json()
    assert history(town, made["place_id"])[0]["who"] == "planner"
    assert client.post("/scenarios", json={"name": "案", "edits": []}).status_code == 201
    assert client.delete("/scenarios/案").status_code == 204
    told = [(one["who"], one["what"], one["about"]) for one in deeds(town)][:3][::-1]
    assert told == [
        ("planner", "http.create", "POST /registry/places"),
        ("planner", "http.create", "POST /scenarios"),
        ("planner", "http.delete", "DELETE /scenarios/案"),
    ]
    before = deeds(town)[0]["before"]
    assert "案" in before["file"]
    assert deeds(town)[1]["after"] == before
    n = len(deeds(town))
    for refused in (
        client.delete("/scenarios/案"),
        client.post("/registry/places", json={}),
        client.get("/about"),
    ):
        assert refused.status_code in (200, 404, 422)
    assert len(deeds(town)) == n


@pytest.fixture
def browser(workspace: Workspace) -> TestClient:
    """Return a client that has the cookie and nothing else."""
    client = TestClient(create_app(workspace, Settings(warm=False)))
    client.cookies.set(COOKIE, entered(workspace).key)
    return client


def test_a_page_without_tls_writes_nothing_where_the_address_has_it(workspace: Workspace) -> None:
    entry = entered(workspace)
    settings = Settings(warm=False, address="https://testserver")
    with TestClient(create_app(workspace, settings), base_url="https://testserver") as client:
        client.cookies.set(f"__Host-{COOKIE}", entry.key)
        client.headers[CSRF] = entry.visitor.csrf
        for origin, status in (("http://testserver", 403), ("https://testserver", 200)):
            told = {"origin": origin}
            answer = client.put("/session/view", json={"view": "public"}, headers=told)
            assert answer.status_code == status, answer.text


@pytest.mark.parametrize("named", ["fd00::1", "[FD00::1]"])
def test_a_name_that_is_an_address_may_stand_in_brackets(workspace: Workspace, named: str) -> None:
    client = TestClient(create_app(workspace, Settings(warm=False, hosts=(named,))))
    for host, status in (("[fd00::1]", 200), ("[fd00::1]:8000", 200), ("[fd00::2]:8000", 403)):
        assert client.get("/about", headers={"host": host}).status_code == status


def test_a_page_of_another_origin_writes_nothing(browser: TestClient) -> None:
    csrf = {CSRF: browser.get("/session").json()["csrf"]}
    body = {"view": "public"}
    for headers in (
        {},
        {CSRF: "x"},
        {**csrf, "origin": "https://evil.example"},
        {**csrf, "origin": "null"},
        {**csrf, "sec-fetch-site": "cross-site"},
        {**csrf, "sec-fetch-site": "same-site"},
    ):
        answer = browser.put("/session/view", json=body, headers=headers)
        assert answer.status_code == 403, headers
    own = {**csrf, "origin": "http://testserver", "sec-fetch-site": "same-origin"}
    assert browser.put("/session/view", json=body, headers=own).status_code == 200


def test_what_a_session_sees_is_kept_by_no_cache_and_read_by_no_other_page(
    browser: TestClient, workspace: Workspace
) -> None:
    public = TestClient(create_app(workspace, Settings(warm=False)))
    for path in ("/summary", "/collections/gaps/items", "/"):
        seen, told = browser.get(path), public.get(path)
        assert "private" in seen.headers["cache-control"]
        assert "Cookie" in seen.headers["vary"]
        assert "access-control-allow-origin" not in seen.headers
        assert told.headers["access-control-allow-origin"] == "*"


def test_signing_in_and_out_by_the_page(workspace: Workspace) -> None:
    client = TestClient(create_app(workspace, Settings(warm=False)))
    add_account(workspace, "office", role="planner", password=PASSWORD, by=ANYBODY)
    assert client.get("/session").json()["standing"] == "public"
    wrong = client.post("/session", json={"account": "office", "password": "wrong"})
    assert wrong.status_code == 403
    answer = client.post("/session", json={"account": "office", "password": PASSWORD})
    flags = {part.strip() for part in answer.headers["set-cookie"].split(";")}
    assert {"HttpOnly", "Path=/", "SameSite=Strict"} <= flags
    assert "Secure" not in flags  # loopback speaks plain HTTP
    told = client.get("/session").json()
    assert (told["account_id"], told["view"]) == ("office", "exact")
    assert client.get("/about").json()["view"] == "exact"
    chosen = client.put("/session/view", json={"view": "public"}, headers={CSRF: told["csrf"]})
    assert chosen.status_code == 200
    assert client.get("/about").json()["view"] == "public"
    key = client.cookies[COOKIE]
    assert client.delete("/session", headers={CSRF: told["csrf"]}).status_code == 204
    assert client.get("/session").json()["standing"] == "public"
    assert visitor_of(workspace, key)[0] == ANYBODY


def test_behind_tls_the_cookie_is_for_it_alone_and_links_bear_the_address_given(
    workspace: Workspace,
) -> None:
    settings = Settings(warm=False, address="https://arukeba.example.lg.jp")
    client = TestClient(create_app(workspace, settings), base_url="https://arukeba.example.lg.jp")
    add_account(workspace, "tls", role="planner", password=PASSWORD, by=ANYBODY)
    answer = client.post("/session", json={"account": "tls", "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith(f"__Host-{COOKIE}=")
    assert "Secure" in answer.headers["set-cookie"]
    links = client.get("/api", headers={"host": "127.0.0.1"}).json()["links"]
    assert {one["href"].split("/")[2] for one in links} == {"arukeba.example.lg.jp"}


def test_a_program_comes_by_a_token_and_needs_nothing_else(workspace: Workspace) -> None:
    client = client_of(workspace, "planner", "")
    made = client.post("/tokens", json={"name": "QGIS", "scopes": ["exact"]}).json()
    program = TestClient(create_app(workspace, Settings(warm=False)))
    sent = {"authorization": f"Bearer {made['token']}"}
    assert program.get("/about", headers=sent).json()["view"] == "exact"
    assert program.post("/plans", json={"most": 1}, headers=sent).status_code == 403
    listed = client.get("/tokens").json()["tokens"]
    assert "token" not in listed[0]
    assert client.delete(f"/tokens/{made['token_id']}").status_code == 204
    answer = program.get("/about", headers=sent)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_without_an_account_it_says_how_to_make_the_first(town: Workspace) -> None:
    client = TestClient(create_app(open_workspace(town.path), Settings(warm=False)))
    answer = client.post("/scenarios", json={"name": "x"})
    assert answer.status_code == 401
    assert "arukeba account add" in answer.json()["detail"]
    assert "arukeba account add" in client.get("/sign-in").text


def test_administrators_keep_accounts_over_http_and_nobody_changes_the_log(
    clients: dict[Standing, TestClient],
) -> None:
    client = clients["administrator"]
    new = {"account_id": "third", "role": "planner", "password": PASSWORD}
    assert client.post("/accounts", json=new).status_code == 201
    assert client.post("/accounts", json=new).status_code == 409
    assert client.patch("/accounts/third", json={"name": "三課"}).json()["name"] == "三課"
    told = client.get("/accounts/third/personal-data").json()
    assert told["account"]["name"] == "三課"
    assert "password" not in str(told).replace("has_password", "")
    assert client.delete("/accounts/third").status_code == 204
    assert client.get("/log").json()["log"][0]["what"] == "account.remove"
    for method in ("PUT", "POST", "PATCH", "DELETE"):
        assert client.request(method, "/log", json={}).status_code == 405


def test_the_table_of_the_document_is_that_of_the_routes() -> None:
    document = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")
    assert with_matrix(document) == document
    assert document.count("| /registry/places |") == 1

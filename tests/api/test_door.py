"""The door: nobody stops the server from outside, and nothing that is sent comes back."""

import asyncio
import json
import re
import resource
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
import requests
from fastapi import Response
from fastapi.testclient import TestClient

from api.app import create_app
from api.bodies import DEPTH_MOST, BoundedBodies
from api.connections import BACKLOG, FILES_KEPT, connections_most
from api.portions import PORTION_BYTES
from api.settings import Settings
from services.results.run import run
from services.workspace.folder import Workspace
from tests.api.serving import serving
from tests.api.signing import planner
from tests.services.plans.test_plans import town

SHORT = Settings(
    warm=False,
    writes_most_per_minute=100_000,
    connections_most=60,
    head_wait_s=1.0,
    body_wait_s=1.0,
    send_wait_s=1.0,
    stop_wait_s=2,
)
HALF_HEAD = b"GET /collections HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
HALF_BODY = (
    b"POST /whatif HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 500\r\n\r\n{"
)


def longest() -> Response:
    """Return 20 MB."""
    return Response(b"x" * 20_000_000)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = town(tmp_path_factory.mktemp("door"))
    run(workspace)
    return workspace


@pytest.fixture(scope="module")
def address(own: Workspace) -> Iterator[str]:
    app = create_app(own, SHORT)
    app.add_api_route("/longest", longest)
    with serving(app, SHORT) as address:
        yield address


@pytest.fixture(scope="module")
def client(own: Workspace) -> Iterator[TestClient]:
    with planner(own, SHORT) as client:
        yield client


def connected(address: str) -> socket.socket:
    host, port = address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def whole(opened: socket.socket) -> bytes:
    """Return an answer, its body as long as its head says."""
    answer = b""
    opened.settimeout(10)
    while not (found := re.search(rb"(?i)content-length: (\d+)", answer)) or len(
        answer.partition(b"\r\n\r\n")[2]
    ) < int(found[1]):
        part = opened.recv(65536)
        assert part, answer
        answer += part
    return answer


def closed_after(opened: socket.socket, longest_s: float) -> float:
    """Return after how many seconds the other side closed the connection."""
    start = time.monotonic()
    opened.settimeout(longest_s)
    try:
        while opened.recv(65536):
            pass
    except ConnectionError:
        pass
    return time.monotonic() - start


@pytest.mark.parametrize(
    ("half", "many"),
    [(b"", 200), (HALF_HEAD, 1100), (HALF_BODY, 200)],
    ids=["nothing", "head", "body"],
)
def test_who_opens_many_connections_and_says_half_keeps_nobody_out(
    address: str, half: bytes, many: int
) -> None:
    with ExitStack() as stack:
        for _ in range(many):
            opened = stack.enter_context(connected(address))
            opened.sendall(half)
        start = time.monotonic()
        assert requests.get(f"{address}/collections", timeout=10).status_code == 200
        assert time.monotonic() - start < 5


@pytest.mark.parametrize("half", [b"", HALF_HEAD, HALF_BODY], ids=["nothing", "head", "body"])
def test_a_request_that_does_not_come_to_its_end_is_closed(address: str, half: bytes) -> None:
    with connected(address) as opened:
        opened.sendall(half)
        assert 0.5 < closed_after(opened, 8) < 5


def test_who_sends_a_byte_now_and_then_has_no_longer(address: str) -> None:
    with connected(address) as opened:
        opened.sendall(HALF_HEAD)
        start = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - start < 10:
                opened.sendall(b"a")
                time.sleep(0.1)
        assert time.monotonic() - start < 5


def test_a_reader_who_does_not_read_is_let_go(address: str) -> None:
    with connected(address) as opened:
        opened.sendall(b"GET /longest HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        time.sleep(4)  # nothing is read meanwhile
        opened.settimeout(10)
        read = 0
        try:
            while part := opened.recv(65536):
                read += len(part)
        except ConnectionError:
            pass
        assert read < 20_000_000


def test_a_reader_who_reads_slowly_gets_all(address: str) -> None:
    with connected(address) as opened:
        opened.sendall(b"GET /longest HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        read, start = 0, time.monotonic()
        while part := opened.recv(1_000_000):
            read += len(part)
            time.sleep(0.1)
        assert read > 20_000_000
        assert time.monotonic() - start > 1.5


def test_as_many_connections_as_there_are_files_are_not_taken() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert connections_most(10) == 10
    assert connections_most(10**9) <= hard - BACKLOG - FILES_KEPT
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def lone(number: int) -> str:
    return f'"\\u{number:04x}"'


UNFIT = {
    "deep list": ("[" * 50_000 + "]" * 50_000, "nested too deep", "入れ子が深すぎます"),
    "deep and open": ('{"a":' * 100_000, "nested too deep", "入れ子が深すぎます"),
    "lone surrogate": (f'{{"edits": [], "layer": {lone(0xD800)}}}', "lone surrogate", "サロゲート"),
    "surrogate as a name": (f'{{"edits": [], {lone(0xDFFF)}: 1}}', "lone surrogate", "サロゲート"),
    "surrogate in bytes": (b'{"edits": [], "layer": "\xed\xa0\x80"}', "lone surrogate", "サロゲート"),
    "NUL": ('{"edits": [], "layer": "\\u0000"}', "NUL", "NUL"),
    "endless": ('{"edits": [], "n": Infinity}', "no number that can be used", "使えない数値"),
    "no number": ('{"edits": [], "n": NaN}', "no number that can be used", "使えない数値"),
    "overflow": ('{"edits": [], "n": 1e999}', "no number that can be used", "使えない数値"),
    "digits": ('{"edits": [], "n": ' + "9" * 100_000 + "}", "no number that", "使えない数値"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
@pytest.mark.parametrize(
    ("method", "path"), [("post", "/whatif"), ("post", "/plans"), ("put", "/scenarios/a")]
)
def test_what_json_can_say_and_nobody_can_mean_is_refused(
    client: TestClient, name: str, method: str, path: str
) -> None:
    body, english, japanese = UNFIT[name]
    answer = client.request(
        method, path, content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert english in answer.json()["detail"]
    assert japanese in answer.json()["detail_ja"]
    assert len(answer.content) < 1000


def test_brackets_in_texts_are_not_depth(client: TestClient) -> None:
    name = "[{" * 200 + '\\"' + "[" * 200
    answer = client.post(
        "/whatif",
        content=f'{{"edits": [], "layer": "{name}"}}',
        headers={"content-type": "application/json"},
    )
    assert "too deep" not in answer.json()["detail"]


def test_as_deep_as_may_be_is_let_through() -> None:
    async def echo(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["body"] == body
        await Response("well")(scope, receive, send)

    client = TestClient(BoundedBodies(echo, 10_000))
    body = b"[" * DEPTH_MOST + b"]" * DEPTH_MOST
    assert client.post("/", content=body).text == "well"
    body = b"[" * (DEPTH_MOST + 1) + b"]" * (DEPTH_MOST + 1)
    assert client.post("/", content=body).status_code == 422


ODD: tuple[Any, ...] = (
    [], {}, [[]], [{}], [1], None, True, 1e300, -1, "", "x" * 5000, {"a": []}, "\ud83d\ude00",
)  # fmt: skip


def odd_bodies(example: Any) -> Iterator[Any]:
    """Yield the example with each of its values, at any depth, in turn replaced by an odd one."""
    yield from ODD
    if isinstance(example, dict):
        for key, value in example.items():
            yield from ({**example, key: odd} for odd in odd_bodies(value))
    elif isinstance(example, list):
        for at, value in enumerate(example):
            yield from ([*example[:at], odd, *example[at + 1 :]] for odd in odd_bodies(value))


POINT = {"lon": 139.9, "lat": 35.8}
OPEN = {"action": "open", "name": "集会所", "schedule_text": "毎週月曜", **POINT}
CLOSE = {"action": "close", "place_id": "p"}
BARRIER = {"action": "barrier", "geometry": {"type": "LineString", "coordinates": [[139, 35]]}}
EXAMPLES: dict[tuple[str, str], Any] = {
    ("post", "/whatif"): {"layer": "city", "edits": [OPEN, CLOSE, BARRIER], "age_group": "65+"},
    ("post", "/scenarios"): {"name": "案", "edits": [OPEN, BARRIER], "note": ""},
    ("post", "/decisions"): {"action": "open", "status": "proposed", "council_id": "w", **POINT},
    ("post", "/plans"): {"objectives": ["most_reached"], "targets": ["daily"], "most": 1},
    ("post", "/edit-proposals"): {"kind": "path", "line": [[139.9, 35.8], [139.91, 35.8]]},
}


@pytest.mark.parametrize(("method", "path"), EXAMPLES)
def test_no_odd_value_in_its_place_is_a_fault_of_ours(
    client: TestClient, method: str, path: str
) -> None:
    answers: list[int] = []
    for body in odd_bodies(EXAMPLES[method, path]):
        answer = client.request(
            method, path, content=json.dumps(body), headers={"content-type": "application/json"}
        )
        assert answer.status_code < 500, (body, answer.text)
        assert len(answer.content) < 20_000
        answers.append(answer.status_code)
    assert answers.count(422) > 20


@pytest.mark.parametrize("how", ["Content-Length: 50000000", "Transfer-Encoding: chunked"])
def test_a_body_that_is_too_long_is_refused_before_it_is_read(address: str, how: str) -> None:
    head = b"POST /whatif HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    piece = b"x" * 65536
    piece = b"10000\r\n" + piece + b"\r\n" if "chunked" in how else piece
    sent = 0
    with connected(address) as opened:
        opened.sendall(head + how.encode() + b"\r\n\r\n")
        while not select.select([opened], [], [], 0)[0]:
            assert sent < 10_000_000
            opened.sendall(piece)
            sent += len(piece)
        answer = whole(opened)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in answer
    body = json.loads(answer.split(b"\r\n\r\n", 1)[1])
    assert "1,000,000 bytes at most" in body["detail"]
    assert "1,000,000バイトまで" in body["detail_ja"]


def test_fifty_megabytes_do_not_come_back(client: TestClient) -> None:
    body = json.dumps({"edits": "x" * 50_000_000})
    answer = client.post("/whatif", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert len(answer.content) < 1000


def test_a_megabyte_is_not_said_again_either(client: TestClient) -> None:
    for body in ({"edits": "x" * 990_000}, {"x" * 990_000: 1}, {"edits": [{"x" * 990_000: 1}]}):
        for path in ("/whatif", "/plans", "/decisions", "/scenarios"):
            answer = client.post(path, json=body)
            assert answer.status_code == 422
            assert len(answer.content) < 20_000, path


def test_a_long_answer_leaves_in_pieces_and_whole() -> None:
    from api.portions import Portions

    told: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        told.append(message)

    async def ask() -> None:
        app = Portions(Response(bytes(range(256)) * 4000))
        await app({"type": "http", "method": "GET", "path": "/"}, send, send)  # type: ignore[arg-type]

    asyncio.run(ask())
    parts = [message["body"] for message in told[1:]]
    assert max(map(len, parts)) <= PORTION_BYTES
    assert b"".join(parts) == bytes(range(256)) * 4000
    assert [message.get("more_body", False) for message in told[1:]] == [True] * 3 + [False]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PATCH", "/whatif", 405), ("GET", "/nothing", 404), ("DELETE", "/collections", 405)],
)
def test_what_the_framework_refuses_is_told_like_everything_else(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    body = answer.json()
    assert (answer.status_code, body["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert path in body["detail"]
    assert re.search("[ぁ-ん]", body["detail_ja"])
    assert "/docs" in body["detail"]
    if status == 405:
        assert answer.headers["allow"]


def test_a_refusal_in_plain_text_is_told_anew(client: TestClient) -> None:
    answer = client.get("/assets/main.js", headers={"range": "bytes=9-1"})
    assert answer.status_code in (400, 416)
    assert answer.headers["content-type"] == "application/problem+json"
    assert re.search("[ぁ-ん]", answer.json()["detail_ja"])


def test_bytes_that_are_no_request_are_answered_with_a_problem(address: str) -> None:
    with connected(address) as opened:
        opened.sendall(b"\x16\x03\x01\x02\r\n\r\n")
        answer = whole(opened)
    head, body = answer.split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert re.search("[ぁ-ん]", json.loads(body)["detail_ja"])


def test_a_fault_of_ours_says_nothing_of_its_cause(own: Workspace) -> None:
    app = create_app(own, SHORT)

    def fail() -> None:
        raise ZeroDivisionError("postgresql://secret")

    app.add_api_route("/fail", fail)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/fail")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


def test_the_description_says_what_a_refusal_looks_like(client: TestClient) -> None:
    document = client.get("/openapi.json?lang=en").json()
    assert "HTTPValidationError" not in json.dumps(document)
    looks = ("/health", "/ready")  # their answer says how the server is, well or not
    operations = [
        one
        for path, methods in document["paths"].items()
        for one in methods.values()
        if path not in looks
    ]
    assert operations
    for operation in operations:
        refusals = {c: a for c, a in operation["responses"].items() if not c.startswith(("2", "3"))}
        assert "default" in refusals
        assert all([*one["content"]] == ["application/problem+json"] for one in refusals.values())

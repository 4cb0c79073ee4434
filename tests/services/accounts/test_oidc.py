"""The city's own sign-in, against a provider of our own on loopback that checks what it is asked."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from api.app import create_app
from api.settings import Settings
from geo.errors import NotAllowedError, StorageError
from services.accounts import oidc
from services.accounts.oidc import Client, begin, finish
from services.accounts.people import add_account
from services.accounts.rights import ANYBODY
from services.workspace.folder import Workspace
from tests.datedtown import dated_workspace

MAIL = "plan@city.example.jp"
KEY, OTHER = (RSAKey.generate_key(2048, parameters={"kid": kid}) for kid in ("ours", "ours"))


class Provider:
    """Gives out codes for whoever comes, and identities for codes that were asked for rightly."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.claims: dict[str, Any] = {}
        self.key = KEY
        self.issuer = ""

    def authorize(self, address: str) -> dict[str, str]:
        """Return what a browser that signed in is sent back with."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        asked = self.codes.pop(form["code"])
        shown = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(shown).rstrip(b"=").decode() == asked["code_challenge"]
        assert form["redirect_uri"] == asked["redirect_uri"]
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "1",
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
            "email": MAIL,
            "email_verified": True,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode({"alg": "RS256", "kid": "ours"}, claims, self.key)
        return {"access_token": "x", "token_type": "Bearer", "id_token": token}


@pytest.fixture(scope="module")
def served() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, body: object) -> None:
            sent = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                ends = {"authorization_endpoint": "/in", "token_endpoint": "/token"}
                found = {name: provider.issuer + path for name, path in ends.items()}
                jwks = f"{provider.issuer}/keys"
                self._answer({"issuer": provider.issuer, "jwks_uri": jwks, **found})
            else:
                self._answer({"keys": [KEY.as_dict(private=False)]})

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            assert (
                self.headers["authorization"]
                == "Basic " + base64.b64encode(b"arukeba:secret").decode()
            )
            self._answer(provider.token({name: value[0] for name, value in form.items()}))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield provider
        server.shutdown()
        thread.join()


@pytest.fixture
def provider(served: Provider) -> Provider:
    served.claims, served.key = {}, KEY
    return served


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    found = dated_workspace(tmp_path_factory.mktemp("oidc"))
    add_account(found, "city", role="planner", mail=MAIL, by=ANYBODY)
    return found


@pytest.fixture
def client(provider: Provider) -> Client:
    return Client(provider.issuer, "arukeba", "secret", "http://testserver/session/oidc/callback")


def test_who_the_provider_vouches_for_is_signed_in_once(
    workspace: Workspace, provider: Provider, client: Client
) -> None:
    address, browser = begin(workspace, client)
    back = provider.authorize(address)
    entry = finish(workspace, client, **back, browser=browser)
    assert (entry.visitor.account_id, entry.visitor.standing) == ("city", "planner")
    with pytest.raises(NotAllowedError, match="begin it again"):
        finish(workspace, client, **back, browser=browser)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "other@city.example.jp"},
        {"email": None},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"iat": None},
    ],
)
def test_an_identity_that_is_not_what_was_asked_for_lets_nobody_in(
    workspace: Workspace, provider: Provider, client: Client, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    address, browser = begin(workspace, client)
    with pytest.raises(NotAllowedError):
        finish(workspace, client, **provider.authorize(address), browser=browser)


def test_an_identity_that_another_key_has_signed_lets_nobody_in(
    workspace: Workspace, provider: Provider, client: Client
) -> None:
    provider.key = OTHER
    address, browser = begin(workspace, client)
    with pytest.raises(NotAllowedError, match="cannot be trusted"):
        finish(workspace, client, **provider.authorize(address), browser=browser)


def test_what_another_browser_began_lets_nobody_in(
    workspace: Workspace, provider: Provider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, _ = begin(workspace, client)
    _, browser = begin(workspace, client)
    with pytest.raises(NotAllowedError, match="not begun here"):
        finish(workspace, client, **provider.authorize(address), browser=browser)
    address, browser = begin(workspace, client)
    back = provider.authorize(address)
    now = time.time() + oidc.LASTS_S + 1
    monkeypatch.setattr("services.accounts.oidc.time.time", lambda: now)
    with pytest.raises(NotAllowedError, match="took too long"):
        finish(workspace, client, **back, browser=browser)


def test_a_provider_that_is_away_or_another_one_is_told(workspace: Workspace) -> None:
    with pytest.raises(StorageError, match="does not answer"):
        begin(workspace, Client("http://127.0.0.1:9", "arukeba", "", "http://testserver/"))


def test_the_way_over_http(workspace: Workspace, provider: Provider) -> None:
    settings = Settings(
        warm=False,
        oidc_issuer=provider.issuer,
        oidc_client_id="arukeba",
        oidc_client_secret=SecretStr("secret"),
    )
    with TestClient(create_app(workspace, settings), follow_redirects=False) as browser:
        assert "/session/oidc" in browser.get("/sign-in").text
        led = browser.get("/session/oidc")
        assert led.status_code == 302
        assert "SameSite=lax" in led.headers["set-cookie"]
        back = browser.get(
            "/session/oidc/callback", params=provider.authorize(led.headers["location"])
        )
        assert back.status_code == 200
        assert browser.get("/session").json()["account_id"] == "city"
        refused = browser.get("/session/oidc/callback", params={"state": "x", "code": "y"})
        assert refused.status_code == 403
    with TestClient(create_app(workspace, Settings(warm=False))) as browser:
        assert browser.get("/session/oidc").status_code == 404
        assert "/session/oidc" not in browser.get("/sign-in").text


def test_the_secret_is_told_nowhere() -> None:
    settings = Settings(oidc_client_secret=SecretStr("very-secret"))
    assert "very-secret" not in str(settings.model_dump(mode="json")) + repr(settings)

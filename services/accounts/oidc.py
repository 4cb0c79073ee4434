"""
The city's own sign-in (OpenID Connect, code flow with PKCE), by the library ``authlib``.

Nobody gets an account by it: the mail that the provider vouches for must be one that was given to an
account here.
"""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, select

from geo.errors import NotAllowedError, StorageError
from services.accounts.log import keep
from services.accounts.rights import ANYBODY
from services.accounts.sessions import SessionStart
from services.accounts.sessions import begin as begin_session
from services.accounts.tables import Account, Secret, writing_accounts
from services.workspace.folder import Workspace

COOKIE = "arukeba_oidc"
"""Ties what comes back to the browser that was led there."""
LASTS_S = 600
_WAIT_S = 10.0
_LEEWAY_S = 60
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_SCOPE = "openid email"


@dataclass(frozen=True, slots=True)
class Client:
    """The server as its provider knows it: ``back`` is where it sends people back to."""

    issuer: str
    client_id: str
    secret: str
    back: str


def begin(workspace: Workspace, client: Client) -> tuple[str, str]:
    """Return the address to lead a browser to, and what it is to remember meanwhile."""
    known = _discovered(client)
    browser, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    with _session(client) as session:
        address, state = session.create_authorization_url(
            known["authorization_endpoint"], nonce=nonce, code_verifier=verifier
        )
    waits = {"nonce": nonce, "verifier": verifier, "browser": _hash(browser)}
    now = time.time()
    with writing_accounts(workspace) as opened:
        opened.execute(delete(Secret).where(Secret.ends_at > 0, Secret.ends_at <= now))
        opened.add(Secret(name=_name(state), value=json.dumps(waits), ends_at=now + LASTS_S))
    return str(address), browser


def finish(
    workspace: Workspace, client: Client, *, state: str, code: str, browser: str
) -> SessionStart:
    """
    Begin a session for who comes back from the provider.

    Raises
    ------
    NotAllowedError
        It is not what this server has asked for, or nobody here has that mail.
    StorageError
        The provider cannot be asked.
    """
    waits = _taken(workspace, state)
    if not waits or not code or not secrets.compare_digest(waits["browser"], _hash(browser)):
        raise NotAllowedError("this sign-in was not begun here, or took too long; begin it again")
    known = _discovered(client)
    try:
        with _session(client) as session:
            told = session.fetch_token(
                known["token_endpoint"],
                code=code,
                code_verifier=waits["verifier"],
                timeout=_WAIT_S,
            )
        keys = KeySet.import_key_set(_asked(known["jwks_uri"]))
        token = jwt.decode(str(told["id_token"]), keys, algorithms=_ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            {"iss": {"value": known["issuer"]}, "aud": {"value": client.client_id}},
            {"nonce": waits["nonce"], "client_id": client.client_id},
        )
        claims.validate(leeway=_LEEWAY_S)
    except (JoseError, AuthlibBaseError, ValueError, KeyError) as error:
        keep(workspace, ANYBODY, "session.refused", "oidc")
        raise NotAllowedError(
            "the answer of the sign-in cannot be trusted; begin it again"
        ) from error
    except requests.RequestException as error:
        raise _away() from error
    return _begun(workspace, claims)


def _begun(workspace: Workspace, claims: CodeIDToken) -> SessionStart:
    mail = str(claims.get("email") or "").casefold()
    vouched = bool(mail) and claims.get("email_verified") is True
    with writing_accounts(workspace) as opened:
        account = opened.scalar(select(Account).where(Account.mail == mail)) if vouched else None
        if account is not None:
            return begin_session(opened, account)
    keep(workspace, ANYBODY, "session.refused", "oidc")
    raise NotAllowedError(
        "no account here has the mail of this sign-in; ask the administrator to give it to one"
    )


def _taken(workspace: Workspace, state: str) -> dict[str, str] | None:
    """Return what waits for an answer, which comes once."""
    with writing_accounts(workspace) as opened:
        found = opened.get(Secret, _name(state))
        if found is None:
            return None
        opened.delete(found)
        waits: dict[str, str] = json.loads(found.value)
        return waits if found.ends_at > time.time() else None


def _session(client: Client) -> OAuth2Session:
    return OAuth2Session(
        client.client_id,
        client.secret or None,
        scope=_SCOPE,
        redirect_uri=client.back,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic" if client.secret else "none",
    )


def _discovered(client: Client) -> dict[str, Any]:
    known: dict[str, Any] = _asked(client.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if known.get("issuer", "").rstrip("/") != client.issuer.rstrip("/"):
        raise _away()
    return known


def _asked(address: str) -> Any:  # noqa: ANN401  what the provider says
    try:
        answer = requests.get(address, timeout=_WAIT_S, allow_redirects=False)
        answer.raise_for_status()
        return answer.json()
    except requests.RequestException as error:
        raise _away() from error


def _away() -> StorageError:
    return StorageError(
        "the city's sign-in does not answer as it should; try again, or sign in by a password"
    )


def _name(state: str) -> str:
    return f"oidc.{_hash(state)}"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

"""Clients that have signed in: as planners by the link of the keyboard, as others by an account."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from fastapi.testclient import TestClient

from api.access import COOKIE, CSRF
from api.app import create_app
from api.settings import Settings
from services.accounts.people import accounts, add_account
from services.accounts.rights import ANYBODY
from services.accounts.sessions import SessionStart, begin, come_by, keyboard_link, look_in
from services.accounts.tables import Account, writing_accounts
from services.words.vocabulary import PUBLIC, Role, View
from services.workspace.folder import Workspace


def entered(
    workspace: Workspace,
    role: Role = "planner",
    *,
    councils: Sequence[str] = (),
    account_id: str = "",
    view: View = PUBLIC,
) -> SessionStart:
    """Return a session of a role: of the person at the keyboard, or of an account where one is named."""
    if role == "planner" and not account_id:
        entry = come_by(workspace, keyboard_link(workspace)["link"])
    else:
        account_id = account_id or role
        if account_id not in {one["account_id"] for one in accounts(workspace)}:
            add_account(
                workspace,
                account_id,
                role=role,
                councils=councils,
                mail=f"{account_id}@example.lg.jp",
                by=ANYBODY,
            )
        with writing_accounts(workspace) as opened:
            entry = begin(opened, opened.get_one(Account, account_id))
    if "exact" in entry.visitor.rights:
        look_in(workspace, entry.visitor, view)
    return entry


def sign_in(client: TestClient, entry: SessionStart) -> None:
    """Let a client send what a browser of that session sends."""
    client.cookies.set(COOKIE, entry.key)
    client.headers[CSRF] = entry.visitor.csrf


@contextmanager
def planner(
    workspace: Workspace,
    settings: Settings | None = None,
    *,
    role: Role = "planner",
    view: View = PUBLIC,
) -> Iterator[TestClient]:
    """Yield a client of a planner, or of who may more, with a server of its own."""
    app = create_app(workspace, settings or Settings(warm=False))
    with TestClient(app, raise_server_exceptions=settings is None) as client:
        sign_in(client, entered(workspace, role, view=view))
        yield client

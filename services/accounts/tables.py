"""
The database of accounts: who may sign in, who has, and what was done.

It stands beside the workspace, so that neither a build that replaces the folder nor a copy of the
folder that is handed on takes it along. What lets anybody in is kept as a hash alone.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, ForeignKey, select
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from geo.errors import InvalidInputError
from services.registry.database import SQLITE, session, writing
from services.workspace.folder import Workspace
from services.workspace.staging import staged_file

_OWNER_ALONE = 0o600


class AccountTables(DeclarativeBase):
    """The tables of accounts."""


class Account(AccountTables):
    """
    Who may sign in. ``account_id`` is that of an office or a council, never a person's, and stays in logs.

    ``councils`` is None of those who write in all areas; ``password`` is its argon2 hash, '' where
    there is none.
    """

    __tablename__ = "accounts"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    mail: Mapped[str]
    role: Mapped[str]
    councils: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    password: Mapped[str]
    created_at: Mapped[str]


class SignedIn(AccountTables):
    """A session, by the hash of its id; times are seconds of the epoch."""

    __tablename__ = "sessions"

    session_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str | None] = mapped_column(
        ForeignKey("accounts.account_id", ondelete="CASCADE")
    )
    standing: Mapped[str]
    """Of whoever came by a link; of an account, its role of today counts."""
    link_id: Mapped[str] = mapped_column(default="")
    councils: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    view: Mapped[str]
    csrf: Mapped[str]
    made_at: Mapped[float]
    seen_at: Mapped[float]
    ends_at: Mapped[float]


class InviteLink(AccountTables):
    """A link by which somebody without an account comes in: once, or until it ends."""

    __tablename__ = "links"

    link_hash: Mapped[str] = mapped_column(primary_key=True)
    link_id: Mapped[str] = mapped_column(unique=True)
    standing: Mapped[str]
    councils: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    purpose: Mapped[str]
    once: Mapped[bool]
    made_by: Mapped[str]
    made_at: Mapped[float]
    ends_at: Mapped[float]


class ApiToken(AccountTables):
    """A token of a program: what of its account's rights it has, and until when."""

    __tablename__ = "tokens"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    token_id: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.account_id", ondelete="CASCADE"))
    name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[float]
    ends_at: Mapped[float]


class Tried(AccountTables):
    """How often something was done within a time, so that all processes of a server know it."""

    __tablename__ = "counts"

    key: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]
    ends_at: Mapped[float]


class Secret(AccountTables):
    """A key of this server's own, and what waits for an answer of another server."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    ends_at: Mapped[float]


class Deed(AccountTables):
    """What somebody did: who, when, what, before and after. The database itself changes no row."""

    __tablename__ = "log"

    deed_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str]
    who: Mapped[str]
    standing: Mapped[str]
    what: Mapped[str]
    about: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


_NEVER = "CREATE TRIGGER never_{0} BEFORE {0} ON log BEGIN SELECT RAISE(ABORT, 'the log only grows'); END"


def accounts_url(workspace: Workspace) -> str:
    """Return the address of the database of accounts of a workspace."""
    path = workspace.path.absolute()
    return f"{SQLITE}:///{(path.parent / f'.{path.name}.accounts.sqlite').as_posix()}"


def are_kept(workspace: Workspace) -> bool:
    """Say whether there is a database: where nobody was ever let in, there is none."""
    return os.path.exists(_file(workspace))  # noqa: PTH110  asked with every request


@contextmanager
def reading_accounts(workspace: Workspace) -> Iterator[Session | None]:
    """Yield a session that reads the accounts, None where there are none yet."""
    if not are_kept(workspace):
        yield None
        return
    with session(accounts_url(workspace)) as opened:
        yield opened


def has_accounts(workspace: Workspace) -> bool:
    """Say whether anybody can sign in by an account."""
    with reading_accounts(workspace) as opened:
        return opened is not None and opened.scalar(select(Account.account_id).limit(1)) is not None


@contextmanager
def writing_accounts(workspace: Workspace) -> Iterator[Session]:
    """Yield a session that alone writes the accounts; what it did is there when it ends well."""
    if workspace.is_published:
        raise InvalidInputError(
            "nobody signs in to a published folder; give accounts in the workspace that it was "
            "published from"
        )
    _make(workspace)
    with writing(accounts_url(workspace)) as opened:
        yield opened


def copy_accounts(workspace: Workspace, file: Path) -> bool:
    """Copy accounts, tokens and the log into a new file, as they are at one moment; False where there are none."""
    if not are_kept(workspace):
        return False
    with (
        closing(sqlite3.connect(_file(workspace))) as source,
        closing(sqlite3.connect(file)) as copy,
    ):
        source.backup(copy)
        for table in (SignedIn, InviteLink, Tried, Secret):  # of this server, and of this hour
            copy.execute(f"DELETE FROM {table.__tablename__}")  # noqa: S608  names of our own
        copy.commit()
        copy.execute("PRAGMA journal_mode=DELETE")
    return True


def put_accounts(workspace: Workspace, file: Path) -> None:
    """Let accounts be those of a copy, where there are none: those that are there stay."""
    path = Path(_file(workspace))
    if not path.exists() and not workspace.is_published:
        with staged_file(path) as staged:
            staged.touch(_OWNER_ALONE)
            staged.write_bytes(file.read_bytes())


def _file(workspace: Workspace) -> str:
    return accounts_url(workspace).removeprefix(f"{SQLITE}:///")


def _make(workspace: Workspace) -> None:
    """Make the database, which its owner alone may read, where there is none."""
    path = _file(workspace)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ALONE))
    with closing(sqlite3.connect(path)) as opened:
        made = opened.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,)
    if not made:
        with writing(accounts_url(workspace)) as opened:
            AccountTables.metadata.create_all(opened.connection())
            for action in ("UPDATE", "DELETE"):
                opened.execute(sql(_NEVER.format(action)))

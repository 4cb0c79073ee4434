"""Databases: a session of one, SQLite or PostgreSQL, and one writer at a time; errors told as ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy import text as sql
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from geo.errors import BrokenWorkspaceError, InvalidInputError

SQLITE = "sqlite"
WAIT_S = 30
"""A writer waits this long for another one, and anybody for a server that does not answer."""
_LOCK = 0x6172756B65  # "aruke": any number that no other program takes
_TIMEOUTS = {"pysqlite": "timeout", "psycopg": "connect_timeout", "psycopg2": "connect_timeout"}
"""How each driver calls it."""
_PASSWORDS = ("password", "sslpassword")


def require_no_password(url: str) -> None:
    """Refuse an address with a password: it would be kept in the workspace for all to read."""
    try:
        given = make_url(url) if url else None
    except ArgumentError:
        return
    if given and (given.password or any(name in given.query for name in _PASSWORDS)):
        raise InvalidInputError(
            "the registry's URL holds a password; leave it out and put it into PGPASSWORD or ~/.pgpass",
            ja="台帳のURLにパスワードが入っています。URLから除き、PGPASSWORD か ~/.pgpass に書いてください",
        )


@contextmanager
def session(url: str) -> Iterator[Session]:
    """Yield a session of the database, its errors told as ours; nobody else connects to it."""
    engine = _engine(url)
    try:
        with Session(engine) as opened:
            yield opened
    except SQLAlchemyError as error:
        raise _told(error, engine) from error
    finally:
        engine.dispose()


@contextmanager
def writing(url: str) -> Iterator[Session]:
    """
    Yield a session in which nobody else writes; what it did is there when it ends well, else nothing.

    What is read in it is still so when it ends: of two writers the second sees what the first wrote.
    """
    with session(url) as opened:
        if opened.get_bind().dialect.name == SQLITE:
            opened.execute(sql("BEGIN IMMEDIATE"))
        else:
            opened.execute(sql(f"SET LOCAL lock_timeout = '{WAIT_S}s'"))
            opened.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        yield opened
        opened.commit()


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
        known = _TIMEOUTS.get(address.get_driver_name())
        return create_engine(address, connect_args={known: WAIT_S} if known else {})
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise InvalidInputError(
            f"the registry's URL is not usable ({error}); give sqlite:///FILE or a PostgreSQL URL "
            "whose driver is installed",
            ja=f"台帳のURLが使えません（{error}）。sqlite:///ファイル か、ドライバのある PostgreSQL の"
            "URLを指定してください",
        ) from error


def _told(error: SQLAlchemyError, engine: Engine) -> BrokenWorkspaceError:
    """Return an error that says what can be done about it."""
    shown = engine.url.render_as_string(hide_password=True)
    reason = str(error).splitlines()[0]
    way, way_ja = "build the workspace again", "ワークスペースを作り直してください"
    is_file = engine.dialect.name == SQLITE
    if is_file and "locked" in reason:
        way, way_ja = (
            "another program writes to it; try again",
            "ほかで書き込み中です。もういちど実行してください",
        )
    elif not is_file and isinstance(error, OperationalError):
        way = "see that the server answers, and check address, user and password (PGPASSWORD)"
        way_ja = "サーバーが動いているか、アドレス・利用者・パスワード（PGPASSWORD）が正しいか確かめてください"
    return BrokenWorkspaceError(
        f"{shown}: the registry cannot be used ({reason}); {way}",
        ja=f"{shown}：台帳を読み書きできません（{reason}）。{way_ja}",
    )

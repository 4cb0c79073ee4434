"""How often somebody may try: counted for all processes of a server at once, by the library ``limits``."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import delete
from sqlalchemy.orm import Session

from geo.errors import ArukebaError, QueueFullError
from services.accounts.tables import Tried, reading_accounts, writing_accounts
from services.workspace.folder import Workspace

WINDOW_MIN = 15
TRIES_OF_ACCOUNT = RateLimitItemPerMinute(10, WINDOW_MIN, namespace="account")
"""Passwords that are wrong, of one account: after these it is locked until the window ends."""
TRIES_OF_ADDRESS = RateLimitItemPerMinute(50, WINDOW_MIN, namespace="address")
"""Of one address, whatever the account."""


def writes_of_account(most: int) -> RateLimitItem:
    """Return the limit of what one account writes in a minute."""
    return RateLimitItemPerMinute(most, 1, namespace="writes")


class Limiter:
    """Counts within windows of time, in the database of accounts."""

    def __init__(self, workspace: Workspace) -> None:
        self._limiter = FixedWindowRateLimiter(_Counts(workspace))

    def require(self, limit: RateLimitItem, whose: str) -> None:
        """
        Refuse where the limit is reached; nothing is counted.

        Raises
        ------
        QueueFullError
            It is reached; the sentence says when to try again.
        """
        if not self._limiter.test(limit, whose):
            raise self._refused(limit, whose)

    def count(self, limit: RateLimitItem, whose: str) -> None:
        """Tried one, whether or not the limit is reached."""
        self._limiter.hit(limit, whose)

    def take(self, limit: RateLimitItem, whose: str) -> None:
        """Tried one, and refuse it where the limit was reached before."""
        if not self._limiter.hit(limit, whose):
            raise self._refused(limit, whose)

    def forget(self, limit: RateLimitItem, whose: str) -> None:
        """Begin anew."""
        self._limiter.clear(limit, whose)

    def _refused(self, limit: RateLimitItem, whose: str) -> QueueFullError:
        ends_at = self._limiter.get_window_stats(limit, whose).reset_time
        return QueueFullError(
            "this was tried too often; try again in {minutes} minutes",
            minutes=max(1, round((ends_at - time.time()) / 60)),
        )


class _Counts(Storage):
    """Counts as the library keeps them, in a table."""

    STORAGE_SCHEME = None

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace

    @property
    def base_exceptions(self) -> type[Exception]:
        return ArukebaError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        with writing_accounts(self._workspace) as opened:
            opened.execute(delete(Tried).where(Tried.ends_at <= now))
            found = opened.get(Tried, key)
            if found is None:
                found = Tried(key=key, n=0, ends_at=now + expiry)
                opened.add(found)
            found.n += amount
            return found.n

    def get(self, key: str) -> int:
        with self._found(key) as found:
            return found.n if found else 0

    def get_expiry(self, key: str) -> float:
        with self._found(key) as found:
            return found.ends_at if found else time.time()

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with writing_accounts(self._workspace) as opened:
            return _deleted(opened, None)

    def clear(self, key: str) -> None:
        with writing_accounts(self._workspace) as opened:
            _deleted(opened, key)

    @contextmanager
    def _found(self, key: str) -> Iterator[Tried | None]:
        with reading_accounts(self._workspace) as opened:
            found = None if opened is None else opened.get(Tried, key)
            yield found if found and found.ends_at > time.time() else None


def _deleted(opened: Session, key: str | None) -> int:
    found = list(opened.query(Tried).filter(Tried.key == key) if key else opened.query(Tried))
    for one in found:
        opened.delete(one)
    return len(found)

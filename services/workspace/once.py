"""What is asked once, however often it is sent: a key of the caller's, and what was asked under it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from geo.errors import InvalidInputError

KEPT = timedelta(days=1)
"""So long is a key remembered."""


@dataclass(frozen=True)
class Once:
    """One thing asked under a key: ``key`` tells key and address, ``asked`` what was sent there."""

    key: str
    asked: str

    @classmethod
    def of(cls, key: str, where: str, body: bytes) -> Self:
        """Return what is asked at an address; neither key nor body can be read from it."""
        named = hashlib.sha256(f"{where}\n{key}".encode()).hexdigest()
        return cls(named, hashlib.sha256(body).hexdigest())

    def require_same(self, asked: str) -> None:
        """
        Refuse another question under the same key.

        Raises
        ------
        InvalidInputError
            It is another one.
        """
        if asked != self.asked:
            raise InvalidInputError(
                "something else was asked under this Idempotency-Key within a day; "
                "send another request with another key"
            )


def forgotten_before() -> str:
    """Return the moment before which keys are forgotten."""
    return (datetime.now(UTC) - KEPT).isoformat(timespec="seconds")

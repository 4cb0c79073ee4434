"""How a long use case tells its caller where it is."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with a message key of ``services.words.texts`` and the share done, 0.0 to 1.0."""


def silent(_message: str, _share: float) -> None:
    """Report nothing."""


Claim = Callable[[str], None]
"""Called with the name of what is about to be stored, before it stands under it."""


def unclaimed(_name: str) -> None:
    """Note nothing."""


class StoppedError(Exception):
    """Work that was asked to end, and has nothing to keep."""

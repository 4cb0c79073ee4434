"""One hostile file: which source of the hamlet it replaces, and how it may end."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

End = Literal["trouble", "refused", "noted", "content"]


@dataclass(frozen=True)
class Case:
    """
    A hostile file.

    ``end``: ``refused`` and ``noted`` say which; ``trouble`` is either of them; ``content`` is a
    file that is odd but whole: refused, or read to exactly the ``places`` and ``residents`` in it.
    """

    name: str
    source: str
    file: str
    format: str
    write: Callable[[Path], None]
    end: End = "trouble"
    says: str = ""
    """Part of the refusal, or the code of the entry in the ledger."""
    places: int | None = None
    residents: float | None = None


def data(content: bytes | str) -> Callable[[Path], None]:
    """Return a writer of these bytes, or of this text in UTF-8."""

    def write(path: Path) -> None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return write

"""The ledger of an intake: for each source, what was read, used, repaired and refused, and why."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from geo.errors import Sentence


@dataclass(frozen=True, slots=True)
class Entry:
    """One remark about one row (1-based, the header is row 1) or about the whole source."""

    code: str
    """Machine name of the reason: unmatched_name, duplicate, no_coordinates, unsnapped, …"""
    said: Sentence
    row: int | None = None
    residents: float | None = None
    """Residents of the main age group that the remark concerns, where it concerns any."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; the words are made where it is shown."""
        return {
            "code": self.code,
            "said": self.said.to_dict(),
            "row": self.row,
            "residents": self.residents,
        }


@dataclass(slots=True)
class SourceLedger:
    """What happened to one source."""

    source_id: str
    rows_read: int = 0
    rows_used: int = 0
    rows_repaired: int = 0
    rows_refused: int = 0
    entries: list[Entry] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    """Meaning → column that was taken for it; told while files are looked at, and not stored."""

    def note(self, entry: Entry) -> None:
        """Write an entry down; nothing is dropped without one."""
        self.entries.append(entry)


@dataclass(slots=True)
class Ledger:
    """All sources of one intake."""

    sources: dict[str, SourceLedger] = field(default_factory=dict)

    def of(self, source_id: str) -> SourceLedger:
        """Return the ledger of a source, opened on first use."""
        return self.sources.setdefault(source_id, SourceLedger(source_id))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready for JSON."""
        return {
            name: {
                **{key: value for key, value in _plain(ledger).items() if key != "taken"},
                "entries": [entry.to_dict() for entry in ledger.entries],
            }
            for name, ledger in self.sources.items()
        }

    def public(self) -> dict[str, Any]:
        """Return plain data without what remarks say: they name homes and count residents."""
        whole = self.to_dict()
        for ledger in whole.values():
            hidden = {"said": None, "residents": None}
            ledger["entries"] = [entry | hidden for entry in ledger["entries"]]
        return whole


def _plain(ledger: SourceLedger) -> dict[str, Any]:
    return asdict(replace(ledger, entries=[]))

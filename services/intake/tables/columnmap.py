"""Column map: the proposal for one file, printed for people and saved for the build."""

from dataclasses import dataclass
from pathlib import Path

from geo.errors import Sentence
from services.intake.tables.cells import point_columns
from services.intake.tables.columns import ColumnMap, write_map
from services.intake.tables.layouts import recognise
from services.intake.tables.ledger import SourceLedger
from services.intake.tables.mapping import proposal
from services.intake.tables.reading import read_csv
from services.intake.tables.remarks import note_remarks


@dataclass(frozen=True)
class Proposed:
    """The proposal, the layout that was recognised and what the first row holds."""

    found: ColumnMap
    layout: str
    """Id of a published layout; '' where it has one of its own."""
    header_row: int
    titles: list[str]
    rows: int
    example: dict[str, str]
    """Column → its first cell that is not empty."""
    remarks: list[Sentence]
    """What else the reader saw, such as sheets that it did not read."""


def propose_map(path: Path, *, encoding: str = "auto") -> Proposed:
    """Read a table (which is refused if it is about persons) and propose what its columns mean."""
    table = read_csv(path, encoding=encoding)
    notes = SourceLedger(path.name)
    note_remarks(table, notes=notes)
    columns = [str(column) for column in table.columns]
    layout = recognise(columns)
    example = {
        column: next((cell for cell in table[column].astype(str) if cell), "") for column in columns
    }
    return Proposed(
        found=proposal(columns, file=path.name, positions=point_columns(table)),
        layout=layout.id if layout else "",
        header_row=int(table.attrs["header_row"]),
        titles=list(table.attrs["titles"]),
        rows=len(table),
        example=example,
        remarks=[entry.said for entry in notes.entries],
    )


def save_map(found: ColumnMap, path: Path) -> None:
    """Write the proposal for a person to confirm or correct."""
    write_map(found, path)

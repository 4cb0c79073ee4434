"""docs/outputs.md: the columns that it explains are those that a result has, and those that leave."""

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from services.plans.views import PLAN_COLUMNS
from services.publication.tables import COLUMNS
from services.workspace.folder import Snapshot

PAGE = Path(__file__).resolve().parents[1] / "docs" / "outputs.md"
ADDED = {"suppressed", "blurred"}
"""Columns that only what leaves has; the page says so below its tables."""

OTHERS = {"areas", "plans"}
"""Tables of the page that no result holds."""


def tables() -> dict[str, list[tuple[str, bool]]]:
    """Return the columns of each table of the page, and whether they leave."""
    found = {}
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        cells = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
        found[section.split("\n")[0]] = [
            (name, "*(leaves)*" in cell) for cell in cells for name in re.findall(r"`(\w+)`", cell)
        ]
    return found


def test_every_table_of_a_result_is_explained(town_snapshot: Snapshot) -> None:
    written = {path.stem for path in town_snapshot.path.glob("*.parquet")}
    assert written == tables().keys() - OTHERS


@pytest.mark.parametrize("table", [name for name in tables() if name not in OTHERS])
def test_the_columns_explained_are_those_of_the_result(table: str, town_snapshot: Snapshot) -> None:
    named = [name for name, _ in tables()[table]]
    assert len(named) == len(set(named))
    schema = pq.read_schema(town_snapshot.path / f"{table}.parquet")
    assert set(named) == {name for name in schema.names if not name.startswith("__")}


@pytest.mark.parametrize("collection", COLUMNS)
def test_the_columns_said_to_leave_are_those_of_the_collection(collection: str) -> None:
    leaving = {name for name, leaves in tables()[collection] if leaves} - {"geometry"}
    assert leaving == set(COLUMNS[collection]) - ADDED


def test_no_column_of_a_table_that_is_no_collection_is_said_to_leave() -> None:
    others = {name: rows for name, rows in tables().items() if name not in {*COLUMNS, "plans"}}
    assert [name for name, rows in others.items() if any(leaves for _, leaves in rows)] == []


def test_the_columns_of_a_plan_that_leave_are_those_of_the_page() -> None:
    own = {name for name, leaves in tables()["plans"] if leaves}
    assert own | set(COLUMNS["candidates"]) == set(PLAN_COLUMNS)

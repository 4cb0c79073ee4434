"""Every column is declared once: results hold what is declared, the page says it, no other leaves."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from services.publication.columns import IDS, TABLES, leaving, page
from services.publication.disclosure import disclose
from services.workspace.folder import Snapshot

PAGE = Path(__file__).resolve().parents[1] / "docs" / "outputs.md"
MADE = {"blurred", "is_split"}
"""Columns that only what leaves has."""
OTHERS = {"areas", "plans"}
"""Tables that no result holds."""


def test_the_page_is_what_the_declaration_gives() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert page(written) == written
    sections = {part.split("\n")[0] for part in written.split("\n## ")[1:]}
    assert sections == set(TABLES)


def test_every_table_of_a_result_is_declared(town_snapshot: Snapshot) -> None:
    written = {path.stem for path in town_snapshot.path.glob("*.parquet")}
    assert written == TABLES.keys() - OTHERS


@pytest.mark.parametrize("table", [name for name in TABLES if name not in OTHERS])
def test_the_columns_declared_are_those_of_the_result(table: str, town_snapshot: Snapshot) -> None:
    declared = [one.name for one in TABLES[table]]
    assert len(declared) == len(set(declared))
    stored = {one.name for one in TABLES[table] if one.kind != "words"} - MADE
    schema = pq.read_schema(town_snapshot.path / f"{table}.parquet")
    assert {name for name in schema.names if not name.startswith("__")} == stored


def test_no_result_holds_a_sentence(town_snapshot: Snapshot) -> None:
    for path in town_snapshot.path.glob("*.parquet"):
        frame = pd.read_parquet(path).drop(columns="geometry", errors="ignore")
        texts = [frame[name] for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
        said = pd.concat([column.astype(str) for column in texts])
        assert not said.str.contains("です|ます|。", regex=True).any(), path.stem


class Leaky:
    """A snapshot whose tables hold a column that nobody has declared."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def table(self, name: str) -> pd.DataFrame:
        return self._snapshot.table(name).assign(residents_alone=1.0)

    def layer(self, name: str) -> pd.DataFrame:
        return self._snapshot.layer(name)


@pytest.mark.parametrize("table", ["coverage", "slots", "combined", "provision", "backup"])
def test_what_is_not_declared_does_not_leave(table: str, town_snapshot: Snapshot) -> None:
    shown = disclose(Leaky(town_snapshot)).table(table)
    assert set(shown) <= set(leaving(table))
    assert "residents" in shown


def test_a_collection_is_told_by_columns_that_leave() -> None:
    for name, ids in IDS.items():
        assert {"walk_limit_m" if one == "limit" else one for one in ids} <= set(leaving(name))

"""Every column is declared once: results hold what is declared, the page says it, no other leaves."""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from rasterio.transform import from_origin

from services.publication.columns import IDS, TABLE_OF, TABLES, leaving, page
from services.publication.disclosure import disclose
from services.publication.rastercompare import CompareAsked, compare_raster
from services.publication.timeline import Timeline, timeline
from services.scenarios.comparison import Comparison, compare
from services.scenarios.file import scenario_of
from services.situation.parameters import Parameters
from services.words.dates import fiscal_year_ends
from services.workspace.folder import Snapshot
from tests.services.intake.populationrasters import write_counts

PAGE = Path(__file__).resolve().parents[1] / "docs" / "outputs.md"
MADE = {"blurred", "is_split"}
"""Columns that only what leaves has."""
YEARS = ("years", "areas", "targets")
SIDES = ("overview", "coverage", "layers", "gaps", "targets", "changes")
ASKED = [
    *(f"timeline_{name}" for name in YEARS),
    *(f"comparison_{name}" for name in SIDES),
    "raster_comparison",
]
"""Tables that are made when somebody asks."""
OTHERS = {
    *("areas", "plans", "milestones", "milestone_years", "indicators", "activity_counts", "rules"),
    *ASKED,
}
"""Tables that no result holds."""


@dataclass(frozen=True)
class Asked:
    """What the model town answers."""

    years: Timeline
    sides: Comparison
    raster: pd.DataFrame

    @property
    def made(self) -> dict[str, pd.DataFrame]:
        return {
            **{f"timeline_{name}": getattr(self.years, name) for name in YEARS},
            **{f"comparison_{name}": getattr(self.sides, name) for name in SIDES},
            "raster_comparison": self.raster,
        }


def counted_place(snapshot: Snapshot) -> str:
    places = snapshot.layer("places")
    return str(places[places["counts"]]["place_id"].iloc[0])


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


@pytest.fixture(scope="module")
def asked(town_snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Make every table that somebody may ask for, of the model town."""
    workspace = town_snapshot.workspace
    profile = workspace.profile
    edit = {"action": "close", "place_id": counted_place(town_snapshot)}
    parameters = Parameters.of(profile)
    sides = compare(workspace, parameters, [scenario_of({"name": "案", "edits": [edit]})])
    raster = tmp_path_factory.mktemp("raster") / "pop.tif"
    west_m, south_m, east_m, north_m = workspace.areas().total_bounds
    one_cell = from_origin(west_m, north_m, east_m - west_m, north_m - south_m)
    write_counts(raster, [[5.0]], crs=profile.municipality.plane_epsg, transform=one_cell)
    return Asked(
        timeline(workspace, fiscal_year_ends("R6", "R6")),
        sides,
        compare_raster(workspace, raster, CompareAsked()).table,
    )


@pytest.mark.parametrize("table", ASKED)
def test_the_columns_declared_are_those_of_the_table_that_is_asked_for(
    table: str, asked: Asked
) -> None:
    frame = asked.made[table]
    assert len(frame)
    assert list(frame) == list(leaving(table))


def test_no_undeclared_column_leaves_with_what_is_asked_for(asked: Asked) -> None:
    leaky = {"residents_alone": 1.0}
    years = replace(
        asked.years, **{name: getattr(asked.years, name).assign(**leaky) for name in YEARS}
    )
    sides = replace(
        asked.sides, **{name: getattr(asked.sides, name).assign(**leaky) for name in SIDES}
    )
    assert years.to_dict() == asked.years.to_dict()
    assert sides.to_dict() == asked.sides.to_dict()


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
        known = set(leaving(TABLE_OF.get(name, name)))
        assert {"walk_limit_m" if one == "limit" else one for one in ids} <= known

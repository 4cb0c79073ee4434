"""The series: residents at several dates and as projected, by area and age group."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geo.errors import BrokenWorkspaceError
from services.intake.ledger import Ledger
from services.intake.names import normalise
from services.intake.population import match_population, read_dated
from services.profile import Population, PopulationSeries, Profile

FILE = "layers/population_series.parquet"
COLUMNS = (
    *("date", "source_id", "projection", "main", "area_id", "area_key", "name"),
    *("age_group", "unit", "residents"),
)


@dataclass(frozen=True)
class SeriesIntake:
    """What the readers of the series share."""

    profile: Profile
    base: Path
    ledger: Ledger


def read_all(intake: SeriesIntake, areas: pd.DataFrame) -> pd.DataFrame:
    """Return every date of the profile, the run's own among them, one row a figure."""
    profile = intake.profile
    frames = list(_main(intake, areas))
    for series in profile.population_series:
        spec = _as_population(series, profile.population)
        frames += _dates(intake, spec, areas, series=series)
    if not frames:
        return pd.DataFrame({column: [] for column in COLUMNS})
    return pd.concat(frames, ignore_index=True)[list(COLUMNS)]


def read_series(workspace_path: Path) -> pd.DataFrame:
    """Return the series of a workspace: COLUMNS, empty where the profile names no other date."""
    path = workspace_path / FILE
    if not path.is_file():
        return pd.DataFrame({column: [] for column in COLUMNS})
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise BrokenWorkspaceError(
            f"{path}: cannot be read ({error}); build the workspace again",
            ja=f"{path}：読めません（{error}）。ワークスペースを作り直してください",
        ) from error


def lived_in(table: pd.DataFrame) -> list[str]:
    """Return the areas in which somebody lives on one of the dates."""
    there = table[(table["area_id"] != "") & (table["residents"] > 0)]
    return sorted(set(there["area_id"]))


def _main(intake: SeriesIntake, areas: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the dates of the population's own table, if anything is compared with it."""
    spec = intake.profile.population
    if intake.profile.population_series or spec.year_field:
        yield from _dates(intake, spec, areas, series=None)


def _as_population(series: PopulationSeries, main: Population) -> Population:
    """Read a series as the population is read: same layer, same saved matches."""
    named = {
        field: getattr(series, field)
        for field in ("source", "name_field", "id_field", "age_groups", "bands", "year_field")
    }
    return main.model_copy(update={**named, "year": series.date})


def _dates(
    intake: SeriesIntake,
    spec: Population,
    areas: pd.DataFrame,
    *,
    series: PopulationSeries | None,
) -> Iterator[pd.DataFrame]:
    source = intake.profile.source(spec.source)
    # A ledger of its own: the run's date is noted by its own reader, the others by this one.
    ledger = Ledger() if series is None else intake.ledger
    path = intake.base / source.path
    for date, table in read_dated(path, spec=spec, source=source, ledger=ledger):
        matched = match_population(table, areas, spec=spec, ledger=ledger)
        main = series is None and normalise(date) == normalise(spec.year)
        yield _long(matched, spec).assign(
            date=date or source.as_of,
            source_id=source.id,
            projection=series is not None and series.projection,
            main=main,
        )


def _long(matched: pd.DataFrame, spec: Population) -> pd.DataFrame:
    groups = list(spec.age_groups)
    table = matched.melt(
        id_vars=["area_id", "area_key", "name"],
        value_vars=groups,
        var_name="age_group",
        value_name="residents",
    )
    units = {group: spec.units.get(group, "persons") for group in groups}
    return table.assign(unit=table["age_group"].map(units))

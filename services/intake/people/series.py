"""The series as it is typed: every further date of the residents, read as the run's own is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from services.intake.people.population import match_population, read_dated
from services.intake.tables.ledger import Ledger
from services.profile import Population, PopulationSeries, Profile
from services.words.names import normalise
from services.workspace.series import COLUMNS


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


def _main(intake: SeriesIntake, areas: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the dates of the population's own table, if anything is compared with it."""
    spec = intake.profile.population
    if intake.profile.population_series or spec.year_field:
        yield from _dates(intake, spec, areas, series=None)


def _as_population(series: PopulationSeries, main: Population) -> Population:
    """Read a series as the population is read: same layer, same saved matches."""
    named = {
        field: getattr(series, field)
        for field in (
            "source",
            "name_field",
            "id_field",
            "age_groups",
            "rows",
            "bands",
            "year_field",
        )
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

"""The series: residents at several dates and as projected, by area and age group."""

from pathlib import Path

import pandas as pd

from services.workspace.storage import unreadable

FILE = "layers/population_series.parquet"
COLUMNS = (
    *("date", "source_id", "projection", "main", "area_id", "area_key", "name"),
    *("age_group", "unit", "residents"),
)


def read_series(path: Path) -> pd.DataFrame:
    """Return the series that a view has (FILE): COLUMNS, empty where the profile names no other date."""
    if not path.is_file():
        return pd.DataFrame({column: [] for column in COLUMNS})
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def lived_in(table: pd.DataFrame) -> list[str]:
    """Return the areas in which somebody lives on one of the dates."""
    there = table[(table["area_id"] != "") & (table["residents"] > 0)]
    return sorted(set(there["area_id"]))

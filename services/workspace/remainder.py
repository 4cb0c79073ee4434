"""The remainder by name: residents whose area no map knows, kept name by name."""

from pathlib import Path

import pandas as pd

from services.workspace.storage import unreadable

FILE = "layers/unmatched.parquet"


def unmatched_frame(matched: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a matched population that have no area."""
    return matched[matched["area_id"] == ""].drop(columns="area_id").reset_index(drop=True)


def named_remainder(unmatched: pd.DataFrame, groups: list[str]) -> list[dict[str, object]]:
    """Return name, row and residents of each unmatched row in which somebody lives, most first."""
    lived_in = unmatched[(unmatched[groups] > 0).any(axis=1)]
    lived_in = lived_in.sort_values([groups[0], "row"], ascending=[False, True])
    return [
        {
            "name": str(record["name"]),
            "row": int(str(record["row"])),
            "residents": {group: float(str(record[group])) for group in groups},
        }
        for record in lived_in.to_dict("records")
    ]


def read_unmatched(path: Path) -> pd.DataFrame:
    """Return the unmatched rows of a view (FILE): name, area_key, row, age groups, lon and lat if known."""
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error

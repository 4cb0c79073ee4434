"""
The timeline: one workspace at the end of each fiscal year, with the places that were open then.

Streets, homes and residents are those of the workspace in every year; places, their schedules'
halls and the versions of areas are those of the day. Every walk is found once: a year only chooses
which places count. Each year stands twice, without the suspended places and with them; where that
is asked, twice more, with what councils have adopted from the day on when it is to open.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from services.publication.columns import kept
from services.publication.export import beside, write_csv
from services.results.yearends import TARGET_COLUMNS, History, Moment
from services.situation.parameters import Parameters
from services.situation.places import Selection
from services.workspace.folder import Workspace
from services.workspace.jsonfiles import write_json
from services.workspace.plain import plain_rows
from services.workspace.progress import Progress, silent
from services.workspace.staging import staged_file


@dataclass(frozen=True)
class Timeline:
    """
    What was there at the end of each fiscal year, with and without suspended and planned places.

    A row without ``with_planned`` counts no plan, whatever its date; in one with it
    ``places_planned`` says how many of ``places_n`` are planned, to open or to meet more often.

    ``years`` has a row a year: places by class, residents reached in the whole municipality, what
    had to be assumed, and the number of places that a document gives for that day. ``areas`` has a
    row for each area of each layer and frequency, ``targets`` one for each target of the profile.
    """

    years: pd.DataFrame
    areas: pd.DataFrame
    targets: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables with the columns that may leave."""
        tables = {"years": self.years, "areas": self.areas, "targets": self.targets}
        return {name: table[kept(table, f"timeline_{name}")] for name, table in tables.items()}

    def to_dict(self) -> dict[str, list[dict[str, Any]]]:
        """Return the tables as plain rows; what is not known is None."""
        return {name: plain_rows(table) for name, table in self.tables().items()}


def timeline(
    workspace: Workspace,
    ends: Sequence[date],
    parameters: Parameters | None = None,
    *,
    planned: bool = False,
    progress: Progress = silent,
) -> Timeline:
    """
    Compute the places and the coverage at the end of each fiscal year; nothing is written.

    With ``planned`` each year stands again with what councils had adopted by then and plan to have
    open by then; what has no date is in no year, and that is said. A year without any place is a row of zeros
    that says so.
    """
    progress("timeline.reach", 0.1)
    asked = parameters or Parameters.of(workspace.profile)
    history = History(workspace, asked, ends if planned else ())
    years, areas, targets = [], [], []
    for number, end in enumerate(ends):
        progress("timeline.years", 0.4 + 0.6 * number / len(ends))
        layers = history.layers_on(end)
        for with_planned_too, with_suspended in product(
            (False, True)[: 1 + planned], (False, True)
        ):
            moment = Moment(history, Selection(end, with_suspended, with_planned_too))
            years.append(moment.year())
            areas += [moment.areas(layer) for layer in layers]
            targets += list(moment.targets(layers))
    progress("timeline.done", 1.0)
    return Timeline(
        pd.DataFrame(years),
        pd.concat(areas, ignore_index=True),
        pd.DataFrame(targets, columns=TARGET_COLUMNS),
    )


def write_timeline(found: Timeline, path: Path, told: Mapping[str, Any]) -> list[Path]:
    """
    Write a timeline as CSV: the years to ``path``, beside it areas, targets and what it is made of.

    All are written beside and renamed at the end.
    """
    tables = found.tables()
    files = {
        path: tables["years"],
        path.with_name(f"{path.stem}-areas{path.suffix}"): tables["areas"],
        path.with_name(f"{path.stem}-targets{path.suffix}"): tables["targets"],
    }
    with ExitStack() as stack:
        for file, table in files.items():
            write_csv(table, stack.enter_context(staged_file(file)))
        write_json(stack.enter_context(staged_file(beside(path))), told)
    return [*files, beside(path)]

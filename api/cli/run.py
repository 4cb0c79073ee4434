"""``arukeba run``: computes coverage, gaps and candidates."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.console import Desk, day_of, desk_of
from api.cli.tables import result_tables
from geo.errors import InvalidInputError
from services.reports.briefing import briefing
from services.results.run import run
from services.situation.places import Selection
from services.words.assumptions import DRAWN, IN_FULL, assumption
from services.words.dates import fiscal_year_end
from services.words.texts import Lang, text
from services.workspace.folder import open_workspace


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("run", help=text("cli.run", lang), epilog=text("cli.epilog", lang))
    def _run(  # noqa: PLR0913  an argument for each option of the command
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        *,
        limit_m: Annotated[
            float | None, typer.Option("--limit-m", help=text("cli.run.limit", lang))
        ] = None,
        limit_min: Annotated[
            float | None, typer.Option("--limit-min", help=text("cli.run.limit_min", lang))
        ] = None,
        profile: Annotated[
            str | None, typer.Option("--profile", help=text("cli.run.profile", lang))
        ] = None,
        as_of: Annotated[
            str | None, typer.Option("--as-of", help=text("cli.run.as_of", lang))
        ] = None,
        fiscal_year: Annotated[
            str | None, typer.Option("--fiscal-year", help=text("cli.run.fiscal_year", lang))
        ] = None,
        with_suspended: Annotated[
            bool, typer.Option("--with-suspended", help=text("cli.run.with_suspended", lang))
        ] = False,
        with_planned: Annotated[
            bool, typer.Option("--with-planned", help=text("cli.run.with_planned", lang))
        ] = False,
    ) -> None:
        desk = desk_of(ctx)
        selection = Selection(_day(as_of, fiscal_year), with_suspended, with_planned)
        opened = open_workspace(workspace)
        with desk.progress() as progress:
            snapshot = run(
                opened,
                walk_limit_m=limit_m,
                walk_limit_min=limit_min,
                walking_profile=profile,
                selection=selection,
                progress=progress,
            )
        desk.result({"workspace": str(workspace), **snapshot.run})
        desk.show(
            *result_tables(briefing(snapshot, desk.lang), desk),
            *_selection_lines(snapshot.run, desk),
            desk.say("cli.built.next", command=f"arukeba serve {workspace}"),
        )


def _day(as_of: str | None, fiscal_year: str | None) -> date | None:
    """Return the day that is asked for: a date, or the last day of a fiscal year."""
    if as_of and fiscal_year:
        raise InvalidInputError("--as-of and --fiscal-year name two days; give one of them")
    if fiscal_year:
        return fiscal_year_end(fiscal_year)
    return day_of(as_of)


def _selection_lines(run_record: Mapping[str, Any], desk: Desk) -> Iterator[str]:
    """Say on which day the places are those of, and what had to be assumed."""
    parameters = run_record["parameters"]
    if parameters["as_of"]:
        yield desk.say("cli.run.on_day", day=parameters["as_of"], name=run_record["name"])
    for item in run_record["assumptions"]:
        if item["code"] not in (*IN_FULL, *DRAWN):  # those are told above the figures
            yield f"※ {assumption(item, desk.lang)}"

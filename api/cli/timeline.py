"""``arukeba timeline``: the places open at the end of each fiscal year, and who is reached."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.console import Desk, desk_of, view_option
from api.cli.opening import feet, open_seen
from api.cli.tables import years_table
from geo.errors import InvalidInputError
from services.publication.timeline import timeline, write_timeline
from services.publication.viewed import origin
from services.situation.assumptions import assumptions_of
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.words.assumptions import marked
from services.words.dates import fiscal_year_ends
from services.words.origins import with_origins
from services.words.texts import Lang, text
from services.words.vocabulary import PUBLIC, View


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("timeline", help=text("cli.timeline", lang), epilog=text("cli.epilog", lang))
    def _timeline(  # noqa: PLR0913  an argument for each option of the command
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        first: Annotated[str, typer.Option("--from", help=text("cli.timeline.from", lang))],
        last: Annotated[str, typer.Option("--to", help=text("cli.timeline.to", lang))],
        *,
        out: Annotated[
            Path | None, typer.Option("--out", help=text("cli.timeline.out", lang))
        ] = None,
        limit_m: Annotated[
            float | None, typer.Option("--limit-m", help=text("cli.run.limit", lang))
        ] = None,
        limit_min: Annotated[
            float | None, typer.Option("--limit-min", help=text("cli.run.limit_min", lang))
        ] = None,
        with_planned: Annotated[
            bool, typer.Option("--with-planned", help=text("cli.timeline.with_planned", lang))
        ] = False,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        ends = fiscal_year_ends(first, last)
        if out is not None and out.is_dir():
            raise InvalidInputError("{out}: is a folder; name a CSV file with --out", out=out)
        opened = open_seen(workspace, view, desk)
        with desk.progress() as progress:
            parameters = Parameters.of(
                opened.profile, walk_limit_m=limit_m, walk_limit_min=limit_min
            )
            found = timeline(opened, ends, parameters, planned=with_planned, progress=progress)
        assumed = assumptions_of(Situation(opened, parameters))
        written = with_origins(parameters.to_dict(opened.profile))
        told = {**origin(opened, assumed), "parameters": written}
        files = [] if out is None else write_timeline(found, out, told)
        rows = found.to_dict()
        desk.result({"files": [str(path) for path in files], **rows, **marked(assumed)})
        desk.show(years_table(rows["years"], desk), *_remarks(rows["years"], desk))
        desk.show(*feet(opened, desk, assumed))
        desk.show(*(desk.say("cli.wrote", path=path) for path in files))


def _remarks(years: Sequence[Mapping[str, Any]], desk: Desk) -> Iterator[str]:
    """Yield what documents tell of the years, and what was assumed."""
    for row in years:
        if row["places_documented"] and not row["with_suspended"]:
            year = row["fiscal_year_ja"] if desk.lang == "ja" else f"FY{row['fiscal_year']}"
            yield desk.say("timeline.documented", year=year, places=row["places_documented"])
    if any(row["opening_assumed_n"] + row["suspension_assumed_n"] for row in years):
        yield desk.say("timeline.assumed.note")
    if left_out := years[0]["closed_undated_n"]:
        yield f"※ {desk.say('timeline.left_out', n=left_out)}"
    if undated := years[-1]["planned_undated_n"]:
        yield f"※ {desk.say('timeline.undated', n=undated)}"

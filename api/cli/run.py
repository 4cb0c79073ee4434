"""``arukeba run``: computes coverage, gaps and candidates."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import day_of, desk_of
from api.cli.tables import result_tables
from services.briefing import briefing
from services.run import run
from services.texts import Lang, text
from services.workspace import open_workspace


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("run", help=text("cli.run", lang), epilog=text("cli.epilog", lang))
    def _run(
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        limit_m: Annotated[
            float | None, typer.Option("--limit-m", help=text("cli.run.limit", lang))
        ] = None,
        profile: Annotated[
            str | None, typer.Option("--profile", help=text("cli.run.profile", lang))
        ] = None,
        as_of: Annotated[str | None, typer.Option("--as-of", help=text("cli.as_of", lang))] = None,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_workspace(workspace)
        with desk.progress() as progress:
            snapshot = run(
                opened,
                walk_limit_m=limit_m,
                walking_profile=profile,
                as_of=day_of(as_of),
                progress=progress,
            )
        desk.result({"workspace": str(workspace), **snapshot.run})
        desk.show(
            *result_tables(briefing(snapshot, desk.lang), desk),
            desk.say("cli.built.next", command=f"arukeba serve {workspace}"),
        )

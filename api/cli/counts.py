"""``arukeba counts``: what was counted of activities, month by month with quarters and years."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import desk_of
from services.reports.counts import CountsAsked, counts_answer, counts_texts, write_counts
from services.words.texts import Lang, text
from services.workspace.folder import open_workspace


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("counts", help=text("cli.counts", lang), epilog=text("cli.epilog", lang))
    def _counts(
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        *,
        layer: Annotated[
            str | None, typer.Option("--layer", help=text("cli.milestones.layer", lang))
        ] = None,
        area: Annotated[
            str | None, typer.Option("--area", help=text("cli.counts.area", lang))
        ] = None,
        fiscal_year: Annotated[
            int | None, typer.Option("--fiscal-year", help=text("cli.counts.fiscal_year", lang))
        ] = None,
        out: Annotated[
            Path | None, typer.Option("--out", help=text("cli.indicators.out", lang))
        ] = None,
    ) -> None:
        desk = desk_of(ctx)
        snapshot = open_workspace(workspace).snapshot()
        asked = CountsAsked(layer, area, fiscal_year)
        found = counts_answer(snapshot, asked)
        if out:
            write_counts(snapshot, asked, out, desk.lang)
        desk.result({"file": str(out or ""), **found})
        desk.show(*counts_texts(snapshot, asked, desk.lang))
        if out:
            desk.show(desk.say("cli.wrote", path=out))

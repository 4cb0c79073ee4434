"""``arukeba indicators``: surveys and shares of age groups by area, ranked by rate or by number."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import desk_of, view_option
from api.cli.opening import feet, open_seen
from services.reports.indicators import (
    IndicatorsAsked,
    indicator_texts,
    indicators_answer,
    write_indicators,
)
from services.words.assumptions import marked
from services.words.texts import Lang, text
from services.words.vocabulary import PUBLIC, View


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("indicators", help=text("cli.indicators", lang), epilog=text("cli.epilog", lang))
    def _indicators(  # noqa: PLR0913  each is an option of the command
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        *,
        indicator: Annotated[
            str | None, typer.Option("--indicator", help=text("cli.indicators.indicator", lang))
        ] = None,
        layer: Annotated[
            str | None, typer.Option("--layer", help=text("cli.milestones.layer", lang))
        ] = None,
        by_count: Annotated[
            bool, typer.Option("--by-count", help=text("cli.indicators.by_count", lang))
        ] = False,
        out: Annotated[
            Path | None, typer.Option("--out", help=text("cli.indicators.out", lang))
        ] = None,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_seen(workspace, view, desk)
        snapshot = opened.snapshot()
        asked = IndicatorsAsked(indicator, layer, by_count)
        files = write_indicators(snapshot, asked, out) if out else []
        found = indicators_answer(snapshot, asked)
        marks = marked(snapshot.run["assumptions"])
        desk.result({"files": [str(path) for path in files], **found, **marks})
        desk.show(*indicator_texts(snapshot, asked, desk.lang))
        desk.show(*feet(opened, desk, snapshot.run["assumptions"]))
        desk.show(*(desk.say("cli.wrote", path=path) for path in files))

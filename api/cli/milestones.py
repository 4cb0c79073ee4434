"""``arukeba milestones``: how far each area is with its council, coordinator, base and committee."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import desk_of
from services.reports.milestones import (
    MilestonesAsked,
    milestone_texts,
    milestones_answer,
    write_milestones,
)
from services.words.texts import Lang, text
from services.workspace.folder import open_workspace


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("milestones", help=text("cli.milestones", lang), epilog=text("cli.epilog", lang))
    def _milestones(
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        *,
        layer: Annotated[
            str | None, typer.Option("--layer", help=text("cli.milestones.layer", lang))
        ] = None,
        kind: Annotated[
            str | None, typer.Option("--kind", help=text("cli.milestones.kind", lang))
        ] = None,
        stage: Annotated[
            str | None, typer.Option("--stage", help=text("cli.milestones.stage", lang))
        ] = None,
        out: Annotated[
            Path | None, typer.Option("--out", help=text("cli.milestones.out", lang))
        ] = None,
    ) -> None:
        desk = desk_of(ctx)
        snapshot = open_workspace(workspace).snapshot()
        asked = MilestonesAsked(layer, kind, stage)
        found = milestones_answer(snapshot, asked)
        files = write_milestones(snapshot, asked, out, desk.lang) if out else []
        desk.result({"files": [str(path) for path in files], **found})
        desk.show(*milestone_texts(snapshot, asked, desk.lang))
        desk.show(*(desk.say("cli.wrote", path=path) for path in files))

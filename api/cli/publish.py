"""``arukeba publish``: writes the public view, as a folder for a machine that the internet reaches or into PostGIS."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import desk_of
from services.edition.postgis import is_address, publish_tables
from services.edition.publish import publish
from services.words.texts import Lang, text
from services.workspace.folder import open_workspace


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("publish", help=text("cli.publish", lang), epilog=text("cli.epilog", lang))
    def _publish(
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        out: Annotated[str, typer.Option("--out", help=text("cli.publish.out", lang))],
    ) -> None:
        desk = desk_of(ctx)
        opened = open_workspace(workspace)
        with desk.progress() as progress:
            if is_address(out):
                schema = publish_tables(opened, out, progress=progress)
                desk.result({"schema": schema})
                desk.show(desk.say("cli.published.tables", schema=schema))
                return
            published = publish(opened, Path(out), progress=progress)
        desk.result({"workspace": str(published.path)})
        desk.show(
            desk.say("cli.published", path=published.path),
            desk.say("cli.published.next", command=f"arukeba serve {published.path}"),
        )

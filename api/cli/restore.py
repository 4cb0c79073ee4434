"""``arukeba restore``: puts a workspace back from its backup, all of it or nothing."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import desk_of
from services.edition.backup import restore
from services.words.texts import Lang, text


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("restore", help=text("cli.restore", lang), epilog=text("cli.epilog", lang))
    def _restore(
        ctx: typer.Context,
        file: Annotated[Path, typer.Argument(metavar="FILE", help=text("cli.restore.file", lang))],
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.restore.workspace", lang))
        ],
        *,
        replace: Annotated[
            bool, typer.Option("--replace", help=text("cli.restore.replace", lang))
        ] = False,
    ) -> None:
        desk = desk_of(ctx)
        with desk.progress() as progress:
            put_back = restore(file, workspace, replace=replace, progress=progress)
        desk.result({"workspace": str(put_back.path)})
        desk.show(
            desk.say("cli.restored", path=put_back.path),
            desk.say("cli.published.next", command=f"arukeba serve {put_back.path}"),
        )

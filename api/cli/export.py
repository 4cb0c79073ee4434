"""``arukeba export``: writes the result as GeoJSON, GeoPackage or CSV."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import desk_of, view_option
from api.cli.opening import open_seen
from services.publication.export import export
from services.words.texts import Lang, text
from services.words.vocabulary import PUBLIC, View


class Format(StrEnum):
    """What can be written."""

    geojson = "geojson"
    gpkg = "gpkg"
    csv = "csv"


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("export", help=text("cli.export", lang), epilog=text("cli.epilog", lang))
    def _export(
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        file_format: Annotated[
            Format, typer.Option("--format", help=text("cli.export.format", lang))
        ],
        out: Annotated[
            Path | None, typer.Option("--out", help=text("cli.export.out", lang))
        ] = None,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_seen(workspace, view, desk)
        with desk.progress() as progress:
            files = export(
                opened,
                out or workspace / "export",
                file_format=file_format.value,
                progress=progress,
            )
        desk.result({"files": [str(path) for path in files]})
        desk.show(*(desk.say("cli.wrote", path=path) for path in files))

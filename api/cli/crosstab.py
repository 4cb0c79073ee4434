"""``arukeba crosstab``: writes the table of two layers that do not nest."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import desk_of, view_option
from api.cli.opening import feet, open_seen
from geo.vocabulary import FREQUENCIES, TARGET
from services.publication.export import write_table
from services.publication.supply import Supply, crosstab_title
from services.publication.tables import Publication, provenance
from services.words.texts import Lang, listed, text
from services.words.vocabulary import PUBLIC, View


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("crosstab", help=text("cli.crosstab", lang), epilog=text("cli.epilog", lang))
    def _crosstab(  # noqa: PLR0913  one argument an option
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        out: Annotated[Path, typer.Option("--out", help=text("cli.crosstab.out", lang))],
        *,
        rows: Annotated[
            str | None, typer.Option("--rows", help=text("cli.crosstab.rows", lang))
        ] = None,
        columns: Annotated[
            str | None, typer.Option("--columns", help=text("cli.crosstab.columns", lang))
        ] = None,
        frequency: Annotated[
            str,
            typer.Option(
                "--frequency",
                help=text("cli.crosstab.frequency", lang, known=listed(FREQUENCIES, lang)),
            ),
        ] = TARGET,
        age_group: Annotated[
            str | None, typer.Option("--age-group", help=text("cli.crosstab.age", lang))
        ] = None,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_seen(workspace, view, desk)
        snapshot = opened.snapshot()
        supply = Supply(Publication(snapshot))
        asked = {"frequency": frequency, "age_group": age_group}
        cells = supply.cells(rows, columns, **asked)
        files = write_table(cells, out, provenance(snapshot))
        found = supply.crosstab(rows=rows, columns=columns, **asked)
        desk.result({"files": [str(path) for path in files], **found})
        desk.show(crosstab_title(snapshot, cells, desk.lang))
        desk.show(*feet(opened, desk, snapshot.run["assumptions"]))
        desk.show(*(desk.say("cli.wrote", path=path) for path in files))

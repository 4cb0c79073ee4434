"""``arukeba whatif``: what opening, closing, moving or changing places does; nothing is stored."""

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from api.cli.console import desk_of, view_option
from api.cli.opening import feet, open_seen
from geo.errors import InvalidInputError
from geo.vocabulary import FREQUENCIES
from services.scenarios.answers import WhatIfs, edit_of_text, lines, title
from services.why.ground import Published
from services.words.assumptions import marked
from services.words.texts import Lang, listed, text
from services.words.vocabulary import PUBLIC, View


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("whatif", help=text("cli.whatif", lang), epilog=text("cli.epilog", lang))
    def _whatif(  # noqa: PLR0913  one argument an option
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        *,
        opened: Annotated[
            list[str] | None,
            typer.Option(
                "--open", help=text("cli.whatif.open", lang, known=listed(FREQUENCIES, lang))
            ),
        ] = None,
        closed: Annotated[
            list[str] | None, typer.Option("--close", help=text("cli.whatif.close", lang))
        ] = None,
        moved: Annotated[
            list[str] | None, typer.Option("--move", help=text("cli.whatif.move", lang))
        ] = None,
        changed: Annotated[
            list[str] | None, typer.Option("--change", help=text("cli.whatif.change", lang))
        ] = None,
        layer: Annotated[
            str | None, typer.Option("--layer", help=text("cli.whatif.layer", lang))
        ] = None,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        seen = open_seen(workspace, view, desk)
        snapshot = seen.snapshot()
        epsg = snapshot.workspace.profile.municipality.plane_epsg
        asked = {"close": closed, "move": moved, "change": changed, "open": opened}
        edits = [
            edit_of_text(action, given, epsg)
            for action, some in asked.items()
            for given in some or ()
        ]
        if not edits:
            raise InvalidInputError("say what to try: --open, --close, --move or --change")
        with desk.progress() as progress:
            progress("whatif.reach", 0.1)
            council_layer = snapshot.workspace.profile.analysis.council_layer
            answer = WhatIfs(Published(snapshot)).answer(layer or council_layer, edits)
            progress("whatif.done", 1.0)
        desk.result({**answer, **marked(snapshot.run["assumptions"])})
        table = Table(title=title(answer, desk.lang), title_justify="left", box=SIMPLE_HEAD)
        for name in ("frequency", "limit", "before", "after", "gained", "lost"):
            figures = name in ("before", "after", "gained", "lost")
            table.add_column(
                desk.say(f"whatif.{name}"), justify="right" if figures else "left", no_wrap=True
            )
        for line in lines(answer["whole"], desk.lang, seen.few_below):
            table.add_row(
                line.frequency, line.limit, line.before, line.after, line.gained, line.lost
            )
        desk.show(
            table, desk.say("whatif.areas", n=len({row["area_id"] for row in answer["areas"]}))
        )
        desk.show(*answer["remarks" if desk.lang == "ja" else "remarks_en"])
        desk.show(*feet(seen, desk, snapshot.run["assumptions"]))

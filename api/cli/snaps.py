"""``arukeba snaps``: writes how homes, places and venues join the streets."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, desk_of, view_option
from api.cli.opening import feet, open_seen
from services.publication.viewed import assumed_now
from services.results.snaps import ABOUT, SnapLine, write_snaps
from services.words.assumptions import marked
from services.words.texts import Lang, number, people, text
from services.words.vocabulary import PUBLIC, View


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("snaps", help=text("cli.snaps", lang), epilog=text("cli.epilog", lang))
    def _snaps(
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        *,
        out: Annotated[Path | None, typer.Option("--out", help=text("cli.snaps.out", lang))] = None,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_seen(workspace, view, desk)
        written = write_snaps(opened, out)
        desk.result(
            {
                "file": str(written.path),
                "view": view,
                **marked(assumed_now(opened), ABOUT),
                "classes": [asdict(line) for line in written.lines],
            }
        )
        desk.show(_table(written.lines, opened.few_below, desk), *feet(opened, desk, about=ABOUT))
        desk.show(desk.say("cli.wrote", path=written.path))
        desk.show(desk.say("snaps.public" if opened.is_public else "snaps.internal"))


def _table(lines: tuple[SnapLine, ...], few: int, desk: Desk) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(desk.say("snaps.kind"))
    table.add_column(desk.say("snaps.leg"), overflow="fold")
    table.add_column(desk.say("table.count"), justify="right")
    table.add_column(desk.say("table.people"), justify="right")
    for line in lines:
        words = line.why if desk.lang == "ja" else line.why_en
        bounds = line.distance_class.replace("-", "–")
        leg = desk.say("snaps.class", bounds=bounds) if line.distance_class else words
        kind = text(f"snaps.kind.{line.kind}", desk.lang)
        table.add_row(kind, leg, number(line.points_n), people(line.residents, desk.lang, few))
    return table

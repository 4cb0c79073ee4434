"""``arukeba map``: what the columns of a table mean, to be confirmed and saved."""

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, desk_of
from services.intake.tables.columnmap import Proposed, propose_map, save_map
from services.words.texts import Lang, listed, text, told


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("map", help=text("cli.map", lang), epilog=text("cli.epilog", lang))
    def _map(
        ctx: typer.Context,
        file: Annotated[Path, typer.Argument(metavar="FILE", help=text("cli.map.file", lang))],
        save: Annotated[
            Path | None, typer.Option("--save", metavar="MAP.toml", help=text("cli.map.save", lang))
        ] = None,
        encoding: Annotated[
            str, typer.Option("--encoding", help=text("cli.map.encoding", lang))
        ] = "auto",
    ) -> None:
        desk = desk_of(ctx)
        proposed = propose_map(file, encoding=encoding)
        if save:
            save_map(proposed.found, save)
        desk.result(
            {
                "file": proposed.found.file,
                "layout": proposed.layout,
                "header_row": proposed.header_row,
                "rows": proposed.rows,
                "columns": proposed.found.columns,
                "also": proposed.found.also,
                "unknown": proposed.found.unknown,
                "remarks": [told(remark, desk.lang) for remark in proposed.remarks],
                "saved": str(save) if save else None,
            }
        )
        desk.show(*_lines(proposed, desk), _table(proposed, desk))
        if proposed.found.unknown:
            desk.show(desk.say("map.unknown", columns=listed(proposed.found.unknown, desk.lang)))
        desk.show(
            desk.say("map.saved", path=save) if save else desk.say("map.next", file=file),
        )


def _lines(proposed: Proposed, desk: Desk) -> list[str]:
    lines = [desk.say("map.read", rows=proposed.rows, row=proposed.header_row)]
    if proposed.layout:
        lines.append(desk.say("map.layout", title=desk.say(f"layout.{proposed.layout}")))
    return lines + [told(remark, desk.lang) for remark in proposed.remarks]


def _table(proposed: Proposed, desk: Desk) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("map.meaning", "map.column", "map.example"):
        table.add_column(desk.say(head), overflow="fold")
    for meaning, column in proposed.found.columns.items():
        table.add_row(meaning, column, proposed.example[column])
    return table

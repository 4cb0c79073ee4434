"""``arukeba demo``: runs everything on the fictional model town."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import HOST, PORT, Desk, desk_of
from api.cli.tables import result_tables
from services.modeltown.demo import Demo, demo
from services.reports.briefing import briefing
from services.words.texts import Lang, text

OUT, SEED = Path("out/demo"), 1


class Size(StrEnum):
    """How large the town is."""

    small = "small"
    city = "city"


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("demo", help=text("cli.demo", lang), epilog=text("cli.epilog", lang))
    def _demo(
        ctx: typer.Context,
        out: Annotated[Path, typer.Option("--out", help=text("cli.demo.out", lang))] = OUT,
        size: Annotated[
            Size, typer.Option("--size", help=text("cli.demo.size", lang))
        ] = Size.small,
        seed: Annotated[int, typer.Option("--seed", help=text("cli.demo.seed", lang))] = SEED,
    ) -> None:
        desk = desk_of(ctx)
        with desk.progress() as progress:
            made = demo(out, size=size.value, seed=seed, lang=desk.lang, progress=progress)
        desk.result(
            {
                "workspace": str(made.workspace.path),
                "files": [str(path) for path in made.files],
                **made.snapshot.run,
            }
        )
        desk.show(*result_tables(briefing(made.snapshot, desk.lang), desk))
        _show_way_on(made, desk)


def _show_way_on(made: Demo, desk: Desk) -> None:
    folder = made.files[0].parent
    names = ", ".join(path.name for path in made.files)
    command = f"{_own_name()} serve {made.workspace.path}"
    desk.show(
        f"{desk.say('cli.files')}: {folder}/ {names}",
        f"{desk.say('cli.open_map')}: {command}",
        f"{desk.say('cli.then_browse')}: http://{HOST}:{PORT}/",
    )


def _own_name() -> str:
    """Return the command as it was called, so that the next line can be copied."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "arukeba" and called.parent != Path() else "arukeba"

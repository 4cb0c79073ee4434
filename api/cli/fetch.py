"""``arukeba fetch``: the official files that a municipality needs, where there is internet."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import REFUSED, desk_of
from services.intake.fetch import FetchOptions, fetch
from services.words.texts import Lang, text, told


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("fetch", help=text("cli.fetch", lang), epilog=text("cli.epilog", lang))
    def _fetch(
        ctx: typer.Context,
        code: Annotated[str, typer.Argument(metavar="CODE", help=text("cli.fetch.code", lang))],
        out: Annotated[Path | None, typer.Option("--out", help=text("cli.fetch.out", lang))] = None,
        only: Annotated[
            list[str] | None, typer.Option("--only", help=text("cli.fetch.only", lang))
        ] = None,
        mirror: Annotated[str, typer.Option("--mirror", help=text("cli.fetch.mirror", lang))] = "",
    ) -> None:
        desk = desk_of(ctx)
        options = FetchOptions(only=only or [], mirror=mirror)
        with desk.progress() as progress:
            fetched = fetch(code, out or Path(code), options=options, progress=progress)
        desk.result(fetched.to_dict())
        for got in fetched.got:
            desk.show(desk.say(f"cli.fetch.{got.how}", id=got.id, file=got.file, bytes=got.bytes))
        for missing in fetched.missing:
            reason = told(missing.reason, desk.lang)
            desk.show(desk.say("cli.fetch.missing", id=missing.id, reason=reason))
        if fetched.missing:
            raise typer.Exit(REFUSED)

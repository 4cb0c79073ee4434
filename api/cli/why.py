"""``arukeba why``: from one point of the map, the way to the nearest places."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli.console import Desk, desk_of, view_option
from api.cli.opening import feet, open_seen
from geo.vocabulary import FREQUENCIES, TARGET
from services.situation.parameters import limit_of
from services.why.answer import why
from services.why.ground import Ground
from services.why.told import Way, Why
from services.words.assumptions import OF_WALKS, marked
from services.words.reasons import doubted
from services.words.texts import Lang, listed, metres, text, walk
from services.words.vocabulary import PUBLIC, View


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("why", help=text("cli.why", lang), epilog=text("cli.epilog", lang))
    def _why(  # noqa: PLR0913  one argument an option
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        lon: Annotated[float, typer.Argument(metavar="LON", help=text("cli.why.lon", lang))],
        lat: Annotated[float, typer.Argument(metavar="LAT", help=text("cli.why.lat", lang))],
        *,
        frequency: Annotated[
            str,
            typer.Option(
                "--frequency",
                help=text("cli.why.frequency", lang, known=listed(FREQUENCIES, lang)),
            ),
        ] = TARGET,
        profile: Annotated[
            str | None, typer.Option("--profile", help=text("cli.why.profile", lang))
        ] = None,
        limit_m: Annotated[
            float | None, typer.Option("--limit-m", help=text("cli.why.limit_m", lang))
        ] = None,
        limit_min: Annotated[
            float | None, typer.Option("--limit-min", help=text("cli.why.limit_min", lang))
        ] = None,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        limit = limit_of(limit_m, limit_min)
        opened = open_seen(workspace, view, desk)
        snapshot = opened.snapshot()
        ground, assumed = Ground.of(snapshot), snapshot.run["assumptions"]
        answer = why(ground, lon, lat, frequency=frequency, profile=profile, limit=limit)
        desk.result({**answer.to_dict(), **marked(assumed, OF_WALKS)})
        areas = desk.say("text.joint").join(answer.areas.values())
        desk.show(desk.say("why.title", areas=areas), *answer.sentences[desk.lang])
        if doubt := doubted(answer.doubts, desk.lang):
            desk.show(
                f"※ {doubt}", desk.say("doubt.draw.cli", command=f"arukeba edits add {workspace}")
            )
        desk.show(_table(answer, desk), *feet(opened, desk, assumed, OF_WALKS)[:-1])


def _table(answer: Why, desk: Desk) -> Table:
    """Return a row for each frequency."""
    table = Table()
    for name in ("frequency", "name", "walk", "straight", "climb", "steps", "within"):
        right = name not in ("frequency", "name", "within")
        table.add_column(desk.say(f"why.column.{name}"), justify="right" if right else "left")
    for way in answer.ways:
        table.add_row(*_row(way, desk))
    return table


def _row(way: Way, desk: Desk) -> tuple[str, ...]:
    minutes = None if way.way_s is None else way.way_s / 60.0
    return (
        desk.say(f"frequency.{way.frequency}"),
        way.name,
        walk(way.way_m, minutes, desk.lang),
        metres(way.straight_m, desk.lang),
        metres(way.climb_m, desk.lang),
        "−" if way.steps_n is None else str(round(way.steps_n)),
        desk.say("why.yes" if way.within_limit else "why.no"),
    )

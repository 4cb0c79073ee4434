"""``arukeba reconcile``: areas proposed for the names of the population table that match none."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, desk_of
from services.intake.reconcile import SAVE_FROM, Proposal, reconcile, save_matches
from services.words.texts import Lang, people, text, told


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("reconcile", help=text("cli.reconcile", lang), epilog=text("cli.epilog", lang))
    def _reconcile(
        ctx: typer.Context,
        target: Annotated[
            Path,
            typer.Argument(metavar="WORKSPACE|PROFILE", help=text("cli.reconcile.target", lang)),
        ],
        *,
        data: Annotated[
            Path | None, typer.Option("--data", help=text("cli.build.data", lang))
        ] = None,
        profile: Annotated[
            Path | None, typer.Option("--profile", help=text("cli.reconcile.profile", lang))
        ] = None,
        save: Annotated[
            bool, typer.Option("--save", help=text("cli.reconcile.save", lang))
        ] = False,
        at_least: Annotated[
            float, typer.Option("--at-least", help=text("cli.reconcile.at_least", lang))
        ] = SAVE_FROM,
    ) -> None:
        desk = desk_of(ctx)
        found = reconcile(target, data=data)
        where = profile or found.profile_path
        if save and where is None:
            raise typer.BadParameter(desk.say("reconcile.no_profile"))
        sure = [p for p in found.proposals if p.area and p.confidence >= at_least]
        saved = save_matches(sure, where) if save and where else 0
        desk.result(
            {
                "proposals": [_plain(proposal) for proposal in found.proposals],
                "residents": found.residents,
                "saved": saved,
                "profile": str(where) if save else None,
            }
        )
        if not found.proposals:
            desk.show(desk.say("reconcile.none"))
            return
        desk.show(_table(found.proposals, desk))
        if save:
            desk.show(desk.say("reconcile.saved", count=saved, path=where))
        else:
            desk.show(desk.say("reconcile.next", count=len(sure), at_least=at_least))


def _plain(found: Proposal) -> dict[str, Any]:
    said = {"reason": told(found.reason, "en"), "reason_ja": told(found.reason, "ja")}
    return {**asdict(found), **said}


def _table(proposals: list[Proposal], desk: Desk) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for head, justify in (
        ("reconcile.name", "left"),
        ("table.people", "right"),
        ("reconcile.area", "left"),
        ("reconcile.confidence", "right"),
        ("table.reasons", "left"),
    ):
        table.add_column(
            desk.say(head), justify="right" if justify == "right" else "left", overflow="fold"
        )
    for found in proposals:
        reason = told(found.reason, desk.lang)
        residents = people(found.residents, desk.lang)
        table.add_row(found.name, residents, found.area or "−", f"{found.confidence:.2f}", reason)
    return table

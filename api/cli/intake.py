"""``arukeba intake``: writes the report of the intake, what was read, repaired and refused."""

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, desk_of, view_option
from api.cli.opening import open_seen
from api.intake_page import render_intake
from services.reports.intake import IntakeReport, intake_report
from services.words.texts import Lang, listed, number, text
from services.words.vocabulary import PUBLIC, View
from services.workspace.staging import staged_file


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("intake", help=text("cli.intake", lang), epilog=text("cli.epilog", lang))
    def _intake(
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        *,
        out: Annotated[
            Path | None, typer.Option("--out", help=text("cli.intake.out", lang))
        ] = None,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        report = intake_report(open_seen(workspace, view, desk))
        target = out or workspace / "reports" / "intake.html"
        with staged_file(target) as path:
            path.write_text(render_intake(report, desk.lang), encoding="utf-8")
        desk.result({"file": str(target), **report.to_dict()})
        desk.show(_sources(report, desk), _figures(report, desk))
        desk.show(desk.say("cli.wrote", path=target))


def _sources(report: IntakeReport, desk: Desk) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(desk.say("table.source"), overflow="fold")
    for name in ("read", "used", "repaired", "refused"):
        table.add_column(desk.say(f"table.{name}"), justify="right")
    for source in report.sources:
        counts = (source.rows_read, source.rows_used, source.rows_repaired, source.rows_refused)
        table.add_row(str(source.provenance["title"]), *(number(count) for count in counts))
    return table


def _figures(report: IntakeReport, desk: Desk) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("evidence", "state", "why"):
        table.add_column(desk.say(f"table.{name}"), overflow="fold")
    japanese = desk.lang == "ja"
    for one in (*report.figures, *report.inputs):
        why = listed(one.why_ja if japanese else one.why_en, desk.lang)
        table.add_row(one.ja if japanese else one.en, desk.say(f"state.{one.state}"), why)
    return table

"""``arukeba report``: writes the report of one area, or of all of them, as a page that prints on A4."""

import re
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import desk_of, view_option
from api.cli.opening import open_seen
from api.report_page import render_report_file
from geo.errors import InvalidInputError
from services.publication.viewed import assumed_now
from services.reports.city import CitySheet, city_sheet
from services.reports.council import BareCouncil, sheet_of
from services.reports.lines import GapReport
from services.words.assumptions import marked
from services.words.texts import Lang, text
from services.words.vocabulary import PUBLIC, View
from services.workspace.staging import staged_file


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("report", help=text("cli.report", lang), epilog=text("cli.epilog", lang))
    def _report(
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        area: Annotated[
            str | None, typer.Option("--area", help=text("cli.report.area", lang))
        ] = None,
        layer: Annotated[
            str | None, typer.Option("--layer", help=text("cli.report.layer", lang))
        ] = None,
        out: Annotated[
            Path | None, typer.Option("--out", help=text("cli.report.out", lang))
        ] = None,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_seen(workspace, view, desk)
        with desk.progress() as progress:
            progress("report", 0.2)
            made: GapReport | BareCouncil | CitySheet
            if area is None and layer is None:
                made = city_sheet(opened, lang=desk.lang)
                report: GapReport | BareCouncil = made.report
                name = "city"
            elif area is None:
                raise InvalidInputError("--layer needs --area, the name or id of one of its areas")
            else:
                made = report = sheet_of(opened, area, layer=layer, lang=desk.lang)
                name = _file_name(report.area_id)
            target = out or workspace / "reports" / f"{name}.html"
            page = render_report_file(made)
            with staged_file(target) as path:
                path.write_text(page, encoding="utf-8")
            progress("report", 1.0)
        told = {"file": str(target), "area_id": report.area_id, "sentence": report.sentence}
        desk.result({**told, **marked(assumed_now(opened))})
        desk.show(desk.say("cli.wrote", path=target))


def _file_name(area_id: str) -> str:
    """Return an id without the characters that a path would trip over."""
    return re.sub(r"[^\w-]", "_", area_id)

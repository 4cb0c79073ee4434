"""``arukeba doctor``: says what is installed and what is missing."""

from dataclasses import asdict

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from api.cli.console import FAILED, Desk, desk_of
from api.settings import PREFIX, Settings, read_settings
from services.modeltown.doctor import LookedFor, examine
from services.words.texts import Lang, text


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("doctor", help=text("cli.doctor", lang), epilog=text("cli.epilog", lang))
    def _doctor(ctx: typer.Context) -> None:
        desk = desk_of(ctx)
        findings = examine()
        bad = [finding.name for finding in findings if finding.essential and not finding.ok]
        settings = read_settings()
        desk.result(
            {
                "ok": not bad,
                "findings": [_plain(finding, desk) for finding in findings],
                "settings": settings.model_dump(mode="json"),
            }
        )
        verdict = desk.say("doctor.bad", names=", ".join(bad)) if bad else desk.say("doctor.ok")
        desk.show(_table(findings, desk), verdict, _in_force(settings, desk))
        if bad:
            raise typer.Exit(FAILED)


def _plain(finding: LookedFor, desk: Desk) -> dict[str, object]:
    plain = {key: value for key, value in asdict(finding).items() if key != "key"}
    return {**plain, "ok": finding.ok, "advice": finding.advice(desk.lang)}


def _table(findings: list[LookedFor], desk: Desk) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("", "doctor.item", "doctor.found", "doctor.meaning"):
        table.add_column(desk.say(head) if head else "", overflow="fold")
    for finding in findings:
        sign = "○" if finding.ok else "×" if finding.essential else "−"
        style = "green" if finding.ok else "red" if finding.essential else "yellow"
        found = finding.found or desk.say("doctor.missing")
        table.add_row(Text(sign, style=style), finding.name, found, finding.advice(desk.lang))
    return table


def _in_force(settings: Settings, desk: Desk) -> Table:
    """Return what the server would be started with now."""
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("doctor.setting", "doctor.value", "doctor.origin"):
        table.add_column(desk.say(head), overflow="fold")
    for name, value in settings.model_dump(mode="json").items():
        given = name in settings.model_fields_set
        origin = desk.say("doctor.environment" if given else "doctor.default")
        table.add_row(PREFIX + name.upper(), str(value), origin)
    return table

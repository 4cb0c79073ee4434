"""``arukeba decision``: what the councils make of the candidates, meeting by meeting."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, desk_of
from geo.vocabulary import FREQUENCIES, TARGET
from services.councils.decisions import Decided, export_decisions, list_decisions, record_decision
from services.councils.entry import NewDecision
from services.words.texts import Lang, listed, text
from services.words.vocabulary import CANDIDATE_ACTIONS, DECISION_STATUSES
from services.workspace.folder import open_workspace


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command with its two parts to the command line."""
    group = typer.Typer(
        help=text("cli.decision", lang), epilog=text("cli.epilog", lang), no_args_is_help=True
    )
    folder = typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
    area = typer.Option("--council", help=text("cli.decision.council", lang))

    @group.command("record", help=text("cli.decision.record", lang))
    def _record(  # noqa: PLR0913  an argument for each option of the command
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        status: Annotated[
            str,
            typer.Argument(
                metavar="STATUS",
                help=text("cli.decision.status", lang, known=listed(DECISION_STATUSES, lang)),
            ),
        ],
        *,
        council: Annotated[str, area],
        action: Annotated[
            str,
            typer.Option(
                "--action",
                help=text("cli.decision.action", lang, known=listed(CANDIDATE_ACTIONS, lang)),
            ),
        ] = "open",
        frequency: Annotated[
            str,
            typer.Option(
                "--frequency",
                help=text("cli.decision.frequency", lang, known=listed(FREQUENCIES, lang)),
            ),
        ] = TARGET,
        venue: Annotated[str, typer.Option("--venue", help=text("cli.scenario.venue", lang))] = "",
        place: Annotated[str, typer.Option("--place", help=text("cli.scenario.place", lang))] = "",
        lon: Annotated[float | None, typer.Option("--lon")] = None,
        lat: Annotated[float | None, typer.Option("--lat")] = None,
        name: Annotated[str, typer.Option("--name", help=text("cli.scenario.title", lang))] = "",
        schedule: Annotated[
            str, typer.Option("--schedule", help=text("cli.scenario.schedule", lang))
        ] = "",
        reason: Annotated[
            str, typer.Option("--reason", help=text("cli.decision.reason", lang))
        ] = "",
        meeting: Annotated[
            str, typer.Option("--meeting", help=text("cli.decision.meeting_date", lang))
        ] = "",
        by: Annotated[str, typer.Option("--by", help=text("cli.decision.by", lang))] = "",
        opens: Annotated[str, typer.Option("--opens", help=text("cli.decision.opens", lang))] = "",
        plan: Annotated[str, typer.Option("--plan", help=text("cli.decision.plan", lang))] = "",
    ) -> None:
        desk = desk_of(ctx)
        entry = NewDecision(
            action=action,
            frequency=frequency,
            status=status,
            council_id=council,
            venue_id=venue,
            place_id=place,
            lon=lon,
            lat=lat,
            name=name,
            schedule_text=schedule,
            reason=reason,
            meeting_date=meeting,
            decided_by=by,
            opens_on=opens,
            plan_id=plan,
        )
        decided = record_decision(open_workspace(workspace), entry)
        desk.result(decided.to_dict())
        latest = decided.latest
        said = desk.say(f"decision.status.{latest['status']}")
        about = {"name": latest["name"], "status": said, "candidate": latest["candidate_key"]}
        desk.show(desk.say("decision.recorded", **about))

    @group.command("list", help=text("cli.decision.list", lang))
    def _list(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        *,
        council: Annotated[str | None, area] = None,
    ) -> None:
        desk = desk_of(ctx)
        found = list_decisions(open_workspace(workspace), council)
        desk.result({"decisions": [one.to_dict() for one in found]})
        desk.show(_listing(found, desk) if found else desk.say("decision.none"))
        desk.show(*_stale(found, desk))

    @group.command("export", help=text("cli.decision.export", lang))
    def _export(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        *,
        out: Annotated[Path, typer.Option("--out", help=text("cli.decision.out", lang))],
        council: Annotated[str | None, area] = None,
    ) -> None:
        desk = desk_of(ctx)
        count = export_decisions(open_workspace(workspace), out, council)
        desk.result({"file": str(out), "decisions": count})
        desk.show(desk.say("cli.wrote", path=out))

    app.add_typer(group, name="decision")


def _listing(found: list[Decided], desk: Desk) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("name", "council", "status", "meeting_date", "opens_on", "reason"):
        wide = head in ("name", "reason")
        table.add_column(desk.say(f"decision.head.{head}"), overflow="fold", no_wrap=not wide)
    for one in found:
        latest = one.latest
        table.add_row(
            _candidate(latest, desk),
            latest["council_id"],
            desk.say(f"decision.status.{latest['status']}"),
            latest["meeting_date"],
            latest["opens_on"],
            latest["reason"],
        )
    return table


def _candidate(latest: dict[str, Any], desk: Desk) -> str:
    action = desk.say(f"decision.action.{latest['action']}")
    often = desk.say(f"frequency.{latest['frequency']}")
    return f"{latest['name'] or latest['candidate_key']} ({action}, {often})"


def _stale(found: list[Decided], desk: Desk) -> Iterator[str]:
    """Say which decisions were made on other data than those of today."""
    for one in found:
        if one.stale:
            what = listed((desk.say(f"scenario.stale.{code}") for code in one.stale), desk.lang)
            yield desk.say("decision.stale", name=_candidate(one.latest, desk), what=what)

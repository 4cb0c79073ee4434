"""``arukeba edits proposals``, ``accept``, ``reject``, ``export``: what people propose for the streets."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, desk_of
from services.edits.proposals import (
    FILE_FORMATS,
    EditProposal,
    accept_proposal,
    list_proposals,
    of_status,
    reject_proposal,
    write_proposals,
)
from services.edits.versions import Added, plain
from services.words.texts import Lang, listed, text
from services.words.vocabulary import PROPOSAL_STATUSES
from services.workspace.folder import open_workspace


def register_proposals(
    group: typer.Typer, lang: Lang, show_added: Callable[[Added, Desk, Path], None]
) -> None:
    """Add the parts that are about proposals to ``arukeba edits``."""
    folder = typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
    number = typer.Argument(metavar="ID", help=text("cli.edits.proposal", lang))
    office = typer.Option("--by", help=text("cli.edits.by", lang))
    status = typer.Option(
        "--status", help=text("cli.edits.status", lang, known=listed(PROPOSAL_STATUSES, lang))
    )

    @group.command("proposals", help=text("cli.edits.proposals", lang))
    def _proposals(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        *,
        status: Annotated[str | None, status] = None,
    ) -> None:
        desk = desk_of(ctx)
        found = of_status(list_proposals(open_workspace(workspace)), status)
        desk.result({"proposals": [asdict(one) for one in found]})
        desk.show(_table(found, desk) if found else desk.say("proposals.none"))

    @group.command("accept", help=text("cli.edits.accept", lang))
    def _accept(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        proposal_id: Annotated[int, number],
        *,
        by: Annotated[str, office] = "",
        note: Annotated[str, typer.Option("--note", help=text("cli.edits.note", lang))] = "",
    ) -> None:
        desk = desk_of(ctx)
        added = accept_proposal(open_workspace(workspace), proposal_id, by=by, note=note)
        desk.result(plain(added))
        show_added(added, desk, workspace)

    @group.command("reject", help=text("cli.edits.reject", lang))
    def _reject(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        proposal_id: Annotated[int, number],
        *,
        reason: Annotated[str, typer.Option("--reason", help=text("cli.edits.reason", lang))] = "",
        by: Annotated[str, office] = "",
    ) -> None:
        desk = desk_of(ctx)
        found = reject_proposal(open_workspace(workspace), proposal_id, by=by, reason=reason)
        desk.result(asdict(found))
        desk.show(_table([found], desk))

    @group.command("export", help=text("cli.edits.export", lang))
    def _export(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        *,
        out: Annotated[Path, typer.Option("--out", help=text("cli.edits.export.out", lang))],
        file_format: Annotated[
            str,
            typer.Option(
                "--format",
                help=text("cli.edits.format", lang, known=listed(FILE_FORMATS, lang)),
            ),
        ] = "geojson",
        status: Annotated[str | None, status] = None,
    ) -> None:
        desk = desk_of(ctx)
        found = of_status(list_proposals(open_workspace(workspace)), status)
        write_proposals(found, out, file_format=file_format, lang=desk.lang)
        desk.result({"file": str(out), "proposals": len(found)})
        desk.show(desk.say("proposals.written", n=len(found), path=out))


def _table(proposals: list[EditProposal], desk: Desk) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("id", "status", "kind", "made_on", "role", "remark", "decided"):
        table.add_column(desk.say(f"proposals.head.{head}"), overflow="fold")
    for one in proposals:
        decided = " ".join(filter(None, (one.decided_on, one.decided_by, one.reason)))
        role = desk.say(f"proposal.role.{one.role}") if one.role else ""
        table.add_row(
            str(one.proposal_id),
            desk.say(f"proposal.status.{one.status}"),
            desk.say(f"proposal.kind.{one.kind}"),
            one.made_on,
            role,
            one.remark,
            decided,
        )
    return table

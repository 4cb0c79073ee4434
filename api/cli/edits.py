"""``arukeba edits``: barriers, closures, paths and corrections that planners draw, in versions."""

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, day_of, desk_of
from api.cli.proposals import register_proposals
from services.edits.versions import (
    Added,
    Effect,
    Losses,
    Version,
    add_edits,
    effects_of,
    list_versions,
    losses_on,
    plain,
    read_drawn,
    revert_edits,
)
from services.words.dates import today
from services.words.texts import Lang, listed, metres, number, text
from services.workspace.folder import open_workspace


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command with its four parts to the command line."""
    group = typer.Typer(
        help=text("cli.edits", lang), epilog=text("cli.epilog", lang), no_args_is_help=True
    )
    folder = typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
    author = typer.Option("--by", help=text("cli.edits.by", lang))
    remark = typer.Option("--note", help=text("cli.edits.note", lang))

    @group.command("add", help=text("cli.edits.add", lang))
    def _add(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        file: Annotated[Path, typer.Argument(metavar="FILE", help=text("cli.edits.file", lang))],
        *,
        by: Annotated[str, author] = "",
        note: Annotated[str, remark] = "",
        whole: Annotated[bool, typer.Option("--whole", help=text("cli.edits.whole", lang))] = False,
    ) -> None:
        desk = desk_of(ctx)
        added = add_edits(open_workspace(workspace), file, by=by, note=note, whole=whole)
        desk.result(plain(added))
        show_added(added, desk, workspace)

    @group.command("list", help=text("cli.edits.list", lang))
    def _list(ctx: typer.Context, workspace: Annotated[Path, folder]) -> None:
        desk = desk_of(ctx)
        versions = list_versions(open_workspace(workspace))
        desk.result({"versions": [plain(version) for version in versions]})
        desk.show(_versions(versions, desk) if versions else desk.say("edits.none"))

    @group.command("show", help=text("cli.edits.show", lang))
    def _show(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        *,
        version: Annotated[
            int | None, typer.Option("--version", help=text("cli.edits.version", lang))
        ] = None,
        as_of: Annotated[
            str | None, typer.Option("--as-of", help=text("cli.edits.as_of", lang))
        ] = None,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_workspace(workspace)
        drawn = read_drawn(opened, version)
        effects = effects_of(drawn, opened)
        losses = losses_on(opened, drawn, day_of(as_of) or today())
        desk.result({"edits": [plain(effect) for effect in effects], "losses": plain(losses)})
        if not effects:
            desk.show(desk.say("edits.none"))
            return
        desk.show(_effects(effects, desk), *_losses(losses, desk))

    @group.command("revert", help=text("cli.edits.revert", lang))
    def _revert(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        version: Annotated[
            int, typer.Argument(metavar="VERSION", help=text("cli.edits.version", lang))
        ],
        *,
        by: Annotated[str, author] = "",
        note: Annotated[str, remark] = "",
    ) -> None:
        desk = desk_of(ctx)
        made = revert_edits(open_workspace(workspace), version, by=by, note=note)
        desk.result(plain(made))
        desk.show(desk.say("edits.reverted", new=made.version, old=version))

    register_proposals(group, lang, show_added)
    app.add_typer(group, name="edits")


def show_added(added: Added, desk: Desk, workspace: Path) -> None:
    """Print what a new version does, and what to do next."""
    desk.show(*_added(added, desk))
    desk.show(_effects(added.effects, desk), *_losses(added.losses, desk))
    desk.show(desk.say("cli.built.next", command=f"arukeba run {workspace}"))


def _added(added: Added, desk: Desk) -> list[str]:
    counts = {"new": len(added.added), "replaced": len(added.replaced)}
    version = added.version
    lines = [desk.say("edits.added", version=version.version, edits=version.edits_n, **counts)]
    if added.without_effect:
        lines.append(
            desk.say("edits.without_effect", names=listed(added.without_effect, desk.lang))
        )
    return lines


def _versions(versions: list[Version], desk: Desk) -> Table:
    table = _table(desk, "version", "date", "by", "note", "source", "edits")
    for one in versions:
        cells = (one.made_on, one.by, one.note, one.source)
        table.add_row(str(one.version), *cells, number(one.edits_n))
    return table


def _effects(effects: tuple[Effect, ...], desk: Desk) -> Table:
    heads = ("edit_id", "kind", "name", "valid", "edges", "closed", "added_m", "cut_off")
    table = _table(desk, *heads)
    for one in effects:
        valid = f"{one.valid_from}〜{one.valid_to}" if one.valid_from or one.valid_to else ""
        lengths = (one.closed_m, one.added_m, one.cut_off_m)
        shown = [metres(length_m, desk.lang) for length_m in lengths]
        kind = desk.say(f"edits.kind.{one.kind}")
        table.add_row(one.edit_id, kind, one.name, valid, number(one.edges_n), *shown)
    return table


def _losses(losses: Losses, desk: Desk) -> list[str]:
    lines = []
    if losses.doors_closed or losses.doors_behind_barrier:
        counts = {
            "closed": number(losses.doors_closed),
            "barrier": number(losses.doors_behind_barrier),
        }
        lines.append(desk.say("edits.doors", **counts))
    if losses.cut_off_m > 0:
        length = metres(losses.cut_off_m, desk.lang)
        doors = number(losses.doors_cut_off)
        lines.append(desk.say("edits.cut_off", length=length, doors=doors))
    for council in losses.councils:
        key = "edits.council_whole" if council.lost == council.doors else "edits.council"
        counts = {"lost": number(council.lost), "doors": number(council.doors)}
        lines.append(desk.say(key, name=council.name, **counts))
    return lines


def _table(desk: Desk, *heads: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for head in heads:
        table.add_column(desk.say(f"edits.head.{head}"), overflow="fold")
    return table

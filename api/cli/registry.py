"""``arukeba registry``: places, venues and groups as people keep them between two lists."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, desk_of, view_option
from geo.errors import InvalidInputError
from services.intake.places.told import read_told
from services.intake.tables.columns import read_map
from services.registry.editing import (
    STALE_MONTHS,
    Kept,
    change_group,
    change_place,
    change_venue,
    confirm_place,
    create_group,
    create_place,
    create_venue,
    fields_of,
    group_fields_of,
    import_places,
    stale_places,
    state_of,
    undo_change,
    venue_fields_of,
)
from services.registry.feed import atom, feed, history, month_report, notes, pin_note, remove_note
from services.registry.hands import ANYBODY, Hand
from services.registry.listed import list_groups, list_places, list_venues
from services.registry.rows import KINDS, PLACE
from services.words.dates import day_in_japan
from services.words.texts import Lang, listed, text, told
from services.words.vocabulary import PUBLIC, View
from services.workspace.folder import open_workspace
from services.workspace.staging import staged_file

_LISTS = {"place": list_places, "venue": list_venues, "group": list_groups}


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command with its parts to the command line."""
    group = typer.Typer(
        help=text("cli.registry", lang), epilog=text("cli.epilog", lang), no_args_is_help=True
    )
    _register_reading(group, lang)
    _register_editing(group, lang)
    _register_telling(group, lang)
    app.add_typer(group, name="registry")


def _folder(lang: Lang) -> Any:  # noqa: ANN401  what typer makes of an argument
    return typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))


def _kind(lang: Lang) -> Any:  # noqa: ANN401
    return typer.Option("--kind", help=text("cli.registry.kind", lang, known=listed(KINDS, lang)))


def _office(lang: Lang) -> Any:  # noqa: ANN401
    return typer.Option("--by", help=text("cli.registry.by", lang))


def _council(lang: Lang) -> Any:  # noqa: ANN401
    return typer.Option("--council", help=text("cli.registry.council", lang))


def _register_reading(group: typer.Typer, lang: Lang) -> None:
    folder, kind = _folder(lang), _kind(lang)

    @group.command("list", help=text("cli.registry.list", lang))
    def _list(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        *,
        kind: Annotated[str, kind] = PLACE.name,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        found = _LISTS[_known(kind)](open_workspace(workspace, view=view))
        desk.result({f"{kind}s": found})
        desk.show(_table(found, desk))

    @group.command("stale", help=text("cli.registry.stale", lang))
    def _stale(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        *,
        months: Annotated[
            int, typer.Option("--months", min=0, max=1200, help=text("cli.registry.months", lang))
        ] = STALE_MONTHS,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        found = stale_places(open_workspace(workspace, view=view), months)
        desk.result({"places": found})
        desk.show(_table(found, desk))

    @group.command("show", help=text("cli.registry.show", lang))
    def _show(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        key: Annotated[str, typer.Argument(metavar="ID", help=text("cli.registry.id", lang))],
        *,
        kind: Annotated[str, kind] = PLACE.name,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        opened, what = open_workspace(workspace, view=view), KINDS[_known(kind)]
        state = state_of(opened, key, what, who=ANYBODY)
        found = history(opened, key, what)
        desk.result({what.id: key, "state": state, "history": found})
        (row,) = [one for one in _LISTS[kind](opened) if one[what.id] == key]
        desk.show(_table([row], desk), _changes(found, desk))


def _register_editing(group: typer.Typer, lang: Lang) -> None:
    folder, kind, office = _folder(lang), _kind(lang), _office(lang)
    told = typer.Option("--set", metavar="FIELD=VALUE", help=text("cli.registry.set", lang))
    key = typer.Argument(metavar="ID", help=text("cli.registry.id", lang))

    @group.command("add", help=text("cli.registry.add", lang))
    def _add(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        name: Annotated[str, typer.Argument(metavar="NAME", help=text("cli.registry.name", lang))],
        *,
        told: Annotated[list[str] | None, told] = None,
        kind: Annotated[str, kind] = PLACE.name,
        by: Annotated[str, office] = "",
    ) -> None:
        desk, opened = desk_of(ctx), open_workspace(workspace)
        fields = {"name": name, **_fields(told or [])}
        if _known(kind) == "venue":
            kept = create_venue(opened, venue_fields_of(fields), who=Hand(by))
        elif kind == "group":
            kept = create_group(opened, group_fields_of(fields), who=Hand(by))
        else:
            kept = create_place(opened, fields_of(fields), who=Hand(by))
        _said(kept, desk)

    @group.command("change", help=text("cli.registry.change", lang))
    def _change(  # noqa: PLR0913  an argument for each option of the command
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        key: Annotated[str, key],
        *,
        told: Annotated[list[str], told],
        kind: Annotated[str, kind] = PLACE.name,
        state: Annotated[str, typer.Option("--state", help=text("cli.registry.state", lang))] = "",
        by: Annotated[str, office] = "",
    ) -> None:
        desk, opened = desk_of(ctx), open_workspace(workspace)
        fields = _fields(told)
        state = state or state_of(opened, key, KINDS[_known(kind)], who=ANYBODY)
        if kind == "venue":
            kept = change_venue(opened, key, venue_fields_of(fields), who=Hand(by), state=state)
        elif kind == "group":
            kept = change_group(opened, key, group_fields_of(fields), who=Hand(by), state=state)
        else:
            kept = change_place(opened, key, fields_of(fields), who=Hand(by), state=state)
        _said(kept, desk)

    @group.command("confirm", help=text("cli.registry.confirm", lang))
    def _confirm(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        keys: Annotated[list[str], key],
        *,
        by: Annotated[str, office] = "",
    ) -> None:
        desk, opened = desk_of(ctx), open_workspace(workspace)
        _all_said([confirm_place(opened, one, who=Hand(by)) for one in keys], desk)

    @group.command("import", help=text("cli.registry.import", lang))
    def _import(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        file: Annotated[Path, typer.Argument(metavar="FILE", help=text("cli.registry.file", lang))],
        *,
        preview: Annotated[
            bool, typer.Option("--preview", help=text("cli.registry.preview", lang))
        ] = False,
        column_map: Annotated[
            Path | None, typer.Option("--map", metavar="MAP.toml", help=text("cli.build.map", lang))
        ] = None,
        by: Annotated[str, office] = "",
    ) -> None:
        desk, opened = desk_of(ctx), open_workspace(workspace)
        columns = read_map(column_map) if column_map else None
        epsg = opened.profile.municipality.plane_epsg
        found = read_told(file, plane_epsg=epsg, columns=columns)
        kept = import_places(
            opened, found.rows, who=Hand(by), preview=preview, numbers=found.numbers
        )
        remarks = [_remark(entry.row, entry.said, desk) for entry in found.notes.entries]
        rows = [
            {"row": number, **one.to_dict()}
            for number, one in zip(found.numbers, kept, strict=True)
        ]
        desk.result({"preview": preview, "rows": rows, "remarks": remarks})
        desk.show(_rows(rows, desk), *remarks)
        desk.show(desk.say("registry.previewed" if preview else "registry.imported", n=len(rows)))

    @group.command("undo", help=text("cli.registry.undo", lang))
    def _undo(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        change_id: Annotated[
            int, typer.Argument(metavar="N", help=text("cli.registry.change_id", lang))
        ],
        *,
        by: Annotated[str, office] = "",
    ) -> None:
        _said(undo_change(open_workspace(workspace), change_id, who=Hand(by)), desk_of(ctx))


def _register_telling(group: typer.Typer, lang: Lang) -> None:
    folder, council = _folder(lang), _council(lang)

    @group.command("feed", help=text("cli.registry.feed", lang))
    def _feed(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        *,
        council: Annotated[str | None, council] = None,
        out: Annotated[
            Path | None, typer.Option("--atom", help=text("cli.registry.atom", lang))
        ] = None,
    ) -> None:
        desk = desk_of(ctx)
        found = feed(open_workspace(workspace), council)
        desk.result({"changes": found})
        if out is None:
            desk.show(*(_event(one, desk) for one in found))
            return
        with staged_file(out) as staged:
            staged.write_bytes(atom(found, address=out.absolute().as_uri(), lang=desk.lang))
        desk.show(desk.say("cli.wrote", path=out))

    @group.command("report", help=text("cli.registry.report", lang))
    def _report(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        month: Annotated[
            str, typer.Argument(metavar="MONTH", help=text("cli.registry.month", lang))
        ],
        *,
        council: Annotated[str | None, council] = None,
    ) -> None:
        desk = desk_of(ctx)
        found = month_report(open_workspace(workspace), month, council)
        desk.result(found)
        desk.show(*(_event(one, desk) for one in (*found["decided"], *found["changes"])))

    @group.command("note", help=text("cli.registry.note", lang))
    def _note(  # noqa: PLR0913  an argument for each option of the command
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        layer: Annotated[
            str, typer.Argument(metavar="LAYER", help=text("cli.registry.layer", lang))
        ],
        area: Annotated[str, typer.Argument(metavar="AREA", help=text("cli.registry.area", lang))],
        said: Annotated[
            str, typer.Argument(metavar="TEXT", help=text("cli.registry.text", lang))
        ] = "",
        *,
        remove: Annotated[
            int | None, typer.Option("--remove", help=text("cli.registry.remove", lang))
        ] = None,
        by: Annotated[str, _office(lang)] = "",
    ) -> None:
        desk, opened = desk_of(ctx), open_workspace(workspace)
        if remove is not None:
            remove_note(opened, remove, who=ANYBODY)
        if said:
            pin_note(opened, layer, area, said, who=Hand(by))
        found = notes(opened, layer, area, who=ANYBODY)
        desk.result({"notes": found})
        desk.show(_table(found, desk))


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise InvalidInputError(
            "{what}={value!r} is none of {known}", what="--kind", value=kind, known=list(KINDS)
        )
    return kind


def _fields(told: list[str]) -> dict[str, str | None]:
    """Return what is told; nothing behind the sign says that it is not known."""
    fields: dict[str, str | None] = {}
    for one in told:
        name, sign, value = one.partition("=")
        if not sign:
            raise InvalidInputError("--set {given}: write it as FIELD=VALUE", given=one)
        fields[name.strip()] = value.strip()
    return fields


def _said(kept: Kept, desk: Desk) -> None:
    desk.result(kept.to_dict())
    desk.show(_rows([kept.to_dict()], desk))


def _all_said(kept: list[Kept], desk: Desk) -> None:
    rows = [one.to_dict() for one in kept]
    desk.result({"rows": rows})
    desk.show(_rows(rows, desk))


def _remark(row: int | None, said: Any, desk: Desk) -> str:  # noqa: ANN401  a sentence
    sentence = told(said, desk.lang)
    return sentence if row is None else desk.say("registry.remark", row=row, said=sentence)


def _event(one: Mapping[str, Any], desk: Desk) -> str:
    name = one["name"] or one.get(f"{one['kind']}_id") or one["candidate_key"]
    said = desk.say(f"feed.{one['event']}", name=name)
    return f"{one.get('meeting_date') or day_in_japan(one['at'])}  {said}"


def _rows(rows: list[dict[str, Any]], desk: Desk) -> Table | str:
    """Return what was kept: an action a row, and which fields it changed."""
    plain = []
    for one in rows:
        action = desk.say(f"registry.action.{one['action']}")
        key = next(one[kind.id] for kind in KINDS.values() if kind.id in one)
        about = {"row": one["row"]} if "row" in one else {}
        plain.append({**about, "id": key, "action": action, "fields": ", ".join(one["fields"])})
    return _table(plain, desk)


def _changes(found: list[dict[str, Any]], desk: Desk) -> Table | str:
    return _table(
        [
            {
                **{name: one[name] for name in ("change_id", "at", "who")},
                "action": desk.say(f"registry.action.{one['action']}"),
                "fields": ", ".join(one["fields"]),
            }
            for one in found
        ],
        desk,
    )


def _table(rows: list[dict[str, Any]], desk: Desk) -> Table | str:
    if not rows:
        return desk.say("registry.none")
    table = Table(box=box.SIMPLE_HEAD)
    for name in rows[0]:
        table.add_column(desk.say(f"registry.head.{name}"), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value, desk) for value in row.values()))
    return table


def _cell(value: object, desk: Desk) -> str:
    if isinstance(value, bool):
        return desk.say(f"registry.{'yes' if value else 'no'}")
    return "" if value is None else str(value)

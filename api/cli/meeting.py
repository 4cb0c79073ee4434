"""``arukeba meeting``: the papers of councils, meeting by meeting, and the calendar for everybody."""

import csv
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, desk_of
from geo.errors import InvalidInputError
from services.councils.calendar import calendar, calendar_table, icalendar
from services.councils.kinds import KINDS, Paper
from services.councils.papers import (
    add_papers,
    change_paper,
    paper_history,
    papers,
    remove_paper,
    undo_paper,
)
from services.registry.hands import ANYBODY, Hand
from services.words.texts import Lang, listed, text
from services.workspace.folder import open_workspace
from services.workspace.staging import staged_file


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command with its parts to the command line."""
    group = typer.Typer(
        help=text("cli.meeting", lang), epilog=text("cli.epilog", lang), no_args_is_help=True
    )
    _register_writing(group, lang)
    _register_reading(group, lang)
    app.add_typer(group, name="meeting")


def _folder(lang: Lang) -> Any:  # noqa: ANN401  what typer makes of an argument
    return typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))


def _council(lang: Lang) -> Any:  # noqa: ANN401
    return typer.Option("--council", help=text("cli.meeting.council", lang))


def _kind(lang: Lang) -> Any:  # noqa: ANN401
    return typer.Argument(metavar="KIND", help=text("cli.meeting.kind", lang, known=_known(lang)))


def _known(lang: Lang) -> str:
    return listed(KINDS, lang)


def _register_writing(group: typer.Typer, lang: Lang) -> None:
    folder, council, kind = _folder(lang), _council(lang), _kind(lang)
    paper = typer.Argument(metavar="ID", help=text("cli.meeting.id", lang))
    told = typer.Option("--set", metavar="FIELD=VALUE", help=text("cli.registry.set", lang))
    by = typer.Option("--by", help=text("cli.registry.by", lang))

    @group.command("add", help=text("cli.meeting.add", lang))
    def _add(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        kind: Annotated[str, kind],
        *,
        council: Annotated[str, council],
        told: Annotated[list[str], told],
        by: Annotated[str, by] = "",
    ) -> None:
        rows = [_fields(told)]
        _said(add_papers(open_workspace(workspace), council, kind, rows, who=Hand(by)), ctx)

    @group.command("import", help=text("cli.meeting.import", lang))
    def _import(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        kind: Annotated[str, kind],
        file: Annotated[Path, typer.Argument(metavar="FILE", help=text("cli.meeting.file", lang))],
        *,
        council: Annotated[str, council],
        by: Annotated[str, by] = "",
    ) -> None:
        rows = _rows(file)
        _said(add_papers(open_workspace(workspace), council, kind, rows, who=Hand(by)), ctx)

    @group.command("change", help=text("cli.meeting.change", lang))
    def _change(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        paper: Annotated[str, paper],
        *,
        council: Annotated[str, council],
        told: Annotated[list[str], told],
        by: Annotated[str, by] = "",
    ) -> None:
        opened = open_workspace(workspace)
        state = str(paper_history(opened, council, paper, who=ANYBODY)[0]["change_id"])
        fields = _fields(told)
        _said([change_paper(opened, council, paper, fields, who=Hand(by), state=state)], ctx)

    @group.command("undo", help=text("cli.meeting.undo", lang))
    def _undo(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        paper: Annotated[str, paper],
        *,
        council: Annotated[str, council],
        by: Annotated[str, by] = "",
    ) -> None:
        _said([undo_paper(open_workspace(workspace), council, paper, who=Hand(by))], ctx)

    @group.command("remove", help=text("cli.meeting.remove", lang))
    def _remove(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        paper: Annotated[str, paper],
        *,
        council: Annotated[str, council],
    ) -> None:
        remove_paper(open_workspace(workspace), council, paper, who=ANYBODY)
        desk_of(ctx).result({"removed": paper})


def _register_reading(group: typer.Typer, lang: Lang) -> None:
    folder, council = _folder(lang), _council(lang)

    @group.command("list", help=text("cli.meeting.list", lang))
    def _list(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        *,
        council: Annotated[str, council],
        kind: Annotated[
            str | None,
            typer.Option("--kind", help=text("cli.meeting.kind", lang, known=_known(lang))),
        ] = None,
    ) -> None:
        _said(papers(open_workspace(workspace), council, who=ANYBODY, kind=kind), ctx)

    @group.command("calendar", help=text("cli.meeting.calendar", lang))
    def _calendar(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        *,
        council: Annotated[str | None, council] = None,
        out: Annotated[
            Path | None, typer.Option("--out", help=text("cli.meeting.out", lang))
        ] = None,
    ) -> None:
        desk = desk_of(ctx)
        rows = calendar(open_workspace(workspace), council, lang=desk.lang)
        desk.result({"meetings": rows})
        if out is None:
            desk.show(*(" ".join((one["date"], one["starts"], one["title"])) for one in rows))
            return
        is_ics = out.suffix == ".ics"
        body = icalendar(rows, lang=desk.lang) if is_ics else calendar_table(rows).encode()
        with staged_file(out) as staged:
            staged.write_bytes(body)
        desk.show(desk.say("cli.wrote", path=out))


def _fields(told: list[str]) -> dict[str, Any]:
    """Return what is told; ``values.x=3`` is one answer of a survey."""
    fields: dict[str, Any] = {}
    for one in told:
        name, sign, value = (part.strip() for part in one.partition("="))
        if not sign:
            raise InvalidInputError("--set {given}: write it as FIELD=VALUE", given=one)
        _put(fields, name, value)
    return fields


def _put(fields: dict[str, Any], name: str, value: str) -> None:
    if name.startswith("values."):
        answer = _answer(value)
        fields.setdefault("values", {})[name.removeprefix("values.")] = answer
    elif value or name != "attendance":
        fields[name] = value


def _answer(value: str) -> object:
    if value in ("true", "false"):
        return value == "true"
    try:
        return float(value)
    except ValueError:
        return value or None


def _rows(file: Path) -> list[dict[str, Any]]:
    """Return the rows of a CSV file whose columns are called like the fields; empty cells tell nothing."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            found = [*csv.DictReader(opened, strict=True)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError(
            "{file}: cannot be read as CSV in UTF-8 ({error}); save it so", file=file, error=error
        ) from error
    rows = []
    for one in found:
        fields: dict[str, Any] = {}
        for name, value in one.items():
            if name and isinstance(value, str) and value.strip():
                _put(fields, name.strip(), value.strip())
        rows.append(fields)
    return rows


def _said(found: list[Paper], ctx: typer.Context) -> None:
    desk = desk_of(ctx)
    desk.result({"papers": found})
    desk.show(_table(found, desk))


def _table(found: list[Paper], desk: Desk) -> Table | str:
    if not found:
        return desk.say("registry.none")
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("id", "kind", "day", "title", "status"):
        table.add_column(desk.say(f"cli.meeting.head.{head}"), overflow="fold")
    for one in found:
        told = one["told"]
        title = told.get("title") or told.get("text") or told.get("survey", "")
        day = told.get("date") or told.get("due") or ""
        status = told.get("status") or told.get("box") or ""
        table.add_row(one["paper_id"], one["kind"], day, title, status)
    return table

"""``arukeba account``: who may sign in to the server of a workspace."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, desk_of
from services.accounts.log import deeds
from services.accounts.people import (
    accounts,
    add_account,
    change_account,
    personal_data,
    remove_account,
)
from services.accounts.rights import ANYBODY
from services.words.texts import Lang, text
from services.words.vocabulary import Role
from services.workspace.folder import open_workspace

_MADE = ANYBODY
"""Who works at the command line owns the files: nobody asks who it is."""


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the commands to the command line."""
    account = typer.Typer(
        help=text("cli.account", lang), epilog=text("cli.epilog", lang), no_args_is_help=True
    )
    app.add_typer(account, name="account")
    folder = typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
    ident = typer.Argument(metavar="ID", help=text("cli.account.id", lang))
    areas = typer.Option("--area", help=text("cli.account.area", lang))
    address = typer.Option("--mail", help=text("cli.account.mail", lang))
    called = typer.Option("--name", help=text("cli.account.name", lang))
    standing = typer.Option("--role", help=text("cli.account.role", lang))

    @account.command("add", help=text("cli.account.add", lang))
    def _add(  # noqa: PLR0913  each is a fact of an account
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        account_id: Annotated[str, ident],
        *,
        role: Annotated[Role, standing],
        area: Annotated[list[str] | None, areas] = None,
        mail: Annotated[str | None, address] = None,
        name: Annotated[str | None, called] = None,
        no_password: Annotated[
            bool, typer.Option("--no-password", help=text("cli.account.no_password", lang))
        ] = False,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_workspace(workspace)
        made = add_account(
            opened,
            account_id,
            role=role,
            councils=area or (),
            mail=mail or "",
            name=name or "",
            password="" if no_password else _password(desk),
            by=_MADE,
        )
        desk.result(made)
        desk.show(desk.say("account.added", account_id=account_id))

    @account.command("change", help=text("cli.account.change", lang))
    def _change(  # noqa: PLR0913  each is a fact of an account
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        account_id: Annotated[str, ident],
        *,
        role: Annotated[Role | None, standing] = None,
        area: Annotated[list[str] | None, areas] = None,
        mail: Annotated[str | None, address] = None,
        name: Annotated[str | None, called] = None,
        password: Annotated[
            bool, typer.Option("--password", help=text("cli.account.password", lang))
        ] = False,
    ) -> None:
        desk = desk_of(ctx)
        changed = change_account(
            open_workspace(workspace),
            account_id,
            role=role,
            councils=area or None,
            mail=mail,
            name=name,
            password=_password(desk) if password else None,
            by=_MADE,
        )
        desk.result(changed)
        desk.show(desk.say("account.changed", account_id=account_id))

    @account.command("remove", help=text("cli.account.remove", lang))
    def _remove(
        ctx: typer.Context, workspace: Annotated[Path, folder], account_id: Annotated[str, ident]
    ) -> None:
        desk = desk_of(ctx)
        remove_account(open_workspace(workspace), account_id, by=_MADE)
        desk.result({"removed": account_id})
        desk.show(desk.say("account.removed", account_id=account_id))

    @account.command("list", help=text("cli.account.list", lang))
    def _list(ctx: typer.Context, workspace: Annotated[Path, folder]) -> None:
        desk = desk_of(ctx)
        found = accounts(open_workspace(workspace))
        desk.result({"accounts": found})
        desk.show(_table(found, desk) if found else desk.say("account.none"))

    @account.command("show", help=text("cli.account.show", lang))
    def _show(
        ctx: typer.Context, workspace: Annotated[Path, folder], account_id: Annotated[str, ident]
    ) -> None:
        desk = desk_of(ctx)
        found = personal_data(open_workspace(workspace), account_id)
        desk.result(found)
        desk.show(
            _table([found["account"]], desk),
            desk.say(
                "account.kept",
                tokens=len(found["tokens"]),
                sessions=len(found["sessions"]),
                deeds=len(found["log"]),
            ),
        )

    @account.command("log", help=text("cli.account.log", lang))
    def _log(ctx: typer.Context, workspace: Annotated[Path, folder]) -> None:
        desk = desk_of(ctx)
        found = deeds(open_workspace(workspace))
        desk.result({"log": found})
        desk.show(*[f"{one['at']}  {one['who']}  {one['what']}  {one['about']}" for one in found])


def _password(desk: Desk) -> str:
    """Return a password: typed twice at a terminal, else the first line of what is sent."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    typed: str = typer.prompt(
        desk.say("account.password"), hide_input=True, confirmation_prompt=True, err=True
    )
    return typed


def _table(found: list[dict[str, Any]], desk: Desk) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("account_id", "role", "councils", "name", "mail"):
        table.add_column(desk.say(f"account.{name}"), overflow="fold")
    for one in found:
        councils = (
            desk.say("account.all") if one["councils"] is None else ", ".join(one["councils"])
        )
        role = desk.say(f"role.{one['role']}")
        table.add_row(one["account_id"], role, councils, one["name"], one["mail"])
    return table

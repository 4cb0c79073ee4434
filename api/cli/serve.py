"""``arukeba serve``: the map and the API of one workspace."""

import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from api.app import create_app
from api.cli.console import HOST, PORT, Desk, desk_of
from api.connections import run_until_stopped, server_of
from api.headers import LOOPBACK
from api.logs import log_json
from api.settings import Settings, read_settings
from geo.errors import ArukebaError, InvalidInputError
from services.accounts.people import accounts
from services.accounts.sessions import keyboard_link
from services.words.texts import Lang, text
from services.workspace.folder import Workspace, open_workspace

_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  what people type


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("serve", help=text("cli.serve", lang), epilog=text("cli.epilog", lang))
    def _serve(
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        host: Annotated[str, typer.Option("--host", help=text("cli.serve.host", lang))] = HOST,
        port: Annotated[
            int, typer.Option("--port", min=1, max=65535, help=text("cli.serve.port", lang))
        ] = PORT,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_workspace(workspace)
        opened.served()
        settings = _addressed(read_settings(), host, port)
        require_free(host, port)
        url = settings.address or f"http://{_shown(host)}:{port}"
        _announce(desk, opened, url, host, behind=bool(settings.address))
        if settings.log_json or not sys.stderr.isatty():
            log_json()
        app = create_app(opened, settings)
        closed = app.state.metrics.closed
        run_until_stopped(server_of(app, settings, closed=closed, host=host, port=port))


def _addressed(settings: Settings, host: str, port: int) -> Settings:
    """
    Return the settings with the address that other machines reach this server at.

    Raises
    ------
    InvalidInputError
        It is served to other machines, and nobody has said under what name.
    """
    if settings.address or host in LOOPBACK:
        return settings
    if host in _EVERYWHERE:
        raise InvalidInputError(
            "say at what address people reach this server, such as "
            "ARUKEBA_ADDRESS=http://arukeba.example.lg.jp:{port}",
            port=port,
        )
    return settings.model_copy(update={"address": f"http://{_shown(host)}:{port}"})


def require_free(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InvalidInputError(
                "port {port} cannot be used ({reason}); name another with --port",
                port=port,
                reason=error.strerror or str(error),
            ) from error


def _announce(desk: Desk, workspace: Workspace, url: str, host: str, *, behind: bool) -> None:
    """Say where it is served; to the person at the keyboard alone, how to come in without an account."""
    link = ""
    # Behind a proxy the log is read by others, and nobody sits at the keyboard.
    if host in LOOPBACK and not workspace.is_published and not behind:
        with suppress(ArukebaError, OSError):  # where nothing can be written, it only shows
            link = f"{url}/sign-in#{keyboard_link(workspace)['link']}"
    desk.result({"url": f"{url}/", **({"sign_in": link} if link else {})})
    desk.show(desk.say("cli.serving", url=f"{url}/"))
    if link:
        desk.show(desk.say("cli.serving.sign_in", link=link))
    elif not workspace.is_published and not accounts(workspace):
        desk.show(desk.say("cli.serving.no_account", workspace=workspace.path))


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host

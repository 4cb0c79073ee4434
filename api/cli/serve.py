"""``arukeba serve``: the map and the API of one workspace."""

import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.app import create_app
from api.cli.console import HOST, PORT, Desk, desk_of, view_option
from api.cli.opening import open_seen
from api.connections import run_until_stopped, server_of
from api.headers import LOOPBACK
from api.logs import log_json
from api.settings import read_settings
from geo.errors import InvalidInputError
from services.words.texts import Lang, text
from services.words.vocabulary import PUBLIC, View


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
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        if view != PUBLIC:
            require_loopback(host)
        opened = open_seen(workspace, view, desk)
        opened.served()
        require_free(host, port)
        url = f"http://{host}:{port}/"
        _announce(desk, url)
        settings = read_settings()
        if settings.log_json or not sys.stderr.isatty():
            log_json()
        app = create_app(opened, settings)
        closed = app.state.metrics.closed
        run_until_stopped(server_of(app, settings, closed=closed, host=host, port=port))


def require_loopback(host: str) -> None:
    """Refuse to serve exact figures to other machines: there are no accounts yet."""
    if host not in LOOPBACK:
        raise InvalidInputError(
            "the exact view is served to this machine alone, not at {host}; leave out --host, "
            "or serve the public view",
            host=host,
        )


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


def _announce(desk: Desk, url: str) -> None:
    desk.result({"url": url})
    desk.show(desk.say("cli.serving", url=url))

"""
The command ``arukeba``: puts the commands together and turns every error into one line.

Exit codes: 0 done, 1 our fault, 2 something that was given cannot be used, 130 interrupted.
"""

import gc
import io
import os
import sys
import threading
import warnings
from collections.abc import Collection, Sequence
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Annotated, NoReturn

import typer

from api.cli.console import INTERRUPTED, REFUSED, Desk, default_lang
from services.words.texts import Lang, lang_of, text

COMMANDS = (
    *(
        "demo",
        "map",
        "reconcile",
        "build",
        "run",
        "publish",
        "timeline",
        "milestones",
        "indicators",
        "rules",
        "counts",
        "crosstab",
        "why",
        "whatif",
    ),
    *(
        "export",
        "report",
        "intake",
        "snaps",
        "serve",
        "backup",
        "restore",
        "doctor",
        "fetch",
        "plan",
        "plans",
    ),
    *("raster", "profile", "account", "edits", "scenario", "decision", "meeting", "registry"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a letter gets a question mark instead of a traceback.
            stream.reconfigure(errors="replace")
    if argv is None and not sys.warnoptions:
        # What a library warns its developers of is nothing that a planner can act on.
        warnings.simplefilter("ignore")
    asked = _Asked(list(sys.argv[1:] if argv is None else argv))
    desk = Desk(asked.lang, json=asked.json, debug=asked.debug)
    command = f"arukeba {asked.command}".strip()
    if asked.wrong_lang is not None:
        message = desk.say("cli.error.lang", given=repr(asked.wrong_lang))
        return desk.fail(typer.BadParameter(message), command)
    if asked.rest == ["--version"]:
        from importlib.metadata import version  # noqa: PLC0415  takes as long as a tenth of the help

        typer.echo(f"arukeba {version('arukeba')}")
        return 0
    try:
        code = create_cli(desk.lang, {asked.command})(
            asked.rest, standalone_mode=False, obj=desk, prog_name="arukeba"
        )
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001  the outermost frame
        return desk.fail(error, command)
    if code == INTERRUPTED:
        return desk.fail(KeyboardInterrupt(), command)
    return code if isinstance(code, int) else 0


def create_cli(lang: Lang, loaded: Collection[str] = COMMANDS) -> typer.Typer:
    """Build the command line in one language; a command that is not ``loaded`` is only listed."""
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback(
        invoke_without_command=True,
        help=text("cli.help", lang),
        epilog=text("cli.epilog", lang),
    )
    def _arukeba(
        ctx: typer.Context,
        *,
        _lang: Annotated[str, typer.Option("--lang", help=text("cli.lang", lang))] = lang,
        _json: Annotated[bool, typer.Option("--json", help=text("cli.json", lang))] = False,
        _debug: Annotated[bool, typer.Option("--debug", help=text("cli.debug", lang))] = False,
        _version: Annotated[
            bool, typer.Option("--version", help=text("cli.version", lang))
        ] = False,
    ) -> None:
        if ctx.invoked_subcommand is None:
            typer.echo(ctx.get_help())
            raise typer.Exit(REFUSED)

    for name in COMMANDS:
        if name in loaded:
            _module(name).register(app, lang)
        else:
            app.command(name, help=text(f"cli.{name}", lang))(_listed)
    return app


def _module(name: str) -> ModuleType:
    """Return a command's module; of what its imports make nothing can go, so nothing is looked for."""
    module = f"api.cli.{name}"
    if module not in sys.modules:
        gc.disable()
        import_module(module)
        gc.freeze()
        gc.enable()
    return sys.modules[module]


def _listed() -> None:
    """Stand in a list for a command that nobody has asked for, whose module is not imported."""


class _Asked:
    """The arguments, with the options that every command takes picked out of any position."""

    def __init__(self, argv: list[str]) -> None:
        self.lang: Lang = default_lang()
        self.json = self.debug = False
        self.wrong_lang: str | None = None
        self.rest: list[str] = []
        while argv:
            argument = argv.pop(0)
            if argument == "--":
                self.rest += [argument, *argv]
                break
            self._take(argument, argv)
        self.command = next((word for word in self.rest if not word.startswith("-")), "")

    def _take(self, argument: str, following: list[str]) -> None:
        if argument == "--json":
            self.json = True
        elif argument == "--debug":
            self.debug = True
        elif argument == "--lang" or argument.startswith("--lang="):
            _, given, value = argument.partition("=")
            self._take_lang(value if given else following.pop(0) if following else "")
        else:
            self.rest.append(argument)

    def _take_lang(self, value: str) -> None:
        if value in ("ja", "en"):
            self.lang = lang_of(value)
        else:
            self.wrong_lang = value


def script() -> NoReturn:
    """Run one command as the process that was started for it, and end with its exit code."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    if any(one.daemon for one in threading.enumerate()):
        # Such a thread may be amid native code that waits for an interpreter which is about to end, and
        # is waited for: a server that was stopped while it read its first tables never ended.
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    script()

"""The terminal: results on standard output, progress and errors on standard error."""

import json
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from api.cli.usage import usage_message
from geo.errors import (
    ArukebaError,
    BrokenModelError,
    BrokenWorkspaceError,
    InvalidInputError,
    StorageError,
)
from services.words.texts import Lang, step_text, text, told
from services.workspace.progress import Progress as Report
from services.workspace.storage import storage_error

FAILED, REFUSED, INTERRUPTED = 1, 2, 130
HOST, PORT = "127.0.0.1", 8000


OURS = (StorageError, BrokenWorkspaceError, BrokenModelError)
"""What no other argument would have helped with."""


@dataclass(frozen=True)
class Desk:
    """How one invocation talks: its language, for people or for a machine."""

    lang: Lang
    json: bool = False
    debug: bool = False

    def say(self, key: str, **values: object) -> str:
        """Return the text of a key in the language of this invocation."""
        return text(key, self.lang, **values)

    def show(self, *renderables: object) -> None:
        """Print something for people; a machine does not see it."""
        if not self.json:
            console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
            for renderable in renderables:
                console.print(Text(renderable) if isinstance(renderable, str) else renderable)

    def result(self, value: Mapping[str, Any]) -> None:
        """Print the result of the command for a machine; people do not see it."""
        if self.json:
            sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")

    @contextmanager
    def progress(self) -> Iterator[Report]:
        """Yield a progress report that moves a bar, silent where nobody looks at a terminal."""
        from rich.progress import (  # noqa: PLC0415  the list of the commands shows no progress
            BarColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
        )

        console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn())
        with Progress(
            *columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal
        ) as bar:
            task = bar.add_task("", total=1.0)

            def report(message: str, share: float) -> None:
                bar.update(task, description=step_text(message, self.lang), completed=share)

            yield report

    def fail(self, error: BaseException, command: str) -> int:
        """Explain an error in one line and return the exit code."""
        told = storage_error(error) or error
        code, message = self._explain(told, command)
        if self.json:
            body = {"error": {"code": _code_name(told), "message": message}}
            sys.stderr.write(json.dumps(body, ensure_ascii=False) + "\n")
        else:
            sys.stderr.write(message + "\n")
        if self.debug:
            traceback.print_exception(error)
        return code

    def _explain(self, error: BaseException, command: str) -> tuple[int, str]:
        if isinstance(error, ArukebaError):
            code = FAILED if isinstance(error, OURS) else REFUSED
            return code, _one_line(told(error, self.lang))
        if isinstance(error, typer.TyperException):
            message = usage_message(error, self.lang)
            return REFUSED, self.say("cli.error.usage", message=message, command=command)
        if isinstance(error, KeyboardInterrupt | typer.Abort):
            return INTERRUPTED, self.say("cli.error.interrupted")
        name, message = type(error).__name__, _one_line(str(error))
        return FAILED, self.say("cli.error.unexpected", name=name, message=message)


def desk_of(ctx: typer.Context) -> Desk:
    """Return the desk of this invocation."""
    desk = ctx.find_root().obj
    return desk if isinstance(desk, Desk) else Desk(default_lang())


def view_option(lang: Lang) -> Any:  # noqa: ANN401  what typer makes of an option
    """Return the option of every command that shows or writes figures."""
    return typer.Option("--view", help=text("cli.view", lang))


def day_of(given: str | None) -> date | None:
    """Return the day that an option names."""
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise InvalidInputError(
            "--as-of {given}: not a day; write it like 2022-03-31", given=given
        ) from error


def default_lang() -> Lang:
    """Return Japanese where the locale is Japanese, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ja" if value.lower().startswith("ja") else "en"
    return "en"


def _one_line(message: str) -> str:
    return " ".join(message.split())


def _code_name(error: BaseException) -> str:
    if isinstance(error, typer.TyperException):
        return "UsageError"
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return "Interrupted"
    return type(error).__name__

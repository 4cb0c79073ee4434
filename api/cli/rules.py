"""``arukeba rules``: which places meet each rule set of the municipality, and why the others do not."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import desk_of, view_option
from api.cli.opening import feet, open_seen
from services.reports.rules import rule_texts, rules_answer, write_rules
from services.words.assumptions import marked
from services.words.texts import Lang, text
from services.words.vocabulary import PUBLIC, View


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("rules", help=text("cli.rules", lang), epilog=text("cli.epilog", lang))
    def _rules(
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        *,
        rule_set: Annotated[
            str | None, typer.Option("--rule-set", help=text("cli.rules.rule_set", lang))
        ] = None,
        out: Annotated[Path | None, typer.Option("--out", help=text("cli.rules.out", lang))] = None,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_seen(workspace, view, desk)
        snapshot = opened.snapshot()
        files = write_rules(snapshot, rule_set, out) if out else []
        found = rules_answer(snapshot, rule_set)
        marks = marked(snapshot.run["assumptions"])
        desk.result({"files": [str(path) for path in files], **found, **marks})
        desk.show(*rule_texts(snapshot, rule_set, desk.lang))
        desk.show(*feet(opened, desk, snapshot.run["assumptions"]))
        desk.show(*(desk.say("cli.wrote", path=path) for path in files))

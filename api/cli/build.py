"""``arukeba build``: from a profile and its files to a workspace."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Desk, day_of, desk_of
from geo.errors import Sentence
from services.intake.build import build
from services.intake.inputs import Given
from services.intake.places.confirmations import TO_CONFIRM
from services.intake.tables.mapping import NOT_USED
from services.words.texts import Lang, text, told
from services.words.vocabulary import EXACT
from services.workspace.folder import BUILDS_KEPT, Workspace


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("build", help=text("cli.build", lang), epilog=text("cli.epilog", lang))
    def _build(  # noqa: PLR0913  an argument for each option of the command
        ctx: typer.Context,
        profile: Annotated[
            Path, typer.Argument(metavar="PROFILE", help=text("cli.build.profile", lang))
        ],
        *,
        out: Annotated[Path, typer.Option("--out", help=text("cli.build.out", lang))],
        data: Annotated[
            Path | None, typer.Option("--data", help=text("cli.build.data", lang))
        ] = None,
        as_of: Annotated[str | None, typer.Option("--as-of", help=text("cli.as_of", lang))] = None,
        column_map: Annotated[
            list[Path] | None,
            typer.Option("--map", metavar="MAP.toml", help=text("cli.build.map", lang)),
        ] = None,
        confirmed: Annotated[
            Path | None, typer.Option("--confirmed", help=text("cli.build.confirmed", lang))
        ] = None,
        registry: Annotated[
            str, typer.Option("--registry", metavar="URL", help=text("cli.build.registry", lang))
        ] = "",
        keep_builds: Annotated[
            int, typer.Option("--keep-builds", min=1, help=text("cli.build.keep_builds", lang))
        ] = BUILDS_KEPT,
    ) -> None:
        desk = desk_of(ctx)
        given = Given(tuple(column_map or ()), confirmed, registry, keep_builds)
        with desk.progress() as progress:
            workspace = build(
                profile, out, data=data, as_of=day_of(as_of), given=given, progress=progress
            )
        remarks = sum(len(source["entries"]) for source in workspace.intake.values())
        desk.result(
            {
                "workspace": str(workspace.path),
                "municipality": workspace.manifest["municipality"],
                "layers": workspace.manifest["layers"],
                "layers_without_borders": workspace.manifest["layers_without_borders"],
                "counts": workspace.manifest["counts"],
                "remarks": remarks,
            }
        )
        desk.show(
            desk.say("cli.built", path=workspace.path),
            desk.say("cli.built.remarks", entries=remarks, path=workspace.path / "intake.json"),
            *_not_used(workspace, desk),
            *_to_confirm(workspace, desk),
            desk.say("cli.built.next", command=f"arukeba run {workspace.path}"),
        )


def _not_used(workspace: Workspace, desk: Desk) -> list[str]:
    """Say which columns of which source nothing was read from."""
    said = [
        (source, Sentence.from_dict(entry["said"]))
        for source, ledger in workspace.seen(EXACT).intake.items()
        for entry in ledger["entries"]
        if entry["code"] == NOT_USED
    ]
    return [f"{source}: {told(sentence, desk.lang)}" for source, sentence in said]


def _to_confirm(workspace: Workspace, desk: Desk) -> list[str]:
    count = workspace.manifest["counts"]["to_confirm"]
    path = workspace.path / TO_CONFIRM
    return [desk.say("cli.built.to_confirm", count=count, path=path)] if count else []

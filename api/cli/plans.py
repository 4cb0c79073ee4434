"""``arukeba plans``: the list of plans, and their verification, which needs neither solver nor data."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Desk, desk_of, view_option
from geo.errors import InvalidInputError
from services.plans.certified import verification_body
from services.plans.folder import read_folder
from services.plans.verify import Verification, verify
from services.words.texts import Lang, text
from services.words.vocabulary import EXACT, PUBLIC, View


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("plans", help=text("cli.plans", lang), epilog=text("cli.epilog", lang))
    def _plans(
        ctx: typer.Context,
        workspace: Annotated[
            Path,
            typer.Argument(metavar="WORKSPACE | verify", help=text("cli.plans.workspace", lang)),
        ],
        plan: Annotated[
            Path | None, typer.Argument(metavar="[PLAN]", help=text("cli.plans.plan", lang))
        ] = None,
        *,
        data: Annotated[bool, typer.Option("--data", help=text("cli.plans.data", lang))] = False,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        if plan is not None:
            _verify(str(workspace), plan.resolve(), desk_of(ctx), data=data)
            return
        from api.cli.plan import show_plans  # noqa: PLC0415  who verifies does not wait for it

        show_plans(workspace, view, desk_of(ctx))


def _verify(word: str, folder: Path, desk: Desk, *, data: bool) -> None:
    """Verify the plan in a folder, ``WORKSPACE/plans/0001``, and say what was found."""
    if word != "verify":
        raise InvalidInputError("{word}: write arukeba plans verify PLAN", word=word)
    owner = folder.parent.parent
    view: View = EXACT if owner.name == EXACT else PUBLIC
    found = _audited(folder, view, desk) if data else verify(read_folder(folder))
    body = verification_body(found, view)
    desk.result(body)
    desk.show(
        body["sentence"][desk.lang],
        *(goal[desk.lang] for goal in body["goals"]),
        desk.say(f"plan.verified.{'data' if data else 'folder'}"),
    )


def _audited(folder: Path, view: View, desk: Desk) -> Verification:
    """Verify a plan against its workspace."""
    from api.cli.opening import open_seen  # noqa: PLC0415  only who asks for the data waits for them
    from services.plans.audit import audit  # noqa: PLC0415
    from services.plans.store import read_plan  # noqa: PLC0415

    owner = folder.parent.parent
    opened = open_seen(owner if view == PUBLIC else owner.parent, view, desk)
    return audit(read_plan(opened, folder.name))

"""``arukeba profile``: checks a municipality's profile, prints its schema, lists those there are."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from api.cli.console import REFUSED, Desk, desk_of
from services.profile import Fact, Layer, Profile, read_profile
from services.profile.book import Checked, bundled_profiles, check_profile, profile_schema
from services.words.texts import Lang, listed, reason, text, told
from services.workspace.staging import staged_file

if TYPE_CHECKING:
    from services.intake.look import Seen


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command with its three parts to the command line."""
    group = typer.Typer(
        help=text("cli.profile", lang), epilog=text("cli.epilog", lang), no_args_is_help=True
    )

    @group.command("check", help=text("cli.profile.check", lang))
    def _check(
        ctx: typer.Context,
        file: Annotated[Path, typer.Argument(metavar="FILE", help=text("cli.build.profile", lang))],
        data: Annotated[
            Path | None, typer.Option("--data", help=text("cli.profile.check.data", lang))
        ] = None,
    ) -> None:
        desk = desk_of(ctx)
        checked = check_profile(file)
        seen = [] if data is None or checked.profile is None else _look(checked.profile, data)
        looked = {"files": [_seen(one, desk) for one in seen]} if data else {}
        desk.result(_plain(checked) | looked)
        desk.show(*_report(checked, desk), *(line for one in seen for line in _held(one, desk)))
        if not checked.ok or not all(one.usable for one in seen):
            raise typer.Exit(REFUSED)

    @group.command("schema", help=text("cli.profile.schema", lang))
    def _schema() -> None:
        sys.stdout.write(json.dumps(profile_schema(), ensure_ascii=False, indent=1) + "\n")

    @group.command("list", help=text("cli.profile.list", lang))
    def _list(ctx: typer.Context) -> None:
        desk = desk_of(ctx)
        found = [check_profile(path) for path in bundled_profiles()]
        desk.result({"profiles": [_plain(checked) for checked in found]})
        desk.show(_listing(found, desk))

    @group.command("card", help=text("cli.profile.card", lang))
    def _card(
        ctx: typer.Context,
        file: Annotated[Path, typer.Argument(metavar="FILE", help=text("cli.build.profile", lang))],
        out: Annotated[Path, typer.Option("--out", help=text("cli.profile.card.out", lang))] = Path(
            "walking-profiles.html"
        ),
    ) -> None:
        # The other parts of the command need no reports, which are slow to import.
        from api.card_page import render_deck_file  # noqa: PLC0415
        from services.reports.walkingcard import deck  # noqa: PLC0415

        desk = desk_of(ctx)
        told = deck(read_profile(file))
        with staged_file(out) as path:
            path.write_text(render_deck_file(told, desk.lang), encoding="utf-8")
        desk.result({"file": str(out), "profiles": [card.id for card in told.cards]})
        desk.show(desk.say("cli.wrote", path=out))

    app.add_typer(group, name="profile")


def _look(profile: Profile, data: Path) -> list["Seen"]:
    # A check without files waits for no library that reads them.
    from services.intake.look import look_at  # noqa: PLC0415

    return list(look_at(profile, data))


def _seen(seen: "Seen", desk: Desk) -> dict[str, object]:
    """Return what a file holds for a machine."""
    return {
        "source": seen.source,
        "path": str(seen.path),
        "there": seen.there,
        "usable": seen.usable,
        "use": seen.use,
        "type": seen.type,
        "encoding": seen.encoding,
        "sheet": seen.sheet,
        "rows": seen.rows,
        "columns": dict(seen.taken),
        "positions": seen.located,
        "schedules": seen.schedules,
        "remarks": dict(seen.remarks),
        "not_used": told(seen.not_used, desk.lang) if seen.not_used else None,
        "missing": [told(sentence, desk.lang) for sentence in seen.missing],
        "problem": told(seen.problem, desk.lang) if seen.problem else None,
    }


def _held(seen: "Seen", desk: Desk) -> list[RenderableType]:
    """Return what a file holds, a line a fact; what is not known has none."""
    if not seen.there:
        return [Text(desk.say("profile.data.absent", source=seen.source, path=seen.path))]
    facts = [seen.type, seen.encoding, seen.sheet]
    facts += [desk.say("profile.data.rows", n=seen.rows)] if seen.rows is not None else []
    listing = listed([fact for fact in facts if fact], desk.lang)
    mark = "" if seen.usable else "× "
    head = desk.say("profile.data.file", source=seen.source, name=seen.path.name, facts=listing)
    lines = [Text(f"{mark}{head}", style="bold")]
    if seen.taken:
        taken = [f"{meaning} = {column}" for meaning, column in seen.taken]
        lines.append(Text(desk.say("profile.data.columns", columns=listed(taken, desk.lang))))
    if seen.located is not None:
        lines.append(Text(desk.say("profile.data.positions", n=seen.located, of=seen.rows or 0)))
    if seen.schedules is not None:
        lines.append(Text(desk.say("profile.data.schedules", n=seen.schedules, of=seen.rows or 0)))
    if seen.remarks:
        said = [f"{reason(code, desk.lang)} {n}" for code, n in seen.remarks]
        lines.append(Text(desk.say("profile.data.remarks", remarks=listed(said, desk.lang))))
    if seen.not_used:
        lines.append(Text(desk.say("profile.data.not_used", what=told(seen.not_used, desk.lang))))
    lines += [
        Text(desk.say("profile.data.missing", what=told(sentence, desk.lang)))
        for sentence in seen.missing
    ]
    if seen.problem:
        lines.append(Text(desk.say("profile.data.problem", why=told(seen.problem, desk.lang))))
    return [*lines]


def _plain(checked: Checked) -> dict[str, object]:
    profile = checked.profile
    return {
        "path": str(checked.path),
        "ok": checked.ok,
        "breaches": list(checked.breaches),
        "municipality": profile.municipality.model_dump() if profile else None,
        "layers": [_layer(layer) for layer in checked.computed],
        "layers_without_borders": [_layer(layer) for layer in checked.without_borders],
        "facts": len(profile.facts) if profile else 0,
        "conflicts": {
            name: [fact.model_dump(exclude_defaults=True) for fact in facts]
            for name, facts in checked.conflicts.items()
        },
        "unexplained_rate_pct": checked.unexplained_rate,
    }


def _layer(layer: Layer) -> dict[str, object]:
    names = {"id", "kind", "label", "version", "tier", "approximate", "draft", "count"}
    return layer.model_dump(include=names)


def _report(checked: Checked, desk: Desk) -> list[RenderableType]:
    profile = checked.profile
    if profile is None:
        title = desk.say("profile.breaches", path=checked.path, n=len(checked.breaches))
        return [Text(title, style="bold"), *(Text(f"× {breach}") for breach in checked.breaches)]
    municipality = profile.municipality
    lines = [
        Text(desk.say("profile.ok", name=municipality.name, code=municipality.jis_code)),
        Text(desk.say("profile.layers", names=_names(checked.computed, desk))),
    ]
    if checked.without_borders:
        names = _names(checked.without_borders, desk)
        lines.append(Text(desk.say("profile.without_borders", names=names)))
    lines.append(Text(desk.say("profile.facts", n=len(profile.facts))))
    for name, facts in checked.conflicts.items():
        listing = desk.say("profile.or").join(_figure(fact, desk) for fact in facts)
        lines.append(Text(desk.say("profile.conflict", name=name, figures=listing)))
    if rates := checked.unexplained_rate:
        lines.append(
            Text(desk.say("profile.rate", printed=f"{rates[0]:g}", computed=f"{rates[1]:.2f}"))
        )
    return [*lines]


def _names(layers: list[Layer], desk: Desk) -> str:
    words = []
    for layer in layers:
        name = layer.label if desk.lang == "ja" else layer.label_en
        marks = [desk.say("estimate")] if layer.approximate else []
        marks += [desk.say("profile.draft")] if layer.draft else []
        marks += [f"{layer.count}"] if layer.count else []
        words.append(f"{name} ({', '.join(marks)})" if marks else name)
    return listed(words, desk.lang)


def _figure(fact: Fact, desk: Desk) -> str:
    if fact.basis == "computed":
        where = desk.say("profile.computed")
    else:
        page = desk.say("profile.page", page=fact.page) if fact.page else ""
        where = f"{fact.doc}{page}"
    dated = f"{fact.as_of}, " if fact.as_of else ""
    return f"{fact.value}{fact.unit} ({dated}{where})"


def _listing(found: list[Checked], desk: Desk) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("code", "name", "computed", "missing", "facts"):
        table.add_column(desk.say(f"profile.head.{head}"), overflow="fold")
    for checked in found:
        if checked.profile is None:
            table.add_row(checked.path.stem, f"× {len(checked.breaches)}", "", "", "")
            continue
        municipality = checked.profile.municipality
        table.add_row(
            municipality.jis_code,
            f"{municipality.prefecture}{municipality.name}",
            _names(checked.computed, desk),
            _names(checked.without_borders, desk),
            str(len(checked.profile.facts)),
        )
    return table

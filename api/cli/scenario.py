"""``arukeba scenario``: sets of changes, compared with today and passed on by file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, desk_of, view_option
from api.cli.opening import feet, open_seen
from geo.errors import InvalidInputError
from geo.vocabulary import FREQUENCIES, TARGET, rank
from services.scenarios.comparison import BASE
from services.scenarios.file import Scenario, ScenarioEdit, edit_of
from services.scenarios.named import (
    Stored,
    add_edit,
    compare_scenarios,
    delete_scenario,
    export_scenario,
    find_scenario,
    import_scenario,
    list_scenarios,
    new_scenario,
    remove_edit,
    sentences,
)
from services.words.shares import share, share_of
from services.words.texts import NO_FIGURE, Lang, listed, number, people, text
from services.words.vocabulary import PUBLIC, SCENARIO_ACTIONS, View
from services.workspace.folder import open_workspace

_PEOPLE = ("reached", "newly_reached", "no_longer_reached")
_COUNTS = ("gaps_none", "gaps_monthly_only", "gaps_unknown", "places_n")
_CLASSES = FREQUENCIES[rank(TARGET) :]
"""Those whose places are counted one by one."""
_MONEY = ("cost_per_year_yen", "cost_once_yen")


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command with its parts to the command line."""
    group = typer.Typer(
        help=text("cli.scenario", lang), epilog=text("cli.epilog", lang), no_args_is_help=True
    )
    _register_making(group, lang)
    _register_reading(group, lang)
    _register_files(group, lang)
    app.add_typer(group, name="scenario")


def _folder(lang: Lang) -> Any:  # noqa: ANN401  what typer makes of an argument
    return typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))


def _name(lang: Lang) -> Any:  # noqa: ANN401
    return typer.Argument(metavar="NAME", help=text("cli.scenario.name", lang))


def _register_making(group: typer.Typer, lang: Lang) -> None:
    folder, title = _folder(lang), _name(lang)

    @group.command("new", help=text("cli.scenario.new", lang))
    def _new(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        name: Annotated[str, title],
        *,
        note: Annotated[str, typer.Option("--note", help=text("cli.scenario.note", lang))] = "",
        by: Annotated[str, typer.Option("--by", help=text("cli.scenario.by", lang))] = "",
    ) -> None:
        desk = desk_of(ctx)
        _saved(new_scenario(open_workspace(workspace), name, note=note, by=by), desk)

    @group.command("add", help=text("cli.scenario.add", lang))
    def _add(  # noqa: PLR0913  an argument for each option of the command
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        name: Annotated[str, title],
        action: Annotated[
            str,
            typer.Argument(
                metavar="ACTION",
                help=text("cli.scenario.action", lang, known=listed(SCENARIO_ACTIONS, lang)),
            ),
        ],
        *,
        place: Annotated[str, typer.Option("--place", help=text("cli.scenario.place", lang))] = "",
        venue: Annotated[str, typer.Option("--venue", help=text("cli.scenario.venue", lang))] = "",
        at: Annotated[str, typer.Option("--at", help=text("cli.scenario.at", lang))] = "",
        schedule: Annotated[
            str, typer.Option("--schedule", help=text("cli.scenario.schedule", lang))
        ] = "",
        title: Annotated[str, typer.Option("--name", help=text("cli.scenario.title", lang))] = "",
        geometry: Annotated[
            Path | None, typer.Option("--geometry", help=text("cli.scenario.geometry", lang))
        ] = None,
        note: Annotated[str, typer.Option("--note", help=text("cli.scenario.note", lang))] = "",
    ) -> None:
        desk = desk_of(ctx)
        given: dict[str, Any] = {"action": action, "place_id": place, "venue_id": venue}
        given |= {"schedule_text": schedule, "name": title, "note": note}
        given |= _lonlat(at) | ({"geometry": _drawn(geometry)} if geometry else {})
        _saved(add_edit(open_workspace(workspace), name, edit_of(given)), desk)

    @group.command("remove", help=text("cli.scenario.remove", lang))
    def _remove(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        name: Annotated[str, title],
        position: Annotated[
            int, typer.Argument(metavar="NUMBER", help=text("cli.scenario.number", lang))
        ],
    ) -> None:
        desk = desk_of(ctx)
        opened = open_workspace(workspace)
        remove_edit(opened, name, position)
        found = find_scenario(opened, name)
        desk.result(found.to_dict())
        saved = {"name": found.scenario.name, "edits": number(len(found.scenario.edits))}
        desk.show(desk.say("scenario.saved", **saved), _edits(found.scenario, desk))


def _register_reading(group: typer.Typer, lang: Lang) -> None:
    folder, title = _folder(lang), _name(lang)

    @group.command("list", help=text("cli.scenario.list", lang))
    def _list(ctx: typer.Context, workspace: Annotated[Path, folder]) -> None:
        desk = desk_of(ctx)
        found = list_scenarios(open_workspace(workspace))
        desk.result({"scenarios": [one.to_dict() for one in found]})
        desk.show(_listing(found, desk) if found else desk.say("scenario.none"))

    @group.command("show", help=text("cli.scenario.show", lang))
    def _show(
        ctx: typer.Context, workspace: Annotated[Path, folder], name: Annotated[str, title]
    ) -> None:
        desk = desk_of(ctx)
        found = find_scenario(open_workspace(workspace), name)
        desk.result(found.to_dict())
        desk.show(_listing([found], desk), _edits(found.scenario, desk))

    @group.command("compare", help=text("cli.scenario.compare", lang))
    def _compare(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        names: Annotated[
            list[str], typer.Argument(metavar="NAME...", help=text("cli.scenario.names", lang))
        ],
        *,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_seen(workspace, view, desk)
        found = compare_scenarios(opened, names)
        plain, said = found.to_dict(), sentences(found, desk.lang, opened.few_below)
        desk.result({**plain, "sentences": said})
        desk.show(_side_by_side(plain, opened.few_below, desk), *said)
        desk.show(*feet(opened, desk, found.assumptions))


def _register_files(group: typer.Typer, lang: Lang) -> None:
    folder, title = _folder(lang), _name(lang)

    @group.command("export", help=text("cli.scenario.export", lang))
    def _export(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        name: Annotated[str, title],
        *,
        out: Annotated[Path, typer.Option("--out", help=text("cli.scenario.out", lang))],
    ) -> None:
        desk = desk_of(ctx)
        path = export_scenario(open_workspace(workspace), name, out)
        desk.result({"file": str(path)})
        desk.show(desk.say("cli.wrote", path=path))

    @group.command("import", help=text("cli.scenario.import", lang))
    def _import(
        ctx: typer.Context,
        workspace: Annotated[Path, folder],
        file: Annotated[Path, typer.Argument(metavar="FILE", help=text("cli.scenario.file", lang))],
        *,
        name: Annotated[str, typer.Option("--as", help=text("cli.scenario.as", lang))] = "",
        replace: Annotated[
            bool, typer.Option("--replace", help=text("cli.scenario.replace", lang))
        ] = False,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_workspace(workspace)
        _saved(import_scenario(opened, file, name=name, replace=replace), desk)

    @group.command("delete", help=text("cli.scenario.delete", lang))
    def _delete(
        ctx: typer.Context, workspace: Annotated[Path, folder], name: Annotated[str, title]
    ) -> None:
        desk = desk_of(ctx)
        delete_scenario(open_workspace(workspace), name)
        desk.result({"deleted": name})
        desk.show(desk.say("scenario.deleted", name=name))


def _lonlat(at: str) -> dict[str, float]:
    if not at:
        return {}
    try:
        lon, lat = (float(part) for part in at.split(","))
    except ValueError as error:
        raise InvalidInputError(
            "--at {at}: give longitude,latitude such as 139.97,35.86", at=at
        ) from error
    return {"lon": lon, "lat": lat}


def _drawn(path: Path) -> Any:  # noqa: ANN401  JSON is whatever the file holds
    try:
        drawn = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            "{path}: cannot be read as GeoJSON ({error})", path=path, error=error
        ) from error
    features = drawn.get("features") if isinstance(drawn, dict) else None
    return features[0] if isinstance(features, list) and len(features) == 1 else drawn


def _saved(scenario: Scenario, desk: Desk) -> None:
    desk.result(Stored(scenario, ()).to_dict())
    edits = number(len(scenario.edits))
    desk.show(desk.say("scenario.saved", name=scenario.name, edits=edits))


def _listing(found: list[Stored], desk: Desk) -> Table:
    table = _table(desk, "name", "edits", "made_on", "by", "note", "stale")
    for one in found:
        scenario = one.scenario
        stale = listed((desk.say(f"scenario.stale.{code}") for code in one.stale), desk.lang)
        cells = (scenario.made_on, scenario.by, scenario.note, stale)
        table.add_row(scenario.name, number(len(scenario.edits)), *cells)
    return table


def _edits(scenario: Scenario, desk: Desk) -> Table:
    table = _table(desk, "number", "action", "what", "schedule", "note")
    for position, edit in enumerate(scenario.edits, start=1):
        cells = (edit.action, _what(edit), edit.schedule_text, edit.note)
        table.add_row(str(position), *cells)
    return table


def _what(edit: ScenarioEdit) -> str:
    spot = f"{edit.lon:g},{edit.lat:g}" if edit.lon is not None and edit.lat is not None else ""
    return " ".join(part for part in (edit.place_id, edit.venue_id, spot, edit.name) if part)


def _side_by_side(plain: Mapping[str, Any], few: int, desk: Desk) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    rows = plain["overview"]
    for row in rows:
        is_base = row["scenario"] == BASE
        table.add_column(desk.say("scenario.base") if is_base else row["scenario"], justify="right")
    counts = [key for key in _COUNTS if key != "gaps_unknown" or any(row[key] for row in rows)]
    words = {key: desk.say(f"scenario.row.{key}") for key in (*_PEOPLE, "coverage_pct", *counts)}
    for name in _CLASSES:
        often = desk.say(f"frequency.{name}")
        words[f"places_{name}"] = desk.say("scenario.row.places_of", frequency=often)
    for key, said in (words | {key: desk.say(f"scenario.row.{key}") for key in _MONEY}).items():
        table.add_row(said, *[_figure(key, row, few, desk) for row in rows])
    label = "label" if desk.lang == "ja" else "label_en"
    for layer in dict.fromkeys(row["layer"] for row in plain["layers"]):
        found = [row for row in plain["layers"] if row["layer"] == layer]
        cells = [_lowest(row, desk) for row in found]
        table.add_row(desk.say("scenario.row.worst", layer=found[0][label]), *cells)
    targets = [row for row in plain["targets"] if row["scenario"] == BASE]
    for target in targets:
        numbers = [row for row in plain["targets"] if row["label"] == target["label"]]
        cells = [
            desk.say(f"text.{row['counts']}", n=f"{row['reached']} / {row['number']}")
            for row in numbers[: len(rows)]
        ]
        table.add_row(desk.say("scenario.row.target", label=target[label]), *cells)
    return table


def _lowest(row: Mapping[str, Any], desk: Desk) -> str:
    if row["worst_area_name"] is None:
        return NO_FIGURE
    worst = share_of(row, "worst_coverage", whole="worst_residents")
    return f"{row['worst_area_name']} {share(worst, desk.lang)}"


def _figure(key: str, row: Mapping[str, Any], few: int, desk: Desk) -> str:
    if key in _PEOPLE:
        return people(row[key], desk.lang, few)
    if key != "coverage_pct":
        return number(row[key])
    return share(share_of(row, "coverage", part="reached", whole="residents"), desk.lang)


def _table(desk: Desk, *heads: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for head in heads:
        table.add_column(desk.say(f"scenario.head.{head}"), overflow="fold")
    return table

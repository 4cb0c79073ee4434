"""``arukeba raster``: the walking time from everywhere, and residents of a raster beside the buildings'."""

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, desk_of, view_option
from api.cli.opening import feet, open_seen
from geo.vocabulary import FREQUENCIES
from services.publication.rastercompare import CompareAsked, RasterComparison, write_comparison
from services.publication.viewed import assumed_now
from services.results.rasters import SurfaceAsked, SurfaceFile, write_surface
from services.words.assumptions import (
    AREAS,
    OF_WALKS,
    PEOPLE,
    marked,
    marks,
    told_assumptions,
    used,
)
from services.words.texts import NO_FIGURE, Lang, listed, people, text, told
from services.words.vocabulary import PUBLIC, View

_DEFAULT = SurfaceAsked()


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command with its two parts to the command line."""
    group = typer.Typer(
        help=text("cli.raster", lang), epilog=text("cli.epilog", lang), no_args_is_help=True
    )
    _register_surface(group, lang)
    _register_compare(group, lang)
    app.add_typer(group, name="raster")


def _register_surface(group: typer.Typer, lang: Lang) -> None:
    @group.command("surface", help=text("cli.raster.surface", lang))
    def _surface(  # noqa: PLR0913  an argument for each option of the command
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        *,
        out: Annotated[
            Path,
            typer.Option("--out", metavar="FILE.tif", help=text("cli.raster.surface.out", lang)),
        ],
        frequency: Annotated[
            str,
            typer.Option(
                "--frequency",
                help=text("cli.raster.frequency", lang, known=listed(FREQUENCIES, lang)),
            ),
        ] = _DEFAULT.frequency,
        profile: Annotated[
            str | None, typer.Option("--profile", help=text("cli.run.profile", lang))
        ] = None,
        cell_m: Annotated[
            float, typer.Option("--cell-m", help=text("cli.raster.cell", lang))
        ] = _DEFAULT.cell_m,
        leg_limit_m: Annotated[
            float | None, typer.Option("--leg-limit-m", help=text("cli.raster.leg", lang))
        ] = None,
        margin_m: Annotated[
            float, typer.Option("--margin-m", help=text("cli.raster.margin", lang))
        ] = _DEFAULT.margin_m,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        asked = SurfaceAsked(frequency, cell_m, leg_limit_m, margin_m)
        opened = open_seen(workspace, view, desk)
        with desk.progress() as progress:
            made = write_surface(
                opened, out, asked=asked, walking_profile=profile, progress=progress
            )
        desk.result(_plain(made))
        desk.show(
            desk.say("cli.wrote", path=made.path),
            desk.say("raster.cells", walked=f"{made.walked_n:,}", cells=f"{made.cells_n:,}"),
        )
        if not made.places_n:
            desk.show(f"※ {desk.say('raster.no_place')}")
        desk.show(*(f"※ {line}" for line in marks(made.assumptions, desk.lang, OF_WALKS)))


def _register_compare(group: typer.Typer, lang: Lang) -> None:
    @group.command("compare", help=text("cli.raster.compare", lang))
    def _compare(  # noqa: PLR0913  an argument for each option of the command
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        raster: Annotated[
            Path, typer.Argument(metavar="POPULATION.tif", help=text("cli.raster.population", lang))
        ],
        *,
        out: Annotated[
            Path,
            typer.Option("--out", metavar="FILE.csv", help=text("cli.raster.compare.out", lang)),
        ],
        layer: Annotated[
            str | None, typer.Option("--layer", help=text("cli.raster.layer", lang))
        ] = None,
        age_group: Annotated[
            str | None, typer.Option("--age-group", help=text("cli.raster.age_group", lang))
        ] = None,
        epsg: Annotated[
            int | None, typer.Option("--epsg", help=text("cli.raster.epsg", lang))
        ] = None,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        opened = open_seen(workspace, view, desk)
        with desk.progress() as progress:
            found, files = write_comparison(
                opened, raster, out, asked=CompareAsked(layer, age_group, epsg), progress=progress
            )
        desk.result(
            {
                "files": [str(path) for path in files],
                "total": found.total,
                "correlation": found.correlation,
                **marked(assumed_now(opened), (PEOPLE, AREAS)),
                "outside_residents": found.outside_residents,
                "notes": _notes(found, opened.few_below, desk),
            }
        )
        desk.show(*(desk.say("cli.wrote", path=path) for path in files))
        desk.show(_total(found, opened.few_below, desk))
        desk.show(*(f"※ {note}" for note in _notes(found, opened.few_below, desk)))
        desk.show(*feet(opened, desk, about=(PEOPLE, AREAS)))


def _plain(made: SurfaceFile) -> dict[str, object]:
    west_m, south_m, east_m, north_m = made.grid.bounds
    return {
        "file": str(made.path),
        "width": made.grid.width,
        "height": made.grid.height,
        "cell_m": made.grid.cell_m,
        "bounds_m": [west_m, south_m, east_m, north_m],
        "cells": made.cells_n,
        "cells_walked": made.walked_n,
        "places": made.places_n,
        "assumptions": told_assumptions(used(made.assumptions, OF_WALKS)),
        **marked(made.assumptions, OF_WALKS),
    }


def _total(found: RasterComparison, few: int, desk: Desk) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for head in ("raster.in_raster", "raster.at_buildings", "raster.difference", "raster.ratio"):
        table.add_column(desk.say(head), justify="right", overflow="fold")
    total = found.total
    ratio = NO_FIGURE if total["ratio"] is None else f"{total['ratio']:.2f}"
    counts = ("raster_residents", "buildings_residents", "difference")
    table.add_row(*(people(total[name], desk.lang, few) for name in counts), ratio)
    return table


def _notes(found: RasterComparison, few: int, desk: Desk) -> list[str]:
    notes = [told(note.said, desk.lang) for note in found.notes]
    if found.correlation is not None:
        notes.append(desk.say("raster.correlation", r=f"{found.correlation:.2f}"))
    if found.outside_residents > 0:
        outside = people(found.outside_residents, desk.lang, few)
        notes.append(desk.say("raster.outside", people=outside))
    return notes

"""Milestones as they are read: lines of an area, the state of a layer, and a chart over years."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import InvalidInputError
from services.drawing.signs import STAGE_SIGNS
from services.drawing.yearchart import BarPart, YearBar, YearChart, year_chart_png, year_chart_svg
from services.profile import Profile
from services.publication.collections import FIGURE_DECIMALS
from services.publication.export import write_csv
from services.publication.tables import Publication
from services.results.milestones import (
    AREAS,
    DOCUMENT,
    figure_text,
    kind_text,
    names_of,
    stage_text,
)
from services.words.dates import fiscal_year_end, fiscal_year_name
from services.words.texts import is_figure, number, text, when_text
from services.words.vocabulary import ESTABLISHED, MILESTONE_KINDS, NOT_THERE, STAGES
from services.workspace.folder import Snapshot
from services.workspace.plain import plain_rows
from services.workspace.staging import staged_file

_YEARS_FILLED = 40
"""Within so many years those that nobody tells of are left open in a chart; over more only those that are told."""


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many areas are at a stage, and which."""

    sign: str
    colour: str
    stage: str
    number: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of a document."""

    when: str
    stage: str
    figure: str
    planned: bool
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class KindState:
    """How far the areas of a layer are with one kind of milestone."""

    layer: str
    kind: str
    label: str
    layer_label: str
    stages: tuple[StageCount, ...]
    """From rows of areas; nothing where documents give figures alone."""
    figures: tuple[FigureLine, ...]
    chart: YearChart | None
    undated: int
    """Areas that are in no year, for nobody tells their date."""

    @property
    def chart_svg(self) -> str:
        """Return the chart as SVG, '' without any year."""
        return year_chart_svg(self.chart) if self.chart else ""


@dataclass(frozen=True, slots=True)
class MilestonesAsked:
    """Which milestones are asked for; None: whatever there is."""

    layer: str | None = None
    kind: str | None = None
    stage: str | None = None
    """``unknown`` asks for the areas of which nobody tells."""


def milestones_answer(snapshot: Snapshot, asked: MilestonesAsked) -> dict[str, Any]:
    """
    Return how far each area is, and how many areas by fiscal year, as plain rows.

    Raises
    ------
    InvalidInputError
        A layer, kind or stage is asked for that there is not.
    """
    publication = Publication(snapshot)
    areas = _asked(publication.table("milestones"), asked)
    years = publication.disclosed.milestone_years
    years = _asked(years, MilestonesAsked(asked.layer, asked.kind))
    return {"areas": plain_rows(areas), "years": plain_rows(years)}


def _asked(table: pd.DataFrame, asked: MilestonesAsked) -> pd.DataFrame:
    known = {"kind": MILESTONE_KINDS, "stage": (*STAGES, NOT_THERE, "unknown")}
    for name in ("layer", "kind", "stage"):
        wanted = getattr(asked, name)
        if wanted is None:
            continue
        choices = known.get(name) or tuple(dict.fromkeys(table["layer"]))
        if wanted not in choices:
            raise InvalidInputError(
                "no milestone has {name}={wanted!r}; there are {known}",
                name=name,
                wanted=wanted,
                known=", ".join(choices),
            )
        table = table[table[name] == ("" if wanted == "unknown" else wanted)]
    return table


def milestone_texts(snapshot: Snapshot, asked: MilestonesAsked, lang: str) -> list[str]:
    """Return the answer for a terminal: a line an area, then a line a figure of a document."""
    publication = Publication(snapshot)
    areas = _asked(publication.table("milestones"), asked)
    column = "said" if lang == "ja" else "said_en"
    lines = [
        f"{STAGE_SIGNS[row['stage']].sign} {row['area_name']}  {row[column]}"
        for row in areas.to_dict("records")
    ]
    for state in kind_states(publication, lang):
        if asked.layer in (None, state.layer) and asked.kind in (None, state.kind):
            lines += [_figure_line(state, line, lang) for line in state.figures]
    return lines or [text("milestone.nothing", lang)]


def _figure_line(state: KindState, line: FigureLine, lang: str) -> str:
    planned = text("text.brackets", lang, text=text("milestone.legend.planned", lang))
    said = f"{state.label} {line.stage}{planned if line.planned else ''} {line.figure}"
    told = text("text.list", lang).join(one for one in (line.when, line.source) if one)
    return said + text("text.brackets", lang, text=told)


def write_milestones(
    snapshot: Snapshot, asked: MilestonesAsked, out: Path, lang: str
) -> list[Path]:
    """
    Write the answer as CSV with the years beside, or the chart over years as SVG or PNG.

    Raises
    ------
    InvalidInputError
        Another ending, a folder, or a chart of several kinds or of none.
    """
    if out.is_dir() or out.suffix not in (".csv", ".svg", ".png"):
        raise InvalidInputError("{out}: name a file that ends with .csv, .svg or .png", out=out)
    publication = Publication(snapshot)
    if out.suffix == ".csv":
        years = out.with_name(f"{out.stem}-years.csv")
        both = {
            out: _asked(publication.table("milestones"), asked),
            years: _asked(
                publication.disclosed.milestone_years, MilestonesAsked(asked.layer, asked.kind)
            ),
        }
        with ExitStack() as stack:
            for path, table in both.items():
                write_csv(table.round(FIGURE_DECIMALS), stack.enter_context(staged_file(path)))
        return [*both]
    charts = [
        state
        for state in kind_states(publication, lang)
        if state.chart and asked.layer in (None, state.layer) and asked.kind in (None, state.kind)
    ]
    if len(charts) != 1 or charts[0].chart is None:
        raise InvalidInputError(
            "a chart is of one kind of one layer, there are {found}; choose with --kind and --layer",
            found=[f"{state.layer}/{state.kind}" for state in charts],
        )
    with staged_file(out) as staged:
        if out.suffix == ".svg":
            staged.write_text(charts[0].chart_svg, encoding="utf-8")
        else:
            year_chart_png(charts[0].chart, staged)
    return [out]


def milestone_lines(
    publication: Publication, area: Mapping[Any, Any], lang: str
) -> tuple[str, ...]:
    """Say how far an area is, a sentence a kind; nothing of what nobody tells."""
    found = publication.table("milestones")
    mine = found[(found["layer"] == area["layer"]) & (found["area_id"] == area["area_id"])]
    told = mine[(mine["stage"] != "") | (mine["planned_stage"] != "")]
    sentences = told["said" if lang == "ja" else "said_en"]
    return tuple(
        f"{STAGE_SIGNS[stage].sign} {said}"
        for stage, said in zip(told["stage"], sentences, strict=True)
    )


def kind_states(publication: Publication, lang: str) -> tuple[KindState, ...]:
    """Return each layer and kind that has milestones, in the order of the profile."""
    now, years = publication.table("milestones"), publication.disclosed.milestone_years
    pairs = [
        *zip(now["layer"], now["kind"], strict=True),
        *zip(years["layer"], years["kind"], strict=True),
    ]
    profile = publication.snapshot.workspace.declared
    return tuple(
        _state(str(layer), str(kind), _of(now, layer, kind), _of(years, layer, kind), profile, lang)
        for layer, kind in dict.fromkeys(pairs)
    )


def _of(table: pd.DataFrame, layer: str, kind: str) -> pd.DataFrame:
    return table[(table["layer"] == layer) & (table["kind"] == kind)]


def _state(
    layer: str, kind: str, now: pd.DataFrame, years: pd.DataFrame, profile: Profile, lang: str
) -> KindState:
    names, declared = names_of(profile), profile.layer(layer)
    layer_label = declared.label if lang == "ja" else declared.label_en
    label = kind_text(names, layer, kind, lang)

    def said(stage: str) -> str:
        return stage_text(names, layer, kind, stage, lang)

    counts = tuple(
        StageCount(sign.sign, sign.colour, said(stage), len(rows), tuple(rows["area_name"]))
        for stage, sign in STAGE_SIGNS.items()
        if len(rows := now[now["stage"] == stage])
    )
    title = text("milestone.chart", lang, kind=label, layer=layer_label)
    return KindState(
        layer=layer,
        kind=kind,
        label=label,
        layer_label=layer_label,
        stages=counts,
        figures=tuple(
            FigureLine(
                when_text(str(row["as_of"]), lang),
                said(str(row["stage"])),
                figure_text(row, lang),
                bool(row["planned"]),
                _source(row, lang),
                str(row["note"]),
            )
            for row in years[years["told_by"] == DOCUMENT].to_dict("records")
        ),
        chart=_chart(years, title, said, lang),
        undated=int(years["undated_n"].max()) if years["undated_n"].notna().any() else 0,
    )


def _source(row: Mapping[Any, Any], lang: str) -> str:
    said = [text("fact.document", lang, id=row["doc"])] if row["doc"] else []
    said += [
        text(f"fact.{name}", lang, **{name: number(row[name])})
        for name in ("page", "line")
        if is_figure(row[name])
    ]
    return text("text.list", lang).join(said)


def _chart(
    years: pd.DataFrame, title: str, said: Callable[[str], str], lang: str
) -> YearChart | None:
    """Return the bars of a layer and kind: counted from areas, else as documents give them."""
    counted = years[years["told_by"] == AREAS]
    rows = counted if len(counted) else years
    if rows.empty:
        return None
    shares = bool(rows["areas_n"].isna().any())
    value = "share_pct" if shares else "areas_n"
    by_year = {int(str(year)): some for year, some in rows.groupby("fiscal_year")}
    first, last = min(by_year), max(by_year)
    shown = list(range(first, last + 1)) if last - first <= _YEARS_FILLED else sorted(by_year)
    bars = tuple(_bar(year, by_year.get(year), value, lang) for year in shown)
    stages = dict.fromkeys(part.stage for bar in bars for part in bar.parts)
    legend: list[tuple[str, str]] = [(stage, said(stage)) for stage in STAGES if stage in stages]
    if any(part.planned for bar in bars for part in bar.parts):
        legend.append(("planned", text("milestone.legend.planned", lang)))
    whole = rows["of_n"].max() if not shares else 100.0
    return YearChart(
        title=title,
        unit=text("milestone.unit.share" if shares else "milestone.unit.areas", lang),
        bars=bars,
        legend=tuple(legend),
        whole=float(whole) if is_figure(whole) else None,
    )


def _bar(year: int, rows: pd.DataFrame | None, value: str, lang: str) -> YearBar:
    end = fiscal_year_end(str(year))
    label = fiscal_year_name(end) if lang == "ja" else str(year)
    if rows is None:
        return YearBar(label, ())
    parts, note = [], ""
    # The furthest stands at the ground; of several figures of one year the last one is told.
    for stage in (ESTABLISHED, *(one for one in reversed(STAGES) if one != ESTABLISHED)):
        mine = rows[rows["stage"] == stage]
        there, then = (mine[mine["planned"] == flag] for flag in (False, True))
        now_n = float(there[value].iloc[-1]) if len(there) else 0.0
        then_n = float(then[value].iloc[-1]) if len(then) else 0.0
        if now_n:
            parts.append(BarPart(stage, now_n))
        if then_n > now_n:
            parts.append(BarPart(stage, then_n - now_n, planned=True))
        if stage == ESTABLISHED and len(mine):
            last = (then if then_n > now_n else there).to_dict("records")
            note = figure_text(last[-1], lang, short=True)
    return YearBar(label, tuple(parts), note)

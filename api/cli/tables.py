"""The tables that commands print."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from api.cli.console import Desk
from services.drawing.signs import GAP_SIGNS, listed_gaps
from services.reports.briefing import AreaLine, Briefing
from services.words.shares import share, share_of
from services.words.texts import added, age_group_text, limit_text, number, people, text

CANDIDATES_SHOWN = 5


def result_tables(briefing: Briefing, desk: Desk) -> Iterator[RenderableType]:
    """Return the result of a run for a terminal: the sentence, gaps, areas, candidates."""
    mark = desk.say("text.brackets", text=desk.say("fictional.short")) if briefing.fictional else ""
    yield Text()
    yield Text(f"{briefing.municipality}{mark}", style="bold")
    if briefing.unknown:
        yield Text(f"{GAP_SIGNS['unknown'].sign} {briefing.unknown}", style="bold")
    if briefing.no_streets:
        yield Text(f"{GAP_SIGNS['no_streets'].sign} {briefing.no_streets}", style="bold")
    yield Text(briefing.sentence, style="bold")
    yield Text(briefing.unreached, style="bold")
    for note in briefing.notes:
        yield Text(f"※ {note}", style="dim")
    yield Text()
    yield _gaps(briefing, desk)
    yield _councils(briefing, desk)
    yield _candidates(briefing, desk)
    yield Text(f"※ {briefing.numbers}", style="dim")


def years_table(years: Sequence[Mapping[str, Any]], desk: Desk) -> RenderableType:
    """Return a line for each fiscal year, without and with suspended, then planned places."""
    asked = years[0]
    plans = any(row["with_planned"] for row in years)
    title = desk.say(
        "timeline.title",
        limit=limit_text(asked["walk_limit_m"], asked["walk_limit_min"], desk.lang),
        age_group=age_group_text(asked["age_group"], desk.lang),
    )
    planned = ("plan", "planned") if plans else ()
    heads = ("year", "suspended", *planned[:1], "places", *planned[1:])
    heads += ("weekly", "monthly", "assumed")
    table = _table(title, *(desk.say(f"timeline.{head}") for head in heads), wide=1 + plans)
    for row in years:
        table.add_row(
            row["fiscal_year_ja"] if desk.lang == "ja" else f"FY{row['fiscal_year']}",
            desk.say(f"timeline.suspended.{row['with_suspended']}"),
            *([desk.say(f"timeline.plan.{row['with_planned']}")] if plans else []),
            f"{row['places_n']:,}",
            *([f"{row['places_planned']:,}"] if plans else []),
            share(share_of(row, "coverage_weekly", whole="residents"), desk.lang),
            share(share_of(row, "coverage_monthly", whole="residents"), desk.lang),
            f"{row['opening_assumed_n'] + row['suspension_assumed_n']:,}",
        )
    return table


def _table(title: str, *columns: str, wide: int = 0) -> Table:
    """Return an empty table: column ``wide`` holds words, all after it figures."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index <= wide else "right", overflow="fold")
    return table


def _gaps(briefing: Briefing, desk: Desk) -> Table:
    heads = (desk.say("table.sign"), desk.say("table.meaning"), desk.say("table.count"))
    table = _table(desk.say("table.gaps", layer=briefing.gap_label), *heads, wide=1)
    for name, sign in listed_gaps(briefing.gaps).items():
        areas = text("text.areas", desk.lang, n=number(briefing.gaps.get(name, 0)))
        table.add_row(Text(sign.sign, style=sign.colour), text(f"gap.{name}", desk.lang), areas)
    return table


def _councils(briefing: Briefing, desk: Desk) -> Table:
    title = desk.say("table.councils", layer=briefing.council_label, age_group=briefing.age_group)
    heads = ("table.area", "table.people", "table.reached", "table.share", "table.unreached")
    table = _table(title, *(desk.say(head) for head in heads))
    for line in briefing.councils:
        table.add_row(*_area_cells(line, briefing.few_below, desk))
    return table


def _area_cells(line: AreaLine, few: int, desk: Desk) -> tuple[str, ...]:
    mark = "〜" if line.approximate else ""
    figures = line.figures
    return (
        f"{mark}{line.name}",
        people(figures.residents, desk.lang, few),
        people(figures.reached, desk.lang, few),
        share(figures.share, desk.lang),
        people(figures.unreached, desk.lang, few),
    )


def _candidates(briefing: Briefing, desk: Desk) -> Table:
    shown = briefing.candidates[:CANDIDATES_SHOWN]
    title = desk.say("table.candidates", count=len(shown))
    heads = ("table.rank", "table.venue", "table.action", "table.newly_reached")
    table = _table(title, *(desk.say(head) for head in heads), wide=2)
    for line in shown:
        action = text(f"action.{line.doing}", desk.lang)
        gain = added(line.newly_reached, desk.lang, briefing.few_below)
        if line.days_unknown:
            decided = people(line.newly_reached, desk.lang, briefing.few_below)
            gain = desk.say("report.decides", people=decided)
        table.add_row(str(line.rank), line.venue_name, action, gain)
    return table

"""``arukeba plan`` and ``arukeba plans``: make a plan, list those that were made."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from api.cli.console import Desk, desk_of, view_option
from api.cli.opening import feet, open_seen
from geo.errors import InvalidInputError
from geo.vocabulary import FREQUENCIES, OBJECTIVES
from services.plans.ask import ask_of, read_ask
from services.plans.solve import make_plan
from services.plans.store import PlanResult, list_plans, unreadable_plans
from services.plans.views import plan_body, plan_head
from services.reports.plan import PlanReport, plan_report
from services.words.dates import day_in_japan
from services.words.texts import NO_FIGURE, Lang, listed, number, people, text, yen
from services.words.vocabulary import PUBLIC, View


def register(app: typer.Typer, lang: Lang) -> None:
    """Add the command to the command line."""

    @app.command("plan", help=text("cli.plan", lang), epilog=text("cli.epilog", lang))
    def _plan(  # noqa: PLR0913  an argument for each option of the command
        ctx: typer.Context,
        workspace: Annotated[
            Path, typer.Argument(metavar="WORKSPACE", help=text("cli.workspace", lang))
        ],
        *,
        ask: Annotated[Path | None, typer.Option("--ask", help=text("cli.plan.ask", lang))] = None,
        most: Annotated[
            int | None, typer.Option("--most", help=text("cli.plan.most", lang))
        ] = None,
        budget_yen: Annotated[
            list[float] | None, typer.Option("--budget-yen", help=text("cli.plan.budget", lang))
        ] = None,
        objective: Annotated[
            list[str] | None,
            typer.Option(
                "--objective",
                help=text("cli.plan.objective", lang, known=listed(OBJECTIVES, lang)),
            ),
        ] = None,
        target: Annotated[
            list[str] | None,
            typer.Option(
                "--target", help=text("cli.plan.target", lang, known=listed(FREQUENCIES, lang))
            ),
        ] = None,
        reach_pct: Annotated[
            float | None, typer.Option("--reach-pct", help=text("cli.plan.reach", lang))
        ] = None,
        council: Annotated[
            str | None, typer.Option("--council", help=text("cli.plan.council", lang))
        ] = None,
        points: Annotated[
            int | None, typer.Option("--points", help=text("cli.plan.points", lang))
        ] = None,
        must: Annotated[
            list[str] | None, typer.Option("--must", help=text("cli.plan.must", lang))
        ] = None,
        must_not: Annotated[
            list[str] | None, typer.Option("--must-not", help=text("cli.plan.must_not", lang))
        ] = None,
        k: Annotated[int | None, typer.Option("--k", help=text("cli.plan.k", lang))] = None,
        one_more: Annotated[
            bool, typer.Option("--one-more", help=text("cli.plan.one_more", lang))
        ] = False,
        years: Annotated[
            int | None, typer.Option("--years", help=text("cli.plan.years", lang))
        ] = None,
        carry: Annotated[bool, typer.Option("--carry", help=text("cli.plan.carry", lang))] = False,
        visits: Annotated[
            int | None, typer.Option("--visits", help=text("cli.plan.visits", lang))
        ] = None,
        stability: Annotated[
            bool, typer.Option("--stability", help=text("cli.plan.stability", lang))
        ] = False,
        limit_m: Annotated[
            float | None, typer.Option("--limit-m", help=text("cli.run.limit", lang))
        ] = None,
        profile: Annotated[
            str | None, typer.Option("--profile", help=text("cli.run.profile", lang))
        ] = None,
        time_s: Annotated[
            float | None, typer.Option("--time-s", help=text("cli.plan.time", lang))
        ] = None,
        view: Annotated[View, view_option(lang)] = PUBLIC,
    ) -> None:
        desk = desk_of(ctx)
        given: dict[str, Any] = {
            "most": most,
            "objectives": objective,
            "targets": target,
            "reach_pct": reach_pct,
            "council": council,
            "points_max": points,
            "must": must,
            "must_not": must_not,
            "k": k,
            "one_more": one_more or None,
            "carry": carry or None,
            "visits": visits,
            "stability": stability or None,
            "walk_limit_m": limit_m,
            "walking_profile": profile,
            "time_s": time_s,
        }
        asked = read_ask(ask) if ask else {}
        asked |= {name: value for name, value in given.items() if value is not None}
        asked = _with_money(asked, budget_yen, years)
        opened = open_seen(workspace, view, desk)
        with desk.progress() as progress:
            made = make_plan(opened, ask_of(asked), progress=progress)
        desk.result(plan_body(made))
        if not desk.json:
            desk.show(*_shown(made, plan_report(made, desk.lang), desk))


def show_plans(workspace: Path, view: View, desk: Desk) -> None:
    """List the plans of a workspace."""
    opened = open_seen(workspace, view, desk)
    heads = [plan_head(plan) for plan in list_plans(opened)]
    old = unreadable_plans(opened)
    desk.result({"plans": heads, "unreadable": old})
    if heads:
        desk.show(_listing(heads, opened.few_below, desk), *feet(opened, desk))
    else:
        desk.show(desk.say("plan.none"))
    if old:
        desk.show(desk.say("plan.unreadable", names=listed(old, desk.lang), path=workspace))


def _with_money(
    asked: dict[str, Any], budgets_yen: list[float] | None, years: int | None
) -> dict[str, Any]:
    """Return what is asked with the budget of one year, or of each."""
    of_file = asked.pop("budget_yen", None) if years is not None else None
    given = budgets_yen or ([] if of_file is None else [of_file])
    if years is None:
        if len(given) > 1:
            raise InvalidInputError("several budgets need --years as well: one for each year")
        return {**asked, "budget_yen": given[0]} if given else asked
    if years < 1:
        raise InvalidInputError("--years {years}: plan for at least one year", years=years)
    if not given:
        raise InvalidInputError("--years needs --budget-yen as well")
    if len(given) not in {1, years}:
        raise InvalidInputError(
            "{given_n} budgets for {years} years: give one that holds in each year, or one for each",
            given_n=len(given),
            years=years,
        )
    return {**asked, "years_yen": given * years if len(given) == 1 else given}


def _shown(plan: PlanResult, report: PlanReport, desk: Desk) -> list[object]:
    lines: list[object] = ["", report.proof, *filter(None, (report.certified,))]
    if report.choices:
        lines = ["", *filter(None, (report.sentence, report.cost, report.proof, report.certified))]
    lines += [line for line in (report.targets, *report.relaxation, *report.crashed) if line]
    lines += [f"※ {line}" for line in report.marks]
    if report.choices:
        lines.append(_choices(report, desk))
    lines += [*filter(None, (report.alternatives_rule,)), *report.alternatives]
    if report.years:
        lines += [report.years_total, _years(report, desk)]
    if report.variants:
        lines.append(_rows(report.variants, ("variant", "shared", "lost"), desk))
        lines += [f"{one.name}: {one.unstable}" for one in report.choices if one.unstable]
    lines += [f"※ {line}" for line in (*report.transport, *report.assumptions, report.numbers)]
    return [*lines, desk.say("plan.written", path=plan.path)]


def _table(desk: Desk, *heads: str, words: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for index, head in enumerate(heads):
        title = desk.say(f"plan.table.{head}")
        table.add_column(title, justify="left" if index < words else "right", overflow="fold")
    return table


def _choices(report: PlanReport, desk: Desk) -> Table:
    money = ("cost", "each") if any(one.cost for one in report.choices) else ()
    table = _table(desk, "rank", "venue", "action", "newly", *money, "overlap", words=3)
    for one in report.choices:
        costs = [getattr(one, name) or NO_FIGURE for name in money]
        cells = (one.name, one.doing, one.newly, *costs, one.overlap)
        table.add_row(str(one.rank), *cells)
    return table


def _years(report: PlanReport, desk: Desk) -> Table:
    table = _table(desk, "year", "opens", "newly", "after", "year_yen", "left_yen", words=2)
    for one in report.years:
        table.add_row(one.year, one.opens, one.newly, one.after, one.yen, one.left)
    return table


def _rows(rows: tuple[tuple[str, ...], ...], heads: tuple[str, ...], desk: Desk) -> Table:
    table = _table(desk, *heads, words=len(heads) - 2)
    for row in rows:
        table.add_row(*row)
    return table


def _listing(heads: list[dict[str, Any]], few: int, desk: Desk) -> Table:
    table = _table(desk, "plan", "made", "proof", "newly", "cost", "stale", words=3)
    for one in heads:
        changed = listed((row[desk.lang] for row in one["changed"]), desk.lang)
        cells = (one["proof"][desk.lang], people(one["newly_reached"], desk.lang, few))
        cost = yen(one["first_year_yen"], desk.lang)
        name = f"{one['plan_id']} ({number(one['places_n'])})"
        table.add_row(name, day_in_japan(str(one["made_at"])), *cells, cost, changed)
    return table

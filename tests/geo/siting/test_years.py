"""A plan over years against every way to open, and by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from geo.errors import InvalidInputError
from geo.siting import (
    Covers,
    Demand,
    Options,
    Problem,
    Rules,
    Search,
    Stage,
    Years,
    YearsPlan,
    plan_years,
    years,
)
from geo.siting.checks import check
from geo.siting.horizon import over_years
from geo.siting.patterns import boil
from geo.siting.prices import Market, Prices, Settled, proven, settled
from geo.siting.years import certified_bound
from tests.geo.siting.brute import Town, towns

STREET = Town(
    # Halls 0 to 3 along a street: 0 reaches homes 0, 1; 1 reaches 1, 2; 2 reaches 2, 3; 3 reaches 4.
    walk={
        (0, 0): 1.0,
        (0, 1): 1.0,
        (1, 1): 1.0,
        (1, 2): 1.0,
        (2, 2): 1.0,
        (2, 3): 1.0,
        (3, 4): 1.0,
    },
    weight=[10.0, 6.0, 5.0, 4.0, 2.0],
    unit=[0, 0, 1, 1, -1],
    reached_n=[0, 0, 0, 1, 0],
    today=[np.inf] * 5,
    yen=[100_000.0, 30_000.0, 30_000.0, 840_000.0],
    place=[-1] * 4,
    owner=[-1] * 4,
    x_m=[0.0] * 4,
    rules=Rules(),
)


@dataclass(frozen=True)
class Span:
    """Years as lists."""

    budgets_yen: list[float]
    opening_yen: list[float]
    carry: bool = False
    visits: int | None = None
    first: tuple[int, ...] = ()

    def years(self, n: int) -> Years:
        first = np.isin(np.arange(n), self.first)
        return Years(self.budgets_yen, self.carry, self.visits, first)

    def problem(self, town: Town) -> Problem:
        problem = replace(town, rules=replace(town.rules, budget_yen=None)).problem(
            Stage("most_reached")
        )
        n = len(town.yen)
        opening = np.array((self.opening_yen * n)[:n], dtype=float)
        return replace(problem, options=replace(problem.options, opening_yen=opening))

    def pays(self, town: Town, when: tuple[int, ...]) -> bool:
        """Whether each year's money pays for what opens and is open."""
        left = 0.0
        for year, budget in enumerate(self.budgets_yen):
            left = (left if self.carry else 0.0) + budget
            for option, its in enumerate(when):
                left -= town.yen[option] if 0 <= its <= year else 0.0
                left -= self.opening_yen[option % len(self.opening_yen)] if its == year else 0.0
            if left < 0:
                return False
        counts = [when.count(year) for year in range(len(self.budgets_yen))]
        return self.visits is None or max(counts) <= self.visits

    def ways(self, town: Town) -> Iterator[tuple[int, ...]]:
        """Yield the year of each option, -1 for never, in all ways that keep to the rules."""
        town = replace(town, rules=replace(town.rules, budget_yen=None))
        years_n, options = len(self.budgets_yen), set(town.options())
        kept: dict[tuple[int, ...], bool] = {}
        for when in product(range(-1, years_n), repeat=len(town.yen)):
            chosen = tuple(option for option, its in enumerate(when) if its >= 0)
            if chosen not in kept:
                kept[chosen] = set(chosen) <= options and town.keeps(chosen)
            if kept[chosen] and self.pays(town, when):
                yield when

    def values(self, town: Town) -> list[float]:
        return [resident_years(town, when, len(self.budgets_yen)) for when in self.ways(town)]

    def best(self, town: Town) -> tuple[int, float] | None:
        """Years for which what goes first is open, and resident-years, of the best of all ways."""
        ways = list(self.ways(town))
        early = [years_open(town, self, when) for when in ways]
        found = zip(early, self.values(town), strict=True)
        return max(found) if ways else None


def years_open(town: Town, span: Span, when: tuple[int, ...]) -> int:
    """For how many years what goes first is open, added up."""
    goes = (set(span.first) | set(town.must)) & set(town.options())
    return sum(len(span.budgets_yen) - when[option] for option in goes if when[option] >= 0)


def resident_years(town: Town, when: tuple[int, ...], years_n: int) -> float:
    total = 0.0
    for home, weight in enumerate(town.weight):
        if town.reached_n[home] == 0:
            near = [when[i] for i in range(len(when)) if when[i] >= 0 and home in town.homes_of(i)]
            total += weight * (years_n - min(near, default=years_n))
    return total


MUST = st.sampled_from([(), (), (0,), (1, 2)])


def with_must(town: Town, must: tuple[int, ...]) -> Town:
    return replace(town, must=tuple(option for option in must if option < len(town.yen)))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    years_n = draw(st.integers(1, 3))
    money = st.sampled_from([0.0, 60_000.0, 130_000.0, 300_000.0, 970_000.0])
    return Span(
        draw(st.lists(money, min_size=years_n, max_size=years_n)),
        draw(st.lists(st.sampled_from([0.0, 50_000.0, 200_000.0]), min_size=1, max_size=3)),
        draw(st.booleans()),
        draw(st.sampled_from([None, None, 1, 2])),
        draw(st.sampled_from([(), (), (0,), (0, 1)])),
    )


def answer(town: Town, span: Span, search: Search | None = None) -> YearsPlan:
    """A plan; input that no plan can be made from is another test's."""
    try:
        problem = span.problem(town)
        return plan_years(problem, span.years(len(town.yen)), search or Search())
    except InvalidInputError:
        reject()


@pytest.mark.parametrize("small_n", [0, 10_000])
@settings(max_examples=60)
@given(town=towns(options_n=5), span=spans(), must=MUST)
def test_the_best_over_years_is_that_of_all_ways_to_open(
    small_n: int, town: Town, span: Span, must: tuple[int, ...]
) -> None:
    town = with_must(town, must)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(years, "SMALL_N", small_n)
        found = answer(town, span)
    best = span.best(town)
    if best is None:
        assert found.plan.status == "infeasible"
        return
    stage = found.plan.stages[0]
    assert found.plan.status == "optimal"
    assert stage.value == pytest.approx(best[1], abs=1e-6)
    assert stage.bound == pytest.approx(best[1], abs=1e-4)
    when = dict(zip(found.plan.chosen, found.year, strict=True))
    ways = tuple(when.get(option, -1) for option in range(len(town.yen)))
    assert ways in set(span.ways(town))
    years_, problem = span.years(len(town.yen)), span.problem(town)
    assert found.prices is not None
    assert best[1] - 1e-6 <= found.certified
    again = (found.plan.positions, np.array(found.year, dtype=np.int64))
    assert certified_bound(problem, years_, found.prices, *again) == found.certified
    # Prices that somebody made up prove less, and nothing wrong.
    made_up = Prices(
        found.prices.share * 0.5 - 0.7, -3.0 * found.prices.row - 5.0, found.prices.opening - 1e5
    )
    assert certified_bound(problem, years_, made_up, *again) >= best[1] - 1e-6
    assert years_open(town, span, ways) == best[0]
    assert resident_years(town, ways, len(span.budgets_yen)) == pytest.approx(best[1], abs=1e-6)


def by_hand(market: Market, found: Settled) -> float:
    """What multipliers prove by weak duality alone, with the cut as one more row."""
    sheet = market.horizon.sheet
    y = found.multipliers
    least = np.concatenate([np.empty(0), *sheet.row_lower])
    most = np.concatenate([np.empty(0), *sheet.row_upper])
    side = np.where(y > 0, most, least)
    total = float((y[y != 0] * side[y != 0]).sum())
    slope = market.cost - sheet.matrix().T @ y
    if found.cut is not None:
        slope[market.horizon.open_by.T] -= found.cut[0]
        total += found.cut[1]
    lower, upper = np.concatenate(sheet.lower), np.concatenate(sheet.upper)
    return total + float(np.maximum(slope * lower, slope * upper).sum())


@settings(max_examples=60)
@given(town=towns(options_n=5), span=spans(), must=MUST, steps_n=st.sampled_from([0, 3, 200]))
def test_no_prices_prove_less_than_the_best(
    town: Town, span: Span, must: tuple[int, ...], steps_n: int
) -> None:
    # What goes first is no row of this model: must-haves only must be there in the end.
    town, span = with_must(town, must), replace(span, first=())
    problem = span.problem(town)
    try:
        check(problem)
    except InvalidInputError:
        reject()
    horizon = over_years(problem, span.years(len(town.yen)), boil(problem, every_plan=True))
    market = Market.of(horizon, horizon.resident_years())
    found = settled(market, 0.0, steps_n=steps_n)
    assert by_hand(market, found) == pytest.approx(found.bound, rel=1e-9, abs=1e-6)
    assert proven(market, found) == pytest.approx(found.bound, rel=1e-9, abs=1e-6)
    assert found.bound >= max(span.values(town), default=-np.inf) - 1e-6


def test_what_opens_early_counts_in_every_year_that_follows() -> None:
    # ¥60,000, then ¥160,000. Hall 0 (¥100,000) reaches 16, hall 1 (¥30,000) 11, hall 2 (¥30,000) 5 of
    # those. The first year pays for hall 1, and the second keeps it and pays for hall 0 too: 21.
    found = plan_years(STREET.problem(Stage("most_reached")), Years([60_000.0, 160_000.0]))
    assert found.plan.stages[0].value == 11.0 + 21.0
    assert by_year(found, "newly_reached") == [11.0, 10.0]
    # With 4 today.
    assert by_year(found, "reached_after") == [15.0, 25.0]
    assert by_year(found, "resident_years") == [11.0, 32.0]
    assert by_year(found, "yearly_yen")[0] in {30_000.0, 60_000.0}


def why(budgets_yen: list[float], *, rules: Rules = Rules(), carry: bool = False) -> list[str]:  # noqa: B008
    """Why nothing opens in each year along the street; empty where something does."""
    town = replace(STREET, rules=rules)
    found = plan_years(town.problem(Stage("most_reached")), Years(budgets_yen, carry))
    return by_year(found, "why")


def by_year(found: YearsPlan, name: str) -> list[Any]:
    return [row[name] for row in found.table]


def test_a_year_in_which_nothing_opens_says_why() -> None:
    # ¥160,000 pays for halls 0, 1 and 2; hall 3 costs ¥840,000.
    assert why([160_000.0, 160_000.0]) == ["", "money"]
    # All four together, then nobody is left.
    assert why([1_000_000.0, 1_000_000.0]) == ["", "nothing"]
    # One place is allowed, hall 0.
    assert why([1_000_000.0, 1_000_000.0], rules=Rules(most=1)) == ["", "rules"]
    # ¥30,000 of the second year keep up hall 1 (11 in both years), and not hall 0.
    assert why([130_000.0, 30_000.0]) == ["", "money"]
    # Nothing could be kept up in the second year.
    assert why([130_000.0, 0.0]) == ["upkeep", "money"]


def test_money_is_kept_for_what_is_worth_more() -> None:
    # Hall 1 (¥30,000) reaches 1, hall 0 (¥100,000) 10. ¥50,000 a year, carried: hall 0 needs all of
    # the first two years' money, and 10 in the second year are more than 1 in both.
    town = replace(
        STREET,
        walk={(0, 0): 1.0, (1, 1): 1.0},
        weight=[10.0, 1.0],
        unit=[-1, -1],
        reached_n=[0, 0],
        today=[np.inf, np.inf],
        yen=[100_000.0, 30_000.0],
        place=[-1, -1],
        owner=[-1, -1],
        x_m=[0.0, 0.0],
    )
    found = plan_years(town.problem(Stage("most_reached")), Years([50_000.0, 50_000.0], carry=True))
    assert by_year(found, "why") == ["kept", ""]
    assert by_year(found, "brought_yen") == [0.0, 50_000.0]
    assert by_year(found, "left_yen") == [50_000.0, 0.0]
    assert found.plan.stages[0].value == 10.0


def test_totals_add_up() -> None:
    found = plan_years(
        STREET.problem(Stage("most_reached")), Years([60_000.0, 160_000.0, 1_000_000.0])
    )
    table, openings = pd.DataFrame(found.table), pd.DataFrame(found.openings)
    by_year = openings.groupby("year")["newly_reached"].sum().reindex(range(3), fill_value=0.0)
    assert table["newly_reached"].tolist() == by_year.tolist()
    assert table["newly_reached"].sum() == found.plan.newly_reached
    assert table["reached_after"].iloc[-1] == found.plan.reached
    assert table["resident_years"].iloc[-1] == found.plan.stages[0].value
    assert table["opened_n"].tolist() == [found.year.count(year) for year in range(3)]
    assert (table["opening_yen"] + table["yearly_yen"] == table["spent_yen"]).all()
    assert (table["budget_yen"] - table["spent_yen"] == table["left_yen"]).all()


@settings(max_examples=40)
@given(town=towns(options_n=5), span=spans(), more=st.sampled_from([50_000.0, 840_000.0]))
def test_more_money_never_lowers_what_is_reached(town: Town, span: Span, more: float) -> None:
    span = replace(span, first=())
    before = answer(town, span)
    after = answer(town, replace(span, budgets_yen=[yen + more for yen in span.budgets_yen]))
    if before.plan.stages:
        assert after.plan.stages[0].value >= before.plan.stages[0].value - 1e-6


@settings(max_examples=40)
@given(town=towns(options_n=5), span=spans())
def test_no_order_of_rows_changes_a_plan_over_years(town: Town, span: Span) -> None:
    n = len(town.yen)
    problem = span.problem(town)
    back = np.arange(n)[::-1]
    options = problem.options
    turned = replace(
        problem,
        options=replace(options, **{name: getattr(options, name)[back] for name in vars(options)}),
        covers=Covers.of(
            n - 1 - problem.covers.option,
            problem.covers.home,
            problem.covers.walk,
            shape=(n, len(town.weight)),
            limit=problem.covers.limit,
        ),
        rules=replace(
            problem.rules,
            targets=tuple(
                replace(target, options=tuple(n - 1 - one for one in target.options))
                for target in problem.rules.targets
            ),
        ),
    )
    years_ = span.years(n)
    try:
        one = plan_years(problem, years_)
        other = plan_years(turned, replace(years_, first=np.asarray(years_.first)[::-1]))
    except InvalidInputError:
        reject()
    assert [n - 1 - option for option in other.plan.chosen] == list(one.plan.chosen)
    assert other.year == one.year


def step_by_step(problem: Problem, budgets_yen: list[float]) -> float:
    """Resident-years where each year takes always what newly reaches most and can be kept up."""
    left = np.where(problem.demand.reached, 0.0, problem.demand.weight)
    matrix, options = problem.covers.matrix(), problem.options
    free, kept_yen, total, reached = ~options.must_not, 0.0, 0.0, 0.0
    for year, budget in enumerate(budgets_yen):
        spent = kept_yen
        room = min(budgets_yen[year:]) - kept_yen
        while True:
            able = free & (options.first_year_yen <= budget - spent) & (options.cost_yen <= room)
            gain = np.where(able, matrix @ left, 0.0)
            if gain.max(initial=0.0) <= 0:
                break
            best = int(np.argmax(gain))
            spent += options.first_year_yen[best]
            kept_yen += options.cost_yen[best]
            room -= options.cost_yen[best]
            reached += gain[best]
            left[matrix[[best]].indices] = 0.0
            free &= options.place != options.place[best]
        total += reached
    return total


def large(seed: int) -> Problem:
    """600 homes and 60 sites drawn at random in a square of 4 km, 600 m apart being near."""
    rng = np.random.default_rng(seed)
    homes, sites = rng.random((600, 2)) * 4000.0, rng.random((60, 2)) * 4000.0
    walk = np.hypot(*(sites[:, None] - homes[None]).transpose(2, 0, 1))
    option, home = np.nonzero(walk <= 600.0)
    n = len(sites)
    options = replace(
        Options.plain(n),
        cost_yen=rng.choice([100_000.0, 200_000.0], n),
        opening_yen=rng.choice([0.0, 500_000.0, 1_000_000.0], n),
        place=np.arange(n),
    )
    covers = Covers.of(option, home, walk[option, home], shape=(n, 600), limit=600.0)
    return Problem(options, Demand.plain(rng.integers(1, 9, 600)), covers)


@pytest.mark.parametrize("carry", [False, True])
def test_prices_and_exchanges_come_within_a_few_per_cent_in_larger_towns(*, carry: bool) -> None:
    for seed in range(3):
        problem, yen = large(seed), [2_300_000.0] * 4
        found = plan_years(problem, Years(yen, carry), Search(gap_pct=5.0))
        assert found.plan.gap_pct <= 5.0
        assert found.plan.stages[0].value > 1.02 * step_by_step(problem, yen)

"""A plan over years against every way to open, and by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from geo.errors import InvalidInputError
from geo.siting import Problem, Rules, Search, Years, YearsPlan, plan_years, years
from geo.siting.horizon import over_years
from geo.siting.patterns import boil
from geo.siting.prices import Market, Settled, settled
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
        problem = replace(town, rules=replace(town.rules, budget_yen=None)).problem()
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
    assert years_open(town, span, ways) == best[0]
    assert resident_years(town, ways, len(span.budgets_yen)) == pytest.approx(best[1], abs=1e-6)


def proven(market: Market, found: Settled) -> float:
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
    horizon = over_years(problem, span.years(len(town.yen)), boil(problem, every_plan=True))
    market = Market.of(horizon, horizon.resident_years())
    found = settled(market, 0.0, steps_n=steps_n)
    assert proven(market, found) == pytest.approx(found.bound, rel=1e-9, abs=1e-6)
    assert found.bound >= max(span.values(town), default=-np.inf) - 1e-6

"""What would have to give over years, against all ways to open places."""

from dataclasses import replace

import pytest
from hypothesis import given, reject, settings

from geo.errors import InvalidInputError
from geo.siting.checks import check
from geo.siting.problem import Rules
from geo.siting.relax import YearsRelaxation, relax_years
from tests.geo.siting.brute import Town, towns
from tests.geo.siting.test_years import MUST, Span, spans, with_must

ENOUGH_YEN = 100_000_000.0


def has_a_plan(town: Town, span: Span) -> bool:
    return next(span.ways(town), None) is not None


def richer(span: Span, yen: float) -> Span:
    return replace(span, budgets_yen=[budget + yen for budget in span.budgets_yen])


def choices(town: Town, span: Span, **rule: object) -> list[tuple[int, ...]]:
    """What is open in the last year, of all ways that keep to the rules but one."""
    loose = replace(town, rules=replace(town.rules, **rule))  # type: ignore[arg-type]
    return [
        tuple(option for option, its in enumerate(when) if its >= 0) for when in span.ways(loose)
    ]


def found_for(town: Town, span: Span) -> YearsRelaxation:
    problem = span.problem(town)
    try:
        check(problem)
    except InvalidInputError:
        reject()
    return relax_years(problem, span.years(len(town.yen)))


@settings(max_examples=60)
@given(town=towns(options_n=4), span=spans(), must=MUST)
def test_each_rule_gives_no_more_than_it_has_to(
    town: Town, span: Span, must: tuple[int, ...]
) -> None:
    town = with_must(town, must)
    found = found_for(town, span)
    assert found.proven
    if found.more_yen is None:
        assert not has_a_plan(town, richer(span, ENOUGH_YEN))
    else:
        assert has_a_plan(town, richer(span, found.more_yen))
        assert found.more_yen == 0 or not has_a_plan(town, richer(span, found.more_yen - 1))
    if span.visits is None:
        assert found.visits is None
    elif found.visits is None:
        assert not has_a_plan(town, replace(span, visits=None))
    else:
        assert has_a_plan(town, replace(span, visits=found.visits))
        fewer = replace(span, visits=found.visits - 1)
        assert found.visits == span.visits or not has_a_plan(town, fewer)


@settings(max_examples=60)
@given(town=towns(options_n=4), span=spans(), must=MUST)
def test_number_share_and_targets_are_those_of_the_best_way(
    town: Town, span: Span, must: tuple[int, ...]
) -> None:
    town = with_must(town, must)
    found = found_for(town, span)
    if town.rules.most is not None:
        counts = [len(chosen) for chosen in choices(town, span, most=None)]
        assert found.most == min(counts, default=None)
    if town.rules.reach_pct is not None:
        today = sum(w for w, n in zip(town.weight, town.reached_n, strict=True) if n > 0)
        everyone = sum(town.weight)
        shares = [
            100.0 * (today + sum(town.weight[home] for home in town.new(chosen))) / everyone
            for chosen in choices(town, span, reach_pct=None)
            if everyone > 0
        ]
        if shares or everyone > 0:
            assert found.reach_pct == pytest.approx(max(shares, default=None))
    if town.rules.targets:
        met = [
            sum(town.meets(target, chosen) for target in town.rules.targets)
            for chosen in choices(town, span, targets=())
        ]
        assert found.targets_met == max(met, default=None)


@settings(max_examples=60)
@given(town=towns(options_n=4), span=spans())
def test_must_haves_that_cannot_open_alone_are_told(town: Town, span: Span) -> None:
    town = with_must(town, (0, 1))
    found = found_for(town, span)
    alone = replace(town, rules=Rules())
    if found.must_fails == "yen":
        assert not has_a_plan(alone, replace(span, visits=None))
    elif found.must_fails == "visits":
        assert has_a_plan(alone, replace(span, visits=None))
        assert not has_a_plan(alone, span)
    else:
        assert has_a_plan(alone, span)

"""Which choices stay when the limit, the walker or the population is another."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo.errors import BrokenModelError, InvalidInputError
from geo.siting.plans import LEAST, Plan, described
from geo.siting.problem import Covers, Demand, Problem
from geo.siting.recheck import broken_rules, values
from geo.siting.session import solve
from geo.siting.solver import Search

TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Stability:
    """
    How a plan fares elsewhere.

    Attributes
    ----------
    options
        ``option, stays_n, variants_n, stays_pct`` for every option chosen at least once; the base
        counts as one of the variants.
    variants
        ``variant, status, value`` (the first goal, of the variant's own best plan), ``base_value``
        (what the base plan is worth there), ``lost_pct`` (how much it falls short), ``shared_n``
        (options in both), ``outcome``: ``kept``; ``breaks_rules`` where the base plan does not keep
        to the rules there, and ``no_plan`` where no plan was found: neither has a loss.
    plans
        The best plan of each variant: the base itself where none is better. One without ``stages``
        is none, and counts for no option.
    """

    options: pd.DataFrame
    variants: pd.DataFrame
    plans: Mapping[str, Plan]


def stability(
    problem: Problem,
    base: Plan,
    variants: Mapping[str, tuple[Covers, Demand]],
    search: Search = Search(),  # noqa: B008  frozen
) -> Stability:
    """
    Plan again under other covers and demands.

    Parameters
    ----------
    problem, base
        The question and its answer.
    variants
        By name (「800 m」, 「48 m/分」, 「2040年」): who covers whom there, and who lives there, with
        the same options.
    search
        For each variant.

    Returns
    -------
    How often each option is chosen, what the base plan loses in each variant, and the best plans.
    """
    plans: dict[str, Plan] = {}
    rows = []
    for name, (covers, demand) in variants.items():
        there = replace(problem, covers=covers, demand=demand)
        plan = _best(there, search)
        value = plan.stages[0].value if plan.stages else np.nan
        base_value = lost_pct = np.nan
        outcome = "no_plan"
        if plan.stages:
            outcome = "breaks_rules" if broken_rules(there, base.positions) else "kept"
        if outcome == "kept":
            worth = values(there, base.positions)
            base_value, lost_pct = worth[0], _lost(value, worth[0])
            # Of plans that are equally good there, the one that was made holds: nothing speaks
            # against it.
            if _no_worse(there, worth, plan):
                plan = described(there, base.positions, plan)
        plans[name] = plan
        shared_n = len(set(plan.chosen) & set(base.chosen))
        rows.append((name, plan.status, value, base_value, lost_pct, shared_n, outcome))
    columns = ["variant", "status", "value", "base_value", "lost_pct", "shared_n", "outcome"]
    found = [base, *(plan for plan in plans.values() if plan.stages)]
    return Stability(_stays(found), pd.DataFrame(rows, columns=columns), plans)


def _best(problem: Problem, search: Search) -> Plan:
    """Return the best plan; one that says there is none where none can be made from such input."""
    try:
        return solve(problem, search)
    except (InvalidInputError, BrokenModelError):
        return Plan("infeasible")


def _no_worse(problem: Problem, worth: tuple[float, ...], best: Plan) -> bool:
    """Say whether the goals, in their order, are worth as much as those of the best plan there."""
    for stage, result, own in zip(problem.stages, best.stages, worth, strict=True):
        sign = -1.0 if stage.objective in LEAST else 1.0
        better = sign * (own - result.value)
        if abs(better) > TOLERANCE * max(1.0, abs(result.value)):
            return better > 0
    return bool(best.stages)


def _lost(value: float, base_value: float) -> float:
    """Return how far the base falls short of the variant's best, in per cent of the larger."""
    size = max(abs(value), abs(base_value))
    return 100.0 * abs(value - base_value) / size if size > 0 else 0.0


def _stays(plans: list[Plan]) -> pd.DataFrame:
    chosen = np.concatenate([plan.positions for plan in plans])
    option, count = np.unique(chosen, return_counts=True)
    frame = pd.DataFrame({"option": option, "stays_n": count, "variants_n": len(plans)})
    frame["stays_pct"] = 100.0 * frame["stays_n"] / len(plans)
    return frame.sort_values(["stays_n", "option"], ascending=[False, True], ignore_index=True)

"""A first plan, greedily and within the rules: for the solver to improve, and to show at once."""

from collections.abc import Callable

import numpy as np

from geo.arrays import FloatArray, IntArray
from geo.siting.checks import YEN_TOLERANCE
from geo.siting.patterns import Patterns
from geo.siting.problem import BoolArray, Problem, TargetRule
from geo.siting.recheck import broken_rules

Score = Callable[[FloatArray, FloatArray], FloatArray]
"""From gain and yen of every option to what is taken first."""


def first_plan(
    problem: Problem, patterns: Patterns, forbidden: BoolArray | None = None
) -> IntArray | None:
    """
    Return positions in ``Options`` of a plan that keeps to the rules, or none where none is found.

    Three ways are tried, the best of their plans counts: by what an option newly gains, by that
    for each yen, and targets as cheaply as they can be met. Where nothing costs, they are one.

    Parameters
    ----------
    problem, patterns
        The question.
    forbidden
        (n,) options to be left out.
    """
    found: list[tuple[float, int, IntArray]] = []
    ways = ((_gain, _gain), (_per_yen, _per_yen), (_cheap, _gain))
    costs = problem.options.first_year_yen[patterns.option].any()
    for target_score, fill_score in ways if costs else ways[:1]:
        hand = _Hand(problem, patterns, forbidden)
        if not hand.play(target_score, fill_score):
            continue
        chosen = patterns.option[hand.chosen]
        if not broken_rules(problem, chosen):
            found.append((hand.worth(), len(found), chosen))
    return max(found)[2] if found else None


def _gain(gain: FloatArray, yen: FloatArray) -> FloatArray:
    del yen
    return gain


def _per_yen(gain: FloatArray, yen: FloatArray) -> FloatArray:
    return np.asarray(gain / np.maximum(yen, 1.0))


def _cheap(gain: FloatArray, yen: FloatArray) -> FloatArray:
    return np.asarray(-yen + gain / (gain.max(initial=0.0) + 1.0))


class _Hand:
    """Options taken so far, and what that leaves: homes, places, owners, yen."""

    def __init__(self, problem: Problem, patterns: Patterns, forbidden: BoolArray | None) -> None:
        options, rules = problem.options, problem.rules
        kept = patterns.option
        self.problem, self.patterns = problem, patterns
        self.place, self.xy = options.place[kept], options.xy[kept]
        self.owner = options.owner[kept] if rules.one_per_owner else np.full(len(kept), -1)
        # Not known only where nothing is judged by it (``geo.siting.checks``).
        self.yen = np.nan_to_num(options.first_year_yen[kept], nan=0.0)
        self.free = np.ones(len(kept), dtype=bool)
        if forbidden is not None:
            self.free &= ~forbidden[kept] | options.must[kept]
        self.budget = np.inf if rules.budget_yen is None else rules.budget_yen + YEN_TOLERANCE
        self.left_n = len(kept) if rules.most is None else rules.most
        self.chosen: list[int] = []
        self._of_walks = problem.stages[0].objective in {"shortest_walk", "shortest_longest_walk"}
        if self._of_walks:
            farthest = 2.0 * patterns.pair_walk.max(initial=1.0)
            self.level = patterns.pair_walk
            self.today = np.minimum(patterns.walk, farthest)
        else:
            self.level = np.where(patterns.near, 0.0, 1.0)
            self.today = np.where(patterns.reached_n == 0, 1.0, 0.0)

    def play(self, target_score: Score, fill_score: Score) -> bool:
        """Take must-haves, then what targets ask for, then the best; false where that is stuck."""
        must = np.flatnonzero(self.problem.options.must[self.patterns.option])
        for option in must:
            self.take(int(option))
        if not self.problem.has("most_targets"):
            rarest = sorted(self.problem.rules.targets, key=lambda target: len(target.options))
            if not all(self._meet(target, target_score) for target in rarest):
                return False
        while self._wanting() and (best := self._best(self.free, fill_score)) is not None:
            self.take(best)
        return True

    def take(self, option: int) -> None:
        """Choose an option and rule out what it excludes."""
        self.chosen.append(option)
        self.budget -= self.yen[option]
        self.left_n -= 1
        self.free[option] = False
        for label in (self.place, self.owner):
            self.free &= (label < 0) | (label != label[option])
        if self.problem.rules.apart_m is not None:
            distance = np.hypot(*(self.xy - self.xy[option]).T)
            self.free &= distance >= self.problem.rules.apart_m
        use = self.patterns.member == self.patterns.site[option]
        group = self.patterns.group[use]
        self.today[group] = np.minimum(self.today[group], self.level[use])

    def worth(self) -> float:
        """Return how good the choice is for the first goal, more being better; roughly for some."""
        objective = self.problem.stages[0].objective
        if objective == "fewest_places":
            return -float(len(self.chosen))
        if objective == "cheapest":
            return -float(self.yen[self.chosen].sum())
        return -float((self.patterns.weight * self.today).sum())

    def gains(self) -> FloatArray:
        """(k,) what each option would newly reach, or shorten."""
        patterns = self.patterns
        better = np.maximum(self.today[patterns.group] - self.level, 0.0)
        gain = patterns.weight[patterns.group] * better
        by_site = np.bincount(patterns.member, gain, minlength=patterns.sites_n)
        return np.asarray(by_site[patterns.site], dtype=float)

    def _best(self, among: BoolArray, score: Score, *, useless: bool = False) -> int | None:
        gain = self.gains()
        able = among & self.free & (self.yen <= self.budget) & (self.left_n > 0)
        if not useless:
            able &= gain > 0
        if not able.any():
            return None
        return int(np.argmax(np.where(able, score(gain, self.yen), -np.inf)))

    def _meet(self, target: TargetRule, score: Score) -> bool:
        among = np.isin(self.patterns.option, np.array(target.options, dtype=np.int64))
        missing = target.missing - int(among[self.chosen].sum())
        for _ in range(missing):
            best = self._best(among, score, useless=True)
            if best is None:
                return False
            self.take(best)
        return True

    def _wanting(self) -> bool:
        """Say whether more is better: where few or cheap is, only until enough are reached."""
        if self.problem.stages[0].objective not in {"fewest_places", "cheapest"}:
            return True
        reach_pct = self.problem.rules.reach_pct
        if reach_pct is None:
            return False
        demand = self.problem.demand
        kept = self.patterns.reached_n == 0
        newly = self.patterns.weight[kept & (self.today == 0)].sum()
        reached = demand.weight[demand.reached].sum() + newly
        return bool(reached < reach_pct / 100.0 * demand.weight.sum() - 1e-9)

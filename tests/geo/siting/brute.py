"""Plans by trying every choice: the oracle, in plain Python, sharing nothing with the solver."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from geo.siting import Covers, Demand, Options, Problem, Rules, Stage, TargetRule

LIMIT = 500.0
LEAST = {"fewest_places", "cheapest", "shortest_walk", "shortest_longest_walk"}


@dataclass(frozen=True)
class Town:
    """A small problem as lists and dicts."""

    walk: dict[tuple[int, int], float]
    weight: list[float]
    unit: list[int]
    reached_n: list[int]
    today: list[float]
    yen: list[float]
    place: list[int]
    owner: list[int]
    x_m: list[float]
    rules: Rules
    must: tuple[int, ...] = ()
    must_not: tuple[int, ...] = ()

    def problem(self, *stages: Stage) -> Problem:
        n, homes_n = len(self.yen), len(self.weight)
        pairs = sorted(self.walk)
        covers = Covers.of(
            np.array([i for i, _ in pairs], dtype=np.int64),
            np.array([j for _, j in pairs], dtype=np.int64),
            np.array([self.walk[pair] for pair in pairs], dtype=float),
            shape=(n, homes_n),
            limit=LIMIT,
        )
        options = replace(
            Options.plain(n),
            cost_yen=np.array(self.yen, dtype=float),
            place=np.array(self.place, dtype=np.int64),
            owner=np.array(self.owner, dtype=np.int64),
            xy=np.column_stack([self.x_m, np.zeros(n)]),
            must=np.isin(np.arange(n), self.must),
            must_not=np.isin(np.arange(n), self.must_not),
        )
        demand = Demand(
            np.array(self.weight, dtype=float),
            np.array(self.unit, dtype=np.int64),
            np.array(self.reached_n, dtype=np.int64),
            np.array(self.today, dtype=float),
        )
        return Problem(options, demand, covers, self.rules, stages)

    def options(self) -> list[int]:
        """Those that the rules let in at all."""
        return [i for i in range(len(self.yen)) if i not in self.must_not and self._overlap_ok(i)]

    def _overlap_ok(self, option: int) -> bool:
        if self.rules.overlap_max_pct is None:
            return True
        homes = self.homes_of(option)
        everyone = sum(self.weight[j] for j in homes)
        reached = sum(self.weight[j] for j in homes if self.reached_n[j])
        return everyone == 0 or 100 * reached / everyone <= self.rules.overlap_max_pct

    def homes_of(self, option: int) -> list[int]:
        return [j for (i, j), walk in self.walk.items() if i == option and walk <= LIMIT]

    def choices(self) -> Iterator[tuple[int, ...]]:
        """Every choice that keeps to the rules."""
        options = self.options()
        for size in range(len(options) + 1):
            for chosen in combinations(options, size):
                if self.keeps(chosen):
                    yield chosen

    def keeps(self, chosen: tuple[int, ...]) -> bool:
        rules = self.rules
        places = [self.place[i] for i in chosen if self.place[i] >= 0]
        owners = [self.owner[i] for i in chosen if self.owner[i] >= 0]
        ok = set(self.must) <= set(chosen) and len(set(places)) == len(places)
        if rules.one_per_owner:
            ok &= len(set(owners)) == len(owners)
        if rules.most is not None:
            ok &= len(chosen) <= rules.most
        if rules.budget_yen is not None:
            ok &= sum(self.yen[i] for i in chosen) <= rules.budget_yen
        if rules.apart_m is not None:
            ok &= all(
                abs(self.x_m[a] - self.x_m[b]) >= rules.apart_m
                or (self.place[a] == self.place[b] >= 0)
                for a, b in combinations(chosen, 2)
            )
        if rules.reach_pct is not None:
            reached = sum(self.weight[j] for j in self.new(chosen))
            reached += sum(w for w, n in zip(self.weight, self.reached_n, strict=True) if n)
            ok &= 100 * reached >= rules.reach_pct * sum(self.weight) - 1e-6
        return ok and all(self.meets(target, chosen) for target in rules.targets)

    @staticmethod
    def meets(target: TargetRule, chosen: tuple[int, ...]) -> bool:
        return len(set(target.options) & set(chosen)) + target.already >= target.at_least

    def new(self, chosen: tuple[int, ...]) -> set[int]:
        covered = {j for i in chosen for j in self.homes_of(i)}
        return {j for j in covered if self.reached_n[j] == 0}

    def value(self, stage: Stage, chosen: tuple[int, ...]) -> float:
        simple = {
            "most_reached": lambda: sum(self.weight[j] for j in self.new(chosen)),
            "fewest_places": lambda: len(chosen),
            "cheapest": lambda: sum(self.yen[i] for i in chosen),
            "worst_unit_first": lambda: sum(sorted(self.shares(chosen))[: stage.depth]),
            "backup": lambda: self.backed_up(chosen),
            "shortest_walk": lambda: self.mean_walk(chosen),
            "shortest_longest_walk": lambda: max(self.walks(chosen).values(), default=0.0),
        }
        return float(simple[stage.objective]())

    def shares(self, chosen: tuple[int, ...]) -> list[float]:
        """Of the units that some option can improve."""
        shares = []
        for unit in sorted(set(self.unit) - {-1}):
            homes = [j for j, u in enumerate(self.unit) if u == unit]
            able = self.new(tuple(self.options()))
            if any(j in able and self.weight[j] > 0 for j in homes):
                new = self.new(chosen)
                reached = sum(self.weight[j] for j in homes if self.reached_n[j] or j in new)
                shares.append(100 * reached / sum(self.weight[j] for j in homes))
        return shares

    def backed_up(self, chosen: tuple[int, ...]) -> float:
        total = 0.0
        for j, weight in enumerate(self.weight):
            times = self.reached_n[j] + sum(j in self.homes_of(i) for i in chosen)
            total += weight if times >= 2 > self.reached_n[j] else 0.0
        return total

    def walks(self, chosen: tuple[int, ...]) -> dict[int, float]:
        """Of the homes that some option, or an existing place, could serve."""
        found = {}
        unserved = self.rules.unserved_walk
        for j, today in enumerate(self.today):
            floor = today if unserved is None else min(today, unserved)
            able = [w for (i, k), w in self.walk.items() if k == j and i in self.options()]
            if self.weight[j] > 0 and (able or np.isfinite(floor)):
                own = [w for (i, k), w in self.walk.items() if k == j and i in chosen]
                found[j] = min([floor, *own])
        return found

    def mean_walk(self, chosen: tuple[int, ...]) -> float:
        walks = self.walks(chosen)
        everyone = sum(self.weight[j] for j in walks)
        return sum(self.weight[j] * w for j, w in walks.items()) / max(everyone, 1e-6)

    def best(self, *stages: Stage) -> list[float] | None:
        """The values of the best choice, goal by goal; none where no choice keeps to the rules."""
        left = list(self.choices())
        if {s.objective for s in stages} & {"shortest_walk", "shortest_longest_walk"}:
            left = [c for c in left if np.isfinite(max(self.walks(c).values(), default=0.0))]
        values: list[float] = []
        for stage in in_turn(stages):
            if not left:
                return None
            sign = 1 if stage.objective in LEAST else -1
            ranked = {c: sign * self.value(stage, c) for c in left}
            best = min(ranked.values())
            if stage.depth > 1:
                values.pop()
            values.append(sign * best)
            give = abs(best) * stage.give_pct / 100
            left = [c for c in left if ranked[c] <= best + give + 1e-6]
        return values


def in_turn(stages: tuple[Stage, ...]) -> list[Stage]:
    """The worst unit, then the two worst, then the three worst, each a goal of its own."""
    return [
        replace(stage, depth=depth)
        for stage in stages
        for depth in range(1, (stage.depth if stage.objective == "worst_unit_first" else 1) + 1)
    ]


# Each cell is one draw of a strategy made once: a town has up to a hundred of them.
_WALK = st.sampled_from([*[None] * 6, 0.0, 100.0, 300.0, 500.0, 501.0, 800.0])
_OF_HOME = {
    "weight": st.sampled_from([0.0, 1.0, 2.0, 3.5, 7.25]),
    "unit": st.integers(-1, 2),
    "reached_n": st.sampled_from([0, 0, 0, 1, 2]),
    "today": st.sampled_from([np.inf, np.inf, 200.0, 900.0]),
}
_OF_OPTION = {
    "yen": st.sampled_from([30_000.0, 100_000.0, 840_000.0]),
    "place": st.sampled_from([-1, -1, 0, 1]),
    "owner": st.sampled_from([-1, 0, 1]),
    "x_m": st.sampled_from([0.0, 100.0, 250.0, 700.0]),
}


@st.composite
def towns(draw: st.DrawFn, *, options_n: int = 6, homes_n: int = 7) -> Town:
    n = draw(st.integers(1, options_n))
    h = draw(st.integers(1, homes_n))
    walk = {(i, j): w for i in range(n) for j in range(h) if (w := draw(_WALK)) is not None}
    said = {name: [draw(values) for _ in range(h)] for name, values in _OF_HOME.items()}
    said |= {name: [draw(values) for _ in range(n)] for name, values in _OF_OPTION.items()}
    return Town(walk=walk or {(0, 0): 100.0}, **said, rules=draw(rules(n)))


def rules(n: int) -> st.SearchStrategy[Rules]:
    def sometimes(values: st.SearchStrategy) -> st.SearchStrategy:
        return st.one_of(st.none(), st.none(), values)

    target = st.builds(
        TargetRule,
        st.just("t"),
        st.lists(st.integers(0, n - 1), min_size=1, max_size=3, unique=True).map(tuple),
        st.integers(1, 2),
        st.integers(0, 1),
    )
    return st.builds(
        Rules,
        most=sometimes(st.integers(0, n)),
        budget_yen=sometimes(st.sampled_from([840_000.0, 200_000.0, 970_000.0])),
        targets=st.one_of(st.just(()), st.lists(target, max_size=2).map(tuple)),
        reach_pct=sometimes(st.sampled_from([20.0, 60.0, 100.0])),
        overlap_max_pct=sometimes(st.sampled_from([0.0, 50.0])),
        apart_m=sometimes(st.sampled_from([100.0, 150.0, 500.0])),
        one_per_owner=st.booleans(),
        unserved_walk=sometimes(st.just(1000.0)),
    )

"""The best plan found so far, while the search goes on, as it may leave."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geo import siting
from geo.siting import Incumbent
from geo.siting.worth import newly_reached
from services.plans.certified import NO_BOUND_PCT
from services.plans.problem import Setting


@dataclass(frozen=True)
class SoFar:
    """
    The best so far.

    ``plan`` counts near-equal plans from 1, ``goal_number`` the goals of ``goals_n``; ``value`` of
    the goal that is searched now, ``bound`` what no plan exceeds, ``gap_pct`` the distance of both:
    empty where they are not known yet or small counts. ``chosen`` are ids of candidates. Residents
    are in steps of the small number: exact figures of two plans would differ by a few persons.
    """

    plan: int
    goal: str
    goal_number: int
    goals_n: int
    value: float | None
    bound: float | None
    gap_pct: float | None
    chosen: tuple[str, ...]
    newly_reached: float | None
    first_year_yen: float | None


class Onlooker:
    """Turns what a search tells into figures, and passes them on."""

    def __init__(self, setting: Setting, tell: Callable[[SoFar], None]) -> None:
        self._setting, self._tell = setting, tell
        self._figures: tuple[tuple[int, ...], float, float | None] = ((), 0.0, 0.0)

    def __call__(self, found: Incumbent) -> None:
        """Pass on the best so far."""
        setting = self._setting
        newly, yen = self._of(found.chosen)
        stages = setting.problem.stages
        of_years = siting.RESIDENT_YEARS if setting.years is not None else ""
        goal = of_years or stages[found.stage].objective
        ids = setting.candidates.options["candidate_id"].to_numpy()
        self._tell(
            SoFar(
                plan=found.plan + 1,
                goal=goal,
                goal_number=found.stage + 1,
                goals_n=len(stages),
                value=_known(found.value),
                bound=_known(found.bound),
                gap_pct=found.gap_pct if found.gap_pct < NO_BOUND_PCT else None,
                chosen=tuple(str(ids[number]) for number in found.chosen),
                newly_reached=newly,
                first_year_yen=yen,
            )
        )

    def _of(self, chosen: tuple[int, ...]) -> tuple[float, float | None]:
        """Return whom a choice newly reaches and what it costs; the last one's are remembered."""
        if self._figures[0] != chosen:
            problem, options = self._setting.problem, np.array(chosen, dtype=np.int64)
            newly = math.fsum(problem.demand.weight[newly_reached(problem, options)])
            yen = math.fsum(problem.options.first_year_yen[options])
            self._figures = (chosen, newly, yen if math.isfinite(yen) else None)
        return self._figures[1:]


def _known(value: float) -> float | None:
    """Return a whole number; None where it is unknown."""
    return float(round(value)) if math.isfinite(value) else None

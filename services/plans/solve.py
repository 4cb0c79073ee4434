"""Plans: which places to open or upgrade next, proven, explained, stored and never changed."""

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from geo import siting
from geo.arrays import IntArray
from geo.coverage.reached import at_least
from geo.errors import BrokenModelError, InvalidInputError
from geo.siting import Incumbent, Plan, Problem, Search, Stage, StageResult, Years, YearsPlan
from geo.siting.certificate import Certificate, gap_between
from geo.siting.checks import check
from geo.siting.condensed import condensed
from geo.siting.explain import explain, unit_gains
from geo.siting.plans import LEAST, described
from geo.siting.recheck import broken_rules, values
from geo.siting.relax import relax_years
from geo.siting.solver import Status
from geo.siting.stability import stability as stability_of
from geo.walking.doors import search_graph
from services.plans import apart, searches
from services.plans.apart import CrashedError, searched
from services.plans.arrays import (
    arrays_of,
    arrays_of_prices,
    arrays_of_question,
    arrays_of_streets,
)
from services.plans.ask import PlanAsk
from services.plans.certified import NO_BOUND_PCT
from services.plans.ground import CommonGround, hashes_of
from services.plans.problem import Setting, parameters_of
from services.plans.record import CRASHED, Answer, record_of
from services.plans.store import PlanResult, store
from services.plans.streets import WalkedStreets
from services.plans.transport import catchments_frame
from services.plans.watch import Onlooker, SoFar
from services.results.candidates import UNIT_GAINS_FROM
from services.situation.view import Situation
from services.situation.walking import Walking
from services.words.dates import today
from services.workspace.folder import Workspace
from services.workspace.jsonfiles import digest
from services.workspace.progress import Claim, Progress, StoppedError, silent, unclaimed

_Found = TypeVar("_Found")

FOUND = {"optimal", "feasible", "cancelled"}
VARIANT_GAP_PCT, VARIANT_TIME_S = 0.5, 20.0
"""How closely a plan is looked for where only "is it chosen there as well?" is asked."""
UNITS_LISTED = 20
KEPT_PAIRS_MAX = 4_000_000
"""The question of a larger town is not kept with its plans: it would be tens of MiB."""


@dataclass(frozen=True)
class Watch:
    """Who looks on: steps and shares, the search's own progress, a way to stop it, the name it gets."""

    progress: Progress = silent
    search: Callable[[SoFar], None] | None = None
    cancel: Callable[[], bool] | None = None
    claim: Claim = unclaimed

    @property
    def stopped(self) -> bool:
        """Whether it was asked to end."""
        return self.cancel is not None and self.cancel()

    def step(self, name: str, share: float) -> None:
        """Tell of the next step, unless it was asked to end before anything was found."""
        if self.stopped:
            raise StoppedError
        self.progress(name, share)


@dataclass(frozen=True)
class Question:
    """What is asked, and the key of what it was asked of: all that a job holds while it waits."""

    ask: PlanAsk
    key: str


class Reception:
    """Keeps what the last questions shared, as long as nothing of it has changed."""

    def __init__(self) -> None:
        self._key = ""
        self._ground: CommonGround | None = None
        self._last: tuple[Question, Setting] | None = None
        """The last question set up: whoever need not wait finds it ready. No other one is kept."""
        self._lock = threading.Lock()
        """Around what is kept alone: nothing is computed while it is held."""
        self._one_at_a_time = threading.Lock()
        """Around the setting up of questions: each may take the memory of a whole city."""

    def setting(self, workspace: Workspace, ask: PlanAsk) -> Setting:
        """Return a question put to a workspace as it is today."""
        return self._setting(workspace, ask)[0]

    def warm(self, workspace: Workspace) -> str:
        """Prepare what most questions share, so that the first who asks does not wait; as work of a job."""
        apart.start()
        question = self.answerable(workspace, PlanAsk())
        self.asked(workspace, question)  # what is shared stays, the question itself goes
        return ""

    def answerable(self, workspace: Workspace, ask: PlanAsk) -> Question:
        """
        Return the question once it is sure that it can be solved.

        Raises
        ------
        InvalidInputError
            No plan can be made from it.
        """
        with self._one_at_a_time:
            setting, key = self._setting(workspace, ask)
            check(setting.problem)
            if setting.years is not None:
                siting.check_years(setting.problem, setting.years)
        question = Question(ask, key)
        with self._lock:
            self._last = (question, setting)
        return question

    def asked(self, workspace: Workspace, question: Question) -> Setting:
        """
        Return a question that has waited, put to what it was asked of.

        Raises
        ------
        InvalidInputError
            That has changed since, and is kept no more.
        """
        with self._lock:
            last = self._last
            if last and last[0] is question:
                self._last = None
                return last[1]
            if self._ground is not None and self._key == question.key:
                return Setting(self._ground, question.ask)
        setting, key = self._setting(workspace, question.ask)
        if key != question.key:
            raise InvalidInputError(
                "places, edits or data have changed while the plan waited; ask again"
            )
        return setting

    def _setting(self, workspace: Workspace, ask: PlanAsk) -> tuple[Setting, str]:
        workspace = workspace.at(today())
        parameters = parameters_of(workspace.profile, ask)
        while True:
            hashes = hashes_of(workspace)
            written = parameters.to_dict(workspace.profile)
            key = digest([str(workspace.path), hashes, written, today().isoformat()])
            with self._lock:
                if self._ground is not None and key == self._key:
                    return Setting(self._ground, ask), key
            ground = CommonGround(Situation(workspace, parameters), hashes)
            ground.read()
            if hashes_of(workspace) == hashes:  # else somebody wrote while it was read
                with self._lock:
                    self._ground, self._key = ground, key
                return Setting(ground, ask), key


def make_plan(
    workspace: Workspace,
    ask: PlanAsk,
    *,
    progress: Progress = silent,
    cancel: Callable[[], bool] | None = None,
    search: Callable[[SoFar], None] | None = None,
) -> PlanResult:
    """
    Make a plan and store it as the next of ``workspace/plans``.

    Parameters
    ----------
    workspace
        A workspace as on the day of today.
    ask
        Goals, rules, filters.
    progress
        Told of every step, with the share done.
    cancel
        Asked again and again; true ends the search, and the best plan so far is stored.
    search
        Told of every better plan and bound.

    Raises
    ------
    StoppedError
        It was asked to end before any plan was found; nothing is stored.
    InvalidInputError
        No plan can be made from such a question; nothing is stored.
    BrokenModelError
        A plan does not hold when it is walked on the streets: an error of ours.
    """
    progress("plan.read", 0.0)
    apart.start()  # its libraries load while the question is read
    return plan_of(Reception().setting(workspace, ask), Watch(progress, search, cancel))


def plan_of(setting: Setting, watch: Watch) -> PlanResult:
    """Solve, check, explain and store a question that is set up."""
    progress = watch.progress
    watch.step("plan.candidates", 0.15)
    _ = setting.candidates
    watch.step("plan.walks", 0.3)
    _ = setting.problem
    watch.step("plan.solve", 0.4)
    answer = _answer(setting, watch)
    progress("plan.check", 0.6)
    streets = walked_on(setting, answer.plan)
    chosen = chosen_frame(setting, answer.plan, answer.stays)
    progress("plan.write", 0.95)
    record = record_of(setting, answer)
    result = store(
        setting.situation.workspace,
        record,
        _certificate(answer),
        _question(setting, answer, streets),
        options=setting.candidates.options,
        claim=watch.claim,
        chosen=chosen,
        catchments=catchments_frame(setting, chosen),
    )
    progress("plan.done", 1.0)
    return result


def _question(setting: Setting, answer: Answer, streets: WalkedStreets) -> dict[str, np.ndarray]:
    """Return what a plan is verified by, as arrays; nothing where none was found, or in a town too large."""
    if not answer.outcome.stages:
        return {}
    question = condensed(setting.problem)
    if len(question.covers.home) > KEPT_PAIRS_MAX:
        return {}
    return {**arrays_of_question(question), **arrays_of_streets(streets)}


def _certificate(answer: Answer) -> dict[str, np.ndarray]:
    """Return what proves the answer, as arrays."""
    if answer.years is not None and answer.years.prices is not None:
        return arrays_of_prices(answer.years.prices)
    return {} if answer.certificate is None else arrays_of(answer.certificate)


def _answer(setting: Setting, watch: Watch) -> Answer:
    ask, problem = setting.ask, setting.problem
    onlooker = None if watch.search is None else Onlooker(setting, watch.search)
    look = Search(ask.time_s, ask.gap_pct, watch.cancel, onlooker)
    quiet = replace(look, progress=None)
    years = None
    if setting.years is not None:
        years = years_as_proven(_over_years(problem, setting.years, look))
        plans = [years.plan]
    else:
        plans = _plans(problem, ask, look)
    outcome = plans[0]
    if outcome.status == "cancelled" and not outcome.stages:
        raise StoppedError
    parts = _Parts()
    relaxation, shown = None, outcome
    if outcome.status == "infeasible" and years is None:
        watch.step("plan.more", 0.5)
        relaxation = parts.searched("relaxation", siting.relax, problem, search=quiet)
        shown = outcome if relaxation is None else relaxation.targets_plan or outcome
    years_relaxation = None
    if outcome.status == "infeasible" and setting.years is not None:
        watch.step("plan.more", 0.5)
        short = replace(quiet, time_s=VARIANT_TIME_S)
        years_relaxation = parts.searched(
            "relaxation", relax_years, problem, setting.years, search=short
        )
    stability, facts = None, {}
    if ask.stability and outcome.status in FOUND and not watch.stopped:
        watch.progress("plan.stability", 0.7)
        variants = setting.variants()
        facts = {one.name: one.facts for one in variants}
        loose = replace(quiet, time_s=VARIANT_TIME_S, gap_pct=max(VARIANT_GAP_PCT, ask.gap_pct))
        others = {one.name: (one.covers, one.demand) for one in variants}
        stability = parts.searched(
            "stability", stability_of, problem, outcome, others, search=loose
        )
    certificate = None
    if outcome.stages and years is None:
        witnesses = [np.array(stage.witness, dtype=np.int64) for stage in outcome.stages]
        certificate = parts.searched(
            "certificate", searches.certificate_of, problem, witnesses, search=quiet
        )
        if certificate is not None and shown is outcome:
            shown = outcome = as_proven(outcome, certificate)
    return Answer(
        outcome,
        shown,
        relaxation,
        plans[1:],
        stability,
        years,
        certificate,
        facts,
        years_relaxation,
        tuple(parts.crashed),
    )


class _Parts:
    """The parts of an answer beside its plan; one whose search crashes is left out and remembered."""

    def __init__(self) -> None:
        self.crashed: list[str] = []

    def searched(
        self, part: str, work: Callable[..., _Found], *given: object, search: Search
    ) -> _Found | None:
        """Return what a search finds; who asked it to end knows that its part is left out."""
        try:
            return searched(work, *given, search=search)
        except CrashedError as error:
            if not error.asked:
                self.crashed.append(part)
            return None


def _plans(problem: Problem, ask: PlanAsk, search: Search) -> list[Plan]:
    """Return the best plan and those after it; where the solver crashed, the best that it had told of."""
    try:
        if ask.k > 1:
            difference = 0 if ask.one_more else 1
            return searched(searches.near_equal, problem, ask.k, difference, search=search)
        return [searched(siting.solve, problem, search=search)]
    except CrashedError as error:
        if error.best is not None and error.best.chosen:
            best = so_far(problem, error.best, crashed=not error.asked)
            if not broken_rules(problem, best.positions):
                return [best]
        if error.asked:
            raise StoppedError from error
        raise _crashed() from error


def _over_years(problem: Problem, years: Years, search: Search) -> YearsPlan:
    try:
        return searched(siting.plan_years, problem, years, search=search)
    except CrashedError as error:
        raise (StoppedError() if error.asked else _crashed()) from error


def _crashed() -> BrokenModelError:
    return BrokenModelError(
        "The solver ended by itself before it had found a plan. Ask again, or for less: fewer points, "
        "fewer goals, a number of places."
    )


def so_far(problem: Problem, found: Incumbent, *, crashed: bool) -> Plan:
    """Return the plan that a search had told of last; nothing is claimed of what it had not settled."""
    chosen = np.array(found.chosen, dtype=np.int64)
    worth = values(problem, chosen)
    stages = tuple(
        StageResult(
            stage.objective,
            value,
            value,
            found.bound if number == found.stage else _no_bound(stage),
            found.gap_pct if number == found.stage else NO_BOUND_PCT,
            "feasible" if number == found.stage else "unknown",
            found.chosen,
        )
        for number, (stage, value) in enumerate(zip(problem.stages, worth, strict=True))
    )
    plan = Plan("cancelled", stages=stages, reasons=(CRASHED,) if crashed else ())
    return described(problem, chosen, plan)


def _no_bound(stage: Stage) -> float:
    return -np.inf if stage.objective in LEAST else np.inf


def as_proven(plan: Plan, certificate: Certificate) -> Plan:
    """Return a plan that claims of each goal what its certificate proves, where there is one."""
    # Of the worst units each depth has a proof; the last one is the goal.
    proofs = zip(certificate.bounds, certificate.proofs, strict=True)
    proven = dict(zip(certificate.objectives, proofs, strict=True))
    claimed = [
        _claimed(stage, proven[stage.objective][0], whole=proven[stage.objective][1].is_relaxed)
        for stage in plan.stages
    ]
    return _of_goals(plan, claimed)


def years_as_proven(found: YearsPlan) -> YearsPlan:
    """Return a plan over years that claims what its prices prove."""
    claimed = [_claimed(stage, found.certified, whole=True) for stage in found.plan.stages]
    return replace(found, plan=_of_goals(found.plan, claimed)) if claimed else found


def _of_goals(plan: Plan, stages: list[StageResult]) -> Plan:
    """Return a plan with goals that are told anew: it is optimal where every one is."""
    status: Status = "feasible" if plan.status == "optimal" else plan.status
    tie = plan.tie
    if all(stage.status == "optimal" for stage in stages):
        status = "optimal"
    else:
        tie = ""  # of a plan that is not proven nothing is claimed
    return replace(plan, stages=tuple(stages), status=status, tie=tie)


def _claimed(stage: StageResult, proven: float, *, whole: bool) -> StageResult:
    """
    Return a goal as its certificate proves it.

    The word of the solver stays where the certificate is none: it proves nothing, or it proves less
    because the ``whole`` model was too large to look at.
    """
    gap_pct = gap_between(stage.best, proven)
    if gap_pct >= NO_BOUND_PCT or (gap_pct > stage.gap_pct and not whole):
        return stage
    if gap_pct == 0.0:
        return replace(stage, bound=stage.best, gap_pct=0.0, status="optimal", by="certificate")
    status = stage.status if stage.status == "cancelled" else "feasible"
    return replace(stage, bound=proven, gap_pct=gap_pct, status=status, by="certificate")


def walked_on(setting: Setting, plan: Plan) -> WalkedStreets:
    """
    Walk the plan on the streets: its options are added as places, and residents counted anew.

    Returns the streets, for whoever walks them again. Nothing of the problem is used: no covers, no patterns.

    Raises
    ------
    BrokenModelError
        It is not what the plan claims.
    """
    streets = streets_on(setting, plan.positions)
    if plan.status in FOUND and streets.differ(plan.reached):
        raise BrokenModelError(
            "The plan reaches {reached:.3f} residents by its own count, but "
            "{on_streets:.3f} on the streets: please report this.",
            reached=plan.reached,
            on_streets=streets.reached(),
        )
    return streets


def streets_on(setting: Setting, chosen: IntArray) -> WalkedStreets:
    """Return the streets with all places that count when some options are carried out."""
    situation, limit = setting.situation, setting.limit
    frame = setting.candidates.options.iloc[np.sort(chosen)]
    counts = at_least(frame["target_class"], setting.ask.frequency)
    sites = setting.candidates.sites.iloc[frame["site"].to_numpy()[counts]]
    there = situation.place_snaps[setting.counts]
    # When a candidate will meet nobody knows.
    new = situation.snap(sites).reindex(columns=there.columns, fill_value="")
    snaps = pd.concat([there, new], ignore_index=True)
    lived = np.flatnonzero(setting.weight > 0)
    homes = situation.homes.iloc[lived]
    walking = Walking(situation.walking.profile, situation.network, homes, snaps)
    units = walking.units(limit)
    ways = tuple(search_graph(unit.places, unit.homes) for unit, _ in units)
    return WalkedStreets(ways, tuple(most for _, most in units), setting.weight[lived])


def chosen_frame(
    setting: Setting, plan: Plan, stays: Mapping[int, float] | None = None
) -> gpd.GeoDataFrame:
    """Return the chosen options by rank, with whom each reaches: all that its reasons are said from."""
    problem, options = setting.problem, setting.candidates.options
    told = explain(problem, plan).rename(columns={"alone": "newly_reached_alone"})
    option = told["option"].to_numpy(dtype=np.int64)
    frame = options.iloc[option].reset_index(drop=True)
    gains = _gains(setting, plan)
    everyone = max(math.fsum(setting.weight), 1e-9)
    today_n = plan.reached - plan.newly_reached
    after = (today_n + told["newly_reached"].cumsum()) / everyone
    return frame.assign(
        status="proposed",
        coverage_after_pct=100.0 * after,
        cost_max_yen=told["first_year_yen"],
        units_gained=pd.Series(
            [list(gains.get(number, ())) for number in option.tolist()], dtype=object
        ),
        stays_pct=[(stays or {}).get(number, np.nan) for number in option.tolist()],
        **{str(name): told[name] for name in told if name != "option"},
    )


def _gains(setting: Setting, plan: Plan) -> dict[int, tuple[str, ...]]:
    gains = unit_gains(setting.problem, plan)
    gains = gains[gains["newly_reached"] >= UNIT_GAINS_FROM]
    layer = setting.situation.layering(setting.profile.analysis.gap_layer)
    names = layer.areas["area_name"].to_numpy()
    return {
        int(str(option)): tuple(names[rows["unit"].to_numpy(dtype=int)][:UNITS_LISTED])
        for option, rows in gains.groupby("option")
    }

"""The record of a plan: all that is stored of it beside its tables."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from geo import siting
from geo.coverage.reached import share_pct
from geo.siting import Plan
from geo.siting.certificate import Certificate, gap_between
from geo.siting.plans import Prover
from geo.siting.relax import YearsRelaxation
from geo.siting.stability import Stability
from services.plans.certified import NO_BOUND_PCT
from services.plans.problem import Setting
from services.plans.transport import transport_rows
from services.situation.assumptions import assumptions_of
from services.words.assumptions import CLASSES
from services.workspace.folder import software_version
from services.workspace.jsonfiles import digest

OPENING = ("newly_reached", "opening_yen", "yearly_yen")


CRASHED = "crashed"
"""Why a search ended early, where nobody had asked for it."""


@dataclass(frozen=True, eq=False)
class Answer:
    """The plan that is shown, how it came out, and what stands beside it."""

    outcome: Plan
    plan: Plan
    relaxation: siting.Relaxation | None
    others: list[Plan]
    stability: Stability | None
    years: siting.YearsPlan | None
    certificate: Certificate | None
    variants: Mapping[str, Mapping[str, object]]
    """The facts that tell which each variant of the stability is."""
    years_relaxation: YearsRelaxation | None = None
    """What would have to give over years."""
    crashed: tuple[str, ...] = ()
    """Codes of parts that are left out because their search ended by itself."""

    @property
    def stays(self) -> dict[int, float]:
        """Return for each option in how many per cent of the variants it is chosen."""
        if self.stability is None:
            return {}
        frame = self.stability.options
        return dict(zip(frame["option"].tolist(), frame["stays_pct"].tolist(), strict=True))


def record_of(setting: Setting, answer: Answer) -> dict[str, Any]:
    """
    Return a plan as plain data: what was asked of which data, the proof, and what stands beside.

    Codes and facts alone: ``services.plans.words`` says them, candidates are named by their id.
    """
    ask, plan, problem = setting.ask, answer.plan, setting.problem
    parameters = setting.situation.parameters
    asked = ask.model_dump()
    run = parameters.to_dict(setting.profile)
    today_n = plan.reached - plan.newly_reached
    unmet = [problem.rules.targets[number].name for number in plan.unmet_targets]
    return {
        "title": ask.title,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "arukeba": software_version(),
        "status": answer.outcome.status,
        "closest": answer.outcome is not plan,
        "ask": asked,
        "parameters": run,
        "hashes": {
            **setting.ground.hashes,
            "parameters_sha256": digest([run, asked]),
        },
        "options_n": len(setting.candidates.options),
        "assumptions": _assumptions(setting),
        "places_unknown_n": int(setting.situation.unknown_days(ask.frequency).sum()),
        "totals": {
            "age_group": setting.age_group,
            "residents": plan.residents,
            "reached_before": today_n,
            "reached_after": plan.reached,
            "newly_reached": plan.newly_reached,
            "seats": plan.stages[0].value if problem.seats and plan.stages else None,
            "coverage_before_pct": _share(today_n, plan.residents),
            "coverage_after_pct": _share(plan.reached, plan.residents),
            "first_year_yen": _first_year_yen(answer),
            "yearly_yen": _finite(plan.yearly_yen),
        },
        "proof": _proof(answer.outcome),
        "stages": _stages(setting, answer),
        "targets": {"count": len(problem.rules.targets), "unmet": unmet},
        "relaxation": _gives_way(setting, answer),
        "alternatives": [_alternative(setting, answer.outcome, one) for one in answer.others],
        "stability": _variants(setting, answer),
        "crashed": [{"code": part} for part in answer.crashed],
        "years": _years(setting, answer),
        "first": _first(setting),
        "needs_transport": transport_rows(setting),
        "no_streets": setting.ground.off_streets.drop(columns="unit").to_dict("records"),
        "left_out": _left_out(setting),
    }


def _assumptions(setting: Setting) -> list[dict[str, Any]]:
    """Return what the plan stands on that nobody told, the room in venues where that counts."""
    found = assumptions_of(setting.situation)
    planning = setting.profile.planning
    if (
        setting.ask.participation_pct is not None
        and "m2_per_person" not in planning.model_fields_set
    ):
        origin = planning.m2_per_person_origin
        found.append(
            {"code": "room", "about": CLASSES, "m2": planning.m2_per_person, "origin": origin}
        )
    return found


def _proof(plan: Plan) -> dict[str, Any]:
    """Return how sure a plan is: a code with the gap of the first goal, and the same of each goal."""
    goals: list[dict[str, Any]] = [
        {"objective": one.objective, "code": _sure(one), "gap_pct": one.gap_pct, "by": one.by}
        for one in plan.stages
    ]
    code: str = plan.status
    if code in {"feasible", "cancelled"}:
        code = goals[0]["code"] if len(goals) == 1 else "goals"
    stopped = plan.status == "cancelled"
    return {
        "code": code,
        "gap_pct": plan.gap_pct,
        "by": _by(plan),
        "stopped": stopped,
        "crashed": CRASHED in plan.reasons,
        "tie": plan.tie,
        "goals": goals,
    }


def _by(plan: Plan) -> Prover:
    """Return whose proof a plan has: the solver's, where one goal has no other."""
    certified = all(one.by == "certificate" for one in plan.stages)
    return "certificate" if plan.stages and certified else "solver"


def _sure(stage: siting.StageResult) -> str:
    """Return how sure a plan is in one goal."""
    if stage.status == "optimal":
        return "optimal"
    if stage.gap_pct < NO_BOUND_PCT:
        return "gap"
    return "unsettled" if stage.status == "unknown" else "open"


def _gives_way(setting: Setting, answer: Answer) -> list[dict[str, Any]]:
    """Return what would have to give, or that nothing is worth opening."""
    if answer.relaxation is not None:
        return _relaxation(setting, answer.relaxation)
    if answer.outcome.status == "optimal" and not answer.plan.chosen and setting.ask.most != 0:
        return [{"code": "nothing"}]
    if answer.years_relaxation is not None:
        return _years_relaxation(setting, answer.years_relaxation)
    return []


def _relaxation(setting: Setting, found: siting.Relaxation) -> list[dict[str, Any]]:
    """Return what would have to give, one rule at a time."""
    rules = setting.problem.rules
    facts: list[dict[str, Any]] = []
    if found.targets_plan is not None:
        code = "targets" if rules.budget_yen is None else "targets_in_budget"
        facts.append({"code": code, "count": found.targets_n, "met": found.targets_met})
        if unmet := found.targets_plan.unmet_targets:
            facts.append({"code": "unmet", "names": [rules.targets[one].name for one in unmet]})
    if found.budget_yen is not None:
        facts.append({"code": "budget", "yen": found.budget_yen})
    if found.most is not None:
        facts.append({"code": "most", "count": found.most})
    if found.reach_pct is not None:
        facts.append({"code": "reach", "reach_pct": found.reach_pct})
    return _as_sure(facts, proven=found.proven)


def _as_sure(facts: list[dict[str, Any]], *, proven: bool) -> list[dict[str, Any]]:
    """Add that nothing was found, or that time ended a search: a smaller change may do."""
    if not proven:
        return [*facts, {"code": "unproven"}]
    return facts or [{"code": "none"}]


def _years_relaxation(setting: Setting, found: YearsRelaxation) -> list[dict[str, Any]]:
    """Return what would have to give over years, one rule at a time; first must-haves that cannot open."""
    facts: list[dict[str, Any]] = []
    if found.must_fails:
        frame = setting.candidates.options
        musts = frame[frame["must"]]
        names = musts["venue_name"].where(musts["venue_name"] != "", musts["candidate_id"])
        councils = sorted(set(musts["listed_by"]) - {""})
        code = f"must_{found.must_fails}"
        facts.append({"code": code, "names": names.tolist()})
        if councils:
            facts.append({"code": "must_lists", "names": councils})
    if found.more_yen is not None:
        facts.append({"code": "more_yen", "yen": found.more_yen})
    if found.visits is not None:
        facts.append({"code": "visits", "count": found.visits})
    if found.most is not None:
        facts.append({"code": "most", "count": found.most})
    if found.reach_pct is not None:
        facts.append({"code": "reach", "reach_pct": found.reach_pct})
    if found.targets_met is not None:
        count = len(setting.problem.rules.targets)
        facts.append({"code": "targets", "count": count, "met": found.targets_met})
    return _as_sure(facts, proven=found.proven)


def _left_out(setting: Setting) -> list[dict[str, Any]]:
    """Return what councils will not have, a row for each site."""
    frame = setting.candidates.options
    listed = frame[frame["must_not"] & (frame["listed_by"] != "")].drop_duplicates("site")
    return [
        {"council": council, "why": why, "candidate_id": key}
        for council, why, key in zip(
            listed["listed_by"], listed["listed_why"], listed["candidate_id"], strict=True
        )
    ]


def _share(part: float, whole: float) -> float | None:
    share = float(share_pct(pd.Series([part]), pd.Series([whole])).iloc[0])
    return share if math.isfinite(share) else None


def _stages(setting: Setting, answer: Answer) -> list[dict[str, Any]]:
    """Return how each goal came out, and what its certificate proves, alone and in turn."""
    ids = setting.candidates.options["candidate_id"].to_numpy()
    rows = []
    for stage in answer.outcome.stages:
        proven = []
        if answer.years is not None:
            proven = [answer.years.certified]
        if answer.certificate is not None:
            found = answer.certificate
            proven = [
                bound
                for objective, bound in zip(found.objectives, found.bounds, strict=True)
                if objective == stage.objective
            ]
        rows.append(
            {
                "objective": stage.objective,
                "value": _finite(stage.value),
                "best": _finite(stage.best),
                "bound": _finite(stage.bound),
                "gap_pct": stage.gap_pct,
                "status": stage.status,
                "by": stage.by,
                "certified_bounds": [_finite(bound) for bound in proven],
                "certified_gap_pct": gap_between(stage.best, proven[-1]) if proven else None,
                "witness": ids[list(stage.witness)].tolist(),
            }
        )
    return rows


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _alternative(setting: Setting, first: Plan, other: Plan) -> dict[str, Any]:
    ids = setting.candidates.options["candidate_id"].to_numpy()
    found = siting.difference_of(setting.problem, first, other)
    proof = _proof(other)
    return {
        "newly_reached": other.newly_reached,
        "first_year_yen": _finite(other.first_year_yen),
        "gap_pct": other.gap_pct,
        # Proven among the plans that are left: no better one is there but those before it.
        "proof": {**proof, "code": "next"} if proof["code"] == "optimal" else proof,
        "worse_in": siting.falls_short(setting.problem, other, first),
        "chosen": ids[list(other.chosen)].tolist(),
        "added": ids[list(found.added)].tolist(),
        "dropped": ids[list(found.dropped)].tolist(),
        "changed": ids[np.array(found.changed, dtype=np.int64).reshape(-1, 2)].tolist(),
    }


def _variants(setting: Setting, answer: Answer) -> list[dict[str, Any]]:
    """Return the plan under each other condition; ``dropped`` are its choices at no chosen place there."""
    if answer.stability is None:
        return []
    problem, outcome = setting.problem, answer.outcome
    ids = setting.candidates.options["candidate_id"].to_numpy()
    plans = answer.stability.plans
    rows = answer.stability.variants.to_dict("records")
    chosen_n = len(answer.outcome.chosen)
    return [
        {
            "variant": str(row["variant"]),
            **answer.variants[str(row["variant"])],
            "status": str(row["status"]),
            "value": _finite(row["value"]),
            "base_value": _finite(row["base_value"]),
            "lost_pct": _finite(row["lost_pct"]),
            "shared_n": int(row["shared_n"]),
            "outcome": str(row["outcome"]),
            "chosen_n": chosen_n,
            "dropped": [
                str(ids[option])
                for option in siting.difference_of(
                    problem, outcome, plans[str(row["variant"])]
                ).dropped
                if row["outcome"] != "no_plan"
            ],
        }
        for row in rows
    ]


def _first(setting: Setting) -> list[str]:
    """Return what opened first because councils had adopted it; nothing but over years."""
    if setting.years is None or setting.years.first is None:
        return []
    ids = setting.candidates.options["candidate_id"].to_numpy()
    return [str(one) for one in ids[setting.years.first]]


def _first_year_yen(answer: Answer) -> float | None:
    """Return what the first year costs; over years that is what opens in it."""
    if answer.years is not None and len(answer.years.openings):
        return float(answer.years.table[0]["spent_yen"])
    return _finite(answer.plan.first_year_yen)


def _years(setting: Setting, answer: Answer) -> list[dict[str, Any]]:
    """Return what each year brings, with what opens in it; nothing where no plan was found."""
    if answer.years is None or not answer.plan.stages:
        return []
    ids = setting.candidates.options["candidate_id"].to_numpy()
    openings = answer.years.openings
    rows: list[dict[str, Any]] = []
    for row in answer.years.table:
        of_year = [one for one in openings if one["year"] == row["year"]]
        rows.append(
            {
                **row,
                "year": int(row["year"]) + 1,
                "coverage_after_pct": _share(row["reached_after"], answer.plan.residents),
                "openings": [
                    {
                        "candidate_id": str(ids[int(one["option"])]),
                        **{name: float(one[name]) for name in OPENING},
                    }
                    for one in of_year
                ],
            }
        )
    return rows

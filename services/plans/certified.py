"""What was verified of a plan, in words; said without the data and its libraries."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from geo.siting.certificate import gap_between
from services.plans.verify import Verification
from services.words.assumptions import marked
from services.words.shares import Share, share
from services.words.texts import LANGS, people, text

NO_BOUND_PCT = 100.0

Fact = Mapping[str, Any]
"""A ``code`` with its figures and names."""


def said(fact: Fact, say: Callable[[Fact, str], str]) -> dict[str, str]:
    """Return what a fact says in both languages, beside its code."""
    return {"code": str(fact["code"]), **{lang: say(fact, lang) for lang in LANGS}}


def certificate(stages: Sequence[Fact]) -> Fact:
    """Return what the certificate of a plan says of its first goal, and of all where none could be better."""
    if not stages or not stages[0]["certified_bounds"]:
        return {"code": "none"}
    first = stages[0]
    bound, value = first["certified_bounds"][-1], first["value"]
    if bound is None or value is None:
        return {"code": "open"}
    far_pct = gap_between(value, bound)
    if far_pct == 0.0:
        others = all(stage["certified_gap_pct"] == 0.0 for stage in stages[1:])
        return {"code": "best" if others else "first"}
    if far_pct >= NO_BOUND_PCT:
        return {"code": "open"}
    if first["objective"] in {"most_reached", "backup"}:
        return {"code": str(first["objective"]), "more": math.ceil(abs(bound - value) - 1e-6)}
    return {"code": "gap", "gap_pct": far_pct}


def certified(fact: Fact, lang: str) -> str:
    """Say what was verified of a plan; nothing where it has no certificate."""
    if fact["code"] == "none":
        return ""
    gap = share(Share(-(-fact.get("gap_pct", 0.0) * 10 // 1) / 10), lang)
    more = people(fact.get("more", 0), lang)
    return text(f"plan.certified.{fact['code']}", lang, gap=gap, people=more)


def verified_goal(goal: Fact, lang: str) -> str:
    """Say of one goal that was verified how far any other plan could be better."""
    name = text(f"plan.goal.{goal['objective']}", lang)
    if goal["gap_pct"] == 0.0:
        return text("plan.certified.goal.best", lang, goal=name)
    gap = share(Share(-(-goal["gap_pct"] * 10 // 1) / 10), lang)
    return text("plan.certified.goal", lang, goal=name, gap=gap)


def verification_body(found: Verification, view: str) -> dict[str, Any]:
    """Return what was verified of a plan of a view, in words, with whole numbers."""
    record = found.plan.record
    return {
        "plan_id": found.plan.plan_id,
        "view": view,
        "verified": True,
        **marked(record["assumptions"]),
        "sentence": said(certificate(record["stages"]), certified),
        "goals": [
            {
                **{name: goal[name] for name in ("objective", "gap_pct")},
                **{name: float(round(goal[name])) for name in ("value", "bound")},
                **{lang: verified_goal(goal, lang) for lang in LANGS},
            }
            for goal in found.goals
        ],
    }

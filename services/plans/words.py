"""What a plan says: its proof, what would have to give, and why each choice is in it."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from geo.coverage.reached import Limit
from geo.siting import Plan, Problem, Relaxation
from services.words.reasons import UNITS_NAMED, Reason
from services.words.shares import Share, share, share_of
from services.words.texts import (
    LANGS,
    age_group_text,
    limit_text,
    number,
    people,
    text,
    type_text,
    yen,
)


@dataclass(frozen=True)
class Terms:
    """What every sentence of a plan needs."""

    limit: Limit
    age_group: str
    small_number: int


def both(key: str, **values: object) -> Reason:
    """Return a text in both languages; values are the same in both."""
    return Reason(text(key, "ja", **values), text(key, "en", **values))


def proof(plan: Plan) -> Reason:
    """Say how sure the plan is."""
    gaps = [stage.gap_pct for stage in plan.stages]
    worst = max(gaps, default=100.0)
    if plan.status in ("infeasible", "unknown", "optimal"):
        return both(f"plan.proof.{plan.status}")
    if plan.status == "cancelled":
        return Reason(
            *(text("plan.proof.cancelled", lang, gap=_gap(worst, lang)) for lang in LANGS)
        )
    if gaps and worst < _NO_BOUND_PCT:
        return Reason(*(text("plan.proof.gap", lang, gap=_gap(worst, lang)) for lang in LANGS))
    return both("plan.proof.open")


_NO_BOUND_PCT = 100.0


def _gap(gap_pct: float, lang: str) -> str:
    """Return a gap rounded up: it is never larger than what is said."""
    return share(Share(-(-gap_pct * 10 // 1) / 10), lang)


def relaxed(problem: Problem, found: Relaxation) -> list[Reason]:
    """Say what would have to give."""
    said: list[Reason] = []
    if found.targets_plan is not None:
        key = "plan.relax.targets"
        key += ".budget" if problem.rules.budget_yen is not None else ""
        said.append(both(key, count=found.targets_n, met=found.targets_met))
        names = [problem.rules.targets[i].name for i in found.targets_plan.unmet_targets]
        if names:
            said.append(
                Reason(
                    text("plan.relax.unmet", "ja", names="、".join(names)),
                    text("plan.relax.unmet", "en", names=", ".join(names)),
                )
            )
    if found.budget_yen is not None:
        cost = found.budget_yen
        said.append(Reason(*(text("plan.relax.budget", x, yen=yen(cost, x)) for x in LANGS)))
    if found.most is not None:
        said.append(both("plan.relax.most", count=found.most))
    if found.reach_pct is not None:
        least = Share(found.reach_pct)
        said.append(Reason(*(text("plan.relax.reach", x, share=share(least, x)) for x in LANGS)))
    return said or [both("plan.relax.none")]


def some_people(value: float, terms: Terms, lang: str) -> str:
    """Return a number of persons as it may leave: small ones are not told."""
    if 0 < value < terms.small_number:
        return text("plan.few", lang, count=terms.small_number)
    return people(value, lang)


def why(row: Mapping[Hashable, object], units: Sequence[str], terms: Terms) -> Reason:
    """Give the lines of one choice."""
    lines = {lang: _lines(row, units, terms, lang) for lang in LANGS}
    return Reason("。".join(lines["ja"]) + "。", "; ".join(lines["en"]) + ".")


def _lines(
    row: Mapping[Hashable, object], units: Sequence[str], terms: Terms, lang: str
) -> list[str]:
    newly, marginal = _figure(row["newly_reached"]), _figure(row["marginal"])
    wanted = type_text(str(row["target_class"]), lang)
    now = type_text(str(row["current_class"]), lang)
    how = text(f"plan.reason.{row['action']}", lang, now=now, wanted=wanted)
    hidden = bool(row["hidden"])
    if newly <= 0:
        lines = [text("plan.reason.none", lang, how=how)]
    else:
        lines = [
            text(
                "plan.reason.gain",
                lang,
                how=how,
                age_group=age_group_text(terms.age_group, lang),
                people=text("plan.hidden", lang) if hidden else some_people(newly, terms, lang),
                older="" if hidden else _older(row, terms, lang),
                limit=limit_text(terms.limit.m, terms.limit.minutes, lang),
            )
        ]
    lines += _for_whom(units, lang)
    if not hidden and 0 < marginal < newly - 1:
        lines.append(text("plan.reason.marginal", lang, people=some_people(marginal, terms, lang)))
    if newly > 0 and not hidden:
        each = yen(_figure(row["yen_per_newly_reached"]), lang)
        total = yen(_figure(row["first_year_yen"]), lang)
        lines.append(text("plan.reason.cost", lang, yen=total, each=each))
    lines.append(text("plan.reason.overlap", lang, share=share(share_of(row, "overlap"), lang)))
    return [*lines, *_room(row, lang)]


def _older(row: Mapping[Hashable, object], terms: Terms, lang: str) -> str:
    """Return the further older age groups, and those who live alone, in brackets."""
    said = []
    for name, value in row.items():
        group = str(name).removeprefix("newly_reached_")
        if str(name).startswith("newly_reached_") and group != "alone":
            label = age_group_text(group, lang)
            count = some_people(_figure(value), terms, lang)
            said.append(f"{label}{count}" if lang == "ja" else f"{label}: {count}")
    if not said:
        return ""
    return f"（うち{'、'.join(said)}）" if lang == "ja" else f" ({', '.join(said)})"


def _for_whom(units: Sequence[str], lang: str) -> list[str]:
    if not units:
        return []
    names = ("・" if lang == "ja" else ", ").join(units[:UNITS_NAMED])
    if len(units) > UNITS_NAMED:
        names = text("plan.reason.units.more", lang, units=names, count=number(len(units)))
    return [text("plan.reason.units", lang, units=names)]


def _room(row: Mapping[Hashable, object], lang: str) -> list[str]:
    """Say what is known of the room, and what has to be looked into."""
    lines = []
    if row["must"] and row["listed_by"]:
        lines.append(text("plan.reason.must", lang, council=row["listed_by"]))
        lines += [str(row["listed_why"])] if row["listed_why"] and lang == "ja" else []
    if row["source"] == "point":
        lines.append(text("plan.reason.point", lang))
    if row["availability"]:
        lines.append(text("plan.reason.free", lang, slots=row["availability"]))
    rent = _figure(row["rent_yen"])
    if rent > 0:
        lines.append(text("plan.reason.rent", lang, yen=yen(rent, lang)))
    if row["hazards"]:
        lines.append(text("plan.reason.hazard", lang, names=row["hazards"]))
    if row["source"] == "venue":
        unknown = [] if row["barrier_free"] in (True, False) else ["barrier_free"]
        unknown += [] if row["availability"] else ["availability"]
        names = ("・" if lang == "ja" else ", ").join(
            text(f"plan.check.{name}", lang) for name in unknown
        )
        if names:
            lines.append(text("plan.reason.check", lang, what=names))
    return lines


def _figure(value: object) -> float:
    return float(str(value))

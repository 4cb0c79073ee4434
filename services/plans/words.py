"""What a plan says, from the facts that are stored of it: its proof, what would have to give, its reasons."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from geo.coverage.reached import Limit
from services.plans.certified import Fact
from services.words.reasons import doing, for_whom
from services.words.shares import Share, share, share_of
from services.words.texts import (
    age_group_text,
    is_figure,
    limit_text,
    listed,
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


def proof(fact: Fact, lang: str) -> str:
    """Say how sure a plan is, goal by goal where not all are proven."""
    said_of = _sure(fact, lang)
    if fact["code"] == "goals":
        said_of = text("unit.joint", lang).join(
            text(
                "plan.proof.goal",
                lang,
                goal=text(f"plan.goal.{one['objective']}", lang),
                proof=_sure(one, lang),
            )
            for one in fact["goals"]
        )
    if fact.get("tie") == "open":  # a plan of before ties were decided says nothing of them
        said_of = text("plan.proof.tie", lang, proof=said_of)
    if not fact["stopped"]:
        return said_of
    why = "crashed" if fact.get("crashed") else "stopped"
    return text(f"plan.proof.{why}", lang, proof=said_of)


def _sure(fact: Fact, lang: str) -> str:
    """Say how sure a goal is; the gap is rounded up: it is never larger than what is said."""
    if fact["code"] == "goals":
        return ""
    gap = Share(-(-fact["gap_pct"] * 10 // 1) / 10)
    said_of = text(f"plan.proof.{fact['code']}", lang, gap=share(gap, lang))
    if fact["code"] in {"optimal", "next", "gap"} and fact["by"] == "solver":
        return text("plan.proof.solver", lang, proof=said_of)
    return said_of


def beside_the_best(row: Fact, totals: Fact, lang: str) -> str:
    """Say in which goal another plan is the worse one, where its number of people does not show it."""
    if number(row["newly_reached"]) != number(totals["newly_reached"]) and (
        row["newly_reached"] < totals["newly_reached"]
    ):
        return ""
    if not row["worse_in"]:
        return text("plan.alternative.equal", lang)
    return text("plan.alternative.worse", lang, goal=text(f"plan.goal.{row['worse_in']}", lang))


def relaxed(fact: Fact, lang: str) -> str:
    """Say what would have to give."""
    values = dict(fact)
    if "yen" in fact:
        values["yen"] = yen(fact["yen"], lang)
    if "reach_pct" in fact:
        values["share"] = share(Share(fact["reach_pct"]), lang)
    if "names" in fact:
        values["names"] = listed(fact["names"], lang)
    return text(f"plan.relax.{fact['code']}", lang, **values)


def crashed(fact: Fact, lang: str) -> str:
    """Say which part is left out because its search ended by itself."""
    return text(f"plan.crashed.{fact['code']}", lang)


def year_line(row: Fact, terms: Terms, lang: str) -> str:
    """Say what a year brings and costs, or why nothing opens in it."""
    brought = yen(row["brought_yen"], lang)
    carried = text("plan.year.brought", lang, yen=brought) if row["brought_yen"] > 0 else ""
    money = text(
        "plan.year.money",
        lang,
        spent=yen(row["spent_yen"], lang),
        budget=yen(row["budget_yen"], lang) + carried,
    )
    year = text("plan.year", lang, number=row["year"])
    after = share(share_of(row, "coverage_after"), lang)
    if row["why"]:
        why_none = text(f"plan.year.why.{row['why']}", lang)
        return text("plan.year.none", lang, year=year, why=why_none, after=after, money=money)
    newly = some_people(row["newly_reached"], terms, lang)
    n = number(row["opened_n"])
    return text("plan.year.opens", lang, year=year, n=n, newly=newly, after=after, money=money)


def changed(fact: Fact, lang: str) -> str:
    """Say what has changed since a plan was made."""
    return text(f"plan.stale.{fact['code']}", lang, **fact)


def variant(fact: Fact, profiles: Iterable[Mapping[str, Any]], lang: str) -> str:
    """Name another limit, walker (by the label of its profile) or population."""
    match fact["code"]:
        case "limit":
            return text("text.metres", lang, n=f"{fact['limit_m']:g}")
        case "walker":
            profile = next(one for one in profiles if one["id"] == fact["profile"])
            return str(profile["label" if lang == "ja" else "label_en"])
    return text(f"plan.variant.{fact['code']}", lang, **fact)


def site_name(row: Mapping[Hashable, Any], lang: str) -> str:
    """Return the name of a venue; of a point on the street, the unit that it lies in."""
    area = row["area_name"] or text("plan.nowhere", lang)
    return str(row["venue_name"]) or text("plan.point", lang, area=area)


def some_people(value: float, terms: Terms, lang: str) -> str:
    """Return a number of persons; the public view tells small ones as fewer than so many."""
    return people(value, lang, terms.small_number)


def why(row: Mapping[Hashable, Any], terms: Terms, lang: str) -> str:
    """Give the lines of one choice."""
    return text("unit.joint", lang).join(_lines(row, terms, lang)) + text("unit.end", lang)


def _lines(row: Mapping[Hashable, Any], terms: Terms, lang: str) -> list[str]:
    newly, marginal = _figure(row["newly_reached"]), _figure(row["marginal"])
    how = said_doing(row, "reason", lang)
    if newly <= 0:
        lines = [text("plan.reason.none", lang, how=how)]
    else:
        lines = [
            text(
                "plan.reason.decides" if row["days_unknown"] else "plan.reason.gain",
                lang,
                how=how,
                age_group=age_group_text(terms.age_group, lang),
                people=some_people(newly, terms, lang),
                older=_older(row, terms, lang),
                limit=limit_text(terms.limit.m, terms.limit.minutes, lang),
            )
        ]
    lines += for_whom(row["units_gained"], lang, decides=bool(row["days_unknown"]))
    if 0 < marginal < newly - 1:
        lines.append(text("plan.reason.marginal", lang, people=some_people(marginal, terms, lang)))
    if newly > 0 and is_figure(_figure(row["first_year_yen"])):
        each = yen(_figure(row["yen_per_newly_reached"]), lang)
        total = yen(_figure(row["first_year_yen"]), lang)
        lines.append(text("plan.reason.cost", lang, yen=total, each=each))
    lines.append(text("plan.reason.overlap", lang, share=share(share_of(row, "overlap"), lang)))
    return [*lines, *_room(row, lang)]


def said_doing(row: Mapping[Any, Any], where: Literal["reason", "action"], lang: str) -> str:
    """Say what is done at a site: 月1型→週1型; where nobody knows the days, that they be found out first."""
    what = doing(str(row["action"]), days_unknown=bool(row["days_unknown"]))
    now, wanted = str(row["current_class"]), str(row["target_class"])
    said = type_text(now, lang) if now else text("frequency.rare", lang)
    return text(f"plan.{where}.{what}", lang, now=said, wanted=type_text(wanted, lang))


def _older(row: Mapping[Hashable, Any], terms: Terms, lang: str) -> str:
    """Return the further older age groups, and those who live alone, in brackets."""
    told = []
    for name, value in row.items():
        group = str(name).removeprefix("newly_reached_")
        if str(name).startswith("newly_reached_") and group != "alone":
            label = age_group_text(group, lang)
            count = some_people(_figure(value), terms, lang)
            told.append(text("plan.reason.group", lang, age_group=label, people=count))
    groups = listed(told, lang)
    return text("plan.reason.older", lang, groups=groups) if told else ""


def _room(row: Mapping[Hashable, Any], lang: str) -> list[str]:
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
    if len(row["hazards"]):
        names = listed(row["hazards"], lang)
        lines.append(text("plan.reason.hazard", lang, names=names))
    if row["source"] == "venue":
        unknown = [] if row["barrier_free"] in (True, False) else ["barrier_free"]
        unknown += [] if row["availability"] else ["availability"]
        if unknown:
            joint = text("choice.units.joint", lang)
            what = joint.join(text(f"plan.check.{name}", lang) for name in unknown)
            lines.append(text("plan.reason.check", lang, what=what))
    return lines


def _figure(value: object) -> float:
    return float(str(value))

"""The report of a plan: what a council needs to discuss it, as plain values."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import shapely

from services.drawing.svg import plan_map
from services.plans.store import PlanResult
from services.plans.views import (
    cost_sentence,
    plan_body,
    sentence,
    shown_candidates,
    terms_of,
    years_sentence,
)
from services.plans.words import said_doing
from services.publication.viewed import numbers_note, stamp
from services.reports.briefing import edit_kinds
from services.words.assumptions import assumption, marks, used
from services.words.dates import day_in_japan
from services.words.shares import share, share_of
from services.words.texts import (
    NO_FIGURE,
    added,
    age_group_text,
    is_figure,
    limit_text,
    listed,
    metres,
    number,
    origin_text,
    people,
    text,
    type_text,
    walk,
    yen,
)
from services.workspace.folder import software_version


@dataclass(frozen=True)
class Choice:
    """One choice with room for its reasons."""

    rank: int
    action: str
    name: str
    doing: str
    kind: str
    newly: str
    cost: str
    each: str
    overlap: str
    stays: str
    unstable: str
    reasons: str


@dataclass(frozen=True)
class Year:
    """What a year brings: what opens, or why nothing does; whom that newly reaches, and what it costs."""

    year: str
    opens: str
    newly: str
    after: str
    yen: str
    left: str


@dataclass(frozen=True)
class PlanReport:
    """All that the page shows, in one language."""

    lang: str
    plan_id: str
    title: str
    municipality: str
    fictional: bool
    made_on: str
    sentence: str
    proof: str
    certified: str
    """What was verified by another calculation; empty where nothing was."""
    cost: str
    relaxation: tuple[str, ...]
    crashed: tuple[str, ...]
    """What is left out because its search ended by itself."""
    changed: tuple[str, ...]
    targets: str
    choices: tuple[Choice, ...]
    alternatives: tuple[str, ...]
    alternatives_rule: str
    """In what each of them differs from those before it; empty where there is none."""
    variants: tuple[tuple[str, str, str], ...]
    years: tuple[Year, ...]
    years_total: str
    """What all years come to together."""
    transport: tuple[str, ...]
    no_streets: tuple[str, ...]
    assumptions: tuple[str, ...]
    sources: tuple[str, ...]
    map_svg: str
    edits: tuple[str, ...]
    """Kinds of what planners had drawn over the streets."""
    software: str
    marks: tuple[str, ...]
    """What is estimated or assumed."""
    stamp: str
    """Over all of the exact view; empty in the public one."""
    numbers: str
    """What the numbers of people are, in one line."""


def plan_report(plan: PlanResult, lang: str = "ja") -> PlanReport:
    """Return the report of a plan, from what may leave alone."""
    body = plan_body(plan)
    place = plan.workspace.profile.municipality
    targets = body["targets"]
    met = targets["count"] - len(targets["unmet"])
    few = plan.workspace.few_below
    return PlanReport(
        lang=lang,
        plan_id=plan.plan_id,
        title=body["title"],
        municipality=place.name if lang == "ja" else place.name_en,
        fictional=place.fictional,
        made_on=day_in_japan(str(body["made_at"])),
        sentence=sentence(plan, lang),
        proof=body["proof"][lang],
        certified=body["certified"][lang],
        cost=cost_sentence(plan, lang),
        relaxation=_relaxation(body, lang),
        crashed=tuple(one[lang] for one in body["crashed"]),
        changed=tuple(one[lang] for one in body["changed"]),
        targets=text("plan.page.targets", lang, met=met, count=targets["count"])
        if targets["count"] and (body["stages"] or body["closest"])
        else "",
        choices=tuple(_choice(row, body["stability"], few, lang) for row in body["chosen"]),
        alternatives=tuple(
            _alternative(row, number_, few, lang)
            for number_, row in enumerate(body["alternatives"], start=2)
        ),
        alternatives_rule=text(
            "plan.alternative.more" if body["ask"].get("one_more") else "plan.alternative.leaves",
            lang,
        )
        if body["alternatives"]
        else "",
        variants=tuple(_variant(row, lang) for row in body["stability"]),
        years=tuple(_year(row, few, lang) for row in body["years"]),
        years_total=years_sentence(plan, lang),
        transport=tuple(transport_line(row, plan, lang) for row in body["needs_transport"]),
        no_streets=tuple(_unit_line(row, plan, lang) for row in body["no_streets"]),
        assumptions=(*_assumptions(plan, lang), *_left_out(body, lang)),
        sources=tuple(
            dict.fromkeys(
                source["credit"] + text("text.brackets", lang, text=source["licence"])
                for source in plan.workspace.sources
            )
        ),
        map_svg=_drawn(plan, lang),
        edits=edit_kinds(plan.edits),
        software=f"arukeba {software_version()}",
        marks=marks(plan.record["assumptions"], lang),
        stamp=stamp(plan.workspace, lang),
        numbers=numbers_note(plan.workspace, lang),
    )


def _relaxation(body: dict[str, Any], lang: str) -> tuple[str, ...]:
    said = [one[lang] for one in body["relaxation"]]
    return (*said, text("plan.relax.closest", lang)) if body["closest"] else tuple(said)


def _choice(row: dict[str, Any], variants: list[dict[str, Any]], few: int, lang: str) -> Choice:
    elsewhere = [one[lang] for one in variants if row["candidate_id"] in one.get("dropped", [])]
    joint = text("choice.units.joint", lang)
    return Choice(
        rank=int(row["rank"]),
        action=str(row["action"]),
        name=str(row["venue_name" if lang == "ja" else "venue_name_en"]),
        doing=said_doing(row, "action", lang),
        kind=str(row["kind"] or ""),
        newly=_gain(row, few, lang),
        cost=_money(row["cost_max_yen"], lang),
        each=_money(row["yen_per_newly_reached"], lang) if is_figure(row["cost_max_yen"]) else "",
        overlap=share(share_of(row, "overlap"), lang),
        stays=share(share_of(row, "stays"), lang) if is_figure(row["stays_pct"]) else "",
        unstable=text("plan.stability.not", lang, names=joint.join(elsewhere)) if elsewhere else "",
        reasons=str(row["reasons" if lang == "ja" else "reasons_en"]),
    )


def _money(value: object, lang: str) -> str:
    """Return an amount of money, nothing where it is not known."""
    return yen(value, lang) if is_figure(value) else ""


def _gain(row: dict[str, Any], few: int, lang: str) -> str:
    """Return who is newly reached, or for whom finding out decides."""
    if row["days_unknown"]:
        return text("report.decides", lang, people=people(row["newly_reached"], lang, few))
    return added(row["newly_reached"], lang, few)


def _alternative(row: dict[str, Any], number_: int, few: int, lang: str) -> str:
    changes = [
        text(f"plan.alternative.{key}", lang, names=listed(_names(row[part], lang), lang))
        for key, part in (("in", "added"), ("out", "dropped"), ("spot", "moved"))
        if row[part]
    ]
    changes += [
        text(
            "plan.alternative.class",
            lang,
            name=one["after"][lang],
            now=type_text(str(one["before"]["target_class"]), lang),
            wanted=type_text(str(one["after"]["target_class"]), lang),
        )
        for one in row["changed"]
    ]
    figures = [
        text("plan.alternative.newly", lang, newly=people(row["newly_reached"], lang, few)),
        *(
            [text("plan.alternative.yen", lang, yen=yen(row["first_year_yen"], lang))]
            if is_figure(row["first_year_yen"])
            else []
        ),
    ]
    said = [*([row["note"][lang]] if row["note"][lang] else []), *changes]
    return text(
        "plan.alternative",
        lang,
        number=number_,
        figures=text("text.list", lang).join(figures),
        changes=text("unit.joint", lang).join(said),
    )


def _names(rows: list[dict[str, str]], lang: str) -> list[str]:
    types = [type_text(str(row["target_class"]), lang) for row in rows]
    return [
        row[lang] + text("text.brackets", lang, text=name)
        for row, name in zip(rows, types, strict=True)
    ]


def _variant(row: dict[str, Any], lang: str) -> tuple[str, str, str]:
    shared = f"{number(row['shared_n'])} / {number(row['chosen_n'])}"
    if row["outcome"] == "no_plan":
        return row[lang], NO_FIGURE, text("plan.stability.no_plan", lang)
    if row["outcome"] == "breaks_rules":
        return row[lang], shared, text("plan.stability.breaks_rules", lang)
    return row[lang], shared, share(share_of(row, "lost"), lang)


def _year(row: dict[str, Any], few: int, lang: str) -> Year:
    none = text(f"plan.year.why.{row['why']}", lang) if row["why"] else ""
    return Year(
        text("plan.year", lang, number=row["year"]),
        none or listed((one[lang] for one in row["openings"]), lang),
        added(row["newly_reached"], lang, few),
        share(share_of(row, "coverage_after"), lang),
        yen(row["spent_yen"], lang),
        yen(row["left_yen"], lang),
    )


def transport_line(row: dict[str, Any], plan: PlanResult, lang: str) -> str:
    """Say who needs transport, and which site would be shared best."""
    shared = text("plan.transport.none", lang)
    if row["walk"] is not None:
        speed = float(plan.record["parameters"]["profile"]["speed_m_per_min"])
        told = walk(row["walk"], row["walk"] / speed, lang)
        if row["walk_unit"] == "s":
            told = limit_text(None, float(max(1, round(row["walk"] / 60.0))), lang)
        shared = text(
            "plan.transport.site", lang, site=row.get(f"site_{lang}", row["site_ja"]), walk=told
        )
    if row["nearest_stop"]:
        far = metres(row.get("nearest_stop_walk_m"), lang)
        stop = text("plan.transport.stop", lang, stop=row["nearest_stop"], walk=far)
        shared += text("unit.joint", lang) + stop
    age_group = age_group_text(plan.record["totals"]["age_group"], lang)
    return text(
        "plan.transport",
        lang,
        area=row["area_name"],
        age_group=age_group,
        people=people(row["residents"], lang, plan.workspace.few_below),
        shared=shared,
    )


def _unit_line(row: dict[str, Any], plan: PlanResult, lang: str) -> str:
    """Name a unit whose streets the data lacks, and how many live there."""
    count = people(row["residents"], lang, plan.workspace.few_below)
    group = age_group_text(plan.record["totals"]["age_group"], lang)
    return text("plan.no_streets", lang, area=row["area_name"], age_group=group, people=count)


def _assumptions(plan: PlanResult, lang: str) -> tuple[str, ...]:
    profile, parameters = plan.workspace.profile, plan.record["parameters"]
    terms, walking = terms_of(plan), parameters["profile"]
    origin = profile.subsidies.origin or text("plan.nowhere", lang)
    age_group = age_group_text(terms.age_group, lang)
    said = [text("plan.page.ceiling", lang, origin=origin)] if profile.subsidies.are_known else []
    assumed = used(plan.record["assumptions"])
    said.append(text("plan.page.people", lang, age_group=age_group))
    if not any(item["code"] == "walker" for item in assumed):
        label, whence = walking["label" if lang == "ja" else "label_en"], walking["origin"]
        said.append(label + text("text.brackets", lang, text=origin_text(whence, lang)))
    if unknown_n := plan.record["places_unknown_n"]:
        said.append(text("plan.page.unknown", lang, n=number(unknown_n)))
    # What has a line of its own here is not said twice.
    said += [assumption(item, lang) for item in assumed if item["code"] != "room"]
    if plan.record["ask"]["participation_pct"] is not None:
        planning = profile.planning
        origin = origin_text(planning.m2_per_person_origin, lang)
        m2 = f"{planning.m2_per_person:g}"
        said.append(text("plan.page.capacity", lang, m2=m2, origin=origin))
    if plan.record["ask"]["council"]:
        said.append(text("plan.page.council", lang, council=plan.record["ask"]["council"]))
    return tuple(said)


def _left_out(body: dict[str, Any], lang: str) -> tuple[str, ...]:
    """Say what each council will not have, and in Japanese, as it is typed, why."""
    names: dict[tuple[str, str], list[str]] = {}
    for row in body["left_out"]:
        names.setdefault((row["council"], row["why"]), []).append(row[lang])
    return tuple(
        text("plan.page.left_out", lang, council=council, names=listed(found, lang))
        + (text("text.brackets", lang, text=why) if why and lang == "ja" else "")
        for (council, why), found in names.items()
    )


def _drawn(plan: PlanResult, lang: str) -> str:
    chosen = shown_candidates(plan)
    areas = plan.workspace.areas()
    layer = plan.workspace.profile.analysis.council_layer
    councils = areas[areas["layer"] == layer]
    catchments: gpd.GeoDataFrame = plan.catchments
    shapes = [shape for shape in catchments.geometry.dropna() if not shape.is_empty]
    around = shapely.union_all([*shapes, *chosen.geometry.dropna()])
    if around.is_empty:
        around = councils.union_all()
    marked = stamp(plan.workspace, lang)
    ground_at = plan.workspace.ground_at
    return plan_map(
        around, councils, chosen, catchments, ground_at=ground_at, edits=plan.edits, stamp=marked
    )

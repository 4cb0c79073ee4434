"""Plans as they are shown, the same for all who show them."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.coverage.reached import Limit
from services.plans.certified import certificate, certified, said
from services.plans.store import PlanResult, list_plans, plan_is_stale
from services.plans.words import (
    Terms,
    beside_the_best,
    changed,
    crashed,
    proof,
    relaxed,
    site_name,
    some_people,
    variant,
    why,
    year_line,
)
from services.publication.collections import (
    FIGURE_DECIMALS,
    Collection,
    Page,
    Query,
    Shapes,
    TableCollection,
)
from services.publication.columns import json_types, leaving
from services.publication.viewed import told_privacy
from services.registry.decisions import with_status
from services.words.assumptions import marked, told_assumptions
from services.words.origins import with_origins
from services.words.shares import share, share_of
from services.words.texts import LANGS, age_group_text, limit_text, text, yen
from services.workspace.folder import Workspace
from services.workspace.plain import plain_rows

COLLECTION = "plans"
MADE = ("made_at", "parameters_sha256")


def plan_sites(plans: Sequence[PlanResult], plane_epsg: int) -> TableCollection:
    """
    Return the sites of plans by plan and rank, as they may leave.

    A feature is told by its plan and candidate, ``0003:open-halls-12``, and ``plan_id`` is a filter.
    """
    frames = [
        shown_candidates(plan).assign(
            made_at=plan.record["made_at"],
            parameters_sha256=plan.record["hashes"]["parameters_sha256"],
        )
        for plan in plans
    ]
    shown = [frame for frame in frames if len(frame)]
    if shown:
        frame = gpd.GeoDataFrame(pd.concat(shown, ignore_index=True))
    else:
        nothing = {name: pd.Series(dtype=object) for name in (*PLAN_COLUMNS, *MADE)}
        frame = gpd.GeoDataFrame(nothing, geometry=gpd.GeoSeries([], crs=plane_epsg))
    keys = zip(frame["plan_id"], frame["candidate_id"], strict=True)
    return TableCollection(
        COLLECTION,
        _types(frame),
        pd.DataFrame(frame.drop(columns="geometry")).round(FIGURE_DECIMALS),
        Shapes(frame.geometry),
        np.arange(len(frame)),
        pd.Series([f"{plan}:{candidate}" for plan, candidate in keys], dtype=object),
    )


def _types(frame: pd.DataFrame) -> dict[str, str]:
    """Return the types of a plan's columns; its newly reached are told for each age group as well."""
    groups = [str(name) for name in frame if str(name).startswith("newly_reached_")]
    types = {**json_types("candidates"), **json_types("plans"), **dict.fromkeys(groups, "number")}
    return {**types, "cost_max_yen": "number", **dict.fromkeys(MADE, "string")}


def plan_items(plan: PlanResult, query: Query) -> Page:
    """Return the chosen options of one plan as features."""
    return plan_sites([plan], plan.workspace.profile.municipality.plane_epsg).features(query)


def all_plan_sites(workspace: Workspace) -> Collection:
    """Return the sites of every stored plan, the newest plan first."""
    return plan_sites(list_plans(workspace), workspace.profile.municipality.plane_epsg)


def plan_imprint(plan: PlanResult) -> dict[str, Any]:
    """Return what every page of a plan's sites carries: when it was made, and from what."""
    record = plan.record
    return {
        "view": plan.workspace.view,
        "privacy": told_privacy(plan.workspace),
        "plan": plan.plan_id,
        "title": record["title"],
        "made_at": record["made_at"],
        "made_by": f"arukeba {record['arukeba']}",
        "assumptions": told_assumptions(record["assumptions"]),
        **marked(record["assumptions"]),
        "parameters_sha256": record["hashes"]["parameters_sha256"],
        "workspace_sha256": record["hashes"]["workspace_sha256"],
        "credits": [
            f"{source['credit']}「{source['title']}」{source['as_of']}（{source['licence']}）"
            for source in plan.workspace.sources
        ],
    }


_MAY_BE_UNKNOWN = ("yen_per_newly_reached", "coverage_after_pct", "cost_max_yen")
PLAN_COLUMNS = (*leaving("candidates"), *leaving("plans"))


def shown_candidates(plan: PlanResult) -> gpd.GeoDataFrame:
    """
    Return the chosen options in words, plane CRS.

    ``status`` is what councils last made of them.
    """
    frame = gpd.GeoDataFrame(with_status(plan.chosen, plan.workspace.registry_url))
    frame = _in_words(frame, terms_of(plan))
    at_home = frame["private_home"].astype(bool)
    frame = frame.assign(
        blurred=at_home & plan.workspace.is_public,
        frequency=frame["target_class"],
        **{name: frame[name].where(np.isfinite(frame[name])) for name in _MAY_BE_UNKNOWN},
    )
    kept = [name for name in PLAN_COLUMNS if name in frame]
    further = [str(name) for name in frame if str(name).startswith("newly_reached_")]
    names = list(dict.fromkeys([*kept, *further, "geometry"]))
    shown = frame[names]
    decided = with_status(pd.DataFrame(shown), plan.workspace.registry_url)
    return gpd.GeoDataFrame(decided, geometry="geometry", crs=frame.crs)


def _in_words(frame: gpd.GeoDataFrame, terms: Terms) -> gpd.GeoDataFrame:
    """Return chosen options with their names and reasons."""
    rows = frame.drop(columns="geometry").to_dict("records")
    joint = text("text.list", "ja")  # one cell whatever the language: clients part it there
    return frame.assign(
        venue_name=[site_name(row, "ja") for row in rows],
        venue_name_en=[site_name(row, "en") for row in rows],
        reasons=[why(row, terms, "ja") for row in rows],
        reasons_en=[why(row, terms, "en") for row in rows],
        units_gained=[joint.join(row["units_gained"]) for row in rows],
        hazards=[joint.join(row["hazards"]) for row in rows],
    )


def plan_head(plan: PlanResult) -> dict[str, Any]:
    """Return a plan in short, for a list."""
    record = plan.record
    return {
        "plan_id": plan.plan_id,
        "view": plan.workspace.view,
        "title": record["title"],
        "made_at": record["made_at"],
        "status": record["status"],
        **marked(record["assumptions"]),
        "proof": said(record["proof"], proof),
        "certified": said(certificate(record["stages"]), certified),
        "places_n": len(plan.chosen),
        "newly_reached": record["totals"]["newly_reached"],
        "first_year_yen": record["totals"]["first_year_yen"],
        "sentence": {lang: sentence(plan, lang) for lang in ("ja", "en")},
        "changed": [said(one, changed) for one in plan_is_stale(plan.workspace, plan)],
    }


def plan_body(plan: PlanResult) -> dict[str, Any]:
    """Return a plan with all that may leave."""
    record = plan.record
    chosen, sites = pd.DataFrame(shown_candidates(plan).drop(columns="geometry")), _sites(plan)
    return {
        **plan_head(plan),
        "closest": record["closest"],
        "assumptions": told_assumptions(record["assumptions"]),
        "ask": record["ask"],
        "parameters": with_origins(record["parameters"]),
        "hashes": {
            **record["hashes"],
            "registry": {"sha256": record["hashes"]["registry"]["sha256"]},
        },
        "totals": record["totals"],
        "stages": [_coarse(stage) for stage in record["stages"]],
        "targets": record["targets"],
        "relaxation": [said(one, relaxed) for one in record["relaxation"]],
        "crashed": [said(one, crashed) for one in record["crashed"]],
        "chosen": plain_rows(chosen),
        "alternatives": [
            {
                **row,
                "proof": said(row["proof"], proof),
                **_otherwise(row, sites),
                "note": {lang: beside_the_best(row, record["totals"], lang) for lang in LANGS},
            }
            for row in record["alternatives"]
        ],
        "stability": _variants(plan),
        "left_out": [{**row, **_names(sites, row["candidate_id"])} for row in record["left_out"]],
        "years": [_year(row, sites, plan) for row in record["years"]],
        "needs_transport": [
            {**_told(row), **_names(sites, row["site_id"], "site_")}
            for row in record["needs_transport"]
        ],
        # A plan that was stored before such units were told apart has none.
        "no_streets": record.get("no_streets", []),
    }


def _year(
    row: Mapping[str, Any], sites: Mapping[str, Mapping[str, str]], plan: PlanResult
) -> dict[str, Any]:
    """Return what a year brings, in words, with the names of what opens in it."""
    openings = [{**one, **_names(sites, one["candidate_id"])} for one in row["openings"]]
    return {
        **row,
        "openings": openings,
        **{lang: year_line(row, terms_of(plan), lang) for lang in LANGS},
    }


def _sites(plan: PlanResult) -> dict[str, dict[str, str]]:
    """Return the names of all candidates in both languages, and what each would become, by id."""
    columns = ["candidate_id", "venue_name", "area_name", "target_class"]
    rows = pd.DataFrame(plan.options[columns]).to_dict("records")
    return {
        row["candidate_id"]: {
            "candidate_id": row["candidate_id"],
            **{lang: site_name(row, lang) for lang in LANGS},
            "target_class": row["target_class"],
        }
        for row in rows
    }


def _otherwise(row: Mapping[str, Any], sites: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    """
    Return what another plan does otherwise, by name; no name stands on both sides.

    ``moved`` are spots that bear one name (会場未定 in one area): another spot of it is chosen.
    """
    came, went = ([sites[name] for name in row[part]] for part in ("added", "dropped"))
    moved = []
    for site in list(came):
        twin = next((one for one in went if _alike(one, site)), None)
        if twin is not None:
            came.remove(site)
            went.remove(twin)
            moved.append(site)
    changed = [{"before": sites[was], "after": sites[is_now]} for was, is_now in row["changed"]]
    return {"added": came, "dropped": went, "moved": moved, "changed": changed}


def _alike(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(one[name] == other[name] for name in ("ja", "target_class"))


def _names(sites: Mapping[str, Mapping[str, str]], key: str, head: str = "") -> dict[str, str]:
    """Return the names of a candidate in both languages, empty where there is none."""
    return {f"{head}{lang}": sites[key][lang] if key else "" for lang in LANGS}


def _variants(plan: PlanResult) -> list[dict[str, Any]]:
    profiles = plan.record["parameters"]["profiles"]
    return [
        {**row, **{lang: variant(row, profiles, lang) for lang in LANGS}}
        for row in plan.record["stability"]
    ]


def sentence(plan: PlanResult, lang: str) -> str:
    """Return the one sentence of a plan."""
    record = plan.record
    totals, ask = record["totals"], record["ask"]
    limit = terms_of(plan).limit
    told = text(
        "plan.sentence",
        lang,
        count=len(plan.chosen),
        age_group=age_group_text(totals["age_group"], lang),
        newly=some_people(totals["newly_reached"], terms_of(plan), lang),
        limit=limit_text(limit.m, limit.minutes, lang),
        before=share(share_of(totals, "coverage_before", whole="residents"), lang),
        after=share(share_of(totals, "coverage_after", whole="residents"), lang),
    )
    if confirm_n := int(plan.chosen["days_unknown"].sum()):
        told += text("unit.joint", lang) + text("plan.sentence.confirm", lang, n=confirm_n)
    if totals["seats"] is not None:
        expected = share(share_of(ask, "participation"), lang)
        seats = some_people(totals["seats"], terms_of(plan), lang)
        told += text("unit.joint", lang) + text(
            "plan.sentence.seats", lang, seats=seats, participation=expected
        )
    return told


def cost_sentence(plan: PlanResult, lang: str) -> str:
    """Return the ceilings of the first year and of those after; nothing where they are not known."""
    totals = plan.record["totals"]
    if totals["first_year_yen"] is None or totals["yearly_yen"] is None:
        return ""
    first, yearly = yen(totals["first_year_yen"], lang), yen(totals["yearly_yen"], lang)
    if years := plan.record["years"]:
        total = yen(sum(row["spent_yen"] for row in years), lang)
        return text("plan.cost.years", lang, n=len(years), total=total, first=first, yearly=yearly)
    return text("plan.cost", lang, first=first, yearly=yearly)


def years_sentence(plan: PlanResult, lang: str) -> str:
    """Return what all years come to together; nothing where the plan is not over years."""
    years = plan.record["years"]
    if not years:
        return ""
    total = some_people(years[-1]["resident_years"], terms_of(plan), lang)
    return text("plan.years.total", lang, n=len(years), people=total)


def terms_of(plan: PlanResult) -> Terms:
    """Return limit, age group and below which number there are only "fewer than"."""
    parameters = plan.record["parameters"]
    limit = Limit(parameters["walk_limit_m"], parameters["walk_limit_min"])
    small = plan.workspace.profile.privacy.small_number if plan.workspace.is_public else 0
    return Terms(limit, plan.record["totals"]["age_group"], small)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told of a unit that needs transport: not which of its homes are near a site."""
    return {name: value for name, value in row.items() if name != "within"}


def _coarse(stage: Mapping[str, Any]) -> dict[str, Any]:
    """Return a goal with figures in whole numbers: the fractions of a goal are nobody's business."""
    bounds = stage["certified_bounds"]
    figures = {
        "value": stage["value"],
        "bound": stage["bound"],
        "certified_bound": bounds[-1] if bounds else None,
    }
    told = ("objective", "gap_pct", "certified_gap_pct", "status", "by")
    return {
        **{name: stage[name] for name in told},
        **{name: None if one is None else float(round(one)) for name, one in figures.items()},
    }

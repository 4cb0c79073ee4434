"""Plans as they may leave: small counts hidden, private homes blurred, the same for all who show them."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.coverage.reached import Limit
from services.plans.store import PlanResult, list_plans, plan_is_stale
from services.plans.words import Terms, changed, proof, relaxed, said, site_name, variant, why
from services.privacy.counts import hidden_counts
from services.privacy.homes import PRIVATE_STEP_M, blur
from services.publication.collections import (
    FIGURE_DECIMALS,
    Collection,
    Page,
    Query,
    Shapes,
    TableCollection,
)
from services.publication.columns import json_types, leaving
from services.registry.decisions import with_status
from services.words.origins import with_origins
from services.words.shares import share, share_of
from services.words.texts import LANGS, age_group_text, limit_text, people, text, yen
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
        "plan": plan.plan_id,
        "title": record["title"],
        "made_at": record["made_at"],
        "made_by": f"arukeba {record['arukeba']}",
        "parameters_sha256": record["hashes"]["parameters_sha256"],
        "workspace_sha256": record["hashes"]["workspace_sha256"],
        "credits": [
            f"{source['credit']}「{source['title']}」{source['as_of']}（{source['licence']}）"
            for source in plan.workspace.sources
        ],
    }


PLAN_COLUMNS = (*leaving("candidates"), *leaving("plans"))
_COUNTS = ("newly_reached", "newly_reached_alone", "marginal", "catchment", "alone")


def shown_candidates(plan: PlanResult) -> gpd.GeoDataFrame:
    """
    Return the chosen options as they may leave, in words, plane CRS.

    ``status`` is what councils last made of them.
    """
    privacy = plan.workspace.blurred_as(plan.record["parameters"]).profile.privacy
    frame = gpd.GeoDataFrame(with_status(plan.chosen, plan.workspace.registry_url))
    frame = _in_words(frame, terms_of(plan))
    blurred = blur(frame, frame["private_home"].astype(bool), blur_m=privacy.blur_m)
    small = privacy.small_number
    hidden = np.zeros(len(frame), dtype=bool)
    for name in [str(column) for column in frame if str(column).startswith(_COUNTS)]:
        few = hidden_counts(frame[name].to_numpy(dtype=float), small)
        blurred[name] = blurred[name].mask(few)
        if name == "newly_reached":
            hidden = few
    for name in ("yen_per_newly_reached", "coverage_after_pct"):
        blurred[name] = blurred[name].mask(hidden | ~np.isfinite(blurred[name]))
    made = ("suppressed", "frequency")
    kept = [name for name in PLAN_COLUMNS if name in blurred or name in made]
    further = [str(name) for name in frame if str(name).startswith("newly_reached_")]
    names = list(dict.fromkeys([*kept, *further, "geometry"]))
    shown = blurred.assign(suppressed=hidden, frequency=frame["target_class"])[names]
    decided = with_status(pd.DataFrame(shown), plan.workspace.registry_url)
    return gpd.GeoDataFrame(decided, geometry="geometry", crs=frame.crs)


def _in_words(frame: gpd.GeoDataFrame, terms: Terms) -> gpd.GeoDataFrame:
    """Return chosen options with their names and reasons, said from figures that do not leave."""
    few = hidden_counts(frame["newly_reached"].to_numpy(dtype=float), terms.small_number)
    rows = frame.assign(hidden=few).drop(columns="geometry").to_dict("records")
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
        "title": record["title"],
        "made_at": record["made_at"],
        "status": record["status"],
        "proof": said(record["proof"], proof),
        "places_n": len(plan.chosen),
        "newly_reached": _shown(record["totals"]["newly_reached"], plan),
        "first_year_yen": record["totals"]["first_year_yen"],
        "sentence": {lang: sentence(plan, lang) for lang in ("ja", "en")},
        "changed": [said(one, changed) for one in plan_is_stale(plan.workspace, plan)],
    }


def plan_body(plan: PlanResult) -> dict[str, Any]:
    """Return a plan with all that may leave."""
    record = plan.record
    totals = dict(record["totals"])
    for name in ("newly_reached", "seats"):
        totals[name] = _shown(totals[name], plan)
    if totals["newly_reached"] is None:
        totals["reached_after"] = totals["coverage_after_pct"] = None
    chosen, sites = pd.DataFrame(shown_candidates(plan).drop(columns="geometry")), _sites(plan)
    return {
        **plan_head(plan),
        "closest": record["closest"],
        "ask": record["ask"],
        "parameters": with_origins(record["parameters"]),
        "hashes": {
            **record["hashes"],
            "registry": {"sha256": record["hashes"]["registry"]["sha256"]},
        },
        "totals": totals,
        "stages": [{**stage, **_coarse(stage)} for stage in record["stages"]],
        "targets": record["targets"],
        "relaxation": [said(one, relaxed) for one in record["relaxation"]],
        "chosen": plain_rows(chosen),
        "alternatives": [
            {
                **row,
                "newly_reached": _about(row["newly_reached"], plan),
                "proof": said(row["proof"], proof),
                **{part: [sites[name] for name in row[part]] for part in ("added", "dropped")},
            }
            for row in record["alternatives"]
        ],
        "stability": _variants(plan),
        "left_out": [{**row, **_names(sites, row["candidate_id"])} for row in record["left_out"]],
        "years": [
            {**row, **_names(sites, row["candidate_id"])} for row in _years(record["years"], plan)
        ],
        "needs_transport": [
            {**_transport(row, plan), **_names(sites, row["site_id"], "site_")}
            for row in record["needs_transport"]
        ],
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
        newly=people(_shown(totals["newly_reached"], plan), lang),
        limit=limit_text(limit.m, limit.minutes, lang),
        before=share(share_of(totals, "coverage_before", whole="residents"), lang),
        after=share(share_of(totals, "coverage_after", whole="residents"), lang),
    )
    if totals["seats"] is not None:
        expected = share(share_of(ask, "participation"), lang)
        seats = people(_shown(totals["seats"], plan), lang)
        told += text("unit.joint", lang) + text(
            "plan.sentence.seats", lang, seats=seats, participation=expected
        )
    return told


def cost_sentence(plan: PlanResult, lang: str) -> str:
    """Return the ceilings of the first year and of those after."""
    totals = plan.record["totals"]
    first, yearly = yen(totals["first_year_yen"], lang), yen(totals["yearly_yen"], lang)
    return text("plan.cost", lang, first=first, yearly=yearly)


def terms_of(plan: PlanResult) -> Terms:
    """Return limit, age group and what is a small number."""
    parameters = plan.record["parameters"]
    limit = Limit(parameters["walk_limit_m"], parameters["walk_limit_min"])
    small = plan.workspace.profile.privacy.small_number
    return Terms(limit, plan.record["totals"]["age_group"], small)


def _shown(value: float | None, plan: PlanResult) -> float | None:
    small = plan.workspace.profile.privacy.small_number
    return None if value is None or 0 < value < small else value


def _about(value: float, plan: PlanResult) -> float:
    """Round to steps of the small number: exact figures of two plans would differ by a few persons."""
    step = max(plan.workspace.profile.privacy.small_number, 1)
    return float(step * round(value / step))


def _counted(row: dict[str, Any], plan: PlanResult, name: str) -> dict[str, Any]:
    return {**row, name: _shown(row[name], plan)}


def _transport(row: dict[str, Any], plan: PlanResult) -> dict[str, Any]:
    """Hide how many live there where they are few; then walks are coarse: they would find the house."""
    shown = _counted(row, plan, "residents")
    shown.pop("within")
    if shown["residents"] is None:
        step = PRIVATE_STEP_M
        for name in ("walk", "nearest_stop_walk_m"):
            if shown.get(name) is not None:
                shown[name] = step * round(shown[name] / step)
    return shown


def _years(rows: list[dict[str, Any]], plan: PlanResult) -> list[dict[str, Any]]:
    counts = np.array([row["newly_reached"] for row in rows], dtype=float)
    few = hidden_counts(counts, plan.workspace.profile.privacy.small_number) if rows else counts
    return [
        {**row, "newly_reached": None if hidden else row["newly_reached"]}
        for row, hidden in zip(rows, few, strict=True)
    ]


def _coarse(stage: dict[str, Any]) -> dict[str, float | None]:
    """Return value and bound in whole numbers: the fractions of a goal are nobody's business."""
    return {
        name: None if stage[name] is None else float(round(stage[name]))
        for name in ("value", "bound")
    }

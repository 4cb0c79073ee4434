"""The chosen sites of plans as features, for GIS programs: of one plan, or of all there are."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from services.collections import FIGURE_DECIMALS, Collection, Page, Query, Shapes, Table
from services.plan_store import PlanResult, list_plans
from services.plan_views import PLAN_COLUMNS, shown_candidates
from services.workspace import Workspace

COLLECTION = "plans"
MADE = ("made_at", "parameters_sha256")
TITLE, TITLE_EN = "計画の候補地", "Sites of plans: where they would open or upgrade places"


def plan_sites(plans: Sequence[PlanResult], plane_epsg: int) -> Table:
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
    return Table(
        COLLECTION,
        TITLE,
        TITLE_EN,
        pd.DataFrame(frame.drop(columns="geometry")).round(FIGURE_DECIMALS),
        Shapes(frame.geometry),
        np.arange(len(frame)),
        pd.Series([f"{plan}:{candidate}" for plan, candidate in keys], dtype=object),
    )


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

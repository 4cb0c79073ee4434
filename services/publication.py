"""
What leaves: the frames of the five collections under the names that clients rely on.

Files, API, report and picture take them from here: small counts are hidden, private homes blurred,
and no column leaves that is not named here.
"""

from typing import Any

import geopandas as gpd
import pandas as pd

from geo.errors import NotFoundError
from services.disclosure import Disclosed, disclose
from services.workspace import Snapshot, software_version

COLUMNS: dict[str, tuple[str, ...]] = {
    "areas": ("layer", "area_id", "area_name", "version", "council_id", "approximate"),
    "places": (
        *("place_id", "name", "kind", "frequency", "venue_frequency", "sessions_per_month"),
        *("schedule_text", "status", "verified_on", "opened_on", "venue_id", "located_by"),
        *("unsnapped", "residents_reached", "council_id", "blurred", "suppressed"),
    ),
    "coverage": (
        *("layer", "area_id", "area_name", "version", "frequency", "age_group", "walk_limit_m"),
        *("profile", "residents", "reached", "reached_own_area", "coverage_pct"),
        *("coverage_low_pct", "coverage_high_pct", "places_n", "circle_reached"),
        *("circle_coverage_pct", "walk_min_mean", "walk_min_median", "walk_min_p90"),
        *("approximate", "remainder", "suppressed"),
    ),
    "gaps": (
        *("layer", "area_id", "area_name", "version", "council_id", "gap", "age_group"),
        *("walk_limit_m", "residents", "residents_75", "unreached", "coverage_pct"),
        *("nearest_place_id", "nearest_place_name", "nearest_place_walk_m"),
        *("nearest_place_walk_min", "nearest_place_straight_m", "nearest_place_council_id"),
        *("why", "why_en", "places_n", "approximate", "suppressed"),
    ),
    "candidates": (
        *("candidate_id", "plan_id", "rank", "action", "venue_id", "place_id", "venue_name"),
        *("kind", "address", "newly_reached", "newly_reached_alone", "coverage_after_pct"),
        *("overlap_pct", "cost_max_yen", "reasons", "reasons_en", "status", "council_id"),
        *("units_gained", "blurred", "suppressed"),
    ),
}
"""Collection → its columns, in order; a snapshot of an older version may lack some."""

_AREA_KEY = ["layer", "area_id"]


def disclosed(snapshot: Snapshot) -> Disclosed:
    """Return the tables of a snapshot as they may leave, with every column."""
    return disclose(snapshot, snapshot.workspace.profile.privacy)


def public_table(snapshot: Snapshot, collection_id: str) -> pd.DataFrame:
    """Return one collection as it may leave; only points carry their geometry."""
    if collection_id not in COLUMNS:
        names = ", ".join(COLUMNS)
        raise NotFoundError(
            f"there is no collection {collection_id!r}; there are {names}",
            ja=f"「{collection_id}」というデータはありません。あるもの: {names}",
        )
    if collection_id == "areas":
        return _pick(pd.DataFrame(snapshot.workspace.areas().drop(columns="geometry")), "areas")
    frame: pd.DataFrame = getattr(disclosed(snapshot), collection_id)
    return _pick(frame, collection_id)


def public_frame(snapshot: Snapshot, collection_id: str) -> gpd.GeoDataFrame:
    """
    Return one collection as it may leave, in the plane CRS.

    The geometry of a remainder row and of a place that could not be located is missing.
    """
    table = public_table(snapshot, collection_id)
    if isinstance(table, gpd.GeoDataFrame):
        return table
    areas = snapshot.workspace.areas()
    shapes = areas.set_index(_AREA_KEY).geometry
    wanted = pd.MultiIndex.from_frame(table[_AREA_KEY])
    geometry = shapes.reindex(wanted).to_numpy()
    return gpd.GeoDataFrame(table, geometry=geometry, crs=areas.crs)


def provenance(snapshot: Snapshot) -> dict[str, Any]:
    """Return what every file and answer carries: sources, parameters and their hash, version."""
    run = snapshot.run
    return {
        "software": f"arukeba {software_version()}",
        "municipality": run["summary"]["municipality"],
        "snapshot": run["name"],
        "made_at": run.get("made_at"),
        "made_by": f"arukeba {run['arukeba']}",
        "parameters": run["parameters"],
        "parameters_sha256": run["parameters_sha256"],
        "workspace_sha256": run["workspace_sha256"],
        "stand_in": run["summary"].get("stand_in", []),
        "sources": [
            {key: value for key, value in source.items() if key not in ("bytes",)}
            for source in snapshot.workspace.sources
        ],
    }


def _pick(frame: pd.DataFrame, collection_id: str) -> pd.DataFrame:
    columns = [name for name in COLUMNS[collection_id] if name in frame.columns]
    if isinstance(frame, gpd.GeoDataFrame):
        columns.append("geometry")
    return frame[columns].reset_index(drop=True)

"""
What leaves: the frames of the six collections under the names that clients rely on.

Files, API, report and picture take them from here: small counts are hidden, private homes blurred,
and no column leaves that is not named here.
"""

from functools import cached_property
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import NotFoundError
from services.publication.collections import Collection, collections_of
from services.publication.disclosure import Disclosed, disclose
from services.registry.attributes import PUBLIC
from services.registry.decisions import with_status
from services.words.vocabulary import RESIDENTS_OF, UNREACHED_OF
from services.workspace.folder import Snapshot, software_version

COLUMNS: dict[str, tuple[str, ...]] = {
    "areas": ("layer", "area_id", "area_name", "version", "council_id", "approximate", "draft"),
    "places": (
        *("place_id", "name", "kind", "frequency", "venue_frequency", "sessions_per_month"),
        *("schedule_text", "status", "verified_on", "opened_on", "venue_id", "located_by"),
        *(
            "unsnapped",
            "residents_reached",
            "residents_lost_if_closed",
            "council_id",
            "blurred",
            "suppressed",
        ),
        *("counts", "not_counted", "schedule_assumed", "dates_assumed"),
        *("qualifies", "qualifies_why", "qualifies_why_en", *PUBLIC),
    ),
    "coverage": (
        *("layer", "area_id", "area_name", "version", "frequency", "age_group", "walk_limit_m"),
        *("walk_limit_min", "profile", "residents", "reached", "reached_own_area", "coverage_pct"),
        *("coverage_low_pct", "coverage_high_pct", "places_n", "circle_reached"),
        *("circle_coverage_pct", "circle_coverage_low_pct", "circle_coverage_high_pct"),
        *("walk_min_mean", "walk_min_median", "walk_min_p90"),
        *("approximate", "remainder", "suppressed", "draft", "residents_estimated"),
    ),
    "gaps": (
        *("layer", "area_id", "area_name", "version", "council_id", "gap", "age_group"),
        *("walk_limit_m", "walk_limit_min", "residents", *RESIDENTS_OF, "unreached"),
        *(
            "coverage_pct",
            "coverage_low_pct",
            "coverage_high_pct",
            "nearest_place_id",
            "nearest_place_name",
            "nearest_place_walk_m",
        ),
        *("nearest_place_walk_min", "nearest_place_climb_m", "nearest_place_steps"),
        *("nearest_place_straight_m", "nearest_place_council_id"),
        *("why", "why_en", "places_n", "approximate", "suppressed", "residents_estimated"),
        *("rank_by_number", "rank_by_rate", "need", "need_of", "need_rank"),
        *(*UNREACHED_OF, "stop_residents", "stop_pct"),
        *("stop_low_pct", "stop_high_pct", "nearest_stop_id"),
        *("nearest_stop_name", "nearest_stop_walk_m", "place_by_stop_id", "place_by_stop_name"),
        *("place_by_stop_walk_m", "place_by_stop_straight_m"),
        *("is_split", "split_by", "split_by_en"),
    ),
    "candidates": (
        *("candidate_id", "plan_id", "rank", "action", "frequency", "venue_id", "place_id"),
        "venue_name",
        *("kind", "address", "newly_reached", "newly_reached_alone", "coverage_after_pct"),
        *("coverage_after_low_pct", "coverage_after_high_pct"),
        *("overlap_pct", "cost_max_yen", "reasons", "reasons_en", "status", "council_id"),
        *("units_gained", "blurred", "suppressed"),
    ),
    "reach": ("place_id", "frequency", "walk_limit_m", "walk_limit_min", "profile"),
}
"""Collection → its columns, in order; a snapshot of an older version may lack some."""

_AREA_KEY = ["layer", "area_id"]


class Publication:
    """A snapshot as it may leave; what is hidden is found once, on first use."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @cached_property
    def disclosed(self) -> Disclosed:
        """Return the tables as they may leave, with every column."""
        return disclose(self.snapshot, self.snapshot.workspace.profile.privacy)

    def table(self, name: Literal["coverage", "gaps"]) -> pd.DataFrame:
        """Return a collection without its geometry."""
        frame = self.disclosed.coverage if name == "coverage" else self.disclosed.gaps
        return pd.DataFrame(frame[_known(frame, name)]).reset_index(drop=True)

    def unmatched(self, age_group: str) -> float:
        """Return the residents of an age group whom nobody could locate; they are in no share."""
        found = self.snapshot.workspace.manifest.get("unmatched_residents", {})
        return float(found.get(age_group, 0.0))

    def points(self, name: Literal["places", "candidates"]) -> gpd.GeoDataFrame:
        """Return a collection of points, plane CRS; unlocated places have no geometry."""
        if name == "places":
            return _pick(self.disclosed.places, name)
        candidates = self.disclosed.candidates
        decided = with_status(candidates, self.snapshot.workspace.registry_url)
        return _pick(gpd.GeoDataFrame(decided, geometry=candidates.geometry), name)

    def reach(self) -> gpd.GeoDataFrame:
        """Return what can be walked from to each place, and to all of a class, plane CRS."""
        return _pick(self.disclosed.reach, "reach")

    def areas(self) -> gpd.GeoDataFrame:
        """Return the areas of every layer, plane CRS."""
        return _pick(self.snapshot.workspace.areas(), "areas")

    def polygons(self, name: Literal["coverage", "gaps"]) -> gpd.GeoDataFrame:
        """Return a collection with the shapes of its areas; a remainder row has none."""
        table, areas = self.table(name), self.snapshot.workspace.areas()
        shapes = areas.set_index(_AREA_KEY)["geometry"]
        geometry = np.asarray(shapes.reindex(pd.MultiIndex.from_frame(table[_AREA_KEY])))
        return gpd.GeoDataFrame(table, geometry=geometry, crs=areas.crs)

    def frame(self, collection_id: str) -> gpd.GeoDataFrame:
        """Return any collection with its geometry, plane CRS."""
        match collection_id:
            case "areas":
                return self.areas()
            case "coverage" | "gaps":
                return self.polygons(collection_id)
            case "places" | "candidates":
                return self.points(collection_id)
            case "reach":
                return self.reach()
        names = ", ".join(COLUMNS)
        raise NotFoundError(
            f"there is no collection {collection_id!r}; there are {names}",
            ja=f"「{collection_id}」というデータはありません。あるもの: {names}",
        )

    def collections(self) -> dict[str, Collection]:
        """Return the collections as they are served and written: lon/lat, filtered, paged."""
        return collections_of(
            self.areas(),
            {"coverage": self.table("coverage"), "gaps": self.table("gaps")},
            {
                "places": self.points("places"),
                "candidates": self.points("candidates"),
                "reach": self.reach(),
            },
        )


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
            {key: value for key, value in source.items() if key != "bytes"}
            for source in snapshot.workspace.sources
        ],
    }


def _pick(frame: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    return frame[[*_known(frame, name), frame.geometry.name]].reset_index(drop=True)


def _known(frame: pd.DataFrame, name: str) -> list[str]:
    return [column for column in COLUMNS[name] if column in frame.columns]

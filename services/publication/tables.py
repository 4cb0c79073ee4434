"""
What leaves: the frames of the collections under the names that clients rely on.

Files, API, report and picture take them from here: no column leaves that is not declared.
"""

from functools import cached_property
from typing import Any, Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import NotFoundError
from services.publication.aspect import Aspect
from services.publication.collections import Collection, collections_of
from services.publication.columns import IDS, kept
from services.publication.disclosure import Disclosed, disclose
from services.publication.viewed import told_privacy
from services.registry.decisions import with_status
from services.words.assumptions import EVERYTHING, marked, told_assumptions
from services.words.origins import with_origins
from services.workspace.folder import Snapshot, software_version

AreaCollection = Literal["coverage", "gaps", "milestones", "indicators"]
OF_AREAS: tuple[AreaCollection, ...] = get_args(AreaCollection)
"""Collections whose rows are about areas, and have their shapes."""

_AREA_KEY = ["layer", "area_id"]


class Publication:
    """A snapshot as it leaves; each table is made once, on first use."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @cached_property
    def disclosed(self) -> Disclosed:
        """Return the tables as they may leave, with every column."""
        return disclose(self.snapshot)

    def table(self, name: AreaCollection) -> pd.DataFrame:
        """Return a collection without its geometry."""
        frame: pd.DataFrame = getattr(self.disclosed, name)
        return pd.DataFrame(frame[kept(frame, name)]).reset_index(drop=True)

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

    def edits(self) -> gpd.GeoDataFrame:
        """Return what planners have drawn over the streets, plane CRS."""
        return _pick(self.disclosed.edits, "edits")

    def areas(self) -> gpd.GeoDataFrame:
        """Return the areas of every layer, plane CRS."""
        return _pick(self.snapshot.workspace.areas(), "areas")

    def polygons(self, name: AreaCollection) -> gpd.GeoDataFrame:
        """Return a collection with the shapes of its areas; a remainder row has none."""
        table, areas = self.table(name), self.snapshot.workspace.areas()
        shapes = areas.set_index(_AREA_KEY)["geometry"]
        geometry = np.asarray(shapes.reindex(pd.MultiIndex.from_frame(table[_AREA_KEY])))
        return gpd.GeoDataFrame(table, geometry=geometry, crs=areas.crs)

    def coverage(self) -> gpd.GeoDataFrame:
        """Return the coverage by the question of the run: one row an area, with its shape."""
        everything = self.polygons("coverage")
        asked = Aspect.main(self.snapshot.run).rows(everything).index
        return everything.loc[asked].reset_index(drop=True)

    def frame(self, collection_id: str) -> gpd.GeoDataFrame:
        """Return any collection with its geometry, plane CRS."""
        match collection_id:
            case "areas":
                return self.areas()
            case "coverage":
                return self.coverage()
            case "gaps" | "milestones" | "indicators":
                return self.polygons(collection_id)
            case "places" | "candidates":
                return self.points(collection_id)
            case "reach":
                return self.reach()
            case "edits":
                return self.edits()
        names = ", ".join(IDS)
        raise NotFoundError(
            "there is no collection {collection_id!r}; there are {names}",
            collection_id=collection_id,
            names=names,
        )

    def collections(self) -> dict[str, Collection]:
        """Return the collections as they are served and written: lon/lat, filtered, paged."""
        return collections_of(
            self.areas(),
            {name: self.table(name) for name in OF_AREAS},
            {
                "places": self.points("places"),
                "candidates": self.points("candidates"),
                "reach": self.reach(),
                "edits": self.edits(),
            },
            question=Aspect.main(self.snapshot.run).filters,
        )


def provenance(snapshot: Snapshot) -> dict[str, Any]:
    """Return what every file and answer carries: sources, parameters and their hash, what is assumed."""
    run = snapshot.run
    return {
        "view": snapshot.workspace.view,
        "privacy": told_privacy(snapshot.workspace),
        "software": f"arukeba {software_version()}",
        "municipality": run["summary"]["municipality"],
        "snapshot": run["name"],
        "made_at": run.get("made_at"),
        "made_by": f"arukeba {run['arukeba']}",
        "parameters": with_origins(run["parameters"]),
        "parameters_sha256": run["parameters_sha256"],
        "workspace_sha256": run["workspace_sha256"],
        "stand_in": run["summary"].get("stand_in", []),
        "assumptions": told_assumptions(run["assumptions"]),
        **marked(run["assumptions"], EVERYTHING),
        "sources": [
            {key: value for key, value in source.items() if key != "bytes"}
            for source in snapshot.workspace.sources
        ],
    }


def _pick(frame: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    return frame[[*kept(frame, name), frame.geometry.name]].reset_index(drop=True)

"""
Editions: a snapshot made ready to be read by many, each part prepared once.

A new run makes a new edition; a reader of the old one is not disturbed.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import InvalidInputError, NotFoundError
from services.collections import LONLAT_EPSG, Collection, Query, Table
from services.decisions import with_status
from services.fiscal import fiscal_year_ends
from services.publication import Publication, provenance
from services.timeline import Timeline, disclosed, timeline
from services.workspace import Snapshot, Workspace

STREET_DECIMALS = 5
"""About 1 m: the streets are the background of the map, nothing is measured on them."""

STREET_TOLERANCE_M = 1.5
"""A bend smaller than this is not drawn."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A large answer, written and compressed once."""

    plain: bytes
    gzipped: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a summary is about; None stands for the run's own parameter."""

    layer: str | None = None
    area: str | None = None
    frequency: str = "weekly"
    age_group: str | None = None
    walk_limit_m: float | None = None


class Edition:
    """One snapshot as it may be read."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.run: Mapping[str, Any] = snapshot.run
        self._publication = Publication(snapshot)
        self._timelines: dict[tuple[date, date], Timeline] = {}
        self._lock = Lock()

    @property
    def name(self) -> str:
        """Return the snapshot's name."""
        return self.snapshot.name

    @cached_property
    def collections(self) -> dict[str, Collection]:
        """Return the collections by id."""
        return self._publication.collections()

    def collection(self, collection_id: str) -> Collection:
        """Return one collection."""
        if collection_id not in self.collections:
            names = ", ".join(self.collections)
            raise NotFoundError(
                f"there is no collection {collection_id!r}; there are {names}",
                ja=f"「{collection_id}」というデータはありません。あるもの: {names}",
            )
        found = self.collections[collection_id]
        # Councils decide between two runs: the status is that of the moment.
        if collection_id == "candidates" and isinstance(found, Table):
            url = self.snapshot.workspace.registry_url
            return replace(found, frame=with_status(found.frame, url))
        return found

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Return sources, parameters, their hash and versions."""
        return provenance(self.snapshot)

    @cached_property
    def imprint(self) -> dict[str, Any]:
        """Return the short provenance that every page carries; ``/about`` has all of it."""
        whole = self.provenance
        names = ("software", "snapshot", "parameters_sha256", "workspace_sha256")
        credits_given = [
            f"{source['credit']}「{source['title']}」{source['as_of']}（{source['licence']}）"
            for source in whole["sources"]
        ]
        return {**{name: whole[name] for name in names}, "credits": credits_given}

    @cached_property
    def about(self) -> dict[str, Any]:
        """Return what a reader must know beside the figures, and what can be asked for."""
        coverage, summary = self.snapshot.table("coverage"), self.run["summary"]
        choices = {
            name: list(pd.unique(coverage[name])) for name in ("frequency", "age_group", "layer")
        }
        limits_m = sorted(float(limit_m) for limit_m in pd.unique(coverage["walk_limit_m"]))
        layers = self.snapshot.workspace.layers
        return {
            **self.provenance,
            "summary": summary,
            "choices": {**choices, "walk_limit_m": limits_m},
            "layers": [layer for layer in layers if layer["id"] in choices["layer"]],
            **self._declared(),
            "privacy": self.snapshot.workspace.profile.privacy.model_dump(),
        }

    def _declared(self) -> dict[str, Any]:
        """Return what the municipality's documents tell that no map shows."""
        manifest = self.snapshot.workspace.manifest
        names = ("layers_without_borders", "units", "councils", "estimated_age_groups")
        return {name: manifest.get(name, []) for name in (*names, "facts", "conflicting_facts")}

    def summary(self, asked: Asked) -> dict[str, Any]:
        """Return the figures of the one sentence, for an area or for the whole municipality."""
        parameters, summary = self.run["parameters"], self.run["summary"]
        age_group = asked.age_group or parameters["age_group"]
        limit_m = asked.walk_limit_m or parameters["walk_limit_m"]
        self._require("frequency", asked.frequency)
        self._require("age_group", age_group)
        self._require("walk_limit_m", limit_m)
        layer = asked.layer or summary["council_layer" if asked.area else "gap_layer"]
        self._require("layer", layer)
        coverage = (
            self._publication.disclosed.coverage if asked.area else self.snapshot.table("coverage")
        )
        rows = coverage[
            (coverage["layer"] == layer)
            & (coverage["frequency"] == asked.frequency)
            & (coverage["age_group"] == age_group)
            & (coverage["walk_limit_m"] == limit_m)
        ]
        figures = _area(rows, asked.area, layer) if asked.area else self._whole(rows, age_group)
        return {
            "layer": layer if asked.area else None,
            "frequency": asked.frequency,
            "age_group": age_group,
            "walk_limit_m": limit_m,
            **figures,
            "gaps": self._gap_counts(layer, figures["area_id"]),
        }

    def timeline(self, first: str, last: str, layer: str | None = None) -> dict[str, Any]:
        """Return the ends of fiscal years, computed as this snapshot was, with one layer's areas."""
        layer = layer or self.run["summary"]["council_layer"]
        self._require("layer", layer)
        found = self._timeline(fiscal_year_ends(first, last))
        areas = found.areas[found.areas["layer"] == layer]
        told = Timeline(found.years, areas, found.targets).to_dict()
        return {**told, "provenance": self.provenance}

    def _timeline(self, ends: list[date]) -> Timeline:
        with self._lock:
            if (ends[0], ends[-1]) not in self._timelines:
                asked, workspace = self.run["parameters"], self.snapshot.workspace
                computed = timeline(
                    workspace,
                    ends,
                    walk_limit_m=asked["walk_limit_m"],
                    walking_profile=asked["profile"]["id"],
                )
                # One row of years is kept: who asks for it asks for several layers of it.
                self._timelines = {
                    (ends[0], ends[-1]): disclosed(computed, workspace.profile.privacy)
                }
            return self._timelines[ends[0], ends[-1]]

    @cached_property
    def streets(self) -> Blob:
        """Return the street network as GeoJSON, the background of the map."""
        plain = _streets_geojson(self.snapshot.layer("streets")).encode()
        etag = f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
        return Blob(plain, gzip.compress(plain, compresslevel=6, mtime=0), etag)

    def warm(self) -> None:
        """Prepare what the map asks for first."""
        for collection in self.collections.values():
            collection.features(Query({}, limit=1))
        _ = self.streets, self.about, self.imprint

    def _require(self, name: str, value: object) -> None:
        choices = pd.unique(self.snapshot.table("coverage")[name])
        if value not in choices:
            names = ", ".join(f"{choice}" for choice in choices)
            raise InvalidInputError(
                f"{name}={value!r} was not computed; there are {names}",
                ja=f"「{name}」に「{value}」はありません。使える値: {names}",
            )

    def _whole(self, rows: pd.DataFrame, age_group: str) -> dict[str, Any]:
        """Sum all areas of a layer and its remainder, without the residents nobody could locate."""
        unmatched = self.snapshot.workspace.manifest.get("unmatched_residents", {})
        residents = float(rows["residents"].sum()) - float(unmatched.get(age_group, 0.0))
        reached = float(rows["reached"].sum())
        circle = float(rows["circle_reached"].sum())
        return {
            "area_id": None,
            "area_name": self.run["summary"]["municipality"]["name"],
            "residents": residents,
            "reached": reached,
            "unreached": residents - reached,
            "coverage_pct": 100.0 * reached / residents if residents > 0 else None,
            "circle_coverage_pct": 100.0 * circle / residents if residents > 0 else None,
            "suppressed": False,
            "approximate": False,
        }

    def _gap_counts(self, layer: str, area_id: str | None) -> dict[str, int]:
        """Count the units by class, of a council where ``layer`` is the councils'."""
        gaps = self.snapshot.table("gaps")
        if area_id is not None:
            owner = "council_id" if layer == self.run["summary"]["council_layer"] else "area_id"
            gaps = gaps[gaps[owner] == area_id]
        names = self.run["summary"]["gaps"]
        lived_in = gaps[gaps["residents"] > 0]
        return {name: int((lived_in["gap"] == name).sum()) for name in names}


def _area(rows: pd.DataFrame, area: str, layer: str) -> dict[str, Any]:
    found = rows[rows["area_id"] == area]
    found = rows[rows["area_name"] == area] if found.empty else found
    if found.empty:
        raise NotFoundError(
            f"the layer {layer!r} has no area {area!r}", ja=f"「{layer}」に「{area}」はありません"
        )
    row = found.iloc[0]
    names = ("residents", "reached", "coverage_pct", "circle_coverage_pct")
    figures = {name: None if pd.isna(row[name]) else float(row[name]) for name in names}
    residents, reached = figures["residents"], figures["reached"]
    known = residents is not None and reached is not None
    return {
        "area_id": str(row["area_id"]),
        "area_name": str(row["area_name"]),
        **figures,
        "unreached": residents - reached if known else None,  # type: ignore[operator]  # known
        "suppressed": bool(row["suppressed"]),
        "approximate": bool(row["approximate"]),
    }


def _streets_geojson(streets: gpd.GeoDataFrame) -> str:
    merged = shapely.line_merge(streets.geometry.to_numpy())
    drawn = gpd.GeoSeries(shapely.simplify(merged, STREET_TOLERANCE_M), crs=streets.crs)
    degrees = drawn.to_crs(LONLAT_EPSG).to_numpy()
    rounded = shapely.transform(degrees, lambda xy: np.round(xy, STREET_DECIMALS))
    features = [
        f'{{"type":"Feature","geometry":{text},"properties":{json.dumps(properties)}}}'
        for text, properties in zip(
            shapely.to_geojson(rounded), streets[["reach", "class"]].to_dict("records"), strict=True
        )
    ]
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


class Editions:
    """The newest edition of a workspace: made on first use and after every new run."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._lock = Lock()
        self._current: Edition | None = None

    def current(self) -> Edition:
        """Return the edition of the newest snapshot."""
        snapshot = self.workspace.snapshot()
        with self._lock:
            if self._current is None or self._current.name != snapshot.name:
                self._current = Edition(snapshot)
            return self._current

"""
Editions: a snapshot made ready to be read by many, each part prepared once.

A new run makes a new edition; a reader of the old one is not disturbed.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.areas.location import largest_overlap
from geo.coverage.reached import Limit
from geo.errors import InvalidInputError, NotFoundError, QueueFullError
from geo.vocabulary import TARGET
from services.drawing.styles.rules import Style, styles_of
from services.edition.background import LAYER as GROUND
from services.edition.background import Background
from services.edition.downloads import Downloads
from services.edition.tiles import Archive, Blob, JoinedTiles
from services.plans.store import list_plans
from services.plans.views import COLLECTION as PLAN_SITES
from services.plans.views import all_plan_sites
from services.publication.aspect import Aspect, ByAspect, limit_in, limits_in, main_profile
from services.publication.collections import Collection, Query, TableCollection
from services.publication.columns import LAYERS
from services.publication.supply import Supply
from services.publication.tables import Publication, provenance
from services.publication.timeline import Timeline, timeline
from services.registry.decisions import decisions_n, with_status
from services.reports.week import Week, of_area, week
from services.results.shares import share_figures, shares_of_run
from services.scenarios.answers import WhatIfs, edit_of
from services.scenarios.proposed import proposal_effect, told_effect
from services.situation.parameters import Parameters, limit_of
from services.why.answer import why
from services.why.ground import Ground, Published
from services.words.assumptions import OF_WALKS, marked
from services.words.dates import fiscal_year_ends
from services.words.reasons import doubted
from services.words.texts import LANGS
from services.workspace.folder import (
    LATEST,
    MANIFEST,
    RESULTS,
    RUN,
    Snapshot,
    Workspace,
    Written,
    open_workspace,
    written_at,
)
from services.workspace.geojson import collection, features
from services.workspace.plain import plain_rows

STREET_DECIMALS = 5
"""About 1 m: nothing is measured on the streets of the map."""

TRIALS_MOST = 5
"""Drawn lines that may be tried at once; each takes some seconds of a large town."""

TILES_STAND_S = 1.0
"""For how long nobody looks whether councils have decided, or plans were made, that tiles show."""

SURFACE_CELL_M = 25.0
"""Of the raster of walks that is downloaded; the command line makes finer ones."""

STREET_TOLERANCE_M = 1.5
"""A bend smaller than this is not drawn."""


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a summary is about; None stands for the run's own parameter."""

    layer: str | None = None
    area: str | None = None
    frequency: str = TARGET
    age_group: str | None = None
    walk_limit_m: float | None = None
    walk_limit_min: float | None = None
    profile: str | None = None


class Edition:
    """One snapshot as it may be read."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.run: Mapping[str, Any] = snapshot.run
        self._written = written_at(snapshot.path / RUN)
        self._publication = Publication(snapshot)
        self._timelines: dict[tuple[date, date], Timeline] = {}
        self._shared: tuple[int, pd.DataFrame] | None = None
        self._owned: dict[str, pd.Series] = {}
        self._lock = Lock()
        self._ground: Ground | None = None
        self._ground_lock = Lock()
        self._whatifs: WhatIfs | None = None
        self._archives: dict[str, tuple[Path, Archive, float]] = {}
        self.joined = JoinedTiles()
        self._trials, self._trying = BoundedSemaphore(TRIALS_MOST), Lock()

    @property
    def name(self) -> str:
        """Return the snapshot's name."""
        return self.snapshot.name

    @cached_property
    def _of_snapshot(self) -> dict[str, Collection]:
        return self._publication.collections()

    @property
    def collections(self) -> dict[str, Collection]:
        """Return the collections by id: those of the snapshot, and the sites of plans made since."""
        return {**self._of_snapshot, PLAN_SITES: all_plan_sites(self.snapshot.workspace)}

    def collection(self, collection_id: str) -> Collection:
        """Return one collection."""
        if collection_id == PLAN_SITES:
            return all_plan_sites(self.snapshot.workspace)
        if collection_id not in self._of_snapshot:
            names = ", ".join((*self._of_snapshot, PLAN_SITES))
            raise NotFoundError(
                "there is no collection {collection_id!r}; there are {names}",
                collection_id=collection_id,
                names=names,
            )
        found = self._of_snapshot[collection_id]
        # Councils decide between two runs: the status is that of the moment.
        if collection_id == "candidates" and isinstance(found, TableCollection):
            url = self.snapshot.workspace.registry_url
            return replace(found, frame=with_status(found.frame, url))
        return found

    def state(self, collection_id: str = "") -> str:
        """
        Return what tells the features of a collection, or of all, from those at any other time.

        Councils decide and plans are made between two runs; all else is of the snapshot.
        """
        workspace = self.snapshot.workspace
        parts: list[object] = [self.name, self._written]
        if collection_id in ("", "candidates", PLAN_SITES):
            parts.append(decisions_n(workspace.registry_url))
        if collection_id in ("", PLAN_SITES):
            parts += [(plan.plan_id, plan.record["made_at"]) for plan in list_plans(workspace)]
        return sha256(repr(parts).encode()).hexdigest()[:16]

    @property
    def tiled(self) -> list[str]:
        """Return the collections that have tiles: those with shapes."""
        return [*LAYERS, PLAN_SITES]

    def styles(self, collection_id: str) -> dict[str, Style]:
        """Return how a collection is drawn, by the style's id; of several the first is the usual one."""
        told = self.snapshot.workspace.layers
        known = [layer for layer in told if layer["id"] in self._choices["layer"]]
        found = styles_of(collection_id, known, self.run["summary"]["council_layer"])
        return {style.id: style for style in found}

    @cached_property
    def supply(self) -> Supply:
        """Return seats, second places, inequality and cross-tables."""
        return Supply(self._publication)

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Return sources, parameters, their hash and versions."""
        return provenance(self.snapshot)

    @cached_property
    def imprint(self) -> dict[str, Any]:
        """Return the short provenance that every page carries; ``/about`` has all of it."""
        whole = self.provenance
        names = (
            *("view", "privacy", "software", "snapshot", "parameters_sha256", "workspace_sha256"),
            *("assumptions", "assumed", "assumed_en"),
        )
        credits_given = [
            f"{source['credit']}「{source['title']}」{source['as_of']}（{source['licence']}）"
            for source in whole["sources"]
        ]
        return {**{name: whole[name] for name in names}, "credits": credits_given}

    @cached_property
    def marks(self) -> dict[str, list[str]]:
        """Return what is estimated or assumed of all that is shown but seats, a line or two a language."""
        return marked(self.run["assumptions"])

    @cached_property
    def about(self) -> dict[str, Any]:
        """Return what a reader must know beside the figures, and what can be asked for."""
        choices: dict[str, list[Any]] = dict(self._choices)
        limits = self._limits
        choices["walk_limit_m"] = [limit.m for limit in limits if limit.minutes is None]
        choices["walk_limit_min"] = [limit.minutes for limit in limits if limit.m is None]
        choices["limit"] = [_columns(limit) for limit in limits]
        layers = self.snapshot.workspace.layers
        return {
            **self.provenance,
            **self.marks,
            "doubt": {lang: doubted(self.run["doubts"], lang) for lang in LANGS},
            "summary": self.run["summary"],
            "choices": choices,
            "layers": [layer for layer in layers if layer["id"] in choices["layer"]],
            "background": self.background.about,
            **self._declared(),
        }

    def _declared(self) -> dict[str, Any]:
        """Return what the municipality's documents tell that no map shows."""
        manifest = self.snapshot.workspace.manifest
        names = ("layers_without_borders", "units", "councils", "estimated_age_groups")
        return {name: manifest.get(name, []) for name in (*names, "facts", "conflicting_facts")}

    def summary(self, asked: Whom) -> dict[str, Any]:
        """Return the figures of the one sentence, for an area or for the whole municipality."""
        aspect, layer = self._aspect(asked), self._layer(asked)
        rows = self._coverage_of.rows(aspect, layer)
        figures = _area(rows, asked.area, layer) if asked.area else self._whole(rows, aspect)
        return {
            "layer": layer if asked.area else None,
            **_told(aspect),
            **figures,
            **self.marks,
            "gaps": self._gap_counts(layer, figures["area_id"]),
            "shares": self._shares(layer, figures["area_id"]) if asked.area else [],
        }

    @cached_property
    def _coverage_of(self) -> ByAspect:
        return ByAspect(self.snapshot.table("coverage"))

    def _shares(self, layer: str, area_id: str) -> list[dict[str, Any]]:
        """Return what of each target falls to a council's area; nothing of another area."""
        if layer != self.run["summary"]["council_layer"]:
            return []
        workspace = self.snapshot.workspace
        # Councils decide between two runs: what is planned is that of the moment.
        decided = decisions_n(workspace.registry_url)
        with self._lock:
            if self._shared is None or self._shared[0] != decided:
                self._shared = (decided, shares_of_run(workspace, self.run))
            shares = self._shared[1]
        return share_figures(shares[shares["area_id"] == area_id].to_dict("records"))

    def week(self, asked: Whom) -> dict[str, Any]:
        """Return who has a place on which weekday and half of the day, by the main profile."""
        aspect = self._aspect(replace(asked, profile=None))
        found = week(self._publication, aspect, layer=self._layer(asked), area=asked.area)
        return {**_told(found.asked), **_week_of(found), **self.marks}

    def _aspect(self, asked: Whom) -> Aspect:
        """Return what is asked for, the run's own where nothing is; refuse what was not computed."""
        main = Aspect.main(self.run)
        aspect = Aspect(
            asked.frequency,
            asked.age_group or main.age_group,
            limit_of(asked.walk_limit_m, asked.walk_limit_min) or main.limit,
            asked.profile or main.profile,
        )
        for name in ("frequency", "age_group", "profile"):
            self._require(name, getattr(aspect, name))
        known = self._limits
        if aspect.limit not in known:
            wanted, there = (", ".join(map(_limit_name, some)) for some in ([aspect.limit], known))
            raise InvalidInputError(
                "the walking limit {wanted} was not computed; there are {there}",
                wanted=wanted,
                there=there,
            )
        return aspect

    def _layer(self, asked: Whom) -> str:
        layer = asked.layer or self.run["summary"]["council_layer" if asked.area else "gap_layer"]
        self._require("layer", layer)
        return str(layer)

    def timeline(
        self, first: str, last: str, layer: str | None = None, *, with_planned: bool = False
    ) -> dict[str, Any]:
        """Return the ends of fiscal years, computed as this snapshot was, with one layer's areas."""
        layer = layer or self.run["summary"]["council_layer"]
        self._require("layer", layer)
        ends = fiscal_year_ends(first, last)
        # Councils decide between two runs: what is planned is that of the moment, and never kept.
        found = self._compute_timeline(ends, planned=True) if with_planned else self._timeline(ends)
        areas = found.areas[found.areas["layer"] == layer]
        told = Timeline(found.years, areas, found.targets).to_dict()
        return {**told, **self.marks, "provenance": self.provenance}

    def why(self, lon: float, lat: float, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return how one point comes to the nearest places (``services.why.answer.why``)."""
        told = marked(self.run["assumptions"], OF_WALKS)
        answer = why(self._grounded(), lon, lat, **asked).to_dict()
        return {**answer, **told, "provenance": self.imprint}

    def whatif(
        self, layer: str | None, edits: Sequence[Mapping[str, Any]], age_group: str | None
    ) -> dict[str, Any]:
        """Return what some edits change in one layer (``services.scenarios.whatif``); nothing is stored."""
        epsg = self.snapshot.workspace.profile.municipality.plane_epsg
        tried = [edit_of(edit, epsg) for edit in edits]
        layer = layer or self.run["summary"]["council_layer"]
        answer = self._trying_out().answer(layer, tried, age_group or "")
        return {**answer, **self.marks, "provenance": self.imprint}

    def _trying_out(self) -> WhatIfs:
        with self._ground_lock:
            if self._whatifs is None:
                self._whatifs = WhatIfs(Published(self.snapshot))
            return self._whatifs

    def proposed(self, kind: str, line: Sequence[Sequence[float]]) -> dict[str, Any]:
        """
        Return what a drawn path or barrier would change (``services.scenarios.proposed``).

        All walks are looked for anew, so lines are tried one after the other, and few may wait.
        """
        if not self._trials.acquire(blocking=False):
            raise QueueFullError(
                "{n} lines are being tried already; try again in a minute", n=TRIALS_MOST
            )
        try:
            situation = self._grounded().situation
            with self._trying:
                effect = proposal_effect(situation, kind, line)
        finally:
            self._trials.release()
        few = self.snapshot.workspace.few_below
        return {**told_effect(effect, few), **self.marks, "provenance": self.imprint}

    def _grounded(self) -> Ground:
        with self._ground_lock:
            if self._ground is None:
                self._ground = Ground.of(self.snapshot)
            return self._ground

    def _timeline(self, ends: list[date]) -> Timeline:
        with self._lock:
            if (ends[0], ends[-1]) not in self._timelines:
                # One row of years is kept: who asks for it asks for several layers of it.
                self._timelines = {(ends[0], ends[-1]): self._compute_timeline(ends)}
            return self._timelines[ends[0], ends[-1]]

    def _compute_timeline(self, ends: list[date], *, planned: bool = False) -> Timeline:
        limit, workspace = limit_in(self.run["parameters"]), self.snapshot.workspace
        parameters = Parameters.of(
            workspace.profile,
            walk_limit_m=limit.m,
            walk_limit_min=limit.minutes,
            walking_profile=main_profile(self.run),
        )
        return timeline(workspace, ends, parameters, planned=planned)

    @cached_property
    def streets(self) -> Blob:
        """Return the street network as GeoJSON."""
        told = marked(self.run["assumptions"], OF_WALKS)
        return Blob.of(_streets_geojson(self.snapshot.layer("streets"), told))

    @cached_property
    def background(self) -> Background:
        """Return the ground as tiles, what the map shows beneath the figures."""
        return Background(self.snapshot.workspace)

    @cached_property
    def downloads(self) -> Downloads:
        """Return the collections as files."""
        return Downloads(self)

    def write_surface(self, path: Path) -> None:
        """Write the minutes of the walk from everywhere to the nearest place, by the run's own walker."""
        # Slow to import; who asks for figures does not wait for it.
        from services.results.rasters import SurfaceAsked, surface_of  # noqa: PLC0415

        situation = self._grounded().situation
        asked = SurfaceAsked(cell_m=SURFACE_CELL_M)
        surface_of(situation, path, asked=asked, as_of=str(self.run["as_of"]))

    def archive(self, name: str) -> Archive:
        """Return the tiles of a collection or of the ground."""
        now = monotonic()
        path, archive, until = self._archives.get(name, (None, None, now))
        if archive is not None and now < until:
            return archive
        there = (
            self.downloads.made(name, self.background.write)
            if name == GROUND
            else self.downloads.file(name, "pmtiles")
        )
        if archive is None or path != there:
            archive = Archive(there)
        self._archives[name] = there, archive, now + TILES_STAND_S
        return archive

    def warm(self) -> None:
        """Prepare what the map asks for first."""
        for one in self._of_snapshot.values():
            one.features(Query({}, limit=1))
        _ = self.streets, self.about, self.imprint
        self.archive(GROUND)
        # Last: what the map shows does not wait for it. What hinders it is told to who asks.
        with suppress(Exception):
            self._trying_out().warm(self.run["summary"]["council_layer"])
            for name in self.tiled:
                self.archive(name)

    @cached_property
    def _limits(self) -> list[Limit]:
        """Return the limits that were computed."""
        return limits_in(self.snapshot.table("coverage"))

    @cached_property
    def _choices(self) -> dict[str, list[str]]:
        """Return what else was computed, in the order of the table."""
        table = self.snapshot.table("coverage")
        names = ("frequency", "age_group", "layer", "profile")
        return {name: list(pd.unique(table[name])) for name in names}

    def _require(self, name: str, value: object) -> None:
        choices = self._choices[name]
        if value not in choices:
            names = ", ".join(f"{choice}" for choice in choices)
            raise InvalidInputError(
                "{name}={value!r} was not computed; there are {names}",
                name=name,
                value=value,
                names=names,
            )

    def _whole(self, rows: pd.DataFrame, aspect: Aspect) -> dict[str, Any]:
        """Sum all areas of a layer and its remainder, without the residents nobody could locate."""
        unlocated = self.snapshot.workspace.unlocated(aspect.age_group)
        residents = float(rows["residents"].sum()) - unlocated
        reached = float(rows["reached"].sum())
        circle = float(rows["circle_reached"].sum())
        might = float(rows["reached_with_unknown"].sum())
        return {
            "area_id": None,
            "area_name": self.run["summary"]["municipality"]["name"],
            "residents": residents,
            "reached": reached,
            "unreached": residents - reached,
            "coverage_pct": 100.0 * reached / residents if residents > 0 else None,
            "reached_with_unknown": might,
            "coverage_with_unknown_pct": 100.0 * might / residents if residents > 0 else None,
            "places_unknown_n": int(rows["places_unknown_n"].sum()),
            "circle_coverage_pct": 100.0 * circle / residents if residents > 0 else None,
            "approximate": False,
        }

    def _gap_counts(self, layer: str, area_id: str | None) -> dict[str, int] | None:
        """Count the units by class; None for an area that holds no whole unit, nor most of one."""
        gaps = self.snapshot.table("gaps")
        if area_id is not None:
            gaps = gaps[(self._owners(layer, gaps) == area_id).to_numpy()]
            if gaps.empty:
                return None
        names = self.run["summary"]["gaps"]
        lived_in = gaps[gaps["residents"] > 0]
        return {name: int((lived_in["gap"] == name).sum()) for name in names}

    def _owners(self, layer: str, gaps: pd.DataFrame) -> pd.Series:
        """Return the area of a layer that each unit of the gaps is in: where most of it lies."""
        told = self.run["summary"]
        known = {told["gap_layer"]: "area_id", told["council_layer"]: "council_id"}
        if layer in known:
            return gaps[known[layer]]
        with self._lock:
            if layer not in self._owned:
                areas = self.snapshot.workspace.areas()
                units = areas[areas["layer"] == told["gap_layer"]].set_index("area_id")
                owners = largest_overlap(units, areas[areas["layer"] == layer])
                self._owned[layer] = owners.reindex(gaps["area_id"])
            return self._owned[layer]


def _area(rows: pd.DataFrame, area: str, layer: str) -> dict[str, Any]:
    row = of_area(rows, area, layer).iloc[0]
    names = (
        *("residents", "reached", "coverage_pct", "circle_coverage_pct"),
        *("reached_with_unknown", "coverage_with_unknown_pct"),
    )
    figures = {name: None if pd.isna(row[name]) else float(row[name]) for name in names}
    return {
        "area_id": str(row["area_id"]),
        "area_name": str(row["area_name"]),
        **figures,
        "unreached": float(row["residents"] - row["reached"]),
        "places_unknown_n": int(row["places_unknown_n"]),
        "approximate": bool(row["approximate"]),
    }


def _columns(limit: Limit) -> dict[str, float | None]:
    return {"walk_limit_m": limit.m, "walk_limit_min": limit.minutes}


def _limit_name(limit: Limit) -> str:
    parts = [f"{limit.m:g} m"] if limit.m is not None else []
    return " and ".join([*parts, *([f"{limit.minutes:g} min"] if limit.minutes else [])])


def _told(aspect: Aspect) -> dict[str, Any]:
    """Return what figures are of, as answers name it."""
    names = ("frequency", "age_group", "profile")
    return {**{name: getattr(aspect, name) for name in names}, **_columns(aspect.limit)}


def _week_of(found: Week) -> dict[str, Any]:
    names = ("layer", "area_id", "area_name", "residents")
    return {
        **{name: getattr(found, name) for name in (*names, "reached_combined", "combined_pct")},
        "slots": [asdict(slot) for slot in found.slots],
        "sentences": list(found.said["ja"]),
        "sentences_en": list(found.said["en"]),
    }


def _streets_geojson(streets: gpd.GeoDataFrame, told: Mapping[str, object]) -> bytes:
    merged = shapely.line_merge(streets.geometry.to_numpy())
    drawn = gpd.GeoSeries(shapely.simplify(merged, STREET_TOLERANCE_M), crs=streets.crs)
    rows = plain_rows(streets[["reach", "class"]])
    return collection(features(drawn, rows, decimals=STREET_DECIMALS), after=told)


class Editions:
    """
    The newest edition of a workspace: made on first use and after every new run.

    A build takes nothing away: the result of the build before is served until the new one has a result.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._built = workspace, written_at(workspace.path / MANIFEST)
        self._lock = Lock()
        self._current: Edition | None = None
        self._ran: tuple[str, Written] | None = None
        self._seen: tuple[Written, ...] = ()

    @property
    def workspace(self) -> Workspace:
        """Return the workspace, opened anew where it was built anew."""
        built = written_at(self._workspace.path / MANIFEST)
        with self._lock:
            if built not in (None, self._built):
                view = self._workspace.view
                self._workspace = open_workspace(self._workspace.path, view=view)
                self._built = built
            return self._workspace

    def kept(self) -> Edition | None:
        """Return the edition at hand, None where a newer one may be there: a look at three files tells."""
        current, seen = self._current, self._seen
        return current if current is not None and seen and self._look(current) == seen else None

    def current(self) -> Edition:
        """Return the edition of the newest snapshot, if need be that of the build before."""
        found = self.kept()
        if found is not None:
            return found
        before = () if self._current is None else self._look(self._current)
        snapshot = self.workspace.served()
        # Results that were deleted and made again have the old name.
        ran = (snapshot.name, written_at(snapshot.path / RUN))
        with self._lock:
            if self._current is None or self._ran != ran:
                self._current, self._ran = Edition(snapshot), ran
            # Seen before it was read: what changed meanwhile is seen the next time.
            is_all = None not in before and before == self._look(self._current)
            self._seen = before if is_all else ()
            return self._current

    def _look(self, edition: Edition) -> tuple[Written, ...]:
        """Return what changes with a build, with a run, and with results that are made again."""
        latest = self._workspace.built / RESULTS / LATEST
        paths = (self._workspace.path / MANIFEST, latest, edition.snapshot.path / RUN)
        return tuple(map(written_at, paths))

"""Intake of all areas: layers from files, from joined units, made ones, shared ones, every version of each."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.areas.meshes import meshes_within
from geo.arrays import LONLAT_EPSG
from geo.errors import InvalidInputError, Sentence
from geo.streets.network import Network
from geo.walking.snapping import Frontage
from services.intake.areas.layers import as_layer, read_layer
from services.intake.areas.neighbourhoods import Helpers, read_neighbourhoods
from services.intake.areas.sites import nearest_site_layer, read_sites
from services.intake.areas.unions import UnitRules, read_rules
from services.intake.tables.ledger import Entry, Ledger
from services.intake.vectors.window import Window
from services.profile import (
    Layer,
    Profile,
    Source,
    has_borders,
    layers_on,
    methods,
    without_borders,
)
from services.workspace.folder import with_councils

PROFILE = "profile"
"""What is said of the profile itself stands in the ledger under this name."""

_SHOWN = 10

Version = tuple[str, str]
"""(layer id, version)."""


@dataclass(frozen=True)
class Meshes:
    """The meshes of a layer: their nominal side, and the share of each in the municipality."""

    side_m: int
    inside: pd.DataFrame
    """Columns area_id and inside, 0 to 1."""


@dataclass(frozen=True)
class Assembly:
    """The areas of every layer and version, and how the built ones were joined."""

    areas: gpd.GeoDataFrame
    """Columns layer, area_id, area_name, version, approximate, draft, council_id, geometry."""
    reader: "_Reader"

    @property
    def current(self) -> dict[str, Layer]:
        """Return the version of each layer on the day of the build."""
        return self.reader.current

    def of(self, layer_id: str) -> gpd.GeoDataFrame:
        """Return the areas of a layer as on the day of the build."""
        return self.of_version((layer_id, self.current[layer_id].version))

    def of_version(self, version: Version) -> gpd.GeoDataFrame:
        """Return the areas of one version of a layer."""
        layer_id, name = version
        rows = (self.areas["layer"] == layer_id) & (self.areas["version"] == name)
        return self.areas[rows].reset_index(drop=True)

    def rules(self, version: Version) -> UnitRules | None:
        """Return where a unit belongs in a layer that was joined, also one that has no polygon."""
        return self.reader.rules.get(version)

    def meshes(self, layer_id: str) -> Meshes | None:
        """Return the meshes of a layer of the day of the build, if its areas are meshes."""
        return self.reader.meshes.get((layer_id, self.current[layer_id].version))

    def boundary(self) -> BaseGeometry:
        """Return the outline of the municipality: its own layer, else all areas together."""
        return self.reader.outline

    def with_nearest_sites(self, network: Network, frontage: Frontage) -> "Assembly":
        """Return the areas with those that are divided on foot, once the streets are read."""
        self.reader.streets = network, frontage
        return self.reader.assembly() if self.reader.waiting() else self


class _Reader:
    """Reads each layer once, those first that others are built from."""

    def __init__(
        self,
        profile: Profile,
        path: Callable[[str], Path],
        ledger: Ledger,
        current: dict[str, Layer],
    ) -> None:
        self.profile = profile
        self.path = path
        self.ledger = ledger
        self.current = current
        self.streets: tuple[Network, Frontage] | None = None
        self.layers = [layer for layer in profile.layers if has_borders(layer, profile)]
        self.frames: dict[Version, gpd.GeoDataFrame] = {}
        self.rules: dict[Version, UnitRules] = {}
        self.meshes: dict[Version, Meshes] = {}

    def waiting(self) -> list[Layer]:
        """Return the layers that cannot be made before the streets are read."""
        return [layer for layer in self.layers if "nearest_site" in methods(layer, self.profile)]

    def assembly(self) -> Assembly:
        """Return all layers in the profile's order, before the streets are read those that need none."""
        later = self.waiting() if self.streets is None else []
        frames = [self.frame(layer) for layer in self.layers if layer not in later]
        areas = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True))
        council = self.current[self.profile.analysis.council_layer]
        owners = self.frames.get((council.id, council.version), areas.iloc[:0])
        columns = ["layer", "area_id", "area_name", "version", "approximate", "draft", "council_id"]
        areas = with_councils(areas, owners.reset_index(drop=True), self.profile)
        return Assembly(areas[[*columns, "geometry"]], self)

    @cached_property
    def outline(self) -> BaseGeometry:
        """The municipality's own layer, else all areas together that do not need the outline."""
        drawn = [
            layer
            for layer in self.layers
            if not methods(layer, self.profile) & {"nearest_site", "mesh"}
        ]
        whole = {layer.id for layer in self.current.values() if layer.kind == "municipality"}
        chosen = [layer for layer in drawn if layer.id in whole] or drawn
        shapes = pd.concat([self.frame(layer).geometry for layer in chosen], ignore_index=True)
        return gpd.GeoSeries(shapes).union_all()

    @cached_property
    def window(self) -> Window:
        """The municipality with its bounding box, for files that hold more."""
        whole = [
            layer
            for layer in self.layers
            if layer.kind == "municipality" and layer.source and not layer.method
        ]
        if not whole:
            return self._window_by_code()
        boxes = [self.frame(layer).to_crs(LONLAT_EPSG).total_bounds for layer in whole]
        west, south = np.min(boxes, axis=0)[:2].tolist()
        east, north = np.max(boxes, axis=0)[2:].tolist()
        return replace(self._window_by_code(), bbox=(west, south, east, north))

    def frame(self, layer: Layer) -> gpd.GeoDataFrame:
        """Return the areas of a layer, with its own id, version and marks."""
        key = (layer.id, layer.version)
        if key not in self.frames:
            frame = self._read(layer)
            frame["layer"], frame["version"] = layer.id, layer.version
            frame["approximate"], frame["draft"] = layer.approximate, layer.draft
            self._note_count(layer, len(frame))
            self.frames[key] = frame
        return self.frames[key]

    def _read(self, layer: Layer) -> gpd.GeoDataFrame:
        if layer.same_areas_as:
            base = self._base(layer.same_areas_as)
            frame = self.frame(base).copy()
            self._inherit(layer, base)
            return frame
        if layer.union:
            return self._joined(layer)
        if layer.method == "union":
            return self._united(layer)
        if layer.method == "mesh":
            return self._meshed(layer)
        if layer.method == "nearest_site":
            return self._divided(layer)
        path, source = self._file(layer.source)
        by_code = layer.kind == "municipality" or not source.within
        return read_layer(
            path,
            layer=layer,
            source=source,
            plane_epsg=self.profile.municipality.plane_epsg,
            ledger=self.ledger,
            window=self._window_by_code() if by_code else self.window,
        )

    def _window_by_code(self) -> Window:
        return Window(self.profile.municipality.jis_code, name=self.profile.municipality.name)

    def _file(self, source_id: str) -> tuple[Path, Source]:
        return self.path(source_id), self.profile.source(source_id)

    def _base(self, layer_id: str) -> Layer:
        versions = [layer for layer in self.profile.layers if layer.id == layer_id]
        return next(layer for layer in versions if has_borders(layer, self.profile))

    def _inherit(self, layer: Layer, base: Layer) -> None:
        key, other = (layer.id, layer.version), (base.id, base.version)
        if other in self.rules:
            self.rules[key] = self.rules[other]
        if other in self.meshes:
            self.meshes[key] = self.meshes[other]

    def _united(self, layer: Layer) -> gpd.GeoDataFrame:
        path, source = self._file(layer.source)
        united = read_neighbourhoods(
            path,
            layer=layer,
            source=source,
            base=self.frame(self._base(layer.base_layer)),
            helpers=Helpers(
                self._file(layer.points_source) if layer.points_source else None,
                self._file(layer.halls_source) if layer.halls_source else None,
            ),
            ledger=self.ledger,
        )
        return as_layer(united, layer=layer)

    def _meshed(self, layer: Layer) -> gpd.GeoDataFrame:
        found = meshes_within(
            self.outline, side_m=layer.mesh_side_m, epsg=self.profile.municipality.plane_epsg
        )
        inside = pd.DataFrame(found[["area_id", "inside"]])
        self.meshes[layer.id, layer.version] = Meshes(layer.mesh_side_m, inside)
        return as_layer(found, layer=layer)

    def _divided(self, layer: Layer) -> gpd.GeoDataFrame:
        assert self.streets is not None  # noqa: S101  narrows the type only
        path, source = self._file(layer.source)
        sites = read_sites(
            path,
            layer=layer,
            source=source,
            plane_epsg=self.profile.municipality.plane_epsg,
            ledger=self.ledger,
        )
        cells = nearest_site_layer(
            sites[sites.within(self.outline)],
            self.outline,
            self.streets,
            layer=layer,
            limit_m=self.profile.streets.snap_limit_m,
            ledger=self.ledger,
        )
        return as_layer(cells, layer=layer)

    def _joined(self, layer: Layer) -> gpd.GeoDataFrame:
        assert layer.union is not None  # noqa: S101  narrows the type only
        units = self.frame(self._base(layer.union.of))
        source = self.profile.source(layer.union.source) if layer.union.source else None
        path = self.path(layer.union.source) if layer.union.source else None
        notes = self.ledger.of(source.id) if source else None
        rules = read_rules(layer.union, path=path, source=source, notes=notes)
        self.rules[layer.id, layer.version] = rules
        owner = np.array(
            [
                rules.area_of(str(key), str(name))
                for key, name in zip(units["area_id"], units["area_name"], strict=True)
            ],
            dtype=object,
        )
        self._note_left(layer, units[owner == ""], rules)
        rows = [
            (area.id, area.name, units.geometry[owner == area.id].union_all())
            for area in rules.areas
            if (owner == area.id).any()
        ]
        if not rows:
            raise InvalidInputError(
                "layer {id}: no area of {of} fits any of its units; compare the units with "
                "the ids and names of that layer",
                id=layer.id,
                of=layer.union.of,
                label=layer.label,
            )
        ids, names, shapes = zip(*rows, strict=True)
        return gpd.GeoDataFrame(
            {"layer": layer.id, "area_id": ids, "area_name": names},
            geometry=shapely.make_valid(np.array(shapes, dtype=object)),
            crs=units.crs,
        )

    def _note_left(self, layer: Layer, left: gpd.GeoDataFrame, rules: UnitRules) -> None:
        notes = self.ledger.of(PROFILE)
        if len(left):
            listing = _listing([str(name) for name in left["area_name"]])
            notes.note(
                Entry(
                    "unit_without_area",
                    Sentence(
                        "layer {id}: {left_n} units belong to no area: {listing}",
                        id=layer.id,
                        left_n=len(left),
                        listing=listing,
                        label=layer.label,
                    ),
                )
            )
        if unused := rules.unused():
            listing = _listing(unused)
            notes.note(
                Entry(
                    "unknown_unit",
                    Sentence(
                        "layer {id}: nothing fits the units {listing}",
                        id=layer.id,
                        listing=listing,
                        label=layer.label,
                    ),
                )
            )

    def _note_count(self, layer: Layer, found: int) -> None:
        if layer.count and layer.count != found:
            self.ledger.of(PROFILE).note(
                Entry(
                    "other_count",
                    Sentence(
                        "layer {id}: the documents count {count} areas, the file has {found}",
                        id=layer.id,
                        count=layer.count,
                        found=found,
                        label=layer.label,
                    ),
                )
            )


def assemble_areas(
    profile: Profile, path: Callable[[str], Path], *, day: date, ledger: Ledger
) -> Assembly:
    """Read or build every layer that has borders, in every version, and give each unit its council."""
    current = {layer.id: layer for layer in layers_on(profile, day)}
    _require_current(profile, current, day)
    _note_without_borders(profile, current, ledger)
    return _Reader(profile, path, ledger, current).assembly()


def _require_current(profile: Profile, current: dict[str, Layer], day: date) -> None:
    analysis = profile.analysis
    for name in (analysis.gap_layer, analysis.council_layer, profile.population.layer):
        if name not in current:
            raise InvalidInputError(
                "no version of the layer {name!r} is valid on {day}; correct valid_from and "
                "valid_to, or give another day with --as-of",
                name=name,
                day=day,
            )


def _note_without_borders(profile: Profile, current: dict[str, Layer], ledger: Ledger) -> None:
    notes = ledger.of(PROFILE)
    for layer in without_borders(profile):
        count = Sentence("{count} ", count=layer.count) if layer.count else ""
        notes.note(
            Entry(
                "no_borders",
                Sentence(
                    "layer {id} ({version}): no open borders of its {count}areas; not computed",
                    id=layer.id,
                    version=layer.version,
                    count=count,
                    label=layer.label,
                ),
            )
        )
    for name, layer in current.items():
        declared = next(
            other for other in profile.layers if (other.id, other.version) == (name, layer.version)
        )
        if layer.approximate and not declared.approximate:
            notes.note(
                Entry(
                    "older_version",
                    Sentence(
                        "layer {name}: the version of that day has no borders; {version} stands in",
                        name=name,
                        version=layer.version,
                        label=layer.label,
                    ),
                )
            )


def _listing(names: list[str]) -> str:
    return "、".join(names[:_SHOWN]) + (" …" if names[_SHOWN:] else "")

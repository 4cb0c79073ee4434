"""Intake of all areas: layers from files, from joined units, shared ones, every version of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.areas import largest_overlap
from geo.errors import InvalidInputError
from services.intake.layers import read_layer
from services.intake.ledger import Entry, Ledger
from services.intake.unions import UnitRules, read_rules
from services.profile import Layer, Profile, has_borders, layers_on, without_borders

PROFILE = "profile"
"""What is said of the profile itself stands in the ledger under this name."""

_SHOWN = 10

Version = tuple[str, str]
"""(layer id, version)."""


@dataclass(frozen=True)
class Assembly:
    """The areas of every layer and version, and how the built ones were joined."""

    areas: gpd.GeoDataFrame
    """Columns layer, area_id, area_name, version, approximate, draft, council_id, geometry."""
    current: dict[str, Layer]
    """The version of each layer on the day of the build."""
    rules: dict[Version, UnitRules]
    """Of built layers: where a unit belongs, also one that has no polygon."""

    def of(self, layer_id: str) -> gpd.GeoDataFrame:
        """Return the areas of a layer as on the day of the build."""
        return self.of_version((layer_id, self.current[layer_id].version))

    def of_version(self, version: Version) -> gpd.GeoDataFrame:
        """Return the areas of one version of a layer."""
        layer_id, name = version
        rows = (self.areas["layer"] == layer_id) & (self.areas["version"] == name)
        return self.areas[rows].reset_index(drop=True)

    def boundary(self) -> BaseGeometry:
        """Return the outline of the municipality: its own layer, else all areas together."""
        whole = [layer.id for layer in self.current.values() if layer.kind == "municipality"]
        chosen = self.areas[self.areas["layer"].isin(whole)] if whole else self.areas
        return chosen.geometry.union_all()


class _Reader:
    """Reads each layer once, those first that others are built from."""

    def __init__(self, profile: Profile, path: Callable[[str], Path], ledger: Ledger) -> None:
        self.profile = profile
        self.path = path
        self.ledger = ledger
        self.frames: dict[Version, gpd.GeoDataFrame] = {}
        self.rules: dict[Version, UnitRules] = {}

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
            self._inherit(layer, base)
            return self.frame(base).copy()
        if layer.union:
            return self._joined(layer)
        return read_layer(
            self.path(layer.source),
            layer=layer,
            source=self.profile.source(layer.source),
            plane_epsg=self.profile.municipality.plane_epsg,
            ledger=self.ledger,
        )

    def _base(self, layer_id: str) -> Layer:
        versions = [layer for layer in self.profile.layers if layer.id == layer_id]
        return next(layer for layer in versions if has_borders(layer, self.profile))

    def _inherit(self, layer: Layer, base: Layer) -> None:
        self.frame(base)
        if (base.id, base.version) in self.rules:
            self.rules[layer.id, layer.version] = self.rules[base.id, base.version]

    def _joined(self, layer: Layer) -> gpd.GeoDataFrame:
        assert layer.union is not None  # noqa: S101  narrows the type only
        units = self.frame(self._base(layer.union.of))
        source = self.profile.source(layer.union.source) if layer.union.source else None
        path = self.path(layer.union.source) if layer.union.source else None
        rules = read_rules(layer.union, path=path, source=source)
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
                f"layer {layer.id}: no area of {layer.union.of} fits any of its units; "
                "compare the units with the ids and names of that layer",
                ja=f"層「{layer.label}」：{layer.union.of} の区域がどれも当てはまりません。"
                "units を元の層の番号・名前と見くらべてください",
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
                    f"layer {layer.id}: {len(left)} units belong to no area: {listing}",
                    f"層「{layer.label}」：{len(left)}の単位がどの区域にも入っていません：{listing}",
                )
            )
        if unused := rules.unused():
            listing = _listing(unused)
            notes.note(
                Entry(
                    "unknown_unit",
                    f"layer {layer.id}: nothing fits the units {listing}",
                    f"層「{layer.label}」：{listing} に当てはまる単位がありません",
                )
            )

    def _note_count(self, layer: Layer, found: int) -> None:
        if layer.count and layer.count != found:
            self.ledger.of(PROFILE).note(
                Entry(
                    "other_count",
                    f"layer {layer.id}: the documents count {layer.count} areas, the file has {found}",
                    f"層「{layer.label}」：資料では{layer.count}区域、ファイルには{found}区域あります",
                )
            )


def assemble_areas(
    profile: Profile, path: Callable[[str], Path], *, day: date, ledger: Ledger
) -> Assembly:
    """Read or build every layer that has borders, in every version, and give each unit its council."""
    reader = _Reader(profile, path, ledger)
    layers = [layer for layer in profile.layers if has_borders(layer, profile)]
    current = {layer.id: layer for layer in layers_on(profile, day)}
    _require_current(profile, current, day)
    _note_without_borders(profile, current, ledger)
    areas = pd.concat([reader.frame(layer) for layer in layers], ignore_index=True)
    assembly = Assembly(areas, current, reader.rules)
    councils = assembly.of(profile.analysis.council_layer)
    columns = ["layer", "area_id", "area_name", "version", "approximate", "draft", "council_id"]
    return Assembly(
        with_councils(areas, councils, profile)[[*columns, "geometry"]], current, reader.rules
    )


def with_councils(
    areas: gpd.GeoDataFrame, councils: gpd.GeoDataFrame, profile: Profile
) -> gpd.GeoDataFrame:
    """Return the areas with ``council_id``: the council area that holds most of each unit."""
    owner = largest_overlap(areas, councils)
    whole = [
        layer.id
        for layer in profile.layers
        if layer.kind == "municipality" and layer.id != profile.analysis.council_layer
    ]
    return areas.assign(council_id=owner.mask(areas["layer"].isin(whole), "").to_numpy())


def _require_current(profile: Profile, current: dict[str, Layer], day: date) -> None:
    analysis = profile.analysis
    for name in (analysis.gap_layer, analysis.council_layer, profile.population.layer):
        if name not in current:
            raise InvalidInputError(
                f"no version of the layer {name!r} is valid on {day}; "
                "correct valid_from and valid_to, or give another day with --as-of",
                ja=f"層「{name}」には{day}に有効な版がありません。"
                "valid_from と valid_to を直すか、--as-of で別の日を指定してください",
            )


def _note_without_borders(profile: Profile, current: dict[str, Layer], ledger: Ledger) -> None:
    notes = ledger.of(PROFILE)
    for layer in without_borders(profile):
        count, count_ja = (f"{layer.count} ", f"（{layer.count}）") if layer.count else ("", "")
        notes.note(
            Entry(
                "no_borders",
                f"layer {layer.id} ({layer.version}): no open borders of its {count}areas; not computed",
                f"層「{layer.label}」{count_ja}・{layer.version}：境界データなし。計算しません",
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
                    f"layer {name}: the version of that day has no borders; {layer.version} stands in",
                    f"層「{layer.label}」：その日の版には境界データがないため、{layer.version}で代えます（推定）",
                )
            )


def _listing(names: list[str]) -> str:
    return "、".join(names[:_SHOWN]) + (" …" if names[_SHOWN:] else "")

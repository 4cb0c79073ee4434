"""All layers of a municipality: those that files have, then those that are made from others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from geo.areas import largest_overlap
from geo.errors import InvalidInputError
from geo.meshes import LONLAT_EPSG, meshes_within
from geo.network import Network
from services.intake.layers import as_layer, read_layer
from services.intake.ledger import Ledger
from services.intake.sites import nearest_site_layer, read_sites
from services.intake.unions import Helpers, read_union
from services.intake.window import Window
from services.profile import Layer, Profile, Source

MUNICIPALITY = "municipality"


@dataclass(frozen=True)
class AreaFiles:
    """The profile, where its files are, and the ledger."""

    profile: Profile
    base: Path
    ledger: Ledger

    def file(self, source_id: str) -> tuple[Path, Source]:
        """Return the path and the description of a source."""
        source = self.profile.source(source_id)
        return self.base / source.path, source

    def optional(self, source_id: str) -> tuple[Path, Source] | None:
        """Return the same for a source that may not be named."""
        return self.file(source_id) if source_id else None


def read_areas(files: AreaFiles) -> gpd.GeoDataFrame:
    """Return every layer but those that need the streets (``nearest_site``)."""
    found: dict[str, gpd.GeoDataFrame] = {}
    window = Window(files.profile.municipality.jis_code, name=files.profile.municipality.name)
    plain = [layer for layer in files.profile.layers if not layer.method]
    for layer in sorted(plain, key=lambda layer: layer.kind != MUNICIPALITY):
        path, source = files.file(layer.source)
        found[layer.id] = read_layer(
            path,
            layer=layer,
            source=source,
            plane_epsg=files.profile.municipality.plane_epsg,
            ledger=files.ledger,
            window=window,
        )
        if layer.kind == MUNICIPALITY:
            window = Window(window.jis_code, _lonlat_box(found[layer.id]), window.name)
    for layer in files.profile.layers:
        if layer.method == "union":
            found[layer.id] = _union(files, layer, found)
    if any(layer.method == "mesh" for layer in files.profile.layers):
        boundary = boundary_of(files.profile, found)
        for layer in files.profile.layers:
            if layer.method == "mesh":
                found[layer.id] = as_layer(_meshes(files.profile, layer, boundary), layer=layer)
    return _in_order(files.profile, found)


def add_nearest_site_layers(
    files: AreaFiles, areas: gpd.GeoDataFrame, network: Network
) -> gpd.GeoDataFrame:
    """Return all layers: those that need the streets are there now as well."""
    found = _by_layer(areas)
    boundary = boundary_of(files.profile, found)
    for layer in files.profile.layers:
        if layer.method != "nearest_site":
            continue
        path, source = files.file(layer.sites_source or layer.source)
        sites = read_sites(
            path,
            layer=layer,
            source=source,
            plane_epsg=files.profile.municipality.plane_epsg,
            ledger=files.ledger,
        )
        cells = nearest_site_layer(
            sites[sites.within(boundary)],
            boundary,
            network,
            layer=layer,
            streets=files.profile.streets,
            ledger=files.ledger,
        )
        found[layer.id] = as_layer(cells, layer=layer)
    return _in_order(files.profile, found)


def with_councils(profile: Profile, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the areas with the area of the councils' layer that holds most of each."""
    councils = areas[areas["layer"] == profile.analysis.council_layer]
    owned = areas.assign(council_id=largest_overlap(areas, councils).to_numpy())
    whole = [layer.id for layer in profile.layers if layer.kind == MUNICIPALITY]
    owned.loc[owned["layer"].isin(whole), "council_id"] = ""
    return owned


def boundary_of(profile: Profile, layers: Mapping[str, gpd.GeoDataFrame]) -> BaseGeometry:
    """Return the municipality: its own layer, else everything that a layer has."""
    whole = [layer.id for layer in profile.layers if layer.kind == MUNICIPALITY]
    chosen = [layers[name] for name in whole if name in layers] or list(layers.values())
    if not chosen:
        raise InvalidInputError(
            "no layer has a file of areas; give the municipality's own boundary as a layer",
            ja="区域のファイルをもつ層がありません。自治体の境界を層に加えてください",
        )
    shapes = pd.concat([frame.geometry for frame in chosen])
    return gpd.GeoSeries(shapes).union_all()


def mesh_areas(profile: Profile, layer: Layer, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the meshes of a layer with the share of each that lies in the municipality."""
    found = _by_layer(areas)
    found.pop(layer.id, None)
    return _meshes(profile, layer, boundary_of(profile, found))


def _union(
    files: AreaFiles, layer: Layer, found: Mapping[str, gpd.GeoDataFrame]
) -> gpd.GeoDataFrame:
    path, source = files.file(layer.source)
    if layer.base_layer not in found:
        raise InvalidInputError(
            f"layer {layer.id}: {layer.base_layer} is made later; unite a layer that a file has",
            ja=f"層「{layer.label}」：「{layer.base_layer}」はファイルのある層ではないため、合わせられません",
        )
    united = read_union(
        path,
        layer=layer,
        source=source,
        base=found[layer.base_layer],
        helpers=Helpers(files.optional(layer.points_source), files.optional(layer.halls_source)),
        ledger=files.ledger,
    )
    return as_layer(united, layer=layer)


def _meshes(profile: Profile, layer: Layer, boundary: BaseGeometry) -> gpd.GeoDataFrame:
    epsg = profile.municipality.plane_epsg
    return meshes_within(boundary, side_m=layer.mesh_side_m, epsg=epsg)


def _by_layer(areas: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    return {str(name): areas[areas["layer"] == name] for name in dict.fromkeys(areas["layer"])}


def _lonlat_box(areas: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    west, south, east, north = areas.to_crs(LONLAT_EPSG).total_bounds.tolist()
    return west, south, east, north


def _in_order(profile: Profile, found: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    frames = [found[layer.id] for layer in profile.layers if layer.id in found]
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True))

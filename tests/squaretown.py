"""
A made-up municipality of squares with the structure of any profile.

Units of 300 m stand in rows, streets run along their edges. Every pattern of every union gets units of
its own, so that each area of the profile is there; 100 people live in each unit. The last unit has no
polygon: its residents are known by a point alone, where the table gives one.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import rasterio
from osmium.osm.mutable import Node, Way
from shapely import box

from services.profile import Layer, Profile, Source, read_profile

SIDE_M = 300.0
PER_ROW = 6
PEOPLE = 100


@dataclass(frozen=True)
class Unit:
    """One square: its number gives its position."""

    number: int
    unit_id: str
    name: str

    @property
    def west_m(self) -> float:
        return SIDE_M * (self.number % PER_ROW)

    @property
    def south_m(self) -> float:
        return SIDE_M * (self.number // PER_ROW)

    @property
    def shape(self):
        return box(self.west_m, self.south_m, self.west_m + SIDE_M, self.south_m + SIDE_M)


def units_of(profile: Profile) -> list[Unit]:
    """Return at least eight units, among them one or two for every entry of every union."""
    code = profile.municipality.jis_code
    wanted = [
        entry
        for layer in profile.layers
        if layer.union
        for area in layer.union.areas
        for entry in area.units
        if entry != "*"
    ]
    named = []
    for entry in dict.fromkeys(wanted):
        stem = entry.rstrip("*")
        named += [
            (f"{stem}00{part}", "") if stem.isdigit() else ("", f"{stem}{part}")
            for part in (("1", "2") if entry != stem else ("",))
        ]
    named += [("", "")] * max(3, 8 - len(named))
    return [
        Unit(number, unit_id or f"{code}9{number:03d}", name or f"架空{number}丁目")
        for number, (unit_id, name) in enumerate(named)
    ]


def write_squaretown(
    profile_path: Path,
    folder: Path,
    *,
    all_borders: bool = False,
    units: list[Unit] | None = None,
) -> Path:
    """Write every file that the profile names and return the profile to build from."""
    text = profile_path.read_text(encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "profile.toml"
    if all_borders:
        text = _with_borders(text, read_profile(profile_path))
    path.write_text(text, encoding="utf-8")
    profile = read_profile(path)
    units = units or units_of(profile)
    _streets(folder / profile.source(profile.streets.source).path, units, profile)
    if profile.ground.source:
        # A plain: nothing lies beside the streets.
        with osmium.SimpleWriter(str(folder / profile.source(profile.ground.source).path)):
            pass
    for name in profile.ground.also:
        _school(folder / profile.source(name).path, profile)
    for source in profile.sources:
        layers = [layer for layer in profile.layers if layer.source == source.id]
        if layers:
            _areas(folder / source.path, layers, units, profile)
    _population(folder, units, profile)
    _rest(folder, units, profile)
    return path


def _with_borders(text: str, profile: Profile) -> str:
    """Give every layer that has no borders a file of its own."""
    missing = [layer for layer in profile.layers if not layer.available]
    for layer in missing:
        name = f"made_{layer.id}_{layer.version[:2]}" if layer.valid_from else f"made_{layer.id}"
        name = re.sub(r"[^a-z0-9_]", "", name)
        block = re.compile(
            rf'(\[\[layers\]\]\nid = "{layer.id}"\n(?:(?!\[\[).*\n)*?)available = false.*\n'
        )
        assert block.search(text), layer.id
        text = block.sub(
            rf'\1source = "{name}"\nname_field = "name"\nid_field = "code"\n', text, count=1
        )
        text += f"""
[[sources]]
id = "{name}"
path = "{name}.geojson"
format = "vector"
title = "架空の境界"
credit = "架空"
licence = "CC0 1.0"
as_of = "2016"
"""
    return text


def _points(units: list[Unit], profile: Profile, *, at: float = 0.5) -> gpd.GeoSeries:
    x = [unit.west_m + at * SIDE_M for unit in units]
    y = [unit.south_m + at * SIDE_M for unit in units]
    plane = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=profile.municipality.plane_epsg)
    return plane.to_crs(6668)


def _areas(path: Path, layers: list[Layer], units: list[Unit], profile: Profile) -> None:
    base = next((layer for layer in layers if layer.id == profile.population.layer), None)
    # Without a table of points nobody would know the residents of a unit without a polygon.
    drawn = units[:-1] if base and profile.population.lon_field else units
    columns: dict[str, list[object]] = {}
    for layer in layers:
        ids, names = _named(layer, drawn, is_base=layer is base)
        columns[layer.name_field] = names
        if layer.id_field:
            columns[layer.id_field] = ids
    if base and profile.source(profile.population.source).path == path.name:
        columns |= {
            column: [PEOPLE] * len(drawn) for column in profile.population.age_groups.values()
        }
    frame = gpd.GeoDataFrame(
        columns, geometry=[unit.shape for unit in drawn], crs=profile.municipality.plane_epsg
    )
    frame.to_crs(6668).to_file(path, driver="GeoJSON")


def _named(layer: Layer, units: list[Unit], *, is_base: bool) -> tuple[list[object], list[object]]:
    if is_base:
        return [unit.unit_id for unit in units], [unit.name for unit in units]
    count = min(layer.count or (1 if layer.kind == "municipality" else 3), len(units))
    names = [*layer.area_names, *(f"{layer.label}{number}" for number in range(count))][:count]
    group = [unit.number * count // (units[-1].number + 1) for unit in units]
    return [f"{layer.id}-{g}" for g in group], [names[g] for g in group]


def _population(folder: Path, units: list[Unit], profile: Profile) -> None:
    spec, source = profile.population, profile.source(profile.population.source)
    if source.format != "csv":
        return
    table = pd.DataFrame({spec.name_field: [unit.name for unit in units]})
    if spec.id_field:
        table[spec.id_field] = [unit.unit_id for unit in units]
    for group, column in spec.age_groups.items():
        table[column] = PEOPLE if group == "total" else PEOPLE // 4
    if spec.lon_field:
        points = _points(units, profile)
        table[spec.lon_field], table[spec.lat_field] = points.x, points.y
    table.to_csv(folder / source.path, index=False, encoding="cp932")


def _rest(folder: Path, units: list[Unit], profile: Profile) -> None:
    points = _points(units, profile, at=0.4)
    if profile.buildings:
        frame = pd.DataFrame({"lon": points.x, "lat": points.y, "footprint_m2": 80.0})
        frame.assign(height_m=6.0, usage="411").to_parquet(
            folder / profile.source(profile.buildings.source).path
        )
    if profile.elevation:
        grid = rasterio.transform.from_origin(-500, 5000, 100, 100)
        with rasterio.open(
            folder / profile.source(profile.elevation.source).path,
            "w",
            driver="GTiff",
            width=60,
            height=60,
            count=1,
            dtype="float32",
            crs=f"EPSG:{profile.municipality.plane_epsg}",
            transform=grid,
        ) as raster:
            raster.write(np.zeros((1, 60, 60), dtype="float32"))
    for spec in profile.venues:
        source: Source = profile.source(spec.source)
        pd.DataFrame(
            {
                spec.name_field: ["架空近隣センター", "架空小学校", "架空会館"],
                spec.address_field: "架空市",
                "緯度": points.y[:3],
                "経度": points.x[:3],
            }
        ).to_csv(folder / source.path, index=False)


def _school(path: Path, profile: Profile) -> None:
    """Write one school of P29 as it was until 2013, in the first unit."""
    table = {"P29_004": ["16001"], "P29_005": ["学校"], "P29_006": ["架空"]}
    point = gpd.GeoSeries.from_xy([SIDE_M / 2], [SIDE_M / 2], crs=profile.municipality.plane_epsg)
    gpd.GeoDataFrame(table, geometry=point).to_crs(6668).to_file(path)


def _streets(path: Path, units: list[Unit], profile: Profile) -> None:
    rows = units[-1].number // PER_ROW + 1
    xy = [(c * SIDE_M, r * SIDE_M) for r in range(rows + 1) for c in range(PER_ROW + 1)]
    plane = gpd.GeoSeries(
        gpd.points_from_xy(*zip(*xy, strict=True)), crs=profile.municipality.plane_epsg
    ).to_crs(6668)
    along = [[r * (PER_ROW + 1) + c + 1 for c in range(PER_ROW + 1)] for r in range(rows + 1)]
    across = [[r * (PER_ROW + 1) + c + 1 for r in range(rows + 1)] for c in range(PER_ROW + 1)]
    with osmium.SimpleWriter(str(path)) as writer:
        for number, point in enumerate(plane, start=1):
            writer.add_node(Node(id=number, location=(point.x, point.y), version=1))
        for number, nodes in enumerate([*along, *across], start=1):
            writer.add_way(Way(id=number, nodes=nodes, tags={"highway": "residential"}, version=1))

"""Which files the town has, and what stands in their columns."""

from pathlib import Path

import numpy as np

from services.modeltown.buses import draw_stops
from services.modeltown.dangers import draw_floods, draw_slopes
from services.modeltown.extras import draw_features
from services.modeltown.files import (
    city_properties,
    lonlat,
    write_buildings,
    write_csv,
    write_elevation,
    write_geojson,
    write_osm,
)
from services.modeltown.layers import layer_shapes, named_rows, school_rows, small_area_rows
from services.modeltown.names import FULL_WIDTH, NAMES
from services.modeltown.people import UNMATCHED
from services.modeltown.places import Row
from services.modeltown.plan import PLANS, Size
from services.modeltown.profilefile import draw_wishes, profile_text
from services.modeltown.scenery import with_scenery
from services.modeltown.town import Town, draw_town
from services.modeltown.venues import points
from services.workspace.progress import Progress, silent


def write_town(folder: Path, *, size: Size, seed: int = 1, progress: Progress = silent) -> Path:
    """Write the files of a model town and return the path of its profile."""
    town = draw_town(PLANS[size], seed=seed, progress=progress)
    progress("town.files", 0.75)
    path = write_files(town, folder)
    progress("town.done", 1.0)
    return path


def write_files(town: Town, folder: Path) -> Path:
    """Write every file of the town and return the path of the profile."""
    folder.mkdir(parents=True, exist_ok=True)
    features = draw_features(
        town.ground, town.streets, castle=town.castle, lone_path=town.lone_path
    )
    write_osm(folder / "streets.osm.pbf", town.streets, features=with_scenery(features, town))
    _write_layers(town, folder)
    _write_population(town, folder / "population.csv")
    _write_venues(town, folder / "venues.csv")
    stops = draw_stops(town.ground, town.streets, town.blocks, town.layers)
    write_geojson(folder / "P11.geojson", *stops)
    write_geojson(folder / "A31.geojson", *draw_floods(town.ground))
    write_geojson(folder / "A33.geojson", *draw_slopes(town.ground))
    _write_places(town.places, folder / "places.csv")
    write_buildings(folder / "buildings.parquet", town.buildings)
    write_elevation(folder / "elevation.tif", town.ground)
    path = folder / "profile.toml"
    wishes = draw_wishes(town.venues, town.places, town.layers.districts)
    path.write_text(profile_text(town.ground.plan, wishes), encoding="utf-8")
    return path


def _write_layers(town: Town, folder: Path) -> None:
    districts = town.layers.districts
    rows: dict[str, list[dict[str, object]]] = {
        "N03": [city_properties()],
        "small_areas": small_area_rows(districts.small_area_names, town.people),
        "A27_elementary": school_rows(districts.school_names),
        "neighbourhoods": named_rows(districts.neighbourhood_names, "T"),
        "community_areas": named_rows(districts.community_names, "C"),
        "daily_life_areas": named_rows(town.layers.daily_life_names, "D"),
    }
    for name, shapes in layer_shapes(town.layers, town.blocks).items():
        write_geojson(folder / f"{name}.geojson", shapes, rows[name])


def typed_name(name: str, index: int) -> str:
    """Return an area's name as another department types it: other digits, a large ケ."""
    ending = NAMES.areas.block_ending
    for digit, numeral in enumerate(NAMES.numerals, start=1):
        name = name.replace(numeral + ending, str(digit).translate(FULL_WIDTH) + ending)
    return name.replace(*NAMES.areas.typed_differently) if index % 2 else name


def _write_population(town: Town, path: Path) -> None:
    names = town.layers.districts.small_area_names
    columns = ["total", "households", "0-14", "15-64", "65+", "75+"]
    rows: list[list[object]] = [
        [typed_name(name, index), *town.people.iloc[index][columns].tolist()]
        for index, name in enumerate(names)
    ]
    lost = zip(NAMES.areas.unmatched, UNMATCHED, strict=True)
    for name, (total, households, elderly, oldest) in lost:
        rows.append([name, total, households, 0, total - elderly, elderly, oldest])
    write_csv(path, NAMES.columns.population, rows, encoding="cp932")


def _write_venues(town: Town, path: Path) -> None:
    places, kinds = lonlat(points(town.venues)), NAMES.venues.kinds
    rows = [
        [venue.name, kinds[venue.kind].label, venue.address, f"{lat:.6f}", f"{lon:.6f}", *room]
        for venue, room, (lon, lat) in zip(town.venues, town.rooms, places, strict=True)
    ]
    write_csv(path, NAMES.columns.venues, rows, encoding="utf-8-sig")


def _write_places(rows: list[Row], path: Path) -> None:
    located = lonlat(np.array([row.xy or (0.0, 0.0) for row in rows]))
    table = []
    for row, (lon, lat) in zip(rows, located, strict=True):
        position = (f"{lat:.6f}", f"{lon:.6f}") if row.xy else ("", "")
        text = (row.name, row.kind, row.venue, row.group, row.address, row.schedule, row.status)
        table.append([*text, row.opened, row.verified, *position])
    write_csv(path, NAMES.columns.places, table, encoding="cp932")

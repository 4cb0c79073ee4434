"""The model town is a town: exact totals, borders that fit, streets that stop at the water."""

import csv
import hashlib
import re
from collections import Counter
from itertools import pairwise

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import rasterio
import shapely

from services.intake.ground.osm import read_osm_ground
from services.intake.places.venues import read_venues
from services.intake.tables.ledger import Ledger
from services.modeltown import write_town
from services.modeltown.lattice import Spacing, straight_streets
from services.modeltown.output import typed_name
from services.modeltown.people import apportion
from services.modeltown.plan import PLANS
from services.profile import read_profile
from services.words.names import normalise

PLAN = PLANS["small"]
AREA_LAYERS = {
    "small_areas": PLAN.small_areas,
    "neighbourhoods": PLAN.neighbourhoods,
    "A27_elementary": PLAN.schools,
    "community_areas": PLAN.community_areas,
    "daily_life_areas": PLAN.daily_life_areas,
}
WALKED = {
    "trunk", "secondary", "tertiary", "unclassified", "residential", "track", "path", "footway", "steps",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(town_profile):
    return town_profile.parent


@pytest.fixture(scope="module")
def layers(folder):
    names = ["N03", *AREA_LAYERS]
    return {name: gpd.read_file(folder / f"{name}.geojson").to_crs(6677) for name in names}


@pytest.fixture(scope="module")
def ways(folder):
    return read_ways(folder / "streets.osm.pbf")


def read_ways(path):
    rows = []
    for way in osmium.FileProcessor(str(path)).with_locations():
        if way.is_way():
            nodes = [(node.ref, node.lon, node.lat) for node in way.nodes]
            line = shapely.LineString([(lon, lat) for _, lon, lat in nodes])
            tags = {tag.k: tag.v for tag in way.tags}
            refs = [ref for ref, _, _ in nodes]
            rows.append({"tags": tags, "refs": refs, "geometry": line})
    return gpd.GeoDataFrame(rows, crs=6668).to_crs(6677)


def read_rows(path, encoding="cp932"):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def walkable(tags):
    closed = tags.get("foot") == "no" or tags.get("motorroad") == "yes"
    return tags.get("highway") in WALKED and not closed


def separated(tags):
    return "bridge" in tags or "tunnel" in tags


def test_the_profile_is_accepted_and_says_that_the_town_is_fictional(folder):
    profile = read_profile(folder / "profile.toml")

    assert profile.municipality.fictional
    assert profile.municipality.jis_code.startswith("99")
    assert all("架空" in source.title and "架空" in source.credit for source in profile.sources)
    assert all((folder / source.path).is_file() for source in profile.sources)
    numbers = {target.frequency: target.number for target in profile.targets}
    assert numbers == {"monthly": 40, "weekly": 6, "permanent": 2}


def test_the_same_seed_gives_the_same_files(folder, tmp_path, ways):
    write_town(tmp_path, size="small", seed=1)

    for path in sorted(folder.iterdir()):
        if path.suffix in {".csv", ".geojson", ".toml", ".tif", ".parquet"}:
            assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name
    again = read_ways(tmp_path / "streets.osm.pbf")
    assert list(ways["tags"]) == list(again["tags"])
    assert list(ways["refs"]) == list(again["refs"])
    assert np.array_equal(shapely.to_wkb(ways.geometry), shapely.to_wkb(again.geometry))


def test_another_seed_gives_another_town(folder, tmp_path):
    write_town(tmp_path, size="small", seed=2)

    digests = [
        hashlib.sha256((at / "N03.geojson").read_bytes()).digest() for at in (folder, tmp_path)
    ]
    assert digests[0] != digests[1]


def test_residents_add_up_to_the_plan(folder):
    rows = read_rows(folder / "population.csv")
    sums = {
        column: sum(int(row[column]) for row in rows)
        for column in ("総人口", "0-14歳", "15-64歳", "65歳以上")
    }

    assert sums["総人口"] == 40_000
    assert sums["0-14歳"] + sums["15-64歳"] + sums["65歳以上"] == 40_000
    assert 0.25 < sums["65歳以上"] / 40_000 < 0.27
    assert all(0 <= int(row["75歳以上"]) <= int(row["65歳以上"]) for row in rows)
    assert all(int(row["15-64歳"]) >= 0 for row in rows)


def test_the_city_has_the_residents_of_the_benchmark():
    city = PLANS["city"]

    assert city.residents == 433_621
    assert round(100 * city.elderly / city.residents, 2) == 25.97


def test_population_names_match_small_areas_only_after_normalising(folder, layers):
    typed = [row["町丁字名"] for row in read_rows(folder / "population.csv")]
    areas = list(layers["small_areas"]["S_NAME"])
    lost = ["見本市営住宅（建替中）", "川向新開"]

    assert set(typed) - set(areas) > set(lost)
    assert {normalise(name) for name in typed} - {normalise(name) for name in areas} == {
        normalise(name) for name in lost
    }
    assert len({normalise(name) for name in areas}) == len(areas) == 60


def test_a_typed_name_has_other_digits_and_another_ke():
    assert typed_name("光ヶ丘三丁目", 1) == "光ケ丘３丁目"
    assert typed_name("光ヶ丘三丁目", 0) == "光ヶ丘３丁目"


@pytest.mark.parametrize(("name", "number"), AREA_LAYERS.items())
def test_every_layer_covers_the_city_without_gap_or_overlap(layers, name, number):
    city = layers["N03"].geometry.iloc[0]
    areas = layers[name].geometry
    whole_m2 = city.area

    assert len(areas) == number
    assert areas.is_valid.all()
    assert abs(areas.area.sum() - whole_m2) < 1e-6 * whole_m2
    assert areas.union_all().symmetric_difference(city).area < 1e-6 * whole_m2


def test_the_city_is_one_polygon_without_holes(layers):
    city = layers["N03"].geometry.iloc[0]

    assert city.geom_type == "Polygon"
    assert len(city.interiors) == 0


@pytest.mark.parametrize("outer", ["A27_elementary", "community_areas", "small_areas"])
def test_neighbourhoods_do_not_nest(layers, outer):
    near = layers["neighbourhoods"].geometry
    parts = [
        sum(area.intersection(other).area > 0.05 * area.area for other in layers[outer].geometry)
        for area in near
    ]

    assert max(parts) > 1
    assert min(parts) >= 1


def test_layers_share_some_borders(layers):
    near = layers["neighbourhoods"].geometry.boundary.union_all()
    school = layers["A27_elementary"].geometry.boundary.union_all()
    city = layers["N03"].geometry.iloc[0].boundary.buffer(1.0)
    shared_m = near.buffer(0.5).intersection(school).difference(city).length

    assert shared_m > 500


def test_streets_pass_the_river_only_on_bridges(ways):
    river = ways[[tags.get("waterway") == "river" for tags in ways["tags"]]].geometry.iloc[0]
    water = river.buffer(PLAN.river_half_width_m - 1.0, cap_style="flat")
    streets = ways[[walkable(tags) for tags in ways["tags"]]]
    wet = streets[streets.intersects(water)]

    assert len(wet) == PLAN.bridges
    assert all(tags["bridge"] == "yes" and tags["layer"] == "1" for tags in wet["tags"])


def test_streets_pass_the_railway_only_at_its_crossings(ways, folder):
    rails = ways[[tags.get("railway") == "rail" for tags in ways["tags"]]]
    streets = ways[[walkable(tags) for tags in ways["tags"]]]
    across = streets[streets.intersects(rails.union_all())]
    level = [set(refs) & set().union(*rails["refs"]) for refs in across["refs"]]
    kinds = Counter(
        "level" if shared else "tunnel" if "tunnel" in tags else f"{tags['highway']} bridge"
        for shared, tags in zip(level, across["tags"], strict=True)
    )

    assert kinds == {"level": 2, "footway bridge": 1, "tunnel": 1}
    nodes = osmium.FileProcessor(str(folder / "streets.osm.pbf"))
    marked = {
        node.id for node in nodes if node.is_node() and node.tags.get("railway") == "level_crossing"
    }
    assert marked == set().union(*level)


def test_all_streets_are_one_network_except_the_park_path(ways):
    parent = {}

    def root(node):
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    streets = ways[[walkable(tags) for tags in ways["tags"]]]
    for refs in streets["refs"]:
        for first, second in pairwise(refs):
            parent[root(first)] = root(second)
    pieces = Counter(root(refs[0]) for refs in streets["refs"])

    assert sorted(pieces.values())[:-1] == [1]
    lone = streets[[pieces[root(refs[0])] == 1 for refs in streets["refs"]]]
    assert lone["tags"].iloc[0]["highway"] == "footway"
    assert lone.length.iloc[0] < 300


def test_the_streets_have_what_a_reader_must_know(ways):
    tags = pd.Series([tag for own in ways["tags"] for tag in own.items()])

    for wanted in (
        ("highway", "trunk"),
        ("highway", "steps"),
        ("highway", "path"),
        ("highway", "footway"),
        ("highway", "track"),
        ("highway", "motorway"),
        ("motorroad", "yes"),
        ("foot", "no"),
        ("tunnel", "yes"),
        ("layer", "-1"),
        ("footway", "crossing"),
    ):
        assert (tags == wanted).any(), wanted


def test_places_are_typed_as_a_city_types_them(folder):
    path = folder / "places.csv"
    with pytest.raises(UnicodeDecodeError):
        path.read_text(encoding="utf-8")
    rows = read_rows(path)
    schedules = [row["開催日"] for row in rows]

    assert len(rows) == 24
    assert "毎週月曜日10:00～11:30" in schedules
    assert "毎月第2・第4金曜日" in schedules
    assert {"毎日", "週３回", "第１・３火曜", "不定期"} <= set(schedules)
    assert [row["種別"] for row in rows].count("個人宅") == 1
    assert [row["状況"] for row in rows].count("休止中") == 1
    assert re.search("[０-９]", rows[0]["所在地"])


def test_two_places_lack_coordinates_and_can_be_found_otherwise(folder, layers):
    rows = [row for row in read_rows(folder / "places.csv") if not row["緯度"]]
    venues = {row["施設名"] for row in read_rows(folder / "venues.csv", "utf-8-sig")}
    by_venue = [row for row in rows if row["会場"] in venues]
    by_area = [row for row in rows if row["会場"] not in venues]

    assert len(rows) == 2
    assert len(by_venue) == 1
    names = [str(name) for name in layers["small_areas"]["S_NAME"]]
    assert any(by_area[0]["所在地"].startswith(f"見本市{name}") for name in names)


def test_two_groups_alternate_at_one_hall(folder):
    rows = read_rows(folder / "places.csv")
    pair = [row for row in rows if row["名称"] in {"つばき会", "さざんか会"}]

    assert len(pair) == 2
    assert pair[0]["会場"] == pair[1]["会場"]
    assert {row["開催日"][:7] for row in pair} == {"第１・第３木曜", "第２・第４木曜"}


def test_venues_and_buildings_stand_in_the_city(folder, layers):
    city = layers["N03"].geometry.iloc[0]
    venues = pd.DataFrame(read_rows(folder / "venues.csv", "utf-8-sig"))
    points = gpd.GeoSeries.from_xy(
        venues["経度"].astype(float), venues["緯度"].astype(float), crs=6668
    ).to_crs(6677)
    buildings = pd.read_parquet(folder / "buildings.parquet")
    homes = gpd.GeoSeries.from_xy(buildings["lon"], buildings["lat"], crs=6668).to_crs(6677)

    assert points.within(city).all()
    assert homes.within(city).all()
    assert len(buildings) == PLAN.buildings
    assert {"411", "412", "402", "431"} <= set(buildings["usage"].dropna())
    assert set(venues["種別"]) == {
        "小学校", "近隣センター", "公民館", "集会所", "町会館", "デイサービス", "空き店舗", "銭湯",
        "空き家", "旧JA支所", "廃校", "団地集会室", "特別養護老人ホーム", "個人宅",
    }  # fmt: skip


def test_rooms_are_typed_as_a_city_types_them_and_all_of_it_is_read(folder):
    profile = read_profile(folder / "profile.toml")
    ledger = Ledger()
    venues = read_venues(
        folder / "venues.csv",
        spec=profile.venues[0],
        source=profile.source("venues"),
        plane_epsg=6677,
        ledger=ledger,
    )
    assert ledger.of("venues").entries == []
    rows = read_rows(folder / "venues.csv", "utf-8-sig")
    assert len(venues) == len(rows) == len({row["施設名"] for row in rows})
    for column, name in (("面積", "floor_area_m2"), ("定員", "capacity"), ("家賃", "rent_yen")):
        assert venues[name].notna().tolist() == [row[column] != "" for row in rows]
    assert any(row["面積"].endswith("畳") for row in rows)
    assert any(row["面積"].endswith("㎡") for row in rows)
    # A day care is free on Sundays; nobody has asked everybody yet.
    kinds = venues.groupby("kind")["availability"].agg(set)
    assert {"日曜", "土日"} >= kinds["デイサービス"] - {""}
    assert {"", "毎日"} <= set(venues["availability"])
    private = venues[venues["private_home"]]
    assert private["kind"].tolist() == ["個人宅", "個人宅"]
    assert private["consent"].fillna(value=False).tolist() == [True, False]
    assert (venues.loc[venues["kind"] == "空き家", "owner"] == "").all()
    assert venues["owner"].str.endswith("町会").any()


def test_bus_stops_stand_along_main_roads_apart_from_each_other(folder, layers, ways):
    stops = gpd.read_file(folder / "P11.geojson").to_crs(6677)
    main = ways[[tags.get("highway") in {"trunk", "secondary"} for tags in ways["tags"]]]
    city = layers["N03"].geometry.iloc[0]

    assert len(stops) > 10
    assert stops["P11_001"].is_unique
    assert "見本駅前" in set(stops["P11_001"])
    assert stops.within(city).all()
    assert stops.distance(main.geometry.union_all()).max() < 10
    apart_m = shapely.distance(*np.meshgrid(stops.geometry.to_numpy(), stops.geometry.to_numpy()))
    assert apart_m[apart_m > 0].min() >= 259


def test_floods_are_deeper_by_the_river_and_spare_the_plateau(folder, ways):
    floods = gpd.read_file(folder / "A31.geojson").to_crs(6677).set_index("A31_201")
    river = ways[[tags.get("waterway") == "river" for tags in ways["tags"]]].geometry.iloc[0]
    assert floods.is_valid.all()
    assert list(floods.index) == sorted(floods.index)
    # The river runs through the deepest part; depths do not overlap.
    near = [shapely.distance(shape.representative_point(), river) for shape in floods.geometry]
    assert near[-1] < near[0]
    assert floods.union_all().area == pytest.approx(floods.area.sum(), rel=1e-6)
    spots = [shape.representative_point() for shape in floods.geometry]
    with rasterio.open(folder / "elevation.tif") as raster:
        height_m = [next(raster.sample([(spot.x, spot.y)]))[0] for spot in spots]
    # The lowland lies at some 5 m, the plateau 22 m above it.
    assert max(height_m) < 10


def test_slopes_have_a_red_zone_in_a_yellow_one(folder):
    slopes = gpd.read_file(folder / "A33.geojson").to_crs(6677)
    assert len(slopes) > 0
    for _, zones in slopes.groupby("A33_004"):
        yellow, red = (zones[zones["A33_002"] == code].geometry.iloc[0] for code in (1, 2))
        assert yellow.contains(red)


def test_two_councils_say_what_they_want_and_do_not_want(folder, layers):
    profile = read_profile(folder / "profile.toml")
    wants, refuses = profile.planning.council_lists
    areas = set(layers["community_areas"]["name"])
    names = {row["施設名"] for row in read_rows(folder / "venues.csv", "utf-8-sig")}
    assert {wants.council, refuses.council} <= areas
    assert {*wants.must, *refuses.must_not} <= names
    held = {row["会場"] for row in read_rows(folder / "places.csv")}
    # What must be there is a hall that meets already, so it costs an upgrade, not an opening.
    assert set(wants.must) <= held


def test_the_ground_has_a_plateau_and_a_frame_without_data(folder):
    with rasterio.open(folder / "elevation.tif") as raster:
        height_m = raster.read(1, masked=True)
        epsg = raster.crs.to_epsg()

    assert epsg == 6677
    assert height_m.mask[0].all()
    assert not height_m.mask[2:-2, 2:-2].any()
    assert height_m.max() - height_m.min() > 20


def test_the_town_lies_in_the_sea_off_choshi(layers):
    west, south, east, north = layers["N03"].to_crs(6668).total_bounds

    assert 141.0 < west < east < 142.0
    assert 35.5 < south < north < 36.0


def test_apportioning_keeps_the_sum_and_gives_remainders_to_the_largest():
    assert apportion(np.array([1.0, 1.0, 1.0]), 10).tolist() == [4, 3, 3]
    assert apportion(np.array([0.0, 0.3, 0.7]), 3).tolist() == [0, 1, 2]


def test_planned_streets_stay_in_their_cell():
    cell = shapely.box(0.0, 0.0, 400.0, 200.0)
    rng = np.random.default_rng(0)
    lines = straight_streets(cell, rng, spacing=Spacing(row_m=34.0, join_m=92.0))

    assert len(lines) > 5
    assert all(cell.buffer(1e-6).contains(line) for line in lines)


@pytest.fixture(scope="module")
def ground(folder):
    frame = read_osm_ground(folder / "streets.osm.pbf").frame()
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=6668).to_crs(6677)


def test_no_house_stands_in_water_and_the_castle_hill_is_dry(folder, ground):
    buildings = pd.read_parquet(folder / "buildings.parquet")
    homes = gpd.GeoSeries.from_xy(buildings["lon"], buildings["lat"], crs=6668).to_crs(6677)
    water = ground[ground["kind"] == "water"]
    assert {"見本川", "見本溜池"} <= set(water["name"])
    assert not homes.intersects(water.union_all()).any()
    (park,) = ground[ground["name"] == "見本城址公園"].geometry
    (moat,) = [shape for shape in water.geometry if shape.within(park)]
    assert not moat.contains(park.centroid)


def test_streets_pass_open_water_and_the_canal_only_where_they_cross(ground, ways):
    streets = ways[[walkable(tags) for tags in ways["tags"]]]
    level = streets[[not separated(tags) for tags in streets["tags"]]].union_all()
    water = ground[ground["kind"] == "water"].union_all()
    # A path may begin on the bank, where its bridge ends.
    assert not level.intersects(water.buffer(-0.1))
    canal = ground[(ground["kind"] == "canal") & (ground["level"] == "ground")]
    # 7 m of cover on both sides of every street and house, less what an octagon lacks of a circle.
    assert level.distance(canal.union_all()) > 6
    assert canal["name"].eq("見本用水").all()


def test_people_know_the_town_by_its_stations_schools_and_halls(folder, ground):
    named = ground.groupby("kind")["name"].agg(set)
    assert named["station"] == {"見本"}
    assert named["townhall"] == {"見本市役所"}
    schools = {
        row["施設名"]
        for row in read_rows(folder / "venues.csv", "utf-8-sig")
        if row["種別"] == "小学校"
    }
    assert named["school"] == schools
    rails = ground[ground["kind"] == "railway"].union_all()
    assert ground[ground["kind"] == "station"].distance(rails).max() < 1
    # The railway passes the river on a bridge of its own, from bank to bank.
    river = ground[(ground["kind"] == "water") & (ground["name"] == "見本川")].union_all()
    (bridge,) = ground[(ground["kind"] == "railway") & (ground["level"] == "above")].geometry
    assert rails.intersection(river).length == pytest.approx(bridge.length, abs=0.1)

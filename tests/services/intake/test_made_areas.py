"""Layers that no file has, in a whole build of the model town: districts, 町会, meshes."""

import csv
import hashlib
import shutil

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.areas.meshes import mesh_codes
from geo.errors import InvalidInputError
from services.intake.build import build
from services.profile import read_profile
from services.publication.aspect import Aspect
from services.results.run import run

SCHOOLS = """
[[layers]]
id = "nearest_school"
kind = "elementary_district"
label = "小学校区（推定）"
label_en = "elementary districts (estimate)"
source = "venues"
method = "nearest_site"
sites_kinds = ["小学校"]
name_field = "施設名"
version = "推定"
"""

TOWNS = """
[[sources]]
id = "towns"
path = "towns.csv"
format = "csv"
title = "架空の町会一覧"
credit = "架空"
licence = "架空"
as_of = "2024"

[[layers]]
id = "towns"
kind = "neighbourhood"
label = "町会（推定）"
label_en = "neighbourhoods (estimate)"
source = "towns"
method = "union"
base_layer = "small_area"
version = "推定"
"""

MESH = """
[[sources]]
id = "mesh"
path = "mesh.csv"
format = "csv"
title = "架空の250mメッシュ"
credit = "架空"
licence = "架空"
as_of = "2020"

[[layers]]
id = "mesh_250"
kind = "mesh"
label = "250mメッシュ"
label_en = "250 m meshes"
method = "mesh"
mesh_side_m = 250
version = "JIS X 0410"
"""


@pytest.fixture
def source(town_profile, tmp_path):
    return shutil.copytree(town_profile.parent, tmp_path / "source")


def with_layers(source, *added, **replaced):
    path = source / "profile.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in replaced.get("changes", {}).items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text + "".join(added), encoding="utf-8")
    return path


def small_areas(source):
    return gpd.read_file(source / "small_areas.geojson")


def test_school_districts_that_are_missing_are_made_on_foot_and_marked(source, tmp_path):
    snapshot = run(build(with_layers(source, SCHOOLS), tmp_path / "workspace"))
    workspace = snapshot.workspace
    areas = workspace.areas()
    cells = areas[areas["layer"] == "nearest_school"]
    whole = areas[areas["layer"] == "municipality"].geometry.iloc[0]
    assert cells["approximate"].all()
    assert len(cells) >= 2
    assert all("小学校" in name for name in cells["area_name"])
    assert cells.area.sum() == pytest.approx(whole.area, rel=1e-6)
    assert cells.union_all().symmetric_difference(whole).area < 1e-6 * whole.area
    codes = [entry["code"] for entry in workspace.intake["venues"]["entries"]]
    assert "estimated_borders" in codes
    coverage = snapshot.table("coverage")
    marked = coverage[coverage["layer"] == "nearest_school"]
    assert marked["approximate"].all()
    main = Aspect.main(snapshot.run).rows(coverage).groupby("layer")["residents"].sum()
    assert main["nearest_school"] == pytest.approx(main["municipality"])


def test_neighbourhoods_are_made_from_a_table_and_marked(source, tmp_path):
    names = small_areas(source)["S_NAME"].tolist()
    with (source / "towns.csv").open("w", encoding="cp932", newline="") as file:
        rows = [(name, f"第{index // 3}町会", "") for index, name in enumerate(names[:-1])]
        csv.writer(file).writerows([("町丁・字", "町会名", "番地"), *rows])
    workspace = build(with_layers(source, TOWNS), tmp_path / "workspace")
    areas = workspace.areas()
    towns = areas[areas["layer"] == "towns"]
    base = areas[areas["layer"] == "small_area"]
    assert towns["approximate"].all()
    assert towns.area.sum() == pytest.approx(base.area.sum(), rel=1e-9)
    assert len(towns) == len({name for _, name, _ in rows}) + 1
    listed = {layer["id"]: layer for layer in workspace.manifest["layers"]}
    assert listed["towns"]["approximate"]


def write_mesh(source, *, hide=()):
    """Write residents by mesh so that the census would have hidden some."""
    shapes = small_areas(source)
    west, south, east, north = shapes.total_bounds
    lon, lat = np.meshgrid(np.arange(west, east, 0.001), np.arange(south, north, 0.001))
    inside = shapely.intersects_xy(shapes.union_all(), lon.ravel(), lat.ravel())
    codes = sorted(set(mesh_codes(lon.ravel()[inside], lat.ravel()[inside], side_m=250)))
    lines = ["KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T001,T019", ",,,,総数,６５歳以上"]
    for index, code in enumerate(codes):
        if index in hide:
            lines.append(f"{code},2,{codes[0]},,10,*")
        else:
            lines.append(f"{code},{int(index == 0 and bool(hide))},,,100,30")
    (source / "mesh.csv").write_text("\n".join(lines) + "\n", encoding="cp932")
    return codes


def mesh_profile(source):
    path = source / "profile.toml"
    text = path.read_text(encoding="utf-8")
    begin = text.index("[population]")
    end = text.index("\n[", text.index("[population.age_groups]") + 5)
    population = (
        '[population]\nsource = "mesh"\nlayer = "mesh_250"\nid_field = "KEY_CODE"\n\n'
        '[population.age_groups]\n"total" = "T001"\n"65+" = "T019"\n'
    )
    path.write_text(text[:begin] + population + text[end:] + MESH, encoding="utf-8")
    return path


HIDDEN = range(1, 40)


@pytest.fixture(scope="module")
def meshed(town_profile, tmp_path_factory):
    """Build and run the town with residents by mesh, some of them hidden; with it all its codes."""
    folder = tmp_path_factory.mktemp("meshed")
    source = shutil.copytree(town_profile.parent, folder / "source")
    codes = write_mesh(source, hide=HIDDEN)
    return run(build(mesh_profile(source), folder / "workspace")), codes


def test_residents_by_mesh_reach_the_homes_and_their_sum_stays(meshed):
    snapshot, codes = meshed
    workspace = snapshot.workspace.seen("exact")
    areas = workspace.areas()
    meshes = areas[areas["layer"] == "mesh_250"]
    whole = areas[areas["layer"] == "municipality"].geometry.iloc[0]
    assert meshes.area.sum() == pytest.approx(whole.area, rel=1e-6)
    assert set(codes) <= set(meshes["area_id"])
    demand = workspace.demand()
    border = [e for e in workspace.intake["mesh"]["entries"] if e["code"] == "border_mesh"]
    everybody = 100 * (len(codes) - len(HIDDEN)) + 10 * len(HIDDEN)
    lost = border[0]["residents"] if border else 0.0
    assert demand["total"].sum() + lost == pytest.approx(everybody, abs=1e-6)
    assert {"65+_low", "65+_high"} <= set(demand.columns)
    assert demand["65+_low"].sum() <= demand["65+"].sum() <= demand["65+_high"].sum()


def test_hidden_counts_widen_the_interval_of_coverage(source, tmp_path, meshed):
    write_mesh(source)
    plain = run(build(mesh_profile(source), tmp_path / "plain")).table("coverage")
    hidden = meshed[0].table("coverage")
    for table in (plain, hidden):
        known = table[table["residents"] > 0]
        assert (known["coverage_low_pct"] <= known["coverage_pct"] + 1e-9).all()
        assert (known["coverage_pct"] <= known["coverage_high_pct"] + 1e-9).all()

    def width(table):
        rows = table[(table["layer"] == "municipality") & (table["age_group"] == "65+")]
        rows = rows[(rows["frequency"] == "weekly") & (rows["walk_limit_m"] == 500)]
        return float((rows["coverage_high_pct"] - rows["coverage_low_pct"]).iloc[0])

    assert width(plain) == pytest.approx(0, abs=1e-9)
    assert width(hidden) > 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('base_layer = "small_area"', 'base_layer = "none"', "there is no layer 'none'"),
        ('method = "union"', "", "needs name_field"),
        (
            'base_layer = "small_area"',
            'base_layer = "small_area"\nhalls_source = "x"',
            "no source 'x'",
        ),
        ('path = "towns.csv"', 'path = "towns.csv"\nproduct = "N99"', "no product 'N99'"),
        ('method = "union"', 'method = "mesh"', "mesh_side_m and method = 'mesh' go together"),
    ],
)
def test_a_broken_layer_is_named_before_anything_is_read(source, old, new, message):
    path = with_layers(source, TOWNS.replace(old, new))
    with pytest.raises(InvalidInputError, match=message):
        read_profile(path)


def test_every_file_of_a_source_must_be_there_and_is_hashed(source, tmp_path):
    codes = write_mesh(source)
    path = mesh_profile(source)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('path = "mesh.csv"', 'path = "mesh.csv"\nalso = ["mesh_2.csv"]'),
        encoding="utf-8",
    )
    with pytest.raises(InvalidInputError, match=r"mesh_2\.csv \(source mesh\)"):
        build(path, tmp_path / "workspace")
    lines = (source / "mesh.csv").read_text(encoding="cp932").splitlines(keepends=True)
    half = len(codes) // 2
    (source / "mesh.csv").write_text("".join(lines[: 2 + half]), encoding="cp932")
    (source / "mesh_2.csv").write_text("".join(lines[:2] + lines[2 + half :]), encoding="cp932")
    workspace = build(path, tmp_path / "workspace").seen("exact")
    assert workspace.intake["mesh"]["rows_read"] == len(codes)
    mesh = next(entry for entry in workspace.sources if entry["id"] == "mesh")
    digest = hashlib.sha256((source / "mesh_2.csv").read_bytes()).hexdigest()
    assert [(file["file"], file["sha256"]) for file in mesh["also"]] == [("mesh_2.csv", digest)]


def test_a_rate_of_meshes_keeps_what_is_least_and_most(source, tmp_path):
    write_mesh(source)
    path = mesh_profile(source)
    text = path.read_text(encoding="utf-8").replace(
        '[population.age_groups]\n"total" = "T001"\n"65+" = "T019"\n',
        'estimate_from_rate = { age_group = "65+", rate_pct = 30, origin = "架空" }\n\n'
        '[population.age_groups]\n"total" = "T001"\n',
    )
    path.write_text(text, encoding="utf-8")
    demand = build(path, tmp_path / "workspace").demand()
    for end in ("", "_low", "_high"):
        assert demand["65+" + end].to_numpy() == pytest.approx(0.3 * demand["total"].to_numpy())


def test_districts_made_on_foot_may_have_the_councils_and_be_shared(source, tmp_path):
    shared = SCHOOLS.partition("source =")[0].replace("nearest_school", "council_area")
    shared += 'same_areas_as = "nearest_school"\nversion = "推定"\napproximate = true\n'
    path = with_layers(source, shared, SCHOOLS)
    text = path.read_text(encoding="utf-8")
    lines = [
        'council_layer = "council_area"' if line.startswith("council_layer") else line
        for line in text.splitlines()
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    workspace = build(path, tmp_path / "workspace")
    areas = workspace.areas()
    ids = {name: set(areas[areas["layer"] == name]["area_id"]) for name in areas["layer"].unique()}
    assert len(ids["council_area"]) >= 2
    assert ids["council_area"] == ids["nearest_school"]
    small = areas[areas["layer"] == "small_area"]
    assert set(small["council_id"]) <= ids["council_area"]
    assert small["council_id"].nunique() >= 2
    own = areas[areas["layer"] == "council_area"]
    assert own["council_id"].tolist() == own["area_id"].tolist()


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (MESH.replace('method = "mesh"', 'source = "mesh"\nmethod = "mesh"'), "give one of source"),
        (SCHOOLS.replace('source = "venues"\n', ""), "'nearest_site' needs a source"),
        (SCHOOLS + 'base_layer = "small_area"\n', "base_layer is only for method = 'union'"),
        (SCHOOLS.replace('"elementary_district"', '"municipality"'), "own outline cannot be made"),
        (TOWNS.replace('base_layer = "small_area"\n', ""), "method = 'union' needs base_layer"),
        (TOWNS.replace('"small_area"', '"towns"'), "is built from itself"),
        (TOWNS.replace('path = "towns.csv"', 'path = "towns.csv"\nalso = ["x"]'), "also is only"),
        (
            SCHOOLS
            + SCHOOLS.partition("source =")[0].replace('"nearest_school"', '"copy"')
            + 'same_areas_as = "nearest_school"\nversion = "推定"\n',
            "layer copy: is built from borders that are made up",
        ),
    ],
)
def test_a_made_layer_says_what_it_lacks(source, layer, message):
    with pytest.raises(InvalidInputError, match=message):
        read_profile(with_layers(source, layer))


def test_residents_cannot_be_counted_by_areas_that_need_the_streets(source):
    path = with_layers(source, SCHOOLS)
    text = path.read_text(encoding="utf-8")
    begin = text.index("[population]")
    changed = text[begin:].replace('layer = "small_area"', 'layer = "nearest_school"', 1)
    path.write_text(text[:begin] + changed, encoding="utf-8")
    with pytest.raises(InvalidInputError, match="residents are read before them"):
        read_profile(path)

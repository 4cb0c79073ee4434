"""Structure: unions, shared layers, versions, drafts, councils and points on a town of eight squares.

Units 0 … 5 stand in the southern row, 6 and 7 in the northern one; 100 people live in each.
"""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import MultiPolygon, box

from geo.errors import InvalidInputError
from services.intake.build import build
from services.publication.aspect import Aspect
from services.results.run import run
from services.situation.places import Selection
from services.workspace.folder import REMAINDER, Snapshot, Workspace, open_workspace
from tests.squaretown import Unit, write_squaretown

BASE = """profile_version = 1
[municipality]
jis_code = "99901"
name = "架空町"
name_en = "Kaku Town"
prefecture = "架空県"
plane_epsg = 6677
fictional = true

[[sources]]
id = "streets"
path = "streets.osm.pbf"
format = "osm"
title = "架空の道"
credit = "架空"
licence = "CC0 1.0"
as_of = "2015"

[[sources]]
id = "small_areas"
path = "small_areas.geojson"
format = "vector"
title = "架空の町丁・字"
credit = "架空"
licence = "CC0 1.0"
as_of = "2015"

[[sources]]
id = "population"
path = "population.csv"
format = "csv"
title = "架空の人口"
credit = "架空"
licence = "CC0 1.0"
as_of = "2015"

[streets]
source = "streets"
isolated_below_m = 100

[[layers]]
id = "municipality"
kind = "municipality"
label = "架空町"
label_en = "Kaku Town"
version = "2015"
union = { of = "small_area", areas = [{ id = "99901", name = "架空町", units = ["*"] }] }

[[layers]]
id = "small_area"
kind = "small_area"
label = "町丁・字"
label_en = "small area"
version = "2015"
source = "small_areas"
name_field = "MOJI"
id_field = "KEY_CODE"

[population]
source = "population"
layer = "small_area"
name_field = "名称"
id_field = "KEY_CODE"
POINTS
estimate_from_rate = { age_group = "65+", rate_pct = 30, of = "total", origin = "試験" }

[population.age_groups]
total = "総人口"

[analysis]
gap_layer = "small_area"
council_layer = "COUNCILS"
"""


def area(layer: str, name: str, *numbers: int) -> str:
    units = ", ".join(f'"架空{number}丁目"' for number in numbers)
    return f'{{ id = "{layer}-{name}", name = "{name}", units = [{units}] }}'


def layer(layer_id: str, version: str, areas: list[str], *more: str) -> str:
    return "\n".join(
        [
            "[[layers]]",
            f'id = "{layer_id}"',
            'kind = "community_area"',
            f'label = "{layer_id}"',
            f'label_en = "{layer_id}"',
            f'version = "{version}"',
            f'union = {{ of = "small_area", areas = [{", ".join(areas)}] }}' if areas else "",
            *more,
            "",
        ]
    )


def town(
    tmp_path: Path, extra: str = "", *, council_layer: str = "municipality", points: bool = False
) -> Path:
    fields = 'lon_field = "経度"\nlat_field = "緯度"' if points else ""
    text = BASE.replace("COUNCILS", council_layer).replace("POINTS", fields)
    path = tmp_path / "town.toml"
    path.write_text(f"{text}\n{extra}", encoding="utf-8")
    units = [Unit(n, f"999019{n:03d}", f"架空{n}丁目") for n in range(8)]
    return write_squaretown(path, tmp_path / "data", units=units)


def residents(snapshot: Snapshot, layer_id: str, group: str = "total") -> dict[str, float]:
    table = snapshot.table("coverage")
    asked = replace(Aspect.main(snapshot.run), age_group=group)
    rows = asked.rows(table[table["layer"] == layer_id])
    return {
        row.area_name: round(row.residents, 6)
        for row in rows.itertuples()
        if row.area_id != REMAINDER
    }


def codes(workspace: Workspace, source: str = "profile") -> list[str]:
    return [entry["code"] for entry in workspace.intake.get(source, {"entries": []})["entries"]]


# Unions


def test_areas_are_joined_from_units_and_the_first_that_fits_gets_a_unit(tmp_path: Path) -> None:
    rest = '{ id = "rest", name = "残り", units = ["架空*"] }'
    path = town(tmp_path, layer("district", "1", [area("district", "西", 0, 1), rest]))
    workspace = build(path, tmp_path / "workspace")
    assert residents(run(workspace), "district") == {"西": 200, "残り": 600}
    areas = workspace.areas().set_index("area_id").geometry
    # Two squares of 300 m, six squares of 300 m
    assert areas["district-西"].area == pytest.approx(2 * 300**2, rel=1e-3)
    assert areas["rest"].area == pytest.approx(6 * 300**2, rel=1e-3)


def test_a_table_of_units_gives_the_same_areas_as_rows_in_the_profile(tmp_path: Path) -> None:
    source = """
[[sources]]
id = "mapping"
path = "mapping.csv"
format = "csv"
title = "対応表"
credit = "架空"
licence = "CC0 1.0"
as_of = "2015"
"""
    table = 'union = { of = "small_area", source = "mapping", unit_field = "町丁", area_field = "地区" }'
    path = town(tmp_path, layer("district", "1", [], table) + source)
    rows = [("架空０丁目", "西"), ("架空1丁目", "西"), ("999019002", "東")]
    pd.DataFrame(rows, columns=["町丁", "地区"]).to_csv(
        path.parent / "mapping.csv", index=False, encoding="cp932"
    )
    workspace = build(path, tmp_path / "workspace")
    assert residents(run(workspace), "district") == {"西": 200, "東": 100}
    assert codes(workspace) == ["unit_without_area"]


def test_units_that_fit_nothing_and_unions_of_nothing_are_said(tmp_path: Path) -> None:
    extra = layer("district", "1", ['{ id = "x", name = "x", units = ["架空0丁目", "ない町"] }'])
    workspace = build(town(tmp_path, extra), tmp_path / "workspace")
    assert codes(workspace) == ["unit_without_area", "unknown_unit"]
    other = tmp_path / "other"
    other.mkdir()
    extra = layer("district", "1", ['{ id = "x", name = "x", units = ["架空1丁目"] }'])
    path = town(other, extra)
    path.write_text(
        path.read_text(encoding="utf-8").replace('["架空1丁目"]', '["ない町"]'), "utf-8"
    )
    with pytest.raises(InvalidInputError, match="layer district: no area of small_area fits"):
        build(path, tmp_path / "nothing")


# Shared layers


def test_two_layers_share_one_set_of_polygons(tmp_path: Path) -> None:
    extra = layer("first", "1", [area("first", "西", 0, 1, 6), area("first", "東", 2, 3)])
    extra += layer("second", "1", [], 'same_areas_as = "first"', "tier = 2")
    extra += layer("third", "1", [], 'same_areas_as = "second"')
    snapshot = run(build(town(tmp_path, extra), tmp_path / "workspace"))
    assert residents(snapshot, "first") == {"西": 300, "東": 200}
    areas = snapshot.workspace.areas()
    first = areas[areas["layer"] == "first"].reset_index(drop=True)
    for name in ("second", "third"):
        assert residents(snapshot, name) == residents(snapshot, "first")
        other = areas[areas["layer"] == name].reset_index(drop=True)
        assert other["area_id"].tolist() == first["area_id"].tolist()
        assert other.geometry.geom_equals(first.geometry).all()


# Versions

OLD = [area("district", "西", 0, 1, 2), area("district", "東", 3, 4, 5, 6, 7)]
NEW = [
    area("district", "西", 0, 1, 2),
    area("district", "中", 3, 4),
    area("district", "東", 5, 6, 7),
]


def test_the_version_of_the_day_of_the_run_is_used(tmp_path: Path) -> None:
    extra = layer("district", "2地区", OLD, "valid_to = 2022-03-31")
    extra += layer("district", "3地区", NEW, "valid_from = 2022-04-01")
    path = town(tmp_path, extra, council_layer="district")
    workspace = build(path, tmp_path / "workspace", as_of=date(2022, 3, 31))
    assert residents(run(workspace, selection=Selection(date(2022, 3, 31))), "district") == {
        "西": 300,
        "東": 500,
    }
    later = run(workspace, selection=Selection(date(2022, 4, 1)))
    assert residents(later, "district") == {"西": 300, "中": 200, "東": 300}
    table = later.table("coverage")
    assert set(table.loc[table["layer"] == "district", "version"]) == {"3地区"}
    gaps = later.table("gaps").set_index("area_name")["council_id"]
    assert gaps["架空3丁目"] == "district-中"
    assert later.run["as_of"] == "2022-04-01"
    assert later.run["parameters"]["versions"]["district"] == "3地区"
    # Each result is read with the areas of its own day.
    again = open_workspace(tmp_path / "workspace")
    for name, count in (("0001", 2), ("0002", 3)):
        areas = again.snapshot(name).workspace.areas()
        assert (areas["layer"] == "district").sum() == count
    earlier = again.snapshot("0001").workspace
    assert [entry["version"] for entry in earlier.layers if entry["id"] == "district"] == ["2地区"]


def test_the_newest_earlier_version_stands_in_where_the_valid_one_has_no_borders(
    tmp_path: Path,
) -> None:
    extra = layer("district", "2地区", OLD, "valid_to = 2022-03-31")
    extra += layer("district", "3地区", [], "valid_from = 2022-04-01", "available = false")
    path = town(tmp_path, extra, council_layer="district")
    workspace = build(path, tmp_path / "workspace", as_of=date(2025, 1, 1))
    snapshot = run(workspace, selection=Selection(date(2025, 1, 1)))
    table = snapshot.table("coverage")
    district = table[table["layer"] == "district"]
    assert set(district["version"]) == {"2地区"}
    assert district["approximate"].all()
    assert "older_version" in codes(workspace)
    before = run(workspace, selection=Selection(date(2022, 1, 1))).table("coverage")
    assert not before.loc[before["layer"] == "district", "approximate"].any()


def test_a_day_without_a_version_of_a_needed_layer_is_refused(tmp_path: Path) -> None:
    extra = layer("district", "2地区", OLD, "valid_from = 2022-04-01")
    path = town(tmp_path, extra, council_layer="district")
    with pytest.raises(InvalidInputError, match=r"no version of the layer 'district'.*--as-of"):
        build(path, tmp_path / "workspace", as_of=date(2020, 1, 1))


# Drafts


def test_a_draft_is_computed_and_changes_no_total_and_no_council(tmp_path: Path) -> None:
    draft = layer("proposal", "案", NEW, "draft = true")
    plain = run(build(town(tmp_path), tmp_path / "plain"))
    other = tmp_path / "other"
    other.mkdir()
    # Even as the first layer of the profile
    path = town(other, draft)
    text = path.read_text(encoding="utf-8").replace(draft, "")
    path.write_text(text.replace("[[layers]]", f"{draft}\n[[layers]]", 1), encoding="utf-8")
    snapshot = run(build(path, tmp_path / "workspace"))
    assert residents(snapshot, "proposal") == {"西": 300, "中": 200, "東": 300}
    table = snapshot.table("coverage")
    assert set(table.loc[table["draft"], "layer"]) == {"proposal"}
    kept = ("residents", "reached", "gaps", "sensitivity", "council_layer")
    assert {name: snapshot.run["summary"][name] for name in kept} == {
        name: plain.run["summary"][name] for name in kept
    }
    assert (
        snapshot.table("gaps")["council_id"].tolist() == plain.table("gaps")["council_id"].tolist()
    )
    label = next(entry for entry in snapshot.workspace.layers if entry["id"] == "proposal")
    assert (label["label"], label["label_en"]) == ("proposal（案）", "proposal (draft)")


# Councils


def test_councils_own_unions_and_share_areas(tmp_path: Path) -> None:
    extra = layer("district", "1", NEW)
    extra += """
[[councils]]
id = "a"
name = "西と中の協議体"
owns = [{ layer = "district", areas = ["西", "中"] }]

[[councils]]
id = "b"
name = "中と6の協議体"
owns = [
  { layer = "district", areas = ["district-中"] },
  { layer = "small_area", areas = ["架空6丁目"] },
]

[[councils]]
id = "c"
name = "町会ごとの3つ"
number = 3
owns = [{ layer = "district", areas = ["東"], part = true }]
"""
    snapshot = run(build(town(tmp_path, extra, council_layer="district"), tmp_path / "workspace"))
    table = snapshot.table("councils")
    rows = table[
        (table["age_group"] == "total")
        & (table["frequency"] == "weekly")
        & (table["walk_limit_m"] == 500.0)
    ].set_index("council_id")
    # a: 西 300 + 中 200; b: 中 200 + unit 6 100; c owns an unknown part and is not counted
    assert rows["residents"].round(6).to_dict() == {"a": 500, "b": 300}
    assert rows["shared"].to_dict() == {"a": True, "b": True}
    listed = {entry["id"]: entry for entry in snapshot.workspace.manifest["councils"]}
    assert listed["c"]["number"] == 3
    assert not listed["c"]["known"]
    assert "council_without_borders" in codes(snapshot.workspace)


def test_councils_come_from_a_table_with_a_row_per_pair(tmp_path: Path) -> None:
    extra = layer("district", "1", NEW)
    extra += """
[[sources]]
id = "councils"
path = "councils.csv"
format = "csv"
title = "協議体の表"
credit = "架空"
licence = "CC0 1.0"
as_of = "2015"

[council_table]
source = "councils"
layer = "district"
council_field = "協議体"
area_field = "地区"
"""
    path = town(tmp_path, extra)
    pairs = [("甲", "西"), ("甲", "中"), ("乙", "中"), ("丙", "東")]
    pd.DataFrame(pairs, columns=["協議体", "地区"]).to_csv(
        path.parent / "councils.csv", index=False
    )
    table = run(build(path, tmp_path / "workspace")).table("councils")
    rows = table[
        (table["age_group"] == "65+")
        & (table["frequency"] == "monthly")
        & (table["walk_limit_m"] == 300.0)
    ].set_index("council_name")
    # 30 % of 500, 200 and 300
    assert rows["residents"].round(6).to_dict() == {"甲": 150, "乙": 60, "丙": 90}
    assert rows["shared"].to_dict() == {"甲": True, "乙": True, "丙": False}


# Points and parts


def test_residents_without_a_polygon_stand_at_their_point(tmp_path: Path) -> None:
    extra = layer("district", "1", OLD)
    path = town(tmp_path, extra, points=True)
    workspace = build(path, tmp_path / "workspace")
    snapshot = run(workspace)
    demand = workspace.demand()
    at_point = demand[demand["source_area_id"] == "999019007"]
    assert at_point["kind"].tolist() == ["point"]
    assert at_point["total"].tolist() == [100.0]
    # Unit 7 is the second of the northern row: its middle is 450 m east, 450 m north.
    assert at_point.geometry.iloc[0].x == pytest.approx(450, abs=0.1)
    assert at_point.geometry.iloc[0].y == pytest.approx(450, abs=0.1)
    assert workspace.manifest["unmatched_residents"]["total"] == 0
    # No shape holds the point, but the union knows the unit; the small areas do not.
    assert residents(snapshot, "district") == {"西": 300, "東": 500}
    assert residents(snapshot, "municipality") == {"架空町": 800}
    assert sum(residents(snapshot, "small_area").values()) == 700
    assert "placed_at_point" in codes(workspace, "population")


def test_a_point_on_the_other_side_of_the_country_is_no_home(tmp_path: Path) -> None:
    path = town(tmp_path, points=True)
    table = pd.read_csv(path.parent / "population.csv", encoding="cp932", dtype=str)
    table.loc[7, ["経度", "緯度"]] = ["141.35", "43.06"]
    table.to_csv(path.parent / "population.csv", index=False)
    workspace = build(path, tmp_path / "workspace")
    assert workspace.manifest["unmatched_residents"]["total"] == 100
    assert "unmatched_name" in codes(workspace, "population")


def test_an_exclave_without_residents_stays_empty(tmp_path: Path) -> None:
    """Unit 0 gets an exclave north of the town; its point, and so its people, are in the old part."""
    path = town(tmp_path, points=True)
    file = path.parent / "small_areas.geojson"
    frame = gpd.read_file(file).to_crs(6677)
    exclave = box(600, 300, 1200, 600)
    frame.loc[0, "geometry"] = MultiPolygon([frame.geometry[0], exclave])
    frame.to_crs(6668).to_file(file, driver="GeoJSON")
    workspace = build(path, tmp_path / "workspace")
    homes = workspace.demand()
    own = homes[homes["source_area_id"] == "999019000"]
    assert own["total"].sum() == pytest.approx(100)
    assert own.geometry.y.max() <= 300 + 1
    assert "inhabited_parts" in codes(workspace, "population")


# Estimates and facts


def test_an_estimated_age_group_is_marked_in_every_output(tmp_path: Path) -> None:
    from services.edition.snapshot import Edition
    from services.publication.tables import Publication
    from services.reports.briefing import briefing

    snapshot = run(build(town(tmp_path), tmp_path / "workspace"))
    assert residents(snapshot, "municipality", "65+") == {"架空町": 240}
    for name in ("coverage", "gaps"):
        table = Publication(snapshot).table(name)
        assert table.loc[table["age_group"] == "65+", "residents_estimated"].all()
    about = Edition(snapshot).about
    assert [entry["age_group"] for entry in about["estimated_age_groups"]] == ["65+"]
    assert "estimated_age_group" in codes(snapshot.workspace, "population")
    for lang, word in (
        ("ja", "推定です（30％）"),
        ("en", "is an estimate: 試験, the same in every area (30 %)"),
    ):
        assert any(word in note for note in briefing(snapshot, lang).notes)


def test_layers_without_borders_are_said_and_conflicting_facts_are_kept(tmp_path: Path) -> None:
    from services.edition.snapshot import Edition
    from services.reports.briefing import briefing

    extra = layer("chokai", "1", [], "available = false", "count = 44")
    extra += """
[[documents]]
id = "d"
title = "資料"

[[facts]]
key = "councils"
value = 3
doc = "d"
page = 1

[[facts]]
key = "councils"
value = 2
doc = "d"
page = 9

[[facts]]
key = "places"
value = 170
as_of = "2015"
doc = "d"

[[facts]]
key = "places"
value = 226
as_of = "2023"
doc = "d"
"""
    snapshot = run(build(town(tmp_path, extra), tmp_path / "workspace"))
    assert any("境界データなし" in note for note in briefing(snapshot, "ja").notes)
    about = json.loads(json.dumps(Edition(snapshot).about))
    assert [entry["count"] for entry in about["layers_without_borders"]] == [44]
    assert [fact["value"] for fact in about["facts"]] == [3, 2, 170, 226]
    assert about["conflicting_facts"] == ["councils"]


def test_an_area_without_a_name_is_shown_by_its_id(tmp_path: Path) -> None:
    path = town(tmp_path)
    file = path.parent / "small_areas.geojson"
    frame = gpd.read_file(file)
    frame.loc[3, "MOJI"] = ""
    frame.to_file(file, driver="GeoJSON")
    workspace = build(path, tmp_path / "workspace")
    areas = workspace.areas().set_index("area_id")
    assert areas.loc["999019003", "area_name"] == "999019003"
    assert codes(workspace, "small_areas") == ["unnamed_area"]

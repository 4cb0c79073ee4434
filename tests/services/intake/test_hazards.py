"""Areas of danger: from the file to a candidate's reasons and filters."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import MultiPolygon, Point, Polygon, box

from geo.errors import InvalidInputError, SourceError
from services.intake.areas.hazards import FILE, read_hazards
from services.intake.tables.ledger import Ledger
from services.plans.ask import ask_of
from services.plans.problem import CommonGround, Setting, parameters_of
from services.plans.solve import make_plan
from services.plans.store import list_plans
from services.plans.views import shown_candidates
from services.profile import Hazards, Source
from services.registry.places import read_venues
from services.reports.plan import plan_report
from services.situation.view import Situation
from services.words.texts import reason, told
from services.workspace.folder import open_workspace
from tests.services.plans.test_plans import HALLS, asked, chosen, setting_of, town
from tests.streets import PLANE

NEAR = box(-5000, -5000, 5000, 5000)
"""Around the origin of zone IX: 36° N, 139°50′ E."""
EAST, NORTH = 139.0 + 50.0 / 60.0, 36.0


def square(east=EAST, north=NORTH, half=0.005):
    return box(east - half, north - half, east + half, north + half)


def write(folder, shapes, crs=6668, name="zones.geojson", **columns):
    path = folder / name
    gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs).to_file(path)
    return path


def read(path, *, ledger=None, name_field="", near=NEAR, **given):
    table = {"id": "zones", "title": "区域", "credit": "架空", "licence": "CC0", "as_of": "2022"}
    return read_hazards(
        path,
        spec=Hazards(source="zones", name="洪水浸水想定区域", name_field=name_field),
        source=Source(**{**table, "path": path.name, "format": "vector", **given}),
        plane_epsg=PLANE,
        ledger=ledger if ledger is not None else Ledger(),
        near=near,
    )


@pytest.mark.parametrize(
    ("product", "columns", "said"),
    [
        ("A31", {"A31_201": [3]}, "洪水浸水想定区域（3m以上5m未満）"),
        ("A31", {"A31_101": [1.0]}, "洪水浸水想定区域（0.5m未満）"),
        ("A31", {"A31_001": ["24"]}, "洪水浸水想定区域（2m以上3m未満）"),
        ("A33", {"A33_001": [2], "A33_002": [1]}, "洪水浸水想定区域（土石流・警戒区域）"),
        # A code that nobody knows is shown as it is; none at all is no more than the name.
        ("A31", {"A31_201": [9]}, "洪水浸水想定区域（9）"),
        ("A31", {"A31_201": [None]}, "洪水浸水想定区域"),
    ],
)
def test_codes_of_official_products_are_told_in_words(tmp_path, product, columns, said):
    found = read(write(tmp_path, [square()], **columns), product=product)
    assert found["hazard"].tolist() == [said]
    # 0.01° of longitude and of latitude at 36° are 901.6 m and 1109.6 m on the ellipsoid.
    assert found.area.iloc[0] == pytest.approx(901.6 * 1109.6, rel=1e-3)
    assert found.crs.to_epsg() == PLANE


def test_a_column_of_the_profile_tells_more(tmp_path):
    path = write(tmp_path, [square()], 浸水深=["3.0～5.0m"])
    assert read(path, name_field="浸水深")["hazard"].tolist() == ["洪水浸水想定区域（3.0～5.0m）"]
    with pytest.raises(SourceError, match="no column '深さ'; the columns are 浸水深"):
        read(path, name_field="深さ")


def test_any_crs_that_the_file_declares_gives_the_same_area(tmp_path):
    in_degrees = read(write(tmp_path, [square()], A=[1]))
    shape = gpd.GeoSeries([square()], crs=6668)
    for number, epsg in enumerate((4326, 3857, 32654, 6677)):
        path = write(tmp_path, shape.to_crs(epsg), crs=epsg, name=f"{number}.gpkg", A=[1])
        other = read(path)
        assert other.geometry.iloc[0].symmetric_difference(in_degrees.geometry.iloc[0]).area < 1.0


def test_a_wrong_crs_is_one_clear_sentence(tmp_path):
    degrees_as_metres = write(tmp_path, [square()], crs=6677, name="metres.gpkg", A=[1])
    with pytest.raises(SourceError, match="are degrees, but it says that they are metres"):
        read(degrees_as_metres)
    swapped = write(tmp_path, [box(NORTH, EAST, NORTH + 0.1, EAST + 0.1)], name="swapped.gpkg")
    with pytest.raises(SourceError, match="are not in Japan") as error:
        read(swapped)
    assert "日本の外" in told(error.value, "ja")


def test_no_crs_at_all_asks_for_the_epsg_unless_the_product_is_known(tmp_path):
    path = write(tmp_path, [square()], name="zones.shp", A31_201=[2])
    path.with_suffix(".prj").unlink()
    with pytest.raises(SourceError, match="does not say its CRS"):
        read(path)
    assert len(read(path, epsg=6668)) == len(read(path, product="A31")) == 1


def test_a_file_without_any_polygon_is_refused(tmp_path):
    empty = tmp_path / "empty.geojson"
    empty.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    with pytest.raises(SourceError, match=r"empty\.geojson.*none of its 0 rows is a polygon"):
        read(empty)
    points = write(tmp_path, [Point(EAST, NORTH)], name="points.geojson", A=[1])
    with pytest.raises(SourceError, match="none of its 1 rows is a polygon") as error:
        read(points)
    assert "面が1つもありません" in told(error.value, "ja")


def test_rows_that_are_no_areas_of_here_are_counted_and_named(tmp_path):
    bowtie = Polygon([(0, 0), (0.01, 0.01), (0.01, 0), (0, 0.01)])
    crossing = Polygon([(EAST + x, NORTH + y) for x, y in bowtie.exterior.coords])
    shapes = [square(), Point(EAST, NORTH), square(east=141.5, north=43.0), crossing]
    ledger = Ledger()
    found = read(write(tmp_path, shapes, A=[1, 2, 3, 4]), ledger=ledger)
    notes = ledger.of("zones")
    assert (notes.rows_read, notes.rows_used) == (4, 2)
    assert (notes.rows_refused, notes.rows_repaired) == (1, 1)
    assert [entry.code for entry in notes.entries] == [
        *("no_polygon", "repaired_polygon", "hazards_elsewhere"),
    ]
    assert all(reason(entry.code, "ja") != entry.code for entry in notes.entries)
    assert found.is_valid.all()
    # Two triangles of half a width by half a height are left of the bow tie.
    assert found.area.iloc[1] == pytest.approx(0.5 * 901.6 * 1109.6, rel=1e-3)


def with_zones(folder, *shapes, names=None):
    """Return the town of test_plans with areas of danger that were read from a file."""
    workspace = town(folder / "town")
    words = names or [f"深さ{number}" for number, _ in enumerate(shapes)]
    path = write(folder, shapes, crs=PLANE, name="zones.gpkg", 深さ=words)
    zones = read(path, name_field="深さ", near=None)
    zones.to_parquet(workspace.path / "layers" / FILE)
    return open_workspace(workspace.path)


def zones_of(workspace):
    options = setting_of(workspace, asked(most=1)).candidates.options
    found = options[options["hazards"].map(len) > 0]
    return dict(zip(found["candidate_id"], map("、".join, found["hazards"]), strict=True))


def test_a_hole_spares_and_a_border_does_not(tmp_path):
    # Halls stand at 700 (H1), 1000 (H2) and 1890 m (H3), D at 1390 m, all at y = 0.
    ring = box(600, -50, 800, 50).difference(box(690, -5, 710, 5))
    touching = box(1000, -20, 1100, 20)
    beside = box(1890.01, -20, 1950, 20)
    corner = Polygon([(1390, 0), (1400, 50), (1380, 50)])
    workspace = with_zones(tmp_path, ring, touching, beside, corner)
    assert zones_of(workspace) == {
        "open-H2": "洪水浸水想定区域（深さ1）",
        "upgrade-D": "洪水浸水想定区域（深さ3）",
    }


def test_several_zones_are_each_named_once(tmp_path):
    wide = MultiPolygon([box(650, -50, 750, 50), box(660, -40, 760, 40).buffer(1)])
    zone = box(690, -9, 710, 9)
    workspace = with_zones(tmp_path, wide.buffer(0), zone, zone, names=["浅い", "深い", "深い"])
    assert zones_of(workspace) == {
        "open-H1": "洪水浸水想定区域（浅い）、洪水浸水想定区域（深い）",
    }


def test_a_plan_says_where_it_is_dangerous_and_can_leave_it_out(tmp_path):
    workspace = with_zones(tmp_path, box(1500, -9, 2000, 9))
    plan = make_plan(workspace, asked(most=1))
    assert chosen(plan) == {"open-H3"}
    (choice,) = plan_report(plan).choices
    assert "洪水浸水想定区域（深さ0）の中にあります" in choice.reasons
    (choice,) = plan_report(plan, "en").choices
    assert "it lies in: 洪水浸水想定区域（深さ0）" in choice.reasons
    dry = make_plan(workspace, asked(most=1, outside_hazards=True))
    # H1, H2 and D bring 50 each; the upgrade is worth as much, and its key is no earlier.
    assert chosen(dry) <= {"open-H1", "open-H2", "upgrade-D"}
    assert dry.record["totals"]["newly_reached"] == pytest.approx(50.0)
    refused = make_plan(workspace, asked(most=1, must_not=["H3会館"]))
    assert chosen(refused) == chosen(dry)


def test_a_must_have_in_danger_and_a_plan_outside_it_contradict_each_other(tmp_path):
    workspace = with_zones(tmp_path, box(1500, -9, 2000, 9))
    with pytest.raises(InvalidInputError, match=r"no candidate H3会館.*no filter leaves it out"):
        make_plan(workspace, asked(most=1, must=["H3会館"], outside_hazards=True))
    assert list_plans(workspace) == []
    # Asked for by name it is chosen, and says where it lies.
    plan = make_plan(workspace, asked(most=1, must=["H3会館"]))
    assert "深さ0" in shown_candidates(plan)["hazards"].iloc[0]


def test_everywhere_in_danger_leaves_no_candidate(tmp_path):
    workspace = with_zones(tmp_path, box(-9, -9, 2001, 9))
    with pytest.raises(InvalidInputError, match="there is no candidate"):
        make_plan(workspace, asked(most=1, outside_hazards=True))
    assert {name for name, *_ in HALLS} == {"H1", "H2", "H3"}


def test_the_model_town_s_candidates_lie_where_its_files_say(town_snapshot, town_profile):
    workspace = town_snapshot.workspace
    ask = ask_of({"most": 1, "points_max": 0})
    situation = Situation(workspace, parameters_of(workspace.profile, ask))
    options = Setting(CommonGround(situation), ask).candidates.options
    files = [town_profile.parent / name for name in ("A31.geojson", "A33.geojson")]
    zones = pd.concat([gpd.read_file(path).to_crs(PLANE) for path in files], ignore_index=True)
    venues = read_venues(workspace.registry_url, PLANE)
    wet = set(gpd.sjoin(venues, zones, predicate="intersects")["venue_id"])
    told = options[options["source"] == "venue"]
    there = set(told["venue_id"])
    assert set(told.loc[told["hazards"].map(len) > 0, "venue_id"]) == wet & there
    assert 0 < len(wet & there) < len(there)

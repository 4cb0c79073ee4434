"""
What the map draws of plans and scenarios, on the street of tests/services/test_plans.py.

A stands at 100 m, D at 1390 m, the halls H1, H2 and H3 at 700, 1000 and 1890 m.
"""

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import shape

from geo.errors import NotFoundError
from services.edition.features import catchment_features, scenario_features
from services.plans.solve import make_plan
from services.registry.places import write_registry
from services.scenarios.file import FOLDER, scenario_of, to_toml
from services.scenarios.named import save_scenario
from services.workspace.folder import Workspace, registry_file
from tests.datedtown import places
from tests.services.plans.test_plans import ROWS, asked, halls, town
from tests.streets import PLANE

WEEKLY = "毎週火曜日10:00〜11:30"


def lonlat(x: float, y: float) -> tuple[float, float]:
    point = gpd.GeoSeries.from_xy([x], [y], crs=PLANE).to_crs(6668).iloc[0]
    return point.x, point.y


def metres(geometry: dict) -> shapely.Geometry:
    """Return a drawn shape in the plane again, to a tenth of a metre."""
    plane = gpd.GeoSeries([shape(geometry)], crs=6668).to_crs(PLANE)
    return shapely.set_precision(plane.iloc[0], 0.2)


def drawn(workspace: Workspace, *edits: dict) -> list[dict]:
    save_scenario(workspace, scenario_of({"name": "案", "edits": list(edits)}))
    return scenario_features(workspace, "案")["features"]


def test_every_kind_of_change_stands_where_it_is(tmp_path) -> None:
    lon, lat = lonlat(1200.0, 0.0)
    fence = {"type": "LineString", "coordinates": [lonlat(300.0, 10.0), lonlat(300.0, 20.0)]}
    found = drawn(
        town(tmp_path),
        {"action": "open", "venue_id": "H3", "schedule_text": WEEKLY},
        {"action": "open", "lon": lon, "lat": lat, "schedule_text": WEEKLY, "name": "広場"},
        {"action": "upgrade", "place_id": "D", "schedule_text": WEEKLY},
        {"action": "move", "place_id": "A", "venue_id": "H1"},
        {"action": "barrier", "geometry": fence, "note": "工事"},
    )
    told = [(row["properties"]["number"], row["properties"].get("name")) for row in found]
    assert told == [(1, "H3会館"), (2, "広場"), (3, "D"), (4, "A"), (4, None), (5, "")]
    at = [metres(row["geometry"]) for row in found]
    xs = [round(one.centroid.x) for one in at]
    # The move: at its new hall, and a line from 100 m to 700 m whose middle is at 400 m.
    assert xs == [1890, 1200, 1390, 700, 400, 300]
    assert found[4]["properties"]["part"] == "from"
    assert at[4].length == pytest.approx(600.0, abs=0.5)
    assert found[5]["properties"]["note"] == "工事"


def test_what_is_not_there_has_no_place_on_the_map(tmp_path) -> None:
    workspace = town(tmp_path)
    # Written by hand, or the registry has changed since: the list still shows the change.
    edits = [
        {"action": "open", "venue_id": "gone", "schedule_text": WEEKLY},
        {"action": "close", "place_id": "gone"},
        {"action": "barrier", "geometry": {"type": "LineString", "coordinates": "?"}},
    ]
    folder = workspace.path / FOLDER
    folder.mkdir()
    (folder / "案.toml").write_text(to_toml(scenario_of({"name": "案", "edits": edits})), "utf-8")
    found = scenario_features(workspace, "案")["features"]
    assert [row["geometry"] for row in found] == [None, None, None]
    with pytest.raises(NotFoundError):
        scenario_features(workspace, "別の案")


def test_a_private_home_stands_in_its_grid_cell_and_bears_no_name(tmp_path) -> None:
    workspace = town(tmp_path)
    home = ("H4", 1880.0, {"kind": "個人宅", "private_home": True, "consent": True})
    at_home = places(*ROWS).assign(private_home=[False, True])
    write_registry(registry_file(workspace.path), halls(home), at_home)
    found = drawn(
        workspace,
        {"action": "open", "venue_id": "H4", "schedule_text": WEEKLY},
        {"action": "upgrade", "place_id": "D", "schedule_text": WEEKLY},
    )
    grid_m = workspace.profile.privacy.blur_m
    for row, x in zip(found, (1880.0, 1390.0), strict=True):
        cell = metres(row["geometry"])
        assert row["properties"]["blurred"] is True
        assert cell.x == pytest.approx((x // grid_m + 0.5) * grid_m, abs=0.5)
        # y = 0 is the border of two cells, and a billionth of a metre decides.
        assert abs(cell.y) == pytest.approx(0.5 * grid_m, abs=0.5)
    assert "H4会館" not in str(found)
    assert [row["properties"]["name"] for row in found] == ["個人宅の場", "個人宅の場"]


def test_the_catchment_of_each_choice_holds_whom_it_reaches(tmp_path) -> None:
    plan = make_plan(town(tmp_path), asked(most=2))
    found = catchment_features(plan)["features"]
    reached = {row["properties"]["candidate_id"]: metres(row["geometry"]) for row in found}
    # D or H2 for h2 at 1100 m, H3 for h3 at 1900 m (tests/services/test_plans.py).
    assert set(reached) == set(plan.chosen["candidate_id"])
    h2, h3 = shapely.Point(1100.0, 0.0), shapely.Point(1900.0, 0.0)
    holds = {name: [area.buffer(1.0).covers(h) for h in (h2, h3)] for name, area in reached.items()}
    assert holds.pop("open-H3") == [False, True]
    assert list(holds.values()) == [[True, False]]

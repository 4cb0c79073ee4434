"""
Why is this house not reached: every figure by hand in the town with the railway (tests/railtown.py).

The house stands at (190, 100), 10 m west of the blind alley. To W, 30 m north of the north street:
10 m to the alley, 100 m down it, 800 m east, 215 m over the bridge, 800 m west, 30 m to the door:
1,955 m. The two flights have 80 steps at 0.4 s each: 1,987 s at a metre a second. As the crow flies
it is sqrt(10² + 145²) m.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.coverage.reached import Limit
from geo.errors import BrokenWorkspaceError, InvalidInputError
from geo.streets.network import to_networkx
from geo.walking.measure import steps
from geo.walking.reach import nearest
from geo.walking.route import route
from services.registry.places import write_registry
from services.results.run import run
from services.situation.doubts import street_doubts
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.why.answer import why
from services.why.changes import ByWalker
from services.why.ground import Ground
from services.why.told import Why
from services.words.reasons import doubted
from services.workspace.folder import Snapshot, Workspace, open_workspace
from services.workspace.ground import write_ground
from tests.datedtown import dated_workspace
from tests.railtown import PLACES, lonlat, no_venues, places, rail_workspace
from tests.realtowns import KASHIWA, SHARED, data_of
from tests.services.intake.test_streets import KOCHI_ANSWER, kochi
from tests.streets import PLANE

HOUSE = (190.0, 100.0)
WALK_M, WALK_S = 1955.0, 1987.0
STRAIGHT_M = np.hypot(10.0, 145.0)
EXACT = 1e-4
"""Degrees and back cost a few micrometres."""


def ground_of(workspace: Workspace, **barriers: shapely.Geometry) -> Ground:
    situation = Situation(workspace, Parameters.of(workspace.profile))
    return Ground(situation, barriers=barriers)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return ground_of(rail_workspace(tmp_path_factory.mktemp("rail")))


@pytest.fixture(scope="module")
def house(ground: Ground) -> Why:
    return why(ground, *lonlat(*HOUSE))


def plane(answer: dict, kind: str) -> list[shapely.Geometry]:
    found = [each for each in answer["features"] if each["properties"]["kind"] == kind]
    shapes = [shapely.geometry.shape(each["geometry"]) for each in found]
    return list(gpd.GeoSeries(shapes, crs=6668).to_crs(PLANE))


def test_the_leg_to_the_street_is_told_at_the_walkers_own_speed(ground: Ground) -> None:
    leg = why(ground, *lonlat(*HOUSE), profile="slow").leg
    assert (leg.reason, leg.street) == ("", "袋小路")
    assert leg.leg_m == pytest.approx(10.0, abs=EXACT)
    # 48 m a minute are 1.25 s a metre.
    assert leg.leg_s == pytest.approx(12.5, abs=EXACT)


def test_a_way_of_more_than_twice_the_straight_line_is_doubted(ground: Ground, house: Why) -> None:
    # 1,955 m for 145 m straight ahead; the streets are of last year, and steps are among them.
    assert house.doubts == [{"code": "detour", "times": "13.5"}]
    assert house.to_dict()["doubt"] == {
        "ja": "この道のりは実際と違うかもしれません：まっすぐの13.5倍あります",
        "en": "This way may differ from the real one: it is 13.5 times the straight line",
    }
    # To M: 100 m down the alley, 200 m east and the leg of 10 m, for 233 m straight ahead.
    assert why(ground, *lonlat(*HOUSE), frequency="monthly").doubts == []


@pytest.mark.parametrize(
    ("as_of", "day", "codes"),
    [
        ("2017-10", date(2022, 10, 31), ["no_footways"]),
        ("2017-10", date(2022, 11, 1), ["no_footways", "streets_old"]),
        ("不明", date(2060, 1, 1), ["no_footways"]),
    ],
)
def test_streets_without_footways_and_old_ones_are_doubted(
    tmp_path: Path, as_of: str, day: date, codes: list[str]
) -> None:
    path = dated_workspace(tmp_path).path
    profile = (path / "profile.toml").read_text("utf-8")
    (path / "profile.toml").write_text(profile.replace("2025-04-01", as_of, 1), "utf-8")
    found = street_doubts(open_workspace(path), day)
    assert [one["code"] for one in found] == codes
    said = doubted(found, "ja")
    assert "歩行者だけの道" in said
    assert ("平成29年10月 (2017-10)" in said) is (len(codes) > 1)


def test_each_frequency_has_its_nearest_place(house: Why) -> None:
    monthly, weekly, permanent = house.ways
    # To M: 10 + 100 + 200 m.
    assert (monthly.place_id, monthly.within_limit, monthly.own_area) == ("M", True, True)
    assert monthly.walk_m == pytest.approx(310.0, abs=EXACT)
    assert (weekly.place_id, weekly.within_limit) == ("W", False)
    assert (permanent.place_id, permanent.within_limit, permanent.walk_m) == ("", False, None)


def test_the_way_over_the_bridge_is_measured_to_the_step(house: Why) -> None:
    way = house.way
    assert way.walk_m == pytest.approx(WALK_M, abs=EXACT)
    assert way.walk_s == pytest.approx(WALK_S, abs=EXACT)
    assert (way.way_m, way.way_s) == pytest.approx((WALK_M, WALK_S), abs=EXACT)
    assert (way.climb_m, way.steps_n) == pytest.approx((0.0, 80.0), abs=EXACT)
    assert way.straight_m == pytest.approx(STRAIGHT_M, abs=EXACT)
    assert (way.own_area, way.area_name) == (False, "北地区")
    assert [(each["name"], each["kind"], round(each["length_m"], 3)) for each in way.streets] == [
        ("袋小路", "street", 100.0),
        ("南通り", "street", 800.0),
        ("橋の道", "street", 80.0),
        ("", "steps", 20.0),
        ("みなみ跨線橋", "bridge", 60.0),
        ("", "steps", 20.0),
        ("橋の道", "street", 35.0),
        ("北通り", "street", 800.0),
    ]


def test_the_route_is_drawn_from_door_to_door(house: Why) -> None:
    (way,) = plane(house.route, "way")
    assert way.length == pytest.approx(WALK_M, abs=1.0)
    assert way.coords[0] == pytest.approx(HOUSE, abs=0.1)
    assert way.coords[-1] == pytest.approx((200.0, 245.0), abs=0.1)
    assert [line.length for line in plane(house.route, "leg")] == pytest.approx([10, 30], abs=0.2)
    assert len(plane(house.route, "steps")) == 2


def test_the_straight_line_shows_what_lies_between(house: Why) -> None:
    straight = house.straight
    assert straight is not None
    assert straight.detour == pytest.approx(WALK_M / STRAIGHT_M, abs=EXACT)
    no_street, broken = sorted(straight.found, key=lambda each: each.kind, reverse=True)
    # On the line (190 + 10 t, 100 + 145 t): 30 m from the alley's end (200, 120) where
    # 21,125 t² - 6,000 t - 400 = 0, and 30 m below the north street at 100 + 145 t = 185.
    begins = (6000 + np.sqrt(6000**2 + 4 * 21125 * 400)) / (2 * 21125)
    assert no_street.kind == "no_street"
    assert no_street.from_m == pytest.approx(begins * STRAIGHT_M, abs=EXACT)
    assert no_street.length_m == pytest.approx((85 / 145 - begins) * STRAIGHT_M, abs=EXACT)
    # It meets no street before the north one, at t = 115 / 145; from there it is
    # 10 x 30 / 145 m along that street and 30 m to the door.
    assert (broken.kind, broken.from_m, broken.streets) == ("break", 0.0, ("", "北通り"))
    assert broken.length_m == pytest.approx(115 / 145 * STRAIGHT_M, abs=EXACT)
    assert broken.around_m == pytest.approx(WALK_M - 30.0 - 300 / 145, abs=EXACT)


def test_a_drawn_barrier_is_named_where_the_line_meets_it(tmp_path: Path) -> None:
    rails = shapely.LineString([(-50, 150), (900, 150)])
    found = why(ground_of(rail_workspace(tmp_path), JR線=rails), *lonlat(*HOUSE))
    assert found.straight is not None
    (met,) = [each for each in found.straight.found if each.kind == "barrier"]
    assert (met.name, met.length_m) == ("JR線", 0.0)
    assert met.from_m == pytest.approx(50 / 145 * STRAIGHT_M, abs=EXACT)
    assert "まっすぐの線は、50m先で「JR線」にさえぎられます。" in found.sentences["ja"]
    assert len(plane(found.line, "barrier")) == 1


def test_what_would_have_to_change_is_told_exactly(house: Why) -> None:
    changes = house.changes
    assert changes is not None
    assert changes.needed_m == pytest.approx(WALK_M, abs=EXACT)
    assert changes.needed_min == pytest.approx(WALK_S / 60, abs=EXACT)
    assert [walker.within_limit for walker in changes.walkers] == [False, False, False]
    assert [(near.place_id, round(near.walk_m, 3)) for near in changes.near] == [("M", 310.0)]
    # 10 + 100 + 300 m to the one that is suspended; the closed one was no weekly place.
    assert [(each.place_id, each.stopped) for each in changes.stopped] == [("X", "suspended")]
    assert changes.stopped[0].walk_m == pytest.approx(410.0, abs=EXACT)
    assert (changes.together, changes.alternating, changes.far_leg) == ([], [], None)


def test_the_missing_path_is_the_one_from_the_blind_alley(house: Why) -> None:
    assert house.changes is not None
    path = house.changes.path
    assert path is not None
    assert (path.enough, path.begins) == (True, "dead_end")
    assert (path.from_street, path.to_street) == ("袋小路", "北通り")
    # From (200, 120) straight to (200, 215); then 10 + 20 + 95 + 30 m in all.
    assert path.path_m == pytest.approx(95.0, abs=EXACT)
    assert (path.walk_m, path.saved_m) == pytest.approx((155.0, 1800.0), abs=EXACT)
    assert path.line.coords[-1] == pytest.approx((200.0, 215.0), abs=EXACT)
    assert len(plane(house.line, "path")) == 1


def test_the_answer_is_told_in_both_languages(house: Why) -> None:
    assert house.sentences["ja"] == [
        "ここからは、歩いて500m以内に週1の場がありません。",
        "いちばん近いのは「北の家」（毎週月曜日10:00〜11:30）で、歩いて1,955m・33分です。",
        "500mより1,455m長い道のりです。",
        "「北の家」は北地区にあります（地区のさかいをこえます）。",
        "途中に階段が約80段あります。",
        "途中で橋（みなみ跨線橋）を通ります。",
        "まっすぐなら145mですが、道のりは13.5倍です。",
        "まっすぐ行くと、ここから115mのあいだを渡る道が近くになく、歩くと1,923mかかります。",
        "まっすぐ行くと、49m先から36mのあいだ、近くに歩ける道がありません。",
        "歩く範囲を1,955mまで広げると、届きます。",
        "「南サロン」（第2金曜日13:00〜15:00、歩いて310m・5分）が週1になれば、届きます。",
        "休止中の「やすみの会」（歩いて410m・7分）が再開すれば、届きます。",
        "近くの行き止まり（袋小路）から北通りへ、まっすぐ95mの通り道があれば、1,800m近くなって届きます。",
    ]
    assert len(house.sentences["en"]) == len(house.sentences["ja"])


def test_the_answer_is_plain_json(house: Why) -> None:
    told = json.loads(json.dumps(house.to_dict(), allow_nan=False))
    assert told["within_limit"] is False
    assert told["point"]["areas"] == {"city": "架空町", "district": "南地区"}
    assert told["route"]["type"] == told["straight"]["type"] == "FeatureCollection"


def test_a_limit_in_minutes_is_judged_by_the_quickest_walk(ground: Ground) -> None:
    # 1,987 s are 33.12 min; at 80 m/min 1,955 x 0.75 + 32 = 1,498.25 s, at 48 m/min 2,475.75 s.
    at = lonlat(*HOUSE)
    assert why(ground, *at, limit=Limit(minutes=WALK_S / 60 + 1e-6)).way.within_limit
    missed = why(ground, *at, limit=Limit(minutes=30.0))
    assert not missed.way.within_limit
    assert missed.changes is not None
    assert missed.changes.walkers[1] == ByWalker(
        "brisk",
        "はやい 80m/分",
        "Brisk, 80 m/min",
        pytest.approx(WALK_M, abs=EXACT),
        pytest.approx(1498.25, abs=EXACT),
        within_limit=True,
    )
    assert "「はやい 80m/分」の歩き方なら、届きます。" in missed.sentences["ja"]
    assert "歩く範囲を34分まで広げると、届きます。" in missed.sentences["ja"]
    slow = why(ground, *at, profile="slow", limit=Limit(m=2000.0, minutes=41.0))
    assert slow.way.walk_s == pytest.approx(2475.75, abs=EXACT)
    assert not slow.way.within_limit


def test_who_is_reached_needs_no_change(ground: Ground) -> None:
    near = why(ground, *lonlat(600.0, 215.0))
    # 400 m along the north street and 30 m to the door.
    assert near.way.within_limit
    assert near.way.walk_m == pytest.approx(430.0, abs=EXACT)
    assert near.changes is None
    assert near.sentences["ja"][0] == "ここからは、歩いて500m以内に週1の場があります。"


def test_a_point_too_far_from_the_streets_says_how_far(ground: Ground) -> None:
    far = why(ground, *lonlat(600.0, 560.0))
    assert (far.leg.reason, far.leg.leg_m, far.leg.street) == ("too_far", None, "北通り")
    assert far.leg.nearest_street_m == pytest.approx(345.0, abs=EXACT)
    assert far.way.place_id == ""
    assert far.changes is not None
    assert far.changes.far_leg is not None
    # 345 m to the street, 400 m along it, 30 m to the door.
    assert far.changes.far_leg.walk_m == pytest.approx(775.0, abs=EXACT)
    assert not far.changes.far_leg.within_limit
    assert far.sentences["ja"][1].startswith("歩ける道まで345mあります。300mをこえるので")


def test_two_fortnightly_places_do_together_or_would_in_turn(tmp_path: Path) -> None:
    at = lonlat(*HOUSE)
    first = ("F1", "木よう会", 100.0, 0.0, "第1・第3木曜日10:00〜12:00", "active")
    same = ("F2", "火よう会", 150.0, 0.0, "第1・第3火曜日10:00〜12:00", "active")
    other = ("F2", "火よう会", 150.0, 0.0, "第2・第4火曜日10:00〜12:00", "active")
    clash = why(ground_of(rail_workspace(tmp_path / "same", *PLACES, first, same)), *at).changes
    turns = why(ground_of(rail_workspace(tmp_path / "turns", *PLACES, first, other)), *at).changes
    assert clash is not None
    assert turns is not None
    # 10 + 100 + 50 m, 10 + 100 + 100 m, 310 m.
    assert [round(near.walk_m, 3) for near in clash.near] == [160.0, 210.0, 310.0]
    assert (clash.together, clash.alternating) == ([], ["火よう会", "木よう会"])
    assert (turns.together, turns.alternating) == (["火よう会", "木よう会"], [])


def test_a_private_home_is_walked_to_where_it_is_shown(tmp_path: Path) -> None:
    home = ("P", "山田さん宅", 620.0, -8.0, "毎週水曜日10:00〜12:00", "active")
    workspace = rail_workspace(tmp_path, *PLACES, home, private=("P",))
    found = why(ground_of(workspace), *lonlat(*HOUSE))
    # The middle of the cell of 150 m is (675, -75): 10 + 100 + 475 + 75 m.
    assert (found.way.place_id, found.way.approximate) == ("P", True)
    assert found.way.walk_m == pytest.approx(660.0, abs=EXACT)
    (way,) = plane(found.route, "way")
    assert way.coords[-1] == pytest.approx((675.0, -75.0), abs=0.1)
    said = json.dumps(found.to_dict(), ensure_ascii=False)
    assert "山田" not in said
    assert any("およその位置" in each for each in found.sentences["ja"])
    # In the exact view at the house itself: 10 + 100 + 420 + 8 m.
    exact = why(ground_of(workspace.seen("exact")), *lonlat(*HOUSE))
    assert (exact.way.name, exact.way.approximate) == ("山田さん宅", False)
    assert exact.way.walk_m == pytest.approx(538.0, abs=EXACT)


def test_a_private_home_that_is_shown_nowhere_is_walked_to_by_nobody(tmp_path: Path) -> None:
    home = ("P", "山田さん宅", 420.0, 0.0, "毎週水曜日10:00〜12:00", "active")
    workspace = rail_workspace(tmp_path, *PLACES, home, private=("P",))
    profile = workspace.path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + "blur_m = 0\n", "utf-8")
    found = why(ground_of(open_workspace(workspace.path)), *lonlat(*HOUSE))
    assert found.way.place_id == "W"
    assert found.changes is not None
    assert [near.place_id for near in found.changes.near] == ["M"]


def test_a_town_without_places_has_an_answer(ground: Ground) -> None:
    nobody = ground.situation.places.iloc[:0]
    workspace, parameters = ground.situation.workspace, ground.situation.parameters
    situation = Situation(workspace, parameters, places=nobody)
    found = why(situation, *lonlat(*HOUSE))
    assert [way.place_id for way in found.ways] == ["", "", ""]
    assert found.leg.leg_m == pytest.approx(10.0, abs=EXACT)


def test_without_any_weekly_place_there_is_no_way(tmp_path: Path) -> None:
    bare = ground_of(rail_workspace(tmp_path, PLACES[1]))
    found = why(bare, *lonlat(*HOUSE))
    assert found.sentences["ja"][1] == "道をたどって歩いて行ける週1の場が、ひとつもありません。"
    assert (found.straight, found.route["features"]) == (None, [])
    assert found.changes is not None
    assert (found.changes.needed_m, found.changes.path) == (None, None)
    nothing = why(ground_of(rail_workspace(tmp_path / "none", PLACES[3])), *lonlat(*HOUSE))
    assert nothing.changes is not None
    assert nothing.changes.near == []


def test_what_cannot_be_asked_is_refused_with_the_way_out(ground: Ground) -> None:
    with pytest.raises(InvalidInputError, match="outside Kaku Town; give a point inside"):
        why(ground, *lonlat(5000.0, 0.0))
    lon, lat = lonlat(*HOUSE)
    with pytest.raises(InvalidInputError, match="longitude comes first"):
        why(ground, lat, lon)
    with pytest.raises(InvalidInputError, match="no position"):
        why(ground, float("nan"), lat)
    with pytest.raises(InvalidInputError, match="there are monthly, weekly, permanent"):
        why(ground, lon, lat, frequency="daily")
    with pytest.raises(InvalidInputError, match="there are standard, brisk, slow"):
        why(ground, lon, lat, profile="flying")


def test_the_order_of_the_places_changes_nothing(tmp_path: Path, house: Why) -> None:
    turned = why(ground_of(rail_workspace(tmp_path, *PLACES[::-1])), *lonlat(*HOUSE))
    assert turned.to_dict() == house.to_dict()


def test_every_home_is_answered_as_the_run_counted_it(town_snapshot: Snapshot) -> None:
    """In the model town, which has hills, steps, a railway and a private home."""
    ground = Ground.of(town_snapshot)
    situation = ground.situation
    reached, approach = situation.reached("weekly"), situation.approach("weekly")
    private = situation.counted["private_home"].to_numpy(dtype=bool)
    homes = situation.homes
    at = homes.geometry.to_crs(6668)
    compared = 0
    for home in np.linspace(0, len(homes) - 1, 40).astype(int):
        place = approach.origin[home]
        if place < 0 or private[place]:
            continue
        found = why(ground, at.iloc[home].x, at.iloc[home].y).way
        compared += 1
        assert found.place_id == situation.counted["place_id"].iloc[place]
        assert found.within_limit == reached[home]
        figures = (found.way_m, found.way_s, found.climb_m, found.steps_n)
        run = (approach.walk_m, approach.walk_s, approach.climb_m, approach.steps_n)
        assert figures == pytest.approx([each[home] for each in run], abs=1e-3)
    assert compared >= 20


def test_the_places_are_those_of_the_snapshot_whatever_is_edited_since(tmp_path: Path) -> None:
    workspace = rail_workspace(tmp_path)
    snapshot = run(workspace, walk_limit_m=400.0, walking_profile="brisk")
    edited = tuple(row if row[0] != "W" else (*row[:5], "closed") for row in PLACES)
    write_registry(workspace.registry_url, no_venues(), places(edited, ()))
    found = why(Ground.of(snapshot), *lonlat(*HOUSE))
    assert (found.way.place_id, found.limit, found.profile) == ("W", Limit(m=400.0), "brisk")
    now = why(ground_of(open_workspace(workspace.path)), *lonlat(*HOUSE))
    assert now.way.place_id == ""


def test_a_snapshot_of_another_version_asks_for_a_new_run(tmp_path: Path) -> None:
    snapshot = run(rail_workspace(tmp_path))
    old = snapshot.layer("places").drop(columns="weeks_mask")
    old.to_parquet(snapshot.path / "places.parquet")
    with pytest.raises(BrokenWorkspaceError, match="run: arukeba run"):
        Ground.of(snapshot.workspace.snapshot())


@pytest.mark.real
@pytest.mark.skipif(
    not data_of(KASHIWA).is_dir(), reason="the open data are not beside the checkout"
)
def test_real_homes_of_kashiwa_are_answered_as_the_run_counts_them(
    real_town: Callable[[str], Path],
) -> None:
    ground = ground_of(open_workspace(real_town(KASHIWA)))
    situation = ground.situation
    approach, reached = situation.approach("weekly"), situation.reached("weekly")
    at = situation.homes.geometry.to_crs(6668)
    for home in np.linspace(0, len(at) - 1, 30).astype(int):
        found = why(ground, at.iloc[home].x, at.iloc[home].y)
        assert found.way.within_limit == reached[home]
        if not np.isfinite(approach.walk_m[home]):
            assert found.way.place_id == ""
            continue
        assert found.way.way_m == pytest.approx(approach.walk_m[home], abs=1e-2)
        assert found.way.climb_m == pytest.approx(approach.climb_m[home], abs=1e-2)
        (line,) = plane(found.route, "way")
        # Six decimals of a degree: up to 0.1 m at each of some hundred bends.
        assert line.length == pytest.approx(found.way.way_m, rel=0.01)


@pytest.mark.real
@pytest.mark.skipif(
    not (SHARED / "kochi").is_dir(), reason="the open data are not beside the checkout"
)
def test_real_routes_of_kochi_are_those_of_networkx_with_all_their_steps() -> None:
    network = kochi(KOCHI_ANSWER, "overpass")
    # Who lives where is not what this graph tells.
    network = replace(network, edges=network.edges.assign(private=False))
    graph = to_networkx(network)
    flights = np.flatnonzero(network.edges["steps"].to_numpy(dtype=bool))[::100]
    stops = pd.DataFrame({"edge": flights, "offset_m": 0.0, "snap_m": 0.0})
    homes = pd.DataFrame(
        {"edge": np.arange(0, len(network.edge_u), 100), "offset_m": 0.0, "snap_m": 0.0}
    )
    counted = steps(network)
    found = nearest(network, stops, homes, also=[(counted, stops, homes)])
    ends = network.edge_u[homes["edge"]]
    sources = {int(network.edge_u[edge]) for edge in flights}
    # The search goes from the places outwards, against the walk.
    outwards = graph.reverse(copy=False)
    expected = nx.multi_source_dijkstra_path_length(outwards, sources, weight="length_m")
    walked = 0
    for home in range(len(homes)):
        way = route(network, found, home, origins=stops, homes=homes)
        if way is None:
            assert int(ends[home]) not in expected
            continue
        walked += 1
        assert way.length_m == pytest.approx(expected[int(ends[home])], abs=1e-6)
        assert way.cost(counted) == pytest.approx(found.home_also[0][home], abs=1e-6)
        drawn = np.hypot(*np.diff(way.line_xy(), axis=0).T).sum()
        assert drawn == pytest.approx(way.length_m, abs=1e-3)
    assert walked > 10


def on_ground(folder: Path, kind: str, shape: shapely.Geometry) -> Ground:
    """Return the town with one thing on its ground."""
    workspace = rail_workspace(folder)
    table = {"kind": [kind], "name": "", "ref": "", "level": "ground", "source_id": "ground"}
    layer = gpd.GeoDataFrame(table, geometry=[shape], crs=PLANE)
    write_ground(layer, workspace.path / "layers")
    return ground_of(open_workspace(workspace.path))


def test_a_ditch_before_the_street_is_a_doubt_of_the_way(tmp_path: Path, ground: Ground) -> None:
    # Half-way to the alley, 10 m off; every other street is more than 30 m away.
    ditch = shapely.LineString([(195, 50), (195, 150)])
    found = why(on_ground(tmp_path, "ditch", ditch), *lonlat(*HOUSE))
    bare = why(ground, *lonlat(*HOUSE))
    assert found.leg == bare.leg
    assert [one["code"] for one in found.doubts if one not in bare.doubts] == ["leg_over_ground"]
    assert "a stream, a ditch, a fence or an embankment lies between" in doubted(found.doubts, "en")


def test_a_house_in_a_moat_has_no_street_and_is_told_of_no_walk_through_it(tmp_path: Path) -> None:
    moat = shapely.Point(HOUSE).buffer(8.0).difference(shapely.Point(HOUSE).buffer(3.0))
    asked = on_ground(tmp_path, "water", moat)
    found = why(asked, *lonlat(*HOUSE))
    assert (found.leg.reason, found.leg.leg_m) == ("ground", None)
    assert not found.way.within_limit
    assert found.changes is not None
    assert found.changes.far_leg is None
    said = {lang: found.sentences[lang][1] for lang in ("ja", "en")}
    assert said["ja"] == "川や線路、塀、がけの向こうの道しか近くにありません。"
    assert said["en"] == ("The only streets nearby lie beyond water, a railway, a wall or a cliff.")
    # One function for one point and for all.
    points = gpd.GeoDataFrame(geometry=[shapely.Point(HOUSE)], crs=PLANE)
    assert asked.situation.snap(points)["reason"].tolist() == ["ground"]

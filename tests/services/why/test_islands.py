"""Why on an island and on what is broken off: the card says so, and no way leads over the sea."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.streets.network import network_to_frames
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.why.answer import why
from services.why.ground import Ground
from services.why.told import Why
from services.workspace.folder import Workspace, open_workspace
from tests.railtown import PLACES, lonlat, rail_workspace
from tests.streets import streets

HALL = ("I", "島の家", 300.0, 610.0, "毎週月曜日10:00〜11:30", "active")


def two_streets(folder: Path, *places: tuple, north_m: float, long_m: float) -> Workspace:
    """Write a town of a street along y = 215 and another north of it, its west end at x = 0."""
    workspace = rail_workspace(folder, *PLACES, *places)
    spots = {1: (0, 215), 2: (1000, 215), 3: (1000, -90), 4: (0, -90)}
    spots |= {5: (0, north_m), 6: (min(long_m, 1000), north_m), 7: (1000, north_m + long_m - 1000)}
    ways = [[1, 2, 3, 4], [5, 6, 7] if long_m > 1000 else [5, 6]]
    nodes, edges = network_to_frames(streets(spots, ways))
    nodes.to_parquet(workspace.path / "network" / "nodes.parquet")
    edges.to_parquet(workspace.path / "network" / "edges.parquet")
    return workspace


def answer(
    folder: Path, at: tuple[float, float], *places: tuple, north_m: float, long_m: float
) -> Why:
    """Ask in a town of two streets."""
    workspace = two_streets(folder, *places, north_m=north_m, long_m=long_m)
    situation = Situation(workspace, Parameters.of(workspace.profile))
    return why(Ground(situation), *lonlat(*at))


def test_the_one_street_of_an_island_leads_to_its_hall(tmp_path: Path) -> None:
    """600 m of street, 385 m off the mainland's: 10 m to the street, 200 m along it, 10 m to the door."""
    told = answer(tmp_path, (500.0, 610.0), HALL, north_m=600.0, long_m=600.0)
    assert told.way.within_limit
    assert told.way.place_id == "I"
    assert told.way.walk_m == pytest.approx(220.0, abs=1e-4)
    assert told.piece == {"code": "alone", "length_m": pytest.approx(600.0)}
    assert [doubt["code"] for doubt in told.doubts if doubt["code"] == "broken_off"] == []


def test_an_island_without_a_hall_has_no_way_and_says_that_its_street_stands_alone(
    tmp_path: Path,
) -> None:
    told = answer(tmp_path, (500.0, 610.0), north_m=600.0, long_m=600.0)
    assert (told.leg.reason, told.way.place_id) == ("", "")
    assert told.route["features"] == []
    assert told.changes is not None
    assert told.changes.far_leg is None
    assert (
        "家の前の道は、全部で600mの、ほかの道から離れた道です（島など）。" in told.sentences["ja"]
    )


def test_a_short_piece_near_the_rest_is_not_used_and_a_long_one_is_doubted(tmp_path: Path) -> None:
    """185 m north of the street: 900 m of it are isolated; 1,100 m are used, but nobody knows."""
    short = answer(tmp_path / "short", (500.0, 690.0), north_m=400.0, long_m=900.0)
    # 290 m to the piece, but nothing else within the limit.
    assert short.leg.reason == "isolated"
    long = answer(tmp_path / "long", (500.0, 410.0), north_m=400.0, long_m=1100.0)
    assert (long.leg.reason, long.way.place_id) == ("", "")
    assert long.piece == {
        "code": "broken_off",
        "length_m": pytest.approx(1100.0),
        "gap_m": pytest.approx(185.0),
    }
    assert any("185m先の道とつながっていません" in line for line in long.sentences["ja"])
    hall = answer(
        tmp_path / "hall",
        (500.0, 410.0),
        ("I", "家", 300.0, 410.0, *HALL[4:]),
        north_m=400.0,
        long_m=1100.0,
    )
    assert hall.way.within_limit
    assert hall.doubts[0]["code"] == "broken_off"


def test_a_hall_on_a_short_piece_is_reached_by_those_who_live_along_it(tmp_path: Path) -> None:
    """300 m of street, 185 m off the rest: the walk along it is real, and the doubt stays."""
    hall = ("I", "離れの家", 50.0, 420.0, *HALL[4:])
    told = answer(tmp_path / "on", (250.0, 410.0), hall, north_m=400.0, long_m=300.0)
    # 10 m to the street, 200 m along it, 20 m to the door.
    assert (told.leg.reason, told.way.place_id) == ("", "I")
    assert told.way.walk_m == pytest.approx(230.0, abs=1e-4)
    assert told.doubts[0]["code"] == "broken_off"
    # A hall that has another street as near stands on that one; nobody jumps to it.
    beside = ("I", "本通りの家", 250.0, 260.0, *HALL[4:])
    told = answer(tmp_path / "off", (250.0, 410.0), beside, north_m=400.0, long_m=300.0)
    assert (told.leg.reason, told.way.place_id) == ("isolated", "")


def test_those_who_live_along_a_short_piece_are_listed_unless_a_hall_stands_on_it(
    tmp_path: Path,
) -> None:
    hall = ("I", "離れの家", 50.0, 420.0, *HALL[4:])
    for name, places, reason, walk_m in (
        ("with", [hall], "", 230.0),
        ("without", [], "isolated", np.inf),
    ):
        workspace = two_streets(tmp_path / name, *places, north_m=400.0, long_m=300.0)
        # As the build writes one who lives at a street that leads nowhere.
        home = workspace.demand().assign(
            edge=-1,
            offset_m=np.nan,
            snap_m=np.nan,
            snap_x=np.nan,
            snap_y=np.nan,
            unsnapped="isolated",
        )
        home.geometry = [shapely.Point(250.0, 410.0)]
        home.to_parquet(workspace.path / "layers" / "demand.parquet")
        situation = Situation(open_workspace(workspace.path), Parameters.of(workspace.profile))
        assert situation.homes["unsnapped"].tolist() == [reason]
        assert situation.approach("weekly").walk_m.tolist() == pytest.approx([walk_m])


def test_a_point_of_an_islet_without_streets_is_not_led_over_the_sea(tmp_path: Path) -> None:
    """The town's areas end at y = 700; the nearest street is 1,050 m to the west of the point."""
    workspace = rail_workspace(tmp_path)
    areas = workspace.areas()
    areas.geometry = areas.geometry.buffer(2000.0)
    areas.to_parquet(workspace.path / "layers" / "areas.parquet")
    ground = Ground(Situation(workspace, Parameters.of(workspace.profile)))
    near, far = (why(ground, *lonlat(x, 215.0)) for x in (1990.0, 2050.0))
    assert near.changes is not None
    assert near.changes.far_leg is not None
    assert near.changes.far_leg.leg_m == pytest.approx(990.0, abs=1e-3)
    assert far.changes is not None
    assert far.changes.far_leg is None
    assert far.leg.nearest_street_m == pytest.approx(1050.0, abs=1e-3)

"""Streets with hours: by hand, and against networkx on a town of its own for each place."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.catchment.extent import reached_lines
from geo.schedule import parse_schedule
from geo.schedule.hours import met_at_halls
from geo.streets.access import passes
from geo.streets.network import Network, isolated_edges, joinable
from geo.walking.doors import Doors, search_graph
from geo.walking.measure import metres, seconds
from geo.walking.reach import Nearest, nearest, walks
from geo.walking.route import route, walks_from
from geo.walking.snapping import frontage_of
from geo.walking.walker import Walker
from tests.geo.walking.test_private import on
from tests.streets import MET, Point, at_times, oracle_walk_m, snaps, streets, towns

WALKER = Walker(speed_m_per_min=60.0)


def hours(text: str) -> str:
    return passes({"opening_hours": text}, by_kind=True).hours


def met(text: str) -> str:
    """Return when one group alone in its hall meets."""
    return met_at_halls([parse_schedule(text)], [0])[0]


# A road from (0, 0) to (1000, 0) goes round by (500, -400): 500 + 400 + 400 + 500 m … through the park
# from (500 - 100, 0) straight on to (600, 0) it is 200 m instead of the 400 + 200 + 400 m round it.
SPOTS = {
    1: (0.0, 0.0),
    2: (400.0, 0.0),
    3: (400.0, -400.0),
    4: (600.0, -400.0),
    5: (600.0, 0.0),
    6: (1000.0, 0.0),
    7: (500.0, 0.0),
}
ROAD, PARK = [1, 2, 3, 4, 5, 6], [2, 7, 5]
HOME, HALL = (100.0, 0.0), (900.0, 0.0)
THROUGH_M, ROUND_M = 800.0, 1600.0


def park(text: str) -> Network:
    return streets(SPOTS, [ROAD, PARK], {1: {"hours": hours(text)}})


def walk_m(town: Network, met_at: str, home: tuple[float, float] = HOME) -> float:
    """Return the walk to the hall, the same by all searches and along the route that is drawn."""
    stops = snaps(on(town, HALL)).assign(met=[met_at]), snaps(on(town, home))
    found = nearest(town, *stops)
    walk = float(found.home_walk[0])
    by = metres(town)
    hall, door = Doors.of(stops[0], by), Doors.of(stops[1], by)
    _, outwards = walks_from(door, hall)
    limited = walks(town, *stops, limit=1e6)
    way = route(town, found, 0, origins=stops[0], homes=stops[1])
    drawn = np.inf if way is None else way.length_m
    kept = search_graph(hall, door).least_walks()[0]
    assert [walk] * 3 == pytest.approx([outwards[0], drawn, kept])
    assert limited.walk.tolist() == ([] if np.isinf(walk) else pytest.approx([walk]))
    return walk


@pytest.mark.parametrize(
    ("text", "walked_m"),
    [
        ("毎週水曜日10:00〜11:30", THROUGH_M),
        ("毎週水曜日10:00", THROUGH_M),
        ("毎週水曜日9:30〜16:30", THROUGH_M),
        # People walk there before nine, home after five.
        ("毎週水曜日9:00〜10:00", ROUND_M),
        ("毎週水曜日15:00〜17:00", ROUND_M),
        ("毎週水曜日18:30〜20:00", ROUND_M),
        # Two hours from 15:00, and half an hour home.
        ("毎週水曜日15:00", ROUND_M),
        ("毎週水曜日", ROUND_M),
        ("週3回", ROUND_M),
        ("毎月5日10:00", ROUND_M),
        ("未定", ROUND_M),
    ],
)
def test_a_park_from_nine_to_five_is_walked_through_to_who_meets_then(
    text: str, walked_m: float
) -> None:
    assert walk_m(park("09:00-17:00"), met(text)) == pytest.approx(walked_m)


@pytest.mark.parametrize(
    ("text", "walked_m"),
    [
        ("4〜11月の毎週金曜日10:00", THROUGH_M),
        ("毎週金曜日10:00", ROUND_M),
        ("3〜11月の毎週金曜日10:00", ROUND_M),
        ("4〜11月の毎週金曜日", THROUGH_M),
    ],
)
def test_a_path_that_winter_closes_is_walked_to_who_does_not_meet_in_winter(
    text: str, walked_m: float
) -> None:
    closed = passes({"foot:conditional": "no @ (Dec-Mar)"}, by_kind=True).hours
    town = streets(SPOTS, [ROAD, PARK], {1: {"hours": closed}})
    assert walk_m(town, met(text)) == pytest.approx(walked_m)


def test_the_route_leads_through_the_park_beside_a_place_that_meets_when_it_is_closed() -> None:
    town = park("09:00-17:00")
    halls = snaps(on(town, (700.0, 0.0)), on(town, HALL))
    halls = halls.assign(met=[met("毎週水曜日18:30〜20:00"), met("毎週水曜日10:00〜11:30")])
    home = snaps(on(town, HOME))
    found = nearest(town, halls, home)
    way = route(town, found, 0, origins=halls, homes=home)
    assert way is not None
    assert (way.origin, way.length_m, way.at_times_m) == pytest.approx((1, THROUGH_M, 200.0))


def test_on_a_day_without_hours_a_path_must_be_open_all_day() -> None:
    assert walk_m(park("Tu-Su 06:00-22:00"), met("毎週水曜日")) == pytest.approx(THROUGH_M)
    assert walk_m(park("Tu-Su 06:00-22:00"), met("毎週月曜日")) == pytest.approx(ROUND_M)


def test_a_group_that_is_not_weekly_by_itself_counts_with_its_hall() -> None:
    morning, evening = (
        parse_schedule(f"第{weeks}水曜日{at}")
        for weeks, at in (("1・第3", "10:00〜11:00"), ("2・第4", "18:30〜20:00"))
    )
    town = park("09:00-17:00")
    alone = met_at_halls([morning, evening], ["a", "b"])
    assert [walk_m(town, one) for one in alone] == pytest.approx([THROUGH_M, ROUND_M])
    together = met_at_halls([morning, evening], ["a", "a"])
    assert [walk_m(town, one) for one in together] == pytest.approx([ROUND_M, ROUND_M])
    # Who meets every week needs nobody else.
    weekly = met_at_halls(
        [parse_schedule(f"毎週水曜日{at}") for at in ("10:00〜11:00", "18:30〜20:00")], ["a", "a"]
    )
    assert [walk_m(town, one) for one in weekly] == pytest.approx([THROUGH_M, ROUND_M])
    unknown = met_at_halls([morning, parse_schedule("")], ["a", "a"])
    assert unknown == ["", ""]


def test_hours_of_seasons_hold_in_their_months() -> None:
    text = "毎週水曜日 夏期18:00〜19:00、冬期10:00〜11:00"
    assert walk_m(park("Apr-Sep 09:00-20:00; Oct-Mar 09:00-17:00"), met(text)) == THROUGH_M
    assert walk_m(park("09:00-17:00"), met(text)) == ROUND_M


def test_nobody_s_door_opens_to_a_street_with_hours() -> None:
    town = park("09:00-17:00")
    in_park = town.at_times
    assert town.edge_length_m[in_park].tolist() == pytest.approx([200.0])
    assert joinable(town, isolated_below_m=0.0).tolist() == (~in_park).tolist()
    spot = snaps(on(town, (500.0, 0.0)))
    assert nearest(town, snaps(on(town, HALL)).assign(met=met("毎日10:00")), spot).home_end[0] == -1
    steps = {"steps": True, "highway": "steps", "hours": hours("09:00-17:00")}
    stairs = streets(SPOTS, [ROAD, PARK], {1: steps})
    assert not frontage_of(stairs, isolated_below_m=0.0).stairs.any()


def test_a_piece_of_streets_with_hours_alone_is_isolated() -> None:
    apart = streets({**SPOTS, 8: (0, 9000), 9: (500, 9000)}, [ROAD, [8, 9]], {1: {"hours": "1"}})
    assert isolated_edges(apart, below_m=0.0).tolist() == apart.at_times.tolist()


def test_a_private_road_with_hours_is_walked_by_those_of_its_estate_while_it_is_open() -> None:
    spots = {1: (0.0, 0.0), 2: (0.0, 100.0), 3: (0.0, 200.0), 4: (1000.0, 0.0), 5: (1000.0, 200.0)}
    # A house on a private road; the gate of the estate, 100 m of the road, is shut at night. Round: 2,300 m.
    own = {"private": True}
    town = streets(
        spots,
        [[1, 2], [2, 3], [1, 4], [3, 5], [5, 4]],
        {0: {**own, "hours": hours("09:00-17:00")}, 1: own, 3: own},
    )
    for text, expected in (
        ("毎週水曜日10:00", 50 + 100 + 900),
        ("毎週水曜日19:00", 50 + 1000 + 200 + 100),
    ):
        assert walk_m(town, met(text), home=(0.0, 150.0)) == pytest.approx(expected)


def test_a_street_with_hours_is_drawn_as_far_as_who_meets_then_is_reached() -> None:
    town = park("09:00-17:00")
    by = metres(town)
    nobody = snaps()
    in_park = int(np.flatnonzero(town.at_times)[0])
    for text, drawn_m in (("毎週水曜日10:00", 100.0), ("毎週水曜日19:00", 0.0)):
        origins = Doors.of(snaps(on(town, HALL)).assign(met=[met(text)]), by)
        found = nearest(town, origins, Doors.of(nobody, by), by=by)
        # 300 m from the hall to the park, 100 m of it are within 400 m.
        reached, missed = reached_lines(by, found, origins, limit=400.0)
        lengths = [
            0.0 if one is None else one.length for one in (reached[in_park], missed[in_park])
        ]
        assert lengths == pytest.approx([drawn_m, 200.0 - drawn_m])


@st.composite
def towns_at_times(draw: st.DrawFn) -> tuple[Network, pd.DataFrame, list[Point], list[Point]]:
    """Draw a town with hours, its places with when they meet, the places and homes as points."""
    network, places, homes = draw(towns())
    stops = snaps(*places).assign(met=[draw(MET) for _ in places])
    return draw(at_times(network)), stops, places, homes


@given(towns_at_times())
def test_every_walk_is_that_of_the_town_as_it_is_open_when_the_place_meets(
    town: tuple[Network, pd.DataFrame, list[Point], list[Point]],
) -> None:
    network, stops, places, homes = town
    expected = np.array(
        [
            [oracle_walk_m(network, place, home, when) for home in homes]
            for place, when in zip(places, stops["met"], strict=True)
        ]
    )
    doors = snaps(*homes)
    found = nearest(network, stops, doors)
    assert found.home_walk == pytest.approx(expected.min(axis=0))
    for home, origin in enumerate(found.home_origin):
        if origin >= 0:
            assert expected[origin, home] == pytest.approx(found.home_walk[home])
            way = route(network, found, home, origins=stops, homes=doors)
            assert way is not None
            assert way.length_m == pytest.approx(found.home_walk[home])
    every = walks(network, stops, doors, limit=1e6)
    assert list(zip(every.origin, every.home, strict=True)) == list(
        zip(*np.nonzero(np.isfinite(expected)), strict=True)
    )
    assert every.walk == pytest.approx(expected[np.isfinite(expected)])
    by = metres(network)
    kept = search_graph(Doors.of(stops, by), Doors.of(doors, by))
    assert kept.least_walks() == pytest.approx(expected.min(axis=0))
    for home in range(len(homes)):
        _, outwards = walks_from(Doors.of(doors.iloc[[home]], by), Doors.of(stops, by))
        assert outwards == pytest.approx(expected[:, home])


@given(towns_at_times())
def test_other_measures_are_those_of_the_walks_that_are_found(
    town: tuple[Network, pd.DataFrame, list[Point], list[Point]],
) -> None:
    network, stops, _, homes = town
    doors, by_m, by_s = snaps(*homes), metres(network), seconds(network, WALKER)
    found = nearest(network, stops, doors, by=by_m, also=[(by_s, stops, doors)])
    # At 60 m/min on the level a metre is a second.
    assert found.home_also[0] == pytest.approx(found.home_walk)
    assert found.node_also[0] == pytest.approx(found.node_walk)


@given(towns())
def test_where_no_street_has_hours_it_does_not_matter_when_anybody_meets(
    town: tuple[Network, list[Point], list[Point]],
) -> None:
    network, places, homes = town
    plain, doors = snaps(*places), snaps(*homes)
    one = nearest(network, plain, doors)
    other = nearest(network, plain.assign(met=met("毎週水曜日10:00")), doors)
    assert isinstance(other, Nearest)
    assert len(other.trees) == 1
    for name in ("node_walk", "node_origin", "home_walk", "home_origin", "home_end"):
        assert np.array_equal(getattr(one, name), getattr(other, name))

"""Edits of the network: by hand in a river town, against networkx, and their properties."""

import itertools
from functools import partial
from random import Random

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPoint, Point, Polygon, box

from geo.edits.applied import (
    BARRIER,
    CLOSED,
    Edit,
    Edited,
    apply_edits,
    cut_off_edges,
    effect_of,
    rejoin,
)
from geo.edits.splitting import points_on
from geo.errors import EditError
from geo.ground.obstacles import Obstacles
from geo.streets.network import Network, isolated_edges, joinable
from geo.walking.reach import nearest
from geo.walking.snapping import GROUND, TOO_FAR, frontage_of, snap
from services.words.texts import told
from tests.streets import OnFoot, straight_street, streets, towns

CM = 0.01


def river_town() -> Network:
    """
    Build two banks of one street each, 100 m apart, and two bridges.

    ::

        4 ----- 5 ----- 6     north bank, y = 100
        |               |
        | bridge 3      | bridge 4
        |               |
        1 ----- 2 ----- 3     south bank, y = 0
       x=0     500     1000

    The river lies between y = 40 and y = 60. Nodes 2 and 5 have a stub each, so that they are
    junctions: 2-7 runs south 50 m, 5-8 north 50 m.
    """
    crossings = {
        **dict(zip((1, 2, 3), [(0, 0), (500, 0), (1000, 0)], strict=True)),
        **dict(zip((4, 5, 6), [(0, 100), (500, 100), (1000, 100)], strict=True)),
        **dict(zip((7, 8), [(500, -50), (500, 150)], strict=True)),
    }
    ways = [[1, 2, 3], [4, 5, 6], [1, 4], [3, 6], [2, 7], [5, 8]]
    return streets(crossings, ways)


RIVER = LineString([(-100, 50), (1100, 50)])
HALL = np.array([[100.0, 110.0]])
"""On the north bank, 10 m off the street, 100 m from the western bridge's end."""


def walk_m(edited: Edited, home: tuple[float, float]) -> float:
    found = nearest(edited.network, carried(edited, HALL), carried(edited, np.array([home])))
    return float(found.home_walk[0])


def carried(edited: Edited, xy: np.ndarray) -> pd.DataFrame:
    snaps = snap(xy, edited.original, limit_m=100.0)
    return edited.trace.carry(snaps, xy)


def way_at(network: Network, x: float, y: float) -> int:
    edge = snap(np.array([[x, y]]), network, limit_m=1.0)["edge"][0]
    return int(network.edges["osm_id"][edge])


def test_without_edits_the_network_is_the_network() -> None:
    network = river_town()
    edited = apply_edits(network, [])
    assert edited.network is network
    assert not edited.closed.any()
    xy = np.array([[30.0, -5.0], [30.0, 5000.0]])
    snaps = snap(xy, network, limit_m=100.0)
    pd.testing.assert_frame_equal(edited.trace.carry(snaps, xy), snaps)


def test_a_closed_bridge_sends_the_walk_over_the_other() -> None:
    # Home 10 m south of the street at x = 200: leg 10, west 200, bridge 100, east 100, leg 10.
    home = (200.0, -10.0)
    network = river_town()
    assert walk_m(apply_edits(network, []), home) == pytest.approx(420.0, abs=1e-9)
    west = Edit("west", "closed", osm_id=way_at(network, 0, 50))
    # Over the east: leg 10, east 800, bridge 100, west 900, leg 10.
    assert walk_m(apply_edits(network, [west]), home) == pytest.approx(1820.0, abs=1e-9)
    east = Edit("east", "closed", osm_id=way_at(network, 1000, 50))
    assert walk_m(apply_edits(network, [west, east]), home) == np.inf


@pytest.mark.parametrize(
    "shape",
    [
        Point(3, 50),
        LineString([(2, 0), (1, 100)]),
        box(-5, 45, 5, 55),
    ],
)
def test_a_bridge_is_closed_by_a_point_a_line_or_an_area_on_it(shape: shapely.Geometry) -> None:
    network = river_town()
    edited = apply_edits(network, [Edit("west", "closed", shape)])
    assert walk_m(edited, (200.0, -10.0)) == pytest.approx(1820.0, abs=1e-9)
    # Along the south bank and over the junction at the bridge nothing is closed.
    assert carried(edited, np.array([[1.0, -5.0]]))["reason"].tolist() == [""]
    ends = effect_of([Edit("west", "closed", shape)], network)
    assert ends["edges_n"].tolist() == [1]
    # The area takes 10 m of the bridge, the point and the line all 100 m.
    assert ends["closed_m"][0] == pytest.approx(10.0 if shape.area else 100.0, abs=0.5)


def test_a_line_on_a_street_leaves_the_streets_that_it_crosses_open() -> None:
    network = river_town()
    closed = Edit("bank", "closed", LineString([(-3, 1), (1003, 1)]))
    edited = apply_edits(network, [closed])
    assert edited.network.edge_length_m[edited.closed].sum() == pytest.approx(1000.0, abs=1e-6)
    assert carried(edited, np.array([[500.0, -3.0], [490.0, -3.0]]))["reason"].tolist() == [
        "",
        CLOSED,
    ]


def test_a_part_of_a_way_is_closed_and_nothing_else_in_the_area() -> None:
    network = river_town()
    area = box(-10, -10, 20, 110)
    bridge = Edit("part", "closed", area, osm_id=way_at(network, 0, 50))
    edited = apply_edits(network, [bridge])
    assert edited.network.edge_length_m[edited.closed].sum() == pytest.approx(100.0)
    everything = apply_edits(network, [Edit("all", "closed", area)])
    # The bridge, and 20 m of either bank.
    assert everything.network.edge_length_m[everything.closed].sum() == pytest.approx(140.0)


def test_a_river_that_nobody_crosses_parts_the_town() -> None:
    network = river_town()
    edited = apply_edits(network, [Edit("river", "barrier", RIVER)])
    assert walk_m(edited, (200.0, -10.0)) == np.inf
    # To the south bank's home the bridge is 50 m less 1 cm long; 100 + 49.99 as before.
    home = snap(np.array([[0.0, 49.0]]), network, limit_m=1.0)
    kept = edited.trace.carry(home, np.array([[0.0, 49.0]]))
    place = carried(edited, np.array([[100.0, 0.0]]))
    assert nearest(edited.network, place, kept).home_walk[0] == pytest.approx(149.0, abs=1e-9)
    # Both halves are equally long: 1,150 m less the two cuts of 1 cm. One is cut off.
    table = effect_of([Edit("river", "barrier", RIVER)], network)
    assert table["edges_n"].tolist() == [2]
    assert table["cut_off_m"].tolist() == pytest.approx([1150.0 - 2 * CM])
    assert table["cut_off_n"].tolist() == [1]
    assert edited.network.edge_length_m[cut_off_edges(edited)].sum() == pytest.approx(1149.98)


def test_two_closed_bridges_cut_off_what_neither_does_alone() -> None:
    network = river_town()
    edits = [
        Edit(name, "closed", osm_id=way_at(network, x, 50)) for name, x in (("a", 0), ("b", 1000))
    ]
    assert effect_of(edits, network)["cut_off_m"].tolist() == [0.0, 0.0]
    both = apply_edits(network, edits)
    assert both.network.edge_length_m[cut_off_edges(both)].sum() == pytest.approx(1050.0)


def test_a_home_beyond_a_barrier_is_not_joined_to_another_street() -> None:
    network = river_town()
    # A fence between the home at y = 20 and its street, the south bank.
    fence = Edit("fence", "barrier", LineString([(150, 5), (250, 5)]))
    edited = apply_edits(network, [fence])
    kept = carried(edited, np.array([[200.0, 20.0], [200.0, 5.0], [200.0, 4.0], [300.0, 20.0]]))
    assert kept["reason"].tolist() == [BARRIER, BARRIER, "", ""]
    assert (kept["edge"] >= 0).tolist() == [False, False, True, True]
    assert kept[["offset_m", "snap_m", "x", "y"]].isna().all(axis=1).tolist() == [
        True,
        True,
        False,
        False,
    ]


def test_a_home_stands_on_its_side_of_the_cut_and_at_the_cut_nowhere() -> None:
    network = straight_street()
    cut = apply_edits(network, [Edit("x", "barrier", LineString([(400, -5), (400, 5)]))])
    at_m = np.array([0.0, 399.98, 400.0, 400.02, 1000.0])
    snaps = cut.trace.carry(
        snap(np.column_stack([at_m, np.zeros(5)]), network, limit_m=1.0),
        np.column_stack([at_m, np.zeros(5)]),
    )
    assert snaps["reason"].tolist() == ["", "", BARRIER, "", ""]
    assert snaps["edge"].tolist() == [0, 0, -1, 2, 2]
    assert snaps["offset_m"].to_numpy()[[0, 1, 3, 4]] == pytest.approx(
        [0.0, 399.98, CM, 600.0 - CM]
    )


def test_nobody_passes_a_junction_that_a_barrier_meets() -> None:
    # The barrier ends on the junction from the side of no street; it is drawn to 7 places of degrees.
    network = streets({1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 100)}, [[1, 2, 3], [2, 4]])
    touching = Edit("t", "barrier", LineString([(60, -40), (100.004, 0.003)]))
    edited = apply_edits(network, [touching])
    around = np.array([[50.0, 0.0], [150.0, 0.0], [100.0, 50.0]])
    snaps = carried(edited, around)
    for one, other in itertools.permutations(range(3), 2):
        found = nearest(edited.network, snaps.iloc[[one]], snaps.iloc[[other]])
        assert found.home_walk.tolist() == [np.inf]


def test_a_street_along_which_a_barrier_is_drawn_is_closed_as_far() -> None:
    network = straight_street()
    along = Edit("a", "barrier", LineString([(100, 0.002), (300, -0.002), (300, -80)]))
    edited = apply_edits(network, [along])
    assert edited.network.edge_length_m[edited.closed] == pytest.approx([200.0 + 2 * CM], abs=1e-3)
    assert edited.network.edge_length_m.sum() == pytest.approx(1000.0, abs=1e-9)


def test_a_street_that_meets_a_barrier_twice_is_cut_twice_though_it_crosses_itself() -> None:
    # A ramp that crosses over itself at (100, 0); the barrier stands on that spot only.
    ramp = streets(
        {1: (0, 0), 2: (200, 0), 3: (200, 100), 4: (100, 100), 5: (100, -100)}, [[1, 2, 3, 4, 5]]
    )
    edited = apply_edits(ramp, [Edit("x", "barrier", LineString([(99, -1), (101, 1)]))])
    # 0 … 100 | 100 … 100 + 100 + 100 + 100 + 100 = 500 | 500 … 600
    assert edited.network.edge_length_m[~edited.closed] == pytest.approx([100, 400, 100], abs=0.05)


def test_streets_inside_an_area_are_closed() -> None:
    network = river_town()
    edited = apply_edits(network, [Edit("flood", "barrier", box(-50, -20, 600, 60))])
    # 600 m of the south bank, 60 m of the bridge, 20 m of the stub, and a centimetre at each rim.
    assert edited.network.edge_length_m[edited.closed].sum() == pytest.approx(680.0 + 3 * CM)
    assert carried(edited, np.array([[300.0, -5.0]]))["reason"].tolist() == [BARRIER]


def test_a_path_shortens_the_walk_by_what_it_spares() -> None:
    network = river_town()
    home = (500.0, -20.0)
    # Home on the stub, 20 m south of junction 2; then 500 west, 100 bridge, 100 east, leg 10.
    assert walk_m(apply_edits(network, []), home) == pytest.approx(730.0, abs=1e-9)
    # A footbridge drawn from 3 m north of the one bank to 4 m south of the other, at x = 300.
    bridge = Edit("new", "path", LineString([(300, 3), (300, 96)]), attributes={"name": "新橋"})
    edited = apply_edits(network, [bridge])
    # 20 + 200 west + 100 over + 200 west + leg 10.
    assert walk_m(edited, home) == pytest.approx(530.0, abs=1e-9)
    row = edited.network.edges[edited.added].iloc[0]
    assert (row["highway"], row["name"], row["osm_id"]) == ("footway", "新橋", -1)
    assert effect_of([bridge], network)["added_m"].tolist() == pytest.approx([100.0])


def test_a_path_joins_within_5_metres_and_no_farther() -> None:
    network = straight_street()
    near = Edit("p", "path", LineString([(100, 5.0), (200, 50), (300, 5.0)]))
    assert apply_edits(network, [near]).added.sum() == 1
    far = Edit("p", "path", LineString([(100, 5.0), (200, 50), (300, 5.1)]))
    with pytest.raises(EditError, match=r"edit p: its end is 5\.1 m .* within 5 m") as caught:
        apply_edits(network, [far])
    assert "終点がいちばん近い道から5.1m" in told(caught.value, "ja")
    wider = Edit("p", "path", far.shape, join_m=6.0)
    assert apply_edits(network, [wider]).added.sum() == 1


def test_paths_join_each_other_where_they_touch() -> None:
    # A Y in a park: three paths meet at (150, 50); the third also ends on the first in the middle.
    network = straight_street()
    edits = [
        Edit("a", "path", LineString([(100, 0), (150, 50)])),
        Edit("b", "path", LineString([(200, 0), (150, 50)])),
        Edit("c", "path", LineString([(125, 25), (125, 80), (150, 50)])),
    ]
    edited = apply_edits(network, edits)
    assert edited.network.component_of_node[edited.network.edge_u].max() == 0
    xy = np.array([[100.0, 0.0], [200.0, 0.0]])
    # Two legs of 50√2 are longer than 100 m of street; cut the street, and they are the way.
    cut = Edit("x", "barrier", LineString([(150, -5), (150, 5)]))
    snaps = carried(apply_edits(network, [*edits, cut]), xy)
    found = nearest(apply_edits(network, [*edits, cut]).network, snaps.iloc[[0]], snaps.iloc[[1]])
    assert found.home_walk == pytest.approx([100 * np.sqrt(2)], abs=0.03)


def test_a_barrier_cuts_a_path_too_and_does_not_move_it() -> None:
    network = river_town()
    bridge = Edit("new", "path", LineString([(300, 3), (300, 96)]))
    edited = apply_edits(network, [bridge, Edit("river", "barrier", RIVER)])
    assert edited.closed[edited.added].any()
    assert walk_m(edited, (500.0, -20.0)) == np.inf


def test_a_correction_says_something_else_of_a_way() -> None:
    network = river_town()
    way = way_at(network, 0, 50)
    edits = [
        Edit("s", "correction", osm_id=way, attributes={"highway": "steps"}),
        Edit("t", "correction", osm_id=way, attributes={"steps": True, "highway": "steps"}),
    ]
    edited = apply_edits(network, edits)
    of_way = edited.network.edges["osm_id"] == way
    assert edited.network.edges["steps"].equals(of_way)
    assert set(edited.network.edges.loc[of_way, "highway"]) == {"steps"}
    assert not network.edges["steps"].any()
    stairs = Edit("p", "path", LineString([(300, 3), (300, 96)]), attributes={"highway": "steps"})
    with_stairs = apply_edits(network, [stairs])
    assert with_stairs.network.edges["steps"].equals(pd.Series(with_stairs.added))
    contradicting = Edit("u", "correction", osm_id=way, attributes={"highway": "footway"})
    with pytest.raises(EditError, match=r"edit u: it says highway = footway .* edit s says steps"):
        apply_edits(network, [*edits, contradicting])


def test_homes_that_no_street_was_near_join_the_new_path() -> None:
    network = straight_street()
    xy = np.array([[500.0, 300.0], [500.0, 20.0], [540.0, 300.0], [500.0, 600.0]])
    path = Edit("p", "path", LineString([(500, 0), (500, 400), (900, 400), (900, 0)]))
    fence = Edit("f", "barrier", LineString([(520, 250), (520, 350)]))
    edited = apply_edits(network, [path, fence])
    snaps = carried(edited, xy)
    assert snaps["reason"].tolist() == [TOO_FAR, "", TOO_FAR, TOO_FAR]
    joined = rejoin(
        edited,
        snaps,
        xy,
        limit_m=100.0,
        usable=lambda network: ~isolated_edges(network, below_m=300.0),
    )
    # The second keeps its street; a fence is between the third and the path; the fourth is 200 m off.
    assert joined["reason"].tolist() == ["", "", BARRIER, TOO_FAR]
    assert joined["snap_m"].tolist()[:2] == [0.0, 20.0]
    place = carried(edited, np.array([[400.0, 0.0]]))
    found = nearest(edited.network, place, joined)
    assert found.home_walk.tolist() == pytest.approx([400.0, 120.0, np.inf, np.inf])


def test_a_path_ties_a_piece_that_was_too_small_to_be_joined() -> None:
    network = streets({1: (0, 0), 2: (1000, 0), 3: (0, 200), 4: (80, 200)}, [[1, 2], [3, 4]])

    def usable(some: Network) -> np.ndarray:
        return ~isolated_edges(some, below_m=300.0)

    xy = np.array([[40.0, 190.0]])
    path = Edit("p", "path", LineString([(80, 200), (80, 0)]))
    edited = apply_edits(network, [path])
    snaps = edited.trace.carry(snap(xy, network, limit_m=50.0, usable=usable(network)), xy)
    assert snaps["reason"].tolist() == ["isolated"]
    joined = rejoin(edited, snaps, xy, limit_m=50.0, usable=usable)
    place = snap(np.array([[0.0, 0.0]]), network, limit_m=1.0)
    place = edited.trace.carry(place, np.array([[0.0, 0.0]]))
    # Leg 10, east 40, path 200, west 80.
    assert nearest(edited.network, place, joined).home_walk == pytest.approx([330.0])


def test_who_lives_behind_water_joins_a_new_path_on_the_own_bank_alone() -> None:
    # The street lies beyond the canal, 60 m away; one path runs on the home's bank, one on the street's.
    network = straight_street()
    canal = Obstacles(
        np.array([box(-100, 10, 1100, 24)], dtype=object), np.array(["water"], dtype=object)
    )
    xy = np.array([[500.0, 60.0]])
    frontage = frontage_of(network, isolated_below_m=0.0, obstacles=canal)
    snaps = snap(xy, network, limit_m=100.0, usable=frontage)
    assert snaps["reason"].tolist() == [GROUND]
    near = Edit("near", "path", LineString([(400, 8), (600, 8)]), join_m=10.0)
    own = Edit("own", "path", LineString([(400, 0), (400, 100), (600, 100), (600, 0)]))
    found = {}
    for edit in (near, own):
        edited = apply_edits(network, [edit])
        carried_over = edited.trace.carry(snaps, xy)
        rule = partial(joinable, isolated_below_m=0.0)
        joined = rejoin(edited, carried_over, xy, limit_m=100.0, usable=rule, obstacles=canal)
        found[edit.edit_id] = joined[["reason", "snap_m"]].to_numpy().tolist()[0]
    assert found["near"][0] == GROUND
    assert found["own"] == ["", 40.0]


def test_a_closure_off_the_streets_says_how_far() -> None:
    network = river_town()
    for shape in (Point(500, 50), LineString([(300, 50), (400, 50)])):
        with pytest.raises(EditError, match=r"edit c: no street runs within 5 m .* 50\.0 m away"):
            apply_edits(network, [Edit("c", "closed", shape)])
    way = way_at(network, 0, 50)
    with pytest.raises(EditError, match=r"the way it names is 495\.0 m away"):
        apply_edits(network, [Edit("c", "closed", box(495, 40, 600, 60), osm_id=way)])


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Edit("e", "wall", RIVER), "there is no kind 'wall'"),  # type: ignore[arg-type]
        (Edit("e", "barrier"), "nothing is drawn; barrier needs a line or an area"),
        (Edit("e", "barrier", Polygon()), "nothing is drawn"),
        (Edit("e", "barrier", Point(0, 0)), "barrier cannot be a Point"),
        (Edit("e", "path", box(0, 0, 1, 1)), "path cannot be a Polygon"),
        (Edit("e", "path", LineString([(0, 0), (0, 0)])), "a single spot"),
        (Edit("e", "barrier", LineString([(0, 0), (np.inf, 1)])), "not all numbers"),
        (Edit("e", "closed"), "nothing says what is closed"),
        (Edit("e", "closed", osm_id=999), "no street of the network is way 999"),
        (Edit("e", "correction", osm_id=1), "needs an osm_id and one of"),
        (
            Edit("e", "correction", osm_id=1, attributes={"maxspeed": 30.0}),
            "maxspeed cannot be set",
        ),
        (Edit("e", "correction", osm_id=1, attributes={"steps": "yes"}), "steps cannot be 'yes'"),
        (Edit("e", "correction", osm_id=1, attributes={"surface": "mud"}), "paved or unpaved"),
        (Edit("e", "path", LineString([(0, 0), (9, 9)]), join_m=-1.0), "join_m is -1.0"),
    ],
)
def test_an_edit_that_cannot_be_meant_is_refused_by_name(edit: Edit, said: str) -> None:
    with pytest.raises(EditError, match="edit e: ") as caught:
        apply_edits(river_town(), [edit])
    assert said in caught.value.message
    assert told(caught.value, "ja") != caught.value.message


def test_two_edits_of_one_id_are_refused() -> None:
    twice = [Edit("a", "barrier", RIVER), Edit("a", "barrier", box(0, 0, 1, 1))]
    with pytest.raises(EditError, match="edit a: this edit_id occurs twice"):
        apply_edits(river_town(), twice)


def test_shapes_of_several_parts_count_as_all_of_them() -> None:
    network = river_town()
    both = Edit("both", "closed", MultiPoint([(0, 50), (1000, 50)]))
    assert apply_edits(network, [both]).closed.sum() == 2
    lines = MultiLineString([[(-5, 50), (5, 50)], [(995, 50), (1005, 50)]])
    cut = apply_edits(network, [Edit("cut", "barrier", lines)])
    assert walk_m(cut, (200.0, -10.0)) == np.inf


def test_a_network_without_streets_takes_barriers() -> None:
    nothing = streets({1: (0, 0), 2: (0, 0)}, [[1, 2]])
    edited = apply_edits(nothing, [Edit("b", "barrier", RIVER)])
    assert len(edited.network.edge_u) == 0
    assert not cut_off_edges(edited).any()


def test_a_correction_opens_a_private_road_to_everybody() -> None:
    # 100 m over a private road, 300 m round it.
    spots = {1: (0, 0), 2: (100, 0), 3: (0, 100), 4: (100, 100), 5: (-50, 0), 6: (150, 0)}
    ways = [[5, 1], [1, 2], [1, 3, 4, 2], [2, 6]]
    town = streets(spots, ways, {1: {"private": True}})
    ends = [(int(np.argmin(town.node_xy[town.edge_u][:, 0])), 0.0, 0.0)]
    ends.append((int(np.argmax(town.node_xy[town.edge_v][:, 0])), 50.0, 0.0))
    stops = pd.DataFrame(ends, columns=["edge", "offset_m", "snap_m"])
    assert nearest(town, stops.iloc[[0]], stops.iloc[[1]]).home_walk.tolist() == [400.0]
    said = Edit("e", "correction", osm_id=2, attributes={"private": False})
    opened = apply_edits(town, [said]).network
    assert nearest(opened, stops.iloc[[0]], stops.iloc[[1]]).home_walk.tolist() == [200.0]


# Properties: random towns, random barriers and paths, networkx as the oracle


@st.composite
def barriers(draw: st.DrawFn) -> list[Edit]:
    """Draw lines and areas over the ground of ``towns``."""
    spot = st.tuples(st.integers(-50, 950), st.integers(-50, 950))
    edits: list[Edit] = []
    for number in range(draw(st.integers(1, 3))):
        spots = draw(st.lists(spot, min_size=2, max_size=4, unique=True))
        line = LineString(spots)
        area = draw(st.booleans()) and len(spots) > 2
        hull = line.convex_hull
        shape = hull if area and hull.area > 0 else line
        edits.append(Edit(f"b{number}", "barrier", shape))
    return edits


@st.composite
def edited_towns(draw: st.DrawFn) -> tuple[Network, np.ndarray, list[Edit]]:
    """Draw a town, points on its streets and barriers that are not just a centimetre from anything."""
    network, places, homes = draw(towns())
    points = [*places, *homes]
    edge = np.array([point[0] for point in points])
    offset_m = np.array([point[1] for point in points])
    edits = draw(barriers())
    xy = points_on(network, edge, offset_m)
    things = [*network.edge_lines, *shapely.points(network.node_xy), *shapely.points(xy)]
    for edit in edits:
        corners = shapely.points(shapely.get_coordinates(edit.shape))
        gaps = [shapely.distance(edit.shape, things), shapely.distance(things, corners[:, None])]
        near = np.concatenate([gap.ravel() for gap in gaps])
        assume(not ((near > 0.5 * CM) & (near < 1.5 * CM)).any())
    frame = pd.DataFrame(
        {"edge": edge, "offset_m": offset_m, "snap_m": 0.0, "x": xy[:, 0], "y": xy[:, 1]}
    )
    return network, frame.assign(reason=""), edits


def oracle(network: Network, snaps: pd.DataFrame, edits: list[Edit]) -> np.ndarray:
    """Return all walks between points by networkx, along stretches that touch no barrier."""
    walls = [edit.shape for edit in edits]
    graph = OnFoot(network)

    def free(shape: shapely.Geometry) -> bool:
        return not any(shapely.dwithin(shape, wall, CM) for wall in walls)

    for edge in range(len(network.edge_u)):
        line = network.edge_lines[edge]
        length_m = float(network.edge_length_m[edge])
        here = snaps.index[snaps["edge"] == edge]
        stops: list[tuple[float, object]] = [(0.0, int(network.edge_u[edge]))]
        stops += sorted((float(snaps["offset_m"][row]), ("at", row)) for row in here)
        stops.append((length_m, int(network.edge_v[edge])))
        for (from_m, a), (to_m, b) in itertools.pairwise(stops):
            part = shapely.ops.substring(line, from_m, to_m)
            if free(part):
                graph.street(edge, a, b, to_m - from_m, to_m - from_m)
    spots = shapely.points(snaps[["x", "y"]].to_numpy())
    walks = np.full((len(snaps), len(snaps)), np.inf)
    for row in range(len(snaps)):
        if not free(spots[row]):
            continue
        found = graph.walks(("at", row))
        for other in range(len(snaps)):
            if free(spots[other]):
                # The walk to the first from the second.
                walks[other, row] = found.get(("at", other), np.inf)
    return walks


def all_walks(edited: Edited, snaps: pd.DataFrame) -> np.ndarray:
    xy = snaps[["x", "y"]].to_numpy()
    kept = edited.trace.carry(snaps, xy)
    rows = [nearest(edited.network, kept.iloc[[row]], kept).home_walk for row in range(len(kept))]
    return np.array(rows)


@given(edited_towns())
@settings(max_examples=60)
def test_every_walk_round_the_barriers_equals_the_oracle(
    town: tuple[Network, pd.DataFrame, list[Edit]],
) -> None:
    network, snaps, edits = town
    edited = apply_edits(network, edits)
    assert all_walks(edited, snaps) == pytest.approx(oracle(network, snaps, edits), abs=1e-6)
    whole = edited.trace.cut
    sums = np.bincount(whole.parent, weights=edited.network.edge_length_m)
    assert sums == pytest.approx(network.edge_length_m, abs=1e-9)


@given(edited_towns(), st.integers(0, 2))
@settings(max_examples=40)
def test_one_more_barrier_never_shortens_a_walk_and_one_less_never_lengthens_it(
    town: tuple[Network, pd.DataFrame, list[Edit]], left_out: int
) -> None:
    network, snaps, edits = town
    fewer = [edit for number, edit in enumerate(edits) if number != left_out]
    many, few = (all_walks(apply_edits(network, some), snaps) for some in (edits, fewer))
    assert (many >= few - 1e-6).all()


@given(edited_towns(), st.data())
@settings(max_examples=40)
def test_one_more_path_never_lengthens_a_walk(
    town: tuple[Network, pd.DataFrame, list[Edit]], data: st.DataObject
) -> None:
    network, snaps, edits = town
    paths = []
    for number in range(data.draw(st.integers(1, 3))):
        ends = [data.draw(st.integers(0, len(snaps) - 1)) for _ in range(2)]
        spots = snaps[["x", "y"]].to_numpy()[ends]
        if (spots[0] != spots[1]).any():
            paths.append(Edit(f"p{number}", "path", LineString(spots)))
    assume(paths)
    with_paths = all_walks(apply_edits(network, [*edits, *paths]), snaps)
    one_less = all_walks(apply_edits(network, [*edits, *paths[1:]]), snaps)
    without = all_walks(apply_edits(network, edits), snaps)
    assert (one_less <= without + 1e-6).all()
    assert (with_paths <= one_less + 1e-6).all()


@given(edited_towns(), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_edits_changes_nothing(
    town: tuple[Network, pd.DataFrame, list[Edit]], random: Random
) -> None:
    network, snaps, edits = town
    ends = snaps[["x", "y"]].to_numpy()[[0, -1]]
    if (ends[0] != ends[1]).any():
        edits = [*edits, Edit("p", "path", LineString(ends))]
    edits = [*edits, Edit("c", "closed", osm_id=int(network.edges["osm_id"][0]))]
    mixed = list(edits)
    random.shuffle(mixed)
    one, other = apply_edits(network, edits).network, apply_edits(network, mixed).network
    for name in ("node_xy", "edge_u", "edge_v", "edge_length_m", "edge_xy", "edge_start"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    pd.testing.assert_frame_equal(one.edges, other.edges)
    pd.testing.assert_frame_equal(effect_of(edits, network), effect_of(mixed, network))

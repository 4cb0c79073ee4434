"""The grid of segments: by hand, and against the distance to every segment."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.streets import grid
from geo.streets.grid import meeting_segments, nearest_segments, segment_grid

Ends = list[tuple[float, float, float, float]]


def ask(
    ends: Ends | np.ndarray,
    points: list[tuple[float, float]] | np.ndarray,
    *,
    limit_m: float = np.inf,
    accepted: list[bool] | None = None,
) -> list[int]:
    array = np.array(ends, dtype=float).reshape(-1, 4)
    mask = np.ones(len(array), dtype=bool) if accepted is None else np.array(accepted)
    spots = np.array(points, dtype=float).reshape(-1, 2)
    return nearest_segments(segment_grid(array), spots, mask, limit_m=limit_m).tolist()


def test_the_nearer_of_two_streets_is_found_from_either_side() -> None:
    pair: Ends = [(0, 0, 100, 0), (0, 10, 100, 10)]
    assert ask(pair, [(50, 4), (50, 6), (50, -9), (50, 19)]) == [0, 1, 0, 1]


def test_of_two_equally_near_the_first_is_taken_wherever_it_lies() -> None:
    pair: Ends = [(0, 10, 100, 10), (0, 0, 100, 0)]
    assert ask(pair, [(50, 5)]) == [0]
    assert ask(pair[::-1], [(50, 5)]) == [0]


@pytest.mark.parametrize("away_m", [5.5, 0.7, 12.3, 300.1])
def test_rounding_does_not_choose_between_equals(away_m: float) -> None:
    # From the line through the origin along (3, 4) the point (0.8, -0.6) times a is a metres away;
    # one line north-south and one east-west are put as far from it. Doubles make three numbers of it.
    x, y = 0.8 * away_m, -0.6 * away_m
    three: Ends = [
        (-300, -400, 300, 400),
        (x + away_m, -900, x + away_m, 900),
        (-900, y - away_m, 900, y - away_m),
    ]
    for turn in range(3):
        assert ask(three[turn:] + three[:turn], [(x, y)]) == [0]


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("swapped", [False, True])
def test_the_outermost_squares_are_looked_at_too(*, mirrored: bool, swapped: bool) -> None:
    # 400 segments in the middle and two in the corners of 100 m by 100 m: squares of about 2.5 m.
    middle: Ends = [(50.0, 50.0, 50.0, 50.0)] * 400
    corners: Ends = [(0, 0, 0, 0), (100, 100, 100, 100)]
    first = segment_grid(np.array([*middle, *corners, *[(1.0, 1.0, 1.0, 1.0)] * 2]))
    side_m = first.square_m
    assert 0.05 < 100.0 / side_m % 1.0 < 0.95
    # The point stands in the last column but one, in the middle of its row. In its own square is a
    # segment at 0.2 squares, in the last column one at 0.15: only that column's edge is so near.
    edge_m = side_m if mirrored else (first.columns_n - 1) * side_m
    outward = -side_m if mirrored else side_m
    height_m = 10.5 * side_m

    def at(inward: float) -> tuple[float, float]:
        spot = (edge_m - inward * outward, height_m)
        return spot[::-1] if swapped else spot

    ends = [*middle, *corners, at(0.3) * 2, at(-0.05) * 2]
    assert segment_grid(np.array(ends)).square_m == side_m
    assert ask(ends, [at(0.1)]) == [len(ends) - 1]


def test_at_a_junction_the_first_of_all_that_meet_there_is_taken() -> None:
    # Seen from beyond the corner, all three end at the nearest spot (0.1 + 0.2 is no round number).
    x = 0.1 + 0.2
    corner: Ends = [(5.7, 3.3, x, x), (x, x, 9.1, 0.3), (x, x, 4.4, 8.8)]
    for turn in range(3):
        assert ask(corner[turn:] + corner[:turn], [(-1.0, -1.0)]) == [0]


def test_a_limit_is_inclusive_to_the_last_bit() -> None:
    street: Ends = [(0, 0, 1000, 0)]
    beyond = float(np.nextafter(500.0, np.inf))
    assert ask(street, [(-300, 400), (7, 500), (7, beyond)], limit_m=500.0) == [0, 0, -1]


def test_segments_that_are_not_accepted_are_passed_over() -> None:
    three: Ends = [(0, 0, 9, 0), (0, 5, 9, 5), (0, 90, 9, 90)]
    assert ask(three, [(1, 1)], accepted=[False, True, True]) == [1]
    assert ask(three, [(1, 1)], accepted=[False, False, True]) == [2]
    assert ask(three, [(1, 1)], accepted=[False, False, False]) == [-1]


def test_nothing_is_nearest_to_nothing() -> None:
    assert ask([], [(1, 1), (2, 2)]) == [-1, -1]
    assert ask([(0, 0, 9, 0)], []) == []
    assert ask([], []) == []


@pytest.mark.parametrize(
    "street",
    [
        (0.0, 0.0, 0.0, 1e5),  # north
        (0.0, 0.0, 1e5, 0.0),  # east
        (1e5, 1e5, -1e5, -1e5),  # across everything
        (3.0, 4.0, 3.0, 4.0),  # a point
    ],
)
def test_one_street_of_any_kind_is_found_from_any_distance(street: tuple[float, ...]) -> None:
    away = [(1e7, -1e7), (-1e9, 3.0), (0.0, 1e9), (3.0, 4.0), (1e5, 1e5)]
    assert ask(np.array([street]), away) == [0] * len(away)


def test_a_long_street_among_many_short_ones_is_found_halfway() -> None:
    short = [(float(x), 0.0, x + 1.0, 0.0) for x in range(0, 1000, 10)]
    long = (-50_000.0, -40_000.0, 50_000.0, 60_000.0)
    # The long one runs 10 km north of the short ones' western end: x = y - 10,000.
    assert ask([*short, long], [(20_000.0, 30_100.0), (995.0, 0.4), (10.5, -3.0)]) == [100, 99, 1]


COORDINATE = st.integers(-30, 30)
ENDS = st.lists(st.tuples(*[COORDINATE] * 4), min_size=1, max_size=25)
POINTS = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=10)
PLACES = st.sampled_from([(0.0, 0.0), (17_000.3, -26_000.7), (-90_000.1, 160_000.9)])


@given(
    ENDS,
    POINTS,
    st.sampled_from([0.1, 1.0, 37.7]),
    PLACES,
    st.floats(0.0, 900.0) | st.just(np.inf),
    st.randoms(use_true_random=False),
)
def test_no_accepted_segment_is_nearer_and_none_as_near_comes_first(
    ends, points, scale, place, limit_m, random
) -> None:
    segments = np.array(ends, dtype=float) * scale + np.tile(place, 2)
    spots = np.array(points, dtype=float) * scale + place
    accepted = np.array([random.random() < 0.8 for _ in ends])
    lines = shapely.linestrings(segments.reshape(-1, 2, 2))
    found = ask(segments, spots, limit_m=limit_m, accepted=accepted.tolist())
    for spot, answer in zip(shapely.points(spots), found, strict=True):
        away_m = np.where(accepted, shapely.distance(lines, spot), np.inf)
        least_m = away_m.min()
        if answer < 0:
            assert least_m > limit_m - 1e-9 or not accepted.any()
            continue
        assert away_m[answer] <= min(least_m + 2e-9, limit_m + 1e-9)
        assert (away_m[:answer] > least_m + 5e-10).all()


@given(ENDS, POINTS, st.sampled_from([0.01, 0.5, 30.0, 1000.0]))
def test_the_size_of_the_squares_changes_no_answer(ends, points, squares) -> None:
    usual = ask(ends, points)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grid, "_SQUARES_PER_SEGMENT", squares)
        patch.setattr(grid, "_LEAST_SQUARE_M", 0.3)
        assert ask(ends, points) == usual


def test_a_crowd_of_points_is_answered_as_the_tree_of_geometries_does() -> None:
    draw = np.random.default_rng(20)
    begin = draw.uniform(-2000.0, 2000.0, (3000, 2))
    ends = np.hstack([begin, begin + draw.normal(0.0, 40.0, (3000, 2))])
    ends[::50, 2:] = draw.uniform(-9000.0, 9000.0, (60, 2))
    points = draw.uniform(-4000.0, 4000.0, (5000, 2))
    tree = shapely.STRtree(np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2))))
    found = np.array(ask(ends, points, limit_m=100.0))
    (asker, hit), away_m = tree.query_nearest(
        shapely.points(points), max_distance=100.0, return_distance=True, all_matches=False
    )
    expected = np.full(len(points), -1)
    expected[asker] = hit
    assert (expected < 0).any()
    # Drawn at random, no two are equally near.
    assert found.tolist() == expected.tolist()
    assert away_m.max() <= 100.0


HALVES = st.integers(-12, 12).map(lambda n: n / 2)
PIECES = st.lists(st.tuples(HALVES, HALVES, HALVES, HALVES), min_size=1, max_size=12)


@given(PIECES, PIECES)
def test_what_meets_is_what_shapely_says_has_a_point_in_common(
    segments: list[tuple[float, float, float, float]],
    others: list[tuple[float, float, float, float]],
) -> None:
    found = meeting_segments(segment_grid(np.array(segments)), np.array(others))
    lines, legs = (
        shapely.linestrings(np.array(some).reshape(-1, 2, 2)) for some in (segments, others)
    )
    # Halves of metres are exact: nothing is near without touching. One of no length is a point.
    lines, legs = (
        np.where(shapely.length(some) > 0.0, some, shapely.get_point(some, 0))
        for some in (lines, legs)
    )
    meets = shapely.intersects(legs[:, None], lines[None, :])
    assert np.column_stack(found).tolist() == np.argwhere(meets).tolist()


def test_nothing_meets_a_grid_without_segments() -> None:
    found = meeting_segments(segment_grid(np.zeros((0, 4))), np.array([[0.0, 0.0, 1.0, 1.0]]))
    assert [rows.tolist() for rows in found] == [[], []]

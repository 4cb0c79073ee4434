"""What if: edits on random towns against everything computed again, and by hand on one street."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage.reached import Access, Journeys, Layering, Limit, coverage
from geo.coverage.whatif import Asked, EditableCoverage, Homes, Sites
from geo.errors import InvalidInputError
from geo.streets.network import Network
from geo.vocabulary import FREQUENCIES
from geo.walking.doors import Doors
from geo.walking.measure import metres, seconds
from geo.walking.reach import nearest, straight_m, walks
from geo.walking.walker import Walker
from tests.streets import MET, Point, at_times, snaps, straight_street, towns

WALKER = Walker(speed_m_per_min=50.0)
LIMITS = (Limit(m=300.0), Limit(m=700.0), Limit(minutes=8.0), Limit(m=500.0, minutes=9.0))
SHORT = (Limit(m=60.0), Limit(m=150.0), Limit(m=120.0, minutes=2.0))
"""Limits by which most places of a town are too far for each other's homes."""
AREAS_N = 2


@dataclass(frozen=True)
class Place:
    """A place of the tests: where it stands, how often it meets (-1: not at all), and when."""

    point: Point
    area: int
    rank: int
    met: str = ""


@dataclass(frozen=True)
class Town:
    """Streets, homes with their areas, and residents."""

    network: Network
    homes: list[Point]
    area: list[int]
    residents: pd.DataFrame
    limits: tuple[Limit, ...] = LIMITS

    def xy(self, points: list[Point]) -> np.ndarray:
        """Return where points stand beside their edges: any plane position will do."""
        lines = self.network.edge_lines
        found = [lines[edge].interpolate(offset_m) for edge, offset_m, _ in points]
        return np.array([(point.x, point.y) for point in found]).reshape(-1, 2)

    def stops(self, places: list[Place]) -> pd.DataFrame:
        met = [place.met for place in places]
        return snaps(*(place.point for place in places)).assign(met=met)

    def sites(self, places: list[Place]) -> Sites:
        points = self.stops(places)
        return Sites(
            Doors.of(points, metres(self.network, WALKER)),
            Doors.of(points, seconds(self.network, WALKER)),
            self.xy([place.point for place in places]),
            np.array([place.area for place in places], dtype=np.int64),
            np.array([place.rank for place in places], dtype=np.int64),
        )

    def asked(self) -> Asked:
        points = snaps(*self.homes)
        homes = Homes(
            Doors.of(points, metres(self.network, WALKER)),
            Doors.of(points, seconds(self.network, WALKER)),
            self.xy(self.homes),
            np.array(self.area, dtype=np.int64),
            self.residents,
        )
        return Asked(homes, AREAS_N, self.limits, WALKER.speed_m_per_min)

    def from_scratch(self, places: list[Place]) -> pd.DataFrame:
        """Return the coverage of these places with everything computed again."""
        by_m, by_s = metres(self.network, WALKER), seconds(self.network, WALKER)
        origins, homes = self.stops(places), snaps(*self.homes)
        place_xy, home_xy = self.xy([place.point for place in places]), self.xy(self.homes)
        rank = np.array([place.rank for place in places], dtype=np.int64)
        access = {}
        for least, frequency in enumerate(FREQUENCIES):
            counts = rank >= least
            some = origins.assign(edge=np.where(counts, origins["edge"], -1))
            access[frequency] = Access(
                nearest(self.network, some, homes, by=by_m).home_walk,
                nearest(self.network, some, homes, by=by_s).home_walk,
                straight_m(place_xy[counts], home_xy),
                counts,
            )
        journeys = Journeys(
            walks(self.network, origins, homes, limit=700.0, by=by_m),
            walks(self.network, origins, homes, limit=540.0, by=by_s),
        )
        layering = Layering(
            pd.DataFrame({"area_id": list("ab")}),
            np.array(self.area, dtype=np.int64),
            np.array([place.area for place in places], dtype=np.int64),
        )
        table = coverage(
            self.residents,
            layering,
            access,
            journeys,
            limits=self.limits,
            speed_m_per_min=WALKER.speed_m_per_min,
        )
        # Edits are of places whose days are known.
        return table[[name for name in table.columns if "unknown" not in name]]


@st.composite
def edited_towns(draw: st.DrawFn) -> tuple[Town, list[Place], list[tuple[str, int, Place]]]:
    """Draw a town, its places, and what is done to them one after the other."""
    network, points, homes = draw(towns())
    network = draw(at_times(network)) if draw(st.booleans()) else network

    def place() -> Place:
        edge = draw(st.integers(0, len(network.edge_u) - 1))
        share = draw(st.sampled_from([0.0, 0.3, 0.5, 1.0]))
        point = (edge, share * float(network.edge_length_m[edge]), float(draw(st.integers(0, 40))))
        return Place(point, draw(st.integers(-1, 1)), draw(st.integers(0, 2)), draw(MET))

    places = [
        Place(at, draw(st.integers(-1, 1)), draw(st.integers(-1, 2)), draw(MET)) for at in points
    ]
    number = st.integers(0, 40)
    groups = {
        group: [draw(number) / draw(st.sampled_from([1, 3])) for _ in homes]
        for group in ("65+", "75+")
    }
    area = [draw(st.integers(-1, 1)) for _ in homes]
    kinds = st.sampled_from(["open", "close", "move", "change", "undo"])
    edits = [
        (draw(kinds), draw(st.integers(0, 9)), place()) for _ in range(draw(st.integers(1, 5)))
    ]
    residents = pd.DataFrame(groups, dtype=float)
    limits = draw(st.sampled_from([LIMITS, SHORT]))
    return Town(network, homes, area, residents, limits), places, edits


def edited(
    state: EditableCoverage, town: Town, places: list[Place], edit: tuple[str, int, Place]
) -> tuple[EditableCoverage, list[Place]]:
    """Do one edit to the state and to the list of places."""
    kind, which, fresh = edit
    at = which % len(places)
    ranks, opened = [place.rank for place in places], []
    if kind in ("close", "move"):
        ranks[at] = -1
    if kind == "change":
        ranks[at] = fresh.rank
    if kind in ("open", "move"):
        opened = [fresh]
    after = [replace(place, rank=rank) for place, rank in zip(places, ranks, strict=True)] + opened
    more = town.sites(opened) if opened else None
    return state.edited(np.array(ranks, dtype=np.int64), more), after


def assert_alike(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        found[expected.columns], expected, check_exact=False, rtol=0, atol=1e-9, check_dtype=False
    )


@given(edited_towns())
@settings(max_examples=150, deadline=None)
def test_every_edit_equals_computing_everything_again(
    drawn: tuple[Town, list[Place], list[tuple[str, int, Place]]],
) -> None:
    town, places, edits = drawn
    history = [(EditableCoverage.of(town.asked(), town.sites(places)), places)]
    assert_alike(history[-1][0].table(), town.from_scratch(places))
    for edit in edits:
        if edit[0] == "undo":
            history = history[:1] if len(history) == 1 else history[:-1]
        else:
            history.append(edited(history[-1][0], town, history[-1][1], edit))
        state, now = history[-1]
        assert_alike(state.table(), town.from_scratch(now))


@given(edited_towns())
@settings(max_examples=60, deadline=None)
def test_gained_less_lost_is_the_difference_and_the_base_stays_as_it_was(
    drawn: tuple[Town, list[Place], list[tuple[str, int, Place]]],
) -> None:
    town, places, edits = drawn
    base = EditableCoverage.of(town.asked(), town.sites(places))
    before = base.table()
    for edit in edits:
        state, _ = edited(base, town, places, edit)
        moved = state.moved()
        difference = state.table()["reached"] - before["reached"]
        assert moved["gained"] - moved["lost"] == pytest.approx(difference.to_numpy(), abs=1e-9)
        assert min(moved["gained"].min(), moved["lost"].min()) >= 0
    assert_alike(base.table(), before)


# One street of 2,000 m with homes at 0 m (area 0, 10 residents), 600 m (area 0, 20), 2,000 m (area 1,
# 40); weekly places at 0 m (area 0) and 1,600 m (area 1). At 50 m a minute, as WALKER walks.
def street() -> tuple[Town, list[Place]]:
    town = Town(
        straight_street(2000.0),
        [(0, 0.0, 0.0), (0, 600.0, 0.0), (0, 2000.0, 0.0)],
        [0, 0, 1],
        pd.DataFrame({"65+": [10.0, 20.0, 40.0]}),
    )
    return town, [Place((0, 0.0, 0.0), 0, 1), Place((0, 1600.0, 0.0), 1, 1)]


def figures(state: EditableCoverage, area: int) -> pd.Series:
    table = state.table()
    chosen = (
        table["area"].eq(area) & table["frequency"].eq("weekly") & table["walk_limit_m"].eq(700)
    )
    return table[chosen].iloc[0]


def test_closing_a_place_leaves_its_homes_to_the_next_one() -> None:
    town, places = street()
    base = EditableCoverage.of(town.asked(), town.sites(places))
    assert figures(base, 0)["reached"] == 30.0
    after = figures(base.edited(np.array([-1, 1])), 0)
    # From 0 m it is 1,600 m to the place that is left, from 600 m it is 1,000 m: nobody within 700.
    assert (after["reached"], after["places_n"]) == (0.0, 0)
    # 10 residents walk 32 minutes, 20 walk 20: on average 24.
    assert after["walk_min_mean"] == pytest.approx(24.0)
    assert (after["walk_min_median"], after["walk_min_p90"]) == (20.0, 32.0)


def test_a_monthly_place_changes_nothing_for_those_who_ask_for_weekly_ones() -> None:
    town, places = street()
    base = EditableCoverage.of(town.asked(), town.sites(places))
    opened = base.edited(np.array([1, 1]), town.sites([Place((0, 600.0, 0.0), 1, 0)]))
    assert figures(opened, 0)["reached"] == figures(base, 0)["reached"]
    table = opened.table()
    monthly = table[table["frequency"].eq("monthly") & table["walk_limit_m"].eq(300)]
    # The home at 600 m has it at the door, in another area than its own.
    assert monthly["reached"].tolist() == [30.0, 0.0, 0.0]
    assert monthly["reached_own_area"].tolist() == [10.0, 0.0, 0.0]


def test_without_the_last_place_nobody_is_reached_and_no_time_is_known() -> None:
    town, places = street()
    closed = (
        EditableCoverage.of(town.asked(), town.sites(places)).edited(np.array([-1, -1])).table()
    )
    assert (closed[["reached", "reached_own_area", "circle_reached", "places_n"]] == 0).all().all()
    assert closed["walk_min_mean"].isna().all()


def test_a_town_without_places_can_open_its_first() -> None:
    town, places = street()
    empty = EditableCoverage.of(town.asked(), town.sites([]))
    opened = empty.edited(np.array([], dtype=np.int64), town.sites(places))
    assert_alike(opened.table(), town.from_scratch(places))


def test_ranks_of_other_places_are_refused() -> None:
    town, places = street()
    with pytest.raises(InvalidInputError, match="give one for each place"):
        EditableCoverage.of(town.asked(), town.sites(places)).edited(np.array([1]))

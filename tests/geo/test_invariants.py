"""
What holds of coverage in any town (DESIGN §5): nobody is lost, more never means fewer, no order counts.

A town is drawn as streets, places and homes on them; coverage is computed as a run does it, from the
streets on. The other invariants are held where they are made: Σ buildings = Σ source and suppressed
counts in ``test_demand``, barriers in ``test_edits``, polygons in ``test_outline``, the disc of 800 m
in ``test_circle``.
"""

from dataclasses import dataclass, replace
from random import Random

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage.reached import Access, Journeys, Layering, Limit, at_least, coverage
from geo.streets.network import Network
from geo.vocabulary import FREQUENCIES
from geo.walking.measure import metres, seconds
from geo.walking.reach import nearest, straight_m, walks
from geo.walking.walker import Walker
from tests.streets import Point, snaps, towns

LIMITS = (
    *(Limit(m=m) for m in (100.0, 300.0, 500.0, 800.0)),
    *(Limit(minutes=minutes) for minutes in (2.5, 5.0, 10.0)),
    Limit(m=500.0, minutes=5.0),
)
COUNTS = ("residents", "reached", "reached_own_area", "circle_reached")
KEYS = ["area", "frequency", "age_group", "walk_limit_m", "walk_limit_min"]
GROUPS = ("65+", "75+")


@dataclass(frozen=True)
class Town:
    """Streets; places with their class and area; homes with their residents and area."""

    network: Network
    places: list[Point]
    often: list[str]
    place_area: list[int]
    homes: list[Point]
    home_area: list[int]
    residents: np.ndarray

    def spots(self, points: list[Point]) -> np.ndarray:
        """Return the metres of points on their edges."""
        lines = self.network.edge_lines
        found = [lines[edge].interpolate(offset_m) for edge, offset_m, _ in points]
        return np.array([[point.x, point.y] for point in found]).reshape(-1, 2)

    def covered(self, walker: Walker | None = None) -> pd.DataFrame:
        """Return the coverage, sorted by what its rows are about."""
        walker = walker or Walker()
        measures = (metres(self.network, walker), seconds(self.network, walker))
        places, homes = snaps(*self.places), snaps(*self.homes)
        access = {}
        for frequency in FREQUENCIES:
            counts = at_least(pd.Series(self.often), frequency)
            walk_m, walk_s = (
                nearest(self.network, places[counts], homes, by=measure).home_walk
                for measure in measures
            )
            # As the crow flies from door to door: the legs are walked, so a place may be nearer.
            straight = straight_m(self.spots(self.places)[counts], self.spots(self.homes))
            access[frequency] = Access(walk_m, walk_s, straight, counts)
        journeys = (
            walks(self.network, places, homes, limit=limit, by=measure)
            for measure, limit in zip(measures, (800.0, 600.0), strict=True)
        )
        table = coverage(
            pd.DataFrame(self.residents, columns=list(GROUPS)),
            Layering(
                pd.DataFrame({"area_id": ["a", "b"]}),
                np.array(self.home_area),
                np.array(self.place_area),
            ),
            access,
            Journeys(*journeys),
            limits=LIMITS,
            speed_m_per_min=walker.speed_m_per_min,
        )
        return table.sort_values(KEYS).reset_index(drop=True)


@st.composite
def drawn_towns(draw: st.DrawFn) -> Town:
    network, places, homes = draw(towns())
    area = st.sampled_from([-1, 0, 1])

    def each(points: list[Point], values: st.SearchStrategy) -> list:
        return draw(st.lists(values, min_size=len(points), max_size=len(points)))

    return Town(
        network,
        places,
        each(places, st.sampled_from(["", *FREQUENCIES])),
        each(places, area),
        homes,
        each(homes, area),
        np.array(each(homes, st.tuples(*[st.integers(0, 90)] * 2)), dtype=float),
    )


@settings(max_examples=40)
@given(drawn_towns())
def test_areas_and_remainder_are_everybody_and_every_part_is_within_its_whole(town: Town) -> None:
    table = town.covered()
    by = ["frequency", "age_group", "walk_limit_m", "walk_limit_min"]
    whole = table.groupby(by, dropna=False)["residents"].sum().reset_index()
    expected = dict(zip(GROUPS, town.residents.sum(axis=0), strict=True))
    assert whole["residents"].tolist() == [expected[group] for group in whole["age_group"]]
    assert (table["reached_own_area"] <= table["reached"]).all()
    assert (table["reached"] <= table["residents"]).all()
    # 0 of 0 is no share; everybody else has one.
    nobody = table["residents"] == 0
    assert (table["coverage_pct"].isna() == nobody).all()
    assert table["coverage_pct"].dropna().between(0.0, 100.0).all()


@settings(max_examples=40)
@given(drawn_towns(), st.sampled_from(FREQUENCIES), st.data())
def test_a_further_place_never_lowers_coverage(town: Town, often: str, data: st.DataObject) -> None:
    edge = data.draw(st.integers(0, len(town.network.edge_u) - 1))
    new = (edge, float(town.network.edge_length_m[edge]) / 2, 10.0)
    more = replace(
        town,
        places=[*town.places, new],
        often=[*town.often, often],
        place_area=[*town.place_area, data.draw(st.sampled_from([-1, 0, 1]))],
    )
    before, after = town.covered(), more.covered()
    for name in COUNTS:
        assert (after[name] >= before[name]).all(), name


@settings(max_examples=40)
@given(drawn_towns())
def test_a_longer_limit_and_a_rarer_class_never_lower_coverage(town: Town) -> None:
    table = town.covered()
    for unit, other in (("walk_limit_m", "walk_limit_min"), ("walk_limit_min", "walk_limit_m")):
        rows = table[table[other].isna()]
        for name in COUNTS:
            by_limit = rows.pivot_table(
                index=["area", "frequency", "age_group"], columns=unit, values=name
            )
            assert by_limit.shape == (3 * len(FREQUENCIES) * len(GROUPS), rows[unit].nunique())
            assert (np.diff(by_limit.to_numpy(), axis=1) >= 0).all(), name
    # Both at once is never more than either of them.
    both = table[table["walk_limit_m"].notna() & table["walk_limit_min"].notna()]
    keys = ["area", "frequency", "age_group"]
    for alone in (
        table[(table["walk_limit_m"] == 500.0) & table["walk_limit_min"].isna()],
        table[(table["walk_limit_min"] == 5.0) & table["walk_limit_m"].isna()],
    ):
        assert (both.set_index(keys)["reached"] <= alone.set_index(keys)["reached"]).all()
    by_class = table.pivot_table(
        index=["area", "age_group", *KEYS[3:]], columns="frequency", values="reached", dropna=False
    ).dropna()
    assert len(by_class) == 3 * len(GROUPS) * len(LIMITS)
    assert (by_class["monthly"] >= by_class["weekly"]).all()
    assert (by_class["weekly"] >= by_class["permanent"]).all()


@settings(max_examples=40)
@given(drawn_towns(), st.sampled_from([30.0, 48.0, 59.9]))
def test_a_slower_walker_never_covers_more(town: Town, slow: float) -> None:
    quick, slower = (town.covered(Walker(speed_m_per_min=speed)) for speed in (60.0, slow))
    for name in COUNTS:
        assert (slower[name] <= quick[name]).all(), name
    # Within metres alone speed plays no part.
    metres_only = quick["walk_limit_min"].isna()
    assert (slower["reached"] == quick["reached"])[metres_only].all()


@settings(max_examples=40)
@given(drawn_towns(), st.randoms(use_true_random=False))
def test_the_order_of_homes_and_places_changes_no_figure(town: Town, random: Random) -> None:
    home_at, place_at = list(range(len(town.homes))), list(range(len(town.places)))
    random.shuffle(home_at)
    random.shuffle(place_at)
    other = replace(
        town,
        places=[town.places[at] for at in place_at],
        often=[town.often[at] for at in place_at],
        place_area=[town.place_area[at] for at in place_at],
        homes=[town.homes[at] for at in home_at],
        home_area=[town.home_area[at] for at in home_at],
        residents=town.residents[home_at],
    )
    pd.testing.assert_frame_equal(town.covered(), other.covered(), check_exact=False, rtol=1e-12)

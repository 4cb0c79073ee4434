"""Reach polygons of the model town: buildings inside are buildings reached."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.arrays import within
from geo.coverage.reached import at_least
from geo.vocabulary import FREQUENCIES
from geo.walking.reach import nearest
from services.results.reach import ALL_PLACES, reach_frame
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.words.vocabulary import View
from services.workspace.folder import Snapshot


def situation_of(snapshot: Snapshot) -> Situation:
    workspace = snapshot.workspace
    parameters = Parameters.of(workspace.profile)
    return Situation(workspace, parameters)


@pytest.fixture(scope="module")
def situation(town_snapshot: Snapshot) -> Situation:
    return situation_of(town_snapshot)


@pytest.fixture(scope="module")
def frame(situation: Situation) -> gpd.GeoDataFrame:
    return reach_frame(situation)


def inside(frame: gpd.GeoDataFrame, homes: gpd.GeoDataFrame) -> np.ndarray:
    """Return (rows, homes): which homes lie in which polygon."""
    xy = shapely.get_coordinates(homes.geometry.to_numpy())
    shapely.prepare(frame.geometry.to_numpy())
    return shapely.contains_xy(frame.geometry.to_numpy()[:, None], xy[:, 0], xy[:, 1])


def test_every_counted_place_and_every_class_has_a_row(
    situation: Situation, frame: gpd.GeoDataFrame
) -> None:
    limits = ["walk_limit_m", "walk_limit_min", "profile"]
    assert frame.columns.tolist() == ["place_id", "frequency", *limits, "geometry"]
    places = frame[frame["place_id"] != ALL_PLACES]
    assert places["place_id"].tolist() == situation.counted["place_id"].tolist()
    assert places["frequency"].tolist() == situation.counted["venue_frequency"].tolist()
    assert frame["frequency"][len(places) :].tolist() == list(FREQUENCIES)
    assert set(frame["walk_limit_m"]) == {500.0}
    assert frame.crs == situation.network.epsg
    assert frame.geometry.is_valid.all()


def test_homes_inside_a_place_s_polygon_are_those_that_the_run_counts_for_it(
    situation: Situation, frame: gpd.GeoDataFrame
) -> None:
    counted = situation.within_limit.matrix(500.0).toarray().astype(bool)
    assert counted.sum() > 1000
    np.testing.assert_array_equal(inside(frame, situation.homes)[: len(counted)], counted)


@pytest.mark.parametrize("number", range(len(FREQUENCIES)))
def test_homes_inside_the_polygon_of_a_class_are_those_that_it_reaches(
    situation: Situation, frame: gpd.GeoDataFrame, number: int
) -> None:
    of_class = at_least(situation.counted["venue_frequency"], FREQUENCIES[number])
    walk_m = nearest(situation.network, situation.place_snaps[of_class], situation.homes).home_walk
    row = frame.iloc[[len(situation.counted) + number]]
    np.testing.assert_array_equal(inside(row, situation.homes)[0], within(walk_m, 500.0))


def test_minutes_are_judged_by_the_slow_walker_s_seconds(town_snapshot: Snapshot) -> None:
    workspace = town_snapshot.workspace
    slow = min(workspace.profile.walking_profiles, key=lambda profile: profile.speed_m_per_min)
    parameters = Parameters.of(workspace.profile, walk_limit_min=5.0, walking_profile=slow.id)
    situation = Situation(workspace, parameters)
    frame = reach_frame(situation)
    assert frame["walk_limit_m"].isna().all()
    assert set(frame["walk_limit_min"]) == {5.0}
    assert set(frame["profile"]) == {slow.id}
    counted = situation.walking.s.walks(300.0).matrix(300.0).toarray().astype(bool)
    assert counted.any()
    np.testing.assert_array_equal(inside(frame, situation.homes)[: len(counted)], counted)


def test_a_point_of_a_table_leaves_no_trace(
    town_snapshot: Snapshot, frame: gpd.GeoDataFrame
) -> None:
    other = situation_of(town_snapshot)
    at_place = other.homes.iloc[[0]].assign(
        kind="point", geometry=other.counted.geometry.iloc[:1].to_numpy()
    )
    other.homes = gpd.GeoDataFrame(pd.concat([other.homes, at_place], ignore_index=True))
    assert frame.geometry.geom_equals_exact(reach_frame(other).geometry, 0.0).all()


@pytest.mark.parametrize(
    ("kind", "view", "published", "drawn"),
    [
        ("area", "public", False, True),
        ("point", "public", False, False),
        ("point", "public", True, True),
        ("point", "exact", False, True),
    ],
)
def test_a_reached_home_far_off_its_street_is_inside_where_its_point_may_be_known(
    town_snapshot: Snapshot, *, kind: str, view: View, published: bool, drawn: bool
) -> None:
    workspace = town_snapshot.workspace.seen(view)
    other = Situation(workspace, Parameters.of(workspace.profile))
    known = other.profile.privacy.model_copy(update={"residents_published": published})
    other.profile = other.profile.model_copy(update={"privacy": known})
    alone_xy, leg_m = (10_000.0, 10_000.0), 153.0
    place = other.place_snaps.iloc[0]
    alone = other.homes.iloc[[0]].assign(
        kind=kind,
        geometry=[shapely.Point(alone_xy)],
        edge=place["edge"],
        offset_m=place["offset_m"],
        snap_m=leg_m,
    )
    other.homes = gpd.GeoDataFrame(pd.concat([other.homes, alone], ignore_index=True))
    # The walk is the leg of the home and that of the place.
    assert leg_m + place["snap_m"] <= 500.0
    assert inside(reach_frame(other).iloc[[0]], alone).all() == drawn


def test_a_town_without_places_has_empty_polygons_of_all(town_snapshot: Snapshot) -> None:
    other = situation_of(town_snapshot)
    other.__dict__["counted"] = other.counted.iloc[:0]
    frame = reach_frame(other)
    assert frame["frequency"].tolist() == list(FREQUENCIES)
    assert frame.geometry.is_empty.all()

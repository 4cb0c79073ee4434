"""Real Kashiwa: built and run from its open data, which lies beside the checkout."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.streets.grid import EQUALLY_NEAR_M
from geo.walking.snapping import snap
from services.results.run import run
from services.workspace.folder import REMAINDER, Snapshot, open_workspace
from tests.realtowns import KASHIWA, data_of

pytestmark = [
    pytest.mark.real,
    pytest.mark.long,
    pytest.mark.skipif(
        not data_of(KASHIWA).is_dir(), reason="the open data of Kashiwa is not beside the checkout"
    ),
]

ELDERLY = 113_052
"""Residents aged 65+ in the city's table of October 2023."""


@pytest.fixture(scope="module")
def snapshot(
    real_town: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Snapshot:
    folder = tmp_path_factory.mktemp("kashiwa") / "workspace"
    shutil.copytree(real_town(KASHIWA), folder)
    return run(open_workspace(folder))


def coverage_pct(snapshot: Snapshot, limit_m: float) -> float:
    rows = snapshot.run["summary"]["sensitivity"]
    return next(row["coverage_pct"] for row in rows if row["walk_limit_m"] == limit_m)


def test_every_resident_is_allocated_or_listed_as_unmatched(snapshot: Snapshot) -> None:
    demand = snapshot.workspace.demand()
    unmatched = snapshot.workspace.manifest["unmatched_residents"]["65+"]
    assert demand["65+"].sum() + unmatched == pytest.approx(ELDERLY, abs=1e-6)
    listed = [
        entry["residents"]
        for entry in snapshot.workspace.seen("exact").intake["population"]["entries"]
        if entry["code"] == "unmatched_name"
    ]
    assert sum(listed) == unmatched


def test_the_shares_near_a_centre_are_plausible(snapshot: Snapshot) -> None:
    assert 9.0 <= coverage_pct(snapshot, 500.0) <= 13.0
    assert 46.0 <= coverage_pct(snapshot, 1000.0) <= 53.0


def test_every_layer_adds_up_to_the_city_with_its_remainder(snapshot: Snapshot) -> None:
    table = snapshot.table("coverage")
    main = table[(table["frequency"] == "weekly") & (table["walk_limit_m"] == 500.0)]
    main = main[main["profile"] == "standard"]
    totals = main.groupby(["age_group", "layer"])[["residents", "reached"]].sum()
    for age_group, whole in {"65+": ELDERLY, "total": 435_193}.items():
        layers = totals.loc[age_group]
        assert set(layers.index) == {
            "municipality",
            "daily_life_area",
            "community_area",
            "small_area",
        }
        assert layers["residents"].to_numpy() == pytest.approx(whole, abs=1e-6)
        assert layers["reached"].max() - layers["reached"].min() == pytest.approx(0.0, abs=1e-6)


def test_the_remainder_row_holds_the_unmatched(snapshot: Snapshot) -> None:
    table = snapshot.table("coverage")
    unmatched = snapshot.workspace.manifest["unmatched_residents"]["65+"]
    rest = table[(table["area_id"] == REMAINDER) & (table["age_group"] == "65+")]
    assert (rest["residents"] >= unmatched - 1e-6).all()


def test_the_22_centres_count_as_permanent_places(snapshot: Snapshot) -> None:
    places = snapshot.layer("places")
    assert (places["frequency"] == "permanent").sum() == 22
    assert (places["unsnapped"] == "").all()


def test_the_circle_claims_more_than_the_streets(snapshot: Snapshot) -> None:
    for row in snapshot.run["summary"]["sensitivity"]:
        assert row["circle_coverage_pct"] > row["coverage_pct"]


def test_the_candidates_newly_reach_what_they_say(snapshot: Snapshot) -> None:
    """The engine, asked again with the first candidate open, finds just its residents."""
    from geo.arrays import within
    from geo.walking.reach import nearest
    from services.situation.parameters import Parameters
    from services.situation.view import Situation

    workspace = snapshot.workspace
    parameters = Parameters.of(workspace.profile, walk_limit_m=None, walking_profile=None)
    situation = Situation(workspace, parameters)
    candidates = snapshot.layer("candidates")
    # The first thirty of all, then what each council would choose in its own area.
    assert candidates["rank"].head(30).tolist() == [*range(1, 31)]
    assert (candidates["rank"].diff().dropna() >= 1).all()
    assert (candidates["newly_reached"].diff().dropna() <= 1e-6).all()
    first = candidates.iloc[[0]]
    alone = nearest(situation.network, situation.snap(first), situation.homes).home_walk
    today = situation.reached("weekly")
    gained = situation.residents["65+"].to_numpy()[within(alone, 500.0) & ~today].sum()
    assert first["newly_reached"].iloc[0] == pytest.approx(gained)


def test_the_targets_of_the_city_are_broken_down_to_its_areas(snapshot: Snapshot) -> None:
    from services.results.shares import shares_frame

    shares = shares_frame(snapshot.workspace)
    # 柏市資料000, page 29: about 300 monthly, 42 weekly, 7 permanent.
    assert shares.groupby("target")["share"].sum().tolist() == [300, 42, 7]
    assert (shares[["share", "existing", "planned", "missing"]] >= 0).all().all()
    councils = snapshot.workspace.areas()
    councils = councils[councils["layer"] == snapshot.run["summary"]["council_layer"]]
    assert set(councils["area_id"]) <= set(shares["area_id"])


def test_past_fiscal_years_stand_beside_what_the_documents_say(snapshot: Snapshot) -> None:
    from services.publication.timeline import timeline
    from services.words.dates import fiscal_year_ends

    found = timeline(snapshot.workspace, fiscal_year_ends("H26", "R4")).years
    said = found.drop_duplicates("fiscal_year").set_index("fiscal_year_ja")["places_documented"]
    assert "170か所" in said["H26"]
    assert "226か所" in said["R4"]
    assert said["H27"] == ""
    # The 22 centres have no opening date: each year has them, and says so.
    assert set(found["places_n"]) == set(found["opening_assumed_n"]) == {22}
    assert set(found["reached_weekly"].round(6)) == {round(snapshot.run["summary"]["reached"], 6)}


def test_homes_and_far_points_join_the_edge_that_a_tree_of_geometries_finds(
    snapshot: Snapshot,
) -> None:
    network = snapshot.workspace.network()
    homes = shapely.get_coordinates(snapshot.workspace.demand().geometry.to_numpy())[::4]
    low, high = network.edge_xy.min(axis=0), network.edge_xy.max(axis=0)
    draw = np.random.default_rng(7)
    # Anywhere in the town and around it, just at junctions, and beside every hundredth corner.
    anywhere = draw.uniform(low - 3000.0, high + 3000.0, (2000, 2))
    points = np.vstack([homes, anywhere, network.node_xy[::20], network.edge_xy[::100] + 0.25])
    found = snap(points, network, limit_m=500.0)
    lines, spots = network.edge_lines, shapely.points(points)
    (asker, hit), away_m = shapely.STRtree(lines).query_nearest(
        spots, max_distance=500.0, return_distance=True
    )
    first = pd.Series(hit).groupby(asker).min()
    least_m = pd.Series(away_m).groupby(asker).min()
    assert np.array_equal(np.flatnonzero(found["edge"] >= 0), first.index)
    assert (found["reason"] == "too_far").sum() == len(points) - len(first) > 0
    joined = found.loc[first.index]
    np.testing.assert_allclose(joined["snap_m"], least_m, atol=1e-9, rtol=0)
    # Where the doubles of two equals differ in their last bits, ours is the first all the same.
    other = joined[joined["edge"] != first]
    assert (other["edge"] < first[other.index]).all()
    as_far_m = shapely.distance(lines[other["edge"]], spots[other.index])
    assert (as_far_m - least_m[other.index] < 2 * EQUALLY_NEAR_M).all()


def test_buildings_inside_the_reach_of_a_centre_are_those_that_can_walk_there(
    snapshot: Snapshot,
) -> None:
    import numpy as np
    import shapely

    from services.results.reach import reach_frame
    from services.situation.parameters import Parameters
    from services.situation.view import Situation

    workspace = snapshot.workspace
    situation = Situation(workspace, Parameters.of(workspace.profile))
    polygons = reach_frame(situation).geometry.to_numpy()
    assert shapely.is_valid(polygons).all()
    xy = shapely.get_coordinates(situation.homes.geometry.to_numpy())
    found = situation.within_limit
    centres_n = len(situation.counted)
    for centre, polygon in enumerate(polygons[:centres_n]):
        inside = np.flatnonzero(shapely.contains_xy(polygon, xy[:, 0], xy[:, 1]))
        np.testing.assert_array_equal(inside, found.home[found.origin == centre])
    weekly = polygons[centres_n + 1]
    inside = shapely.contains_xy(weekly, xy[:, 0], xy[:, 1])
    np.testing.assert_array_equal(inside, situation.reached("weekly"))


def test_seats_of_kashiwa_add_up_in_every_layer(snapshot: Snapshot) -> None:
    table = snapshot.table("provision")
    rows = table[(table["frequency"] == "weekly") & (table["age_group"] == "65+")]
    whole = rows[rows["layer"] == "_whole"].iloc[0]
    assert whole["residents"] == pytest.approx(ELDERLY, abs=1e-6)
    # 22 centres of 20 assumed seats, open on seven days.
    assert whole["seats_per_week"] == pytest.approx(22 * 20 * 7)
    sums = ["residents", "residents_served", "residents_over_capacity", "seats_missing_per_week"]
    sums += ["participants_low", "participants_high", "seats_per_week"]
    totals = rows[rows["layer"] != "_whole"].groupby("layer")[sums].sum()
    for name in sums:
        assert totals[name].to_numpy() == pytest.approx(whole[name], abs=1e-6)
    assert whole["participants_low"] < whole["participants_high"] < 0.08 * whole["residents"]


def test_whoever_depends_on_one_centre_of_kashiwa_loses_it_with_that_centre(
    snapshot: Snapshot,
) -> None:
    backup, places = snapshot.table("backup"), snapshot.table("resilience")
    alone = backup[(backup["layer"] == "_whole") & (backup["age_group"] == "65+")]
    lost = places[places["age_group"] == "65+"]["residents_lost"]
    # Each centre is a hall of its own: every dependent resident depends on exactly one.
    assert lost.sum() == pytest.approx(alone["reached_without_backup"].iloc[0], abs=1e-6)
    assert alone["reached"].iloc[0] == pytest.approx(snapshot.run["summary"]["reached"])


def test_the_figures_of_the_method_are_those_of_kashiwa(snapshot: Snapshot) -> None:
    """What 10 minutes reach at 60 and at 48 m/min, and what 500 m reach at any speed."""
    summary = snapshot.run["summary"]
    shares = {
        walker["profile"]: {
            (row["walk_limit_m"], row["walk_limit_min"]): row["coverage_pct"]
            for row in walker["sensitivity"]
        }
        for walker in summary["walkers"]
    }
    standard, slow = (shares[name][(None, 10.0)] for name in ("standard", "slow"))
    metres = {round(walker[(500.0, None)], 6) for walker in shares.values()}
    assert len(metres) == 1
    headline = metres.pop()
    docs = Path(__file__).resolve().parents[3] / "docs"
    english = (docs / "method.md").read_text(encoding="utf-8")
    assert f"{standard:.1f} % at 60 and {slow:.1f} % at 48. In metres" in english
    assert f"and {headline:.1f} %), which flatters" in english
    japanese = (docs / "ja" / "method.md").read_text(encoding="utf-8")
    assert f"60mなら{standard:.1f}%、48mなら{slow:.1f}%です。メートル" in japanese
    assert f"と{headline:.1f}%）になり" in japanese

"""Run: the invariants on a whole model town."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.arrays import within
from geo.errors import InvalidInputError, NotFoundError
from geo.vocabulary import FREQUENCIES
from services.publication.words import gaps_in_words
from services.results.run import run
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.workspace.folder import REMAINDER, Snapshot, open_workspace
from tests.sentences import sentences_in, typed_in


@pytest.fixture(scope="module")
def situation(town_snapshot: Snapshot) -> Situation:
    workspace = town_snapshot.workspace
    parameters = Parameters.of(workspace.profile, walk_limit_m=None, walking_profile=None)
    return Situation(workspace, parameters)


def test_units_areas_and_city_hold_the_same_residents(town_snapshot: Snapshot) -> None:
    table = town_snapshot.table("coverage")
    asked = ["frequency", "age_group", "profile", "walk_limit_m", "walk_limit_min"]
    totals = table.groupby([*asked, "layer"], dropna=False)[
        ["residents", "reached", "circle_reached"]
    ].sum()
    spread = totals.groupby(asked, dropna=False).agg(lambda s: s.max() - s.min())
    assert len(spread) == len(table[asked].drop_duplicates())
    assert spread.to_numpy() == pytest.approx(0.0, abs=1e-6)
    assert (table["area_id"] == REMAINDER).sum() == table["layer"].nunique() * len(spread)


def test_one_run_answers_every_layer_class_age_group_limit_and_profile(
    town_snapshot: Snapshot,
) -> None:
    """Each of them once for each area; with own area, interval, circle and walking times (DESIGN §4.6)."""
    profile, table = town_snapshot.workspace.profile, town_snapshot.table("coverage")
    limits = {(m, None) for m in (300.0, 500.0, 800.0, 1000.0)}
    limits |= {(None, minutes) for minutes in (5.0, 10.0, 15.0)}
    for layer in profile.layers:
        rows = table[table["layer"] == layer.id]
        asked = rows[["walk_limit_m", "walk_limit_min"]].astype(object)
        found = asked.where(asked.notna(), None).drop_duplicates()
        assert set(found.itertuples(index=False, name=None)) == limits
        each = rows.groupby("area_id").size().unique().tolist()
        ways = len(FREQUENCIES) * len(profile.population.groups) * len(profile.walking_profiles)
        assert each == [len(limits) * ways]
    lived_in = table[(table["residents"] > 0) & ~table["remainder"]]
    for name in ("reached", "reached_own_area", "circle_reached", "places_n"):
        assert lived_in[name].notna().all(), name
    for name in ("coverage_pct", "coverage_low_pct", "coverage_high_pct", "circle_coverage_pct"):
        assert lived_in[name].between(0.0, 100.0 + 1e-9).all(), name  # sums of floats
    times = lived_in[["walk_min_mean", "walk_min_median", "walk_min_p90"]].dropna()
    assert len(times) > 0
    assert (times["walk_min_median"] <= times["walk_min_p90"] + 1e-9).all()
    # Inequality between the units of every layer stands beside each of them.
    assert len(town_snapshot.table("inequality")) == len(profile.layers) * len(limits) * ways


def test_no_more_are_reached_than_live_there(town_snapshot: Snapshot) -> None:
    table = town_snapshot.table("coverage")
    assert (table["reached"] <= table["residents"] + 1e-9).all()
    assert (table["reached_own_area"] <= table["reached"] + 1e-9).all()
    lived_in = table.dropna(subset="coverage_pct")
    assert (lived_in["coverage_low_pct"] <= lived_in["coverage_pct"] + 1e-9).all()
    assert (lived_in["coverage_high_pct"] >= lived_in["coverage_pct"] - 1e-9).all()


def test_a_longer_limit_and_a_rarer_frequency_never_reach_fewer(town_snapshot: Snapshot) -> None:
    table = town_snapshot.table("coverage")
    keys = ["layer", "area_id", "age_group", "profile"]
    for limit in ("walk_limit_m", "walk_limit_min"):
        by_limit = table.pivot_table(index=[*keys, "frequency"], columns=limit, values="reached")
        assert by_limit.shape[1] >= 3
        assert (by_limit.diff(axis=1).iloc[:, 1:] >= -1e-9).all().all()
        by_class = table.pivot_table(index=[*keys, limit], columns="frequency", values="reached")
        assert (by_class["monthly"] >= by_class["weekly"] - 1e-9).all()
        assert (by_class["weekly"] >= by_class["permanent"] - 1e-9).all()


def test_a_slower_profile_never_covers_more(town_snapshot: Snapshot) -> None:
    table = town_snapshot.table("coverage")
    keys = ["layer", "area_id", "age_group", "frequency"]
    minutes = table[table["walk_limit_min"].notna()]
    by_speed = minutes.pivot_table(
        index=[*keys, "walk_limit_min"], columns="profile", values="reached"
    )
    assert (by_speed["slow"] <= by_speed["standard"] + 1e-9).all()
    assert (by_speed["standard"] <= by_speed["brisk"] + 1e-9).all()
    assert (by_speed["slow"] < by_speed["brisk"]).any()
    # The same streets are open to all three: metres are metres.
    metres = table[table["walk_limit_m"].notna()]
    by_speed = metres.pivot_table(
        index=[*keys, "walk_limit_m"], columns="profile", values="reached"
    )
    assert by_speed["slow"].equals(by_speed["brisk"].rename("slow"))


def test_the_circle_never_claims_fewer_than_the_streets(town_snapshot: Snapshot) -> None:
    table = town_snapshot.table("coverage")
    assert (table["circle_reached"] >= table["reached"] - 1e-6).all()


def test_two_fortnightly_groups_at_one_hall_are_weekly_together(town_snapshot: Snapshot) -> None:
    places = town_snapshot.layer("places")
    halls = places[places["counts"]].groupby("venue_id")
    pairs = halls.filter(lambda rows: len(rows) == 2 and (rows["frequency"] == "monthly").all())
    assert (pairs["venue_frequency"] == "weekly").any()


def test_a_suspended_place_is_listed_and_not_counted(town_snapshot: Snapshot) -> None:
    places = town_snapshot.layer("places")
    suspended = places[places["status"] == "suspended"]
    assert len(suspended) >= 1
    assert not suspended["counts"].any()
    assert suspended["residents_reached"].isna().all()


def test_every_gap_says_why_and_the_nearest_place_is_where_it_says(
    town_snapshot: Snapshot, situation: Situation
) -> None:
    gaps = gaps_in_words(town_snapshot.table("gaps"))
    assert (gaps["why"] != "").all()
    assert (gaps["why_en"] != "").all()
    known = gaps.dropna(subset="nearest_place_walk_m")
    # The median of walks that are each longer than their straight line.
    assert (known["nearest_place_walk_m"] >= known["nearest_place_straight_m"] - 0.01).all()
    assert set(known["nearest_place_id"]) <= set(situation.places["place_id"])


def test_gaps_agree_with_the_coverage_of_their_layer(town_snapshot: Snapshot) -> None:
    gaps = town_snapshot.table("gaps").set_index("area_id")
    table = town_snapshot.table("coverage")
    rows = table[
        (table["layer"] == gaps["layer"].iloc[0])
        & (table["frequency"] == "weekly")
        & (table["age_group"] == "65+")
        & (table["walk_limit_m"] == 500.0)
        & (table["profile"] == "standard")
        & ~table["remainder"]
    ].set_index("area_id")
    unreached = (rows["residents"] - rows["reached"]).reindex(gaps.index)
    assert gaps["unreached"].to_numpy() == pytest.approx(unreached.to_numpy(), abs=1e-6)


def test_the_first_candidates_put_together_reach_what_the_last_of_them_says(
    town_snapshot: Snapshot, situation: Situation
) -> None:
    """The engine asked independently: open those of ranks 1 to n, then count."""
    from geo.walking.reach import nearest

    candidates = town_snapshot.layer("candidates")
    candidates = candidates[candidates["rank"].to_numpy() == np.arange(1, len(candidates) + 1)]
    assert len(candidates) >= 10
    opened = nearest(situation.network, situation.snap(candidates), situation.homes).home_walk
    today = situation.approach("weekly").walk_m
    weight = situation.residents["65+"].to_numpy()
    reached = weight[within(np.minimum(opened, today), 500.0)].sum()
    assert 100 * reached / weight.sum() == pytest.approx(candidates["coverage_after_pct"].iloc[-1])
    before = weight[within(today, 500.0)].sum()
    assert candidates["newly_reached"].sum() == pytest.approx(reached - before)


def test_an_upgrade_costs_no_opening(town_snapshot: Snapshot) -> None:
    candidates = town_snapshot.layer("candidates")
    costs = candidates.groupby("action")["cost_max_yen"].unique()
    assert costs["open"].tolist() == [1_100_000]
    assert costs["upgrade"].tolist() == [100_000]


def test_the_coloured_streets_are_the_whole_network(
    town_snapshot: Snapshot, situation: Situation
) -> None:
    length_m = shapely.length(town_snapshot.layer("streets").geometry.to_numpy()).sum()
    assert length_m == pytest.approx(situation.network.edge_length_m.sum(), rel=1e-6)


def test_a_snapshot_remembers_its_parameters_with_their_origin(town_snapshot: Snapshot) -> None:
    parameters = town_snapshot.run["parameters"]
    assert parameters["walk_limit_m"] == 500.0
    assert parameters["profile"]["speed_m_per_min"] == 60.0
    assert all(parameters["origins"].values())
    assert len(town_snapshot.run["parameters_sha256"]) == 64


def test_another_run_gives_the_same_figures_and_leaves_the_first_alone(
    town_snapshot: Snapshot, tmp_path: Path
) -> None:
    import shutil

    path = Path(shutil.copytree(town_snapshot.workspace.path, tmp_path / "workspace"))
    before = (path / "results" / town_snapshot.name / "coverage.parquet").read_bytes()
    again = run(open_workspace(path))
    assert again.name != town_snapshot.name
    assert (path / "results" / town_snapshot.name / "coverage.parquet").read_bytes() == before
    pd.testing.assert_frame_equal(again.table("coverage"), town_snapshot.table("coverage"))
    pd.testing.assert_frame_equal(again.table("gaps"), town_snapshot.table("gaps"))
    summary = json.dumps(again.run["summary"], sort_keys=True)
    assert summary == json.dumps(town_snapshot.run["summary"], sort_keys=True)
    assert open_workspace(path).snapshot().name == again.name


def test_a_slower_walker_needs_longer_for_the_same_metres(
    town_snapshot: Snapshot, tmp_path: Path
) -> None:
    import shutil

    path = Path(shutil.copytree(town_snapshot.workspace.path, tmp_path / "workspace"))
    slow = run(open_workspace(path), walking_profile="slow").table("coverage")
    usual = town_snapshot.table("coverage")
    keys = ["layer", "area_id", "frequency", "age_group", "walk_limit_m"]
    both = (
        usual[(usual["profile"] == "standard") & usual["walk_limit_m"].notna()]
        .merge(slow[slow["profile"] == "slow"], on=keys, suffixes=("", "_slow"))
        .dropna(subset="walk_min_median")
    )
    assert len(both) > 1000
    # Signals hold up both alike, so that the slower one needs at most 60 / 48 of the time.
    times = both["walk_min_median_slow"] / both["walk_min_median"]
    assert times.between(1.0, 60 / 48 + 1e-9).all()
    assert times.max() == pytest.approx(60 / 48, abs=0.02)
    assert both["reached_slow"].to_numpy() == pytest.approx(both["reached"].to_numpy())
    # The profile that was asked for is the main one.
    assert slow["profile"].iloc[0] == "slow"


@pytest.mark.parametrize("limit_m", [0.0, -5.0, float("nan"), float("inf")])
def test_a_limit_that_is_no_distance_is_refused(town_snapshot: Snapshot, limit_m: float) -> None:
    with pytest.raises(InvalidInputError, match="metres or minutes above 0"):
        run(town_snapshot.workspace, walk_limit_m=limit_m)


def test_an_unknown_walking_profile_lists_those_there_are(town_snapshot: Snapshot) -> None:
    with pytest.raises(InvalidInputError, match="standard, brisk, slow"):
        run(town_snapshot.workspace, walking_profile="flying")


def test_without_results_the_way_out_is_named(town_snapshot: Snapshot, tmp_path: Path) -> None:
    import shutil

    path = Path(shutil.copytree(town_snapshot.workspace.path, tmp_path / "workspace"))
    shutil.rmtree(path / "results")
    with pytest.raises(NotFoundError, match="run: arukeba run"):
        open_workspace(path).snapshot()


def test_the_record_of_a_run_holds_no_sentence(town_snapshot: Snapshot) -> None:
    workspace = town_snapshot.workspace
    typed = typed_in(workspace)
    written = json.loads((town_snapshot.path / "run.json").read_text(encoding="utf-8"))
    assert set(written) >= {"summary", "parameters", "assumptions"}
    assert sentences_in(written, typed) == set()
    # A limit that nobody wrote into the profile is told by a code as well.
    asked = Parameters.of(workspace.profile, walk_limit_m=420.0)
    told = asked.to_dict(workspace.profile)
    assert told["origins"]["walk_limit_m"] == "asked"
    assert sentences_in(told, typed) == set()

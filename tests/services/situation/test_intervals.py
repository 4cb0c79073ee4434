"""
Hidden counts in every table that shows a percentage, on the town of one street (tests/datedtown.py).

Of the residents aged 65+, those of h1 and h3 are suppressed: between 24 and 36, and between 80 and
120; likely 30 and 100. Those of h0 (20) and h2 (50) are known.
"""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.publication.timeline import timeline
from services.results.candidates import candidates_frame
from services.results.gaps import gaps_frame
from services.results.provision import provision_frame
from services.results.resilience import backup_frame, closings
from services.results.run import coverage_frame
from services.results.slots import combined_frame, slots_frame
from services.situation.intervals import Bounds, Ends
from services.situation.naming import WHOLE
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.workspace.folder import open_workspace
from tests.datedtown import dated_workspace

LEAST = np.array([20.0, 24.0, 50.0, 80.0])
MOST = np.array([20.0, 36.0, 50.0, 120.0])
# A and A2 both have h0 and h1 within 500 m; P and Q, two halls that alternate, have h3 alone.
ROWS = (
    ("A", 100.0, "毎週月曜日10:00〜11:30", "active", "2010-04-01", "", "", "vA"),
    ("A2", 150.0, "毎週木曜日14:00〜15:30", "active", "2010-04-01", "", "", "vA2"),
    ("P", 1800.0, "第1・第3水曜日10:00〜12:00", "active", "2010-04-01", "", "", "vP"),
    ("Q", 2000.0, "第2・第4金曜日14:00〜16:00", "active", "2010-04-01", "", "", "vQ"),
)


def situation(folder, *, hidden=True):
    workspace = dated_workspace(folder, *ROWS)
    if hidden:
        path = workspace.path / "layers" / "demand.parquet"
        homes = gpd.read_parquet(path)
        homes.assign(**{"65+_low": LEAST, "65+_high": MOST}).to_parquet(path)
    workspace = open_workspace(workspace.path)
    return Situation(workspace, Parameters.of(workspace.profile))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return situation(tmp_path_factory.mktemp("intervals"))


def only(frame, **wanted):
    if "walk_limit_m" in frame:
        frame = frame[frame["walk_limit_m"] == 500.0]
    for name, value in wanted.items():
        frame = frame[frame[name] == value]
    (row,) = frame.to_dict("records")
    return row


def pct(part):
    """Return the least and the most share of some homes, by hand: few of them among many others."""
    part = np.isin(np.arange(4), part)
    low = LEAST[part].sum() / (LEAST[part].sum() + MOST[~part].sum())
    high = MOST[part].sum() / (MOST[part].sum() + LEAST[~part].sum())
    return pytest.approx([100 * low, 100 * high])


def test_coverage_and_slots_have_the_same_interval(town):
    row = only(
        coverage_frame(town), layer="city", remainder=False, age_group="65+", frequency="weekly",
        profile=town.walking.profile.id,
    )  # fmt: skip
    ends = ["coverage_low_pct", "coverage_high_pct"]
    # h0 and h1: 44 to 56, beside 130 to 170 others.
    assert pct([0, 1]) == [100 * 44 / 214, 100 * 56 / 186]
    assert [row[end] for end in ends] == pct([0, 1])
    slot = only(
        slots_frame(town), layer="city", remainder=False, age_group="65+", frequency="weekly",
        weekday=0, half_day="am",
    )  # fmt: skip
    assert slot["coverage_pct"] == 25.0
    assert [slot[end] for end in ends] == pct([0, 1])


def test_several_halls_together_have_an_interval_of_their_own(town):
    row = only(combined_frame(town), layer="city", remainder=False, age_group="65+")
    assert [row["coverage_low_pct"], row["coverage_high_pct"]] == pct([0, 1])
    assert row["combined_pct"] == 50.0  # h3: 100 of 200
    assert [row["combined_low_pct"], row["combined_high_pct"]] == pct([3])


@pytest.mark.parametrize("layer", ["city", WHOLE])
def test_a_second_place_has_an_interval(town, layer):
    table = backup_frame(town, closings(town))
    row = only(table, layer=layer, remainder=False, age_group="65+")
    assert row["backup_pct"] == 25.0
    assert [row["backup_low_pct"], row["backup_high_pct"]] == pct([0, 1])


def test_rates_of_the_provision_have_their_ends(town):
    table = provision_frame(town)
    row = only(table, layer="city", remainder=False, age_group="65+", frequency="weekly")
    # Two weekly places for 174 to 226 residents.
    assert row["places_per_1000"] == pytest.approx(2000 / 200)
    assert row["places_per_1000_low"] == pytest.approx(2000 / 226)
    assert row["places_per_1000_high"] == pytest.approx(2000 / 174)
    # h0 walks 0 m and h1 450 m to the nearer of the two.
    assert row["participants_low"] == pytest.approx(0.08 * (20 + 24 * np.exp(-450 / 158)))
    assert row["participants_high"] == pytest.approx(0.08 * (20 + 36 * np.exp(-450 / 1288)))
    low, likely, high = (row[f"access_seats_per_100{end}"] for end in ("_low", "", "_high"))
    # All seats are for the 44 to 56 of h0 and h1, shown for the 174 to 226 of the town.
    seats = row["seats_per_week"]
    assert [low, likely] == pytest.approx([100 * seats / 226, 100 * seats / 200])
    assert high == pytest.approx(100 * seats / 174)


def test_years_have_the_interval_of_their_homes(town):
    found = timeline(town.workspace, [date(2025, 3, 31)])
    for year in found.years.to_dict("records"):
        ends = [year["coverage_weekly_low_pct"], year["coverage_weekly_high_pct"]]
        assert ends == pct([0, 1])
    for row in found.areas[found.areas["frequency"] == "weekly"].to_dict("records"):
        ends = [row["coverage_low_pct"], row["coverage_high_pct"]]
        if row["layer"] == "city" and not row["remainder"]:
            assert ends == pct([0, 1])
        elif row["area_id"] == "w":
            assert ends == [100.0, 100.0]  # h0 and h1, however many they are


def test_a_candidate_has_the_interval_of_what_is_reached_with_it(town):
    (row,) = candidates_frame(town).head(1).to_dict("records")
    # P (1800 m) or Q (2000 m) could meet weekly: with h3, all but h2 are reached.
    assert row["place_id"] in ("P", "Q")
    assert row["coverage_after_pct"] == pytest.approx(75.0)
    assert [row["coverage_after_low_pct"], row["coverage_after_high_pct"]] == pct([0, 1, 3])


def test_a_gap_has_the_interval_of_its_coverage(town):
    gap = only(gaps_frame(town), area_id="w")
    # Of the western district h0 and h1, all reached however many they are.
    assert [gap["coverage_low_pct"], gap["coverage_high_pct"]] == [100.0, 100.0]
    gap = only(gaps_frame(town), area_id="e")
    assert [gap["coverage_low_pct"], gap["coverage_high_pct"]] == [0.0, 0.0]


def test_without_hidden_counts_no_table_has_a_width(tmp_path):
    town = situation(tmp_path, hidden=False)
    tables = {
        "coverage": [coverage_frame(town), slots_frame(town), gaps_frame(town)],
        "combined": [combined_frame(town)],
        "backup": [backup_frame(town, closings(town))],
    }
    for name, frames in tables.items():
        for frame in frames:
            for end in ("low", "high"):
                assert frame[f"{name}_{end}_pct"].tolist() == pytest.approx(
                    frame[f"{name}_pct"].tolist(), nan_ok=True
                )
    provided = provision_frame(town)
    for name in ("places_per_1000", "access_seats_per_100"):
        for end in ("low", "high"):
            assert provided[f"{name}_{end}"].tolist() == pytest.approx(
                provided[name].tolist(), nan_ok=True
            )


COUNTS = st.integers(0, 20)


@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS, st.booleans()), min_size=1, max_size=6))
def test_whatever_the_hidden_counts_are_the_share_is_in_the_interval(homes):
    """Each home has least, least + a (the truth), least + a + b (most), and is reached or not."""
    least, more, most, reached = (np.array(part) for part in zip(*homes, strict=True))
    truth = least + more

    def table(people):
        return pd.DataFrame({"residents": [people.sum()], "reached": [people[reached].sum()]})

    tables = Ends(table(least), (table(least), table(truth + most)))
    low, high = (end.iloc[0] for end in Bounds.of(tables, "reached").pct())
    if truth.sum():
        share = 100.0 * truth[reached].sum() / truth.sum()
        assert low - 1e-9 <= share <= high + 1e-9
    elif np.isnan(low):
        assert (truth + most).sum() == 0

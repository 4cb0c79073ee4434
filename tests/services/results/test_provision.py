"""Seats of the town of one street (tests/datedtown.py), and the model town's sums."""

import numpy as np
import pandas as pd
import pytest

from services.profile import Provision
from services.registry.places import write_registry
from services.results.provision import (
    PROVISION_COLUMNS,
    capacities,
    provision_frame,
    provision_sentences,
    uptake_of,
)
from services.situation.naming import WHOLE
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.workspace.folder import registry_file
from tests.datedtown import _no_venues, dated_workspace, places

# Within 500 m: A has h0 (20 residents, 0 m) and h1 (30, 500 m); D and D2, one hall that alternates,
# have h2 (50, 290 m); C has h3 (100, 0 m).
ROWS = (
    ("A", 100.0, "毎週月曜日10:00〜11:30", "active", "2010-04-01", "", "", "vA"),
    ("C", 1900.0, "毎週火曜日10:00〜12:00", "active", "2018-04-01", "", "", "vC"),
    ("D", 1390.0, "第1・第3木曜日10:00〜12:00", "active", "2012-10-01", "", "", "vD"),
    ("D2", 1390.0, "第2・第4木曜日10:00〜12:00", "active", "2021-04-01", "", "", "vD"),
)
CAPACITY = {"A": 1.0}
FLOOR_M2 = {"D": 11.0}


def situation(folder, *rows):
    workspace = dated_workspace(folder, *rows)
    listed = places(*rows)
    listed = listed.assign(
        capacity=listed["place_id"].map(CAPACITY), floor_area_m2=listed["place_id"].map(FLOOR_M2)
    )
    write_registry(registry_file(workspace.path), _no_venues(), listed)
    return Situation(workspace, Parameters.of(workspace.profile))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return situation(tmp_path_factory.mktemp("provision"), *ROWS)


@pytest.fixture(scope="module")
def table(town):
    return provision_frame(town)


def row(table, area_id, frequency="weekly", age_group="65+"):
    found = table[
        (table["area_id"] == area_id)
        & (table["frequency"] == frequency)
        & (table["age_group"] == age_group)
    ]
    assert len(found) == 1
    return found.iloc[0]


def test_seats_come_from_the_registry_else_the_floor_else_the_assumption():
    frame = pd.DataFrame(
        {
            "capacity": [30.0, np.nan, np.nan, 0.0, np.nan],
            "floor_area_m2": [5.0, 11.0, 0.5, 0.0, np.nan],
        }
    )
    found = capacities(frame, Provision())
    # 11 m² at 2 m² are five whole persons; half a square metre seats one.
    assert found["seats_per_session"].tolist() == [30.0, 5.0, 1.0, 20.0, 20.0]
    assert found["seats_from"].tolist() == [
        *("registry", "floor_area", "floor_area", "assumed", "assumed"),
    ]


def test_the_assumptions_of_the_profile_are_those_of_the_computation():
    assert uptake_of(Provision(participation_pct=5.0)).rate == 0.05
    assert uptake_of(Provision()).decay_long_m == 1288.0


def test_every_area_and_the_whole_have_their_rows(table):
    assert tuple(table.columns) == PROVISION_COLUMNS
    # The city and two districts with a remainder each, and the whole; 3 frequencies, 2 age groups.
    assert len(table) == (2 + 3 + 1) * 3 * 2
    assert set(table["walk_limit_m"]) == {500.0}
    assert set(table["profile"]) == {"standard"}


def test_a_small_hall_fills_from_its_nearest_home_on(table):
    # A: 1 seat, weekly: 1 a week, room for 1 / 0.08 = 12.5 residents, all of them of h0.
    west = row(table, "w")
    assert west["residents"] == 50.0
    assert (west["places_n"], west["places_seats_assumed_n"]) == (1, 0)
    assert west["places_per_1000"] == 20.0
    assert west["seats_per_week"] == pytest.approx(1.0)
    ways = ["residents_served", "residents_over_capacity", "residents_outside"]
    assert west[ways].tolist() == pytest.approx([12.5, 37.5, 0.0])
    assert west["seats_needed_per_week"] == pytest.approx(4.0)
    assert west["seats_missing_per_week"] == pytest.approx(3.0)
    # Three seats are one further place of twenty.
    assert west["places_missing_n"] == 1
    # One seat for 50 residents.
    assert west["access_seats_per_100"] == pytest.approx(2.0)


def test_seats_of_places_known_by_floor_or_not_at_all(table):
    # D: 11 m², 5 seats, twice a month; D2 and C: 20 assumed, twice a month and weekly.
    seats = 5 * 2 * 12 / 52 + 20 * 2 * 12 / 52 + 20
    east = row(table, "e")
    assert (east["places_n"], east["places_seats_assumed_n"]) == (3, 2)
    assert east["seats_per_week"] == pytest.approx(seats)
    assert east["residents_served"] == 150.0
    assert east["places_missing_n"] == 0
    assert east["access_seats_per_100"] == pytest.approx(100 * seats / 150)


def test_expected_participants_are_a_range_that_follows_the_walks(table):
    west = row(table, "w")
    low = 0.08 * (20 + 30 * np.exp(-500 / 158))
    high = 0.08 * (20 + 30 * np.exp(-500 / 1288))
    assert west["participants_low"] == pytest.approx(low)
    assert west["participants_high"] == pytest.approx(high)
    assert west["participants_central"] == pytest.approx((low + high) / 2)


def test_the_whole_is_the_sum_of_its_areas_and_further_places_are_rounded_once(table):
    whole = row(table, WHOLE)
    assert whole["area_name"] == "架空町"
    assert (whole["residents"], whole["places_n"]) == (200.0, 4)
    assert whole["seats_missing_per_week"] == pytest.approx(3.0)
    assert whole["places_missing_n"] == 1
    assert row(table, WHOLE, "permanent")["residents_outside"] == 200.0
    # 16 seats for 200 residents: one place of 20.
    assert row(table, WHOLE, "permanent")["places_missing_n"] == 1


def test_a_town_whose_places_are_all_closed_lacks_every_seat(tmp_path):
    closed = ("A", 100.0, "毎週月曜日", "closed", "2010-04-01", "", "2012-03-31", "vA")
    table = provision_frame(situation(tmp_path, closed))
    whole = row(table, WHOLE)
    assert whole["residents_outside"] == 200.0
    assert whole["seats_missing_per_week"] == whole["seats_needed_per_week"] == pytest.approx(16.0)
    assert whole["participants_high"] == whole["seats_per_week"] == 0.0
    assert not table[["residents_served", "participants_low"]].isna().any().any()


def test_a_row_is_said_in_both_languages(table):
    words = provision_sentences(row(table, "w").to_dict(), "ja")
    assert words[0].startswith("週1の場は、65歳以上1,000人に20.0か所。席は週に1人分")
    assert "席がある人 13人、場はあるが席が足りない人 38人、場がない人 0人" in words[1]
    assert "あと1か所ほど" in words[2]
    assert "2人から3人" in words[3]
    assert len(words) == 4
    english = provision_sentences(row(table, "e").to_dict(), "en")
    assert "their seats are assumed" in english[-1]
    assert not any("missing" in sentence for sentence in english)
    nobody = table[table["remainder"]].iloc[0]
    assert provision_sentences(nobody.to_dict(), "en") == ["no residents of all ages live here"]


def test_every_layer_of_the_model_town_has_the_residents_of_coverage(town_snapshot):
    found, covered = town_snapshot.table("provision"), town_snapshot.table("coverage")
    keys = ["layer", "area_id", "frequency", "age_group"]
    main = covered[(covered["walk_limit_m"] == 500.0) & (covered["profile"] == "standard")]
    main = main[main["walk_limit_min"].isna()]
    both = found[found["layer"] != WHOLE].merge(main, on=keys, suffixes=("", "_covered"))
    assert len(both) == len(main) == (found["layer"] != WHOLE).sum()
    assert both["residents"].to_numpy() == pytest.approx(both["residents_covered"].to_numpy())
    assert both["places_n"].tolist() == both["places_n_covered"].tolist()
    within = both["residents_served"] + both["residents_over_capacity"]
    assert within.to_numpy() == pytest.approx(both["reached"].to_numpy(), abs=1e-6)
    ways = within + both["residents_outside"] + both["residents_unlocated"]
    assert ways.to_numpy() == pytest.approx(both["residents"].to_numpy(), abs=1e-6)
    # Seats that residents share are the seats of the places with residents, in every layer.
    shared = found.assign(
        seats=found["access_seats_per_100"].fillna(0)
        * (found["residents"] - found["residents_unlocated"])
        / 100
    )
    sums = shared.groupby(["frequency", "age_group", "layer"])["seats"].sum()
    spread = sums.groupby(level=["frequency", "age_group"]).agg(["min", "max"])
    assert spread["min"].to_numpy() == pytest.approx(spread["max"].to_numpy())

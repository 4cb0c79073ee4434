"""
Places whose days nobody knows, on the town of tests/stoptown.py: unknown is a value, not a zero.

Within 500 m are of V (50) the homes at 100 (40 residents) and 300 (60), of M (1000) those at 900 (30) and
1100 (70), of W (2400) none; 8 live at 3000 and 4 at 3900: 212 in all. u1 holds V, u2 M, u4 W, u3 no place.
"""

import sqlite3
from pathlib import Path

import geopandas as gpd
import pytest

from services.publication.words import gaps_in_words
from services.results.candidates import candidates_frame
from services.results.gaps import gaps_frame
from services.results.run import coverage_frame
from services.results.slots import slots_frame
from services.results.summary import summary
from services.situation.view import Situation
from services.workspace.folder import open_workspace
from tests.stoptown import stop_situation

NONE_KNOWN = {"V": "", "M": "未定", "W": "お問い合わせください"}


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> Situation:
    """Return the town in which nobody knows when V meets."""
    return stop_situation(tmp_path_factory.mktemp("some"), schedules={"V": "未定"})


@pytest.fixture(scope="module")
def none(tmp_path_factory: pytest.TempPathFactory) -> Situation:
    """Return the town without any schedules."""
    return stop_situation(tmp_path_factory.mktemp("none"), schedules=NONE_KNOWN)


def by_unit(situation: Situation, column: str) -> dict[str, object]:
    found = gaps_in_words(gaps_frame(situation)).set_index("area_id")[column].to_dict()
    return {str(unit): found[unit] for unit in ("u1", "u2", "u3", "u4")}


def figures(situation: Situation) -> dict[str, object]:
    return summary(situation, coverage_frame(situation), gaps_frame(situation))


def test_only_a_unit_with_a_place_of_unknown_days_is_unknown(
    some: Situation, none: Situation
) -> None:
    classes = {"u1": "unknown", "u2": "monthly_only", "u3": "needs_transport"}
    assert by_unit(some, "gap") == {**classes, "u4": "weekly_or_more"}
    # u3 has no place at all: no answer could change that.
    assert by_unit(none, "gap") == {**classes, "u2": "unknown", "u4": "unknown"}
    assert by_unit(none, "places_unknown_n") == {"u1": 1, "u2": 1, "u3": 0, "u4": 1}
    # Nobody lives in u4, which is no gap whatever it holds.
    assert figures(none)["gaps"] == {
        "weekly_or_more": 0,
        "monthly_only": 0,
        "none": 0,
        "needs_transport": 1,
        "unknown": 2,
        "no_streets": 0,
    }


def test_the_share_moves_from_what_is_known_to_what_may_be(
    some: Situation, none: Situation
) -> None:
    found = figures(some)
    assert (found["places_unknown_n"], found["coverage_pct"]) == (1, 0.0)
    assert (found["reached_with_unknown"], found["undecided"]) == (100.0, 100.0)
    assert found["coverage_with_unknown_pct"] == pytest.approx(100 * 100 / 212)
    found = figures(none)
    assert (found["places_unknown_n"], found["undecided"]) == (3, 200.0)
    assert found["places"] == {"monthly": 0, "weekly": 0, "permanent": 0, "rare": 0, "unknown": 3}
    assert by_unit(none, "unreached") == {"u1": 100.0, "u2": 100.0, "u3": 12.0, "u4": 0.0}
    assert by_unit(none, "undecided") == {"u1": 100.0, "u2": 100.0, "u3": 0.0, "u4": 0.0}


def test_every_layer_limit_and_frequency_has_both_ends(some: Situation) -> None:
    table = coverage_frame(some)
    rows = table[
        (table["layer"] == "unit")
        & (table["age_group"] == "65+")
        & (table["profile"] == some.walking.profile.id)
    ].set_index(["frequency", "walk_limit_m", "area_id"])

    def ends(frequency: str, limit_m: float, unit: str) -> list[float]:
        row = rows.loc[(frequency, limit_m, unit)]
        return [float(row[name]) for name in ("reached", "reached_with_unknown")]

    assert ends("weekly", 500.0, "u1") == [0.0, 100.0]
    # 300 m: 250 m from 300 to V. 800 m: 700 m from 300 to M, a monthly place; 850 m from 900 to V.
    assert ends("weekly", 300.0, "u1") == [0.0, 100.0]
    assert ends("monthly", 800.0, "u1") == [60.0, 100.0]
    assert ends("weekly", 800.0, "u2") == [0.0, 0.0]
    # 1,000 m: 850 m from 900 to V, 1,050 m from 1100.
    assert ends("weekly", 1000.0, "u2") == [0.0, 30.0]
    assert rows.loc[("weekly", 500.0, "u1"), "places_unknown_n"] == 1
    assert rows.loc[("weekly", 500.0, "u2"), "places_unknown_n"] == 0


def test_where_counts_are_hidden_as_well_the_ends_are_the_outermost(tmp_path: Path) -> None:
    """Of the 60 at 300 m nobody knows more than that they are 50 to 70."""
    situation = stop_situation(tmp_path, schedules={"V": "未定"})
    path = situation.workspace.path / "layers" / "demand.parquet"
    homes = gpd.read_parquet(path)
    ends = {"_low": homes["65+"].replace(60.0, 50.0), "_high": homes["65+"].replace(60.0, 70.0)}
    homes.assign(**{f"65+{end}": column for end, column in ends.items()}).to_parquet(path)
    workspace = open_workspace(situation.workspace.path)
    found = figures(Situation(workspace, situation.parameters))
    assert (found["coverage_low_pct"], found["coverage_high_pct"]) == (0.0, 0.0)
    # 40 + 50 of 202 if V meets weekly, 40 + 70 of 222.
    assert found["coverage_with_unknown_low_pct"] == pytest.approx(100 * 90 / 202)
    assert found["coverage_with_unknown_high_pct"] == pytest.approx(100 * 110 / 222)


def test_a_group_of_unknown_days_leaves_its_hall_open_unless_that_is_weekly(tmp_path: Path) -> None:
    def in_one_hall(name: str, schedule: str) -> Situation:
        """V is another group of the hall of M."""
        schedules = {"V": "", "M": schedule}
        situation = stop_situation(tmp_path / name, schedules=schedules)
        with sqlite3.connect(situation.workspace.path / "registry.sqlite") as registry:
            registry.execute("UPDATE places SET venue_id = 'M' WHERE place_id = 'V'")
        return Situation(open_workspace(situation.workspace.path), situation.parameters)

    monthly = in_one_hall("monthly", "第2火曜日")
    assert by_unit(monthly, "gap")["u1"] == "unknown"
    asked = candidates_frame(monthly).set_index("candidate_id")["days_unknown"]
    assert asked.to_dict() == {"upgrade-M": True, "upgrade-V": True}
    assert by_unit(in_one_hall("weekly", "毎週火曜日"), "gap")["u1"] == "weekly_or_more"


def test_a_candidate_of_unknown_days_is_a_question_first(some: Situation) -> None:
    found = candidates_frame(some).set_index("candidate_id")
    assert found["days_unknown"].to_dict() == {"upgrade-M": False, "upgrade-V": True}
    assert found["newly_reached"].to_dict() == {"upgrade-M": 100.0, "upgrade-V": 100.0}


def test_what_meets_on_known_days_less_than_monthly_is_not_unknown(tmp_path: Path) -> None:
    situation = stop_situation(tmp_path, schedules={"V": "年6回"})
    assert by_unit(situation, "gap")["u1"] == "none"
    assert figures(situation)["undecided"] == 0.0


def test_a_slot_is_open_where_days_or_hours_are_unknown(some: Situation) -> None:
    """V may meet in any slot; M (第2火曜日) and W (毎週木曜日), without hours, in both halves of their day."""
    table = slots_frame(some)
    rows = table[
        (table["layer"] == "unit")
        & (table["age_group"] == "65+")
        & (table["walk_limit_m"] == 500.0)
        & (table["half_day"] == "am")
    ].set_index(["frequency", "area_id", "weekday"])

    def might(frequency: str, unit: str) -> list[float]:
        return [float(rows.loc[(frequency, unit, day), "reached_with_unknown"]) for day in range(7)]

    assert (rows["reached"] == 0.0).all()
    assert might("weekly", "u1") == [100.0] * 7
    assert might("weekly", "u2") == [0.0] * 7
    assert might("monthly", "u2") == [0.0, 100.0, 0.0, 0.0, 0.0, 0.0, 0.0]

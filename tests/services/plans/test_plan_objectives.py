"""
Every goal of a plan, asked of the service and of the command, against brute force.

The town is the street of tests/datedtown.py with homes, halls and units drawn by lot. A walk is the
difference of two positions: nothing of the streets, the covers or the patterns is used to say what
is best, only subtraction and every subset of the candidates.
"""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Point, box

from api.cli.main import main
from geo.walking.snapping import snap
from services.plans.solve import make_plan
from services.plans.store import PlanResult
from services.plans.views import plan_body
from services.workspace.folder import Workspace, open_workspace
from tests.datedtown import LENGTH_M
from tests.services.plans.test_plans import ROWS, asked, chosen, town
from tests.streets import PLANE, straight_street

LIMIT_M = 500.0
BORDERS = (0.0, 450.0, 1000.0, 1450.0, LENGTH_M)
"""Four units; 65 m stand between each border and the next position that is drawn."""
A, D = (row[1] for row in ROWS)
"""A meets weekly; D would, if it became weekly."""
UPGRADE_YEN, OPENING_YEN = 100_000.0, 1_100_000.0


@dataclass(frozen=True)
class Town:
    """Positions in metres along the street, and residents aged 65 and over."""

    home_m: np.ndarray
    people: np.ndarray
    unit: np.ndarray
    option_m: dict[str, float]

    @classmethod
    def draw(cls, seed: int) -> "Town":
        rng = np.random.default_rng(seed)
        home_m = np.sort(rng.choice(np.arange(20.0, LENGTH_M, 37.0), 14, replace=False))
        people = rng.integers(20, 90, len(home_m)).astype(float)
        hall_m = rng.choice(np.arange(35.0, LENGTH_M, 41.0), 6, replace=False)
        options = {f"open-H{number}": float(x) for number, x in enumerate(hall_m)}
        unit = np.searchsorted(BORDERS, home_m, side="right") - 1
        return cls(home_m, people, unit, {"upgrade-D": float(D), **options})

    def walk_m(self, *keys: str) -> np.ndarray:
        """(1 + options, homes) walks to A and to each option."""
        at_m = np.array([float(A), *(self.option_m[key] for key in keys)])
        return np.abs(at_m[:, None] - self.home_m[None, :])

    def reached_n(self, *keys: str) -> np.ndarray:
        return (self.walk_m(*keys) <= LIMIT_M + 1e-6).sum(axis=0)

    def reached(self, *keys: str) -> float:
        return float(self.people[self.reached_n(*keys) > 0].sum())

    def twice(self, *keys: str) -> float:
        return float(self.people[self.reached_n(*keys) > 1].sum())

    def mean_m(self, *keys: str) -> float:
        return float(np.average(self.walk_m(*keys).min(axis=0), weights=self.people))

    def longest_m(self, *keys: str) -> float:
        return float(self.walk_m(*keys).min(axis=0).max())

    def shares(self, *keys: str) -> tuple[float, ...]:
        """Return the shares reached of the units that an option can improve, the worst first."""
        now = self._by_unit()
        best = self._by_unit(*self.option_m)
        found = self._by_unit(*keys)
        better = [unit for unit in now if best[unit] > now[unit] + 1e-9]
        return tuple(sorted(round(found[unit], 6) for unit in better))

    def _by_unit(self, *keys: str) -> dict[int, float]:
        near = self.reached_n(*keys) > 0
        return {
            unit: float((self.people * near)[self.unit == unit].sum())
            / float(self.people[self.unit == unit].sum())
            for unit in np.unique(self.unit).tolist()
        }

    def yen(self, *keys: str) -> float:
        return sum(UPGRADE_YEN if key == "upgrade-D" else OPENING_YEN for key in keys)

    def subsets(self, most: int) -> list[tuple[str, ...]]:
        keys = sorted(self.option_m)
        return [found for size in range(most + 1) for found in itertools.combinations(keys, size)]

    def workspace(self, folder: Path) -> Workspace:
        rows = [
            (key.removeprefix("open-"), x, {})
            for key, x in self.option_m.items()
            if key.startswith("open")
        ]
        workspace = town(folder, *rows)
        layers = workspace.path / "layers"
        self._demand().to_parquet(layers / "demand.parquet")
        self._areas().to_parquet(layers / "areas.parquet")
        profile = workspace.path / "profile.toml"
        blocks = profile.read_text("utf-8").split("[[layers]]")
        # One version of the districts: the units.
        blocks[2] = blocks[2].replace("valid_to = 2017-03-31\n", "")
        later, rest = blocks.pop(3).split("[population]", 1)
        assert "valid_from" in later
        profile.write_text("[[layers]]".join(blocks) + "[population]" + rest, "utf-8")
        return open_workspace(workspace.path)

    def _demand(self) -> gpd.GeoDataFrame:
        points = [Point(x, 0.0) for x in self.home_m]
        snaps = snap(shapely.get_coordinates(points), straight_street(LENGTH_M), limit_m=100.0)
        names = {"x": "snap_x", "y": "snap_y", "reason": "unsnapped"}
        columns = {
            "kind": "building",
            "65+": self.people,
            "total": 2 * self.people,
            "in_city": "99999",
            "in_district": [f"u{unit}" for unit in self.unit],
        }
        frame = gpd.GeoDataFrame(columns, geometry=points, crs=PLANE)
        return frame.join(snaps.rename(columns=names))

    def _areas(self) -> gpd.GeoDataFrame:
        rows = [("city", "99999", "架空町", box(0, -100, LENGTH_M, 100))]
        rows += [
            ("district", f"u{unit}", f"{unit}区", box(west, -100, east, 100))
            for unit, (west, east) in enumerate(itertools.pairwise(BORDERS))
        ]
        frame = pd.DataFrame(rows, columns=["layer", "area_id", "area_name", "geometry"])
        frame = frame.assign(version="2014", approximate=False, council_id="")
        return gpd.GeoDataFrame(frame, geometry="geometry", crs=PLANE)


SEEDS = (1, 2, 3)


@pytest.fixture(scope="module", params=SEEDS)
def place(request, tmp_path_factory) -> tuple[Town, Workspace]:
    drawn = Town.draw(request.param)
    return drawn, drawn.workspace(tmp_path_factory.mktemp("objectives"))


def keys_of(plan: PlanResult) -> tuple[str, ...]:
    assert plan.record["status"] == "optimal"
    return tuple(sorted(chosen(plan)))


def test_the_town_is_what_brute_force_takes_it_for(place) -> None:
    drawn, workspace = place
    plan = make_plan(workspace, asked(most=1))
    totals = plan.record["totals"]
    assert totals["residents"] == pytest.approx(drawn.people.sum())
    assert totals["reached_before"] == pytest.approx(drawn.reached())
    assert totals["reached_after"] == pytest.approx(drawn.reached(*keys_of(plan)))
    assert set(plan.options["candidate_id"]) == set(drawn.option_m)


def test_most_residents_newly_reached(place) -> None:
    drawn, workspace = place
    plan = make_plan(workspace, asked(most=2))
    best = max(drawn.reached(*keys) for keys in drawn.subsets(2))
    assert drawn.reached(*keys_of(plan)) == pytest.approx(best)
    assert plan.record["totals"]["newly_reached"] == pytest.approx(best - drawn.reached())


@pytest.mark.parametrize("most", [1, 2])
def test_the_shortest_mean_walk(place, most: int) -> None:
    drawn, workspace = place
    plan = make_plan(workspace, asked(objectives=["shortest_walk"], most=most))
    best = min(drawn.mean_m(*keys) for keys in drawn.subsets(most))
    assert drawn.mean_m(*keys_of(plan)) == pytest.approx(best)


def test_the_shortest_longest_walk(place) -> None:
    drawn, workspace = place
    plan = make_plan(workspace, asked(objectives=["shortest_longest_walk"], most=2))
    best = min(drawn.longest_m(*keys) for keys in drawn.subsets(2))
    assert drawn.longest_m(*keys_of(plan)) == pytest.approx(best)


@pytest.mark.parametrize("share", [80.0, 95.0, 100.0])
def test_the_fewest_places_that_reach_a_share_or_everyone(place, share: float) -> None:
    drawn, workspace = place
    enough = share / 100 * drawn.people.sum() - 1e-6
    able = [keys for keys in drawn.subsets(7) if drawn.reached(*keys) >= enough]
    plan = make_plan(workspace, asked(objectives=["fewest_places"], reach_pct=share))
    assert len(keys_of(plan)) == len(min(able, key=len))
    assert drawn.reached(*keys_of(plan)) >= enough


def test_a_share_that_no_plan_can_reach_is_told_with_the_one_that_can(place) -> None:
    drawn, workspace = place
    few = asked(objectives=["fewest_places"], reach_pct=100, venues=False)
    plan = make_plan(workspace, few)
    assert (plan.record["status"], chosen(plan)) == ("infeasible", set())
    most = 100 * drawn.reached("upgrade-D") / drawn.people.sum()
    assert f"{most:.1f}" in "".join(one["ja"] for one in plan_body(plan)["relaxation"])


@pytest.mark.parametrize(("most", "depth"), [(1, 1), (2, 4)])
def test_the_worst_unit_first(place, most: int, depth: int) -> None:
    drawn, workspace = place
    plan = make_plan(workspace, asked(objectives=["worst_unit_first"], most=most, depth=depth))
    best = max(drawn.shares(*keys)[:depth] for keys in drawn.subsets(most))
    assert drawn.shares(*keys_of(plan))[:depth] == pytest.approx(best)


def test_most_with_a_second_place(place) -> None:
    drawn, workspace = place
    plan = make_plan(workspace, asked(objectives=["backup"], most=2))
    best = max(drawn.twice(*keys) for keys in drawn.subsets(2))
    assert drawn.twice(*keys_of(plan)) == pytest.approx(best)


def test_goals_one_after_the_other_within_a_budget(place) -> None:
    drawn, workspace = place
    budget = UPGRADE_YEN + 2 * OPENING_YEN
    goals = ["worst_unit_first", "most_reached", "shortest_walk"]
    plan = make_plan(workspace, asked(objectives=goals, budget_yen=budget))
    able = [keys for keys in drawn.subsets(7) if drawn.yen(*keys) <= budget]

    def worth(keys: tuple[str, ...]) -> tuple[float, float, float]:
        return drawn.shares(*keys)[0], drawn.reached(*keys), -round(drawn.mean_m(*keys), 6)

    assert worth(keys_of(plan)) == pytest.approx(max(worth(keys) for keys in able))
    assert plan.record["totals"]["first_year_yen"] == drawn.yen(*keys_of(plan))


@pytest.mark.parametrize(
    "options",
    [
        ["--objective", "shortest_walk", "--most", "2"],
        ["--objective", "shortest_longest_walk", "--most", "2"],
        ["--objective", "fewest_places", "--reach-pct", "80"],
        ["--objective", "worst_unit_first", "--most", "2"],
        ["--objective", "backup", "--most", "2"],
        ["--objective", "worst_unit_first", "--objective", "shortest_walk", "--most", "2"],
    ],
    ids=lambda options: "+".join(options[1::2][:-1]),
)
def test_the_command_gives_the_same_plan(tmp_path_factory, options, capsys) -> None:
    workspace = Town.draw(SEEDS[0]).workspace(tmp_path_factory.mktemp("command"))
    goals = [value for name, value in itertools.pairwise(options) if name == "--objective"]
    rest = {"--most": "most", "--reach-pct": "reach_pct"}
    given = {
        rest[name]: float(value) for name, value in itertools.pairwise(options) if name in rest
    }
    plan = make_plan(workspace, asked(objectives=goals, **given))
    assert main(["--json", "plan", str(workspace.path), "--points", "0", *options]) == 0
    made = json.loads(capsys.readouterr().out)
    assert {row["candidate_id"] for row in made["chosen"]} == chosen(plan)
    assert made["ask"]["objectives"] == goals
    assert made["status"] == "optimal"
    # In words, too.
    assert main(["--lang", "ja", "plan", str(workspace.path), "--points", "0", *options]) == 0
    assert "最適であることを確認済み" in capsys.readouterr().out

"""Plans: covering models against spopt with the same solver; a city of Kashiwa's size, invented."""

import dataclasses
import sys
from collections.abc import Iterator

import numpy as np
from scipy.spatial import cKDTree

from bench.measure import Row, against, process
from geo.siting import Covers, Demand, Options, Problem, Rules, Stage, Target, solve

CITY_M = 10_700.0
DETOUR = 1.3
"""Streets are so much longer than straight lines, here."""


def rows(_: object = None) -> Iterator[Row]:
    """Yield a row per question."""
    yield _mclp()
    for name, k, size in (
        ("plan_city", 1, "170,000 homes, 1,200 options at 600 sites, budget, worst unit"),
        ("k_best_city", 5, "five plans of the same question"),
    ):
        code = f"from bench.plans import answer_city; answer_city({k})"
        yield process(name, [sys.executable, "-c", code], size=size, runs=1)


def mclp(homes_n: int = 10_000, sites_n: int = 1_000, most: int = 10, seed: int = 1) -> Problem:
    """Homes and candidates anywhere in a square where about 32,000 pairs are within 500 m."""
    random = np.random.default_rng(seed)
    side_m = 15_500.0
    homes, sites = random.uniform(0, side_m, (homes_n, 2)), random.uniform(0, side_m, (sites_n, 2))
    weight = random.integers(1, 20, homes_n).astype(float)
    return Problem(
        Options.plain(sites_n), Demand.plain(weight), _within(sites, homes), Rules(most=most)
    )


def city(seed: int = 1) -> Problem:
    """
    A city of Kashiwa's size, invented: homes in clusters, halls where homes are.

    170,000 homes, 42 districts, 60 weekly places, 180 monthly ones that could meet weekly or become
    permanent, 420 halls that could open; ¥12,000,000; most reached, then the worst district.
    """
    random = np.random.default_rng(seed)
    centres = random.uniform(0, CITY_M, (300, 2))
    spread = random.gamma(2.0, 200.0, 300)
    cluster = random.integers(300, size=170_000)
    homes = centres[cluster] + random.normal(size=(170_000, 2)) * spread[cluster, None]
    weight = np.round(random.gamma(1.2, 0.55, 170_000), 3)
    district = cKDTree(random.uniform(0, CITY_M, (42, 2))).query(homes)[1]
    stand = homes[random.choice(170_000, 660, replace=False)] + random.normal(size=(660, 2)) * 60
    places, sites = stand[:60], stand[60:]
    today = _within(places, homes)
    reached_n = np.bincount(today.home, minlength=len(homes))
    demand = dataclasses.replace(Demand.plain(weight), unit=district, reached_n=reached_n)
    near = _within(sites, homes)
    site = np.repeat(np.arange(600), 2)
    permanent = np.arange(1200) % 2 == 1
    opening = np.where(site < 180, 0.0, 1_000_000.0)
    options = dataclasses.replace(
        Options.plain(1200),
        cost_yen=np.where(permanent, 840_000.0, 100_000.0),
        opening_yen=opening,
        place=site,
        xy=sites[site],
    )
    option = np.concatenate([2 * near.option, 2 * near.option + 1])
    covers = Covers.of(
        option, np.tile(near.home, 2), np.tile(near.walk, 2), shape=(1200, 170_000), limit=500.0
    )
    areas = cKDTree(random.uniform(0, CITY_M, (7, 2))).query(sites)[1]
    targets = tuple(
        Target(
            f"area {area}", tuple(int(i) for i in np.flatnonzero(permanent & (areas[site] == area)))
        )
        for area in range(7)
    )
    rules = Rules(budget_yen=20_000_000.0, targets=targets)
    stages = (Stage("most_reached"), Stage("worst_unit_first"))
    return Problem(options, demand, covers, rules, stages)


def _within(sites: np.ndarray, homes: np.ndarray) -> Covers:
    tree = cKDTree(sites)
    found = tree.sparse_distance_matrix(cKDTree(homes), 500.0 / DETOUR, output_type="coo_matrix")
    shape = (len(sites), len(homes))
    return Covers.of(found.row, found.col, DETOUR * found.data, shape=shape, limit=500.0)

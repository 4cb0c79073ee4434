"""How cost grows with nodes, homes and places, what copying costs, and what if as it is served."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from bench.city import HOMES_N, NODES_N, PLACES_N, asked, cut
from bench.measure import Row, against, versions
from geo.coverage.reached import Access, Journeys, Layering, coverage
from geo.walking.dijkstra import FARTHEST, settle
from geo.walking.measure import seconds
from geo.walking.reach import Walks, streets_of
from services.scenarios.whatif import Trial, WhatIf
from services.situation.intervals import measured
from services.situation.view import Situation
from services.words.vocabulary import TRIAL_ACTIONS

LAYER = "neighbourhood"
EDITS_N = 100
FACTORS = (1, 4, 16)


def rows(workspace_path: Path) -> Iterator[Row]:
    """Yield the rows of the grown city (``bench.city``)."""
    situation = Situation(*asked(workspace_path))
    yield _what_if(situation)
    yield _against_copying(situation)
    yield from _more_nodes(situation)
    yield from _more_homes(situation)
    yield from _more_places(situation)


def _what_if(situation: Situation) -> Row:
    """Try edits at random, from a request to before, after and difference; or compute the layer again."""
    layer = WhatIf(situation, LAYER)
    edits = list(_edits(situation))
    for edit in edits[:8]:
        layer.edited([edit])
    took_s = [_timed(lambda edit=edit: layer.edited([edit])) for edit in edits]
    fresh = Situation(situation.workspace, situation.parameters)
    _ = fresh.place_snaps, fresh.layering(LAYER)
    peer_s = _timed(lambda: measured(fresh, fresh.layering(LAYER), fresh.walking))
    p95_s = float(np.quantile(took_s, 0.95))
    median_ms = 1000 * statistics.median(took_s)
    return Row(
        name="what_if_outcome",
        ours_s=p95_s,
        runs=len(edits),
        min_s=min(took_s),
        max_s=max(took_s),
        size=f"p95 of {len(edits)} edits, median {median_ms:.0f} ms; {LAYER}, {HOMES_N:,} homes, "
        f"{PLACES_N} places, {NODES_N:,} nodes, {len(fresh.parameters.limits)} limits",
        peer="geo.coverage.reached of the layer, computed again",
        peer_s=peer_s,
        ratio=peer_s / p95_s,
        versions=versions(),
    )


def _edits(situation: Situation) -> Iterator[Trial]:
    """Open, close, move and change in turns, at doors of homes that are on the streets."""
    random = np.random.default_rng(3)
    places = situation.counted["place_id"].to_numpy()
    homes = situation.homes.geometry[situation.homes["edge"] >= 0]
    for number in range(EDITS_N):
        action = TRIAL_ACTIONS[number % len(TRIAL_ACTIONS)]
        door = homes.iloc[random.integers(len(homes))]
        yield Trial(
            action,
            "" if action == "open" else str(random.choice(places)),
            xy=(door.x, door.y) if action in ("open", "move") else None,
            frequency=str(random.choice(["monthly", "weekly", "permanent"])),
        )


def _against_copying(situation: Situation) -> Row:
    """Compare the search of all nodes with copying the arrays that it reads and writes, once."""
    unit = situation.walking.s
    streets, seeds = streets_of(unit.measure), _seeds(situation)
    tree = settle(streets, seeds, FARTHEST)
    touched = [*streets, *tree]
    copies = [np.empty_like(part) for part in touched]
    mib = sum(part.nbytes for part in touched) / 2**20

    def copy() -> None:
        for part, room in zip(touched, copies, strict=True):
            np.copyto(room, part)

    return against(
        "search_against_copying",
        lambda: settle(streets, seeds, FARTHEST),
        copy,
        peer_name="numpy.copyto of what it touches",
        size=f"{len(tree[0]):,} nodes, {mib:.1f} MiB",
        runs=15,
    )


def _seeds(situation: Situation, places_n: int = PLACES_N) -> tuple[np.ndarray, ...]:
    nodes_n = len(situation.network.node_xy)
    nodes = np.sort(np.random.default_rng(4).choice(nodes_n, places_n, replace=False))
    return nodes, np.zeros(places_n), np.arange(places_n)


def _more_nodes(situation: Situation) -> Iterator[Row]:
    for factor in FACTORS:
        network, _ = cut(situation.network, factor * NODES_N)
        measure = seconds(network, situation.walking.walker)
        streets, seeds = streets_of(measure), _seeds(situation)
        size = f"{len(network.node_xy):,} nodes, {PLACES_N} places: one search"
        yield _growth("nodes", factor, lambda s=streets, o=seeds: settle(s, o, FARTHEST), size)


def _more_places(situation: Situation) -> Iterator[Row]:
    streets = streets_of(situation.walking.s.measure)
    for factor in FACTORS:
        seeds = _seeds(situation, factor * PLACES_N)
        size = f"{NODES_N:,} nodes, {factor * PLACES_N:,} places: one search"
        yield _growth("places", factor, lambda o=seeds: settle(streets, o, FARTHEST), size)


def _more_homes(situation: Situation) -> Iterator[Row]:
    """Measure one layer for homes that stand there 1, 4, 16 times."""
    layering, walking = situation.layering(LAYER), situation.walking
    for factor in FACTORS:
        residents = pd.concat([situation.residents] * factor, ignore_index=True)
        home_area = np.tile(layering.home_area, factor)
        access = {
            name: Access(*(np.tile(part, factor) for part in _walks(one)), one.counts)
            for name, one in situation.access(walking).items()
        }
        journeys = situation.journeys(walking)
        longer = Journeys(_repeated(journeys.m, factor), _repeated(journeys.s, factor))
        many = Layering(layering.areas, home_area, layering.place_area)

        def one_layer(
            residents: pd.DataFrame = residents,
            many: Layering = many,
            access: dict[str, Access] = access,
            longer: Journeys = longer,
        ) -> pd.DataFrame:
            speed = walking.walker.speed_m_per_min
            limits = situation.parameters.limits
            return coverage(residents, many, access, longer, limits=limits, speed_m_per_min=speed)

        size = f"{len(residents):,} homes, {PLACES_N} places: one layer from known walks"
        yield _growth("homes", factor, one_layer, size)


def _walks(access: Access) -> tuple[np.ndarray, ...]:
    return access.walk_m, access.walk_s, access.straight_m


def _repeated(found: Walks, factor: int) -> Walks:
    homes = np.concatenate([found.home + number * found.homes_n for number in range(factor)])
    origin, walk = np.tile(found.origin, factor), np.tile(found.walk, factor)
    return replace(found, origin=origin, home=homes, walk=walk, homes_n=factor * found.homes_n)


def _growth(what: str, factor: int, work: Callable[[], object], size: str, runs: int = 5) -> Row:
    work()
    took_s = [_timed(work) for _ in range(runs)]
    return Row(
        name=f"{what}_x{factor}",
        ours_s=statistics.median(took_s),
        runs=runs,
        min_s=min(took_s),
        max_s=max(took_s),
        size=size,
        versions=versions(),
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began

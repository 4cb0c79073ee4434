"""A certificate, a question and its streets as arrays that a file holds, and back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

import numpy as np

from geo.arrays import IntArray
from geo.siting import Covers, Demand, Options, Problem, Rules, Stage, TargetRule
from geo.siting.certificate import Certificate, Proof
from geo.siting.prices import Prices
from geo.walking.graph import SearchGraph
from services.plans.streets import WalkedStreets

HOME = ("weight", "unit", "reached_n", "walk")


def arrays_of(certificate: Certificate) -> dict[str, np.ndarray]:
    """Return the arrays of all proofs, named by the number of the goal."""
    arrays: dict[str, np.ndarray] = {}
    for number, proof in enumerate(certificate.proofs):
        arrays[f"multipliers_{number}"] = proof.multipliers
        arrays[f"nodes_{number}"] = proof.nodes
        arrays[f"walk_{number}"] = np.array(proof.walk)
    return arrays


def arrays_of_prices(prices: Prices) -> dict[str, np.ndarray]:
    """Return the arrays of the prices of a plan over years."""
    return {"share": prices.share, "row": prices.row, "opening": prices.opening}


def prices_of(arrays: Mapping[str, np.ndarray]) -> Prices:
    """Return the prices that a file holds; what is missing fits nothing."""
    names = ("share", "row", "opening")
    return Prices(*(np.asarray(arrays.get(name, np.empty(0)), dtype=float) for name in names))


def certificate_of(
    arrays: Mapping[str, np.ndarray], goals: Sequence[tuple[str, float, IntArray]]
) -> Certificate:
    """
    Return the certificate that a file holds; a goal without arrays has a proof that fits nothing.

    Parameters
    ----------
    arrays
        As the file has them.
    goals
        Objective, claimed bound and witness of each goal in turn.
    """
    proofs = []
    for number in range(len(goals)):
        multipliers = np.asarray(arrays.get(f"multipliers_{number}", np.empty((0, 0))), dtype=float)
        nodes = np.asarray(arrays.get(f"nodes_{number}", np.empty((0, 4))), dtype=np.int64)
        walk = np.asarray(arrays.get(f"walk_{number}", np.nan), dtype=float)
        proofs.append(Proof(multipliers, nodes, float(walk) if walk.ndim == 0 else np.nan))
    names, bounds, witnesses = zip(*goals, strict=True)
    return Certificate(names, tuple(proofs), bounds, witnesses)


def arrays_of_question(problem: Problem) -> dict[str, np.ndarray]:
    """Return a question as arrays: options, groups of homes, who covers whom, and rules and goals as JSON."""
    options, demand, covers = problem.options, problem.demand, problem.covers
    told = {"rules": asdict(problem.rules), "stages": [asdict(one) for one in problem.stages]}
    return {
        **{f"option_{one.name}": getattr(options, one.name) for one in fields(options)},
        **{f"home_{name}": getattr(demand, name) for name in HOME},
        "covers_n": np.bincount(covers.option, minlength=covers.options_n).astype(np.int32),
        "covers_home": covers.home.astype(np.int32),
        "covers_walk": covers.walk,
        "limit": np.array(covers.limit),
        "told": np.array(json.dumps(told, ensure_ascii=False)),
    }


def question_of(arrays: Mapping[str, np.ndarray]) -> Problem:
    """
    Return the question that a file holds.

    Raises
    ------
    ValueError, LookupError, TypeError, ArukebaError
        It is not whole.
    """
    options = Options(**{one.name: arrays[f"option_{one.name}"] for one in fields(Options)})
    weight, unit, reached_n, walk = (arrays[f"home_{name}"] for name in HOME)
    demand = Demand(weight, unit, reached_n, walk)
    told = json.loads(str(arrays["told"]))
    targets = tuple(
        TargetRule(**{**one, "options": tuple(one["options"])}) for one in told["rules"]["targets"]
    )
    n, homes_n = len(options), len(demand.weight)
    home, covers_n = arrays["covers_home"], arrays["covers_n"]
    of_options = [getattr(options, one.name) for one in fields(options) if one.name != "xy"]
    _require(
        *(one.shape == (n,) for one in [*of_options, covers_n]),
        *(one.shape == (homes_n,) for one in (unit, reached_n, walk)),
        *(one.shape == (int(covers_n.sum()),) for one in (home, arrays["covers_walk"])),
        *(one.dtype.kind == "i" for one in (options.owner, options.place, unit, reached_n)),
        *(one.dtype.kind == "b" for one in (options.must, options.must_not)),
        *(_within(home, homes_n), _within(covers_n, len(home) + 1), options.xy.shape == (n, 2)),
        *(_within(np.array(one.options, dtype=float), n) for one in targets),
    )
    covers = Covers(
        np.repeat(np.arange(len(options)), arrays["covers_n"]),
        arrays["covers_home"].astype(np.int64),
        arrays["covers_walk"],
        len(options),
        len(demand.weight),
        float(arrays["limit"]),
    )
    rules = Rules(**{**told["rules"], "targets": targets})
    return Problem(options, demand, covers, rules, tuple(Stage(**one) for one in told["stages"]))


def arrays_of_streets(streets: WalkedStreets) -> dict[str, np.ndarray]:
    """Return the streets that a plan was walked on, measure by measure, as arrays."""
    arrays = {"streets_weight": streets.weight, "streets_limits": np.array(streets.limits)}
    for number, ways in enumerate(streets.ways):
        for one in fields(ways):
            arrays[f"streets_{number}_{one.name}"] = _narrow(getattr(ways, one.name))
    return arrays


def streets_of(arrays: Mapping[str, np.ndarray]) -> WalkedStreets:
    """
    Return the streets that a file holds.

    Raises
    ------
    ValueError, LookupError, TypeError
        They are not whole.
    """
    limits = arrays["streets_limits"].tolist()
    ways = [
        SearchGraph(
            **{
                one.name: _wide(arrays[f"streets_{number}_{one.name}"])
                for one in fields(SearchGraph)
            }
        )
        for number in range(len(limits))
    ]
    weight = arrays["streets_weight"]
    for one in ways:
        stands_n, sets_n = len(one.start) - 1, len(one.tolls)
        seeds = (one.seed_set.shape, one.seed_node.shape, one.seed_cost.shape)
        _require(
            one.tolls.shape == (sets_n, len(one.node)) and one.start[0] == 0,
            bool((np.diff(one.start) >= 0).all()) and one.start[-1] == len(one.node),
            len(set(seeds)) == 1 and one.direct_home.shape == one.direct_walk.shape,
            one.home_node.shape == one.home_cost.shape == (2, len(weight)),
            *(_within(each, stands_n) for each in (one.node, one.seed_node, one.home_node)),
            *(_within(one.seed_set, sets_n), _within(one.direct_home, len(weight))),
        )
    return WalkedStreets(tuple(ways), tuple(limits), weight)


def _require(*holds: bool) -> None:
    if not all(holds):
        raise ValueError("arrays that do not fit each other")


def _within(position: np.ndarray, n: int) -> bool:
    return bool(((position >= 0) & (position < n)).all())


def _narrow(array: np.ndarray) -> np.ndarray:
    """Return whole numbers in half the room: a network has fewer than 2³¹ stands."""
    return array.astype(np.int32) if array.dtype == np.int64 else array


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.int64) if array.dtype == np.int32 else array

"""What must and must not be chosen: the lists of a question, and those that councils keep."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from geo.arrays import BoolArray
from geo.coverage.reached import at_least
from geo.errors import InvalidInputError, Sentence
from geo.vocabulary import FREQUENCIES
from services.plans.ask import PlanAsk
from services.profile import CouncilList
from services.situation.view import Situation

NAMED_BY = ("venue_id", "place_id", "venue_name")


@dataclass(frozen=True, eq=False)
class Marks:
    """Which options must be chosen, which must not, and which council's list says so (or nobody's)."""

    must: BoolArray
    must_not: BoolArray
    of_council: list[str]
    why: list[str]


def marked(options: gpd.GeoDataFrame, ask: PlanAsk, situation: Situation) -> Marks:
    """
    Mark the options of a question.

    A council's list holds in every plan, unless the question leaves the lists out; what it names
    and a plan cannot choose from is passed over, but for a must-have of the council that asks.

    Raises
    ------
    InvalidInputError
        A list names what is no candidate, or two lists contradict each other.
    """
    must = _must(options, ask.must, ask)
    must_not = _all(options, ask.must_not)
    of_council = [""] * len(options)
    why = [""] * len(options)
    for one in situation.profile.planning.council_lists if ask.council_lists else []:
        wanted = _present(options, _open(one.must, situation, ask), one, ask)
        chosen = _must(options, wanted, ask)
        left = _all(options, [name for name in one.must_not if _rows(options, name).any()])
        if (both := (chosen & must_not) | (left & must)).any():
            raise _contradiction(str(options["venue_name"].to_numpy()[both][0]), one.council)
        for row in np.flatnonzero(chosen | left).tolist():
            of_council[row], why[row] = one.council, one.why
        must, must_not = must | chosen, must_not | left
    return Marks(must, must_not, of_council, why)


def _rows(options: gpd.GeoDataFrame, name: str) -> BoolArray:
    """Say which options a name means: the id of a candidate, of its venue or place, or a name."""
    same = (options["candidate_id"] == name).to_numpy()
    for column in NAMED_BY:
        same = same if same.any() else (options[column] == name).to_numpy()
    return np.asarray(same, dtype=bool)


def _all(options: gpd.GeoDataFrame, names: Sequence[str]) -> BoolArray:
    """Return all options that a list names."""
    found = np.zeros(len(options), dtype=bool)
    unknown = []
    for name in names:
        same = _rows(options, name)
        if not same.any():
            unknown.append(name)
        found |= same
    if unknown:
        raise _no_candidate(unknown, options)
    return found


def _must(options: gpd.GeoDataFrame, names: Sequence[str], ask: PlanAsk) -> BoolArray:
    """
    Return one option a site of those that a list names.

    Of several classes it is the rarest that counts in the question: a hall that must be there need
    not be open all week.
    """
    named = _all(options, names)
    exact = named & options["candidate_id"].isin(list(names)).to_numpy()
    counts = at_least(options["target_class"], ask.frequency)
    rank = options["target_class"].map(FREQUENCIES.index).to_numpy(dtype=np.int64)
    rank = np.where(counts, rank, rank + len(FREQUENCIES))
    kept = exact.copy()
    site = options["site"].to_numpy(dtype=np.int64)
    for one in np.unique(site[named & ~np.isin(site, site[exact])]).tolist():
        here = np.flatnonzero(named & (site == one))
        kept[here[np.argmin(rank[here])]] = True
    return kept


def _open(names: Sequence[str], situation: Situation, ask: PlanAsk) -> list[str]:
    """Return the names without those where a place meets as often as is asked already."""
    counted = situation.counted
    met = counted[at_least(counted["venue_frequency"], ask.frequency)]
    fulfilled = set(met[["venue_id", "place_id", "venue_name", "name"]].to_numpy().ravel())
    return [name for name in names if name not in fulfilled]


def _present(
    options: gpd.GeoDataFrame, names: list[str], wish: CouncilList, ask: PlanAsk
) -> list[str]:
    missing = [name for name in names if not _rows(options, name).any()]
    if missing and ask.council in ("", wish.council):
        raise _no_candidate(missing, options, wish.council)
    return [name for name in names if name not in missing]


def _no_candidate(
    names: Sequence[str], options: gpd.GeoDataFrame, council: str = ""
) -> InvalidInputError:
    known = dict.fromkeys(options["venue_name"].astype(str))
    near = [one for one in known if any(name and name in one for name in names)]
    if near:
        # Halls of one name are told apart by more than that name.
        return InvalidInputError(
            "there is no candidate {names}; similar names: {near}", names=list(names), near=near
        )
    if not council:
        return InvalidInputError(
            "there is no candidate {names}: give its id or its name, and see that no "
            "filter leaves it out",
            names=list(names),
        )
    return InvalidInputError(
        "{council} must have {names}, which is no candidate: see that no filter "
        "leaves it out, correct the list in the profile, or ask without the "
        "councils' lists (council_lists)",
        council=council,
        names=list(names),
    )


def _contradiction(name: str, council: str) -> InvalidInputError:
    return InvalidInputError(
        "{name}: the list of {council} and another say the opposite; take it off one of them, "
        "or ask without the councils' lists (council_lists)",
        name=name or Sentence("a candidate"),
        council=council,
    )

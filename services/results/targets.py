"""Targets: which places a target of the profile counts, and how it is told beside its number."""

from typing import Any

import numpy as np
import pandas as pd

from geo.coverage.reached import at_least
from services.profile import Target


def meets_target(places: pd.DataFrame, target: Target) -> np.ndarray:
    """
    Return (places,) which of the counted places a target counts.

    Of any kind by the class of their venue, all its groups together; of one kind by their own.
    """
    if not target.kind:
        return at_least(places["venue_frequency"], target.frequency)
    often = at_least(places["frequency"], target.frequency)
    return often & (places["kind"] == target.kind).to_numpy(dtype=bool)


def target_beside(places: pd.DataFrame, target: Target, reached: int) -> dict[str, Any]:
    """
    Return what is missing of a target, and what nobody knows.

    ``unknown_n`` are places of unknown days that may count; ``kinds_there`` the kinds that there are
    where no place is of the target's: it may be a typing error.
    """
    of_kind = places if not target.kind else places[places["kind"] == target.kind]
    unknown = of_kind["days_unknown"].astype(bool) & ~meets_target(of_kind, target)
    kinds = sorted({str(kind) for kind in places["kind"]} - {""}) if of_kind.empty else []
    return {
        "kind": target.kind,
        "missing": max(target.number - reached, 0),
        "unknown_n": int(unknown.sum()),
        "kind_is_there": not target.kind or len(of_kind) > 0,
        "kinds_there": kinds if target.kind else [],
    }

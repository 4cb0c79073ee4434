"""Seats of a place: those that are known, those that follow from its floor area, those that are assumed."""

import numpy as np
import pandas as pd

from services.profile import Provision

REGISTRY, FLOOR_AREA, ASSUMED = "registry", "floor_area", "assumed"
"""Where the seats of a place come from."""


def capacities(places: pd.DataFrame, rules: Provision) -> pd.DataFrame:
    """
    Return ``seats_per_session`` of each place and ``seats_from``.

    The capacity of the registry; else its floor area at so many m² a person, at least one; else the
    assumed number. What is 0 or less is not known.
    """
    capacity, floor_m2 = (
        pd.to_numeric(places[name]).astype(float) for name in ("capacity", "floor_area_m2")
    )
    by_floor = (floor_m2 // rules.m2_per_person).clip(lower=1.0)
    seats = capacity.where(capacity > 0, by_floor.where(floor_m2 > 0, rules.seats_per_session))
    known = np.where(floor_m2 > 0, FLOOR_AREA, ASSUMED)
    return pd.DataFrame(
        {"seats_per_session": seats, "seats_from": np.where(capacity > 0, REGISTRY, known)},
        index=places.index,
    )

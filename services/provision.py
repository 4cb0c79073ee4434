"""Provision: seats of every place, and what each area has and lacks of them."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.coverage import FREQUENCIES, at_least
from geo.network import FloatArray
from geo.provision import Supply, Uptake, provide, provision, seats_per_week
from services.naming import WHOLE, layers_of, named, named_whole, unlocated, whole
from services.profile import Provision
from services.situation import Situation
from services.texts import age_group_text, is_figure, limit_text, number, people, text

PROVISION_COLUMNS = (
    *("layer", "area_id", "area_name", "version", "frequency", "age_group"),
    *("walk_limit_m", "walk_limit_min", "profile", "residents", "residents_unlocated"),
    *("places_n", "places_seats_assumed_n", "places_per_1000", "seats_per_week"),
    *("seats_needed_per_week", "seats_missing_per_week", "places_missing_n"),
    *("residents_served", "residents_over_capacity", "residents_outside"),
    *("participants_low", "participants_central", "participants_high", "access_seats_per_100"),
    *("approximate", "draft", "remainder", "residents_estimated"),
)

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


def uptake_of(rules: Provision) -> Uptake:
    """Return how many residents take part, as the profile assumes it."""
    return Uptake(rules.participation_pct / 100, rules.decay_short_m, rules.decay_long_m)


def provision_frame(situation: Situation) -> pd.DataFrame:
    """
    Return what each area of each layer, and the whole, has of seats (``PROVISION_COLUMNS``).

    Within the main limit, on foot as the main profile walks. Residents with room, those without,
    those beyond the limit and ``residents_unlocated`` (nobody knows where they live) are all
    residents. ``places_missing_n`` are further weekly places of the assumed size.
    """
    rules = situation.profile.provision
    capacity = capacities(situation.counted, rules)
    supplies = _supplies(situation, capacity["seats_per_session"].to_numpy())
    provided = provide(situation.residents, supplies, uptake_of(rules))
    assumed = (capacity["seats_from"] == ASSUMED).to_numpy()
    rows = []
    for layer, layering in [*layers_of(situation), (None, whole(situation))]:
        frame = provision(provided, layering)
        frame["places_seats_assumed_n"] = _assumed_n(frame, supplies, assumed, layering.place_area)
        rows.append(
            named_whole(frame, situation)
            if layer is None
            else named(frame, situation, layer, layering)
        )
    table = pd.concat(rows, ignore_index=True)
    return _with_unlocated(table, situation)[list(PROVISION_COLUMNS)]


def _supplies(situation: Situation, seats: FloatArray) -> dict[str, Supply]:
    access, counted = situation.access(situation.walking), situation.counted
    weekly = seats_per_week(seats, counted["sessions_per_month"].to_numpy(dtype=float))
    return {
        frequency: Supply(
            situation.within_limit,
            access[frequency].walk_m,
            weekly,
            at_least(counted["venue_frequency"], frequency),
        )
        for frequency in FREQUENCIES
    }


def _assumed_n(
    frame: pd.DataFrame, supplies: Mapping[str, Supply], assumed: np.ndarray, place_area: np.ndarray
) -> np.ndarray:
    """Return for each row how many of its places have seats that are only assumed."""
    found = np.zeros(len(frame), dtype=np.int64)
    for frequency, supply in supplies.items():
        of_area = pd.Series(place_area[supply.counts & assumed]).value_counts()
        rows = (frame["frequency"] == frequency).to_numpy()
        found[rows] = frame.loc[rows, "area"].map(of_area).fillna(0).to_numpy(dtype=np.int64)
    return found


def _with_unlocated(table: pd.DataFrame, situation: Situation) -> pd.DataFrame:
    """Add those whose home nobody knows to the remainder, as coverage does, and to the whole."""
    rules = situation.profile.provision
    everywhere = (table["remainder"] | (table["layer"] == WHOLE)).to_numpy()
    lost = unlocated(table["age_group"], situation) * everywhere
    residents = table["residents"] + lost
    people_there = residents.where(residents > 0)
    # A whisker less, so that a sum of floats that should be whole is not one place more.
    places = np.ceil(table["seats_missing_per_week"] / rules.seats_per_session - 1e-9)
    return table.assign(
        residents=residents,
        residents_unlocated=lost,
        places_per_1000=1000.0 * table["places_n"] / people_there,
        seats_needed_per_week=rules.participation_pct / 100 * residents,
        places_missing_n=np.maximum(places, 0.0),
    )


def provision_sentences(row: Mapping[Hashable, Any], lang: str) -> list[str]:
    """Say a row of the provision as a council reads it; of hidden figures only that they are."""
    age_group = age_group_text(str(row["age_group"]), lang)
    if row.get("suppressed"):
        return [text("sentence.hidden", lang, age_group=age_group)]
    if not is_figure(row["places_per_1000"]):
        return [text("provision.nobody", lang, age_group=age_group)]
    words = {
        "age_group": age_group,
        "frequency": text(f"frequency.{row['frequency']}", lang),
        "limit": limit_text(row["walk_limit_m"], row["walk_limit_min"], lang),
        "per_1000": f"{row['places_per_1000']:.1f}",
        "seats": number(row["seats_per_week"]),
        "needed": number(row["seats_needed_per_week"]),
        "missing": number(row["seats_missing_per_week"]),
        "places": number(row["places_missing_n"]),
        "assumed": number(row["places_seats_assumed_n"]),
        "low": people(row["participants_low"], lang),
        "high": people(row["participants_high"], lang),
    } | {
        name: people(row[f"residents_{name}"], lang)
        for name in ("served", "over_capacity", "outside")
    }
    keys = ["provision.seats", "provision.ways"]
    keys += ["provision.missing"] if row["places_missing_n"] > 0 else []
    keys += ["provision.participants"]
    keys += ["provision.assumed"] if row["places_seats_assumed_n"] > 0 else []
    return [text(key, lang, **words) for key in keys]

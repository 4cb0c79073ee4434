"""Provision: seats of every place, and what each area has and lacks of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo.arrays import FloatArray
from geo.coverage.provision import Offer, Uptake, access_bounds, provide, provision, seats_per_week
from geo.coverage.reached import Layering, at_least
from geo.demand.homes import HIGH, LOW
from geo.vocabulary import FREQUENCIES
from services.profile import Provision
from services.situation.intervals import ends_of
from services.situation.naming import every_layer, unlocated
from services.situation.seats import ASSUMED, capacities
from services.situation.view import Situation
from services.words.texts import age_group_text, is_figure, limit_text, number, people, text

PROVISION_COLUMNS = (
    *("layer", "area_id", "area_name", "version", "frequency", "age_group"),
    *("walk_limit_m", "walk_limit_min", "profile", "residents", "residents_unlocated"),
    *("places_n", "places_seats_assumed_n", "seats_per_week"),
    *("places_per_1000", "places_per_1000_low", "places_per_1000_high"),
    *("seats_needed_per_week", "seats_missing_per_week", "places_missing_n"),
    *("residents_served", "residents_over_capacity", "residents_outside"),
    *("participants_low", "participants_central", "participants_high"),
    *("access_seats_per_100", "access_seats_per_100_low", "access_seats_per_100_high"),
    *("approximate", "draft", "remainder", "residents_estimated"),
)


def uptake_of(rules: Provision) -> Uptake:
    """Return how many residents take part, as the profile assumes it."""
    return Uptake(rules.participation_pct / 100, rules.decay_short_m, rules.decay_long_m)


def provision_frame(situation: Situation) -> pd.DataFrame:
    """
    Return what each area of each layer, and the whole, has of seats (``PROVISION_COLUMNS``).

    Within the main limit, on foot as the main profile walks. Residents with room, those without,
    those beyond the limit and ``residents_unlocated`` (nobody knows where they live) are all
    residents. ``places_missing_n`` are further weekly places of the assumed size. Where the
    source hides counts, rates have the least and the most that they can be (an end that has no
    bound is NaN), and the range of those who may come is as wide as both the decay and the hidden
    counts make it.
    """
    rules = situation.profile.provision
    capacity = capacities(situation.counted, rules)
    supplies = _supplies(situation, capacity["seats_per_session"].to_numpy())
    provided = provide(situation.residents, supplies, uptake_of(rules))
    assumed = (capacity["seats_from"] == ASSUMED).to_numpy()
    ends = ends_of(situation)
    provided_ends = [provide(people, supplies, uptake_of(rules)) for people in ends]

    def measure(layering: Layering) -> pd.DataFrame:
        frame = provision(provided, layering)
        frame["places_seats_assumed_n"] = _assumed_n(frame, supplies, assumed, layering.place_area)
        frame = _with_ends(frame, [provision(one, layering) for one in provided_ends])
        return frame.assign(**_access_ends(frame, supplies, layering, ends))

    table = every_layer(situation, "provision", measure)
    return _with_unlocated(table, situation)[list(PROVISION_COLUMNS)]


def _with_ends(frame: pd.DataFrame, ends: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the least and the most of those who may come and of the residents there are."""
    every = [frame, *ends]
    least, most = (
        {
            name: reduce([one[name].to_numpy(dtype=float) for one in every])
            for name in ("residents", "participants_low", "participants_high")
        }
        for reduce in (np.minimum.reduce, np.maximum.reduce)
    )
    return frame.assign(
        residents_low=least["residents"],
        residents_high=most["residents"],
        participants_low=least["participants_low"],
        participants_high=most["participants_high"],
    )


def _access_ends(
    frame: pd.DataFrame,
    supplies: Mapping[str, Offer],
    layering: Layering,
    ends: Sequence[pd.DataFrame],
) -> dict[str, np.ndarray]:
    """Return both ends of the seats by two-step catchments, in the order of the rows."""
    shown = frame["access_seats_per_100"].to_numpy(dtype=float)
    low, high = shown, shown
    if ends:
        fewest, highest = (end.to_numpy(dtype=float) for end in ends)
        found = [
            access_bounds(supply, layering, fewest[:, group], highest[:, group])
            for supply in supplies.values()
            for group in range(fewest.shape[1])
        ]
        low, high = (100.0 * np.concatenate(part) for part in zip(*found, strict=True))
    return {"access_seats_per_100_low": low, "access_seats_per_100_high": high}


def _supplies(situation: Situation, seats: FloatArray) -> dict[str, Offer]:
    access, counted = situation.access(situation.walking), situation.counted
    weekly = seats_per_week(seats, counted["sessions_per_month"].fillna(0.0).to_numpy())
    return {
        frequency: Offer(
            situation.within_limit,
            access[frequency].walk_m,
            weekly,
            at_least(counted["venue_frequency"], frequency),
        )
        for frequency in FREQUENCIES
    }


def _assumed_n(
    frame: pd.DataFrame, supplies: Mapping[str, Offer], assumed: np.ndarray, place_area: np.ndarray
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
    lost = unlocated(table, situation)
    residents = table["residents"] + lost
    fewest, highest = (
        table[f"residents{end}"] + unlocated(table, situation, end) for end in (LOW, HIGH)
    )
    # A whisker less, so that a sum of floats that should be whole is not one place more.
    places = np.ceil(table["seats_missing_per_week"] / rules.seats_per_session - 1e-9)
    return table.assign(
        residents=residents,
        residents_unlocated=lost,
        places_per_1000=_per_1000(table["places_n"], residents),
        places_per_1000_low=_per_1000(table["places_n"], highest),
        places_per_1000_high=_per_1000(table["places_n"], fewest).mask(
            (table["places_n"] == 0) & (highest > 0), 0.0
        ),
        seats_needed_per_week=rules.participation_pct / 100 * residents,
        places_missing_n=np.maximum(places, 0.0),
    )


def _per_1000(places_n: "pd.Series[int]", residents: "pd.Series[float]") -> "pd.Series[float]":
    return 1000.0 * places_n / residents.where(residents > 0)


def provision_sentences(row: Mapping[str, Any], lang: str, few: int = 0) -> list[str]:
    """Say a row of the provision as a council reads it; ``few`` as in ``people``."""
    age_group = age_group_text(str(row["age_group"]), lang)
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
        "low": people(row["participants_low"], lang, few),
        "high": people(row["participants_high"], lang, few),
    } | {
        name: people(row[f"residents_{name}"], lang, few)
        for name in ("served", "over_capacity", "outside")
    }
    keys = ["provision.seats", "provision.ways"]
    keys += ["provision.missing"] if row["places_missing_n"] > 0 else []
    keys += ["provision.participants"]
    keys += ["provision.assumed"] if row["places_seats_assumed_n"] > 0 else []
    return [text(key, lang, **words) for key in keys]

"""Slots: which residents have a place on which weekday and half of the day; weekly by combination."""

from collections.abc import Callable, Hashable, Mapping

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from geo.arrays import IntArray
from geo.coverage.reached import Layering, Limit, at_least
from geo.coverage.slots import (
    Pairs,
    SlotPatterns,
    combined_figures,
    combined_homes,
    combined_rows,
    reached_homes,
    slot_figures,
    slot_rows,
)
from geo.schedule.calendar import combined_weeks
from services.situation.intervals import Bounds, Ends, unknown_most
from services.situation.naming import layers_of, named, unlocated
from services.situation.view import Situation
from services.words.shares import share, share_of
from services.words.texts import age_group_text, is_figure, limit_text, text

SLOT_COLUMNS = (
    *("layer", "area_id", "area_name", "version", "frequency", "weekday", "half_day"),
    *(
        "age_group",
        "walk_limit_m",
        "walk_limit_min",
        "residents",
        "reached",
        "coverage_pct",
        "coverage_low_pct",
        "coverage_high_pct",
        "reached_with_unknown",
        "places_n",
    ),
    *("approximate", "draft", "remainder", "residents_estimated"),
)
COMBINED_COLUMNS = (
    *(
        "layer",
        "area_id",
        "area_name",
        "version",
        "age_group",
        "walk_limit_m",
        "walk_limit_min",
        "residents",
    ),
    *("reached", "coverage_pct", "coverage_low_pct", "coverage_high_pct"),
    *("reached_combined", "combined_pct", "combined_low_pct", "combined_high_pct"),
    *("approximate", "draft", "remainder", "residents_estimated"),
)
_NAMES = ("layer", "area_id", "area_name", "version")
_SHARES = {"reached": "coverage", "reached_combined": "combined"}
_Measure = Callable[[Layering, pd.DataFrame], pd.DataFrame]
SLOT_FREQUENCIES = {"weekly": "slots_weekly", "monthly": "slots_monthly"}
"""A slot has a place every week, or at least every month; the column of places that says so."""
BY_DATE = "by_date"
"""Of places whose days are known as dates of the month, which fall on any weekday."""


def pairs_within(situation: Situation) -> dict[Limit, Pairs]:
    """Return for each limit the places and homes within it of each other, by the main profile."""
    journeys = situation.journeys(situation.walking)
    homes_n = len(situation.homes)
    return {limit: Pairs(*journeys.within(limit), homes_n) for limit in situation.parameters.limits}


def slots_frame(situation: Situation) -> pd.DataFrame:
    """
    Return for each layer who has a place on each weekday and half of the day (``SLOT_COLUMNS``).

    ``frequency`` is weekly where the hall meets in the slot every week, monthly at least every
    month. Places whose weekday or hours are not known count nowhere (``slots_unknown`` marks them) but
    in ``reached_with_unknown``, where they meet in every slot that they may.
    """
    place_slots = {
        frequency: situation.counted[column].to_numpy(dtype=np.int64)
        for frequency, column in SLOT_FREQUENCIES.items()
    }
    might = {name: bits | _open_slots(situation, name) for name, bits in place_slots.items()}
    known = all(np.array_equal(might[name], bits) for name, bits in place_slots.items())

    def of_homes(slots: Mapping[str, IntArray]) -> dict[tuple[str, Limit], SlotPatterns]:
        return {
            (frequency, limit): SlotPatterns.of(
                combined_weeks(pairs.origin, pairs.home, bits, pairs.homes_n)
            )
            for frequency, bits in slots.items()
            for limit, pairs in pairs_within(situation).items()
        }

    home_slots = situation.shared("home_slots", lambda: of_homes(place_slots))
    home_might = None
    if not known:
        home_might = situation.shared("home_slots_with_unknown", lambda: of_homes(might))
    groups, asked = situation.residents.columns, list(home_slots)
    rows = situation.shared(
        "slot_rows",
        lambda: _rows(situation, lambda one: slot_rows(groups, one, place_slots, asked)),
    )
    figures = _figures(
        situation, lambda one, people: slot_figures(people, one, home_slots, home_might)
    )
    return _told(rows, figures, situation)[list(SLOT_COLUMNS)]


def _open_slots(situation: Situation, frequency: str) -> IntArray:
    """Return (places,) the slots in which each may meet that often; a known monthly place is never weekly."""
    counted = situation.counted
    often = at_least(counted["venue_frequency"], frequency) | situation.unknown_days(frequency)
    return np.where(often, counted["slots_open"].to_numpy(dtype=np.int64), 0)


def combined_frame(situation: Situation) -> pd.DataFrame:
    """Return for each layer who is weekly-reached by several halls only (``COMBINED_COLUMNS``)."""
    weekly = at_least(situation.counted["venue_frequency"], "weekly")
    weeks = situation.counted["weeks_mask"].to_numpy(dtype=np.int64)
    homes = situation.shared(
        "combined_homes",
        lambda: {
            limit: (reached_homes(near, weekly), combined_homes(near, weekly=weekly, weeks=weeks))
            for limit, near in pairs_within(situation).items()
        },
    )

    groups = situation.residents.columns
    rows = situation.shared(
        "combined_rows", lambda: _rows(situation, lambda one: combined_rows(groups, one, homes))
    )
    figures = _figures(situation, lambda one, people: combined_figures(people, one, homes))
    return _told(rows, figures, situation)[list(COMBINED_COLUMNS)]


def slot_sentence(row: Mapping[Hashable, object], lang: str) -> str:
    """Say one row of the slots: 「火曜の午前に歩いて行ける場がある人: 65歳以上の25.0％」."""
    age_group = age_group_text(str(row["age_group"]), lang)
    if not row["residents"] or not is_figure(row["coverage_pct"]):
        return text("slot.nobody", lang, age_group=age_group)
    return text(
        f"slot.sentence.{row['frequency']}",
        lang,
        weekday=text(f"weekday.{row['weekday']}", lang),
        half_day=text(f"half_day.{row['half_day']}", lang),
        age_group=age_group,
        share=share(share_of(row, "coverage", part="reached", whole="residents"), lang),
        limit=limit_text(row["walk_limit_m"], row["walk_limit_min"], lang),
    )


def unknown_sentence(places: pd.DataFrame, lang: str) -> str:
    """Say how many counted places are in no slot, or not in all of theirs; '' where none is."""
    lacking = places.loc[places["counts"], "slots_unknown"]
    counts = {
        "slot.unknown": int((~lacking.isin(["", BY_DATE])).sum()),
        "slot.by_date": int((lacking == BY_DATE).sum()),
    }
    said = [text(key, lang, n=n) for key, n in counts.items() if n]
    return text("text.stop", lang).join(said)


def combined_sentence(row: Mapping[Hashable, object], lang: str) -> str:
    """Say who is weekly-reached by several halls only; '' where nobody is."""
    if not is_figure(row["combined_pct"]) or not row["reached_combined"]:
        return ""
    return text(
        "combined.sentence",
        lang,
        age_group=age_group_text(str(row["age_group"]), lang),
        share=share(share_of(row, "combined", part="reached_combined", whole="residents"), lang),
        limit=limit_text(row["walk_limit_m"], row["walk_limit_min"], lang),
    )


def _rows(situation: Situation, keys: Callable[[Layering], pd.DataFrame]) -> pd.DataFrame:
    """Return what the rows of all layers are about, their areas named."""
    frames = []
    for layer, layering in layers_of(situation):
        frame = named(keys(layering), situation, layer, layering)
        frames.append(frame.assign(**{name: _as_words(frame[name]) for name in _NAMES}))
    return _stack(frames)


def _figures(situation: Situation, measure: _Measure) -> Ends:
    """Measure every layer, with the ends of what its source hides."""

    def measured(people: pd.DataFrame) -> pd.DataFrame:
        tables = [measure(layering, people) for _, layering in layers_of(situation)]
        return pd.concat(tables, ignore_index=True)

    return Ends.of(situation, measured)


def _told(rows: pd.DataFrame, figures: Ends, situation: Situation) -> pd.DataFrame:
    """Return rows with their figures; the remainder has those whose home nobody knows, as in coverage."""
    found = figures.likely
    residents = found["residents"] + unlocated(rows, situation)
    people = residents.where(residents > 0)
    unknown = unknown_most(rows, situation)
    table = rows.assign(**{str(name): found[name] for name in found}).assign(residents=residents)
    for part, column in _SHARES.items():
        if part in found:
            low, high = Bounds.of(figures, part).pct(unknown)
            table[f"{column}_pct"] = 100.0 * found[part] / people
            table[f"{column}_low_pct"], table[f"{column}_high_pct"] = low, high
    return table


def _as_words(names: "pd.Series[str]") -> pd.Categorical:
    """Return names as categories in the order in which they come: many rows have few of them."""
    return pd.Categorical(names, categories=names.unique())


def _stack(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put the layers below each other; words stay categories."""
    kinds = frames[0].dtypes
    names = [str(name) for name in frames[0] if isinstance(kinds[str(name)], pd.CategoricalDtype)]
    plain = pd.concat([frame.drop(columns=names) for frame in frames], ignore_index=True)
    return plain.assign(**{name: union_categoricals([f[name] for f in frames]) for name in names})

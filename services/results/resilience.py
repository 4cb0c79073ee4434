"""Resilience: what closing each place, alone, would take, and where people have a second one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.coverage.reached import Layering, at_least, share_pct
from geo.coverage.resilience import Closures, Halls, closures
from geo.schedule.typed import combine, frequency_class, parse_schedule
from services.situation.intervals import Bounds, Ends, unknown_most
from services.situation.naming import every_layer, unlocated
from services.situation.view import Situation
from services.words.shares import share, share_of
from services.words.texts import age_group_text, is_figure, limit_text, people, text

CLOSING = "weekly"
"""The class whose reach is lost or kept."""

RESILIENCE_COLUMNS = (
    *("place_id", "name", "venue_id", "council_id", "age_group", "walk_limit_m", "walk_limit_min"),
    *("profile", "venue_frequency", "venue_frequency_without", "residents_within"),
    *("residents_lost", "residents_kept", "rank", "residents_estimated"),
)
BACKUP_COLUMNS = (
    *("layer", "area_id", "area_name", "version", "age_group", "walk_limit_m", "walk_limit_min"),
    *("profile", "residents", "reached", "reached_with_backup", "reached_without_backup"),
    *("backup_pct", "backup_low_pct", "backup_high_pct"),
    *("approximate", "draft", "remainder", "residents_estimated"),
)

LOST_IF_CLOSED = ("residents_lost_if_closed", "residents_kept_if_closed")
"""Columns of the places, for the run's own age group."""


@dataclass(frozen=True)
class Closings:
    """What closing each counted place, alone, does, and what its hall is without it."""

    without: pd.Series
    found: Closures


def closings(situation: Situation) -> Closings:
    """Close each counted place in turn."""
    places = situation.counted
    days = situation.profile.frequency.permanent_min_days_per_week
    without = classes_without(places, days)
    hall, _ = pd.factorize(places["venue_id"])
    halls = Halls(
        hall.astype(np.int64),
        at_least(places["venue_frequency"], CLOSING),
        at_least(without, CLOSING),
    )
    return Closings(without, closures(situation.residents, situation.within_limit, halls))


def resilience_frame(situation: Situation, closed: Closings) -> pd.DataFrame:
    """
    Return for each counted place who loses weekly reach if it closes (``RESILIENCE_COLUMNS``).

    A row for each age group. ``residents_within`` have the place, or another that its hall keeps
    weekly with it, within the main limit; of them ``residents_lost`` then have no weekly place and
    ``residents_kept`` have another one. ``venue_frequency_without`` is the class of the hall's other
    groups, '' where there is none. ``rank`` 1 is the place that most depend on.
    """
    places, found = situation.counted, closed.found
    shown = pd.DataFrame(
        {
            **{name: places[name] for name in ("place_id", "name", "venue_id", "venue_frequency")},
            "council_id": situation.council_ids(places),
            "venue_frequency_without": closed.without,
            **situation.parameters.limit.columns(),
            "profile": situation.parameters.walking.id,
        }
    )
    estimated = situation.profile.population.estimated_groups
    blocks = [
        shown.assign(
            age_group=group,
            residents_within=found.reached[:, column],
            residents_lost=found.lost[:, column],
            residents_kept=found.kept[:, column],
            residents_estimated=group in estimated,
            rank=_ranks(found.lost[:, column]),
        )
        for column, group in enumerate(situation.residents.columns)
    ]
    return pd.concat(blocks, ignore_index=True)[list(RESILIENCE_COLUMNS)]


def classes_without(places: pd.DataFrame, permanent_min_days_per_week: int) -> pd.Series:
    """Return the class that the other groups of each place's venue have together, '' without any."""
    schedules = [parse_schedule(text) for text in places["schedule_text"]]
    together: dict[str, list[int]] = {}
    for row, venue in enumerate(places["venue_id"]):
        together.setdefault(str(venue), []).append(row)
    found = [""] * len(places)
    for rows in together.values():
        for row in rows if len(rows) > 1 else ():
            others = combine(schedules[other] for other in rows if other != row)
            found[row] = frequency_class(
                others, permanent_min_days_per_week=permanent_min_days_per_week
            )
    return pd.Series(found, index=places.index, dtype="object")


def lost_if_closed(resilience: pd.DataFrame, age_group: str) -> pd.DataFrame:
    """Return by place_id how many residents lose weekly reach if it closes, and how many keep it."""
    rows = resilience[resilience["age_group"] == age_group].set_index("place_id")
    counts = (rows["residents_lost"], rows["residents_kept"])
    return pd.DataFrame(dict(zip(LOST_IF_CLOSED, counts, strict=True)))


def backup_frame(situation: Situation, closed: Closings) -> pd.DataFrame:
    """
    Return for each area, and the whole, who keeps weekly reach whichever place closes (``BACKUP_COLUMNS``).

    ``reached_with_backup`` still have a weekly place within the main limit after the closing of any
    one place, ``reached_without_backup`` depend on one. ``backup_pct`` is the share of all
    residents. Groups that are weekly only together are one place to depend on.
    """
    near, depends = closed.found.near, closed.found.depends
    parts = [np.ones(len(near)), near, near & ~depends]

    def measure(people: pd.DataFrame) -> pd.DataFrame:
        return every_layer(situation, "backup", lambda layering: _by_area(people, layering, parts))

    tables = Ends.of(situation, measure)
    table = tables.likely
    low, high = Bounds.of(tables, "reached_with_backup").pct(unknown_most(table, situation))
    residents = table["residents"] + unlocated(table, situation)
    return table.assign(
        residents=residents,
        reached_without_backup=table["reached"] - table["reached_with_backup"],
        backup_pct=share_pct(table["reached_with_backup"], residents),
        backup_low_pct=low,
        backup_high_pct=high,
    )[list(BACKUP_COLUMNS)]


def _by_area(
    residents: pd.DataFrame, layering: Layering, parts: Sequence[np.ndarray]
) -> pd.DataFrame:
    """Return residents, those reached and those with a second place, by age group and area."""
    size = len(layering.areas) + 1
    slot = np.where(layering.home_area >= 0, layering.home_area, size - 1)
    shape = (len(residents.columns), size)
    sums = [
        [np.bincount(slot, column * part, size) for column in residents.to_numpy(dtype=float).T]
        for part in parts
    ]
    names = ("residents", "reached", "reached_with_backup")
    area = np.append(np.arange(size - 1), -1)
    groups = np.array(list(residents.columns), dtype=object)
    return pd.DataFrame(
        {
            "area": np.broadcast_to(area, shape).ravel(),
            "age_group": np.repeat(groups, size),
            **{name: np.ravel(part) for name, part in zip(names, sums, strict=True)},
        }
    )


def _ranks(lost: np.ndarray) -> np.ndarray:
    """Return 1 for the place that most depend on; places of a tie stand in the order of their ids."""
    rank = np.empty(len(lost), dtype=np.int64)
    # Rounded: sums that should be equal may differ in their last digit.
    rank[np.argsort(-np.round(lost, 6), kind="stable")] = np.arange(1, len(lost) + 1)
    return rank


def closing_sentence(row: Mapping[str, Any], lang: str, few: int = 0) -> str:
    """Say what closing a place takes: 「◯人が歩いて行ける週1の場を失います」; ``few`` as in ``people``."""
    words = {
        "name": row["name"],
        "lost": people(row["residents_lost"], lang, few),
        "kept": people(row["residents_kept"], lang, few),
        "age_group": age_group_text(str(row["age_group"]), lang),
    }
    return text(f"resilience.{'lost' if row['residents_lost'] > 0 else 'nobody'}", lang, **words)


def backup_sentence(row: Mapping[str, Any], lang: str, few: int = 0) -> str:
    """Say who of an area has a second place to go to; ``few`` as in ``people``."""
    age_group = age_group_text(str(row["age_group"]), lang)
    if not is_figure(row["backup_pct"]):
        return text("provision.nobody", lang, age_group=age_group)
    return text(
        "resilience.backup",
        lang,
        age_group=age_group,
        share=share(share_of(row, "backup", part="reached_with_backup", whole="residents"), lang),
        alone=people(row["reached_without_backup"], lang, few),
        limit=limit_text(row["walk_limit_m"], row["walk_limit_min"], lang),
    )

"""Places: what the registry holds, with what each schedule gives."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.schedule.calendar import (
    SLOTS,
    open_slots,
    slot_bits,
    slot_masks,
    unknown_slots,
    weeks_mask,
)
from geo.schedule.hours import met_at_halls
from geo.schedule.typed import Schedule, combine, frequency_class, parse_schedule
from services.profile import Profile, Qualification
from services.registry.history import lacks_dates
from services.registry.places import FROM_PROFILE
from services.registry.planned import with_planned
from services.registry.seen import seen_places
from services.situation.qualification import NO, qualify_all
from services.words.vocabulary import OPEN_STATUSES, PLANNED
from services.workspace.folder import Workspace


@dataclass(frozen=True)
class Selection:
    """Which day's places are looked at, and whether suspended and planned ones count."""

    as_of: date | None = None
    with_suspended: bool = False
    with_planned: bool = False

    @property
    def open_statuses(self) -> tuple[str, ...]:
        """Return the statuses of a place that counts."""
        also = {"suspended": self.with_suspended, PLANNED: self.with_planned}
        return (*OPEN_STATUSES, *(status for status, counted in also.items() if counted))


TODAY = Selection()


def places_frame(workspace: Workspace, selection: Selection = TODAY) -> gpd.GeoDataFrame:
    """
    Return every place, one row each, sorted by ``place_id``; private homes bear no names without consent.

    ``frequency`` and ``sessions_per_month`` (NaN: not known) come from the place's own schedule, ``venue_frequency``
    from all counted groups at its venue together. ``counts`` is true for a place that people can
    walk to, else ``not_counted`` says why: suspended, closed, planned, online, not_qualifying. With a day,
    only the places that were there on it; ``dates_assumed`` marks those whose dates do not say so,
    ``schedule_assumed`` those whose schedule no list tells, or not altogether.
    ``weeks_mask``, ``slots_weekly`` and ``slots_monthly`` are the bits of ``geo.schedule.calendar``, the
    slots of counted places only; ``slots_unknown`` says what the schedule leaves open, ``slots_open`` has the
    bits of the slots in which it may meet. ``days_unknown``: no day is known at all, it may meet every week.
    """
    return judged(registry_places(workspace, selection), workspace.profile, selection)


def registry_places(workspace: Workspace, selection: Selection = TODAY) -> gpd.GeoDataFrame:
    """
    Return the places of the registry as on the day of the selection, and those that are planned.

    A planned place is a row of its own; counted as if it were there, an upgrade changes its place.
    """
    places = seen_places(workspace, selection.as_of)
    return with_planned(
        places, workspace, as_of=selection.as_of, carried_out=selection.with_planned
    )


def judged(places: gpd.GeoDataFrame, profile: Profile, selection: Selection) -> gpd.GeoDataFrame:
    """Return the places of the registry as on the day of the selection, as ``places_frame`` does."""
    places = places.sort_values("place_id").reset_index(drop=True)
    assumed = [
        lacks_dates(place) if selection.as_of and place["status"] != PLANNED else ""
        for place in places.to_dict("records")
    ]
    places = places.assign(dates_assumed=_texts(assumed, places))
    days = profile.frequency.permanent_min_days_per_week
    schedules = [parse_schedule(text) for text in places["schedule_text"]]
    own = [frequency_class(s, permanent_min_days_per_week=days) for s in schedules]
    places = places.assign(
        frequency=_texts(own, places),
        sessions_per_month=np.array(
            [s.sessions_per_month if s.rules else np.nan for s in schedules], dtype=float
        ),
        schedule_assumed=np.array([s.is_assumed for s in schedules], dtype=bool)
        | (places["schedule_origin"] == FROM_PROFILE).to_numpy(dtype=bool),
        days_unknown=np.array([not s.rules for s in schedules], dtype=bool),
    )
    verdicts = qualify_all(places, schedules, profile.qualification)
    places = places.assign(**{name: _texts(found, places) for name, found in verdicts.items()})
    reasons = _not_counted(places, selection, profile.qualification)
    counts = np.array([reason == "" for reason in reasons], dtype=bool)
    return places.assign(
        venue_frequency=_venue_frequency(places["venue_id"], schedules, counts, days),
        counts=counts,
        not_counted=_texts(reasons, places),
        **_in_time(places["venue_id"], schedules, counts),
        slots_unknown=_texts([unknown_slots(s) for s in schedules], places),
        slots_open=np.array([open_slots(s) for s in schedules], dtype=np.int64),
    )


def met_of(places: pd.DataFrame) -> list[str]:
    """Return when the groups of some places meet, as ``geo.schedule.hours`` has it."""
    schedules = [parse_schedule(text) for text in places["schedule_text"]]
    # Who is not counted changes nothing for the others of a hall.
    halls = list(zip(places["venue_id"], places.get("counts", places["status"]), strict=True))
    return met_at_halls(schedules, halls)


def _texts(values: list[Any], places: pd.DataFrame) -> pd.Series:
    return pd.Series(values, index=places.index, dtype="object")


def _in_time(
    venue_id: pd.Series, schedules: list[Schedule], counts: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the weeks of each place, and the slots that it helps to fill if it is counted."""
    hall, _ = pd.factorize(venue_id)
    masks = np.array([slot_masks(s) for s in schedules], dtype=np.int64).reshape(-1, len(SLOTS))
    masks[~counts] = 0
    return {
        "weeks_mask": np.array([weeks_mask(s) for s in schedules], dtype=np.int64),
        "slots_weekly": slot_bits(masks, hall, weekly=True),
        "slots_monthly": slot_bits(masks, hall, weekly=False),
    }


def _not_counted(places: pd.DataFrame, selection: Selection, rules: Qualification) -> list[str]:
    """Return for each place why it is not counted, '' where it is."""
    accepted = selection.open_statuses
    reasons = []
    for status, online, qualifies in zip(
        places["status"], places["online"].fillna(value=False), places["qualifies"], strict=True
    ):
        if status not in accepted:
            reasons.append(str(status))
        elif online:
            reasons.append("online")
        elif rules.counts_only_qualifying and qualifies == NO:
            reasons.append("not_qualifying")
        else:
            reasons.append("")
    return reasons


def _venue_frequency(
    venue_id: pd.Series, schedules: list[Schedule], counts: np.ndarray, days: int
) -> pd.Series:
    """Return the class of what the counted groups at each venue offer together."""
    together: dict[str, list[Schedule]] = {}
    for venue, schedule, counted in zip(venue_id, schedules, counts, strict=True):
        if counted:
            together.setdefault(venue, []).append(schedule)
    classes = {
        venue: frequency_class(combine(found), permanent_min_days_per_week=days)
        for venue, found in together.items()
    }
    values = [
        classes[venue] if counted else "" for venue, counted in zip(venue_id, counts, strict=True)
    ]
    return pd.Series(values, index=venue_id.index, dtype="object")

"""Places: what the registry holds, with what each schedule gives."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.schedule import Schedule, combine, frequency_class, parse_schedule
from services.intake.privacy import masked
from services.registry import read_places
from services.workspace import Workspace

OPEN = ("active", "at_risk")
"""Statuses of a place that people can go to."""


def places_frame(workspace: Workspace) -> gpd.GeoDataFrame:
    """
    Return every place, one row each, sorted by ``place_id``; private homes bear no names.

    ``frequency`` and ``sessions_per_month`` come from the place's own schedule, ``venue_frequency``
    from all open groups at its venue together; ``counts`` is true for an open place.
    """
    places = read_places(workspace.registry_url, workspace.profile.municipality.plane_epsg)
    places = places.sort_values("place_id").reset_index(drop=True)
    places = places.assign(**masked(places))
    days = workspace.profile.frequency.permanent_min_days_per_week
    schedules = [parse_schedule(text) for text in places["schedule_text"]]
    counts = places["status"].isin(OPEN).to_numpy()
    own = [frequency_class(s, permanent_min_days_per_week=days) for s in schedules]
    return places.assign(
        frequency=pd.Series(own, index=places.index, dtype="object"),
        sessions_per_month=np.array([s.sessions_per_month for s in schedules], dtype=float),
        venue_frequency=_venue_frequency(places["venue_id"], schedules, counts, days),
        counts=counts,
    )


def _venue_frequency(
    venue_id: pd.Series, schedules: list[Schedule], counts: np.ndarray, days: int
) -> pd.Series:
    """Return the class of what the open groups at each venue offer together."""
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

"""Counts of activities: what councils, coordinators and groups did, month by month, by area."""

from typing import Literal

from services.profile.base import Identifier, Table

Counted = Literal["groups", "sessions", "attendance", "visits"]
"""What is counted: groups that exist, times that something was held, those who came, visits paid."""


class ActivityCounts(Table):
    """A table with a row per area, month and activity; columns not named are found by their meaning."""

    source: Identifier
    layer: Identifier
    area_field: str = ""
    month_field: str = ""
    activity_field: str = ""
    activity: str = ""
    """Of every row, where no column tells it."""
    count_field: str = ""
    counted: Counted = "sessions"

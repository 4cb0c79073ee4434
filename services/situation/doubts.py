"""Doubts: what of the streets makes a walk on them uncertain, as far as the data themselves tell."""

from datetime import date
from typing import Any

from services.words.dates import last_day, to_iso_date
from services.workspace.folder import Workspace

FOOTWAYS = ("footway", "path", "pedestrian")
"""Kinds of ``highway`` for walkers alone; data without any are not mapped for them."""

OLD_YEARS = 5
"""Streets that are known as of longer ago than this are old."""


def street_doubts(workspace: Workspace, day: date) -> list[dict[str, Any]]:
    """
    Return what makes every walk in a town uncertain on a day: a ``code`` with its figures.

    ``no_footways``: the data have no way for walkers alone; ``streets_old``: they are of ``as_of``,
    which nobody is told where the source does not say.
    """
    found: list[dict[str, Any]] = []
    edges = workspace.network().edges
    if not (edges["highway"].isin(FOOTWAYS) | edges["steps"].astype(bool)).any():
        found.append({"code": "no_footways"})
    profile = workspace.profile
    as_of = profile.source(profile.streets.source).as_of
    known = last_day(to_iso_date(as_of))
    if known is not None and (day - known).days > OLD_YEARS * 365.25:
        found.append({"code": "streets_old", "as_of": as_of, "years": OLD_YEARS})
    return found

"""Units where no site could gather enough on foot: who lives there, and which site is least far."""

from typing import Any

import numpy as np
import pandas as pd

from geo.doors import Doors
from geo.reach import walks
from services.options import Candidates
from services.plan_problem import Setting

SHARED_TIMES = 6.0
"""The shared site is looked for so many limits far."""


def transport_rows(setting: Setting) -> list[dict[str, Any]]:
    """
    Return the units that need transport, most residents first.

    ``site`` is the candidate site within six limits of most of the unit's residents, of equals the
    one with the shortest mean walk, with that walk in the unit of the limit; the nearest stop is
    told where the units have one.
    """
    found = setting.gaps[setting.gaps["gap"] == "needs_transport"]
    units = found.sort_values(["residents", "area_id"], ascending=[False, True])
    layering = setting.situation.layering(setting.profile.analysis.gap_layer)
    position = {name: number for number, name in enumerate(layering.areas["area_id"])}
    rows = []
    for unit in units.to_dict("records"):
        homes = np.flatnonzero(layering.home_area == position[unit["area_id"]])
        homes = homes[setting.weight[homes] > 0]
        if len(homes):
            rows.append(
                {
                    "area_id": unit["area_id"],
                    "area_name": unit["area_name"],
                    "residents": float(setting.weight[homes].sum()),
                    "nearest_stop": str(unit.get("nearest_stop_name") or ""),
                    **_shared(setting, homes),
                }
            )
    return rows


def _shared(setting: Setting, homes: np.ndarray) -> dict[str, Any]:
    situation = setting.situation
    unit, limit = situation.walking.judged(setting.limit)
    doors = Doors.of(pd.DataFrame(situation.homes.iloc[homes]), unit.measure)
    far = SHARED_TIMES * limit
    found = walks(situation.network, setting.site_snaps, doors, limit=far, by=unit.measure)
    weight = setting.weight[homes]
    sites_n = len(setting.site_snaps)
    people = np.bincount(found.origin, weight[found.home], minlength=sites_n)
    if not people.any():
        return {"site_id": "", "site_ja": "", "walk": None, "walk_unit": "", "within": 0.0}
    spent = np.bincount(found.origin, weight[found.home] * found.walk, minlength=sites_n)
    mean = np.divide(spent, people, out=np.full(sites_n, np.inf), where=people > 0)
    best = int(np.lexsort((mean, -np.round(people, 6)))[0])
    name, key = _name(setting.candidates, best)
    return {
        "site_id": key,
        "site_ja": name,
        "walk": float(mean[best]),
        "walk_unit": "m" if unit is situation.walking.m else "s",
        "within": float(people[best]),
    }


def _name(candidates: Candidates, site: int) -> tuple[str, str]:
    rows = candidates.options[candidates.options["site"] == site]
    key = "" if rows.empty else str(rows["candidate_id"].iloc[0])
    return str(candidates.sites["venue_name"].iloc[site]), key

"""Units where no site could gather enough on foot: who lives there, and which site is least far."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.walking.doors import Doors
from geo.walking.reach import walks
from services.plans.problem import Setting
from services.results.reach import Surroundings, draw, drawn_homes


def catchments_frame(setting: Setting, chosen: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return ``candidate_id, geometry`` of the chosen options, plane CRS."""
    situation = setting.situation
    if chosen.empty:
        return chosen[["candidate_id", "geometry"]]
    homes = drawn_homes(situation)
    reach = situation.walking.farthest_m(setting.limit) + setting.profile.streets.snap_limit_m
    # A home farther away in a straight line is in no catchment, nor beside its border.
    near = np.zeros(len(homes), dtype=bool)
    home_xy = shapely.get_coordinates(homes.geometry.to_numpy())
    for xy in shapely.get_coordinates(chosen.geometry.to_numpy()):
        near |= np.hypot(*(home_xy - xy).T) <= 2.0 * reach
    around = Surroundings(situation.network, homes[near])
    shapes = draw(around, situation.snap(chosen), situation.parameters.walking, limit=setting.limit)
    frame = chosen[["candidate_id"]].reset_index(drop=True)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=situation.network.epsg)


SHARED_TIMES = 6.0
"""The shared site is looked for so many limits far."""


def transport_rows(setting: Setting) -> list[dict[str, Any]]:
    """
    Return the units that need transport, most residents first.

    ``nearest_stop`` is the bus stop that is nearest for most of them, with their median walk, where
    the profile has a layer of stops. The shared site is the candidate that most of them have within
    six limits, of equals the one with the shortest mean walk, in the unit of the limit; nobody's
    home, and nothing that must not be chosen.
    """
    layering = setting.situation.layering(setting.profile.analysis.gap_layer)
    rows = []
    for unit in setting.ground.transport.to_dict("records"):
        homes = np.flatnonzero(layering.home_area == unit["unit"])
        homes = homes[setting.weight[homes] > 0]
        if len(homes):
            stop = str(unit.get("nearest_stop_name") or "")
            walk_m = float(unit.get("nearest_stop_walk_m", np.nan))
            rows.append(
                {
                    "area_id": unit["area_id"],
                    "area_name": unit["area_name"],
                    "residents": float(setting.weight[homes].sum()),
                    "nearest_stop": stop,
                    "nearest_stop_walk_m": walk_m if stop and np.isfinite(walk_m) else None,
                    **_shared(setting, homes),
                }
            )
    return rows


NO_SITE: dict[str, Any] = {
    **dict.fromkeys(("site_id", "walk_unit"), ""),
    "walk": None,
    "within": 0.0,
}


def _shared(setting: Setting, homes: np.ndarray) -> dict[str, Any]:
    """Return the site that these homes would share best."""
    options = setting.candidates.options
    open_to_all = options[~options["must_not"] & ~options["private_home"]]
    sites = np.unique(open_to_all["site"].to_numpy(dtype=np.int64))
    situation = setting.situation
    unit, limit = situation.walking.judged(setting.limit)
    doors = Doors.of(pd.DataFrame(situation.homes.iloc[homes]), unit.measure)
    snaps = setting.site_snaps.iloc[sites].reset_index(drop=True)
    found = walks(situation.network, snaps, doors, limit=SHARED_TIMES * limit, by=unit.measure)
    weight = setting.weight[homes]
    people = np.bincount(found.origin, weight[found.home], minlength=len(sites))
    if not people.any():
        return NO_SITE
    spent = np.bincount(found.origin, weight[found.home] * found.walk, minlength=len(sites))
    mean = np.divide(spent, people, out=np.full(len(sites), np.inf), where=people > 0)
    # Millimetres: of equals the first by its id, whatever the last digit of a sum.
    best = int(np.lexsort((np.round(mean, 3), -np.round(people, 6)))[0])
    row = open_to_all[open_to_all["site"] == sites[best]].iloc[[0]]
    return {
        "site_id": str(row["candidate_id"].iloc[0]),
        "walk": float(mean[best]),
        "walk_unit": "m" if unit is situation.walking.m else "s",
        "within": float(people[best]),
    }

"""Sites where a plan could act: halls that could meet more often, venues, points on streets."""

import geopandas as gpd
import pandas as pd
import shapely

from geo.coverage import FREQUENCIES, at_least
from services.situation import Situation

BORDER_M = 0.001
"""Positions come in degrees: a site on the border is on it to the millimetre."""
SITE = (
    *("venue_id", "place_id", "venue_name", "kind", "address", "schedule_text", "current_class"),
    *("owner", "barrier_free", "rent_yen", "availability", "capacity", "floor_area_m2"),
    *("private_home", "source", "geometry"),
)
_TEXTS = frozenset(
    {"venue_id", "place_id", "venue_name", "kind", "address", "schedule_text", "current_class"}
    | {"owner", "availability", "source"}
)


def stacked_sites(parts: list[gpd.GeoDataFrame], situation: Situation) -> gpd.GeoDataFrame:
    """Return sites of several sources as one frame with the columns of ``SITE``."""
    columns: dict[str, object] = {}
    stacked = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"geometry": []})
    for name in SITE[:-1]:
        column = stacked[name] if name in stacked else pd.Series(None, stacked.index, dtype=object)
        if name in _TEXTS:
            columns[name] = column.astype(object).where(column.notna(), "")
        elif name in ("barrier_free", "private_home"):
            values = [pd.NA if pd.isna(value) else bool(value) for value in column]
            columns[name] = pd.array(values, dtype="boolean")
        else:
            columns[name] = pd.to_numeric(column).astype(float)
    frame = pd.DataFrame(columns, index=stacked.index)
    frame["private_home"] = frame["private_home"].fillna(value=False).astype(bool)
    epsg = situation.profile.municipality.plane_epsg
    return gpd.GeoDataFrame(frame, geometry=stacked["geometry"].to_numpy(), crs=epsg)


def halls_to_upgrade(situation: Situation) -> gpd.GeoDataFrame:
    """Return the halls with places that could meet more often, one row each: the group that meets most."""
    counted = situation.counted
    willing = ~counted["private_home"].astype(bool) | counted["consent"].astype(bool)
    rare = counted[willing & ~at_least(counted["venue_frequency"], FREQUENCIES[-1])]
    rank = -rare["sessions_per_month"].fillna(0.0)
    rare = rare.assign(_rank=rank).sort_values(["_rank", "place_id"], kind="stable")
    halls = rare.drop_duplicates("venue_id").sort_values("place_id", kind="stable")
    name = halls["name"].where(halls["private_home"].astype(bool), halls["venue_name"])
    return halls.assign(
        source="place",
        venue_name=name.where(name != "", halls["name"]),
        current_class=halls["venue_frequency"],
    )


def hazards_at(sites: gpd.GeoDataFrame, situation: Situation) -> list[str]:
    """Return the names of the areas of danger that each site lies in, its border included."""
    areas = situation.workspace.hazards
    found: list[list[str]] = [[] for _ in range(len(sites))]
    if len(areas) and len(sites):
        at, area = shapely.STRtree(areas.geometry.to_numpy()).query(
            sites.geometry.to_numpy(), predicate="dwithin", distance=BORDER_M
        )
        words = areas["hazard"].to_numpy()
        for site, number in zip(at.tolist(), area.tolist(), strict=True):
            found[site].append(str(words[number]))
    return ["、".join(sorted(set(names))) for names in found]

"""The status of candidates: what the councils last made of each, as it is at the moment."""

import geopandas as gpd
import pandas as pd

from services.decisionentry import candidate_key
from services.decisionlog import read_decisions
from services.registry import LONLAT_EPSG


def with_status(candidates: pd.DataFrame, url: str) -> pd.DataFrame:
    """
    Return candidates with the latest status of each, as it was where none is recorded.

    Of a run, or of a plan (``target_class``), whose points on streets have no hall.
    """
    log = read_decisions(url)
    if log.empty or candidates.empty:
        return candidates
    latest = dict(zip(log["candidate_key"], log["status"], strict=True))
    keys = _keys(candidates)
    status = [latest.get(key, was) for key, was in zip(keys, candidates["status"], strict=True)]
    return candidates.assign(status=status)


def _keys(candidates: pd.DataFrame) -> list[str]:
    often = next((name for name in ("target_class", "frequency") if name in candidates), None)
    table = pd.DataFrame(candidates[["action", "venue_id", "place_id"]])
    table["often"] = candidates[often] if often else "weekly"
    if "source" in candidates:
        free = (candidates["source"] == "point").to_numpy()
        spots = gpd.GeoSeries(candidates["geometry"][free]).to_crs(LONLAT_EPSG)
        table = table.assign(venue_id=table["venue_id"].mask(free, ""))
        table = table.assign(lon=spots.x, lat=spots.y)
    return [
        candidate_key(str(row["action"]), str(row["often"]), {str(k): v for k, v in row.items()})
        for row in table.to_dict("records")
    ]

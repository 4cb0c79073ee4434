"""Ranking: where the units stand by number, by rate and by need."""

import pandas as pd

from geo.gaps import ranks


def ranked(gaps: pd.DataFrame, *, small_number: float) -> pd.DataFrame:
    """
    Rank units by number, by rate and by need, and sort by number, most residents not reached first.

    A rate is ranked among units of at least ``small_number`` residents: two of three people are no
    rate. What is hidden (NaN) has no rank, and no other rank tells where it would stand.
    """
    gaps = gaps.sort_values("area_id", ignore_index=True)
    unreached = gaps["unreached"].to_numpy(dtype=float)
    missed_pct = (100.0 - gaps["coverage_pct"]).where(gaps["residents"] >= small_number)
    found = {
        "rank_by_number": ranks(unreached),
        "rank_by_rate": ranks(missed_pct.to_numpy(dtype=float), ties=unreached),
    }
    if "need" in gaps.columns:
        found["need_rank"] = ranks(gaps["need"].to_numpy(dtype=float), ties=unreached)
    whole = {name: pd.Series(values).astype("Int64") for name, values in found.items()}
    return gaps.assign(**whole).sort_values(["rank_by_number", "area_id"], ignore_index=True)

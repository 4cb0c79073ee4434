"""Positions: what lies outside, or too far from any street, is listed and never dropped silently."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import Sentence
from geo.ground.obstacles import FREE, Obstacles
from geo.walking.legs import LONG_LEG_M, homes_passed
from geo.walking.snapping import GROUND, ISOLATED
from services.intake.tables.ledger import Entry, SourceLedger


def keep_inside(
    points: gpd.GeoDataFrame, within: BaseGeometry, ledger: SourceLedger
) -> gpd.GeoDataFrame:
    """Keep the points that lie inside and list the others, row by row."""
    shapely.prepare(within)
    inside = shapely.intersects(within, points.geometry.to_numpy())
    for name, row in points.loc[~inside, ["name", "row"]].itertuples(index=False):
        ledger.rows_used -= 1
        ledger.rows_refused += 1
        ledger.note(
            Entry(
                "outside",
                Sentence(
                    "{name}: lies outside the municipality and its surroundings; not used",
                    name=name,
                ),
                row=int(row),
            )
        )
    return points[inside].reset_index(drop=True)


def note_unsnapped_points(
    points: gpd.GeoDataFrame, snaps: pd.DataFrame, ledger: SourceLedger, *, limit_m: float
) -> None:
    """List venues or places that join no street."""
    reason = snaps["reason"].to_numpy()
    far = (reason != "") & ~(points.geometry.isna() | points.geometry.is_empty).to_numpy()
    rows = points.loc[far, ["name", "row"]].itertuples(index=False)
    for (name, row), code in zip(rows, reason[far], strict=True):
        why = _why_not(code, limit_m)
        said = Sentence("{name}: {why}; nobody is reached from it", name=name, why=why)
        ledger.note(Entry("unsnapped", said, row=int(row)))


def note_private_roads(
    points: gpd.GeoDataFrame, on_private: np.ndarray, ledger: SourceLedger
) -> None:
    """List places that stand on a private road; whoever goes to them may enter it."""
    for name, row in points.loc[on_private, ["name", "row"]].itertuples(index=False):
        ledger.note(
            Entry(
                "private_road",
                Sentence(
                    "{name}: stands on a private road, taken as open to those who go there",
                    name=name,
                ),
                row=int(row),
            )
        )


def note_unsnapped_homes(
    demand: gpd.GeoDataFrame, residents: np.ndarray, ledger: SourceLedger, *, limit_m: float
) -> None:
    """List residents whose homes join no street, by area and reason."""
    far = demand.assign(_residents=residents)[demand["unsnapped"] != ""]
    for (area_id, reason), rows in far.groupby(["source_area_id", "unsnapped"]):
        ledger.note(
            Entry(
                "unsnapped",
                Sentence(
                    "{area_id}: {rows_n} homes join no street: {why}; they count as not reached",
                    area_id=area_id,
                    rows_n=len(rows),
                    why=_why_not(str(reason), limit_m),
                ),
                residents=float(rows["_residents"].sum()),
            )
        )


def _why_not(reason: str, limit_m: float) -> Sentence:
    """Say why something joins no street, within a sentence."""
    if reason == GROUND:
        return Sentence(
            "water, a railway, a wall or a cliff lies before every street within {limit_m:.0f} m",
            limit_m=limit_m,
        )
    if reason == ISOLATED:
        return Sentence("the streets nearby lead nowhere else")
    return Sentence("no walkable street within {limit_m:.0f} m", limit_m=limit_m)


def note_legs(
    demand: gpd.GeoDataFrame,
    residents: np.ndarray,
    obstacles: Obstacles | None,
    ledger: SourceLedger,
) -> None:
    """List what makes the legs of homes to the street uncertain, with the residents behind them."""
    homes_xy = shapely.get_coordinates(demand.geometry.to_numpy())
    buildings_xy = homes_xy[(demand["kind"] == "building").to_numpy()]
    joined = np.flatnonzero(demand["edge"].to_numpy() >= 0)
    from_xy = homes_xy[joined]
    to_xy = demand[["snap_x", "snap_y"]].to_numpy(dtype=float)[joined]

    def note(code: str, said: Sentence, rows: np.ndarray) -> None:
        if rows.size:
            ledger.note(Entry(code, said, residents=float(residents[rows].sum())))

    passing = joined[homes_passed(from_xy, to_xy, buildings_xy) > 0]
    note(
        "leg_past_homes",
        Sentence(
            "{rows_n} homes are more than {long_m:.0f} m from their street, and others' homes stand "
            "in the way; how people get there is not known",
            rows_n=len(passing),
            long_m=LONG_LEG_M,
        ),
        passing,
    )
    if obstacles is None or not obstacles.shapes.size:
        said = Sentence(
            "the ground has no water, railway, wall or cliff: nobody knows what lies between homes "
            "and their streets; name a source of it under [ground]"
        )
        ledger.note(Entry("ground_unknown", said))
        return
    over = joined[obstacles.crossed(from_xy, to_xy) > FREE]
    note(
        "leg_over_ground",
        Sentence(
            "{rows_n} homes reach their street over a stream, a ditch, a fence or an embankment: no "
            "other street is comparably near",
            rows_n=len(over),
        ),
        over,
    )
    wet = np.flatnonzero(obstacles.in_water(homes_xy))
    note(
        "home_in_water",
        Sentence(
            "{rows_n} homes stand in water; the ground errs, or they do; they join the nearest street",
            rows_n=len(wet),
        ),
        wet,
    )

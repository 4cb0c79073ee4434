"""Positions: what lies outside, or too far from any street, is listed and never dropped silently."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import Sentence
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
    """List venues or places that no walkable street comes near."""
    far = snaps["reason"].to_numpy() != ""
    far &= ~(points.geometry.isna() | points.geometry.is_empty).to_numpy()
    for name, row in points.loc[far, ["name", "row"]].itertuples(index=False):
        ledger.note(
            Entry(
                "unsnapped",
                Sentence(
                    "{name}: no walkable street within {limit_m:.0f} m; nobody is reached from it",
                    name=name,
                    limit_m=limit_m,
                ),
                row=int(row),
            )
        )


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
    """List residents who live too far from any street, by area."""
    far = demand.assign(_residents=residents)[demand["unsnapped"] != ""]
    for area_id, rows in far.groupby("source_area_id"):
        ledger.note(
            Entry(
                "unsnapped",
                Sentence(
                    "{area_id}: {rows_n} homes are more than {limit_m:.0f} m from any walkable "
                    "street; they count as not reached",
                    area_id=area_id,
                    rows_n=len(rows),
                    limit_m=limit_m,
                ),
                residents=float(rows["_residents"].sum()),
            )
        )

"""
Areas made of others: neighbourhoods that have no map, as unions of small areas.

A table says which small areas, and which lots of them, belong to which neighbourhood. The borders
that come out are an estimate: nobody has drawn them.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.areas.voronoi import divide


@dataclass(frozen=True)
class United:
    """
    The areas and how they came about.

    ``areas`` has ``owner, geometry``. ``divided_by_lots``, ``divided_by_halls`` and ``shared`` are ids
    of small areas that several own: divided, or given to each of them whole. ``left`` are small areas that
    nobody owns, ``empty`` owners for whom nothing was left.
    """

    areas: gpd.GeoDataFrame
    divided_by_lots: list[str]
    divided_by_halls: list[str]
    shared: list[str]
    left: list[str]
    empty: list[str]


def unite(
    areas: gpd.GeoDataFrame,
    owners: pd.DataFrame,
    *,
    points: gpd.GeoDataFrame | None = None,
    halls: gpd.GeoDataFrame | None = None,
) -> United:
    """
    Unite small areas by owner.

    Parameters
    ----------
    areas
        Small areas: ``area_id`` (unique), polygons, plane CRS.
    owners
        One row a claim: ``area_id``, ``owner``, ``lots`` (a set of numbers; empty: the whole area).
    points
        Lots as points in the same CRS: ``lot`` (number). A small area of several owners whose lots
        are told apart is divided: land goes with the nearest lot.
    halls
        Halls as points in the same CRS: ``owner``. Used where lots cannot divide: land goes with the
        nearest hall in a straight line, if each of the owners has one.

    Returns
    -------
    The unions in the order of their owners. A small area that can be divided neither way is part
    of each of its owners, which then overlap, and is listed.
    """
    by_id: dict[str, BaseGeometry] = dict(
        zip(areas["area_id"].astype(str), areas.geometry.to_numpy(), strict=True)
    )
    parts: dict[str, list[BaseGeometry]] = {}
    how: dict[str, list[str]] = {"lots": [], "halls": [], "shared": []}
    claims = owners[owners["area_id"].isin(by_id)].sort_values(["area_id", "owner"], kind="stable")
    for area_id, own in claims.groupby("area_id", sort=True):
        name, pieces = _pieces(by_id[str(area_id)], own, points, halls)
        if name:
            how[name].append(str(area_id))
        for owner, piece in pieces.items():
            parts.setdefault(owner, []).append(piece)
    names = sorted(parts)
    shapes = [shapely.union_all(parts[name]) for name in names]
    claimed = set(claims["area_id"])
    return United(
        gpd.GeoDataFrame({"owner": names}, geometry=shapes, crs=areas.crs),
        divided_by_lots=how["lots"],
        divided_by_halls=how["halls"],
        shared=how["shared"],
        left=[key for key in by_id if key not in claimed],
        empty=sorted(set(owners["owner"]) - set(parts)),
    )


def _pieces(
    shape: BaseGeometry,
    own: pd.DataFrame,
    points: gpd.GeoDataFrame | None,
    halls: gpd.GeoDataFrame | None,
) -> tuple[str, dict[str, BaseGeometry]]:
    """Return what each owner has of one small area, and how it was told: '' with a single owner."""
    names = [str(name) for name in dict.fromkeys(own["owner"])]
    if len(names) == 1:
        return "", {names[0]: shape}
    if by_lots := _by_lots(shape, own, points):
        return "lots", by_lots
    if by_halls := _by_halls(shape, names, halls):
        return "halls", by_halls
    return "shared", dict.fromkeys(names, shape)


def _by_lots(
    shape: BaseGeometry, own: pd.DataFrame, points: gpd.GeoDataFrame | None
) -> dict[str, BaseGeometry] | None:
    """Divide an area by its lots; nothing where a claim names none or a lot has no point."""
    if points is None or any(not lots for lots in own["lots"]):
        return None
    inside = points[shapely.intersects(shape, points.geometry.to_numpy())]
    owner_of: dict[int, str] = {}
    for owner, lots in zip(own["owner"], own["lots"], strict=True):
        for lot in lots:
            owner_of.setdefault(int(lot), str(owner))
    label = np.array([owner_of.get(int(lot), "") for lot in inside["lot"]], dtype=object)
    if set(label) - {""} != set(own["owner"]):
        return None
    xy = shapely.get_coordinates(inside.geometry.to_numpy())[label != ""]
    return divide(xy, label[label != ""], shape)


def _by_halls(
    shape: BaseGeometry, names: list[str], halls: gpd.GeoDataFrame | None
) -> dict[str, BaseGeometry] | None:
    """Divide an area by the halls of its owners; nothing where one of them has no hall."""
    if halls is None or not set(names).issubset(halls["owner"]):
        return None
    own = halls[halls["owner"].isin(names)]
    xy = shapely.get_coordinates(own.geometry.to_numpy())
    return divide(xy, own["owner"].to_numpy(dtype=object), shape)

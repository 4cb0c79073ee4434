"""Councils: what each one's own areas reach, also where two councils share an area."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.coverage.reached import Layering
from geo.errors import NotFoundError
from services.situation.intervals import measured
from services.situation.view import Situation
from services.workspace.councils import CouncilRow, areas_of, listed_councils

KEYS = ("council_id", "council_name", "shared")


def councils_frame(situation: Situation) -> pd.DataFrame:
    """
    Return the coverage of every council whose areas have borders; empty where none is listed.

    A resident of an area with two councils counts for both, so the rows do not add up; ``shared``
    marks the councils concerned.
    """
    councils = [one for one in listed_councils(situation.workspace) if one.known]
    if not councils:
        return pd.DataFrame(columns=[*KEYS])
    homes = np.array([_inside(council, situation, "home_area") for council in councils])
    places = np.array([_inside(council, situation, "place_area") for council in councils])
    frames = []
    for members in _apart(homes, places):
        areas = pd.DataFrame(
            {
                "council_id": [councils[number].council_id for number in members],
                "council_name": [councils[number].name for number in members],
                "shared": [_is_shared(homes, number) for number in members],
            }
        )
        layering = Layering(areas, _position(homes[members]), _position(places[members]))
        found = measured(situation, layering, situation.walking)
        found = found[found["area"] >= 0]
        named = areas.iloc[found["area"].to_numpy()].reset_index(drop=True)
        frames.append(pd.concat([named, found.drop(columns="area").reset_index(drop=True)], axis=1))
    return pd.concat(frames, ignore_index=True).sort_values("council_id", kind="stable")


def council_areas(situation: Situation, wanted: str) -> gpd.GeoDataFrame:
    """
    Return the areas of a council, by its id or name, or by the id or name of an area of its layer.

    Raises
    ------
    NotFoundError
        There is no such council.
    """
    workspace = situation.workspace
    known = [one for one in listed_councils(workspace) if one.known]
    found = [one for one in known if wanted in (one.council_id, one.name)]
    if found:
        own = pd.concat([areas_of(workspace, one) for one in found], ignore_index=True)
        return gpd.GeoDataFrame(own.drop_duplicates(["layer", "area_id"]), crs=situation.areas.crs)
    layer = situation.areas[situation.areas["layer"] == situation.profile.analysis.council_layer]
    named = layer[(layer["area_id"] == wanted) | (layer["area_name"] == wanted)]
    if named.empty:
        names = ", ".join([*(one.name for one in known), *layer["area_name"]])
        raise NotFoundError(
            "there is no council {wanted!r}; there are {names}", wanted=wanted, names=names
        )
    return named.reset_index(drop=True)


def _inside(council: CouncilRow, situation: Situation, what: str) -> np.ndarray:
    """Say for each home or place whether it lies in an area of the council."""
    inside: np.ndarray | None = None
    for own in council.owns:
        layering = situation.layering(own.layer)
        mine = layering.areas["area_id"].isin(own.area_ids).to_numpy()
        here = np.append(mine, False)[getattr(layering, what)]
        inside = here if inside is None else inside | here
    assert inside is not None  # noqa: S101  a known council owns something
    return inside


def _apart(homes: np.ndarray, places: np.ndarray) -> list[list[int]]:
    """Return councils in groups within which no home and no place is shared."""
    groups: list[list[int]] = []
    both = np.hstack([homes, places])
    for number in range(len(both)):
        for group in groups:
            if not (both[group].any(axis=0) & both[number]).any():
                group.append(number)
                break
        else:
            groups.append([number])
    return groups


def _is_shared(homes: np.ndarray, number: int) -> bool:
    others = np.delete(homes, number, axis=0)
    return bool((others.any(axis=0) & homes[number]).any())


def _position(inside: np.ndarray) -> np.ndarray:
    """Return for each column the row that is true there, -1 where none is."""
    return np.where(inside.any(axis=0), inside.argmax(axis=0), -1)

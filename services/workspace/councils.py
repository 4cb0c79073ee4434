"""The councils of a workspace: those that it lists, and the areas of the councils' layer."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd

from services.workspace.folder import Workspace


@dataclass(frozen=True, slots=True)
class Owned:
    """Areas of one layer that a council is responsible for."""

    layer: str
    area_ids: tuple[str, ...]
    part: bool
    of_layer: str = ""
    of: tuple[str, ...] = ()
    """Of a part that is given by units: the areas that it is a part of."""

    @property
    def areas(self) -> set[tuple[str, str]]:
        """Return layer and id of the areas, of a part those that it is a part of."""
        layer, keys = (self.of_layer, self.of) if self.of else (self.layer, self.area_ids)
        return {(layer, key) for key in keys}


@dataclass(frozen=True, slots=True)
class CouncilRow:
    """A council; of one that is an area of the councils' layer nothing is told but the area."""

    council_id: str
    name: str
    owns: tuple[Owned, ...]
    known: bool = True
    """Whether it is drawn where it works: all its areas have borders, and none is in part its own."""
    number: int = 1
    note: str = ""
    body: str = ""
    """The meeting, there before, that serves as the council."""
    coordinators: tuple[str, ...] = ()


def listed_councils(workspace: Workspace) -> tuple[CouncilRow, ...]:
    """Return the councils that the profile or its table lists, in their order."""
    layers = {layer.id for layer in workspace.profile.layers}
    return tuple(_row(one, layers) for one in workspace.manifest.get("councils", []))


def councils_of(workspace: Workspace) -> tuple[CouncilRow, ...]:
    """Return the councils that are listed; where none is, one for each area of the councils' layer."""
    return listed_councils(workspace) or _of_areas(workspace)


def find_council(workspace: Workspace, wanted: str) -> CouncilRow | None:
    """Return a council by id, else by name: one that is listed before an area; None without one."""
    everybody = (*listed_councils(workspace), *_of_areas(workspace))
    by_id = (one for one in everybody if one.council_id == wanted)
    by_name = (one for one in everybody if one.name == wanted)
    return next(by_id, None) or next(by_name, None)


def areas_of(workspace: Workspace, council: CouncilRow) -> gpd.GeoDataFrame:
    """
    Return the areas that are a council's own, plane CRS, with the index that they have among all.

    None of one whose borders nobody knows.
    """
    areas = workspace.areas()
    if not council.known:
        return areas.iloc[:0]
    mine = areas["area_id"].isin(())
    for own in council.owns:
        mine |= (areas["layer"] == own.layer) & areas["area_id"].isin(own.area_ids)
    return areas[mine]


def _row(told: dict[str, Any], layers: set[str]) -> CouncilRow:
    owns = tuple(
        Owned(
            str(own["layer"]),
            tuple(own["area_ids"]),
            bool(own["part"]),
            str(own.get("of_layer", "")),
            tuple(own.get("of", ())),
        )
        for own in told["owns"]
    )
    return CouncilRow(
        council_id=str(told["id"]),
        name=str(told["name"]),
        owns=owns,
        # A layer that is not there on the day of the workspace has no borders then.
        known=bool(told["known"]) and all(own.layer in layers for own in owns),
        number=int(told.get("number", 1)),
        note=str(told.get("note", "")),
        body=str(told.get("body", "")),
        coordinators=tuple(told.get("coordinators", ())),
    )


def _of_areas(workspace: Workspace) -> tuple[CouncilRow, ...]:
    areas, layer = workspace.areas(), workspace.profile.analysis.council_layer
    mine = areas[areas["layer"] == layer]
    return tuple(
        CouncilRow(str(key), str(name), (Owned(layer, (str(key),), part=False),))
        for key, name in zip(mine["area_id"], mine["area_name"], strict=True)
    )

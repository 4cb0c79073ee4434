"""The background of the map: the ground as vector tiles."""

from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.ground.kinds import Kind
from geo.ground.scale import SCALES_M, drawn_dry, labels_at
from services.publication.vectortiles import WEB_EPSG, About, Number, cut, write_archive
from services.words.texts import text
from services.workspace.folder import Workspace

LAYER = "ground"
FIRST_ZOOM, LAST_ZOOM = 8, 14
_BANDS = {32.0: (8, 11), 8.0: (12, 13), 1.0: (14, 14)}
"""
Which zooms are drawn as which scale shows the ground: in the middle of Japan 32, 8 and 1 m are a pixel at
zooms 11, 13 and 16. The tiles of the last zoom are seen ever larger.
"""

_SPACING_PX = 400.0
_FIELDS = {"kind": "String", "level": "Number", "name": "String", "ref": "String", "rank": "Number"}


class Background:
    """The ground of a workspace in tiles."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._inside = _around(workspace)

    @cached_property
    def about(self) -> dict[str, Any] | None:
        """Return bounds (degrees), zooms and kinds of the tiles, None where there is nothing to be seen."""
        ground = self._workspace.ground_at(SCALES_M[0])
        if ground.empty:
            return None
        kinds = sorted(set(ground["kind"]))
        return {
            "bounds": list(self._bounds),
            "minzoom": FIRST_ZOOM,
            "maxzoom": LAST_ZOOM,
            "kinds": kinds,
        }

    @property
    def _bounds(self) -> tuple[float, float, float, float]:
        epsg = self._workspace.profile.municipality.plane_epsg
        corners = gpd.GeoSeries([shapely.box(*self._inside.bounds)], crs=epsg)
        west, south, east, north = corners.to_crs(LONLAT_EPSG).total_bounds.tolist()
        return west, south, east, north

    def write(self, path: Path) -> None:
        """
        Write the tiles as one archive, about a second for a city.

        They have one layer, ``ground``: lines and areas with ``kind`` and ``level``, and points where signs
        and names stand, with ``kind``, ``name``, ``ref`` and ``rank`` (1 is the largest of its kind).
        """
        found: dict[Number, bytes] = {}
        for pixel_m, zooms in _BANDS.items():
            ground = self._workspace.ground_at(pixel_m)
            # What is seen at a scale is chosen in metres before (geo.ground.scale).
            found |= cut(_drawn(ground, pixel_m, self._inside), LAYER, zooms, simpler=0)
        zooms = (FIRST_ZOOM, LAST_ZOOM)
        layer = {"id": LAYER, "fields": _FIELDS, "minzoom": FIRST_ZOOM, "maxzoom": LAST_ZOOM}
        title, words = (text("collection.ground", lang) for lang in ("ja", "en"))
        write_archive(path, found, About(title, words, self._bounds, zooms, [layer]))


def _around(workspace: Workspace) -> BaseGeometry:
    """Return the box around what the map is of, in the plane: the areas and their margin."""
    return shapely.box(*workspace.areas().total_bounds).buffer(workspace.profile.streets.margin_m)


def _drawn(ground: gpd.GeoDataFrame, pixel_m: float, inside: BaseGeometry) -> gpd.GeoDataFrame:
    """Return what tiles show of the ground of one scale: shapes, and points of signs and names."""
    kinds: list[Kind] = ground["kind"].tolist()
    shapes = ground.geometry.to_numpy()
    names = ground["name"].where(ground["kind"] != "road", ground["ref"])
    drawn = shapely.clip_by_rect(drawn_dry(kinds, shapes, pixel_m=pixel_m), *inside.bounds)
    seen = np.flatnonzero((shapely.get_dimensions(drawn) > 0) & ~shapely.is_empty(drawn))
    labels = labels_at(
        kinds, names.tolist(), shapes, spacing_m=_SPACING_PX * pixel_m, inside=inside
    )
    told = ground.assign(name=names)[["kind", "level", "name", "ref"]]
    rows = pd.concat(
        [
            told.iloc[seen][["kind", "level"]],
            told.iloc[labels.row][["kind", "name", "ref"]].assign(rank=labels.rank),
        ],
        ignore_index=True,
    )
    # An empty text, and what is not told of a row, is left out of the tiles.
    rows = rows.replace("", None).astype({"rank": "Int64"})
    whole = np.concatenate([drawn[seen], shapely.points(labels.xy)])
    return gpd.GeoDataFrame(rows, geometry=whole, crs=ground.crs).to_crs(WEB_EPSG)

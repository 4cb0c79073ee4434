"""What a site is called: its venue; of a point on the street, the unit that it lies in."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas.location import locate
from services.plans.problem import Setting
from services.words.texts import text


def shown_names(setting: Setting, frame: gpd.GeoDataFrame, lang: str) -> list[str]:
    """Return the names of venues; of a point on the street, the unit that it lies in."""
    areas = setting.situation.layering(setting.profile.analysis.gap_layer).areas
    at = _area_names(frame, areas)
    return [
        name or text("plan.point", lang, area=area or text("plan.nowhere", lang))
        for name, area in zip(frame["venue_name"], at, strict=True)
    ]


def _area_names(points: gpd.GeoDataFrame, areas: pd.DataFrame) -> list[str]:
    """Return the name of the area that each point lies in, empty where none."""
    xy = shapely.get_coordinates(points.geometry.to_numpy())
    found = locate(xy, gpd.GeoDataFrame(areas))
    names = np.append(areas["area_name"].to_numpy(dtype=object), "")
    return [str(name) for name in names[found]]

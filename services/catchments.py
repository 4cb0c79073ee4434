"""What can be walked to from each chosen option, as a polygon for the map."""

import geopandas as gpd
import numpy as np
import shapely

from services.disclosure import blur
from services.plan_problem import Setting
from services.reachmap import Surroundings, draw


def catchments_frame(setting: Setting, chosen: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return ``candidate_id, geometry`` of the chosen options, plane CRS.

    A private home is drawn from the middle of its grid cell, as it is shown (``services.reachmap``).
    """
    situation = setting.situation
    if chosen.empty:
        return chosen[["candidate_id", "geometry"]]
    private = chosen["private_home"].astype(bool)
    shown = blur(chosen, private, blur_m=setting.profile.privacy.blur_m)
    homes = situation.homes[situation.homes["kind"] != "point"]
    reach = situation.walking.farthest_m(setting.limit) + setting.profile.streets.snap_limit_m
    # A home farther away in a straight line is in no catchment, nor beside its border.
    near = np.zeros(len(homes), dtype=bool)
    home_xy = shapely.get_coordinates(homes.geometry.to_numpy())
    for xy in shapely.get_coordinates(shown.geometry.to_numpy()):
        near |= np.hypot(*(home_xy - xy).T) <= 2.0 * reach
    around = Surroundings(situation.network, homes[near])
    shapes = draw(around, situation.snap(shown), situation.parameters.walking, limit=setting.limit)
    frame = chosen[["candidate_id"]].reset_index(drop=True)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=situation.network.epsg)

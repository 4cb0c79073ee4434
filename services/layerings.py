"""Layers seen from homes and from points: which area each lies in."""

import numpy as np
import pandas as pd

from geo.areas import locate
from geo.coverage import Layering
from geo.network import FloatArray
from services.workspace import Workspace


def layering_of(workspace: Workspace, layer_id: str, place_xy: FloatArray) -> Layering:
    """Return one layer as on the workspace's day, seen from homes and from (n, 2) points, plane CRS."""
    areas = workspace.areas()
    areas = areas[areas["layer"] == layer_id].reset_index(drop=True)
    position = pd.Index(areas["area_id"])
    homes = workspace.demand()[f"in_{layer_id}"]
    return Layering(areas, position.get_indexer(homes).astype(np.int64), locate(place_xy, areas))

"""The edits that a run was computed with, as a map shows them."""

import geopandas as gpd

from geo.edits.applied import shapes_of
from services.edits.versions import in_force
from services.situation.view import Situation

COLUMNS = ("edit_id", "kind", "name", "valid_from", "valid_to")


def edits_frame(situation: Situation) -> gpd.GeoDataFrame:
    """
    Return the edits in force, sorted by id, plane CRS.

    Columns: ``edit_id, kind, name, valid_from, valid_to`` (ISO, '' where open) and ``geometry``. Who
    drew them and what they noted stays in the workspace: that is for the office, not for readers.
    """
    version, day = situation.drawn
    drawn = {one.edit.edit_id: one for one in in_force(situation.workspace, day, version=version)}
    edits = [one.edit for one in drawn.values()]
    shapes = shapes_of(edits, situation.workspace.network()) if edits else {}
    rows = [
        {
            "edit_id": name,
            "kind": drawn[name].edit.kind,
            "name": drawn[name].said("name"),
            "valid_from": str(drawn[name].valid_from or ""),
            "valid_to": str(drawn[name].valid_to or ""),
            "geometry": shape,
        }
        for name, shape in shapes.items()
    ]
    return gpd.GeoDataFrame(
        rows, columns=[*COLUMNS, "geometry"], geometry="geometry", crs=situation.network.epsg
    )

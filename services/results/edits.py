"""Edits of the streets as a map shows them."""

from collections.abc import Sequence

import geopandas as gpd

from geo.edits.applied import shapes_of
from services.edits.drawings import Drawn
from services.workspace.folder import Workspace

COLUMNS = ("edit_id", "kind", "name", "valid_from", "valid_to")


def edits_frame(workspace: Workspace, drawn: Sequence[Drawn]) -> gpd.GeoDataFrame:
    """
    Return edits that are in force together, sorted by id, plane CRS.

    Columns: ``edit_id, kind, name, valid_from, valid_to`` (ISO, '' where open) and ``geometry``. Who
    drew them and what they noted stays in the workspace: that is for the office, not for readers.
    """
    network, found = workspace.network(), {one.edit.edit_id: one for one in drawn}
    shapes = shapes_of([one.edit for one in drawn], network) if found else {}
    rows = [
        {
            "edit_id": name,
            "kind": found[name].edit.kind,
            "name": found[name].said("name"),
            "valid_from": str(found[name].valid_from or ""),
            "valid_to": str(found[name].valid_to or ""),
            "geometry": shape,
        }
        for name, shape in shapes.items()
    ]
    return gpd.GeoDataFrame(
        rows, columns=[*COLUMNS, "geometry"], geometry="geometry", crs=network.epsg
    )

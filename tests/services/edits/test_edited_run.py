"""A run with edits: the map's streets stay, the figures follow what planners drew."""

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from services.edits.versions import add_edits
from services.results.run import run
from services.workspace.folder import Snapshot, Workspace, open_workspace


@pytest.fixture
def workspace(town_snapshot: Snapshot, tmp_path: Path) -> Workspace:
    """Return a copy of the small model town that a test may edit."""
    path = tmp_path / "town"
    shutil.copytree(town_snapshot.workspace.path, path)
    return open_workspace(path)


def ring_of_barriers(workspace: Workspace, path: Path, xy: tuple[float, float]) -> Path:
    """Draw a barrier all round a spot, 120 m away."""
    epsg = workspace.profile.municipality.plane_epsg
    ring = shapely.LineString(shapely.Point(xy).buffer(120.0).exterior.coords)
    lonlat = gpd.GeoSeries([ring], crs=epsg).to_crs(6668).iloc[0]
    feature = {
        "type": "Feature",
        "geometry": shapely.geometry.mapping(lonlat),
        "properties": {"edit_id": "ring", "kind": "barrier", "name": "test"},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def reached(snapshot: Snapshot) -> pd.Series:
    table = snapshot.table("coverage")
    return table.set_index(
        ["layer", "area_id", "frequency", "age_group", "profile", "walk_limit_m", "walk_limit_min"]
    )["reached"].sort_index()


def test_a_barrier_round_a_weekly_place_takes_its_residents(
    workspace: Workspace, tmp_path: Path, town_snapshot: Snapshot
) -> None:
    places = town_snapshot.layer("places")
    weekly = places[places["venue_frequency"] == "weekly"]
    most = weekly.loc[weekly["residents_reached"].idxmax()]
    spot = (most.geometry.x, most.geometry.y)
    added = add_edits(workspace, ring_of_barriers(workspace, tmp_path / "ring.geojson", spot))
    fenced = run(workspace)
    before, after = reached(town_snapshot), reached(fenced)
    # Nowhere does anybody gain by a barrier, and this place is walled in with its neighbours.
    assert (after <= before + 1e-6).all()
    found = fenced.layer("places").set_index("place_id").loc[most["place_id"]]
    assert found["residents_reached"] < most["residents_reached"]
    assert fenced.run["edits"]["version"] == added.version.version
    assert fenced.run["edits"]["in_force"] == ["ring"]
    # The same residents as ever: a home that is cut off is unreached, not lost.
    people = ["layer", "area_id", "age_group"]
    both = [
        snapshot.table("coverage").drop_duplicates(people).set_index(people)["residents"]
        for snapshot in (town_snapshot, fenced)
    ]
    assert both[0].equals(both[1])

"""A run with edits: the map's streets stay, the figures follow what planners drew."""

import json
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from services.edits.versions import add_edits, revert_edits
from services.results.run import run
from services.why.answer import why
from services.why.ground import Ground, Published
from services.why.words import sentences
from services.words.texts import text
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


def beside_a_house(workspace: Workspace, path: Path) -> tuple[Path, tuple[float, float]]:
    """Draw a barrier between one house and its street; return the file and the house in degrees."""
    homes = workspace.demand()
    home = homes[(homes["unsnapped"] == "") & (homes["snap_m"] > 8.0) & (homes["65+"] > 1.0)].iloc[
        0
    ]
    house, street = np.array([home.geometry.x, home.geometry.y]), home[["snap_x", "snap_y"]]
    along = (street.to_numpy(dtype=float) - house) / home["snap_m"]
    middle, across = house + along * home["snap_m"] / 2, np.array([-along[1], along[0]])
    line = shapely.LineString([middle - 3.0 * across, middle + 3.0 * across])
    shapes = gpd.GeoSeries([line, home.geometry], crs=homes.crs).to_crs(6668)
    feature = {
        "type": "Feature",
        "geometry": shapely.geometry.mapping(shapes.iloc[0]),
        "properties": {"edit_id": "wall", "kind": "barrier", "name": "test"},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path, (shapes.iloc[1].x, shapes.iloc[1].y)


def test_resident_and_planner_hear_the_same_of_a_barrier_before_a_door(
    workspace: Workspace, tmp_path: Path, town_snapshot: Snapshot
) -> None:
    file, (lon, lat) = beside_a_house(workspace, tmp_path / "wall.geojson")
    add_edits(workspace, file)
    fenced = run(workspace)
    lost = reached(town_snapshot) - reached(fenced)
    assert lost.max() > 0.0
    answer = why(Ground.of(fenced), lon, lat)
    assert not answer.way.within_limit
    assert answer.way.place_id == ""
    assert answer.leg.reason == "barrier"
    for lang in ("ja", "en"):
        assert text("why.unsnapped.barrier", lang) in sentences(answer, lang)


def test_a_snapshot_answers_with_the_edits_it_was_computed_with(
    workspace: Workspace, tmp_path: Path
) -> None:
    before = run(workspace)
    file, (lon, lat) = beside_a_house(workspace, tmp_path / "wall.geojson")
    add_edits(workspace, file)
    assert why(Ground.of(before), lon, lat).leg.reason == ""
    assert Published(before).edits == []
    after = run(workspace)
    revert_edits(workspace, 0)
    assert why(Ground.of(after), lon, lat).leg.reason == "barrier"
    assert [edit.edit_id for edit in Published(after).edits] == ["wall"]

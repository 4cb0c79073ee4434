"""Runs about nothing: all places closed, a barrier round a council, nobody of an age, a tie of steps."""

import json
import shutil
import sqlite3
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
    """Return a copy of the small model town that a test may change."""
    path = tmp_path / "town"
    shutil.copytree(town_snapshot.workspace.path, path)
    return open_workspace(path)


def test_with_all_places_closed_nobody_is_reached_and_every_table_is_whole(
    workspace: Workspace,
) -> None:
    with sqlite3.connect(workspace.path / "registry.sqlite") as registry:
        registry.execute("UPDATE places SET status = 'closed'")
        registry.execute("DELETE FROM place_status")
    snapshot = run(workspace)
    coverage = snapshot.table("coverage")
    assert (coverage["reached"] == 0).all()
    assert (coverage["places_n"] == 0).all()
    assert (coverage.loc[coverage["residents"] > 0, "coverage_pct"] == 0.0).all()
    assert coverage["walk_min_mean"].isna().all()
    assert set(snapshot.table("gaps")["gap"]) <= {"none", "needs_transport"}
    assert snapshot.run["summary"]["reached"] == 0.0
    # Candidates are found all the same: halls that could open.
    assert len(snapshot.layer("candidates")) > 0


def test_an_age_group_that_nobody_has_is_no_residents_and_no_percentage(
    workspace: Workspace,
) -> None:
    path = workspace.path / "layers" / "demand.parquet"
    homes = gpd.read_parquet(path)
    homes.assign(**{"75+": 0.0}).to_parquet(path)
    snapshot = run(open_workspace(workspace.path))
    coverage = snapshot.table("coverage")
    nobody = coverage[(coverage["age_group"] == "75+") & ~coverage["remainder"]]
    assert (nobody["residents"] == 0).all()
    assert nobody["coverage_pct"].isna().all()
    assert (nobody["reached"] == 0).all()


def test_a_barrier_that_cuts_a_council_off_is_told_and_loses_no_resident(
    workspace: Workspace, town_snapshot: Snapshot, tmp_path: Path
) -> None:
    areas = workspace.areas()
    council = areas[areas["layer"] == workspace.profile.analysis.council_layer].iloc[0]
    wall = shapely.LineString(council.geometry.convex_hull.buffer(30.0).exterior.coords)
    lonlat = gpd.GeoSeries([wall], crs=areas.crs).to_crs(6668).iloc[0]
    feature = {
        "type": "Feature",
        "geometry": shapely.geometry.mapping(lonlat),
        "properties": {"edit_id": "wall", "kind": "barrier"},
    }
    file = tmp_path / "wall.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    added = add_edits(workspace, file)
    assert added.effects[0].edges_n > 0
    walled = run(workspace).table("coverage")
    keys = [
        "layer",
        "area_id",
        "frequency",
        "age_group",
        "profile",
        "walk_limit_m",
        "walk_limit_min",
    ]
    both = town_snapshot.table("coverage").merge(walled, on=keys, suffixes=("", "_walled"))
    assert len(both) == len(walled)
    assert (both["residents"] == both["residents_walled"]).all()
    assert (both["reached_walled"] <= both["reached"] + 1e-6).all()
    # Inside the wall nobody reaches a place outside it any more: own area and any area are the same.
    inside = walled[
        (walled["area_id"] == council["area_id"]) & (walled["layer"] == council["layer"])
    ]
    limits = pd.notna(inside["walk_limit_m"])
    assert inside.loc[limits, "reached"].to_numpy() == pytest.approx(
        inside.loc[limits, "reached_own_area"].to_numpy(), rel=0.05
    )

"""Snaps as a table: by hand, on the model town, and what of them may leave."""

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geo.errors import InvalidInputError
from geo.streets.network import joinable
from geo.walking.snapping import REASONS
from services.registry.seen import seen_places
from services.results.snaps import (
    CLASSES,
    COLUMNS,
    distance_classes,
    public_snaps,
    snaps_by_class,
    snaps_frame,
    why,
    write_snaps,
)
from services.workspace.folder import REMAINDER, Snapshot, Workspace, open_workspace


def test_a_leg_belongs_to_the_class_that_ends_at_it() -> None:
    legs_m = np.array([0.0, 25.0, 25.1, 50.0, 100.0, 100.01, 300.0, 300.5, np.nan])
    assert distance_classes(legs_m) == [
        *("0-25", "0-25", "25-50", "25-50", "50-100", "100-300", "100-300", "300+", "")
    ]


@pytest.mark.parametrize("reason", ["", *REASONS])
def test_every_reason_has_words_of_its_own_in_both_languages(reason: str) -> None:
    told = {lang: [why(other, 250.0, lang) for other in ("", *REASONS)] for lang in ("ja", "en")}
    assert told["ja"].count(why(reason, 250.0, "ja")) == 1
    assert told["en"].count(why(reason, 250.0, "en")) == 1
    assert why("too_far", 250.0, "ja") == "250m以内に歩ける道がない"
    assert why("too_far", 250.0, "en") == "no walkable street within 250 m"


def snaps(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Return a table of (kind, class, reason, residents)."""
    frame = pd.DataFrame(rows, columns=["kind", "distance_class", "reason", "residents"])
    return frame.assign(why=frame["reason"], why_en=frame["reason"])


def counted(table: pd.DataFrame) -> list[tuple[object, ...]]:
    columns = ["kind", "distance_class", "reason", "points_n", "residents"]
    return list(table[columns].itertuples(index=False, name=None))


def test_classes_are_counted_legs_first_then_reasons() -> None:
    table = snaps_by_class(
        snaps(
            ("venue", "", "no_coordinates", np.nan),
            ("home", "", "too_far", 1.5),
            ("home", "100-300", "", 2.0),
            ("home", "0-25", "", 3.0),
            ("home", "0-25", "", 4.0),
            ("home", "", "isolated", 0.0),
        )
    )
    assert counted(table.iloc[:4]) == [
        ("home", "0-25", "", 2, 7.0),
        ("home", "100-300", "", 1, 2.0),
        ("home", "", "isolated", 1, 0.0),
        ("home", "", "too_far", 1, 1.5),
    ]
    assert counted(table.iloc[4:])[0][:4] == ("venue", "", "no_coordinates", 1)
    assert np.isnan(table["residents"].iloc[4])


@pytest.fixture(scope="module")
def frame(town_snapshot: Snapshot) -> gpd.GeoDataFrame:
    return snaps_frame(town_snapshot.workspace)


def test_every_home_place_and_venue_has_one_row(
    town_snapshot: Snapshot, frame: gpd.GeoDataFrame
) -> None:
    homes = town_snapshot.workspace.demand()
    assert list(frame.columns) == list(COLUMNS)
    assert (frame["kind"] == "home").sum() == len(homes)
    places = frame[frame["kind"] == "place"]
    assert sorted(places["id"]) == sorted(town_snapshot.layer("places")["place_id"])
    assert (frame.loc[frame["kind"] == "venue", "id"] != "").all()
    assert (frame.loc[frame["kind"] == "home", ["id", "name"]] == "").all(axis=None)
    assert frame["residents"].sum() == pytest.approx(homes["65+"].sum(), abs=1e-6)


def test_a_leg_leads_from_the_point_to_its_street_and_is_as_long_as_it_says(
    town_snapshot: Snapshot, frame: gpd.GeoDataFrame
) -> None:
    workspace = town_snapshot.workspace
    joined = frame[frame["reason"] == ""].reset_index(drop=True)
    assert (joined.geom_type == "LineString").all()
    np.testing.assert_allclose(joined.length, joined["snap_m"], atol=1e-6)
    homes = workspace.demand().geometry.to_numpy()
    legs = frame.geometry.to_numpy()[: len(homes)]
    assert shapely.equals(shapely.get_point(legs, 0), homes).all()
    network = workspace.network()
    edges, lines = network.edges, network.edge_lines
    # Nobody joins what leads nowhere, a bridge or a tunnel.
    least_m = workspace.profile.streets.isolated_below_m
    reachable = lines[joinable(network, isolated_below_m=least_m)]
    for row in joined.iloc[:: max(1, len(joined) // 50)].itertuples():
        own = lines[(edges["osm_id"] == row.osm_id).to_numpy()]
        end = shapely.get_point(row.geometry, -1)
        assert shapely.distance(own, end).min() < 1e-6
        assert row.snap_m == pytest.approx(
            shapely.distance(reachable, shapely.get_point(row.geometry, 0)).min(), abs=1e-6
        )


@pytest.fixture
def cut_off(town_snapshot: Snapshot, tmp_path: Path) -> Workspace:
    """Copy the model town and take the street from every home of one small area but not its people."""
    path = tmp_path / "workspace"
    shutil.copytree(town_snapshot.workspace.path, path)
    stored = path / "layers" / "demand.parquet"
    homes = gpd.read_parquet(stored)
    alone = (homes["source_area_id"] == homes["source_area_id"].iloc[0]).to_numpy()
    homes.loc[alone, "edge"] = -1
    homes.loc[alone, ["offset_m", "snap_m", "snap_x", "snap_y"]] = np.nan
    homes.loc[alone, "unsnapped"] = "too_far"
    homes.to_parquet(stored)
    return open_workspace(path)


def test_a_home_without_a_street_is_a_point_with_its_reason(cut_off: Workspace) -> None:
    frame = snaps_frame(cut_off)
    homes = cut_off.demand()
    alone = (homes["unsnapped"] == "too_far").to_numpy()
    rows = frame[frame["kind"] == "home"][alone]
    assert 0 < len(rows) < len(homes)
    assert (rows.geom_type == "Point").all()
    assert rows["osm_id"].isna().all()
    assert rows["snap_m"].isna().all()
    assert (rows[["street", "distance_class"]] == "").all(axis=None)
    assert set(rows["why"]) == {why("too_far", cut_off.profile.streets.snap_limit_m, "ja")}


def test_residents_without_a_street_add_up_in_every_layer(cut_off: Workspace) -> None:
    homes = cut_off.demand()
    expected = homes.loc[homes["edge"] < 0, "65+"].sum()
    assert expected > 0
    areas = public_snaps(cut_off).areas
    for layer in cut_off.profile.layers:
        rows = areas[areas["layer"] == layer.id]
        assert rows["area_id"].iloc[-1] == REMAINDER
        assert rows["unsnapped"].sum() == pytest.approx(expected, abs=1e-6)


def test_nothing_of_what_may_leave_tells_where_a_home_is(
    cut_off: Workspace, tmp_path: Path
) -> None:
    written = write_snaps(cut_off)
    assert written.path == cut_off.path / "export" / "snaps.gpkg"
    layers = [name for name, _ in pyogrio.list_layers(written.path)]
    assert layers == ["unsnapped_by_area", "unsnapped_places", "classes", "about"]
    homes = {tuple(xy) for xy in shapely.get_coordinates(cut_off.demand().geometry.to_numpy())}
    for name in layers[:2]:
        found = gpd.read_file(written.path, layer=name)
        assert not {tuple(xy) for xy in shapely.get_coordinates(found.geometry)} & homes


def test_the_places_that_no_street_comes_near_are_named_and_private_homes_at_their_cells(
    town_snapshot: Snapshot,
) -> None:
    workspace = town_snapshot.workspace
    # With a limit of a millimetre hardly any place stands on its street.
    workspace = open_workspace(workspace.path)
    streets = workspace.profile.streets.model_copy(update={"snap_limit_m": 0.001})
    workspace.profile = workspace.profile.model_copy(update={"streets": streets})
    places = public_snaps(workspace).places
    stored = seen_places(workspace.seen("exact")).set_index("place_id")
    own = stored.loc[places["place_id"]]
    assert len(places) > 0.9 * len(stored)
    assert set(places["reason"]) <= {"too_far", "no_coordinates"}
    assert places["why_en"].iloc[0] == "no walkable street within 0 m"
    private = own["private_home"].astype(bool).to_numpy()
    assert private.any()
    assert places["blurred"].tolist() == private.tolist()
    moved = places.geometry[private].reset_index(drop=True)
    exact = own.geometry[private].reset_index(drop=True)
    there = ~(moved.isna() | moved.is_empty)
    assert (moved.distance(exact)[there] > 0).all()


def test_the_full_layer_stays_beside_the_workspace(town_snapshot: Snapshot, tmp_path: Path) -> None:
    workspace = town_snapshot.workspace.seen("exact")
    written = write_snaps(workspace, tmp_path / "snaps.gpkg")
    found = pyogrio.read_dataframe(written.path, layer="snaps")
    frame = snaps_frame(workspace)
    assert len(found) == (frame["reason"] == "").sum()
    told = pyogrio.read_dataframe(written.path, layer="about").set_index("key")["value"]
    assert "shows where people live" in told["note_en"]
    assert "人が住んでいる場所がわかる" in told["note"]
    assert sum(line.points_n for line in written.lines) == len(frame)
    assert {line.distance_class for line in written.lines} <= {*CLASSES, ""}
    for out in (workspace.path / "export" / "snaps.gpkg", tmp_path / "snaps.geojson"):
        with pytest.raises(InvalidInputError, match=r"--view public|\.gpkg"):
            write_snaps(workspace, out)
        assert not out.exists()
    assert not (workspace.path / "export").exists()

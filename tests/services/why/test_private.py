"""Private roads and directions in the town with the railway: the card, and the run beside it."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.why.answer import why
from services.why.ground import Ground
from services.workspace.folder import Workspace, open_workspace
from tests.railtown import lonlat, rail_workspace
from tests.streets import PLANE

HOUSE = (190.0, 100.0)


def changed(folder: Path, **columns: dict[str, object]) -> Workspace:
    """Return the town with columns of the edges changed, by the name of the street."""
    path = rail_workspace(folder).path
    edges = gpd.read_parquet(path / "network" / "edges.parquet")
    for column, values in columns.items():
        edges[column] = edges["name"].map(values).fillna(edges[column]).astype(edges[column].dtype)
    edges.to_parquet(path / "network" / "edges.parquet")
    return open_workspace(path)


def ground_of(workspace: Workspace) -> Ground:
    return Ground(Situation(workspace, Parameters.of(workspace.profile)))


def test_the_card_says_how_far_the_way_leads_over_a_private_road(tmp_path: Path) -> None:
    found = why(ground_of(changed(tmp_path, private={"袋小路": True})), *lonlat(*HOUSE))
    assert found.way.private_m == pytest.approx(100.0, abs=1e-3)
    assert "途中の100mは私道です。" in found.sentences["ja"]
    assert "100 m of the way lead over a private road." in found.sentences["en"]


def test_over_public_roads_the_card_says_nothing(tmp_path: Path) -> None:
    found = why(ground_of(rail_workspace(tmp_path)), *lonlat(*HOUSE))
    assert found.way.private_m == 0.0
    assert not any("私道" in sentence for sentence in found.sentences["ja"])


def test_who_would_have_to_pass_through_a_private_bridge_does_not_get_there(tmp_path: Path) -> None:
    ground = ground_of(changed(tmp_path, private={"みなみ跨線橋": True}))
    assert why(ground, *lonlat(*HOUSE)).way.walk_m is None


@pytest.mark.parametrize(
    "columns",
    [
        {"private": {"袋小路": True, "北通り": True}},
        {"private": {"南通り": True}},
        {"oneway": {"橋の道": 1}},
        {"oneway": {"橋の道": -1, "南通り": -1}, "private": {"袋小路": True}},
    ],
    ids=str,
)
def test_every_home_is_answered_as_the_run_counts_it(
    tmp_path: Path, columns: dict[str, dict[str, object]]
) -> None:
    path = changed(tmp_path, **columns).path
    rng = np.random.default_rng(12)
    xy = rng.uniform((0.0, -40.0), (1000.0, 260.0), (60, 2)).round(3)
    one = gpd.read_parquet(path / "layers" / "demand.parquet")
    situation = Situation(open_workspace(path), Parameters.of(open_workspace(path).profile))
    snaps = situation.snap(gpd.GeoDataFrame(geometry=shapely.points(xy), crs=PLANE))
    homes = one.iloc[np.zeros(len(xy), dtype=int)].reset_index(drop=True)
    homes = homes.assign(
        **{name: snaps[name].to_numpy() for name in ("edge", "offset_m", "snap_m")},
        snap_x=snaps["x"].to_numpy(),
        snap_y=snaps["y"].to_numpy(),
        unsnapped=snaps["reason"].to_numpy(),
    )
    homes.set_geometry(shapely.points(xy), crs=PLANE).to_parquet(path / "layers" / "demand.parquet")
    situation = Situation(open_workspace(path), Parameters.of(open_workspace(path).profile))
    ground = Ground(situation)
    weekly = situation.counted["venue_frequency"].isin(["weekly", "permanent"]).to_numpy()
    walked = situation.walking.approach(situation.parameters.limit, weekly).walk_m
    for at, expected in zip(xy, walked, strict=True):
        told = why(ground, *lonlat(*at)).way.walk_m
        assert (np.inf if told is None else told) == pytest.approx(expected, abs=1e-3)
    assert np.isfinite(walked).any()

"""What a walking profile asks of points of streets, from the profile to the walk."""

from pathlib import Path

import numpy as np

from services.intake.build import build
from services.situation.parameters import Parameters
from services.situation.view import Situation
from tests.village import village_snapshot, write_streets

WALKERS = """
[[walking_profiles]]
id = "standard"
label = "ふつう"
label_en = "standard"
speed_m_per_min = 60
origin = "架空"

[[walking_profiles]]
id = "rollator"
label = "歩行器"
label_en = "rollator"
speed_m_per_min = 60
origin = "架空"
forbid = { barrier = ["stile"] }
"""


def test_one_walker_stops_at_a_stile_that_the_other_climbs(tmp_path: Path) -> None:
    plain = village_snapshot(tmp_path, council_layer="district").workspace
    assert plain.network().node_traits == {}
    profile = tmp_path / "village.toml"
    profile.write_text(profile.read_text("utf-8") + WALKERS, "utf-8")
    # At the first lane of the street (x = 150), and a gate that nobody asks for at the second.
    write_streets(
        tmp_path / "streets.osm.pbf",
        node_tags={2: {"barrier": "stile"}, 3: {"barrier": "gate"}},
    )
    workspace = build(profile, tmp_path / "with")
    assert list(workspace.network().node_traits.values()) == ["barrier=stile"]
    situation = Situation(workspace, Parameters.of(workspace.profile))
    every = np.ones(len(situation.counted), dtype=bool)
    climbs, stops = (walking.m.nearest(every).home_walk for walking in situation.walkings)
    west = (situation.homes.geometry.x < 140.0).to_numpy()
    east = (situation.homes.geometry.x > 160.0).to_numpy() & np.isfinite(climbs)
    assert west.any()
    assert east.any()
    assert np.isfinite(climbs[west]).all()
    assert np.isinf(stops[west]).all()
    np.testing.assert_allclose(stops[east], climbs[east], atol=1e-9)

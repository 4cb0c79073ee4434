"""Every real town: homes inside the polygons of sampled places are the homes reached."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from services.profile.book import bundled_profiles
from services.results.reach import Surroundings, draw, drawn_homes
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.workspace.folder import open_workspace
from tests.realtowns import KASHIWA, data_of

TOWNS = [
    path.stem for path in bundled_profiles() if path.stem != KASHIWA and data_of(path.stem).is_dir()
]
SAMPLED = 8

pytestmark = [
    pytest.mark.real,
    pytest.mark.long,
    pytest.mark.skipif(not TOWNS, reason="the open data is not beside the checkout"),
]


@pytest.mark.parametrize("code", sorted(TOWNS))
def test_homes_inside_are_homes_reached(code: str, real_town: Callable[[str], Path]) -> None:
    workspace = open_workspace(real_town(code))
    situation = Situation(workspace, Parameters.of(workspace.profile))
    homes, limit = drawn_homes(situation), situation.parameters.limit
    # All residents of these towns come from published tables, those at points of their own too.
    assert len(homes) == len(situation.homes)
    rng = np.random.default_rng(int(code))
    # Half of the places stand at homes far off their street, where outlines are most at risk.
    far = np.argsort(-homes["snap_m"].fillna(-1.0).to_numpy())[: 20 * SAMPLED]
    rows = np.concatenate([rng.choice(far, SAMPLED // 2), rng.choice(len(homes), SAMPLED // 2)])
    origins = situation.snap(homes.iloc[rows])
    around = Surroundings(situation.network, homes)
    shapes = draw(around, origins, situation.parameters.walking, limit=limit)
    walks = situation.walking.catchments(origins, limit)
    xy = shapely.get_coordinates(homes.geometry.to_numpy())
    shapely.prepare(shapes)
    for origin, shape in enumerate(shapes):
        reached = np.zeros(len(homes), dtype=bool)
        reached[walks.home[walks.origin == origin]] = True
        np.testing.assert_array_equal(shapely.contains_xy(shape, xy[:, 0], xy[:, 1]), reached)
    assert shapely.is_valid(shapes).all()

"""The grid of private homes: a result is shown by the one that it was made with."""

from pathlib import Path

import pandas as pd
import pytest

from services.publication.tables import Publication
from services.results.run import run
from services.results.streets import shown_snaps
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.why.ground import Ground
from services.workspace.folder import Snapshot, Workspace, open_workspace
from tests.railtown import PLACES, rail_workspace

HOME = str(PLACES[0][0])

Spot = tuple[float, float]


def with_blur(workspace: Workspace, blur_m: float) -> Workspace:
    profile = workspace.path / "profile.toml"
    written = profile.read_text("utf-8").partition("\n[privacy]")[0]
    profile.write_text(f"{written.rstrip()}\n\n[privacy]\nblur_m = {blur_m}\n", "utf-8")
    return open_workspace(workspace.path)


def shown(snapshot: Snapshot) -> Spot:
    places = Publication(snapshot).disclosed.places.set_index("place_id")
    assert places["blurred"].tolist().count(True) == 1
    return places.geometry[HOME].x, places.geometry[HOME].y


def told_by_why(snapshot: Snapshot) -> Spot:
    places = Ground.of(snapshot).places.set_index("place_id")
    return places.geometry[HOME].x, places.geometry[HOME].y


def starts(snapshot: Snapshot) -> pd.DataFrame:
    seen = snapshot.workspace
    return shown_snaps(Situation(seen, Parameters.of(seen.profile)))


@pytest.mark.parametrize("later_m", [70.0, 400.0])
def test_an_old_result_is_shown_by_the_grid_that_its_shapes_were_drawn_with(
    tmp_path: Path, later_m: float
) -> None:
    workspace = with_blur(rail_workspace(tmp_path, private=(HOME,)), 150.0)
    old = run(workspace)
    before = shown(workspace.snapshot(old.name))
    changed = with_blur(workspace, later_m)
    assert changed.profile.privacy.blur_m == later_m
    again = changed.snapshot(old.name)
    assert shown(again) == told_by_why(again) == before
    # What streets and shapes start from is the very same cell.
    first, kept, fresh = map(starts, (workspace.snapshot(old.name), again, run(changed)))
    assert kept.equals(first)
    assert not kept.equals(fresh)
    assert shown(changed.snapshot()) != before

"""What is shown of a private home, in the public view and in the exact one."""

from pathlib import Path

import pytest

from geo.errors import BrokenWorkspaceError
from services.publication.tables import Publication, provenance
from services.results.run import run
from services.why.ground import Ground
from services.words.vocabulary import EXACT, PUBLIC, View
from services.workspace.folder import Snapshot, open_workspace
from tests.railtown import PLACES, rail_workspace

HOME, NAME, X, Y = PLACES[0][:4]


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return run(rail_workspace(tmp_path, private=(HOME,)))


@pytest.mark.parametrize(("view", "at"), [(PUBLIC, (225.0, 225.0)), (EXACT, (X, Y))])
def test_a_private_home_is_shown_where_it_was_counted(
    snapshot: Snapshot, view: View, at: tuple[float, float]
) -> None:
    seen = open_workspace(snapshot.workspace.path, view=view).snapshot()
    places = Publication(seen).disclosed.places.set_index("place_id")
    there = Ground.of(seen).places.set_index("place_id")
    for frame in (places, there):
        assert (frame.geometry[HOME].x, frame.geometry[HOME].y) == pytest.approx(at)
    assert places.loc[HOME, "blurred"] == (view == PUBLIC)
    assert (places.loc[HOME, "name"] == NAME) == (view == EXACT)
    assert not places["blurred"].drop(HOME).any()
    assert provenance(seen)["view"] == view


def test_a_result_with_other_cells_is_made_anew_and_not_shown(snapshot: Snapshot) -> None:
    """Two cells that hold one home would narrow it down."""
    profile = snapshot.workspace.path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + "blur_m = 70\n", "utf-8")
    changed = open_workspace(snapshot.workspace.path)
    with pytest.raises(BrokenWorkspaceError, match="arukeba run"):
        changed.snapshot(snapshot.name)
    assert run(changed).name != snapshot.name

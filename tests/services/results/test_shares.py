"""Each area's share of the targets, on the town of one street (tests/datedtown.py)."""

from pathlib import Path

import pytest

from geo.errors import NotFoundError
from services.councils.decisions import record_decision
from services.councils.entry import NewDecision
from services.results.shares import share_lines, share_of, share_table, shares_answer, shares_frame
from services.workspace.folder import Snapshot, Workspace
from tests.databases import DATABASES, registry_of
from tests.datedtown import dated_workspace


@pytest.fixture(params=DATABASES)
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    return dated_workspace(tmp_path, registry=registry_of(request.param, tmp_path))


def rows(workspace: Workspace) -> dict[tuple[int, str], dict]:
    return {
        (row["target"], row["area_id"]): row for row in shares_frame(workspace).to_dict("records")
    }


def test_areas_where_there_are_borders_residents_where_there_are_none(workspace: Workspace) -> None:
    found = rows(workspace)
    # A weekly place in each of the 2 districts: one each. West has A (100 m), east D and D2 together.
    for area in ("w", "e"):
        assert (found[0, area]["share"], found[0, area]["existing"]) == (1, 1)
        assert found[0, area]["counts"] == "areas"
    # 5 monthly places, the layer has no borders: west has 50 of 200 residents, quota 1.25; east
    # 3.75. One and three, the fifth to the larger fraction: east.
    assert (found[1, "w"]["share"], found[1, "e"]["share"]) == (1, 4)
    # A in the west; D and D2 in the east, so two are missing there.
    assert (found[1, "w"]["existing"], found[1, "w"]["missing"]) == (1, 0)
    assert (found[1, "e"]["existing"], found[1, "e"]["missing"]) == (2, 2)
    assert found[1, "e"]["counts"] == "places"


def test_what_is_adopted_is_planned(workspace: Workspace) -> None:
    decided = NewDecision(
        "open", "weekly", "adopted", "e", venue_id="vC", meeting_date="2025-10-01"
    )
    record_decision(workspace, decided)
    found = rows(workspace)
    assert (found[1, "e"]["planned"], found[1, "e"]["missing"]) == (1, 1)
    # The district had a weekly place already.
    assert found[0, "e"]["planned"] == 0


def test_the_shares_add_up_to_the_target_of_the_municipality(town_snapshot: Snapshot) -> None:
    workspace = town_snapshot.workspace
    shares = shares_frame(workspace)
    summary = town_snapshot.run["summary"]["targets"]
    for position, target in enumerate(summary):
        part = shares[shares["target"] == position]
        assert part["share"].sum() == target["number"]
        assert part["existing"].sum() == target["reached"]


def test_it_is_said_in_both_languages(workspace: Workspace) -> None:
    found = share_of(shares_frame(workspace), "東地区")
    japanese = share_lines(found, "ja")
    assert (
        japanese[1]
        == "東地区の分は「月1 5か所」のうち4か所です。いま2か所、計画中0か所、あと2か所です"
    )
    assert "nothing to go" in share_lines(found, "en")[0]
    line = share_table(found, "ja")[1]
    assert (line.label, line.share, line.existing, line.missing) == (
        *("月1 5か所", "4か所", "2か所", "2か所"),
    )
    assert len(shares_answer(workspace, "e")["shares"]) == 2
    with pytest.raises(NotFoundError, match="東地区"):
        shares_answer(workspace, "どこか")

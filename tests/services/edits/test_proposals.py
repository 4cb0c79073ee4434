"""Proposals for the streets, by hand (tests/railtown.py): what they change, who decides, what is kept of them."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from geo.errors import ArukebaError, InvalidInputError, NotFoundError
from services.edition.publish import publish
from services.edits import proposals
from services.edits.proposals import (
    NewProposal,
    accept_proposal,
    list_proposals,
    proposal_features,
    proposals_file,
    propose,
    reject_proposal,
)
from services.edits.versions import list_versions, read_edits, revert_edits
from services.results.run import run
from services.scenarios.proposed import proposal_effect, told_effect
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.why.ground import Published
from services.words.texts import told
from services.workspace.folder import Workspace, carry_over
from tests.railtown import lonlat, rail_workspace

WEEKLY_SOUTH = ("S", "南の家", 400.0, 0.0, "毎週木曜日10:00〜12:00", "active")


def line(*spots: tuple[float, float]) -> list[list[float]]:
    return [list(lonlat(*spot)) for spot in spots]


LEVEL_CROSSING = line((200, 118), (200, 213))
"""From the dead end over the railway to the northern street, 2 m short of either."""
FENCE = line((300, -20), (300, 20))
"""Across the southern street, between the home (200, 0) and S (400, 0)."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return rail_workspace(tmp_path)


def crossing(**more: Any) -> NewProposal:
    return NewProposal("path", LEVEL_CROSSING, **more)


def situation(workspace: Workspace) -> Situation:
    return Situation(workspace, Parameters.of(workspace.profile))


def test_a_missing_path_brings_the_home_that_it_is_missing_to(workspace: Workspace) -> None:
    # 120 m of dead end, 95 m of path, 30 m to W: 245 m instead of 1,745 m round the bridge.
    effect = proposal_effect(situation(workspace), "path", LEVEL_CROSSING)
    assert (effect.gained, effect.lost, effect.age_group) == (10.0, 0.0, "65+")
    assert effect.added_m == pytest.approx(95.0, abs=2.1)  # its ends are drawn up to 2 m apart
    assert (effect.closed_m, effect.cut_off_m) == (0.0, 0.0)
    said = told_effect(effect, 0)["sentences"]
    assert said["ja"] == ["65歳以上10人が、新しく歩いて500m以内で週1の場に届きます。"]


def test_a_barrier_takes_the_place_behind_it(tmp_path: Path) -> None:
    workspace = rail_workspace(tmp_path, WEEKLY_SOUTH)
    effect = proposal_effect(situation(workspace), "barrier", FENCE)
    assert (effect.gained, effect.lost) == (0.0, 10.0)
    # The street west of it, 300 m, and the dead end of 120 m lead nowhere else then.
    assert effect.cut_off_m == pytest.approx(420.0, abs=0.1)
    nowhere = proposal_effect(situation(workspace), "barrier", line((300, 40), (300, 60)))
    assert (nowhere.lost, nowhere.closed_m) == (0.0, 0.0)
    assert told_effect(nowhere, 0)["sentences"]["ja"][1:] == [
        "この線は、どの道にもかかっていません。"
    ]


def test_what_is_tried_stands_on_the_edits_in_force(workspace: Workspace) -> None:
    propose(workspace, crossing())
    accept_proposal(workspace, 1)
    again = proposal_effect(Published(run(workspace)), "path", LEVEL_CROSSING)
    assert (again.gained, again.lost) == (0.0, 0.0)


def test_a_proposal_waits_and_changes_no_figure_until_a_planner_accepts_it(
    workspace: Workspace,
) -> None:
    made = propose(workspace, crossing(role="volunteer", remark=" 踏切があります "))
    assert (made.status, made.remark, made.line) == ("open", "踏切があります", made.line)
    assert list_versions(workspace) == []
    assert run(workspace).run["summary"]["reached"] == 0.0
    added = accept_proposal(workspace, 1, by="地域支援課", note="見てきた")
    assert (added.version.version, added.version.proposal, added.added) == (
        1,
        1,
        ("proposal-0001",),
    )
    (found,) = list_proposals(workspace)
    assert (found.status, found.version, found.decided_by, found.reason) == (
        "accepted",
        1,
        "地域支援課",
        "見てきた",
    )
    after = run(workspace)
    assert after.run["summary"]["reached"] == 10.0
    assert after.run["edits"]["in_force"] == ["proposal-0001"]
    # The remark of whoever drew it is in no edit, for edits are published.
    assert "踏切" not in (workspace.path / "edits" / "0001.geojson").read_text("utf-8")
    revert_edits(workspace, 0)
    assert list_proposals(workspace)[0].status == "accepted"


def test_who_is_decided_on_is_not_decided_on_again(workspace: Workspace) -> None:
    for _ in range(2):
        propose(workspace, crossing())
    accept_proposal(workspace, 1)
    rejected = reject_proposal(workspace, 2, by="地域支援課", reason="踏切は廃止された")
    assert (rejected.status, rejected.reason) == ("rejected", "踏切は廃止された")
    assert [one.status for one in list_proposals(workspace)] == ["rejected", "accepted"]
    for decide in (
        lambda one: accept_proposal(workspace, one),
        lambda one: reject_proposal(workspace, one, reason="x"),
    ):
        for one in (1, 2):
            with pytest.raises(InvalidInputError, match="already"):
                decide(one)
        with pytest.raises(NotFoundError, match="no proposal 3"):
            decide(3)
    assert len(list_versions(workspace)) == 1


def test_a_rejection_needs_a_reason(workspace: Workspace) -> None:
    propose(workspace, crossing())
    with pytest.raises(InvalidInputError, match="needs a reason"):
        reject_proposal(workspace, 1, reason=" ")
    assert list_proposals(workspace)[0].status == "open"


def test_of_those_who_accept_at_once_one_does(workspace: Workspace) -> None:
    propose(workspace, crossing())

    def accept(_: int) -> bool:
        try:
            accept_proposal(workspace, 1)
        except InvalidInputError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(accept, range(4))) == 1
    assert len(list_versions(workspace)) == 1


def test_who_propose_at_once_get_a_number_each(workspace: Workspace) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = [*pool.map(lambda _: propose(workspace, crossing()).proposal_id, range(6))]
    assert sorted(found) == [1, 2, 3, 4, 5, 6]


LONG = [[139.9 + 0.0001 * step, 35.9] for step in range(201)]
BAD: list[tuple[NewProposal, str, str]] = [
    (NewProposal("tunnel", LEVEL_CROSSING), "cannot be proposed", "提案できません"),
    (NewProposal("path", LEVEL_CROSSING[:1]), "has 1 points", "点が1個"),
    (NewProposal("path", LONG), "has 201 points", "点が201個"),
    (NewProposal("path", [[139.9, float("nan")], [139.9, 35.9]]), "point 1", "1番目の点"),
    (NewProposal("path", [[139.9, 35.9], [139.9]]), "point 2", "2番目の点"),
    (NewProposal("path", [[135.0, 35.0], [135.0, 35.001]]), "lies outside", "外にあります"),
    (NewProposal("path", [LEVEL_CROSSING[0]] * 2), "a single spot", "点"),
    (NewProposal("path", line((200, 60), (200, 150))), "its end is", "終点"),
    (NewProposal("path", line((0, 0), (0, 215), (0, -2000))), "m long", "長さ"),
    (NewProposal("path", LEVEL_CROSSING, role="mayor"), "role='mayor'", "role='mayor'"),
    (NewProposal("path", LEVEL_CROSSING, remark="あ" * 301), "301 letters", "301文字"),
]


@pytest.mark.parametrize(("new", "english", "japanese"), BAD, ids=[bad[1] for bad in BAD])
def test_what_cannot_be_meant_is_refused_in_one_sentence_and_nothing_is_written(
    workspace: Workspace, new: NewProposal, english: str, japanese: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        propose(workspace, new)
    assert english in str(refused.value)
    assert japanese in told(refused.value, "ja")
    assert list_proposals(workspace) == []
    assert not [*(workspace.path / "proposals").glob("*")]


def test_a_path_that_meets_no_street_is_refused_before_anything_is_said_of_it(
    workspace: Workspace,
) -> None:
    adrift = line((400, 450), (500, 450))
    for ask in (
        lambda: propose(workspace, NewProposal("path", adrift)),
        lambda: proposal_effect(situation(workspace), "path", adrift),
    ):
        with pytest.raises(InvalidInputError) as refused:
            ask()
        assert "street" in str(refused.value)
        assert "proposal" not in str(refused.value)
    assert list_proposals(workspace) == []


def test_no_more_than_so_many_wait(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposals, "OPEN_MOST", 2)
    for _ in range(2):
        propose(workspace, crossing())
    with pytest.raises(InvalidInputError, match="2 proposals wait already"):
        propose(workspace, crossing())
    reject_proposal(workspace, 1, reason="x")
    assert propose(workspace, crossing()).proposal_id == 3


def test_a_line_and_what_was_said_is_all_that_is_kept(workspace: Workspace) -> None:
    propose(workspace, crossing(role="resident", remark="理由"))
    stored = json.loads((workspace.path / "proposals" / "0001.json").read_text("utf-8"))
    assert {name for name, value in stored.items() if value} == {
        *("proposal_id", "kind", "line", "role", "remark", "made_on", "status"),
    }
    (seen,) = proposal_features(list_proposals(workspace), with_words=False)
    assert set(seen["properties"]) == {
        *("proposal_id", "kind", "made_on", "status", "decided_on", "version"),
    }
    assert seen["geometry"]["coordinates"] == stored["line"]


def test_a_build_keeps_them_and_what_is_published_holds_none(
    workspace: Workspace, tmp_path: Path
) -> None:
    propose(workspace, crossing(remark="理由"))
    new = tmp_path / "new"
    new.mkdir()
    carry_over(workspace.path, new)
    assert (new / "proposals" / "0001.json").is_file()
    run(workspace)
    published = publish(workspace, tmp_path / "out")
    assert not (published.path / "proposals").exists()
    with pytest.raises(InvalidInputError, match="a published folder"):
        propose(published, crossing())


def test_notes_are_as_josm_reads_them(workspace: Workspace) -> None:
    propose(workspace, crossing(remark="<踏切> & 坂"))
    root = ET.fromstring(proposals_file(list_proposals(workspace), "osn", "ja", with_words=True))  # noqa: S314  our own
    assert root.tag == "osm-notes"
    (note,) = root
    assert (note.tag, note.attrib["id"]) == ("note", "-1")
    lon, lat = lonlat(200, 165.5)  # the middle of y = 118 … 213
    assert float(note.attrib["lon"]) == pytest.approx(lon, abs=2e-7)
    assert float(note.attrib["lat"]) == pytest.approx(lat, abs=2e-7)
    (comment,) = note
    assert (comment.attrib["action"], comment.text) == (
        "opened",
        "地図にない、歩ける道（提案1）：<踏切> & 坂",
    )
    for moment in (note.attrib["created_at"], comment.attrib["timestamp"]):
        assert moment.endswith("T00:00:00Z")
    body = json.loads(proposals_file(list_proposals(workspace), "geojson", "ja", with_words=True))
    assert body["features"][0]["properties"]["remark"] == "<踏切> & 坂"


def test_an_accepted_line_that_no_longer_fits_is_refused_and_stays_open(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(workspace, crossing())
    monkeypatch.setattr(proposals, "JOIN_M", 1.0)  # 2 m short of the street
    refuse: Callable[[], Any] = lambda: accept_proposal(workspace, 1)  # noqa: E731
    with pytest.raises(ArukebaError, match="draw it up to the street"):
        refuse()
    assert list_proposals(workspace)[0].status == "open"
    assert read_edits(workspace) == []

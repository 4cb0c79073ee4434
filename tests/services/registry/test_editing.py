"""The registry as people keep it: on a file and on a server, and built anew under their hands."""

import xml.etree.ElementTree as ET
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point
from sqlalchemy import update

from geo.errors import (
    ChangedError,
    InvalidInputError,
    NoConditionError,
    NotAllowedError,
    NotFoundError,
    TakenError,
)
from services.registry.database import writing
from services.registry.decisions import COLUMNS, open_log
from services.registry.editing import (
    change_group,
    change_place,
    change_venue,
    confirm_place,
    create_group,
    create_place,
    create_venue,
    fields_of,
    group_fields_of,
    import_places,
    stale_places,
    state_of,
    undo_change,
    venue_fields_of,
)
from services.registry.feed import (
    atom,
    feed,
    history,
    month_report,
    notes,
    pin_note,
    remove_note,
)
from services.registry.hands import ANYBODY, Hand
from services.registry.listed import list_groups, list_venues
from services.registry.places import read_places, read_status_history, read_venues, write_registry
from services.registry.rows import GROUP, VENUE
from services.registry.seen import seen_venues
from services.registry.tables import AnswerRow
from services.registry.venues import with_venue_attributes
from services.words.dates import today
from services.words.vocabulary import EXACT
from services.workspace.folder import Workspace
from services.workspace.once import Once
from tests.databases import DATABASES, registry_of
from tests.datedtown import PLACES, _no_venues, dated_workspace, places
from tests.faults import each_death
from tests.warm import Warm

EPSG = 6677
NEW = {
    "name": "ひまわり",
    "venue_name": "東集会所",
    "group_name": "東の会",
    "schedule_text": "毎週火曜日10:00〜11:30",
    "opened_on": "令和7年4月",
}


@pytest.fixture(params=DATABASES)
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    return dated_workspace(tmp_path, registry=registry_of(request.param, tmp_path))


def held(workspace: Workspace) -> pd.DataFrame:
    return read_places(workspace.registry_url, EPSG).set_index("place_id")


def test_a_place_is_made_changed_and_undone_and_each_step_is_kept(workspace: Workspace) -> None:
    made = create_place(workspace, fields_of(NEW), who=Hand("第2層"))
    row = held(workspace).loc[made.place_id]
    assert (row["name"], row["group_name"], row["opened_on"]) == ("ひまわり", "東の会", "2025-04")
    closing = fields_of({"status": "closed", "closed_on": "2025-10-31"})
    kept = change_place(workspace, made.place_id, closing, who=Hand("市"), state=made.state)
    assert kept.fields == ("closed_on", "status")
    statuses = read_status_history(workspace.registry_url)
    assert statuses[statuses["place_id"] == made.place_id]["status"].tolist() == [
        "active",
        "closed",
    ]
    latest, first = history(workspace, made.place_id)
    assert (first["who"], first["action"], latest["who"]) == ("第2層", "create", "市")
    assert latest["before"] == {"closed_on": "", "status": "active"}
    assert latest["after"] == {"closed_on": "2025-10-31", "status": "closed"}
    with pytest.raises(ChangedError, match="undo what came later first"):
        undo_change(workspace, first["change_id"], who=Hand("市"))
    undo_change(workspace, latest["change_id"], who=Hand("市"))
    assert held(workspace).loc[made.place_id]["status"] == "active"
    with pytest.raises(ChangedError, match="undone already"):
        undo_change(workspace, latest["change_id"], who=Hand("市"))
    undo_change(workspace, first["change_id"], who=Hand("市"))
    assert made.place_id not in held(workspace).index
    assert len(history(workspace, made.place_id)) == 4


def test_who_changes_what_somebody_else_has_changed_is_told(workspace: Workspace) -> None:
    seen = state_of(workspace, "A", who=ANYBODY)
    change_place(workspace, "A", fields_of({"name": "一"}), who=Hand("a"), state=seen)
    with pytest.raises(ChangedError, match="read it again"):
        change_place(workspace, "A", fields_of({"name": "二"}), who=Hand("b"), state=seen)
    with pytest.raises(NoConditionError):
        change_place(workspace, "A", fields_of({"name": "二"}), who=Hand("b"), state="")
    assert held(workspace).loc["A"]["name"] == "一"


def test_what_is_there_is_not_made_again(workspace: Workspace) -> None:
    create_place(workspace, fields_of(NEW), who=ANYBODY)
    with pytest.raises(TakenError, match="change that one"):
        create_place(workspace, fields_of(NEW), who=ANYBODY)
    with pytest.raises(TakenError):
        create_place(workspace, fields_of({"name": "別"}), who=ANYBODY, place_id="A")
    create_place(workspace, fields_of({**NEW, "venue_name": "西集会所"}), who=ANYBODY)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"name": ""}, "name"),
        ({"name": "　"}, "a place needs its name"),
        ({"capacity": 3}, "a place needs its name"),
        ({"name": "x", "colour": 1}, "colour"),
        ({"name": "x", "schedule_text": "いつか"}, "cannot be read"),
        ({"name": "x", "opened_on": "昔"}, "no date"),
        ({"name": "x", "lon": 139.0}, "go together"),
        ({"name": "x", "status": "gone"}, "status"),
        ({"name": "x\x00"}, "name"),
    ],
)
def test_what_cannot_be_kept_is_refused(workspace: Workspace, told: dict, said: str) -> None:
    before = held(workspace)
    with pytest.raises(InvalidInputError, match=said):
        create_place(workspace, fields_of(told), who=ANYBODY)
    assert held(workspace).equals(before)


def test_one_call_confirms_and_the_stale_ones_are_listed(workspace: Workspace) -> None:
    # Nobody has confirmed any; B and C0 are closed, C rests.
    assert {one["place_id"] for one in stale_places(workspace)} == {"A", "D", "D2"}
    confirm_place(workspace, "A", who=Hand("市"))
    assert held(workspace).loc["A"]["verified_on"] == today().isoformat()
    assert {one["place_id"] for one in stale_places(workspace)} == {"D", "D2"}
    with pytest.raises(NotFoundError):
        confirm_place(workspace, "none", who=ANYBODY)


def test_an_import_is_all_or_nothing_and_can_be_looked_at_first(workspace: Workspace) -> None:
    before = held(workspace)
    rows = [{"place_id": "A", "capacity": 20}, dict(NEW)]
    told = import_places(workspace, rows, who=Hand("市"), preview=True)
    assert (told[0].action, told[0].place_id) == ("import", "A")
    assert told[1].action == "create"
    assert held(workspace).equals(before)
    with pytest.raises(InvalidInputError, match=r"row 2: .*nothing was taken in"):
        import_places(
            workspace, [rows[0], {"name": "y", "status": "?"}], who=Hand("市"), preview=False
        )
    assert held(workspace).equals(before)
    import_places(workspace, rows, who=Hand("市"), preview=False)
    assert held(workspace).loc["A"]["capacity"] == 20
    assert len(held(workspace)) == len(before) + 1
    again = import_places(workspace, rows, who=Hand("市"), preview=False)
    assert [one.action for one in again] == ["same", "same"]


def test_what_is_asked_once_is_done_once_and_answered_as_then(workspace: Workspace) -> None:
    once = Once.of("a", "POST /registry/imports", b"rows")
    rows = [dict(NEW), {"name": "二"}]
    first = import_places(workspace, rows, who=ANYBODY, preview=False, once=once)
    change = fields_of({"name": "三"})
    change_place(workspace, first[1].key, change, who=ANYBODY, state=first[1].state)
    again = import_places(workspace, rows, who=ANYBODY, preview=False, once=once)
    assert again == first
    assert sorted(name for name in held(workspace)["name"] if name in "二三") == ["三"]
    with pytest.raises(InvalidInputError, match="another key"):
        import_places(
            workspace,
            [{"name": "四"}],
            who=ANYBODY,
            preview=False,
            once=Once.of("a", "POST /registry/imports", b"other"),
        )
    # After a day the key is free.
    with writing(workspace.registry_url) as opened:
        opened.execute(update(AnswerRow).values(at="2001-01-01T00:00:00+00:00"))
    with pytest.raises(TakenError):
        create_place(workspace, fields_of(NEW), who=ANYBODY, once=Once.of("a", "POST", b""))
    create_place(workspace, fields_of({"name": "五"}), who=ANYBODY, once=once)
    assert "五" in set(held(workspace)["name"])


def test_a_request_that_failed_is_asked_anew_under_its_key(workspace: Workspace) -> None:
    once = Once.of("a", "POST", b"")
    with pytest.raises(InvalidInputError):
        create_place(workspace, fields_of({"name": "x", "opened_on": "昔"}), who=ANYBODY, once=once)
    assert (
        create_place(workspace, fields_of({"name": "x"}), who=ANYBODY, once=once).action == "create"
    )


def test_the_feed_says_what_became_of_places_and_nothing_of_who_or_values(
    workspace: Workspace,
) -> None:
    create_place(workspace, fields_of(NEW), who=Hand("山田"))
    confirm_place(workspace, "A", who=Hand("山田"))
    change_place(
        workspace,
        "D",
        fields_of({"status": "closed"}),
        who=Hand("山田"),
        state=state_of(workspace, "D", who=ANYBODY),
    )
    found = feed(workspace)
    assert [(one["event"], one["place_id"]) for one in found][:2] == [
        ("closed", "D"),
        ("confirmed", "A"),
    ]
    assert found[2]["event"] == "opened"
    assert found[2]["name"] == "ひまわり"
    assert "山田" not in str(found)
    month = today().isoformat()[:7]
    report = month_report(workspace, month)
    assert report["events"] == {"closed": 1, "confirmed": 1, "opened": 1}
    assert month_report(workspace, "2001-01")["events"] == {}
    council = found[0]["council_id"]
    assert council
    assert {one["place_id"] for one in feed(workspace, council)} <= {"A", "D"}
    root = ET.fromstring(atom(found, address="http://here/feed", lang="ja"))  # noqa: S314  what was just written
    entries = root.findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == 3
    with pytest.raises(InvalidInputError, match="2025-04"):
        month_report(workspace, "2025-13")


def test_the_public_view_tells_nothing_of_a_private_home(workspace: Workspace) -> None:
    home = {
        **NEW,
        "name": "佐藤さん宅",
        "venue_name": "佐藤",
        "address": "東1-2",
        "private_home": True,
    }
    made = create_place(workspace, fields_of({**home, "lon": 139.84, "lat": 36.0}), who=Hand("市"))
    told = str(
        [feed(workspace), history(workspace, made.place_id), month_report(workspace, "2001-01")]
    )
    assert "佐藤" not in told
    assert "東1-2" not in told
    assert "139.84" not in told


def test_notes_are_pinned_to_areas(workspace: Workspace) -> None:
    area = workspace.areas().iloc[0]
    where = str(area["layer"]), str(area["area_id"])
    number = pin_note(workspace, *where, "坂が急", who=Hand("市"))
    assert [(one["text"], one["who"]) for one in notes(workspace, *where, who=ANYBODY)] == [
        ("坂が急", "市")
    ]
    with pytest.raises(NotFoundError):
        pin_note(workspace, "none", "none", "x", who=ANYBODY)
    with pytest.raises(InvalidInputError, match="one line"):
        pin_note(workspace, *where, " ", who=ANYBODY)
    remove_note(workspace, number, who=ANYBODY)
    assert notes(workspace, *where, who=ANYBODY) == []


def test_a_list_that_is_read_anew_keeps_what_people_changed(workspace: Workspace) -> None:
    made = create_place(workspace, fields_of(NEW), who=ANYBODY)
    confirm_place(workspace, "A", who=ANYBODY)
    change_place(
        workspace,
        "D",
        fields_of({"name": "でー"}),
        who=ANYBODY,
        state=state_of(workspace, "D", who=ANYBODY),
    )
    undone = change_place(
        workspace,
        "D2",
        fields_of({"name": "ー"}),
        who=ANYBODY,
        state=state_of(workspace, "D2", who=ANYBODY),
    )
    undo_change(workspace, history(workspace, undone.place_id)[0]["change_id"], who=ANYBODY)
    # The list has a new first row: every id moves by one, and what it says of A's schedule is new.
    listed = places(*PLACES)
    moved = {"A": "B", "B": "C", "C": "D", "D": "E"}
    listed["place_id"] = [moved.get(key, key) for key in listed["place_id"]]
    listed.loc[listed["place_id"] == "B", "schedule_text"] = "毎週金曜日10:00〜11:30"
    write_registry(workspace.registry_url, _no_venues(), listed)
    found = held(workspace)
    assert found.loc["B"]["verified_on"] == today().isoformat()
    assert found.loc["B"]["schedule_text"] == "毎週金曜日10:00〜11:30"
    assert found.loc["E"]["name"] == "でー"
    assert found.loc["D2"]["name"] != "ー"
    assert found.loc[made.place_id]["name"] == "ひまわり"
    assert history(workspace, "B")[0]["action"] == "confirm"
    write_registry(workspace.registry_url, _no_venues(), listed)
    assert held(workspace).equals(found)


def test_a_venue_is_made_changed_and_undone_as_a_place_is(workspace: Workspace) -> None:
    hall = {"name": "西集会所", "address": "西1-1", "lon": 139.84, "lat": 36.0, "capacity": 30}
    made = create_venue(workspace, venue_fields_of(hall), who=Hand("市"))
    with pytest.raises(TakenError, match="change that one"):
        create_venue(
            workspace, venue_fields_of({"name": "西 集会所", "address": "西1-1"}), who=ANYBODY
        )
    create_venue(
        workspace, venue_fields_of({"name": "西集会所", "address": "西9-9"}), who=Hand("市")
    )
    listed = read_venues(workspace.registry_url, EPSG).set_index("venue_id")
    assert listed.loc[made.key]["capacity"] == 30
    bigger = change_venue(
        workspace, made.key, venue_fields_of({"capacity": 50}), who=Hand("市"), state=made.state
    )
    with pytest.raises(ChangedError, match="read it again"):
        change_venue(
            workspace, made.key, venue_fields_of({"capacity": 1}), who=ANYBODY, state=made.state
        )
    latest, first = history(workspace, made.key, VENUE)
    assert (latest["before"], latest["after"]) == ({"capacity": 30.0}, {"capacity": 50.0})
    undo_change(workspace, latest["change_id"], who=Hand("市"))
    assert bigger.fields == ("capacity",)
    create_place(workspace, fields_of({"name": "体操", "venue_id": made.key}), who=Hand("市"))
    with pytest.raises(ChangedError, match="places belong to it"):
        undo_change(workspace, first["change_id"], who=Hand("市"))
    undo_change(
        workspace, history(workspace, _place_at(workspace, made.key))[0]["change_id"], who=ANYBODY
    )
    undo_change(workspace, first["change_id"], who=Hand("市"))
    assert made.key not in set(read_venues(workspace.registry_url, EPSG)["venue_id"])


def _place_at(workspace: Workspace, venue_id: str) -> str:
    found = held(workspace)
    return str(found.index[found["venue_id"] == venue_id][0])


def test_a_group_bears_its_new_name_at_all_its_places(workspace: Workspace) -> None:
    made = [
        create_place(workspace, fields_of({"name": name, "group_name": "東の会"}), who=ANYBODY)
        for name in ("一", "二")
    ]
    (group,) = [one for one in list_groups(workspace) if one["name"] == "東の会"]
    assert group["places_n"] == 2
    state = state_of(workspace, group["group_id"], GROUP, who=ANYBODY)
    with pytest.raises(TakenError):
        create_group(workspace, group_fields_of({"name": "東の会"}), who=ANYBODY)
    other = create_group(workspace, group_fields_of({"name": "西の会"}), who=ANYBODY)
    with pytest.raises(TakenError, match="another name"):
        change_group(
            workspace,
            other.key,
            group_fields_of({"name": "東の会"}),
            who=ANYBODY,
            state=other.state,
        )
    change_group(
        workspace, group["group_id"], group_fields_of({"name": "東友会"}), who=ANYBODY, state=state
    )
    assert {held(workspace).loc[one.key]["group_name"] for one in made} == {"東友会"}
    with pytest.raises(NotFoundError):
        state_of(workspace, "none", GROUP, who=ANYBODY)
    state = state_of(workspace, other.key, GROUP, who=ANYBODY)
    for write in (
        lambda: create_group(workspace, group_fields_of({"name": " "}), who=ANYBODY),
        lambda: change_group(
            workspace, other.key, group_fields_of({"name": " "}), who=ANYBODY, state=state
        ),
    ):
        with pytest.raises(InvalidInputError, match="a group needs its name"):
            write()


def test_a_build_keeps_what_people_changed_of_venues_and_groups(workspace: Workspace) -> None:
    lists = places(*PLACES).assign(group_name="東の会")
    halls = _no_venues()
    write_registry(workspace.registry_url, halls, lists)
    (group,) = list_groups(workspace)
    state = state_of(workspace, group["group_id"], GROUP, who=ANYBODY)
    change_group(
        workspace, group["group_id"], group_fields_of({"name": "東友会"}), who=ANYBODY, state=state
    )
    hall = create_venue(workspace, venue_fields_of({"name": "西集会所"}), who=ANYBODY)
    at_hall = create_place(
        workspace, fields_of({"name": "体操", "venue_id": hall.key}), who=ANYBODY
    )
    for _ in range(2):
        write_registry(
            workspace.registry_url, halls, lists.assign(group_name=["新しい会", *["東の会"] * 5])
        )
        found = held(workspace)
        assert found.loc["B"]["group_name"] == "東友会"
        assert found.loc["A"]["group_name"] == "新しい会"
        assert found.loc[at_hall.key]["venue_id"] == hall.key
        assert hall.key in set(read_venues(workspace.registry_url, EPSG)["venue_id"])
        (named,) = [one for one in list_groups(workspace) if one["name"] == "東友会"]
        assert history(workspace, named["group_id"], GROUP)[0]["after"] == {"name": "東友会"}
    # The list has the hall by now: what was made is that one, and the place goes with it.
    own = gpd.GeoDataFrame(
        {
            "venue_id": ["h-1"],
            "name": ["西集会所"],
            "kind": [""],
            "address": [""],
            "source_id": ["h"],
            "row": [1],
        },
        geometry=[Point(0, 50_000)],
        crs=EPSG,
    )
    write_registry(workspace.registry_url, with_venue_attributes(own), lists)
    assert held(workspace).loc[at_hall.key]["venue_id"] == "h-1"


def test_the_public_view_knows_no_name_of_a_venue_or_group_of_a_private_home(
    workspace: Workspace,
) -> None:
    home = {
        "name": "佐藤さん宅",
        "venue_name": "佐藤",
        "group_name": "佐藤の会",
        "private_home": True,
    }
    made = create_place(workspace, fields_of({**home, "lon": 139.84, "lat": 36.0}), who=Hand("市"))
    venue_id = str(held(workspace).loc[made.key]["venue_id"])
    (group,) = [one for one in list_groups(workspace.seen(EXACT)) if one["name"] == "佐藤の会"]
    # Whoever lists the hall cannot tell that it is no home.
    told = venue_fields_of({"listed": True, "private_home": False, "owner": "佐藤"})
    change_venue(
        workspace,
        venue_id,
        told,
        who=ANYBODY,
        state=state_of(workspace, venue_id, VENUE, who=ANYBODY),
    )
    change_group(
        workspace,
        group["group_id"],
        group_fields_of({"name": "佐藤会"}),
        who=ANYBODY,
        state=state_of(workspace, group["group_id"], GROUP, who=ANYBODY),
    )
    said = str(
        [
            feed(workspace),
            list_venues(workspace),
            list_groups(workspace),
            history(workspace, venue_id, VENUE),
            history(workspace, group["group_id"], GROUP),
            seen_venues(workspace).to_dict("records"),
        ]
    )
    assert "佐藤" not in said
    assert "佐藤会" in str(list_groups(workspace.seen(EXACT)))


def test_decisions_stand_in_the_feed_and_in_the_report_of_their_month(workspace: Workspace) -> None:
    confirm_place(workspace, "A", who=ANYBODY)
    council = str(feed(workspace)[0]["council_id"])
    row = dict.fromkeys(COLUMNS, "") | {"lon": None, "lat": None, "council_id": council}
    row |= {"name": "東集会所", "status": "adopted", "candidate_key": "open:vA:weekly"}
    row |= {
        "meeting_date": "2001-02-03",
        "recorded_at": "2001-03-01T00:00:00+00:00",
        "reason": "山田",
    }
    del row["decision_id"]
    with open_log(workspace.registry_url) as log:
        log.add([row])
    assert [one["event"] for one in feed(workspace, council)] == ["confirmed", "adopted"]
    assert [one["event"] for one in feed(workspace, "another")] == []
    assert "山田" not in str(feed(workspace))
    told = month_report(workspace, "2001-02", council)
    assert (told["decisions"], told["events"], told["changes"]) == ({"adopted": 1}, {}, [])
    assert [one["name"] for one in told["decided"]] == ["東集会所"]
    root = ET.fromstring(atom(feed(workspace), address="http://here/feed", lang="ja"))  # noqa: S314  what was just written
    titles = [one.text for one in root.iter("{http://www.w3.org/2005/Atom}title")]
    assert "協議体が決めました：東集会所" in titles


ADDS = """
import sys
from pathlib import Path
from geo.errors import TakenError
from services.registry.editing import create_place, fields_of
from services.registry.hands import ANYBODY, Hand
from services.workspace.folder import open_workspace

workspace = open_workspace(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for n in range(10):
    create_place(workspace, fields_of({"name": f"{sys.argv[2]}{n}"}), who=Hand(sys.argv[2]))
    try:
        create_place(workspace, fields_of({"name": f"both{n}"}), who=Hand(sys.argv[2]))
        print("made", n, flush=True)
    except TakenError:
        print("taken", n, flush=True)
"""


def test_two_processes_keep_twenty_of_twenty_names(workspace: Workspace) -> None:
    both = [Warm(ADDS, workspace.path, who) for who in ("a", "b")]
    said: list[str] = []
    for one in both:
        assert one.stdout.readline() == "ready\n"
    for one in both:
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in both:
        said += one.ended()[1].splitlines()
    names = held(workspace)["name"].tolist()
    assert {f"{who}{n}" for who in "ab" for n in range(10)} <= set(names)
    assert sorted(said) == sorted(f"{word} {n}" for word in ("made", "taken") for n in range(10))
    assert len(names) == len(set(names))


EDITS = """
from pathlib import Path
from services.registry.editing import create_place, fields_of, import_places
from services.registry.hands import ANYBODY, Hand
from services.workspace.folder import open_workspace

def act(step, path):
    workspace = open_workspace(Path(path))
    print(create_place(workspace, fields_of({"name": f"one{step}"}), who=ANYBODY).place_id, flush=True)
    rows = [{"name": f"row{step}-{n}"} for n in range(3)]
    kept = import_places(workspace, rows, who=ANYBODY, preview=False)
    print(*[one.place_id for one in kept], flush=True)
"""


def test_no_kill_loses_an_acknowledged_edit_or_leaves_half_an_import(workspace: Workspace) -> None:
    made: set[str] = set()

    def whole(said: str) -> None:
        made.update(said.split())
        found = held(workspace)
        assert made <= set(found.index)
        rows = [name for name in found["name"] if name.startswith("row")]
        assert len(rows) % 3 == 0
        assert all(history(workspace, place_id) for place_id in made)

    assert each_death(EDITS, workspace.path, check=whole) == 4


def test_a_hand_leaves_alone_what_lies_in_another_area(workspace: Workspace) -> None:
    layer = workspace.profile.analysis.council_layer
    areas = workspace.areas()
    councils = areas[areas["layer"] == layer]
    inside = councils.to_crs(4326).set_index("area_id").geometry.representative_point()
    mine, other = inside.index[:2]
    hand = Hand("第2層", frozenset([mine]))
    where = [{"lon": inside[one].x, "lat": inside[one].y} for one in (mine, other)]
    made = create_place(workspace, fields_of({"name": "うち", **where[0]}), who=hand)
    theirs = create_place(workspace, fields_of({"name": "よそ", **where[1]}), who=ANYBODY)
    before = held(workspace)
    for refused in (
        lambda: create_place(workspace, fields_of({"name": "二", **where[1]}), who=hand),
        lambda: create_place(workspace, fields_of({"name": "三"}), who=hand),
        lambda: confirm_place(workspace, theirs.place_id, who=hand),
        lambda: change_place(
            workspace, made.place_id, fields_of(where[1]), who=hand, state=made.state
        ),
        lambda: undo_change(
            workspace, history(workspace, theirs.place_id)[0]["change_id"], who=hand
        ),
        lambda: import_places(
            workspace,
            [{"name": "四", **where[0]}, {"name": "五", **where[1]}],
            who=hand,
            preview=False,
        ),
        lambda: state_of(workspace, theirs.place_id, who=hand),
        lambda: pin_note(workspace, layer, other, "坂が急", who=hand),
        lambda: notes(workspace, layer, other, who=hand),
    ):
        with pytest.raises(NotAllowedError):
            refused()
    assert held(workspace).equals(before)
    confirm_place(workspace, made.place_id, who=hand)
    number = pin_note(workspace, layer, mine, "坂が急", who=hand)
    with pytest.raises(NotAllowedError):
        remove_note(workspace, number, who=Hand("", frozenset([other])))
    remove_note(workspace, number, who=hand)

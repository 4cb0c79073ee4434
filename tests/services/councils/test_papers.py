"""Papers of councils on the town of one street (tests/datedtown.py): its districts are w and e."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from geo.errors import ArukebaError, ChangedError, NotAllowedError, NotFoundError
from services.councils.calendar import calendar, icalendar
from services.councils.desk import desk, progress
from services.councils.papers import (
    add_papers,
    change_paper,
    paper_history,
    papers,
    remove_paper,
    undo_paper,
)
from services.councils.sheets import agenda, proposal, summary
from services.registry.database import session
from services.registry.hands import ANYBODY, Hand
from services.registry.places import create_registry
from services.registry.published import write_published
from services.registry.replay import keep_history
from services.registry.tables import PaperRow
from services.words.dates import today
from services.words.texts import told
from services.workspace.folder import Workspace, open_workspace
from tests.datedtown import dated_workspace

MEETING = {"date": "令和7年10月1日", "title": "東の話し合い", "kind": "council_2"}
EAST = Hand("east", frozenset({"e"}))
TOWN = "99999"
SURVEY = """
[[agenda_templates]]
id = "yearly"
label = "年度はじめ"
items = ["前年度の報告", "今年度の計画"]
attachments = ["area_sheet", "plan"]
origin = "架空町の手引き"

[[unit_surveys]]
id = "resources"
label = "活動しらべ"
label_en = "What units do"
layer = "district"
questions = [
  { id = "salons", label = "サロンの数" },
  { id = "map", label = "福祉マップがある", kind = "yes_no" },
  { id = "wish", label = "したいこと", kind = "text" },
]
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = dated_workspace(tmp_path_factory.mktemp("papers"))
    profile = workspace.path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + SURVEY, "utf-8")
    return open_workspace(workspace.path)


@pytest.fixture
def workspace(town: Workspace) -> Workspace:
    """Return the town with no paper in it."""
    for council in ("e", "w", TOWN):
        for one in papers(town, council, who=ANYBODY):
            remove_paper(town, council, one["paper_id"], who=ANYBODY)
    return town


def add(workspace: Workspace, what: str, council: str = "e", **said: object) -> dict:
    (made,) = add_papers(workspace, council, what, [said], who=ANYBODY)
    return made


def change(workspace: Workspace, paper: dict, who: Hand = ANYBODY, **said: object) -> dict:
    state, council = str(paper["change_id"]), paper["council_id"]
    return change_paper(workspace, council, paper["paper_id"], said, who=who, state=state)


def test_a_paper_keeps_its_states_and_goes_back_to_the_one_before(workspace: Workspace) -> None:
    made = add(workspace, "meeting", **MEETING)
    assert made["told"]["date"] == "2025-10-01"
    held = change(workspace, made, EAST, status="held", attendance=18)
    with pytest.raises(ChangedError):
        change(workspace, made, title="おそい人の題")  # it has seen the first state
    undone = undo_paper(workspace, "e", made["paper_id"], who=EAST)
    assert (undone["told"]["status"], undone["told"]["attendance"]) == ("planned", None)
    history = paper_history(workspace, "e", made["paper_id"], who=EAST)
    assert [(one["action"], one["who"]) for one in history] == [
        ("undo", "east"),
        ("change", "east"),
        ("create", ""),
    ]
    assert history[1]["told"] == held["told"]
    remove_paper(workspace, "e", made["paper_id"], who=EAST)
    assert papers(workspace, "e", who=EAST) == []
    with pytest.raises(NotFoundError):
        paper_history(workspace, "e", made["paper_id"], who=EAST)


def test_a_council_neither_reads_nor_writes_what_is_anothers(workspace: Workspace) -> None:
    made = add(workspace, "meeting", "w", **MEETING)
    for council in ("w", TOWN):
        with pytest.raises(NotAllowedError):
            papers(workspace, council, who=EAST)
        with pytest.raises(NotAllowedError):
            add_papers(workspace, council, "meeting", [MEETING], who=EAST)
    with pytest.raises(NotFoundError):  # it is the other council's
        change_paper(workspace, "e", made["paper_id"], {}, who=EAST, state="1")
    with pytest.raises(NotFoundError):
        papers(workspace, "nowhere", who=ANYBODY)


TOMORROW = (today() + timedelta(days=1)).isoformat()
DISTRICT = {"layer": "district", "area_id": "e"}
REFUSED = [
    ("meeting", {**MEETING, "date": "秋ごろ"}, "日付ではありません"),
    ("meeting", {**MEETING, "kind": "party"}, "council_2"),
    ("meeting", {**MEETING, "template": "none"}, "agenda_templates"),
    ("meeting", {**MEETING, "starts": "14:00", "ends": "13:00"}, "よりあと"),
    ("meeting", {**MEETING, "ends": "13:00"}, "始まりの時刻"),
    ("meeting", {**MEETING, "starts": "25時"}, "starts"),
    ("meeting", {**MEETING, "date": TOMORROW, "status": "held"}, "まだ来ていません"),
    ("meeting", {**MEETING, "attendance": 12}, "開催済みの会議だけ"),
    ("meeting", {**MEETING, "venue": "山田さん宅"}, "個人の家"),
    ("meeting", {**MEETING, "chair": "山田"}, "chair"),
    ("party", {}, "kind"),
    ("workshop", {"box": "trouble", "text": ""}, "text"),
    ("workshop", {"box": "wish", "text": "ベンチ"}, "strength"),
    ("workshop", {"box": "trouble", "text": "坂", "layer": "district"}, "両方"),
    (
        "workshop",
        {"box": "trouble", "text": "坂", "layer": "district", "area_id": "w"},
        "ありません",
    ),
    ("workshop", {"box": "trouble", "text": "坂", "coordinates": [[139.0, 36.0]]}, "経度、緯度"),
    ("workshop", {"box": "trouble", "text": "坂", "meeting_id": "none"}, "会議"),
    ("item", {"title": "手すり", "status": "answered"}, "できるのは「受付」"),
    ("task", {"title": "マップ", "due": "そのうち"}, "2025-04"),
    ("answer", {"survey": "none", **DISTRICT, "values": {}}, "resources"),
    ("answer", {"survey": "resources", "values": {}}, "district"),
    ("answer", {"survey": "resources", **DISTRICT, "values": {"cars": 1}}, "salons"),
    ("answer", {"survey": "resources", **DISTRICT, "values": {"salons": -1}}, "0以上"),
    ("answer", {"survey": "resources", **DISTRICT, "values": {"salons": True}}, "0以上"),
    ("answer", {"survey": "resources", **DISTRICT, "values": {"map": 1}}, "true"),
]


@pytest.mark.parametrize(("kind", "said", "why"), REFUSED)
def test_what_cannot_be_kept_is_said_in_one_sentence(
    workspace: Workspace, kind: str, said: dict, why: str
) -> None:
    with pytest.raises(ArukebaError) as error:
        add_papers(workspace, "e", kind, [said], who=ANYBODY)
    assert why in told(error.value, "ja")
    assert told(error.value, "en")
    assert papers(workspace, "e", who=ANYBODY) == []


def test_of_many_rows_all_are_kept_or_none(workspace: Workspace) -> None:
    rows = [{"title": "マップ"}, {"title": "見守り", "due": "そのうち"}]
    with pytest.raises(ArukebaError) as error:
        add_papers(workspace, "e", "task", rows, who=ANYBODY)
    assert told(error.value, "ja").startswith("2行目")
    assert papers(workspace, "e", who=ANYBODY) == []


def test_an_item_goes_up_level_by_level_and_stands_in_the_next_list(workspace: Workspace) -> None:
    made = add(workspace, "item", title="手すり", level="unit", **DISTRICT)
    assert {level: len(rows) for level, rows in items(workspace, "e").items()} == {
        "unit": 1,
        "council": 0,
        "municipality": 0,
    }
    up = change(workspace, made, EAST, status="passed_up")
    assert up["told"]["level"] == "council"
    with pytest.raises(ArukebaError):  # the council takes it up first
        change(workspace, up, EAST, level="municipality")
    taken = change(workspace, up, EAST, status="taken_up")
    up = change(workspace, taken, EAST, status="passed_up")
    assert up["told"]["level"] == "municipality"
    (shown,) = items(workspace, TOWN)["municipality"]
    assert (shown["title"], shown["council_id"], shown["status"]) == ("手すり", "e", "passed_up")
    with pytest.raises(NotAllowedError):  # it is the municipality's to answer
        change(workspace, up, EAST, status="answered", answer="付けます")
    with pytest.raises(NotAllowedError):
        undo_paper(workspace, "e", up["paper_id"], who=EAST)
    with pytest.raises(ArukebaError):
        change(workspace, up, status="answered")  # without an answer
    change(workspace, up, status="answered", answer="付けます")
    page = proposal(workspace, "e", made["paper_id"], who=EAST, lang="ja")
    assert [(step["level"], step["status"]) for step in page["steps"]] == [
        ("unit", "open"),
        ("council", "passed_up"),
        ("council", "taken_up"),
        ("municipality", "passed_up"),
        ("municipality", "answered"),
    ]


def items(workspace: Workspace, council: str) -> dict:
    return desk(workspace, council, who=ANYBODY)["items"]


def test_plan_items_are_counted_by_unit_without_those_that_were_dropped(
    workspace: Workspace,
) -> None:
    add(workspace, "task", title="マップ", due="R7年12月", status="done", **DISTRICT)
    add(workspace, "task", title="見守り", status="under_way", **DISTRICT)
    add(workspace, "task", title="旅行", status="dropped", **DISTRICT)
    add(workspace, "task", title="集まり")
    found = {one["area_name"]: one for one in desk(workspace, "e", who=EAST)["tasks"]}
    (pinned,) = [name for name in found if name]
    own = found[pinned]
    assert (own["done"], own["counted"]) == (1, 2)
    assert [row["due"] for row in own["tasks"]] == ["2025-12", "", ""]
    assert (found[""]["done"], found[""]["counted"]) == (0, 1)
    assert progress([])["counted"] == 0


def test_units_answer_and_the_sum_says_who_has_not(workspace: Workspace) -> None:
    values = {"salons": 3, "map": True, "wish": "体操"}
    add(workspace, "answer", survey="resources", **DISTRICT, values=values)
    west = {"layer": "district", "area_id": "w"}
    add(workspace, "answer", "w", survey="resources", **west, values={"salons": 2})
    with pytest.raises(ArukebaError):  # it has answered
        add(workspace, "answer", survey="resources", **DISTRICT, values={})
    (sums,) = desk(workspace, TOWN, who=ANYBODY, lang="en")["surveys"]
    assert (sums["label"], sums["units"], sums["unanswered"]) == ("What units do", 2, [])
    told_of = {
        one["id"]: (one["sum"], one["answered"], one["unknown"]) for one in sums["questions"]
    }
    assert told_of == {"salons": (5.0, 2, 0), "map": (1.0, 1, 1), "wish": (None, 1, 1)}
    (own,) = desk(workspace, "w", who=ANYBODY)["surveys"]
    assert (own["units"], own["questions"][0]["sum"]) == (1, 2.0)


def test_a_unit_that_has_not_answered_is_unknown_and_no_zero(workspace: Workspace) -> None:
    (sums,) = desk(workspace, "e", who=EAST)["surveys"]
    assert [one["sum"] for one in sums["questions"]] == [None, None, None]
    assert len(sums["unanswered"]) == 1


def test_an_agenda_is_its_template_and_its_own_items(workspace: Workspace) -> None:
    add(workspace, "item", title="手すり")
    meeting = add(workspace, "meeting", **MEETING, template="yearly", items="次回\n")
    page = agenda(workspace, "e", meeting["paper_id"], who=EAST, lang="ja")
    assert page["items"] == ["前年度の報告", "今年度の計画", "次回"]
    assert page["attachments"] == ("area_sheet", "plan")
    assert (page["template"].origin, page["kind_name"]) == ("架空町の手引き", "第2層協議体")
    assert [one["title"] for one in page["open_items"]] == ["手すり"]
    usual = add(workspace, "meeting", **MEETING, template="first")
    page = agenda(workspace, "e", usual["paper_id"], who=EAST, lang="en")
    assert len(page["items"]) == 5


def test_a_summary_tells_of_its_own_meeting(workspace: Workspace) -> None:
    held = {**MEETING, "status": "held", "attendance": 21, "minutes": "坂の話"}
    meeting = add(workspace, "meeting", **held)
    other = add(workspace, "meeting", **MEETING)
    mine, theirs = meeting["paper_id"], other["paper_id"]
    add(workspace, "item", title="手すり", meeting_id=mine)
    add(workspace, "item", title="ベンチ", meeting_id=theirs)
    add(workspace, "workshop", box="trouble", text="坂が急", meeting_id=mine)
    page = summary(workspace, "e", mine, who=EAST, lang="ja")
    assert (page["attendance"], page["minutes"]) == (21, "坂の話")
    assert [one["title"] for one in page["items"]] == ["手すり"]
    assert [one["text"] for one in page["workshop"]] == ["坂が急"]


def test_everybody_sees_day_hours_title_and_venue_of_a_meeting_and_nothing_else(
    workspace: Workspace, tmp_path: Path
) -> None:
    add(
        workspace,
        "meeting",
        **(MEETING | {"title": "meeting of the east"}),
        minutes="secret talk",
        starts="13:30",
        venue="東会館, 2階",
    )
    add(workspace, "meeting", TOWN, **{**MEETING, "date": "2025-09-01", "title": "全体会"})
    add(workspace, "item", title="secret item")
    rows = calendar(workspace)
    assert [(row["date"], row["title"]) for row in rows] == [
        ("2025-09-01", "全体会"),
        ("2025-10-01", "meeting of the east"),
    ]
    assert [row["area_name"] for row in calendar(workspace, TOWN)] == ["架空町"]
    assert calendar(workspace, coming=True) == []
    lines = icalendar(rows, lang="ja").decode()
    # 13:30 in Japan is 04:30 in UTC; without an end it lasts two hours.
    for line in ("DTSTART:20251001T043000Z", "DTEND:20251001T063000Z", "DTEND;VALUE=DATE:20250902"):
        assert f"\r\n{line}\r\n" in lines
    assert "LOCATION:東会館\\, 2階" in lines
    assert "secret" not in lines + str(rows)
    published = tmp_path / "published.sqlite"
    write_published(workspace, f"sqlite:///{published}")
    assert b"secret" not in published.read_bytes()
    assert b"meeting of the east" in published.read_bytes()


def test_no_line_of_a_calendar_has_more_than_75_bytes(workspace: Workspace) -> None:
    add(workspace, "meeting", **{**MEETING, "title": "話し合い" * 40})
    body = icalendar(calendar(workspace), lang="ja")
    assert max(map(len, body.split(b"\r\n"))) <= 75
    assert "話し合い" * 40 in body.decode().replace("\r\n ", "")


def test_papers_live_through_a_registry_that_is_written_anew(
    workspace: Workspace, tmp_path: Path
) -> None:
    made = add(workspace, "item", title="手すり")
    change(workspace, made, detail="北の階段")
    anew = f"sqlite:///{tmp_path / 'anew.sqlite'}"
    create_registry(anew)
    for _ in range(2):  # the second time there is nothing left to take over
        keep_history(workspace.registry_url, anew)
    with session(anew) as opened:
        rows = opened.scalars(select(PaperRow).order_by(PaperRow.change_id)).all()
        assert [row.told["detail"] for row in rows] == ["", "北の階段"]

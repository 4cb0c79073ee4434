"""Which places count: past days, suspended, online, not qualifying; through the registry."""

from datetime import date
from types import SimpleNamespace

import pytest
from shapely import Point

from services.profile import FrequencyRules, Qualification
from services.registry.attributes import with_attributes
from services.registry.places import (
    create_registry,
    read_places,
    read_status_history,
    write_registry,
)
from services.situation.assumptions import assumptions_of_places
from services.situation.places import Selection, places_frame
from tests.services.registry.test_registry import EPSG, HALLS, places

ROWS = [
    # name, status, opened_on, status_since, closed_on, online
    ("古い会", "active", "2010-04-01", "", "", False),
    ("新しい会", "active", "2015-04-01", "", "", False),
    ("なくなった会", "closed", "2012-04-01", "", "2015-03-31", False),
    ("休んでいる会", "suspended", "2012-04-01", "2020-03-01", "", False),
    ("いつからか会", "active", "", "", "", False),
    ("いつまでか会", "closed", "2010-04-01", "", "", False),
    ("画面の会", "active", "2010-04-01", "", "", True),
]


def listing():
    frame = places(*((row[0], "", "", Point(1000 * n, 0)) for n, row in enumerate(ROWS)))
    columns = ("name", "status", "opened_on", "status_since", "closed_on", "online")
    frame = frame.assign(
        **{column: [row[n] for row in ROWS] for n, column in enumerate(columns)},
        private_home=False,
        schedule_origin="",
        stand_in=False,
    )
    return with_attributes(frame)


@pytest.fixture
def workspace(tmp_path):
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    create_registry(url)
    write_registry(url, HALLS, listing())
    profile = SimpleNamespace(
        municipality=SimpleNamespace(plane_epsg=EPSG),
        frequency=FrequencyRules(),
        qualification=Qualification(),
    )
    return SimpleNamespace(registry_url=url, profile=profile, is_public=False)


def there(workspace, year, month, day):
    found = read_places(workspace.registry_url, EPSG, as_of=date(year, month, day))
    return dict(zip(found["name"], found["status"], strict=True))


def test_the_end_of_fiscal_2014_has_the_places_that_were_open_then(workspace):
    assert there(workspace, 2015, 3, 31) == {
        "古い会": "active",
        "なくなった会": "active",  # its last day
        "休んでいる会": "active",  # suspended five years later
        "いつからか会": "active",
        "画面の会": "active",
    }


def test_a_day_later_one_has_opened_and_one_has_closed(workspace):
    names = there(workspace, 2015, 4, 1)
    assert "新しい会" in names
    assert "なくなった会" not in names


def test_a_suspended_place_is_suspended_from_its_day_on(workspace):
    assert there(workspace, 2020, 2, 29)["休んでいる会"] == "active"
    assert there(workspace, 2020, 3, 1)["休んでいる会"] == "suspended"


def test_without_a_day_every_place_is_read_with_its_status_of_today(workspace):
    assert len(read_places(workspace.registry_url, EPSG)) == len(ROWS)


def test_the_history_can_be_read_as_a_table(workspace):
    history = read_status_history(workspace.registry_url)
    rows = history[history["place_id"] == "salons-5"].to_numpy().tolist()
    assert rows == [
        ["salons-5", "active", "2012-04-01", "2020-03-01"],
        ["salons-5", "suspended", "2020-03-01", ""],
    ]


def counted(frame):
    return dict(zip(frame["name"], frame["not_counted"], strict=True))


def test_places_that_do_not_count_are_listed_with_the_reason(workspace):
    frame = places_frame(workspace)
    assert counted(frame) == {
        "古い会": "",
        "新しい会": "",
        "なくなった会": "closed",
        "休んでいる会": "suspended",
        "いつからか会": "",
        "いつまでか会": "closed",
        "画面の会": "online",
    }
    assert frame["counts"].tolist() == (frame["not_counted"] == "").tolist()
    assert frame["venue_frequency"][~frame["counts"]].tolist() == [""] * 4


def test_suspended_places_count_when_they_are_asked_for(workspace):
    frame = places_frame(workspace, Selection(with_suspended=True))
    assert counted(frame)["休んでいる会"] == ""
    assert counted(frame)["なくなった会"] == "closed"


def test_places_that_fail_the_rules_count_unless_the_profile_says_otherwise(workspace):
    workspace.profile.qualification = Qualification(min_frequency="permanent")
    frame = places_frame(workspace)
    assert set(frame["qualifies"]) == {"no"}
    assert counted(frame)["古い会"] == ""
    workspace.profile.qualification = Qualification(
        min_frequency="permanent", counts_only_qualifying=True
    )
    frame = places_frame(workspace)
    assert counted(frame)["古い会"] == "not_qualifying"
    assert len(frame) == len(ROWS)


def test_a_place_that_cannot_be_judged_counts(workspace):
    workspace.profile.qualification = Qualification(min_tatami=6, counts_only_qualifying=True)
    frame = places_frame(workspace)
    assert set(frame["qualifies"]) == {"unknown"}
    assert counted(frame)["古い会"] == ""


def test_what_a_past_day_had_to_assume_is_counted_and_said(workspace):
    selection = Selection(as_of=date(2015, 3, 31))
    frame = places_frame(workspace, selection)
    found = {item["code"]: item for item in assumptions_of_places(frame, selection, [])}
    assert {code: item["places"] for code, item in found.items()} == {
        "no_opening_date": 1,
        "online": 1,
    }
    assert found["no_opening_date"]["day"] == "2015-03-31"
    marked = frame.set_index("name")["dates_assumed"]
    assert marked["いつからか会"] == "no_opening_date"
    assert marked["古い会"] == ""


def test_a_run_for_today_assumes_nothing_about_dates(workspace):
    frame = places_frame(workspace)
    assert [item["code"] for item in assumptions_of_places(frame, Selection(), [])] == ["online"]
    assert set(frame["dates_assumed"]) == {""}

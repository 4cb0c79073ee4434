"""How far each figure is known, rule by rule."""

from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest

from services.reports.evidence import FIGURES, Facts, figures_of, inputs_of


def place(**changed):
    row = {"located_by": "coordinates", "schedule_text": "毎週月曜", "status": "active"}
    row |= {"schedule_origin": ""}
    return {**row, "opened_on": "2015-04-01", "status_since": "", "closed_on": "", **changed}


def places(*rows):
    return pd.DataFrame(list(rows) or [], columns=list(place()))


WHOLE = Facts(
    codes=Counter(),
    placed={"total": 400.0, "65+": 120.0},
    unmatched={"total": 0.0, "65+": 0.0},
    places=places(place(), place()),
    layers=[{"label": "町丁", "label_en": "Small area", "approximate": False}],
    stand_in=[],
    age_group="65+",
    estimated={},
    has_buildings=True,
    has_elevation=True,
)


def states(**changed):
    return {one.id: one.state for one in inputs_of(replace(WHOLE, **changed))}


def test_with_nothing_to_remark_everything_is_known():
    inputs = inputs_of(WHOLE)
    assert {one.state for one in inputs} == {"known"}
    assert all(one.why_ja == one.why_en == () for one in inputs)
    assert {one.state for one in figures_of(inputs)} == {"known"}


APPROXIMATE = [{"label": "町会", "label_en": "Association", "approximate": True}]


@pytest.mark.parametrize(
    ("changed", "name", "state"),
    [
        ({"placed": {"total": 0.0, "65+": 0.0}}, "residents", "unknown"),
        ({"placed": {"total": 9.0, "65+": 0.0}}, "age_group", "unknown"),
        ({"unmatched": {"total": 3.0, "65+": 0.0}}, "residents", "partial"),
        ({"unmatched": {"total": 3.0, "65+": 0.0}}, "age_group", "known"),
        ({"unmatched": {"total": 3.0, "65+": 1.0}}, "age_group", "partial"),
        ({"estimated": {"65+": 30.0}}, "age_group", "partial"),
        ({"estimated": {"65+": 30.0}}, "residents", "known"),
        ({"codes": Counter(suppressed=2)}, "residents", "partial"),
        ({"codes": Counter(older_than_total=1)}, "age_group", "partial"),
        ({"has_buildings": False}, "homes", "partial"),
        ({"codes": Counter(unsnapped_homes=1)}, "homes", "partial"),
        ({"places": places()}, "places", "unknown"),
        ({"places": places(place(), place(located_by="area"))}, "places", "partial"),
        ({"places": places(place(located_by="area"))}, "places", "partial"),
        ({"places": places(place(located_by="venue"))}, "places", "partial"),
        ({"places": places(place(located_by="geocoder"))}, "places", "partial"),
        ({"places": places(place(), place(located_by=""))}, "places", "partial"),
        ({"places": places(place(located_by=""))}, "places", "unknown"),
        ({"stand_in": [("代わりの一覧", "a list instead")]}, "places", "partial"),
        ({"codes": Counter(rotation_unread=1)}, "places", "partial"),
        ({"places": places()}, "schedules", "unknown"),
        ({"places": places(place(schedule_text="未定"))}, "schedules", "unknown"),
        ({"places": places(place(), place(schedule_text=""))}, "schedules", "partial"),
        ({"places": places(place(schedule_text="最終水曜"))}, "schedules", "partial"),
        ({"places": places(place(schedule_origin="profile"))}, "schedules", "partial"),
        ({"codes": Counter(class_conflict=1)}, "schedules", "partial"),
        ({"places": places(place(opened_on=""))}, "opening_dates", "unknown"),
        ({"places": places(place(), place(opened_on=""))}, "opening_dates", "partial"),
        ({"codes": Counter(missing_nodes=1)}, "streets", "partial"),
        ({"codes": Counter(too_few_nodes=1)}, "streets", "partial"),
        ({"layers": APPROXIMATE}, "boundaries", "partial"),
        ({"codes": Counter(overlap=1)}, "boundaries", "partial"),
        ({"has_elevation": False}, "elevation", "unknown"),
        ({"codes": Counter(no_elevation=1)}, "elevation", "partial"),
    ],
)
def test_a_gap_makes_an_input_partial_and_its_absence_unknown(changed, name, state):
    assert states(**changed)[name] == state


def test_what_is_not_known_says_why_in_both_languages():
    for one in inputs_of(replace(WHOLE, places=places(), has_elevation=False)):
        assert (one.state == "known") == (not one.why_ja)
        assert len(one.why_ja) == len(one.why_en)


def figures(**changed):
    return {one.id: one for one in figures_of(inputs_of(replace(WHOLE, **changed)))}


def test_a_figure_is_as_weak_as_its_weakest_input():
    found = figures(places=places(place(schedule_text="最終水曜")), layers=APPROXIMATE)
    assert found["reached"].state == "partial"
    assert found["reached"].why_ja == ("開催日",)
    assert found["gaps"].why_en == ("boundaries", "schedules")
    found = figures(places=places())
    assert {found[name].state for name in FIGURES} == {"unknown"}


def test_elevation_weakens_no_figure_that_does_not_stand_on_it():
    assert {one.state for one in figures(has_elevation=False).values()} == {"known"}

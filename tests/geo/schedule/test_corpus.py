"""The corpus of typed schedules, labelled by hand before the grammar was written: nothing read wrong."""

import csv
from pathlib import Path

import pytest

from geo.schedule.typed import frequency_class, parse_schedule, print_schedule

PATH = Path(__file__).with_name("corpus.csv")
CORPUS = list(csv.DictReader(PATH.read_text(encoding="utf-8").splitlines(keepends=True)))
LABELS = {"permanent", "weekly", "monthly", "rare", "unknown"}
MOST_UNKNOWN = 0.10


def answer(text):
    """Return the class, ``rare`` for what is known and less than monthly, ``unknown`` without a rule."""
    schedule = parse_schedule(text)
    known = frequency_class(schedule, permanent_min_days_per_week=3)
    return known or ("rare" if schedule.rules else "unknown")


def clock(text):
    if not text:
        return None
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


def test_the_corpus_is_large_and_every_label_is_one():
    assert len(CORPUS) >= 400
    assert {row["class"] for row in CORPUS} == LABELS
    assert len({row["text"] for row in CORPUS}) == len(CORPUS)


def test_no_typed_schedule_is_read_wrong_and_few_are_not_read(capsys):
    answers = {row["text"]: answer(row["text"]) for row in CORPUS}
    right = [row["text"] for row in CORPUS if answers[row["text"]] == row["class"]]
    wrong = [
        (row["text"], row["class"], answers[row["text"]])
        for row in CORPUS
        if answers[row["text"]] not in (row["class"], "unknown")
    ]
    labelled = [row["text"] for row in CORPUS if row["class"] != "unknown"]
    unknown = [text for text in labelled if answers[text] == "unknown"]
    with capsys.disabled():
        print(  # noqa: T201  the three figures of docs/places.md
            f"\nschedules: {len(CORPUS)} texts, {len(right)} right, "
            f"{len(unknown)} of {len(labelled)} with a class unknown, {len(wrong)} wrong"
        )
    assert wrong == []
    assert len(unknown) <= MOST_UNKNOWN * len(labelled), unknown


@pytest.mark.parametrize(
    "row", [row for row in CORPUS if row["weeks"]], ids=lambda row: row["text"]
)
def test_the_weeks_are_those_that_were_labelled(row):
    schedule = parse_schedule(row["text"])
    assert schedule.unread or schedule.weeks == {int(week) for week in row["weeks"].split()}


@pytest.mark.parametrize(
    "row", [row for row in CORPUS if row["hours"]], ids=lambda row: row["text"]
)
def test_the_hours_are_those_that_were_labelled(row):
    spans = tuple(
        (clock(start), clock(end))
        for start, _, end in (span.partition("-") for span in row["hours"].split())
    )
    assert parse_schedule(row["text"]).times == spans


def test_what_is_read_is_printed_so_that_it_is_read_again():
    for row in CORPUS:
        schedule = parse_schedule(row["text"])
        assert parse_schedule(print_schedule(schedule)) == schedule, row["text"]

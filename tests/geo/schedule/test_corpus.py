"""The corpus of typed schedules, labelled by hand before the grammar was written: nothing read wrong."""

import csv
import re
import unicodedata
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


WIDE = str.maketrans("0123456789:()", "０１２３４５６７８９：（）")
SPELLINGS = {
    "full width": lambda text: text.translate(WIDE),
    "half width": lambda text: unicodedata.normalize("NFKC", text),
    "hyphens": lambda text: re.sub("[〜～~]", "-", text),
    "other brackets": lambda text: text.replace("（", "【").replace("）", "】"),
    "half-width dots": lambda text: text.replace("・", "･").replace("、", "，"),
    "line breaks": lambda text: text.replace("\u3000", "\n"),
    "曜 alone": lambda text: text.replace("曜日", "曜"),
    "a mark before, a stop behind": lambda text: f"※{text}。",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_the_corpus_is_read_wrong(spelling):
    respelt = [(SPELLINGS[spelling](row["text"]), row["class"]) for row in CORPUS]
    assert [
        (text, label, answer(text))
        for text, label in respelt
        if answer(text) not in (label, "unknown")
    ] == []


BASES = {
    "毎週火曜日": "weekly",
    "火曜": "weekly",
    "月～金": "permanent",
    "土日祝": "weekly",
    "第2・4木曜日": "monthly",
    "1・3週水曜": "monthly",
    "火曜日（月2回）": "monthly",
    "隔週水曜": "monthly",
    "毎月15日・25日": "monthly",
    "年6回": "rare",
    "隔月第2土曜": "rare",
    "第2火曜日を除く毎週火曜日": "monthly",
    "4〜11月 毎週金曜": "weekly",
}
BEFORE = ("", "開催日：", "【日時】", "体操 ", "ひまわり会　", "○○会館：", "（1）", "★", "原則 ")
BEHIND = (
    *(
        "",
        " 10:00〜11:30",
        "（10:00〜12:00）",
        "【13時〜15時】",
        " 9時半〜11時 集会所",
        "（祝日を除く）",
    ),
    *(
        " ※祝日は休み",
        "（年末年始は休み）",
        " 参加費100円",
        "（要予約）",
        " ※変更の場合あり",
        "（雨天中止）",
    ),
    *(
        "（体操教室）",
        " TEL 04-7123-4567",
        "（改行）10:00～11:30",
        " 祝日の場合は翌週",
        "です",
        "に開催",
    ),
    *(" 8月13日〜15日は休み", "（休館日を除く）", "（令和6年4月開始）"),
)


@pytest.mark.parametrize("base", BASES)
def test_what_stands_around_a_schedule_changes_nothing(base):
    found = {f"{b}{base}{a}": answer(f"{b}{base}{a}") for b in BEFORE for a in BEHIND}
    assert {text: got for text, got in found.items() if got != BASES[base]} == {}

"""Words, numbers and dates as people read them."""

import ast
import re
import string
from pathlib import Path

import numpy as np
import pytest

from services.words import texts
from services.words.shares import Share, people_share, share, share_of

ROOT = Path(__file__).parents[3]
ALL = texts.catalogue("ja")


@pytest.mark.parametrize(
    ("iso", "japanese"),
    [
        ("2025-04-01", "令和7年4月1日 (2025-04-01)"),
        ("2019-05-01", "令和元年5月1日 (2019-05-01)"),
        ("2019-04-30", "平成31年4月30日 (2019-04-30)"),
        ("1989-01-07", "昭和64年1月7日 (1989-01-07)"),
        ("2023-10", "令和5年10月 (2023-10)"),
        ("2015", "平成27年 (2015)"),
    ],
)
def test_a_date_is_told_in_the_era_and_in_digits(iso, japanese):
    assert texts.date_text(iso, "ja") == japanese
    assert texts.date_text(iso, "en") == iso


@pytest.mark.parametrize("odd", ["2014–2015", "R7.4.1", "2025-13-01", "1900", ""])
def test_what_is_not_a_date_of_a_known_era_stays_as_it_is(odd):
    assert texts.date_text(odd, "ja") == odd


def test_a_walk_is_told_in_metres_and_whole_minutes():
    assert texts.walk(890.2, 14.84, "ja") == "890m・15分"
    assert texts.walk(1210, 20.17, "en") == "1,210 m · 20 min"
    assert texts.walk(5, 0.1, "ja") == "5m・1分"
    assert texts.walk(5, None, "ja") == "5m"


def test_people_are_whole_persons_with_their_share_of_the_whole():
    found = Share(11.1545, part=12610.4, whole=113052.0)
    assert people_share(found, "ja") == "12,610人（11.2\N{FULLWIDTH PERCENT SIGN}）"
    assert people_share(found, "en") == "12,610 (11.2 %)"
    assert texts.people(0.5, "ja") == "1人"
    assert texts.people(np.int64(3), "ja") == "3人"


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf"), "12"])
def test_what_is_not_a_figure_is_a_dash(nothing):
    assert texts.people(nothing, "ja") == "−"
    assert share(Share(nothing), "ja") == "−"
    assert texts.yen(nothing, "en") == "−"
    assert texts.walk(nothing, 3.0, "ja") == "−"
    assert people_share(Share(nothing, part=nothing), "ja") == "−"
    assert people_share(Share(None, part=3.0, whole=0.0), "ja") == "3人"


def test_a_share_is_read_off_a_row_with_its_part_its_whole_and_its_interval():
    row = {"a_pct": 25.0, "a_low_pct": 20.0, "a_high_pct": np.nan, "reached": 5, "residents": 20}
    found = share_of(row, "a", part="reached", whole="residents")
    assert found == Share(25.0, part=5.0, whole=20.0, low_pct=20.0)
    assert share_of({"a_pct": None}, "a") == Share(None)
    with pytest.raises(KeyError):
        share_of(row, "a", part="no such column")


def test_nothing_but_a_share_is_written_as_a_percentage():
    """One formatter: besides it only the intake, of ground, and an overlap to the whole per cent."""
    pattern = re.compile(r"\.\d?[fg]\}\s?(%|％|\{sign\})|FULLWIDTH PERCENT SIGN")
    written = [
        path.relative_to(ROOT).as_posix()
        for ring in ("services", "api")
        for path in (ROOT / ring).rglob("*.py")
        if "intake" not in path.parts and pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert set(written) - {"services/words/reasons.py"} == {"services/words/shares.py"}


def test_age_groups_have_names():
    assert texts.age_group_text("65+", "ja") == "65歳以上"
    assert texts.age_group_text("0-14", "ja") == "0〜14歳"
    assert texts.age_group_text("total", "ja") == "総人口"
    assert texts.age_group_text("75+", "en") == "aged 75 and over"
    assert texts.age_group_text("学生", "ja") == "学生"


def test_no_key_is_said_twice_and_both_languages_ask_for_the_same_values():
    english = texts.catalogue("en")
    assert list(english) == list(ALL)
    for key in ALL:
        asked = [
            {name for _, name, _, _ in string.Formatter().parse(words[key]) if name}
            for words in (ALL, english)
        ]
        assert asked[0] == asked[1], key


def test_every_key_that_the_code_names_has_words():
    named = {
        found.args[position].value
        for ring in ("services", "api")
        for path in (ROOT / ring).rglob("*.py")
        for found in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(found, ast.Call)
        for name, position in _CALLS
        if ast.unparse(found.func) == name
        and len(found.args) > position
        and isinstance(found.args[position], ast.Constant)
    }
    assert len(named) > 50
    assert {key for key in named if isinstance(key, str)} - set(ALL) == set()


def test_every_step_that_a_use_case_reports_has_words():
    steps = {
        found.args[0].value
        for path in (ROOT / "services").rglob("*.py")
        for found in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(found, ast.Call)
        and ast.unparse(found.func) == "progress"
        and isinstance(found.args[0], ast.Constant)
    }
    assert {step for step in steps if texts.step_text(step, "ja") == step} == set()


_CALLS = (("text", 0), ("desk.say", 0), ("self.say", 0))

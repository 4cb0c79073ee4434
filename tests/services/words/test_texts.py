"""Words, numbers and dates as people read them."""

import ast
import json
import re
import string
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

import numpy as np
import pytest

from services.words import texts
from services.words.dates import day_in_japan
from services.words.shares import Share, people_share, share, share_of

ROOT = Path(__file__).parents[3]
WEB = ROOT / "api" / "web"
ALL = texts.catalogue("ja")

EXAMPLES = json.loads((Path(__file__).parent / "examples.json").read_text(encoding="utf-8"))
"""How figures are written: kind, arguments, Japanese, English. The page writes them as well."""

FORMATTERS: dict[str, Callable[..., str]] = {
    "number": lambda value, _lang: texts.number(value),
    "people": lambda value, few, lang: texts.people(value, lang, few),
    "added": lambda value, few, lang: texts.added(value, lang, few),
    "percent": lambda pct, whole, lang: share(Share(pct, whole=whole), lang),
    "people_share": lambda part, pct, whole, few, lang: people_share(
        Share(pct, part=part, whole=whole), lang, few
    ),
    "metres": texts.metres,
    "yen": texts.yen,
    "limit": texts.limit_text,
    "walk": lambda m, minutes, climb, steps, lang: (
        texts.walk(m, minutes, lang) + texts.effort(climb, steps, lang)
    ),
    "age": texts.age_group_text,
    "date": texts.date_text,
    "day_in_japan": lambda moment, _lang: day_in_japan(moment),
}


@pytest.mark.parametrize(("kind", "arguments", "ja", "en"), EXAMPLES)
def test_figures_are_written_as_the_examples_say(kind, arguments, ja, en):
    odd = {"NaN": float("nan"), "Infinity": float("inf")}
    given = [odd.get(value, value) for value in arguments]
    assert FORMATTERS[kind](*given, "ja") == ja
    assert FORMATTERS[kind](*given, "en") == en


def test_a_share_is_read_off_a_row_with_its_part_its_whole_and_its_interval():
    row = {"a_pct": 25.0, "a_low_pct": 20.0, "a_high_pct": np.nan, "reached": 5, "residents": 20}
    found = share_of(row, "a", part="reached", whole="residents")
    assert found == Share(25.0, part=5.0, whole=20.0, low_pct=20.0)
    assert share_of({"a_pct": None}, "a") == Share(None)
    with pytest.raises(KeyError):
        share_of(row, "a", part="no such column")


def test_nothing_but_a_share_is_written_as_a_percentage():
    """One formatter: besides it only the intake, of ground, and an overlap to the whole per cent."""
    pattern = re.compile(r"\.\d?[fg]\}\s?(%|％|\{sign\})|text\.percent")
    written = [
        path.relative_to(ROOT).as_posix()
        for ring in ("services", "api")
        for path in (ROOT / ring).rglob("*.py")
        if "intake" not in path.parts and pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert set(written) - {"services/words/reasons.py"} == {"services/words/shares.py"}


def test_every_way_of_writing_has_an_example():
    assert {kind for kind, *_ in EXAMPLES} == set(FORMATTERS)
    assert texts.people(np.int64(3), "ja") == "3人"


def test_no_key_is_said_twice_and_both_languages_ask_for_the_same_values():
    english = texts.catalogue("en")
    assert list(english) == list(ALL)
    for key in ALL:
        asked = [
            {name for _, name, _, _ in string.Formatter().parse(words[key]) if name}
            for words in (ALL, english)
        ]
        assert asked[0] == asked[1], key


@cache
def parsed(*rings: str) -> list[ast.AST]:
    if len(rings) > 1:
        return [node for ring in rings for node in parsed(ring)]
    (ring,) = rings
    return [
        node
        for path in sorted((ROOT / ring).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    ]


def pattern(made: ast.JoinedStr) -> str:
    """Return what a key that is made with values looks like: no value has a point in it."""
    parts = made.values
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w+-]*"
        for part in parts
    )


def asked(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the key that a call asks words for."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        for name, position in _CALLS:
            if called == name and len(node.args) > position:
                yield node.args[position]


def test_every_key_that_the_code_names_has_words():
    keys = [key for node in parsed("services", "api") for key in asked(node)]
    named = {key.value for key in keys if isinstance(key, ast.Constant)}
    assert len(named) > 50
    assert {key for key in named if isinstance(key, str)} - set(ALL) == set()
    made = {pattern(key) for key in keys if isinstance(key, ast.JoinedStr)}
    assert len(made) > 50
    assert [one for one in made if not any(re.fullmatch(one, key) for key in ALL)] == []


def steps() -> set[object]:
    return {
        node.args[0].value
        for node in parsed("services", "api")
        if isinstance(node, ast.Call)
        and node.args
        and ast.unparse(node.func).endswith(("progress", ".step"))
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_step_that_a_use_case_reports_has_words():
    assert {step for step in steps() if texts.step_text(str(step), "ja") == step} == set()


def test_no_key_is_unused():
    """A key stands in the code whole, or is what a key with values in it may be."""
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for ring in ("geo", "services", "api", "pictures")
        for path in (ROOT / ring).rglob("*")
        if path.suffix in {".py", ".js", ".html"}
    )
    made = {pattern(node) for node in parsed("services", "api", "pictures") if is_made(node)}
    made |= {
        re.sub(r"\\\$\\\{.*?\\\}", r"[\\w+-]*", re.escape(found))
        for found in re.findall(r"`([a-z]\w*\.[^`\s]*)`", code)
    }
    made |= {
        re.escape(found) + r"[\w+-]*" for found in re.findall(r"""["']([\w.]+\.)["'] ~""", code)
    }
    made |= {re.escape(f"step.{step}") for step in steps()}
    whole = {key for _, key in re.findall(r"""(?=(["'])([\w.+-]+)\1)""", code)}
    left = [key for key in ALL if key not in whole]
    assert [key for key in left if not any(re.fullmatch(one, key) for one in made)] == []


def is_made(node: ast.AST) -> TypeGuard[ast.JoinedStr]:
    """Say whether a text with values in it begins as a key does."""
    if not isinstance(node, ast.JoinedStr) or not isinstance(node.values[0], ast.Constant):
        return False
    return re.fullmatch(r"[a-z]\w*\.[\w.]*", str(node.values[0].value)) is not None


def test_every_word_of_the_page_is_in_the_catalogue():
    code = "\n".join(path.read_text(encoding="utf-8") for path in WEB.glob("*.js"))
    calls = re.findall(r"(?<!\w)(?:word|parts)\(((?:[^()]|\([^()]*\))*)\)", code)
    named = {key for call in calls for key in re.findall(r'"([a-z]\w*(?:\.\w+)+)"', call)}
    named |= set(re.findall(r'(?<!\w)(?:word|parts)\("([^"]+)"', code))
    begun = {key for call in calls for key in re.findall(r"`([\w.]+)\$\{", call)}
    assert len(named) > 100
    assert sorted(named - set(ALL)) == []
    assert [part for part in begun if not any(key.startswith(part) for key in ALL)] == []


def test_no_japanese_stands_in_a_page_itself():
    letters = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
    for path in (*WEB.glob("*.js"), *(ROOT / "api" / "templates").glob("*.html")):
        for line in path.read_text(encoding="utf-8").splitlines():
            said = re.sub(r"(^|\s)//.*", "", line)
            assert not letters.search(said), f"{path.name}: {line.strip()}"


_CALLS = (("text", 0), ("desk.say", 0), ("self.say", 0))


def test_no_text_calls_a_town_a_village_or_a_ward_a_city():
    """A sentence is read in 池田町 as well: 市 stands in names, and in 市町村 and 市区町村."""
    folder = Path(__file__).resolve().parents[3] / "data" / "words"
    city = re.compile(r"市(?:全体|内|域|の)")
    found = [
        line
        for name in ("ja.toml", "errors.ja.toml", "api.ja.toml")
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
        if city.search(line)
    ]
    assert found == []

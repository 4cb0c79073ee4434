"""Every sentence of an error or a remark has its Japanese, which is told from the same facts."""

import ast
import json
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.errors import EditError, InvalidInputError, Sentence, SourceError
from services.words.texts import sentences, told

ROOT = Path(__file__).parents[3]
RESERVED = {"path", "row", "edit_id", "template"}
"""Facts that an error puts before its sentence, given or not."""
NO_SENTENCE = {"KeyError", "ValueError", "TypeError", "RuntimeError", "AssertionError", "OSError"}


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def literals(node: ast.expr) -> list[str] | None:
    """Return the templates that a first argument may be; None where it is made at run time."""
    if isinstance(node, ast.IfExp):
        both = [literals(node.body), literals(node.orelse)]
        return None if None in both else [text for one in both for text in one or []]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return None


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Return every call that makes a sentence: of an error of ours, Sentence, fail, super."""
    ours = {"Sentence", "ArukebaError", "DownloadError"}
    tree = ast.parse((ROOT / "geo" / "errors.py").read_text("utf-8"))
    ours |= {node.name for node in tree.body if isinstance(node, ast.ClassDef)} - {"Formatter"}
    for ring in ("geo", "services", "api"):
        for path in sorted((ROOT / ring).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = ast.unparse(node.func)
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                place = 2 if name == "fail" else 0
                if name in ours or name == "fail" or name.endswith("feature.fail"):
                    yield where, ast.Call(node.func, node.args[place:], node.keywords)
                elif path.name == "errors.py" and name == "super().__init__" and node.keywords:
                    yield where, node


MADE = {
    "services/scenarios/file.py": "fail() passes its template on",
    "services/edits/drawings.py": "Feature.fail() passes its template on",
    "geo/errors.py": "the errors pass their template on",
}


def test_every_sentence_that_is_said_has_japanese_with_the_same_facts() -> None:
    book, used, wrong = sentences(), set(), []
    for where, call in calls():
        templates = literals(call.args[0])
        if templates is None:
            if where.split(":")[0] not in MADE:
                wrong.append(f"{where}: write the template where it is raised")
            continue
        given = {word.arg for word in call.keywords if word.arg}
        asked = set().union(*(fields(t) | fields(book.get(t, "")) for t in templates))
        wrong += [f"{where}: no Japanese for {t!r}" for t in templates if t not in book]
        if not asked <= given | RESERVED:
            wrong.append(f"{where}: not given {sorted(asked - given - RESERVED)}")
        if not given <= asked | RESERVED:
            wrong.append(f"{where}: not used {sorted(given - asked - RESERVED)}")
        used.update(templates)
    assert wrong == []
    assert sorted(set(book) - used) == []
    assert len(used) > 400


def test_a_sentence_is_told_in_both_languages_with_what_stands_inside_it() -> None:
    inner = EditError("join_m is {join_m}; give metres from 0", edit_id="e1", join_m=-2)
    error = SourceError("{said}", path="edits.geojson", row=3, said=inner)
    assert str(error) == "edits.geojson, row 3: edit e1: join_m is -2; give metres from 0"
    assert told(error, "en") == str(error) == error.message
    assert told(error, "ja") == (
        "edits.geojson の3行目：修正 e1：join_mが-2です。0以上のメートル数にしてください"
    )


def test_a_list_is_joined_as_the_language_joins() -> None:
    error = InvalidInputError("{twice}: is on both lists", twice=["北", "南"])
    assert str(error) == "北, 南: is on both lists"
    assert str(InvalidInputError("{names!r}", names=["a", "b"])) == "'a', 'b'"
    known = InvalidInputError(
        "there is no column {missing}; the columns are {listed}",
        missing=[Sentence("{name!r}", name="人口"), Sentence("{name!r}", name="世帯")],
        listed=["名称", "住所"],
    )
    assert str(known) == "there is no column '人口', '世帯'; the columns are 名称, 住所"
    assert told(known, "ja") == "列「人口」、「世帯」がありません。ある列：名称、住所"


def test_braces_in_a_fact_are_only_braces() -> None:
    error = InvalidInputError("{path}: not a workspace", path="{x}")
    assert str(error) == "{x}: not a workspace"


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_sentence_survives_being_written_as_json(lang: str) -> None:
    import numpy as np

    sentence = Sentence(
        "{said}; if the publisher changed it, take it out of {record}",
        said=InvalidInputError("there are no streets at all"),
        record=Path("fetched.json"),
        count=np.int64(3),
        height_m=float("inf"),
    )
    again = Sentence.from_dict(json.loads(json.dumps(sentence.to_dict(), allow_nan=False)))
    assert told(again, lang) == told(sentence, lang)
    assert (again.facts["count"], again.facts["height_m"]) == (3, float("inf"))

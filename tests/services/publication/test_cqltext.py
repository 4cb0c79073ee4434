"""CQL2 from strangers: whatever is sent, the process goes on, and soon."""

import subprocess
import sys
import textwrap

import pytest

from geo.errors import InvalidInputError
from services.publication.cqltext import DEPTH_MOST, LENGTH_MOST, OPERATORS_MOST, read_filter

TEXT, JSON = "cql2-text", "cql2-json"


@pytest.mark.parametrize(
    ("text", "language", "match"),
    [
        ("(" * 1600 + "a=1" + ")" * 1600, TEXT, f"1600 deep; {DEPTH_MOST}"),
        ("NOT " * 1900 + "a=1", TEXT, f"1901 operators; {OPERATORS_MOST}"),
        ("NOT " * 4000 + "a=1", TEXT, f"16003 characters; {LENGTH_MOST}"),
        ("a=" + "-" * 3 + "(" * 11 + "1" + ")" * 11, TEXT, "11 deep"),
        ("((((a=1", TEXT, "do not pair"),
        ("a=1)(", TEXT, "do not pair"),
        ("a='x", TEXT, "quotation mark"),
        ("", TEXT, "no CQL2 text"),
        ("a=1 a", TEXT, "no CQL2 text: 1:5"),
        ("[" * 65 + "]" * 65, JSON, "65 levels"),
        ("[" * 3000, JSON, "levels"),
        ("{", JSON, "no JSON"),
        ('{"op":"=","args":[NaN,1]}', JSON, "no JSON"),
    ],
)
def test_what_is_too_much_or_no_cql2_is_refused(text: str, language: str, match: str) -> None:
    with pytest.raises(InvalidInputError, match=match):
        read_filter(text, language)


def test_parentheses_and_words_in_quotation_marks_are_only_text() -> None:
    word = "(" * 50 + " AND NOT " * 300
    found = read_filter(f"name = '{word}'", TEXT)
    assert found == {"op": "=", "args": [{"property": "name"}, word]}
    assert read_filter(f"name = '{'a' * 100}''s'", TEXT)["args"][1] == "a" * 100 + "'s"


def test_what_is_allowed_is_read() -> None:
    deep = "(" * DEPTH_MOST + "a = 1" + ")" * DEPTH_MOST
    assert read_filter(deep, TEXT) == read_filter("a = 1", TEXT)
    many = " OR ".join(["a = 1"] * 100)  # 199 operators
    assert len(read_filter(many, TEXT)["args"]) == 100


def test_no_input_ends_the_process_or_holds_it_up() -> None:
    # In a process of its own: what the library cannot bear would end the tests.
    code = """
        import random, sys, time
        from geo.errors import InvalidInputError
        from services.publication.cqltext import DEPTH_MOST, read_filter

        parts = [
            "(", "((", ")", "[", "]", ",", "NOT ", " AND ", " OR ", "-", "+", "*", "/", "^", "%", "=", "<>",
            "a", "1", "1e400", "'x'", '"a b"', "true", "geometry", " in (", " between ", " like ",
            " is null", "f(", "casei(", "S_INTERSECTS(", "POLYGON((0 0,1 0,1 1,0 0))", "POLYGON((", "POINT(1 2)",
            "GEOMETRYCOLLECTION(", "BBOX(1,2,3,4)", "DATE('2020-01-01')", "DATE(", "INTERVAL(", "'..'",
            "TIMESTAMP('x')", chr(0), chr(0xE9), chr(0x10FFFF), "'", '"', chr(92),
        ]
        rnd = random.Random(SEED)
        end, n, slowest = time.monotonic() + SECONDS, 0, 0.0
        while time.monotonic() < end:
            text, depth = [], 0
            for part in rnd.choices(parts, k=rnd.choice([3, 10, 30, 100, 400])):
                opens = part.count("(") + part.count("[") - part.count(")") - part.count("]")
                if rnd.random() < 0.9 and not 0 <= depth + opens <= DEPTH_MOST:
                    continue  # mostly what passes the guard
                depth += opens
                text.append(part)
            asked = "".join(text) + ")" * max(0, depth)
            print(repr(asked), file=sys.stderr)
            begun = time.process_time()
            for language in ("cql2-text", "cql2-json"):
                try:
                    read_filter(asked, language)
                except InvalidInputError:
                    pass
            n, slowest = n + 1, max(slowest, time.process_time() - begun)
        print(n, slowest)
    """
    program = textwrap.dedent(code).replace("SECONDS", "6").replace("SEED", "11")
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    n, slowest = done.stdout.split()
    assert int(n) > 300
    assert float(slowest) < 5

"""The list of needs: every id has one row, with a state that it may have, and the totals are those of the rows."""

import re
from collections import Counter
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "needs.md"
LAST = {"a": 34, "b": 34, "c": 48, "d": 50, "e": 22, "f": 23, "g": 11, "h": 21, "i": 12}
"""Letter → number of its last need; each letter begins with 1."""
STATES = ("satisfied", "partly", "not yet", "left out")
LINES_MOST = 330


def lines() -> list[str]:
    return DOCUMENT.read_text(encoding="utf-8").splitlines()


def rows() -> list[list[str]]:
    """Return the cells of every row that begins with an id."""
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in lines()
        if re.match(r"\| [a-z]\d+ \|", line)
    ]


def test_every_need_has_exactly_one_row_in_its_order() -> None:
    ids = [f"{letter}{number}" for letter, last in LAST.items() for number in range(1, last + 1)]
    assert len(ids) == 255
    assert [row[0] for row in rows()] == ids


def test_every_row_says_whose_what_how_far_and_where() -> None:
    for row in rows():
        assert len(row) == 5, row
        assert all(row), row
        assert row[3] in STATES, row


def test_the_totals_in_the_head_are_those_of_the_rows() -> None:
    told = dict(
        re.findall(
            r"^\| (satisfied|partly|not yet|left out|all) \| (\d+) \|$", head(), re.MULTILINE
        )
    )
    counted = Counter(row[3] for row in rows())
    assert {state: int(number) for state, number in told.items()} == {
        **{state: counted[state] for state in STATES},
        "all": len(rows()),
    }


def head() -> str:
    return "\n".join(lines()).split("\n## ")[0]


def test_the_list_is_short_enough_to_be_read() -> None:
    assert len(lines()) <= LINES_MOST

"""Units: what the figures of a table count, as its title, its header or its notes say."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_SAID = re.compile(r"単位(?:[:・]|は)?([^()\[\]【】。※\s][^()\[\]【】。※]*)")
_BRACKETS = re.compile(r"[(\[【<]([^()\[\]【】<>]*)[)\]】>]")
_PERSONS = re.compile(r"(十|百|千|万|十万|百万)?(?:人|名)(?:口)?")
_HOUSEHOLDS = re.compile(r"(?:千|百|万)?(?:世帯|戸)")
_SHARES = re.compile(r"%|パーセント|‰|割合")
_FACTORS = {
    None: 1,
    "十": 10,
    "百": 100,
    "千": 1_000,
    "万": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
}


UNIT_COLUMNS = frozenset({"単位", "unit"})
"""Names of a column that says the unit of each row."""


@dataclass(frozen=True)
class CountUnit:
    """What one figure of a column counts."""

    counted: str = "persons"
    """persons, households or shares."""
    factor: int = 1
    """Persons that 1 stands for: 1000 where the unit is 千人."""
    said: str = ""
    """The words that say so, '' where nothing does."""


def unit_of(column: str, *, under: str = "", around: Iterable[str] = ()) -> CountUnit:
    """
    Return the unit of a column: by its name, the row of units under it, else the texts around.

    Where several are named together (単位：人、世帯), persons are meant: the column is one of residents.
    """
    for text in (under, *_BRACKETS.findall(_plain(column))):
        found = _unit(text)
        if found is not None:
            return found
    for text in around:
        for said in _SAID.findall(re.sub(r"\s+", "", _plain(text))):
            found = _unit(said)
            if found is not None:
                return found
    return CountUnit()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _unit(text: str) -> CountUnit | None:
    said = re.sub(r"\s+|単位[:は]?|[()\[\]【】]", "", _plain(text))
    parts = [part.split(":")[-1] for part in re.split(r"[、,・/]|及び", said) if part]
    for part in parts:
        persons = _PERSONS.fullmatch(part)
        if persons:
            return CountUnit("persons", _FACTORS[persons[1]], said)
    if any(_HOUSEHOLDS.fullmatch(part) for part in parts):
        return CountUnit("households", 1, said)
    if any(_SHARES.fullmatch(part) for part in parts):
        return CountUnit("shares", 1, said)
    return None

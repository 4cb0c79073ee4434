"""Dimensions in rows: of whom a row is a count, as a column, a sheet or the row's own label tells."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd

from services.intake.tables.reading import texts
from services.profile.ages import OPEN, Band, band_of, tiled

ALL, MALE, FEMALE, JAPANESE, FOREIGN, OTHER = "", "male", "female", "japanese", "foreign", "other"
PERSONS, HOUSEHOLDS = "", "households"
COUNTED = frozenset({"人数", "人口数", "値", "value"})
"""Names of the only column of counts, where ages and sexes stand in rows."""
Ages = tuple[float, float] | None
"""Lowest and highest age; None is everybody."""
Facts = Mapping[str, object]
"""What is told of whom: {"sex": "male"}."""
AGE_UNKNOWN = (-1.0, -1.0)
OLDEST_MIN = 99.0
"""Single years that go up to this or more end with everybody who is older."""


@dataclass(frozen=True, order=True)
class Whose:
    """Of whom a row is a count: of everybody, where nothing else is said."""

    sex: str = ALL
    nation: str = ALL
    ages: Ages = None
    counted: str = PERSONS

    @property
    def is_part(self) -> bool:
        """Say whether it is of some alone."""
        return self != Whose()


_NEEDED = {"sex": {MALE, FEMALE}, "nation": {JAPANESE, FOREIGN}}
"""The parts that together are everybody; others, such as 不詳, are added where they are there."""

_FACTS: tuple[tuple[str, dict[str, str]], ...] = (
    (r"男女(?:別|の)?(?:総数|合計|計)?", {}),
    (r"日本人(?:住民)?|日本国籍|japanese", {"nation": JAPANESE}),
    (r"外国人(?:住民)?|外国籍|foreign(?:ers)?", {"nation": FOREIGN}),
    (r"世帯人員", {}),
    (r"(?:総|一般|複数国籍|混合)?世帯(?:総数|数)?|households?", {"counted": HOUSEHOLDS}),
    (r"女性|女子|女|female|women|woman", {"sex": FEMALE}),
    (r"男性|男子|男|male|men|man", {"sex": MALE}),
    (r"総人口|人口総数|人口", {"counted": PERSONS}),
    (r"(?:住民|国籍|総数|合計|総計|全体|全年齢|(?<!生産)年齢計?(?!不)|計|total|both)", {}),
)
_WORD = re.compile("|".join(f"(?P<w{n}>{pattern})" for n, (pattern, _) in enumerate(_FACTS)))
_AROUND = re.compile(r"[()\[\]【】「」<>〈〉:・、,/_ *※]|再掲|^(?:うち|内)|の$|数$|^の")
_UNKNOWN = re.compile(r"(?:年齢)?(?:不詳|不明)")
_AGE_SAID = re.compile(r"歳|才|以上|未満|以下|年少|生産年齢|老年|高齢|years?")
_AGE_HEADER = re.compile(
    r"(?:満|現在)?(?:年齢|年令)(?:\(.*\))?|.*年齢.*(?:階級|区分|各歳|別|\d歳)|各歳|年代|age"
)
_DECADE = re.compile(r"(\d0)歳?代(以上)?")
_HEADERS = {
    "sex": re.compile(r"性別|男女|男女別|性|sex|.*男女.*(?:区分|別)?|性別区分"),
    "nation": re.compile(r"国籍|国籍別|日本人.*外国人.*|住民区分|nationality"),
    "ages": _AGE_HEADER,
    "counted": re.compile(r"表章項目|項目|指標"),
}
_MOSTLY = 0.5


@cache
def told(text: str, *, dimension: str = "") -> Facts | None:
    """
    Return what a text tells of whom: {"sex": "male"}, {} for everybody, None for other texts.

    ``dimension`` is what the column is about: in one of ages 「65」 is an age, in one of sexes
    「不詳」 is a sex.
    """
    form = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
    said = [match.lastgroup or "" for match in _WORD.finditer(form)]
    facts = _agreed([_FACTS[int(word[1:])][1] for word in said])
    rest, before = _WORD.sub("", form), ""
    while rest != before:
        before, rest = rest, _AROUND.sub("", rest)
    if not rest:
        return facts if said else None
    ages = _ages(rest, dimension=dimension)
    if ages == AGE_UNKNOWN and dimension in _NEEDED:
        return {**facts, dimension: OTHER}
    return None if ages is None else {**facts, "ages": ages}


def _agreed(said: list[dict[str, str]]) -> Facts:
    """Return what words say together: of 男・女 everybody, of 人口・世帯数 no households alone."""
    values: dict[str, set[str]] = {}
    for facts in said:
        for dimension, value in facts.items():
            values.setdefault(dimension, set()).add(value)
    return {
        dimension: value for dimension, (value, *others) in values.items() if value and not others
    }


def _ages(text: str, *, dimension: str) -> Ages:
    if _UNKNOWN.fullmatch(text):
        return AGE_UNKNOWN
    band: Band | None = None
    if decade := _DECADE.fullmatch(text):
        low = float(decade[1])
        return low, OPEN if decade[2] else low + 9
    if dimension == "ages" and text.isdigit():
        text += "歳"
    if dimension == "ages" or _AGE_SAID.search(text):
        band = band_of(text)
    return (band.low, band.high) if band else None


def told_by_sheet(name: str) -> tuple[str, Facts]:
    """Return what is left of a sheet's name and what it tells: 青葉区（男） is the men of 青葉区."""
    form = unicodedata.normalize("NFKC", name).strip()
    cuts = [
        re.fullmatch(r"()(.+)", form),
        re.fullmatch(r"(.*?)[ (\[【_-]+([^()\[\]【】]+?)[)\]】]*", form),
        re.fullmatch(r"(.*?)(男女計|男性|女性|男|女|日本人|外国人|総数|計)", form),
    ]
    for cut in cuts:
        facts = told(cut[2]) if cut else None
        if cut and facts is not None:
            return cut[1].strip(), facts
    return form, {}


@dataclass(frozen=True)
class Dimension:
    """A column that says of whom each row is a count; None where it says nothing in a row."""

    column: str
    told: list[Facts | None]


def dimensions_of(table: pd.DataFrame, *, passed: Iterable[str]) -> list[Dimension]:
    """Return the columns that tell of whom a row is, by their names or by their cells."""
    named = set(passed)
    found = []
    for column in map(str, table.columns):
        if column not in named and band_of(column) is None:
            facts = _column(column, texts(table, column))
            if facts is not None:
                found.append(Dimension(column, facts))
    return found


def _column(column: str, cells: list[str]) -> list[Facts | None] | None:
    header = re.sub(r"\s+", "", unicodedata.normalize("NFKC", column)).casefold()
    about = next((name for name, form in _HEADERS.items() if form.fullmatch(header)), "")
    distinct = {cell: told(cell, dimension=about) for cell in dict.fromkeys(cells) if cell}
    specific = [facts for facts in distinct.values() if facts]
    known = [facts for facts in distinct.values() if facts is not None]
    mostly = len(specific) > 1 and len(known) >= _MOSTLY * len(distinct)
    whole = bool(specific) and (about != "" or len(known) == len(distinct))
    if not (whole or mostly or (about == "counted" and known)):
        return None
    other: Facts = {about if about in _NEEDED else "counted": OTHER}
    of = {cell: other if facts is None else facts for cell, facts in distinct.items()}
    return [of[cell] if cell else None for cell in cells]


def whose(facts: Sequence[Facts | None]) -> Whose:
    """Return of whom a row is, by all that its columns, its sheet and its label tell."""
    return _merged(tuple(tuple((one or {}).items()) for one in facts))


@cache
def _merged(facts: tuple[tuple[tuple[str, object], ...], ...]) -> Whose:
    merged = {name: value for one in facts for name, value in one}
    return replace(Whose(), **merged)  # type: ignore[arg-type]


@cache
def rows_for(there: frozenset[Whose], ages: Ages) -> tuple[Whose, ...] | None:
    """
    Return the rows whose sum is everybody of some ages (None: of all), each counted once.

    A row of both sexes comes before those of men and women, a band before its years; None where
    the rows leave somebody out.
    """
    persons = frozenset(one for one in there if one.counted == PERSONS)
    found = _covering(persons, ("sex", "nation"), ages)
    return tuple(sorted(found, key=repr)) if found is not None else None


def _covering(
    there: frozenset[Whose], dimensions: tuple[str, ...], ages: Ages
) -> list[Whose] | None:
    if not dimensions:
        return _by_ages({one.ages: one for one in there}, ages)
    for dimension in dimensions:
        others = tuple(name for name in dimensions if name != dimension)
        whole = frozenset(one for one in there if getattr(one, dimension) == ALL)
        found = _covering(whole, others, ages) if whole else None
        if found is not None:
            return found
    for dimension in dimensions:
        others = tuple(name for name in dimensions if name != dimension)
        parts = {getattr(one, dimension) for one in there} - {ALL}
        if _NEEDED[dimension] <= parts:
            sums = [
                _covering(
                    frozenset(one for one in there if getattr(one, dimension) == part), others, ages
                )
                for part in sorted(parts)
            ]
            if all(one is not None for one in sums):
                return [row for one in sums for row in one or ()]
    return None


def _by_ages(held: dict[Ages, Whose], ages: Ages) -> list[Whose] | None:
    if ages is None and None in held:
        return [held[None]]
    bands = [band for band in held if band is not None and band != AGE_UNKNOWN]
    low, high = ages or (0.0, OPEN)
    oldest = max((band[1] for band in bands), default=0.0)
    if high == OPEN and OLDEST_MIN <= oldest < OPEN:
        high = oldest
    tiles = tiled(bands, low, high)
    if tiles is None:
        return None
    unknown = [held[AGE_UNKNOWN]] if ages is None and AGE_UNKNOWN in held else []
    return [held[band] for band in tiles] + unknown

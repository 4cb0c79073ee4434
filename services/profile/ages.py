"""Age bands: which columns of a table together hold an age group, read from their headers."""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

OPEN = math.inf
"""Upper age of 「85歳以上」."""
OLDER_FROM = 65
"""Age from which a resident counts among the older ones (高齢者)."""
_SEX = re.compile(r"(男性|女性|男女計|男女|男|女|総数|合計|計|male|female|m|f)")
_SEX_OF = {
    **dict.fromkeys(("男性", "男", "male", "m"), "male"),
    **dict.fromkeys(("女性", "女", "female", "f"), "female"),
}
_SHARE = re.compile(r"割合|比率|構成比|率|%|増減|世帯|指数|平均")
_YEARS = r"(?:歳|才|years?)?"
_BETWEEN = re.compile(
    rf"(?P<low>\d{{1,3}}){_YEARS}(?:以上-?|-|から|ー|to)(?P<high>\d{{1,3}}){_YEARS}(?P<below>未満|以下)?"
)
_FROM = re.compile(rf"(?P<low>\d{{1,3}}){_YEARS}(?:以上|-|\+|ー|から|andover)")
_BELOW = re.compile(r"(?P<high>\d{1,3})(?:歳|才)(?P<how>未満|以下)")
_ONE = re.compile(r"(?P<low>\d{1,3})(?:歳|才)")
_WORDS = {"年少": (0, 14), "生産年齢": (15, 64), "老年": (65, OPEN), "高齢": (65, OPEN)}
_OLDEST = 130


@dataclass(frozen=True, order=True)
class Band:
    """Ages from ``low`` to ``high`` inclusive, of one sex or of both ('')."""

    low: float
    high: float
    sex: str = ""

    def text(self) -> str:
        """Print the band as a group's name: 65-69, 85+."""
        return f"{self.low:g}+" if self.high == OPEN else f"{self.low:g}-{self.high:g}"


def band_of(header: str) -> Band | None:
    """Return the band that a header names: 65〜69歳, 65-69_男, 85歳以上の女性; None for any other."""
    form = unicodedata.normalize("NFKC", header).casefold()
    form = re.sub(r"\s+|人口|人数|の|者", "", re.sub("[〜～‐‑–—―−]", "-", form)).replace("~", "-")
    if _SHARE.search(form):
        return None
    sexes = {_SEX_OF.get(word, "") for word in _SEX.findall(form)}
    bare = re.sub(r"[_()\[\]（）:、,/]|(?<=歳)人$", "", _SEX.sub("", form))
    ages = _ages(bare)
    if ages is None or len(sexes - {""}) > 1:
        return None
    low, high = ages
    if not (0 <= low <= high and low < _OLDEST):
        return None
    return Band(low, high, next(iter(sexes - {""}), ""))


def _ages(bare: str) -> tuple[float, float] | None:
    if bare in _WORDS:
        return _WORDS[bare]
    bare = re.sub("|".join(_WORDS), "", bare)
    if match := _BETWEEN.fullmatch(bare):
        return float(match["low"]), float(match["high"]) - (1 if match["below"] == "未満" else 0)
    if match := _FROM.fullmatch(bare):
        return float(match["low"]), OPEN
    if match := _BELOW.fullmatch(bare):
        return 0.0, float(match["high"]) - (1 if match["how"] == "未満" else 0)
    if match := _ONE.fullmatch(bare):
        return float(match["low"]), float(match["low"])
    return None


def group_of(name: str) -> Band | None:
    """Return the band of an age group's name: 65+, 0-14, total."""
    if name == "total":
        return Band(0, OPEN)
    match = re.fullmatch(r"(\d{1,3})(?:\+|-(\d{1,3}))", name)
    if match is None:
        return None
    return Band(float(match[1]), float(match[2]) if match[2] else OPEN)


def is_older(name: str) -> bool:
    """Say whether an age group, or the part of one (single_65+), holds nobody younger than 65."""
    band = group_of(name.rpartition("_")[2])
    return band is not None and band.low >= OLDER_FROM


def encloses(whole: str, group: str) -> bool:
    """Say whether everybody of one age group is in another: total and 65+ enclose 75+."""
    outer, inner = group_of(whole), group_of(group)
    if whole == group or outer is None or inner is None:
        return False
    return outer.low <= inner.low and inner.high <= outer.high


def columns_for(columns: Iterable[str], group: str) -> list[str]:
    """
    Return the columns whose sum is an age group: the fewest bands that tile it without overlap.

    A column of both sexes comes before one of men and one of women; [] where no tiling exists.
    """
    wanted = group_of(group)
    if wanted is None:
        return []
    held = _held(columns)
    tiles = tiled(held, wanted.low, wanted.high) or []
    return [column for ages in tiles for column in held[ages]]


def _held(columns: Iterable[str]) -> dict[tuple[float, float], list[str]]:
    """Return the columns of each band: one of both sexes, else men and women together."""
    named: dict[tuple[float, float], dict[str, str]] = {}
    for column in columns:
        band = band_of(column)
        if band:
            named.setdefault((band.low, band.high), {}).setdefault(band.sex, column)
    held = {}
    for ages, sexes in named.items():
        if "" in sexes:
            held[ages] = [sexes[""]]
        elif {"male", "female"} <= set(sexes):
            held[ages] = [sexes["male"], sexes["female"]]
    return held


def tiled(
    bands: Iterable[tuple[float, float]], low: float, high: float
) -> list[tuple[float, float]] | None:
    """Return the fewest bands from ``low`` to ``high`` without overlap; None where none fit."""
    # The best way to reach each age.
    best: dict[float, list[tuple[float, float]]] = {low: []}
    for ages in sorted(bands):
        if ages[0] not in best or ages[1] > high:
            continue
        way = [*best[ages[0]], ages]
        after = ages[1] + 1
        if after not in best or len(way) < len(best[after]):
            best[after] = way
    return best.get(high + 1)


def followed(group: str, known: Iterable[str]) -> str | None:
    """
    Return the age group that tells about another: itself, else the narrowest that encloses it.

    A part of an age group (``single_65+``) is enclosed by it. ``None`` where none does.
    """
    there = list(known)
    if group in there:
        return group
    ages = group.rpartition("_")[2]
    around = [other for other in there if other == ages or encloses(other, ages)]
    return min(around, key=_width) if around else None


def _width(group: str) -> tuple[float, float]:
    band = group_of(group)
    assert band is not None  # noqa: S101  narrows the type only
    return band.high, -band.low

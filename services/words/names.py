"""Names of areas and venues: in one form so that two files of one city agree, and told apart."""

import re
import unicodedata
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache

# 部首 typed or pasted instead of the character. NFKC undoes U+2F00-2FD5 (⼾ becomes 戶, mapped below)
# but of U+2E80-2EF3 only ⺟ and ⻳; pairs as in Unicode's EquivalentUnifiedIdeograph.txt, 新字体.
_RADICALS = dict(
    zip(
        "⺁⺄⺇⺈⺊⺌⺎⺒⺓⺗⺙⺛⺜⺝⺞⺠⺥⺧⺩⺪⺫⺬⺮⺯⺰⺳⺶⺷⺸⺻⺼⺽⻁⻃⻄⻆⻇⻊⻍⻏⻑⻒⻗⻘⻝⻞⻟⻡⻣⻤⻨⻩⻫⻭⻯⻱⻲",
        "厂乙几刀卜小兀巳幺心攵旡日月歹民爪牛王疋目示竹糸糸网羊羊羊聿肉臼虎西西角角足辶邑長長雨青食食食首骨鬼麦黄斉歯竜亀亀",
        strict=True,
    )
)
# 異体字 and 旧字体 of place names
_CHARACTERS = dict(
    zip(
        "戶髙﨑嵜濵濱澤邊邉櫻廣龍瀧曾冨槇籠檜淵嶋嶌國德惠寳寶鷗鄕靑黃橫黑麥齊齋齒龜眞條莊壽榮圓舘",
        "戸高崎崎浜浜沢辺辺桜広竜滝曽富槙篭桧渕島島国徳恵宝宝鴎郷青黄横黒麦斉斎歯亀真条荘寿栄円館",
        strict=True,
    )
)
_KANA = dict(zip("ヶヵがガ之の乃", "ケカケケノノノ", strict=True))
_VARIANTS = str.maketrans({**_RADICALS, **_CHARACTERS, **_KANA})
_DASHES = re.compile("[‐‑‒–—―−]")
_SPACES = re.compile(r"\s+")
REMEMBERED = 20_000
_OAZA = re.compile(r"^(?:大字|字)(?=.)|(?<=[市町村区郡])大字(?=.)")
_CHOME = re.compile("([〇一二三四五六七八九十壱壹弐貳参參]+)(?=丁目|番|条|区|号)")
_DIGITS = dict(zip("〇一二三四五六七八九壱壹弐貳参參", [*range(10), 1, 1, 2, 2, 3, 3], strict=True))


def normalise(text: object) -> str:
    """
    Return the one form of a name: NFKC, no spaces, 丁目 in digits, one of each variant character.

    「柏の葉　四丁目」 and 「柏ノ葉4丁目」 agree, and so do 「大字豊四季」 and 「豊四季」: numerals
    elsewhere stay. The form of a form is itself.
    """
    return _normalised(str(text))


@lru_cache(maxsize=REMEMBERED)
def _normalised(text: str) -> str:
    """Return the form of a text; who looks for a name asks it of the same names again and again."""
    form, before = _once(text), ""
    while form != before:
        form, before = _once(form), form
    return form


def _once(text: str) -> str:
    form = unicodedata.normalize("NFKC", text).translate(_VARIANTS)
    form = _OAZA.sub("", _SPACES.sub("", _DASHES.sub("-", form)))
    form = _CHOME.sub(lambda match: str(_number(match[1])), form)
    return unicodedata.normalize("NFKC", form.casefold())


def _number(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[digit]) for digit in numeral))
    high = int("".join(str(_DIGITS[digit]) for digit in tens if digit in _DIGITS) or "1")
    return high * 10 + int("".join(str(_DIGITS[digit]) for digit in ones) or "0")


def stem(text: object) -> str:
    """Return a name's normal form without its 丁目 and what follows: 柏 of 「柏五丁目」."""
    return re.sub(r"[0-9]+丁目.*$", "", normalise(text))


def told_apart(
    names: Sequence[str],
    things: Sequence[Hashable],
    hints: Sequence[Sequence[str]],
    *,
    hinted: Callable[[str, str], str],
    numbered: Callable[[str, int], str],
) -> list[str]:
    """
    Return names of which no two things bear the same one.

    Parameters
    ----------
    names
        A name a row; an empty one stays empty.
    things
        What each row names: rows of one thing keep one name.
    hints
        Texts a row, best first: the first kind that is there and differs for all things of a name
        stands beside it.
    hinted, numbered
        Put a hint, or where none tells them apart a number in the order of the things, to a name.
    """
    found = list(names)
    rows_of: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        if name:
            rows_of.setdefault(name, []).append(row)
    for name, rows in rows_of.items():
        several = {things[row]: row for row in reversed(rows)}
        if len(several) == 1:
            continue
        for hint in hints:
            said = {thing: hint[row] for thing, row in several.items()}
            if all(said.values()) and len(set(said.values())) == len(said):
                new = {thing: hinted(name, text) for thing, text in said.items()}
                break
        else:
            order = sorted(several, key=str)
            new = {thing: numbered(name, order.index(thing) + 1) for thing in several}
        for row in rows:
            found[row] = new[things[row]]
    return found

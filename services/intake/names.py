"""Names of areas and venues, brought to one form so that two files of one city agree."""

import re
import unicodedata

_VARIANTS = str.maketrans(
    {
        # 部首 typed instead of the character, which NFKC does not undo for all of them
        "⺠": "民",
        "⻑": "長",
        "⻄": "西",
        "⻘": "青",
        "⻭": "歯",
        "戶": "戸",
        "⻁": "虎",
        "⻲": "亀",
        "⻨": "麦",
        "⻩": "黄",
        "⻝": "食",
        "⻤": "鬼",
        "⻯": "竜",
        "⻫": "斉",
        # 異体字 of place names
        "髙": "高",
        "﨑": "崎",
        "嵜": "崎",
        "濵": "浜",
        "濱": "浜",
        "澤": "沢",
        "邊": "辺",
        "邉": "辺",
        "櫻": "桜",
        "廣": "広",
        "龍": "竜",
        "曾": "曽",
        "冨": "富",
        "槇": "槙",
        "籠": "篭",
        "檜": "桧",
        "淵": "渕",
        "ヶ": "ケ",
        "ヵ": "カ",
        "が": "ケ",
        "ガ": "ケ",
        "之": "ノ",
        "の": "ノ",
        "乃": "ノ",
    }
)
_DASHES = re.compile("[‐‑‒–—―−]")
_SPACES = re.compile(r"\s+")
_CHOME = re.compile("([一二三四五六七八九十]+)(?=丁目|番|条|区|号)")
_DIGITS = {numeral: n for n, numeral in enumerate("一二三四五六七八九", start=1)}


def normalise(text: object) -> str:
    """
    Return the one form of a name: NFKC, no spaces, 丁目 in digits, one of each variant character.

    「柏の葉　四丁目」 and 「柏ノ葉4丁目」 agree, and so do 五香六実 and itself: numerals elsewhere stay.
    """
    form = unicodedata.normalize("NFKC", str(text)).translate(_VARIANTS)
    form = _SPACES.sub("", _DASHES.sub("-", form))
    return _CHOME.sub(lambda match: str(_number(match[1])), form).casefold()


def _number(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[digit]) for digit in numeral))
    high = int("".join(str(_DIGITS[digit]) for digit in tens if digit in _DIGITS) or "1")
    return high * 10 + int("".join(str(_DIGITS[digit]) for digit in ones) or "0")

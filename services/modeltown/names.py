"""Invented names of areas: old quarters, hamlets, and new towns with numbered 丁目."""

from collections.abc import Iterator, Sequence

import numpy as np

CITY = "見本市"
CITY_EN = "Mihon City"
PREFECTURE = "架空県"
JIS_CODE = "99201"

NUMERALS = "一二三四五六七八九"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OLD = _words(
    "本町 元町 大手町 城下町 鍛冶町 呉服町 紺屋町 魚町 米町 大工町 寺町 仲町 上町 下町 横町 八幡町 栄町 旭町 "
    "錦町 末広町 弁天町 塩町 油町 伝馬町 宮前町 蔵前町 御堂町 鷹匠町 弓町 桶屋町"
)
_STEMS = _words(
    "みどり わかば さくら ひばり あおば けやき つつじ やまぶき こぶし 光 若葉 桜 緑 旭 富士見 美里 泉 日向 松葉 桐"
)
_NEW = _words("台 ヶ丘 野 台西 台東 ヶ丘南 町")
_LAND = _words(
    "上 下 中 東 西 南 北 大 小 新 古 高 平 長 沼 柳 松 竹 梅 栗 桑 藤 萩 葦 鷺 鶴 亀 鹿 狐 井 岩 石 金 塚 宮 寺"
)
_FORMS = _words("ヶ原 ヶ谷 ヶ崎 沢 田 根 畑 久保 作 戸 川 島 場 内 新田 台 木 窪 橋 越")
_FIRST = ("上ヶ原", "川向", "台町", "梅ヶ谷", "沼田", "柳島", "鷺沼新田", "藤ヶ崎")


def old_names() -> Iterator[str]:
    """Yield names of quarters of an old centre."""
    yield from _OLD
    yield from (f"{name[:-1]}{side}町" for side in "東西南北" for name in _OLD)


def new_names() -> Iterator[str]:
    """Yield names of planned quarters."""
    yield "みどり台"
    for form in _NEW:
        for stem in _STEMS:
            name = f"{stem}{form}"
            if name != "みどり台":
                yield name


def field_names() -> Iterator[str]:
    """Yield names of hamlets."""
    yield from _FIRST
    for shift in range(len(_LAND)):
        for index, form in enumerate(_FORMS):
            name = f"{_LAND[(shift * 7 + index * 3) % len(_LAND)]}{form}"
            if name not in _FIRST:
                yield name


def area_names(
    characters: Sequence[str],
    neighbours: dict[int, set[int]],
    middle: np.ndarray,
    rng: np.random.Generator,
) -> list[str]:
    """Return a unique name per area; built-up neighbours of one character become 丁目 of a town."""
    sources = {"old": old_names(), "new": new_names(), "field": field_names()}
    names: dict[int, str] = {}
    used: set[str] = set()
    centre = [area for area, character in enumerate(characters) if character == "centre"]
    order = centre + np.lexsort([middle[:, 0], -middle[:, 1]]).tolist()
    for area in order:
        if area in names:
            continue
        kind = _family(characters[area])
        size = int(rng.integers(2, 6)) if kind != "field" else 1
        town = _grow(area, size, characters, neighbours, names)
        first = area == order[0]
        base = "見本" if first else next(name for name in sources[kind] if name not in used)
        used.add(base)
        if len(town) == 1 and not first:
            names[area] = base
            continue
        for number, part in enumerate(sorted(town, key=lambda part: -middle[part, 1])):
            names[part] = f"{base}{NUMERALS[number]}丁目"
    return [names[area] for area in range(len(characters))]


def _family(character: str) -> str:
    if character == "centre":
        return "old"
    return "field" if character in {"rural", "park"} else "new"


def _grow(
    area: int,
    size: int,
    characters: Sequence[str],
    neighbours: dict[int, set[int]],
    names: dict[int, str],
) -> list[int]:
    town = [area]
    for part in town:
        for other in sorted(neighbours.get(part, set())):
            fits = _family(characters[other]) == _family(characters[area])
            if len(town) < size and fits and other not in names and other not in town:
                town.append(other)
    return town


def unique(names: Sequence[str]) -> list[str]:
    """Return names with 第二, 第三 … put before those that were already used."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}第{NUMERALS[seen[name] - 1]}")
    return result

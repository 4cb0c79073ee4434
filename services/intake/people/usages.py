"""
Usages of buildings: which are lived in, by the codes of PLATEAU and the values of OSM.

PLATEAU: code list Building_usage of the 3D city model product specification, the building uses of the
survey 都市計画基礎調査 (MLIT, 都市計画基礎調査実施要領, C0401). Residential are the five that MLIT's own
tool spreads residents over, 411 to 415 (Project-PLATEAU/Urban-structure-analysis,
building_data_assigner.py, 2026); 461 is unknown, and so is a building without a usage.
OSM: values of the key ``building`` in the section Accommodation of its wiki page Key:building without
hotels; ``yes`` says only that it is a building.
"""

import unicodedata
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.demand.homes import DWELLING, OTHER_USE, UNKNOWN_USE
from services.intake.tables.reading import text_of
from services.profile import Buildings

Kind = Literal["", "house", "apartments"]


@dataclass(frozen=True)
class Usage:
    """What a usage says: the rank of such buildings, and which kind of dwelling they are."""

    rank: int
    kind: Kind = ""
    mixed: bool = False
    """Only a part of the floor is lived in."""


HOUSE = Usage(DWELLING, "house")
APARTMENTS = Usage(DWELLING, "apartments")
HOUSE_MIXED = Usage(DWELLING, "house", mixed=True)
APARTMENTS_MIXED = Usage(DWELLING, "apartments", mixed=True)
UNKNOWN = Usage(UNKNOWN_USE)
OTHER = Usage(OTHER_USE)

_PLATEAU_CODES = {
    ("401", "業務施設"): OTHER,
    ("402", "商業施設"): OTHER,
    ("403", "宿泊施設"): OTHER,
    ("404", "商業系複合施設"): OTHER,
    ("411", "住宅"): HOUSE,
    ("412", "共同住宅"): APARTMENTS,
    ("413", "店舗等併用住宅"): HOUSE_MIXED,
    ("414", "店舗等併用共同住宅"): APARTMENTS_MIXED,
    ("415", "作業所併用住宅"): HOUSE_MIXED,
    ("421", "官公庁施設"): OTHER,
    ("422", "文教厚生施設"): OTHER,
    ("431", "運輸倉庫施設"): OTHER,
    ("441", "工場"): OTHER,
    ("451", "農林漁業用施設"): OTHER,
    ("452", "供給処理施設"): OTHER,
    ("453", "防衛施設"): OTHER,
    ("454", "その他"): OTHER,
    ("461", "不明"): UNKNOWN,
    ("471", "空家"): OTHER,
}
PLATEAU = {text: usage for texts, usage in _PLATEAU_CODES.items() for text in texts}
"""By code and by label: converters write either."""
OSM = {
    **dict.fromkeys(("yes", "unknown", "undefined"), UNKNOWN),
    **dict.fromkeys(("apartments", "dormitory"), APARTMENTS),
    **dict.fromkeys(("house", "detached", "semidetached_house", "semi", "terrace"), HOUSE),
    **dict.fromkeys(("bungalow", "cabin", "farm", "annexe", "stilt_house"), HOUSE),
    **dict.fromkeys(("houseboat", "static_caravan"), HOUSE),
    "residential": Usage(DWELLING),  # either a house or apartments
}
SCHEMES: dict[str, dict[str, Usage]] = {"plateau": PLATEAU, "osm": OSM, "": {}}


@dataclass(frozen=True)
class Usages:
    """What is known of n buildings by their usage."""

    rank: NDArray[np.int64]
    mixed: NDArray[np.bool_]
    factors: dict[str, NDArray[np.float64]]
    """Age group → by how much a m² counts for it."""


def classify(table: pd.DataFrame, spec: Buildings) -> Usages:
    """Say of each building whether it is lived in, and what it counts for each age group."""
    if not spec.usage_field:
        number = len(table)
        return Usages(np.zeros(number, dtype=np.int64), np.zeros(number, dtype=bool), {})
    codes, values = pd.factorize(table[spec.usage_field], use_na_sentinel=True)
    # Code -1, no usage, picks the last.
    texts = [*(plain(text_of(value)) for value in values), ""]
    usages = [usage_of(text, spec) for text in texts]
    factors = {
        group: np.array(
            [_factor(text, usage, counts) for text, usage in zip(texts, usages, strict=True)]
        )
        for group, counts in spec.weights.items()
    }
    return Usages(
        np.array([usage.rank for usage in usages], dtype=np.int64)[codes],
        np.array([usage.mixed for usage in usages], dtype=bool)[codes],
        {group: factor[codes] for group, factor in factors.items()},
    )


def plain(text: str) -> str:
    """Return a usage as it is compared: NFKC, small letters, the first of several."""
    return unicodedata.normalize("NFKC", text).casefold().split(";")[0].strip()


def usage_of(text: str, spec: Buildings) -> Usage:
    """Return what a usage says; one that no scheme knows is lived in only if the profile says so."""
    usage = _by_scheme(text, spec)
    if usage.rank == UNKNOWN_USE and spec.unknown_usage == "residential":
        return Usage(DWELLING)
    return usage


def _by_scheme(text: str, spec: Buildings) -> Usage:
    known = SCHEMES[spec.usage_scheme].get(text)
    named = {plain(usage) for usage in spec.residential_usages}
    if named:
        if text in named:
            return known if known is not None and known.rank == DWELLING else Usage(DWELLING)
        is_unknown = text == "" or (known is not None and known.rank == UNKNOWN_USE)
        return UNKNOWN if is_unknown else OTHER
    if not spec.usage_scheme:
        return Usage(DWELLING)
    return UNKNOWN if text == "" else known or OTHER


def _factor(text: str, usage: Usage, counts: dict[str, float]) -> float:
    """Return what a m² counts: by the usage itself, else by its kind, else 1."""
    own = {plain(key): count for key, count in counts.items()}
    return own.get(text, own.get(usage.kind, 1.0) if usage.kind else 1.0)

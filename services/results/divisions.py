"""Divisions: which units are cut by the borders of councils or school districts, in words."""

import numpy as np
import pandas as pd

from geo.areas.apart import divided_units
from geo.arrays import FloatArray
from geo.coverage.reached import Layering
from services.profile import Layer
from services.situation.view import Situation
from services.words.texts import text

SCHOOL_KINDS = ("elementary_district", "junior_high_district", "combined_elementary")


def division_columns(situation: Situation, layering: Layering, weight: FloatArray) -> pd.DataFrame:
    """
    Return ``is_split``, ``split_by`` and ``split_by_en`` of each unit: 「小学校区: A 62％・B 38％」.

    A part with fewer residents than may be shown is left out, and then so is what it would tell.
    """
    said: dict[str, dict[int, list[str]]] = {"ja": {}, "en": {}}
    for layer in _dividing_layers(situation):
        other = situation.layering(layer.id)
        parts = divided_units(
            layering.home_area,
            other.home_area,
            weight,
            least_residents=situation.profile.privacy.small_number,
        )
        names = other.areas["area_name"].astype(str).to_numpy()
        named = parts.assign(name=names[parts["other"].to_numpy()])
        for unit, rows in named.groupby("unit", sort=True):
            for lang, lists in said.items():
                lists.setdefault(int(str(unit)), []).append(_sentence(layer, rows, lang))
    units = range(len(layering.areas))
    joints = {"ja": "、", "en": "; "}
    texts = {
        lang: [joints[lang].join(lists.get(unit, [])) for unit in units]
        for lang, lists in said.items()
    }
    return pd.DataFrame(
        {
            "is_split": np.array([words != "" for words in texts["ja"]], dtype=bool),
            "split_by": texts["ja"],
            "split_by_en": texts["en"],
        }
    )


def _dividing_layers(situation: Situation) -> list[Layer]:
    """Return the councils' layer and the school districts, not the units themselves."""
    analysis = situation.profile.analysis
    return [
        layer
        for layer in situation.profile.layers
        if layer.id != analysis.gap_layer
        and not layer.draft
        and (layer.id == analysis.council_layer or layer.kind in SCHOOL_KINDS)
    ]


def _sentence(layer: Layer, parts: pd.DataFrame, lang: str) -> str:
    label = layer.label if lang == "ja" else layer.label_en
    if layer.approximate:
        label = text("split.approximate", lang, layer=label)
    shares = [
        text("split.part", lang, area=name, share=f"{share:.0f}")
        for name, share in zip(parts["name"], parts["share_pct"], strict=True)
    ]
    return text(
        "split.layer", lang, layer=label, parts=("・" if lang == "ja" else ", ").join(shares)
    )

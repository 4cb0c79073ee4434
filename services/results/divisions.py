"""Divisions: which units are cut by the borders of councils or school districts."""

from typing import Any

import pandas as pd

from geo.areas.apart import divided_units
from geo.arrays import FloatArray
from geo.coverage.reached import Layering
from services.profile import Layer
from services.situation.view import Situation

SCHOOL_KINDS = ("elementary_district", "junior_high_district", "combined_elementary")


def division_columns(situation: Situation, layering: Layering, weight: FloatArray) -> pd.DataFrame:
    """
    Return ``divided`` of each unit: its parts, with the area of the other layer and the share each.

    A part with fewer residents than ``small_number`` is no division.
    """
    divided: list[list[dict[str, Any]]] = [[] for _ in range(len(layering.areas))]
    for layer in _dividing_layers(situation):
        other = situation.layering(layer.id)
        parts = divided_units(
            layering.home_area,
            other.home_area,
            weight,
            least_residents=situation.profile.privacy.small_number,
        )
        names = other.areas["area_name"].astype(str).to_numpy()
        told = {
            "layer": layer.id,
            "label": layer.label,
            "label_en": layer.label_en,
            "approximate": layer.approximate,
        }
        for part in parts.to_dict("records"):
            area, share = names[int(part["other"])], float(part["share_pct"])
            divided[int(part["unit"])].append({**told, "area_name": area, "share_pct": share})
    return pd.DataFrame({"divided": divided}, index=range(len(divided)))


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

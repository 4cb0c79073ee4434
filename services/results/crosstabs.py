"""Cross-tables: the residents of each pair of areas of two layers."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from geo.coverage.crosstab import Crossing, cell_figures, cell_rows, with_shares
from geo.demand.homes import HIGH, LOW
from geo.errors import InvalidInputError, Sentence
from geo.vocabulary import FREQUENCIES
from services.profile import Layer, Profile
from services.situation.intervals import Bounds, Ends, unknown_most
from services.situation.naming import names_of, unlocated
from services.situation.view import Situation
from services.words.shares import share, share_of
from services.words.texts import age_group_text, is_figure, limit_text, text

CROSSTAB_COLUMNS = (
    *("row_layer", "row_id", "row_name", "column_layer", "column_id", "column_name"),
    *("frequency", "age_group", "walk_limit_m", "walk_limit_min", "profile", "residents"),
    *("reached", "coverage_pct", "coverage_low_pct", "coverage_high_pct"),
    *("row_share_pct", "row_share_low_pct", "row_share_high_pct"),
    *("column_share_pct", "column_share_low_pct", "column_share_high_pct"),
    *("approximate", "residents_estimated"),
)
_SIDES = ("row", "column")


def layer_pairs(profile: Profile) -> list[tuple[Layer, Layer]]:
    """Return every pair of layers that may cross; the whole municipality crosses nothing."""
    layers = [layer for layer in profile.layers if layer.kind != "municipality"]
    return list(combinations(layers, 2))


def default_pairs(profile: Profile) -> list[tuple[str, str]]:
    """
    Return the pairs that a planner asks for first: units, and school districts, by council.

    Where one council has the whole municipality, the units by the first layer that they cross.
    """
    gap_layer, council_layer = profile.analysis.gap_layer, profile.analysis.council_layer
    pairs = [(one.id, other.id) for one, other in layer_pairs(profile)]
    districts = [layer.id for layer in profile.layers if layer.kind == "elementary_district"]
    asked = dict.fromkeys((rows, council_layer) for rows in (gap_layer, *districts))
    found = [pair for pair in asked if pair in pairs or pair[::-1] in pairs]
    others = [
        one if other == gap_layer else other for one, other in pairs if gap_layer in (one, other)
    ]
    return found or [(gap_layer, other) for other in others[:1]]


def crosstabs_frame(situation: Situation) -> pd.DataFrame:
    """
    Return the cross-table of every pair of layers (``CROSSTAB_COLUMNS``).

    Within the main limit, on foot as the main profile walks; for every frequency and age group. The
    margins are the rows of coverage, the remainder with those whose home nobody knows.
    """
    pairs = layer_pairs(situation.profile)
    frames = [_crossed(situation, *pair) for pair in pairs]
    if not frames:
        return pd.DataFrame(columns=list(CROSSTAB_COLUMNS))
    return pd.concat(frames, ignore_index=True)


def _crossed(situation: Situation, one: Layer, other: Layer) -> pd.DataFrame:
    cells, rows = situation.shared(
        ("crosstab", one.id, other.id), lambda: _named_cells(situation, one, other)
    )
    reached = {frequency: situation.reached(frequency) for frequency in FREQUENCIES}
    tables = Ends.of(situation, lambda people: cell_figures(people, cells, reached))
    return _with_unlocated(rows, tables, situation)[list(CROSSTAB_COLUMNS)]


def _named_cells(situation: Situation, one: Layer, other: Layer) -> tuple[Crossing, pd.DataFrame]:
    """Return the cells of two layers, and what the rows of their cross-table are about."""
    sides = [situation.layering(layer.id) for layer in (one, other)]
    # Those whose home nobody knows are in the cell of both remainders, also where no home is in it.
    cells = Crossing.of(sides[0], sides[1], with_corner=True)
    rows = cell_rows(situation.residents.columns, cells, FREQUENCIES)
    named: dict[str, np.ndarray] = {}
    for side, layer, layering, area in zip(
        _SIDES, (one, other), sides, ("area_a", "area_b"), strict=True
    ):
        names, position = names_of(layering.areas), rows[area].to_numpy()
        named |= {
            f"{side}_layer": np.full(len(rows), layer.id, dtype=object),
            f"{side}_id": names["area_id"].to_numpy(dtype=object)[position],
            f"{side}_name": names["area_name"].to_numpy(dtype=object)[position],
        }
    estimated = situation.profile.population.estimated_groups
    return cells, rows.assign(
        **named,
        layer="",
        remainder=(rows["area_a"] < 0) & (rows["area_b"] < 0),
        approximate=one.approximate or other.approximate,
        residents_estimated=rows["age_group"].isin(estimated),
        profile=situation.parameters.walking.id,
        **situation.parameters.limit.columns(),
    )


def _with_unlocated(rows: pd.DataFrame, tables: Ends, situation: Situation) -> pd.DataFrame:
    """Add those whose home nobody knows to the cell of both remainders, then all percentages."""
    corner = rows["remainder"].to_numpy()
    unknown = unknown_most(rows, situation)
    low, high = Bounds.of(tables, "reached").pct(unknown)
    likely = rows.assign(
        reached=tables.likely["reached"], coverage_low_pct=low, coverage_high_pct=high
    )
    lost, least, most = (unlocated(rows, situation, end) for end in ("", LOW, HIGH))
    whole = with_shares(likely.assign(residents=tables.likely["residents"] + lost))
    counts = [table["residents"].to_numpy(dtype=float) for table in tables.hidden]
    ends = _Cells(
        np.minimum.reduce([whole["residents"].to_numpy(), *(each + least for each in counts)]),
        np.maximum.reduce([whole["residents"].to_numpy(), *(each + most for each in counts)]),
    )
    for side, area in (("row", "area_a"), ("column", "area_b")):
        whole[f"{side}_share_pct"] = whole.pop(f"share_{area[-1]}_pct")
        share = whole[f"{side}_share_pct"]
        # Where nothing is hidden there is nothing to sum again.
        low, high = ends.share_pct(whole, area) if tables.hidden else (share, share)
        whole[f"{side}_share_low_pct"], whole[f"{side}_share_high_pct"] = low, high
    if not ends.most[corner].any():
        return whole[~corner].reset_index(drop=True)
    return whole


@dataclass(frozen=True)
class _Cells:
    """(cells,) the least and the most residents of each."""

    least: np.ndarray
    most: np.ndarray

    def share_pct(
        self, table: pd.DataFrame, area: str
    ) -> "tuple[pd.Series[float], pd.Series[float]]":
        """Return the least and the most share that each cell can have of its area."""
        keys = [table["frequency"], table["age_group"], table[area]]
        rest_least, rest_most = (
            (pd.Series(end).groupby(keys).transform("sum").to_numpy(dtype=float) - end).clip(0.0)
            for end in (self.least, self.most)
        )
        return Bounds(self.least, self.most, rest_least, rest_most).pct()


def of_pair(table: pd.DataFrame, rows: str, columns: str) -> pd.DataFrame:
    """Return the cells of two layers, turned round where they were crossed the other way."""
    straight = table[(table["row_layer"] == rows) & (table["column_layer"] == columns)]
    turned = table[(table["row_layer"] == columns) & (table["column_layer"] == rows)]
    if len(straight) == len(turned) == 0:
        known = pd.unique(pd.concat([table["row_layer"], table["column_layer"]]))
        raise InvalidInputError(
            "{rows!r} and {columns!r} do not cross; layers that do: {known}",
            rows=rows,
            columns=columns,
            known=list(known) or Sentence("none"),
        )
    parts = ("layer", "id", "name", "share_pct", "share_low_pct", "share_high_pct")
    swap = {
        f"{one}_{part}": f"{other}_{part}"
        for one, other in zip(_SIDES, reversed(_SIDES), strict=True)
        for part in parts
    }
    found = straight if len(straight) else turned.rename(columns=swap)
    order = ["age_group", "frequency", "row_id", "column_id"]
    return found[list(CROSSTAB_COLUMNS)].sort_values(order, kind="stable", ignore_index=True)


def crosstab_sentence(row: Mapping[str, Any], lang: str) -> str:
    """Say one cell of a cross-table."""
    words = {
        "row": row["row_name"],
        "column": row["column_name"],
        "age_group": age_group_text(str(row["age_group"]), lang),
    }
    if not is_figure(row["coverage_pct"]):
        return text("provision.nobody", lang, age_group=words["age_group"])
    return text(
        "crosstab.sentence",
        lang,
        **words,
        share=share(share_of(row, "coverage", part="reached", whole="residents"), lang),
        part=share(share_of(row, "row_share", part="residents"), lang),
        frequency=text(f"frequency.{row['frequency']}", lang),
        limit=limit_text(row["walk_limit_m"], row["walk_limit_min"], lang),
    )

"""Indicators as they are read: an area beside the others of its kind, and who comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import InvalidInputError
from services.publication.export import write_table
from services.publication.tables import Publication, provenance
from services.results.indicators import value_text
from services.words.texts import NO_FIGURE, is_figure, number, text
from services.workspace.folder import Snapshot
from services.workspace.plain import plain_rows

FIRST = 5
"""Areas that a ranking names."""


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator of one area beside the others of its layer."""

    label: str
    value: str
    interval: str
    """Of a sample, '' without one."""
    respondents: str
    median: str
    rank: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndicatorRanking:
    """The areas of a layer that come first, by rate and by number."""

    label: str
    layer_label: str
    by_value: tuple[str, ...]
    by_count: tuple[str, ...]
    """Nothing where it is no share, and both are one."""


def indicator_lines(
    publication: Publication, area: Mapping[Any, Any], lang: str
) -> tuple[IndicatorLine, ...]:
    """Return the indicators of an area; one that nobody tells of it stands there without a figure."""
    found = publication.table("indicators")
    mine = found[(found["layer"] == area["layer"]) & (found["area_id"] == area["area_id"])]
    return tuple(_line(row, lang) for row in mine.to_dict("records"))


def _line(row: Mapping[Any, Any], lang: str) -> IndicatorLine:
    said = [row["flag" if lang == "ja" else "flag_en"], row["note"]]
    if row["small_sample"]:
        said.insert(0, text("indicator.small", lang))
    if is_figure(row["respondents"]) and not is_figure(row["value"]):
        said.insert(0, text("indicator.too_few", lang))
    several = is_figure(row["areas_n"]) and row["areas_n"] > 1 and is_figure(row["value"])
    interval = ""
    if is_figure(row["low"]) and is_figure(row["value"]):
        ends = [value_text(row, lang, column=name) for name in ("low", "high")]
        interval = text("indicator.interval", lang, low=ends[0], high=ends[1])
    return IndicatorLine(
        label=str(row["label" if lang == "ja" else "label_en"]),
        value=value_text(row, lang),
        interval=interval,
        respondents=number(row["respondents"]),
        median=value_text(row, lang, column="median") if several else NO_FIGURE,
        rank=text(
            "indicator.rank", lang, rank=number(row["rank_by_value"]), of=number(row["areas_n"])
        )
        if several
        else NO_FIGURE,
        remarks=tuple(str(one) for one in said if one),
    )


def rankings(publication: Publication, layer: str, lang: str) -> tuple[IndicatorRanking, ...]:
    """Return for each indicator of a layer with several areas who comes first, by rate and by number."""
    found = publication.table("indicators")
    found = found[(found["layer"] == layer) & (found["areas_n"] > 1)]
    declared = publication.snapshot.workspace.declared.layer(layer)
    return tuple(
        IndicatorRanking(
            str(rows["label" if lang == "ja" else "label_en"].iloc[0]),
            declared.label if lang == "ja" else declared.label_en,
            _first(rows, "rank_by_value", lang),
            _first(rows, "rank_by_count", lang) if rows["kind"].iloc[0] == "share" else (),
        )
        for _, rows in found.groupby("indicator", sort=False)
    )


def _first(rows: pd.DataFrame, rank: str, lang: str) -> tuple[str, ...]:
    known = rows[rows["value"].notna() & rows[rank].notna()].sort_values(
        [rank, "area_id"], kind="stable"
    )
    by_count = rank == "rank_by_count"
    return tuple(
        text(
            "indicator.first",
            lang,
            rank=number(row[rank]),
            area=row["area_name"],
            value=number(row["numerator"]) if by_count else value_text(row, lang),
        )
        for row in known.head(FIRST).to_dict("records")
    )


@dataclass(frozen=True, slots=True)
class IndicatorsAsked:
    """Which indicators are asked for, and by what they are ranked; None: whatever there is."""

    indicator: str | None = None
    layer: str | None = None
    by_count: bool = False


def indicators_table(snapshot: Snapshot, asked: IndicatorsAsked) -> pd.DataFrame:
    """
    Return the rows that are asked for, the greatest first; areas without a value come last.

    Raises
    ------
    InvalidInputError
        There is no such indicator or layer.
    """
    table = Publication(snapshot).table("indicators")
    for name in ("indicator", "layer"):
        wanted = getattr(asked, name)
        if wanted is None:
            continue
        known = list(dict.fromkeys(table[name]))
        if wanted not in known:
            raise InvalidInputError(
                "no indicator has {name}={wanted!r}; there are {known}",
                name=name,
                wanted=wanted,
                known=", ".join(known),
            )
        table = table[table[name] == wanted]
    order = (
        pd.Series(range(len(table)), index=table.index)
        .groupby([table["indicator"], table["layer"]], sort=False)
        .transform("min")
    )
    rank = "rank_by_count" if asked.by_count else "rank_by_value"
    sorted_table = table.assign(_order=order).sort_values(
        ["_order", rank, "area_id"], kind="stable", na_position="last"
    )
    return sorted_table.drop(columns="_order").reset_index(drop=True)


def indicators_answer(snapshot: Snapshot, asked: IndicatorsAsked) -> dict[str, Any]:
    """Return the rows as plain data."""
    return {"indicators": plain_rows(indicators_table(snapshot, asked))}


def indicator_texts(snapshot: Snapshot, asked: IndicatorsAsked, lang: str) -> list[str]:
    """Return the rows for a terminal, a line an area under the name of each indicator."""
    rank = "rank_by_count" if asked.by_count else "rank_by_value"
    lines, before = [], ("", "")
    profile = snapshot.workspace.declared
    for row in indicators_table(snapshot, asked).to_dict("records"):
        if (row["indicator"], row["layer"]) != before:
            before = (row["indicator"], row["layer"])
            layer = profile.layer(row["layer"])
            name = layer.label if lang == "ja" else layer.label_en
            lines.append(
                str(row["label" if lang == "ja" else "label_en"])
                + text("text.brackets", lang, text=name)
            )
        line = _line(row, lang)
        parts = [number(row[rank]), row["area_name"], line.value + line.interval]
        parts += [number(row["numerator"])] if row["kind"] == "share" else []
        lines.append("  ".join([*map(str, parts), *line.remarks]))
    return lines or [text("indicator.nothing", lang)]


def write_indicators(snapshot: Snapshot, asked: IndicatorsAsked, out: Path) -> list[Path]:
    """Write the rows as CSV, and beside it what they are made of."""
    return write_table(indicators_table(snapshot, asked), out, provenance(snapshot))

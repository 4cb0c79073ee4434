"""Supply: seats, second places, inequality and cross-tables as they are asked for, with words."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pandas as pd

from geo.errors import InvalidInputError, NotFoundError
from geo.vocabulary import TARGET
from services.publication.disclosure import PlainTable
from services.publication.tables import Publication
from services.results.crosstabs import crosstab_sentence, default_pairs
from services.results.inequality import inequality_sentence
from services.results.provision import provision_sentences
from services.results.resilience import backup_sentence, closing_sentence
from services.situation.naming import WHOLE
from services.words.assumptions import EVERYTHING, marked
from services.words.texts import age_group_text, limit_text, text
from services.workspace.folder import Snapshot
from services.workspace.plain import plain_rows

Answer = dict[str, Any]
_LANGS = ("ja", "en")
_Say = Callable[[Mapping[str, Any], str], list[str]]


class Supply:
    """What one snapshot tells beside its collections."""

    def __init__(self, publication: Publication) -> None:
        self._snapshot = publication.snapshot
        self._disclosed = publication.disclosed
        self._few = publication.snapshot.workspace.few_below

    def provision(
        self,
        *,
        layer: str | None = None,
        area: str | None = None,
        frequency: str | None = None,
        age_group: str | None = None,
    ) -> Answer:
        """Return the seats of a layer's areas, else the councils', after the whole."""
        table = self._table("provision")
        wanted = self._age_group(age_group) | {
            "frequency": TARGET if frequency is None else frequency
        }
        rows = self._areas(_chosen(table, wanted), layer, area)
        said = _said(rows, lambda row, lang: provision_sentences(row, lang, self._few))
        return {"areas": said, **marked(self._snapshot.run["assumptions"], EVERYTHING)}

    def resilience(
        self, *, layer: str | None = None, area: str | None = None, age_group: str | None = None
    ) -> Answer:
        """Return the places by how many depend on them, and who of each area has a second one."""
        wanted = self._age_group(age_group)
        places = _chosen(self._table("resilience"), wanted)
        places = places.sort_values(["rank", "place_id"])
        areas = self._areas(_chosen(self._table("backup"), wanted), layer, area)
        return {
            "places": _said(places, lambda row, lang: [closing_sentence(row, lang, self._few)]),
            "areas": _said(areas, lambda row, lang: [backup_sentence(row, lang, self._few)]),
            **marked(self._snapshot.run["assumptions"]),
        }

    def inequality(
        self,
        *,
        layer: str | None = None,
        frequency: str | None = None,
        age_group: str | None = None,
    ) -> Answer:
        """Return the inequality between the units of a layer, else of each, for every limit."""
        wanted = self._age_group(age_group) | {
            "frequency": TARGET if frequency is None else frequency
        }
        if layer is not None:
            wanted["layer"] = layer
        rows = _chosen(self._table("inequality"), wanted)
        return {"layers": _said(rows, self._unequal), **marked(self._snapshot.run["assumptions"])}

    def crosstab(
        self,
        *,
        rows: str | None = None,
        columns: str | None = None,
        frequency: str | None = None,
        age_group: str | None = None,
    ) -> Answer:
        """Return the cells of two layers, else of the units and the councils' areas."""
        cells = self.cells(rows, columns, frequency=frequency, age_group=age_group)
        said = _said(cells, lambda row, lang: [crosstab_sentence(row, lang)])
        return {"cells": said, **marked(self._snapshot.run["assumptions"])}

    def cells(
        self,
        rows: str | None,
        columns: str | None,
        *,
        frequency: str | None = None,
        age_group: str | None = None,
    ) -> pd.DataFrame:
        """Return the cells of two layers as a table."""
        summary = self._snapshot.run["summary"]
        _require_table(self._snapshot, "crosstabs")
        usual = (summary["gap_layer"], summary["council_layer"])
        if not (rows or columns):
            usual = next(iter(default_pairs(self._snapshot.workspace.profile)), usual)
        table = self._disclosed.crosstab(rows or usual[0], columns or usual[1])
        wanted = self._age_group(age_group) | {
            "frequency": TARGET if frequency is None else frequency
        }
        return _chosen(table, wanted).reset_index(drop=True)

    def _table(self, name: PlainTable) -> pd.DataFrame:
        _require_table(self._snapshot, name)
        return self._disclosed.table(name)

    def _age_group(self, age_group: str | None) -> dict[str, str]:
        return {"age_group": age_group or self._snapshot.run["parameters"]["age_group"]}

    def _areas(self, table: pd.DataFrame, layer: str | None, area: str | None) -> pd.DataFrame:
        """Return the rows of a layer, or of one area of it; without an area the whole before them."""
        layer = layer or self._snapshot.run["summary"]["council_layer"]
        rows = _chosen(table, {"layer": layer})
        if area is None:
            return pd.concat([table[table["layer"] == WHOLE], rows])
        found = rows[rows["area_id"] == area]
        found = rows[rows["area_name"] == area] if found.empty else found
        if found.empty:
            raise NotFoundError("the layer {layer!r} has no area {area!r}", layer=layer, area=area)
        return found

    def _unequal(self, row: Mapping[str, Any], lang: str) -> list[str]:
        layer = self._snapshot.workspace.profile.layer(str(row["layer"]))
        unit = layer.label if lang == "ja" else layer.label_en
        return [inequality_sentence(row, unit, lang)]


def further_tables(publication: Publication) -> dict[str, Callable[[], pd.DataFrame]]:
    """Return the tables beside the collections that a snapshot has, each made when it is asked for."""
    snapshot, disclosed = publication.snapshot, publication.disclosed
    names: tuple[PlainTable, ...] = ("provision", "inequality", "resilience", "backup")
    found: dict[str, Callable[[], pd.DataFrame]] = {
        name: partial(disclosed.table, name) for name in names if _has(snapshot, name)
    }
    if len(disclosed.rules):
        found["rules"] = lambda: disclosed.rules
    if len(disclosed.milestone_years):
        found["milestone-years"] = lambda: disclosed.milestone_years
    if len(disclosed.activity_counts):
        found["activity-counts"] = lambda: disclosed.activity_counts
    if _has(snapshot, "crosstabs"):
        for rows, columns in default_pairs(snapshot.workspace.profile):
            found[f"crosstab-{rows}-{columns}"] = partial(disclosed.crosstab, rows, columns)
    return found


def _has(snapshot: Snapshot, name: str) -> bool:
    return (snapshot.path / f"{name}.parquet").is_file()


def _require_table(snapshot: Snapshot, name: str) -> None:
    if not _has(snapshot, name):
        folder = snapshot.workspace.path
        raise NotFoundError(
            "the result {name} has no table {name_name}; run: arukeba run {folder}",
            name=snapshot.name,
            name_name=name,
            folder=folder,
        )


def _chosen(table: pd.DataFrame, wanted: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows with these values; refuse a value that no row has."""
    for name, value in wanted.items():
        rows = table[table[name] == value]
        if rows.empty and len(table):
            known = [str(one) for one in pd.unique(table[name]) if one != WHOLE]
            raise InvalidInputError(
                "{name}={value!r} was not computed; there are {known}",
                name=name,
                value=value,
                known=list(known),
            )
        table = rows
    return table


def _said(table: pd.DataFrame, say: _Say) -> list[Answer]:
    """Return plain rows, each with what it says in words; what is not known is None."""
    return [{**row, "words": dict(_words(row, say))} for row in plain_rows(table)]


def _words(row: Mapping[str, Any], say: _Say) -> Iterator[tuple[str, list[str]]]:
    for lang in _LANGS:
        yield lang, say(row, lang)


def crosstab_title(snapshot: Snapshot, cells: pd.DataFrame, lang: str) -> str:
    """Return the title of a cross-table."""
    first = cells.iloc[0]
    layers = [
        snapshot.workspace.profile.layer(first[f"{side}_layer"]) for side in ("row", "column")
    ]
    labels = [layer.label if lang == "ja" else layer.label_en for layer in layers]
    return text(
        "crosstab.title",
        lang,
        rows=labels[0],
        columns=labels[1],
        age_group=age_group_text(str(first["age_group"]), lang),
        frequency=text(f"frequency.{first['frequency']}", lang),
        limit=limit_text(first["walk_limit_m"], first["walk_limit_min"], lang),
    )

"""The week: who has a place on which weekday and half of the day, in one area or everywhere."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import shapely

from geo.areas.location import area_ids
from geo.coverage.reached import share_pct
from geo.errors import InvalidInputError, NotFoundError
from services.publication.aspect import Aspect, main_profile
from services.publication.tables import Publication
from services.reports.briefing import figure
from services.results.slots import (
    SLOT_FREQUENCIES,
    combined_sentence,
    slot_sentence,
    unknown_sentence,
)
from services.words.reasons import SOMEBODY
from services.words.shares import Share
from services.words.texts import LANGS, is_figure, text
from services.workspace.folder import REMAINDER

_COUNTS = ("residents", "reached", "reached_with_unknown", "reached_combined", "places_n")
_Row = Mapping[Hashable, Any]


@dataclass(frozen=True, slots=True)
class Slot:
    """A weekday (0 is Monday) and a half of the day (am, pm; an evening is pm)."""

    weekday: int
    half_day: str
    reached: float | None
    coverage_pct: float | None
    reached_with_unknown: float | None
    """As if places of unknown days or hours met in it, too."""
    places_n: int

    @property
    def unknown(self) -> bool:
        """Say that nobody is known to have a place, and somebody may."""
        return (
            not (self.reached or 0.0) >= SOMEBODY and (self.reached_with_unknown or 0.0) >= SOMEBODY
        )


@dataclass(frozen=True, slots=True)
class Week:
    """The slots of an area or of the whole municipality, for the main walking profile."""

    asked: Aspect
    layer: str | None
    area_id: str | None
    area_name: str
    residents: float | None
    slots: tuple[Slot, ...]
    reached_combined: float | None
    """Residents with no weekly hall, but with several that together meet every week."""
    combined_pct: float | None
    said: Mapping[str, tuple[str, ...]]
    """Language → sentences: the slot of most people, several halls together, what is in no slot."""

    def share(self, slot: Slot) -> Share:
        """Return the share of those who have a place in a slot."""
        return Share(slot.coverage_pct, part=slot.reached, whole=self.residents)

    def half(self, half_day: str) -> tuple[Slot, ...]:
        """Return the slots of the mornings (am) or of the afternoons (pm), Monday first."""
        return tuple(slot for slot in self.slots if slot.half_day == half_day)


def week(
    publication: Publication, asked: Aspect, *, layer: str | None = None, area: str | None = None
) -> Week:
    """Return the week of an area of a layer, by its id or name, or of the whole municipality."""
    snapshot, summary = publication.snapshot, publication.snapshot.run["summary"]
    asked = replace(asked, profile=main_profile(snapshot.run))
    if asked.frequency not in SLOT_FREQUENCIES:
        names = ", ".join(SLOT_FREQUENCIES)
        raise InvalidInputError(
            "frequency={frequency!r} has no weekdays; there are {names}",
            frequency=asked.frequency,
            names=names,
        )
    if area is None:
        layer = str(summary["gap_layer"])
        tables = (snapshot.table("slots"), snapshot.table("combined"))
        slots, combined = (
            _whole(asked.rows(of_layer(table, layer)), publication, asked) for table in tables
        )
    else:
        layer = layer or str(summary["council_layer"])
        tables = (publication.disclosed.table("slots"), publication.disclosed.table("combined"))
        slots, combined = (
            of_area(asked.rows(of_layer(table, layer)), area, layer) for table in tables
        )
    places = _places_in(publication, layer, slots.iloc[0]["area_id"])
    return _week(asked, slots.to_dict("records"), combined.to_dict("records")[0], places)


def _places_in(publication: Publication, layer: str, area_id: str | None) -> pd.DataFrame:
    """Return the places of an area, as the run has them there; all, located or not, of the whole."""
    places = publication.snapshot.layer("places")
    if area_id is None:
        return places
    areas = publication.areas()
    areas = areas[areas["layer"] == layer].reset_index(drop=True)
    there = places[~(places.geometry.isna() | places.geometry.is_empty)]
    found = area_ids(shapely.get_coordinates(there.geometry.to_numpy()), areas)
    wanted = "" if area_id == REMAINDER else area_id
    return there[(found == wanted).to_numpy()]


def of_layer(table: pd.DataFrame, layer: str) -> pd.DataFrame:
    """Return the rows of a layer."""
    return table[table["layer"] == layer]


def of_area(rows: pd.DataFrame, area: str, layer: str) -> pd.DataFrame:
    """Return the rows of an area by its id, else of the first by its name."""
    found = rows[rows["area_id"] == area]
    found = rows[rows["area_name"] == area] if found.empty else found
    if found.empty:
        raise NotFoundError("the layer {layer!r} has no area {area!r}", layer=layer, area=area)
    first: pd.DataFrame = found[found["area_id"] == found["area_id"].iloc[0]]
    return first


def _whole(rows: pd.DataFrame, publication: Publication, asked: Aspect) -> pd.DataFrame:
    """Sum a layer and its remainder slot by slot, without the residents nobody could locate."""
    counts = [name for name in _COUNTS if name in rows.columns]
    by = ["weekday", "half_day"] if "weekday" in rows.columns else ["age_group"]
    summed = rows.groupby(by, observed=True)[counts].sum().reset_index()
    summed["residents"] -= publication.snapshot.workspace.unlocated(asked.age_group)
    summed["coverage_pct"] = share_pct(summed["reached"], summed["residents"])
    if "reached_combined" in counts:
        summed["combined_pct"] = share_pct(summed["reached_combined"], summed["residents"])
    return summed.assign(
        layer=None,
        area_id=None,
        area_name=publication.snapshot.run["summary"]["municipality"]["name"],
        frequency=asked.frequency,
        age_group=asked.age_group,
        **asked.limit.columns(),
    )


def _week(asked: Aspect, slots: Sequence[_Row], combined: _Row, places: pd.DataFrame) -> Week:
    first = slots[0]
    return Week(
        asked=asked,
        layer=first["layer"],
        area_id=first["area_id"],
        area_name=str(first["area_name"]),
        residents=figure(first["residents"]),
        slots=tuple(
            Slot(
                weekday=int(row["weekday"]),
                half_day=str(row["half_day"]),
                reached=figure(row["reached"]),
                coverage_pct=figure(row["coverage_pct"]),
                reached_with_unknown=figure(row["reached_with_unknown"]),
                places_n=int(row["places_n"]),
            )
            for row in slots
        ),
        reached_combined=figure(combined["reached_combined"]),
        combined_pct=figure(combined["combined_pct"]),
        said={
            lang: tuple(
                sentence
                for sentence in (
                    _best(slots, lang),
                    combined_sentence(combined, lang) if asked.frequency == "weekly" else "",
                    unknown_sentence(places, lang),
                )
                if sentence
            )
            for lang in LANGS
        },
    )


def _best(slots: Sequence[_Row], lang: str) -> str:
    """Say the slot in which most people have a place, that there is none in any, or that nobody knows."""
    best = max(slots, key=lambda row: row["reached"] if is_figure(row["reached"]) else -1.0)
    if is_figure(best["coverage_pct"]) and not best["reached"]:
        known = all(row["reached_with_unknown"] < SOMEBODY for row in slots)
        return text("slot.none" if known else "slot.none_known", lang)
    return slot_sentence(best, lang)

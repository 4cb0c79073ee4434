"""One fiscal year's end: its places, seen against walks that all years share."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.coverage.reached import Layering, at_least, share_pct
from geo.coverage.slots import Pairs, reached_homes
from geo.vocabulary import FREQUENCIES
from services.profile import Fact, Layer, Target
from services.registry.history import history_of
from services.registry.places import places_on, read_status_history
from services.registry.planned import undated, with_planned
from services.registry.seen import seen_places
from services.results.targets import meets_target
from services.situation.assumptions import assumptions_of_places
from services.situation.intervals import Bounds, Ends, ends_of, unknown_most
from services.situation.naming import named, unlocated
from services.situation.parameters import Parameters
from services.situation.places import Selection, judged
from services.situation.view import Situation, layering_of
from services.words.assumptions import assumption
from services.words.dates import fiscal_year_name
from services.words.texts import text
from services.words.vocabulary import PLANNED
from services.workspace.folder import Workspace


def documented_places(facts: Sequence[Fact], day: str) -> str:
    """Return what documents say of the number of places on a day: whose, how many, as of when."""
    return "、".join(
        f"{fact.of} {fact.value}{fact.unit}（{fact.as_of}）".strip()
        for fact in facts
        if fact.key == "places" and not isinstance(fact.value, str) and _is_of(fact.as_of, day)
    )


def _is_of(as_of: str, day: str) -> bool:
    """Say whether a document's date is that day, its month, or the fiscal year that ends on it."""
    if found := re.match(r"FY([0-9]{4})(?![0-9])", as_of):
        return int(found[1]) == int(day[:4]) - 1
    found = re.match(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?", as_of)
    return found is not None and day.startswith(found[0])


KEYS = ("fiscal_year", "fiscal_year_ja", "as_of", "with_suspended", "with_planned")


@dataclass(frozen=True)
class LayerThen:
    """One version of a layer, and its rows for every frequency but what a year changes."""

    layer_id: str
    layering: Layering
    rows: pd.DataFrame


class History:
    """
    What all years share: walks to every place that ever was, and each version of the areas.

    Of the ends of ``planned`` years also what councils plan to have open by then.
    """

    def __init__(
        self, workspace: Workspace, parameters: Parameters, planned: Sequence[date]
    ) -> None:
        self.workspace = workspace
        self.situation = Situation(workspace, parameters)
        weights = (self.situation.residents, *ends_of(self.situation))
        self.weight, *self.weight_ends = (
            people[parameters.age_group].to_numpy(dtype=float) for people in weights
        )
        self.listed = seen_places(workspace)
        self.statuses = read_status_history(workspace.registry_url)
        self.undated_closed_n = sum(_never_open(place) for place in self.listed.to_dict("records"))
        self._planned = {end: self._with_planned(end) for end in planned}
        every = pd.concat([self.listed, *self._planned.values()], ignore_index=True)
        every = every.drop_duplicates("place_id", ignore_index=True)
        located = ~(every.geometry.isna() | every.geometry.is_empty)
        self._located: gpd.GeoDataFrame = every[located].reset_index(drop=True)
        self.place_ids = pd.Index(self._located["place_id"])
        self._versions: dict[tuple[str, str], LayerThen] = {}

    def there_on(self, end: date) -> gpd.GeoDataFrame:
        """Return the places of a day, with the status that they had then."""
        return places_on(self.listed, self.statuses, end)

    def planned_by(self, end: date) -> gpd.GeoDataFrame:
        """Return the places of a day with what is planned to be open by then, carried out."""
        return self._planned[end]

    def _with_planned(self, end: date) -> gpd.GeoDataFrame:
        return with_planned(self.there_on(end), self.workspace, as_of=end, carried_out=True)

    @cached_property
    def undated_n(self) -> int:
        """Return how many adopted candidates nobody has given a day of opening."""
        return undated(self.listed, self.workspace)

    @cached_property
    def near(self) -> Pairs:
        """Return the places and homes within the limit of each other, of whatever year."""
        situation = self.situation
        snaps = situation.snap_places(self._located)
        found = situation.walking.catchments(snaps, situation.parameters.limit)
        return Pairs(found.origin, found.home, found.homes_n)

    def layers_on(self, day: date) -> list[LayerThen]:
        """Return the layers of a day, drafts left out; each version is looked up once."""
        seen = self.workspace.at(day)
        chosen = [layer for layer in seen.profile.layers if not layer.draft]
        for layer in chosen:
            key = (layer.id, layer.version)
            if key not in self._versions:
                self._versions[key] = self._layer(seen, layer)
        found = [self._versions[layer.id, layer.version] for layer in chosen]
        # Of one version the borders may stand in for another one on one day, and not on the next.
        return [
            replace(known, rows=known.rows.assign(approximate=layer.approximate))
            for known, layer in zip(found, chosen, strict=True)
        ]

    def _layer(self, seen: Workspace, layer: Layer) -> LayerThen:
        """Return a layer with area, frequency and residents of each row, the remainder last."""
        layering = layering_of(seen, layer.id, shapely.get_coordinates(self._located.geometry))
        parameters = self.situation.parameters
        area = np.append(np.arange(len(layering.areas)), -1)
        residents = _by_area(layering.home_area, layering, self.weight)
        repeats = len(FREQUENCIES)
        found = pd.DataFrame(
            {
                "area": np.tile(area, repeats),
                "frequency": np.repeat(FREQUENCIES, len(area)),
                "age_group": parameters.age_group,
                **parameters.limit.columns(),
                "residents": np.tile(residents, repeats),
            }
        )
        rows = named(found, self.situation, layer, layering)
        rows["residents"] += unlocated(rows, self.situation)
        return LayerThen(layer.id, layering, rows)


class Moment:
    """The places of one day, seen against the walks of all."""

    def __init__(self, history: History, selection: Selection) -> None:
        self.history = history
        self.selection = selection
        end = selection.as_of or date.max
        there = history.there_on(end)
        seen = history.planned_by(end) if selection.with_planned else there
        self.places = judged(seen, history.workspace.profile, selection)
        self._counted = self.places[self.places["counts"]]
        self._planned_n = _planned_n(self._counted, there)
        flags = (selection.with_suspended, selection.with_planned)
        values = (end.year - 1, fiscal_year_name(end), end.isoformat(), *flags)
        self._keys: dict[str, Any] = dict(zip(KEYS, values, strict=True))

    @cached_property
    def _counts(self) -> dict[str, np.ndarray]:
        """Return for each frequency which places of whatever year count on this day."""
        position = self.history.place_ids.get_indexer(self._counted["place_id"])
        found = {}
        for frequency in FREQUENCIES:
            often = at_least(self._counted["venue_frequency"], frequency) & (position >= 0)
            found[frequency] = np.zeros(len(self.history.place_ids), dtype=bool)
            found[frequency][position[often]] = True
        return found

    @cached_property
    def _reached(self) -> dict[str, np.ndarray]:
        return {name: reached_homes(self.history.near, at) for name, at in self._counts.items()}

    def year(self) -> dict[str, Any]:
        """Return the row of the whole municipality."""
        weight, classes = self.history.weight, self._counted["frequency"]
        residents = float(weight.sum())
        reached = {name: float(weight[at].sum()) for name, at in self._reached.items()}
        parameters = self.history.situation.parameters
        documented = documented_places(self.history.workspace.profile.facts, self._keys["as_of"])
        return {
            **self._keys,
            "places_n": len(self._counted),
            **{f"places_{name}": int((classes == name).sum()) for name in FREQUENCIES},
            "places_unknown": int((classes == "").sum()),
            "places_suspended": int((self.places["status"] == "suspended").sum()),
            "places_planned": self._planned_n,
            "age_group": parameters.age_group,
            **parameters.limit.columns(),
            "residents": residents,
            **{f"reached_{name}": reached[name] for name in FREQUENCIES},
            **{
                f"coverage_{name}_pct": 100.0 * reached[name] / residents if residents else None
                for name in FREQUENCIES
            },
            **self._intervals(),
            "places_documented": documented,
            **self._remarks(residents),
        }

    def _intervals(self) -> dict[str, float]:
        """Return the least and the most that each share of the whole can be."""

        def counted(weight: np.ndarray) -> pd.DataFrame:
            reached = [float(weight[self._reached[name]].sum()) for name in FREQUENCIES]
            return pd.DataFrame({"residents": float(weight.sum()), "reached": reached})

        ends = tuple(counted(weight) for weight in self.history.weight_ends)
        low, high = Bounds.of(Ends(counted(self.history.weight), ends), "reached").pct()
        return {
            f"coverage_{name}_{end}_pct": share
            for end, shares in (("low", low), ("high", high))
            for name, share in zip(FREQUENCIES, shares, strict=True)
        }

    def _remarks(self, residents: float) -> dict[str, Any]:
        """Count what had to be assumed about places, and say it in both languages."""
        lists = self.history.workspace.profile.places
        found = assumptions_of_places(self.places, self.selection, lists)
        assumed = {item["code"]: item for item in found}
        counted = self.places["counts"]
        left_out = self.history.undated_closed_n
        undated_n = self.history.undated_n if self.selection.with_planned else 0
        said = {
            lang: [
                *([] if residents else [text("timeline.nobody", lang)]),
                *([] if len(self._counted) else [text("timeline.no_places", lang)]),
                *(assumption(item, lang) for item in found),
                *([text("timeline.left_out", lang, n=left_out)] if left_out else []),
                *([text("timeline.undated", lang, n=undated_n)] if undated_n else []),
            ]
            for lang in ("ja", "en")
        }
        return {
            "opening_assumed_n": assumed.get("no_opening_date", {}).get("places", 0),
            "suspension_assumed_n": assumed.get("no_status_date", {}).get("places", 0),
            "schedule_assumed_n": int((counted & self.places["schedule_assumed"]).sum()),
            "closed_undated_n": left_out,
            "planned_undated_n": undated_n,
            "remarks": "。".join(said["ja"]),
            "remarks_en": "; ".join(said["en"]),
        }

    def areas(self, layer: LayerThen) -> pd.DataFrame:
        """Return the coverage of one layer by frequency, with its remainder."""
        layering, weight = layer.layering, self.history.weight

        def counted(weight: np.ndarray) -> pd.DataFrame:
            parts = [np.ones(len(weight)), *(self._reached[name] for name in FREQUENCIES)]
            everybody, *reached = (
                _by_area(layering.home_area, layering, weight * part) for part in parts
            )
            residents = np.tile(everybody, len(reached))
            return pd.DataFrame({"residents": residents, "reached": np.concatenate(reached)})

        tables = Ends(counted(weight), tuple(counted(end) for end in self.history.weight_ends))
        unknown = unknown_most(layer.rows, self.history.situation)
        low, high = Bounds.of(tables, "reached").pct(unknown)
        places_n = [
            _by_area(layering.place_area, layering, self._counts[name].astype(float))
            for name in FREQUENCIES
        ]
        frame = layer.rows.assign(
            reached=tables.likely["reached"].to_numpy(),
            coverage_low_pct=low.to_numpy(),
            coverage_high_pct=high.to_numpy(),
            places_n=np.concatenate(places_n).astype(int),
        )
        frame["coverage_pct"] = share_pct(frame["reached"], frame["residents"])
        return frame.assign(**self._keys)[list(_AREA_COLUMNS)]

    def targets(self, layers: Sequence[LayerThen]) -> Iterator[dict[str, Any]]:
        """Yield how far each target of the profile is: areas with such a place, else places."""
        known = {layer.layer_id: layer.layering for layer in layers}
        for target in self.history.workspace.profile.targets:
            yield {**self._keys, **self._target(target, known.get(target.layer))}

    def _target(self, target: Target, layering: Layering | None) -> dict[str, Any]:
        counts = self._counts[target.frequency]
        if target.kind:
            position = self.history.place_ids.get_indexer(self._counted["place_id"])
            often = meets_target(pd.DataFrame(self._counted), target) & (position >= 0)
            counts = np.zeros_like(counts)
            counts[position[often]] = True
        places_n = int(counts.sum())
        if layering is not None:
            inside = layering.place_area[counts]
            reached = int(np.unique(inside[inside >= 0]).size)
        return {
            "frequency": target.frequency,
            "layer": target.layer,
            "label": target.label,
            "label_en": target.label_en,
            "number": target.number,
            "reached": places_n if layering is None else reached,
            "counts": "places" if layering is None else "areas",
            "places_n": places_n,
            "approximate": target.approximate,
        }


_AREA_COLUMNS = (
    *KEYS,
    *(
        "layer",
        "area_id",
        "area_name",
        "version",
        "frequency",
        "age_group",
        "walk_limit_m",
        "walk_limit_min",
    ),
    *("residents", "reached", "coverage_pct", "coverage_low_pct", "coverage_high_pct"),
    *("places_n", "approximate", "remainder"),
)
TARGET_COLUMNS = (
    *KEYS,
    *("frequency", "layer", "label", "label_en", "number", "reached", "counts", "places_n"),
    "approximate",
)


def _never_open(place: dict[Any, Any]) -> bool:
    """Say whether a closed place has no date of closing: then no past day can count it."""
    return [(period.status, period.since) for period in history_of(place)] == [("closed", "")]


def _planned_n(counted: gpd.GeoDataFrame, there: gpd.GeoDataFrame) -> int:
    """Count the places that are planned to open, and those planned to meet more often than they do."""
    today = there.set_index("place_id")["schedule_text"].reindex(counted["place_id"])
    is_new = (counted["status"] == PLANNED).to_numpy()
    return int((is_new | (counted["schedule_text"].to_numpy() != today.to_numpy())).sum())


def _by_area(positions: np.ndarray, layering: Layering, values: np.ndarray) -> np.ndarray:
    """Return (areas + 1,) sums of values by area, the remainder last."""
    rows = np.where(positions >= 0, positions, len(layering.areas))
    summed = np.bincount(rows, weights=values, minlength=len(layering.areas) + 1)
    return np.asarray(summed, dtype=float)

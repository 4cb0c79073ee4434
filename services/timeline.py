"""
The timeline: one workspace at the end of each fiscal year, with the places that were open then.

Streets, homes and residents are those of the workspace in every year; places, their schedules'
halls and the versions of areas are those of the day. Every walk is found once: a year only chooses
which places count. Each year stands twice, without the suspended places and with them; where that
is asked, twice more, with what councils have adopted from the day on when it is to open.
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.coverage import FREQUENCIES, Layering, at_least, share_pct
from geo.slots import Pairs, reached_homes
from services.disclosure import find_hidden, hide_counts
from services.export import write_csv
from services.fiscal import fiscal_year_name
from services.intervals import Bounds, Ends, ends_of, unknown_most
from services.layerings import layering_of
from services.parameters import Parameters
from services.place_assumptions import assumptions
from services.place_history import history_of
from services.places import Selection, judged
from services.planned import PLANNED, undated, with_planned
from services.profile import Fact, Layer, Privacy, Target
from services.progress import Progress, silent
from services.registry import places_on, read_places, read_status_history
from services.situation import Situation
from services.smallchanges import hide_small_changes, small_change
from services.staging import staged_file
from services.texts import text
from services.workspace import REMAINDER, Workspace

KEYS = ("fiscal_year", "fiscal_year_ja", "as_of", "with_suspended", "with_planned")
_AREA_KEY = ["layer", "version"]


@dataclass(frozen=True)
class Timeline:
    """
    What was there at the end of each fiscal year, with and without suspended and planned places.

    A row without ``with_planned`` counts no plan, whatever its date; in one with it
    ``places_planned`` says how many of ``places_n`` are planned, to open or to meet more often.

    ``years`` has a row a year: places by class, residents reached in the whole municipality, what
    had to be assumed, and the number of places that a document gives for that day. ``areas`` has a
    row for each area of each layer and frequency, ``targets`` one for each target of the profile.
    """

    years: pd.DataFrame
    areas: pd.DataFrame
    targets: pd.DataFrame

    def to_dict(self) -> dict[str, list[dict[Hashable, Any]]]:
        """Return the tables as plain rows; what is not known is None."""
        tables = {"years": self.years, "areas": self.areas, "targets": self.targets}
        return {
            name: table.astype(object).where(table.notna(), None).to_dict("records")
            for name, table in tables.items()
        }


def timeline(
    workspace: Workspace,
    ends: Sequence[date],
    parameters: Parameters | None = None,
    *,
    planned: bool = False,
    progress: Progress = silent,
) -> Timeline:
    """
    Compute the places and the coverage at the end of each fiscal year; nothing is written.

    With ``planned`` each year stands again with what councils had adopted by then and plan to have
    open by then; what has no date is in no year, and that is said. A year without any place is a row of zeros that says so. Use ``disclosed`` before it leaves.
    """
    progress("timeline.reach", 0.1)
    asked = parameters or Parameters.of(workspace.profile)
    history = _History(workspace, asked, ends if planned else ())
    years, areas, targets = [], [], []
    for number, end in enumerate(ends):
        progress("timeline.years", 0.4 + 0.6 * number / len(ends))
        layers = history.layers_on(end)
        for with_planned_too, with_suspended in product(
            (False, True)[: 1 + planned], (False, True)
        ):
            moment = _Moment(history, Selection(end, with_suspended, with_planned_too))
            years.append(moment.year())
            areas += [moment.areas(layer) for layer in layers]
            targets += list(moment.targets(layers))
    progress("timeline.done", 1.0)
    return Timeline(
        pd.DataFrame(years),
        pd.concat(areas, ignore_index=True),
        pd.DataFrame(targets, columns=_TARGET_COLUMNS),
    )


def disclosed(found: Timeline, privacy: Privacy) -> Timeline:
    """
    Return a timeline as it may leave: small counts of areas hidden in each version of a layer.

    Nor does a year with plans leave by which few residents could be told from the same without them.
    """
    parts = []
    for _, rows in found.areas.groupby(_AREA_KEY, sort=False):
        hidden = find_hidden(rows, small_number=privacy.small_number)
        parts.append(hide_counts(rows, hidden))
    areas = pd.concat(parts).sort_index() if parts else found.areas.assign(suppressed=False)
    areas = hide_small_changes(
        areas,
        _change(found.areas, [*_AREA_KEY, "area_id", "frequency"], "reached"),
        by=[*KEYS, *_AREA_KEY, "frequency"],
        columns=("reached", "coverage_pct"),
        small_number=privacy.small_number,
    )
    return Timeline(_years_shown(found.years, privacy), areas, found.targets)


def _change(rows: pd.DataFrame, by: Sequence[str], name: str) -> "pd.Series[float]":
    """Return by how much each row with plans differs from the same without them."""
    keys = [*KEYS[:-1], *by]
    without = rows[~rows["with_planned"]].set_index(keys)[name]
    here = pd.MultiIndex.from_frame(rows[keys])
    change = rows[name].to_numpy(dtype=float) - without.reindex(here).to_numpy(dtype=float)
    return pd.Series(change, index=rows.index)


def _years_shown(years: pd.DataFrame, privacy: Privacy) -> pd.DataFrame:
    shown = years.copy()
    for frequency in FREQUENCIES:
        names = [f"reached_{frequency}", f"coverage_{frequency}_pct"]
        few = small_change(_change(years, [], names[0]), small_number=privacy.small_number)
        shown[names] = shown[names].astype(float).mask(few)
    return shown


def write_timeline(found: Timeline, path: Path) -> list[Path]:
    """Write a disclosed timeline as CSV: the years to ``path``, areas and targets beside it."""
    files = {
        path: found.years,
        path.with_name(f"{path.stem}-areas{path.suffix}"): found.areas,
        path.with_name(f"{path.stem}-targets{path.suffix}"): found.targets,
    }
    for file, table in files.items():
        with staged_file(file) as staged:
            write_csv(table, staged)
    return list(files)


@dataclass(frozen=True)
class _Layer:
    """One version of a layer, and its rows for every frequency but what a year changes."""

    layer_id: str
    layering: Layering
    rows: pd.DataFrame


class _History:
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
        url, plane_epsg = workspace.registry_url, workspace.profile.municipality.plane_epsg
        self.listed = read_places(url, plane_epsg)
        self.statuses = read_status_history(url)
        self.undated_closed_n = sum(_never_open(place) for place in self.listed.to_dict("records"))
        self._planned = {end: self._with_planned(end) for end in planned}
        every = pd.concat([self.listed, *self._planned.values()], ignore_index=True)
        every = every.drop_duplicates("place_id", ignore_index=True)
        located = ~(every.geometry.isna() | every.geometry.is_empty)
        self._located: gpd.GeoDataFrame = every[located].reset_index(drop=True)
        self.place_ids = pd.Index(self._located["place_id"])
        self._versions: dict[tuple[str, str], _Layer] = {}

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
        snaps = situation.snap(self._located)
        found = situation.walking.catchments(snaps, situation.parameters.limit)
        return Pairs(found.origin, found.home, found.homes_n)

    def layers_on(self, day: date) -> list[_Layer]:
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

    def _layer(self, seen: Workspace, layer: Layer) -> _Layer:
        """Return a layer with area, frequency and residents of each row, the remainder last."""
        layering = layering_of(seen, layer.id, shapely.get_coordinates(self._located.geometry))
        parameters = self.situation.parameters
        residents = _by_area(layering.home_area, layering, self.weight)
        unmatched = self.workspace.manifest["unmatched_residents"]
        residents[-1] += float(unmatched[parameters.age_group])
        names = layering.areas[["area_id", "area_name"]].to_numpy(dtype=object).tolist()
        area_id, area_name = zip(*names, (REMAINDER, "区域外・不明"), strict=True)
        repeats = len(FREQUENCIES)
        rows = pd.DataFrame(
            {
                "layer": layer.id,
                "area_id": area_id * repeats,
                "area_name": area_name * repeats,
                "version": layer.version,
                "frequency": np.repeat(FREQUENCIES, len(area_id)),
                "age_group": parameters.age_group,
                **parameters.limit.columns(),
                "residents": np.tile(residents, repeats),
                "remainder": np.tile(np.arange(len(area_id)) == len(names), repeats),
            }
        )
        return _Layer(layer.id, layering, rows)


class _Moment:
    """The places of one day, seen against the walks of all."""

    def __init__(self, history: _History, selection: Selection) -> None:
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
        documented = _documented(self.history.workspace.profile.facts, self._keys["as_of"])
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
        assumed = {item["code"]: item for item in assumptions(self.places, self.selection)}
        left_out = self.history.undated_closed_n
        undated_n = self.history.undated_n if self.selection.with_planned else 0
        said = {
            lang: [
                *([] if residents else [text("timeline.nobody", lang)]),
                *([] if len(self._counted) else [text("timeline.no_places", lang)]),
                *(item[lang] for item in assumed.values()),
                *([text("timeline.left_out", lang, n=left_out)] if left_out else []),
                *([text("timeline.undated", lang, n=undated_n)] if undated_n else []),
            ]
            for lang in ("ja", "en")
        }
        return {
            "opening_assumed_n": assumed.get("no_opening_date", {}).get("places", 0),
            "suspension_assumed_n": assumed.get("no_status_date", {}).get("places", 0),
            "schedule_assumed_n": assumed.get("schedule_assumed", {}).get("places", 0),
            "closed_undated_n": left_out,
            "planned_undated_n": undated_n,
            "remarks": "。".join(said["ja"]),
            "remarks_en": "; ".join(said["en"]),
        }

    def areas(self, layer: _Layer) -> pd.DataFrame:
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

    def targets(self, layers: Sequence[_Layer]) -> Iterator[dict[str, Any]]:
        """Yield how far each target of the profile is: areas with such a place, else places."""
        known = {layer.layer_id: layer.layering for layer in layers}
        for target in self.history.workspace.profile.targets:
            yield {**self._keys, **self._target(target, known.get(target.layer))}

    def _target(self, target: Target, layering: Layering | None) -> dict[str, Any]:
        counts = self._counts[target.frequency]
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
_TARGET_COLUMNS = (
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


def _documented(facts: Sequence[Fact], day: str) -> str:
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

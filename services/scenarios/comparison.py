"""Scenarios side by side with today: who is reached, gaps, cost, the worst area of each layer."""

import math
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas.location import locate
from geo.coverage.reached import Limit, at_least, share_pct
from geo.vocabulary import FREQUENCIES, GAP_CLASSES
from services.profile import Layer, Profile
from services.publication.columns import kept
from services.results.gaps import gaps_frame
from services.results.summary import target_reached
from services.scenarios.file import Scenario
from services.scenarios.town import Scene, apply_scenario, main_only
from services.situation.assumptions import assumptions_of
from services.situation.naming import named, unlocated
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.words.assumptions import marked, told_assumptions
from services.workspace.folder import Workspace
from services.workspace.plain import plain_rows

BASE = "base"
"""The column of today, without any change."""


@dataclass(frozen=True)
class Comparison:
    """
    Today and scenarios, long: a row for each scenario, today first (``scenario`` = base).

    ``overview`` has a row per scenario: residents of the main age group reached weekly within the
    main limit, how many newly and no longer, units by gap class, places by class, ceilings of cost.
    ``coverage`` has every area of every layer, frequency and limit, ``layers`` the worst area of
    each layer and areas with a weekly place, ``gaps`` the class of each unit, ``targets`` how far
    each target is, ``changes`` every change as it was understood, ``stale`` what has changed since
    a scenario was made. Figures of money are None where the profile has no ceilings.
    """

    overview: pd.DataFrame
    coverage: pd.DataFrame
    layers: pd.DataFrame
    gaps: pd.DataFrame
    targets: pd.DataFrame
    changes: pd.DataFrame
    stale: dict[str, tuple[str, ...]]
    assumptions: list[dict[str, Any]]
    """What today and the scenarios stand on that nobody told."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables with the columns that may leave."""
        names = ("overview", "coverage", "layers", "gaps", "targets", "changes")
        tables = {name: getattr(self, name) for name in names}
        return {name: table[kept(table, f"comparison_{name}")] for name, table in tables.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return the tables as plain rows; what is not known is None."""
        tables = {name: plain_rows(table) for name, table in self.tables().items()}
        stale = {name: list(codes) for name, codes in self.stale.items()}
        assumed = {"assumptions": told_assumptions(self.assumptions), **marked(self.assumptions)}
        return {**tables, "stale": stale, **assumed}


def compare(
    workspace: Workspace, parameters: Parameters, scenarios: Sequence[Scenario]
) -> Comparison:
    """Compute scenarios beside today, with the main walking profile; nothing is written."""
    parameters = main_only(parameters)
    today = Scene(_TODAY, Situation(workspace, parameters), ())
    outcomes = [today, *(apply_scenario(workspace, parameters, one) for one in scenarios)]
    seen = [_Seen(BASE, today, None)]
    seen += [_Seen(one.scenario.name, one, seen[0]) for one in outcomes[1:]]
    coverage = pd.concat([one.coverage for one in seen], ignore_index=True)
    return Comparison(
        overview=pd.DataFrame([one.overview() for one in seen]),
        coverage=coverage,
        layers=_layers(coverage, workspace.profile, parameters),
        gaps=pd.concat([one.unit_gaps() for one in seen], ignore_index=True),
        targets=pd.DataFrame([row for one in seen for row in one.targets()], columns=_TARGETS),
        changes=pd.DataFrame([row for one in seen for row in one.changes()], columns=_CHANGES),
        stale={},
        assumptions=assumptions_of(today.situation),
    )


_TODAY = Scenario.model_construct(name=BASE, edits=[])
_COVERAGE = (
    *("layer", "area_id", "area_name", "version", "frequency", "age_group"),
    *("walk_limit_m", "walk_limit_min", "residents", "reached", "places_n"),
    *("approximate", "draft", "remainder", "coverage_pct", "unreached"),
)
_TARGETS = [
    *("scenario", "frequency", "layer", "label", "label_en", "number", "reached", "counts"),
    "change",
]
_CHANGES = [
    *("scenario", "number", "action", "place_id", "name", "schedule_text"),
    *("frequency_before", "frequency_after", "cost_per_year_yen", "cost_once_yen"),
]


class _Seen:
    """One scenario, measured once."""

    def __init__(self, name: str, outcome: Scene, before: "_Seen | None") -> None:
        self.name = name
        self.outcome = outcome
        self.before = before
        self.situation = outcome.situation
        self.profile = self.situation.profile
        self.parameters = self.situation.parameters
        age_group = self.parameters.age_group
        self.weight = self.situation.residents[age_group].to_numpy(dtype=float)

    @cached_property
    def reached(self) -> dict[tuple[str, Limit], np.ndarray]:
        """Return for each frequency and limit which homes are within it."""
        access = self.situation.access(self.situation.walking)
        return {
            (frequency, limit): limit.holds(found.walk_m, found.walk_s)
            for frequency, found in access.items()
            for limit in self.parameters.limits
        }

    @property
    def main(self) -> np.ndarray:
        """Return which homes have a weekly place within the main limit."""
        return self.reached["weekly", self.parameters.limit]

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """Return every area of every layer by frequency and limit, as a run's coverage has it."""
        layers = self.profile.layers
        table = pd.concat([self._layer(layer) for layer in layers], ignore_index=True)
        before = table["reached"] if self.before is None else self.before.coverage["reached"]
        change = table["reached"] - before.to_numpy()
        return table.assign(scenario=self.name, change=change)

    @cached_property
    def counts(self) -> dict[str, np.ndarray]:
        """Return for each frequency which places meet that often."""
        offered = self.situation.counted["venue_frequency"]
        return {frequency: at_least(offered, frequency) for frequency in FREQUENCIES}

    def _layer(self, layer: Layer) -> pd.DataFrame:
        # Homes stay where they are, whatever is opened or closed.
        first = self if self.before is None else self.before
        layering = first.situation.layering(layer.id)
        spots = shapely.get_coordinates(self.situation.counted.geometry.to_numpy())
        places = locate(spots, gpd.GeoDataFrame(layering.areas))
        size = len(layering.areas)
        slot = np.where(layering.home_area >= 0, layering.home_area, size)
        place_slot = np.where(places >= 0, places, size)

        def by_area(where: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
            return np.bincount(where, weights=weight, minlength=size + 1)

        asked = list(self.reached)
        reached = [by_area(slot, self.weight * at) for at in self.reached.values()]
        offered = {name: by_area(place_slot[at]) for name, at in self.counts.items()}
        each, blocks = size + 1, len(asked)
        found = pd.DataFrame(
            {
                "area": np.tile(np.append(np.arange(size), -1), blocks),
                "frequency": np.repeat([frequency for frequency, _ in asked], each),
                "age_group": self.parameters.age_group,
                **{
                    name: np.repeat([limit.columns()[name] for _, limit in asked], each)
                    for name in ("walk_limit_m", "walk_limit_min")
                },
                "residents": np.tile(by_area(slot, self.weight), blocks),
                "reached": np.concatenate(reached),
                "places_n": np.concatenate([offered[frequency] for frequency, _ in asked]),
            }
        )
        table = named(found, self.situation, layer, layering)
        residents = table["residents"] + unlocated(table, self.situation)
        return table.assign(
            residents=residents,
            coverage_pct=share_pct(table["reached"], residents),
            unreached=residents - table["reached"],
        )[list(_COVERAGE)]

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Return the gaps as a run has them."""
        return gaps_frame(self.situation)

    def unit_gaps(self) -> pd.DataFrame:
        """Return the class of each unit, and the one of today."""
        frame = self.gaps.sort_values("area_id")[["layer", "area_id", "area_name", "gap"]]
        first = self if self.before is None else self.before
        today = first.gaps.set_index("area_id")["gap"]
        return frame.assign(
            scenario=self.name, gap_today=today.reindex(frame["area_id"]).to_numpy()
        )

    def overview(self) -> dict[str, Any]:
        """Return the row of the whole municipality."""
        before = self.main if self.before is None else self.before.main
        residents, reached = self._sum(np.ones_like(before)), self._sum(self.main)
        lived_in = self.gaps[self.gaps["residents"] > 0]["gap"]
        counted = self.situation.places[self.situation.places["counts"]]["frequency"]
        return {
            "scenario": self.name,
            "age_group": self.parameters.age_group,
            **self.parameters.limit.columns(),
            "residents": residents,
            "reached": reached,
            "unreached": residents - reached,
            "coverage_pct": 100.0 * reached / residents if residents > 0 else np.nan,
            "change": reached - self._sum(before),
            "newly_reached": self._sum(self.main & ~before),
            "no_longer_reached": self._sum(before & ~self.main),
            **{f"gaps_{name}": int((lived_in == name).sum()) for name in GAP_CLASSES},
            "places_n": len(counted),
            **{f"places_{name}": int((counted == name).sum()) for name in FREQUENCIES},
            **self._cost(counted),
        }

    def _sum(self, homes: np.ndarray) -> float:
        return float((self.weight * homes).sum())

    def _cost(self, counted: "pd.Series[str]") -> dict[str, int | None]:
        """Return the ceilings: of all places in a year, the change of it, and once for opening."""
        if not self.profile.subsidies.are_known:
            return dict.fromkeys(("cost_max_yen", "cost_per_year_yen", "cost_once_yen"))
        changes = self.outcome.changes
        return {
            "cost_max_yen": _known(
                self.profile.subsidies.yearly_max_yen(str(name)) for name in counted
            ),
            "cost_per_year_yen": _known(one.cost_per_year_yen for one in changes),
            "cost_once_yen": _known(one.cost_once_yen for one in changes),
        }

    def targets(self) -> Iterator[dict[str, Any]]:
        """Yield how far each target of the profile is."""
        for target in self.profile.targets:
            reached, counts = target_reached(target, self.situation)
            first = self.situation if self.before is None else self.before.situation
            yield {
                "scenario": self.name,
                **target.model_dump(include={"frequency", "layer", "label", "label_en", "number"}),
                "reached": reached,
                "counts": counts,
                "change": reached - target_reached(target, first)[0],
            }

    def changes(self) -> Iterator[dict[str, Any]]:
        """Yield each change as it was understood."""
        for one in self.outcome.changes:
            told = {name: getattr(one, name) for name in _CHANGES[1:]}
            money = {name: _known([told[name]]) for name in _MONEY}
            yield {"scenario": self.name, **told, **money}


_MONEY = ("cost_per_year_yen", "cost_once_yen")


def _known(parts: Iterable[float]) -> int | None:
    """Return a sum of yen, None where a part is not known."""
    found = math.fsum(parts)
    return None if math.isnan(found) else round(found)


def _layers(coverage: pd.DataFrame, profile: Profile, parameters: Parameters) -> pd.DataFrame:
    """Return for each scenario and layer the worst area, and areas with a weekly place."""
    asked = parameters.limit.columns()
    main = coverage[(coverage["frequency"] == "weekly") & ~coverage["remainder"]]
    for name, value in asked.items():
        main = main[main[name].isna() if np.isnan(value) else main[name] == value]
    rows = []
    for scenario in dict.fromkeys(main["scenario"]):
        for layer in profile.layers:
            areas = main[(main["scenario"] == scenario) & (main["layer"] == layer.id)]
            rows.append({"scenario": scenario, **_worst(areas, layer)})
    return pd.DataFrame(rows)


def _worst(areas: pd.DataFrame, layer: Layer) -> dict[str, Any]:
    lived_in = areas[areas["coverage_pct"].notna()]
    ordered = lived_in.sort_values(
        ["coverage_pct", "unreached", "area_id"], ascending=[True, False, True]
    )
    found: dict[Hashable, Any] = ordered.iloc[0].to_dict() if len(ordered) else {}
    return {
        "layer": layer.id,
        "label": layer.label,
        "label_en": layer.label_en,
        "approximate": layer.approximate,
        "areas_n": len(areas),
        "areas_with_weekly_n": int((areas["places_n"] > 0).sum()),
        "worst_area_id": found.get("area_id"),
        "worst_area_name": found.get("area_name"),
        "worst_coverage_pct": found.get("coverage_pct"),
        "worst_unreached": found.get("unreached"),
        "worst_residents": found.get("residents"),
    }

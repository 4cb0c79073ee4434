"""From a question and a workspace to the problem that ``geo.siting`` solves, and its variants."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas.location import locate
from geo.arrays import BoolArray, FloatArray, IntArray
from geo.coverage.reached import Limit, at_least
from geo.demand.homes import HIGH, LOW
from geo.errors import InvalidInputError, Sentence
from geo.siting import Covers, Demand, Options, Problem, Rules, Stage, TargetRule, Years
from geo.vocabulary import FREQUENCIES, rank
from geo.walking.reach import Walks
from services.plans.ask import PlanAsk
from services.plans.ground import CommonGround
from services.plans.options import Candidates, find_candidates
from services.profile import Profile
from services.profile import Target as Wanted
from services.profile.ages import is_older
from services.registry.decisions import with_status
from services.situation.councils import council_areas
from services.situation.parameters import Parameters
from services.situation.walking import Walking
from services.workspace.projections import homes_in, projected

FAR_TIMES = 4.0
"""Goals of walks look so many limits far; who has no place there is counted as walking that far."""
STABILITY_LIMITS_M = (300.0, 500.0, 800.0, 1000.0)


@dataclass(frozen=True, eq=False)
class Variant:
    """Another limit, walker or population, with the facts that tell which."""

    name: str
    facts: Mapping[str, object]
    covers: Covers
    demand: Demand


class Setting:
    """A question put to a workspace; each part is computed once."""

    def __init__(self, ground: CommonGround, ask: PlanAsk) -> None:
        situation = ground.situation
        self.ground, self.situation, self.ask = ground, situation, ask
        self.profile = situation.profile
        self.limit = situation.parameters.limit
        self.age_group = situation.parameters.age_group

    @cached_property
    def inside(self) -> BoolArray:
        """(homes,) those of the council that asks, else all."""
        homes = self.situation.homes
        if not self.ask.council:
            return np.ones(len(homes), dtype=bool)
        areas = council_areas(self.situation, self.ask.council)
        mine = [
            homes[f"in_{layer}"].isin(rows["area_id"]).to_numpy()
            for layer, rows in areas.groupby("layer")
        ]
        return np.asarray(np.logical_or.reduce(mine))

    @cached_property
    def unit(self) -> IntArray:
        """(homes,) unit of the gap layer, -1 where none or where transport is needed."""
        layering = self.situation.layering(self.profile.analysis.gap_layer)
        return np.where(self.ground.on_foot & self.inside, layering.home_area, -1).astype(np.int64)

    @cached_property
    def weight(self) -> FloatArray:
        """(homes,) residents who count."""
        people = self.situation.residents[self.age_group].to_numpy(dtype=float)
        return np.where(self.inside, people, 0.0)

    @cached_property
    def candidates(self) -> Candidates:
        """Return the options and their sites."""
        found = find_candidates(self.ground, self.ask, inside=self.inside)
        _require_some(found, self.ask)
        return found

    @cached_property
    def site_snaps(self) -> pd.DataFrame:
        """Return where the sites stand on the streets."""
        snaps = self.situation.snap(self.candidates.sites)
        if not (snaps["edge"] >= 0).any():
            raise InvalidInputError(
                "none of the {snaps_n} candidate sites joins a street: check their positions",
                snaps_n=len(snaps),
            )
        return snaps

    @property
    def counts(self) -> BoolArray:
        """(places,) existing places that meet often enough."""
        return self.ground.counts(self.ask.frequency)

    @cached_property
    def problem(self) -> Problem:
        """Return the problem."""
        _require_ceilings(self.options, self.candidates, self.ask)
        _require_affordable(self.options, self.candidates, self.ask)
        walking = self.situation.walking
        needless = self._needless()
        found = Problem(
            replace(self.options, must_not=self.options.must_not | needless),
            self.demand(walking, self.limit),
            self.covers(walking, self.limit),
            self.rules,
            tuple(
                Stage(name, self.ask.give_pct, self._depth(name)) for name in self.ask.objectives
            ),
        )
        _require_need(found)
        return found

    def _needless(self) -> BoolArray:
        """
        Return the options that a cheaper one at the same site replaces in every plan.

        Both reach the same residents; no missing target asks for the dearer one, and seats, of
        which it might have more, do not count. Where costs are not known, the one that meets less
        often is the cheaper one.
        """
        frame, options = self.candidates.options, self.options
        counts = at_least(frame["target_class"], self.ask.frequency) & ~options.must_not
        often = frame["target_class"].map(rank).to_numpy(dtype=float)
        known = np.isfinite(options.first_year_yen).all()
        yen = np.where(counts, options.first_year_yen if known else often, np.inf)
        cheapest = np.full(int(options.place.max(initial=0)) + 1, np.inf)
        np.minimum.at(cheapest, options.place, yen)
        needless = counts & ~options.must & (yen > cheapest[options.place])
        wanted = [number for target in self.targets if target.missing for number in target.options]
        needless[wanted] = False
        if self.ask.participation_pct is not None:
            needless[:] = False
        return needless

    def _depth(self, objective: str) -> int:
        return self.ask.depth if objective == "worst_unit_first" else 1

    @cached_property
    def options(self) -> Options:
        """Return the options as the solver takes them."""
        frame, sites = self.candidates.options, self.candidates.sites
        owner = pd.factorize(sites["owner"].where(sites["owner"] != ""))[0]
        site = frame["site"].to_numpy(dtype=np.int64)
        return Options(
            key=frame["candidate_id"].to_numpy(dtype=str),
            cost_yen=frame["yearly_max_yen"].to_numpy(dtype=float),
            opening_yen=frame["opening_max_yen"].to_numpy(dtype=float),
            capacity=frame["capacity"].to_numpy(dtype=float),
            owner=owner[site].astype(np.int64),
            place=site,
            xy=shapely.get_coordinates(frame.geometry.to_numpy()),
            must=frame["must"].to_numpy(dtype=bool),
            must_not=frame["must_not"].to_numpy(dtype=bool),
        )

    @property
    def of_walks(self) -> bool:
        """Whether a goal looks beyond the limit."""
        walks = {"shortest_walk", "shortest_longest_walk"}
        return bool(walks & set(self.ask.objectives))

    def covers(self, walking: Walking, limit: Limit) -> Covers:
        """Return who is within a limit of each option; further away too where a goal looks there."""
        near = walking.catchments(self.site_snaps, self._far(limit))
        return self._of_sites(near, walking.judged(limit)[1])

    def _far(self, limit: Limit) -> Limit:
        if not self.of_walks:
            return limit
        if limit.m is not None and limit.minutes is not None:
            raise InvalidInputError(
                "the mean and the longest walk need a limit in metres or in minutes, not in both"
            )
        if limit.m is not None:
            return Limit(m=FAR_TIMES * limit.m)
        return Limit(minutes=FAR_TIMES * float(limit.minutes or 0.0))

    def _of_sites(self, found: Walks, limit: float) -> Covers:
        """Hand the walks of a site to each of its options that meets often enough to count."""
        frame = self.candidates.options
        counts = at_least(frame["target_class"], self.ask.frequency)
        begin = np.searchsorted(found.origin, np.arange(found.origins_n + 1))
        option = np.flatnonzero(counts)
        site = frame["site"].to_numpy(dtype=np.int64)[option]
        length = begin[site + 1] - begin[site]
        total = int(length.sum())
        first = np.repeat(begin[site] - np.concatenate([[0], np.cumsum(length)[:-1]]), length)
        row = first + np.arange(total)
        shape = (len(frame), found.homes_n)
        return Covers.of(
            np.repeat(option, length), found.home[row], found.walk[row], shape=shape, limit=limit
        )

    def demand(self, walking: Walking, limit: Limit, people: pd.DataFrame | None = None) -> Demand:
        """Return who lives where and what existing places do for them."""
        residents = self.situation.residents if people is None else people
        reached_n = self.ground.reached_n(walking, limit, self.ask.frequency)
        walk = self.ground.nearest_walk(walking, limit, self.ask.frequency)
        weight = np.where(self.inside, residents[self.age_group].to_numpy(dtype=float), 0.0)
        further = {
            str(name): np.where(self.inside, residents[name].to_numpy(dtype=float), 0.0)
            for name in residents
            if str(name) != self.age_group and is_older(str(name))
        }
        return Demand(weight, self.unit, reached_n, walk, MappingProxyType(further))

    @cached_property
    def rules(self) -> Rules:
        """Return what a plan must keep to."""
        ask = self.ask
        unserved = None
        if self.of_walks:
            unserved = FAR_TIMES * self.situation.walking.judged(self.limit)[1]
        return Rules(
            most=ask.most,
            budget_yen=ask.budget_yen,
            targets=self.targets,
            reach_pct=ask.reach_pct,
            overlap_max_pct=ask.overlap_max_pct,
            apart_m=ask.apart_m,
            one_per_owner=ask.one_per_owner,
            participation_pct=ask.participation_pct,
            group_min=ask.group_min,
            unserved_walk=unserved,
        )

    @cached_property
    def years(self) -> Years | None:
        """Return the years of the question; what councils adopted goes first, unless they are left out."""
        ask = self.ask
        if not ask.years_yen:
            return None
        url = self.situation.workspace.registry_url
        frame = with_status(self.candidates.options.assign(status=""), url)
        first = (frame["status"] == "adopted").to_numpy() & ask.council_lists
        return Years(tuple(ask.years_yen), ask.carry, ask.visits, first)

    @cached_property
    def targets(self) -> tuple[TargetRule, ...]:
        """Return the profile's targets of the classes asked for, one for each area or in total."""
        # Nobody knows of which kind a place will be that is not open yet.
        of_any = [one for one in self.profile.targets if not one.kind]
        wanted = [one for one in of_any if one.frequency in self.ask.targets]
        missing = set(self.ask.targets) - {one.frequency for one in wanted}
        if missing:
            names = ", ".join(sorted(missing))
            raise InvalidInputError(
                "the profile has no target for {names}; add [[targets]] to it", names=names
            )
        return tuple(target for one in wanted for target in self._targets_of(one))

    def _targets_of(self, wanted: Wanted) -> list[TargetRule]:
        frame, counted = self.candidates.options, self.situation.counted
        now = at_least(frame["current_class"], wanted.frequency)
        brings = at_least(frame["target_class"], wanted.frequency) & ~now
        has = at_least(counted["venue_frequency"], wanted.frequency)
        halls = counted[has].drop_duplicates("venue_id")
        if wanted.layer not in {layer.id for layer in self.profile.layers}:
            # No borders: places are counted, not areas that have one.
            options = tuple(np.flatnonzero(brings).tolist())
            return [TargetRule(wanted.label, options, wanted.number, len(halls))]
        return self._by_area(
            wanted.layer, brings, shapely.get_coordinates(halls.geometry.to_numpy())
        )

    def _by_area(self, layer: str, brings: BoolArray, halls: FloatArray) -> list[TargetRule]:
        layering = self.situation.layering(layer)
        areas = gpd.GeoDataFrame(layering.areas.reset_index(drop=True))
        at = locate(self.options.xy, areas)
        there = np.bincount(locate(halls, areas) + 1, minlength=len(areas) + 1)[1:]
        lived = np.bincount(layering.home_area + 1, self.weight, minlength=len(areas) + 1)[1:]
        walked = np.bincount(
            layering.home_area + 1, self.weight * self.ground.on_foot, minlength=len(areas) + 1
        )[1:]
        return [
            TargetRule(
                str(areas["area_name"].iloc[area]),
                tuple(np.flatnonzero(brings & (at == area)).tolist()),
                1,
                int(min(there[area], 1)),
            )
            for area in range(len(areas))
            # Nobody is there who could walk: no site is forced upon such an area.
            if lived[area] > 0 and walked[area] > 0
        ]

    def variants(self) -> list[Variant]:
        """Return other limits, walkers, ends of the population's interval and years."""
        situation, main = self.situation, self.situation.walking
        if self.of_walks:
            # The goal itself is in the unit of the limit: only people differ.
            return self._populations()
        found = []
        for limit_m in STABILITY_LIMITS_M:
            limit = Limit(m=limit_m)
            if limit != self.limit:
                facts = {"code": "limit", "limit_m": limit_m}
                found.append(self._variant(f"{limit_m:g}m", facts, walking=main, limit=limit))
        found += [
            self._variant(
                f"walking-{walking.profile.id}",
                {"code": "walker", "profile": walking.profile.id},
                walking=walking,
                limit=Limit(minutes=self._minutes()),
            )
            for walking in situation.walkings
        ]
        return [*found, *self._populations()]

    def _minutes(self) -> float:
        """Return the main limit in minutes of the main walker on the flat."""
        if self.limit.minutes is not None:
            return self.limit.minutes
        return float(self.limit.m or 0.0) / self.situation.walking.profile.speed_m_per_min

    def _variant(
        self, name: str, facts: Mapping[str, object], *, walking: Walking, limit: Limit
    ) -> Variant:
        return Variant(name, facts, self.covers(walking, limit), self.demand(walking, limit))

    def _populations(self) -> list[Variant]:
        base, homes = self.problem.demand, self.situation.homes
        found: list[tuple[str, Mapping[str, object], pd.Series]] = []
        for end in (LOW, HIGH):
            if self.age_group + end in homes:
                name = f"population{end}"
                found.append((name, {"code": name}, homes[self.age_group + end]))
        for year in projected(self.situation.workspace):
            then = homes_in(self.situation.workspace, year)
            if self.age_group in then:
                found.append((year, {"code": "year", "year": year}, then[self.age_group]))
        return [
            Variant(name, facts, self.problem.covers, replace(base, weight=self._counted(people)))
            for name, facts, people in found
        ]

    def _counted(self, people: object) -> FloatArray:
        return np.where(self.inside, np.nan_to_num(np.asarray(people, dtype=float)), 0.0)


def parameters_of(profile: Profile, ask: PlanAsk) -> Parameters:
    """Return the parameters of a question."""
    return Parameters.of(
        profile,
        walk_limit_m=ask.walk_limit_m,
        walk_limit_min=ask.walk_limit_min,
        walking_profile=ask.walking_profile,
    )


def _require_ceilings(options: Options, found: Candidates, ask: PlanAsk) -> None:
    """Refuse a question about money where the ceiling of a candidate is not known: unknown is not 0."""
    if ask.budget_yen is None and not ask.years_yen and "cheapest" not in ask.objectives:
        return
    frame, allowed = found.options, ~options.must_not
    classes = frame["target_class"][allowed & np.isnan(options.cost_yen)]
    missing = [f"{name}_max_yen" for name in FREQUENCIES if (classes == name).any()]
    missing += ["opening_max_yen"] if (allowed & np.isnan(options.opening_yen)).any() else []
    if missing:
        raise InvalidInputError(
            "a budget needs the ceiling of every candidate, and the profile has no {names}: add it "
            "to [subsidies], or ask without money",
            names=missing,
        )


def _require_some(found: Candidates, ask: PlanAsk) -> None:
    if len(found.options):
        return
    raise InvalidInputError(
        "there is no candidate: no place to upgrade, no venue and no point passes the "
        "filters{where}; loosen them, or add venues to the profile",
        where=Sentence(" in {council}", council=ask.council) if ask.council else "",
    )


def _require_affordable(options: Options, candidates: Candidates, ask: PlanAsk) -> None:
    """Name the must-haves that cost more than the budget, and the councils that ask for them."""
    must_yen = math.fsum(options.first_year_yen[options.must])
    if ask.budget_yen is None or not must_yen > ask.budget_yen:
        return
    frame = candidates.options[options.must]
    names = [
        name or key for name, key in zip(frame["venue_name"], frame["candidate_id"], strict=True)
    ]
    councils = sorted(set(frame["listed_by"]) - {""})
    if councils:
        raise InvalidInputError(
            "{names} must be chosen and cost ¥{must_yen:,.0f} in the first year, more than the budget "
            "of ¥{budget_yen:,.0f}: raise it, or take one off the lists (those of {councils} are in "
            "the profile; council_lists leaves them out)",
            names=names,
            must_yen=must_yen,
            budget_yen=ask.budget_yen,
            councils=councils,
        )
    raise InvalidInputError(
        "{names} must be chosen and cost ¥{must_yen:,.0f} in the first year, more than the budget of "
        "¥{budget_yen:,.0f}: raise it, or take one off the list",
        names=names,
        must_yen=must_yen,
        budget_yen=ask.budget_yen,
    )


def _require_need(problem: Problem) -> None:
    """Refuse to seek the least of what nobody asks for: the best plan would be none."""
    goal, rules = problem.stages[0].objective, problem.rules
    asked = rules.reach_pct is not None or bool(problem.options.must.any())
    asked = asked or (bool(rules.targets) and not problem.has("most_targets"))
    if goal in {"cheapest", "fewest_places"} and not asked:
        raise InvalidInputError(
            "the goal {goal} needs something that must be reached, or the best plan is to open "
            "nothing: give reach_pct, targets or must-haves, or put another goal first",
            goal=goal,
        )

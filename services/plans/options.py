"""Options: what a plan may choose from, upgrades first, then real venues, then points on streets."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas.location import locate
from geo.arrays import BoolArray
from geo.errors import InvalidInputError
from geo.vocabulary import FREQUENCIES, TARGET, least_days, rank
from services.plans.ask import PlanAsk
from services.plans.ground import CommonGround
from services.plans.lists import marked
from services.plans.sites import SITE, area_names, hazards_at, stacked_sites
from services.profile import Profile
from services.registry.venues import free_days, free_slots
from services.situation.councils import council_areas
from services.situation.view import Situation
from services.words.texts import text

COLUMNS = (
    *("candidate_id", "action", "days_unknown", "source", "target_class", "current_class"),
    *("venue_id", "place_id"),
    *("venue_name", "area_name", "kind", "address", "schedule_text"),
    *("yearly_max_yen", "opening_max_yen"),
    *("capacity", "owner", "barrier_free", "rent_yen", "availability", "hazards"),
    *("private_home", "council_id", "must", "must_not", "listed_by", "listed_why"),
    *("site", "geometry"),
)
_MARKS = frozenset({"must", "must_not", "listed_by", "listed_why"})


@dataclass(frozen=True, eq=False)
class Candidates:
    """
    The options of a question and the sites where they are.

    ``options`` has ``COLUMNS``, sorted by the order above; ``sites`` one row per place or venue,
    plane CRS; ``options["site"]`` is a position in it.
    """

    options: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame


def find_candidates(ground: CommonGround, ask: PlanAsk, *, inside: BoolArray) -> Candidates:
    """
    Return the options of a question.

    Parameters
    ----------
    ground
        The workspace as it is.
    ask
        Filters, lists and classes.
    inside
        (homes,) the homes that count: those of the council, or all.

    Raises
    ------
    InvalidInputError
        A council or a candidate on a list that does not exist.
    """
    situation = ground.situation
    parts = []
    if ask.upgrades:
        parts.append(ground.halls)
    if ask.venues:
        parts.append(ground.venues)
    if ask.points_max:
        parts.append(ground.points(ask, inside=inside))
    sites = stacked_sites(parts, situation)
    sites["council_id"] = situation.council_ids(sites)
    sites["hazards"] = hazards_at(sites, situation)
    gap_layer = situation.profile.analysis.gap_layer
    sites["area_name"] = area_names(sites, situation.layering(gap_layer).areas)
    sites = sites[fitting(sites, situation, ask)].reset_index(drop=True)
    options = _by_class(sites, situation.profile, ask)
    marks = marked(options, ask, situation)
    options = options.assign(
        must=marks.must, must_not=marks.must_not, listed_by=marks.of_council, listed_why=marks.why
    )
    return Candidates(options[list(COLUMNS)], sites)


def classes_of(ask: PlanAsk) -> list[str]:
    """Return the classes that options bring, from the rarest."""
    wanted = set(ask.classes) or {ask.frequency, *ask.targets}
    return [name for name in FREQUENCIES if name in wanted]


def _by_class(sites: gpd.GeoDataFrame, profile: Profile, ask: PlanAsk) -> gpd.GeoDataFrame:
    """Return an option for each site and each class that it does not have yet and has room for."""
    rows: list[dict[str, object]] = []
    for site, row in enumerate(sites.to_dict("records")):
        now = rank(row["current_class"])
        rows += [
            _option(row, name, profile) | {"site": site}
            for name in classes_of(ask)
            if rank(name) > now and _is_free(row, name, profile)
        ]
    columns = [name for name in COLUMNS if name not in _MARKS]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.astype({"site": np.int64, "barrier_free": "boolean", "private_home": bool})
    frame = frame.astype({"days_unknown": bool})
    numbers = ["yearly_max_yen", "opening_max_yen", "capacity", "rent_yen"]
    return gpd.GeoDataFrame(
        frame.astype(dict.fromkeys(numbers, float)), geometry="geometry", crs=sites.crs
    )


def _is_free(row: Mapping[Hashable, object], name: str, profile: Profile) -> bool:
    bits = free_slots(str(row["availability"]))
    return bits is None or free_days(bits) >= _days(name, profile)


def _option(row: Mapping[Hashable, object], name: str, profile: Profile) -> dict[str, object]:
    upgrade = row["source"] == "place"
    of = row["place_id"] if upgrade else row["venue_id"]
    head = {"place": "upgrade", "venue": "open", "point": "point"}[str(row["source"])]
    tail = "" if name == TARGET else f"-{name}"
    further = ("availability", "hazards", "area_name", "days_unknown")
    shown = {key: row[key] for key in (*SITE[:6], *SITE[6:10], *further)}
    return {
        **shown,
        "candidate_id": f"{head}-{of}{tail}",
        "action": "upgrade" if upgrade else "open",
        "target_class": name,
        "source": row["source"],
        "yearly_max_yen": profile.subsidies.yearly_max_yen(name),
        "opening_max_yen": 0.0 if upgrade else profile.subsidies.first_max_yen(),
        "capacity": _capacity(row, name, profile),
        "private_home": row["private_home"],
        "council_id": row["council_id"],
        "geometry": row["geometry"],
    }


def _capacity(row: Mapping[Hashable, object], name: str, profile: Profile) -> float:
    """Return how many can come in a week, once each; infinite where the room is not known."""
    seats = float(str(row["capacity"]))
    area_m2 = float(str(row["floor_area_m2"]))
    if np.isnan(seats) and np.isnan(area_m2):
        return np.inf
    if np.isnan(seats):
        # 1e-9: 30 m² of 3 m² each are ten persons, float noise or not.
        seats = np.floor(area_m2 / profile.planning.m2_per_person + 1e-9)
    return seats * _days(name, profile)


def _days(name: str, profile: Profile) -> int:
    """Return the days of a week on which the room is used, at most one by what is not even weekly."""
    permanent = profile.frequency.permanent_min_days_per_week
    return max(1, least_days(name, permanent_min_days_per_week=permanent))


def fitting(sites: gpd.GeoDataFrame, situation: Situation, ask: PlanAsk) -> BoolArray:
    """
    Say which sites no filter of a question leaves out; what is not known leaves none out.

    Raises
    ------
    InvalidInputError
        Half-days that name no day.
    """
    fits = np.ones(len(sites), dtype=bool)
    for kept in (*_of_venues(sites, ask), *_of_all(sites, situation, ask)):
        fits &= kept
    return fits


def _of_venues(sites: gpd.GeoDataFrame, ask: PlanAsk) -> Iterator[BoolArray]:
    """Yield what only venues are asked for: a place that exists has its kind and its owner."""
    other = (sites["source"] != "venue").to_numpy()
    if ask.kinds:
        yield other | sites["kind"].isin(ask.kinds).to_numpy()
    if ask.owners:
        yield other | sites["owner"].isin(["", *ask.owners]).to_numpy()


def _of_all(sites: gpd.GeoDataFrame, situation: Situation, ask: PlanAsk) -> Iterator[BoolArray]:
    if ask.barrier_free:
        yield sites["barrier_free"].fillna(value=True).to_numpy(dtype=bool)
    if ask.outside_hazards:
        yield (sites["hazards"].map(len) == 0).to_numpy(dtype=bool)
    if ask.rent_max_yen is not None:
        yield ~(sites["rent_yen"] > ask.rent_max_yen).to_numpy()
    if ask.floor_area_min_m2 is not None:
        yield ~(sites["floor_area_m2"] < ask.floor_area_min_m2).to_numpy()
    if ask.capacity_min is not None:
        m2 = situation.profile.planning.m2_per_person
        seats = sites["capacity"].fillna(np.floor(sites["floor_area_m2"] / m2 + 1e-9))
        yield ~(seats < ask.capacity_min).to_numpy()
    if ask.free:
        yield _free_in(sites, ask.free)
    if ask.council:
        areas = council_areas(situation, ask.council)
        xy = shapely.get_coordinates(sites.geometry.to_numpy())
        yield np.asarray(locate(xy, areas) >= 0 if len(sites) else np.ones(0, dtype=bool))


def _free_in(sites: gpd.GeoDataFrame, wanted: str) -> BoolArray:
    """Say which rooms are free in one of the half-days at least."""
    bits = free_slots(wanted)
    if bits is None:
        raise InvalidInputError(
            "{wanted!r} names no day of the week; write, for example: {examples}",
            wanted=wanted,
            examples=text("plan.free.examples", "ja"),
        )
    known = [free_slots(str(hours)) for hours in sites["availability"]]
    return np.array([own is None or bool(own & bits) for own in known], dtype=bool)

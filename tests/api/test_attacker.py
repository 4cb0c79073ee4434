"""
An attacker: everything that the public view of a town answers, put together.

A figure that is computed from protected inputs alone can tell nothing more than these inputs. So every
count that can be solved for is a protected one, and every place in a private home is at its cell.
"""

import hashlib
import heapq
import json
import math
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from httpx import Client, Response

from api.app import create_app
from api.settings import Settings
from geo.arrays import LONLAT_EPSG
from services.edition.publish import publish
from services.intake.build import build
from services.plans.ask import ask_of
from services.plans.solve import make_plan
from services.publication.columns import IDS
from services.publication.columns import LAYERS as SHAPED
from services.publication.downloads import FORMATS
from services.publication.export import export
from services.registry.seen import seen_venues
from services.reports.picture import coverage_picture
from services.results.rasters import SurfaceAsked, write_surface
from services.results.run import run
from services.scenarios.answers import edit_of
from services.scenarios.whatif import WhatIf
from services.why.ground import Published
from services.workspace.folder import KEY, Snapshot, Workspace, open_workspace
from tests import attacktown
from tests.api.serving import asking
from tests.attacktown import AREAS, EPSG, GROUPS, HOMES, NOWHERE, PLACES, RESIDENTS, SECRETS
from tests.conftest import made_once

BASE = 5
CELL_M, DWELLINGS = 150.0, 10
LAYERS = ("city", "district", "small_area")
SMALL = "small_area"
ROUNDED = 2e-4
"""Answers have four decimals, and so have differences of two of them."""
PLANS = [
    {"title": "300", "most": 2, "walk_limit_m": 300.0},
    {"title": "320", "most": 2, "walk_limit_m": 320.0},
]
# What an attacker takes for granted: his own residents at the same houses.
OWN = (4000, 1000, 2000, 1000, 1000)
PUBLISHED = 'residents_published = true\nresidents_published_url = "https://example.org/people"'


def make_town(folder: Path) -> None:
    """Build and run the town, plan twice in the public view, and publish it."""
    workspace = build(attacktown.write_attacktown(folder / "source"), folder / "workspace")
    run(workspace)
    for asked in PLANS:
        make_plan(workspace, ask_of(asked))
    publish(workspace, folder / "published")


@pytest.fixture(scope="session")
def town(run_folder: Path) -> Path:
    return made_once(run_folder / "attack-town", make_town)


@pytest.fixture(scope="module")
def workspace(town: Path) -> Workspace:
    return open_workspace(town / "workspace")


def client_of(workspace: Workspace) -> AbstractContextManager[Client]:
    return asking(create_app(workspace, Settings(warm=False)))


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> Iterator[Client]:
    with client_of(workspace) as client:
        yield client


@pytest.fixture(scope="module")
def published(town: Path) -> Iterator[Client]:
    with client_of(open_workspace(town / "published")) as client:
        yield client


@dataclass(frozen=True)
class Truth:
    """What the attacker would like to know."""

    workspace: Workspace

    @cached_property
    def protected(self) -> pd.DataFrame:
        """Return (areas, groups) residents of the public view."""
        return self._by_area(self.workspace)

    @cached_property
    def exact(self) -> pd.DataFrame:
        """Return (areas, groups) residents, as they were written into the table."""
        found = self._by_area(self.workspace.seen("exact"))
        assert np.allclose(found, pd.DataFrame(RESIDENTS, index=list(GROUPS)).T)
        return found

    @cached_property
    def homes_xy(self) -> dict[str, tuple[float, float]]:
        """Return where each private home is, plane metres."""
        spots = [attacktown.spot(*PLACES[name][2:4]) for name in HOMES]
        return dict(zip(HOMES, plane(spots), strict=True))

    @staticmethod
    def _by_area(workspace: Workspace) -> pd.DataFrame:
        homes = workspace.demand()
        sums = homes.groupby("in_small_area")[list(GROUPS)].sum()
        return sums.reindex(list(AREAS), fill_value=0.0)


@pytest.fixture(scope="module")
def truth(workspace: Workspace) -> Truth:
    return Truth(workspace)


def plane(spots: list[tuple[float, float]]) -> list[tuple[float, float]]:
    points = gpd.GeoSeries([shapely.Point(one) for one in spots], crs=LONLAT_EPSG).to_crs(EPSG)
    return list(zip(points.x, points.y, strict=True))


def degrees(x: float, y: float) -> tuple[float, float]:
    point = gpd.GeoSeries([shapely.Point(x, y)], crs=EPSG).to_crs(LONLAT_EPSG).iloc[0]
    return float(point.x), float(point.y)


def answer(response: Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()


def rows_of(client: Client, collection: str, **filters: object) -> pd.DataFrame:
    """Return the properties of all features of a collection."""
    query = {"limit": 10_000, "skipGeometry": True, **filters}
    body = answer(client.get(f"/collections/{collection}/items", params=query))
    assert body["numberReturned"] == body["numberMatched"]
    return pd.DataFrame([feature["properties"] for feature in body["features"]])


def tried(client: Client, *edits: dict[str, object], **asked: object) -> dict[str, Any]:
    return dict(answer(client.post("/whatif", json={"edits": list(edits), **asked})))


def opened(lon: float, lat: float) -> dict[str, object]:
    return {"action": "open", "lon": lon, "lat": lat, "frequency": "weekly"}


def homes_of(client: Client) -> pd.DataFrame:
    """Return the places in private homes with their published position, plane metres."""
    features = answer(client.get("/collections/places/items"))["features"]
    rows = [
        {**feature["properties"], "lonlat": tuple(feature["geometry"]["coordinates"])}
        for feature in features
        if feature["properties"]["blurred"]
    ]
    return pd.DataFrame(rows)


def is_multiple(figures: object) -> bool:
    parts = np.asarray(figures, dtype=float) / BASE
    return bool(np.allclose(parts, np.round(parts), atol=ROUNDED))


# Each attack that was found, by itself.


def test_age_groups_taken_from_each_other_leave_protected_counts(
    client: Client, truth: Truth
) -> None:
    rows = rows_of(client, "coverage_table", layer=SMALL, frequency="weekly", walk_limit_m=300)
    told = rows[rows["profile"] == "standard"].pivot_table(
        index="area_id", columns="age_group", values="residents"
    )
    bands = {
        "0-14": told["total"] - told["15-64"] - told["65+"],
        "65-74": told["65+"] - told["75+"],
    }
    exact = {
        "0-14": truth.exact["total"] - truth.exact["15-64"] - truth.exact["65+"],
        "65-74": truth.exact["65+"] - truth.exact["75+"],
    }

    for name, band in bands.items():
        assert is_multiple(band)
        known = band.reindex(list(AREAS))
        assert ((known - exact[name]).abs() < BASE).all()
        # Of counts below ten nobody is told: a tenth of them could be right by chance, a fifth at most.
        small = (exact[name] > 0) & (exact[name] < 10) & (exact[name] % BASE != 0)
        assert small.sum() >= 5
        assert (known[small] != exact[name][small]).all()


def test_layers_taken_from_each_other_leave_protected_counts(client: Client, truth: Truth) -> None:
    rows = rows_of(client, "coverage_table", frequency="weekly", walk_limit_m=300)
    rows = rows[rows["profile"] == "standard"]
    sums = rows.pivot_table(index="layer", columns="age_group", values="residents", aggfunc="sum")
    remainder = rows[rows["remainder"]].set_index(["layer", "age_group"])["residents"]
    unequal = answer(client.get("/inequality", params={"layer": SMALL}))["layers"][0]

    for group in GROUPS:
        assert sums[group].to_numpy() == pytest.approx(sums[group].iloc[0])
        assert is_multiple([remainder[layer, group] for layer in LAYERS])
        assert abs(remainder[SMALL, group] - NOWHERE[GROUPS.index(group)]) < BASE
    assert unequal["residents"] == pytest.approx(truth.protected["65+"].sum(), abs=ROUNDED)


@dataclass(frozen=True)
class Attacker:
    """
    Somebody with the open files, the same software, and a town of his own.

    In it as many live in every area, and every place stands where the real one is published. So he
    knows which part of an area's residents is in a figure, and from many figures the residents.
    """

    client: Client
    own: Snapshot

    def shares(self, group: str, *edits: dict[str, object]) -> dict[tuple, np.ndarray]:
        """Return by kind of figure the part of each area's residents that it counts."""
        areas = self._engine.edited([edit_of(edit, EPSG) for edit in edits]).areas
        everybody = OWN[GROUPS.index(group)]
        columns = {name: areas[name].to_numpy() / everybody for name in FIGURES}
        return {
            (*limit, name): columns[name][rows]
            for limit, rows in self._rows[group].items()
            for name in FIGURES
        }

    @cached_property
    def _engine(self) -> WhatIf:
        return WhatIf(Published(self.own), SMALL)

    @cached_property
    def _rows(self) -> dict[str, dict[tuple, np.ndarray]]:
        """Return by group and limit the rows of AREAS in the table of any outcome."""
        table = self._engine.edited([]).areas.reset_index()
        found: dict[str, dict[tuple, np.ndarray]] = {}
        for (group, *limit), rows in table.groupby(["age_group", *LIMIT], dropna=False):
            in_order = rows.set_index("area_id")["index"].loc[list(AREAS)].to_numpy()
            found.setdefault(str(group), {})[_limit(dict(zip(LIMIT, limit, strict=True)))] = (
                in_order
            )
        return found

    def figures(
        self, group: str, *edits: dict[str, object], layer: str = "city"
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return of what parts of the areas each figure of an answer is the sum, and the figures."""
        body = tried(self.client, *edits, layer=layer, age_group=group)
        shares = self.shares(group, *edits)
        parts, told = [], []
        for row in (*body["whole"], *body["areas"]):
            inside = MEMBERS[layer].get(row.get("area_id", ""), np.ones(15))
            if row.get("remainder"):
                continue
            for name in FIGURES:
                parts.append(shares[(*_limit(row), name)] * inside)
                told.append(row[name])
        return np.array(parts), np.array(told)


LIMIT = ("frequency", "walk_limit_m", "walk_limit_min")
WHOLE = 3 * 4 * 4
"""Figures of the whole in an answer: frequencies, limits, FIGURES; those of areas that change follow."""
FIGURES = ("reached_after", "gained", "lost", "circle_reached_after")
MEMBERS = {
    "city": {"小町": np.ones(15)},
    "district": {
        "西地区": np.array([float(area in "abfgkl") for area in AREAS]),
        "東地区": np.array([float(area not in "abfgkl") for area in AREAS]),
    },
    SMALL: {area: np.array([float(area == other) for other in AREAS]) for area in AREAS},
}


def _limit(row: dict[str, Any]) -> tuple[str, float | None, float | None]:
    limits = (row["walk_limit_m"], row["walk_limit_min"])
    return row["frequency"], *(None if pd.isna(limit) else float(limit) for limit in limits)


@pytest.fixture(scope="module")
def attacker(client: Client, run_folder: Path, workspace: Workspace) -> Attacker:
    venues = seen_venues(workspace).query("private_home").to_crs(LONLAT_EPSG)
    spots = {"渡辺さん宅": (venues.geometry.x.iloc[0], venues.geometry.y.iloc[0])}
    for _, home in homes_of(client).iterrows():
        number = int(home["place_id"].removeprefix("salons-")) - 2
        (xy,) = plane([home["lonlat"]])
        # Published with six decimals; the centre of a cell is a multiple of half its side.
        centre = [round(metres / (CELL_M / 2)) * CELL_M / 2 for metres in xy]
        spots[list(PLACES)[number]] = degrees(*centre)

    def make(folder: Path) -> None:
        profile = attacktown.write_attacktown(
            folder / "source",
            residents=dict.fromkeys(AREAS, OWN),
            nowhere=(0, 0, 0, 0, 0),
            spots=spots,
            limits_m=(200, 300, 320, 500),
            privacy=PUBLISHED,
        )
        run(build(profile, folder / "workspace"))

    folder = made_once(run_folder / "attacker-town", make)
    return Attacker(client, open_workspace(folder / "workspace").snapshot())


FAR = opened(*attacktown.spot(0.02, 2.98))


def test_a_place_more_tells_protected_counts_only(attacker: Attacker, truth: Truth) -> None:
    pin = opened(*attacktown.spot(3.5, 0.02))
    for group in ("75+", "single_65+"):
        parts, first = attacker.figures(group, FAR)
        more, both = attacker.figures(group, FAR, pin)
        told, of = both[:WHOLE] - first[:WHOLE], more[:WHOLE] - parts[:WHOLE]

        assert abs(told).max() > 1
        assert told == pytest.approx(of @ truth.protected[group], abs=ROUNDED)
        assert abs(told - of @ truth.exact[group]).max() > 0.1


def test_a_pin_moved_by_half_a_metre_tells_protected_homes_only(
    attacker: Attacker, truth: Truth
) -> None:
    group, found = "75+", []
    before = None
    for step in range(60):
        # Along the street between f and k, past the doors of both.
        parts, told = attacker.figures(group, opened(*attacktown.spot(0.4 + 0.0028 * step, 2.0)))
        if before is not None:
            found.append((parts[:WHOLE] - before[0], told[:WHOLE] - before[1]))
        before = parts[:WHOLE], told[:WHOLE]
    parts, told = (np.concatenate(each) for each in zip(*found, strict=True))

    assert (abs(told) > 10 * ROUNDED).sum() >= 5  # homes were passed
    assert told == pytest.approx(parts @ truth.protected[group], abs=ROUNDED)
    assert abs(told - parts @ truth.exact[group]).max() > 0.05


def cell_at(spot: tuple[float, float]) -> tuple[tuple[float, float], float]:
    """Return the centre and the side of the cell in whose middle a published point is, plane metres."""
    steps, side_m = np.round(np.array(spot) / (CELL_M / 2)), CELL_M
    while (steps % 2 == 0).all():
        steps, side_m = steps / 2, side_m * 2
    assert (steps % 2 == 1).all(), "no middle of a cell"
    x, y = steps * side_m / 2
    return (float(x), float(y)), side_m


def test_a_private_home_is_published_at_the_centre_of_its_cell(
    client: Client, truth: Truth, workspace: Workspace
) -> None:
    published = homes_of(client)
    dwellings = shapely.get_coordinates(workspace.demand().geometry.to_numpy())
    assert len(published) == len(HOMES)
    for xy, lonlat in zip(truth.homes_xy.values(), published["lonlat"], strict=True):
        (shown,) = plane([lonlat])
        centre, side_m = cell_at(shown)
        assert shown == pytest.approx(centre, abs=0.2)  # six decimals of a degree
        assert max(abs(np.array(centre) - xy)) <= side_m / 2
        inside = (abs(dwellings - centre) <= side_m / 2).all(axis=1)
        assert inside.sum() >= DWELLINGS
        assert np.hypot(*(np.array(centre) - xy)) > 10  # else this town shows nothing


def test_the_move_that_changes_nothing_leads_to_the_centre_and_not_to_the_home(
    client: Client, truth: Truth
) -> None:
    for (_, home), (name, xy) in list(
        zip(homes_of(client).iterrows(), truth.homes_xy.items(), strict=True)
    )[:2]:
        centre, side_m = cell_at(plane([home["lonlat"]])[0])

        def change(spot: tuple[float, float], place: str = home["place_id"]) -> float:
            lon, lat = degrees(*spot)
            move = {"action": "move", "place_id": place, "lon": lon, "lat": lat}
            asked = {"layer": SMALL, "age_group": "total", "edits": [move]}
            response = client.post("/whatif", json=asked)
            if response.status_code == 422:  # outside the town
                return float("inf")
            body = answer(response)
            rows = [*body["whole"], *body["areas"]]
            return sum(
                abs(figure or 0.0)
                for row in rows
                for key, figure in row.items()
                if key.endswith("_difference")
            )

        # Downhill from the centre's neighbourhood, with ever smaller steps: the attack of the audit.
        best, step_m = (centre[0] + side_m / 5, centre[1] - side_m / 7), side_m / 4
        at_best = change(best)
        while step_m > 0.2:
            around = [
                (best[0] + east * step_m, best[1] + north * step_m)
                for east, north in ((1, 0), (-1, 0), (0, 1), (0, -1), (0, 0))
            ]
            changes = [(change(one), one) for one in around[:4]]
            least, spot = min(changes)
            if least < at_best:
                best, at_best = spot, least
            else:
                step_m /= 2
        assert change(centre) <= ROUNDED * 100, name
        assert change(xy) > 1, name
        assert np.hypot(*(np.array(best) - xy)) > 10, name


def test_the_reach_of_a_private_home_is_that_of_its_centre_and_of_no_house(
    client: Client, attacker: Attacker, truth: Truth
) -> None:
    rows = rows_of(client, "places").set_index("place_id")
    counted = [f"salons-{number}" for number in range(2, 7)]
    for place in homes_of(client)["place_id"][:2]:
        others = [{"action": "close", "place_id": other} for other in counted if other != place]
        name = list(PLACES)[int(place.removeprefix("salons-")) - 2]
        lon, lat = attacktown.spot(*PLACES[name][2:4])
        to_its_house = {"action": "move", "place_id": place, "lon": lon, "lat": lat}
        reached = "monthly", 300.0, None, "reached_after"
        at_centre = attacker.shares("65+", *others)[reached]
        at_house = attacker.shares("65+", *others, to_its_house)[reached]
        told = rows.loc[place, "residents_reached"]

        assert told == pytest.approx(at_centre @ truth.protected["65+"], abs=ROUNDED)
        assert abs(told - at_house @ truth.protected["65+"]) > 0.1


def test_a_venue_in_a_private_home_opens_at_its_centre(
    client: Client, truth: Truth, workspace: Workspace
) -> None:
    (xy,) = plane([attacktown.spot(*attacktown.HALLS["渡辺さん宅"][1:])])
    seen = seen_venues(workspace).set_index("venue_id").geometry["halls-5"]
    centre, _ = cell_at((seen.x, seen.y))
    at_venue = {"action": "open", "venue_id": "halls-5", "frequency": "weekly"}
    named, pinned, real = (
        tried(client, edit, layer=SMALL, age_group="total")["areas"]
        for edit in (at_venue, opened(*degrees(*centre)), opened(*degrees(*xy)))
    )

    assert named == pinned
    assert named != real


def test_plans_of_two_limits_tell_protected_homes_only(
    client: Client, attacker: Attacker, truth: Truth
) -> None:
    plans = {head["title"]: head for head in answer(client.get("/plans"))}
    told = {}
    for title in ("300", "320"):
        head = plans[title]
        sites = answer(client.get(f"/plans/{head['plan_id']}/items"))["features"]
        pins = [opened(*site["geometry"]["coordinates"]) for site in sites]
        assert len(pins) == 2
        gained = attacker.shares("65+", *pins)["weekly", float(title), None, "gained"]
        assert head["newly_reached"] == pytest.approx(gained @ truth.protected["65+"], abs=ROUNDED)
        assert abs(head["newly_reached"] - gained @ truth.exact["65+"]) > 0.1
        told[title] = head["newly_reached"]
        first = attacker.shares("65+", pins[0])["weekly", float(title), None, "gained"]
        alone = sites[0]["properties"]["newly_reached_alone"]
        assert alone == pytest.approx(first @ truth.protected["65+"], abs=ROUNDED)
    assert told["320"] != told["300"]  # else nothing would have been learnt


# Ten thousand questions, each chosen by the answers before it.

QUESTIONS, PINNED = 10_000, 1_000
LIMITS = (
    {"walk_limit_m": 200},
    {"walk_limit_m": 300},
    {"walk_limit_m": 500},
    {"walk_limit_min": 5},
)
WALKERS = ("standard", "brisk", "slow")
FREQUENCIES = ("monthly", "weekly", "permanent")


class Book:
    """All figures of all answers, each as a sum of parts of residents, by age group."""

    def __init__(self) -> None:
        self.questions_n = 0
        self._parts: dict[str, list[np.ndarray]] = {group: [] for group in GROUPS}
        self._told: dict[str, list[np.ndarray]] = {group: [] for group in GROUPS}

    def note(self, group: str, parts: np.ndarray, told: object) -> None:
        """Write figures down: (n, areas and nowhere) parts and (n,) figures."""
        parts = np.atleast_2d(parts)
        if parts.shape[1] < len(AREAS) + 1:
            parts = np.hstack([parts, np.zeros((len(parts), 1))])
        if group == "85+":  # 30 % of another group, in every area
            group, parts = "75+", 0.3 * parts
        self._parts[group].append(parts)
        self._told[group].append(np.atleast_1d(np.asarray(told, dtype=float)))

    def system(self, group: str) -> tuple[np.ndarray, np.ndarray]:
        """Return all parts and figures of a group."""
        return np.concatenate(self._parts[group]), np.concatenate(self._told[group])


class Interrogation:
    """What the attacker asks next."""

    def __init__(self, attacker: Attacker, seed: int) -> None:
        self.attacker, self.client = attacker, attacker.client
        self.book = Book()
        self.rng = np.random.default_rng(seed)
        self._segments: list[tuple[float, int, Any]] = []

    def pick(self, some: Sequence[Any]) -> Any:
        return some[int(self.rng.integers(len(some)))]

    def ask(self, path: str, **query: object) -> Any:
        self.book.questions_n += 1
        return answer(self.client.get(path, params=query))

    # Pins: along streets, halved where the answers at both ends differ, down to half a metre.

    def pins(self) -> None:
        """Ask one question with edits."""
        if self._segments and self.rng.random() < 0.8:
            _, _, (ends, answers, context) = heapq.heappop(self._segments)
            middle = tuple(np.mean(ends, axis=0))
            found = self._pinned(middle, context)
            self._push((ends[0], middle), (answers[0], found), context)
            self._push((middle, ends[1]), (found, answers[1]), context)
        else:
            row, column = self.rng.integers(0, 4), self.rng.integers(0, 5)
            ends = [(column + 0.01, row), (column + 0.99, row)]
            if self.rng.random() < 0.5:
                row, column = self.rng.integers(0, 3), self.rng.integers(0, 6)
                ends = [(column, row + 0.01), (column, row + 0.99)]
            ends = [(min(max(x, 0.01), 4.99), min(max(y, 0.01), 2.99)) for x, y in ends]
            group, layer = self.pick(GROUPS), self.pick(LAYERS)
            context = group, layer, self._others(), self.pick(("", "", "salons-5", "salons-6"))
            self._push(ends, [self._pinned(end, context) for end in ends], context)

    def _others(self) -> list[dict[str, object]]:
        """Return edits beside the pin: closings, other frequencies, a venue, a pin far away."""
        close = {"action": "close", "place_id": "salons-2"}
        rarely = {"action": "change", "place_id": "salons-3", "frequency": "monthly"}
        often = {"action": "change", "place_id": "salons-4", "frequency": "permanent"}
        venue = {"action": "open", "venue_id": "halls-5", "frequency": "weekly"}
        return list(self.pick(([], [close], [rarely, often], [venue], [FAR], [close, FAR])))

    def _pinned(self, end: tuple[float, float], context: Any) -> float:
        group, layer, others, place = context
        lon, lat = attacktown.spot(*end)
        edit = opened(lon, lat)
        if place:
            edit = {"action": "move", "place_id": place, "lon": lon, "lat": lat}
        self.book.questions_n += 1
        parts, told = self.attacker.figures(group, *others, edit, layer=layer)
        self.book.note(group, parts, told)
        return float(told[:WHOLE] @ np.arange(1, WHOLE + 1))

    def _push(self, ends: Any, answers: Any, context: Any) -> None:
        long = np.hypot(*np.subtract(*ends)) * 200.0  # metres, about
        change = abs(answers[0] - answers[1])
        if change > ROUNDED and long > 0.5:
            heapq.heappush(
                self._segments, (-change, self.book.questions_n, (ends, answers, context))
            )

    # Tables: figures by layer, area, group, class, limit and walker.

    @cached_property
    def _known(self) -> dict[tuple, tuple[np.ndarray, np.ndarray]]:
        """Return the parts that are reached on foot and by circles, of the attacker's own town."""
        table = self.attacker.own.table("coverage")
        table = table[(table["layer"] == SMALL) & ~table["remainder"]]
        found = {}
        for (group, walker, *limit), rows in table.groupby(
            ["age_group", "profile", *LIMIT], dropna=False
        ):
            everybody = 0.3 * OWN[3] if group == "85+" else OWN[GROUPS.index(str(group))]
            of_areas = rows.set_index("area_id").loc[list(AREAS)]
            key = group, walker, *_limit(dict(zip(LIMIT, limit, strict=True)))
            found[key] = tuple(
                of_areas[name].to_numpy() / everybody for name in ("reached", "circle_reached")
            )
        return found

    def _asked(self) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
        """Return a query, and the parts reached on foot and by circles that it asks for."""
        group = self.pick((*GROUPS, "85+"))
        query = {"age_group": group, "frequency": self.pick(FREQUENCIES), **self.pick(LIMITS)}
        walker = query["profile"] = self.pick(WALKERS)
        limit = (query.get("walk_limit_m"), query.get("walk_limit_min"))
        key = group, walker, query["frequency"], *(one and float(one) for one in limit)
        return query, *self._known[key]

    def summary(self) -> None:
        query, reached, _ = self._asked()
        layer = self.pick(LAYERS)
        area = self.pick([*MEMBERS[layer], None])
        inside = np.ones(15) if area is None else MEMBERS[layer][area]
        place = {} if area is None else {"layer": layer, "area": area}
        body = self.ask("/summary", **query, **place)
        parts = [inside, inside * reached, inside * (1 - reached)]
        told = [body["residents"], body["reached"], body["unreached"]]
        self.book.note(query["age_group"], np.array(parts), told)

    def coverage(self) -> None:
        query, reached, circle = self._asked()
        layer = self.pick(LAYERS)
        filters = {"layer": layer, "skipGeometry": True, "limit": 100}
        if self.rng.random() < 0.7:
            filters["area_id"] = self.pick(list(MEMBERS[layer]))
        body = self.ask("/collections/coverage/items", **query, **filters)
        for row in (feature["properties"] for feature in body["features"]):
            nowhere = np.append(np.zeros(15), 1.0)
            if row["remainder"]:
                self.book.note(query["age_group"], nowhere, row["residents"])
                continue
            inside = MEMBERS[layer][row["area_id"]]
            parts = np.array([inside, inside * reached, inside * circle])
            told = [row["residents"], row["reached"], row["circle_reached"]]
            self.book.note(query["age_group"], parts, told)

    def feature(self) -> None:
        """Ask for one row by its id."""
        query, reached, circle = self._asked()
        layer = self.pick(LAYERS)
        area = self.pick(list(MEMBERS[layer]))
        limit = query.get("walk_limit_m") or f"{query['walk_limit_min']}min"
        names = layer, area, query["frequency"], query["age_group"], limit, query["profile"]
        row = self.ask(f"/collections/coverage/items/{':'.join(map(str, names))}")["properties"]
        inside = MEMBERS[layer][area]
        parts = np.array([inside, inside * reached, inside * circle])
        told = [row["residents"], row["reached"], row["circle_reached"]]
        self.book.note(query["age_group"], parts, told)

    def supply(self) -> None:
        query, _, _ = self._asked()
        group, frequency = query["age_group"], query["frequency"]
        layer = self.pick(LAYERS)
        path = self.pick(("/provision", "/resilience", "/inequality", "/crosstab"))
        asked = {"age_group": group}
        asked |= {} if path == "/resilience" else {"frequency": frequency}
        asked |= {"rows": SMALL, "columns": "district"} if path == "/crosstab" else {"layer": layer}
        body = self.ask(path, **asked)
        if path == "/inequality":
            told = [row["residents"] for row in body["layers"] if row["layer"] == layer]
            self.book.note(group, np.ones((len(told), 15)), told)
            return
        for row in body["areas"] if path != "/crosstab" else body["cells"]:
            ids = [row[name] for name in ("area_id", "row_id", "column_id") if name in row]
            if {"_whole", "_remainder"} & set(ids):
                continue
            layers = (SMALL, "district") if path == "/crosstab" else (layer,)
            inside = np.prod(
                [MEMBERS[one][at] for one, at in zip(layers, ids, strict=True)], axis=0
            )
            self.book.note(group, inside, row["residents"])
            key = (
                group,
                row["profile"],
                row.get("frequency", "weekly"),
                *_limit(row | {"frequency": 0})[1:],
            )
            on_foot = inside * self._known[key][0]
            if path == "/crosstab":
                self.book.note(group, on_foot, row["reached"])
            elif path == "/provision":
                self.book.note(group, inside - on_foot, row["residents_outside"])
            else:
                both = row["reached_with_backup"] + row["reached_without_backup"]
                self.book.note(group, on_foot, both)

    def slots(self) -> None:
        group, frequency = self.pick(GROUPS), self.pick(("monthly", "weekly"))
        layer, limit = self.pick(LAYERS), self.pick(LIMITS)
        area = self.pick(list(MEMBERS[layer]))
        body = self.ask(
            "/slots", layer=layer, area=area, age_group=group, frequency=frequency, **limit
        )
        inside = MEMBERS[layer][area]
        self.book.note(group, inside, body["residents"])
        key = group, frequency, *_limit(body)[1:]
        for slot in body["slots"]:
            shares = self._half_days[(*key, slot["weekday"], slot["half_day"])]
            self.book.note(group, inside * shares, slot["reached"])

    @cached_property
    def _half_days(self) -> dict[tuple, np.ndarray]:
        table = self.attacker.own.table("slots")
        table = table[(table["layer"] == SMALL) & table["age_group"].isin(GROUPS)]
        found = {}
        for (group, weekday, half_day, *limit), rows in table.groupby(
            ["age_group", "weekday", "half_day", *LIMIT], dropna=False
        ):
            reached = rows.set_index("area_id")["reached"].loc[list(AREAS)].to_numpy()
            key = group, *_limit(dict(zip(LIMIT, limit, strict=True))), weekday, half_day
            found[key] = reached / OWN[GROUPS.index(str(group))]
        return found

    def timeline(self) -> None:
        """Ask for the years of one layer after the other; a year's places are known to everybody."""
        first = "R" + str(self.pick((5, 6)))
        layer = self.pick(LAYERS)
        body = self.ask("/timeline", **{"from": first, "to": "R7", "layer": layer})
        for row in body["areas"]:
            if row["area_id"] == "_remainder":
                continue
            inside = MEMBERS[layer][row["area_id"]]
            key = row["age_group"], "standard", *_limit(row)
            told = [row["residents"], row["reached"]]
            parts = np.array([inside, inside * self._known[key][0]])
            self.book.note(row["age_group"], parts, told)


def test_ten_thousand_questions_tell_the_protected_counts_and_nothing_more(
    attacker: Attacker, truth: Truth
) -> None:
    asking = Interrogation(attacker, seed=10)
    while asking.book.questions_n < PINNED:
        asking.pins()
    for _ in range(6):
        asking.timeline()
    kinds = [asking.feature] * 12 + [asking.coverage] * 4
    kinds += [asking.summary, asking.summary, asking.slots, asking.supply]
    while asking.book.questions_n < QUESTIONS:
        asking.pick(kinds)()

    nowhere = dict(zip(GROUPS, NOWHERE, strict=True))
    known_n = small_n = 0
    for group in GROUPS:
        parts, told = asking.book.system(group)
        solved, _, rank, _ = np.linalg.lstsq(parts, told, rcond=None)
        assert rank == len(AREAS) + 1, "the questions tell of every area"
        # He solves for every count, and it is the protected one.
        assert solved[:-1] == pytest.approx(truth.protected[group].to_numpy(), abs=1e-3)
        assert is_multiple(np.round(solved, 3))
        assert abs(solved[-1] - nowhere[group]) < BASE
        # No figure says anything beside: each is the sum of its parts of protected counts.
        assert told == pytest.approx(parts @ np.round(solved), abs=2 * ROUNDED)
        exact = np.append(truth.exact[group].to_numpy(), nowhere[group])
        assert abs(told - parts @ exact).max() > 1
        # So any count within one base of the protected one would have been answered the same.
        small = (exact > 0) & (exact < 10)
        assert (abs(solved - exact) < BASE).all()
        small_n += small.sum()
        known_n += (abs(solved - exact) < 0.5)[small].sum()
    # Right by chance are those that are a multiple already: a fifth.
    assert small_n >= 30
    assert known_n < 0.4 * small_n


# By construction: the folder without exact inputs answers the same bytes.

AREA = "西地区"
PINS = [attacktown.spot(1.3, 1.0), attacktown.spot(4.1, 2.6), attacktown.spot(2.2, 0.4)]


def tile_of(lonlat: tuple[float, float], zoom: int = 14) -> str:
    """Return the tile that a spot lies in, as addresses name it."""
    lon, lat = lonlat
    north = math.asinh(math.tan(math.radians(lat))) / math.pi
    x, y = (lon + 180.0) / 360.0, (1.0 - north) / 2.0
    return f"WebMercatorQuad/{zoom}/{int(y * 2**zoom)}/{int(x * 2**zoom)}"


ADDRESSES: dict[str, list[str]] = {
    "/": ["/", "/?lang=en"],
    "/api": ["/api", "/api?lang=en"],
    "/conformance": ["/conformance"],
    "/docs": ["/docs"],
    "/openapi.json": ["/openapi.json"],
    "/collections": ["/collections", "/collections?f=html"],
    "/collections/{collection_id}/queryables": [
        f"/collections/{name}/queryables" for name in (*IDS, "plans")
    ],
    "/collections/{collection_id}/schema": ["/collections/places/schema"],
    "/collections/{collection_id}": [f"/collections/{name}" for name in (*IDS, "plans")],
    "/collections/{collection_id}/items": [
        f"/collections/{name}/items?limit=10000{asked}"
        for name in (*IDS, "plans")
        for asked in ("", "&f=html", "&crs=http://www.opengis.net/def/crs/EPSG/0/6677")
    ],
    "/collections/{collection_id}/items/{feature_id}": [
        f"/collections/places/items/salons-{number}" for number in range(2, 8)
    ],
    "/summary": ["/summary", f"/summary?area={AREA}", "/summary?layer=small_area&area=a"],
    "/slots": ["/slots", f"/slots?area={AREA}", "/slots?layer=small_area&area=a"],
    "/about": ["/about"],
    "/streets": ["/streets"],
    "/health": ["/health"],
    "/ready": ["/ready"],
    "/timeline": ["/timeline?from=H26&to=R7", "/timeline?from=R1&to=R7&layer=small_area"],
    "/tileMatrixSets": ["/tileMatrixSets"],
    "/tileMatrixSets/WebMercatorQuad": ["/tileMatrixSets/WebMercatorQuad"],
    "/tiles": ["/tiles"],
    "/tiles/WebMercatorQuad": ["/tiles/WebMercatorQuad", "/tiles/WebMercatorQuad?f=tilejson"],
    "/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}": [
        f"/tiles/{tile_of(pin)}" for pin in PINS
    ],
    "/collections/{collection_id}/tiles": [f"/collections/{name}/tiles" for name in SHAPED],
    "/collections/{collection_id}/tiles/WebMercatorQuad": [
        f"/collections/{name}/tiles/WebMercatorQuad" for name in SHAPED
    ],
    "/collections/{collection_id}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}": [
        f"/collections/{name}/tiles/{tile_of(PINS[0])}" for name in ("areas", "coverage", "gaps")
    ],
    "/styles": ["/styles"],
    "/styles/{style}": ["/styles/map", "/styles/ground"],
    "/collections/{collection_id}/styles": [f"/collections/{name}/styles" for name in SHAPED],
    "/collections/{collection_id}/styles/{style}": [
        f"/collections/{name}/styles/default?f={form}"
        for name in SHAPED
        for form in ("mapbox", "qml", "sld")
    ],
    "/download.gpkg": ["/download.gpkg"],
    "/collections/{collection_id}/download.{ending}": [
        *(f"/collections/places/download.{ending}" for ending in FORMATS),
        *(f"/collections/{name}/download.parquet" for name in (*IDS, "plans")),
        "/collections/reach/download.tif",
    ],
    "/edit-proposals": ["/edit-proposals"],
    "/edit-proposals/file": ["/edit-proposals/file"],
    "/scenarios": ["/scenarios"],
    "/scenarios/compare": ["/scenarios/compare"],
    "/scenarios/{name}": ["/scenarios/none"],
    "/scenarios/{name}/items": ["/scenarios/none/items"],
    "/scenarios/{name}/file": ["/scenarios/none/file"],
    "/decisions": ["/decisions"],
    "/registry/stale": ["/registry/stale?months=0"],
    "/registry/feed": ["/registry/feed", "/registry/feed?f=atom"],
    "/registry/report": ["/registry/report?month=2026-11", "/registry/report?month=2026-11&f=html"],
    "/registry/places/{place_id}": ["/registry/places/none"],
    "/registry/venues": ["/registry/venues"],
    "/registry/venues/{venue_id}": ["/registry/venues/none"],
    "/registry/groups": ["/registry/groups"],
    "/registry/groups/{group_id}": ["/registry/groups/1"],
    "/registry/areas/{layer}/{area_id}/notes": ["/registry/areas/none/none/notes"],
    "/shares": ["/shares"],
    "/provision": [f"/provision?layer={layer}" for layer in LAYERS],
    "/resilience": [f"/resilience?layer={layer}" for layer in LAYERS],
    "/inequality": ["/inequality", "/inequality?age_group=75%2B"],
    "/crosstab": ["/crosstab", "/crosstab?age_group=75%2B&frequency=monthly"],
    "/why": [f"/why?lon={lon}&lat={lat}&frequency=monthly" for lon, lat in PINS],
    "/walking-profiles": ["/walking-profiles"],
    "/reports": ["/reports", "/reports?lang=en"],
    "/reports/{area}": [f"/reports/{AREA}", "/reports/東地区?lang=en"],
    "/plans": ["/plans"],
    "/processes": ["/processes"],
    "/processes/{process_id}": [
        f"/processes/{name}" for name in ("plan", "run", "intake", "what-if")
    ],
    "/jobs": ["/jobs"],
    "/jobs/{job_id}": ["/jobs/none"],
    "/jobs/{job_id}/results": ["/jobs/none/results"],
    "/plans/{plan_id}": ["/plans/0001", "/plans/0002"],
    "/plans/{plan_id}/items": ["/plans/0001/items", "/plans/0002/items"],
    "/plans/{plan_id}/catchments": ["/plans/0001/catchments"],
    "/plans/{plan_id}/verification": ["/plans/0001/verification"],
    "/plans/{plan_id}/report": ["/plans/0001/report", "/plans/0002/report?lang=en"],
    "/sign-in": ["/sign-in"],
    "/account": ["/account"],
    "/session": ["/session"],
    "/session/oidc": ["/session/oidc"],
    "/session/oidc/callback": ["/session/oidc/callback"],
    "/session/personal-data": ["/session/personal-data"],
    "/calendar": ["/calendar", "/calendar?f=html&lang=en", "/calendar?f=csv"],
    "/meetings/{council_id}": [f"/meetings/{AREA}"],
    "/meetings/{council_id}/papers/{paper_id}": [f"/meetings/{AREA}/papers/none"],
    "/meetings/{council_id}/agendas/{meeting_id}": [f"/meetings/{AREA}/agendas/none"],
    "/meetings/{council_id}/summaries/{meeting_id}": [f"/meetings/{AREA}/summaries/none"],
    "/meetings/{council_id}/proposals/{item_id}": [f"/meetings/{AREA}/proposals/none"],
    "/meetings/{council_id}/workshop": [f"/meetings/{AREA}/workshop"],
    "/guest-links": ["/guest-links"],
    "/tokens": ["/tokens"],
    "/accounts": ["/accounts"],
    "/accounts/{account_id}/personal-data": ["/accounts/none/personal-data"],
    "/log": ["/log"],
    "/intake": ["/intake", "/intake?lang=en"],
    "/intake.json": ["/intake.json"],
}
"""Route: addresses of it, of every one that is read."""
TO_SIGN_IN = "/account"
"""Leads whoever is not signed in to the page where he does."""
NOT_THERE = ("/scenarios/", "/session/oidc")
FOR_EDITORS = (
    *(f"/registry/{what}" for what in ("places/", "venues", "groups", "areas/")),
    *("/jobs", "/meetings", "/guest-links", "/tokens", "/accounts", "/log"),
    "/session/personal-data",
)


def test_every_route_that_is_read_is_known_here(client: Client) -> None:
    told = answer(client.get("/openapi.json"))["paths"]
    paths = {
        re.sub(r"^/collections/\w+", "/collections/{collection_id}", path): told[path]
        for path in told
    }

    read = {path for path, methods in paths.items() if "get" in methods}
    assert read == set(ADDRESSES)
    # Others write, which a server for readers refuses, or are asked below.
    assert {path for path, methods in paths.items() if "post" in methods} == {
        *("/whatif", "/scenarios", "/decisions", "/plans", "/edit-proposals"),
        *("/registry/places", "/registry/places/{place_id}/confirmation", "/registry/imports"),
        *("/registry/venues", "/registry/groups"),
        *("/registry/changes/{change_id}/undo", "/registry/areas/{layer}/{area_id}/notes"),
        *("/processes/what-if/execution", "/processes/{process_id}/execution"),
        *("/edit-proposals/effect", "/edit-proposals/{proposal_id}/verdict"),
        *("/meetings/{council_id}/papers", "/meetings/{council_id}/papers/{paper_id}/undo"),
        *("/session", "/guest-links", "/tokens", "/accounts"),
    }


@pytest.mark.parametrize("route", ADDRESSES)
def test_a_folder_without_exact_inputs_answers_the_same_bytes(
    client: Client, published: Client, route: str
) -> None:
    for address in ADDRESSES[route]:
        first, second = client.get(address), published.get(address)
        wanted = {400, 404} if address.startswith(NOT_THERE) else {200}
        wanted = {302} if address == TO_SIGN_IN else wanted
        if address.startswith(FOR_EDITORS):
            assert (first.status_code, second.status_code) == (401, 403), address
            continue
        assert first.status_code in wanted, address
        assert second.status_code == first.status_code, address
        assert _timeless(second) == _timeless(first), address


def _timeless(response: Response) -> bytes:
    """Return the body without the moment at which it was asked for, and at which it was written."""
    return re.sub(rb'"timeStamp": ?"[^"]*"|edition=[0-9a-f]{16}', b"", response.content)


def test_what_if_answers_the_same_without_exact_inputs(client: Client, published: Client) -> None:
    moves = [
        {"action": "move", "place_id": f"salons-{place}", "lon": lon, "lat": lat}
        for place, (lon, lat) in zip((5, 6, 2), PINS, strict=True)
    ]
    closings = [{"action": "close", "place_id": f"salons-{place}"} for place in (2, 5, 6)]
    venues = [
        {"action": "open", "venue_id": f"halls-{venue}", "frequency": "monthly"}
        for venue in range(2, 6)
    ]
    pins = [opened(*pin) for pin in PINS]
    for edits, layer in product(
        (moves, closings, venues, pins, *([one] for one in (*moves, *closings, *venues))), LAYERS
    ):
        asked = {"edits": edits, "layer": layer, "age_group": "75+"}
        first, second = (one.post("/whatif", json=asked) for one in (client, published))
        assert first.status_code == 200
        assert second.content == first.content


@pytest.mark.parametrize("kind", ["path", "barrier"])
def test_what_a_drawn_line_would_change_is_the_same_without_exact_inputs(
    client: Client, published: Client, kind: str
) -> None:
    # Corners of blocks, where streets meet.
    corners = [attacktown.spot(*corner) for corner in ((1, 1), (3, 2), (4, 1), (1, 1))]
    for start, end in pairwise(corners):
        asked = {"kind": kind, "line": [start, end]}
        first, second = (
            one.post("/edit-proposals/effect", json=asked) for one in (client, published)
        )
        assert first.status_code == 200, first.text
        assert second.content == first.content


def test_files_pictures_and_rasters_are_the_same_without_exact_inputs(
    town: Path, tmp_path: Path
) -> None:
    made = []
    for name in ("workspace", "published"):
        opened_one, out = open_workspace(town / name), tmp_path / name
        out.mkdir()
        files = [
            *export(opened_one, out / "csv", file_format="csv"),
            *export(opened_one, out / "geojson", file_format="geojson"),
        ]
        for frequency in ("weekly", "monthly"):
            files.append(out / f"{frequency}.tif")
            write_surface(opened_one, files[-1], asked=SurfaceAsked(frequency, cell_m=20.0))
        files.append(out / "map.png")
        coverage_picture(opened_one.snapshot(), files[-1])
        (layers,) = export(opened_one, out / "gpkg", file_format="gpkg")
        made.append((out, {file.relative_to(out): file.read_bytes() for file in files}, layers))
    (_, first, one), (_, second, other) = made
    key = (town / "workspace" / KEY).read_bytes()

    assert len(first) > 20
    assert first.keys() == second.keys()
    for name, content in first.items():
        assert content == second[name], name
        for secret in (key, key.hex().encode(), *(text.encode() for text in SECRETS)):
            assert secret not in content, name
    names = gpd.list_layers(one)["name"].tolist()
    assert gpd.list_layers(other)["name"].tolist() == names
    for name in names:
        pd.testing.assert_frame_equal(
            gpd.read_file(one, layer=name), gpd.read_file(other, layer=name)
        )


def test_a_run_of_the_folder_without_exact_inputs_has_the_same_tables(
    town: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(town / "published", tmp_path / "published"))
    before = open_workspace(copy).snapshot()
    again = run(open_workspace(copy))

    assert again.name != before.name
    tables = sorted(path.stem for path in before.path.glob("*.parquet"))
    assert len(tables) >= 14
    assert tables == sorted(path.stem for path in again.path.glob("*.parquet"))
    for name in tables:
        pd.testing.assert_frame_equal(again.table(name), before.table(name), check_exact=True)
    assert again.run["summary"] == before.run["summary"]


def test_nothing_secret_is_in_the_folder_or_in_any_answer(
    town: Path, published: Client, client: Client
) -> None:
    key = (town / "workspace" / KEY).read_bytes()
    source = town / "source"
    hashes = [
        hashlib.sha256((source / name).read_bytes()).hexdigest()
        for name in ("people.csv", "later.csv", "salons.csv", "halls.csv")
    ]
    secrets = [key, key.hex().encode(), *(text.encode() for text in (*SECRETS, *hashes))]
    secrets += [json.dumps(name)[1:-1].encode() for name in SECRETS]
    files = [path for path in (town / "published").rglob("*") if path.is_file()]
    assert len(files) > 30
    answers = {
        address: one.get(address).content
        for addresses in ADDRESSES.values()
        for address in addresses
        for one in (client, published)
    }
    for name, content in {**{str(path): path.read_bytes() for path in files}, **answers}.items():
        for secret in secrets:
            assert secret not in content, name
    assert not [path for path in files if "exact" in path.parts or path.name.startswith(".")]


def test_no_exact_position_is_in_the_folder_or_in_any_answer(
    town: Path, client: Client, truth: Truth
) -> None:
    spots = [attacktown.spot(*PLACES[name][2:4]) for name in HOMES]
    spots.append(attacktown.spot(*attacktown.HALLS["渡辺さん宅"][1:]))
    near = [*spots, *plane(spots)]
    for addresses in ADDRESSES.values():
        for address in addresses:
            numbers = re.findall(r"-?\d+\.\d+", client.get(address).text)
            pairs = np.array([float(one) for one in numbers])
            for x, y in near:
                # A coordinate beside the other, to about a metre.
                close = (abs(pairs[:-1] - x) < 1e-5) & (abs(pairs[1:] - y) < 1e-5)
                assert not close.any(), address
    for path in (town / "published").rglob("*.parquet"):
        frame = pd.read_parquet(path)
        if "geometry" in frame and len(frame):
            xy = shapely.get_coordinates(shapely.from_wkb(frame["geometry"].dropna().to_numpy()))
            # A millimetre in the plane, about a metre in degrees: files for others are in those.
            beside = 1e-5 if abs(xy).max(initial=0.0) <= 180 else 1e-3
            for x, y in near:
                far = np.hypot(xy[:, 0] - x, xy[:, 1] - y)
                assert far.min(initial=np.inf) > beside, path
    questions = list((town / "published").rglob("question.npz"))
    assert questions
    for path in questions:
        with np.load(path) as found:
            xy = found["option_xy"]
        for x, y in near:
            assert np.hypot(xy[:, 0] - x, xy[:, 1] - y).min() > 1e-3, path

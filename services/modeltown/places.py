"""The list of gathering places as a city types it."""

from dataclasses import dataclass, replace

import numpy as np

from services.modeltown.names import FULL_WIDTH, NAMES
from services.modeltown.plan import TownPlan
from services.modeltown.venues import Hall, address_of

HALLS = ("centre", "civic_hall", "meeting_hall", "neighbourhood_hall")
KINDS = (*HALLS, "school", "empty_shop", "bath", "day_care")
PERMANENT_SHARE = 0.3


@dataclass(frozen=True)
class Row:
    """A row of the list."""

    name: str
    kind: str
    venue: str
    group: str
    address: str
    schedule: str
    status: str
    opened: str
    verified: str
    xy: tuple[float, float] | None


@dataclass(frozen=True)
class Home:
    """A private house and the small area that it stands in."""

    small_area: str
    xy: tuple[float, float]


def draw_places(
    venues: list[Hall], home: Home, plan: TownPlan, rng: np.random.Generator
) -> list[Row]:
    """Return the rows: ordinary ones first, then those that are awkward on purpose."""
    rooms = [venue for venue in venues if venue.kind in KINDS]
    chance = np.array([3.0 if venue.kind in HALLS else 0.5 for venue in rooms])
    order = rng.choice(
        len(rooms), min(len(rooms), plan.places), replace=False, p=chance / chance.sum()
    )
    schedules = _schedules(plan, rng)
    rows = []
    for index, schedule in enumerate(schedules):
        venue = rooms[int(order[index % len(order)])]
        rows.append(_row(venue, schedule, index, rng))
    return _awkward(rows, home, rng)


def _schedules(plan: TownPlan, rng: np.random.Generator) -> list[str]:
    permanent = max(2, round(plan.weekly_places * PERMANENT_SHARE))
    weekly = plan.weekly_places - permanent
    monthly = plan.places - plan.weekly_places
    words = NAMES.places
    parts = ((words.permanent, permanent), (words.weekly, weekly), (words.monthly, monthly))
    texts = [typed[index % len(typed)] for typed, number in parts for index in range(number)]
    return [texts[int(index)] for index in rng.permutation(len(texts))]


def _row(venue: Hall, schedule: str, index: int, rng: np.random.Generator) -> Row:
    words = NAMES.places
    activity = words.activities[int(rng.integers(len(words.activities)))]
    name = words.groups[index % len(words.groups)] + activity
    group = words.group.format(name=name, venue=venue.name)
    year = int(rng.integers(20, 31))
    opened = NAMES.typed.opened_heisei.format(year=year).translate(FULL_WIDTH)
    if rng.uniform() < 0.4:  # noqa: PLR2004  cities type both eras
        year, month = int(rng.integers(2, 7)), int(rng.integers(1, 13))
        opened = NAMES.typed.opened_reiwa.format(year=year, month=month).translate(FULL_WIDTH)
    verified = f"2025/{int(rng.integers(1, 10))}/{int(rng.integers(1, 28))}"
    kind = words.exercise_kind if activity == words.exercise else words.kind
    at = (venue.name, group, venue.address)
    return Row(name, kind, *at, schedule, words.active, opened, verified, venue.xy)


def _awkward(rows: list[Row], home: Home, rng: np.random.Generator) -> list[Row]:
    """Make some monthly rows awkward: a home, a pair that alternates, gaps, a pause."""
    words = NAMES.places
    monthly = [index for index, row in enumerate(rows) if row.schedule in words.monthly]
    changed = dict(enumerate(rows))
    odd, even, house, by_venue, by_area, paused, unknown = monthly[:7]
    for index, own in ((odd, words.odd_weeks), (even, words.even_weeks)):
        changed[index] = replace(rows[odd], name=own.name, group=own.name, schedule=own.schedule)
    address = address_of(home.small_area, rng)
    changed[house] = replace(rows[house], **words.home, address=address, xy=home.xy)
    changed[by_venue] = replace(rows[by_venue], xy=None)
    changed[by_area] = replace(rows[by_area], **words.by_area, xy=None)
    changed[paused] = replace(rows[paused], status=words.paused)
    changed[unknown] = replace(rows[unknown], schedule=words.irregular)
    return [changed[index] for index in range(len(rows))]

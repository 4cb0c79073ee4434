"""The town's municipality profile, and what two councils of the town want of a plan."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from services.modeltown.names import NAMES
from services.modeltown.places import Row
from services.modeltown.plan import TownPlan
from services.modeltown.venues import Districts, Hall
from services.words.datafiles import data_file

REFUSED = ("empty_shop", "bath")


@dataclass(frozen=True)
class Wish:
    """The list of one council, named by its community area."""

    council: str
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    why: str = ""


def draw_wishes(venues: list[Hall], places: list[Row], districts: Districts) -> list[Wish]:
    """Return the lists: the first hall that meets monthly alone, the first shop of another area."""
    often = {row.venue for row in places if row.schedule not in NAMES.places.monthly}
    monthly = {
        row.venue for row in places if row.schedule in NAMES.places.monthly and row.xy
    } - often
    wishes = []
    hall = next((venue for venue in venues if venue.name in monthly), None)
    if hall:
        council = districts.community_names[districts.community[hall.block]]
        wishes.append(Wish(council, must=(hall.name,), why=NAMES.wishes.must))
    for venue in venues:
        council = districts.community_names[districts.community[venue.block]]
        if venue.kind in REFUSED and council not in [wish.council for wish in wishes]:
            return [*wishes, Wish(council, must_not=(venue.name,), why=NAMES.wishes.must_not)]
    return wishes


def profile_text(plan: TownPlan, wishes: Sequence[Wish] = ()) -> str:
    """Return the profile as TOML."""
    template = Template(data_file("modeltown/profile.toml").read_text(encoding="utf-8"))
    numbers = {
        "neighbourhoods": plan.neighbourhoods,
        "schools": plan.schools,
        "daily_life_areas": plan.daily_life_areas,
    }
    return "\n".join([template.substitute(numbers), *map(_wish, wishes)])


def _wish(wish: Wish) -> str:
    return f"""[[planning.council_lists]]
council = "{wish.council}"
must = {json.dumps(wish.must, ensure_ascii=False)}
must_not = {json.dumps(wish.must_not, ensure_ascii=False)}
why = "{wish.why}"
"""

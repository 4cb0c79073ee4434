"""What two councils of the town want of a plan: one hall that must be there, one that must not."""

from dataclasses import dataclass

from services.modeltown.places import MONTHLY, Row
from services.modeltown.venues import Districts, Venue

REFUSED = ("空き店舗", "銭湯")


@dataclass(frozen=True)
class Wish:
    """The list of one council, named by its community area."""

    council: str
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    why: str = ""


def draw_wishes(venues: list[Venue], places: list[Row], districts: Districts) -> list[Wish]:
    """Return the lists: the first hall that meets monthly alone, the first shop of another area."""
    often = {row.venue for row in places if row.schedule not in MONTHLY}
    monthly = {row.venue for row in places if row.schedule in MONTHLY and row.xy} - often
    wishes = []
    hall = next((venue for venue in venues if venue.name in monthly), None)
    if hall:
        council = districts.community_names[districts.community[hall.block]]
        why = "月1回の会を毎週にと、地区の話し合いで決まったため"
        wishes.append(Wish(council, must=(hall.name,), why=why))
    for venue in venues:
        council = districts.community_names[districts.community[venue.block]]
        if venue.kind in REFUSED and council not in [wish.council for wish in wishes]:
            why = "持ち主と話がまとまらなかったため"
            return [*wishes, Wish(council, must_not=(venue.name,), why=why)]
    return wishes

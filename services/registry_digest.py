"""What the registry held at a moment: its hash and how many places and venues."""

from typing import Any

from sqlalchemy import inspect, select

from services.database import session
from services.registry_tables import Base, Decision, Place, Venue
from services.workspace import digest


def registry_facts(url: str) -> dict[str, Any]:
    """
    Return the hash of all venues and places with their groups, schedules and statuses, and numbers.

    What councils decide is no part of it: nothing is computed from a decision unless that is asked for.
    """
    with session(url) as opened:
        there = set(inspect(opened.connection()).get_table_names())
        content = {
            table.name: sorted(
                [[str(cell) for cell in row] for row in opened.execute(select(table)).all()]
            )
            for table in Base.metadata.sorted_tables
            if table.name in there and table.name != Decision.__tablename__
        }
    return {
        "sha256": digest(content),
        "places_n": len(content.get(Place.__tablename__, [])),
        "venues_n": len(content.get(Venue.__tablename__, [])),
    }

"""The registry of a published folder: what the public view sees, and no note beside it."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import insert, inspect, select

from services.registry.database import lay_to_rest, session, writing
from services.registry.places import Row
from services.registry.schema import migrate
from services.registry.seen import in_degrees, seen_decisions, seen_places, seen_venues
from services.registry.tables import (
    Decision,
    Group,
    PaperRow,
    Place,
    PlaceStatus,
    ScheduleRow,
    Tables,
    Venue,
)
from services.words.texts import text
from services.words.vocabulary import PUBLIC
from services.workspace.folder import Workspace
from services.workspace.plain import plain_rows

PLACE_TEXTS = ("name", "venue_name", "address", "open_hours", "fee_text")
VENUE_TEXTS = ("name", "address", "owner")
NOTES = ("reason", "decided_by")
"""What councils wrote beside a decision, which is not published."""
OF_MEETINGS = ("date", "starts", "ends", "title", "kind", "venue", "status")
"""What of a meeting is for everybody; no other paper of a council is published."""


def write_published(workspace: Workspace, url: str) -> None:
    """Write all tables of the registry as the public view sees them into a new database."""
    public = workspace.seen(PUBLIC)
    places, venues = seen_places(public), seen_venues(public)
    homes = places[places["private_home"].astype(bool)].set_index("place_id")
    # The building of a place alone, which is in no list of venues.
    hosts = homes.drop_duplicates("venue_id").set_index("venue_id")
    hosts = hosts.assign(name=text("home.place", "ja"), owner="")
    listed = venues[venues["private_home"]].set_index("venue_id")
    with session(workspace.registry_url) as opened:
        tables: dict[type[Tables], list[Row]] = {
            model: [dict(row) for row in opened.execute(select(model.__table__)).mappings()]
            for model in (Venue, Group, ScheduleRow, Place, PlaceStatus)
        }
    for frame, names in ((hosts, VENUE_TEXTS), (listed, VENUE_TEXTS)):
        tables[Venue] = _as_seen(tables[Venue], "venue_id", frame, names)
    tables[Place] = _as_seen(tables[Place], "place_id", homes, PLACE_TEXTS)
    for row in tables[Place]:
        if row["place_id"] in homes.index:
            row["group_id"] = None
    named = {row["group_id"] for row in tables[Place]}
    tables[Group] = [row for row in tables[Group] if row["group_id"] in named]
    decisions = seen_decisions(public).assign(**dict.fromkeys(NOTES, ""))
    tables[Decision] = plain_rows(decisions)
    tables[PaperRow] = _meetings(workspace.registry_url)
    with writing(url) as opened:
        migrate(opened.connection())
        for model, rows in tables.items():
            if rows:
                opened.execute(insert(model), rows)
    lay_to_rest(url)


def _meetings(url: str) -> list[Row]:
    """Return the meetings as they are now, with what is for everybody alone."""
    with session(url) as opened:
        if not inspect(opened.connection()).has_table(PaperRow.__tablename__):
            return []  # a registry of before
        query = select(PaperRow.__table__).where(PaperRow.kind == "meeting")
        states = opened.execute(query.order_by(PaperRow.change_id)).mappings()
        latest = {str(row["paper_id"]): dict(row) for row in states}
    return [
        {
            **row,
            **dict.fromkeys(("who", "at", "action"), ""),
            "told": {name: row["told"][name] for name in OF_MEETINGS},
        }
        for row in latest.values()
    ]


def _as_seen(
    rows: Sequence[Row], key: str, homes: gpd.GeoDataFrame, names: Sequence[str]
) -> list[Row]:
    """Return rows of a table with texts and position of the homes among them as they are seen."""
    lonlat = in_degrees(homes.geometry)
    points = pd.DataFrame({"lon": lonlat.x, "lat": lonlat.y}, index=homes.index)
    seen = pd.DataFrame(homes[list(names)]).join(points.astype(object).where(points.notna(), None))
    told: dict[Any, Any] = seen.to_dict("index")
    return [{**row, **told.get(row[key], {})} for row in rows]

"""Places, venues and groups as a list for those who edit, under the names that the view knows them by."""

from typing import Any

import pandas as pd
from sqlalchemy import select

from services.privacy.homes import masked_venues
from services.registry.database import session
from services.registry.rows import GROUP, PLACE, VENUE, KindOfRecord
from services.registry.seen import seen_places
from services.registry.tables import Group, Place, Venue
from services.workspace.folder import Workspace


def list_places(workspace: Workspace) -> list[dict[str, Any]]:
    """Return all places as the view sees them."""
    names = [
        "place_id",
        "name",
        "venue_name",
        "group_name",
        "schedule_text",
        "status",
        "verified_on",
    ]
    places = seen_places(workspace).sort_values("place_id")
    return [{name: str(row[name]) for name in names} for row in places[names].to_dict("records")]


def list_venues(workspace: Workspace) -> list[dict[str, Any]]:
    """
    Return all venues, halls of lists and those that only places name, with how many places they hold.

    Where a place in a private home is held, there is one.
    """
    venues = _venues(workspace)
    names = ["venue_id", "name", "kind", "address", "listed", "private_home", "places_n"]
    return [{str(k): v for k, v in row.items()} for row in venues[names].to_dict("records")]


def list_groups(workspace: Workspace) -> list[dict[str, Any]]:
    """Return all groups with how many places they have; the public view names those of public places."""
    with session(workspace.registry_url) as opened:
        groups = opened.execute(select(Group.group_id, Group.name).order_by(Group.group_id)).all()
        held = pd.Series(list(opened.scalars(select(Place.group_id))), dtype=object).value_counts()
    known = known_names(workspace, GROUP)
    return [
        {
            "group_id": str(number),
            "name": known.get(str(number), ""),
            "places_n": int(held.get(number, 0)),
        }
        for number, _name in groups
    ]


def known_names(workspace: Workspace, kind: KindOfRecord) -> dict[str, str]:
    """Return key → name of what the view knows by its name."""
    if kind is PLACE:
        places = seen_places(workspace)
        return dict(zip(places["place_id"], places["name"], strict=True))
    if kind is VENUE:
        venues = _venues(workspace)
        return dict(zip(venues["venue_id"], venues["name"], strict=True))
    with session(workspace.registry_url) as opened:
        named = GROUP.names(opened)
    if not workspace.is_public:
        return named
    seen = set(seen_places(workspace)["group_name"])
    return {key: name for key, name in named.items() if name in seen}


def hidden_keys(workspace: Workspace, kind: KindOfRecord) -> set[str]:
    """Return the keys of venues that are private homes, and of groups that no public place names."""
    if kind is VENUE:
        venues = _venues(workspace)
        return set(venues["venue_id"][venues["private_home"]])
    if kind is GROUP:
        with session(workspace.registry_url) as opened:
            return set(GROUP.names(opened)) - set(known_names(workspace, GROUP))
    return set()


def _venues(workspace: Workspace) -> pd.DataFrame:
    with session(workspace.registry_url) as opened:
        rows = opened.execute(select(Venue.__table__).order_by(Venue.venue_id)).mappings().all()
        places = opened.execute(select(Place.venue_id, Place.private_home)).all()
    columns = [column.name for column in Venue.__table__.columns]
    venues = pd.DataFrame([dict(row) for row in rows], columns=columns)
    held = pd.Series([venue for venue, _ in places], dtype=object).value_counts()
    at_home = {venue for venue, private in places if private}
    told = venues["private_home"].fillna(value=False).astype(bool)
    venues = venues.assign(
        private_home=told | venues["venue_id"].isin(at_home),
        places_n=[int(held.get(venue, 0)) for venue in venues["venue_id"]],
    )
    return venues.assign(**masked_venues(venues)) if workspace.is_public else venues

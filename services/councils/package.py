"""What a council has before it when it meets: decisions, notes, what has changed, what to ask about."""

from typing import Any

from services.councils.decisions import list_decisions
from services.councils.spot import check_council
from services.registry.editing import stale_places
from services.registry.feed import feed, notes_of_council
from services.registry.hands import Hand
from services.registry.seen import seen_places
from services.workspace.folder import Workspace


def meeting_package(workspace: Workspace, council_id: str, *, who: Hand) -> dict[str, Any]:
    """
    Return what a council keeps to itself and what is public of its area, for those who meet.

    Raises
    ------
    NotAllowedError, NotFoundError
        It is another council's; there is no such council.
    """
    check_council(workspace, council_id)
    who.require([council_id])
    areas = workspace.areas()
    mine = (areas["layer"] == workspace.profile.analysis.council_layer) & (
        areas["area_id"] == council_id
    )
    within = areas[mine].geometry.iloc[0]
    places = seen_places(workspace)
    inside = set(places.loc[places.geometry.intersects(within).to_numpy(), "place_id"])
    return {
        "council_id": council_id,
        "area_name": str(areas.loc[mine, "area_name"].iloc[0]),
        "decisions": [one.to_dict() for one in list_decisions(workspace, council_id)],
        "notes": notes_of_council(workspace, council_id, who=who),
        # Of places, venues, groups; what was decided stands above already.
        "changes": [one for one in feed(workspace, council_id) if one["kind"] != "decision"],
        "to_confirm": [one for one in stale_places(workspace) if one["place_id"] in inside],
    }

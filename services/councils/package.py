"""What a council has before it when it meets: decisions, notes, its papers, what has changed, what to ask about."""

from typing import Any

from services.councils.decisions import list_decisions
from services.councils.desk import desk
from services.councils.papers import areas_for, check_meets, is_whole
from services.registry.editing import stale_places
from services.registry.feed import feed, notes_of_council
from services.registry.hands import Hand
from services.registry.seen import seen_places
from services.words.texts import Lang
from services.workspace.folder import Workspace


def meeting_package(
    workspace: Workspace, council_id: str, *, who: Hand, lang: Lang = "ja"
) -> dict[str, Any]:
    """
    Return what a council keeps to itself and what is public of its area, for those who meet.

    Raises
    ------
    NotAllowedError, NotFoundError
        It is another council's; there is no such council.
    """
    check_meets(workspace, council_id)
    who.require([council_id])
    whole = is_whole(workspace, council_id)
    of_council = None if whole else council_id
    areas = areas_for(workspace, council_id)
    places = seen_places(workspace)
    within = areas.geometry.union_all()
    inside = set(places.loc[places.geometry.intersects(within).to_numpy(), "place_id"])
    return {
        **desk(workspace, council_id, who=who, lang=lang),
        "decisions": [one.to_dict() for one in list_decisions(workspace, of_council)],
        "notes": [] if whole else notes_of_council(workspace, council_id, who=who),
        # Of places, venues, groups; what was decided stands above already.
        "changes": [one for one in feed(workspace, of_council) if one["kind"] != "decision"],
        "to_confirm": [
            one for one in stale_places(workspace) if whole or one["place_id"] in inside
        ],
    }

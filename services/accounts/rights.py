"""What a visitor may do: the rights of each role, and in the areas of which councils."""

from dataclasses import dataclass
from typing import Literal, get_args

from services.registry.hands import Hand
from services.words.vocabulary import PUBLIC, Role, View

Right = Literal[
    "read",
    "attend",
    "keep",
    "decide",
    "propose",
    "arrange",
    "plan",
    "judge",
    "exact",
    "administer",
]
"""
``read`` the public view; ``attend`` to what a council keeps to itself: notes, histories, remarks;
``keep`` its places, ``decide`` on candidates, ``propose`` paths and barriers, ``arrange`` scenarios;
``plan``, and run; ``judge`` proposals; see the ``exact`` view; ``administer`` accounts.
"""
RIGHTS: tuple[Right, ...] = get_args(Right)

Standing = Literal["public", "guest"] | Role
"""As what somebody visits: by an account of a role, by the link of a guest, or as anybody."""

_OF_GUESTS = ("read", "attend")
_OF_COUNCILS = (*_OF_GUESTS, "keep", "decide", "propose")
_OF_COORDINATORS = (*_OF_COUNCILS, "arrange")
_OF_PLANNERS = (*_OF_COORDINATORS, "plan", "judge", "exact")
MAY: dict[Standing, frozenset[str]] = {
    "public": frozenset({"read"}),
    "guest": frozenset(_OF_GUESTS),
    "council": frozenset(_OF_COUNCILS),
    "coordinator": frozenset(_OF_COORDINATORS),
    "planner": frozenset(_OF_PLANNERS),
    "administrator": frozenset(RIGHTS),
}
"""Standing → rights; each row holds all of the row before."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """
    Whoever asks: as what, with which rights, in which areas, and how he is called.

    ``account_id`` is '' of whoever has no account, ``session`` of whoever does not come by a session;
    ``csrf`` must come with whatever a session writes. ``councils`` None stands for all areas.
    """

    standing: Standing = "public"
    rights: frozenset[str] = MAY["public"]
    account_id: str = ""
    name: str = ""
    councils: frozenset[str] | None = frozenset()
    view: View = PUBLIC
    session: str = ""
    csrf: str = ""

    @property
    def is_known(self) -> bool:
        """Say whether it is somebody, and not just anybody."""
        return self.standing != "public"

    @property
    def hand(self) -> Hand:
        """Return the hand by which he writes: under the name of his account, which is no person's."""
        return Hand(self.account_id or self.standing, self.councils)


ANYBODY = Visitor()

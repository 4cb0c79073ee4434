"""Whose hand writes into the registry, and in the areas of which councils it may."""

from collections.abc import Iterable
from dataclasses import dataclass

from geo.errors import NotAllowedError


@dataclass(frozen=True, slots=True)
class Hand:
    """
    Who writes: the name that a change is kept under ('' where nobody is known), and where he may.

    ``councils`` are the ids of the councils in whose areas he writes; None stands for everywhere.
    """

    name: str = ""
    councils: frozenset[str] | None = None

    def require(self, council_ids: Iterable[str]) -> None:
        """
        Refuse what lies in another council's area; '' is what lies in none.

        Raises
        ------
        NotAllowedError
            One of them is not among those of this hand.
        """
        if self.councils is None:
            return
        for council_id in council_ids:
            if council_id not in self.councils:
                raise NotAllowedError(
                    "it lies in the area of another council, or in none; "
                    "ask the coordinator or the city to write it down"
                )


ANYBODY = Hand()
"""Who works at the command line: nobody asks for a name, and all areas are his."""

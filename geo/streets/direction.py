"""
Direction: which way a way may be walked, where that is not both ways.

``oneway`` in OpenStreetMap is about vehicles: nobody is kept from walking against the cars. The rules,
in the order in which they decide:

1. ``oneway:foot`` is about walkers: ``yes`` as the way is drawn, ``-1`` against it, ``no`` both ways.
2. ``foot:backward=no`` leaves the direction in which the way is drawn, ``foot:forward=no`` the other.
3. Escalators and moving walkways carry their walkers: ``conveying=forward`` as drawn, ``backward``
   against it. ``conveying=yes`` says that it moves, not whither: there ``oneway`` tells.
4. Elsewhere ``oneway`` binds walkers only where nobody else is let in: on a ``footway``, ``steps`` or
   ``corridor`` that no tag opens to bicycles, horses or vehicles, and that is neither a sidewalk nor a
   crossing (these take over the tag of their road).

What moves in a direction that changes or that nobody has written (``conveying=reversible``,
``oneway:foot=alternating``) is walked both ways, and said to be unknown.
"""

from collections.abc import Mapping

DIRECTION_TAGS = (
    "oneway",
    "oneway:foot",
    "foot:forward",
    "foot:backward",
    "bicycle",
    "horse",
    "vehicle",
    "motor_vehicle",
)
"""Keys of a way that tell its direction, beside ``highway``, ``footway`` and ``conveying``."""

BOTH_WAYS, AS_DRAWN, AGAINST = 0, 1, -1
"""Values of ``oneway``: of a way in the order of its nodes, of an edge from its ``u`` to its ``v``."""

_SAID = {"yes": AS_DRAWN, "true": AS_DRAWN, "1": AS_DRAWN, "-1": AGAINST, "reverse": AGAINST}
_SAID |= {"no": BOTH_WAYS, "false": BOTH_WAYS, "0": BOTH_WAYS}
_CONVEYED = {"forward": AS_DRAWN, "backward": AGAINST}
_FOR_WALKERS = frozenset({"footway", "steps", "corridor"})
_OTHERS = ("bicycle", "horse", "vehicle", "motor_vehicle")
_SHUT = frozenset({"no", "dismount", "use_sidepath", "private"})


def foot_direction(tags: Mapping[str, str]) -> tuple[int, bool]:
    """
    Say in which direction a way may be walked.

    Parameters
    ----------
    tags
        Tags of one OpenStreetMap way; others than ``DIRECTION_TAGS``, ``highway``, ``footway`` and
        ``conveying`` play no part.

    Returns
    -------
    ``BOTH_WAYS``, ``AS_DRAWN`` or ``AGAINST``, and whether that is known: a direction that changes
    or is not written is ``BOTH_WAYS`` and not known.
    """
    own = tags.get("oneway:foot", "")
    if own:
        return (_SAID[own], True) if own in _SAID else (BOTH_WAYS, False)
    forward, backward = tags.get("foot:forward") == "no", tags.get("foot:backward") == "no"
    if forward != backward:
        return (AGAINST if forward else AS_DRAWN), True
    written = tags.get("oneway", "")
    moving = tags.get("conveying", "no")
    if moving != "no":
        told = _CONVEYED.get(moving) or (_SAID.get(written) if moving == "yes" else None)
        return (told, True) if told else (BOTH_WAYS, False)
    return (_SAID.get(written, BOTH_WAYS) if _only_walkers(tags) else BOTH_WAYS), True


def _only_walkers(tags: Mapping[str, str]) -> bool:
    if tags.get("highway") not in _FOR_WALKERS or tags.get("footway") in ("sidewalk", "crossing"):
        return False
    return all(tags.get(key, "no") in _SHUT for key in _OTHERS)

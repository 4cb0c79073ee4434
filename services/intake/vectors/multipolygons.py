"""Multipolygons of OpenStreetMap as old maps have them: the tags stand on the outer ways."""

from collections.abc import Mapping

_SAYS_NOTHING = frozenset(
    {"type", "name", "source", "note", "created_by", "fixme", "attribution", "KSJ2"}
)
"""Keys, with whatever stands after a colon, that do not say what an area is."""


def tagged_by_outline(tags: Mapping[str, str]) -> bool:
    """Say whether a relation is a multipolygon that leaves it to its outer ways what it is."""
    return tags.get("type") == "multipolygon" and all(
        key.split(":", 1)[0] in _SAYS_NOTHING for key in tags
    )

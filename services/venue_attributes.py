"""What a room is like: the names and kinds of a venue's attributes, for all who hold them."""

from typing import TypeVar

import pandas as pd

from services.attributes import Kind, as_kind

Frame = TypeVar("Frame", bound=pd.DataFrame)

VENUE_ATTRIBUTES: dict[str, Kind] = {
    "floor_area_m2": "number",
    "capacity": "number",
    "availability": "text",
    "barrier_free": "flag",
    "rent_yen": "number",
    "owner": "text",
    "private_home": "flag",
    "consent": "flag",
}
"""Attribute → kind. A text is '' and a flag or a number missing where the source does not say."""


def with_venue_attributes(venues: Frame) -> Frame:
    """Return venues with every attribute in its kind, missing ones filled with what is not known."""
    found = {}
    for name, kind in VENUE_ATTRIBUTES.items():
        column = venues[name] if name in venues else pd.Series(None, venues.index, dtype=object)
        found[name] = as_kind(column, kind)
    filled: Frame = venues.drop(columns=[name for name in found if name in venues]).assign(**found)
    return filled

"""The attributes of a gathering place beside where and when: their names and kinds, for all who hold them."""

from typing import Literal, TypeVar

import pandas as pd

Kind = Literal["text", "flag", "number"]
Frame = TypeVar("Frame", bound=pd.DataFrame)

ATTRIBUTES: dict[str, Kind] = {
    "programme_id": "text",
    "typed_class": "text",
    "status_since": "text",
    "closed_on": "text",
    "drop_in": "flag",
    "individual_entry": "flag",
    "open_hours": "text",
    "fee_text": "text",
    "fee_yen": "number",
    "floor_area_m2": "number",
    "capacity": "number",
    "target_groups": "text",
    "exercise_minutes": "number",
    "open_to_all": "flag",
    "subsidy_end": "text",
    "online": "flag",
    "catchment_scope": "text",
}
"""Attribute → kind. A text is '' and a flag or a number missing where the source does not say."""

PUBLIC = tuple(name for name in ATTRIBUTES if name != "typed_class")
"""What may leave: all are facts about a place that is open to people."""


def with_attributes(places: Frame) -> Frame:
    """Return places with every attribute in its kind, missing ones filled with what is not known."""
    found = {}
    for name, kind in ATTRIBUTES.items():
        column = places[name] if name in places else pd.Series(None, places.index, dtype=object)
        found[name] = as_kind(column, kind)
    filled: Frame = places.drop(columns=[name for name in found if name in places]).assign(**found)
    return filled


def as_kind(column: pd.Series, kind: Kind) -> pd.Series:
    """Return a column in the type of its kind."""
    if kind == "number":
        return pd.to_numeric(column).astype(float)
    if kind == "flag":
        values = [pd.NA if pd.isna(value) else bool(value) for value in column]
        return pd.Series(pd.array(values, dtype="boolean"), index=column.index)
    texts = ["" if pd.isna(value) else str(value) for value in column]
    return pd.Series(texts, index=column.index, dtype=object)

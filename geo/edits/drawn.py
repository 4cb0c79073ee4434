"""Drawn: one edit of the network as a planner draws it, and whether it can be meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import EditError, Sentence

Kind = Literal["barrier", "closed", "path", "correction"]
Value = str | bool | float

JOIN_M = 5.0
"""How far from a street what is drawn on it may lie: a hand on a map is not more exact."""

ATTRIBUTES: Mapping[str, type] = {
    "highway": str,
    "name": str,
    "steps": bool,
    "steps_per_m": float,
    "surface": str,
    "crossing": bool,
    "signals": bool,
    "private": bool,
}
"""What a path or a correction may say of a street."""
SURFACES = ("", "paved", "unpaved")

_SHAPES: dict[str, tuple[str, ...]] = {
    "barrier": ("LineString", "MultiLineString", "Polygon", "MultiPolygon"),
    "closed": ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"),
    "path": ("LineString", "MultiLineString"),
    "correction": (),
}
_WORDS = {
    "highway": Sentence("give a kind of street such as footway"),
    "name": Sentence("give a text"),
    "steps": Sentence("say yes or no"),
    "steps_per_m": Sentence("give steps a metre from 0"),
    "surface": Sentence("say paved or unpaved"),
    "crossing": Sentence("say yes or no"),
    "signals": Sentence("say yes or no"),
    "private": Sentence("say yes or no"),
}
_NEEDS = {
    "barrier": Sentence("a line or an area"),
    "closed": Sentence("a point, a line or an area"),
    "path": Sentence("a line"),
}


@dataclass(frozen=True)
class Edit:
    """
    One edit, in the plane CRS of the network.

    Attributes
    ----------
    edit_id
        Unique among the edits that are applied together.
    kind
        ``barrier``, ``closed``, ``path`` or ``correction``.
    shape
        What is drawn: a barrier is a line or an area, a path a line; of ``closed`` a point or a line
        on a street, or an area. A correction has none.
    osm_id
        The way that is closed (``shape`` then says which part, if not all) or corrected.
    attributes
        Of a path and a correction: some of ``ATTRIBUTES``; a path is else a plain ``footway``.
    join_m
        How far from a street the ends of a path, or a point or a line of ``closed``, may lie.
    """

    edit_id: str
    kind: Kind
    shape: BaseGeometry | None = None
    osm_id: int | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)
    join_m: float = JOIN_M


def check_edits(edits: Sequence[Edit]) -> list[Edit]:
    """
    Return edits sorted by ``edit_id``.

    Parameters
    ----------
    edits
        In any order; shapes in the plane CRS of the network (metres).

    Returns
    -------
    The same edits.

    Raises
    ------
    EditError
        An id occurs twice, or an edit is of an unknown kind, lacks what its kind needs, has a shape
        that is empty or of the wrong type, or says what cannot be said of a street.
    """
    ordered = sorted(edits, key=lambda edit: edit.edit_id)
    for edit, following in pairwise(ordered):
        if edit.edit_id == following.edit_id:
            raise EditError(
                "this edit_id occurs twice; give each edit one of its own", edit_id=edit.edit_id
            )
    for edit in ordered:
        _check_kind(edit)
        _check_shape(edit)
        _check_attributes(edit)
    return ordered


def said_of_street(edit: Edit) -> dict[str, Value]:
    """Return what an edit says of a street, with what follows: ``highway = steps`` are steps."""
    said = dict(edit.attributes)
    if "highway" in said:
        said.setdefault("steps", said["highway"] == "steps")
    return said


def _check_kind(edit: Edit) -> None:
    if edit.kind not in _SHAPES:
        kinds = ", ".join(_SHAPES)
        raise EditError(
            "there is no kind {kind!r}; use one of {kinds}",
            edit_id=edit.edit_id,
            kind=edit.kind,
            kinds=kinds,
        )
    if edit.kind == "closed" and edit.shape is None and edit.osm_id is None:
        raise EditError(
            "nothing says what is closed; draw on the street or give its osm_id",
            edit_id=edit.edit_id,
        )
    if edit.kind == "correction" and (edit.osm_id is None or not edit.attributes):
        raise EditError(
            "a correction needs an osm_id and one of {attributes}",
            edit_id=edit.edit_id,
            attributes=list(ATTRIBUTES),
        )
    if not (np.isfinite(edit.join_m) and edit.join_m >= 0):
        raise EditError(
            "join_m is {join_m}; give metres from 0", edit_id=edit.edit_id, join_m=edit.join_m
        )


def _check_shape(edit: Edit) -> None:
    if edit.shape is None and edit.kind in ("closed", "correction"):
        return
    if edit.kind == "correction":
        # It is the way that is corrected; where somebody clicked says nothing.
        return
    needs = _NEEDS[edit.kind]
    if edit.shape is None or edit.shape.is_empty:
        raise EditError(
            "nothing is drawn; {kind} needs {needs}",
            edit_id=edit.edit_id,
            kind=edit.kind,
            needs=needs,
        )
    if edit.shape.geom_type not in _SHAPES[edit.kind]:
        raise EditError(
            "{kind} cannot be a {shape}; draw {needs}",
            edit_id=edit.edit_id,
            kind=edit.kind,
            shape=edit.shape.geom_type,
            needs=needs,
        )
    if not np.isfinite(shapely.get_coordinates(edit.shape)).all():
        raise EditError("its coordinates are not all numbers; draw it again", edit_id=edit.edit_id)
    lengths_m = shapely.length(shapely.get_parts(edit.shape))
    if not edit.shape.geom_type.endswith("Point") and (lengths_m == 0.0).any():
        raise EditError(
            "it is drawn as a single spot; draw a line or an area with a length",
            edit_id=edit.edit_id,
        )


def _check_attributes(edit: Edit) -> None:
    for name, value in edit.attributes.items():
        wanted = ATTRIBUTES.get(name)
        if wanted is None:
            raise EditError(
                "{name} cannot be set; only {attributes} can",
                edit_id=edit.edit_id,
                name=name,
                attributes=list(ATTRIBUTES),
            )
        fits = type(value) is wanted
        fits &= name != "surface" or value in SURFACES
        fits &= name != "highway" or value != ""
        if isinstance(value, float):
            fits &= bool(np.isfinite(value)) and value >= 0
        if not fits:
            raise EditError(
                "{name} cannot be {value!r}; {rule}",
                edit_id=edit.edit_id,
                name=name,
                value=value,
                rule=_WORDS[name],
            )

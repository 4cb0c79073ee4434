"""Drawn: one edit of the network as a planner draws it, and whether it can be meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import EditError

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
    "highway": ("give a kind of street such as footway", "footway などの道の種類にしてください"),
    "name": ("give a text", "文字にしてください"),
    "steps": ("say yes or no", "yes か no にしてください"),
    "steps_per_m": ("give steps a metre from 0", "1mあたりの段数を0以上で指定してください"),
    "surface": ("say paved or unpaved", "paved か unpaved にしてください"),
    "crossing": ("say yes or no", "yes か no にしてください"),
    "signals": ("say yes or no", "yes か no にしてください"),
}
_NEEDS = {
    "barrier": ("a line or an area", "線か面"),
    "closed": ("a point, a line or an area", "点か線か面"),
    "path": ("a line", "線"),
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
                "this edit_id occurs twice; give each edit one of its own",
                edit_id=edit.edit_id,
                ja="同じedit_idが2つあります。それぞれ別のものにしてください",
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
            f"there is no kind {edit.kind!r}; use one of {kinds}",
            edit_id=edit.edit_id,
            ja=f"「{edit.kind}」という種類（kind）はありません。{kinds} のどれかにしてください",
        )
    if edit.kind == "closed" and edit.shape is None and edit.osm_id is None:
        raise EditError(
            "nothing says what is closed; draw on the street or give its osm_id",
            edit_id=edit.edit_id,
            ja="どこが通れないのかわかりません。道の上に描くか、osm_idを指定してください",
        )
    if edit.kind == "correction" and (edit.osm_id is None or not edit.attributes):
        raise EditError(
            f"a correction needs an osm_id and one of {', '.join(ATTRIBUTES)}",
            edit_id=edit.edit_id,
            ja=f"correction には osm_id と {'、'.join(ATTRIBUTES)} のどれかが必要です",
        )
    if not (np.isfinite(edit.join_m) and edit.join_m >= 0):
        raise EditError(
            f"join_m is {edit.join_m}; give metres from 0",
            edit_id=edit.edit_id,
            ja=f"join_mが{edit.join_m}です。0以上のメートル数にしてください",
        )


def _check_shape(edit: Edit) -> None:
    if edit.shape is None and edit.kind in ("closed", "correction"):
        return
    if edit.kind == "correction":
        # It is the way that is corrected; where somebody clicked says nothing.
        return
    needs, needs_ja = _NEEDS[edit.kind]
    if edit.shape is None or edit.shape.is_empty:
        raise EditError(
            f"nothing is drawn; {edit.kind} needs {needs}",
            edit_id=edit.edit_id,
            ja=f"図形がありません。{edit.kind} には{needs_ja}が必要です",
        )
    if edit.shape.geom_type not in _SHAPES[edit.kind]:
        raise EditError(
            f"{edit.kind} cannot be a {edit.shape.geom_type}; draw {needs}",
            edit_id=edit.edit_id,
            ja=f"{edit.kind} の図形が {edit.shape.geom_type} です。{needs_ja}を描いてください",
        )
    if not np.isfinite(shapely.get_coordinates(edit.shape)).all():
        raise EditError(
            "its coordinates are not all numbers; draw it again",
            edit_id=edit.edit_id,
            ja="座標に数でないものがあります。描き直してください",
        )
    lengths_m = shapely.length(shapely.get_parts(edit.shape))
    if not edit.shape.geom_type.endswith("Point") and (lengths_m == 0.0).any():
        raise EditError(
            "it is drawn as a single spot; draw a line or an area with a length",
            edit_id=edit.edit_id,
            ja="1点につぶれています。長さのある線か面を描いてください",
        )


def _check_attributes(edit: Edit) -> None:
    for name, value in edit.attributes.items():
        wanted = ATTRIBUTES.get(name)
        if wanted is None:
            raise EditError(
                f"{name} cannot be set; only {', '.join(ATTRIBUTES)} can",
                edit_id=edit.edit_id,
                ja=f"{name} は変えられません。変えられるのは {'、'.join(ATTRIBUTES)} です",
            )
        fits = type(value) is wanted
        fits &= name != "surface" or value in SURFACES
        fits &= name != "highway" or value != ""
        if isinstance(value, float):
            fits &= bool(np.isfinite(value)) and value >= 0
        if not fits:
            raise EditError(
                f"{name} cannot be {value!r}; {_WORDS[name][0]}",
                edit_id=edit.edit_id,
                ja=f"{name} に {value!r} は使えません。{_WORDS[name][1]}",
            )

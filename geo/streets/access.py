"""
Access: whether a walker may pass along a way or through a node, after the tags that say who may.

1. ``foot`` is about walkers and decides over ``access``, which is about everybody; vehicles' tags
   say nothing here.
2. Each value opens, closes or is not understood. Of several (``no;permissive``) one that closes
   closes, else one that opens opens. A value that is not understood counts as if it were not there,
   and is told.
3. Conditions (``foot:conditional``, ``access:conditional``), ``opening_hours``, ``seasonal`` and
   ``winter_road`` are judged by the half-hours in which groups meet (``geo.streets.times.MET``), in all
   months: what is open in each of them is open, if it is closed at night; what is open in none is
   closed; what is open in some has hours, and is walked to who meets then. All are told. A condition
   that is not understood changes nothing, and is told.
4. ``yes @ (Apr-Nov)`` on what is open anyway means: else closed. ``designated`` and ``official`` say
   whose it is then, and do not.
"""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np

from geo.arrays import BoolArray
from geo.streets.times import MET, YEAR, half_hours, written

ACCESS_TAGS = (
    "foot",
    "access",
    "foot:conditional",
    "access:conditional",
    "opening_hours",
    "seasonal",
    "winter_road",
)
"""Keys that ``passes`` reads."""

_PLAIN_OPENS = frozenset({"yes", "designated", "permissive", "official", "public"})
_PLAIN_CLOSES = frozenset({"no", "private", "use_sidepath"})
OPENS = _PLAIN_OPENS | {"destination", "discouraged", "allowed", "foot", "pedestrian"}
"""Values that let a walker in who is going to a gathering place."""

CLOSES = _PLAIN_CLOSES | {
    "permit",
    "permission",
    "customers",
    "residents",
    "members",
    "employees",
    "staff",
    "students",
    "guests",
    "delivery",
    "military",
    "emergency",
    "service",
    "agricultural",
    "forestry",
    "restricted",
    "authorised",
    "authorized",
    "license",
    "licence",
    "closed",
    "locked",
    "vehicle",
    "motor_vehicle",
    "psv",
    "bus",
    "taxi",
    "hgv",
}
"""Values that let in somebody else only, or nobody."""

_PLAIN = _PLAIN_OPENS | _PLAIN_CLOSES
_WHOSE = frozenset({"designated", "official"})
_ALWAYS = "24/7"
_KEYS = frozenset(ACCESS_TAGS)
_CLAUSE = re.compile(r"([^@;]+)@\s*(\([^)]*\)|[^;]+)")

Told = Literal["value", "own", "unknown_value", "times", "hours", "unknown_times"]


class TagRemark(NamedTuple):
    """What is to be told of a tag that says who may pass, beyond a plain yes or no."""

    told: Told
    """``value``: beyond the plain ones; ``own``: a private gate; ``times``: closed at times when nobody meets, or open
    at such alone; ``hours``: open at some of the times when groups meet; ``unknown_…``: not understood, and so without
    effect."""
    tag: str
    """``key=value``, as it is written."""
    passes: bool
    """Whether a walker passes in the end, if at times."""


class Admission(NamedTuple):
    """Whether a walker passes, when, and what is to be told of it: one remark a tag."""

    open: bool
    hours: str
    """As ``geo.streets.times`` writes them; empty where it is open whenever groups meet, or closed."""
    remarks: tuple[TagRemark, ...]


def passes(tags: Mapping[str, str], *, by_kind: bool) -> Admission:
    """
    Say whether a walker passes, and when.

    Parameters
    ----------
    tags
        Tags of an OpenStreetMap way or node; keys beyond ``ACCESS_TAGS`` play no part.
    by_kind
        Whether a walker passes where no tag says who may.

    Returns
    -------
    ``open`` where a walker passes in some half-hour in which groups meet.
    """
    if not _KEYS & tags.keys():
        return Admission(by_kind, "", ())
    said: bool | None = None
    clauses: list[_Clause] = []
    told: list[tuple[Told, str]] = []
    for key in ("access", "foot"):
        verdict, beyond = _verdict(tags.get(key, ""))
        if verdict is not None:
            said, clauses = verdict, []
        told += [(beyond, key)] if beyond else []
        if condition := tags.get(f"{key}:conditional", ""):
            found = [_Clause.of(*clause) for clause in _CLAUSE.findall(condition)]
            clauses += [clause for clause in found if clause is not None]
            understood = found and all(found)
            told.append(("times" if understood else "unknown_times", f"{key}:conditional"))
    implied = any(clause.implies_else_closed for clause in clauses)
    implied &= all(clause.opens for clause in clauses)
    open_at = np.full(YEAR, (by_kind and not implied) if said is None else said)
    for clause in clauses:
        open_at[clause.holds] = clause.opens
    if (hours := tags.get("opening_hours", _ALWAYS)) != _ALWAYS:
        open_hours = _opening_hours(hours)
        told.append(("unknown_times" if open_hours is None else "times", "opening_hours"))
        open_at &= True if open_hours is None else open_hours
    for key in ("seasonal", "winter_road"):
        if tags.get(key, "no") != "no":
            told.append(("times", key))
            open_at[:] = False
    met = open_at[:, :, MET]
    walked = bool(met.any())
    hours = written(open_at) if walked and not met.all() else ""
    remarks = (TagRemark(code, f"{key}={tags[key]}", walked) for code, key in told)
    if hours:
        remarks = (one._replace(told="hours") if one.told == "times" else one for one in remarks)
    return Admission(walked, hours, tuple(remarks))


def is_private(tags: Mapping[str, str]) -> bool:
    """Say whether ``private`` decides: those pass who live there, or go to what stands there."""
    for key in ("foot", "access"):
        if known := _values(tags.get(key, "")) & (OPENS | CLOSES):
            return known & CLOSES == {"private"}
    return False


def as_resident(tags: Mapping[str, str]) -> Mapping[str, str]:
    """Return the tags as those read them who live there: what is private is theirs."""
    own = [key for key in ("foot", "access") if "private" in _values(tags.get(key, ""))]
    return {**tags, **dict.fromkeys(own, "yes")}


class _Clause(NamedTuple):
    """One ``value @ condition``."""

    opens: bool
    implies_else_closed: bool
    holds: BoolArray

    @classmethod
    def of(cls, value: str, condition: str) -> "_Clause | None":
        """Return a clause, None where its value or its condition is not understood."""
        opens, _ = _verdict(value)
        if opens is None:
            return None
        holds = half_hours(condition, surely=opens)
        if holds is None:
            return None
        return cls(opens, opens and value.strip().lower() not in _WHOSE, holds)


def _verdict(text: str) -> tuple[bool | None, Told | None]:
    """Return whether a value opens or closes, None where it says neither, and what is told of it."""
    values = _values(text)
    known = values & (OPENS | CLOSES)
    if values - known:
        told: Told | None = "unknown_value"
    else:
        told = "value" if known - _PLAIN else None
    return (not known & CLOSES) if known else None, told


def _values(text: str) -> set[str]:
    return {value.strip().lower() for value in text.split(";")} - {""}


def _opening_hours(text: str) -> BoolArray | None:
    """Return when it is open for certain, None where a rule is not understood."""
    found = np.zeros(YEAR, dtype=bool)
    for rule in text.lower().split(";"):
        closed = re.search(r"\s*\b(off|closed)\s*$", rule)
        condition = rule[: closed.start()] if closed else rule
        holds = half_hours(condition.removesuffix(" open"), surely=closed is None)
        if holds is None:
            return None
        found[holds] = closed is None
    return found

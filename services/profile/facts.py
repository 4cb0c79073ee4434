"""Facts: figures from documents, each with its source; figures that disagree stand side by side."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from services.profile.base import Table

RATE_TOLERANCE_PCT = 0.051
"""A printed rate is rounded to one decimal at least."""

Basis = Literal["printed", "inferred", "computed"]


class Document(Table):
    """A document that facts come from."""

    id: str
    title: str
    as_of: str = ""
    url: str = ""


class Fact(Table):
    """One figure or statement, as its document gives it."""

    key: str
    """What is told: population, elderly_rate_pct, councils, budget_yen …"""
    value: int | float | str
    of: str = ""
    """What it is told of, where one key has several subjects: the name of a place, a year."""
    unit: str = ""
    as_of: str = ""
    """Date of the figure as the document gives it: 2016-02, FY2017; empty where it gives none."""
    doc: str = ""
    """Id of the document; empty only for a computed figure."""
    page: Annotated[int, Field(ge=1)] | None = None
    line: Annotated[int, Field(ge=1)] | None = None
    """Line of the document's text, for those without pages and to find the passage again."""
    page_basis: Literal["printed", "inferred"] = "printed"
    """``inferred``: the page number is not printed there, it follows from the headings."""
    basis: Basis = "printed"
    """``computed``: not in a document, calculated from other facts; ``note`` says how."""
    note: str = ""


def conflicts(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """
    Return the figures that disagree: one key and subject, different numbers.

    Two figures of two dates are a series, not a conflict; a figure without a date may be of any.
    """
    groups: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if not isinstance(fact.value, str):
            groups[fact.key, fact.of].append(fact)
    return {
        f"{key} / {of}" if of else key: several
        for (key, of), several in groups.items()
        if any(_disagree(a, b) for a in several for b in several)
    }


def _disagree(one: Fact, other: Fact) -> bool:
    dated_apart = one.as_of and other.as_of and one.as_of != other.as_of
    return one.value != other.value and not dated_apart


def unexplained_rate(facts: Iterable[Fact]) -> tuple[float, float] | None:
    """Return printed and recomputed ageing rate where they differ and no fact says so."""
    numbers: dict[str, list[float]] = defaultdict(list)
    for fact in facts:
        if not isinstance(fact.value, str):
            numbers[fact.key].append(float(fact.value))
    if not (numbers["population"] and numbers["elderly_65plus"] and numbers["elderly_rate_pct"]):
        return None
    recomputed = 100.0 * numbers["elderly_65plus"][0] / numbers["population"][0]
    known = numbers["elderly_rate_pct"]
    if any(abs(rate - recomputed) <= RATE_TOLERANCE_PCT for rate in known):
        return None
    return known[0], recomputed

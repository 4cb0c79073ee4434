"""What documents say of the places on a day, to stand beside what is counted; it changes nothing."""

import re
from collections.abc import Sequence

from services.profile import Fact


def documented_places(facts: Sequence[Fact], day: str) -> str:
    """Return what documents say of the number of places on a day: whose, how many, as of when."""
    return "、".join(
        f"{fact.of} {fact.value}{fact.unit}（{fact.as_of}）".strip()
        for fact in facts
        if fact.key == "places" and not isinstance(fact.value, str) and _is_of(fact.as_of, day)
    )


def _is_of(as_of: str, day: str) -> bool:
    """Say whether a document's date is that day, its month, or the fiscal year that ends on it."""
    if found := re.match(r"FY([0-9]{4})(?![0-9])", as_of):
        return int(found[1]) == int(day[:4]) - 1
    found = re.match(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?", as_of)
    return found is not None and day.startswith(found[0])

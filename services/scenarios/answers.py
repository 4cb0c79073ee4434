"""What if, at the edge: edits as people write them, and outcomes as people read them."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from pyproj import Transformer

from geo.arrays import LONLAT_EPSG
from geo.errors import InvalidInputError
from services.publication.collections import FIGURE_DECIMALS
from services.scenarios.whatif import FIGURES, XY, Outcome, Trial, WhatIf
from services.situation.view import Situation
from services.words.shares import Share, people_share, share_of
from services.words.texts import age_group_text, at_least_text, limit_text, people, text
from services.words.vocabulary import TRIAL_ACTIONS, TrialAction
from services.workspace.plain import plain_rows


class WhatIfs:
    """The layers of one situation, each made ready when somebody first asks for it."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self._ready: dict[str, WhatIf] = {}
        self._lock = Lock()

    def layer(self, layer: str) -> WhatIf:
        """Return what if of one layer."""
        with self._lock:
            if layer not in self._ready:
                ready = WhatIf(self.situation, layer)
                _ = ready.engine
                self._ready[layer] = ready
            return self._ready[layer]

    def warm(self, layer: str) -> None:
        """Make a layer ready and try an edit of it, so that the first who asks does not wait."""
        places = self.situation.counted["place_id"]
        if len(places):
            self.answer(layer, [Trial("close", str(places.iloc[0]))])

    def answer(self, layer: str, edits: Sequence[Trial], age_group: str = "") -> dict[str, Any]:
        """Return an outcome as plain data: the whole, and the areas where something changes."""
        age_group = age_group or self.situation.parameters.age_group
        groups = self.situation.profile.population.groups
        if age_group not in groups:
            names = ", ".join(groups)
            raise InvalidInputError(
                "age_group={age_group!r} was not counted; there are {names}",
                age_group=age_group,
                names=names,
            )
        return told(self.layer(layer).edited(edits), age_group)


def edit_of(given: Mapping[str, Any], plane_epsg: int) -> Trial:
    """
    Read an edit of a request.

    ``action``, ``place_id``, ``venue_id``, ``lon`` and ``lat`` (degrees), ``frequency``; of these,
    those that the action needs.
    """
    action, place_id = _action(given.get("action")), str(given.get("place_id") or "")
    if (action == "open") == bool(place_id):
        raise InvalidInputError(
            "{action}: a new place has no place_id"
            if place_id
            else "{action}: say which place: place_id",
            action=action,
        )
    venue_id, frequency = str(given.get("venue_id") or ""), str(given.get("frequency") or "")
    xy = _plane(given.get("lon"), given.get("lat"), plane_epsg)
    if action in ("open", "move") and (xy is None) == (not venue_id):
        raise InvalidInputError(
            "{action}: say where, either venue_id or lon and lat", action=action
        )
    if action in ("open", "change") and not frequency:
        raise InvalidInputError("{action}: say how often, frequency", action=action)
    return Trial(action, place_id, venue_id, xy, frequency)


def _action(given: object) -> TrialAction:
    for action in TRIAL_ACTIONS:
        if action == given:
            return action
    names = ", ".join(TRIAL_ACTIONS)
    raise InvalidInputError("action={given!r} is not one of {names}", given=given, names=names)


def edit_of_text(action: str, given: str, plane_epsg: int) -> Trial:
    """
    Read an edit of the command line.

    ``close``: a place; ``change``: place=frequency; ``move``: place=venue or place=lon,lat; ``open``:
    venue=frequency or lon,lat=frequency.
    """
    left, equals, right = given.partition("=")
    if (action == "close") == bool(equals):
        raise InvalidInputError(
            "--{action} {given}: see --help for how it is written", action=action, given=given
        )
    if action == "open":
        return edit_of({"action": action, "frequency": right, **_where(left)}, plane_epsg)
    if action == "move":
        return edit_of({"action": action, "place_id": left, **_where(right)}, plane_epsg)
    return edit_of({"action": action, "place_id": left, "frequency": right}, plane_epsg)


def _where(given: str) -> dict[str, Any]:
    lon, comma, lat = given.partition(",")
    return {"lon": lon, "lat": lat} if comma else {"venue_id": given}


def _plane(lon: object, lat: object, plane_epsg: int) -> XY | None:
    if lon is None and lat is None:
        return None
    try:
        degrees = float(str(lon)), float(str(lat))
    except ValueError:
        degrees = (np.nan, np.nan)
    transformer = Transformer.from_crs(LONLAT_EPSG, plane_epsg, always_xy=True)
    x, y = transformer.transform(*degrees)
    if not (np.isfinite(x) and np.isfinite(y)):
        raise InvalidInputError(
            "lon={lon!r}, lat={lat!r} is not a position; give degrees, like 139.97 and 35.86",
            lon=lon,
            lat=lat,
        )
    return float(x), float(y)


def told(outcome: Outcome, age_group: str) -> dict[str, Any]:
    """Return an outcome as plain data: the whole, and the areas where something changes."""
    areas = outcome.areas
    rows = np.flatnonzero((areas["age_group"] == age_group).to_numpy())
    differences = [areas[f"{name}_difference"].to_numpy()[rows] for name in FIGURES]
    changed = rows[(np.abs(differences) > 10.0**-FIGURE_DECIMALS).any(axis=0)]
    whole = outcome.whole[outcome.whole["age_group"] == age_group]
    return {
        "age_group": age_group,
        "places_n": outcome.places_n,
        "remarks": list(remarks(outcome, "ja")),
        "remarks_en": list(remarks(outcome, "en")),
        "whole": plain_rows(whole.round(FIGURE_DECIMALS)),
        "areas": plain_rows(areas.iloc[changed].round(FIGURE_DECIMALS)),
    }


def remarks(outcome: Outcome, lang: str) -> Iterator[str]:
    """Yield what must be known beside the figures."""
    if outcome.places_n == 0:
        yield text("whatif.no_places", lang)


@dataclass(frozen=True)
class EffectLine:
    """One row for people: the limit, before, after, gained and lost."""

    frequency: str
    limit: str
    before: str
    after: str
    gained: str
    lost: str


def lines(whole: Sequence[Mapping[Hashable, Any]], lang: str, few: int = 0) -> Iterator[EffectLine]:
    """Yield the whole municipality as people read it, row by row; ``few`` as in ``people``."""
    for row in whole:
        yield EffectLine(
            at_least_text(row["frequency"], lang),
            limit_text(row["walk_limit_m"], row["walk_limit_min"], lang),
            people_share(share_of(row, "coverage", part="reached", whole="residents"), lang, few),
            people_share(_after(row), lang, few),
            people(row["gained"], lang, few),
            people(row["lost"], lang, few),
        )


def _after(row: Mapping[Hashable, Any]) -> Share:
    after = {name: row[f"{name}_after"] for name in ("reached", "coverage_pct")}
    return share_of({**row, **after}, "coverage", part="reached", whole="residents")


def title(told_outcome: Mapping[str, Any], lang: str) -> str:
    """Return what the lines are about."""
    return text("whatif.title", lang, age_group=age_group_text(told_outcome["age_group"], lang))

"""What would be: the changes of a scenario put on the places and streets of a workspace, in memory."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.edits.drawn import Edit
from geo.errors import EditError, Sentence
from geo.schedule.typed import frequency_class, parse_schedule
from geo.vocabulary import rank
from services.registry.attributes import with_attributes
from services.registry.places import PLACE_COLUMNS, link_venues
from services.registry.seen import seen_venues
from services.scenarios.file import Scenario, ScenarioEdit, fail
from services.situation.parameters import Parameters
from services.situation.places import judged, registry_places
from services.situation.view import Situation
from services.words.texts import text
from services.words.vocabulary import PLANNED
from services.workspace.folder import Workspace

_TEXTS = dict.fromkeys(
    (
        *("group_name", "address", "schedule_origin", "opened_on", "verified_on"),
        *("located_level", "source_id"),
    ),
    "",
)


@dataclass(frozen=True)
class Change:
    """One change as it was understood: the class before and after, and what it costs at most."""

    number: int
    action: str
    place_id: str
    name: str
    schedule_text: str
    frequency_before: str
    frequency_after: str
    cost_per_year_yen: float
    cost_once_yen: float
    """NaN where the profile has no ceiling that is needed for it."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A scenario on a workspace: the situation that it makes, and its changes."""

    scenario: Scenario
    situation: Situation
    changes: tuple[Change, ...]


def apply_scenario(workspace: Workspace, parameters: Parameters, scenario: Scenario) -> Scene:
    """
    Put a scenario on a workspace; nothing is written.

    Raises
    ------
    InvalidInputError
        A change names what is not there, changes nothing for the better though it says so, lies
        outside or on no street, or cannot be drawn; the sentence names the change's number.
    """
    draft = _Draft(workspace, parameters, scenario)
    changes = tuple(
        draft.apply(number, edit) for number, edit in enumerate(scenario.edits, start=1)
    )
    profile = workspace.profile
    places = judged(draft.places(), profile, parameters.selection)
    situation = _situation(draft, parameters, places)
    _require_near_streets(draft, situation)
    return Scene(scenario, situation, changes)


def _situation(draft: "_Draft", parameters: Parameters, places: gpd.GeoDataFrame) -> Situation:
    try:
        return Situation(
            draft.workspace, parameters, places=places, edits=list(draft.barriers.values())
        )
    except EditError as error:
        number = next(
            (number for number, edit in draft.barriers.items() if edit.edit_id == error.edit_id), 0
        )
        if not number:
            raise
        raise fail(draft.name, number, "{said}", said=error.said) from error


def _unsnapped(reason: str, limit_m: float) -> Sentence:
    """Say why a spot joins no street."""
    return {
        "too_far": Sentence(
            "there is no walkable street within {limit_m:g} m; correct the position",
            limit_m=limit_m,
        ),
        "ground": Sentence(
            "water, a railway, a wall or a cliff lies between it and every street nearby; correct "
            "the position"
        ),
        "isolated": Sentence("the street nearby leads nowhere else; correct the position"),
        "no_network": Sentence("there are no streets at all"),
        "no_coordinates": Sentence("its position is not known"),
        "barrier": Sentence(
            "a barrier is between it and its street; correct the position or the barrier"
        ),
        "closed": Sentence("its street is closed; correct the position"),
    }[reason]


def _require_near_streets(draft: "_Draft", situation: Situation) -> None:
    """Refuse what nobody can walk to: a new or moved place that joins no street."""
    reasons = dict(zip(situation.counted["place_id"], situation.place_snaps["reason"], strict=True))
    for place_id, number in draft.placed.items():
        reason = reasons.get(place_id, "")
        if reason:
            limit_m = situation.profile.streets.snap_limit_m
            raise fail(
                draft.name,
                number,
                "{said}",
                said=_unsnapped(reason, limit_m),
            )


class _Draft:
    """The registry's places as the changes make them, one after the other."""

    def __init__(self, workspace: Workspace, parameters: Parameters, scenario: Scenario) -> None:
        self.workspace = workspace
        self.name = scenario.name
        self.profile = workspace.profile
        self.epsg = self.profile.municipality.plane_epsg
        self._days = self.profile.frequency.permanent_min_days_per_week
        self._before = registry_places(workspace, parameters.selection)
        self._rows: dict[str, dict[Hashable, Any]] = {
            str(row["place_id"]): row for row in self._before.to_dict("records")
        }
        self._open = parameters.selection.open_statuses
        self._venues = seen_venues(workspace)
        margin_m = self.profile.streets.margin_m
        self._around = shapely.box(*workspace.areas().total_bounds).buffer(margin_m)
        self._free: set[str] = set()
        self._new: set[str] = set()
        self.barriers: dict[int, Edit] = {}
        self.placed: dict[str, int] = {}
        """New and moved places, and the change that put them there."""

    def apply(self, number: int, edit: ScenarioEdit) -> Change:
        """Apply one change and say what it comes to."""
        if edit.action == "barrier":
            return self._barrier(number, edit)
        if edit.action == "open" and not edit.place_id:
            return self._opened(number, edit)
        row = self._row(number, edit)
        before = self._class(str(row["schedule_text"]))
        if edit.action == "open":
            return self._resumed(number, edit, row)
        if edit.action == "close":
            row["status"] = "closed"
            return self._change(number, edit, row, before=before, after="")
        if edit.action == "move":
            row |= self._spot(number, edit)
            self.placed[str(row["place_id"])] = number
            return self._change(number, edit, row, before=before, after=before)
        after = self._class(edit.schedule_text)
        if edit.action == "upgrade" and rank(after) <= rank(before):
            raise fail(
                self.name,
                number,
                "{schedule_text!r} does not raise the class of {place_id} ({before} → {after}); "
                "use days to change the days alone",
                schedule_text=edit.schedule_text,
                place_id=edit.place_id,
                before=_said(before, "en"),
                after=_said(after, "en"),
                before_ja=_said(before, "ja"),
                after_ja=_said(after, "ja"),
            )
        row |= {"schedule_text": edit.schedule_text, "schedule_origin": ""}
        return self._change(number, edit, row, before=before, after=after)

    def places(self) -> gpd.GeoDataFrame:
        """Return the places as they would be, as the registry gives them."""
        columns = list(PLACE_COLUMNS)
        rows = pd.DataFrame(list(self._rows.values()), columns=columns)
        points = gpd.GeoSeries(rows["geometry"].to_numpy(), crs=self.epsg)
        frame = with_attributes(gpd.GeoDataFrame(rows.drop(columns="geometry"), geometry=points))[
            columns
        ]
        free = frame["place_id"].isin(self._free)
        # At a spot, not at a hall that was named: a listed hall at the very spot is meant.
        linked = link_venues(frame[free], self._venues)
        return pd.concat([frame[~free], linked], ignore_index=True) if free.any() else frame

    def _row(self, number: int, edit: ScenarioEdit) -> dict[Hashable, Any]:
        row = self._rows.get(edit.place_id)
        # What the scenario itself opens is changed where it says so: a number may become another's.
        if row is None or edit.place_id in self._new:
            raise fail(
                self.name,
                number,
                "there is no place {place_id!r}; place_id is in the collection places",
                place_id=edit.place_id,
            )
        is_open = row["status"] in self._open
        if is_open is (edit.action == "open"):
            raise fail(
                self.name,
                number,
                "place {place_id} is open; {action} does not fit"
                if is_open
                else "place {place_id} is {status}; {action} does not fit",
                place_id=edit.place_id,
                status=row["status"],
                action=edit.action,
            )
        return row

    def _opened(self, number: int, edit: ScenarioEdit) -> Change:
        place_id = f"new-{number:03d}"
        while place_id in self._rows:
            place_id += "x"
        spot = self._spot(number, edit, own=place_id)
        name = edit.name or spot["venue_name"] or text("scenario.new_place", "ja", number=number)
        row: dict[Hashable, Any] = dict.fromkeys(PLACE_COLUMNS)
        row |= _TEXTS | {
            "place_id": place_id,
            "name": name,
            "kind": "scenario",
            "schedule_text": edit.schedule_text,
            "status": "active",
            "private_home": False,
            "located_by": "scenario",
            "confidence": 1.0,
            "consent": False,
            "stand_in": False,
            "row": number,
            **spot,
        }
        self._rows[place_id] = row
        self._new.add(place_id)
        self.placed[place_id] = number
        after = self._class(edit.schedule_text)
        once = self.profile.subsidies.first_max_yen()
        return self._change(number, edit, row, before="", after=after, once_yen=once)

    def _resumed(self, number: int, edit: ScenarioEdit, row: dict[Hashable, Any]) -> Change:
        once = self.profile.subsidies.first_max_yen() if row["status"] == PLANNED else 0.0
        row["status"] = "active"
        if edit.schedule_text:
            row |= {"schedule_text": edit.schedule_text, "schedule_origin": ""}
        after = self._class(str(row["schedule_text"]))
        return self._change(number, edit, row, before="", after=after, once_yen=once)

    def _spot(self, number: int, edit: ScenarioEdit, own: str = "") -> dict[Hashable, Any]:
        """Return venue and point of where a change puts a place."""
        if edit.venue_id:
            return self._hall(number, edit.venue_id)
        lonlat = gpd.GeoSeries([shapely.Point(edit.lon or 0.0, edit.lat or 0.0)], crs=LONLAT_EPSG)
        point = lonlat.to_crs(self.epsg).iloc[0]
        self._require_inside(number, point)
        place_id = own or edit.place_id
        self._free.add(place_id)
        return {"venue_id": f"{place_id}-spot", "venue_name": edit.name, "geometry": point}

    def _hall(self, number: int, venue_id: str) -> dict[Hashable, Any]:
        listed = self._venues[self._venues["venue_id"] == venue_id]
        hosts = self._before[self._before["venue_id"] == venue_id]
        if listed.empty and hosts.empty:
            raise fail(
                self.name,
                number,
                "there is no venue {venue_id!r}; venue_id is in the collections candidates "
                "and places",
                venue_id=venue_id,
            )
        found = listed.iloc[0] if len(listed) else hosts.iloc[0]
        if found.geometry is None or found.geometry.is_empty:
            raise fail(
                self.name,
                number,
                "nobody knows where venue {venue_id} is; give lon and lat instead",
                venue_id=venue_id,
            )
        self._require_inside(number, found.geometry)
        private = bool(hosts["private_home"].any())
        private |= bool(listed["private_home"].any())
        return {
            "venue_id": venue_id,
            "venue_name": str(found["name" if len(listed) else "venue_name"]),
            "geometry": found.geometry,
            "private_home": private,
        }

    def _barrier(self, number: int, edit: ScenarioEdit) -> Change:
        try:
            lonlat = shapely.geometry.shape(edit.geometry or {})
        except (
            ValueError,
            TypeError,
            AttributeError,
            IndexError,
            shapely.errors.ShapelyError,
        ) as e:
            raise fail(
                self.name, number, "its geometry is not GeoJSON; draw a line or an area again"
            ) from e
        drawn = gpd.GeoSeries([lonlat], crs=LONLAT_EPSG).force_2d().to_crs(self.epsg).iloc[0]
        if not drawn.is_empty and np.isfinite(shapely.get_coordinates(drawn)).all():
            self._require_inside(number, drawn)
        edit_id = f"{self.name}:{number}"
        self.barriers[number] = Edit(edit_id, "barrier", drawn)
        return Change(number, "barrier", "", edit.name, "", "", "", 0.0, 0.0)

    def _require_inside(self, number: int, shape: BaseGeometry) -> None:
        away_m = self._around.distance(shape)
        # A point at infinity is what a projection makes of one far outside its zone.
        if not away_m <= 0:
            raise fail(
                self.name,
                number,
                "it lies {away_km:.1f} km outside the municipality and its margin; correct "
                "the coordinates (longitude first)",
                away_km=away_m / 1000,
            )

    def _class(self, schedule_text: str) -> str:
        schedule = parse_schedule(schedule_text)
        return frequency_class(schedule, permanent_min_days_per_week=self._days)

    def _change(
        self,
        number: int,
        edit: ScenarioEdit,
        row: dict[Hashable, Any],
        *,
        before: str,
        after: str,
        once_yen: float = 0.0,
    ) -> Change:
        ceiling = self.profile.subsidies.yearly_max_yen
        # What stays in its class costs as much as before, however much that is.
        per_year = ceiling(after) - ceiling(before) if after != before else 0.0
        return Change(
            number,
            edit.action,
            str(row["place_id"]),
            str(row["name"]),
            str(row["schedule_text"]),
            before,
            after,
            per_year,
            once_yen,
        )


def main_only(parameters: Parameters) -> Parameters:
    """Return the parameters with the main walking profile alone, all limits."""
    return replace(parameters, walkings=(parameters.walking,))


def _said(frequency: str, lang: str) -> str:
    return text(f"frequency.{frequency or 'less'}", lang)

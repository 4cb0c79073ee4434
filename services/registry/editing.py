"""
Places, venues and groups as people keep them: made, changed, confirmed, imported, undone.

Each change is kept with who and when. Every function takes whose hand does it, which leaves alone what
lies in another council's area. What was acknowledged is in the database, and a build changes it again on what the lists tell then.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar
from uuid import uuid4

import geopandas as gpd
import pandas as pd
import shapely
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import delete, func, insert, literal, select
from sqlalchemy.orm import Session

from geo.arrays import LONLAT_EPSG
from geo.errors import (
    ChangedError,
    InvalidInputError,
    NoConditionError,
    NotFoundError,
    TakenError,
)
from geo.schedule.typed import parse_schedule
from services.registry.database import session, writing
from services.registry.hands import Hand
from services.registry.places import Row
from services.registry.replay import differing
from services.registry.rows import GROUP, KINDS, PLACE, VENUE, KindOfRecord, Record
from services.registry.schema import migrate
from services.registry.seen import seen_places
from services.registry.tables import AnswerRow, ChangeRow, Place
from services.words.dates import first_day, last_day, to_iso_date, today
from services.words.names import normalise
from services.words.texts import text
from services.words.values import wrong_value
from services.words.vocabulary import OPEN_STATUSES, PUBLIC, PlaceStatus
from services.workspace.folder import Workspace
from services.workspace.once import Once, forgotten_before

IMPORT_MOST = 2000
"""Rows of one import: more is a list of its own, which a build reads."""
STALE_MONTHS = 12
_DATES = ("opened_on", "status_since", "closed_on", "verified_on")
Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Number = Annotated[float, Field(ge=0, le=1e9)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Told = TypeVar("Told", bound="Fields")
Latitude = Annotated[float, Field(ge=-90, le=90)]


class Fields(BaseModel):
    """What is told; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    # A factory: of a default, which is no name, the description says nothing.
    name: Annotated[Text, Field(min_length=1)] = Field(default_factory=str)

    @property
    def told(self) -> Record:
        """Return what was told."""
        return self.model_dump(exclude_unset=True)


class GroupFields(Fields):
    """What is told of a group."""


class VenueTold(Fields):
    """What is told of a venue; one that is ``listed`` is a hall where a place could open."""

    kind: Text = ""
    address: Text = ""
    listed: bool = True
    lon: Longitude | None = None
    lat: Latitude | None = None
    floor_area_m2: Number | None = None
    capacity: Number | None = None
    availability: Text = ""
    barrier_free: bool | None = None
    rent_yen: Number | None = None
    owner: Text = ""
    private_home: bool | None = None
    consent: bool | None = None


class PlaceFields(Fields):
    """What is told of a place; what is left out stays as it is."""

    kind: Text = ""
    venue_id: Text = ""
    venue_name: Text = ""
    group_name: Text = ""
    address: Text = ""
    schedule_text: Text = ""
    status: PlaceStatus = "active"
    opened_on: Text = ""
    status_since: Text = ""
    closed_on: Text = ""
    verified_on: Text = ""
    private_home: bool = False
    consent: bool = False
    open_hours: Text = ""
    fee_text: Text = ""
    fee_yen: Number | None = None
    capacity: Number | None = None
    drop_in: bool | None = None
    open_to_all: bool | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """One change as it was kept; ``state`` tells the state after it of what was changed."""

    kind: str
    key: str
    action: str
    fields: tuple[str, ...]
    state: str

    @property
    def place_id(self) -> str:
        """The key of a place."""
        return self.key

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, the key under the name of its kind."""
        told = asdict(self) | {"fields": list(self.fields)}
        return {f"{told.pop('kind')}_id": told.pop("key"), **told}


def fields_of(table: Mapping[str, Any]) -> PlaceFields:
    """Return what is told of a place by plain data; every breach is named in one sentence."""
    return _fields(PlaceFields, table)


def venue_fields_of(table: Mapping[str, Any]) -> VenueTold:
    """Return what is told of a venue by plain data."""
    return _fields(VenueTold, table)


def group_fields_of(table: Mapping[str, Any]) -> GroupFields:
    """Return what is told of a group by plain data."""
    return _fields(GroupFields, table)


def _fields(model: type[Told], table: Mapping[str, Any]) -> Told:
    try:
        return model.model_validate(dict(table))
    except ValidationError as error:
        said = [wrong_value(one, ".".join(map(str, one["loc"]))) for one in error.errors()]
        raise InvalidInputError("values that cannot be used: {said}", said=said) from error


def state_of(workspace: Workspace, key: str, kind: KindOfRecord = PLACE, *, who: Hand) -> str:
    """Return what tells the state of one from every other: the last change, on what was built."""
    with session(workspace.registry_url) as opened:
        who.require([_council_of(workspace, opened, kind, _record(opened, kind, key))])
        return _state(opened, workspace, kind, key)


def create_place(
    workspace: Workspace,
    fields: PlaceFields,
    *,
    who: Hand,
    place_id: str = "",
    once: Once | None = None,
) -> Kept:
    """
    Make a place that is not there yet.

    Raises
    ------
    TakenError
        There is one of this id, or one of this name at the same venue or within its building.
    """
    with _keeping(workspace, who) as editor:
        return editor.once(once, lambda: [editor.create(PLACE, fields.told, place_id)])[0]


def create_venue(
    workspace: Workspace,
    fields: VenueTold,
    *,
    who: Hand,
    venue_id: str = "",
    once: Once | None = None,
) -> Kept:
    """Make a venue; ``TakenError`` where there is one of this id, or of this name at this address."""
    with _keeping(workspace, who) as editor:
        return editor.once(once, lambda: [editor.create(VENUE, fields.told, venue_id)])[0]


def create_group(
    workspace: Workspace, fields: GroupFields, *, who: Hand, once: Once | None = None
) -> Kept:
    """Make a group; ``TakenError`` where there is one of this name."""
    with _keeping(workspace, who) as editor:
        return editor.once(once, lambda: [editor.create(GROUP, fields.told, "")])[0]


def change_place(
    workspace: Workspace, place_id: str, fields: PlaceFields, *, who: Hand, state: str
) -> Kept:
    """
    Change what is told of a place, if its state is still the one that the caller has seen.

    Raises
    ------
    ChangedError, NoConditionError
        Somebody has changed it meanwhile; ``state`` is empty.
    """
    with _keeping(workspace, who) as editor:
        editor.require_state(PLACE, place_id, state)
        return editor.change(PLACE, place_id, fields.told, "change")


def change_venue(
    workspace: Workspace, venue_id: str, fields: VenueTold, *, who: Hand, state: str
) -> Kept:
    """Change what is told of a venue, as ``change_place`` does; places tell of their halls themselves."""
    with _keeping(workspace, who) as editor:
        editor.require_state(VENUE, venue_id, state)
        return editor.change(VENUE, venue_id, fields.told, "change")


def change_group(
    workspace: Workspace, group_id: str, fields: GroupFields, *, who: Hand, state: str
) -> Kept:
    """Change the name of a group, at all of its places."""
    with _keeping(workspace, who) as editor:
        editor.require_state(GROUP, group_id, state)
        return editor.change(GROUP, group_id, fields.told, "change")


def confirm_place(
    workspace: Workspace, place_id: str, *, who: Hand, on: date | None = None
) -> Kept:
    """Note that a place still meets as it is told, as of a day, today if none is given."""
    with _keeping(workspace, who) as editor:
        day = (on or today()).isoformat()
        return editor.change(PLACE, place_id, {"verified_on": day}, "confirm")


def import_places(
    workspace: Workspace,
    rows: Sequence[Mapping[str, Any]],
    *,
    who: Hand,
    preview: bool,
    numbers: Iterable[int] = (),
    once: Once | None = None,
) -> list[Kept]:
    """
    Take in rows, a place each: by ``place_id`` or by its name one is changed, else one is made.

    All of them or, where one cannot be, none. A preview says what would be kept, and keeps nothing.
    ``numbers`` are those of the rows in their file. What is asked ``once`` is done once, and answered as
    then.
    """
    if not 1 <= len(rows) <= IMPORT_MOST:
        raise InvalidInputError(
            "an import has {n} rows; give 1 to {most}", n=len(rows), most=IMPORT_MOST
        )
    numbered = [*zip(numbers or range(1, len(rows) + 1), rows, strict=True)]
    with _keeping(workspace, who, dry=preview) as editor:
        return editor.once(once, lambda: [editor.take_in(row, number) for number, row in numbered])


def undo_change(workspace: Workspace, change_id: int, *, who: Hand) -> Kept:
    """
    Undo one change: its fields are again as before it, which is a change of its own.

    Raises
    ------
    ChangedError
        It was undone already, or what it changed was changed again.
    """
    with _keeping(workspace, who) as editor:
        return editor.undo(change_id)


def stale_places(workspace: Workspace, months: int = STALE_MONTHS) -> list[dict[str, Any]]:
    """Return the open places that nobody has confirmed for so many months, the longest first."""
    day = pd.Timestamp(today()) - pd.DateOffset(months=months)
    limit = day.date().isoformat()
    places = seen_places(workspace)
    waits = places["status"].isin(OPEN_STATUSES) & (places["verified_on"] < limit)
    found = places[waits].sort_values(["verified_on", "place_id"])
    names = ["place_id", "name", "venue_name", "schedule_text", "status", "verified_on"]
    return [{name: str(row[name]) for name in names} for row in found.to_dict("records")]


class _Editor:
    """Who changes what within one transaction, and what was changed in it."""

    def __init__(self, workspace: Workspace, opened: Session, who: Hand) -> None:
        self._workspace, self._opened, self._who = workspace, opened, who
        self._public = workspace.seen(PUBLIC)  # once: each row asks whose area it is in
        self._batch = uuid4().hex
        self._at = datetime.now(UTC).isoformat(timespec="seconds")

    def require_state(self, kind: KindOfRecord, key: str, state: str) -> None:
        _record(self._opened, kind, key)
        if not state:
            raise NoConditionError(
                "say which state of the {what} is meant (If-Match: the ETag that it was read with)",
                what=kind.known_as,
            )
        if state != _state(self._opened, self._workspace, kind, key):
            raise ChangedError(
                "{what} {key} was changed meanwhile; read it again, then change it",
                what=kind.known_as,
                key=key,
            )

    def create(self, kind: KindOfRecord, told: Mapping[str, Any], key: str) -> Kept:
        told = _checked(kind, {"name": "", **told})
        key = key or kind.free(self._opened)
        fields_of({"venue_id": key})
        same = self._same(kind, told, key)
        if same:
            raise TakenError(
                "there is such a {what} already ({same}); change that one",
                what=kind.known_as,
                same=same,
            )
        return self._make(kind, told, key)

    def _make(self, kind: KindOfRecord, told: Mapping[str, Any], key: str) -> Kept:
        where = self._at_venue(told) if kind is PLACE else {}
        record = {**kind.new(self._opened, key), **where, **told}
        return self._keep(kind, key, None, record, "create")

    def change(self, kind: KindOfRecord, key: str, told: Mapping[str, Any], action: str) -> Kept:
        before = _record(self._opened, kind, key)
        checked = _checked(kind, told)
        if "schedule_text" in checked:
            checked["schedule_origin"] = ""
        if kind is GROUP and self._same(GROUP, checked, "") not in ([], [key]):
            raise TakenError("there is a group of this name already; choose another name")
        return self._keep(kind, key, before, {**before, **checked}, action)

    def once(self, once: Once | None, do: Callable[[], list[Kept]]) -> list[Kept]:
        """Do what is asked, but once: what was done is answered as it was."""
        if once is None:
            return do()
        old = delete(AnswerRow).where(AnswerRow.at < forgotten_before())
        self._opened.execute(old)
        known = self._opened.get(AnswerRow, once.key)
        if known is not None:
            once.require_same(known.asked)
            return [Kept(**{**one, "fields": tuple(one["fields"])}) for one in known.answer]
        kept = do()
        row = {"key": once.key, "asked": once.asked, "at": self._at}
        self._opened.execute(insert(AnswerRow), [{**row, "answer": [asdict(one) for one in kept]}])
        return kept

    def take_in(self, row: Mapping[str, Any], number: int) -> Kept:
        try:
            return self._take_in(row)
        except (InvalidInputError, NotFoundError, TakenError) as error:
            raise InvalidInputError(
                "row {number}: {said}; nothing was taken in", number=number, said=error
            ) from error

    def _take_in(self, row: Mapping[str, Any]) -> Kept:
        place_id = str(row.get("place_id") or "")
        fields = fields_of({name: row[name] for name in row if name != "place_id"})
        if not place_id:
            same = self._same(PLACE, fields.told)
            if len(same) > 1:
                raise InvalidInputError("it may be any of {same}; say which by place_id", same=same)
            if not same:  # as was just looked up
                told = _checked(PLACE, {"name": "", **fields.told})
                return self._make(PLACE, told, PLACE.free(self._opened))
            place_id = same[0]
        if self._opened.get(Place, place_id) is not None:
            return self.change(PLACE, place_id, fields.told, "import")
        return self.create(PLACE, fields.told, place_id)

    def undo(self, change_id: int) -> Kept:
        one = self._opened.get(ChangeRow, change_id)
        if one is None:
            raise NotFoundError("there is no change {change_id}", change_id=change_id)
        kind = KINDS[one.kind]
        undone = select(ChangeRow.change_id).where(ChangeRow.undoes == change_id)
        now = kind.read(self._opened, one.key)
        changed = differing(one.before or {}, one.after or {})
        is_so = (now is None) is (one.after is None) and all(
            (now or {}).get(name) == value for name, value in changed.items()
        )
        if one.undoes is not None or self._opened.scalar(undone) is not None or not is_so:
            raise ChangedError(
                "change {change_id} is undone already, or what it changed was changed again; "
                "undo what came later first",
                change_id=change_id,
            )
        back = {name: (one.before or {}).get(name) for name in changed}
        before = None if one.before is None else {**(now or one.before), **back}
        return self._keep(kind, one.key, now, before, "undo", undoes=change_id)

    def _same(self, kind: KindOfRecord, told: Mapping[str, Any], key: str = "") -> list[str]:
        """Return the keys of those that are the same: of this key, else of this name where they stand."""
        if key and kind.read(self._opened, key) is not None:
            return [key]
        wanted = normalise(told.get("name", ""))
        if kind is PLACE:
            return self._same_places(told, wanted)
        at = normalise(told.get("address") or "")
        venues = kind.table.__table__.c.get("address", literal(""))
        columns = (kind.table.__table__.c[kind.id], kind.table.__table__.c.name, venues)
        return [
            str(found)
            for found, name, address in self._opened.execute(select(*columns))
            if wanted
            and normalise(name) == wanted
            and (not at or not address or normalise(address) == at)
        ]

    def _at_venue(self, told: Mapping[str, Any]) -> Record:
        """Return where a place is held: at the venue that is told, else at the only one of its name."""
        venue_id, name = told.get("venue_id"), normalise(told.get("venue_name") or "")
        if not venue_id and name:
            found = [
                key for key, one in VENUE.names(self._opened).items() if normalise(one) == name
            ]
            venue_id = found[0] if len(found) == 1 else None
        venue = VENUE.read(self._opened, venue_id) if venue_id else None
        if venue is None:
            return {}
        where = {"venue_id": venue_id, "venue_name": venue["name"], "address": venue["address"]}
        is_located = told.get("lon") is None and venue["lon"] is not None
        at = {"lon": venue["lon"], "lat": venue["lat"], "located_by": "venue"}
        return where | at if is_located else where

    def _same_places(self, told: Mapping[str, Any], wanted: str) -> list[str]:
        venue_id, venue = told.get("venue_id"), normalise(told.get("venue_name") or "")
        columns = (Place.place_id, Place.name, Place.venue_id, Place.venue_name)
        return [
            str(found)
            for found, name, at, called in self._opened.execute(select(*columns))
            if normalise(name) == wanted
            and venue_id in (None, "", at)
            and (not venue or venue == normalise(called or name))
        ]

    def _keep(
        self,
        kind: KindOfRecord,
        key: str,
        before: Record | None,
        after: Record | None,
        action: str,
        *,
        undoes: int | None = None,
    ) -> Kept:
        if kind is VENUE and after is not None and self._hosts_at_home(key):
            after = {**after, "private_home": True}
        fields = tuple(sorted(differing(before or {}, after or {})))
        if before is not None and after is not None and not fields:
            state = _state(self._opened, self._workspace, kind, key)
            return Kept(kind.name, key, "same", (), state)
        stands = [
            _council_of(self._public, self._opened, kind, one) for one in (before, after) if one
        ]
        self._who.require(stands)
        if after is None:
            kind.delete(self._opened, key)
        else:
            kind.write(self._opened, after)
        number = (self._opened.scalar(select(func.max(ChangeRow.change_id))) or 0) + 1
        row = {
            "change_id": number,
            "batch": self._batch,
            "at": self._at,
            "who": self._who.name,
            "action": action,
            "kind": kind.name,
            "key": key,
            "council_id": stands[-1],
            "before": before,
            "after": after,
            "undoes": undoes,
        }
        self._opened.execute(insert(ChangeRow), [row])
        state = _state(self._opened, self._workspace, kind, key)
        return Kept(kind.name, key, action, fields, state)

    def _hosts_at_home(self, venue_id: str) -> bool:
        """Say whether a place in a private home is held at a venue: then it is one, whatever is told."""
        held = select(Place.place_id).where(Place.venue_id == venue_id, Place.private_home)
        return self._opened.scalar(held) is not None


@contextmanager
def _keeping(workspace: Workspace, who: Hand, *, dry: bool = False) -> Iterator[_Editor]:
    """Yield the one who may write now; a dry one leaves nothing behind."""
    if workspace.is_published:
        raise InvalidInputError(
            "a published folder is not edited; edit the workspace that it was published from"
        )
    with workspace.working(), writing(workspace.registry_url) as opened:
        migrate(opened.connection())
        yield _Editor(workspace, opened, who)
        if dry:
            opened.rollback()


def _record(opened: Session, kind: KindOfRecord, key: str) -> Record:
    found = kind.read(opened, key)
    if found is None:
        raise NotFoundError("there is no {what} {key!r}", what=kind.known_as, key=key)
    return found


def _state(opened: Session, workspace: Workspace, kind: KindOfRecord, key: str) -> str:
    of_it = (ChangeRow.kind == kind.name, ChangeRow.key == key)
    last = opened.scalar(select(func.max(ChangeRow.change_id)).where(*of_it))
    return f"{workspace.sha256[:12]}-{last or 0}"


def _checked(kind: KindOfRecord, told: Mapping[str, Any]) -> Row:
    """Return what is told with dates as they are kept, refused where nobody could read it."""
    checked = dict(told)
    if "name" in told and not normalise(told["name"]):
        raise InvalidInputError("a {what} needs its name", what=kind.known_as)
    for name in _DATES:
        if checked.get(name):
            checked[name] = to_iso_date(str(checked[name]))
            if first_day(checked[name]) is None or last_day(checked[name]) is None:
                raise InvalidInputError(
                    "{name} {value!r} is no date; write it like 2025-04-01 or 2025-04",
                    name=name,
                    value=told[name],
                )
    schedule = str(checked.get("schedule_text") or "")
    if schedule and not parse_schedule(schedule).rules:
        raise InvalidInputError(
            "the schedule {schedule_text!r} cannot be read; write it like {example}",
            schedule_text=schedule,
            example=text("example.schedule", "ja"),
        )
    if (checked.get("lon") is None) is not (checked.get("lat") is None):
        raise InvalidInputError("lon and lat go together")
    return checked


def _council(workspace: Workspace, record: Mapping[str, Any]) -> str:
    """Return the council in whose area a place stands as the public view sees it, '' where in none."""
    if record.get("lon") is None or record.get("lat") is None:
        return ""
    public = workspace.seen(PUBLIC)
    point = gpd.GeoSeries.from_xy([record["lon"]], [record["lat"]], crs=LONLAT_EPSG)
    plane = point.to_crs(public.profile.municipality.plane_epsg).to_numpy()
    if record.get("private_home"):
        plane = public.home_cells.centres(plane)
    areas = public.areas()
    councils = areas[areas["layer"] == public.profile.analysis.council_layer]
    inside = councils[shapely.intersects(councils.geometry.to_numpy(), plane[0])]
    return str(inside["area_id"].iloc[0]) if len(inside) else ""


def _council_of(
    workspace: Workspace, opened: Session, kind: KindOfRecord, record: Mapping[str, Any]
) -> str:
    """Return the council in whose area something stands, '' where in none; a group stands with its places."""
    if kind is not GROUP:
        return _council(workspace, record)
    there = Place.group_id == record["group_id"]
    places = opened.execute(select(Place.__table__).where(there)).mappings()
    councils = {_council(workspace, dict(place)) for place in places}
    return councils.pop() if len(councils) == 1 else ""

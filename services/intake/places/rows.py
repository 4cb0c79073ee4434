"""Intake of gathering places as a city keeps them: names, schedules as typed, gaps in the columns."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import Sentence, SourceError
from geo.schedule.typed import parse_schedule
from services.intake.places.attributes import (
    attribute_fields,
    is_online,
    note_unread_dates,
    read_attributes,
)
from services.intake.places.duplicates import first_of_same
from services.intake.places.locator import CONFIRM_BELOW, Found
from services.intake.places.national import with_layout
from services.intake.places.points import (
    PROBLEMS,
    PointOptions,
    PointRows,
    note_look_alikes,
    note_not_asked,
    note_repairs,
    read_points,
    without_asides,
)
from services.intake.places.remarks import note_assumptions, settle_status
from services.intake.places.status import UNKNOWN, read_status
from services.intake.places.stops import with_stops
from services.intake.tables.cells import (
    cut_schedules,
    note_cells,
    note_empty,
    note_marks,
    without_marks,
)
from services.intake.tables.ledger import Entry, Ledger, SourceLedger
from services.intake.tables.mapping import note_not_used, resolved
from services.intake.tables.reading import (
    matches_filter,
    require_columns,
    require_name_field,
    texts,
)
from services.intake.tables.remarks import note_remarks
from services.privacy.homes import consents, is_private_home
from services.profile import Places, Source
from services.registry.attributes import ATTRIBUTES
from services.registry.places import FROM_PROFILE
from services.words.dates import to_iso_date
from services.words.names import normalise
from services.words.texts import text as words

Locate = Callable[[str, str], Found | tuple[float, float, str] | None]
"""Takes a venue's name and an address; gives x and y in the plane and how, or nothing."""

_SPAN = " \u3000〜～~-‐‑–—―−"
"""What stands between two hours, typed in the column of either."""

_HOW = {
    "venue": Sentence("its venue"),
    "area": Sentence("the area in its address"),
    "geocoder": Sentence("its address"),
    "confirmed": Sentence("what somebody has confirmed"),
}


def read_places(  # noqa: PLR0913  the municipality tells which way X points
    path: Path,
    *,
    spec: Places,
    source: Source,
    plane_epsg: int,
    locate: Locate,
    ledger: Ledger,
    near: BaseGeometry | None = None,
    jis_code: str = "",
) -> gpd.GeoDataFrame:
    """Read places in the plane CRS; one that cannot be located is kept without geometry and listed."""
    rows = read_points(
        path,
        lon_field=spec.lon_field,
        lat_field=spec.lat_field,
        source=source,
        plane_epsg=plane_epsg,
        options=PointOptions.of(spec, near=near, wanted=_fields(spec), jis_code=jis_code),
    )
    notes = ledger.of(source.id)
    rows, spec = with_layout(rows, spec, source=source, path=path, notes=notes)
    spec = resolved(
        spec,
        map(str, rows.table.columns),
        notes=notes,
        positions=rows.position_columns(),
    )
    require_columns(rows.table.columns, _fields(spec), path=path)
    require_name_field(spec.name_field, rows.table.columns, path=path)
    notes.rows_read += len(rows.table)
    note_empty(rows.table, notes=notes)
    note_cells(rows.table, _fields(spec), notes=notes)
    note_marks(rows.table, _fields(spec), notes=notes)
    note_remarks(rows.table, notes=notes)
    note_unread_dates(rows.table, (spec.opened_field, spec.verified_field), notes=notes)
    note_repairs(rows, notes=notes)
    note_not_used(map(str, rows.table.columns), spec, also=rows.columns, notes=notes)
    places = _places(rows, spec=spec, source=source, plane_epsg=plane_epsg)
    places["schedule_text"] = cut_schedules(
        places["schedule_text"].tolist(), places["row"], notes=notes
    )
    places = _with_attributes(places, rows, spec=spec, source=source, notes=notes)
    if spec.where:
        asked = matches_filter(texts(rows.table, spec.where.field), spec.where.contains)
        places = places[asked]
        note_not_asked(int((~asked).sum()), where=spec.where, notes=notes)
    places = _named(without_asides(places, rows.table, notes=notes), notes=notes)
    _require_in_japan(places, path=path)
    places = with_stops(places, notes=notes)
    places = _located(places, locate=locate, notes=notes)
    places = _distinct(places, notes=notes)
    _note_remarks(places, notes=notes)
    note_look_alikes(places, notes=notes)
    note_assumptions(places, notes=notes)
    notes.rows_used += places["row"].nunique()
    places["venue_id"] = _venue_ids(places, source=source)
    columns = ["place_id", "name", "kind", "venue_id", "venue_name", "group_name", "address"]
    columns += ["schedule_text", "schedule_origin", "status", "opened_on", "verified_on"]
    columns += ["private_home", "located_by", "located_level", "confidence", "consent"]
    columns += ["stand_in", "row", "source_id", *ATTRIBUTES, "geometry"]
    return places[columns].reset_index(drop=True)


def require_near(
    places: gpd.GeoDataFrame, boundary: shapely.Geometry, *, path: Path, margin_m: float
) -> None:
    """Refuse a place (or venue) that lies farther than a margin from the municipality, as in the sea."""
    known = places[~(places.geometry.isna() | places.geometry.is_empty)]
    distance_m = shapely.distance(known.geometry.to_numpy(), boundary)
    for place, away_m in zip(known.to_dict("records"), distance_m, strict=True):
        if away_m > margin_m:
            raise SourceError(
                "{name} is {away_km:.1f} km outside the municipality; correct its latitude "
                "and longitude or leave them empty",
                path=path,
                row=int(place["row"]),
                name=place["name"],
                away_km=away_m / 1000,
            )


def _fields(spec: Places) -> list[str]:
    fields = [spec.name_field, spec.schedule_field, spec.venue_field, spec.group_field]
    fields += [spec.kind_field, spec.address_field, spec.status_field]
    fields += [spec.opened_field, spec.verified_field, spec.consent_field]
    fields += [spec.start_field, spec.end_field, *attribute_fields(spec)]
    return fields + ([spec.where.field] if spec.where else [])


def _places(rows: PointRows, *, spec: Places, source: Source, plane_epsg: int) -> gpd.GeoDataFrame:
    table = rows.table
    kinds = [kind or spec.kind for kind in texts(table, spec.kind_field)]
    venues, names = (
        [without_marks(text) for text in texts(table, field)]
        for field in (spec.venue_field, spec.name_field)
    )
    private = [
        is_private_home(cells, words=spec.private_home_kinds)
        for cells in zip(kinds, venues, names, strict=True)
    ]
    located = rows.problems == ""
    frame = gpd.GeoDataFrame(
        {
            "place_id": [f"{source.id}-{row}" for row in table.index],
            "name": names,
            "kind": kinds,
            "venue_name": venues,
            "group_name": [without_marks(text) for text in texts(table, spec.group_field)],
            "address": texts(table, spec.address_field),
            "schedule_text": _schedules(table, spec),
            "status_text": texts(table, spec.status_field),
            "opened_on": [to_iso_date(cell) for cell in texts(table, spec.opened_field)],
            "verified_on": [to_iso_date(cell) for cell in texts(table, spec.verified_field)],
            "private_home": np.array(private, dtype=bool),
            "located_by": np.where(located, "coordinates", ""),
            "located_level": np.where(located, "coordinates", ""),
            "confidence": np.where(located, 1.0, 0.0),
            "consent": np.array(
                [consents(t) for t in texts(table, spec.consent_field)], dtype=bool
            ),
            "row": table.index.to_numpy(),
            "source_id": source.id,
            "problem": rows.problems,
        },
        geometry=list(rows.shapes),
        crs=plane_epsg,
    )
    untold = frame["schedule_text"] == ""
    frame["schedule_origin"] = np.where(untold & (spec.schedule_text != ""), FROM_PROFILE, "")
    frame["schedule_text"] = frame["schedule_text"].mask(untold, spec.schedule_text)
    frame["stand_in"] = spec.stand_in != ""
    frame["status"] = [read_status(text) or "active" for text in frame["status_text"]]
    return frame


def _with_attributes(
    places: gpd.GeoDataFrame,
    rows: PointRows,
    *,
    spec: Places,
    source: Source,
    notes: SourceLedger,
) -> gpd.GeoDataFrame:
    found = read_attributes(rows.table, spec=spec, notes=notes)
    places = places.assign(**{name: found[name].array for name in ATTRIBUTES})
    said = [
        is_online((kind, venue))
        for kind, venue in zip(places["kind"], places["venue_name"], strict=True)
    ]
    statuses = [
        settle_status(place, as_of=to_iso_date(source.as_of) or source.as_of)
        for place in places.to_dict("records")
    ]
    held: gpd.GeoDataFrame = places.assign(
        online=places["online"].fillna(pd.Series(said, index=places.index)), status=statuses
    )
    return held


def _schedules(table: pd.DataFrame, spec: Places) -> list[str]:
    """Return schedules as typed, with the hours of columns of their own behind them."""
    days = texts(table, spec.schedule_field)
    # 「10:00〜」 beside 「〜12:00」 is one span.
    starts, ends = (
        [hour.strip(_SPAN) for hour in texts(table, field)]
        for field in (spec.start_field, spec.end_field)
    )
    return [
        f"{day} {start}〜{end}" if day and start and end and ":" not in day else day
        for day, start, end in zip(days, starts, ends, strict=True)
    ]


def _named(places: gpd.GeoDataFrame, *, notes: SourceLedger) -> gpd.GeoDataFrame:
    for row in places.loc[places["name"] == "", "row"]:
        notes.rows_refused += 1
        notes.note(
            Entry("no_name", Sentence("the place has no name; not used, name it"), row=int(row))
        )
    return places[places["name"] != ""].copy()


def _require_in_japan(places: gpd.GeoDataFrame, *, path: Path) -> None:
    wrong = places[places["problem"].isin(["outside_japan"])]
    for place in wrong.to_dict("records"):
        why = PROBLEMS[str(place["problem"])]
        raise SourceError(
            "{name}: {why}; correct them or leave them empty",
            path=path,
            row=int(place["row"]),
            name=place["name"],
            why=why,
        )


def _located(places: gpd.GeoDataFrame, *, locate: Locate, notes: SourceLedger) -> gpd.GeoDataFrame:
    shapes, how = places.geometry.to_numpy().copy(), places["located_by"].to_numpy(dtype=object)
    level = places["located_level"].to_numpy(dtype=object)
    confidence = places["confidence"].to_numpy(dtype=float).copy()
    records = places.to_dict("records")
    for number in np.flatnonzero(places["problem"].to_numpy() != "").tolist():
        place = records[number]
        # Without a venue column the place may itself bear the venue's name.
        answer = locate(str(place["venue_name"] or place["name"]), str(place["address"]))
        if answer is None:
            _note_unlocated(place, notes=notes)
            continue
        found = Found(*answer)
        shapes[number], how[number] = shapely.Point(found.x, found.y), found.how
        level[number], confidence[number] = found.level, found.confidence
        _note_located(place, found, notes=notes)
    return places.set_geometry(gpd.GeoSeries(shapes, index=places.index, crs=places.crs)).assign(
        located_by=how, located_level=level, confidence=confidence
    )


def _note_unlocated(place: dict[object, object], *, notes: SourceLedger) -> None:
    notes.note(
        Entry(
            "no_coordinates",
            Sentence(
                "{name}: no coordinates, and neither its venue nor its address is known; "
                "listed but not counted, give latitude and longitude",
                name=place["name"],
            ),
            row=int(str(place["row"])),
        )
    )


def _note_located(place: dict[object, object], found: Found, *, notes: SourceLedger) -> None:
    notes.rows_repaired += 1
    rough = Sentence("; this is rough, give latitude and longitude")
    row = int(str(place["row"]))
    notes.note(
        Entry(
            f"located_by_{found.how}",
            Sentence(
                "{name}: no coordinates; located by {how} (level {level}, "
                "confidence {confidence:.1f}){rough}",
                name=place["name"],
                how=_HOW.get(found.how, found.how),
                level=found.level or found.how,
                confidence=found.confidence,
                rough=rough if found.how == "area" else "",
            ),
            row=row,
        )
    )
    if found.confidence < CONFIRM_BELOW:
        notes.note(
            Entry(
                "to_confirm",
                Sentence(
                    "{name}: its position is uncertain; confirm or correct it in to_confirm.csv",
                    name=place["name"],
                ),
                row=row,
            )
        )


def _distinct(places: gpd.GeoDataFrame, *, notes: SourceLedger) -> gpd.GeoDataFrame:
    """Leave out what is there twice; without a schedule two rows of one hall may be two groups."""
    groups = [
        f"{normalise(name)}|{normalise(group)}"
        for name, group in zip(places["name"], places["group_name"], strict=True)
    ]
    schedules = [parse_schedule(str(text)) for text in places["schedule_text"]]
    keys = [
        f"{group}|{repr(schedule) if schedule.rules else number}"
        for number, (group, schedule) in enumerate(zip(groups, schedules, strict=True))
    ]
    first = first_of_same(keys, places.geometry.to_numpy())
    _note_same_unknown(places, groups, [not one.rules for one in schedules], notes=notes)
    rows, names = places["row"].to_numpy(), places["name"].to_numpy()
    for number in np.flatnonzero(first != np.arange(len(places))):
        notes.rows_refused += 1
        notes.note(
            Entry(
                "duplicate",
                Sentence(
                    "{names}: the same place and schedule as row {rows}; counted once",
                    names=names[number],
                    rows=rows[first[number]],
                ),
                row=int(rows[number]),
            )
        )
    once: gpd.GeoDataFrame = places[first == np.arange(len(places))].copy()
    return once


def _note_same_unknown(
    places: gpd.GeoDataFrame, groups: list[str], unknown: list[bool], *, notes: SourceLedger
) -> None:
    """List rows of one name at one spot whose days nobody knows: all are kept."""
    rows, names = places["row"].to_numpy(), places["name"].to_numpy()
    for number, first in enumerate(first_of_same(groups, places.geometry.to_numpy())):
        if first != number and unknown[number]:
            notes.note(
                Entry(
                    "perhaps_duplicate",
                    Sentence(
                        "{name}: the same name as row {first}, and no days that can be read; both "
                        "are kept as groups of their own, delete one if it is a copy",
                        name=names[number],
                        first=rows[first],
                    ),
                    row=int(rows[number]),
                )
            )


def _note_remarks(places: gpd.GeoDataFrame, *, notes: SourceLedger) -> None:
    for place in places.to_dict("records"):
        row, name = int(place["row"]), place["name"]
        if read_status(str(place["status_text"])) == UNKNOWN:
            text = place["status_text"]
            notes.note(
                Entry(
                    "unknown_status",
                    Sentence(
                        "{name}: the status {text!r} is not understood; the place does not count "
                        "until it is",
                        name=name,
                        text=text,
                    ),
                    row=row,
                )
            )
        if entry := _unknown_schedule(str(place["schedule_text"]), name=name, row=row):
            notes.note(entry)


def _unknown_schedule(text: str, *, name: str, row: int) -> Entry | None:
    """Say that a schedule gives no frequency, and which of its words are not understood."""
    schedule = parse_schedule(text)
    if schedule.rules:
        return None
    if not schedule.unread:
        return Entry(
            "unknown_schedule",
            Sentence(
                "{name}: the schedule {text!r} gives no frequency; counted in no class",
                name=name,
                text=text,
            ),
            row=row,
        )
    return Entry(
        "schedule_unread",
        Sentence(
            "{name}: in the schedule {text!r} {unread!r} is not understood; counted in no class, "
            "write it like {example}",
            name=name,
            text=text,
            unread=schedule.unread,
            example=words("example.schedule", "ja"),
        ),
        row=row,
    )


def _venue_ids(places: gpd.GeoDataFrame, *, source: Source) -> list[str]:
    """Give one id to the groups of one venue: same venue (else same place name) within 50 m."""
    keys = [
        normalise(venue) or normalise(name)
        for venue, name in zip(places["venue_name"], places["name"], strict=True)
    ]
    unlocated = places.geometry.isna().to_numpy()
    addresses = [normalise(address) for address in places["address"]]
    keys = [
        f"{key}|{address}" if alone else key
        for key, address, alone in zip(keys, addresses, unlocated, strict=True)
    ]
    first = first_of_same(keys, places.geometry.to_numpy())
    # The stops of one row are places of their own: salons-5-1 is held at salons-v5-1.
    numbers = [place_id.removeprefix(f"{source.id}-") for place_id in places["place_id"]]
    return [f"{source.id}-v{numbers[number]}" for number in first]

"""Programmes at rotating venues: one row of a source becomes a place at each of its venues."""

import geopandas as gpd
import pandas as pd

from geo.errors import Sentence
from geo.schedule.rotation import is_rotating, read_rotation
from services.intake.tables.ledger import Entry, SourceLedger
from services.words.texts import text


def with_stops(places: gpd.GeoDataFrame, *, notes: SourceLedger) -> gpd.GeoDataFrame:
    """
    Return the places with one row per stop of each rotating programme.

    A stop is located by its own venue only: the row's coordinates are those of none of them. Its
    ``programme_id`` is the row's place_id, and its group the row's group, else the row's name.
    """
    rotating = [is_rotating(text) for text in places["schedule_text"]]
    if not any(rotating):
        return places
    rows = []
    for place, rotates in zip(places.to_dict("records"), rotating, strict=True):
        stops = _stops(place) if rotates else []
        if rotates:
            _note(place, stops, notes=notes)
        rows += stops or [place]
    spread = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=places.crs)
    return spread[list(places.columns)]


def _stops(place: dict[object, object]) -> list[dict[object, object]]:
    stops = read_rotation(str(place["schedule_text"]))
    return [
        {
            **place,
            "place_id": f"{place['place_id']}-{number}",
            "programme_id": place["place_id"],
            "group_name": place["group_name"] or place["name"],
            "venue_name": stop.venue,
            "schedule_text": stop.schedule,
            "address": "",
            "located_by": "",
            "located_level": "",
            "confidence": 0.0,
            "problem": "no_coordinates",
            "geometry": None,
        }
        for number, stop in enumerate(stops, start=1)
    ]


def _note(
    place: dict[object, object], stops: list[dict[object, object]], *, notes: SourceLedger
) -> None:
    row, name = int(str(place["row"])), place["name"]
    if stops:
        venues = "、".join(str(stop["venue_name"]) for stop in stops)
        notes.rows_repaired += 1
        notes.note(
            Entry(
                "rotating_venues",
                Sentence(
                    "{name}: held in turn at {venues}; {stops_n} places of one group",
                    name=name,
                    venues=venues,
                    stops_n=len(stops),
                ),
                row=row,
            )
        )
        return
    notes.note(
        Entry(
            "rotation_unread",
            Sentence(
                "{name}: held at rotating venues that {schedule_text!r} does not list as "
                "{example}; taken as one place",
                name=name,
                schedule_text=place["schedule_text"],
                example=text("example.rotation", "ja"),
            ),
            row=row,
        )
    )

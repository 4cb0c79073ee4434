"""The words of the town: its names, and what its offices type, from ``data/modeltown/``."""

import tomllib
from typing import Annotated

from pydantic import BeforeValidator

from services.profile.base import Table
from services.words.datafiles import data_file

Words = tuple[str, ...]
Spaced = Annotated[Words, BeforeValidator(str.split)]
"""Words with a space or a line between them."""


class _City(Table):
    name: str
    prefecture: str
    jis_code: str


class _Areas(Table):
    first: str
    block: str
    block_ending: str
    quarter_ending: str
    quarter_sides: str
    again: str
    neighbourhood: str
    community: str
    two_sides: tuple[str, str]
    compass: Words
    daily_life: str
    typed_differently: tuple[str, str]
    unmatched: Words
    old: Spaced
    new_first: str
    new_stems: Spaced
    new_forms: Spaced
    field_first: Spaced
    field_stems: Spaced
    field_forms: Spaced


class _Map(Table):
    railway: str
    river: str
    canal: str
    pond: str
    lone_park: str
    town_hall: str
    hospital: str
    stations: Spaced
    shrines: Spaced
    motorway: str
    bypass: str
    castle_park: str
    lone_path: str
    slope: str
    bus_operator: str
    bus_route: str
    station_stop: str
    school_founder: str


class _Columns(Table):
    population: Words
    venues: Words
    places: Words


class _Typed(Table):
    address: str
    tatami: str
    m2: str
    persons: str
    opened_heisei: str
    opened_reiwa: str
    numbered: str


class VenueKind(Table):
    """What venues of one kind are called, and what their rooms have in common."""

    label: str
    name: str
    """With {area}, that it is named after, and {own}, a name of its own."""
    m2: tuple[float, float]
    free: Words
    barrier_free_share: float
    rents: Words
    owner: str
    """With {name} and {stem}, those of the venue; empty where it is not known."""
    in_tatami: bool = False


class _Home(Table):
    name: str
    consent: str


class _Venues(Table):
    day_cares: Words
    shops: str
    baths: Words
    homes: tuple[_Home, ...]
    kinds: dict[str, VenueKind]


class _Pair(Table):
    name: str
    schedule: str


class _Places(Table):
    kind: str
    exercise_kind: str
    exercise: str
    group: str
    active: str
    paused: str
    irregular: str
    weekly: Words
    permanent: Words
    monthly: Words
    activities: Words
    groups: Words
    odd_weeks: _Pair
    even_weeks: _Pair
    home: dict[str, str]
    by_area: dict[str, str]


class _Wishes(Table):
    must: str
    must_not: str


class Names(Table):
    """All words of the town."""

    numerals: str
    full_width: str
    city: _City
    areas: _Areas
    map: _Map
    columns: _Columns
    typed: _Typed
    venues: _Venues
    places: _Places
    wishes: _Wishes


NAMES = Names.model_validate(
    tomllib.loads(data_file("modeltown/names.toml").read_text(encoding="utf-8"))
)
FULL_WIDTH = str.maketrans("0123456789", NAMES.full_width)

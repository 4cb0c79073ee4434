"""A look at the files of a profile: what each holds and what is missing, without a build."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.errors import ArukebaError, Sentence
from geo.schedule.typed import parse_schedule
from services.intake.areas.polygons import assemble_areas
from services.intake.inputs import Inputs
from services.intake.people.population import read_population
from services.intake.places.position import keep_inside
from services.intake.places.rows import read_places, require_near
from services.intake.places.venues import read_venues
from services.intake.tables.encodings import decoded
from services.intake.tables.filetypes import type_of
from services.intake.tables.ledger import Ledger, SourceLedger
from services.intake.tables.mapping import NOT_USED
from services.intake.tables.reading import read_source, require_columns
from services.intake.vectors.reading import vector_facts
from services.profile import Places, Population, Profile, Source, Venues
from services.profile.base import columns_of
from services.words.dates import today

_DOWNLOADED = "osmnx"
_TOLD_APART = (NOT_USED, "columns_recognised")


@dataclass(frozen=True)
class Seen:
    """What one file of a source holds; what is not known of this sort of file is None or empty."""

    source: str
    path: Path
    there: bool
    use: str = ""
    """``places``, ``venues``, ``population``, ``layer``; else the format."""
    type: str = ""
    """What the file is by its bytes, the driver of a vector file, or the format where neither tells."""
    encoding: str = ""
    sheet: str = ""
    rows: int | None = None
    taken: tuple[tuple[str, str], ...] = ()
    """Meaning and column, of the columns that were taken for something."""
    located: int | None = None
    """Rows with a position of their own."""
    schedules: int | None = None
    """Rows whose schedule gives a frequency."""
    remarks: tuple[tuple[str, int], ...] = ()
    """Code and number of the remarks that a build would write into the ledger."""
    not_used: Sentence | None = None
    """The columns that nothing is read from."""
    missing: tuple[Sentence, ...] = ()
    problem: ArukebaError | None = None
    """Why a build would refuse the file."""

    @property
    def usable(self) -> bool:
        """Say whether a build would read the file."""
        return self.there and self.problem is None


def look_at(profile: Profile, base: Path) -> Iterator[Seen]:
    """
    Look at every file of a profile, one after the other.

    Places and venues are read as a build reads them, but for what needs the streets: a place without
    a position is not looked for. Where the areas cannot be read, nothing is told of what lies outside.
    """
    intake = _Intake(profile, base, Ledger())
    for source in profile.sources:
        if source.format == _DOWNLOADED:
            continue
        for path in intake.paths(source.id):
            yield _look(path, source, intake)


class _Intake(Inputs):
    """The inputs, and the municipality's outline where the layers tell it."""

    @cached_property
    def outline(self) -> BaseGeometry | None:
        """The outline; None where a file of the layers is missing or refused."""
        try:
            return assemble_areas(self.profile, self.path, day=today(), ledger=Ledger()).boundary()
        except ArukebaError:
            return None

    @property
    def near(self) -> BaseGeometry | None:
        """The municipality and its surroundings."""
        return self.outline.buffer(self.margin_m) if self.outline is not None else None

    @property
    def margin_m(self) -> float:
        """How far beyond the outline places may lie."""
        return self.profile.streets.margin_m


def _look(path: Path, source: Source, intake: _Intake) -> Seen:
    seen = Seen(source.id, path, there=_is_file(path), use=source.format)
    if not seen.there:
        return seen
    try:
        return _held(seen, source, intake)
    except ArukebaError as problem:
        return replace(seen, problem=problem)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False


def _held(seen: Seen, source: Source, intake: _Intake) -> Seen:
    if source.format == "vector":
        seen = _with_facts(seen, source, intake.profile)
    elif source.format == "csv":
        seen = _with_text(seen, source)
    else:
        return replace(seen, type=source.format)
    if seen.problem:
        return seen
    profile = intake.profile
    uses: list[tuple[str, Any, Callable[[Seen, Any, Source, _Intake], Seen]]] = [
        *(("places", spec, _with_places) for spec in profile.places),
        *(("venues", spec, _with_venues) for spec in profile.venues),
        ("population", profile.population, _with_people),
    ]
    for use, spec, read in uses:
        if spec.source == source.id:
            return replace(_tried(read, seen, spec, source, intake), use=use)
    return seen


def _tried(
    read: Callable[[Seen, Any, Source, _Intake], Seen],
    seen: Seen,
    spec: Places | Venues | Population,
    source: Source,
    intake: _Intake,
) -> Seen:
    """Return what a reader finds; where it refuses the file, what was known before and why."""
    try:
        return read(seen, spec, source, intake)
    except ArukebaError as problem:
        return replace(seen, problem=problem)


def _with_text(seen: Seen, source: Source) -> Seen:
    found = type_of(seen.path)
    seen = replace(seen, type=found)
    if found == "text":
        _, encoding = decoded(seen.path.read_bytes(), path=seen.path, encoding=source.encoding)
        seen = replace(seen, type=source.format, encoding=encoding)
    try:
        table = read_source(seen.path, source=source)
    except ArukebaError as problem:
        return replace(seen, problem=problem)
    return replace(seen, rows=len(table), sheet=str(table.attrs.get("sheet", "")))


def _with_facts(seen: Seen, source: Source, profile: Profile) -> Seen:
    facts = vector_facts(seen.path, source=source)
    seen = replace(
        seen,
        type=str(facts["driver"]),
        encoding=str(facts.get("encoding") or ""),
        rows=int(facts["features"]),
        sheet=str(facts.get("layer", "")),
    )
    for layer in profile.layers:
        if layer.source == source.id and not layer.method:
            named = {"name": layer.name_field, "id": layer.id_field}
            taken = tuple((meaning, column) for meaning, column in named.items() if column)
            seen = replace(seen, use="layer", taken=taken)
            try:
                require_columns(list(facts["fields"]), named.values(), path=seen.path)
            except ArukebaError as problem:
                return replace(seen, problem=problem)
    return seen


def _with_places(seen: Seen, spec: Places, source: Source, intake: _Intake) -> Seen:
    ledger = Ledger()
    places = read_places(
        seen.path,
        spec=intake.mapped(spec),
        source=source,
        plane_epsg=intake.plane_epsg,
        locate=lambda *_: None,
        ledger=ledger,
        near=intake.near,
        jis_code=intake.profile.municipality.jis_code,
    )
    seen = _with_ledger(seen, ledger.of(source.id))
    located = int(places.geometry.notna().sum())
    said = [str(text) for text in places["schedule_text"]]
    # What the profile says of every row is an assumption, nothing that the file told.
    own = [text for text in said if text != spec.schedule_text]
    known = [bool(parse_schedule(text).rules) for text in own]
    missing = []
    if len(own) < len(said) and spec.schedule_text:
        missing.append(
            Sentence(
                "{rows_n} have no schedule of their own; {text!r} of the profile is assumed",
                rows_n=len(said) - len(own),
                text=spec.schedule_text,
            )
        )
    elif "schedule" not in dict(seen.taken):
        missing.append(Sentence("no column says when places meet, so all schedules are unknown"))
    if located < len(places):
        missing.append(
            Sentence(
                "{rows_n} have no position; a build looks for them by venue, address and area",
                rows_n=len(places) - located,
            )
        )
    seen = replace(
        seen, rows=len(places), located=located, schedules=sum(known), missing=tuple(missing)
    )
    if intake.outline is None:
        return seen
    try:
        require_near(places, intake.outline, path=seen.path, margin_m=intake.margin_m)
    except ArukebaError as problem:
        return replace(seen, problem=problem)
    return seen


def _with_venues(seen: Seen, spec: Venues, source: Source, intake: _Intake) -> Seen:
    ledger = Ledger()
    venues = read_venues(
        seen.path,
        spec=intake.mapped(spec),
        source=source,
        plane_epsg=intake.plane_epsg,
        ledger=ledger,
        near=intake.near,
        jis_code=intake.profile.municipality.jis_code,
    )
    if intake.near is not None:
        venues = keep_inside(venues, intake.near, ledger.of(source.id))
    return replace(_with_ledger(seen, ledger.of(source.id)), located=len(venues))


def _with_people(seen: Seen, spec: Population, source: Source, intake: _Intake) -> Seen:
    if intake.profile.layer(spec.layer).method == "mesh":
        return seen
    ledger = Ledger()
    people = read_population(seen.path, spec=spec, source=source, ledger=ledger)
    seen = _with_ledger(seen, ledger.of(source.id))
    groups = {group: "＋".join(columns_of(named)) for group, named in spec.age_groups.items()}
    named = {"name": spec.name_field, "id": spec.id_field, **groups}
    taken = tuple((meaning, column) for meaning, column in named.items() if column)
    return replace(seen, rows=len(people), taken=taken)


def _with_ledger(seen: Seen, notes: SourceLedger) -> Seen:
    codes = Counter(entry.code for entry in notes.entries if entry.code not in _TOLD_APART)
    not_used = next((entry.said for entry in notes.entries if entry.code == NOT_USED), None)
    return replace(
        seen,
        taken=tuple(notes.taken.items()),
        remarks=tuple(sorted(codes.items())),
        not_used=not_used,
    )

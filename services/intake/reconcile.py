"""Reconciliation: areas proposed for the names that match none, with reason and confidence."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import LONLAT_EPSG
from geo.errors import InvalidInputError, Sentence
from services.intake.areas.layers import read_layer
from services.intake.people.population import MAIN_AGE_GROUPS, match_population, read_population
from services.intake.tables.columns import quoted
from services.intake.tables.ledger import Ledger
from services.profile import Profile, read_profile
from services.words.names import normalise, stem
from services.words.texts import told
from services.workspace.folder import open_workspace
from services.workspace.remainder import FILE, read_unmatched, unmatched_frame
from services.workspace.staging import staged_file

NEAR_M = 150.0
"""A point this close to an area, and to no other, may be meant for it."""
SAVE_FROM = 0.7
"""Proposals of at least this confidence are saved unless others are asked for."""


@dataclass(frozen=True)
class Proposal:
    """An area for a name, '' where none can be proposed; the remainder keeps it by name then."""

    name: str
    row: int
    residents: float
    """Of the main age group."""
    area: str
    reason: Sentence
    confidence: float


@dataclass(frozen=True)
class _Point:
    """The area that a row's point lies in, else the nearest; infinitely far without a point."""

    area: str
    away_m: float


def propose_matches(
    unmatched: pd.DataFrame, areas: gpd.GeoDataFrame, *, plane_epsg: int
) -> list[Proposal]:
    """Propose an area of the layer for each unmatched row, most residents first."""
    names: dict[str, list[str]] = defaultdict(list)
    for name in areas["area_name"]:
        names[normalise(name)].append(str(name))
    # A name that two areas bear is no answer.
    single = {form: found[0] for form, found in names.items() if len(found) == 1}
    points = _points(unmatched, areas, plane_epsg=plane_epsg)
    proposals = [
        _proposal(record, point, single)
        for record, point in zip(unmatched.to_dict("records"), points, strict=True)
    ]
    return sorted(proposals, key=lambda found: (-found.residents, found.row))


def _points(unmatched: pd.DataFrame, areas: gpd.GeoDataFrame, *, plane_epsg: int) -> list[_Point]:
    if not {"lon", "lat"} <= set(unmatched.columns) or unmatched.empty:
        return [_Point("", np.inf)] * len(unmatched)
    lonlat = unmatched[["lon", "lat"]].to_numpy(dtype=float)
    known = np.isfinite(lonlat).all(axis=1)
    points = gpd.GeoSeries.from_xy(lonlat[known, 0], lonlat[known, 1], crs=LONLAT_EPSG)
    points = points.to_crs(plane_epsg)
    shapes, names = areas.geometry.to_numpy(), areas["area_name"].to_numpy()
    nearest = shapely.STRtree(shapes).nearest(points.to_numpy())
    away_m = shapely.distance(points.to_numpy(), shapes[nearest])
    found = iter(zip(names[nearest].tolist(), away_m.tolist(), strict=True))
    return [_Point(*next(found)) if there else _Point("", np.inf) for there in known]


def _proposal(record: dict[object, object], point: _Point, single: dict[str, str]) -> Proposal:
    group = next((group for group in MAIN_AGE_GROUPS if group in record), "")
    residents = float(str(record[group])) if group else 0.0
    name, row = str(record["name"]), int(str(record["row"]))
    area, reason, confidence = _choose(name, point, single)
    return Proposal(name, row, residents, area, reason, confidence)


def _choose(name: str, point: _Point, single: dict[str, str]) -> tuple[str, Sentence, float]:
    """Choose by the stem of the name, then by the point; what both say is surest."""
    area = single.get(stem(name), "")
    if area:
        return area, *_by_stem(area, point)
    here = point.area if normalise(point.area) in single else ""
    if here and point.away_m == 0.0:
        if normalise(name).startswith(normalise(here)):
            said = Sentence("its point lies in {area}, and its name begins with it", area=here)
            return here, said, 0.9
        return here, Sentence("its point lies in {area}", area=here), 0.7
    if here and point.away_m <= NEAR_M:
        said = Sentence(
            "its point is {away_m:.0f} m from {area}, the nearest area",
            away_m=point.away_m,
            area=here,
        )
        return here, said, 0.5
    said = Sentence(
        "neither its name nor its point tells an area; it stays in the remainder under its name"
    )
    return "", said, 0.0


def _by_stem(area: str, point: _Point) -> tuple[Sentence, float]:
    if not np.isfinite(point.away_m):
        return Sentence("the stem of its name is {area}", area=area), 0.8
    if point.area == area and point.away_m == 0.0:
        said = Sentence("the stem of its name is {area}, and its point lies there", area=area)
        return said, 0.95
    said = Sentence(
        "the stem of its name is {area}, though its point lies at {other}",
        area=area,
        other=point.area,
    )
    return said, 0.75


@dataclass(frozen=True)
class Reconciliation:
    """The proposals for one municipality, and where they can be saved."""

    proposals: list[Proposal]
    profile_path: Path | None
    residents: float
    """Residents of the main age group in the whole table, matched or not; 0 where unknown."""


def reconcile(target: Path, *, data: Path | None = None) -> Reconciliation:
    """Propose matches for a profile with its files, or for a workspace that was built."""
    if target.is_dir():
        workspace = open_workspace(target)
        areas = workspace.areas()
        areas = areas.assign(area_name=areas["typed_name"])
        layer = areas[areas["layer"] == workspace.profile.population.layer]
        epsg = workspace.profile.municipality.plane_epsg
        lost = read_unmatched(workspace.file(FILE))
        demand = workspace.demand()
        group = _main_group(workspace.profile)
        residents = float(demand[group].sum() + lost[group].sum())
        return Reconciliation(propose_matches(lost, layer, plane_epsg=epsg), None, residents)
    profile = read_profile(target)
    base = data or target.parent
    layer, matched = _matched(profile, base)
    epsg = profile.municipality.plane_epsg
    proposals = propose_matches(unmatched_frame(matched), layer, plane_epsg=epsg)
    return Reconciliation(proposals, target, float(matched[_main_group(profile)].sum()))


def _main_group(profile: Profile) -> str:
    groups = profile.population.age_groups
    return next((group for group in MAIN_AGE_GROUPS if group in groups), next(iter(groups)))


def _matched(profile: Profile, base: Path) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    spec, ledger = profile.population, Ledger()
    layer = profile.layer(spec.layer)
    polygons, people = profile.source(layer.source), profile.source(spec.source)
    areas = read_layer(
        base / polygons.path,
        layer=layer,
        source=polygons,
        plane_epsg=profile.municipality.plane_epsg,
        ledger=ledger,
    )
    table = read_population(base / people.path, spec=spec, source=people, ledger=ledger)
    return areas, match_population(table, areas, spec=spec, ledger=ledger)


def save_matches(proposals: Iterable[Proposal], profile_path: Path) -> int:
    """
    Write proposals into the profile's [population.matches] and return how many were new.

    Every other line stays as it is; a name that has a match already keeps it.
    """
    profile = read_profile(profile_path)
    known = profile.population.matches
    new = {found.name: found for found in proposals if found.area and found.name not in known}
    if not new:
        return 0
    text = profile_path.read_text(encoding="utf-8")
    added = [
        f"{quoted(found.name)} = {quoted(found.area)} # {told(found.reason, 'ja')}"
        for found in new.values()
    ]
    changed = _inserted(text, added)
    expected = tomllib.loads(text)
    expected["population"].setdefault("matches", {}).update({n: p.area for n, p in new.items()})
    if tomllib.loads(changed) != expected:
        raise InvalidInputError(
            "{profile_path}: [population.matches] is written in a way that cannot be "
            "added to; make it a table of its own",
            profile_path=profile_path,
        )
    with staged_file(profile_path) as staging:
        staging.write_text(changed, encoding="utf-8")
    return len(new)


def _inserted(text: str, added: list[str]) -> str:
    """Put lines behind the header of the table, else a table of its own behind [population…]."""
    lines = text.splitlines()
    header = "[population.matches]"
    heads = {n: line.split("#")[0].strip() for n, line in enumerate(lines) if line[:1] == "["}
    at = next((n for n, head in heads.items() if head == header), None)
    if at is not None:
        return "\n".join([*lines[: at + 1], *added, *lines[at + 1 :]]) + "\n"
    own = [n for n, head in heads.items() if head.startswith(("[population]", "[population."))]
    after = [n for n in heads if own and n > own[-1]]
    end = after[0] if after else len(lines)
    while end > 0 and lines[end - 1].lstrip()[:1] in ("", "#"):
        end -= 1
    return "\n".join([*lines[:end], "", header, *added, *lines[end:]]) + "\n"

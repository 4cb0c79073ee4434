"""
Edits of a workspace: drawn by planners, kept apart from OpenStreetMap, in versions that never change.

``edits/0001.geojson`` … lie in the workspace. Each version holds all edits of its day; the newest
counts. The network on disk is never touched: a run applies the edits that are in force on its day.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.edits.applied import Edit, Edited, apply_edits, cut_off_edges, effect_of
from geo.errors import BrokenWorkspaceError, EditError, NotFoundError, Sentence
from geo.streets.network import Network
from services.edits.drawings import (
    Drawn,
    Feature,
    blamed,
    drawn_edits,
    from_geojson,
    read_features,
    to_geojson,
)
from services.words.dates import today
from services.workspace.folder import Workspace
from services.workspace.jsonfiles import digest, read_json
from services.workspace.locks import in_use
from services.workspace.staging import WAIT_S, staged_number

FOLDER = "edits"
_HEAD = "arukeba_edits"


@dataclass(frozen=True)
class Version:
    """One version of the edits: what it is, who made it and of what."""

    version: int
    made_on: str
    by: str
    note: str
    source: str
    """Name of the file that was added, or the version that was taken up again; else empty."""
    edits_n: int
    sha256: str
    """Of the features alone: equal edits have equal hashes."""
    proposal: int = 0
    """Number of the proposal that it takes in; 0 of a version made otherwise."""


@dataclass(frozen=True)
class Occasion:
    """Who makes a version, and of what."""

    by: str = ""
    note: str = ""
    source: str = ""
    proposal: int = 0


@dataclass(frozen=True)
class Effect:
    """What one edit does by itself."""

    edit_id: str
    kind: str
    name: str
    valid_from: str
    valid_to: str
    edges_n: int
    closed_m: float
    added_m: float
    cut_off_m: float
    cut_off_n: int


@dataclass(frozen=True)
class CouncilLoss:
    """How many doors of a council's area the edits in force cut off."""

    area_id: str
    name: str
    doors: int
    lost: int


@dataclass(frozen=True)
class Losses:
    """What the edits in force on a day do together; doors are places where people live."""

    cut_off_m: float
    doors_cut_off: int
    """On streets that no longer lead to the rest."""
    doors_closed: int
    """On streets that are closed."""
    doors_behind_barrier: int
    """Whose way to their street meets a barrier."""
    councils: tuple[CouncilLoss, ...]


@dataclass(frozen=True)
class Added:
    """What ``add_edits`` did."""

    version: Version
    added: tuple[str, ...]
    replaced: tuple[str, ...]
    without_effect: tuple[str, ...]
    """Barriers that touch no street."""
    effects: tuple[Effect, ...]
    losses: Losses


def add_edits(
    workspace: Workspace, file: Path, *, by: str = "", note: str = "", whole: bool = False
) -> Added:
    """
    Add the edits of a file as a new version; nothing is written unless all of them can be applied.

    An edit with the ``edit_id`` of one that is there takes its place. ``whole`` leaves out every
    edit that the file does not hold.
    """
    new = read_features(file)
    occasion = Occasion(by, note, file.name)
    return add_features(workspace, lambda: new, occasion, whole=whole)


def add_features(
    workspace: Workspace,
    features: Callable[[], list[Feature]],
    occasion: Occasion,
    *,
    whole: bool = False,
) -> Added:
    """Do as ``add_edits`` with features, which are asked for once nobody else can add any."""
    with alone(workspace):
        new = features()
        _require_near(drawn_edits(new, plane_epsg=_epsg(workspace)), workspace)
        ids = [feature.properties["edit_id"] for feature in new]
        last = newest(workspace)
        old = [] if whole or not last else _features(workspace, last)
        before = {feature.properties["edit_id"] for feature in old}
        kept = [feature for feature in old if feature.properties["edit_id"] not in set(ids)]
        drawn = drawn_edits([*kept, *new], plane_epsg=_epsg(workspace))
        effects = effects_of(drawn, workspace)
        losses = losses_on(workspace, drawn, today())
        version = _write(workspace, [one.feature for one in drawn], occasion)
    return Added(
        version,
        tuple(name for name in ids if name not in before),
        tuple(name for name in ids if name in before),
        tuple(one.edit_id for one in effects if one.kind == "barrier" and one.edges_n == 0),
        effects,
        losses,
    )


def revert_edits(workspace: Workspace, version: int, *, by: str = "", note: str = "") -> Version:
    """Make a new version equal to an earlier one, 0 for none at all; those between stay."""
    with alone(workspace):
        features = _features(workspace, _existing(workspace, version)) if version else []
        effects_of(drawn_edits(features, plane_epsg=_epsg(workspace)), workspace)
        return _write(workspace, features, Occasion(by, note, _name(version)))


def list_versions(workspace: Workspace) -> list[Version]:
    """Return every version, the oldest first."""
    return [_version(workspace, number) for number in _numbers(workspace)]


def read_drawn(workspace: Workspace, version: int | None = None) -> list[Drawn]:
    """Return the edits of a version, of the newest if none is named; none where nobody drew any."""
    number = newest(workspace) if version is None else version
    if not number:
        return []
    _existing(workspace, number)
    return drawn_edits(_features(workspace, number), plane_epsg=_epsg(workspace))


def read_edits(
    workspace: Workspace, version: int | None = None, *, day: date | None = None
) -> list[Edit]:
    """Return the edits of a version in the plane CRS, with a day only those in force on it."""
    drawn = read_drawn(workspace, version)
    return [one.edit for one in drawn if day is None or one.in_force(day)]


def in_force(workspace: Workspace, day: date, *, version: int | None = None) -> list[Drawn]:
    """Return the edits of a version, of the newest if none is named, that hold on a day."""
    return [one for one in read_drawn(workspace, version) if one.in_force(day)]


def made_on(workspace: Workspace, version: int) -> str:
    """Return the day on which a version was made, ISO."""
    return _version(workspace, version).made_on


def edited_network(
    workspace: Workspace, network: Network, day: date, *, version: int | None = None
) -> Edited:
    """Return the network with the edits that are in force on a day."""
    return _applied(in_force(workspace, day, version=version), network)


def edits_record(workspace: Workspace, day: date, *, version: int | None = None) -> dict[str, Any]:
    """Return what a result says of the edits it was computed with: version 0 is none at all."""
    number = newest(workspace) if version is None else version
    if not number:
        return {"version": 0, "sha256": digest([]), "in_force": []}
    names = sorted(one.edit.edit_id for one in in_force(workspace, day, version=number))
    sha256 = _version(workspace, number).sha256
    return {"version": number, "sha256": sha256, "in_force": names}


def effects_of(drawn: Sequence[Drawn], workspace: Workspace) -> tuple[Effect, ...]:
    """
    Return what each edit does by itself, sorted by id.

    Edits that never hold on one day never meet: they are looked at day by day.
    """
    network = workspace.network()
    found: dict[str, dict[str, Any]] = {}
    for together in _in_force_together(drawn):
        try:
            table = effect_of([one.edit for one in together], network)
        except EditError as error:
            raise blamed(error, list(together)) from error
        for row in table.to_dict("records"):
            found.setdefault(str(row["edit_id"]), {str(key): value for key, value in row.items()})
    listed = sorted(drawn, key=lambda one: one.edit.edit_id)
    return tuple(
        Effect(
            name=one.said("name"),
            valid_from=_iso(one.valid_from),
            valid_to=_iso(one.valid_to),
            **found[one.edit.edit_id],
        )
        for one in listed
    )


def losses_on(workspace: Workspace, drawn: Sequence[Drawn], day: date) -> Losses:
    """Return what the edits in force on a day cut off: metres of street, doors, by council."""
    edited = _applied([one for one in drawn if one.in_force(day)], workspace.network())
    homes = workspace.demand()
    before = home_snaps(homes)
    after = edited.trace.carry(before, shapely.get_coordinates(homes.geometry.to_numpy()))
    alone = cut_off_edges(edited)
    edge = after["edge"].to_numpy()
    stranded = np.zeros(len(homes), dtype=bool)
    stranded[edge >= 0] = alone[edge[edge >= 0]]
    snapped = before["edge"].to_numpy() >= 0
    lost = stranded | (snapped & (edge < 0))
    reason = after["reason"].to_numpy()
    return Losses(
        float(edited.network.edge_length_m[alone].sum()),
        int(stranded.sum()),
        int((snapped & (reason == "closed")).sum()),
        int((snapped & (reason == "barrier")).sum()),
        _by_council(workspace, homes, snapped, lost),
    )


def home_snaps(homes: pd.DataFrame) -> pd.DataFrame:
    """Return where homes stand on the network, under the names that snaps have."""
    columns = {"snap_x": "x", "snap_y": "y", "unsnapped": "reason"}
    frame = pd.DataFrame(homes).rename(columns=columns)
    return frame[["edge", "offset_m", "snap_m", "x", "y", "reason"]].reset_index(drop=True)


def plain(value: object) -> Any:  # noqa: ANN401  JSON is whatever the dataclass holds
    """Return one of this module's answers as plain data."""
    return asdict(value)  # type: ignore[call-overload]


def _applied(drawn: Sequence[Drawn], network: Network) -> Edited:
    try:
        return apply_edits(network, [one.edit for one in drawn])
    except EditError as error:
        raise blamed(error, list(drawn)) from error


def _in_force_together(drawn: Sequence[Drawn]) -> list[tuple[Drawn, ...]]:
    """Return every set of edits that are in force on one day."""
    starts = {one.valid_from or date.min for one in drawn}
    starts |= {
        one.valid_to + timedelta(days=1)
        for one in drawn
        if one.valid_to is not None and one.valid_to < date.max
    }
    sets = [tuple(one for one in drawn if one.in_force(day)) for day in sorted(starts)]
    return [together for together in sets if together]


def _by_council(
    workspace: Workspace, homes: pd.DataFrame, snapped: np.ndarray, lost: np.ndarray
) -> tuple[CouncilLoss, ...]:
    layer = workspace.profile.analysis.council_layer
    areas = workspace.areas()
    names = areas[areas["layer"] == layer].set_index("area_id")["area_name"]
    table = pd.DataFrame({"area": homes[f"in_{layer}"].to_numpy(), "doors": snapped, "lost": lost})
    sums = table[table["area"] != ""].groupby("area", sort=True)[["doors", "lost"]].sum()
    sums = sums[sums["lost"] > 0]
    return tuple(
        CouncilLoss(area, str(names.get(area, area)), doors, gone)
        for area, doors, gone in zip(
            sums.index.tolist(), sums["doors"].tolist(), sums["lost"].tolist(), strict=True
        )
    )


def _require_near(drawn: Sequence[Drawn], workspace: Workspace) -> None:
    """Refuse what lies elsewhere in Japan."""
    margin_m = workspace.profile.streets.margin_m
    around = shapely.box(*workspace.areas().total_bounds).buffer(margin_m)
    for one in drawn:
        away_m = 0.0 if one.edit.shape is None else around.distance(one.edit.shape)
        if away_m > 0:
            raise one.feature.fail(
                "edit {edit_id} lies {away_km:.1f} km outside the municipality and its "
                "margin; correct its coordinates (longitude first)",
                edit_id=one.edit.edit_id,
                away_km=away_m / 1000,
            )


@contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """Let one at a time make the next version, which is made from the newest."""
    with workspace.working(), in_use(workspace.path / FOLDER, alone=True, wait_s=WAIT_S):
        yield


def _write(workspace: Workspace, features: Sequence[Feature], occasion: Occasion) -> Version:
    items = to_geojson(sorted(features, key=lambda feature: feature.properties["edit_id"]))
    sha256 = digest(_as_stored(items))
    with staged_number(workspace.path / FOLDER, ".geojson") as (name, path):
        told = {"edits_n": len(items), "sha256": sha256, **asdict(occasion)}
        version = Version(version=int(name), made_on=today().isoformat(), **told)
        body = {"type": "FeatureCollection", _HEAD: asdict(version), "features": items}
        text = json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        path.write_text(text, encoding="utf-8")
    return version


def _as_stored(items: list[dict[str, Any]]) -> Any:  # noqa: ANN401  what JSON makes of them
    return json.loads(json.dumps(items))


def _epsg(workspace: Workspace) -> int:
    return workspace.profile.municipality.plane_epsg


def _name(number: int) -> str:
    return f"{number:04d}.geojson"


def _path(workspace: Workspace, number: int) -> Path:
    return workspace.path / FOLDER / _name(number)


def _numbers(workspace: Workspace) -> list[int]:
    found = (workspace.path / FOLDER).glob("*.geojson")
    return sorted(int(path.stem) for path in found if path.stem.isdigit())


def newest(workspace: Workspace) -> int:
    """Return the number of the newest version, 0 where nobody drew any."""
    return max(_numbers(workspace), default=0)


def _existing(workspace: Workspace, version: int) -> int:
    there = _numbers(workspace)
    if version not in there:
        raise NotFoundError(
            "{path} has no version {version} of its edits; there is {there}",
            path=workspace.path,
            version=version,
            there=there or Sentence("none"),
        )
    return version


def _stored(workspace: Workspace, number: int) -> dict[str, Any]:
    """Read one version, and see that nobody has changed it."""
    path = _path(workspace, number)
    body = read_json(path)
    try:
        intact = digest(body["features"]) == body[_HEAD]["sha256"]
    except (KeyError, TypeError):
        intact = False
    if not intact:
        raise BrokenWorkspaceError(
            "{path}: not as arukeba wrote it; put the file back, or take it away and add "
            "the edits again",
            path=path,
        )
    stored: dict[str, Any] = body
    return stored


def _version(workspace: Workspace, number: int) -> Version:
    return Version(**_stored(workspace, number)[_HEAD])


def _features(workspace: Workspace, number: int) -> list[Feature]:
    return from_geojson(_stored(workspace, number)["features"], path=_path(workspace, number))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""

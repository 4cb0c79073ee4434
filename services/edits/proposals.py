"""
Proposals: a path that the map lacks, or a barrier that it does not know, drawn by whoever walks there.

``proposals/0001.json`` … lie in the workspace, and never in OpenStreetMap. A planner accepts one, and
it is an edit of the next version, which names it: that version alone says that it was accepted, so
nothing is ever accepted by half. Who lives where is not kept: a line, a role, a remark, a day.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.arrays import LONLAT_EPSG
from geo.edits.applied import Edit, apply_edits
from geo.errors import EditError, InvalidInputError, NotFoundError
from services.edits.drawings import Feature
from services.edits.versions import Added, Occasion, add_features, alone, list_versions
from services.words.dates import today
from services.words.texts import text
from services.words.vocabulary import (
    PROPOSAL_KINDS,
    PROPOSAL_ROLES,
    PROPOSAL_STATUSES,
    ProposalKind,
    ProposalStatus,
)
from services.workspace.folder import Workspace
from services.workspace.jsonfiles import read_json, write_json
from services.workspace.staging import staged_file, staged_number

FOLDER = "proposals"

JOIN_M = 20.0
"""How far from a street the ends of a path may be: a finger on a map is less exact than a GIS."""
LENGTH_MOST_M = 2000.0
POINTS_MOST = 200
REMARK_MOST = 300
"""Letters of a remark: enough for why, too few for a story about somebody."""
OPEN_MOST = 500
"""Proposals that may wait at once."""

FILE_FORMATS = ("geojson", "osn")
_DEGREE_DIGITS = 7
_HIGHEST_LON, _HIGHEST_LAT = 180.0, 90.0


@dataclass(frozen=True)
class NewProposal:
    """What somebody proposes: ``line`` are points in longitude and latitude, in the order drawn."""

    kind: str
    line: Sequence[Sequence[float]]
    role: str = ""
    remark: str = ""


@dataclass(frozen=True)
class EditProposal:
    """A proposal as it stands."""

    proposal_id: int
    kind: ProposalKind
    line: list[list[float]]
    """Longitude and latitude, degrees."""
    role: str
    remark: str
    made_on: str
    status: ProposalStatus = "open"
    decided_on: str = ""
    decided_by: str = ""
    reason: str = ""
    version: int = 0
    """Of the edits that took it in; 0 of one that was not accepted."""


def propose(workspace: Workspace, new: NewProposal) -> EditProposal:
    """
    Store a proposal, open.

    Raises
    ------
    InvalidInputError
        It cannot be meant, lies elsewhere, is too long, or too many wait already; nothing is
        written then.
    """
    _require_kept(workspace)
    _check_words(new)
    edit = proposed_edit(workspace, new.kind, new.line)
    with meant():
        apply_edits(workspace.network(), [edit])
    line = [[round(float(degrees), _DEGREE_DIGITS) for degrees in point] for point in new.line]
    with alone(workspace):
        waiting = sum(one.status == "open" for one in list_proposals(workspace))
        if waiting >= OPEN_MOST:
            raise InvalidInputError(
                "{n} proposals wait already; accept or reject some of them first", n=waiting
            )
        with staged_number(workspace.path / FOLDER, ".json") as (name, path):
            kind: ProposalKind = "path" if new.kind == "path" else "barrier"
            made = EditProposal(
                int(name), kind, line, new.role, new.remark.strip(), today().isoformat()
            )
            write_json(path, _stored(made))
    return made


def proposed_edit(
    workspace: Workspace, kind: str, line: Sequence[Sequence[float]], *, name: str = "proposal"
) -> Edit:
    """
    Return what a drawn line means, in the plane CRS; whether it meets the streets, applying it tells.

    Raises
    ------
    InvalidInputError
        It cannot be meant: the sentence says why.
    """
    if kind not in PROPOSAL_KINDS:
        raise InvalidInputError(
            "kind={kind!r} cannot be proposed; draw one of {kinds}",
            kind=kind,
            kinds=", ".join(PROPOSAL_KINDS),
        )
    shape = _plane_line(workspace, line)
    return Edit(name, "path" if kind == "path" else "barrier", shape, join_m=JOIN_M)


@contextmanager
def meant() -> Iterator[None]:
    """Say of a proposed edit that cannot be applied why, without the name that it has here alone."""
    try:
        yield
    except EditError as error:
        raise InvalidInputError("{said}", said=error.said) from error


def list_proposals(workspace: Workspace) -> list[EditProposal]:
    """Return every proposal, the newest first, each with what became of it."""
    folder = workspace.path / FOLDER
    numbers = sorted((int(path.stem) for path in folder.glob("[0-9]*.json")), reverse=True)
    if not numbers:
        return []
    taken = {one.proposal: one for one in list_versions(workspace) if one.proposal}
    found = []
    for number in numbers:
        stored = EditProposal(**read_json(_path(workspace, number)))
        if version := taken.get(number):
            stored = replace(
                stored,
                status="accepted",
                decided_on=version.made_on,
                decided_by=version.by,
                reason=version.note,
                version=version.version,
            )
        found.append(stored)
    return found


def find_proposal(workspace: Workspace, proposal_id: int) -> EditProposal:
    """Return one proposal."""
    for one in list_proposals(workspace):
        if one.proposal_id == proposal_id:
            return one
    raise NotFoundError(
        "there is no proposal {proposal_id}; see: arukeba edits proposals {path}",
        proposal_id=proposal_id,
        path=workspace.path,
    )


def accept_proposal(
    workspace: Workspace, proposal_id: int, *, by: str = "", note: str = ""
) -> Added:
    """Make a proposal an edit of a new version; its remark stays with the proposal."""
    _require_kept(workspace)

    def still_open() -> list[Feature]:
        # Looked at by whoever holds the edits: of two who accept at once one is refused.
        return [_feature(workspace, _open(workspace, proposal_id))]

    return add_features(workspace, still_open, Occasion(by, note, proposal=proposal_id))


def reject_proposal(
    workspace: Workspace, proposal_id: int, *, by: str = "", reason: str = ""
) -> EditProposal:
    """Close a proposal without an edit; a reason is needed, for whoever drew it will ask."""
    _require_kept(workspace)
    if not reason.strip():
        raise InvalidInputError("a rejection needs a reason; say why the line is not taken in")
    with alone(workspace):
        found = replace(
            _open(workspace, proposal_id),
            status="rejected",
            decided_on=today().isoformat(),
            decided_by=by,
            reason=reason.strip(),
        )
        with staged_file(_path(workspace, proposal_id)) as staged:
            write_json(staged, _stored(found))
    return found


def proposal_features(
    proposals: Sequence[EditProposal], *, with_words: bool
) -> list[dict[str, Any]]:
    """
    Return proposals as GeoJSON features.

    Without ``with_words`` they say what is proposed and what became of it, but nothing that
    somebody typed, nor whose proposal it is.
    """
    features = []
    for one in proposals:
        told = asdict(one)
        line = told.pop("line")
        if not with_words:
            told = {name: value for name, value in told.items() if name not in _TYPED}
        geometry = {"type": "LineString", "coordinates": line}
        features.append(
            {
                "type": "Feature",
                "id": str(one.proposal_id),
                "properties": told,
                "geometry": geometry,
            }
        )
    return features


_TYPED = ("role", "remark", "decided_by", "reason")


def proposals_file(
    proposals: Sequence[EditProposal], file_format: str, lang: str, *, with_words: bool
) -> str:
    """
    Return proposals as a file for somebody who maps.

    ``geojson`` has the lines; ``osn`` is a file of notes as JOSM opens it, each at the middle of its
    line. ``with_words`` is as in ``proposal_features``. Nothing is sent to OpenStreetMap.
    """
    if file_format not in FILE_FORMATS:
        raise InvalidInputError(
            "the format is {file_format!r}; it must be one of {names}",
            file_format=file_format,
            names=", ".join(FILE_FORMATS),
        )
    if file_format == "geojson":
        features = proposal_features(proposals, with_words=with_words)
        body = {"type": "FeatureCollection", "features": features}
        return json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    root = ET.Element("osm-notes")
    for one in proposals:
        middle = shapely.LineString(one.line).interpolate(0.5, normalized=True)
        moment = f"{one.made_on}T00:00:00Z"
        note = ET.SubElement(
            root,
            "note",
            # Below 0: of nobody's but this file, which only a mapper may send.
            {
                "id": str(-one.proposal_id),
                "lat": f"{middle.y:.7f}",
                "lon": f"{middle.x:.7f}",
                "created_at": moment,
            },
        )
        comment = ET.SubElement(
            note, "comment", {"action": "opened", "timestamp": moment, "is_new": "true"}
        )
        said = text(f"proposal.note.{one.kind}", lang, id=one.proposal_id)
        remark = f"{text('text.colon', lang)}{one.remark}" if with_words and one.remark else ""
        comment.text = said + remark
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def write_proposals(
    proposals: Sequence[EditProposal], out: Path, *, file_format: str, lang: str
) -> None:
    """Write ``proposals_file`` into a file, whole or not at all."""
    body = proposals_file(proposals, file_format, lang, with_words=True)
    with staged_file(out) as staged:
        staged.write_text(body, encoding="utf-8")


def of_status(proposals: Sequence[EditProposal], status: str | None) -> list[EditProposal]:
    """Return the proposals of a status, all where none is asked for."""
    if status is not None and status not in PROPOSAL_STATUSES:
        raise InvalidInputError(
            "status={status!r} is not known; there are {statuses}",
            status=status,
            statuses=", ".join(PROPOSAL_STATUSES),
        )
    return [one for one in proposals if status in (None, one.status)]


def _stored(proposal: EditProposal) -> Mapping[str, Any]:
    return asdict(proposal)


def _path(workspace: Workspace, proposal_id: int) -> Path:
    return workspace.path / FOLDER / f"{proposal_id:04d}.json"


def _open(workspace: Workspace, proposal_id: int) -> EditProposal:
    found = find_proposal(workspace, proposal_id)
    if found.status != "open":
        raise InvalidInputError(
            "proposal {proposal_id} is {status} already (on {day}); draw it anew to propose it again",
            proposal_id=proposal_id,
            status=text(f"proposal.status.{found.status}", "en"),
            status_ja=text(f"proposal.status.{found.status}", "ja"),
            day=found.decided_on,
        )
    return found


def _feature(workspace: Workspace, proposal: EditProposal) -> Feature:
    properties = {
        "edit_id": f"proposal-{proposal.proposal_id:04d}",
        "kind": proposal.kind,
        "date": proposal.made_on,
        "join_m": f"{JOIN_M:g}",
    }
    path = _path(workspace, proposal.proposal_id)
    return Feature(path, 1, properties, shapely.LineString(proposal.line))


def _check_words(new: NewProposal) -> None:
    if new.role not in PROPOSAL_ROLES:
        raise InvalidInputError(
            "role={role!r} is not known; there are {roles}",
            role=new.role,
            roles=", ".join(filter(None, PROPOSAL_ROLES)),
        )
    if len(new.remark) > REMARK_MOST:
        raise InvalidInputError(
            "the remark has {n} letters; say it in {most}, without names of persons",
            n=len(new.remark),
            most=REMARK_MOST,
        )


def _plane_line(workspace: Workspace, line: Sequence[Sequence[float]]) -> BaseGeometry:
    """Return a line of degrees in the plane CRS, refused where it cannot be somebody's way here."""
    if not 2 <= len(line) <= POINTS_MOST:  # noqa: PLR2004  a line has two ends
        raise InvalidInputError(
            "the line has {n} points; draw it with 2 to {most}", n=len(line), most=POINTS_MOST
        )
    for number, point in enumerate(line, start=1):
        if not _is_position(point):
            raise InvalidInputError(
                "point {number} of the line is no longitude and latitude in degrees; draw it again",
                number=number,
            )
    drawn = gpd.GeoSeries([shapely.LineString(line)], crs=LONLAT_EPSG)
    plane = drawn.to_crs(workspace.profile.municipality.plane_epsg).iloc[0]
    whole = {one.id for one in workspace.profile.layers if one.kind == "municipality"}
    areas = workspace.areas()
    inside = areas[areas["layer"].isin(whole)] if whole else areas
    if not inside.intersects(plane).any():
        raise InvalidInputError(
            "the line lies outside {name_en}; draw it inside (longitude first)",
            name_en=workspace.profile.municipality.name_en or workspace.profile.municipality.name,
            name=workspace.profile.municipality.name,
        )
    if plane.length > LENGTH_MOST_M:
        raise InvalidInputError(
            "the line is {length_m:.0f} m long; draw at most {most_m:g} m",
            length_m=plane.length,
            most_m=LENGTH_MOST_M,
        )
    return plane


def _is_position(point: Sequence[float]) -> bool:
    if len(point) != 2 or not all(math.isfinite(degrees) for degrees in point):  # noqa: PLR2004
        return False
    return abs(point[0]) <= _HIGHEST_LON and abs(point[1]) <= _HIGHEST_LAT


def _require_kept(workspace: Workspace) -> None:
    if workspace.is_published:
        raise InvalidInputError(
            "{path}: a published folder, which the next one replaces; proposals are kept in the "
            "workspace that it was published from",
            path=workspace.path,
        )

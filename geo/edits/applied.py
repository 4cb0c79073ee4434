"""
Edits: what a planner draws over the network, kept apart from OpenStreetMap.

Four kinds. A *barrier* is a line or an area that nobody passes. *Closed* takes a street or a stretch
of it away, a bridge for instance, and leaves all else alone. A *path* is a line that the map lacks.
A *correction* puts other attributes on a way.

All edits together make one new network, the same in whatever order they come: first the paths join
the streets as the map has them, then everything closed is taken out. So a barrier never moves a
path, and nothing that closes can shorten a walk.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from geo.arrays import FloatArray
from geo.edits.closures import StreetSearch, barrier_region, closed_spans, legs_across, no_spans
from geo.edits.drawn import Edit, Value, check_edits, said_of_street
from geo.edits.joining import Joined, NewPath, add_paths
from geo.edits.splitting import Mask, Spans, Trace, close_spans, edge_lines
from geo.errors import EditError
from geo.ground.obstacles import Obstacles
from geo.streets.network import Network
from geo.walking.snapping import GROUND, ISOLATED, NO_NETWORK, TOO_FAR, Frontage, snap

__all__ = [
    "Edit",
    "EditTrace",
    "Edited",
    "apply_edits",
    "cut_off_edges",
    "effect_of",
    "rejoin",
    "shapes_of",
]

BARRIER = "barrier"
"""Reason of a snap: the leg to the street meets a barrier, at its ends too."""
CLOSED = "closed"
"""Reason of a snap: the stretch of street it stands on is closed."""
CUT_OFF = "cut_off"
"""Reason of a place: its street leads nowhere else any more (``cut_off_edges``), and nobody gets there."""


@dataclass(frozen=True, eq=False)
class EditTrace:
    """Where everything of the network as the map has it is in the edited one."""

    joined: Trace
    cut: Trace
    barriers: tuple[BaseGeometry, ...]

    def carry(self, snaps: pd.DataFrame, points_xy: FloatArray) -> pd.DataFrame:
        """
        Return snaps made on the original network as snaps on the edited one.

        Everybody keeps the street they stand on, to the metre along it, and their side of a cut. Who
        can go nowhere any more is unsnapped and never joined to another street: a barrier cannot
        bring anybody nearer.

        Parameters
        ----------
        snaps
            ``edge, offset_m, snap_m, x, y, reason`` on the original network.
        points_xy
            (n, 2) where the legs begin: homes or places, metres.

        Returns
        -------
        The same rows and columns. Where the leg meets a barrier, at either end too, the reason is
        ``barrier``; where the stretch of street is closed, ``closed``. A home that stands just at
        the cut of a barrier is at the barrier.
        """
        return self._placed(snaps, points_xy, through=(self.joined, self.cut))

    def carry_joined(self, snaps: pd.DataFrame, points_xy: FloatArray) -> pd.DataFrame:
        """Return snaps made on the network with the paths alone as snaps on the edited one."""
        return self._placed(snaps, points_xy, through=(self.cut,))

    def _placed(
        self, snaps: pd.DataFrame, points_xy: FloatArray, *, through: tuple[Trace, ...]
    ) -> pd.DataFrame:
        there = np.flatnonzero(snaps["edge"].to_numpy() >= 0)
        edge = snaps["edge"].to_numpy(dtype=np.int64)[there]
        offset_m = snaps["offset_m"].to_numpy(dtype=np.float64)[there]
        for trace in through:
            edge, offset_m = trace.move(edge, offset_m)
        spot_xy = snaps[["x", "y"]].to_numpy(dtype=np.float64)[there]
        reason = np.where(self.cut.closed[edge], CLOSED, "").astype(object)
        reason[legs_across(self.barriers, points_xy[there], spot_xy)] = BARRIER
        lost = reason != ""
        carried = snaps.copy()
        new = {"edge": np.where(lost, -1, edge), "offset_m": np.where(lost, np.nan, offset_m)}
        new |= {
            name: np.where(lost, np.nan, snaps[name].to_numpy(dtype=np.float64)[there])
            for name in ("snap_m", "x", "y")
        }
        for name, values in new.items():
            column = snaps[name].to_numpy(copy=True)
            column[there] = values
            carried[name] = column
        reasons = snaps["reason"].to_numpy(dtype=object, copy=True)
        reasons[there[lost]] = reason[lost]
        carried["reason"] = reasons
        return carried


@dataclass(frozen=True, eq=False)
class Edited:
    """
    A network with edits.

    Attributes
    ----------
    network
        With every edit. Nodes of the original keep their numbers. Closed stretches are edges that
        meet no other edge; lengths of pieces add up to those of the original.
    trace
        Carries snaps over.
    closed, added
        (m,) masks of its edges: nobody may walk there; drawn by a planner.
    original, joined
        The network as the map has it, and with corrections and paths only.
    """

    network: Network
    trace: EditTrace
    closed: Mask
    added: Mask
    original: Network
    joined: Joined


def apply_edits(network: Network, edits: Sequence[Edit]) -> Edited:
    """
    Apply edits to a network.

    A barrier takes away what lies within a centimetre of it, so an edge that it crosses is cut
    there, a junction on it cannot be passed, and a street that it runs along is closed as far as it
    does. Streets above and below it are cut too: leave a gap in the line for an underpass. Closing a
    way takes all its edges away, or what ``geo.edits.closures.closed_spans`` says of the shape.

    Parameters
    ----------
    network
        The walking network; it stays as it is.
    edits
        Any number in any order. None give an equal network.

    Raises
    ------
    EditError
        An edit is drawn wrongly, names a way that is not there, lies on no street, or contradicts
        another correction.
    """
    return _apply(_prepare(network, edits))


def rejoin(
    edited: Edited,
    snaps: pd.DataFrame,
    points_xy: FloatArray,
    *,
    limit_m: float,
    usable: Callable[[Network], Mask],
    obstacles: Obstacles | None = None,
) -> pd.DataFrame:
    """
    Let those whom no street was near join the paths, and pieces that paths tie to the rest.

    Nobody who was joined is moved, nor anybody lost to a barrier. Paths are looked for as if nothing
    were closed, so that here too a barrier brings nobody nearer.

    Parameters
    ----------
    edited
        The network with edits.
    snaps
        As ``EditTrace.carry`` gives them.
    points_xy
        (n, 2) where the legs begin, metres.
    limit_m
        Longest leg, metres, as the original snaps were made.
    usable
        The rule they were made by: which edges of a network may be joined.
    obstacles
        What no leg crosses, as the original snaps were made.

    Returns
    -------
    Snaps on the edited network, in the order and with the index of ``snaps``.
    """
    waiting = snaps["reason"].isin([TOO_FAR, ISOLATED, NO_NETWORK, GROUND]).to_numpy()
    joined = edited.joined
    # A piece that was too small to be joined may be tied to the rest by a path.
    new = joined.added.copy()
    new[~joined.added] = ~usable(edited.original)[edited.trace.joined.parent]
    new &= usable(joined.network)
    if not (waiting.any() and new.any()):
        return snaps
    rows = np.flatnonzero(waiting)
    frontage = Frontage.plain(new, obstacles)
    found = snap(points_xy[rows], joined.network, limit_m=limit_m, usable=frontage)
    near = found["edge"].to_numpy() >= 0
    placed = edited.trace.carry_joined(found[near].reset_index(drop=True), points_xy[rows[near]])
    result = snaps.copy()
    for name in ("edge", "offset_m", "snap_m", "x", "y", "reason"):
        column = snaps[name].to_numpy(copy=True)
        column[rows[near]] = placed[name].to_numpy()
        result[name] = column
    return result


def cut_off_edges(edited: Edited) -> Mask:
    """
    Say which streets the edits cut off from the rest.

    Returns
    -------
    (m,) mask of the edges of the edited network: open, in the largest piece of the network before
    anything was closed, and not in the largest piece now.
    """
    return _cut_off(edited.joined.network, edited.network, edited.trace.cut)


def effect_of(edits: Sequence[Edit], network: Network) -> pd.DataFrame:
    """
    Say what each edit does by itself.

    Parameters
    ----------
    edits, network
        As for ``apply_edits``.

    Returns
    -------
    One row an edit, sorted by ``edit_id``: ``edit_id, kind, edges_n`` (edges cut or closed, added or
    corrected), ``closed_m, added_m``, and what the edit cuts off from the rest when it is the only
    one that closes anything: ``cut_off_m`` in ``cut_off_n`` pieces. Several edits together can cut
    more off (``cut_off_edges``).
    """
    plan = _prepare(network, edits)
    path_m = np.bincount(
        plan.joined.path[plan.joined.added],
        weights=plan.joined.network.edge_length_m[plan.joined.added],
        minlength=len(plan.paths),
    )
    rows = []
    for edit in plan.edits:
        spans = plan.spans.get(edit.edit_id, no_spans())
        added_m = sum(
            m for path, m in zip(plan.paths, path_m, strict=True) if path.edit_id == edit.edit_id
        )
        edges_n, closed_m, cut_off = np.unique(spans.edge).size, 0.0, (0.0, 0)
        if spans.edge.size:
            after, trace = close_spans(plan.joined.network, spans)
            closed_m = float(after.edge_length_m[trace.closed].sum())
            edges_n = np.unique(trace.parent[trace.closed]).size
            cut_off = _pieces(_cut_off(plan.joined.network, after, trace), after)
        elif edit.kind == "path":
            edges_n = sum(path.edit_id == edit.edit_id for path in plan.paths)
        elif edit.kind == "correction":
            edges_n = int((network.edges["osm_id"] == edit.osm_id).sum())
        rows.append((edit.edit_id, edit.kind, edges_n, closed_m, float(added_m), *cut_off))
    names = ["edit_id", "kind", "edges_n", "closed_m", "added_m", "cut_off_m", "cut_off_n"]
    return pd.DataFrame(rows, columns=names)


def shapes_of(edits: Sequence[Edit], network: Network) -> dict[str, BaseGeometry]:
    """
    Return what a map shows of each edit.

    Parameters
    ----------
    edits, network
        As for ``apply_edits``.

    Returns
    -------
    By ``edit_id``, plane CRS: of a barrier and a path what is drawn, of what is closed the stretches
    of street, of a correction its way; several lines are one geometry.
    """
    plan = _prepare(network, edits)
    found: dict[str, BaseGeometry] = {}
    for edit in plan.edits:
        if edit.kind == "closed":
            spans = plan.spans[edit.edit_id]
            lines = edge_lines(plan.joined.network, spans.edge)
            ends = zip(lines, spans.from_m, spans.to_m, strict=True)
            found[edit.edit_id] = _together([substring(*one) for one in ends])
        elif edit.kind == "correction":
            way = np.flatnonzero(_of_way(network, edit))
            found[edit.edit_id] = _together(edge_lines(network, way).tolist())
        elif edit.shape is not None:
            found[edit.edit_id] = edit.shape
    return found


def _together(lines: Sequence[BaseGeometry]) -> BaseGeometry:
    merged: BaseGeometry = shapely.line_merge(shapely.union_all(np.array(lines, dtype=object)))
    return merged


@dataclass(frozen=True, eq=False)
class _Plan:
    """What the edits come to: the network with paths, and what each takes away of it."""

    edits: list[Edit]
    original: Network
    joined: Joined
    paths: list[NewPath]
    spans: Mapping[str, Spans]
    barriers: tuple[BaseGeometry, ...]


def _prepare(network: Network, edits: Sequence[Edit]) -> _Plan:
    # By name, so that the numbers of new edges and nodes do not hang on the order of a file.
    ordered = check_edits(edits)
    corrected = _corrected(network, [edit for edit in ordered if edit.kind == "correction"])
    paths = [path for edit in ordered if edit.kind == "path" for path in _paths(edit)]
    streets = StreetSearch(corrected)
    joined = _joined(streets, paths)
    with_paths = StreetSearch(joined.network) if paths else streets
    spans, barriers = {}, []
    for edit in ordered:
        if edit.kind == "barrier" and edit.shape is not None:
            barriers.append(barrier_region(edit.shape))
            spans[edit.edit_id] = with_paths.inside(barriers[-1])
        elif edit.kind == "closed":
            meant = None if edit.osm_id is None else _of_way(network, edit)
            found = closed_spans(
                streets, edit.shape, among=meant, reach_m=edit.join_m, edit_id=edit.edit_id
            )
            spans[edit.edit_id] = joined.trace.move_spans(found)
    return _Plan(ordered, network, joined, paths, spans, tuple(barriers))


def _apply(plan: _Plan) -> Edited:
    parts = [no_spans(), *plan.spans.values()]
    together = Spans(
        np.concatenate([spans.edge for spans in parts]),
        np.concatenate([spans.from_m for spans in parts]),
        np.concatenate([spans.to_m for spans in parts]),
    )
    network, cut = close_spans(plan.joined.network, together)
    trace = EditTrace(plan.joined.trace, cut, plan.barriers)
    added = plan.joined.added[cut.parent]
    return Edited(network, trace, cut.closed, added, plan.original, plan.joined)


def _joined(streets: StreetSearch, paths: list[NewPath]) -> Joined:
    if paths:
        return add_paths(streets, paths, _rows(streets.network, paths))
    edges_n = len(streets.network.edge_u)
    nothing = np.zeros(edges_n, dtype=bool)
    return Joined(streets.network, Trace.identity(streets.network), nothing, np.full(edges_n, -1))


def _paths(edit: Edit) -> list[NewPath]:
    """Return the lines of a path, in the order in which they are drawn."""
    attributes = {"highway": "footway", **said_of_street(edit)}
    return [
        NewPath(edit.edit_id, shapely.get_coordinates(part), edit.join_m, attributes)
        for part in shapely.get_parts(edit.shape).tolist()
    ]


def _rows(network: Network, paths: list[NewPath]) -> pd.DataFrame:
    """Return what the network says of the paths; their osm_id is negative, for OSM has none."""
    table = {}
    for name, column in network.edges.items():
        is_number = pd.api.types.is_numeric_dtype(column)
        plain: Value = column.dtype.type(0).item() if is_number else ""
        table[name] = [path.attributes.get(str(name), plain) for path in paths]
    table["osm_id"] = [-1 - row for row in range(len(paths))]
    for path in paths:
        _require_known(network, path.attributes, path.edit_id)
    return pd.DataFrame(table)


def _corrected(network: Network, edits: list[Edit]) -> Network:
    if not edits:
        return network
    edges = network.edges.copy()
    said: dict[tuple[int | None, str], tuple[Value, str]] = {}
    for edit in edits:
        _require_known(network, edit.attributes, edit.edit_id)
        way = _of_way(network, edit)
        changes = said_of_street(edit)
        if changes.get("steps") is False and "steps_per_m" in edges:
            changes.setdefault("steps_per_m", 0.0)
        for name, value in changes.items():
            other, other_id = said.setdefault((edit.osm_id, name), (value, edit.edit_id))
            if other != value:
                raise EditError(
                    "it says {name} = {value} of way {osm_id}, edit {other_id} says {other}; "
                    "keep one of the two",
                    edit_id=edit.edit_id,
                    name=name,
                    value=value,
                    osm_id=edit.osm_id,
                    other_id=other_id,
                    other=other,
                )
            edges.loc[way, name] = value
    return replace(network, edges=edges)


def _require_known(network: Network, attributes: Mapping[str, Value], edit_id: str) -> None:
    unknown = [name for name in attributes if name not in network.edges]
    if unknown:
        raise EditError(
            "this network keeps no {unknown} of its streets; build the workspace again",
            edit_id=edit_id,
            unknown=list(unknown),
        )


def _of_way(network: Network, edit: Edit) -> Mask:
    way = network.edges["osm_id"].to_numpy(dtype=np.int64) == edit.osm_id
    if not way.any():
        raise EditError(
            "no street of the network is way {osm_id}; correct the osm_id, or draw on "
            "the street (an edge of several ways bears the lowest of their ids)",
            edit_id=edit.edit_id,
            osm_id=edit.osm_id,
        )
    return np.asarray(way)


def _cut_off(before: Network, after: Network, cut: Trace) -> Mask:
    """Say which open edges have left the largest piece."""
    if len(after.edge_u) == 0:
        return np.zeros(0, dtype=bool)
    was_main = before.component_of_node[before.edge_u] == np.argmax(before.component_length_m)
    open_m = np.where(cut.closed, 0.0, after.edge_length_m)
    piece = after.component_of_node[after.edge_u]
    stays = piece == np.argmax(np.bincount(piece, weights=open_m))
    return np.asarray(was_main[cut.parent] & ~cut.closed & ~stays)


def _pieces(edges: Mask, network: Network) -> tuple[float, int]:
    piece = network.component_of_node[network.edge_u[edges]]
    return float(network.edge_length_m[edges].sum()), np.unique(piece).size

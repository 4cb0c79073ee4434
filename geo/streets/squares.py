"""
Squares: areas that are walked across, in straight lines from where somebody comes in to where she leaves.

The shortest way across an area runs straight from corner to corner: past the inward corners of its
outline and the corners of what stands in it (planters, buildings: the holes). So the lines between
entries and such corners from which one sees the other are all that is needed (the visibility graph:
de Berg et al., *Computational Geometry*, 2008, ch. 15). Entries are the nodes at which another way
meets the outline, and the ends of ways that lie inside.

Who steps out of a door onto the outline enters anywhere. Every ``STATION_M`` along the outline is an
entry as well, with lines that are at most ``DETOUR`` times as long as the straight one.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy
import shapely

from geo.arrays import BoolArray, FloatArray, IntArray
from geo.streets.drawn import ON_LEVEL, inserted, positions, segments, with_points
from geo.streets.network import ATTRIBUTES, SQUARE

STATION_M = 10.0
"""Nobody who steps onto an outline is farther than half of this from an entry."""

MOST_STATIONS = 60
"""Of a longer outline the stations lie farther apart."""

MOST_POINTS = 250
"""An area with more entries and corners is walked along its outline: lines grow with their square."""

DETOUR = 1.01

_NEAR_M = 1e-6
_SAME = 1e-9

OPEN, CROSSED, INTRICATE = "open", "crossed", "intricate"
"""Why an area is not walked across: no closed outline, one that crosses itself, too many entries."""


@dataclass(frozen=True)
class _Area:
    """One polygon of an area: its row, its ring nodes (each ring without its last), its shape."""

    row: int
    rings: list[list[int]]
    shape: shapely.Polygon


def cross_squares(
    ways: pd.DataFrame, nodes: pd.DataFrame, areas: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, list[tuple[int, str]]]:
    """
    Add the lines that are walked across areas.

    Parameters
    ----------
    ways
        One row a way: ``osm_id``, ``node_ids`` and ``ATTRIBUTES``, the outlines of the areas among
        them.
    nodes
        ``x, y`` (metres, plane CRS) and ``kind``, indexed by unique id.
    areas
        One row an area: ``osm_id``, ``pieces`` (the node ids of each way of its outline and of what
        is cut out of it, in any order, none of a way that is not known; what lies within an odd
        number of rings belongs to it) and ``ATTRIBUTES``.

    Returns
    -------
    The ways with new nodes on the outlines and, with the attributes of their area and the highway
    ``SQUARE``, the lines; the nodes; and the areas that are not walked across, by ``osm_id``, each
    with the reason.
    """
    found, left = _polygons(areas, nodes)
    if not found:
        return ways, nodes, left
    points = _stations(found, nodes)
    ways, nodes = with_points(ways, nodes, points)
    found = _with_stations(found, points, nodes)
    entry_of = _entries(found, ways, nodes, areas)
    lines: list[tuple[int, int, int]] = []
    for area, entries in zip(found, entry_of, strict=True):
        pairs = _across(area, entries, nodes)
        if pairs is None:
            left.append((int(areas["osm_id"].iloc[area.row]), INTRICATE))
        else:
            lines += [(area.row, *pair) for pair in pairs]
    rows = areas.iloc[[row for row, _, _ in lines]][["osm_id", *ATTRIBUTES]].reset_index(drop=True)
    # Nobody is led one way across a square.
    rows["highway"], rows["oneway"] = SQUARE, 0
    rows["node_ids"] = pd.Series([[a, b] for _, a, b in lines], dtype=object)
    added = pd.concat([ways, rows.astype(ways[rows.columns].dtypes.to_dict())], ignore_index=True)
    return added, nodes, sorted(left)


def _polygons(
    areas: pd.DataFrame, nodes: pd.DataFrame
) -> tuple[list[_Area], list[tuple[int, str]]]:
    """Return the polygons of all areas, and which areas have none."""
    found: list[_Area] = []
    left: list[tuple[int, str]] = []
    for row, (osm_id, pieces) in enumerate(zip(areas["osm_id"], areas["pieces"], strict=True)):
        shape, name_of, why = _shape(pieces, nodes)
        if why:
            left.append((int(osm_id), why))
            continue
        for part in shapely.get_parts(shapely.orient_polygons(shapely.normalize(shape))):
            rings = [
                [name_of[x, y] for x, y in shapely.get_coordinates(ring)[:-1].tolist()]
                for ring in shapely.get_rings(part)
            ]
            found.append(_Area(row, rings, part))
    return found, left


def _shape(
    pieces: list[list[int]], nodes: pd.DataFrame
) -> tuple[shapely.Geometry, dict[tuple[float, float], int], str]:
    """Return the polygons that some pieces of outline enclose, the node at each corner, and what is wrong."""
    _, ends = segments(pd.DataFrame({"node_ids": pieces}))
    ends = np.sort(ends[ends[:, 0] != ends[:, 1]], axis=1)
    # A wall between two buildings that are cut out is the border of both, and of the area no more.
    ends, count = np.unique(ends, axis=0, return_counts=True)
    ends = ends[count % 2 == 1]
    nothing = shapely.MultiPolygon()
    # A border of which the data lack a way may have any shape, and cut out anything.
    if any(len(piece) == 0 for piece in pieces) or not np.isin(ends, nodes.index).all():
        return nothing, {}, OPEN
    names = np.unique(ends)
    if (np.bincount(np.searchsorted(names, ends.ravel())) % 2).any():
        return nothing, {}, OPEN
    xy = positions(nodes, names)
    lines = shapely.linestrings(xy[np.searchsorted(names, ends)])
    shape = shapely.build_area(shapely.multilinestrings(lines))
    drawn_m = float(shapely.length(lines).sum())
    whole = shapely.is_valid(shape) and abs(shapely.length(shape) - drawn_m) <= _SAME * drawn_m
    name_of = {(x, y): int(name) for (x, y), name in zip(xy.tolist(), names, strict=True)}
    return shape, name_of, "" if whole else CROSSED


def _sides(area: _Area) -> Iterator[tuple[int, int]]:
    for ring in area.rings:
        yield from zip(ring, [*ring[1:], ring[0]], strict=True)


def _stations(found: list[_Area], nodes: pd.DataFrame) -> pd.DataFrame:
    """Return the nodes that are put on outlines; a side that two areas share gets those of the finer one."""
    step_of: dict[tuple[int, int], float] = {}
    for area in found:
        step_m = max(STATION_M, float(area.shape.length) / MOST_STATIONS)
        for u, v in _sides(area):
            ordered = (min(u, v), max(u, v))
            step_of[ordered] = min(step_of.get(ordered, step_m), step_m)
    ends = np.array(list(step_of)).reshape(-1, 2)
    xy = positions(nodes, ends)
    length_m: FloatArray = np.hypot(*(xy[:, 1] - xy[:, 0]).T)
    parts_n = np.ceil(length_m / np.array(list(step_of.values())) - _SAME).astype(np.int64)
    parts_n = np.maximum(parts_n, 1)
    side = np.repeat(np.arange(len(ends)), parts_n - 1)
    number = np.arange(side.size) - np.repeat(np.cumsum(parts_n - 1) - (parts_n - 1), parts_n - 1)
    share = (number + 1) / parts_n[side]
    at = xy[side, 0] + share[:, None] * (xy[side, 1] - xy[side, 0])
    frame = pd.DataFrame(
        {
            "u": ends[side, 0],
            "v": ends[side, 1],
            "share": share,
            "x": at[:, 0],
            "y": at[:, 1],
        }
    )
    frame = frame.sort_values(["x", "y"], kind="stable", ignore_index=True)
    return frame.assign(id=int(min(nodes.index.min(), 0)) - 1 - np.arange(len(frame)))


def _with_stations(found: list[_Area], points: pd.DataFrame, nodes: pd.DataFrame) -> list[_Area]:
    """Return the areas with the stations on their sides as corners of their rings."""
    rings = [[*ring, ring[0]] for area in found for ring in area.rings]
    longer = iter(inserted(pd.Series(rings, dtype=object), points) if len(points) else rings)
    made = []
    for area in found:
        own = [list(next(longer)) for _ in area.rings]
        shell, *holes = [positions(nodes, ring) for ring in own]
        shape = shapely.Polygon(shell, holes)
        made.append(_Area(area.row, [ring[:-1] for ring in own], shape))
    return made


def _entries(
    found: list[_Area], ways: pd.DataFrame, nodes: pd.DataFrame, areas: pd.DataFrame
) -> list[set[int]]:
    """Return, for each area, the nodes at which another way meets it or inside it ends."""
    way, ends = segments(ways)
    on_ring = np.array(sorted({node for area in found for ring in area.rings for node in ring}))
    near = np.isin(ends, on_ring).any(axis=1)
    leads: dict[int, set[int]] = {}
    for u, v in ends[near].tolist():
        leads.setdefault(u, set()).add(v)
        leads.setdefault(v, set()).add(u)
    dead, of_dead = _dead_ends(way, ends)
    tree = shapely.STRtree(np.asarray(shapely.points(positions(nodes, dead)), dtype=object))
    levels = [ways[list(ON_LEVEL)].to_numpy(), areas[list(ON_LEVEL)].to_numpy()]
    entries = []
    for area in found:
        beside: dict[int, set[int]] = {}
        for u, v in _sides(area):
            beside.setdefault(u, {u}).add(v)
            beside.setdefault(v, {v}).add(u)
        own = {node for node, along in beside.items() if leads.get(node, set()) - along}
        inside = tree.query(area.shape, predicate="contains")
        own |= {
            int(dead[end])
            for end in inside
            if (levels[0][of_dead[end]] == levels[1][area.row]).all()
        }
        entries.append(own)
    return entries


def _dead_ends(way: IntArray, ends: IntArray) -> tuple[IntArray, IntArray]:
    """Return the nodes at which one piece of a way ends and nothing goes on, and that way."""
    node, first, count = np.unique(ends.ravel(), return_index=True, return_counts=True)
    return node[count == 1], way[first[count == 1] // 2]


def _across(area: _Area, entries: set[int], nodes: pd.DataFrame) -> list[tuple[int, int]] | None:
    """Return the lines that are walked across one polygon, by their nodes; None if there are too many."""
    ids, exact, asked, along = _points(area, entries, nodes)
    if exact.sum() > MOST_POINTS:
        return None
    xy = positions(nodes, ids)
    one, other = np.triu_indices(len(ids), 1)
    lines = shapely.linestrings(np.stack([xy[one], xy[other]], axis=1))
    # A hair wider: a line along a side, or past a corner, lies in the area.
    land = shapely.buffer(area.shape, _NEAR_M, join_style="mitre")
    shapely.prepare(land)
    seen = np.asarray(shapely.covers(land, lines))
    length_m = np.hypot(*(xy[one] - xy[other]).T)
    order = np.flatnonzero(seen)[np.lexsort((other[seen], one[seen], length_m[seen]))]
    walk_m = along
    kept = []
    for pair in order:
        a, b, straight_m = one[pair], other[pair], length_m[pair]
        bearable = 1.0 if exact[a] and exact[b] else DETOUR
        if walk_m[a, b] > straight_m * bearable + _SAME:
            kept.append(pair)
            by_a = walk_m[:, a, None] + straight_m + walk_m[None, b, :]
            walk_m = np.minimum(walk_m, np.minimum(by_a, by_a.T))
    wanted = walk_m[np.ix_(asked, asked)] + _SAME
    return [
        (int(ids[one[pair]]), int(ids[other[pair]]))
        for pair in kept
        if _leads(walk_m, asked, wanted, (int(one[pair]), int(other[pair]), float(length_m[pair])))
    ]


def _leads(
    walk_m: FloatArray, asked: BoolArray, wanted: FloatArray, line: tuple[int, int, float]
) -> bool:
    """Say whether a line is part of a shortest way between two points that are asked for."""
    a, b, straight_m = line
    by_a = walk_m[asked][:, a, None] + straight_m + walk_m[asked][None, :, b]
    return bool((by_a <= wanted).any())


def _points(
    area: _Area, entries: set[int], nodes: pd.DataFrame
) -> tuple[IntArray, BoolArray, BoolArray, FloatArray]:
    """
    Return what lines may run between.

    Ids, sorted by position; which of them are entries or corners, between which lines are exact; to and
    from which somebody walks (entries and stations); metres along the outline, (n, n), inf where none.
    """
    step_m = max(STATION_M, float(area.shape.length) / MOST_STATIONS)
    exact, asked = set(entries), set(entries)
    sides: list[tuple[int, int, float]] = []
    for ring in area.rings:
        xy = positions(nodes, ring)
        onward = np.roll(xy, -1, axis=0) - xy
        side_m = np.hypot(*onward.T)
        before = np.roll(onward, 1, axis=0)
        turn = before[:, 0] * onward[:, 1] - before[:, 1] * onward[:, 0]
        # Land lies on the left: who turns right goes round a corner.
        inward = turn < -_NEAR_M * np.roll(side_m, 1) * side_m
        exact |= {node for node, bends in zip(ring, inward, strict=True) if bends}
        walked_m = np.inf
        for node, next_m in zip(ring, side_m, strict=True):
            if node in asked or walked_m + next_m > step_m + _SAME:
                asked.add(node)
                walked_m = 0.0
            walked_m += float(next_m)
        stops = [place for place, node in enumerate(ring) if node in exact or node in asked]
        run_m = np.append(0.0, np.cumsum(side_m))
        for place, following in itertools.pairwise([*stops, stops[0] + len(ring)]):
            end = following % len(ring)
            far_m = (
                run_m[min(following, len(ring))]
                - run_m[place]
                + (run_m[end] if following >= len(ring) else 0.0)
            )
            sides.append((ring[place], ring[end], float(far_m)))
    ids = np.array(sorted(exact | asked), dtype=np.int64)
    at = positions(nodes, ids)
    ids = ids[np.lexsort((ids, at[:, 1], at[:, 0]))]
    place_of = {int(node): place for place, node in enumerate(ids)}
    walk_m = np.full((len(ids), len(ids)), np.inf)
    np.fill_diagonal(walk_m, 0.0)
    for u, v, far_m in sides:
        a, b = place_of[u], place_of[v]
        walk_m[a, b] = walk_m[b, a] = min(walk_m[a, b], far_m)
    walk_m = np.asarray(scipy.sparse.csgraph.floyd_warshall(walk_m))
    masks = [np.isin(ids, list(some)) for some in (exact, asked)]
    return ids, masks[0], masks[1], walk_m

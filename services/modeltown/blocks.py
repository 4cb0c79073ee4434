"""Blocks: the faces between streets, railway and river, which every layer of areas is made of."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from shapely import LineString

from services.modeltown.arterials import extent
from services.modeltown.cells import GRID_M, Cells
from services.modeltown.kinds import ARTERIALS, KINDS
from services.modeltown.landscape import Landscape
from services.modeltown.linework import parts
from services.modeltown.noise import BoolArray, FloatArray, IntArray
from services.modeltown.streets import CLOSE_M, ObjectArray, TownStreets

SMALLEST_M2 = 600.0
CUT_M = 30.0
CUT_HALF_M = 45.0


@dataclass(frozen=True)
class Blocks:
    """Blocks of the town: an exact coverage of it. Faces of a block are unioned later, by area."""

    faces: ObjectArray
    block: IntArray
    """Block of each face."""
    cell: IntArray
    """Cell of each block."""
    middle: FloatArray
    """A point in each block's largest face; shape (n, 2)."""
    area_m2: FloatArray
    neighbours: IntArray
    """Pairs of neighbouring blocks; shape (n, 2)."""
    main_road: BoolArray
    """Whether a main road lies between the pair."""
    barrier: BoolArray
    """Whether railway or river lies between the pair."""


@dataclass(frozen=True)
class _Borders:
    pairs: IntArray
    length_m: FloatArray
    main_road: BoolArray
    barrier: BoolArray


def draw_blocks(ground: Landscape, cells: Cells, streets: TownStreets) -> Blocks:
    """Cut the extent into faces, join strips and slivers to neighbours, keep those in town."""
    bounding = streets.has(frozenset(kind.name for kind in KINDS.values() if kind.blocks))
    barriers = [ground.river.centreline, *ground.railway.lines, extent(ground.plan).boundary]
    barriers += _cuts(ground.river.centreline, ground.river.banks)
    for rails in ground.railway.lines:
        barriers += _cuts(rails, ground.railway.corridor)
    lines = [*streets.edges[bounding].tolist(), *barriers]
    network = shapely.union_all(np.array(lines, dtype=object), grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(network)))
    faces = faces[shapely.within(faces, extent(ground.plan).buffer(1.0))]
    faces = faces[np.lexsort(np.round(shapely.get_coordinates(shapely.centroid(faces)), 2).T)]
    middle = shapely.point_on_surface(faces)
    cell = _cell_of(middle, cells)
    borders = _borders(faces, ground, streets)
    block = _joined(faces, cell, borders)
    return _in_town(_Faces(faces, block, cell, borders), cells)


def _cuts(line: LineString, strip: shapely.Geometry) -> list[LineString]:
    """Return lines that cut a strip into short lengths, so that each falls to its neighbour."""
    at_m = np.arange(CUT_M / 2, line.length, CUT_M)
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, at_m))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, at_m + 1.0))
    along = ahead - here
    across = np.column_stack([-along[:, 1], along[:, 0]]) * CUT_HALF_M
    lines = shapely.linestrings(np.stack([here - across, here + across], axis=1))
    return parts(shapely.intersection(shapely.union_all(lines), strip))


def _cell_of(middle: ObjectArray, cells: Cells) -> IntArray:
    """Return the cell that holds each point, -1 where it lies on river or railway land."""
    cell = np.full(len(middle), -1, dtype=np.int64)
    found, face = shapely.STRtree(middle).query(cells.polygons, predicate="contains")
    cell[face] = found
    return cell


def _borders(faces: ObjectArray, ground: Landscape, streets: TownStreets) -> _Borders:
    """Return which faces share a border, how long it is, and what lies on it."""
    coordinates, owner = shapely.get_coordinates(faces, return_index=True)
    keys = np.round(coordinates / GRID_M).astype(np.int64)
    same = owner[1:] == owner[:-1]
    segments = np.concatenate([keys[:-1][same], keys[1:][same]], axis=1)
    swap = (segments[:, 0] > segments[:, 2]) | (
        (segments[:, 0] == segments[:, 2]) & (segments[:, 1] > segments[:, 3])
    )
    segments[swap] = segments[swap][:, [2, 3, 0, 1]]
    face = owner[:-1][same]
    order = np.lexsort([face, *segments.T])
    segments, face = segments[order], face[order]
    twin = (segments[1:] == segments[:-1]).all(axis=1)
    pairs = np.sort(np.column_stack([face[:-1][twin], face[1:][twin]]), axis=1)
    shared = segments[:-1][twin] * GRID_M
    length_m = np.hypot(shared[:, 0] - shared[:, 2], shared[:, 1] - shared[:, 3])
    middles = shapely.points((shared[:, :2] + shared[:, 2:]) / 2)
    tree = shapely.STRtree(middles)
    main = streets.edges[streets.has(ARTERIALS)]
    wet = [ground.river.centreline, *ground.railway.lines]
    on_main, on_barrier = np.zeros(len(pairs), bool), np.zeros(len(pairs), bool)
    on_main[tree.query(main, predicate="dwithin", distance=CLOSE_M)[1]] = True
    on_barrier[tree.query(wet, predicate="dwithin", distance=CLOSE_M)[1]] = True
    unique, inverse = np.unique(pairs, axis=0, return_inverse=True)
    total_m = np.asarray(np.bincount(inverse, length_m), dtype=np.float64)
    return _Borders(
        unique,
        total_m,
        np.bincount(inverse, length_m * on_main) > total_m / 2,
        np.bincount(inverse, length_m * on_barrier) > total_m / 2,
    )


def _joined(faces: ObjectArray, cell: IntArray, borders: _Borders) -> IntArray:
    """Join strips of river and railway land, and slivers, to the neighbour with most border."""
    area_m2 = shapely.area(faces)
    loose = (cell < 0) | (area_m2 < SMALLEST_M2)
    both = np.concatenate([borders.pairs, borders.pairs[:, ::-1]])
    length_m = np.concatenate([borders.length_m, borders.length_m])
    usable = loose[both[:, 0]] & ~np.concatenate([borders.barrier, borders.barrier])
    both, length_m = both[usable], length_m[usable] + 1e6 * ~loose[both[usable][:, 1]]
    order = np.lexsort([both[:, 1], -length_m, both[:, 0]])
    first = np.unique(both[order][:, 0], return_index=True)[1]
    links = both[order][first]
    number = len(faces)
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(number, number))
    _, block = connected_components(graph, directed=False)
    return np.asarray(block, dtype=np.int64)


@dataclass(frozen=True)
class _Faces:
    faces: ObjectArray
    block: IntArray
    cell: IntArray
    borders: _Borders


def _in_town(found: _Faces, cells: Cells) -> Blocks:
    area_m2 = shapely.area(found.faces)
    number = int(found.block.max()) + 1
    order = np.lexsort([-area_m2, found.cell < 0, found.block])
    largest = order[np.unique(found.block[order], return_index=True)[1]]
    cell = found.cell[largest]
    inside = (cell >= 0) & cells.in_town[cell]
    inside = _one_piece(inside, found)
    renumber = np.full(number, -1, dtype=np.int64)
    renumber[inside] = np.arange(inside.sum())
    kept = renumber[found.block] >= 0
    pairs = renumber[found.block[found.borders.pairs]]
    between = (pairs[:, 0] != pairs[:, 1]) & (pairs >= 0).all(axis=1)
    middle = shapely.get_coordinates(shapely.point_on_surface(found.faces[largest[inside]]))
    return Blocks(
        faces=found.faces[kept],
        block=renumber[found.block][kept],
        cell=cell[inside],
        middle=middle,
        area_m2=np.asarray(np.bincount(found.block, area_m2)[inside], dtype=np.float64),
        neighbours=pairs[between],
        main_road=found.borders.main_road[between],
        barrier=found.borders.barrier[between],
    )


def _one_piece(inside: BoolArray, found: _Faces) -> BoolArray:
    """Return the largest connected piece of the blocks inside, with every hole filled."""
    pairs = found.block[found.borders.pairs]
    frame = len(inside)
    kept = _largest(inside, pairs)
    bounds = shapely.bounds(found.faces)
    edge = np.unique(
        found.block[
            (bounds[:, 0] <= bounds[:, 0].min())
            | (bounds[:, 1] <= bounds[:, 1].min())
            | (bounds[:, 2] >= bounds[:, 2].max())
            | (bounds[:, 3] >= bounds[:, 3].max())
        ]
    )
    outer = np.column_stack([edge, np.full(len(edge), frame)])
    outside = _largest(np.append(~kept, True), np.concatenate([pairs, outer]), holding=frame)
    return ~outside[:frame]


def _largest(chosen: BoolArray, pairs: IntArray, holding: int = -1) -> BoolArray:
    links = pairs[chosen[pairs].all(axis=1)]
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(len(chosen),) * 2)
    _, piece = connected_components(graph, directed=False)
    wanted = piece[holding] if holding >= 0 else np.argmax(np.bincount(piece[chosen]))
    return np.asarray(chosen & (piece == wanted))


def block_graph(blocks: Blocks, weight: FloatArray) -> csr_array:
    """Return the graph of neighbouring blocks, weighted per pair."""
    number = len(blocks.cell)
    first, second = blocks.neighbours.T
    order = np.lexsort([weight, second, first])
    keep = order[np.unique(blocks.neighbours[order], axis=0, return_index=True)[1]]
    first, second, weight = first[keep], second[keep], weight[keep]
    graph = coo_array((weight, (first, second)), shape=(number, number)).tocsr()
    return csr_array(graph)

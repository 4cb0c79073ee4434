"""Shapes of the ground from OpenStreetMap files."""

from pathlib import Path

import pytest
import shapely

from services.intake.ground.osm import OsmGround, read_osm_ground

TAG = '<tag k="{}" v="{}"/>'


def written(path: Path, nodes: dict[int, tuple[float, float]], *objects: str) -> Path:
    points = "".join(
        f'<node id="{i}" lon="{x}" lat="{y}" version="1"/>' for i, (x, y) in nodes.items()
    )
    path.write_text(f'<osm version="0.6">{points}{"".join(objects)}</osm>', encoding="utf-8")
    return path


def node(node_id: int, lon: float, lat: float, **tags: str) -> str:
    told = "".join(TAG.format(*tag) for tag in tags.items())
    return f'<node id="{node_id}" lon="{lon}" lat="{lat}" version="1">{told}</node>'


def way(way_id: int, nodes: list[int], **tags: str) -> str:
    ends = "".join(f'<nd ref="{node}"/>' for node in nodes)
    return f'<way id="{way_id}" version="1">{ends}{"".join(TAG.format(*tag) for tag in tags.items())}</way>'


def relation(*members: tuple[int, str], **tags: str) -> str:
    ways = "".join(f'<member type="way" ref="{way_id}" role="{role}"/>' for way_id, role in members)
    tags = {"type": "multipolygon", **tags}
    return f'<relation id="1" version="1">{ways}{"".join(TAG.format(*tag) for tag in tags.items())}</relation>'


def square(first: int, west: float, south: float, side: float) -> dict[int, tuple[float, float]]:
    east, north = west + side, south + side
    corners = [(west, south), (east, south), (east, north), (west, north)]
    return dict(enumerate(corners, start=first))


def only(found: OsmGround) -> shapely.Geometry:
    (row,) = found.rows
    return row[-1]


def test_a_lake_in_two_ways_with_an_island_has_a_hole(tmp_path: Path) -> None:
    nodes = square(1, 0, 0, 4) | square(11, 1, 1, 1)
    found = read_osm_ground(
        written(
            tmp_path / "lake.osm",
            nodes,
            way(1, [1, 2, 3]),
            way(2, [3, 4, 1]),
            way(3, [11, 12, 13, 14, 11]),
            relation((1, "outer"), (2, ""), (3, "inner"), natural="water", name="手賀沼"),
        )
    )
    assert found.rows[0][:4] == ("water", "手賀沼", "", "ground")
    assert only(found).area == pytest.approx(15.0)


def test_a_lake_whose_outer_way_alone_has_tags_keeps_its_island(tmp_path: Path) -> None:
    lake = way(1, [1, 2, 3, 4, 1], natural="water", name="沼")
    nodes = square(1, 0, 0, 4) | square(11, 1, 1, 1)
    for tags in ({}, {"source": "KSJ2", "KSJ2:LPN": "1"}, {"natural": "water", "name": "沼"}):
        for island in ({}, {"natural": "water", "name": "沼"}):
            if island and "natural" in tags:
                continue
            inner = way(3, [11, 12, 13, 14, 11], **island)
            members = relation((1, "outer"), (3, "inner"), **tags)
            found = read_osm_ground(written(tmp_path / "lake.osm", nodes, lake, inner, members))
            assert found.rows[0][:2] == ("water", "沼")
            assert only(found).area == pytest.approx(15.0)


def test_an_old_lake_in_two_ways_is_one_area_and_its_wooded_island_another(tmp_path: Path) -> None:
    found = read_osm_ground(
        written(
            tmp_path / "lake.osm",
            square(1, 0, 0, 4) | square(11, 1, 1, 1),
            way(1, [1, 2, 3], natural="water"),
            way(2, [3, 4, 1], natural="water"),
            way(3, [11, 12, 13, 14, 11], natural="wood"),
            relation((1, "outer"), (2, "outer"), (3, "inner")),
        )
    )
    assert {row[0]: row[-1].area for row in found.rows} == pytest.approx({"water": 15, "wood": 1})
    assert not found.open


def test_a_relation_that_is_something_else_leaves_its_outer_way_what_it_is(tmp_path: Path) -> None:
    nodes = square(1, 0, 0, 4) | square(11, 1, 1, 1)
    ways = (way(1, [1, 2, 3, 4, 1], natural="water"), way(3, [11, 12, 13, 14, 11]))
    for members in (
        relation((1, "outer"), (3, "inner"), landuse="residential"),
        # The file lacks an inner way: what can be drawn is drawn.
        relation((1, "outer"), (4, "inner")),
    ):
        found = read_osm_ground(written(tmp_path / "lake.osm", nodes, *ways, members))
        assert only(found).area == pytest.approx(16.0)


def test_a_gate_is_kept_where_it_is_a_point_of_a_wall_and_everybody_passes(tmp_path: Path) -> None:
    path = written(
        tmp_path / "wall.osm",
        {1: (0, 0), 9: (9, 9)},
        *(
            node(number, number, 0, **tags)
            for number, tags in enumerate(
                (
                    {"barrier": "gate"},
                    {"barrier": "gate", "locked": "yes"},
                    {"barrier": "gate", "access": "private"},
                    {"barrier": "kissing_gate", "foot": "yes"},
                    {"barrier": "wall"},
                ),
                start=2,
            )
        ),
        way(1, [1, 2, 3, 4, 5, 6, 9], barrier="wall"),
        node(20, 2, 2, barrier="gate"),
    )
    found = read_osm_ground(path)
    assert [(gate.x, gate.y) for gate in found.gates] == [(2, 0), (5, 0)]


def test_an_area_that_lacks_a_part_is_listed_and_not_drawn(tmp_path: Path) -> None:
    found = read_osm_ground(
        written(
            tmp_path / "lake.osm",
            square(1, 0, 0, 4),
            way(1, [1, 2, 3]),
            relation((1, "outer"), (2, "outer"), natural="water"),
        )
    )
    assert (found.rows, found.open) == ([], {"water": 1})


def test_a_border_that_crosses_itself_is_repaired_and_counted(tmp_path: Path) -> None:
    # Two triangles of base 4 and height 2 each.
    found = read_osm_ground(
        written(tmp_path / "pond.osm", square(1, 0, 0, 4), way(1, [1, 2, 4, 3, 1], natural="water"))
    )
    assert found.repaired_n == 1
    assert only(found).area == pytest.approx(8.0)


def test_a_closed_fence_is_a_line_and_an_open_park_none(tmp_path: Path) -> None:
    found = read_osm_ground(
        written(
            tmp_path / "park.osm",
            square(1, 0, 0, 4),
            way(1, [1, 2, 3, 1], barrier="fence"),
            way(2, [1, 2, 3], leisure="park"),
        )
    )
    assert only(found).geom_type == "LineString"
    assert found.open == {"park": 1}


def test_a_node_that_the_file_lacks_cuts_a_river_and_leaves_no_lake(tmp_path: Path) -> None:
    nodes = {n: (float(n), 0.0) for n in (1, 2, 4, 5, 6)} | square(11, 0, 1, 4)
    found = read_osm_ground(
        written(
            tmp_path / "lacks.osm",
            nodes,
            way(1, [1, 2, 3, 4, 5, 6], waterway="river"),
            way(2, [11, 12, 99, 13, 14, 11], natural="water"),
        )
    )
    # From 1 to 2 and from 4 to 6: no straight line over the gap.
    assert only(found).length == pytest.approx(1 + 2)
    assert found.open == {"water": 1}

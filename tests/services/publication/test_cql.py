"""CQL2 on columns: what is true, what is false, what nobody knows, and what is refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import InvalidInputError
from services.publication.cql import NODES_MOST, Condition, Rows
from services.publication.cqltext import read_filter
from services.publication.crs import CRS84, epsg_crs

FRAME = pd.DataFrame(
    {
        "name": ["Asa", "yoru", None, "100%"],
        "n": [1.0, 2.0, np.nan, 4.0],
        "open": pd.array([True, False, None, True], dtype="boolean"),
        "day": ["2024-04-01", "2024", "unknown", None],
    }
)
KINDS = {"name": "string", "n": "number", "open": "boolean", "day": "string"}
SHAPES = np.array([shapely.Point(140, 36), shapely.Point(141, 36), None, None], dtype=object)


def rows(condition: Any, crs: Any = CRS84) -> list[int]:
    asked = read_filter(condition, "cql2-text") if isinstance(condition, str) else condition
    town = Rows(4, "places", "通いの場", KINDS, FRAME.__getitem__, lambda: SHAPES)
    return list(np.flatnonzero(Condition(asked, crs).keep(town)))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        # With what is missing nothing is known: neither it nor its contrary holds.
        ("n > 1", [1, 3]),
        ("NOT n > 1", [0]),
        ("n > 1 OR name IS NULL", [1, 2, 3]),
        ("n > 1 OR NOT n > 1", [0, 1, 3]),
        ("n IS NULL AND n > 1", []),
        ("NOT (n IS NULL AND n > 1)", [0, 1, 3]),
        ("n IN (1, 4)", [0, 3]),
        ("n NOT IN (1, 4)", [1]),
        ("NOT n BETWEEN 2 AND 9", [0]),
        ("open", [0, 3]),
        ("NOT open", [1]),
        ("open <> TRUE", [1]),
        ("2 = n", [1]),
        ("name < 'b'", [0, 3]),
        ("name LIKE '100\\%'", [3]),
        ("name LIKE '%s%'", [0]),
        ("name LIKE '%'", [0, 1, 3]),
        ("name LIKE '____'", [1, 3]),
        ("name NOT LIKE '%o%o%'", [0, 1, 3]),
        ("CASEI(name) LIKE CASEI('A%')", [0]),
        ("n ^ 2 = 16", [3]),
        ("n % 2 = 1", [0]),
        ("n div 2 = 2", [3]),
        # A year begins on its first day; what is no day is not known.
        ("T_AFTER(day, DATE('2023-12-31'))", [0, 1]),
        ("NOT T_AFTER(day, DATE('2024-01-01'))", [1]),
        ("day = DATE('2024-04-01')", [0]),
        ("T_AFTER(day, TIMESTAMP('2024-03-31T14:59:59Z'))", [0]),
        ("T_AFTER(day, TIMESTAMP('2024-03-31T15:00:00Z'))", []),
        ("S_INTERSECTS(geometry, BBOX(139, 35, 140, 37))", [0]),
        ("NOT S_INTERSECTS(geometry, BBOX(139, 35, 140, 37))", [1]),
        ("geometry IS NULL", [2, 3]),
        # Round the world from 140.5 E by the antimeridian to 140.2 E.
        ("S_INTERSECTS(geometry, BBOX(140.5, 35, 140.2, 37))", [0, 1]),
    ],
)
def test_rows_of_which_a_condition_is_true(condition: str, expected: list[int]) -> None:
    assert rows(condition) == expected


def test_shapes_are_read_in_the_axes_of_their_crs() -> None:
    # EPSG:6668 names latitude first.
    asked = "S_INTERSECTS(geometry, BBOX(35, 139, 37, 140))"
    assert rows(asked, epsg_crs(6668)) == [0]


@pytest.mark.parametrize(
    ("condition", "match"),
    [
        ("height > 1", "no property 'height'; it has name, n, open, day, geometry"),
        ("name > 1", "string and number cannot be compared"),
        ("open = 1", "boolean and number cannot be compared"),
        ("name", "not understood"),
        ("n", "not understood"),
        ("n LIKE '1%'", "not understood"),
        ("delete(name) = 'x'", "not understood"),
        ("S_INTERSECTS(name, POINT(1 2))", "not understood"),
        ("S_INTERSECTS(geometry, POLYGON((0 0,1 1,1 0,0 1,0 0)))", "shape is not valid"),
        ("S_INTERSECTS(geometry, POINT(500 2))", "outside of"),
        ("S_INTERSECTS(geometry, BBOX(1,2,3))", "no box"),
        ("T_AFTER(day, DATE('2024-13-01'))", "no time"),
        ("T_AFTER(n, DATE('2024-01-01'))", "not understood"),
        ("name + 1 = 2", "not understood"),
        ("n = 1e999", "not understood"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_name(condition: str, match: str) -> None:
    with pytest.raises(InvalidInputError, match=match):
        rows(condition)


@pytest.mark.parametrize(
    "condition",
    [
        *(None, 1, "x", [], {}, {"op": "and", "args": []}, {"op": "and", "args": [True]}),
        *({"op": "not", "args": [True, True]}, {"op": "=", "args": [1]}, {"op": 5, "args": []}),
        *(
            {"op": "in", "args": [1, []]},
            {"op": "in", "args": [1, 1]},
            {"op": "like", "args": [1, 2]},
        ),
        *({"op": "isNull", "args": []}, {"op": "s_intersects", "args": [1, 2]}),
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Polygon"}]},
        {
            "op": "s_intersects",
            "args": [{"property": "geometry"}, {"type": "Point", "coordinates": "a"}],
        },
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [1, "b", 3, 4]}]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [True, 1, 3, 4]}]},
        {"op": "t_after", "args": [{"interval": [1, 2]}, {"interval": ["..", ".."]}]},
        {
            "op": "t_after",
            "args": [{"interval": [{"property": "n"}, ".."]}, {"date": "2024-01-01"}],
        },
        {"op": "like", "args": [{"property": "name"}, {"property": "name"}]},
        {"op": "=", "args": [{"property": "name"}, {"op": "casei", "args": [1]}]},
    ],
)
def test_whatever_json_says_is_answered_or_refused(condition: Any) -> None:
    with pytest.raises(InvalidInputError):
        rows(condition)


def test_many_parts_are_refused() -> None:
    many = {"op": "or", "args": [True] * (NODES_MOST + 1)}
    with pytest.raises(InvalidInputError, match="too many parts"):
        rows(many)


def test_no_pattern_takes_long() -> None:
    long = pd.Series(["a" * 5000 + "b"] * 4)
    town = Rows(4, "places", "", {"name": "string"}, lambda _name: long, lambda: SHAPES)
    asked = read_filter("name LIKE '" + "%a" * 1000 + "%c'", "cql2-text")
    assert not Condition(asked, CRS84).keep(town).any()

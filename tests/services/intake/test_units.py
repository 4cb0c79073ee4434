"""Units of the figures: in the title, under the header, in the name of a column, in a note."""

import pytest

from services.intake.tables.units import unit_of


@pytest.mark.parametrize(
    ("column", "around", "counted", "factor"),
    [
        ("総数", ["年齢別人口　（単位：人）"], "persons", 1),
        ("総数", ["（単位　千人）"], "persons", 1000),
        ("総数", ["※単位は万人。"], "persons", 10_000),
        ("人口（千人）", ["（単位：人）"], "persons", 1000),
        ("総数", ["（単位：世帯）"], "households", 1),
        ("総数", ["（単位：人、世帯）"], "persons", 1),
        ("総数", ["（単位　人口：千人、世帯：世帯）"], "persons", 1000),
        ("高齢化率（％）", [], "shares", 1),
        ("人口（男）", ["令和6年4月1日現在"], "persons", 1),
    ],
)
def test_the_unit_is_the_nearest_that_is_said(column, around, counted, factor):
    unit = unit_of(column, around=around)
    assert (unit.counted, unit.factor) == (counted, factor)


def test_a_row_of_units_under_the_header_comes_first():
    assert unit_of("総数", under="(人)", around=["単位：千人"]).factor == 1

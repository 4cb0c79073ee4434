"""What is remarked of legs to the street: obstacles, others' homes, water, each with its residents."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.ground.obstacles import Obstacles, obstacles_of
from services.intake.places.position import note_legs, note_unsnapped_homes, note_unsnapped_points
from services.intake.tables.ledger import SourceLedger
from services.words.texts import told
from tests.streets import PLANE, bare_ground


def homes(*rows: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """Build homes from x, y and where they join; NaN for nowhere."""
    x, y, to_x, to_y = np.array(rows).T
    table = {
        "kind": "building",
        "edge": np.where(np.isnan(to_x), -1, 0),
        "snap_x": to_x,
        "snap_y": to_y,
    }
    return gpd.GeoDataFrame(table, geometry=shapely.points(x, y), crs=PLANE)


def remarks(demand: gpd.GeoDataFrame, people: list[float], obstacles: Obstacles | None) -> dict:
    """Return code → residents and what is said, each told in Japanese too."""
    book = SourceLedger("people")
    note_legs(demand, np.array(people), obstacles, book)
    assert all(told(entry.said, "ja") != str(entry.said) for entry in book.entries)
    return {entry.code: (entry.residents, str(entry.said)) for entry in book.entries}


def on_ground(**shapes: str) -> Obstacles:
    table = {"kind": [*shapes], "level": "ground"}
    lines = [shapely.from_wkt(shape) for shape in shapes.values()]
    return obstacles_of(gpd.GeoDataFrame(table, geometry=lines, crs=PLANE))


POND = "POLYGON ((200 0, 240 0, 240 40, 200 40, 200 0))"


def test_each_remark_counts_its_homes_and_residents() -> None:
    # Over the ditch; freely; through the home at (100, 20); out of the pond; nowhere.
    rows = [(0, 10, 0, 0), (50, 30, 50, 10), (100, 45, 100, 0), (100, 20, 100, 12)]
    rows += [(220, 20, 220, 60), (300, 20, np.nan, np.nan)]
    ground = on_ground(ditch="LINESTRING (-20 5, 20 5)", water=POND)
    found = remarks(homes(*rows), [1.5, 2.0, 4.0, 8.0, 16.0, 32.0], ground)
    assert {code: people for code, (people, _) in found.items()} == {
        "leg_over_ground": 1.5,
        "leg_past_homes": 4.0,
        "home_in_water": 16.0,
    }
    assert all(said.startswith("1 homes") for _, said in found.values())


def test_without_obstacles_on_the_ground_the_ledger_says_that_legs_are_not_checked() -> None:
    for obstacles in (None, obstacles_of(bare_ground()), on_ground(road="LINESTRING (0 0, 9 0)")):
        found = remarks(homes((0, 10, 0, 0)), [1.0], obstacles)
        assert list(found) == ["ground_unknown"]
        assert found["ground_unknown"][0] is None
    assert remarks(homes((0, 10, 0, 0)), [1.0], on_ground(river="LINESTRING (0 50, 9 50)")) == {}


def test_residents_without_a_street_are_listed_by_area_and_reason() -> None:
    demand = homes(*[(0.0, 0.0, np.nan, np.nan)] * 5).assign(
        source_area_id=["a", "a", "a", "b", "b"],
        unsnapped=["ground", "too_far", "ground", "isolated", ""],
    )
    book = SourceLedger("people")
    note_unsnapped_homes(demand, np.array([1.0, 2.0, 4.0, 8.0, 16.0]), book, limit_m=300.0)
    assert [(entry.residents, str(entry.said)) for entry in book.entries] == [
        (
            5.0,
            (
                "a: 2 homes join no street: water, a railway, a wall or a cliff lies before every street "
                "within 300 m; they count as not reached"
            ),
        ),
        (
            2.0,
            "a: 1 homes join no street: no walkable street within 300 m; they count as not reached",
        ),
        (
            8.0,
            (
                "b: 1 homes join no street: the streets nearby lead nowhere else; they count as not "
                "reached"
            ),
        ),
    ]
    assert all(entry.code == "unsnapped" for entry in book.entries)


def test_a_place_without_a_street_says_why() -> None:
    places = gpd.GeoDataFrame(
        {"name": ["会館", "会", "空"], "row": [2, 3, 4]},
        geometry=[shapely.Point(0, 0), shapely.Point(1, 1), None],
        crs=PLANE,
    )
    book = SourceLedger("places")
    snaps = pd.DataFrame({"reason": ["ground", "", "no_coordinates"]})
    note_unsnapped_points(places, snaps, book, limit_m=250.0)
    assert [(entry.row, str(entry.said)) for entry in book.entries] == [
        (
            2,
            (
                "会館: water, a railway, a wall or a cliff lies before every street within 250 m; nobody "
                "is reached from it"
            ),
        )
    ]
    assert told(book.entries[0].said, "ja").startswith("会館：250m以内の道とのあいだに")

"""Ground: what a raster lacks or cannot mean is counted, and what follows from it for the streets."""

import numpy as np

from geo.streets.heights import station_points, with_heights
from geo.streets.network import Network
from services.intake.streets.heights import note_level_streets, usable_elevation
from services.intake.tables.ledger import SourceLedger
from services.words.texts import told
from tests.streets import streets


def test_impossible_and_absent_heights_are_unknown_and_counted() -> None:
    book = SourceLedger("ground")
    found = usable_elevation(np.array([3.0, -9999.0, np.nan, np.inf, 3776.0]), notes=book)
    assert np.isfinite(found).tolist() == [True, False, False, False, True]
    assert (book.rows_read, book.rows_used, book.rows_refused) == (5, 2, 2)
    impossible, absent = (str(entry.said) for entry in book.entries)
    assert impossible.startswith("2 points of streets have an elevation that cannot be (-9999 m)")
    assert absent == "the raster has no elevation at 1 of 5 points of streets; unknown there"
    assert all(told(entry.said, "ja") != str(entry.said) for entry in book.entries)


def on_half_a_raster() -> Network:
    """Build streets of which those in the east have no height: 40 m, and an elevator of 10 m."""
    network = streets(
        {1: (0, 0), 2: (30, 0), 3: (60, 0), 4: (100, 0), 5: (110, 0)},
        [[1, 2], [2, 3], [3, 4], [4, 5]],
        {2: {"highway": "path"}, 3: {"highway": "elevator"}},
    )
    _, xy = station_points(network)
    return with_heights(network, np.where(xy[:, 0] < 50, xy[:, 0], np.nan))


def test_streets_without_any_height_are_listed_with_their_metres() -> None:
    book = SourceLedger("ground")
    note_level_streets(on_half_a_raster(), notes=book)
    # From 30 to 60 m the height at 30 and 45 m is known; the elevator is level by its nature.
    assert [str(entry.said) for entry in book.entries] == [
        "streets of unknown height, taken as level: 1 (40 m in all)"
    ]
    assert book.entries[0].code == "level_street"


def test_where_every_street_has_a_height_nothing_is_noted() -> None:
    network = streets({1: (0, 0), 2: (30, 0)}, [[1, 2]])
    book = SourceLedger("ground")
    note_level_streets(with_heights(network, np.full(3, 7.0)), notes=book)
    assert book.entries == []

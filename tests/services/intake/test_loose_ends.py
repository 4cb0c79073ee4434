"""Loose ends in the ledger: listed always, joined only where the profile says so."""

import pandas as pd
import pytest
import shapely

from geo.streets.network import Network
from services.intake.streets.loose_ends import join_by_rule, list_pieces
from services.intake.tables.ledger import SourceLedger
from services.profile import Streets
from services.words.texts import told
from tests.streets import streets

AROUND = shapely.box(-1000, -1000, 1000, 1000)


def town() -> Network:
    """Build a main street, a side street that stops 1.5 m before it, another that stops at 4 m."""
    spots = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (40.0, 1.5), 4: (40.0, 60.0)}
    spots |= {5: (70.0, 4.0), 6: (70.0, 60.0)}
    return streets(spots, [[1, 2], [3, 4], [5, 6]])


def entries(book: SourceLedger) -> dict[str, str]:
    assert all(told(entry.said, "ja") != str(entry.said) for entry in book.entries)
    return {entry.code: str(entry.said) for entry in book.entries}


@pytest.mark.parametrize(
    ("join_gaps_m", "listed_m", "joined_m", "pieces_m"),
    [
        # Two metres around every end are looked at, whatever is joined.
        (0.0, [1.5], [], [56.0, 58.5, 100.0]),
        (1.0, [1.5], [], [56.0, 58.5, 100.0]),
        (1.5, [1.5], [1.5], [56.0, 160.0]),
        (4.0, [1.5, 4.0], [1.5, 4.0], [220.0]),
    ],
)
def test_gaps_are_joined_up_to_the_width_that_the_profile_says(
    join_gaps_m: float, listed_m: list[float], joined_m: list[float], pieces_m: list[float]
) -> None:
    book = SourceLedger("streets")
    rule = Streets(source="streets", join_gaps_m=join_gaps_m, isolated_below_m=0.0)
    network, listed = join_by_rule(town(), streets=rule, inside=AROUND, book=book)
    assert listed["gap_m"].tolist() == pytest.approx(listed_m)
    assert listed.loc[listed["joined"], "gap_m"].tolist() == pytest.approx(joined_m)
    assert sorted(network.component_length_m.tolist()) == pytest.approx(pieces_m)
    found = entries(book)
    assert ("near_miss" in found) == (len(listed_m) > len(joined_m))
    assert ("near_miss_joined" in found) == bool(joined_m)
    assert book.rows_repaired == len(joined_m)


def test_a_near_miss_says_where_and_between_which_streets() -> None:
    book = SourceLedger("streets")
    _, listed = join_by_rule(town(), streets=Streets(source="streets"), inside=AROUND, book=book)
    row = listed.iloc[0]
    assert (row["osm_id"], row["to_osm_id"]) == (2, 1)
    assert row.geometry.equals(shapely.Point(40.0, 1.5))
    assert listed.crs.to_epsg() == 6677
    assert entries(book)["near_miss"].startswith(
        "street ends within 2 m of another street that they do not meet: 1; not joined"
    )


def islands() -> Network:
    """Build 2,000 m of main street; 90 m at 4 m, 200 m at 300 m, 60 m at 1 km of it."""
    spots = {1: (0.0, 0.0), 2: (2000.0, 0.0), 3: (0.0, 4.0), 4: (0.0, 94.0)}
    spots |= {5: (900.0, 300.0), 6: (900.0, 500.0), 7: (900.0, -1000.0), 8: (960.0, -1000.0)}
    return streets(spots, [[1, 2], [3, 4], [5, 6], [7, 8]])


def test_pieces_are_noted_by_what_they_are_with_those_who_live_there() -> None:
    network, book = islands(), SourceLedger("streets")
    edge = {osm_id: row for row, osm_id in enumerate(network.edges["osm_id"])}
    homes = pd.DataFrame({"edge": [edge[1], edge[3], edge[3], edge[4], -1], "65+": [9, 3, 4, 5, 7]})
    rule = Streets(source="streets", isolated_below_m=100.0)
    listed = list_pieces(network, homes, streets=rule, crossed=None, age_group="65+", book=book)
    assert entries(book) == {
        "isolated": "pieces of the network that do not meet a larger one close by and are under 100 "
        "m, or private, used only where a hall stands on them: 1 (90 m in all); see network/near_misses.parquet",
        "broken_off": "pieces of the network of 100 m or more that do not meet a larger one close "
        "by: 1 (200 m in all); from homes along them only places on the same piece can be walked "
        "to; see network/near_misses.parquet and streets.join_gaps_m",
        "alone": "pieces of the network that stand alone, as on an island: 1 (60 m in all)",
    }
    residents = {entry.code: entry.residents for entry in book.entries}
    assert residents == {"isolated": None, "broken_off": 7.0, "alone": 5.0}
    rows = listed.sort_values("gap_m")
    assert rows[["osm_id", "to_osm_id"]].to_numpy().tolist() == [[2, 1], [3, 1]]
    assert rows["gap_m"].tolist() == pytest.approx([4.0, 300.0])
    assert rows["piece_m"].tolist() == pytest.approx([90.0, 200.0])
    assert [(point.x, point.y) for point in rows.geometry] == [(0.0, 4.0), (900.0, 300.0)]
    assert not listed["joined"].any()


def test_streets_that_end_beyond_the_margin_are_not_looked_at() -> None:
    book = SourceLedger("streets")
    rule = Streets(source="streets", isolated_below_m=0.0)
    south = shapely.box(-10, -10, 110, 1)
    _, listed = join_by_rule(town(), streets=rule, inside=south, book=book)
    assert listed.empty
    assert book.entries == []

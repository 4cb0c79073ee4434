"""Loose ends in the ledger: listed always, joined only where the profile says so."""

import pytest
import shapely

from geo.streets.network import Network
from services.intake.streets.loose_ends import join_by_rule
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


def test_pieces_that_lead_nowhere_are_noted_after_joining() -> None:
    for join_gaps_m, noted in ((0.0, "2 (114 m in all)"), (1.5, "1 (56 m in all)")):
        book = SourceLedger("streets")
        rule = Streets(source="streets", join_gaps_m=join_gaps_m, isolated_below_m=80.0)
        join_by_rule(town(), streets=rule, inside=AROUND, book=book)
        assert entries(book)["isolated"] == (
            f"pieces of the network under 80 m that lead nowhere, not used: {noted}"
        )


def test_streets_that_end_beyond_the_margin_are_not_looked_at() -> None:
    book = SourceLedger("streets")
    rule = Streets(source="streets", isolated_below_m=0.0)
    south = shapely.box(-10, -10, 110, 1)
    _, listed = join_by_rule(town(), streets=rule, inside=south, book=book)
    assert listed.empty
    assert book.entries == []

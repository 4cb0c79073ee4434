"""Ways as they are drawn: put right before they become a network, and every change in the ledger."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain

import numpy as np
import pandas as pd

from geo.errors import Sentence
from geo.streets.drawn import join_same_spots
from geo.streets.gates import with_gates
from geo.streets.sidewalks import join_sidewalks
from geo.streets.squares import CROSSED, INTRICATE, MOST_POINTS, OPEN, cross_squares
from geo.streets.times import together
from services.intake.streets.ways import Ways
from services.intake.tables.ledger import Entry, SourceLedger

_SHOWN = 10


def put_right(
    table: pd.DataFrame, nodes: pd.DataFrame, ways: Ways, book: SourceLedger
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Join what meets at one spot, side streets to sidewalks apart, lead across squares, shut gates.

    ``table`` are the ways in reach with their ``ATTRIBUTES``, ``nodes`` are in the plane; ``ways`` what
    was read beside them. Returns ways and nodes.
    """
    table, nodes, moved, doubts = join_same_spots(table, nodes)
    _note_spots(len(moved), doubts, book)
    used = set(chain.from_iterable(table["node_ids"]))
    own = [_moved(ids, moved) for ids in ways.roads["node_ids"]]
    roads = ways.roads.assign(node_ids=pd.Series(own, dtype=object))
    table, nodes, sidewalks_n, across_n = join_sidewalks(table, nodes, roads)
    _note_sidewalks(sidewalks_n, across_n, book)
    pieces = [[_moved(ids, moved) for ids in pieces] for pieces in ways.areas["pieces"]]
    near = np.array([not used.isdisjoint(chain.from_iterable(some)) for some in pieces], dtype=bool)
    areas = ways.areas.assign(pieces=pd.Series(pieces, dtype=object), steps_per_m=0.0)[near]
    table, nodes, left = cross_squares(table, nodes, areas)
    _note_squares(left, book)
    gates: dict[int, str] = {}
    for node, hours in ways.gates.items():
        spot = moved.get(node, node)
        gates[spot] = together(gates.get(spot, ""), hours)
    return with_gates(table, nodes, gates)


def _moved(ids: Iterable[int], moved: Mapping[int, int]) -> list[int]:
    return [moved.get(node, node) for node in ids]


def _note_spots(joined_n: int, doubts: list[tuple[int, int]], book: SourceLedger) -> None:
    if joined_n:
        book.rows_repaired += joined_n
        book.note(
            Entry(
                "same_spot_joined",
                Sentence(
                    "nodes at one spot with another one of a way on the same layer, made one with "
                    "it: {joined_n}",
                    joined_n=joined_n,
                ),
            )
        )
    if doubts:
        book.note(
            Entry(
                "same_spot",
                Sentence(
                    "ways that touch at one spot of one layer without a node in common, one of them "
                    "a bridge, a tunnel or indoors: {doubts_n} pairs ({listing}); not joined, "
                    "correct their layer or give them a node in common",
                    doubts_n=len(doubts),
                    listing=_listing([f"{one}/{other}" for one, other in doubts]),
                ),
            )
        )


def _note_sidewalks(joins_n: int, across_n: int, book: SourceLedger) -> None:
    if joins_n:
        book.rows_repaired += joins_n
        book.note(
            Entry(
                "sidewalk_joined",
                Sentence(
                    "ways that end in the middle of a road whose sidewalk is mapped apart, joined to "
                    "the sidewalk: {joins_n}, across the road: {across_n}",
                    joins_n=joins_n,
                    across_n=across_n,
                ),
            )
        )


def _note_squares(left: list[tuple[int, str]], book: SourceLedger) -> None:
    if left:
        count = Counter(why for _, why in left)
        book.note(
            Entry(
                "square_not_crossed",
                Sentence(
                    "areas that are walked along their outline, not across: {open_n} not closed, "
                    "{crossed_n} that cross themselves, {intricate_n} with more than {most} entries "
                    "and corners ({listing})",
                    open_n=count[OPEN],
                    crossed_n=count[CROSSED],
                    intricate_n=count[INTRICATE],
                    most=MOST_POINTS,
                    listing=_listing([str(osm_id) for osm_id, _ in left]),
                ),
            )
        )


def _listing(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if names[_SHOWN:] else "")

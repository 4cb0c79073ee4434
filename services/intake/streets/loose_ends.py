"""Loose ends and pieces that lead nowhere: listed always, joined only by the profile's rule."""

import geopandas as gpd
import numpy as np
import shapely

from geo.arrays import within
from geo.errors import Sentence
from geo.streets.loose_ends import join_loose_ends, near_misses
from geo.streets.network import Network, isolated_edges, one_way_traps
from services.intake.tables.ledger import Entry, SourceLedger
from services.profile import Streets

LISTED_WITHIN_M = 2.0
"""Street ends this near to another street are listed, whether they are joined or not."""


def join_by_rule(
    network: Network, *, streets: Streets, inside: shapely.Geometry, book: SourceLedger
) -> tuple[Network, gpd.GeoDataFrame]:
    """
    Join street ends that stop short by ``streets.join_gaps_m`` or less, and list all that nearly touch.

    Returns the network and a row for each near miss: ``osm_id`` and ``to_osm_id`` of both streets,
    ``gap_m``, ``joined``, and where the street ends. Pieces that lead nowhere after that are noted.
    """
    limit_m = max(LISTED_WITHIN_M, streets.join_gaps_m)
    misses = near_misses(network, within_m=limit_m, inside=inside)
    gap_m = misses["gap_m"].to_numpy()
    joined = within(gap_m, streets.join_gaps_m) & (streets.join_gaps_m > 0)
    osm_id = network.edges["osm_id"].to_numpy()
    listed = gpd.GeoDataFrame(
        {
            "osm_id": osm_id[misses["own"].to_numpy()],
            "to_osm_id": osm_id[misses["edge"].to_numpy()],
            "gap_m": gap_m,
            "joined": joined,
        },
        geometry=gpd.points_from_xy(misses["x"], misses["y"], crs=network.epsg),
    )
    if joined.any():
        network = join_loose_ends(network, misses[joined])
    _note_near_misses(joined, limit_m, book)
    _note_isolated(network, streets.isolated_below_m, book)
    _note_traps(network, book)
    return network, listed


def _note_near_misses(joined: np.ndarray, limit_m: float, book: SourceLedger) -> None:
    if joined.any():
        book.rows_repaired += int(joined.sum())
        book.note(
            Entry(
                "near_miss_joined",
                Sentence(
                    "street ends joined to the street they stop short of: {joined}",
                    joined=int(joined.sum()),
                ),
            )
        )
    left_n = int((~joined).sum())
    if left_n:
        book.note(
            Entry(
                "near_miss",
                Sentence(
                    "street ends within {limit_m:g} m of another street that they do not meet: "
                    "{left_n}; not joined, see network/near_misses.parquet and "
                    "streets.join_gaps_m",
                    limit_m=limit_m,
                    left_n=left_n,
                ),
            )
        )


def _note_isolated(network: Network, below_m: float, book: SourceLedger) -> None:
    alone = isolated_edges(network, below_m=below_m)
    if not alone.any():
        return
    pieces_n = np.unique(network.component_of_node[network.edge_u[alone]]).size
    length_m = float(network.edge_length_m[alone].sum())
    book.note(
        Entry(
            "isolated",
            Sentence(
                "pieces of the network under {below_m:.0f} m that lead nowhere, not used: "
                "{pieces_n} ({length_m:.0f} m in all)",
                below_m=below_m,
                pieces_n=pieces_n,
                length_m=length_m,
            ),
        )
    )


def _note_traps(network: Network, book: SourceLedger) -> None:
    trapped = one_way_traps(network)
    if not trapped.any():
        return
    ways = np.unique(network.edges["osm_id"].to_numpy()[trapped])
    book.note(
        Entry(
            "one_way_trap",
            Sentence(
                "streets that lead in and never out, or out and never in, by their direction: "
                "{length_m:.0f} m, ways {ways}",
                length_m=float(network.edge_length_m[trapped].sum()),
                ways=ways[:_WAYS_TOLD].tolist(),
            ),
        )
    )


_WAYS_TOLD = 20

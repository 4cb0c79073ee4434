"""Loose ends and pieces that are broken off: listed always, joined only by the profile's rule."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.arrays import within
from geo.errors import Sentence
from geo.streets.loose_ends import join_loose_ends, near_misses
from geo.streets.network import Network, isolated_edges, one_way_traps
from geo.streets.pieces import Crossed, broken_off
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
    ``gap_m``, ``joined``, and where the street ends.
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
    _note_traps(network, book)
    return network, listed


def list_pieces(
    network: Network,
    homes: pd.DataFrame,
    *,
    streets: Streets,
    crossed: Crossed | None,
    age_group: str,
    book: SourceLedger,
) -> gpd.GeoDataFrame:
    """
    Note the pieces of the network with those who live along them; list where some are broken off.

    Returns a row for each piece that a larger one comes near, as ``join_by_rule`` does, with
    ``piece_m``, the length of the piece in all. ``homes`` have ``edge`` and residents by age group;
    what is behind something ``crossed``, such as water, is an island.
    """
    leg_m, length_m = streets.snap_limit_m, network.component_length_m
    found = broken_off(network, leg_m=leg_m, crossed=crossed)
    osm_id = network.edges["osm_id"].to_numpy()
    edge, people = homes["edge"].to_numpy(), homes[age_group].to_numpy(dtype=float)
    on = network.component_of_node[network.edge_u[edge[edge >= 0]]]
    residents = np.bincount(on, weights=people[edge >= 0], minlength=length_m.size)
    below_m = streets.isolated_below_m
    broken, isolated = (np.zeros(length_m.size, dtype=bool) for _ in range(2))
    broken[found["piece"]] = True
    unused = isolated_edges(network, below_m=below_m, leg_m=leg_m, crossed=crossed)
    isolated[network.component_of_node[network.edge_u[unused]]] = True
    doubtful = broken & ~isolated
    alone = ~broken & ~isolated & (length_m > 0.0)
    alone[np.argmax(length_m)] = False
    if isolated.any():
        # Nobody is joined to them: those beside one are listed by their area.
        said = Sentence(
            "pieces of the network that do not meet a larger one close by and are under "
            "{below_m:.0f} m, or private, used only where a hall stands on them: {pieces_n} "
            "({length_m:.0f} m in all); see network/near_misses.parquet",
            below_m=below_m,
            pieces_n=int(isolated.sum()),
            length_m=float(length_m[isolated].sum()),
        )
        book.note(Entry("isolated", said))
    if doubtful.any():
        said = Sentence(
            "pieces of the network of {below_m:.0f} m or more that do not meet a larger one close "
            "by: {pieces_n} ({length_m:.0f} m in all); from homes along them only places on the "
            "same piece can be walked to; see network/near_misses.parquet and streets.join_gaps_m",
            below_m=below_m,
            pieces_n=int(doubtful.sum()),
            length_m=float(length_m[doubtful].sum()),
        )
        book.note(Entry("broken_off", said, residents=float(residents[doubtful].sum())))
    if alone.any():
        said = Sentence(
            "pieces of the network that stand alone, as on an island: {pieces_n} ({length_m:.0f} m "
            "in all)",
            pieces_n=int(alone.sum()),
            length_m=float(length_m[alone].sum()),
        )
        book.note(Entry("alone", said, residents=float(residents[alone].sum())))
    return gpd.GeoDataFrame(
        {
            "osm_id": osm_id[found["edge"].to_numpy()],
            "to_osm_id": osm_id[found["to_edge"].to_numpy()],
            "gap_m": found["gap_m"],
            "joined": False,
            "piece_m": length_m[found["piece"].to_numpy()],
        },
        geometry=gpd.points_from_xy(found["x"], found["y"], crs=network.epsg),
    )


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

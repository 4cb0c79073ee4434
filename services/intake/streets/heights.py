"""Elevations that can be: what a raster lacks, or cannot mean, is listed and left unknown."""

import numpy as np
from numpy.typing import NDArray

from geo.errors import Sentence
from geo.streets.network import Network
from services.intake.tables.ledger import Entry, SourceLedger

LOWEST_M, HIGHEST_M = -200.0, 4000.0
"""Between the deepest pit and the top of Mount Fuji."""


def usable_elevation(
    elevation_m: NDArray[np.float64], *, notes: SourceLedger
) -> NDArray[np.float64]:
    """Return elevations with impossible ones unknown; both kinds are counted in the ledger."""
    absent = np.isnan(elevation_m)
    possible = (elevation_m >= LOWEST_M) & (elevation_m <= HIGHEST_M)
    impossible = ~absent & ~possible
    notes.rows_read += len(elevation_m)
    notes.rows_used += int(possible.sum())
    if impossible.any():
        count, first = int(impossible.sum()), float(elevation_m[impossible][0])
        notes.rows_refused += count
        notes.note(
            Entry(
                "impossible_elevation",
                Sentence(
                    "{count} points of streets have an elevation that cannot be ({first:g} m); "
                    "taken as unknown, say in the raster which value means no data",
                    count=count,
                    first=first,
                ),
            )
        )
    if absent.any():
        count = int(absent.sum())
        notes.note(
            Entry(
                "no_elevation",
                Sentence(
                    "the raster has no elevation at {count} of {elevation_m_n} points of "
                    "streets; unknown there",
                    count=count,
                    elevation_m_n=len(elevation_m),
                ),
            )
        )
    return np.where(possible, elevation_m, np.nan)


def note_level_streets(network: Network, *, notes: SourceLedger) -> None:
    """List the streets that have no height at all; an elevator is level to who rides in it."""
    begins_m = network.station_height_m[network.station_start[:-1]]
    level = np.isnan(begins_m) & (network.edges["highway"] != "elevator").to_numpy()
    if level.any():
        count, length_m = int(level.sum()), float(network.edge_length_m[level].sum())
        notes.note(
            Entry(
                "level_street",
                Sentence(
                    "streets of unknown height, taken as level: {count} ({length_m:.0f} m in all)",
                    count=count,
                    length_m=length_m,
                ),
            )
        )

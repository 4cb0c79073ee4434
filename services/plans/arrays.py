"""A certificate as arrays that a file holds, and back."""

from collections.abc import Mapping, Sequence

import numpy as np

from geo.arrays import IntArray
from geo.siting.certificate import Certificate, Proof
from geo.siting.prices import Prices


def arrays_of(certificate: Certificate) -> dict[str, np.ndarray]:
    """Return the arrays of all proofs, named by the number of the goal."""
    arrays: dict[str, np.ndarray] = {}
    for number, proof in enumerate(certificate.proofs):
        arrays[f"multipliers_{number}"] = proof.multipliers
        arrays[f"nodes_{number}"] = proof.nodes
        arrays[f"walk_{number}"] = np.array(proof.walk)
    return arrays


def arrays_of_prices(prices: Prices) -> dict[str, np.ndarray]:
    """Return the arrays of the prices of a plan over years."""
    return {"share": prices.share, "row": prices.row, "opening": prices.opening}


def prices_of(arrays: Mapping[str, np.ndarray]) -> Prices:
    """Return the prices that a file holds; what is missing fits nothing."""
    names = ("share", "row", "opening")
    return Prices(*(np.asarray(arrays.get(name, np.empty(0)), dtype=float) for name in names))


def certificate_of(
    arrays: Mapping[str, np.ndarray], goals: Sequence[tuple[str, float, IntArray]]
) -> Certificate:
    """
    Return the certificate that a file holds; a goal without arrays has a proof that fits nothing.

    Parameters
    ----------
    arrays
        As the file has them.
    goals
        Objective, claimed bound and witness of each goal in turn.
    """
    proofs = []
    for number in range(len(goals)):
        multipliers = np.asarray(arrays.get(f"multipliers_{number}", np.empty((0, 0))), dtype=float)
        nodes = np.asarray(arrays.get(f"nodes_{number}", np.empty((0, 4))), dtype=np.int64)
        walk = np.asarray(arrays.get(f"walk_{number}", np.nan), dtype=float)
        proofs.append(Proof(multipliers, nodes, float(walk) if walk.ndim == 0 else np.nan))
    names, bounds, witnesses = zip(*goals, strict=True)
    return Certificate(names, tuple(proofs), bounds, witnesses)

"""Apportionment: whole numbers in proportion to weights, adding up exactly."""

from collections.abc import Mapping
from fractions import Fraction


def apportion(seats: int, weights: Mapping[str, float]) -> dict[str, int]:
    """
    Divide a number of seats in proportion to weights, by largest remainder (Hamilton 1792).

    Each gets the whole part of its quota ``seats * weight / sum``, and the seats that are left go to
    the largest fractions; of equal ones to the larger weight, then to the first name. Quotas are
    computed exactly, so neither rounding nor the order of the weights decides. Weights of nothing at
    all count as equal.

    Parameters
    ----------
    seats
        At least 0.
    weights
        Name → at least 0.

    Returns
    -------
    Name → seats, in the order of the weights; they add up to ``seats`` unless there are no names.
    """
    if not weights:
        return {}
    exact = {name: Fraction(float(weight)) for name, weight in weights.items()}
    if not any(exact.values()):
        exact = dict.fromkeys(exact, Fraction(1))
    total = sum(exact.values(), Fraction(0))
    quota = {name: seats * weight / total for name, weight in exact.items()}
    found = {name: int(share) for name, share in quota.items()}
    left = seats - sum(found.values())
    by_remainder = sorted(quota, key=lambda name: (found[name] - quota[name], -exact[name], name))
    for name in by_remainder[:left]:
        found[name] += 1
    return found

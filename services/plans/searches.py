"""What is searched in a process of its own; its imports are all that such a process has to load."""

from geo import siting
from geo.arrays import IntArray
from geo.siting import Plan, Problem, Search
from geo.siting.certificate import Certificate
from geo.siting.proving import Effort, certify


def near_equal(problem: Problem, k: int, difference: int, search: Search) -> list[Plan]:
    """Return the best plan and those after it."""
    return siting.k_best(problem, k, difference=difference, search=search)


def certificate_of(problem: Problem, witnesses: list[IntArray], search: Search) -> Certificate:
    """Return what proves how good the best plans of the goals are."""
    return certify(problem, witnesses, Effort(search.gap_pct, cancel=search.cancel))

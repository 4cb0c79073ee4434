"""What searches do in their process in tests, mostly to it; the imports are all that it has to load."""

import os
import signal
import time
from dataclasses import replace

from geo import siting
from geo.errors import InvalidInputError
from geo.siting import Incumbent, Plan, Problem, Relaxation, Search, Years, relax
from geo.siting.relax import YearsRelaxation, relax_years

TOLD = Incumbent(0, 3.0, 5.0, 40.0, (1,))


def dies_at_once(_given: object, _search: Search) -> None:
    os._exit(3)


def dies_after_telling(_given: object, search: Search) -> None:
    assert search.progress is not None
    search.progress(TOLD)
    os.kill(os.getpid(), signal.SIGSEGV)


def dies_in_a_later_plan(_given: object, search: Search) -> None:
    assert search.progress is not None
    search.progress(TOLD)
    search.progress(Incumbent(0, 2.0, 2.0, 0.0, (0,), plan=1))
    os._exit(3)


def has_no_memory(_given: object, search: Search) -> None:
    assert search.progress is not None
    search.progress(TOLD)
    raise MemoryError


def ends_when_asked(given: object, search: Search) -> object:
    assert search.cancel is not None
    while not search.cancel():
        time.sleep(0.01)
    return given


def never_ends(_given: object, search: Search) -> None:
    assert search.progress is not None
    search.progress(TOLD)
    while True:
        time.sleep(0.01)


def refuses(given: object, _search: Search) -> None:
    raise InvalidInputError("At most {most} candidates is less than none.", most=given)


def fails(_given: object, _search: Search) -> None:
    raise ZeroDivisionError


def doubles(given: int, _search: Search) -> int:
    return 2 * given


def crashing_solve(problem: Problem, search: Search) -> Plan:
    """Find the greedy plan, tell of it, and die."""
    found = siting.solve(problem)
    assert search.progress is not None
    search.progress(Incumbent(0, found.stages[0].value, 150.0, 33.3, found.chosen))
    os.kill(os.getpid(), signal.SIGKILL)
    return found


def os_pid(_given: object, _search: Search) -> int:
    return os.getpid()


def no_certificate(_problem: Problem, _witnesses: object, _search: Search) -> None:
    os._exit(2)


def crashing_at_once(_problem: Problem, _search: Search) -> Plan:
    os._exit(1)


def dies(*_given: object, **_named: object) -> None:
    os._exit(2)


def one_year_unproven(problem: Problem, search: Search) -> Relaxation:
    return replace(relax(problem, search), proven=False)


def years_unproven(problem: Problem, years: Years, search: Search) -> YearsRelaxation:
    return replace(relax_years(problem, years, search), proven=False)

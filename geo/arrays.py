"""What arrays all over are: their types, what is within a limit, loops that numba compiles, degrees."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """
    Return the function as machine code, compiled when it is first called.

    The code is kept on disk beside the module or in the user's cache, where one of them can be
    written, so that only the first run of an installation waits for the compiler. While it runs,
    other threads may.
    """
    try:
        made: Callable[P, R] = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # numba finds no folder that it may write: a service without a home
        made = numba.njit(nogil=True)(function)
    return made


FloatArray = NDArray[np.float64]


IntArray = NDArray[np.int64]


KindArray = NDArray[np.int8]


BoolArray = NDArray[np.bool_]


LONLAT_EPSG = 6668
"""JGD2011 in degrees, longitude first; WGS 84 at the precision of a map."""


TOLERANCE = 1e-6
"""A limit is inclusive: a walk of 500 m that floating point makes 500.0000000001 m is within it."""


def within(walk: FloatArray, limit: float) -> NDArray[np.bool_]:
    """Say which walks (metres or seconds) are within an inclusive limit; every module asks here."""
    return walk <= limit + TOLERANCE

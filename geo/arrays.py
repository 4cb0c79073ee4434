"""What arrays all over are: their types, what is within a limit, loops that numba compiles, degrees."""

from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")


class _Compiled(Generic[P, R]):
    """A function that waits, numba with it, until it or a compiled function that calls it is called."""

    def __init__(self, function: Callable[P, R]) -> None:
        self._function = function
        update_wrapper(self, function)

    @property
    def plain(self) -> Callable[P, R]:
        """The function as it is written, for those who need it once: no compiler is loaded."""
        return self._function

    def __call__(self, *args: P.args, **options: P.kwargs) -> R:
        return self._code(*args, **options)

    @cached_property
    def _code(self) -> Callable[P, R]:
        import numba  # noqa: PLC0415  slow to import, and a server answers its first page without

        try:
            made: Callable[P, R] = numba.njit(nogil=True, cache=True)(self._function)
        except RuntimeError:  # numba finds no folder that it may write: a service without a home
            made = numba.njit(nogil=True)(self._function)
        return made

    @property
    def _numba_type_(self) -> Any:  # noqa: ANN401  numba asks here what another function calls
        import numba  # noqa: PLC0415

        return numba.typeof(self._code)  # type: ignore[no-untyped-call]  # numba has no types


def compiled(function: Callable[P, R]) -> _Compiled[P, R]:
    """
    Return the function as machine code, compiled when it is first called.

    The code is kept on disk beside the module or in the user's cache, where one of them can be
    written, so that only the first run of an installation waits for the compiler. While it runs,
    other threads may.
    """
    return _Compiled(function)


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

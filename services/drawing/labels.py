"""Where labels stand so that none covers another: the first comes first."""

from collections.abc import Iterable, Sequence

import numpy as np

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in units of the drawing."""

_WIDE, _NARROW = 1.0, 0.56
"""Width of a letter in its size: Japanese, and of the Latin alphabet."""


def width_of(words: str, size: float) -> float:
    """Return about how wide words are."""
    return size * sum(_WIDE if letter > "\u00ff" else _NARROW for letter in words)


def placed(
    wanted: Sequence[Sequence[Box]], *, taken: Iterable[Box] = (), frame: Box | None = None
) -> list[int | None]:
    """
    Return for each label the first of its boxes that is free, None where none is.

    Labels are placed in their order; what is placed is taken for those that follow. ``taken`` is
    covered before; a box that is not wholly in the ``frame`` is never free.
    """
    full = [*taken]
    chosen: list[int | None] = []
    for boxes in wanted:
        there = np.array(full, dtype=np.float64).reshape(-1, 4)
        free = (number for number, box in enumerate(boxes) if _is_free(box, there, frame))
        found = next(free, None)
        chosen.append(found)
        if found is not None:
            full.append(boxes[found])
    return chosen


def _is_free(box: Box, taken: np.ndarray, frame: Box | None) -> bool:
    left, top, right, bottom = box
    if frame and not (
        frame[0] <= left and frame[1] <= top and right <= frame[2] and bottom <= frame[3]
    ):
        return False
    apart = (
        (taken[:, 0] >= right)
        | (taken[:, 2] <= left)
        | (taken[:, 1] >= bottom)
        | (taken[:, 3] <= top)
    )
    return bool(apart.all())

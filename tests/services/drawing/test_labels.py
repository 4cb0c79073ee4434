"""Where labels stand."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.drawing.labels import placed, width_of

FRAME = (0.0, 0.0, 100.0, 100.0)
corner = st.integers(-10, 100)
boxes = st.builds(
    lambda x, y, wide, high: (float(x), float(y), float(x + wide), float(y + high)),
    corner,
    corner,
    st.integers(1, 40),
    st.integers(1, 20),
)


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > 0 and down > 0


def inside(box: tuple[float, ...]) -> bool:
    return min(box) >= 0 and box[2] <= 100 and box[3] <= 100


def test_the_second_label_takes_its_next_box_where_the_first_stands() -> None:
    here, right = (0.0, 0.0, 10.0, 10.0), (10.0, 0.0, 20.0, 10.0)
    # Boxes that touch do not cover each other.
    assert placed([[here], [here, right], [here, right]]) == [0, 1, None]
    assert placed([[here]], taken=[(5.0, 5.0, 6.0, 6.0)]) == [None]
    assert placed([[(95.0, 0.0, 105.0, 10.0)]], frame=FRAME) == [None]


@given(st.lists(st.lists(boxes, max_size=4), max_size=12), st.lists(boxes, max_size=4))
def test_no_label_covers_another_and_none_is_left_out_without_need(wanted, taken) -> None:  # type: ignore[no-untyped-def]
    chosen = placed(wanted, taken=taken, frame=FRAME)
    stood = list(taken)
    for options, number in zip(wanted, chosen, strict=True):
        free = [
            at
            for at, box in enumerate(options)
            if inside(box) and not any(overlap(box, other) for other in stood)
        ]
        assert number == (free[0] if free else None)
        stood += [options[number]] if number is not None else []
    written = stood[len(taken) :]
    assert not any(overlap(*pair) for pair in itertools.combinations(written, 2))


def test_a_japanese_letter_is_as_wide_as_it_is_high() -> None:
    assert width_of("大堀川", 10.0) == 30.0
    assert width_of("16", 10.0) == pytest.approx(11.2)

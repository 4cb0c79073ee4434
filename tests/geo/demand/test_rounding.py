"""Counts as multiples of a base: each near the truth, their sums as well, and nothing by chance."""

from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.arrays import FloatArray, IntArray
from geo.demand.rounding import draws, rounded

KEY = b"key of the workspace"


def protected(
    counts: FloatArray,
    council: IntArray,
    *,
    base: int = 5,
    key: bytes = KEY,
    areas: list[str] | None = None,
) -> FloatArray:
    """Round with the draws of the names of areas (their positions if not given) and councils."""
    areas = areas or [str(row) for row in range(len(counts))]
    bands = range(counts.shape[1])
    of_councils = sums_of(counts, council)
    return rounded(
        counts,
        council,
        base=base,
        cell_draws=draws(
            key, [[f"area {area} {band}" for band in bands] for area in areas], counts
        ),
        council_draws=draws(
            key,
            [[f"council {one} {band}" for band in bands] for one in range(len(of_councils))],
            of_councils,
        ),
        whole_draws=draws(
            key, [[f"whole {band}" for band in bands]], counts.sum(axis=0, keepdims=True)
        ),
    )


def sums_of(counts: FloatArray, council: IntArray) -> FloatArray:
    """Return (councils, bands): a row of zeros where no area is a council's."""
    found = np.zeros((int(council.max(initial=-1)) + 1, counts.shape[1]))
    np.add.at(found, council, counts)
    return found


def tails_of(counts: FloatArray) -> FloatArray:
    """Return per row the sums of the last band, of the last two, …, of all."""
    return np.cumsum(counts[:, ::-1], axis=1)


def held(errors: FloatArray, council: IntArray) -> list[FloatArray]:
    """Return the errors of everything that stays near the truth."""
    whole = errors.sum(axis=0)
    return [errors, tails_of(errors), sums_of(errors, council), whole]


@st.composite
def towns(draw: st.DrawFn, most_areas: int = 12) -> tuple[FloatArray, IntArray, int]:
    """Draw residents of areas by band, the council of each area, and a base."""
    areas, bands = draw(st.integers(1, most_areas)), draw(st.integers(1, 4))
    count = st.one_of(
        st.integers(0, 9),
        st.integers(0, 3000),
        st.floats(0, 50, allow_subnormal=False),
    )
    row = st.lists(count, min_size=bands, max_size=bands)
    counts = draw(st.lists(row, min_size=areas, max_size=areas))
    council = draw(st.lists(st.integers(0, 3), min_size=areas, max_size=areas))
    base = draw(st.sampled_from([1, 2, 3, 5, 10]))
    return np.array(counts, dtype=float), np.array(council, dtype=np.int64), base


@given(towns(), st.binary(min_size=1, max_size=4))
def test_cells_and_their_sums_stay_within_one_base(
    town: tuple[FloatArray, IntArray, int], key: bytes
) -> None:
    counts, council, base = town
    found = protected(counts, council, base=base, key=key)

    assert (found / base == np.round(found / base)).all()
    assert (found >= 0).all()
    for errors in held(found - counts, council):
        assert (abs(errors) < base).all()


@given(towns())
def test_what_is_a_multiple_already_stays(town: tuple[FloatArray, IntArray, int]) -> None:
    counts, council, base = town
    counts = np.round(counts) * base

    assert (protected(counts, council, base=base) == counts).all()


def rounded_tables(counts: FloatArray, council: IntArray, base: int) -> list[FloatArray]:
    """Return every table of floors and ceilings whose sums are within one base, one by one."""
    low = np.floor(counts / base)
    free = np.argwhere(low * base != counts)
    found = []
    for ups in product((0, 1), repeat=len(free)):
        table = low.copy()
        for (row, column), up in zip(free, ups, strict=True):
            table[row, column] += up
        table *= base
        if all((abs(errors) < base).all() for errors in held(table - counts, council)):
            found.append(table)
    return found


@given(st.data())
@settings(max_examples=60)
def test_it_is_one_of_all_tables_that_hold_every_sum(data: st.DataObject) -> None:
    areas, bands = data.draw(st.sampled_from([(1, 3), (2, 2), (3, 2), (2, 4), (4, 2), (3, 3)]))
    cells = data.draw(st.lists(st.integers(0, 12), min_size=areas * bands, max_size=areas * bands))
    council = np.array(data.draw(st.lists(st.integers(0, 1), min_size=areas, max_size=areas)))
    counts = np.array(cells, dtype=float).reshape(areas, bands)
    base = data.draw(st.sampled_from([2, 5]))
    there = rounded_tables(counts, council, base)

    assert there  # Cox 1987: one always exists
    found = protected(counts, council, base=base)
    assert any((found == table).all() for table in there)


@given(towns(most_areas=8), st.randoms(use_true_random=False))
def test_no_order_of_areas_changes_a_count(
    town: tuple[FloatArray, IntArray, int], random: Random
) -> None:
    counts, council, base = town
    order = list(range(len(counts)))
    random.shuffle(order)
    names = [str(row) for row in order]
    found = protected(counts, council, base=base)
    again = protected(counts[order], council[order], base=base, areas=names)

    assert (again == found[order]).all()


RNG = np.random.default_rng(20_261_129)
AREAS, BANDS = 100, 4
COUNTS = RNG.integers(0, 60, (AREAS, BANDS)).astype(float)
COUNCIL = np.arange(AREAS) % 10


def test_the_same_key_gives_the_same_and_another_key_another() -> None:
    found = protected(COUNTS, COUNCIL)
    other = protected(COUNTS, COUNCIL, key=b"another key")

    assert (protected(COUNTS, COUNCIL) == found).all()
    # Independent draws agree at a rest r with r² + (1 - r)²: 1, 0.68, 0.52, 0.52, 0.68 at base 5.
    assert (found != other).mean() == pytest.approx(1 - 0.68, abs=0.1)


def test_what_one_draw_tells_of_a_count_is_told_again_by_no_other_count() -> None:
    # The draw of 12 says nothing of that of 13 in the same cell, else two dates would narrow both down.
    first, second = (
        draws(KEY, [[f"area {row}"] for row in range(2000)], np.full((2000, 1), count))
        for count in (12.0, 13.0)
    )
    correlation = np.corrcoef(first[:, 0], second[:, 0])[0, 1]

    # Standard error 1/√2000 = 0.022.
    assert abs(correlation) < 0.09
    assert ((first > 0) & (first < 1)).all()


@pytest.mark.parametrize("base", [5, 10])
def test_no_count_is_higher_or_lower_on_the_average_of_keys(base: int) -> None:
    # Rests of every size; rounding down always would be up to 4 (9) off, to the nearest up to 2 (5).
    counts = np.array(
        [[11.0, 2.0, 7.0], [43.0, 8.0, 4.0], [6.0, 31.0, 3.0], [27.0, 14.0, 19.0]] * 2
    )
    council = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    keys = 300
    errors = np.array(
        [
            protected(counts, council, base=base, key=str(key).encode()) - counts
            for key in range(keys)
        ]
    )
    # A cell's error has a standard deviation of at most half the base; four standard errors of the
    # mean, and as much again for the cells that a sum forces.
    bound = 2 * 4 * (base / 2) / keys**0.5
    assert bound < (2 if base == 5 else 5)  # what rounding to the nearest would be off here

    assert abs(errors.mean(axis=0)).max() < bound
    # The average over the 24 cells is as unbiased as the municipality's sum, which is within one base.
    assert abs(errors.mean()) < base / counts.size / keys**0.5 * 4
    for sums in (sums_of(errors.mean(axis=0), council), errors.mean(axis=0).sum(axis=0)):
        assert abs(sums).max() < bound


def test_one_change_moves_few_of_the_other_counts() -> None:
    before = protected(COUNTS, COUNCIL)
    moved = []
    for _ in range(40):
        row, band = RNG.integers(AREAS), RNG.integers(BANDS)
        counts = COUNTS.copy()
        counts[row, band] += RNG.integers(1, 4)
        others = protected(counts, COUNCIL) != before
        others[row, band] = False
        moved.append(others.sum())

    # The change draws anew for its cell, for its council's sum and for the municipality's, and each
    # may send a chain of cells through the bands. New draws for all would move 0.32 · 399 = 128.
    assert np.mean(moved) < 0.02 * COUNTS.size
    assert max(moved) < 0.08 * COUNTS.size
    # A town ten times as large moves no more of them.
    few = slice(0, AREAS // 10)
    assert np.mean(moved) < 3 * max(1.0, _moved_in(COUNTS[few], COUNCIL[few]))


def _moved_in(town: FloatArray, council: IntArray) -> float:
    before = protected(town, council)
    found = []
    for row, band in product(range(len(town)), range(BANDS)):
        counts = town.copy()
        counts[row, band] += 1
        others = protected(counts, council) != before
        others[row, band] = False
        found.append(others.sum())
    return float(np.mean(found))


def with_draws(counts: list[float], cells: list[float], *, whole: float) -> list[float]:
    """Round one band of areas of one council, base 5, by draws that are given."""
    found = rounded(
        np.array(counts)[:, None],
        np.zeros(len(counts), dtype=np.int64),
        base=5,
        cell_draws=np.array(cells)[:, None],
        council_draws=np.array([[0.5]]),
        whole_draws=np.array([[whole]]),
    )
    return found[:, 0].tolist()


def test_the_draw_of_the_municipality_decides_on_its_sum_and_the_sum_on_the_areas() -> None:
    # 2 of 5: up where the draw of the sum is below 0.4, whatever the cell would do by itself.
    assert with_draws([2.0], [0.9], whole=0.39) == [5.0]
    assert with_draws([2.0], [0.1], whole=0.41) == [0.0]
    # 1 + 6 = 7 becomes 10 or 5; the area of the lower draw is the first that goes up.
    assert with_draws([1.0, 6.0], [0.7, 0.8], whole=0.39) == [5.0, 5.0]
    assert with_draws([1.0, 6.0], [0.8, 0.7], whole=0.39) == [0.0, 10.0]
    assert with_draws([1.0, 6.0], [0.1, 0.1], whole=0.41) == [0.0, 5.0]


@pytest.mark.parametrize(
    ("draw", "expected"),
    [
        # Rosén 1997: the least odds of the draw over odds of the chance; odds of 0.2 and 0.8 are 1/4 and 4.
        (0.9, [5.0, 0.0]),  # (0.3 / 0.7) · 4 = 1.7 is less than (0.9 / 0.1) / 4 = 2.25
        (0.8, [0.0, 5.0]),  # (0.8 / 0.2) / 4 = 1
    ],
)
def test_of_two_of_which_one_must_go_up_the_draw_nearer_to_its_chance_decides(
    draw: float, expected: list[float]
) -> None:
    # 1 + 4 = 5 is a multiple, so that just one of both goes up.
    assert with_draws([1.0, 4.0], [0.3, draw], whole=0.5) == expected


def test_a_draw_as_near_to_1_as_can_be_is_a_draw() -> None:
    # 1.5 + 3.5 = 5: just one goes up, the one whose draw is not the last of all.
    assert with_draws([1.5, 3.5], [float(np.nextafter(1.0, 0.0)), 0.9], whole=0.5) == [0.0, 5.0]


def test_nobody_lives_in_no_area() -> None:
    nobody = protected(np.zeros((0, 3)), np.zeros(0, dtype=np.int64))

    assert nobody.shape == (0, 3)

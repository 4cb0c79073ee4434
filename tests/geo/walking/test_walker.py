"""Walkers, by hand: what a slope does to the pace, and what no walker can be."""

import numpy as np
import pytest

from geo.errors import InvalidInputError
from geo.walking.walker import LEVEL, TOBLER, SlopeLaw, Walker
from services.words.texts import told


def test_tobler_keeps_the_flat_speed_and_is_quickest_on_a_gentle_descent() -> None:
    # W = 6 exp(-3.5 |S + 0.05|): on the flat 6 exp(-0.175), at -5 % 6, at +10 % 6 exp(-0.525).
    pace = TOBLER.pace(np.array([0.0, -0.05, 0.10, -0.15]))
    assert pace == pytest.approx([1.0, np.exp(-0.175), np.exp(0.35), np.exp(0.175)])


def test_a_table_is_linear_between_its_slopes_and_constant_beyond() -> None:
    law = SlopeLaw.table({10.0: 0.5, 0.0: 1.0, -10.0: 0.8})
    # Half way between 0 and 10 % the speed is 0.75 of the flat one, the pace 1 / 0.75.
    assert law.pace(np.array([0.05, 0.3, -0.3, 0.0])) == pytest.approx([4 / 3, 2.0, 1.25, 1.0])


@pytest.mark.parametrize("law", [LEVEL, TOBLER, SlopeLaw.table({0.0: 1.0, 8.0: 0.5})])
def test_an_unknown_slope_is_the_flat(law: SlopeLaw) -> None:
    assert law.pace(np.array([np.nan])).tolist() == [1.0]


def test_pauses_are_spread_over_the_metres() -> None:
    # 48 m a minute is 1.25 s a metre; 60 s for every 300 m are 0.2 s more.
    assert Walker(speed_m_per_min=48, rest_every_m=300, rest_s=60).flat_s_per_m == 1.45


@pytest.mark.parametrize(
    "wrong",
    [
        {"speed_m_per_min": 0.0},
        {"speed_m_per_min": float("nan")},
        {"speed_m_per_min": -60.0},
        {"rest_every_m": 0.0},
        {"signal_s": -1.0},
        {"pace": frozenset({("surface", "unpaved", 0.5)})},
    ],
)
def test_what_no_walker_can_be_is_refused_with_the_way_out(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Walker(**wrong)
    assert told(refused.value, "ja")


@pytest.mark.parametrize("points", [{}, {0.0: 1.0, 30.0: 0.0}])
def test_a_slope_table_without_rows_or_with_a_standstill_is_refused(
    points: dict[float, float],
) -> None:
    with pytest.raises(InvalidInputError):
        SlopeLaw.table(points)

"""
The walker: one object that says how somebody walks, on the street and on the leg off it.

A walking profile (80, 60, 48 m/min …) is turned into metres, seconds and closed edges by
``geo.walking.measure``; nothing else in the code knows a speed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geo.errors import InvalidInputError
from geo.vocabulary import Slope, Steps

FloatArray = NDArray[np.float64]

TOBLER_DECAY, TOBLER_BEST_SLOPE = 3.5, -0.05
"""W = 6 exp(-3.5 |S + 0.05|) km/h: Tobler (1993), Three presentations on geographical analysis and
modeling, NCGIA technical report 93-1. Quickest is a gentle descent of 5 %."""

STEPS_PER_M = 1 / 0.30
"""Steps in a metre of their length where OSM does not count them: a tread of 0.30 m, as the Japanese
barrier-free building standard recommends for stairs (踏面 30 cm 以上, 建築物移動等円滑化誘導基準)."""

LEAST_RISER_M = 0.10
"""No stairs have lower steps (assumed; the same standard asks for 16 cm or less): a way that is drawn
as steps and climbs little has no more of them than its climb allows."""


@dataclass(frozen=True)
class SlopeLaw:
    """
    How the slope ahead changes the speed on the flat.

    ``kind`` is ``level`` (not at all), ``tobler`` (scaled so that the flat keeps the walker's own
    speed) or ``table``: ``points`` are (slope in per cent, speed as a share of the flat), ascending,
    linear between them and constant beyond.
    """

    kind: Slope = "level"
    points: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        if self.kind != "table":
            return
        slopes = [slope for slope, _ in self.points]
        if not slopes or slopes != sorted(set(slopes)):
            raise InvalidInputError("a slope table needs rows with ascending slopes, each once")
        if min(share for _, share in self.points) <= 0:
            raise InvalidInputError(
                "a slope table has a speed of 0; close steep streets with max_slope_pct instead"
            )

    @classmethod
    def table(cls, speeds: Mapping[float, float]) -> "SlopeLaw":
        """Return the law of a table: slope in per cent (uphill positive) → share of the flat speed."""
        return cls("table", tuple(sorted(speeds.items())))

    def pace(self, slope: FloatArray) -> FloatArray:
        """
        Return how many times longer a metre takes than on the flat.

        Parameters
        ----------
        slope
            Rise over run in the direction of the walk; uphill is positive, unknown is NaN.

        Returns
        -------
        Same shape; 1 on the flat and where the slope is unknown.
        """
        known = np.nan_to_num(np.asarray(slope, dtype=np.float64), nan=0.0)
        if self.kind == "tobler":
            bend = np.abs(known - TOBLER_BEST_SLOPE) - abs(TOBLER_BEST_SLOPE)
            return np.asarray(np.exp(TOBLER_DECAY * bend))
        if self.kind == "table":
            slope_pct, share = np.array(self.points).T
            return np.asarray(1.0 / np.interp(100.0 * known, slope_pct, share))
        return np.ones_like(known)


LEVEL = SlopeLaw()
TOBLER = SlopeLaw("tobler")


@dataclass(frozen=True)
class Walker:
    """
    How somebody walks.

    Attributes
    ----------
    speed_m_per_min
        Speed on the flat, metres a minute; also on the leg off the street.
    slope
        What slopes do to it.
    max_slope_pct
        Streets steeper than this anywhere are closed; ``None`` for no maximum. Steps are no slope.
    steps
        ``count``: ``step_s`` more for each step (as OSM counts them, else ``STEPS_PER_M``);
        ``metre``: ``steps_s_per_m`` more for each metre of steps; ``avoid``: steps are closed.
    crossing_s, signal_s, elevator_s
        Seconds lost on average each time at a crossing, at a signal, at an elevator.
    rest_every_m, rest_s
        A pause of ``rest_s`` seconds for every ``rest_every_m`` metres, leg included, spread evenly
        over the metres so that of two walks the shorter is never slower for its pauses.
    forbid
        (key, value) of edges that are not walked: ``highway``, ``surface`` or a key of
        ``geo.vocabulary.TRAITS``; and of nodes that are not passed: a key of ``NODE_TRAITS``.
    pace
        (key, value, factor): how many times longer a metre takes on edges that say so, 1 or more;
        several factors of one edge multiply.
    passing
        (key, value, seconds): what is lost each time where a node that says so is passed; several
        of one node add up.
    """

    speed_m_per_min: float = 60.0
    slope: SlopeLaw = LEVEL
    max_slope_pct: float | None = None
    steps: Steps = "count"
    step_s: float = 0.0
    steps_s_per_m: float = 0.0
    crossing_s: float = 0.0
    signal_s: float = 0.0
    elevator_s: float = 0.0
    rest_every_m: float | None = None
    rest_s: float = 0.0
    forbid: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    pace: frozenset[tuple[str, str, float]] = field(default_factory=frozenset)
    passing: frozenset[tuple[str, str, float]] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if not (np.isfinite(self.speed_m_per_min) and self.speed_m_per_min > 0):
            raise InvalidInputError(
                "the walking speed is {speed_m_per_min:g} m/min; give a speed above 0",
                speed_m_per_min=self.speed_m_per_min,
            )
        if self.rest_every_m is not None and not self.rest_every_m > 0:
            raise InvalidInputError(
                "a rest every {rest_every_m:g} m cannot be; give metres above 0, or leave it out",
                rest_every_m=self.rest_every_m,
            )
        costs = (self.step_s, self.steps_s_per_m, self.crossing_s, self.signal_s)
        slowest = min((factor for _, _, factor in self.pace), default=1.0)
        passing_s = min((lost_s for _, _, lost_s in self.passing), default=0.0)
        if min(*costs, self.elevator_s, self.rest_s, slowest - 1.0, passing_s) < 0:
            raise InvalidInputError(
                "a walking profile has negative seconds, or a pace below 1; nothing can make a "
                "walk shorter than the flat street does"
            )

    @property
    def flat_s_per_m(self) -> float:
        """Return seconds for a metre on the flat, pauses included."""
        pause = self.rest_s / self.rest_every_m if self.rest_every_m else 0.0
        return 60.0 / self.speed_m_per_min + pause

    @property
    def rest_s_per_m(self) -> float:
        """Return seconds of pause for a metre."""
        return self.rest_s / self.rest_every_m if self.rest_every_m else 0.0

    @property
    def closes(self) -> tuple[frozenset[tuple[str, str]], bool, float | None]:
        """Return all that closes edges: two walkers with the same have the same streets in metres."""
        return self.forbid, self.steps == "avoid", self.max_slope_pct

"""
Measures: what accrues along a walk, on every edge in both directions, exactly to the position.

Metres, seconds, metres of climb and steps are all the same thing to a search: a sum along each edge
that is known at its *stations* (equally spaced along it, heights from the elevation raster) and
linear between them, a charge at its ends (half of what passing the junction costs), and a charge per
metre of the leg off the street.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geo.arrays import FloatArray, IntArray
from geo.streets.network import Network
from geo.streets.times import is_open
from geo.streets.traits import says, text_says
from geo.streets.walkable import CARRIAGEWAYS, CROSSING, ELEVATOR, SHUT, SIGNALS
from geo.walking.walker import LEAST_RISER_M, STEPS_PER_M, Walker

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Measure:
    """
    What accrues along a walk over the edges of a network.

    Attributes
    ----------
    network
        The m edges it is measured on.
    onward, back
        (k,) sums from ``u`` to each station of each edge (``network.station_start``): of a walk from
        ``u`` towards ``v``, and of a walk from there back to ``u``.
    end_u, end_v
        (m,) charges for coming from or going through either end; infinite at what the walker may not
        pass, which leaves the edge itself open.
    leg_per_m
        Charge per metre of the leg off the street.
    open
        (m,) edges that may be walked along; those with a ``oneway`` in one direction.
    at_times
        (m,) edges that may be walked along to some places only (``while_met``).
    """

    network: Network
    onward: FloatArray
    back: FloatArray
    end_u: FloatArray
    end_v: FloatArray
    leg_per_m: float
    open: BoolArray
    at_times: BoolArray

    def while_met(self, met: str) -> "Measure":
        """
        Return the measure of walks to a place where somebody meets at some times.

        Parameters
        ----------
        met
            Half-hours of the year, as ``geo.streets.times`` writes them; empty where nobody knows them.

        Returns
        -------
        The measure with all streets open that are open then; the same one for places that the same
        streets are open to, this one where no more are.
        """
        opened = tuple(hours for hours in self.network.hours if is_open(hours, met))
        if opened and opened not in self._while_open:
            more = self.at_times & self.network.edges["hours"].isin(opened).to_numpy(dtype=bool)
            self._while_open[opened] = replace(self, open=self.open | more)
        return self._while_open[opened] if opened else self

    @cached_property
    def _while_open(self) -> "dict[tuple[str, ...], Measure]":
        return {}

    @cached_property
    def full_onward(self) -> FloatArray:
        """(m,) from ``u`` to ``v`` without the charges of the ends."""
        return self.onward[self.network.station_start[1:] - 1]

    @cached_property
    def full_back(self) -> FloatArray:
        """(m,) from ``v`` to ``u`` without the charges of the ends."""
        return self.back[self.network.station_start[1:] - 1]

    @cached_property
    def opens(self) -> tuple[BoolArray, BoolArray]:
        """(m,) and (m,) edges that may be walked along from ``u`` to ``v``, and from ``v`` to ``u``."""
        oneway = self.network.edges["oneway"].to_numpy()
        return self.open & (oneway >= 0), self.open & (oneway <= 0)

    @cached_property
    def charges(self) -> FloatArray:
        """(2m + 2,) by the number of the half-edge, the last two those of ``NO_WAY`` and ``PASSING``."""
        ends = self.end_u + self.end_v
        both = np.stack([self.full_onward + ends, self.full_back + ends], axis=1)
        both[~np.stack(self.opens, axis=1)] = np.inf
        return np.append(both.ravel(), [np.inf, 0.0])

    @cached_property
    def tolls(self) -> FloatArray:
        """Of each half-edge of ``network.halves``: towards its stand, infinite where closed."""
        return np.ascontiguousarray(self.charges[self.network.halves.half])

    @cached_property
    def least_per_m(self) -> float:
        """Return the least that a metre costs anywhere, on the streets or off them."""
        start = self.network.station_start
        inner = np.ones(len(self.onward), dtype=bool)
        inner[start[1:] - 1] = False
        piece_m = _piece_m(self.network)[inner]
        both = [np.diff(sums, append=0.0)[inner] / piece_m for sums in (self.onward, self.back)]
        return float(min([self.leg_per_m, *(part.min() for part in both if part.size)]))

    def at(self, edge: IntArray, offset_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """
        Return the sums onward and back at positions along edges, linear between stations.

        Parameters
        ----------
        edge
            (n,) edges.
        offset_m
            (n,) metres along each from its ``u``; what is beyond an end is taken as the end.

        Returns
        -------
        (n,) sums from ``u`` to there of a walk onward, and of one from there back to ``u``.
        """
        first = self.network.station_start[edge]
        pieces_n = self.network.station_start[edge + 1] - first - 1
        length_m = self.network.edge_length_m[edge]
        place = np.clip(offset_m / np.where(length_m > 0, length_m, 1.0), 0.0, 1.0) * pieces_n
        whole = np.minimum(place.astype(np.int64), pieces_n - 1)
        below, share = first + whole, place - whole
        onward = self.onward[below] + share * (self.onward[below + 1] - self.onward[below])
        back = self.back[below] + share * (self.back[below + 1] - self.back[below])
        return onward, back


def open_edges(network: Network, walker: Walker) -> BoolArray:
    """
    Return (m,) edges that this walker may walk along.

    Parameters
    ----------
    network
        The walking network of m edges; slopes are those between its stations, or as they are tagged
        where that is steeper.
    walker
        Who walks: what is forbidden, steps to be avoided and streets steeper anywhere than the maximum
        are closed. Steps are no slope.

    Returns
    -------
    (m,) booleans.
    """
    table = network.edges
    usable = ~says(table, walker.forbid)
    is_steps = table["steps"].to_numpy(dtype=bool)
    if walker.steps == "avoid":
        usable &= ~is_steps
    if walker.max_slope_pct is not None:
        steepest = np.maximum.reduceat(np.abs(_slope(network)), network.station_start[:-1])
        steepest_pct = np.maximum(100.0 * steepest, table["incline_pct"].to_numpy(dtype=float))
        # A whisker more, so that a street of just the maximum stays open.
        usable &= is_steps | (steepest_pct <= walker.max_slope_pct + 1e-9)
    return np.asarray(usable)


def metres(network: Network, walker: Walker | None = None) -> Measure:
    """
    Measure metres along the streets.

    Parameters
    ----------
    network
        The walking network.
    walker
        Whose streets: those closed to the walker are not walked. ``None`` walks them all.

    Returns
    -------
    The same onward and back; the leg counts each of its metres.
    """
    along_m = _along(network, _piece_m(network))
    return _measure(network, walker, along_m, along_m, leg_per_m=1.0)


def seconds(network: Network, walker: Walker) -> Measure:
    """
    Measure seconds: speed, slope by direction, steps, crossings, signals, elevators, pauses, attributes.

    A piece of a street takes its metres x 60 ÷ speed x the pace of its slope in the direction of the
    walk (``SlopeLaw.pace``) x the paces of what it says of itself, and the pauses of its metres. Steps take the
    flat street's time and what the steps cost; the slope law plays no part there. What a junction
    costs is charged in halves to the edges that meet there; where crossings are mapped as ways of
    their own, to those alone, so that a walk along the road is not charged for crossing it.

    Parameters
    ----------
    network
        The walking network, with the heights of its stations if it has any.
    walker
        How somebody walks.

    Returns
    -------
    Seconds; the leg takes its metres x 60 ÷ speed, and its pauses.
    """
    table = network.edges
    edge = network.edge_of_station
    is_steps = table["steps"].to_numpy(dtype=bool)
    slope = np.where(is_steps[edge], 0.0, _slope(network))
    pace = np.ones(len(table))
    for key, value, factor in sorted(walker.pace):
        pace[says(table, [(key, value)])] *= factor
    walked_s = pace[edge] * 60.0 / walker.speed_m_per_min
    extra_s = (walker.rest_s_per_m + np.where(is_steps, _steps_s_per_m(network, walker), 0.0))[edge]
    piece_m = _piece_m(network)
    onward = _along(network, piece_m * (walked_s * walker.slope.pace(slope) + extra_s))
    back = _along(network, piece_m * (walked_s * walker.slope.pace(-slope) + extra_s))
    ends = _ends_s(network, walker)
    return _measure(network, walker, onward, back, leg_per_m=walker.flat_s_per_m, ends=ends)


def climb(network: Network, walker: Walker | None = None) -> Measure:
    """Measure metres of climb, only those upward in the direction of the walk; unknown is level."""
    rise_m = _slope(network) * _piece_m(network)
    onward, back = _along(network, np.maximum(rise_m, 0.0)), _along(network, np.maximum(-rise_m, 0))
    return _measure(network, walker, onward, back, leg_per_m=0.0)


def steps(network: Network, walker: Walker | None = None) -> Measure:
    """Measure the steps of stairs, up or down, as OSM counts them, else estimated from length and climb."""
    along = _along(network, _piece_m(network) * _steps_per_m(network)[network.edge_of_station])
    return _measure(network, walker, along, along, leg_per_m=0.0)


def _measure(
    network: Network,
    walker: Walker | None,
    onward: FloatArray,
    back: FloatArray,
    *,
    leg_per_m: float,
    ends: tuple[FloatArray, FloatArray] | None = None,
) -> Measure:
    nothing = np.zeros(len(network.edge_u))
    end_u, end_v = ends or (nothing, nothing)
    usable = np.ones(len(network.edge_u), dtype=bool)
    if walker is not None:
        usable = open_edges(network, walker)
        shut_u, shut_v = (share > 0 for share in _passed(network, walker.forbid))
        end_u, end_v = np.where(shut_u, np.inf, end_u), np.where(shut_v, np.inf, end_v)
    at_times = network.at_times
    opens = usable & ~at_times, usable & at_times
    return Measure(network, onward, back, end_u, end_v, leg_per_m, *opens)


def _piece_m(network: Network) -> FloatArray:
    """Return (k,) metres from each station to the next of its edge, 0 for the last."""
    pieces_n = np.diff(network.station_start) - 1
    piece_m = np.repeat(network.edge_length_m / pieces_n, pieces_n + 1)
    piece_m[network.station_start[1:] - 1] = 0.0
    return piece_m


def _slope(network: Network) -> FloatArray:
    """Return (k,) rise over run from each station to the next, 0 where unknown and for the last."""
    rise_m = np.zeros(len(network.station_height_m))
    rise_m[:-1] = np.diff(network.station_height_m)
    piece_m = _piece_m(network)
    return np.nan_to_num(rise_m / np.where(piece_m > 0, piece_m, np.inf), nan=0.0)


def _along(network: Network, piece: FloatArray) -> FloatArray:
    """Sum pieces up along each edge, from 0 at its ``u``."""
    summed = np.concatenate([[0.0], np.cumsum(piece)])[:-1]
    first = network.station_start[:-1]
    along = summed - np.repeat(summed[first], np.diff(network.station_start))
    # A running sum over a whole city rounds; the edge's own sum does not.
    if len(first):
        last = network.station_start[1:] - 1
        along[last] = np.add.reduceat(piece, first)
    return np.asarray(along)


def _steps_per_m(network: Network) -> FloatArray:
    """Return (m,) steps to the metre: as they are counted, else no more than length and climb allow."""
    counted = network.edges["steps_per_m"].to_numpy(dtype=np.float64)
    is_steps = network.edges["steps"].to_numpy(dtype=bool)
    if not is_steps.any():
        return np.zeros(len(counted))
    rise_m = np.abs(np.diff(network.station_height_m, append=np.nan))
    rise_m[network.station_start[1:] - 1] = 0.0
    climbed_m = np.add.reduceat(rise_m, network.station_start[:-1])
    # What leads up to a bridge or down into a tunnel climbs more than the ground does.
    in_air = np.zeros(len(network.node_xy), dtype=bool)
    in_air[network.edge_u[network.off_ground]] = in_air[network.edge_v[network.off_ground]] = True
    climbed_m[in_air[network.edge_u] | in_air[network.edge_v]] = np.nan
    length_m = np.where(network.edge_length_m > 0, network.edge_length_m, np.inf)
    guessed = np.fmin(STEPS_PER_M, climbed_m / LEAST_RISER_M / length_m)
    return np.where(is_steps, np.where(counted > 0, counted, guessed), 0.0)


def _steps_s_per_m(network: Network, walker: Walker) -> FloatArray:
    if walker.steps == "metre":
        return np.full(len(network.edge_u), walker.steps_s_per_m)
    return _steps_per_m(network) * walker.step_s


def _ends_s(network: Network, walker: Walker) -> tuple[FloatArray, FloatArray]:
    """Return (m,) seconds that each end of each edge is charged for its junction."""
    cost_s = np.zeros(SHUT + 1)
    cost_s[[CROSSING, SIGNALS, ELEVATOR]] = walker.crossing_s, walker.signal_s, walker.elevator_s
    half_s = cost_s[network.node_kind] / 2
    crossing = network.edges["crossing"].to_numpy(dtype=bool)
    own_way = np.zeros(len(network.node_xy), dtype=bool)
    own_way[network.edge_u[crossing]] = True
    own_way[network.edge_v[crossing]] = True
    lift = network.node_kind == ELEVATOR
    ends = []
    for node in (network.edge_u, network.edge_v):
        charged = crossing | ~own_way[node] | lift[node]
        ends.append(np.where(charged, half_s[node], 0.0))
    for key, value, lost_s in sorted(walker.passing):
        shares = _passed(network, [(key, value)])
        ends = [end + share * lost_s for end, share in zip(ends, shares, strict=True)]
    return ends[0], ends[1]


def _passed(network: Network, pairs: Collection[tuple[str, str]]) -> tuple[FloatArray, FloatArray]:
    """
    Return (m,) and (m,): how much of passing a node that says one of some things is at each end.

    Those who walk along a road pass nothing that stands where a path joins it: the path's end bears
    all. A kerb lies beside the road, before the crossing. Elsewhere each of the two ends of a passing
    bears half.
    """
    ends = np.stack([network.edge_u, network.edge_v])
    crossing = network.edges["crossing"].to_numpy(dtype=bool)
    road = network.edges["highway"].isin(CARRIAGEWAYS).to_numpy(dtype=bool) & ~crossing
    shares = np.zeros(ends.shape)

    def meets(which: BoolArray) -> BoolArray:
        """Say of each end whether one of some ends is at its node."""
        found = np.zeros(len(network.node_xy), dtype=bool)
        found[ends[which]] = True
        return found[ends]

    for of_kerbs in (False, True):
        wanted = [pair for pair in pairs if (pair[0] == "kerb") == of_kerbs]
        said = np.zeros(len(network.node_xy), dtype=bool)
        said[[node for node, text in network.node_traits.items() if text_says(text, wanted)]] = True
        if not said.any():
            continue
        path, crosses = np.stack([~road] * 2), np.stack([crossing] * 2)
        bears = np.where(meets(crosses), crosses, path) if of_kerbs else path | ~meets(path)
        share = np.where(meets(~bears), 1.0, 0.5)
        shares = np.maximum(shares, np.where(said[ends] & bears, share, 0.0))
    return shares[0], shares[1]

"""
A good plan over the years: options in turn by what they are worth beyond their price, then exchanged.

Some openings are taken back, by chance or because they are neighbours, and the room is filled anew;
what is no worse stays (large neighbourhood search: Shaw 1998, CP 98, 417–431; Ropke & Pisinger 2006,
Transportation Science 40, 455–472).
"""

from typing import NamedTuple

import numpy as np
import scipy

from geo.arrays import BoolArray, FloatArray, IntArray, compiled
from geo.siting.horizon import NEVER
from geo.siting.prices import Market

BACK_MOST_N = 7
"""So many openings are taken back at most."""
NEIGHBOURS = 0.5
"""Share of exchanges among neighbours; the others are anywhere."""
DRAWS_N = 64
"""Numbers drawn for an exchange, by turns."""
LITTLE = 1e-9
NONE = -1


class Turns(NamedTuple):
    """
    What an opening takes and brings, as arrays for compiled loops.

    Opening option i in year t is opening number i * years + t. ``takes_begin``, ``takes_row``,
    ``takes`` are the rows that an opening changes, ``least``, ``most`` (r,) their bounds; ``site``,
    ``place`` (k,) of each option, ``weight`` (g,) of each group; ``group_begin``, ``group`` the groups
    near each site, ``site_begin``, ``site_near`` the sites near each group. ``price`` is (k, t).
    """

    takes_begin: IntArray
    takes_row: IntArray
    takes: FloatArray
    least: FloatArray
    most: FloatArray
    site: IntArray
    place: IntArray
    weight: FloatArray
    group_begin: IntArray
    group: IntArray
    site_begin: IntArray
    site_near: IntArray
    price: FloatArray


class Board(NamedTuple):
    """
    Which option opens when, and what that leaves; changed in place.

    ``year`` (k,) -1 for never, ``taken`` (places,), ``used`` (r,) of the rows, ``opened`` (s,) and
    ``earliest`` (g,) the year in which a site opens and a group is reached, the number of years for
    never; ``gain`` (s, t) resident-years that opening a site in a year would add.
    """

    year: IntArray
    taken: BoolArray
    used: FloatArray
    opened: IntArray
    earliest: IntArray
    gain: FloatArray


def turns_of(market: Market, price: FloatArray) -> Turns:
    """Return the turns of a model; rows that count residents are left out, and judged later."""
    horizon = market.horizon
    patterns, years_n = horizon.patterns, len(horizon.years)
    rows = np.unique(np.concatenate([market.rest, horizon.money, horizon.visit]))
    counts_people = abs(market.matrix[rows][:, np.unique(market.group_column)]).sum(axis=1) > 0
    rows = rows[~counts_people]
    later = scipy.sparse.kron(
        scipy.sparse.eye_array(len(patterns.option)), np.tril(np.ones((years_n, years_n)))
    )
    takes = (market.matrix[rows][:, horizon.open_by.T.ravel()] @ later).tocsc()
    takes.eliminate_zeros()
    by_site = np.argsort(patterns.member, kind="stable")
    return Turns(
        takes.indptr.astype(np.int64),
        takes.indices.astype(np.int64),
        takes.data,
        np.concatenate([np.empty(0), *horizon.sheet.row_lower])[rows],
        np.concatenate([np.empty(0), *horizon.sheet.row_upper])[rows],
        patterns.site,
        market.place,
        patterns.weight,
        np.searchsorted(patterns.member[by_site], np.arange(patterns.sites_n + 1)),
        patterns.group[by_site],
        np.searchsorted(patterns.group, np.arange(patterns.groups_n + 1)),
        patterns.member,
        np.ascontiguousarray(price),
    )


def empty_board(turns: Turns) -> Board:
    """Return a board on which nothing opens."""
    years_n, sites_n = turns.price.shape[1], len(turns.group_begin) - 1
    site = np.repeat(np.arange(sites_n), np.diff(turns.group_begin))
    alone = np.bincount(site, turns.weight[turns.group], minlength=sites_n)
    return Board(
        np.full(len(turns.site), NEVER),
        np.zeros(int(turns.place.max(initial=-1)) + 1, dtype=bool),
        np.zeros(len(turns.least)),
        np.full(sites_n, years_n),
        np.full(len(turns.weight), years_n),
        alone[:, None] * np.arange(years_n, 0, -1.0),
    )


@compiled
def _reopen(turns: Turns, board: Board, site: int, year: int) -> None:
    """Let a site open in another year, and tell its groups and all sites near them."""
    years_n = board.gain.shape[1]
    board.opened[site] = year
    for pair in range(turns.group_begin[site], turns.group_begin[site + 1]):
        group = turns.group[pair]
        first = years_n
        for other in range(turns.site_begin[group], turns.site_begin[group + 1]):
            first = min(first, board.opened[turns.site_near[other]])
        before = board.earliest[group]
        if first == before:
            continue
        board.earliest[group] = first
        for other in range(turns.site_begin[group], turns.site_begin[group + 1]):
            near = turns.site_near[other]
            for t in range(years_n):
                more = max(first - t, 0) - max(before - t, 0)
                board.gain[near, t] += turns.weight[group] * more


@compiled
def put(turns: Turns, board: Board, option: int, year: int) -> None:
    """Open an option, whether or not there is room."""
    opening = option * board.gain.shape[1] + year
    for entry in range(turns.takes_begin[opening], turns.takes_begin[opening + 1]):
        board.used[turns.takes_row[entry]] += turns.takes[entry]
    board.year[option] = year
    board.taken[turns.place[option]] = True
    _reopen(turns, board, turns.site[option], year)


@compiled
def _back(turns: Turns, board: Board, option: int) -> None:
    """Take an opening back."""
    years_n = board.gain.shape[1]
    opening = option * years_n + board.year[option]
    for entry in range(turns.takes_begin[opening], turns.takes_begin[opening + 1]):
        board.used[turns.takes_row[entry]] -= turns.takes[entry]
    board.year[option] = NONE
    board.taken[turns.place[option]] = False
    _reopen(turns, board, turns.site[option], years_n)


@compiled
def _fits(turns: Turns, board: Board, opening: int, need: int) -> bool:
    """Say whether there is room for an opening, and whether it helps a row in need."""
    helps = need < 0
    for entry in range(turns.takes_begin[opening], turns.takes_begin[opening + 1]):
        row, value = turns.takes_row[entry], turns.takes[entry]
        if value > 0:
            helps = helps or row == need
            if board.used[row] + value > turns.most[row] + LITTLE:
                return False
    return helps


@compiled
def fill(turns: Turns, board: Board) -> tuple[float, bool]:
    """
    Open what rules ask for, then what is worth most beyond its price, as long as there is room.

    Returns the resident-years added, and whether all rules are kept.
    """
    years_n = board.gain.shape[1]
    added = 0.0
    while True:
        need = NONE
        for row in range(len(turns.least)):
            if board.used[row] < turns.least[row] - LITTLE:
                need = row
                break
        best, when, top = NONE, 0, 0.0
        for option in range(len(board.year)):
            if board.year[option] >= 0 or board.taken[turns.place[option]]:
                continue
            for year in range(years_n):
                worth = board.gain[turns.site[option], year]
                if need < 0 and worth <= LITTLE:
                    break
                score = worth - turns.price[option, year]
                if (best < 0 or score > top) and _fits(turns, board, option * years_n + year, need):
                    best, when, top = option, year, score
        if best < 0:
            return added, need < 0
        added += board.gain[turns.site[best], when]
        put(turns, board, best, when)


@compiled
def _neighbour(turns: Turns, at_site: IntArray, site: int, draw: FloatArray) -> int:
    """Return an option open at a site that shares a group with this one, or with such a site."""
    here = site
    for step in range(2):
        begin = turns.group_begin[here]
        groups_n = turns.group_begin[here + 1] - begin
        if groups_n == 0:
            return NONE
        group = turns.group[begin + int(draw[2 * step] * groups_n)]
        begin = turns.site_begin[group]
        sites_n = turns.site_begin[group + 1] - begin
        here = turns.site_near[begin + int(draw[2 * step + 1] * sites_n)]
        if at_site[here] >= 0 and here != site:
            return int(at_site[here])
    return int(at_site[here])


@compiled
def _choose_back(
    turns: Turns, at_site: IntArray, able: IntArray, draw: FloatArray, out: IntArray
) -> int:
    """Choose what to take back into ``out``, and return how many."""
    wanted_n = min(1 + int(draw[0] * len(out)), len(able))
    among_neighbours = draw[1] < NEIGHBOURS
    out[0] = able[int(draw[2] * len(able))]
    out_n = 1
    for attempt in range(2 * wanted_n):
        if out_n == wanted_n:
            break
        at = 3 + 4 * (attempt % ((DRAWS_N - 8) // 4))
        option = able[int(draw[at] * len(able))]
        if among_neighbours:
            from_site = turns.site[out[int(draw[at] * out_n)]]
            option = _neighbour(turns, at_site, from_site, draw[at + 1 : at + 5])
        known = option < 0
        for number in range(out_n):
            known = known or out[number] == option
        if not known:
            out[out_n] = option
            out_n += 1
    return out_n


@compiled
def _set_back(turns: Turns, board: Board, year: IntArray) -> None:
    """Let options open as they did before."""
    for option in np.flatnonzero((board.year >= 0) & (board.year != year)):
        _back(turns, board, int(option))
    for option in np.flatnonzero((year >= 0) & (board.year < 0)):
        put(turns, board, int(option), year[option])


@compiled
def exchange(turns: Turns, board: Board, stays: BoolArray, draws: FloatArray) -> None:
    """
    Take openings back and fill anew, as long as it is no worse.

    Parameters
    ----------
    turns, board
        As ``fill`` left them.
    stays
        (k,) options that are never taken back.
    draws
        (rounds, ``DRAWS_N``) numbers drawn from 0 to 1.
    """
    at_site = np.full(len(board.opened), NONE)
    out = np.zeros(BACK_MOST_N, np.int64)
    for number in range(len(draws)):
        at_site[:] = NONE
        able = np.flatnonzero((board.year >= 0) & ~stays)
        at_site[turns.site[able]] = able
        if len(able) == 0:
            return
        before = board.year.copy()
        out_n = _choose_back(turns, at_site, able, draws[number], out)
        lost = 0.0
        for option in out[:out_n]:
            when = board.year[option]
            _back(turns, board, option)
            lost += board.gain[turns.site[option], when]
        added, kept = fill(turns, board)
        if kept and added >= lost - LITTLE:
            continue
        _set_back(turns, board, before)

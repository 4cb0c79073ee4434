"""Pictures of the laws: what slopes do, the leg off the street, what a hidden count leaves open."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from matplotlib.patches import Rectangle

from geo.arrays import FloatArray
from geo.coverage.reached import Access, Journeys, Layering, Limit, coverage
from geo.streets.network import Network, build_network
from geo.walking.measure import metres, seconds
from geo.walking.reach import nearest, walks
from geo.walking.snapping import snap
from geo.walking.walker import TOBLER, Walker
from pictures.sheet import Sheet
from services.drawing.signs import BLUE, INK, ORANGE, PAPER, QUIET_INK, VERMILION

SPEEDS = ((80.0, ORANGE), (60.0, BLUE), (48.0, VERMILION))
SLOPES_PCT = np.linspace(-30.0, 30.0, 241)
WALK_M = 500.0

PLANE = 6677


def street(corners: dict[int, tuple[float, float]], ways: list[list[int]]) -> Network:
    """Return a network of straight residential streets between numbered corners (metres)."""
    count = len(ways)
    table = pd.DataFrame(
        {
            "osm_id": np.arange(1, count + 1),
            "node_ids": ways,
            "highway": "residential",
            "name": "",
            "bridge": False,
            "tunnel": False,
            "steps": False,
            "layer": 0,
            "crossing": False,
            "signals": False,
            "surface": "",
            "steps_per_m": 0.0,
            "oneway": 0,
            "private": False,
            "traits": "",
            "incline_pct": 0.0,
            "hours": "",
        }
    )
    nodes = pd.DataFrame(list(corners.values()), columns=["x", "y"], index=list(corners))
    return build_network(table, nodes.astype(float).assign(kind=0), epsg=PLANE)


def slope_minutes(speed_m_per_min: float) -> FloatArray:
    """Return minutes for 500 m at each of ``SLOPES_PCT``."""
    pace = TOBLER.pace(SLOPES_PCT / 100.0)
    return np.asarray(WALK_M / speed_m_per_min * pace)


def draw_slopes(lang: str) -> Sheet:
    """Draw how slopes change the time of 500 m."""
    sheet = Sheet.of(lang, height_in=4.4)
    sheet.title("坂で500mにかかる時間（上りと下り）", "Minutes for 500 m on a slope, up and down")
    axes = sheet.chart((0.09, 0.17, 0.87, 0.7))
    axes.axvline(0, color=QUIET_INK, lw=0.8)
    for row, (speed, colour) in enumerate(SPEEDS[::-1]):
        minutes = slope_minutes(speed)
        axes.plot(SLOPES_PCT, minutes, color=colour, lw=2.4)
        flat = minutes[SLOPES_PCT.size // 2]
        axes.plot(0, flat, "o", color=colour, ms=6)
        words = sheet.say(
            f"● 毎分{speed:.0f}m：平らなら{flat:.1f}分", f"● {speed:.0f} m/min: {flat:.1f} min flat"
        )
        sheet.pen.write(axes, (-29, 26 - 1.7 * row), words, size=9.5, colour=colour, halo=PAPER)
    axes.axvline(-5, color=INK, lw=0.8, ls=":")
    words = sheet.say("いちばん速いのは\n下り5%", "quickest at\n5 % downhill")
    sheet.pen.write(axes, (-5.7, 0.5), words, size=8.5, colour=INK, anchor=("right", "bottom"))
    axes.set_xlim(-30, 30)
    axes.set_ylim(0, 27)
    sheet.axis_words(
        axes, ("勾配（%、右が上り）", "slope (%, uphill to the right)"), ("分", "minutes")
    )
    sheet.source(
        "Tobler (1993) を平らな道の速さに比例。geo.walking.walker.TOBLER の値",
        "Tobler (1993), scaled to the speed on the flat; values of geo.walking.walker.TOBLER",
    )
    return sheet


@dataclass(frozen=True)
class Leg:
    """A house halfway along a street, and its walk to a hall."""

    network: Network
    house_xy: FloatArray
    joint_xy: FloatArray
    hall_xy: FloatArray
    snap_m: float
    street_m: float
    hall_snap_m: float
    walk_m: float
    walk_s: float


def leg() -> Leg:
    """Compute the walk of one house at 48 m/min."""
    network = street(
        {1: (0.0, 0.0), 2: (220.0, 0.0), 3: (220.0, 130.0), 4: (0.0, -60.0), 5: (330.0, 0.0)},
        [[4, 1], [1, 2], [2, 3], [2, 5]],
    )
    house_xy, hall_xy = np.array([[60.0, 70.0]]), np.array([[235.0, 110.0]])
    homes, halls = (snap(xy, network, limit_m=300.0) for xy in (house_xy, hall_xy))
    walker = Walker(speed_m_per_min=48.0)
    walk_m = nearest(network, halls, homes, by=metres(network)).home_walk[0]
    walk_s = nearest(network, halls, homes, by=seconds(network, walker)).home_walk[0]
    snap_m, hall_m = float(homes["snap_m"].iloc[0]), float(halls["snap_m"].iloc[0])
    return Leg(
        network=network,
        house_xy=house_xy[0],
        joint_xy=homes[["x", "y"]].to_numpy()[0],
        hall_xy=hall_xy[0],
        snap_m=snap_m,
        street_m=float(walk_m - snap_m - hall_m),
        hall_snap_m=hall_m,
        walk_m=float(walk_m),
        walk_s=float(walk_s),
    )


def draw_leg(lang: str) -> Sheet:
    """Draw the leg of a house to the nearest point of a street."""
    data = leg()
    sheet = Sheet.of(lang, height_in=4.4)
    sheet.title(
        "家は、いちばん近い道の上の点につなぐ", "A house joins the nearest point of a street"
    )
    axes = sheet.map((0.03, 0.09, 0.94, 0.8), (150.0, 20.0), 440.0)
    for line in data.network.edge_lines:
        axes.plot(*shapely.get_coordinates(line).T, color="#B9B6AE", lw=7, solid_capstyle="round")
    axes.plot(*data.network.node_xy.T, "o", color="#8F897D", ms=7)
    axes.plot([data.joint_xy[0], 220.0, 220.0], [0.0, 0.0, data.hall_xy[1]], color=BLUE, lw=3)
    for ends in ((data.house_xy, data.joint_xy), (data.hall_xy, (220.0, data.hall_xy[1]))):
        axes.plot(*np.array(ends).T, color=VERMILION, lw=2.6, ls=(0, (3, 1.6)))
    axes.plot(*data.joint_xy, "o", color="white", mec=VERMILION, mew=2, ms=8, zorder=4)
    axes.plot(*data.house_xy, "s", color=INK, ms=13)
    axes.plot(*data.hall_xy, "*", color=BLUE, ms=20)
    write = sheet.pen.write
    house = sheet.say("家", "house")
    write(axes, (data.house_xy[0] - 9, data.house_xy[1] + 12), house, size=10, heavy=True)
    hall = sheet.say("会場", "hall")
    write(axes, (data.hall_xy[0] + 12, data.hall_xy[1]), hall, size=10, heavy=True)
    off = sheet.say(
        f"道までの区間 {data.snap_m:.0f}m（まっすぐ）",
        f"leg off the street, {data.snap_m:.0f} m, straight",
    )
    write(axes, (66, 36), off, size=9.5, colour=VERMILION)
    along = sheet.say(f"道の上 {data.street_m:.0f}m", f"{data.street_m:.0f} m along streets")
    write(axes, (95, -14), along, size=9.5, colour=BLUE)
    other = sheet.say(
        f"会場までの区間 {data.hall_snap_m:.0f}m", f"leg of the hall, {data.hall_snap_m:.0f} m"
    )
    write(axes, (230, 88), other, size=9.5, colour=VERMILION)
    total = sheet.say(
        f"{data.snap_m:.0f} ＋ {data.street_m:.0f} ＋ {data.hall_snap_m:.0f} ＝ {data.walk_m:.0f}m\n"
        f"毎分48mで {data.walk_s:.0f}秒（区間も同じ速さ）",
        f"{data.snap_m:.0f} + {data.street_m:.0f} + {data.hall_snap_m:.0f} = {data.walk_m:.0f} m\n"
        f"{data.walk_s:.0f} s at 48 m/min, legs included",
    )
    write(axes, (95, -66), total, size=10.5, heavy=True)
    sheet.source(
        "geo.walking.snapping.snap と geo.walking.reach.nearest で計算した小さな町",
        "A tiny town, computed with geo.walking.snapping.snap and geo.walking.reach.nearest",
    )
    return sheet


MESHES = ("A", "B", "C", "D")
COUNTS = ((38.0, 38.0), (21.0, 21.0), (1.0, 9.0), (12.0, 12.0))
"""Least and most of each mesh; the third is hidden, and its legend says 1 to 9."""

REACHED = (True, False, True, False)


def hidden() -> tuple[float, float]:
    """Return the least and the most coverage (per cent) of the four meshes."""
    network = street({1: (0.0, 0.0), 2: (2000.0, 0.0)}, [[1, 2]])
    offsets_m = np.where(REACHED, 100.0, 1500.0)
    homes = pd.DataFrame({"edge": 0, "offset_m": offsets_m, "snap_m": 0.0})
    places = pd.DataFrame({"edge": [0], "offset_m": [0.0], "snap_m": [0.0]})
    by_m, by_s = metres(network), seconds(network, Walker())
    counts = np.array([True])
    walk_m, walk_s = (nearest(network, places, homes, by=by).home_walk for by in (by_m, by_s))
    access = Access(walk_m, walk_s, walk_m, counts)
    journeys = Journeys(*(walks(network, places, homes, limit=500.0, by=by) for by in (by_m, by_s)))
    nowhere = np.zeros(4, dtype=np.int64)
    layering = Layering(pd.DataFrame({"area_id": ["one"]}), nowhere, nowhere[:1])
    ends = []
    for end in (0, 1):
        table = coverage(
            pd.DataFrame({"65+": [count[end] for count in COUNTS]}),
            layering,
            dict.fromkeys(("monthly", "weekly", "permanent"), access),
            journeys,
            limits=[Limit(m=500.0)],
            speed_m_per_min=60.0,
        )
        here = table[(table["area"] == 0) & (table["frequency"] == "weekly")]
        ends.append(float(here["coverage_pct"].iloc[0]))
    return ends[0], ends[1]


def draw_hidden(lang: str) -> Sheet:
    """Draw how a hidden count becomes an interval."""
    low, high = hidden()
    sheet = Sheet.of(lang, height_in=3.7)
    sheet.title(
        "隠された人数は、幅として最後まで残す", "A hidden count stays an interval to the end"
    )
    axes = sheet.figure.add_axes((0.03, 0.42, 0.94, 0.46))
    axes.set_axis_off()
    axes.set_xlim(0, 4)
    axes.set_ylim(0, 1)
    for column, (name, (least, most), there) in enumerate(
        zip(MESHES, COUNTS, REACHED, strict=True)
    ):
        secret = least != most
        axes.add_patch(
            _tile(column, BLUE if there else "#B9B6AE", hatch="///" if secret else ""),
        )
        count = f"{least:.0f}〜{most:.0f}" if secret else f"{least:.0f}"
        people = sheet.say(f"{count}人", f"{count} people".replace("〜", "–"))
        told = sheet.say(f"メッシュ{name}", f"mesh {name}")
        state = sheet.say("届く" if there else "届かない", "reached" if there else "not reached")
        if secret:
            told += sheet.say("（秘匿 X）", " (hidden, X)")
        write = sheet.pen.write
        middle = column + 0.5
        for at, words, size in ((0.72, told, 9.5), (0.5, people, 14), (0.27, state, 10)):
            write(axes, (middle, at), words, size=size, anchor=("center", "center"), halo=PAPER)
    bar = sheet.figure.add_axes((0.06, 0.23, 0.88, 0.09))
    bar.set_xlim(0, 100)
    bar.set_ylim(0, 1)
    bar.set_yticks([])
    for side in ("top", "right", "left"):
        bar.spines[side].set_visible(False)
    bar.set_facecolor("#EFEBE2")
    bar.axvspan(0, low, color=BLUE)
    bar.axvspan(low, high, facecolor="#9CC6E2", hatch="///", edgecolor=BLUE, lw=0)
    bar.tick_params(labelsize=8.5, colors=QUIET_INK)
    words = sheet.say(f"届く割合 {low:.1f}〜{high:.1f}%", f"coverage {low:.1f} to {high:.1f} %")
    sheet.pen.write(sheet.figure, (0.06, 0.365), words, size=11.5, colour=INK, heavy=True)
    sheet.source(
        "説明用の4メッシュ。geo.coverage.reached.coverage を下限と上限で1回ずつ",
        "Four made-up meshes; geo.coverage.reached.coverage once with the least, once with the most",
    )
    return sheet


def _tile(column: int, colour: str, *, hatch: str) -> Rectangle:
    return Rectangle(
        (column + 0.04, 0.06),
        0.92,
        0.88,
        facecolor=colour,
        alpha=0.35,
        hatch=hatch,
        edgecolor=colour,
    )

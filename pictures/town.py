"""Pictures of the model town 見本市: circle and streets, the polygon of a reach, sensitivity."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path as Outline

from geo.arrays import FloatArray, within
from geo.catchment.extent import reached_lines
from geo.coverage.reached import Limit, at_least
from geo.walking.doors import Doors
from geo.walking.measure import metres
from geo.walking.reach import nearest
from pictures.sheet import Sheet
from services.drawing.signs import BLUE, INK, ORANGE, PAPER, VERMILION
from services.intake.build import build
from services.modeltown import write_town
from services.results.reach import Surroundings, draw
from services.results.run import run
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.workspace.folder import Snapshot

LIMIT_M = 500.0
QUIET_STREET = "#B9B6AE"
EDGE_VIEW_M = 420.0
SPEED_COLOURS = {"brisk": ORANGE, "standard": BLUE, "slow": VERMILION}


def model_town(folder: Path) -> Snapshot:
    """Write, build and run the small model town; its pictures are those of the exact view."""
    profile = write_town(folder / "source", size="small", seed=1)
    return run(build(profile, folder / "workspace").seen("exact"))


@dataclass(frozen=True)
class Around:
    """One place, what a circle around it claims, and what can be walked to."""

    situation: Situation
    place: int
    xy: FloatArray
    home_xy: FloatArray
    in_circle: np.ndarray
    reached: np.ndarray
    residents: FloatArray

    @property
    def snaps(self) -> pd.DataFrame:
        """Return the place's own snap."""
        return self.situation.place_snaps.iloc[[self.place]]


def around_a_place(snapshot: Snapshot) -> Around:
    """Return the weekly place of the town where circle and streets differ most, in residents."""
    workspace = snapshot.workspace
    situation = Situation(workspace, Parameters.of(workspace.profile, walk_limit_m=LIMIT_M))
    counted, homes = situation.counted, situation.homes
    shown = at_least(counted["venue_frequency"], "weekly") & ~counted["private_home"].astype(bool)
    home_xy = shapely.get_coordinates(homes.geometry.to_numpy())
    place_xy = shapely.get_coordinates(counted.geometry.to_numpy())
    residents = situation.residents["65+"].to_numpy(dtype=float)
    found = situation.walking.catchments(situation.place_snaps, Limit(m=LIMIT_M))
    best: tuple[float, Around] | None = None
    for place in np.flatnonzero(shown):
        in_circle = within(np.hypot(*(home_xy - place_xy[place]).T), LIMIT_M)
        reached = np.zeros(len(homes), dtype=bool)
        reached[found.home[found.origin == place]] = True
        claimed = float(residents[in_circle & ~reached].sum())
        if best is None or claimed > best[0]:
            xy = place_xy[place]
            best = (
                claimed,
                Around(situation, int(place), xy, home_xy, in_circle, reached, residents),
            )
    if best is None:
        raise ValueError("the model town has no weekly place")
    return best[1]


def draw_circle(lang: str, data: Around) -> Sheet:
    """Draw a circle and what the streets let reach within it."""
    sheet = Sheet.of(lang, height_in=5.4)
    sheet.title("半径500mの円と、歩いて500m", "A circle of 500 m, and 500 m on foot")
    axes = sheet.map((0.03, 0.16, 0.94, 0.75), (data.xy[0], data.xy[1]), 1930.0)
    _streets(axes, data)
    missed = data.in_circle & ~data.reached
    _homes(axes, data, data.reached, BLUE, 3.4)
    _homes(axes, data, missed, VERMILION, 3.4)
    axes.add_patch(Circle((data.xy[0], data.xy[1]), LIMIT_M, fill=False, ec=INK, lw=1.6, ls="--"))
    axes.plot(*data.xy, "*", color=INK, mec="white", ms=19, zorder=5)
    circle, reached = (float(data.residents[mask].sum()) for mask in (data.in_circle, data.reached))
    write = sheet.pen.write
    write(
        sheet.figure,
        (0.03, 0.115),
        sheet.say(
            f"円の中の65歳以上 約{circle:.0f}人　→　歩いて届く人 約{reached:.0f}人",
            f"aged 65 and over: about {circle:.0f} in the circle → about {reached:.0f} on foot",
        ),
        size=11.5,
        heavy=True,
    )
    write(
        sheet.figure,
        (0.03, 0.073),
        sheet.say("■ 届く住まい", "■ homes reached"),
        size=9.5,
        colour=BLUE,
    )
    write(
        sheet.figure,
        (0.23, 0.073),
        sheet.say("■ 円の中でも届かない住まい", "■ homes in the circle, not reached"),
        size=9.5,
        colour=VERMILION,
    )
    sheet.source(
        "見本市（架空）の週1以上の場のうち、円との差がいちばん大きい1か所",
        "Model town (fictional): of its weekly places the one where the two differ most",
    )
    return sheet


def polygon(data: Around) -> shapely.Geometry:
    """Return the reach polygon of the place."""
    situation = data.situation
    around = Surroundings(situation.network, situation.homes)
    shape: shapely.Geometry
    (shape,) = draw(around, data.snaps, situation.parameters.walking, limit=Limit(m=LIMIT_M))
    return shape


def draw_polygon(lang: str, data: Around) -> Sheet:
    """Draw the border of a reach polygon between the homes reached and the others."""
    shape = polygon(data)
    corner = shapely.get_coordinates(shape)
    sheet = Sheet.of(lang, height_in=5.2)
    sheet.title(
        "届く範囲の形は、届く家と届かない家のあいだを通る",
        "A reach polygon runs between homes reached and homes not reached",
    )
    middle = _view(data, corner)
    axes = sheet.map((0.03, 0.13, 0.94, 0.78), middle, EDGE_VIEW_M)
    for part in shapely.get_parts(shape):
        axes.add_patch(PathPatch(_path(part), fc="#BBD8EA", ec=BLUE, lw=1.8, alpha=0.75, zorder=0))
    _streets(axes, data, width=2.4)
    _homes(axes, data, data.reached, BLUE, 30)
    _homes(axes, data, ~data.reached, VERMILION, 30, hollow=True)
    inside = shapely.contains_xy(shape, *data.home_xy.T)
    words = sheet.say(
        f"形の中の建物 {inside.sum():,}棟 ＝ 歩いて届く建物 {data.reached.sum():,}棟",
        f"{inside.sum():,} buildings inside = {data.reached.sum():,} buildings reached",
    )
    sheet.pen.write(sheet.figure, (0.03, 0.082), words, size=11.5, heavy=True)
    sheet.source(
        "見本市（架空）。● 届く建物　○ 届かない建物　青い道は届く道。幅420mの拡大図",
        "Model town (fictional). ● reached, ○ not reached, streets reached in blue; 420 m across",
    )
    return sheet


def sensitivity(snapshot: Snapshot) -> pd.DataFrame:
    """Return weekly coverage of 65+ of the whole town by profile and limit."""
    table = pd.DataFrame(snapshot.table("coverage"))
    wanted = (
        (table["layer"] == "municipality")
        & (table["frequency"] == "weekly")
        & (table["age_group"] == "65+")
        & ~table["remainder"]
    )
    return table[wanted].sort_values(["profile", "walk_limit_m", "walk_limit_min"])


def draw_sensitivity(lang: str, snapshot: Snapshot) -> Sheet:
    """Draw coverage over limits in metres and in minutes."""
    table = sensitivity(snapshot)
    sheet = Sheet.of(lang, height_in=4.6)
    sheet.title(
        "範囲を変えると、届く割合はどう変わるか", "What other limits would make of the coverage"
    )
    in_m = sheet.chart((0.09, 0.17, 0.4, 0.68))
    in_min = sheet.chart((0.57, 0.17, 0.4, 0.68))
    by_m = table[table["walk_limit_m"].notna() & table["walk_limit_min"].isna()]
    by_min = table[table["walk_limit_m"].isna()]
    write = sheet.pen.write
    one = by_m[by_m["profile"] == "standard"]
    in_m.plot(
        one["walk_limit_m"], one["circle_coverage_pct"], "--", color=INK, lw=1.5, marker="o", ms=4
    )
    in_m.plot(one["walk_limit_m"], one["coverage_pct"], "-", color=BLUE, lw=2.4, marker="o", ms=6)
    last = one.iloc[-1]
    for column, words, colour, lift in (
        ("circle_coverage_pct", sheet.say("まっすぐの円", "circle"), INK, 5.5),
        ("coverage_pct", sheet.say("歩く道のり", "on foot"), BLUE, -19.0),
    ):
        at = (float(last["walk_limit_m"]), float(last[column]) + lift)
        write(in_m, at, words, size=9.5, colour=colour, anchor=("right", "center"))
    for name, colour in SPEED_COLOURS.items():
        line = by_min[by_min["profile"] == name]
        in_min.plot(
            line["walk_limit_min"], line["coverage_pct"], color=colour, lw=2.4, marker="o", ms=6
        )
        speed = {"brisk": 80, "standard": 60, "slow": 48}[name]
        words = sheet.say(f"毎分{speed}m", f"{speed} m/min")
        at = (15.3, float(line["coverage_pct"].iloc[-1]))
        write(in_min, at, words, size=9, colour=colour)
    for axes in (in_m, in_min):
        axes.set_ylim(0, 105)
    in_m.set_xlim(250, 1050)
    in_m.set_xticks([300, 500, 800, 1000])
    in_min.set_xlim(4, 19)
    in_min.set_xticks([5, 10, 15])
    up = ("週1の場に届く65歳以上（%）", "aged 65+ reached by a weekly place (%)")
    sheet.axis_words(in_m, ("範囲（m）", "limit (m)"), up)
    sheet.axis_words(in_min, ("範囲（分）", "limit (minutes)"), ("", ""))
    sheet.source(
        "見本市（架空）。coverage.parquet の値。毎分60mの人の円と道のり（左）、3つの速さ（右）",
        "Model town (fictional), coverage.parquet; left: 60 m/min, right: three walking profiles",
    )
    return sheet


def _streets(axes: Axes, data: Around, *, width: float = 1.3) -> None:
    measure = metres(data.situation.network)
    origins = Doors.of(data.snaps, measure)
    nobody = Doors.of(data.situation.homes.iloc[:0], measure)
    node_walk = nearest(data.situation.network, origins, nobody, by=measure).node_walk
    reached, missed = reached_lines(measure, node_walk, origins, limit=LIMIT_M)
    for order, (lines, colour) in enumerate(((missed, QUIET_STREET), (reached, BLUE))):
        found = shapely.get_parts(lines[~shapely.is_missing(lines)])
        axes.add_collection(
            LineCollection(
                [shapely.get_coordinates(line) for line in found],
                colors=colour,
                linewidths=width,
                zorder=1 + order / 10,
                capstyle="round",
            ),
            autolim=False,
        )


def _homes(
    axes: Axes, data: Around, mask: np.ndarray, colour: str, size: float, *, hollow: bool = False
) -> None:
    fill = PAPER if hollow else colour
    x, y = data.home_xy[mask].T
    width = 1.1 if hollow else 0.0
    axes.scatter(x, y, s=size, c=fill, edgecolors=colour, linewidths=width, zorder=3)


def _view(data: Around, corner: FloatArray) -> tuple[float, float]:
    """Return the spot of the border with most homes of either kind around it."""
    spots = corner[:: max(1, len(corner) // 200)]
    sums = []
    for spot in spots:
        near = np.abs(data.home_xy - spot).max(axis=1) < EDGE_VIEW_M / 3
        sums.append(min((near & data.reached).sum(), (near & ~data.reached).sum()))
    x, y = spots[int(np.argmax(sums))]
    return float(x), float(y)


def _path(shape: shapely.Polygon) -> Outline:
    rings = [shape.exterior, *shape.interiors]
    return Outline.make_compound_path(*(Outline(shapely.get_coordinates(ring)) for ring in rings))

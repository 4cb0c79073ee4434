"""Pictures of docs/planning.md: what a budget buys, which choices stay, why a house is not reached."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from geo import siting
from geo.siting import Plan, Problem
from geo.siting.checks import YEN_TOLERANCE, eligible
from geo.siting.stability import Stability, stability
from pictures.sheet import Sheet
from pictures.town import LIMIT_M, QUIET_STREET
from services.drawing.signs import BLUE, INK, PAPER, VERMILION
from services.plans.ask import ask_of
from services.plans.problem import Setting
from services.plans.solve import Reception
from services.plans.words import variant
from services.registry.places import LONLAT_EPSG
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.why.answer import why
from services.why.ground import Ground
from services.why.told import Why
from services.workspace.folder import Snapshot

MAN_YEN = 10_000.0
BUDGETS_YEN = tuple(number * 100_000.0 for number in range(1, 31))
BASE_YEN = 500_000.0


class Planned:
    """Questions about the model town; what they share is computed once, on first use."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @cached_property
    def setting(self) -> Setting:
        """Return the question: most residents newly within a weekly walk, within a budget."""
        ask = ask_of({"objectives": ["most_reached"], "budget_yen": BASE_YEN})
        return Reception().setting(self.snapshot.workspace, ask)

    @cached_property
    def problem(self) -> Problem:
        """Return the question without what councils want in any case: greed could not keep to that."""
        problem = self.setting.problem
        nothing = np.zeros_like(problem.options.must)
        return replace(problem, options=replace(problem.options, must=nothing))

    def best(self, budget_yen: float) -> Plan:
        """Return the proven best plan of a budget."""
        problem = self.problem
        rules = replace(problem.rules, budget_yen=budget_yen)
        return siting.solve(replace(problem, rules=rules))

    def greedy_pct(self, budget_yen: float) -> float:
        """Return what the same budget reaches, taking always what newly reaches most."""
        options, demand = self.problem.options, self.problem.demand
        matrix, left = self.problem.covers.matrix(), np.where(demand.reached, 0.0, demand.weight)
        free, budget = eligible(self.problem), budget_yen + YEN_TOLERANCE
        while (able := free & (options.first_year_yen <= budget)).any():
            best = int(np.argmax(np.where(able, matrix @ left, -1.0)))
            left[matrix[[best]].indices] = 0.0
            budget -= options.first_year_yen[best]
            free &= options.place != options.place[best]
        newly = demand.weight[~demand.reached].sum() - left.sum()
        return (
            100.0 * float(demand.weight[demand.reached].sum() + newly) / float(demand.weight.sum())
        )

    @cached_property
    def budgets(self) -> list[tuple[float, float, float]]:
        """Return for each budget what the best plan reaches and what greed does, per cent."""
        return [(yen, pct(self.best(yen)), self.greedy_pct(yen)) for yen in BUDGETS_YEN]

    @cached_property
    def stability(self) -> tuple[Plan, Stability]:
        """Return the best plan of the base budget, and how it fares elsewhere."""
        base = self.best(BASE_YEN)
        variants = {one.name: (one.covers, one.demand) for one in self.setting.variants()}
        return base, stability(self.problem, base, variants)

    @cached_property
    def unreached(self) -> "Unreached":
        """Return the home that is near a weekly place as the crow flies and farthest on foot."""
        workspace = self.snapshot.workspace
        situation = Situation(workspace, Parameters.of(workspace.profile, walk_limit_m=LIMIT_M))
        home_xy = shapely.get_coordinates(situation.homes.geometry.to_numpy())
        place_xy = shapely.get_coordinates(situation.counted.geometry.to_numpy())
        found = situation.approach("weekly")
        private = situation.counted["private_home"].to_numpy(dtype=bool)
        known = (found.origin >= 0) & ~private[found.origin]
        straight_m = np.hypot(*(home_xy - place_xy[found.origin]).T)
        farther = np.where(known & (straight_m < LIMIT_M), found.walk_m, 0.0)
        home = int(np.argmax(farther))
        spot = gpd.GeoSeries(shapely.points(home_xy[[home]]), crs=situation.network.epsg)
        ((lon, lat),) = spot.to_crs(LONLAT_EPSG).get_coordinates().to_numpy()
        answer = why(Ground(situation), float(lon), float(lat))
        return Unreached(situation, home_xy[home], place_xy[found.origin[home]], answer)


@dataclass(frozen=True)
class Unreached:
    """One home and the answer why no weekly place is within its limit."""

    situation: Situation
    home_xy: np.ndarray
    place_xy: np.ndarray
    answer: Why


def pct(plan: Plan) -> float:
    """Return the share of residents that a plan and what exists reach."""
    return 100.0 * plan.reached / plan.residents


def draw_budget(lang: str, planned: Planned) -> Sheet:
    """Draw the best coverage for each budget, and what one after the other would give."""
    sheet = Sheet.of(lang, height_in=4.6)
    sheet.title("予算でどこまで届くか", "How far a budget goes")
    axes = sheet.chart((0.1, 0.17, 0.86, 0.7))
    yen, best, greedy = np.array(planned.budgets).T
    man = yen / MAN_YEN
    axes.plot(man, greedy, "--", color=VERMILION, lw=1.6, marker="s", ms=3.5)
    axes.plot(man, best, "-", color=BLUE, lw=2.4, marker="o", ms=5)
    today = 100.0 * (1.0 - _unreached_share(planned))
    axes.axhline(today, color=INK, lw=1.0, ls=":")
    write = sheet.pen.write
    write(axes, (300.0, today - 1.0), sheet.say("いま", "today"), size=9, anchor=("right", "top"))
    words = sheet.say("● 最もよい計画（証明つき）", "● the best plan, proven")
    write(axes, (12.0, 84.0), words, size=9.5, colour=BLUE)
    words = sheet.say("■ いつも「新たに届く人が最多」を選ぶ", "■ always what newly reaches most")
    write(axes, (12.0, 79.5), words, size=9.5, colour=VERMILION)
    axes.set_ylim(20, 90)
    axes.set_xlim(0, 305)
    sheet.axis_words(
        axes,
        ("初年度の費用の上限（万円）", "ceiling of the first year (10,000 yen)"),
        ("週1の場に届く65歳以上（%）", "aged 65+ reached by a weekly place (%)"),
    )
    sheet.source(
        "見本市（架空）。geo.siting.solve。上限は 週1 10万円、開設 100万円",
        "Model town (fictional); geo.siting.solve. Weekly ¥100,000, opening ¥1,000,000",
    )
    return sheet


def _unreached_share(planned: Planned) -> float:
    demand = planned.problem.demand
    return float(demand.weight[~demand.reached].sum() / demand.weight.sum())


def draw_stability(lang: str, planned: Planned) -> Sheet:
    """Draw which choices of the best plan are chosen elsewhere as well."""
    base, stable = planned.stability
    profiles = [one.model_dump() for one in planned.setting.situation.parameters.walkings]
    names = {one.name: variant(one.facts, profiles, lang) for one in planned.setting.variants()}
    plans = {sheet_words(lang, "この計画（500m）", "this plan (500 m)"): base}
    plans |= {names[name]: plan for name, plan in stable.plans.items()}
    rows = stable.options["option"].tolist()
    frame = planned.setting.candidates.options
    sheet = Sheet.of(lang, height_in=5.2)
    sheet.title("前提を変えても選ばれるか", "Which choices stay under other assumptions")
    axes = sheet.figure.add_axes((0.34, 0.1, 0.62, 0.66), facecolor=PAPER)
    write = sheet.pen.write
    for column, (name, plan) in enumerate(plans.items()):
        write(axes, (column + 0.5, -0.4), _broken(name), size=8.5, anchor=("center", "bottom"))
        for row, option in enumerate(rows):
            chosen = option in plan.chosen
            colour = (INK if column == 0 else BLUE) if chosen else "#E6E2D8"
            axes.add_patch(Rectangle((column + 0.06, row + 0.08), 0.88, 0.84, fc=colour))
    for row, option in enumerate(rows):
        name = str(frame.iloc[option]["venue_name"])
        stays = int(stable.options["stays_n"].iloc[row])
        words = f"{name}　{stays}/{len(plans)}"
        write(axes, (-0.2, row + 0.5), words, size=9, anchor=("right", "center"))
    axes.set_xlim(0, len(plans))
    axes.set_ylim(len(rows), 0)
    axes.set_axis_off()
    sheet.source(
        "見本市（架空）。50万円で最もよい計画を、範囲・歩き方ごとに作りなおした（geo.siting.stability）",
        "Model town (fictional): the best plan of ¥500,000, made anew for each limit and walker",
    )
    return sheet


def sheet_words(lang: str, japanese: str, english: str) -> str:
    """Return the words of a language."""
    return japanese if lang == "ja" else english


def _broken(name: str) -> str:
    """Break a name of a variant into short lines."""
    name = name.replace(", ", "\n").replace("（", "\n（").replace(" (", "\n(")
    return re.sub(r"(?<=\D) (?=\d)", "\n", name)


def draw_why(lang: str, planned: Planned) -> Sheet:
    """Draw one home, the straight line to its nearest weekly place and the walk."""
    data = planned.unreached
    situation, answer = data.situation, data.answer
    sheet = Sheet.of(lang, height_in=5.4)
    sheet.title("この家には、なぜ届かないのか", "Why is this house not reached?")
    epsg = situation.network.epsg
    way = _lines(answer.route, epsg)
    middle, width_m = _view([*way, shapely.Point(data.home_xy), shapely.Point(data.place_xy)])
    axes = sheet.map((0.03, 0.16, 0.94, 0.75), middle, width_m)
    _draw(axes, situation.network.edge_lines, QUIET_STREET, 1.1)
    _draw(axes, way, BLUE, 3.2)
    axes.plot(*np.stack([data.home_xy, data.place_xy]).T, "--", color=VERMILION, lw=1.6, zorder=4)
    path = answer.changes.path if answer.changes is not None else None
    if path is not None:
        _draw(axes, [path.line], INK, 2.4, dashed=True)
    axes.plot(*data.home_xy, "o", color=VERMILION, mec="white", ms=11, zorder=5)
    axes.plot(*data.place_xy, "*", color=INK, mec="white", ms=19, zorder=5)
    walk_m = answer.way.walk_m or 0.0
    straight_m = float(np.hypot(*(data.home_xy - data.place_xy)))
    write = sheet.pen.write
    words = sheet.say(
        f"まっすぐなら{straight_m:,.0f}m、歩くと{walk_m:,.0f}m",
        f"{straight_m:,.0f} m straight, {walk_m:,.0f} m on foot",
    )
    write(sheet.figure, (0.03, 0.115), words, size=11.5, heavy=True)
    if path is not None:
        words = sheet.say(
            f"{path.path_m:.0f}mの通り道（黒い点線）があれば{path.walk_m or 0:,.0f}m",
            f"{path.walk_m or 0:,.0f} m if there were a path of {path.path_m:.0f} m (black, broken)",
        )
        write(sheet.figure, (0.03, 0.073), words, size=9.5)
    sheet.source(
        "見本市（架空）。● 家　★ 週1の場　直線で500m以内なのに、歩くといちばん遠い家（services.why.answer）",
        "Model town (fictional). ● home ★ weekly place: within 500 m straight, and farthest on foot",
    )
    return sheet


def _lines(route: dict[str, object], epsg: int) -> list[shapely.Geometry]:
    """Return the way of an answer, plane CRS."""
    features = route["features"]
    assert isinstance(features, list)  # noqa: S101  GeoJSON
    shapes = [
        shapely.from_geojson(json.dumps(feature["geometry"]))
        for feature in features
        if feature["properties"]["kind"] == "way"
    ]
    return list(gpd.GeoSeries(shapes, crs=LONLAT_EPSG).to_crs(epsg))


def _view(shapes: Iterable[shapely.Geometry]) -> tuple[tuple[float, float], float]:
    """Return the middle of shapes, and a width of the map that shows them all."""
    west, south, east, north = shapely.total_bounds(list(shapes))
    width_m = max(east - west, (north - south) * 1.75) * 1.25
    return ((west + east) / 2, (south + north) / 2), float(width_m)


def _draw(
    axes: Axes,
    lines: Iterable[shapely.Geometry],
    colour: str,
    width: float,
    *,
    dashed: bool = False,
) -> None:
    parts = [shapely.get_coordinates(line) for line in lines]
    style = "--" if dashed else "-"
    axes.add_collection(
        LineCollection(parts, colors=colour, linewidths=width, linestyles=style, zorder=2),
        autolim=False,
    )

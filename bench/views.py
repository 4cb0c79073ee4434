"""
Compare the public view with the exact one and write the table of docs/method.md.

Every town is built as if its residents were not published. Where no list of places is open, a weekly
place stands at the middle of every sixth small area, by id: fictional, so that there is something to
reach. The key is a fixed one for each of five draws: the worst draw is told.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from services.intake.build import build
from services.modeltown.output import write_town
from services.results.run import run
from services.workspace.folder import KEY, Snapshot, Workspace

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
PAGES = {
    ROOT / "docs" / "method.md": (
        "town",
        "residents 65+",
        "units",
        "coverage of the municipality, points",
        "of council areas, p95, points",
        "units that change their class",
        "of the first ten gaps the same",
    ),
    ROOT / "docs" / "ja" / "method.md": (
        "町",
        "65歳以上",
        "単位",
        "市全体の届く割合の差（ポイント）",
        "協議体の区域の差（95%点）",
        "区分の変わる単位",
        "上位10の空白のうち同じもの",
    ),
}
DRAWS_N = 5
EVERY = 6
TOP_N = 10
_PLACES = """
[[sources]]
id = "fictional_places"
path = "{path}"
format = "csv"
title = "Fictional places"
credit = "arukeba"
licence = "CC0-1.0"
as_of = "2026"

[[places]]
source = "fictional_places"
name_field = "name"
schedule_field = "schedule"
lon_field = "lon"
lat_field = "lat"
"""


@dataclass(frozen=True)
class Differences:
    """How far the public view of a town is from the exact one, in the worst of the draws."""

    residents_n: float
    units_n: int
    whole_points: float
    councils_p95_points: float
    classes_changed_n: int
    top_shared_n: int


def main() -> None:
    """Compute every town and write the table between its marks."""
    rows = [_row(name, found) for name, found in _towns()]
    for page, head in PAGES.items():
        text = page.read_text("utf-8")
        marks = r"(<!-- views: made by `make views` -->\n).*?(<!-- views: end -->)"
        table = "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *rows])
        told = f"\\g<1>{table}\n\\g<2>"
        written, n = re.subn(marks, told, text, flags=re.DOTALL)
        if n != 1:
            sys.exit(f"{page}: the marks of the table are not there")
        page.write_text(written, "utf-8")


def _row(name: str, found: Differences) -> str:
    return (
        f"| {name} | {found.residents_n:,.0f} | {found.units_n} | {found.whole_points:.3f} | "
        f"{found.councils_p95_points:.2f} | {found.classes_changed_n} | {found.top_shared_n} |"
    )


def _towns() -> Iterator[tuple[str, Differences]]:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        town = write_town(base / "town", size="small", seed=1)
        yield "見本市", _compared(town, town.parent, base / "model")
        for code, name in (("05303", "小坂町"), ("12217", "柏市"), ("15100", "新潟市")):
            data = DATA / ("kashiwa" if code == "12217" else f"japan/{code}")
            profile = base / f"{code}.toml"
            given = (ROOT / "data" / "municipalities" / f"{code}.toml").read_text("utf-8")
            profile.write_text(given.replace("residents_published = true", ""), "utf-8")
            if "[[places]]" not in given:
                _add_places(profile, data, base / f"{code}-first")
            yield name, _compared(profile, data, base / code)


def _add_places(profile: Path, data: Path, out: Path) -> None:
    """Write fictional places beside the profile and name them in it."""
    workspace = build(profile, out, data=data)
    areas = workspace.areas()
    layer = workspace.profile.population.layer
    some = areas[areas["layer"] == layer].sort_values("area_id").iloc[::EVERY]
    points = some.geometry.representative_point().to_crs(6668)
    table = pd.DataFrame(
        {"name": some["area_id"], "schedule": "毎週月曜日", "lon": points.x, "lat": points.y}
    )
    path = profile.with_suffix(".csv")
    table.to_csv(path, index=False)
    profile.write_text(profile.read_text("utf-8") + _PLACES.format(path=path), "utf-8")


def _compared(profile: Path, data: Path, out: Path) -> Differences:
    found = []
    for draw in range(DRAWS_N):
        key = out / KEY
        if key.exists():
            key.write_bytes(bytes([draw]) * 32)
        workspace = build(profile, out, data=data)
        run(workspace)
        found.append(_differences(workspace))
    first = found[0]
    return Differences(
        first.residents_n,
        first.units_n,
        max(one.whole_points for one in found),
        max(one.councils_p95_points for one in found),
        max(one.classes_changed_n for one in found),
        min(one.top_shared_n for one in found),
    )


def _differences(workspace: Workspace) -> Differences:
    exact, public = (workspace.seen(view).snapshot() for view in ("exact", "public"))
    gaps = exact.table("gaps").merge(
        public.table("gaps"), on=["layer", "area_id"], suffixes=("", "_public")
    )
    whole = _coverage(exact, public, kind="municipality")
    councils = _coverage(exact, public, layer=workspace.profile.analysis.council_layer)
    first = [set(one.table("gaps")["area_id"].head(TOP_N)) for one in (exact, public)]
    age_group = workspace.profile.analysis.age_group
    return Differences(
        float(workspace.seen("exact").demand()[age_group].sum()),
        len(gaps),
        float(whole.max()),
        float(np.quantile(councils, 0.95)),
        int((gaps["gap"] != gaps["gap_public"]).sum()),
        len(first[0] & first[1]),
    )


def _coverage(exact: Snapshot, public: Snapshot, *, layer: str = "", kind: str = "") -> pd.Series:
    """Return how far coverage is apart, in points: the main age group, all limits and walkers, weekly."""
    profile = exact.workspace.profile
    layer = layer or next(one.id for one in profile.layers if one.kind == kind)
    keys = ["area_id", "walk_limit_m", "walk_limit_min", "profile"]
    tables = [
        one.table("coverage").loc[
            lambda table: (
                (table["layer"] == layer)
                & ~table["remainder"]
                & (table["frequency"] == "weekly")
                & (table["age_group"] == profile.analysis.age_group)
            )
        ]
        for one in (exact, public)
    ]
    both = tables[0].merge(tables[1], on=keys, suffixes=("", "_public"))
    return (both["coverage_pct"] - both["coverage_pct_public"]).abs().dropna()


if __name__ == "__main__":
    main()

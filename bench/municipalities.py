"""
Build and run every municipality on its real streets and areas, and write docs/municipalities.md.

Then each once more with invented places, marked 【見本】: ``out/municipalities/CODE.html`` is the sheet of the
town, ``CODE.png`` its map, to be looked at. They hold what the open data holds, and stay out of the project.

The data lie beside the checkout: ``../shared/data/japan/CODE``, Kashiwa's in ``kashiwa``. Codes as
arguments: only these towns, and no table.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from api.report_page import render_report_file
from bench.samples import with_samples
from geo.errors import ArukebaError
from services.intake.build import build
from services.profile.book import bundled_profiles
from services.reports.city import city_sheet
from services.reports.picture import coverage_picture
from services.results.run import run
from services.words.texts import age_group_text
from services.workspace.folder import Snapshot

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
PAGES = ROOT / "out" / "municipalities"
HEAD = """# The municipalities on real data

Made by `make municipalities`: each profile of `data/municipalities/` built and run on its real streets (OpenStreetMap, October 2017, roads only) and census
small areas (2015). There is no open list of gathering places for any of them: of Kashiwa the 22 近隣センター stand in; elsewhere the run shows who lives where and
what a first place could reach. Residents aged 65+ outside Kashiwa are all residents times the municipality's ageing rate: an estimate (〜), and marked so on every output;
where no rate is known, residents of all ages are asked about.

"""
COLUMNS = (
    "code",
    "municipality",
    "streets: ways used, km",
    "small areas with a border",
    "residents",
    "of them at a point, their area has no border",
    "on no map",
    "65+",
    "more than 300 m from a street, of those",
    "units: × none, 車 beyond any walk, 道 no streets in the data",
    "computed layers",
    "layers without open borders",
    "build, run s",
)


def main() -> None:
    """Write the table, one row a profile, and a page for each."""
    asked = sys.argv[1:]
    profiles = [path for path in bundled_profiles() if not asked or path.stem in asked]
    for path in profiles:
        _write_page(path)
    if asked:
        return
    rows = [_row(path) for path in profiles]
    lines = [" | ".join(COLUMNS), " | ".join("---" for _ in COLUMNS), *rows]
    target = ROOT / "docs" / "municipalities.md"
    target.write_text(HEAD + "\n".join(f"| {line} |" for line in lines) + "\n", encoding="utf-8")


def _data(code: str) -> Path:
    return DATA / "kashiwa" if code == "12217" else DATA / "japan" / code


def _write_page(path: Path) -> None:
    """Write the sheet and the map of a town with invented places on its real streets."""
    PAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = _data(path.stem)
        profile = with_samples(path, data, Path(folder))
        workspace = build(profile, Path(folder) / "with", data=data)
        snapshot = run(workspace)
        page = render_report_file(city_sheet(workspace))
        (PAGES / f"{path.stem}.html").write_text(page, "utf-8")
        coverage_picture(snapshot, PAGES / f"{path.stem}.png")


def _row(path: Path) -> str:
    code = path.stem
    data = _data(code)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        try:
            workspace = build(path, Path(folder) / code, data=data)
            built = time.perf_counter()
            snapshot = run(workspace)
        except ArukebaError as error:
            sys.exit(f"{code}: {error}")
        seconds = f"{built - began:.1f}, {time.perf_counter() - built:.1f}"
        row = [*_figures(snapshot), *_layers(workspace.manifest), seconds]
        return " | ".join([code, workspace.manifest["municipality"]["name"], *row])


def _figures(snapshot: Snapshot) -> list[str]:
    workspace = snapshot.workspace
    demand, manifest, intake = workspace.demand(), workspace.manifest, workspace.intake
    age_group = snapshot.run["summary"]["age_group"]
    streets = intake[workspace.profile.streets.source]
    small_areas = workspace.areas()
    small_areas = small_areas[small_areas["layer"] == workspace.profile.population.layer]
    at_point = demand.loc[demand["kind"] == "point", "total"].sum()
    far = demand.loc[demand["unsnapped"] != "", age_group].sum()
    gaps = snapshot.run["summary"]["gaps"]
    length_km = workspace.network().edge_length_m.sum() / 1000
    asked = demand[age_group].sum() + manifest["unmatched_residents"][age_group]
    estimated = age_group in workspace.profile.population.estimated_groups
    return [
        f"{streets['rows_used']:,}, {length_km:,.0f} km",
        f"{len(small_areas):,}",
        f"{demand['total'].sum() + manifest['unmatched_residents']['total']:,.0f}",
        f"{at_point:,.0f}",
        f"{manifest['unmatched_residents']['total']:,.0f}",
        told_older(asked, age_group, estimated=estimated),
        f"{far:,.0f}",
        f"{gaps['none']:,}, {gaps['needs_transport']:,}, {gaps['no_streets']:,}",
    ]


def told_older(residents: float, age_group: str, *, estimated: bool) -> str:
    """Return the cell of those aged 65+, who may not be known where another age group is asked about."""
    told = f"{'〜' if estimated else ''}{residents:,.0f}"
    if age_group == "65+":
        return told
    return f"not known (residents {age_group_text(age_group, 'en')}: {told})"


def _layers(manifest: dict[str, Any]) -> list[str]:
    computed = [layer["label"] + "〜" * layer["approximate"] for layer in manifest["layers"]]
    missing = [layer["label"] for layer in manifest["layers_without_borders"]]
    return ["、".join(computed), "、".join(missing) or "−"]


if __name__ == "__main__":
    main()

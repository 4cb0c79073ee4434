"""Protected residents: every figure a multiple of the base, and the exact ones in no public file."""

import dataclasses
import json
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from geo.errors import InvalidInputError
from services.edition.publish import publish
from services.intake.build import build
from services.intake.people.protected import (
    Protection,
    families,
    protected_residents,
    protected_series,
)
from services.intake.people.residents import Residents
from services.profile import Population
from services.results.run import run
from services.words.texts import told
from services.workspace.folder import KEY, Workspace, open_workspace
from services.workspace.series import COLUMNS
from tests.services.intake.hostile.hamlet import NAMES, PEOPLE_HEAD, table, write_hamlet

BASE = 5
SECRET = b"key of the workspace"


def held_by(groups: list[str]) -> list[tuple[str, ...]]:
    return [family.groups for family in families(groups)]


def test_ages_inside_and_beside_each_other_are_one_family() -> None:
    assert held_by(["75+", "total", "0-14", "65+", "15-64"]) == [
        ("total", "0-14", "15-64", "65+", "75+")
    ]


def test_ages_that_cross_and_households_are_families_of_their_own() -> None:
    # Nothing tells how many are in both 60-69 and 65+.
    assert held_by(["total", "65+", "60-69", "single_65+", "couples"]) == [
        ("total", "60-69"),
        ("65+",),
        ("single_65+",),
        ("couples",),
    ]


def test_the_band_of_a_group_is_what_no_group_inside_it_holds() -> None:
    (family,) = families(["total", "65+", "75+", "0-14"])
    counts = np.array([[100.0, 12.0, 30.0, 11.0]])  # total, 0-14, 65+, 75+

    assert family.groups == ("total", "0-14", "65+", "75+")
    # 100 - 12 - 30 of 15 to 64, 30 - 11 of 65 to 74.
    assert family.bands(counts).tolist() == [[58.0, 12.0, 19.0, 11.0]]
    assert family.sums(family.bands(counts)).tolist() == counts.tolist()


GROUPS = ["total", "65+", "75+", "single_65+"]
SPEC = Population.model_validate(
    {
        "source": "people",
        "layer": "small_area",
        "name_field": "町丁名",
        "age_groups": {group: group for group in GROUPS},
        "estimate_from_rate": {"age_group": "85+", "rate_pct": 20, "of": "75+", "origin": "試験"},
    }
)


@st.composite
def people(draw: st.DrawFn) -> tuple[pd.DataFrame, list[str]]:
    """Draw the residents of areas, those aged 65+ among all and 75+ among these; and their councils."""
    rows = draw(st.integers(1, 10))
    bands = st.lists(st.integers(0, 40), min_size=3, max_size=3)
    older = [
        (first + second + third, first + second, first, draw(st.integers(0, first + second)))
        for first, second, third in draw(st.lists(bands, min_size=rows, max_size=rows))
    ]
    councils = draw(st.lists(st.sampled_from("abc"), min_size=rows, max_size=rows))
    return pd.DataFrame(older, columns=GROUPS, dtype=float), councils


@given(people(), st.integers(1, 10))
def test_every_group_is_a_multiple_near_the_truth_in_areas_councils_and_the_whole(
    town: tuple[pd.DataFrame, list[str]], base: int
) -> None:
    exact, councils = town
    names = [f"area {row}" for row in range(len(exact))]
    protection = Protection(SECRET, base, dict(zip(names, councils, strict=True)))
    found = protection.counts(exact, GROUPS, names)
    errors = found - exact

    assert ((found / base) % 1 == 0).all(axis=None)
    assert (found >= 0).all(axis=None)
    # Groups that are open above are the last bands together: within one base in each area.
    assert (errors.abs() < base).all(axis=None)
    assert (found["total"] >= found["65+"]).all()
    assert (found["65+"] >= found["75+"]).all()
    # Of councils and the whole it is the bands that stay near: 75+ and households are bands themselves.
    bands = errors.assign(total=errors["total"] - errors["65+"])
    bands["65+"] -= errors["75+"]
    for of in (bands.groupby(councils).sum(), bands.sum()):
        assert (of.abs() < base).all(axis=None)


def residents(
    areas: dict[str, tuple[float, ...]],
    *,
    points: dict[str, tuple[float, ...]] | None = None,
    lost: dict[str, tuple[float, ...]] | None = None,
    groups: list[str] = GROUPS,
) -> Residents:
    """Return residents of areas, at points and on no map: (total, 65+, 75+, single) each."""

    def rows(told: dict[str, tuple[float, ...]]) -> pd.DataFrame:
        frame = pd.DataFrame(list(told.values()), columns=groups, dtype=float)
        if "75+" in groups:
            frame["85+"] = 0.2 * frame["75+"]
        frame.insert(0, "name", list(told))
        frame.insert(0, "area_key", [f"key {name}" for name in told])
        return frame

    by_area = rows(areas).drop(columns=["area_key", "name"]).set_index(pd.Index(list(areas)))
    at_points = rows(points or {})
    nowhere = gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=6677))
    return Residents(
        by_area=by_area,
        cells=nowhere,
        areas=nowhere,
        rows=nowhere.assign(area_id=[]),
        at_points=gpd.GeoDataFrame(
            at_points, geometry=gpd.points_from_xy([0.0] * len(at_points), [0.0] * len(at_points))
        ),
        unmatched={},
        lost=rows(lost or {}),
    )


EXACT = residents(
    {"a": (43, 12, 7, 3), "b": (101, 38, 19, 8), "c": (9, 9, 4, 1)},
    points={"山の家": (6, 6, 3, 2)},
    lost={"住所不定": (8, 3, 1, 1), "施設": (33, 31, 29, 0)},
)
COUNCILS = {"a": "w", "b": "w", "c": "e"}
PROTECTION = Protection(SECRET, BASE, COUNCILS)


def test_points_and_rows_without_an_area_are_protected_as_areas_are() -> None:
    found = protected_residents(EXACT, SPEC, PROTECTION)

    for exact, seen in (
        (EXACT.by_area, found.by_area),
        (EXACT.at_points, found.at_points),
        (EXACT.lost, found.lost),
    ):
        figures = pd.DataFrame(seen)[GROUPS]
        assert ((figures / BASE) % 1 == 0).all(axis=None)
        assert ((figures - pd.DataFrame(exact)[GROUPS]).abs() < BASE).all(axis=None)
        assert len(seen) == len(exact)
    assert found.unmatched["65+"] == found.lost["65+"].sum()
    # An estimate is the rate of what is protected, no protected figure of its own.
    assert found.by_area["85+"].tolist() == pytest.approx((0.2 * found.by_area["75+"]).tolist())
    assert found.cells is EXACT.areas


def test_residents_of_a_scattered_area_live_where_its_rows_are_not_rounded_to_nobody() -> None:
    west, east, north = box(0, 0, 10, 10), box(50, 0, 60, 10), box(0, 50, 10, 60)
    whole = gpd.GeoDataFrame(
        {"area_id": ["a"]}, geometry=[MultiPolygon([west, east, north])], crs=6677
    )
    # Fifty in the west, nobody in the east; the two in the north are five or nobody.
    counts = {"total": [50.0, 0.0, 2.0], "65+": 0.0, "75+": 0.0, "single_65+": 0.0, "85+": 0.0}
    rows = gpd.GeoDataFrame(
        {"area_id": ["a"] * 3, **counts},
        geometry=[Point(5, 5), Point(55, 5), Point(5, 55)],
        crs=6677,
    )
    exact = dataclasses.replace(residents({"a": (52, 0, 0, 0)}), areas=whole, rows=rows)
    seen = set()
    for number in range(40):
        protection = dataclasses.replace(PROTECTION, key=bytes([number]) * 8)
        (shape,) = protected_residents(exact, SPEC, protection).cells.geometry
        assert shape.contains(west)
        assert not shape.intersects(east)
        seen.add(bool(shape.contains(north)))
    assert seen == {True, False}


def test_two_rows_of_the_same_name_are_two_cells() -> None:
    alike = dataclasses.replace(EXACT, lost=pd.concat([EXACT.lost.iloc[:1]] * 40))
    found = protected_residents(alike, SPEC, PROTECTION).lost["75+"]

    # 1 of 75+ in each: with one draw for all, all or none would be 5.
    assert 0 < (found == BASE).sum() < 40


def test_the_ends_of_a_hidden_count_are_no_exact_count_of_its_row() -> None:
    # 7 live there, and the source hides how many of them are 65 or older: 0 to 7.
    hidden = residents({"a": (7, 3), "b": (101, 38)}, groups=["total", "65+"])
    ends = {"total_low": [7, 101], "total_high": [7, 101], "65+_low": [0, 38], "65+_high": [7, 38]}
    columns = {name: np.array(values, dtype=float) for name, values in ends.items()}
    exact = dataclasses.replace(hidden, by_area=hidden.by_area.assign(**columns))
    spec = SPEC.model_copy(
        update={"age_groups": {"total": "t", "65+": "o"}, "estimate_from_rate": []}
    )
    found = protected_residents(exact, spec, PROTECTION).by_area

    for area, group in (("a", "total"), ("b", "total"), ("b", "65+")):
        one = found.loc[area]
        assert one[group + "_low"] == one[group] == one[group + "_high"]
    hidden_one = found.loc["a"]
    assert (hidden_one["65+_low"], hidden_one["65+_high"]) == (0.0, hidden_one["total"] + BASE)
    assert hidden_one["65+_low"] <= hidden_one["65+"] <= hidden_one["65+_high"]
    assert hidden_one["65+_high"] >= 7


def series_of(exact: Residents, date: str, *, main: bool) -> pd.DataFrame:
    """Return the rows of one date as the series has them."""
    areas = exact.by_area.reset_index(names="area_id").assign(area_key="", name="")
    others = [pd.DataFrame(frame).assign(area_id="") for frame in (exact.at_points, exact.lost)]
    wide = pd.concat([areas, *others], ignore_index=True)
    long = wide.melt(
        id_vars=["area_id", "area_key", "name"],
        value_vars=GROUPS,
        var_name="age_group",
        value_name="residents",
    )
    about = {"date": date, "source_id": "people", "projection": False, "main": main}
    return long.assign(**about, unit="persons")[list(COLUMNS)]


def test_the_runs_own_date_has_the_figures_of_the_run() -> None:
    found = protected_residents(EXACT, SPEC, PROTECTION)
    dated = protected_series(series_of(EXACT, "2025", main=True), found, PROTECTION)

    wide = dated[dated["area_id"] != ""].pivot_table(
        index="area_id", columns="age_group", values="residents"
    )
    assert wide[GROUPS].to_numpy().tolist() == found.by_area[GROUPS].to_numpy().tolist()
    outside = dated[dated["area_id"] == ""].groupby("age_group")["residents"].sum()
    for group in GROUPS:
        both = pd.DataFrame(found.at_points)[group].sum() + found.lost[group].sum()
        assert outside[group] == both


def test_the_same_counts_at_another_date_are_the_same_figures() -> None:
    # Two draws of one count would be two rounded figures, and both together tell more than one.
    found = protected_residents(EXACT, SPEC, PROTECTION)
    both = pd.concat(
        [series_of(EXACT, "2025", main=True), series_of(EXACT, "2020", main=False)],
        ignore_index=True,
    )
    dated = protected_series(both, found, PROTECTION)
    now, then = (dated[dated["date"] == date] for date in ("2025", "2020"))

    assert then["residents"].tolist() == now["residents"].tolist()
    # The order of the rows, and an area in several of them, change nothing.
    shuffled = protected_series(both.sample(frac=1, random_state=3), found, PROTECTION)
    assert shuffled.sort_index()["residents"].tolist() == dated["residents"].tolist()


def test_an_area_of_several_rows_is_rounded_once() -> None:
    rows = series_of(EXACT, "2020", main=False)
    halves = rows.assign(residents=rows["residents"] / 2)
    split = pd.concat([halves[halves["area_id"] != ""]] * 2 + [rows[rows["area_id"] == ""]])
    split = split.reset_index(drop=True)
    whole = protected_series(rows, EXACT, PROTECTION)
    parts = protected_series(split, EXACT, PROTECTION)

    def sums(dated: pd.DataFrame) -> list[float]:
        areas = dated[dated["area_id"] != ""]
        return areas.groupby(["area_id", "age_group"])["residents"].sum().tolist()

    assert sums(parts) == sums(whole)


def test_an_unchanged_count_mostly_keeps_its_figure_at_another_date() -> None:
    rng = np.random.default_rng(10)
    counts = rng.integers(0, 50, (60, 3)).astype(float)
    older = counts.cumsum(axis=1)[:, ::-1]
    towns = {f"area {row}": (*older[row], 0.0) for row in range(60)}
    exact = residents(towns)
    protection = Protection(SECRET, BASE, {name: name[-1] for name in towns})
    later = series_of(exact, "2030", main=False)
    changed = (later["area_id"] == "area 7") & (later["age_group"] == "total")
    later.loc[changed, "residents"] += 1
    found = protected_residents(exact, SPEC, protection)
    dated = protected_series(
        pd.concat([series_of(exact, "2025", main=True), later], ignore_index=True),
        found,
        protection,
    )
    now, then = (
        dated.loc[dated["date"] == date, "residents"].to_numpy() for date in ("2025", "2030")
    )

    # 240 figures, one of them changed: few others may follow from sums, not the third of new draws.
    assert (now != then).sum() < 0.1 * len(now)


# The hamlet, built and run.

HEAD = (*PEOPLE_HEAD, "75歳以上")
ROWS = ((43, 12, 7), (101, 38, 19), (9, 9, 4), (77, 6, 1))
OUTSIDE = ("住所不定", 8, 3, 1)


def hamlet(folder: Path, *, privacy: str = "", rows: tuple[tuple[int, ...], ...] = ROWS) -> Path:
    """Write the hamlet with residents of its own, one row of them on no map."""
    profile = write_hamlet(folder)
    counted = [(name, *row) for name, row in zip(NAMES, rows, strict=True)]
    if rows is ROWS:
        counted.append(OUTSIDE)
    (folder / "people.csv").write_text(table(HEAD, *counted), encoding="utf-8")
    text = profile.read_text(encoding="utf-8")
    text = text.replace('"65+" = "65歳以上" }', '"65+" = "65歳以上", "75+" = "75歳以上" }')
    profile.write_text(f"{text}\n[privacy]\n{privacy}\n", encoding="utf-8")
    return profile


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("hamlet")
    workspace = build(hamlet(folder / "source"), folder / "workspace")
    run(workspace)
    return workspace


def figures(workspace: Workspace) -> dict[str, list[float]]:
    """Return the residents of each area and of no area, by age group."""
    homes = workspace.demand()
    groups = ["total", "65+", "75+"]
    by_area = homes.groupby("in_small_area")[groups].sum()
    lost = workspace.manifest["unmatched_residents"]
    return {
        **{str(area): list(by_area.loc[area]) for area in by_area.index},
        "": [lost[group] for group in groups],
    }


def test_public_areas_and_remainder_add_up_to_the_protected_source(built: Workspace) -> None:
    public, exact = figures(built), figures(built.seen("exact"))

    names = built.areas().set_index("area_id")["area_name"]
    assert {names[area]: row for area, row in exact.items() if area} == {
        name: pytest.approx(row) for name, row in zip(NAMES, ROWS, strict=True)
    }
    assert exact[""] == list(OUTSIDE[1:])
    for area, row in exact.items():
        seen = public.get(area, [0.0] * 3)
        assert np.allclose(np.mod(np.array(seen) + 1e-9, BASE), 0, atol=1e-6)
        assert (abs(np.array(seen) - row) < BASE).all()
    coverage = built.snapshot().table("coverage")
    sums = coverage.groupby(
        ["layer", "age_group", "frequency", "profile", "walk_limit_m", "walk_limit_min"],
        dropna=False,
    )["residents"].sum()
    everybody = dict(
        zip(("total", "65+", "75+"), np.sum(list(public.values()), axis=0), strict=True)
    )
    for (_, group, *_), residents_n in sums.items():
        assert residents_n == pytest.approx(everybody[group])


def test_walks_that_both_views_share_bring_nothing_exact_into_the_public_one(
    built: Workspace, tmp_path: Path
) -> None:
    # Without private homes both views walk alike, and a run walks once; the folder runs by itself.
    alone = run(publish(built, tmp_path / "published"))
    beside = built.snapshot()
    tables = sorted(path.stem for path in beside.path.glob("*.parquet"))

    assert not list(alone.workspace.path.rglob("exact"))
    assert tables == sorted(path.stem for path in alone.path.glob("*.parquet"))
    for name in tables:
        pd.testing.assert_frame_equal(alone.table(name), beside.table(name), check_exact=True)


def test_what_is_published_by_the_city_is_used_as_it_is(tmp_path: Path) -> None:
    published = 'residents_published = true\nresidents_published_url = "https://example.org/table"'
    workspace = build(hamlet(tmp_path / "source", privacy=published), tmp_path / "workspace")
    run(workspace)

    assert figures(workspace) == figures(workspace.seen("exact"))
    assert figures(workspace)[""] == list(OUTSIDE[1:])
    # Nobody lives with a place: there is nothing that only the exact view would know.
    assert not list(workspace.path.rglob("exact/**/*.parquet"))


def test_published_without_an_address_is_refused(tmp_path: Path) -> None:
    profile = hamlet(tmp_path / "source", privacy="residents_published = true")

    with pytest.raises(InvalidInputError, match="residents_published_url"):
        build(profile, tmp_path / "workspace")
    assert not (tmp_path / "workspace").exists()


def test_a_base_larger_than_the_municipality_is_refused_in_one_sentence(tmp_path: Path) -> None:
    profile = hamlet(tmp_path / "source", privacy="rounding_base = 239")

    with pytest.raises(InvalidInputError, match="only 238 residents") as refused:
        build(profile, tmp_path / "workspace")
    for lang in ("en", "ja"):
        assert "239" in told(refused.value, lang)
        assert "238" in told(refused.value, lang)
        assert "\n" not in told(refused.value, lang)
    left = [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"]
    assert left == ["source"]
    # 43 + 101 + 9 + 77 in areas and 8 in none are as many as a base can be.
    build(hamlet(tmp_path / "source", privacy="rounding_base = 238"), tmp_path / "workspace")


def test_a_band_that_the_source_does_not_have_is_refused_in_one_sentence(tmp_path: Path) -> None:
    profile = hamlet(tmp_path / "source")
    text = table(PEOPLE_HEAD, *((name, 100, 30) for name in NAMES))
    (tmp_path / "source" / "people.csv").write_text(text, encoding="utf-8")

    with pytest.raises(InvalidInputError, match="75歳以上") as refused:
        build(profile, tmp_path / "workspace")
    for lang in ("en", "ja"):
        assert "\n" not in told(refused.value, lang)
    left = [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"]
    assert left == ["source"]


def remarks(workspace: Workspace) -> dict[str, dict]:
    entries = workspace.seen("exact").intake["people"]["entries"]
    return {entry["code"]: entry["said"] for entry in entries}


def test_a_base_larger_than_an_area_is_a_remark(tmp_path: Path, built: Workspace) -> None:
    assert "below_rounding_base" not in remarks(built)
    profile = hamlet(tmp_path / "source", privacy="rounding_base = 10")
    noted = remarks(build(profile, tmp_path / "workspace"))

    # Of the four areas, 南町 has 9 residents.
    assert noted["below_rounding_base"]["facts"] == {"small": 1, "base": 10}


def test_a_hamlet_where_nobody_lives_in_an_area_keeps_its_empty_area(tmp_path: Path) -> None:
    rows = ((43, 12, 7), (0, 0, 0), (9, 9, 4), (77, 6, 1))
    workspace = build(hamlet(tmp_path / "source", rows=rows), tmp_path / "workspace")

    empty = workspace.areas().query("area_name == @NAMES[1]")["area_id"].item()
    assert figures(workspace).get(empty, [0.0] * 3) == [0.0] * 3


def public_bytes(workspace: Workspace) -> bytes:
    return (workspace.path / "layers" / "demand.parquet").read_bytes()


def test_a_rebuild_keeps_the_key_and_every_figure(tmp_path: Path, built: Workspace) -> None:
    copy = Path(shutil.copytree(built.path, tmp_path / "workspace"))
    again = build(hamlet(tmp_path / "source"), copy)

    assert (copy / KEY).read_bytes() == (built.path / KEY).read_bytes()
    assert figures(again) == figures(built)
    assert "new_key" not in remarks(again)


def test_a_lost_key_is_made_anew_and_said(tmp_path: Path, built: Workspace) -> None:
    copy = Path(shutil.copytree(built.path, tmp_path / "workspace"))
    (copy / KEY).unlink()
    again = build(hamlet(tmp_path / "source"), copy)

    assert (copy / KEY).read_bytes() != (built.path / KEY).read_bytes()
    assert remarks(again)["new_key"]["facts"] == {"key": KEY, "base": BASE}
    exact = figures(again.seen("exact"))
    for area, row in figures(again).items():
        assert (abs(np.array(row) - exact[area]) < BASE).all()


def test_no_public_file_holds_the_key_or_an_exact_remark(built: Workspace) -> None:
    key = (built.path / KEY).read_bytes()

    files = [path for path in built.path.rglob("*") if path.is_file() and "exact" not in path.parts]
    assert files
    for path in files:
        content = path.read_bytes()
        assert key not in content
        assert key.hex().encode() not in content
    ledger = json.loads((built.path / "intake.json").read_text(encoding="utf-8"))
    said = [entry["said"] for book in ledger.values() for entry in book["entries"]]
    assert said
    assert set(map(str, said)) == {"None"}


def test_the_exact_view_is_only_what_is_asked_for_by_name(built: Workspace) -> None:
    assert open_workspace(built.path).is_public
    assert not open_workspace(built.path, view="exact").is_public
    assert built.snapshot().run["view"] == "public"
    assert built.seen("exact").snapshot().run["view"] == "exact"
    assert built.snapshot().name == built.seen("exact").snapshot().name


@pytest.mark.parametrize("base", ["0", "-5", "2.5", '"five"'])
def test_a_base_that_is_no_count_is_refused(tmp_path: Path, base: str) -> None:
    profile = hamlet(tmp_path / "source", privacy=f"rounding_base = {base}")

    with pytest.raises(InvalidInputError, match="rounding_base"):
        build(profile, tmp_path / "workspace")

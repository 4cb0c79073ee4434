"""Meshes tell where within an area its residents live; the areas' totals hold."""

import shutil

import numpy as np
import pandas as pd
import pytest
from shapely import box

from geo.areas.meshes import mesh_codes
from geo.errors import Sentence
from services.intake.build import build
from services.intake.people.distribution import note_unfollowed, read_distribution
from services.intake.tables.ledger import Ledger
from services.profile import read_profile
from services.profile.ages import followed
from services.results.run import run
from services.words.texts import told

SIDE_M = 500
SOURCE = """
[[sources]]
id = "mesh"
path = "mesh.csv"
format = "csv"
title = "地域メッシュ統計（架空）"
credit = "c"
licence = "l"
as_of = "2020"

[population.distribution]
source = "mesh"
mesh_side_m = 500
age_groups = { total = "T001", "65+" = "T019" }
"""


@pytest.mark.parametrize(
    ("group", "known", "teller"),
    [
        ("65+", ["total", "65+"], "65+"),
        ("75+", ["total", "65+"], "65+"),
        ("65-74", ["total", "65+"], "65+"),
        ("0-14", ["total", "65+"], "total"),
        ("single_65+", ["total", "65+"], "65+"),
        ("single_65+", ["total", "75+"], "total"),
        ("households", ["65+"], None),
        ("65+", ["75+"], None),
    ],
)
def test_an_age_group_follows_the_narrowest_that_encloses_it(group, known, teller):
    assert followed(group, known) == teller
    assert followed(group, reversed(known)) == teller


def meshes(homes, *, hide):
    """Return a table as e-Stat's with other counts than the areas', some hidden."""
    lonlat = homes.geometry.to_crs(6668)
    codes = mesh_codes(lonlat.x.to_numpy(), lonlat.y.to_numpy(), side_m=SIDE_M)
    sums = homes[["total", "65+"]].groupby(codes).sum().round()
    skew = np.random.default_rng(4).uniform(0.3, 1.7, len(sums))
    table = pd.DataFrame({"KEY_CODE": sums.index, "HTKSYORI": "0", "HTKSAKI": "", "GASSAN": ""})
    table["T001"] = (sums["total"].to_numpy() * skew).round().astype(int)
    table["T019"] = (sums["65+"].to_numpy() * skew).round().astype(int).astype(str)
    if hide:
        few = sums["65+"].to_numpy().argsort()[:10:2]
        target = int(sums["65+"].to_numpy().argmax())
        moved = table.loc[few, "T019"].astype(int).sum()
        table.loc[target, "T019"] = str(int(table.loc[target, "T019"]) + moved)
        table.loc[few, ["HTKSYORI", "HTKSAKI", "T019"]] = ["2", table.loc[target, "KEY_CODE"], "*"]
        table.loc[target, ["HTKSYORI", "GASSAN"]] = ["1", ";".join(table.loc[few, "KEY_CODE"])]
    return table


@pytest.fixture(scope="module")
def towns(town_profile, town_snapshot, tmp_path_factory):
    """Build the model town without hidden meshes, and with some."""
    found = {}
    for hide in (False, True):
        folder = tmp_path_factory.mktemp("meshes") / "source"
        shutil.copytree(town_profile.parent, folder)
        path = folder / town_profile.name
        path.write_text(path.read_text(encoding="utf-8") + SOURCE, encoding="utf-8")
        table = meshes(town_snapshot.workspace.demand(), hide=hide)
        table.to_csv(folder / "mesh.csv", index=False)
        found[hide] = build(path, folder.parent / "workspace")
    return found


@pytest.fixture(scope="module")
def hidden(towns):
    """Run the town that has hidden meshes."""
    return run(towns[True])


@pytest.mark.parametrize("hide", [False, True])
def test_every_area_keeps_its_residents(towns, town_snapshot, hide):
    groups = town_snapshot.workspace.profile.population.groups
    before, after = (
        workspace.demand().groupby("source_area_id")[groups].sum()
        for workspace in (town_snapshot.workspace, towns[hide])
    )
    pd.testing.assert_frame_equal(before, after, rtol=1e-12)


def test_the_meshes_move_residents_within_areas(towns, town_snapshot):
    homes, moved = town_snapshot.workspace.demand(), towns[False].demand()
    assert (homes.geometry == moved.geometry).all()
    counts = meshes(homes, hide=False).set_index("KEY_CODE")["T019"].astype(float)
    lonlat = homes.geometry.to_crs(6668)
    code = mesh_codes(lonlat.x.to_numpy(), lonlat.y.to_numpy(), side_m=SIDE_M)
    far = [(frame["65+"].groupby(code).sum() - counts).abs().sum() for frame in (homes, moved)]
    # Areas of the small town are hardly larger than a mesh, so that most of the difference is theirs.
    assert far[1] < 0.85 * far[0]
    # 75+ follow 65+: at every home both change by the same factor.
    change = (moved["75+"] / homes["75+"]) / (moved["65+"] / homes["65+"])
    assert change.dropna().to_numpy() == pytest.approx(1.0)


def test_the_difference_in_all_is_noted(towns):
    entries = towns[False].seen("exact").intake["mesh"]["entries"]
    (entry,) = [
        e
        for e in entries
        if e["code"] == "mesh_total_differs" and "65+" in str(Sentence.from_dict(e["said"]))
    ]
    counts = meshes_total(towns[False].path.parent / "source" / "mesh.csv")
    areas = towns[False].demand()["65+"].sum()
    # The meshes on the border count by their share, so the two differ by at most what is printed.
    assert entry["residents"] >= abs(counts - areas) - counts * 0.2
    assert "合計" in told(Sentence.from_dict(entry["said"]), "ja")


def meshes_total(path):
    table = pd.read_csv(path, dtype=str)
    return pd.to_numeric(table["T019"], errors="coerce").sum()


def test_hidden_meshes_leave_homes_an_interval_and_others_none(towns):
    assert "65+_low" not in towns[False].demand()
    homes = towns[True].demand()
    assert "total_low" not in homes
    assert (homes["65+_low"] <= homes["65+"]).all()
    assert (homes["65+"] <= homes["65+_high"]).all()
    assert (homes["65+_low"] < homes["65+_high"]).any()
    assert homes["75+_high"].notna().all()


def reached(snapshot):
    """Return which homes have a weekly place within 500 m."""
    from services.situation.parameters import Parameters
    from services.situation.view import Situation

    profile = snapshot.workspace.profile
    parameters = Parameters.of(profile, walk_limit_m=None, walking_profile=None)
    situation = Situation(snapshot.workspace, parameters)
    return situation.reached("weekly")


@pytest.mark.parametrize("seed", range(5))
def test_any_admissible_residents_have_a_coverage_inside_the_interval(hidden, seed):
    homes = hidden.workspace.demand()
    near = reached(hidden)
    rng = np.random.default_rng(seed)
    low, high = homes["65+_low"].to_numpy(), homes["65+_high"].to_numpy()
    # At random between the ends, at random at either end, all against each other, and both ways.
    chosen = [
        low + (high - low) * rng.random(len(homes)),
        np.where(rng.random(len(homes)) < 0.5, low, high),
        np.where(near, low, high),
        np.where(near, high, low),
    ]
    table = hidden.table("coverage")
    rows = (table["frequency"] == "weekly") & (table["age_group"] == "65+")
    rows &= table["profile"] == "standard"
    table = table[rows & (table["walk_limit_m"] == 500.0) & ~table["remainder"]]
    widened = 0
    for layer in ("community_area", "small_area"):
        bounds = table[table["layer"] == layer].set_index("area_id")
        area = homes[f"in_{layer}"].to_numpy()
        for truth in chosen:
            frame = pd.DataFrame({"all": truth, "near": truth * near}).groupby(area).sum()
            frame = frame[(frame["all"] > 0) & (frame.index != "")]
            pct = 100 * frame["near"] / frame["all"]
            assert (bounds["coverage_low_pct"].reindex(pct.index) <= pct + 1e-9).all()
            assert (pct <= bounds["coverage_high_pct"].reindex(pct.index) + 1e-9).all()
        widened += int((bounds["coverage_high_pct"] - bounds["coverage_low_pct"] > 1e-6).sum())
    assert widened > 0


def read(tmp_path, town_profile, rows, by_area):
    """Read meshes of 500 m for a square of 900 m, which has only a part of some."""
    text = "\n".join(["KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T001,T019", *rows])
    (tmp_path / "mesh.csv").write_text(text, encoding="utf-8")
    path = tmp_path / "profile.toml"
    path.write_text(town_profile.read_text(encoding="utf-8") + SOURCE, encoding="utf-8")
    ledger = Ledger()
    grid = read_distribution(
        [tmp_path / "mesh.csv"],
        profile=read_profile(path),
        boundary=box(0, 0, 900, 900),
        by_area=pd.DataFrame(by_area, index=["east"]),
        ledger=ledger,
    )
    return grid, ledger.of("mesh")


def codes_around(town_profile):
    from geo.areas.meshes import meshes_within

    epsg = read_profile(town_profile).municipality.plane_epsg
    return meshes_within(box(0, 0, 900, 900), side_m=SIDE_M, epsg=epsg)


def test_meshes_without_a_row_are_empty_and_every_group_has_its_teller(tmp_path, town_profile):
    around = codes_around(town_profile)
    number = around["inside"].idxmax()
    first = around.loc[number]
    rows = [f"{first['area_id']},0,,,1000,400"]
    grid, notes = read(tmp_path, town_profile, rows, {"total": [500.0], "65+": [0.0]})
    assert grid.cells["area_id"].tolist() == around["area_id"].tolist()
    assert grid.cells["65+"][number] == pytest.approx(400 * first["inside"])
    assert grid.cells["65+"].drop(number).sum() == 0
    assert grid.tells == {
        "total": "total",
        "0-14": "total",
        "15-64": "total",
        "65+": "65+",
        "75+": "65+",
    }
    # Nobody in the areas: no share can be told, and none is.
    said = [str(entry.said) for entry in notes.entries if entry.code == "mesh_total_differs"]
    assert "the areas 0; the areas" in said[1]
    assert "%" in said[0]


def test_areas_that_the_meshes_leave_empty_are_noted(tmp_path, town_profile):
    import geopandas as gpd
    from shapely import Point

    first = codes_around(town_profile).iloc[0]["area_id"]
    grid, notes = read(tmp_path, town_profile, [f"{first},0,,,0,0"], {"65+": [7.0]})
    homes = gpd.GeoDataFrame(
        dict.fromkeys(["total", "0-14", "15-64", "75+"], 0.0)
        | {"65+": [7.0], "source_area_id": ["east"]},
        geometry=[Point(10, 10)],
        crs=grid.cells.crs,
    )
    note_unfollowed(homes, grid, notes=notes)
    (entry,) = [entry for entry in notes.entries if entry.code == "mesh_nobody"]
    assert (entry.residents, str(entry.said)[:3]) == (7.0, "65+")


def test_a_distribution_without_a_source_is_a_breach(tmp_path, town_profile):
    path = tmp_path / "profile.toml"
    text = town_profile.read_text(encoding="utf-8") + SOURCE
    path.write_text(text.replace('id = "mesh"', 'id = "other"'), encoding="utf-8")
    with pytest.raises(Exception, match=r"population\.distribution: there is no source 'mesh'"):
        read_profile(path)


def test_weights_of_an_unknown_age_group_are_a_breach(tmp_path, town_profile):
    path = tmp_path / "profile.toml"
    text = town_profile.read_text(encoding="utf-8")
    text += '\n[buildings.weights]\n"85+" = { apartments = 2.0 }\n'
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Exception, match=r"buildings\.weights: there is no age group '85\+'"):
        read_profile(path)


def test_the_order_of_the_rows_of_meshes_changes_nothing(tmp_path, town_profile):
    codes = codes_around(town_profile)["area_id"].tolist()[:4]
    rows = [f"{codes[0]},1,,{codes[1]},100,40", f"{codes[1]},2,{codes[0]},,30,*"]
    rows += [f"{codes[2]},0,,,11,5", f"{codes[3]},0,,,7,-"]
    one, _ = read(tmp_path, town_profile, rows, {"65+": [50.0]})
    other, _ = read(tmp_path, town_profile, rows[::-1], {"65+": [50.0]})
    assert one.cells.equals(other.cells)
    assert (one.cells["65+_high"] > one.cells["65+_low"]).sum() == 2

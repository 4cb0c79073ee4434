"""Reconciliation of names across years."""

import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from geo.arrays import LONLAT_EPSG
from geo.errors import Sentence
from services.intake.reconcile import Proposal, propose_matches, reconcile, save_matches
from services.profile import read_profile
from services.words.texts import told
from services.workspace.folder import Snapshot
from services.workspace.remainder import FILE, named_remainder, read_unmatched, unmatched_frame

EPSG = 6677
ROOT = Path(__file__).resolve().parents[3]
KASHIWA = ROOT.parent / "shared" / "data" / "kashiwa"

AREAS = gpd.GeoDataFrame(
    {"area_name": ["伊勢原", "十余二", "東", "大井", "本町", "本町"]},
    geometry=[box(x, 0, x + 100, 100) for x in (0, 200, 400, 600, 800, 1000)],
    crs=EPSG,
)


def rows(*named):
    """Return unmatched rows at plane x (y is 50), or without a point."""
    xs = [x for _, x in named]
    known = gpd.GeoSeries.from_xy([x or 0 for x in xs], [50] * len(xs), crs=EPSG).to_crs(
        LONLAT_EPSG
    )
    return pd.DataFrame(
        {
            "name": [name for name, _ in named],
            "row": range(2, len(named) + 2),
            "65+": [float(100 - n) for n in range(len(named))],
            "lon": [p.x if x is not None else float("nan") for p, x in zip(known, xs, strict=True)],
            "lat": [p.y if x is not None else float("nan") for p, x in zip(known, xs, strict=True)],
        }
    )


def propose(*named):
    return propose_matches(rows(*named), AREAS, plane_epsg=EPSG)


@pytest.mark.parametrize(
    ("name", "x", "area", "confidence"),
    [
        ("伊勢原１丁目", 50, "伊勢原", 0.95),
        ("伊勢原一丁目", 250, "伊勢原", 0.75),
        ("伊勢原１丁目", None, "伊勢原", 0.8),
        ("大井新田", 650, "大井", 0.9),
        ("柏インター東", 250, "十余二", 0.7),
        ("柏インター東", 170, "十余二", 0.5),
        ("柏インター東", 5000, "", 0.0),
        ("豊住", None, "", 0.0),
        ("本町１丁目", 850, "", 0.0),
    ],
)
def test_an_area_is_proposed_by_stem_and_by_point(name, x, area, confidence):
    (found,) = propose((name, x))
    assert (found.area, found.confidence) == (area, confidence)
    assert told(found.reason, "en")
    assert told(found.reason, "ja") != told(found.reason, "en")


def test_what_concerns_most_residents_comes_first():
    assert [found.residents for found in propose(("a", None), ("b", None))] == [100.0, 99.0]


def test_without_points_the_name_alone_speaks():
    (found,) = propose_matches(
        rows(("東３丁目", 0))[["name", "row", "65+"]], AREAS, plane_epsg=EPSG
    )
    assert (found.area, found.confidence) == ("東", 0.8)


def proposal(name, area):
    said = Sentence("its point lies in {area}", area=area)
    return Proposal(name, 2, 1.0, area, said, 0.9)


@pytest.fixture
def profile(town_profile, tmp_path):
    path = tmp_path / "town.toml"
    path.write_text(town_profile.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def test_matches_are_saved_and_every_other_line_stays(profile):
    before = profile.read_text(encoding="utf-8")
    known = read_profile(profile).population.matches
    assert save_matches([proposal("新町", "東"), proposal("どこか", "")], profile) == 1
    assert read_profile(profile).population.matches == {**known, "新町": "東"}
    added = [line for line in profile.read_text(encoding="utf-8").splitlines() if "新町" in line]
    assert added == ['"新町" = "東" # 位置が「東」の中です']
    rest = [line for line in profile.read_text(encoding="utf-8").splitlines() if "新町" not in line]
    assert [line for line in rest if line and line != "[population.matches]"] == [
        line for line in before.splitlines() if line and line != "[population.matches]"
    ]
    assert save_matches([proposal('"新"町\\', "西"), proposal("新町", "西")], profile) == 1
    assert read_profile(profile).population.matches['"新"町\\'] == "西"
    assert read_profile(profile).population.matches["新町"] == "東"


def test_a_profile_reconciles_its_own_files(town_profile, tmp_path):
    found = reconcile(town_profile)
    assert found.profile_path == town_profile
    assert found.residents > 0
    assert all(0 <= proposal.confidence <= 1 for proposal in found.proposals)


def test_a_workspace_keeps_its_remainder_by_name_and_is_reconciled(town_snapshot: Snapshot):
    workspace = town_snapshot.workspace
    lost = read_unmatched(workspace.file(FILE))
    assert lost["65+"].sum() == workspace.manifest["unmatched_residents"]["65+"] > 0
    named = workspace.manifest["unmatched_names"]
    assert sum(each["residents"]["65+"] for each in named) == lost["65+"].sum()
    found = reconcile(workspace.path)
    assert found.profile_path is None
    assert {proposal.name for proposal in found.proposals} == set(lost["name"])


def test_the_remainder_names_those_in_which_somebody_lives():
    matched = pd.DataFrame(
        {
            "name": ["東", "新町", "空"],
            "row": [2, 3, 4],
            "65+": [5.0, 7.0, 0.0],
            "area_id": ["東", "", ""],
        }
    )
    lost = unmatched_frame(matched)
    assert lost["name"].tolist() == ["新町", "空"]
    assert named_remainder(lost, ["65+"]) == [{"name": "新町", "row": 3, "residents": {"65+": 7.0}}]


@pytest.mark.real
@pytest.mark.skipif(not KASHIWA.is_dir(), reason="the open data is not beside the checkout")
def test_kashiwas_saved_matches_allocate_at_least_99_percent(tmp_path):
    saved = ROOT / "data" / "municipalities" / "12217.toml"
    left = reconcile(saved, data=KASHIWA)
    assert left.residents == 113_052
    assert sum(found.residents for found in left.proposals) <= 0.01 * 113_052
    # Without what is saved, the 20 names with residents or a 丁目 of their own are proposed again.
    table = tomllib.loads(saved.read_text(encoding="utf-8"))
    assert table["population"]["matches"]["伊勢原１丁目"] == "伊勢原"
    assert table["population"]["matches"]["東逆井１丁目"] == "東逆井"
    bare = tmp_path / "bare.toml"
    lines = saved.read_text(encoding="utf-8").splitlines()
    start = lines.index("[population.matches]")
    end = next(n for n in range(start + 1, len(lines)) if lines[n].startswith("["))
    bare.write_text("\n".join([*lines[:start], *lines[end:]]) + "\n", encoding="utf-8")
    proposals = {found.name: found for found in reconcile(bare, data=KASHIWA).proposals}
    assert sum(found.residents for found in proposals.values()) == 1_687
    for name, area in {
        "伊勢原１丁目": "伊勢原",
        "小青田５丁目": "小青田",
        "大室１丁目": "大室",
        "高柳１丁目": "高柳",
    }.items():
        assert (proposals[name].area, proposals[name].confidence) == (area, 0.95)
    assert proposals["柏インター東"].confidence == proposals["豊住"].confidence == 0.7

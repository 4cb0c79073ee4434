"""The 17 municipalities: each profile is right, and each structure builds and runs on squares."""

from pathlib import Path

import pytest

from geo.errors import Sentence
from services.intake.build import build
from services.profile import read_profile, without_borders
from services.profile.book import bundled_profiles, check_profile
from services.results.run import run
from services.words.texts import told
from services.workspace.folder import REMAINDER, Snapshot
from tests.squaretown import PEOPLE, units_of, write_squaretown

PROFILES = bundled_profiles()
CODES = [path.stem for path in PROFILES]


def test_there_are_seventeen_each_under_its_own_code() -> None:
    assert len(PROFILES) == 17
    assert [read_profile(path).municipality.jis_code for path in PROFILES] == CODES


@pytest.mark.parametrize("path", PROFILES, ids=CODES)
def test_every_profile_passes_its_check(path: Path) -> None:
    checked = check_profile(path)
    assert checked.breaches == ()
    assert checked.unexplained_rate is None
    assert checked.profile is not None
    assert checked.profile.facts
    for fact in checked.profile.facts:
        assert fact.doc or fact.basis == "computed"


def test_one_word_means_three_kinds_of_area() -> None:
    """行政区: a hamlet in 吉見 and 豊岡, a ward in 新潟, six districts in 尼崎."""
    kinds = {
        path.stem: layer.kind
        for path in PROFILES
        for layer in read_profile(path).layers
        if "行政区" in layer.local_words
    }
    assert kinds == {
        "11347": "neighbourhood",
        "28209": "neighbourhood",
        "15100": "city_ward",
        "28202": "shakyo_branch",
    }


def test_the_two_towns_named_alike_are_told_apart_by_code() -> None:
    ikeda = read_profile(PROFILES[CODES.index("01644")])
    assert (ikeda.municipality.name, ikeda.municipality.prefecture) == ("池田町", "北海道")


def test_amagasaki_keeps_both_rates() -> None:
    amagasaki = read_profile(PROFILES[CODES.index("28202")])
    rates = amagasaki.conflicts()["elderly_rate_pct"]
    assert [(fact.value, fact.basis) for fact in rates] == [(27.5, "printed"), (26.6, "computed")]
    assert round(100 * 123_364 / 463_778, 1) == 26.6


@pytest.mark.parametrize(
    ("code", "coordinator", "council", "work"),
    [
        ("28209", "former_municipality", "kominkan_district", "neighbourhood"),
        ("15100", "city_ward", "population_based_area", "community_council_area"),
        ("01644", "second_tier", "second_tier", ""),
    ],
)
def test_coordinators_councils_and_workers_have_their_own_units(
    code: str, coordinator: str, council: str, work: str
) -> None:
    units = read_profile(PROFILES[CODES.index(code)]).units
    assert (units.coordinator_unit, units.council_unit, units.work_unit) == (
        coordinator,
        council,
        work,
    )


@pytest.mark.parametrize(
    ("code", "layer", "areas", "councils"),
    [
        # 津幡 002:L4651: eight districts, thirteen councils; 武蔵野 002:L3013; 安城 002:L4898
        ("17361", "kominkan_district", 8, 13),
        ("13203", "zaitaku_center_district", 6, 6),
        ("23212", "junior_high_district", 8, 8),
    ],
)
def test_councils_are_as_many_as_the_documents_say(
    code: str, layer: str, areas: int, councils: int
) -> None:
    profile = read_profile(PROFILES[CODES.index(code)])
    assert profile.layer(layer).count == areas
    assert sum(council.number for council in profile.councils) == councils
    assert all(council.owns[0].layer == layer for council in profile.councils)


def test_units_without_borders_are_counted_as_the_documents_do() -> None:
    # 吉見 002:L1588: 75; 尼崎 002:L5271: 618
    for code, number in (("11347", 75), ("28202", 618)):
        assert number in {layer.count for layer in read_profile(PROFILES[CODES.index(code)]).layers}


def test_existing_meetings_are_the_councils_of_musashino() -> None:
    (council,) = read_profile(PROFILES[CODES.index("13203")]).councils
    assert "地域ケア会議" in council.body


def _adds_up(snapshot: Snapshot, total: float) -> None:
    """Check that every layer with its remainder holds every resident."""
    table = snapshot.table("coverage")
    profile = snapshot.workspace.profile
    table = table[table["profile"] == snapshot.run["parameters"]["profile"]["id"]]
    groups = table.groupby(["layer", "age_group", "frequency", "walk_limit_m"])["residents"].sum()
    assert set(groups.index.get_level_values("layer")) == {layer.id for layer in profile.layers}
    assert groups.xs("total", level="age_group").to_numpy() == pytest.approx(total)
    for estimate in profile.population.estimate_from_rate:
        found = groups.xs(estimate.age_group, level="age_group").to_numpy()
        assert found == pytest.approx(total * estimate.rate_pct / 100)
        marked = table.loc[table["age_group"] == estimate.age_group, "residents_estimated"]
        assert marked.all()
    assert not table.loc[table["age_group"] == "total", "residents_estimated"].any()


@pytest.mark.parametrize("path", PROFILES, ids=CODES)
def test_each_structure_builds_and_runs_with_the_borders_that_exist(
    path: Path, tmp_path: Path
) -> None:
    made = write_squaretown(path, tmp_path / "data")
    profile = read_profile(made)
    snapshot = run(build(made, tmp_path / "workspace"))
    # Kashiwa's table has no point fields, so its one unit without a polygon is not made.
    _adds_up(snapshot, PEOPLE * len(units_of(profile)))
    manifest = snapshot.workspace.manifest
    missing = [(layer.id, layer.version) for layer in without_borders(profile)]
    listed = [(layer["id"], layer["version"]) for layer in manifest["layers_without_borders"]]
    assert listed == missing
    noted = [
        entry
        for entry in snapshot.workspace.seen("exact").intake["profile"]["entries"]
        if entry["code"] == "no_borders"
    ]
    assert len(noted) == len(missing)
    said = [told(Sentence.from_dict(entry["said"]), "ja") for entry in noted]
    assert all("境界データなし" in sentence for sentence in said)
    for layer in snapshot.workspace.layers:
        if layer["count"] and layer["kind"] != "small_area":
            assert layer["n"] == min(layer["count"], len(units_of(profile)))


@pytest.mark.parametrize("path", PROFILES, ids=CODES)
def test_each_structure_builds_and_runs_with_all_its_borders(path: Path, tmp_path: Path) -> None:
    made = write_squaretown(path, tmp_path / "data", all_borders=True)
    profile = read_profile(made)
    snapshot = run(build(made, tmp_path / "workspace"))
    assert snapshot.workspace.manifest["layers_without_borders"] == []
    assert {layer.id for layer in snapshot.workspace.profile.layers} == {
        layer.id for layer in profile.layers
    }
    _adds_up(snapshot, PEOPLE * len(units_of(profile)))
    table = snapshot.table("coverage")
    whole = table[(table["layer"] == "municipality") & (table["area_id"] != REMAINDER)]
    assert whole.groupby(["age_group", "frequency", "profile", "walk_limit_m"]).size().max() == 1
    drafts = {layer.id for layer in profile.layers if layer.draft}
    assert set(table.loc[table["draft"], "layer"]) == drafts

"""The check of a profile: every breach at once, each named; and the command that shows it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli.main import main
from services.profile import Fact, conflicts, unexplained_rate
from services.profile.book import bundled_profiles, check_profile, profile_schema

TOYOOKA = next(path for path in bundled_profiles() if path.stem == "28209")


@pytest.fixture
def broken(tmp_path: Path) -> Callable[..., Path]:
    """Return a copy of 豊岡's profile with texts replaced and lines added."""

    def change(*pairs: tuple[str, str], end: str = "") -> Path:
        text = TOYOOKA.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "broken.toml"
        path.write_text(text + end, encoding="utf-8")
        return path

    return change


LAYER = '[[layers]]\nid = "x"\nkind = "x"\nlabel = "x"\nlabel_en = "x"\nversion = "1"\n'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('of = "small_area"\nareas = [', 'of = "none"\nareas = [', "former_municipality: there is no layer 'none'"),
        ('of = "small_area"\nareas = [', 'of = "kominkan_district"\nareas = [', "that it joins has no borders"),
        ('same_areas_as = "former_municipality"', 'same_areas_as = "daily_life_area"', "is built from itself"),
        ('same_areas_as = "former_municipality"', 'source = "small_areas"', "needs name_field"),
        ('same_areas_as = "former_municipality"\n', "", "give one of source, union, same_areas_as"),
        ("available = false", 'available = false\nsource = "small_areas"', "has no source and no union"),
        ('gap_layer = "small_area"', 'gap_layer = "neighbourhood"', "'neighbourhood' has no borders"),
        ('council_unit = "kominkan_district"', 'council_unit = "kominkan"', "units.council_unit: there is no layer 'kominkan'"),
        ('stands_in_for = "neighbourhood"', 'stands_in_for = "cho"', "there is no layer 'cho'"),
        ("approximate = true\nstands_in_for", "stands_in_for", "is approximate = true"),
        ("rate_pct = 31.0", "rate_pct = 131.0", "rate_pct"),
        ('of = "total", origin', 'of = "everybody", origin', "which is no column"),
        ('age_group = "65+"', 'age_group = "total"', "cannot be estimated as well"),
        ('lat_field = "緯度"\n', "", "lon_field and lat_field go together"),
        ('doc = "002"', 'doc = "999"', "there is no document '999'"),
        ('doc = "002", page', 'basis = "computed", page', "with a note that says how"),
        ("count = 29", "count = 0", "count"),
        ("[[layers]]", LAYER + "available = false\ndraft = false\n" + LAYER + "available = false\n[[layers]]", "layer id 'x' is used twice"),
        ("[[layers]]", LAYER + "available = false\nvalid_to = 2022-03-31\n" + LAYER.replace('"1"', '"2"') + "available = false\nvalid_from = 2022-03-31\n[[layers]]", "valid on the same day"),
        ("[[layers]]", LAYER + "available = false\nvalid_to = 2022-03-31\n" + LAYER + "available = false\nvalid_from = 2022-04-01\n[[layers]]", "version '1' is used twice"),
        ("[[layers]]", LAYER + "available = false\nvalid_from = 2022-04-01\nvalid_to = 2021-01-01\n[[layers]]", "is after valid_to"),
        ('{ id = "hidaka"', '{ id = "takeno"', "area id takeno is used twice"),
        ("plane_epsg = 6673", "plane_epsg = 4326", "plane_epsg"),
    ],
)  # fmt: skip
def test_each_breach_is_named(broken: Callable[..., Path], old: str, new: str, words: str) -> None:
    checked = check_profile(broken((old, new)))
    assert not checked.ok
    assert any(words in breach for breach in checked.breaches), checked.breaches


def test_a_draft_cannot_be_what_totals_and_councils_rest_on(broken: Callable[..., Path]) -> None:
    path = broken(('kind = "former_municipality"', 'kind = "former_municipality"\ndraft = true'))
    assert check_profile(path).breaches == (
        "analysis.council_layer: the layer 'former_municipality' is a draft",
    )


def test_wrong_values_and_wrong_references_are_named_together(broken: Callable[..., Path]) -> None:
    path = broken(
        ('jis_code = "28209"', 'jis_code = "282"'),
        ('source = "streets"', 'source = "roads"'),
        ("[subsidies]", "[subsidy]"),
        ('doc = "002"', 'doc = "999"'),
        ('council_layer = "former_municipality"', 'council_layer = "council"'),
    )
    breaches = check_profile(path).breaches
    for words in (
        "municipality.jis_code",
        "subsidy: Extra inputs",
        "streets: there is no source 'roads'",
        "there is no document '999'",
        "analysis.council_layer: there is no layer 'council'",
    ):
        assert sum(words in breach for breach in breaches) == 1, (words, breaches)
    assert len(breaches) == 5


def test_tables_of_the_wrong_type_end_in_breaches(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    for text in ('layers = "none"', "layers = [1, 2]", "municipality = 3\nfacts = {}", ""):
        path.write_text(text, encoding="utf-8")
        assert len(check_profile(path).breaches) >= 5


def test_a_series_is_no_conflict_and_an_undated_figure_may_be() -> None:
    def fact(value: object, as_of: str = "", of: str = "", key: str = "n") -> Fact:
        return Fact.model_validate(
            {"key": key, "value": value, "as_of": as_of, "of": of, "doc": "d"}
        )

    assert conflicts([fact(170, "2015"), fact(226, "2023")]) == {}
    assert conflicts([fact(1, of="a"), fact(2, of="b")]) == {}
    assert conflicts([fact("町"), fact("市")]) == {}
    assert [f.value for f in conflicts([fact(13.7, "2016-02"), fact(13.4)])["n"]] == [13.7, 13.4]
    people = [fact(463_778, key="population"), fact(123_364, key="elderly_65plus")]
    printed, counted = unexplained_rate([*people, fact(27.5, key="elderly_rate_pct")]) or (0, 0)
    assert (printed, round(counted, 1)) == (27.5, 26.6)
    explained = [*people, fact(27.5, key="elderly_rate_pct"), fact(26.6, key="elderly_rate_pct")]
    assert unexplained_rate(explained) is None


def test_the_schema_names_and_explains_every_section() -> None:
    schema = profile_schema()
    assert {"layers", "facts", "councils", "units", "qualification"} <= set(schema["properties"])
    layer = schema["$defs"]["Layer"]["properties"]
    assert "境界データなし" in layer["available"]["description"]
    assert schema["additionalProperties"] is False


def test_check_prints_every_breach_and_ends_with_2(
    broken: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = broken(('jis_code = "28209"', 'jis_code = "282"'), ("count = 29", "count = -1"))
    assert main(["--lang", "ja", "profile", "check", str(path)]) == 2
    out = capsys.readouterr().out
    assert "誤りが2件あります" in out
    assert "municipality.jis_code" in out
    assert main(["profile", "check", str(path), "--json"]) == 2
    assert len(json.loads(capsys.readouterr().out)["breaches"]) == 2


def test_check_shows_figures_that_disagree(capsys: pytest.CaptureFixture[str]) -> None:
    amagasaki = next(path for path in bundled_profiles() if path.stem == "28202")
    assert main(["--lang", "ja", "profile", "check", str(amagasaki)]) == 0
    out = capsys.readouterr().out
    assert "27.5%" in out
    assert "26.6%" in out


def test_list_and_schema_are_for_machines_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["profiles"]
    assert len(found) == 17
    assert all(entry["ok"] for entry in found)
    assert main(["profile", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == profile_schema()


def test_a_day_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["build", str(TOYOOKA), "--out", str(tmp_path / "w"), "--as-of", "2022-02-30"]
    assert main(arguments) == 2
    assert "2022-02-30" in capsys.readouterr().err

"""QGIS itself reads our styles, where it is installed (Debian: qgis, python3-qgis)."""

from collections import Counter
from typing import Any

import pytest
from fastapi.testclient import TestClient

from geo.vocabulary import GAP_CLASSES
from services.publication.columns import LAYERS
from services.words.texts import text
from tests.desktop import has_qgis, in_qgis

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not has_qgis(), reason="QGIS is not installed"),
]


@pytest.fixture(scope="module")
def styled(client: TestClient, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what QGIS makes of each style: of the file in QML, of that in SLD, of the one in a package."""
    folder = tmp_path_factory.mktemp("qgis")
    package = folder / "all.gpkg"
    package.write_bytes(client.get("/download.gpkg").content)
    steps: dict[str, dict[str, Any]] = {}
    for name in LAYERS:
        features = folder / f"{name}.geojson"
        features.write_bytes(client.get(f"/collections/{name}/download.geojson").content)
        for form in ("qml", "sld"):
            style = folder / f"{name}.{form}"
            sheet = client.get(f"/collections/{name}/styles/default?f={form}&lang=en")
            style.write_bytes(sheet.content)
            for source in (str(features), f"{package}|layername={name}"):
                key = f"{name}.{form} on {'a package' if '|' in source else 'GeoJSON'}"
                # A package brings the style in QML itself, whatever file is named.
                if form == "sld" or "|" not in source:
                    steps[key] = {"do": "styled", "source": source, "style": str(style)}
        of_package = f"{package}|layername={name}"
        steps[f"{name} of the package"] = {
            "do": "styled",
            "source": of_package,
            "style": "of the package",
        }
    return dict(zip(steps, in_qgis(*steps.values()), strict=True))


def rules(styled: dict[str, Any], key: str) -> dict[str, int]:
    return {rule["label"]: rule["n"] for rule in styled[key]["rules"]}


def test_qgis_takes_every_style_and_draws_by_it(styled: dict[str, Any]) -> None:
    assert len(styled) == 4 * len(LAYERS)
    for key, told in styled.items():
        assert sum(rule["n"] for rule in told["rules"]) > 0, key
        # A rule for areas draws nothing of a layer of lines.
        assert key.startswith("edits") or all(rule["drawn"] for rule in told["rules"]), key
        assert told["labels"] is not key.startswith("reach"), key


@pytest.mark.parametrize("how", ["qml on GeoJSON", "sld on GeoJSON", "sld on a package"])
def test_as_many_units_are_drawn_as_each_class_has(
    client: TestClient, styled: dict[str, Any], how: str
) -> None:
    units = client.get("/collections/gaps/items").json()["features"]
    there = Counter(one["properties"]["gap"] for one in units)
    found = rules(styled, f"gaps.{how}")
    for name in GAP_CLASSES:
        (n,) = (n for label, n in found.items() if label.endswith(f" {text(f'gap.{name}', 'en')}"))
        assert n == there[name], name
    assert found["border (estimated)"] == sum(one["properties"]["approximate"] for one in units)
    assert found["border"] == sum(not one["properties"]["approximate"] for one in units)


@pytest.mark.parametrize("how", ["qml on GeoJSON", "sld on GeoJSON", "sld on a package"])
def test_shares_are_drawn_of_the_councils_alone(styled: dict[str, Any], how: str) -> None:
    # 西地区 reaches 520 of 700, 74 %; 東地区 nobody; the remainder has no residents.
    found = {label: n for label, n in rules(styled, f"coverage.{how}").items() if n}
    assert found == {
        "0–20 %": 1,
        "60–80 %": 1,
        text("style.no_share", "en"): 1,
        "border": 3,
    }


@pytest.mark.parametrize("how", ["qml on GeoJSON", "sld on GeoJSON", "sld on a package"])
def test_places_are_drawn_by_how_often_they_meet(
    client: TestClient, styled: dict[str, Any], how: str
) -> None:
    places = [
        one["properties"] for one in client.get("/collections/places/items").json()["features"]
    ]
    often = Counter(one["frequency"] or "" for one in places)
    found = rules(styled, f"places.{how}")
    for name, n in often.items():
        label = text("frequency.place", "en", frequency=text(f"frequency.{name}", "en"))
        assert found[label] == n, label
    assert found[text("page.privateHome", "en")] == sum(one["blurred"] for one in places)


def test_a_package_brings_the_style_in_japanese(styled: dict[str, Any]) -> None:
    found = rules(styled, "gaps of the package")
    assert sum(f"× {text('gap.none', 'ja')}" == label for label in found) == 1
    assert found[f"× {text('gap.none', 'ja')}"] == 1

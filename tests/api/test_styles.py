"""Styles over HTTP: where they are, that all say the same, that files hold them."""

import re
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient

from geo.vocabulary import FREQUENCIES, GAP_CLASSES
from services.drawing.signs import EDIT_SIGNS, GAP_SIGNS, PLACE_SIGNS, SHARE_COLOURS
from services.publication.columns import LAYERS

DRAWN = (*LAYERS, "plans")
STYLES = "http://www.opengis.net/def/rel/ogc/1.0/styles"
OGC = "{http://www.opengis.net/ogc}"


def at(address: str) -> str:
    split = urlsplit(address)
    return f"{split.path}?{split.query}"


@pytest.mark.parametrize("name", DRAWN)
def test_a_collection_leads_to_its_styles_in_every_language_of_styles(
    client: TestClient, name: str
) -> None:
    links = client.get(f"/collections/{name}").json()["links"]
    (address,) = (one["href"] for one in links if one["rel"] == STYLES)
    told = client.get(at(address)).json()
    assert told["default"] in {one["id"] for one in told["styles"]}
    for one in told["styles"]:
        kinds = set()
        for sheet in one["links"]:
            answer = client.get(at(sheet["href"]))
            assert answer.status_code == 200
            assert answer.headers["content-type"].split(";")[0] == sheet["type"].split(";")[0]
            kinds.add(sheet["type"].split(";")[0])
        assert len(kinds) == 3


def test_a_table_without_shapes_has_no_style(client: TestClient) -> None:
    assert client.get("/collections/coverage_table/styles").json()["styles"] == []
    missing = client.get("/collections/coverage_table/styles/default")
    assert missing.status_code == 404
    links = client.get("/collections/coverage_table").json()["links"]
    assert STYLES not in {one["rel"] for one in links}


def test_a_style_that_is_not_there_is_said(client: TestClient) -> None:
    missing = client.get("/collections/coverage/styles/wards")
    assert missing.status_code == 404
    assert "there are default, city, community_area, neighbourhood" in missing.json()["detail"]
    assert client.get("/styles/wards").status_code in (400, 404)
    assert client.get("/collections/gaps/styles/default?f=css").status_code == 400


def test_coverage_is_drawn_of_one_layer_at_a_time(client: TestClient) -> None:
    sheet = client.get("/collections/coverage/styles/neighbourhood").json()
    here = ["in", ["get", "layer"], ["literal", ["neighbourhood"]]]
    assert all(here in layer["filter"] for layer in sheet["layers"])
    # Without a name the layer of the councils, as on the page.
    usual = client.get("/collections/coverage/styles/default").json()
    assert ["in", ["get", "layer"], ["literal", ["community_area"]]] in usual["layers"][0]["filter"]


def test_the_words_of_a_legend_are_in_both_languages(client: TestClient) -> None:
    for lang, word in (("ja", "場がない"), ("en", "has no place")):
        for form in ("qml", "sld"):
            said = client.get(f"/collections/gaps/styles/default?f={form}&lang={lang}").text
            assert f"× {word}" in said, (lang, form)
    labels = [
        layer["metadata"]["arukeba:label"]
        for layer in client.get("/collections/gaps/styles/default").json()["layers"]
    ]
    assert {"ja", "en"} == set.union(*(set(one) for one in labels))
    assert client.get("/styles?lang=en").json()["styles"][0]["title"].startswith("Who is reached")


def filters_of_qml(text: str) -> list[str]:
    rules = ET.fromstring(text).findall("renderer-v2/rules/rule")  # noqa: S314  our own
    return [one.get("filter", "") for one in rules]


def literals_of_sld(text: str) -> set[str | None]:
    return {one.text for one in ET.fromstring(text).iter(f"{OGC}Literal")}  # noqa: S314  our own


def test_every_class_of_the_vocabularies_is_drawn_in_every_language_of_styles(
    client: TestClient,
) -> None:
    asked = {"gaps": GAP_CLASSES, "places": FREQUENCIES, "reach": FREQUENCIES, "edits": EDIT_SIGNS}
    for name, classes in asked.items():
        mapbox = client.get(f"/collections/{name}/styles/default").text
        rules = " ".join(
            filters_of_qml(client.get(f"/collections/{name}/styles/default?f=qml").text)
        )
        named = literals_of_sld(client.get(f"/collections/{name}/styles/default?f=sld").text)
        for one in classes:
            assert f'["{one}"]' in mapbox.replace(" ", ""), (name, one)
            assert f"'{one}'" in rules, (name, one)
            assert one in named, (name, one)


def test_colours_are_those_of_the_palette(client: TestClient) -> None:
    palette = {
        "coverage": set(SHARE_COLOURS.values()),
        "gaps": {sign.colour for sign in GAP_SIGNS.values()},
        "places": {sign.colour for sign in PLACE_SIGNS.values()},
        "edits": {sign.colour for sign in EDIT_SIGNS.values()},
    }
    for name, colours in palette.items():
        said = client.get(f"/collections/{name}/styles/default?f=sld").text
        assert {one.upper() for one in colours} <= set(re.findall("#[0-9A-F]{6}", said.upper()))
        drawn = client.get(f"/collections/{name}/styles/default?f=qml").text
        for colour in colours:
            red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
            assert f"{red},{green},{blue}," in drawn, (name, colour)


def test_no_two_classes_are_told_apart_by_colour_alone(client: TestClient) -> None:
    """Forms of places, and patterns of gaps, as MapLibre names them, are all different."""
    for name, key, kind in (("places", "icon-image", "layout"), ("gaps", "fill-pattern", "paint")):
        layers = client.get(f"/collections/{name}/styles/default").json()["layers"]
        shown = {
            layer["id"]: layer[kind].get(key)
            for layer in layers
            if layer["type"] != "line" and not layer["id"].endswith("-stopped")
        }
        assert len(set(shown.values())) == len(shown), shown


def test_what_a_style_names_is_in_its_sprite(client: TestClient) -> None:
    sheets = [client.get(f"/styles/{name}").json() for name in ("map", "ground")]
    sheets += [client.get(f"/collections/{name}/styles/default").json() for name in DRAWN]
    plain, twice = (client.get(f"/assets/sprite{scale}.json").json() for scale in ("", "@2x"))
    assert set(plain) == set(twice)
    named = set()
    for sheet in sheets:
        assert urlsplit(sheet["sprite"]).path == "/assets/sprite"
        for layer in sheet["layers"]:
            for group in ("layout", "paint"):
                for key in ("icon-image", "fill-pattern"):
                    value = layer.get(group, {}).get(key)
                    named |= {value} if isinstance(value, str) else set()
    assert named
    assert named <= set(plain)
    for scale, index in (("", plain), ("@2x", twice)):
        image = client.get(f"/assets/sprite{scale}.png")
        assert image.headers["content-type"] == "image/png"
        width, height = (int.from_bytes(image.content[n : n + 4], "big") for n in (16, 20))
        assert all(
            one["x"] + one["width"] <= width and one["y"] + one["height"] <= height
            for one in index.values()
        )
    assert client.get("/assets/sprite.gif").status_code == 404


def test_a_style_is_not_sent_twice(client: TestClient) -> None:
    first = client.get("/collections/gaps/styles/default?f=sld")
    again = client.get(
        "/collections/gaps/styles/default?f=sld", headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304
    other = client.get("/collections/gaps/styles/default?f=qml")
    assert other.headers["etag"] != first.headers["etag"]


def test_a_package_holds_the_styles_of_its_layers(client: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "all.gpkg"
    path.write_bytes(client.get("/download.gpkg").content)
    with sqlite3.connect(path) as database:
        rows = database.execute(
            'SELECT f_table_name, styleName, "styleQML", "styleSLD" FROM layer_styles WHERE useAsDefault'
        ).fetchall()
        known = database.execute(
            "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'"
        ).fetchall()
        columns = dict(
            database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall()
        )
        named = set(database.execute("SELECT DISTINCT f_geometry_column FROM layer_styles"))
    assert known == [("attributes",)]
    assert sorted(row[0] for row in rows) == sorted(DRAWN)
    assert named == {(column,) for column in set(columns.values())}
    for name, _, qml, sld in rows:
        assert qml == client.get(f"/collections/{name}/styles/default?f=qml").text
        assert sld == client.get(f"/collections/{name}/styles/default?f=sld").text

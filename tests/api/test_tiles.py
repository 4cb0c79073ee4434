"""Vector tiles over HTTP: of collections, of the background, of both in one tile; what describes them."""

from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import pyogrio
import pytest
from fastapi.testclient import TestClient

from services.publication.columns import LAYERS
from services.publication.vectortiles import tiles_at
from tests.services.edition.test_background import ZOOM, X, Y
from tests.snapshots import EPSG

PLACE = f"WebMercatorQuad/{ZOOM}/{Y}/{X}"
TILE = f"/tiles/{PLACE}?collections=ground"


def read(folder: Path, content: bytes, layer: str) -> gpd.GeoDataFrame:
    """Return what GDAL reads of the layer of a tile, plane metres."""
    path = folder / str(ZOOM) / str(X) / f"{Y}.pbf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return pyogrio.read_dataframe(path, layer=layer, CLIP="NO").to_crs(EPSG)


def test_a_tile_is_the_same_packed_and_plain_and_is_not_sent_twice(client: TestClient) -> None:
    packed, plain = (
        client.get(TILE, headers={"accept-encoding": how}) for how in ("gzip", "identity")
    )
    assert packed.status_code == plain.status_code == 200
    assert packed.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert (packed.headers["content-encoding"], plain.headers.get("content-encoding")) == (
        "gzip",
        None,
    )
    assert packed.content == plain.content
    assert "架空川".encode() in plain.content
    again = client.get(TILE, headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_tile_has_the_shapes_and_the_properties_of_its_collection(
    client: TestClient, tmp_path: Path
) -> None:
    tile = client.get(f"/collections/gaps/tiles/{PLACE}")
    found = read(tmp_path, tile.content, "gaps")
    items = {
        one["properties"]["area_id"]: one["properties"]
        for one in client.get("/collections/gaps/items").json()["features"]
    }
    assert dict(zip(found["area_id"], found["gap"], strict=True)) == {
        name: told["gap"] for name, told in items.items()
    }
    # The units of the town are 500 m squares; a unit of the tile is half a metre.
    assert found.geometry.area.to_list() == pytest.approx([250_000.0] * len(found), rel=0.01)


def test_coverage_in_tiles_answers_the_question_of_the_run(
    client: TestClient, tmp_path: Path
) -> None:
    found = read(tmp_path, client.get(f"/collections/coverage/tiles/{PLACE}").content, "coverage")
    assert len(found) == 1 + 2 + 4
    assert set(found["frequency"]) == {"weekly"}
    assert set(found["walk_limit_m"]) == {500.0}


def test_one_tile_has_all_collections_and_the_ground_as_layers(
    client: TestClient, tmp_path: Path
) -> None:
    whole = client.get(f"/tiles/{PLACE}").content
    read(tmp_path, whole, "gaps")
    layers = {name for name, _ in pyogrio.list_layers(tmp_path / str(ZOOM) / str(X) / f"{Y}.pbf")}
    assert layers == {"ground", *LAYERS}
    two = client.get(f"/tiles/{PLACE}?collections=gaps,ground").content
    assert len(read(tmp_path, two, "ground"))
    assert len(read(tmp_path, two, "gaps"))
    assert client.get(f"/tiles/{PLACE}?collections=gaps,cafes").status_code == 404


def test_an_empty_tile_is_no_content_and_one_of_no_map_is_said(client: TestClient) -> None:
    # The two candidates stand in two tiles of a box of tiles; one of it has neither.
    told = client.get("/collections/candidates/tiles/WebMercatorQuad").json()[
        "tileMatrixSetLimits"
    ][-1]
    box = [
        client.get(
            f"/collections/candidates/tiles/WebMercatorQuad/{ZOOM}/{row}/{column}"
        ).status_code
        for row in range(told["minTileRow"], told["maxTileRow"] + 1)
        for column in range(told["minTileCol"], told["maxTileCol"] + 1)
    ]
    assert set(box) <= {200, 204}
    assert 200 in box
    far = f"WebMercatorQuad/{ZOOM}/{Y}/{X + 100}"
    for address in (f"/tiles/{far}", f"/collections/areas/tiles/{far}"):
        missing = client.get(address)
        assert missing.status_code == 404
        assert "its tileset says which there are" in missing.json()["detail"]
    for number in ("15/0/0", "8/256/0", "8/0/256", "8/-1/0", "-1/0/0"):
        missing = client.get(f"/collections/areas/tiles/WebMercatorQuad/{number}")
        assert missing.status_code == 404
        assert "zooms are 0 to 14" in missing.json()["detail"]


def test_a_table_without_shapes_has_no_tiles(client: TestClient) -> None:
    assert client.get(f"/collections/coverage_table/tiles/{PLACE}").status_code == 404


@pytest.mark.parametrize("path", ["/tiles", *(f"/collections/{name}/tiles" for name in LAYERS)])
def test_a_tileset_tells_how_its_tiles_are_asked_for(client: TestClient, path: str) -> None:
    (one,) = client.get(path).json()["tilesets"]
    (itself,) = (link["href"] for link in one["links"] if link["rel"] == "self")
    told = client.get(urlsplit(itself).path).json()
    (item,) = (link for link in told["links"] if link["rel"] == "item")
    assert item["templated"] is True
    filled = item["href"]
    for name, number in (("tileMatrix", ZOOM), ("tileRow", Y), ("tileCol", X)):
        filled = filled.replace(f"{{{name}}}", str(number))
    assert client.get(filled).status_code == 200
    limits = {one["tileMatrix"]: one for one in told["tileMatrixSetLimits"]}[str(ZOOM)]
    assert limits["minTileRow"] <= Y <= limits["maxTileRow"]
    assert limits["minTileCol"] <= X <= limits["maxTileCol"]
    west, south = told["boundingBox"]["lowerLeft"]
    assert 139 < west < 141
    assert 35 < south < 37


@pytest.mark.parametrize("path", ["/tiles", *(f"/collections/{name}/tiles" for name in LAYERS)])
def test_tilejson_leads_to_the_tiles_and_names_their_layers(client: TestClient, path: str) -> None:
    answer = client.get(f"{path}/WebMercatorQuad?f=tilejson")
    told = answer.json()
    assert told["tilejson"] == "3.0.0"
    assert "CC0-1.0" in told["attribution"]
    (template,) = told["tiles"]
    address = template.replace("{z}", str(ZOOM)).replace("{y}", str(Y)).replace("{x}", str(X))
    assert client.get(address).status_code == 200
    (west, south), (east, north) = told["bounds"][:2], told["bounds"][2:]
    assert west < east
    assert south < north
    name = path.split("/")[2] if path != "/tiles" else "gaps"
    (layer,) = (one for one in told["vector_layers"] if one["id"] == name)
    known = client.get(f"/collections/{name}").json()["properties"]
    assert set(layer["fields"]) == set(known)


def test_the_grid_halves_from_zoom_to_zoom(client: TestClient) -> None:
    (listed,) = client.get("/tileMatrixSets").json()["tileMatrixSets"]
    grid = client.get(urlsplit(listed["links"][0]["href"]).path).json()
    first = grid["tileMatrices"][0]
    # As OGC 17-083r4 defines it, annex D.1.
    assert first["scaleDenominator"] == pytest.approx(559_082_264.028717)
    assert first["cellSize"] == pytest.approx(156_543.033928041)
    assert first["pointOfOrigin"] == pytest.approx([-20_037_508.342789, 20_037_508.342789])
    for one, other in pairwise(grid["tileMatrices"]):
        assert other["scaleDenominator"] == pytest.approx(one["scaleDenominator"] / 2)
        assert other["matrixWidth"] == 2 * one["matrixWidth"]


def test_a_box_is_in_the_tiles_that_it_touches() -> None:
    # By hand: 0 E 0 N is the corner of four tiles at zoom 1; the middle of the town: test_background.
    assert tiles_at([-1.0, -1.0, 1.0, 1.0], 1) == (0, 1, 0, 1)
    assert tiles_at([139.9496, 35.8783, 139.9496, 35.8783], ZOOM) == (X, X, Y, Y)
    assert tiles_at([-180.0, -89.0, 180.0, 89.0], 0) == (0, 0, 0, 0)


def test_about_says_where_there_is_a_background(client: TestClient) -> None:
    told = client.get("/about").json()["background"]
    assert (told["minzoom"], told["maxzoom"]) == (8, 14)
    west, south, east, north = told["bounds"]
    assert west < east
    assert south < north

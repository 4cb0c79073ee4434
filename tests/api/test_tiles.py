"""The background of the map over HTTP."""

from fastapi.testclient import TestClient

from tests.services.edition.test_background import ZOOM, X, Y

TILE = f"/tiles/ground/{ZOOM}/{X}/{Y}.mvt"


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


def test_an_empty_tile_is_no_content_and_one_of_no_map_is_said(client: TestClient) -> None:
    assert client.get(f"/tiles/ground/{ZOOM}/{X + 100}/{Y}.mvt").status_code == 204
    missing = client.get("/tiles/ground/15/0/0.mvt")
    assert missing.status_code == 404
    assert missing.json()["detail"] == "there is no tile 15/0/0; zooms are 8 to 14"


def test_about_says_where_there_is_a_background(client: TestClient) -> None:
    told = client.get("/about").json()["background"]
    assert (told["minzoom"], told["maxzoom"]) == (8, 14)
    west, south, east, north = told["bounds"]
    assert west < east
    assert south < north

"""Files in parts: by HTTP's own rules, and as GDAL and PMTiles read them over the network."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import rasterio
from fastapi.testclient import TestClient
from pmtiles.reader import Reader, all_tiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.app import create_app
from api.settings import Settings
from services.edition import snapshot as edition
from services.workspace.folder import Snapshot
from tests.api.serving import serving

COG = "image/tiff; application=geotiff; profile=cloud-optimized"
AREAS = "/collections/areas/download.gpkg"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=100-199", slice(100, 200)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=4096-", slice(4096, None)),
        ("bytes=4096-999999999999", slice(4096, None)),
    ],
)
def test_a_range_is_that_part_of_the_file(client: TestClient, asked: str, part: slice) -> None:
    whole = client.get(AREAS).content
    answer = client.get(AREAS, headers={"range": asked, "accept-encoding": "gzip"})
    assert (answer.status_code, answer.content) == (206, whole[part])
    first, last, _ = part.indices(len(whole))
    assert answer.headers["content-range"] == f"bytes {first}-{last - 1}/{len(whole)}"
    assert answer.headers["accept-ranges"] == "bytes"


def test_a_range_beyond_the_end_is_416_with_the_length(client: TestClient) -> None:
    size = int(client.head(AREAS).headers["content-length"])
    beyond = client.get(AREAS, headers={"range": f"bytes={size}-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{size}"


@pytest.mark.parametrize("odd", ["lines=1-2", "bytes", "bytes=9-3", "bytes=a-b", "bytes=-"])
def test_a_range_that_nobody_understands_is_as_if_none_were_asked_for(
    client: TestClient, odd: str
) -> None:
    assert client.get(AREAS, headers={"range": odd}).status_code == 200


def test_the_tag_is_strong_and_a_part_is_of_that_file_alone(client: TestClient) -> None:
    tag = client.get(AREAS).headers["etag"]
    assert tag.startswith('"')
    part = {"range": "bytes=0-9"}
    assert client.get(AREAS, headers={**part, "if-range": tag}).status_code == 206
    # A weak tag and one of before tell of no bytes: the whole is sent (RFC 9110, 13.1.5).
    for other in (f"W/{tag}", '"of before"'):
        assert client.get(AREAS, headers={**part, "if-range": other}).status_code == 200


def test_a_raster_is_offered_of_what_has_one(client: TestClient) -> None:
    links = client.get("/collections/reach").json()["links"]
    (one,) = (link for link in links if link["type"] == COG)
    assert one["rel"] == "enclosure"
    assert one["href"].endswith("/collections/reach/download.tif")
    assert client.get("/collections/gaps/download.tif").status_code == 404


class Counted:
    """Counts what an application sends of each address."""

    routes = ()
    """Nothing of it is read before it is served."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.sent: dict[str, int] = {}
        self.statuses: dict[str, set[int]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            path = scope["path"]
            if message["type"] == "http.response.start":
                self.statuses.setdefault(path, set()).add(message["status"])
            elif message["type"] == "http.response.body":
                self.sent[path] = self.sent.get(path, 0) + len(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, counted if scope["type"] == "http" else send)


@pytest.fixture(scope="module")
def served(town_snapshot: Snapshot) -> Iterator[tuple[str, Counted]]:
    with pytest.MonkeyPatch.context() as patch:
        # Finer than it is: the town is small, and GDAL reads 16 KB at least.
        patch.setattr(edition, "SURFACE_CELL_M", 4.0)
        app = Counted(create_app(town_snapshot.workspace, Settings(warm=False)))
        with serving(app) as address:  # type: ignore[arg-type]
            yield address, app


GDAL = """
import json, sys
import rasterio
from rasterio.windows import Window
with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", CPL_VSIL_CURL_ALLOWED_EXTENSIONS=".tif"):
    with rasterio.open(f"/vsicurl/{sys.argv[1]}") as raster:
        first = raster.read(1, window=Window(0, 0, 8, 8))
        tags = raster.tags(ns="IMAGE_STRUCTURE")
        told = {"size": [raster.width, raster.height], "overviews": raster.overviews(1),
                "layout": tags.get("LAYOUT"), "epsg": raster.crs.to_epsg(), "first": first.tolist(),
                "unit": raster.tags()["unit"]}
print(json.dumps(told))
"""


def test_gdal_reads_a_corner_of_the_raster_over_the_network_and_no_more(
    served: tuple[str, Counted], tmp_path: Path
) -> None:
    address, app = served
    path = "/collections/reach/download.tif"
    with urlopen(f"{address}{path}") as answer:  # noqa: S310  a server of this test
        whole = answer.read()
        assert answer.headers["content-type"] == COG
    app.sent.clear()
    app.statuses.clear()
    read = subprocess.run(
        [sys.executable, "-c", GDAL, f"{address}{path}"], capture_output=True, text=True, check=True
    )
    told = json.loads(read.stdout)
    assert app.statuses[path] <= {200, 206}
    assert 206 in app.statuses[path]
    # The head and a block of many.
    assert 0 < app.sent[path] < len(whole) / 2
    assert (told["layout"], told["unit"]) == ("COG", "min")
    assert told["overviews"]
    kept = tmp_path / "walk.tif"
    kept.write_bytes(whole)
    with rasterio.open(kept) as raster:
        assert told["size"] == [raster.width, raster.height]
        assert told["epsg"] == raster.crs.to_epsg()
        assert told["first"] == raster.read(1)[:8, :8].tolist()
        assert raster.tags()["parameters_sha256"]


def source(address: str) -> Callable[[int, int], bytes]:
    """Return what reads bytes of an address, as readers of PMTiles want it."""

    def read(offset: int, length: int) -> bytes:
        asked = Request(address, headers={"range": f"bytes={offset}-{offset + length - 1}"})  # noqa: S310
        with urlopen(asked) as answer:  # noqa: S310  a server of this test
            assert answer.status == 206
            part: bytes = answer.read()
        return part

    return read


def test_a_tile_is_read_out_of_an_archive_by_ranges(served: tuple[str, Counted]) -> None:
    address, app = served
    path = "/collections/areas/download.pmtiles"
    with urlopen(f"{address}{path}") as answer:  # noqa: S310  a server of this test
        whole = answer.read()
    (first, tile), *_ = all_tiles(lambda at, n: whole[at : at + n])
    app.sent.clear()
    reader: Any = Reader(source(f"{address}{path}"))
    assert reader.header()["addressed_tiles_count"] > 0
    assert reader.get(*first) == tile
    assert app.statuses[path] == {200, 206}
    assert app.sent[path] < len(whole)

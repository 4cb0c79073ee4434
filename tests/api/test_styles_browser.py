"""MapLibre paints our styles on a page of another origin, and tells of no error."""

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright

from services.publication.columns import LAYERS
from tests.api.serving import serving
from tests.api.test_page_browser import ARGUMENTS, CHROMIUM, OF_THE_EMULATION

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

READY_MS = 30_000

PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script src="maplibre-gl.js"></script>
<div id="paper" style="width: 600px; height: 600px"></div>
<script>
window.said = [];
// Every map is a new one, so that nothing of a style before is left.
window.show = (style, bounds, more) => new Promise((ready) => {
  window.map?.remove();
  window.map = new maplibregl.Map({ container: "paper", style, bounds, fadeDuration: 0, fitBoundsOptions: { padding: 40 }, attributionControl: false });
  map.on("error", ({ error }) => said.push(String(error?.message ?? error)));
  map.on("styleimagemissing", ({ id }) => said.push(`no picture ${id}`));
  map.on("load", () => { if (more) { map.addSource("own", { type: "geojson", data: more }); map.addLayer({ id: "own", type: "circle", source: "own" }); } });
  map.once("idle", () => ready());
});
window.drawn = () => map.queryRenderedFeatures().map(({ layer, properties }) => ({ layer: layer.id, properties }));
</script>
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, *_said: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a page and the library at an origin of their own."""
    folder = tmp_path_factory.mktemp("stranger")
    spec = find_spec("maplibre")
    assert spec is not None
    assert spec.origin is not None
    shutil.copy(Path(spec.origin).parent / "srcjs" / "maplibre-gl.js", folder)
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/index.html"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def page(browser: Browser, stranger: str) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 640, "height": 640}) as context:
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        page.goto(stranger)
        yield page


def read(address: str) -> Any:
    with urlopen(address) as answer:  # noqa: S310  an address of the test's own server
        return json.load(answer)


def shown(page: Page, style: str, bounds: list[float], more: str | None = None) -> list[Any]:
    """Let the page draw a style, hear no complaint, and return what it drew."""
    complaints: list[str] = []

    def hear(said: Any) -> None:
        if said.type in ("error", "warning") and OF_THE_EMULATION not in said.text:
            complaints.append(said.text)

    page.on("console", hear)
    page.evaluate("([style, bounds, more]) => show(style, bounds, more)", [style, bounds, more])
    drawn: list[Any] = page.evaluate("() => drawn()")
    page.remove_listener("console", hear)
    assert page.evaluate("() => said") == []
    assert complaints == []
    return drawn


@pytest.mark.parametrize("name", LAYERS)
def test_every_feature_is_drawn_by_the_style_of_its_collection(
    page: Page, address: str, name: str
) -> None:
    bounds = read(f"{address}/collections/areas")["extent"]["spatial"]["bbox"][0]
    features = read(f"{address}/collections/{name}/items")["features"]
    drawn = shown(page, f"{address}/collections/{name}/styles/default", bounds)
    there = {
        json.dumps(
            [
                one["properties"].get(key)
                for key in ("area_id", "place_id", "candidate_id", "edit_id")
            ]
        )
        for one in features
        if one["geometry"] is not None
        and (name != "coverage" or one["properties"]["layer"] == "community_area")
    }
    found = {
        json.dumps(
            [
                one["properties"].get(key)
                for key in ("area_id", "place_id", "candidate_id", "edit_id")
            ]
        )
        for one in drawn
    }
    assert there
    assert found == there


def test_a_class_is_drawn_by_its_own_rule(page: Page, address: str) -> None:
    bounds = read(f"{address}/collections/areas")["extent"]["spatial"]["bbox"][0]
    drawn = shown(page, f"{address}/collections/gaps/styles/default", bounds)
    by_rule = {
        (one["layer"], one["properties"]["gap"]) for one in drawn if "border" not in one["layer"]
    }
    assert {rule for rule, _ in by_rule} == {
        *(
            f"gaps-gap-{name}"
            for name in ("weekly_or_more", "monthly_only", "none", "needs_transport")
        )
    }
    assert all(rule == f"gaps-gap-{gap}" for rule, gap in by_rule)


def test_the_whole_map_has_ground_shares_and_places(page: Page, address: str) -> None:
    bounds = read(f"{address}/collections/areas")["extent"]["spatial"]["bbox"][0]
    layers = {one["layer"].split("-")[0] for one in shown(page, f"{address}/styles/map", bounds)}
    assert {"ground", "coverage", "gaps", "places", "areas"} <= layers
    only = {one["layer"].split("-")[0] for one in shown(page, f"{address}/styles/ground", bounds)}
    assert only == {"ground"}


def test_features_lie_over_the_background_on_a_page_of_another_origin(
    page: Page, address: str
) -> None:
    bounds = read(f"{address}/collections/areas")["extent"]["spatial"]["bbox"][0]
    items = f"{address}/collections/places/items"
    drawn = shown(page, f"{address}/styles/ground", bounds, items)
    own = {one["properties"]["place_id"] for one in drawn if one["layer"] == "own"}
    there = [one for one in read(items)["features"] if one["geometry"] is not None]
    assert own == {one["properties"]["place_id"] for one in there}

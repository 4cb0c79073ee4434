"""A click on the ground of the map, in a real headless Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.app import create_app
from api.settings import Settings
from services.edits.drawings import drawn_edits, read_features
from services.results.run import run
from tests.api.test_page_browser import CHROMIUM, address, browser, visit
from tests.railtown import rail_workspace

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

__all__ = ["address", "browser"]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory):
    workspace = rail_workspace(tmp_path_factory.mktemp("rail"))
    run(workspace)
    return create_app(workspace, Settings(warm=True))


@pytest.fixture(scope="module")
def seen(browser: Browser, address: str) -> Iterator:
    with visit(browser, address) as seen:
        yield seen


def click(page: Page, east: float, north: float) -> dict:
    """Click at a share of the map's width and height; return the answer that is shown."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    with page.expect_response("**/why?**") as answered:
        page.mouse.click(box["x"] + box["width"] * east, box["y"] + box["height"] * (1 - north))
    assert answered.value.status == 200
    return answered.value.json()


def test_a_click_says_how_one_walks_from_there_and_draws_the_way(seen) -> None:
    panel = seen.page.locator("#card .why")
    # The streets lie in the lower half of the town: a walk leads from there.
    answer = click(seen.page, 0.42, 0.36)
    expect(panel).to_contain_text("この場所から歩くと")
    for sentence in answer["sentences"]["ja"]:
        expect(panel).to_contain_text(sentence)
    assert seen.complaints == []
    seen.page.locator("#lang-en").click()
    expect(panel).to_contain_text("on foot")
    seen.page.locator("#lang-ja").click()
    seen.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    assert seen.complaints == []


def test_another_frequency_is_answered_for_the_same_point(seen) -> None:
    first = click(seen.page, 0.42, 0.36)
    with seen.page.expect_response("**/why?**frequency=monthly**") as answered:
        seen.page.locator("#choose-frequency").select_option("monthly")
    again = answered.value.json()
    assert again["point"] == first["point"]
    expect(seen.page.locator("#card .why")).to_contain_text(again["sentences"]["ja"][0])
    assert seen.complaints == []


def test_a_doubted_way_leads_to_a_path_that_is_drawn_and_read_again(seen, tmp_path: Path) -> None:
    seen.page.keyboard.press("Escape")  # no card covers the map
    seen.page.locator("#choose-frequency").select_option("weekly")
    answer = click(seen.page, 0.42, 0.36)
    assert answer["doubts"][0]["code"] == "detour"
    panel = seen.page.locator("#card .why")
    expect(panel).to_contain_text(answer["doubt"]["ja"])
    panel.get_by_role("button", name="道がちがう").click()
    box = seen.page.locator("#map").bounding_box()
    assert box is not None
    asked: list[str] = []
    seen.page.on("request", lambda request: asked.append(request.url))
    for east in (0.8, 0.9):
        seen.page.mouse.click(box["x"] + box["width"] * east, box["y"] + box["height"] * 0.5)
    save = panel.get_by_role("link", name="ファイルにする")
    expect(save).to_be_visible()
    assert [url for url in asked if "/why?" in url] == []
    with seen.page.expect_download() as download:
        save.click()
    download.value.save_as(tmp_path / "path.geojson")
    (edit,) = drawn_edits(read_features(tmp_path / "path.geojson"), plane_epsg=6677)
    assert edit.edit.kind == "path"
    panel.get_by_role("button", name="やめる").click()
    expect(panel.get_by_role("button", name="道がちがう")).to_be_visible()
    assert seen.complaints == []

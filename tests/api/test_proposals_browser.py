"""「道がちがう」 on the map page, in a real headless Chromium (tests/railtown.py)."""

import math
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from api.app import create_app
from api.settings import Settings
from services.edits.proposals import list_proposals
from services.edits.versions import read_drawn
from services.results.run import run
from services.workspace.folder import Workspace
from tests.api.signing import entered
from tests.api.test_page_browser import CHROMIUM, Visit, address, browser, visit
from tests.api.test_why_browser import click
from tests.railtown import lonlat, rail_workspace

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

__all__ = ["address", "browser"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = rail_workspace(tmp_path_factory.mktemp("rail"))
    run(workspace)
    return workspace


@pytest.fixture(scope="module")
def app(workspace: Workspace) -> FastAPI:
    return create_app(workspace, Settings(warm=True))


@pytest.fixture(scope="module")
def seen(browser: Browser, address: str, workspace: Workspace) -> Iterator[Visit]:
    with visit(browser, address, entry=entered(workspace)) as seen:
        yield seen


HOUSE = (0.2, 0.35)
"""Where the tests ask for a way: a share of the map's width and height."""


def wrong_way(page: Page, name: str) -> Callable[[float, float], tuple[float, float]]:
    """Ask for a way, say that it is wrong, and return where spots of the town are on the screen then."""
    point = click(page, *HOUSE)["point"]
    page.locator("#card").get_by_role("button", name=name).press("Enter")
    page.wait_for_timeout(1500)  # the map comes nearer
    box = page.locator("#map").bounding_box()
    assert box is not None
    # The point is 200 pixels right of the middle; at zoom 16 the world is 512 * 2^16 pixels wide.
    x, y = box["x"] + box["width"] / 2 + 200, box["y"] + box["height"] / 2
    pixels_per_degree = 512 * 2**16 / 360

    def pixel(x_m: float, y_m: float) -> tuple[float, float]:
        lon, lat = lonlat(x_m, y_m)
        north = (lat - point["lat"]) / math.cos(math.radians(lat))
        return x + (lon - point["lon"]) * pixels_per_degree, y - north * pixels_per_degree

    return pixel


def test_a_missing_path_is_drawn_tried_proposed_and_accepted(
    seen: Visit, workspace: Workspace
) -> None:
    page = seen.page
    at = wrong_way(page, "道がちがう")
    card = page.locator("#card")
    expect(card.get_by_role("radio", name="歩ける道")).to_be_focused()
    # From the dead end over the railway to the northern street.
    for spot in ((200, 120), (200, 215)):
        page.mouse.click(*at(*spot))
    card.get_by_role("button", name="何が変わるか").click()
    expect(card).to_contain_text("65歳以上10人が、新しく歩いて500m以内で週1の場に届きます。")
    card.get_by_label("あなたの立場").select_option("volunteer")
    card.get_by_label("ひとこと").fill("踏切があります")
    card.get_by_role("button", name="提案する").click()
    expect(card).to_contain_text("提案1を受けつけました")
    (stored,) = list_proposals(workspace)
    assert (stored.kind, stored.role, stored.remark) == ("path", "volunteer", "踏切があります")
    drawn = [lonlat(200, 120), lonlat(200, 215)]
    assert stored.line == [pytest.approx(spot, abs=3e-5) for spot in drawn]  # about 3 m

    page.keyboard.press("Escape")
    page.locator("#view-streets").click()
    view = page.locator("#view")
    expect(view).to_contain_text("踏切があります")
    view.get_by_text("採用・見送り").click()
    view.get_by_role("button", name="見送る").click()
    expect(view.get_by_role("alert")).to_contain_text("理由が要ります")
    view.get_by_text("採用・見送り").click()
    view.get_by_label("決める課・係").fill("地域支援課")
    view.get_by_role("button", name="採用する").click()
    expect(view.locator(".status")).to_have_text("採用")
    assert [one.edit.edit_id for one in read_drawn(workspace)] == ["proposal-0001"]
    # A refusal is an answer that browsers complain of.
    assert [said for said in seen.complaints if "422" not in said] == []


@pytest.fixture
def english(browser: Browser, address: str) -> Iterator[Page]:
    with visit(browser, f"{address}/?lang=en") as seen:
        yield seen.page
        assert seen.complaints == []


def test_a_line_is_drawn_with_the_keyboard_and_read_in_english(english: Page) -> None:
    page = english
    wrong_way(page, "The way is wrong")
    card = page.locator("#card")
    page.keyboard.press("ArrowDown")  # of the two kinds the second
    expect(card.get_by_role("radio", name="a barrier")).to_be_checked()
    point = card.get_by_role("button", name="Put a point at the middle")
    point.press("Enter")
    page.locator("#map canvas").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(800)  # the map moves on
    point.press("Enter")
    effect = card.get_by_role("button", name="What would change")
    expect(effect).to_be_visible()
    effect.press("Enter")
    expect(card).to_contain_text("stays the same")
    card.get_by_role("button", name="Stop drawing").press("Enter")
    expect(card.get_by_role("button", name="The way is wrong")).to_be_visible()


def test_after_a_run_the_page_draws_the_edit_and_says_that_it_is_in_force(
    browser: Browser, address: str, workspace: Workspace
) -> None:
    run(workspace)
    with visit(browser, address) as seen:
        page = seen.page
        expect(page.locator("#message")).to_contain_text("道には、担当者が入れた修正1件")
        expect(page.locator("#legend .l_edits")).to_contain_text("足した道")
        page.locator("#view-streets").click()
        expect(page.locator("#view")).to_contain_text("入っている修正（1）")
        assert seen.complaints == []

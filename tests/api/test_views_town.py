"""A plan for the model town, asked for on the map page in a real headless Chromium."""

import shutil
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, expect

from api.app import create_app
from api.settings import Settings
from services.workspace.folder import Snapshot, open_workspace
from tests.api.signing import entered
from tests.api.test_page_browser import CHROMIUM, address, browser, visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

__all__ = ["address", "browser"]

PLANS_MS = 120_000


@pytest.fixture(scope="module")
def app(town_snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    # A copy: other tests count what the town's workspace holds.
    copy: Path = tmp_path_factory.mktemp("planned") / "workspace"
    shutil.copytree(town_snapshot.workspace.path, copy)
    return create_app(open_workspace(copy), Settings(warm=True))


def test_three_places_for_one_area_of_the_model_town(
    browser: Browser, app: FastAPI, address: str
) -> None:
    entry = entered(app.state.workspace)
    with visit(browser, f"{address}/#view=next", entry=entry) as seen:
        page = seen.page
        area = page.locator("#ask-area option").nth(1)
        name, value = area.inner_text(), area.get_attribute("value")
        page.locator("#ask-area").select_option(value)
        expect(page.locator("#area")).to_have_value(str(value))
        page.locator("#ask-most").fill("3")
        page.get_by_role("button", name="計画をつくる").click()
        rows = page.locator(".choices .row")
        expect(rows).to_have_count(3, timeout=PLANS_MS)
        expect(page.locator("#view h2").first).to_contain_text(f"{name}・新しく届く人を")
        gains = page.locator(".choices .count").all_inner_texts()
        people = [int(gain.strip("+人").replace(",", "")) for gain in gains]
        # Ranked by what each brings beside those before it.
        assert people == sorted(people, reverse=True)
        rows.first.click()
        expect(page.locator("#card")).to_contain_text(f"・{name}")
        expect(page.locator("#card .facts")).to_contain_text("うち75歳以上")
        assert seen.complaints == []
        assert seen.strangers == []

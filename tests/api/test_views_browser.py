"""
Plans, scenarios and decisions on the map page, in a real headless Chromium.

The street of tests/services/test_plans.py: A (weekly) has 50 of 200, the hall H3 would bring 100
more, D becoming weekly 50.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Locator, Page, expect

from api.access import COOKIE, CSRF
from api.app import create_app
from api.settings import Settings
from geo import siting
from services.accounts.sessions import SessionStart
from services.councils.decisions import NewDecision, record_decision
from services.results.run import run
from services.scenarios.file import read_scenario, scenario_of
from services.scenarios.named import save_scenario
from services.workspace.folder import Workspace, open_workspace
from services.workspace.progress import StoppedError
from tests.api.signing import entered
from tests.api.test_page_browser import CHROMIUM, READY_MS, Visit, address, browser, visit
from tests.services.plans.test_plans import town

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

__all__ = ["address", "browser"]

OPEN = {"action": "open", "venue_id": "H3", "schedule_text": "毎週火曜日10:00〜11:30"}
CLOSE = {"action": "close", "place_id": "A"}
HOSTILE = "<img src=x onerror=alert(1)>"
VIEWS = ["next", "scenarios", "decisions"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = town(tmp_path_factory.mktemp("made"))
    run(workspace)
    save_scenario(workspace, scenario_of({"name": "案A", "note": HOSTILE, "edits": [OPEN]}))
    save_scenario(workspace, scenario_of({"name": "案B", "by": "高齢福祉課", "edits": [CLOSE]}))
    return workspace


@pytest.fixture
def workspace(made: Workspace, tmp_path: Path) -> Workspace:
    return open_workspace(shutil.copytree(made.path, tmp_path / "workspace"))


@pytest.fixture
def settings() -> Settings:
    # No test waits for tiles of other layers than its map asks for, nor for a plan without a question.
    return Settings(warm=False)


@pytest.fixture
def app(workspace: Workspace, settings: Settings) -> FastAPI:
    return create_app(workspace, settings)


# The server of a module serves a module's workspace; here every test writes into its own.
address = pytest.fixture(address.__wrapped__)  # type: ignore[attr-defined]


@pytest.fixture
def entry(workspace: Workspace) -> SessionStart:
    return entered(workspace)


@pytest.fixture
def seen(browser: Browser, address: str, entry: SessionStart) -> Iterator[Visit]:
    with visit(browser, f"{address}/#view=next", entry=entry) as seen:
        yield seen
        assert seen.complaints == []
        assert seen.strangers == []


def ask(page: Page) -> None:
    """Ask for the best single place among real venues."""
    page.locator("#ask-most").fill("1")
    page.get_by_text("くわしい条件").click()
    page.get_by_label("会場がまだない地点も候補にする").uncheck()
    page.get_by_role("button", name="計画をつくる").click()


def planned(page: Page) -> Locator:
    """Ask, wait for the plan and return its rows."""
    ask(page)
    rows = page.locator(".choices .row")
    expect(rows).to_have_count(1, timeout=READY_MS)
    return rows


def green(page: Page) -> int:
    """Count the pixels of the map in the colour of candidates; the legend is closed first."""
    page.evaluate("() => { document.getElementById('legend').open = false; }")
    page.wait_for_timeout(600)
    shot = page.locator("#map").screenshot()
    return page.evaluate(
        """async (bytes) => {
            const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
            const canvas = new OffscreenCanvas(image.width, image.height);
            const pen = canvas.getContext("2d");
            pen.drawImage(image, 0, 0);
            const { data } = pen.getImageData(0, 0, image.width, image.height);
            let found = 0;
            for (let i = 0; i < data.length; i += 4) if (data[i] < 40 && Math.abs(data[i + 1] - 158) < 25 && Math.abs(data[i + 2] - 115) < 25) found += 1;
            return found;
        }""",
        list(shot),
    )


def status(row: Locator) -> Locator:
    return row.locator(".status")


def test_a_plan_is_asked_for_and_shown_in_the_list_and_on_the_map(seen: Visit) -> None:
    page = seen.page
    expect(page.locator("#view")).to_contain_text("計画はまだありません")
    before = green(page)
    row = planned(page)
    expect(row).to_contain_text("H3会館")
    expect(row).to_contain_text("+100人")
    # ¥1,000,000 for opening and ¥100,000 a year.
    expect(row).to_contain_text("初年度の費用の上限 1,100,000円")
    expect(page.locator("#view .proof")).to_contain_text("最適であることを確認済み")
    expect(page.locator("#view .answer")).to_contain_text("25.0％→75.0％")
    expect(page.locator("#view h2").first).to_be_focused()
    link = page.locator("#view a", has_text="計画の資料")
    expect(link).to_have_attribute("href", "/plans/0001/report?lang=ja")
    assert "plan=0001" in page.url
    marked = green(page)
    assert marked > before + 50
    row.click()
    card = page.locator("#card")
    expect(card).to_contain_text(
        "ここに週1型の場を開くと、新たに65歳以上100人が歩いて500m以内になります"
    )
    expect(card).to_contain_text("この場がないと届かない人")
    # The catchment is hatched in the same green.
    assert green(page) > marked + 50
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    page.get_by_role("button", name="計画の一覧へ").click()
    expect(page.locator(".plans .row")).to_contain_text(
        "全体・新しく届く人を、いちばん多く・1か所まで"
    )


def test_an_address_with_a_plan_opens_it(
    browser: Browser, address: str, entry: SessionStart
) -> None:
    title = {"title": HOSTILE, "most": 1, "points_max": 0}
    asked(address, entry, title)
    with visit(browser, f"{address}/#view=next&plan=0001") as seen:
        # A title is a text, whatever is in it.
        expect(seen.page.locator("#view h2").first).to_have_text(HOSTILE)
        assert seen.page.locator("#view img").count() == 0
        assert seen.complaints == []
    with visit(browser, f"{address}/#view=next&plan=9999") as seen:
        expect(seen.page.locator(".plans .row")).to_have_count(1)
        assert seen.complaints == []


def test_what_cannot_be_answered_is_said(seen: Visit) -> None:
    page = seen.page
    page.get_by_role("spinbutton", name="場の数").fill("")
    page.get_by_role("button", name="計画をつくる").click()
    expect(page.locator(".ask .alert")).to_have_text("1〜100の数を入れてください")
    page.get_by_role("radio", name="初年度の予算").check()
    page.get_by_role("spinbutton", name="初年度の予算").fill("1")
    page.get_by_role("button", name="計画をつくる").click()
    # ¥10,000 pays for nothing; the browser notes the refusal.
    expect(page.locator(".ask .alert")).to_contain_text("予算")
    assert len(seen.complaints) == 1
    seen.complaints.clear()
    expect(page.get_by_role("spinbutton", name="初年度の予算")).to_have_value("1")


def test_a_plan_over_years_is_asked_for_in_the_form(seen: Visit) -> None:
    page = seen.page
    years = page.get_by_role("radio", name="数年間の、毎年の予算")
    years.check()
    expect(years).to_be_focused()
    page.get_by_role("spinbutton", name="年数").fill("")
    page.get_by_role("button", name="計画をつくる").click()
    expect(page.locator(".ask .alert")).to_have_text("年数：1〜10の数を入れてください")
    # Years have one goal: with another one they are not offered, and what was typed stays.
    page.get_by_role("spinbutton", name="年数").fill("2")
    page.get_by_role("radio", name="いちばん届いていない区域から").check()
    expect(years).to_have_count(0)
    expect(page.get_by_role("radio", name="場の数")).to_be_checked()
    page.get_by_role("radio", name="新しく届く人を、いちばん多く").check()
    expect(page.get_by_role("spinbutton", name="年数")).to_have_value("2")
    page.get_by_role("spinbutton", name="1年の予算").fill("120")
    page.get_by_role("spinbutton", name="1年に始める数").fill("1")
    page.get_by_label("残った予算を次の年に使える").check()
    page.get_by_text("くわしい条件").click()
    expect(page.get_by_label("ほとんど同じくらいよい計画も出す")).to_have_count(0)
    page.get_by_label("会場がまだない地点も候補にする").uncheck()
    with page.expect_request("**/plans") as asked:
        page.get_by_role("button", name="計画をつくる").click()
    question = asked.value.post_data_json
    assert question["title"] == "全体・新しく届く人を、いちばん多く・毎年1,200,000円で2年"
    assert {name: question[name] for name in ("years_yen", "carry", "visits", "objectives")} == {
        "years_yen": [1_200_000, 1_200_000],
        "carry": True,
        "visits": 1,
        "objectives": ["most_reached"],
    }
    # One start a year: H3 (100) first, then D (50).
    expect(page.locator(".choices .row")).to_have_count(2, timeout=READY_MS)
    lines = page.locator("#view .says")
    expect(lines.nth(0)).to_contain_text("1年目")
    expect(lines.nth(0)).to_contain_text("H3会館")
    expect(lines.nth(1)).to_contain_text("2年目")


def test_what_stands_beside_a_plan_is_said(
    browser: Browser, address: str, entry: SessionStart
) -> None:
    asked(address, entry, {"most": 1, "points_max": 0})
    area = {"area_id": "n", "area_name": HOSTILE, "residents": 3.0, "nearest_stop": "北山"}
    site = {"site_id": "open-H1", "site_ja": "H1会館", "walk": 1234.0, "walk_unit": "m"}
    spot = {"candidate_id": "p", "ja": "会場未定（東）", "en": "east", "target_class": "weekly"}
    other = {"newly_reached": 90.0, "first_year_yen": 1e6, "proof": {"ja": "証明", "en": "proof"}}
    other |= {"note": {"ja": "及びません", "en": "not as good"}}
    said = {
        "changed": [{"ja": "台帳が変わりました", "en": "changed"}],
        "relaxation": [{"ja": "2か所が必要です", "en": "needs 2"}],
        "needs_transport": [area | site],
        "no_streets": [{"area_id": "i", "area_name": "離島", "residents": 40.0}],
        "alternatives": [other | {"added": [], "dropped": [], "moved": [spot], "changed": []}],
    }
    body = get(f"{address}/plans/0001")
    with visit(browser, f"{address}/#view=next") as seen:
        shown = body | said | {"ask": body["ask"] | {"k": 2}}
        seen.page.route("**/plans/0001", lambda route: route.fulfill(json=shown))
        seen.page.locator(".plans .row").click()
        view = seen.page.locator("#view")
        expect(view).to_contain_text("つくったあとに変わったもの台帳が変わりました")
        expect(view).to_contain_text("2か所が必要です")
        expect(view).to_contain_text(f"{HOSTILE} 65歳以上 3人")
        expect(view).to_contain_text("合同で使うなら「H1会館」（平均1,234m）")
        expect(view).to_contain_text("最寄りの停留所 北山")
        expect(view).to_contain_text("離島 65歳以上 40人")
        expect(view).to_contain_text("計画には数えていません")
        expect(view).to_contain_text("新たに届く人90人・初年度1,000,000円")
        expect(view).to_contain_text("及びません")
        expect(view).to_contain_text("同じ地区の別の地点：会場未定（東）（週1）")
        assert view.locator("img").count() == 0
        assert seen.complaints == []


def stop_the_search(page: Page) -> None:
    ask(page)
    step = page.locator(".work [role=status]")
    expect(step).to_have_text("最もよい組み合わせを探しています", timeout=READY_MS)
    stop = page.get_by_role("button", name="やめる")
    expect(stop).to_be_focused()
    stop.press("Enter")
    expect(page.locator(".work")).to_have_count(0, timeout=READY_MS)


def here(work: Callable[..., object], *given: object, search: siting.Search) -> object:
    """Search in this process, where a search that waits can be put in place of ours."""
    return work(*given, search)


def test_a_search_that_is_stopped_keeps_what_was_found(
    seen: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = siting.solve

    def until_stopped(problem: siting.Problem, search: siting.Search) -> siting.Plan:
        found = real(problem)
        assert search.cancel is not None
        wait_for(search.cancel)
        return replace(found, status="cancelled")

    monkeypatch.setattr(siting, "solve", until_stopped)
    monkeypatch.setattr("services.plans.solve.searched", here)
    page = seen.page
    stop_the_search(page)
    expect(page.locator(".choices .row")).to_contain_text("H3会館")
    assert get_from(page, "/plans")[0]["plan_id"] == "0001"


def test_a_search_stopped_before_its_first_answer_stores_nothing(
    seen: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing_yet(_problem: siting.Problem, search: siting.Search) -> siting.Plan:
        assert search.cancel is not None
        wait_for(search.cancel)
        raise StoppedError

    monkeypatch.setattr(siting, "solve", nothing_yet)
    monkeypatch.setattr("services.plans.solve.searched", here)
    page = seen.page
    stop_the_search(page)
    expect(page.get_by_role("alert")).to_contain_text("計画はできていません")
    assert get_from(page, "/plans") == []


def test_two_scenarios_stand_beside_today(seen: Visit, tmp_path) -> None:
    page = seen.page
    page.locator("#view-scenarios").click()
    expect(page.locator("#view-scenarios")).to_be_focused()
    expect(page.locator(".scenario").first).to_contain_text(HOSTILE)
    page.get_by_label("案A").first.check()
    page.get_by_label("案B").first.check()
    page.get_by_role("button", name="くらべる").click()
    table = page.locator(".compared")
    table.wait_for(timeout=READY_MS)
    expect(table.locator("thead th")).to_have_text(["見るもの", "いま", "案A", "案B"])
    rows = table.locator("tbody tr")
    # A has h0 and h1 (50); with H3 also h3 (100).
    expect(rows.nth(0).locator("td")).to_have_text(["50人", "150人", "0人"])
    expect(rows.nth(2).locator("td")).to_have_text(["", "100人", "0人"])
    expect(rows.nth(3).locator("td")).to_have_text(["", "0人", "50人"])
    expect(rows.nth(8).locator("td")).to_have_text(["", "100,000円", "-100,000円"])
    expect(page.locator("#compared")).to_contain_text("案Bでは")
    expect(page.locator("#compared")).to_contain_text("地区でいちばん低い区域")
    page.get_by_role("button", name="「案A」の変更を地図で見る").click()
    expect(page.locator("#edits-head")).to_have_text("「案A」の変更")
    expect(page.locator("#edits-head ~ ol .row")).to_contain_text("ひらく：H3会館")
    with page.expect_download() as download:
        page.get_by_role("link", name="「案A」をファイルで受けとる").click()
    path = tmp_path / "sent.toml"
    download.value.save_as(path)
    assert read_scenario(path).edits[0].venue_id == "H3"
    assert download.value.suggested_filename == "案A.toml"


def test_a_decision_is_recorded_and_seen_in_list_and_card(seen: Visit) -> None:
    page = seen.page
    row = planned(page)
    expect(status(row)).to_have_text("☆ 提案")
    row.click()
    card = page.locator("#card")
    expect(card).to_contain_text("まだ話し合いの記録はありません")
    card.get_by_text("決定を記録する").click()
    card.get_by_role("radio", name="採用", exact=True).check()
    card.get_by_role("button", name="記録する").click()
    expect(card.get_by_role("alert")).to_contain_text("会議の日を入れてください")
    card.get_by_label("会議の日").fill("2025-10-01")
    card.get_by_label("理由").fill(HOSTILE)
    card.get_by_role("button", name="記録する").click()
    expect(card).to_contain_text("記録しました")
    expect(card.locator(".history")).to_contain_text("✓ 採用 令和7年10月1日・" + HOSTILE)
    expect(status(row)).to_have_text("✓ 採用")
    # A plan does not grow old by what a council makes of it.
    assert get_from(page, "/plans")[0]["changed"] == []


def test_what_was_adopted_is_taken_up_again_with_a_reason(
    workspace: Workspace, browser: Browser, address: str, entry: SessionStart
) -> None:
    adopted = NewDecision(
        "open", "weekly", "adopted", "e", venue_id="H3", meeting_date="2025-10-01"
    )
    record_decision(workspace, adopted)
    with visit(browser, f"{address}/#view=decisions", entry=entry) as seen:
        page, card = seen.page, seen.page.locator("#card")
        found = page.locator("#view .row")
        expect(found).to_contain_text("H3会館")
        found.click()
        expect(card.locator(".decide .status")).to_have_text(["… 協議中", "× 不採用"])
        card.get_by_text("決定を記録する").click()
        card.get_by_role("button", name="記録する").click()
        expect(card.get_by_role("alert")).to_contain_text("どうなったかを選んでください")
        card.get_by_role("radio", name="協議中").check()
        card.get_by_role("button", name="記録する").click()
        expect(card.get_by_role("alert")).to_contain_text("理由を書いてください")
        card.get_by_label("理由").fill("会場の都合")
        card.get_by_role("button", name="記録する").click()
        expect(card.locator(".history li")).to_have_count(2)
        page.locator("#view-now").click()
        page.locator("#tab-make").click()
        expect(status(page.locator("#lists .row", has_text="H3会館"))).to_have_text("… 協議中")
        assert seen.complaints == []


def test_decisions_of_one_area_stand_with_its_share_of_the_targets(
    workspace: Workspace, browser: Browser, address: str
) -> None:
    record_decision(workspace, NewDecision("open", "weekly", "discussed", "e", venue_id="H3"))
    with visit(browser, f"{address}/#view=decisions&area=e") as seen:
        rows = seen.page.locator("#view .row")
        expect(rows).to_have_count(1)
        seen.page.locator("#area").select_option("w")
        expect(rows).to_have_count(0)
        # Of two districts with a weekly place each, one is the west's, and A is there.
        share = "西地区の分は「地区ごとに週1」のうち1区域です"
        expect(seen.page.locator("#view")).to_contain_text(share, timeout=READY_MS)
        assert seen.complaints == []


def test_who_may_only_read_is_told_so_once(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/#view=next") as seen:
        page = seen.page
        expect(page.locator("#view")).to_contain_text("計画をつくるのは、計画の担当者です")
        assert page.locator("#view form, #view .primary").count() == 0
        page.locator("#view-decisions").click()
        expect(page.locator("#view")).to_contain_text("協議体のアカウントでログインしてください")
        page.locator("#view-now").click()
        page.locator("#tab-make").click()
        page.locator("#lists .row").first.click()
        card = page.locator("#card")
        expect(card.locator(".decision")).to_contain_text("ログインしてください")
        assert card.locator("form").count() == 0
        assert seen.complaints == []


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_phone_shows_every_screen_without_scrolling_sideways(
    browser: Browser, address: str, lang: str, entry: SessionStart
) -> None:
    asked(address, entry, {"most": 2, "k": 2})
    with visit(browser, f"{address}/?lang={lang}#view=next", width=360, height=740) as seen:
        for view in VIEWS:
            seen.page.locator(f"#view-{view}").click()
            expect(seen.page.locator("#view h2").first).to_be_visible()
            assert fits(seen.page)
            if view == "scenarios":
                seen.page.locator("#pick-案A").check()
                seen.page.locator("#compare").click()
                expect(seen.page.locator(".compared")).to_be_visible(timeout=READY_MS)
                assert fits(seen.page)
        seen.page.locator("#view-next").click()
        seen.page.locator(".plans .row").click()
        seen.page.locator(".choices .row").first.click()
        expect(seen.page.locator("#card")).to_be_visible()
        assert fits(seen.page)
        assert seen.complaints == []


def fits(page: Page) -> bool:
    """Say whether nothing is wider than the phone, and nothing too small to hit."""
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, select, input[type=search], .choice, .tool')]
            .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)"""
    )
    assert small == []
    width: int = page.evaluate("() => document.documentElement.scrollWidth")
    return width <= 360


def wait_for(is_so: Callable[[], bool]) -> None:
    for _ in range(1200):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail("it never came about")


def get(url: str) -> Any:
    return httpx.get(url).json()


def get_from(page: Page, path: str) -> Any:
    return page.evaluate("async (path) => (await fetch(path)).json()", path)


def asked(address: str, entry: SessionStart, body: dict[str, Any]) -> None:
    """Ask for a plan as the session of a browser, and wait until it is there."""
    sent = {"cookies": {COOKIE: entry.key}, "headers": {CSRF: entry.visitor.csrf}}
    # The first question of a server reads the streets.
    with httpx.Client(timeout=60, **sent) as client:  # type: ignore[arg-type]
        job = client.post(f"{address}/plans", json=body).json()["jobID"]
        wait_for(lambda: client.get(f"{address}/jobs/{job}").json()["status"] == "successful")

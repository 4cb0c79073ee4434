"""The page of an account and the way of a guest, in a real headless Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from api.app import create_app
from api.settings import Settings
from geo.errors import NotAllowedError
from services.accounts.people import add_account, council_names
from services.accounts.rights import ANYBODY as NOBODY
from services.accounts.sessions import sign_in, visitor_of
from services.registry.feed import pin_note
from services.registry.hands import ANYBODY
from services.words.texts import catalogue
from services.workspace.folder import Workspace
from tests.api.signing import entered
from tests.api.test_page_browser import CHROMIUM, Visit, address, browser, visit
from tests.snapshots import tiny_workspace

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

__all__ = ["address", "browser"]

PASSWORD = "まいしゅう あるいて いける"  # noqa: S105  of nobody
PHONE = 360


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    town = tiny_workspace(tmp_path_factory.mktemp("account"))
    layer = town.profile.analysis.council_layer
    for council_id, name in council_names(town).items():
        pin_note(town, layer, council_id, f"{name}は坂が急", who=ANYBODY)
    return town


@pytest.fixture(scope="module")
def app(workspace: Workspace) -> FastAPI:
    return create_app(workspace, Settings(warm=False))


@pytest.fixture(scope="module")
def office(browser: Browser, address: str, workspace: Workspace) -> Iterator[Visit]:
    """Yield the page of an administrator."""
    with visit(browser, f"{address}/account", entry=entered(workspace, "administrator")) as seen:
        yield seen


def make_account(page: Page, area: str) -> None:
    page.get_by_text("アカウントをつくる").click()
    form = page.locator("#account-form")
    form.get_by_label("ID").fill("kyogitai")
    form.get_by_label("名前", exact=True).fill("支えあい会議")
    form.get_by_role("combobox").select_option(label="協議体")
    form.get_by_label(area, exact=True).check()
    form.get_by_label("パスワード").fill(PASSWORD)
    form.get_by_role("button", name="つくる").click()
    expect(page.locator("#accounts")).to_contain_text(f"協議体（{area}）")
    expect(page.locator("#account-done")).to_contain_text("kyogitai")


def come_in(page: Page) -> None:
    """Sign in at the second try, by the keyboard."""
    page.get_by_label("IDまたは").fill("kyogitai")
    page.get_by_label("パスワード", exact=True).fill("ちがいます")
    page.get_by_role("button", name="ログインする").click()
    expect(page.locator("#wrong-password")).to_contain_text("組み合わせが違います")
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".name")).to_have_text("支えあい会議")


def make_link(page: Page) -> str:
    page.get_by_label("会議の名前").fill("6月の定例会")
    page.get_by_role("button", name="リンクをつくる").click()
    told = page.locator("#link input")
    expect(told).to_be_focused()
    page.get_by_role("button", name="コピーする").click()
    expect(page.locator("#link button")).not_to_have_text("コピーする")
    expect(page.locator("#links li")).to_contain_text("6月の定例会")
    return told.input_value()


def test_the_way_of_a_guest_from_the_account_of_the_council_to_the_end_of_the_link(
    browser: Browser, address: str, office: Visit, workspace: Workspace
) -> None:
    (mine, name), (_, other) = list(council_names(workspace).items())[:2]
    make_account(office.page, name)
    with visit(browser, f"{address}/sign-in?to=account") as council:
        come_in(council.page)
        # Chromium itself tells of the refusal, and of nothing else.
        assert ["403" in one for one in council.complaints] == [True]
        link = make_link(council.page)
        assert link.startswith(f"{address}/sign-in#")
        with visit(browser, f"{address}/sign-in") as guest:
            guest.page.goto("about:blank")
            guest.page.goto(link)
            guest.page.wait_for_url(re.compile(f"/meetings/{mine}"))
            body = guest.page.locator("body")
            expect(body).to_contain_text(f"{name}は坂が急")
            expect(body).not_to_contain_text(other)
            assert guest.page.locator("form, input, textarea, button").count() == 0
            guest.page.get_by_role("link", name="アカウント").click()
            expect(guest.page.locator(".name")).to_have_text("会議のゲスト")
            assert guest.page.locator("form").count() == 0

            row = council.page.locator("#links li")
            row.get_by_role("button", name="取り消す").click()
            expect(row).to_have_text("ありません")
            guest.page.reload()
            guest.page.wait_for_url(re.compile("/sign-in"))
            assert guest.complaints == []

    office.page.reload()
    log = office.page.locator("#log li")
    expect(log.first).to_contain_text("kyogitai ゲストのリンクを取り消しました")
    expect(log.nth(1)).to_contain_text("会議のゲスト ログインしました")
    assert office.complaints == []


def test_another_password_lets_in_and_ends_the_other_sessions(
    browser: Browser, address: str, workspace: Workspace
) -> None:
    add_account(workspace, "keikaku", role="planner", password=PASSWORD, by=NOBODY)
    elsewhere = sign_in(workspace, "keikaku", PASSWORD, address="")
    entry = sign_in(workspace, "keikaku", PASSWORD, address="")
    with visit(browser, f"{address}/account", entry=entry) as seen:
        seen.page.get_by_text("パスワードを変える").first.click()
        form = seen.page.locator("#password-form")
        form.get_by_label("いまのパスワード").fill("ちがいます")
        form.get_by_label("新しいパスワード").fill(PASSWORD + "ね")
        form.get_by_role("button").click()
        expect(form.locator(".wrong")).to_contain_text("いまのパスワードが違います")
        form.get_by_label("いまのパスワード").fill(PASSWORD)
        form.get_by_role("button").click()
        expect(form.locator(".done")).to_be_visible()
        expect(form.locator(".wrong")).to_be_hidden()
    assert not visitor_of(workspace, elsewhere.key)[0].is_known
    assert visitor_of(workspace, entry.key)[0].is_known
    assert sign_in(workspace, "keikaku", PASSWORD + "ね", address="").visitor.is_known
    with pytest.raises(NotAllowedError):
        sign_in(workspace, "keikaku", PASSWORD, address="")


def test_a_token_is_shown_once_and_revoked(
    browser: Browser, address: str, workspace: Workspace
) -> None:
    with visit(
        browser,
        f"{address}/account?lang=en",
        entry=entered(workspace, "planner", account_id="tokens"),
    ) as seen:
        form = seen.page.locator("#tokens-form")
        form.get_by_label("name of the program").fill("QGIS")
        form.get_by_label("see the exact figures").check()
        form.get_by_role("button").click()
        expect(seen.page.locator("#token input")).to_have_value(re.compile("^[\\w-]{43}$"))
        row = seen.page.locator("#tokens li")
        expect(row).to_contain_text("exact figures")
        seen.page.reload()
        expect(row).to_contain_text("QGIS")
        expect(seen.page.locator("#token")).to_be_hidden()
        row.get_by_role("button", name="revoke").click()
        expect(row).to_have_text("none")
        assert seen.complaints == []


def small(page: Page) -> list[str]:
    """Return what is hit by a finger and lower than 44 pixels."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('button, select, input, summary, nav a, .button, .tick')]
            .filter((e) => e.offsetParent && !e.closest('.tick:not(label)') && e.type !== 'checkbox'
                && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)"""
    )
    return found


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("path", ["account", "sign-in", "meetings"])
def test_a_phone_scrolls_only_down_and_targets_are_large(
    browser: Browser, address: str, workspace: Workspace, path: str, lang: str
) -> None:
    entry = entered(workspace, "administrator")
    where = f"meetings/{next(iter(council_names(workspace)))}" if path == "meetings" else path
    with visit(browser, f"{address}/account", width=PHONE, height=740, entry=entry) as seen:
        seen.page.goto(f"{address}/{where}?lang={lang}")
        if path == "account":
            seen.page.wait_for_selector("html[data-ready]")
            for summary in seen.page.locator("summary").all():
                summary.click()
        assert seen.page.evaluate("() => document.documentElement.scrollWidth") <= PHONE
        assert small(seen.page) == []
        assert seen.complaints == []


def test_whoever_is_not_signed_in_is_led_to_the_way_in(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/account?lang=en") as seen:
        assert seen.page.url == f"{address}/sign-in?lang=en&to=account"


def test_the_name_in_the_head_of_the_map_leads_to_the_account(
    browser: Browser, address: str, workspace: Workspace
) -> None:
    with visit(browser, address, entry=entered(workspace, "administrator")) as seen:
        seen.page.locator("#who a").click()
        seen.page.wait_for_url(re.compile("/account"))


def test_every_deed_that_is_logged_has_words(workspace: Workspace) -> None:
    root = Path(__file__).parents[2] / "services" / "accounts"
    code = "".join(path.read_text(encoding="utf-8") for path in root.glob("*.py"))
    written = set(re.findall(r"""(?:note|keep)\(\w+, \w+, "(\w+)\.(\w+)\"""", code))
    assert len(written) > 8
    missing = [one for one in written if f"account.deed.{'_'.join(one)}" not in catalogue("ja")]
    assert missing == []

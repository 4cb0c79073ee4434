"""The map page in a real headless Chromium."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Route,
    expect,
    sync_playwright,
)

from api.access import COOKIE
from api.app import create_app
from api.settings import Settings
from services.accounts.sessions import SessionStart
from services.words.dates import day_in_japan
from services.workspace.folder import Workspace
from services.workspace.ground import write_ground
from tests.api.serving import serving
from tests.api.signing import entered
from tests.snapshots import ground, tiny_workspace

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # Without a graphics card the map alone is drawn by its emulation, not every page as well.
    "--disable-gpu-compositing",
    "--disable-background-networking",
    # Nothing leaves, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
READY_MS = 30_000
OF_THE_EMULATION = "GPU stall due to ReadPixels"
"""What Chromium says of its own way to draw without a card; no page can help it."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A page and what it did."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


@contextmanager
def visit(
    browser: Browser,
    address: str,
    *,
    width: int = 1280,
    height: int = 800,
    entry: SessionStart | None = None,
) -> Iterator[Visit]:
    with browser.new_context(viewport={"width": width, "height": height}) as context:
        if entry is not None:
            url = "{0.scheme}://{0.netloc}".format(urlsplit(address))
            context.add_cookies([{"name": COOKIE, "value": entry.key, "url": url}])
        seen = Visit(context.new_page())

        def watch(request: Request) -> None:
            url = urlsplit(request.url)
            if url.scheme.startswith("http") and url.hostname != "127.0.0.1":
                seen.strangers.append(request.url)

        # It looks on; a route would stop each question until it had answered.
        context.on("request", watch)

        def hear(said: ConsoleMessage) -> None:
            if said.type in ("error", "warning") and OF_THE_EMULATION not in said.text:
                seen.complaints.append(said.text)

        seen.page.on("console", hear)
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.goto(address)
        seen.page.wait_for_selector("html[data-ready]", timeout=READY_MS)
        yield seen


@pytest.fixture(scope="module")
def seen(browser: Browser, address: str) -> Iterator[Visit]:
    with visit(browser, address) as seen:
        yield seen


def test_the_page_gets_ready_without_a_complaint_or_a_request_outside(seen: Visit) -> None:
    assert seen.page.evaluate("() => window.arukebaReady") is True
    assert seen.complaints == []
    assert seen.strangers == []


def test_the_sentence_shows_the_figures(seen: Visit) -> None:
    message = seen.page.locator("#message")

    expect(message).to_contain_text("65歳以上 912人のうち")
    expect(message).to_contain_text("520人（57.0％）")
    expect(message).to_contain_text("届いていない 392人")


def test_the_figures_are_large_and_the_text_is_not_small(seen: Visit) -> None:
    sizes = seen.page.evaluate(
        "() => [...document.querySelectorAll('.figure')].map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )

    assert min(sizes) >= 28
    assert seen.page.evaluate("() => parseFloat(getComputedStyle(document.body).fontSize)") >= 16


def test_the_town_is_marked_as_fictional(seen: Visit) -> None:
    expect(seen.page.locator("#fictional")).to_be_visible()


def test_something_is_drawn_on_the_map(seen: Visit) -> None:
    # An empty canvas compresses to almost nothing.
    assert len(seen.page.locator("#map").screenshot()) > 10_000


def test_targets_are_large_enough_to_hit(seen: Visit) -> None:
    small = seen.page.evaluate(
        """() => [...document.querySelectorAll('button, select, input[type=search]')]
            .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)"""
    )

    assert small == []


def test_a_row_of_the_list_opens_its_card_and_escape_closes_it(seen: Visit) -> None:
    row = seen.page.locator("#lists .row").first
    row.click()
    card = seen.page.locator("#card")

    # 南町会: none of its 200 is reached.
    expect(card).to_contain_text("南町会")
    expect(card).to_contain_text("200人")
    expect(card).to_contain_text("890m・15分・のぼり12m・階段約40段")
    seen.page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(row).to_be_focused()


def test_a_click_on_the_map_opens_a_card(seen: Visit) -> None:
    box = seen.page.locator("#map").bounding_box()
    assert box is not None
    seen.page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.5)

    expect(seen.page.locator("#card h2")).not_to_be_empty()
    seen.page.keyboard.press("Escape")


def test_tabs_are_walked_with_the_arrow_keys(seen: Visit) -> None:
    seen.page.locator("#tab-needs").focus()
    seen.page.keyboard.press("ArrowRight")
    expect(seen.page.locator("#tab-have")).to_be_focused()
    expect(seen.page.locator("#lists")).to_contain_text("お茶のみ会")
    seen.page.keyboard.press("ArrowRight")
    expect(seen.page.locator("#lists")).to_contain_text("南小学校")
    seen.page.keyboard.press("ArrowRight")
    expect(seen.page.locator("#tab-needs")).to_have_attribute("aria-selected", "true")


def test_a_private_home_says_that_it_stands_elsewhere(seen: Visit) -> None:
    seen.page.locator("#find").fill("お茶")
    seen.page.locator("#found button").first.click()

    expect(seen.page.locator("#card")).to_contain_text("おおよその位置")
    seen.page.keyboard.press("Escape")


@pytest.fixture
def lent(seen: Visit) -> Iterator[Visit]:
    """Lend the page of this module: what a test chooses there is put back, as a new page has it."""
    page, seen.complaints[:] = seen.page, []
    choices = page.locator("#area, #choices select")
    values = choices.evaluate_all("(all) => all.map((one) => one.value)")
    yield seen
    page.unroute_all()
    page.locator("#lang-ja").click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    for choice, value in zip(choices.all(), values, strict=True):
        if choice.input_value() != value:
            choice.select_option(value)
            expect(page.locator("#wait")).to_be_hidden()


def test_an_area_narrows_sentence_and_lists(lent: Visit) -> None:
    lent.page.locator("#area").select_option("e")

    expect(lent.page.locator("#message")).to_contain_text("212人")
    expect(lent.page.locator("#lists .row")).to_have_count(2)
    expect(lent.page.locator("#message a")).to_have_attribute("href", "/reports/e?lang=ja")
    assert "area=e" in lent.page.url


def test_another_limit_changes_the_figures(lent: Visit) -> None:
    assert lent.page.locator("#choose-limit option").all_inner_texts() == [
        *("300m", "500m", "10分")
    ]
    lent.page.locator("#choose-limit").select_option("300m")

    # A quarter of 520.
    expect(lent.page.locator("#message")).to_contain_text("130人")
    expect(lent.page.locator("#legend")).to_contain_text(
        "道の線・車のしるし・候補地は、500m・ふつう 60m/分でのもの"
    )
    assert lent.complaints == []


def test_a_slower_walker_reaches_less_in_the_same_time(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/#limit=10min") as seen:
        expect(seen.page.locator("#message")).to_contain_text("520人")
        expect(seen.page.locator("#message")).to_contain_text("歩いて10分以内")
        seen.page.locator("#choose-profile").select_option("slow")

        # Half of 520.
        expect(seen.page.locator("#message")).to_contain_text("260人")
        expect(seen.page.locator("#message")).to_contain_text("歩き方：ゆっくり 48m/分")
        assert "profile=slow" in seen.page.url
        assert seen.complaints == []


def test_the_week_of_an_area_says_when_people_have_a_place(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/#area=w") as seen:
        week = seen.page.locator("#week")

        expect(week.locator("tbody td")).to_have_count(14)
        # Monday morning: 520 of 700.
        expect(week.locator("tbody td").first).to_have_text("74%")
        expect(week).to_contain_text("いくつかの会場を合わせれば")
        seen.page.locator("#choose-profile").select_option("slow")
        expect(week).to_contain_text("この表は「ふつう 60m/分」のときのものです")


def test_the_page_speaks_english(lent: Visit) -> None:
    lent.page.locator("#lang-en").click()

    expect(lent.page.locator("html")).to_have_attribute("lang", "en")
    expect(lent.page.locator("#message")).to_contain_text("Of 912 residents aged 65 and over")
    expect(lent.page.locator("#message")).to_contain_text("Not reached 392")


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_phone_of_360_pixels_scrolls_only_down(browser: Browser, address: str, lang: str) -> None:
    with visit(browser, f"{address}/?lang={lang}", width=360, height=740) as seen:
        assert seen.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        seen.page.locator("#lists .row").first.click()
        expect(seen.page.locator("#card")).to_be_visible()
        assert seen.page.evaluate("() => document.documentElement.scrollWidth") <= 360


EXAMPLES = (
    Path(__file__).parents[1].joinpath("services/words/examples.json").read_text(encoding="utf-8")
)
"""The same that the formatters of Python pass (tests/services/words/test_texts.py)."""

WRITE = """async ([lang, examples]) => {
    const words = await import("/assets/words.js");
    words.speak(await words.catalogueOf(lang));
    const odd = { NaN: NaN, Infinity: Infinity };
    const say = {
        number: words.number, people: words.people, added: words.added, percent: words.percent, people_share: words.peopleShare,
        metres: words.metres, yen: words.yen, walk: words.walk, age: words.age, date: words.date,
        limit: (m, min) => words.limit({ walk_limit_m: m, walk_limit_min: min }), day_in_japan: words.dayInJapan,
    };
    return examples.map(([kind, given]) => say[kind](...given.map((value) => odd[value] ?? value)));
}"""


@pytest.mark.parametrize(("lang", "column"), [("ja", 2), ("en", 3)])
@pytest.mark.parametrize("timezone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_figures_are_written_as_in_reports(
    browser: Browser, address: str, lang: str, column: int, timezone: str
) -> None:
    examples = json.loads(EXAMPLES)
    with browser.new_context(timezone_id=timezone) as context:
        page = context.new_page()
        page.goto(f"{address}/sign-in?lang={lang}")  # the words alone, without a map
        written = page.evaluate(WRITE, [lang, examples])

    wanted = [(*each[:2], each[column]) for each in examples]
    assert [(*each[:2], said) for each, said in zip(examples, written, strict=True)] == wanted


JAPANESE_LETTERS = re.compile(r"[\u3000-\u30ff\uff00-\uffef]|[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def english(browser: Browser, address: str) -> Iterator[Visit]:
    with visit(browser, f"{address}/?lang=en") as seen:
        yield seen


def test_an_english_page_says_nothing_of_its_own_in_japanese(english: Visit) -> None:
    texts = english.page.evaluate(
        """() => ["#counts h2", "#choices span", "#tab-needs", "#tab-have", "#tab-make", "#legend summary",
            "#legend section", "#about > summary", "#about h3", "#about dt", "#week summary", "#week th",
            "#views button", "#message .sentence", "#message .missing"]
            .flatMap((found) => [...document.querySelectorAll(found)].map((e) => e.textContent))"""
    )
    assert len(texts) > 40
    own = [
        text
        for text in texts
        if JAPANESE_LETTERS.search(text.replace("\N{CJK UNIFIED IDEOGRAPH-8ECA}", ""))
    ]
    assert own == []
    assert english.page.title().endswith("A weekly place on foot")
    assert english.page.locator("#lang-ja").inner_text() == "日本語"
    assert english.complaints == []


def test_an_english_page_tells_in_english_what_went_wrong(english: Visit) -> None:
    wait = english.page.locator("#wait")
    answer = {"code": "BusyError", "detail": "somebody builds", "detail_ja": "作成中です"}
    english.page.route("**/summary?*", lambda route: route.fulfill(status=409, json=answer))
    english.page.locator("#choose-limit").select_option("300m")
    expect(wait).to_have_text("The data could not be read: somebody builds")

    english.page.route("**/summary?*", lambda route: route.abort())
    english.page.locator("#choose-limit").select_option("10min")
    expect(wait).to_contain_text("arukeba does not answer")
    # What could not be read is not chosen.
    expect(english.page.locator("#choose-limit")).to_have_value("500m")
    assert "limit=500m" in english.page.url

    english.page.unroute("**/summary?*")
    english.page.locator("#choose-limit").select_option("300m")
    expect(wait).to_be_hidden()
    expect(english.page.locator("#message")).to_contain_text("130")


def test_a_layer_whose_shapes_failed_is_asked_for_again(lent: Visit) -> None:
    other = "city"  # no other part of the page asks for its shapes
    shapes = f"**/collections/areas/items?layer={other}&*"
    lent.page.route(shapes, lambda route: route.abort())
    lent.page.locator("#choose-layer").select_option(other)
    expect(lent.page.locator("#wait")).to_have_class("wait failed")

    lent.page.unroute(shapes)
    with lent.page.expect_response(shapes) as answered:
        lent.page.locator("#choose-layer").select_option(other)
    assert answered.value.ok
    expect(lent.page.locator("#wait")).to_be_hidden()
    expect(lent.page.locator("#choose-layer")).to_have_value(other)


def test_streets_that_did_not_come_are_asked_for_again(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/streets", lambda route: route.abort())
        page.goto(address)
        page.wait_for_selector("html[data-ready]", timeout=READY_MS)

        page.unroute("**/streets")
        with page.expect_response("**/streets") as answered:
            page.locator("#choose-limit").select_option("300m")
        assert answered.value.ok


def test_the_background_names_the_river_and_can_be_switched_off(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as seen:
        river = seen.page.locator(".name.river").first
        expect(river).to_have_text("架空川")
        expect(seen.page.locator(".name.road").first).to_have_text("6")
        switch = seen.page.locator("#legend label", has_text="背景").locator("input")
        with_ground = seen.page.locator("#map").screenshot()
        switch.uncheck()
        expect(seen.page.locator(".name.of-ground")).to_have_count(0)
        assert seen.page.locator("#map").screenshot() != with_ground
        switch.check()
        expect(river).to_be_visible()
        assert seen.complaints == []
        assert seen.strangers == []


def test_the_legend_names_what_the_background_of_this_town_has(seen: Visit) -> None:
    keys = seen.page.locator("#legend .keys.l_background li")
    # The town has a river, a railway, a station, a main road, a school and a park.
    expect(keys).to_have_text(["川・池・海", "鉄道", "駅", "主な道路", "学校", "公園"])
    assert keys.locator("canvas").count() == 6


def test_tiles_that_did_not_come_are_asked_for_again(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/tiles/WebMercatorQuad/**", lambda route: route.abort())
        page.goto(address)
        page.wait_for_selector("html[data-ready]", timeout=READY_MS)
        assert page.locator(".name.of-ground").count() == 0

        page.unroute("**/tiles/WebMercatorQuad/**")
        page.locator("#choose-limit").select_option("300m")
        expect(page.locator(".name.river").first).to_have_text("架空川", timeout=READY_MS)


def test_without_ground_the_map_is_as_it_was(browser: Browser, tmp_path: Path) -> None:
    workspace = tiny_workspace(tmp_path)
    write_ground(ground().iloc[:0], workspace.path / "layers")
    with (
        serving(create_app(workspace, Settings())) as address,
        visit(browser, address) as seen,
    ):
        expect(seen.page.locator("#legend label", has_text="背景")).to_have_count(0)
        assert seen.page.locator(".name.of-ground").count() == 0
        assert seen.complaints == []


def hold(page: Page, address: str) -> list[Route]:
    """Keep back what is asked of an address; the test lets it go."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep)
    return held


def overtaken(page: Page) -> Route:
    """Ask for one limit and, before that is answered, for another; return the question that waits."""
    held = hold(page, "**/summary?*walk_limit_m=300&*")
    page.locator("#choose-limit").select_option("300m")
    expect(page.locator("#wait")).to_be_visible()
    page.locator("#choose-limit").select_option("10min")
    expect(page.locator("#message")).to_contain_text("歩いて10分以内")
    return held[0]


def test_of_two_quick_changes_the_later_question_wins(lent: Visit) -> None:
    first = overtaken(lent.page)

    with lent.page.expect_response("**/summary?*walk_limit_m=300&*"):
        first.continue_()
    expect(lent.page.locator("#wait")).to_be_hidden()
    expect(lent.page.locator("#message")).to_contain_text("歩いて10分以内")
    expect(lent.page.locator("#choose-limit")).to_have_value("10min")
    assert lent.complaints == []


def test_an_overtaken_question_that_fails_says_nothing(lent: Visit) -> None:
    first = overtaken(lent.page)

    first.abort()
    expect(lent.page.locator("#wait")).to_be_hidden()
    expect(lent.page.locator("#choose-limit")).to_have_value("10min")


def test_the_description_of_the_api_can_be_tried(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/docs")
        form = page.locator("form[data-path='/collections/{collection_id}/items']")
        form.locator("[name=collection_id]").fill("places")
        form.locator("[name=limit]").fill("1")
        with page.expect_response("**/items?limit=1") as answered:
            form.locator("button").click()

        assert answered.value.status == 200


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def test_the_day_of_a_moment_is_the_day_in_japan_wherever_the_reader_is(
    browser: Browser, address: str, zone: str
) -> None:
    moment = "2025-03-31T23:30:00+00:00"
    with browser.new_context(timezone_id=zone) as context:
        page = context.new_page()
        page.clock.set_fixed_time(moment)
        page.goto(f"{address}/sign-in?lang=ja")
        said = page.evaluate(
            """async (moment) => {
                const words = await import("/assets/words.js");
                words.speak(await words.catalogueOf("ja"));
                const day = words.dayInJapan(moment);
                return [day, words.day(day), words.dayInJapan(new Date().toISOString())];
            }""",
            moment,
        )
    assert said == [day_in_japan(moment), "令和7年4月1日", "2025-04-01"]


@pytest.fixture
def office(workspace: Workspace) -> SessionStart:
    return entered(workspace, view="exact")


def test_few_people_are_told_of_as_few_for_all_but_the_office(
    browser: Browser, address: str, office: SessionStart
) -> None:
    # 川向こう町会 has 3 residents 75+ and no place: none of them is reached.
    for entry, told in ((None, "10人未満"), (office, "3人")):
        with visit(browser, f"{address}/#age_group=75%2B", entry=entry) as seen:
            row = seen.page.locator("#lists .row", has_text="川向こう町会")
            expect(row.locator(".count")).to_have_text(told)
            row.click()
            expect(seen.page.locator("#card .big strong")).to_have_text(told)


def test_the_page_of_the_exact_view_says_so_in_both_languages_and_the_public_one_how_it_rounds(
    browser: Browser, address: str, office: SessionStart, lent: Visit
) -> None:
    with visit(browser, address, entry=office) as seen:
        expect(seen.page.locator("header #exact")).to_have_text("庁内用（公開しない数）")
        seen.page.locator("#lang-en").click()
        expect(seen.page.locator("header #exact")).to_have_text(re.compile("not to be published"))
    expect(lent.page.locator("header #exact")).to_be_hidden()
    line = "人数は5人単位に丸めてあります（架空町全体 ±5人、地区 ±5人）"
    for place in ("#credits", "#legend", "#about"):
        expect(lent.page.locator(place)).to_contain_text(line)

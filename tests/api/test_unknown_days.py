"""
A town of which nobody knows when any place meets (tests/stoptown.py): no output says that there is none.

Of 212 residents 100 live within 500 m of V, 100 within 500 m of M: 0 to 94.3 % are reached. u1 and u2 hold one of them
each, u3 no place, u4 W and nobody.
"""

import csv
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from rich.console import Console

from api.app import create_app
from api.cli.console import Desk
from api.cli.tables import result_tables
from api.plan_page import render_plan
from api.settings import Settings
from services.plans.ask import ask_of
from services.plans.solve import make_plan
from services.publication.export import export
from services.reports.briefing import briefing
from services.reports.plan import plan_report
from services.results.run import run
from services.words.texts import text
from services.workspace.folder import Workspace
from tests.stoptown import STOPS, stop_situation

NONE_KNOWN = {"V": "", "M": "未定", "W": "お問い合わせください"}
SAYS_NONE = {
    "ja": (
        "場がない",
        "場がありません",
        "場はありません",
        "帯はありません",
        "月1",
        "週1に",
        "0か所",
    ),
    "en": ("has no place", "no weekly", "monthly", "make it weekly", "There is no"),
}
"""What a council would take for a place that is not there, or for one that is known to meet monthly."""

LEGEND = ("gap.none", "gap.monthly_only", "map.streets.monthly", "map.place.monthly", "map.place.")
FIRST = {
    "ja": "開催日のわからない場が3か所あります。どれも週1でなければ0.0％、すべて週1なら94.3％の人が歩いて行けます",
    "en": "places whose days nobody knows: 3. 0.0 % of the residents are reached if none of them is weekly, 94.3 % if all are",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("unknown")
    workspace = stop_situation(folder, stops=STOPS, schedules=NONE_KNOWN).workspace
    run(workspace)
    return workspace


@pytest.fixture(scope="module")
def client(town: Workspace) -> Iterator[TestClient]:
    with TestClient(create_app(town, Settings(warm=False))) as client:
        yield client


def read(page: str, lang: str) -> str:
    """Return what a reader sees of a page, but for the words of its legends."""
    page = re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)
    seen = unescape(re.sub(r"<[^>]+>", " ", page))
    for key in LEGEND:
        seen = seen.replace(text(key, lang, limit="500m"), "")
    return seen


def assert_nothing_is_denied(seen: str, lang: str) -> None:
    seen = re.sub(r"\d+月\d+日", "", seen)  # on 1 December a date says 月1
    found = [words for words in SAYS_NONE[lang] if words in seen]
    assert not found, [seen[max(0, seen.index(one) - 60) : seen.index(one) + 60] for one in found]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_report_begins_with_what_nobody_knows_and_denies_nothing(
    client: TestClient, lang: str
) -> None:
    page = client.get("/reports/city", params={"lang": lang}).text
    seen = read(page, lang)
    first = text(
        "sentence.unknown.area",
        lang,
        n=3,
        area="city",
        frequency=text("frequency.weekly", lang),
        low=text("text.percent", lang, n="0.0"),
        high=text("text.percent", lang, n="94.3"),
    )
    assert seen.index(first) < seen.index("212")
    assert_nothing_is_denied(seen, lang)
    assert seen.count(text("slot.not_known", lang)) >= 14
    # Both candidates are a question first, with the residents for whom it decides.
    assert seen.count(text("action.confirm", lang)) >= 2
    assert page.count(text("report.decides", lang, people=text("text.people", lang, n=100))) == 2
    assert page.count('<td class="mark" style="color: #5F6468"') == 4  # a count, u1, u2 and u4


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_terminal_and_the_plan_deny_nothing(town: Workspace, lang: str) -> None:
    console = Console(record=True, width=200)
    desk = Desk(lang=lang)
    for part in result_tables(briefing(town.snapshot(), lang), desk):
        console.print(part)
    seen = console.export_text()
    assert seen.index(FIRST[lang]) < seen.index("212")
    for key in LEGEND:
        seen = seen.replace(text(key, lang, limit="500m"), "")
    assert_nothing_is_denied(seen, lang)
    plan = make_plan(town, ask_of({"most": 2, "points_max": 0}))
    seen = read(render_plan(plan_report(plan, lang)), lang)
    assert text("plan.sentence.confirm", lang, n=2) in seen
    assert text("plan.page.unknown", lang, n=3) in seen
    assert_nothing_is_denied(seen, lang)


def test_the_data_of_the_page_tell_both_ends_and_deny_nothing(client: TestClient) -> None:
    whole = client.get("/summary").json()
    assert (whole["reached"], whole["reached_with_unknown"]) == (0.0, 200.0)
    assert whole["coverage_with_unknown_pct"] == pytest.approx(100 * 200 / 212)
    assert whole["places_unknown_n"] == 3
    assert whole["gaps"]["unknown"] == 2
    # c1 ends at 1000 m: V, and the homes at 100, 300 and 900 m; M stands on the border.
    area = client.get("/summary", params={"layer": "council", "area": "c1"}).json()
    assert (area["residents"], area["reached_with_unknown"]) == (130.0, 130.0)
    week = client.get("/slots").json()
    assert {slot["reached"] for slot in week["slots"]} == {0.0}
    assert {slot["reached_with_unknown"] for slot in week["slots"]} == {200.0}
    for lang, name in (("ja", "sentences"), ("en", "sentences_en")):
        assert_nothing_is_denied("".join(week[name]), lang)
    units = client.get("/collections/gaps/items").json()["features"]
    told = {one["properties"]["area_id"]: one["properties"] for one in units}
    assert {unit: one["gap"] for unit, one in told.items()} == {
        "u1": "unknown",
        "u2": "unknown",
        "u3": "needs_transport",
        "u4": "unknown",
    }
    for unit in ("u1", "u2"):
        assert_nothing_is_denied(told[unit]["why"], "ja")
        assert_nothing_is_denied(told[unit]["why_en"], "en")


def test_the_week_of_an_area_counts_its_own_places(client: TestClient) -> None:
    def places_n(**asked: str) -> str:
        (found,) = [
            int(n)
            for sentence in client.get("/slots", params=asked).json()["sentences"]
            for n in re.findall(r"わからない場(\d+)か所", sentence)
        ]
        return found

    assert places_n() == 3
    assert places_n(layer="unit", area="u1") == 1
    nobody = client.get("/slots", params={"layer": "unit", "area": "u3"}).json()["sentences"]
    assert not any("か所" in sentence for sentence in nobody)


def test_files_deny_nothing(town: Workspace, tmp_path: Path) -> None:
    export(town, tmp_path, file_format="csv")
    for name in ("gaps", "candidates", "places"):
        for row in csv.DictReader((tmp_path / f"{name}.csv").read_text("utf-8-sig").splitlines()):
            if row.get("area_id") == "u3":
                continue
            said = [cell for column, cell in row.items() if not column.endswith("_en")]
            assert_nothing_is_denied(" ".join(said), "ja")


def test_a_house_is_told_to_find_out_first(client: TestClient) -> None:
    lon, lat = client.get("/collections/places/items").json()["features"][1]["geometry"][
        "coordinates"
    ]
    answer = client.get("/why", params={"lon": lon, "lat": lat}).json()
    assert answer["within_limit"] is False
    assert answer["days_unknown"] is True
    assert "まず開催日を確かめてください" in "".join(answer["sentences"]["ja"])
    for lang in ("ja", "en"):
        assert_nothing_is_denied("".join(answer["sentences"][lang]), lang)


@pytest.mark.parametrize(
    "path", ["/provision", "/inequality", "/slots", "/resilience", "/timeline?from=R6&to=R7"]
)
def test_every_answer_says_that_days_are_unknown(client: TestClient, path: str) -> None:
    body = client.get(path).raise_for_status().json()
    assert any("開催日のわからない場（3か所、数えず）" in line for line in body["assumed"])
    assert any("places of unknown days (3, not counted)" in line for line in body["assumed_en"])

"""The report of the intake of the model town."""

import json
import re
from pathlib import Path

import pytest
from markupsafe import escape

from api.intake_page import render_intake
from geo.errors import Sentence
from services.reports.intake import FOLDED_FROM, IntakeReport, Reason, Remark, intake_report
from services.words.texts import LANGS, catalogue, reason, text
from services.words.vocabulary import EXACT
from services.workspace.folder import Snapshot

INTAKE = Path(__file__).parents[3] / "services" / "intake"


@pytest.fixture(scope="module")
def report(town_snapshot: Snapshot) -> IntakeReport:
    return intake_report(town_snapshot.workspace.seen(EXACT))


def test_every_source_is_there_with_its_licence_date_and_hash(report, town_snapshot):
    sources = town_snapshot.workspace.profile.sources
    assert [one.provenance["id"] for one in report.sources] == [source.id for source in sources]
    for one in report.sources:
        assert one.provenance["licence"]
        assert one.provenance["as_of"]
        assert re.fullmatch(r"[0-9a-f]{64}", one.provenance["sha256"])


def test_every_entry_of_the_ledger_is_in_the_report_with_its_row(report, town_snapshot):
    intake = town_snapshot.workspace.seen(EXACT).intake
    assert sum(len(ledger["entries"]) for ledger in intake.values()) > 5
    for source in report.sources:
        ledger = intake.get(source.provenance["id"], {"entries": [], "rows_read": 0})
        shown = sorted((r.en, r.row or 0) for one in source.reasons for r in one.remarks)
        assert shown == sorted(
            (str(Sentence.from_dict(e["said"])), e["row"] or 0) for e in ledger["entries"]
        )
        assert source.rows_read == ledger["rows_read"]


def test_the_model_town_is_known_in_part(report):
    inputs = {one.id: one.state for one in report.inputs}
    # Its list has a place located by its area, one of unknown schedule; its table an area of no map.
    assert inputs["places"] == inputs["schedules"] == inputs["age_group"] == "partial"
    assert inputs["homes"] == inputs["boundaries"] == "known"


def test_the_json_is_plain_and_has_both_languages(report):
    plain = json.loads(json.dumps(report.to_dict(), ensure_ascii=False, allow_nan=False))
    assert {one["state"] for one in plain["inputs"]} <= {"known", "partial", "unknown"}
    reasons = [one for source in plain["sources"] for one in source["reasons"]]
    assert all(one["label"]["ja"] and one["label"]["en"] for one in reasons)
    assert all(one["count"] == len(one["remarks"]) for one in reasons)


def test_the_report_of_the_exact_view_says_that_it_is_the_office_s(report, town_snapshot):
    public = intake_report(town_snapshot.workspace)
    for lang in LANGS:
        words = escape(text("view.exact", lang))
        assert f'<span class="stamp">{words}</span>' in render_intake(report, lang)
        assert words not in render_intake(public, lang)


def test_the_public_report_gives_rows_and_reasons_but_no_content(town_snapshot):
    public = intake_report(town_snapshot.workspace)
    names = set(town_snapshot.layer("places")["name"])
    for page in (
        json.dumps(public.to_dict(), ensure_ascii=False),
        render_intake(public, "ja"),
        render_intake(public, "en"),
    ):
        assert not [name for name in names if name in page]
    assert all(
        remark.residents is None and not remark.ja
        for source in public.sources
        for one in source.reasons
        for remark in one.remarks
    )
    assert any(one.rows for source in public.sources for one in source.reasons)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_page_shows_counts_reasons_states_and_hashes(report, lang):
    page = render_intake(report, lang)
    assert f'<html lang="{lang}">' in page
    for source in report.sources:
        assert source.provenance["sha256"] in page
        for one in source.reasons:
            assert (one.ja if lang == "ja" else one.en) in page
    assert ("一部" if lang == "ja" else "Partial") in page
    assert "http" not in re.sub(r"<code>.*?</code>", "", page).replace("xmlns", "")
    assert "<script" not in page


def test_long_lists_are_folded_and_nothing_is_lost(report):
    remarks = tuple(Remark(row, f"{row}番", f"no. {row}", None) for row in range(1, 31))
    first = report.sources[0]
    long = type(first)(first.provenance, 30, 30, 0, 0, (Reason("marks", "あ", "a", remarks),))
    page = render_intake(
        type(report)(**{**{n: getattr(report, n) for n in report.__slots__}, "sources": (long,)}),
        "ja",
    )
    head, folded = page.split("<details>")
    assert head.count("<b>") - 4 == FOLDED_FROM  # four counts of rows are bold, too
    assert f"のこり{30 - FOLDED_FROM}件" in folded
    assert "30行目" in folded


def test_what_a_source_says_is_escaped(report):
    evil = {**report.sources[0].provenance, "title": "<script>alert(1)</script>"}
    first = type(report.sources[0])(evil, 0, 0, 0, 0, ())
    fields = {name: getattr(report, name) for name in report.__slots__}
    page = render_intake(type(report)(**{**fields, "sources": (first,)}), "ja")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_every_code_of_the_readers_has_words():
    codes = {
        code
        for path in INTAKE.rglob("*.py")
        for code in re.findall(r'Entry\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert codes
    assert {f"reason.{code}" for code in codes} <= set(catalogue("ja"))
    assert reason("brand_new", "ja") == "brand_new"

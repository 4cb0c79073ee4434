"""The description of the API: written in English where the routes are, told in both languages."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.routes.docs import SAID
from services.words.texts import sentences

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def said(part: Any, key: str = "") -> Iterator[str]:
    """Yield every text of a document that is for people, as one line."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from said(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from said(value, key)
    elif isinstance(part, str) and key in SAID:
        yield " ".join(part.split())


def test_every_text_of_the_description_has_japanese_and_no_japanese_is_left_over(
    app: FastAPI,
) -> None:
    texts = set(said(app.openapi()))
    assert len(texts) > 150
    assert sorted(texts - set(sentences("api"))) == []
    assert sorted(set(sentences("api")) - texts) == []


def test_the_description_is_told_in_japanese_unless_english_is_asked_for(
    client: TestClient,
) -> None:
    japanese, english = (client.get(f"/openapi.json{asked}").json() for asked in ("", "?lang=en"))
    told = {
        lang: document["paths"]["/collections/gaps/items"]["get"]
        for lang, document in (("ja", japanese), ("en", english))
    }
    assert told["en"]["summary"] == "Features of a collection (GeoJSON)"
    assert told["ja"]["summary"] == "データをとり出す（GeoJSON）"
    assert (told["en"]["tags"], told["ja"]["tags"]) == (["Data"], ["データ"])
    assert told["ja"]["responses"]["404"]["description"] == "ありません"
    limit = {
        lang: next(one for one in path["parameters"] if one["name"] == "limit")
        for lang, path in told.items()
    }
    assert limit["en"]["description"].startswith("Features on a page")
    assert limit["ja"]["description"].startswith("1ページの件数")
    # 会場未定 and the half-days are what is typed and shown in either language.
    assert {text for text in said(english) if JAPANESE.search(text)} == {
        "Half-days of which one at least must not be known to be taken: 日曜, 平日の午後.",
        "Points on streets (会場未定) where many are unreached; so many at most.",
    }
    assert client.get("/openapi.json?lang=fr").status_code == 400


def test_nothing_but_texts_differs_between_the_languages(client: TestClient) -> None:
    def bare(part: Any) -> Any:
        if isinstance(part, dict):
            kept = {name: bare(value) for name, value in part.items()}
            return {name: kept[name] for name in kept if not texts(name, part[name])}
        return [bare(value) for value in part] if isinstance(part, list) else part

    def texts(name: str, value: Any) -> bool:
        return name == "tags" or (name in SAID and isinstance(value, str))

    japanese, english = (client.get(f"/openapi.json?lang={lang}").json() for lang in ("ja", "en"))
    assert bare(japanese) == bare(english)
    assert japanese != english


def test_the_way_in_is_told_in_both_languages_and_leads_on_in_its_own(client: TestClient) -> None:
    japanese, english = (client.get(f"/?lang={lang}").json() for lang in ("ja", "en"))
    assert japanese["title"].endswith("歩いていける週1の場")
    assert not JAPANESE.search(json.dumps(english, ensure_ascii=False))
    links = {link["rel"]: link["href"] for link in english["links"]}
    assert links["service-desc"].endswith("/openapi.json?lang=en")
    assert client.get(links["service-doc"]).text.startswith('<!doctype html>\n<html lang="en">')
    shown = client.get("/", headers={"accept": "application/json"}).json()
    assert shown["links"][2:] == japanese["links"][2:]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_page_of_the_description_shows_every_text_of_an_address(
    client: TestClient, lang: str
) -> None:
    page = client.get(f"/docs?lang={lang}").text
    told = client.get(f"/openapi.json?lang={lang}").json()["paths"]["/why"]["get"]
    for text in (told["summary"], told["parameters"][0]["description"]):
        assert text.replace("'", "&#39;") in page
    shown = re.sub(r"<[^>]*>|日本語|会場未定|日曜, 平日の午後", "", page)
    assert bool(JAPANESE.search(shown)) == (lang == "ja")

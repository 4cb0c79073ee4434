"""Pages and what they load: everything from this process, nothing from elsewhere."""

import gzip
import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from geo.vocabulary import FREQUENCIES, GAP_CLASSES
from services.words.texts import LANGS, catalogue

WEB = Path(__file__).parents[2] / "api" / "web"
OWN = sorted(path.name for path in WEB.iterdir())
PAGES = ("/", "/?lang=en", "/docs", "/sign-in", "/reports/w", "/reports/w?lang=en")

# Names that look like addresses and are never asked for.
NAMES_ONLY = ("http://www.w3.org/", "http://www.opengis.net/def/")


def addresses(text: str) -> list[str]:
    found = re.findall(r"""(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s"'<>)]*""", text)
    return [address for address in found if not address.startswith(NAMES_ONLY)]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_no_address_outside(client: TestClient, page: str) -> None:
    answer = client.get(page, headers={"accept": "text/html"})

    assert answer.status_code == 200
    assert addresses(answer.text) == []


@pytest.mark.parametrize("name", OWN)
def test_an_asset_names_no_address_outside(client: TestClient, name: str) -> None:
    answer = client.get(f"/assets/{name}")

    assert answer.status_code == 200
    assert addresses(answer.text) == []


@pytest.mark.parametrize("page", PAGES)
def test_everything_a_page_loads_is_served(client: TestClient, page: str) -> None:
    text = client.get(page).text
    loaded = re.findall(r"""(?:src|href)="(/assets/[^"]+)""", text)

    for address in loaded:
        assert client.get(address).status_code == 200, address


def test_every_module_that_is_imported_is_there() -> None:
    for script in WEB.glob("*.js"):
        for name in re.findall(r"""from "\./([\w.-]+)";""", script.read_text(encoding="utf-8")):
            assert name in {*OWN, "vocabulary.js"}, f"{script.name} imports {name}"


def test_the_page_announces_every_module_it_will_import() -> None:
    announced = set(
        re.findall(
            r"/assets/([\w.-]+\.js)", (WEB.parent / "templates" / "map.html").read_text("utf-8")
        )
    )

    assert {path.name for path in WEB.glob("*.js")} - {
        "docs.js",
        "sign-in.js",
        "account.js",
        "meeting.js",
    } <= announced


@pytest.mark.parametrize("page", PAGES)
def test_a_page_may_run_nothing_but_its_own_files(client: TestClient, page: str) -> None:
    answer = client.get(page)
    policy = answer.headers["content-security-policy"]

    assert "unsafe-eval" not in policy
    assert not re.search(r"script-src[^;]*unsafe-inline", policy)
    assert "http" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
    assert not re.search(r"\son\w+=", answer.text)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_maps_need_a_worker_from_a_blob_and_get_it(client: TestClient) -> None:
    assert "worker-src 'self' blob:" in client.get("/").headers["content-security-policy"]


def test_no_text_is_put_into_the_page_as_html() -> None:
    for script in WEB.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|\beval\(", text
        ), script.name


@pytest.mark.parametrize("kind", ["js", "css"])
def test_the_map_library_comes_from_the_installed_package(client: TestClient, kind: str) -> None:
    answer = client.get(f"/assets/maplibre-gl.{kind}")

    assert answer.status_code == 200
    assert "max-age=" in answer.headers["cache-control"]
    assert "maplibregl" in answer.text


def test_a_font_is_there_for_machines_without_one(client: TestClient) -> None:
    answer = client.get("/assets/japanese.ttf")

    assert answer.headers["content-type"] == "font/ttf"
    assert "content-encoding" not in answer.headers


def test_programs_get_the_landing_page(client: TestClient) -> None:
    body = client.get("/").json()

    assert {"self", "data", "conformance", "service-desc", "service-doc"} <= {
        link["rel"] for link in body["links"]
    }
    assert client.get("/", headers={"accept": "text/html,*/*;q=0.8"}).text.startswith("<!doctype")


def test_the_description_shows_every_address(client: TestClient) -> None:
    page = client.get("/docs").text

    for path in client.app.openapi()["paths"]:
        assert path in page


def test_no_word_is_used_that_a_council_does_not_use() -> None:
    for path in WEB.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"カバレッジ|カバー率|POI\b", text), path.name


def test_the_page_takes_every_class_from_the_server(client: TestClient) -> None:
    answer = client.get("/assets/vocabulary.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    served = {
        name: json.loads(table)
        for name, table in re.findall(r"^export const (\w+) = (.*);$", answer.text, re.MULTILINE)
    }
    assert served["FREQUENCIES"] == list(FREQUENCIES)
    assert served["GAPS"] == list(GAP_CLASSES)

    wanted = set()
    for script in WEB.glob("*.js"):
        for names in re.findall(
            r'import \{([^}]*)\} from "./vocabulary.js"', script.read_text(encoding="utf-8")
        ):
            wanted |= {name.strip() for name in names.split(",")}
    assert wanted == set(served)


@pytest.mark.parametrize("lang", LANGS)
def test_the_words_of_a_language_come_at_once_and_are_kept(client: TestClient, lang: str) -> None:
    answer = client.get(f"/words/{lang}.json", headers={"accept-encoding": "gzip"})

    assert answer.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(answer.content, 5)) < 30_000
    assert answer.json().items() <= catalogue(lang).items()  # type: ignore[operator]
    assert {key for key in catalogue(lang) if key.startswith(("page.", "text."))} <= set(
        answer.json()
    )
    again = client.get(f"/words/{lang}.json", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_there_are_words_of_two_languages_only(client: TestClient) -> None:
    assert client.get("/words/fr.json").status_code == 400


def test_the_page_comes_in_the_language_that_is_asked_for(client: TestClient) -> None:
    for address, lang in (("/", "ja"), ("/?lang=ja", "ja"), ("/?lang=en", "en")):
        page = client.get(address, headers={"accept": "text/html"}).text
        assert f'<html lang="{lang}">' in page
        assert f"<title>{catalogue(lang)['page.title']}</title>" in page  # type: ignore[arg-type]
        assert f"/words/{lang}.json" in page

"""Every output that gives figures says what of them is assumed, and none says so where nothing is (tests/assumedtown.py)."""

import html
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio
import pytest
import rasterio
import shapely
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pmtiles.reader import MemorySource, Reader
from rasterio.transform import from_origin

from api.app import create_app
from api.cli.main import main
from api.settings import Settings
from services.edits.versions import add_edits
from services.plans.ask import ask_of
from services.plans.solve import make_plan
from services.publication.columns import IDS, LAYERS
from services.reports.picture import coverage_picture
from services.results.run import run
from services.scenarios.file import scenario_of
from services.scenarios.named import save_scenario
from services.situation.assumptions import assumptions_of
from services.situation.parameters import Parameters
from services.situation.view import Situation
from services.words.dates import today
from services.workspace.folder import Snapshot, Workspace, open_workspace
from tests.assumedtown import (
    OF_SEATS,
    ORIGIN,
    SHORTS,
    STAND_IN,
    STAND_IN_EN,
    assumed_town,
    told_town,
)
from tests.services.intake.populationrasters import write_counts
from tests.streets import PLANE

MARK, MARK_EN = "推定・みなし：", "Estimated or assumed: "
EDITED = "道には、担当者が入れた修正1件（通れない線・面1件）があります（版1、"
SHORTS = (*SHORTS, EDITED)
OF_WALKS = (*SHORTS[:4], *SHORTS[-3:])
OF_PEOPLE = SHORTS[4:8]
LINE = f"{MARK}{'、'.join(SHORTS[:-1])}"

_BARRIER = (
    gpd.GeoSeries([shapely.LineString([(700, 40), (700, 60)])], crs=PLANE).to_crs(6668).iloc[0]
)

ANSWERS: dict[str, tuple[str, ...]] = {
    "/about": SHORTS,
    "/summary": SHORTS,
    "/summary?layer=district&area=e": SHORTS,
    "/slots": SHORTS,
    "/timeline?from=R5&to=R6": SHORTS,
    "/streets": OF_WALKS,
    "/provision": (*SHORTS, *OF_SEATS),
    "/resilience": SHORTS,
    "/inequality": SHORTS,
    "/crosstab?rows=district&columns=school": SHORTS,
    **{f"/collections/{name}/items": SHORTS for name in (*IDS, "plans")},
    "/collections/gaps/items/{gap}": SHORTS,
    "/why": OF_WALKS,
    "/shares": (*SHORTS[:4], SHORTS[7]),
    "/plans": SHORTS,
    "/plans/{plan}": SHORTS,
    "/plans/{plan}/items": SHORTS,
    "/plans/{plan}/catchments": OF_WALKS,
    "/plans/{plan}/report": SHORTS,
    "/plans/{plan}/verification": SHORTS,
    "/reports": SHORTS,
    "/reports/e": SHORTS,
    "/scenarios/compare?names=A": SHORTS,
    "/walking-profiles": SHORTS[-3:-1],
    "/whatif": SHORTS,
    "/edit-proposals/effect": SHORTS,
}
"""Address → what it must say."""

TRIALS: dict[str, dict[str, Any]] = {
    "/whatif": {"edits": [{"action": "close", "place_id": "A"}]},
    "/edit-proposals/effect": {
        "kind": "barrier",
        "line": [*map(list, zip(*_BARRIER.coords.xy, strict=True))],
    },
}
"""What is posted to be answered with figures."""

NO_FIGURES = {
    "/": "the way in",
    "/docs": "no figures",
    "/openapi.json": "no figures",
    "/sign-in": "no figures",
    "/account": "no figures",
    "/session": "no figures",
    "/session/oidc": "no figures",
    "/session/oidc/callback": "no figures",
    "/session/personal-data": "no figures",
    "/guest-links": "no figures",
    "/tokens": "no figures",
    "/accounts": "no figures",
    "/accounts/{account_id}/personal-data": "no figures",
    "/log": "no figures",
    "/calendar": "days, titles and venues of meetings",
    "/meetings/{council_id}": "decisions, notes, papers and changes of places",
    "/meetings/{council_id}/papers/{paper_id}": "what a council wrote",
    "/meetings/{council_id}/agendas/{meeting_id}": "what a council wrote",
    "/meetings/{council_id}/summaries/{meeting_id}": "what a council wrote",
    "/meetings/{council_id}/proposals/{item_id}": "its figures are those of the report, with its assumptions",
    "/meetings/{council_id}/workshop": "a map to write on",
    "/collections/{collection_id}/queryables": "names and columns",
    "/collections/{collection_id}/schema": "names and columns",
    "/api": "the way in",
    "/conformance": "no figures",
    "/health": "no figures",
    "/ready": "no figures",
    "/tileMatrixSets": "no figures",
    "/tileMatrixSets/WebMercatorQuad": "no figures",
    "/tiles": "names",
    "/tiles/WebMercatorQuad": "names; as TileJSON it tells",
    "/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}": "its TileJSON tells",
    "/collections/{collection_id}/tiles": "names",
    "/collections/{collection_id}/tiles/WebMercatorQuad": "names; as TileJSON it tells",
    "/collections/{collection_id}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}": "its TileJSON tells",
    "/styles": "names",
    "/styles/{style}": "signs; the tiles tell",
    "/collections/{collection_id}/styles": "names",
    "/collections/{collection_id}/styles/{style}": "signs",
    "/download.gpkg": "every file tells (test_every_download_says_what_is_assumed)",
    "/collections/{collection_id}/download.{ending}": "every file tells, likewise",
    "/collections": "names and columns",
    "/collections/{collection_id}": "names and columns",
    "/processes": "what can be asked for",
    "/processes/{process_id}": "what can be asked for",
    "/jobs": "how far the search is; the plan says what it assumes",
    "/jobs/{job_id}": "how far the search is; the plan says what it assumes",
    "/jobs/{job_id}/results": "where the plan is",
    "/decisions": "what councils decided, as they wrote it",
    "/registry/stale": "when somebody last saw a place",
    "/registry/feed": "what became of places",
    "/registry/report": "what became of places",
    "/registry/places/{place_id}": "a place, as people wrote it",
    "/registry/venues": "venues, as people wrote them",
    "/registry/venues/{venue_id}": "a venue, as people wrote it",
    "/registry/groups": "groups, as people wrote them",
    "/registry/groups/{group_id}": "a group, as people wrote it",
    "/registry/areas/{layer}/{area_id}/notes": "what people wrote",
    "/edit-proposals": "what somebody would draw",
    "/edit-proposals/file": "what somebody would draw",
    "/scenarios": "what somebody wants to try",
    "/scenarios/{name}": "what somebody wants to try",
    "/scenarios/{name}/items": "where somebody wants to try it",
    "/scenarios/{name}/file": "what somebody wants to try",
    "/intake": "how far each input is known, by rules of its own",
    "/intake.json": "how far each input is known, by rules of its own",
}


def made(folder: Path, town: Callable[[Path], Any]) -> Snapshot:
    """Return the snapshot of a town with a plan and a scenario."""
    workspace = town(folder)
    snapshot = run(workspace)
    make_plan(workspace, ask_of({"most": 1, "points_max": 0, "k": 2}))
    edit = {"action": "open", "venue_id": "H3", "schedule_text": "毎週金曜日"}
    save_scenario(workspace, scenario_of({"name": "A", "edits": [edit]}))
    return snapshot


def drawn_town(folder: Path) -> Workspace:
    """Write the town in which everything is assumed, with a barrier that no street meets."""
    workspace = assumed_town(folder)
    rows = gpd.GeoDataFrame({"edit_id": ["b"], "kind": ["barrier"]}, geometry=[_BARRIER], crs=6668)
    rows.to_file(folder / "drawn.geojson")
    add_edits(workspace, folder / "drawn.geojson", by="地域支援課", note="名前は出さない")
    return workspace


@pytest.fixture(scope="module")
def assumed(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return made(tmp_path_factory.mktemp("assumed"), drawn_town)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return made(tmp_path_factory.mktemp("told"), told_town)


def app_of(snapshot: Snapshot) -> FastAPI:
    return create_app(snapshot.workspace, Settings(warm=False))


def answers(snapshot: Snapshot, *, without: str = "-") -> Iterator[tuple[str, str]]:
    """Yield every address that gives figures, with its answer as text; none that begins ``without``."""
    with TestClient(app_of(snapshot)) as client:
        gap = client.get("/collections/gaps/items").json()["features"][0]["id"]
        at = client.get("/collections/places/items").json()["features"][0]["geometry"]
        lon, lat = at["coordinates"]
        for address in (one for one in ANSWERS if not one.startswith(without)):
            if address in TRIALS:
                answer = client.post(address, json=TRIALS[address])
            else:
                path = address.format(gap=gap, plan="0001")
                found = {"lon": lon, "lat": lat} if address == "/why" else None
                answer = client.get(path, params=found) if found else client.get(path)
            assert answer.status_code == 200, (address, answer.text)
            yield address, answer.text


def test_every_route_is_asked_or_gives_no_figures(assumed: Snapshot) -> None:
    paths = app_of(assumed).openapi()["paths"]
    routes = {path for path, methods in paths.items() if "get" in methods or path in TRIALS}
    asked = {address.split("?")[0] for address in ANSWERS}
    patterns = {
        "/collections/{collection_id}/items": "/collections/gaps/items",
        "/collections/{collection_id}/items/{feature_id}": "/collections/gaps/items/{gap}",
        "/plans/{plan_id}": "/plans/{plan}",
        "/plans/{plan_id}/items": "/plans/{plan}/items",
        "/plans/{plan_id}/catchments": "/plans/{plan}/catchments",
        "/plans/{plan_id}/report": "/plans/{plan}/report",
        "/plans/{plan_id}/verification": "/plans/{plan}/verification",
        "/reports/{area}": "/reports/e",
    }
    others = {path for path in routes if patterns.get(path, path) not in asked}
    assert others == set(NO_FIGURES)


def test_every_answer_says_what_is_assumed(assumed: Snapshot) -> None:
    silent = {}
    for address, text in answers(assumed):
        missing = [short for short in ANSWERS[address] if short not in text]
        if missing or MARK not in text:
            silent[address] = missing or [MARK]
    assert silent == {}


def test_the_marks_are_said_in_english_as_well(assumed: Snapshot) -> None:
    with TestClient(app_of(assumed)) as client:
        body = client.get("/summary").json()
        assert body["assumed"] == [
            STAND_IN,
            f"65歳以上の人数は、{ORIGIN}をどの区域にも同じにかけた推定です（30％）",
            f"{EDITED}{today().isoformat()}）",
            LINE,
        ]
        full, rate, _, line = body["assumed_en"]
        assert full == STAND_IN_EN
        assert ORIGIN in rate
        assert line.startswith(MARK_EN)
        for address in ("/reports/e?lang=en", "/plans/0001/report?lang=en"):
            assert line in client.get(address).text.replace("&#34;", '"')


def test_nothing_is_marked_where_all_is_told(told: Snapshot) -> None:
    assert told.run["assumptions"] == []
    noisy = [address for address, text in answers(told) if MARK in text or MARK_EN in text]
    assert noisy == []


def test_every_download_says_what_is_assumed(assumed: Snapshot, tmp_path: Path) -> None:
    with TestClient(app_of(assumed)) as client:

        def fetched(ending: str) -> Path:
            path = tmp_path / f"gaps.{ending}"
            path.write_bytes(client.get(f"/collections/gaps/download.{ending}").content)
            return path

        package = tmp_path / "arukeba.gpkg"
        package.write_bytes(client.get("/download.gpkg").content)
        texts = {ending: fetched(ending).read_text("utf-8") for ending in ("geojson", "fg.json")}
        texts["beside the tables of text"] = fetched("provenance.json").read_text("utf-8")
        texts["kml"] = html.unescape(fetched("kml").read_text("utf-8"))
        for name, path in (("all", package), ("gpkg", fetched("gpkg"))):
            texts[name] = "".join(pyogrio.read_dataframe(path, layer="provenance")["value"])
            described = pyogrio.read_info(path, layer="gaps")["layer_metadata"]
            texts[f"{name}, described"] = described["DESCRIPTION"]
        told = pyogrio.read_info(fetched("fgb"))["layer_metadata"]
        texts["fgb"], texts["fgb, described"] = told["provenance"], told["DESCRIPTION"]
        texts["parquet"] = pq.read_schema(fetched("parquet")).metadata[b"provenance"].decode()
        archive = Reader(MemorySource(fetched("pmtiles").read_bytes()))
        texts["pmtiles"] = archive.metadata()["description"]
        tilejson = client.get("/collections/gaps/tiles/WebMercatorQuad?f=tilejson")
        texts["tilejson"] = tilejson.json()["description"]
    silent = {
        name: [short for short in SHORTS if short not in text] for name, text in texts.items()
    }
    assert silent == {name: [] for name in texts}
    assert {name for name, text in texts.items() if MARK not in text} == set()


@pytest.fixture(scope="module")
def files(assumed: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("files")
    path = str(assumed.workspace.path)
    for file_format in ("csv", "geojson", "gpkg"):
        asked = ["--format", file_format, "--out", str(out / file_format)]
        assert main(["export", path, *asked]) == 0
    assert main(["timeline", path, "--from", "R5", "--to", "R6", "--out", str(out / "t.csv")]) == 0
    asked = ["--rows", "district", "--columns", "school", "--out", str(out / "x.csv")]
    assert main(["crosstab", path, *asked]) == 0
    asked = ["--out", str(out / "walk.tif"), "--cell-m", "50"]
    assert main(["raster", "surface", path, *asked]) == 0
    assert main(["snaps", path, "--out", str(out / "snaps.gpkg")]) == 0
    counts = write_counts(
        out / "people.tif", [[5.0] * 24] * 4, transform=from_origin(-300, 200, 100, 100)
    )
    asked = [str(counts), "--layer", "district", "--out", str(out / "compared.csv")]
    assert main(["raster", "compare", path, *asked]) == 0
    assert main(["publish", path, "--out", str(out / "published")]) == 0
    assert main(["report", path, "--area", "e", "--out", str(out / "e.html"), "--lang", "ja"]) == 0
    return out


def test_every_file_says_what_is_assumed(files: Path) -> None:
    everything = (*SHORTS, *OF_SEATS)
    texts = {
        f"{path.relative_to(files)}": (path.read_text("utf-8"), everything)
        for path in (files / "geojson").glob("*.geojson")
    }
    assert len(texts) == len(LAYERS)
    texts["csv"] = (files / "csv" / "provenance.json").read_text("utf-8"), everything
    told = pyogrio.read_dataframe(files / "gpkg" / "arukeba.gpkg", layer="provenance")
    texts["gpkg"] = "\n".join(told["value"]), everything
    texts["timeline"] = (files / "t.provenance.json").read_text("utf-8"), SHORTS
    texts["crosstab"] = (files / "x.provenance.json").read_text("utf-8"), everything
    with rasterio.open(files / "walk.tif") as raster:
        texts["raster"] = raster.tags()["assumed"], OF_WALKS
        assert MARK_EN in raster.tags()["TIFFTAG_IMAGEDESCRIPTION"]
    told = pyogrio.read_dataframe(files / "snaps.gpkg", layer="about")
    texts["snaps"] = "\n".join(told["value"]), (*SHORTS[:4], *OF_PEOPLE, EDITED)
    told = (files / "compared.provenance.json").read_text("utf-8")
    texts["compared"] = told, (SHORTS[4], SHORTS[7])
    texts["report"] = (files / "e.html").read_text("utf-8"), SHORTS
    silent = {
        name: [short for short in wanted if short not in text]
        for name, (text, wanted) in texts.items()
        if MARK not in text or any(short not in text for short in wanted)
    }
    assert silent == {}


def test_what_is_published_says_what_is_assumed(files: Path) -> None:
    snapshot = open_workspace(files / "published").snapshot()
    silent = [
        address
        # What somebody tries stays in the house.
        for address, text in answers(snapshot, without="/scenarios")
        if MARK not in text or any(short not in text for short in ANSWERS[address])
    ]
    assert silent == []


def test_places_bear_the_mark_themselves(files: Path) -> None:
    rows = gpd.read_file(files / "geojson" / "places.geojson").set_index("place_id")
    assert rows["schedule_assumed"].to_dict() == {"A": True, "D": True, "F": True}
    assert rows["stand_in"].to_dict() == {"A": True, "D": True, "F": False}
    page = (files / "e.html").read_text("utf-8")
    assert "毎週月曜日10:00〜11:30（みなし）" in page
    assert "代わりの場所（みなし）" in page


COMMANDS: dict[str, tuple[list[str], tuple[str, ...]]] = {
    "run": ([], SHORTS),
    "plan": (["--most", "1", "--points", "0"], SHORTS),
    "plans": ([], SHORTS),
    "whatif": (["--close", "A"], SHORTS),
    "why": ([], OF_WALKS),
    "scenario compare": (["A"], SHORTS),
    "timeline": (["--from", "R5", "--to", "R6"], SHORTS),
}
"""Command → its arguments, and what it must print."""


def test_every_table_of_a_terminal_says_what_is_assumed(
    assumed: Snapshot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    spot = assumed.layer("places").to_crs(6668).geometry.iloc[0]
    silent = {}
    for name, (arguments, wanted) in COMMANDS.items():
        path = str(assumed.workspace.path)
        given = [f"{spot.x}", f"{spot.y}"] if name == "why" else arguments
        assert main([*name.split(), path, *given, "--lang", "ja"]) == 0
        shown = capsys.readouterr().out
        if MARK not in shown or any(short not in shown for short in wanted):
            silent[name] = [short for short in wanted if short not in shown]
    assert silent == {}


def test_the_picture_says_what_is_assumed(
    assumed: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(
        "services.drawing.pens.Pen.write", lambda _pen, _on, _at, words, **_: written.append(words)
    )
    coverage_picture(assumed, tmp_path / "town.png")
    said = "".join(written)
    assert [short for short in (MARK, *SHORTS) if short not in said] == []


def test_each_assumption_tells_whence_and_how_much_it_touches(assumed: Snapshot) -> None:
    found = {item["code"]: item for item in assumed.run["assumptions"]}
    assert {code: found[code]["places"] for code in ("stand_in", "schedule_given", "position")} == {
        "stand_in": 2,
        "schedule_given": 2,
        "position": 1,
    }
    assert found["schedule_given"]["of"] == 3
    # 20 + 30 + 50 + 100 are 65 or older (tests/datedtown.py).
    assert (found["rate"]["residents"], found["rate"]["origin"]) == (200.0, ORIGIN)
    assert found["limit"]["origin"] == "walk_limit"
    assert (
        json.loads((assumed.path / "run.json").read_text("utf-8"))["assumptions"]
        == (assumed.run["assumptions"])
    )


def test_what_somebody_asks_for_is_no_assumption(assumed: Snapshot) -> None:
    workspace = assumed.workspace
    asked = Parameters.of(workspace.profile, walk_limit_m=300.0, walking_profile="slow")
    codes = {item["code"] for item in assumptions_of(Situation(workspace, asked))}
    assert not codes & {"limit", "walker"}
    assert "rate" in codes


def test_the_page_of_a_plan_draws_the_edits_it_stands_on(assumed: Snapshot, told: Snapshot) -> None:
    pages = []
    for snapshot in (assumed, told):
        with TestClient(app_of(snapshot)) as client:
            pages.append(client.get("/plans/0001/report").text)
    assert ["修正：通れない線・面" in page for page in pages] == [True, False]

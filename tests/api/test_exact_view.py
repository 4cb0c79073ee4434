"""For whom figures are: the exact view is asked for by name, on this machine, and says so everywhere."""

import json
from collections.abc import Iterator
from html import unescape

import geopandas as gpd
import pytest
import typer
from fastapi.testclient import TestClient

from api.cli.main import create_cli, main
from services.publication.export import export
from services.workspace.folder import Workspace, open_workspace
from tests.api.signing import planner

WORDS = {
    "ja": "庁内用（公開しない数）",
    "en": "For the city's own use: exact figures, not to be published",
}
ROUNDED = {
    "ja": "人数は5人単位に丸めてあります（架空町全体 ±5人、地区 ±5人）",
    "en": "Numbers of people are rounded to multiples of 5 (all of Kaku Town ±5, each council's area ±5)",
}
PAGES = ("/", "/docs", "/api", "/reports/w", "/walking-profiles")
WITHOUT_VIEW = {
    *("run", "publish"),  # write both views, or the public one alone
    *("backup", "restore"),  # copy the folder as it is
    "serve",  # the exact one to those who have signed in for it
    *(
        f"registry {name}"
        for name in (
            *("add", "change", "confirm", "import", "undo", "feed"),
            *("report", "note"),
        )
    ),
    *(
        f"meeting {name}"
        for name in ("add", "import", "change", "undo", "remove", "list", "calendar")
    ),
    *(f"account {name}" for name in ("add", "change", "remove", "list", "show", "log")),
    *(f"scenario {name}" for name in ("new", "add", "remove", "list", "show")),
    *(f"scenario {name}" for name in ("export", "import", "delete")),
    *(f"edits {name}" for name in ("add", "list", "show", "revert")),
    *(f"edits {name}" for name in ("proposals", "accept", "reject", "export")),
    *(f"decision {name}" for name in ("record", "list", "export")),
    "milestones",
    "counts",
}
"""Commands on a workspace that tell no figure of residents."""


@pytest.fixture(scope="module")
def office(workspace: Workspace) -> Iterator[TestClient]:
    with planner(workspace, view="exact") as client:
        yield client


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_the_exact_view_says_so_and_no_page_of_the_public_one(
    office: TestClient, client: TestClient, page: str, lang: str
) -> None:
    exact, public = (
        unescape(one.get(page, params={"lang": lang}).text) for one in (office, client)
    )
    assert WORDS[lang] in exact
    assert WORDS[lang] not in public


def test_no_page_of_another_origin_may_read_the_exact_view(office: TestClient) -> None:
    asked = {"origin": "https://map.example", "access-control-request-method": "GET"}
    for answer in (
        office.get("/summary", headers=asked),
        office.options("/summary", headers=asked),
    ):
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["arukeba.example", "192.0.2.7:8000", "127.0.0.1.arukeba.example"])
def test_nothing_is_answered_under_a_name_from_elsewhere(
    office: TestClient, client: TestClient, host: str
) -> None:
    for one in (office, client):
        assert one.get("/summary").status_code == 200
        assert one.get("/summary", headers={"host": "localhost:9"}).status_code == 200
        assert one.get("/summary", headers={"host": "[::1]:8000"}).status_code == 200
        assert one.get("/summary", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104  what is refused
def test_other_machines_are_served_under_a_name_that_somebody_has_given(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    assert main(["serve", str(workspace.path), "--host", host, "--lang", "en"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.splitlines()) == 1
    assert "ARUKEBA_ADDRESS" in shown.err


def test_what_the_numbers_are_is_told_with_every_answer(
    office: TestClient, client: TestClient
) -> None:
    for address in ("/about", "/collections/gaps/items"):
        exact, public = (one.get(address).json() for one in (office, client))
        exact, public = (body.get("provenance", body) for body in (exact, public))
        assert (public["view"], exact["view"]) == ("public", "exact")
        told = {"ja": public["privacy"]["note"], "en": public["privacy"]["note_en"]}
        assert told == ROUNDED
        assert {"ja": exact["privacy"]["note"], "en": exact["privacy"]["note_en"]} == WORDS
        assert public["privacy"]["rounding"] == {"base": 5, "whole": 5, "councils": 5}
        assert exact["privacy"]["rounding"] is None


def test_where_residents_are_published_their_address_is_named(tmp_path, town_snapshot) -> None:
    """Nothing is rounded then: the manifest has no bounds."""
    import shutil

    from services.publication.viewed import numbers_note

    path = tmp_path / "town"
    shutil.copytree(town_snapshot.workspace.path, path)
    profile = (path / "profile.toml").read_text(encoding="utf-8")
    assert "[privacy]" not in profile
    published = 'residents_published = true\nresidents_published_url = "https://example.org/65"'
    (path / "profile.toml").write_text(f"{profile}\n[privacy]\n{published}\n", encoding="utf-8")
    manifest = json.loads((path / "workspace.json").read_text(encoding="utf-8"))
    (path / "workspace.json").write_text(
        json.dumps({**manifest, "rounding": None}), encoding="utf-8"
    )
    said = "人数は公表されている数（https://example.org/65）をそのまま使っています"
    assert numbers_note(open_workspace(path), "ja") == said


@pytest.mark.parametrize("file_format", ["geojson", "gpkg", "csv"])
@pytest.mark.parametrize("view", ["public", "exact"])
def test_every_exported_file_bears_its_view(tmp_path, workspace, file_format, view) -> None:
    files = export(workspace.seen(view), tmp_path, file_format=file_format)
    if file_format == "gpkg":
        table = gpd.read_file(files[0], layer="provenance").set_index("key")["value"]
        assert table["view"] == view
        assert json.loads(table["privacy"])["note"] == (WORDS if view == "exact" else ROUNDED)["ja"]
    elif file_format == "geojson":
        told = [json.loads(path.read_text(encoding="utf-8"))["provenance"] for path in files]
        assert {one["view"] for one in told} == {view}
    else:
        told = json.loads((tmp_path / "provenance.json").read_text(encoding="utf-8"))
        assert told["view"] == view


def commands(group: typer.core.TyperGroup, before: str = "") -> dict[str, typer.core.TyperCommand]:
    found = {}
    for name, command in group.commands.items():
        inner = isinstance(command, typer.core.TyperGroup)
        found |= commands(command, f"{name} ") if inner else {f"{before}{name}": command}
    return found


def test_every_command_that_tells_figures_of_a_workspace_is_asked_for_whom() -> None:
    found = commands(typer.main.get_command(create_cli("en")))
    on_workspace = {
        name: {option for one in command.params for option in one.opts}
        for name, command in found.items()
        if any(one.name == "workspace" for one in command.params)
    }
    assert {name for name, opts in on_workspace.items() if "--view" not in opts} == WITHOUT_VIEW


@pytest.mark.parametrize("command", [["report", "--area", "w"], ["plans"]])
def test_an_answer_of_the_exact_view_begins_with_for_whom_it_is(
    workspace: Workspace, tmp_path, capsys, command
) -> None:
    name, *options = command
    options += [] if name == "plans" else ["--out", str(tmp_path / "page.html")]
    asked = [name, str(workspace.path), *options, "--lang", "ja", "--json"]
    assert main(asked) == 0
    assert capsys.readouterr().err == ""
    assert main([*asked, "--view", "exact"]) == 0
    shown = capsys.readouterr()
    assert shown.err == f"{WORDS['ja']}\n"
    json.loads(shown.out)

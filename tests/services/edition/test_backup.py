"""A backup: made while others write, whole or not at all, and put back the same."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import threading
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from api.cli.main import main
from geo.errors import BusyError, InvalidInputError, NotFoundError, SourceError
from services.accounts.log import deeds
from services.accounts.people import accounts, add_account, change_account
from services.accounts.rights import ANYBODY
from services.accounts.sessions import by_token, make_token, sign_in, visitor_of
from services.councils.decisions import list_decisions, record_decision
from services.councils.entry import NewDecision
from services.edition.backup import ABOUT, JOBS, REGISTRY, _unpacked, back_up, restore
from services.edition.jobs import Jobs
from services.registry.copies import copy_registry, counted, is_empty
from services.results.run import run
from services.scenarios.file import scenario_of
from services.scenarios.named import list_scenarios, save_scenario
from services.words.vocabulary import EXACT
from services.workspace.folder import Workspace, open_workspace
from services.workspace.jsonfiles import read_json, write_json
from services.workspace.locks import in_use
from tests.databases import DATABASES, empty_database
from tests.faults import each_death
from tests.services.plans.test_plans import town


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = town(tmp_path_factory.mktemp("backup"))
    run(workspace)
    save_scenario(workspace, scenario_of({"name": "案", "edits": []}))
    return workspace


@pytest.fixture
def own(made: Workspace, tmp_path: Path) -> Workspace:
    return open_workspace(Path(shutil.copytree(made.path, tmp_path / "own")))


def held(path: Path) -> dict[str, str]:
    """Return what a workspace holds: each file by its hash, the registry row by row."""
    found = {
        file.relative_to(path).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(path.rglob("*"))
        if file.is_file() and not file.name.startswith((".", REGISTRY))
    }
    with closing(sqlite3.connect(path / REGISTRY)) as registry:
        return {**found, REGISTRY: "\n".join(registry.iterdump())}


def decided(workspace: Workspace, number: int) -> None:
    council = workspace.snapshot().run["summary"]["council_layer"]
    areas = workspace.areas()
    area = areas[areas["layer"] == council].iloc[[0]]
    point = area.representative_point().to_crs(4326).iloc[0]
    record_decision(
        workspace,
        NewDecision(
            action="open",
            status="proposed",
            frequency="weekly",
            council_id=str(area["area_id"].iloc[0]),
            name=f"集会所{number}",
            lon=point.x + 0.001 * (number - 2),  # another candidate each time
            lat=point.y,
            decided_by="支えあい会議",
        ),
    )


def test_what_is_put_back_is_what_was_backed_up(own: Workspace, tmp_path: Path) -> None:
    before = held(own.path)
    made = back_up(own, tmp_path / "copy.zip")
    back = restore(tmp_path / "copy.zip", tmp_path / "back")
    assert held(back.path) == before
    assert made.rows["places"] > 0
    assert back.snapshot().name == own.snapshot().name
    assert [one.to_dict()["name"] for one in list_scenarios(back)] == ["案"]


def test_what_waited_is_asked_again_after_a_restore(own: Workspace, tmp_path: Path) -> None:
    jobs, exact = Jobs(own), Jobs(own.seen(EXACT))
    first = jobs.submit("plan", {"most": 1})
    jobs.check(first.job_id)
    running = jobs.begin()
    assert running is not None
    jobs.claim(running.job_id, "0003")
    waiting = exact.submit("run", {"walk_limit_m": 400.0}, "somebody")
    jobs.dismiss(jobs.submit("plan", {"most": 2}).job_id)
    back_up(own, tmp_path / "a.zip")
    again = restore(tmp_path / "a.zip", tmp_path / "again")
    (told,) = Jobs(again).running()
    assert (told.job_id, told.inputs, told.result) == (first.job_id, {"most": 1}, "0003")
    (told,) = Jobs(again.seen(EXACT)).unchecked()
    assert (told.job_id, told.inputs) == (waiting.job_id, {"walk_limit_m": 400.0})
    assert told.client == "somebody"
    # What the replaced workspace was asked is gone with it.
    later = jobs.submit("plan", {"most": 3})
    restore(tmp_path / "a.zip", own.path, replace=True)
    with pytest.raises(NotFoundError):
        Jobs(own).get(later.job_id)
    assert [one.job_id for one in Jobs(own).running()] == [first.job_id]


def test_accounts_come_back_where_there_are_none_and_no_session_does(
    own: Workspace, tmp_path: Path
) -> None:
    password = "まいしゅう あるいて いける"  # noqa: S105  of nobody
    add_account(own, "office", role="planner", password=password, by=ANYBODY)
    entry = sign_in(own, "office", password, address="127.0.0.1")
    token = make_token(own, entry.visitor, "QGIS", ["exact"], days=1)["token"]
    told = deeds(own)
    file = tmp_path / "backup.zip"
    back_up(own, file)
    again = restore(file, tmp_path / "again")
    assert accounts(again) == accounts(own)
    assert deeds(again) == told
    assert by_token(again, token).account_id == "office"
    assert visitor_of(again, entry.key) == (ANYBODY, "")
    change_account(again, "office", password=password[::-1], by=ANYBODY)
    restore(file, tmp_path / "again", replace=True)
    assert sign_in(again, "office", password[::-1], address="127.0.0.1").key


def test_a_backup_of_before_has_no_jobs(own: Workspace, tmp_path: Path) -> None:
    back_up(own, tmp_path / "a.zip")
    with (
        zipfile.ZipFile(tmp_path / "a.zip") as new,
        zipfile.ZipFile(tmp_path / "b.zip", "w") as old,
    ):
        about = json.loads(new.read(ABOUT))
        del about["sha256"][JOBS]
        for name in about["sha256"]:
            old.writestr(name, new.read(name))
        old.writestr(ABOUT, json.dumps(about))
    assert Jobs(restore(tmp_path / "b.zip", tmp_path / "again")).open_n() == 0


def test_whichever_byte_is_another_one_it_is_refused_or_read_as_it_was(
    own: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "a.zip"
    about = back_up(own, file)
    whole = file.read_bytes()
    refused, wrong = 0, []
    # Everywhere in the archive, and each byte of its end, where the directory and its own end are.
    places = [*range(0, len(whole), len(whole) // 150), *range(len(whole) - 60, len(whole))]
    for at in places:
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            with _unpacked(file) as (found, _):
                if found != about:
                    wrong.append(at)
        except SourceError:
            refused += 1
    assert wrong == []
    assert refused > len(places) // 2


def test_a_backup_is_for_its_owner_alone(own: Workspace, tmp_path: Path) -> None:
    back_up(own, tmp_path / "copy.zip")
    assert (tmp_path / "copy.zip").stat().st_mode & 0o077 == 0


def test_what_is_acknowledged_before_is_in_a_backup_that_is_made_while_others_write(
    own: Workspace, tmp_path: Path
) -> None:
    written, stop = [0], threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(own.path / REGISTRY, timeout=30)) as registry:
            registry.execute("PRAGMA journal_mode=WAL")
            while not stop.is_set():
                number = written[0] + 1
                registry.execute("INSERT INTO pairs VALUES (?, NULL)", (number,))
                registry.execute("UPDATE pairs SET right_n = ? WHERE left_n = ?", (number, number))
                registry.commit()
                written[0] = number

    with closing(sqlite3.connect(own.path / REGISTRY)) as registry:
        registry.execute("CREATE TABLE pairs (left_n INTEGER, right_n INTEGER)")
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            before = written[0]
            file = tmp_path / f"{number}.zip"
            rows = back_up(own, file).rows["pairs"]
            assert before <= rows <= written[0] + 1
            back = restore(file, tmp_path / f"back-{number}")
            with closing(sqlite3.connect(back.path / REGISTRY)) as registry:
                torn = "SELECT count(*) FROM pairs WHERE left_n IS NOT right_n"
                assert registry.execute(torn).fetchone() == (0,)
    finally:
        stop.set()
        writer.join()
    assert written[0] > 20


def test_nothing_is_replaced_that_was_not_said(own: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "copy.zip"
    back_up(own, file)
    before, kept = file.read_bytes(), held(own.path)
    with pytest.raises(InvalidInputError, match="say --replace"):
        back_up(own, file)
    with pytest.raises(InvalidInputError, match="say --replace"):
        restore(file, own.path)
    assert (file.read_bytes(), held(own.path)) == (before, kept)
    save_scenario(own, scenario_of({"name": "後", "edits": []}))
    restore(file, own.path, replace=True)
    assert held(own.path) == kept


def test_a_folder_that_is_no_workspace_is_never_replaced(own: Workspace, tmp_path: Path) -> None:
    back_up(own, tmp_path / "copy.zip")
    other = tmp_path / "documents"
    other.mkdir()
    (other / "letter.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="is no workspace"):
        restore(tmp_path / "copy.zip", other, replace=True)
    assert (other / "letter.txt").read_text(encoding="utf-8") == "kept"


def test_a_workspace_where_somebody_works_is_not_replaced(own: Workspace, tmp_path: Path) -> None:
    back_up(own, tmp_path / "copy.zip")
    with in_use(own.path), pytest.raises(BusyError):
        restore(tmp_path / "copy.zip", own.path, replace=True)


def test_a_backup_does_not_lie_in_what_it_backs_up(own: Workspace) -> None:
    with pytest.raises(InvalidInputError, match="lies in the workspace"):
        back_up(own, own.path / "copy.zip")


def changed(file: Path, name: str, content: bytes) -> None:
    """Write a backup anew with one file in it changed."""
    with zipfile.ZipFile(file) as archive:
        there = {one: archive.read(one) for one in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for one, was in {**there, name: content}.items():
            archive.writestr(one, was)


@pytest.mark.parametrize("damage", ["cut", "bit", "file", "registry", "about", "outside", "rows"])
def test_of_a_damaged_backup_nothing_is_put_back(
    own: Workspace, tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "copy.zip"
    back_up(own, file)
    whole = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        about = json.loads(archive.read(ABOUT))
    if damage == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "bit":
        # In the middle of what the largest file holds: a header tells some things twice.
        with zipfile.ZipFile(file) as archive:
            largest = max(archive.infolist(), key=lambda one: one.compress_size)
        at = largest.header_offset + largest.compress_size // 2
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    elif damage == "file":
        changed(file, "workspace/profile.toml", b"other")
    elif damage == "registry":
        about["sha256"][REGISTRY] = hashlib.sha256(b"none").hexdigest()
        changed(file, REGISTRY, b"none")
        changed(file, ABOUT, json.dumps(about).encode())
    elif damage == "about":
        changed(file, ABOUT, b"[]")
    elif damage == "outside":
        about["sha256"]["workspace/../../out.txt"] = hashlib.sha256(b"out").hexdigest()
        changed(file, "workspace/../../out.txt", b"out")
        changed(file, ABOUT, json.dumps(about).encode())
    else:
        about["rows"]["places"] += 1
        changed(file, ABOUT, json.dumps(about).encode())
    with pytest.raises((InvalidInputError, Exception), match=r"damaged|not complete"):
        restore(file, tmp_path / "back")
    assert not (tmp_path / "back").exists()
    assert not (tmp_path / "out.txt").exists()


DYING = """
from pathlib import Path
from services.edition.backup import back_up, restore
from services.workspace.folder import open_workspace

def act(step, what, source, target):
    if what == "backup":
        back_up(open_workspace(Path(source)), Path(target), replace=True)
    else:
        restore(Path(source), Path(target), replace=True)
    print("done")
"""


def test_whenever_a_backup_is_killed_the_file_is_the_old_one_or_the_new_one(
    own: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "copy.zip"
    back_up(own, file)
    old = file.read_bytes()
    save_scenario(own, scenario_of({"name": "後", "edits": []}))

    def whole(said: str) -> None:
        back = tmp_path / "back"
        restore(file, back, replace=back.exists())
        names = [one.to_dict()["name"] for one in list_scenarios(open_workspace(back))]
        assert (file.read_bytes() == old) == (names == ["案"])
        if said:
            assert len(names) == 2
        file.write_bytes(old)

    assert each_death(DYING, "backup", own.path, file, check=whole) >= 2


def test_whenever_a_restore_is_killed_the_workspace_is_the_old_one_or_the_new_one(
    own: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "copy.zip"
    back_up(own, file)
    new = held(own.path)
    save_scenario(own, scenario_of({"name": "後", "edits": []}))
    back_up(own, tmp_path / "later.zip")
    old = held(own.path)
    target = tmp_path / "target"
    restore(tmp_path / "later.zip", target)

    def whole(said: str) -> None:
        open_workspace(target)
        found = held(target)
        assert found == new or (found == old and not said)
        restore(tmp_path / "later.zip", target, replace=True)

    assert each_death(DYING, "restore", file, target, check=whole) >= 2


@pytest.mark.parametrize("kind", DATABASES)
def test_a_registry_is_copied_from_and_to_where_it_lies(
    kind: str, own: Workspace, tmp_path: Path
) -> None:
    from services.registry.copies import put_registry
    from services.registry.database import writing

    url = empty_database(kind, tmp_path)
    if kind == "server":
        assert is_empty(url)
        with writing(url) as opened:
            put_registry(own.path / REGISTRY, opened)
        assert not is_empty(url)
        write_json(
            own.path / "workspace.json",
            {**read_json(own.path / "workspace.json"), "registry_url": url},
        )
        own = open_workspace(own.path)
    decided(own, 1)
    decided(own, 2)
    before = counted_in(own)
    back_up(own, tmp_path / "copy.zip")
    decided(own, 3)
    if kind == "server":
        with pytest.raises(InvalidInputError, match="holds rows already"):
            restore(tmp_path / "copy.zip", tmp_path / "back")
    back = restore(tmp_path / "copy.zip", tmp_path / "back", replace=True)
    assert counted_in(back) == before
    decided(back, 4)  # numbers go on
    assert len(list_decisions(back)) >= 1


def counted_in(workspace: Workspace) -> dict[str, int]:
    file = workspace.path.parent / "counted.sqlite"
    file.unlink(missing_ok=True)
    return dict(copy_registry(workspace.registry_url, file))


def test_a_damaged_copy_is_not_taken_for_whole(own: Workspace, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    copy_registry(own.registry_url, copy)
    content = bytearray(copy.read_bytes())
    content[4096:8192] = os.urandom(4096)
    copy.write_bytes(content)
    with pytest.raises(Exception, match="damaged"):
        counted(copy)


def test_the_commands_say_what_they_did_in_both_languages(
    own: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, back = str(tmp_path / "copy.zip"), str(tmp_path / "back")
    assert main(["backup", str(own.path), file, "--lang", "ja"]) == 0
    assert "控えを書き出し" in capsys.readouterr().out
    assert main(["backup", str(own.path), file, "--lang", "en"]) == 2
    assert "say --replace" in capsys.readouterr().err
    assert main(["restore", file, back, "--lang", "en"]) == 0
    assert "the workspace is back" in capsys.readouterr().out
    assert main(["restore", file, back, "--lang", "ja"]) == 2
    assert "--replace" in capsys.readouterr().err
    assert main(["restore", __file__, back, "--replace", "--lang", "ja"]) == 2
    assert re.search("控えではないか", capsys.readouterr().err)


def test_the_doctor_prints_the_settings_in_force(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARUKEBA_CONNECTIONS_MOST", "77")
    assert main(["doctor", "--json", "--lang", "en"]) in (0, 1)
    assert json.loads(capsys.readouterr().out)["settings"]["connections_most"] == 77
    main(["doctor", "--lang", "en"])
    line = next(
        one for one in capsys.readouterr().out.splitlines() if "ARUKEBA_CONNECTIONS_MOST" in one
    )
    assert re.search(r"77\s+environment", line)
    monkeypatch.setenv("ARUKEBA_CONNECTIONS_MOST", "many")
    assert main(["doctor", "--lang", "ja"]) == 2
    assert "ARUKEBA_CONNECTIONS_MOST" in capsys.readouterr().err

"""Accounts: made, changed, taken away; coming in by password, link and token; what the log keeps."""

import sqlite3
import time
import unicodedata
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from limits import RateLimitItemPerMinute

from geo.errors import (
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    NotKnownError,
    QueueFullError,
    TakenError,
)
from services.accounts import sessions
from services.accounts.counts import TRIES_OF_ACCOUNT
from services.accounts.log import deeds
from services.accounts.people import (
    accounts,
    add_account,
    change_account,
    personal_data,
    remove_account,
)
from services.accounts.rights import ANYBODY, MAY, RIGHTS
from services.accounts.sessions import (
    by_token,
    come_by,
    invitations,
    invite,
    keyboard_link,
    look_in,
    make_token,
    revoke_token,
    sign_in,
    sign_out,
    visitor_of,
    withdraw,
)
from services.accounts.tables import accounts_url, are_kept, has_accounts, writing_accounts
from services.edition.publish import publish
from services.results.run import run
from services.workspace.folder import Workspace, open_workspace
from tests.datedtown import dated_workspace

PASSWORD = "まいしゅう あるいて いける"  # noqa: S105  of nobody
HOME = "127.0.0.1"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return dated_workspace(tmp_path_factory.mktemp("accounts"))


@pytest.fixture
def workspace(built: Workspace) -> Workspace:
    for file in built.path.parent.glob(".*.accounts.sqlite*"):
        file.unlink()
    return built


@pytest.fixture
def council(workspace: Workspace) -> str:
    areas = workspace.areas()
    found = areas[areas["layer"] == workspace.profile.analysis.council_layer]
    return str(found["area_id"].iloc[0])


def made(workspace: Workspace, account_id: str = "city", **told: object) -> dict[str, object]:
    facts = {"role": "planner", "password": PASSWORD, **told}
    return add_account(workspace, account_id, by=ANYBODY, **facts)  # type: ignore[arg-type]


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the clock of the sessions go on, or back."""
    now = time.time() + seconds
    monkeypatch.setattr("services.accounts.sessions.time.time", lambda: now)


def test_an_account_signs_in_by_its_id_or_mail_and_by_nothing_else(workspace: Workspace) -> None:
    assert not are_kept(workspace)
    made(workspace, mail="Plan@City.example.jp")
    assert has_accounts(workspace)
    for login in ("city", " plan@city.EXAMPLE.jp "):
        entry = sign_in(workspace, login, PASSWORD, address=HOME)
        found, _ = visitor_of(workspace, entry.key)
        assert (found.account_id, found.standing, found.view) == ("city", "planner", "exact")
    decomposed = unicodedata.normalize("NFD", PASSWORD.replace(" ", "\u3000"))
    assert sign_in(workspace, "city", decomposed, address=HOME).key
    for login, password in (
        ("city", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("city", "x" * 9999),
    ):
        with pytest.raises(NotAllowedError, match="do not go together"):
            sign_in(workspace, login, password, address=HOME)
    for key in ("", "x", entry.key + "x", entry.key.rsplit(".", 1)[0], "é.é", "x" * 9999):
        assert visitor_of(workspace, key) == (ANYBODY, "")


def test_nothing_that_lets_anybody_in_is_in_the_file(workspace: Workspace, council: str) -> None:
    made(workspace)
    entry = sign_in(workspace, "city", PASSWORD, address=HOME)
    secrets = [
        PASSWORD,
        entry.key.rsplit(".", 1)[0],
        make_token(workspace, entry.visitor, "QGIS", ["exact"], days=1)["token"],
        invite(workspace, entry.visitor, [council], purpose="", days=1)["link"],
        keyboard_link(workspace)["link"],
    ]
    files = list(workspace.path.parent.glob(".*.accounts.sqlite*"))
    assert all(file.stat().st_mode & 0o077 == 0 for file in files if file.suffix == ".sqlite")
    kept = b"".join(file.read_bytes() for file in files)
    assert not [one for one in secrets if one.encode() in kept]
    assert not list(workspace.path.rglob("*accounts*"))


@pytest.mark.parametrize(
    ("account_id", "told", "said"),
    [
        ("山田", {}, "cannot be the id"),
        ("A b", {}, "cannot be the id"),
        ("a", {}, "cannot be the id"),
        ("area", {"password": "short"}, "12 to 200"),
        ("area", {"password": "x" * 201}, "12 to 200"),
        ("area", {"password": ""}, "needs a password, or a mail"),
        ("area", {"mail": "no mail"}, "no mail address"),
        ("area", {"name": "x" * 101}, "at most 100"),
        ("area", {"role": "king"}, "no role"),
        ("area", {"role": "council"}, "needs the areas"),
        ("area", {"councils": ["x"]}, "leave out areas"),
    ],
)
def test_what_cannot_be_an_account_is_refused(
    workspace: Workspace, account_id: str, told: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        made(workspace, account_id, **told)
    assert accounts(workspace) == []


def test_ids_and_mails_are_there_once_and_areas_are_known(
    workspace: Workspace, council: str
) -> None:
    made(workspace, mail="a@example.jp")
    with pytest.raises(TakenError):
        made(workspace)
    with pytest.raises(TakenError):
        made(workspace, "other", mail="A@example.jp")
    with pytest.raises(NotFoundError, match="there are"):
        made(workspace, "other", role="council", councils=["nowhere"])
    name = workspace.areas().set_index("area_id")["area_name"][council]
    told = made(workspace, "other", role="council", councils=[str(name)])
    assert told["councils"] == [council]
    assert (
        change_account(workspace, "other", role="planner", councils=[], by=ANYBODY)["councils"]
        is None
    )


def test_after_ten_wrong_passwords_an_account_is_locked_for_a_while(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(workspace, mail="plan@city.example.jp")
    for n in range(TRIES_OF_ACCOUNT.amount):
        with pytest.raises(NotAllowedError):
            sign_in(workspace, ("city", "plan@city.example.jp")[n % 2], "wrong", address=HOME)
    with pytest.raises(QueueFullError, match=r"try again in 1[45] minutes"):
        sign_in(workspace, "CITY ", PASSWORD, address="192.0.2.1")
    now = time.time() + 16 * 60
    monkeypatch.setattr(time, "time", lambda: now)
    assert sign_in(workspace, "city", PASSWORD, address=HOME).key


def test_one_address_does_not_try_all_accounts(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = RateLimitItemPerMinute(3, 15, namespace="few")
    monkeypatch.setattr(sessions, "TRIES_OF_ADDRESS", few)
    made(workspace)
    for n in range(few.amount):
        with pytest.raises(NotAllowedError):
            sign_in(workspace, f"account{n}", "wrong", address=HOME)
    with pytest.raises(QueueFullError):
        sign_in(workspace, "city", PASSWORD, address=HOME)
    assert sign_in(workspace, "city", PASSWORD, address="192.0.2.1").key


def test_a_session_ends_idle_and_in_any_case_and_gets_another_id_meanwhile(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(workspace)
    entry = sign_in(workspace, "city", PASSWORD, address=HOME)
    later(monkeypatch, sessions.TURNS_S + 1)
    found, key = visitor_of(workspace, entry.key)
    assert found.account_id == "city"
    assert key not in ("", entry.key)
    # What was asked meanwhile under the old id is answered; soon it is worth nothing.
    assert visitor_of(workspace, entry.key)[0].account_id == "city"
    later(monkeypatch, sessions.TURNS_S + 2 + sessions.OVERLAP_S)
    assert visitor_of(workspace, entry.key)[0] == ANYBODY
    assert visitor_of(workspace, key)[0].csrf == entry.visitor.csrf
    later(monkeypatch, sessions.TURNS_S + sessions.IDLE_S + 70)
    assert visitor_of(workspace, key)[0] == ANYBODY
    monkeypatch.undo()
    key = sign_in(workspace, "city", PASSWORD, address=HOME).key
    for hours in range(1, 13):
        later(monkeypatch, hours * 3600.0)
        found, new = visitor_of(workspace, key)
        key = new or key
    assert found == ANYBODY


def test_a_clock_that_goes_back_ends_no_session(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(workspace)
    entry = sign_in(workspace, "city", PASSWORD, address=HOME)
    later(monkeypatch, -3600.0)
    assert visitor_of(workspace, entry.key)[0].account_id == "city"


def test_changing_or_removing_an_account_ends_its_sessions_and_tokens(workspace: Workspace) -> None:
    made(workspace, mail="a@example.jp", name="企画課")
    first = sign_in(workspace, "city", PASSWORD, address=HOME)
    token = make_token(workspace, first.visitor, "QGIS", [], days=1)["token"]
    change_account(workspace, "city", password="さかを のぼって あつまる", by=ANYBODY)  # noqa: S106
    assert visitor_of(workspace, first.key)[0] == ANYBODY
    with pytest.raises(NotAllowedError):
        sign_in(workspace, "city", PASSWORD, address=HOME)
    told = personal_data(workspace, "city")
    assert told["account"]["mail"] == "a@example.jp"
    assert [one["name"] for one in told["tokens"]] == ["QGIS"]
    remove_account(workspace, "city", by=ANYBODY)
    with pytest.raises(NotKnownError):
        by_token(workspace, token)
    with pytest.raises(NotFoundError):
        personal_data(workspace, "city")
    assert "a@example.jp" not in str(deeds(workspace))
    assert "企画課" not in str(deeds(workspace))


def test_the_link_of_the_keyboard_lets_one_planner_in_once(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = keyboard_link(workspace)["link"]
    entry = come_by(workspace, link)
    assert (entry.visitor.standing, entry.visitor.councils) == ("planner", None)
    with pytest.raises(NotAllowedError, match="used already"):
        come_by(workspace, link)
    sign_out(workspace, entry.visitor)
    assert visitor_of(workspace, entry.key)[0] == ANYBODY
    link = keyboard_link(workspace)["link"]
    later(monkeypatch, sessions.KEYBOARD_S + 1)
    with pytest.raises(NotAllowedError, match="its time is over"):
        come_by(workspace, link)


def test_guests_see_one_council_until_their_link_ends_or_is_withdrawn(
    workspace: Workspace, council: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(workspace, "area", role="council", councils=[council])
    host = sign_in(workspace, "area", PASSWORD, address=HOME).visitor
    link = invite(workspace, host, [council], purpose="7月の会議", days=1)
    guests = [come_by(workspace, link["link"]) for _ in range(3)]
    for guest in guests:
        found = visitor_of(workspace, guest.key)[0]
        assert (found.standing, found.councils) == ("guest", frozenset([council]))
        assert found.rights == MAY["guest"]
        with pytest.raises(NotAllowedError):
            make_token(workspace, found, "x", [], days=1)
    with pytest.raises(NotAllowedError):
        invite(workspace, host, ["elsewhere"], purpose="", days=1)
    assert [one["link_id"] for one in invitations(workspace, host)] == [link["link_id"]]
    other = made(workspace, "other") and sign_in(workspace, "other", PASSWORD, address=HOME).visitor
    assert invitations(workspace, other) == []
    with pytest.raises(NotFoundError):
        withdraw(workspace, other, link["link_id"])
    withdraw(workspace, host, link["link_id"])
    assert {visitor_of(workspace, guest.key)[0] for guest in guests} == {ANYBODY}
    link = invite(workspace, host, [council], purpose="", days=0.05)
    guest = come_by(workspace, link["link"])
    later(monkeypatch, 0.05 * 86_400 + 1)
    assert visitor_of(workspace, guest.key)[0] == ANYBODY


def test_a_token_has_the_scopes_that_it_was_given_and_no_right_of_others(
    workspace: Workspace, council: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(workspace, "area", role="council", councils=[council])
    who = sign_in(workspace, "area", PASSWORD, address=HOME).visitor
    with pytest.raises(InvalidInputError, match="no right to"):
        make_token(workspace, who, "x", ["plan"], days=1)
    token = make_token(workspace, who, "x", ["keep"], days=1)
    found = by_token(workspace, token["token"])
    assert (found.rights, found.councils) == ({"read", "keep"}, frozenset([council]))
    with pytest.raises(NotAllowedError):
        make_token(workspace, found, "a later one", ["keep"], days=300)
    change_account(workspace, "area", role="administrator", councils=[], by=ANYBODY)
    assert by_token(workspace, token["token"]).rights == {"read", "keep"}
    later(monkeypatch, 86_401)
    with pytest.raises(NotKnownError):
        by_token(workspace, token["token"])
    monkeypatch.undo()
    with pytest.raises(NotFoundError):
        revoke_token(workspace, ANYBODY, token["token_id"])
    revoke_token(workspace, who, token["token_id"])
    with pytest.raises(NotKnownError):
        by_token(workspace, token["token"])


def test_only_planners_look_in_the_exact_view(workspace: Workspace, council: str) -> None:
    made(workspace, "area", role="council", councils=[council])
    who = sign_in(workspace, "area", PASSWORD, address=HOME).visitor
    with pytest.raises(NotAllowedError):
        look_in(workspace, who, "exact")
    entry = come_by(workspace, keyboard_link(workspace)["link"])
    look_in(workspace, entry.visitor, "public")
    assert visitor_of(workspace, entry.key)[0].view == "public"


def test_each_standing_may_what_the_one_before_it_may() -> None:
    rights = list(MAY.values())
    assert all(one < other for one, other in pairwise(rights))
    assert rights[-1] == set(RIGHTS)


def test_the_log_tells_who_did_what_and_the_database_changes_no_row_of_it(
    workspace: Workspace,
) -> None:
    made(workspace)
    who = sign_in(workspace, "city", PASSWORD, address=HOME).visitor
    change_account(workspace, "city", role="administrator", by=who)
    with pytest.raises(NotAllowedError):
        sign_in(workspace, "city", "wrong", address=HOME)
    told = [(one["who"], one["what"], one["about"]) for one in deeds(workspace)][::-1]
    assert told == [
        ("", "account.add", "city"),
        ("city", "session.begin", "city"),
        ("city", "account.change", "city"),
        ("", "session.refused", "city"),
    ]
    change = deeds(workspace)[1]
    assert (change["before"]["role"], change["after"]["role"]) == ("planner", "administrator")
    path = accounts_url(workspace).removeprefix("sqlite:///")
    for statement in ("DELETE FROM log", "UPDATE log SET who = 'x'"):
        with (
            closing(sqlite3.connect(path)) as opened,
            pytest.raises(sqlite3.IntegrityError, match="only grows"),
        ):
            opened.execute(statement)


def test_nobody_signs_in_to_a_published_folder(tmp_path: Path) -> None:
    target = tmp_path / "published"
    own = dated_workspace(tmp_path / "own")
    run(own)
    publish(own, target)
    published = open_workspace(target)
    with pytest.raises(InvalidInputError, match="published folder"), writing_accounts(published):
        pass
    assert not are_kept(published)

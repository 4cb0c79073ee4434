"""Downloads from a server on this machine that behaves as servers do; never the internet."""

import hashlib
import json

import pytest

from services.intake.download import DownloadError, Expected, Patience, download
from services.words.texts import told
from tests.services.intake.mirror import mirror

DATA = bytes(range(256)) * 2000
RULES = Patience(tries=3, wait_s=0.0, connect_s=5, read_s=5)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with mirror() as served:
        yield served


def get(url, target, **expected):
    return download(url, target, expected=Expected(**expected), rules=RULES)


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_arrives_whole_with_its_hash_and_nothing_beside_it(server, tmp_path):
    target = tmp_path / "a.zip"
    found = get(server.put("/a.zip", DATA), target)
    assert target.read_bytes() == DATA
    assert found == hashlib.sha256(DATA).hexdigest()
    assert left(tmp_path) == ["a.zip"]


def test_a_connection_that_breaks_is_taken_up_where_it_broke(server, tmp_path):
    target = tmp_path / "a.zip"
    get(server.put("/a.zip", DATA, "drop"), target)
    assert target.read_bytes() == DATA
    first, second = server.ranges("/a.zip")
    assert first == ""
    # Half of it was sent; the last chunk of 64 KiB that was not whole is asked for again.
    assert len(DATA) // 2 - (1 << 16) <= int(second[6:-1]) <= len(DATA) // 2


def test_a_later_call_goes_on_as_well(server, tmp_path):
    target = tmp_path / "a.zip"
    url = server.put("/a.zip", DATA, "drop", "drop", "drop")
    with pytest.raises(DownloadError, match="after 3 tries; try again later, it goes on") as error:
        get(url, target)
    assert "続きから" in told(error.value, "ja")
    assert not target.exists()
    have = (tmp_path / "a.zip.part").stat().st_size
    assert 0 < have < len(DATA)
    get(url, target)
    assert target.read_bytes() == DATA
    assert server.ranges("/a.zip")[-1] == f"bytes={have}-"
    assert left(tmp_path) == ["a.zip"]


def test_a_file_that_changed_meanwhile_is_not_mixed_with_its_older_half(server, tmp_path):
    target = tmp_path / "a.zip"
    url = server.put("/a.zip", DATA, "drop", "drop", "drop")
    with pytest.raises(DownloadError):
        get(url, target)
    other = DATA[::-1]
    server.put("/a.zip", other)
    get(url, target)
    assert target.read_bytes() == other


def test_a_server_without_pieces_sends_it_all_again(server, tmp_path):
    target = tmp_path / "a.zip"
    get(server.put("/a.zip", DATA, "drop", "whole"), target)
    assert target.read_bytes() == DATA


def test_a_piece_without_a_note_of_its_origin_is_not_believed(server, tmp_path):
    (tmp_path / "a.zip.part").write_bytes(b"something else")
    target = tmp_path / "a.zip"
    get(server.put("/a.zip", DATA), target)
    assert target.read_bytes() == DATA


def test_a_piece_longer_than_the_file_is_thrown_away(server, tmp_path):
    url = server.put("/a.zip", DATA)
    (tmp_path / "a.zip.part").write_bytes(DATA + b"more")
    stamp = f'"{hashlib.sha256(DATA).hexdigest()[:8]}"'
    (tmp_path / "a.zip.part.json").write_text(json.dumps({"url": url, "stamp": stamp}))
    get(url, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == DATA


def test_a_busy_server_is_asked_again(server, tmp_path):
    get(server.put("/a.zip", DATA, "503", "429"), tmp_path / "a.zip")
    assert len(server.seen) == 3


def test_a_missing_page_is_not_asked_again(server, tmp_path):
    with pytest.raises(DownloadError, match="answered 404; look whether the page has moved"):
        get(f"{server.url}/none.zip", tmp_path / "none.zip")
    assert len(server.seen) == 1
    assert left(tmp_path) == []


def test_a_redirect_is_followed_and_a_circle_is_not(server, tmp_path):
    server.put("/new.zip", DATA)
    get(server.put("/old.zip", b"x", "to:/new.zip"), tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == DATA
    circle = server.put("/circle.zip", b"x", *["to:/circle.zip"] * 20)
    with pytest.raises(DownloadError, match="redirected in circles"):
        get(circle, tmp_path / "b.zip")


def test_a_length_that_nobody_tells_is_counted(server, tmp_path):
    target = tmp_path / "a.zip"
    get(server.put("/a.zip", DATA, "unsized"), target)
    assert target.read_bytes() == DATA
    with pytest.raises(DownloadError, match=r"at most 1,000 were expected"):
        get(server.put("/b.zip", DATA, "unsized"), tmp_path / "b.zip", bytes_max=1000)


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({"bytes_min": 10**6}, r"only 512,000 bytes, at least 1,000,000 were expected"),
        ({"bytes_max": 1000}, r"512,000 bytes or more, at most 1,000 were expected"),
        ({"sha256": "0" * 64}, r"its SHA-256 is .* 0000.* was expected; nothing was kept"),
        ({"magic": b"PK"}, r"another kind of file, perhaps a page; nothing was kept"),
    ],
)
def test_what_is_not_expected_is_not_kept(server, tmp_path, expected, message):
    url = server.put("/a.zip", DATA)
    with pytest.raises(DownloadError, match=message) as error:
        get(url, tmp_path / "a.zip", **expected)
    assert told(error.value, "ja") != error.value.message
    assert not (tmp_path / "a.zip").exists()
    assert "a.zip.part" not in left(tmp_path)
    assert len(server.seen) == 1


def test_no_server_at_all_is_said_after_the_tries(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with mirror() as served:
        url = f"{served.url}/a.zip"
    with pytest.raises(DownloadError, match="ConnectionError, after 3 tries"):
        get(url, tmp_path / "a.zip")


def test_a_failed_download_leaves_the_older_file_as_it_was(server, tmp_path):
    target = tmp_path / "a.zip"
    target.write_bytes(b"older")
    with pytest.raises(DownloadError):
        get(server.put("/a.zip", DATA), target, sha256="0" * 64)
    assert target.read_bytes() == b"older"

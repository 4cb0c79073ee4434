"""The cards of walking profiles over HTTP and from the command line."""

import json
from pathlib import Path

import pytest

from api.cli.main import main
from services.profile import WalkingProfile
from services.reports.walkingcard import PARAMETERS
from services.words.texts import text

PROFILES = sorted((Path(__file__).resolve().parents[2] / "data" / "municipalities").glob("*.toml"))


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_page_has_a_card_per_profile_with_every_parameter(client, workspace, lang):
    answer = client.get("/walking-profiles", params={"lang": lang})
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    walkings: list[WalkingProfile] = workspace.profile.walking_profiles
    assert answer.text.count('<section class="card">') == len(walkings)
    for field in PARAMETERS:
        label = text(f"card.{field}", lang).replace("'", "&#39;")
        assert answer.text.count(f">{label}</th>") == len(walkings)


def test_another_language_is_refused(client):
    assert client.get("/walking-profiles", params={"lang": "fr"}).status_code == 400


def test_the_command_writes_a_page_that_needs_nothing_else(tmp_path, capsys):
    page = tmp_path / "card.html"
    assert (
        main(["profile", "card", str(PROFILES[0]), "--out", str(page), "--json", "--lang", "ja"])
        == 0
    )
    plain = json.loads(capsys.readouterr().out)
    assert plain["file"] == str(page)
    written = page.read_text(encoding="utf-8")
    assert "歩き方のカード" in written
    assert "data:" in written
    assert "http" not in written


def test_a_profile_that_is_not_there_is_named(tmp_path, capsys):
    missing = tmp_path / "nowhere.toml"
    assert main(["profile", "card", str(missing), "--out", str(tmp_path / "c.html")]) != 0
    assert "nowhere.toml" in capsys.readouterr().err
    assert not (tmp_path / "c.html").exists()

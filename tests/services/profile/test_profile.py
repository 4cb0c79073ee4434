from pathlib import Path

import pytest

from geo.errors import InvalidInputError, NotFoundError
from services.profile import read_profile
from services.words.texts import told

KASHIWA = Path(__file__).resolve().parents[3] / "data" / "municipalities" / "12217.toml"


def test_the_profile_of_kashiwa_says_what_its_documents_say() -> None:
    profile = read_profile(KASHIWA)
    numbers = {target.frequency: target.number for target in profile.targets}
    assert numbers == {"monthly": 300, "weekly": 42, "permanent": 7}
    assert profile.subsidies.permanent_max_yen == 840_000
    assert profile.walking().speed_m_per_min == 60.0
    assert profile.analysis.walk_limit_m == 500.0


def test_every_breach_is_named_at_once(tmp_path: Path) -> None:
    broken = (
        KASHIWA.read_text(encoding="utf-8")
        .replace('jis_code = "12217"', 'jis_code = "12"')
        .replace("plane_epsg = 6677", "plane_epsg = 3857")
        .replace('licence = "CC BY 4.0"', "licence = 4", 1)
    )
    path = tmp_path / "broken.toml"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(InvalidInputError) as caught:
        read_profile(path)
    for word in ("broken.toml", "jis_code", "plane_epsg", "licence"):
        assert word in caught.value.message
        assert word in told(caught.value, "ja")


def test_a_source_or_layer_that_is_not_there_is_named(tmp_path: Path) -> None:
    broken = (
        KASHIWA.read_text(encoding="utf-8")
        .replace('gap_layer = "small_area"', 'gap_layer = "cho"')
        .replace('[elevation]\nsource = "elevation"', '[elevation]\nsource = "hills"')
    )
    path = tmp_path / "broken.toml"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"no source 'hills'.*no layer 'cho'"):
        read_profile(path)


def test_a_file_that_is_not_toml_says_which_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("profile_version = = 1", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"broken.toml: not a TOML file.*line 1"):
        read_profile(path)


def test_a_missing_profile_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="there is no such profile"):
        read_profile(tmp_path / "none.toml")


def test_an_unknown_layer_lists_the_layers_there_are() -> None:
    with pytest.raises(NotFoundError, match="the layers are municipality, daily_life_area"):
        read_profile(KASHIWA).layer("ward")

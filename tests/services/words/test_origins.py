"""Origins of assumptions: those of our own in both languages, those of a profile as typed."""

from typing import Any, get_origin

import pytest
from pydantic import BaseModel

from services.profile import Profile
from services.profile.analysis import default_walking
from services.profile.walking_sources import DEFAULT_ORIGINS
from services.situation.parameters import ASKED_ORIGIN
from services.words.origins import with_origins
from services.words.texts import catalogue, origin_text


def defaults(table: type[BaseModel]) -> set[str]:
    """Return the defaults of every field of a table, and of the tables in it, that is an origin."""
    found = set()
    for name, field in table.model_fields.items():
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if (
                isinstance(inner, type)
                and get_origin(inner) is None
                and issubclass(inner, BaseModel)
            ):
                found |= defaults(inner)
        if name == "origin" or name.endswith("_origin"):
            found.add(field.get_default() if not field.is_required() else "")
    return found - {"", None}


OURS = (
    defaults(Profile)
    | {one.origin for one in default_walking()}
    | {*DEFAULT_ORIGINS.values(), ASKED_ORIGIN}
)


def test_every_origin_of_ours_has_words_and_no_words_are_left_over():
    words = {key.removeprefix("origin.") for key in catalogue("ja") if key.startswith("origin.")}
    assert words == OURS
    assert len(OURS) > 15


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_what_a_profile_says_stands_as_it_is_typed(lang):
    assert origin_text("柏市資料000 29ページ", lang) == "柏市資料000 29ページ"
    assert origin_text("", lang) == ""


def test_plain_data_get_every_origin_in_both_languages_however_deep():
    facts: dict[str, Any] = {
        "n": 3,
        "origins": {"walk_limit_m": "asked", "subsidies": "資料 3ページ"},
        "profiles": [{"origin": "slow", "speed": 48.0}],
        "provision": {"seats_origin": "typed"},
    }
    assert with_origins(facts) == {
        "n": 3,
        "origins": {"walk_limit_m": "計算を実行した人の指定", "subsidies": "資料 3ページ"},
        "origins_en": {"walk_limit_m": "asked for by whoever ran it", "subsidies": "資料 3ページ"},
        "profiles": [
            {
                "origin": "歩行者用信号の設計速度0.8m/秒",
                "origin_en": "speed for which signals for walkers are timed, 0.8 m/s",
                "speed": 48.0,
            }
        ],
        "provision": {"seats_origin": "typed", "seats_origin_en": "typed"},
    }

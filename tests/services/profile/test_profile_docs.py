"""The pages on profiles: their examples are one valid profile, and no field of the schema is missing."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from services import profile
from services.profile.book import check_profile

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = [DOCS / "profiles.md", DOCS / "ja" / "profiles.md"]
IDS = ["en", "ja"]

FIELDS = sorted(
    {
        field
        for model in vars(profile).values()
        if isinstance(model, type) and issubclass(model, BaseModel)
        for field in model.model_fields
    }
)


def example(page: Path) -> str:
    return "\n".join(re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_the_examples_are_one_valid_profile(page: Path, tmp_path: Path) -> None:
    path = tmp_path / "example.toml"
    path.write_text(example(page), encoding="utf-8")
    assert check_profile(path).breaches == ()


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_field_is_explained(page: Path) -> None:
    words = set(
        re.findall(r"\w+", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL))
    )
    assert [field for field in FIELDS if field not in words] == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_field_has_an_example(page: Path) -> None:
    words = set(re.findall(r"\w+", example(page)))
    assert [field for field in FIELDS if field not in words] == []

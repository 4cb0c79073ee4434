"""The profiles that come with arukeba, the check of a profile, and its schema."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import NotFoundError
from services.profile import Fact, Layer, Profile, layers_on, unexplained_rate, without_borders
from services.profile.reading import checked, read_table
from services.words.datafiles import data_file
from services.words.dates import today


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of one profile found."""

    path: Path
    profile: Profile | None
    """None where there are breaches."""
    breaches: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Say whether the profile can be used."""
        return not self.breaches

    @property
    def computed(self) -> list[Layer]:
        """Return the layers that are computed today."""
        return layers_on(self.profile, today()) if self.profile else []

    @property
    def without_borders(self) -> list[Layer]:
        """Return the layers that are only declared."""
        return without_borders(self.profile) if self.profile else []

    @property
    def conflicts(self) -> dict[str, list[Fact]]:
        """Return the facts that disagree."""
        return self.profile.conflicts() if self.profile else {}

    @property
    def unexplained_rate(self) -> tuple[float, float] | None:
        """Return printed and recomputed ageing rate where no fact explains the difference."""
        return unexplained_rate(self.profile.facts) if self.profile else None


def check_profile(path: Path) -> Checked:
    """Check a profile without its files; a file that cannot be read at all is an error."""
    profile, breaches = checked(read_table(path))
    return Checked(path, profile, tuple(breaches))


def profile_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a profile."""
    schema = Profile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "arukeba profile",
    }


def bundled_profiles() -> list[Path]:
    """Return the profiles that come with arukeba, by JIS code."""
    room = data_file("municipalities")
    if room.is_dir():
        return sorted(room.glob("[0-9][0-9][0-9][0-9][0-9].toml"))
    raise NotFoundError("the profiles that come with arukeba are missing; install it again")

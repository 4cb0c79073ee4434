"""The catalogue of official sources, and which files of them a municipality needs."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from geo.errors import InvalidInputError
from services.profile.products import products
from services.words.datafiles import data_file

PLACES = {"prefecture": "{pref}", "municipality": "{jis}", "mesh1": "{mesh1}"}
PREFECTURES_N = 47


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfficialSource(_Table):
    """One product of one publisher, and how its files are addressed."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    what: str
    publisher: str
    page: str
    url: Annotated[str, Field(pattern=r"^https?://")]
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9_{}.-]+$")]
    per: Literal["country", "prefecture", "municipality", "mesh1"]
    licence: str
    format: str
    epsg: int
    year: Annotated[int, Field(ge=1900, le=2100)]
    bytes: tuple[int, int]
    product: str = ""
    sha256: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        place = PLACES.get(self.per)
        for text in (self.url, self.file):
            found = set(re.findall(r"\{\w+\}", text))
            if found != ({place} if place else set()):
                msg = f"{text!r} must have {place or 'no place'} for per = {self.per!r}"
                raise ValueError(msg)
        if not 0 <= self.bytes[0] < self.bytes[1]:
            msg = "bytes is the least and the most that a file can have"
            raise ValueError(msg)
        if self.product and self.product not in products():
            msg = f"there is no product {self.product!r}"
            raise ValueError(msg)
        return self


class Catalogue(_Table):
    """All official sources."""

    sources: list[OfficialSource]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        ids = [source.id for source in self.sources]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            msg = f"used twice: {', '.join(twice)}"
            raise ValueError(msg)
        return self

    def chosen(self, only: list[str]) -> list[OfficialSource]:
        """Return the sources with these ids, all of them where none is named."""
        known = {source.id: source for source in self.sources}
        unknown = [name for name in only if name not in known]
        if unknown:
            names = ", ".join(known)
            raise InvalidInputError(
                "there is no official source {unknown}; there is {names}",
                unknown=list(unknown),
                names=names,
            )
        return [known[name] for name in dict.fromkeys(only)] or self.sources


@dataclass(frozen=True)
class Wanted:
    """One file to be had."""

    source: OfficialSource
    url: str
    file: str

    @property
    def sha256(self) -> str:
        """Return the hash that the catalogue pins, '' where it pins none."""
        return self.source.sha256.get(self.file, "")


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that comes with arukeba."""
    return read_catalogue(data_file("boundaries/sources.toml"))


def read_catalogue(path: Path) -> Catalogue:
    """Read and check a catalogue; every breach is named in one sentence."""
    try:
        return Catalogue.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InvalidInputError(
            "{path}: not a TOML file in UTF-8 ({error}); correct that line", path=path, error=error
        ) from error
    except ValidationError as error:
        breaches = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
            for item in error.errors()
        )
        raise InvalidInputError("{path}: {breaches}", path=path, breaches=breaches) from error


def require_code(jis_code: str) -> str:
    """Return the code of a municipality, or say what is wrong with it."""
    fits = re.fullmatch(r"[0-9]{5}", jis_code)
    if not (fits and 1 <= int(jis_code[:2]) <= PREFECTURES_N and jis_code[2:] != "000"):
        raise InvalidInputError(
            "{jis_code!r} is no JIS code of a municipality; give five digits like 12217",
            jis_code=jis_code,
        )
    return jis_code


def files_of(source: OfficialSource, *, jis_code: str, meshes: list[str]) -> list[Wanted]:
    """Return the files of a source that a municipality needs; ``meshes`` are its 80 km squares."""
    places: list[dict[str, str]] = [{"pref": jis_code[:2], "jis": jis_code, "mesh1": ""}]
    if source.per == "mesh1":
        places = [{"pref": jis_code[:2], "jis": jis_code, "mesh1": mesh} for mesh in meshes]
    return [
        Wanted(source, source.url.format(**place), source.file.format(**place)) for place in places
    ]


def mirrored(url: str, mirror: str) -> str:
    """Return the address of a file on a mirror: MIRROR/host/path?query."""
    if not mirror:
        return url
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{mirror.rstrip('/')}/{parts.netloc}{parts.path}{query}"

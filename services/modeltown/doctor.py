"""The doctor: what is installed, what is missing, what that means and the way out."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version

from services.drawing.fonts import japanese_font
from services.words.texts import text

PYTHON_NEEDED = (3, 11)
DRIVERS_NEEDED = ("GPKG", "GeoJSON", "ESRI Shapefile")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# Distributions whose module has another name.
_MODULES = {"argon2-cffi": "argon2", "fonttools": "fontTools"}
# Only their files are used: the import of the one sets the fonts of the whole process, that of the
# other writes warnings about things that are not needed.
_FILES_ONLY = ("matplotlib-fontja", "maplibre")


@dataclass(frozen=True, slots=True)
class LookedFor:
    """One thing that was looked for."""

    name: str
    found: str
    """Version or path; empty if it is missing."""
    essential: bool
    key: str = ""
    """Key of the words that say what its absence means and the way out."""
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Say whether it is there."""
        return bool(self.found)

    def advice(self, lang: str) -> str:
        """Return the way out, empty where nothing is wrong."""
        if self.ok or not self.key:
            return ""
        return text(
            self.key, lang, name=self.name, names=self.detail, command=_reinstall(self.name)
        )


def examine() -> list[LookedFor]:
    """Look at Python, every library, GDAL, the Japanese font and the optional programs."""
    return [
        _python(),
        *(_library(name) for name in _requirements()),
        *_gdal(),
        _font(),
        _program("Chromium", BROWSERS, "doctor.chromium"),
        _program("uv", ("uv",), "doctor.uv"),
    ]


def _python() -> LookedFor:
    fits = sys.version_info[:2] >= PYTHON_NEEDED
    found = platform.python_version() if fits else ""
    return LookedFor("Python", found, essential=True, key="doctor.python")


def _requirements() -> list[str]:
    """Return the distributions that arukeba itself says it needs."""
    try:
        lines = requires("arukeba") or []
    except PackageNotFoundError:
        return []
    return [_distribution(line) for line in lines if "extra ==" not in line]


def _distribution(requirement: str) -> str:
    name = requirement
    for stop in "<>=!~;[ (":
        name = name.split(stop, 1)[0]
    return name.strip()


def _library(name: str) -> LookedFor:
    try:
        found = version(name)
        if name not in _FILES_ONLY:
            import_module(_MODULES.get(name, name.replace("-", "_")))
    except Exception as error:  # noqa: BLE001  a broken library may raise anything
        return LookedFor(name, "", essential=True, key="doctor.library", detail=str(error))
    return LookedFor(name, found, essential=True)


def _gdal() -> Iterator[LookedFor]:
    try:
        pyogrio = import_module("pyogrio")
        drivers = pyogrio.list_drivers(write=True)
        found = ".".join(str(part) for part in pyogrio.__gdal_version__)
    except Exception as error:  # noqa: BLE001  a broken library may raise anything
        yield LookedFor("GDAL", "", essential=True, key="doctor.gdal", detail=str(error))
        return
    yield LookedFor("GDAL", found, essential=True)
    missing = [name for name in DRIVERS_NEEDED if name not in drivers]
    yield LookedFor(
        "GDAL: " + ", ".join(DRIVERS_NEEDED),
        "" if missing else "ok",
        essential=True,
        key="doctor.driver",
        detail=", ".join(missing),
    )


def _font() -> LookedFor:
    try:
        found = japanese_font().name
    except Exception as error:  # noqa: BLE001  a broken library may raise anything
        return LookedFor("IPAexGothic", "", essential=True, key="doctor.font", detail=str(error))
    return LookedFor("IPAexGothic", found, essential=True)


def _program(name: str, commands: tuple[str, ...], key: str) -> LookedFor:
    path = next((found for command in commands if (found := shutil.which(command))), None)
    if path is None:
        return LookedFor(name, "", essential=False, key=key)
    try:
        asked = subprocess.run(  # noqa: S603  a program found on the user's own PATH
            [path, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return LookedFor(name, path, essential=False)
    return LookedFor(name, asked.stdout.strip() or path, essential=False)


def _reinstall(name: str) -> str:
    return f"{sys.executable} -m pip install --force-reinstall {name}"

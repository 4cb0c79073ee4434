"""Zip files from elsewhere, unpacked into one folder: nothing outside it, nothing that swells."""

import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from geo.errors import ArukebaError, SourceError
from services.workspace.storage import DAMAGED_ZIP, storage_error

_CHUNK = 1 << 20
_SUSPICIOUS_FROM = 64 << 20


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold."""

    files_n: int = 10_000
    bytes_n: int = 8 << 30
    ratio: float = 200.0
    """Unpacked ÷ packed; tables of zeros reach 100, a bomb 1,000 and more."""


def unpack(path: Path, folder: Path, *, limits: Limits | None = None) -> list[Path]:
    """Unpack a zip file into ``folder`` and return its files; a dangerous one is refused whole."""
    limits = limits or Limits()
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.filename.endswith("/")]
            _require_modest(members, path=path, limits=limits)
            targets = [_target(member, folder, path=path) for member in members]
            for member, target in zip(members, targets, strict=True):
                _extract(archive, member, target, path=path)
    except ArukebaError:
        raise
    except DAMAGED_ZIP as error:
        if storage := storage_error(error, path):
            raise storage from error
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SourceError(
            "the zip file is damaged ({reason}); get it again", path=path, reason=reason
        ) from error
    return targets


def _require_modest(members: list[zipfile.ZipInfo], *, path: Path, limits: Limits) -> None:
    whole = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    swells = whole > _SUSPICIOUS_FROM and whole > limits.ratio * max(packed, 1)
    if len(members) > limits.files_n or whole > limits.bytes_n or swells:
        raise SourceError(
            "{members_n:,} files of {whole:,} bytes in a zip of {packed:,}; that is no "
            "map data, give the file that is needed unpacked",
            path=path,
            members_n=len(members),
            whole=whole,
            packed=packed,
        )
    locked = next((member for member in members if member.flag_bits & 1), None)
    if locked:
        raise SourceError(
            "{filename} has a password; unpack it and give the file itself",
            path=path,
            filename=locked.filename,
        )


def _target(member: zipfile.ZipInfo, folder: Path, *, path: Path) -> Path:
    name = _name(member)
    parts = PurePosixPath(name.replace("\\", "/")).parts
    link = stat.S_ISLNK(member.external_attr >> 16)
    if link or not parts or parts[0] == "/" or ".." in parts or ":" in parts[0] or "\0" in name:
        raise SourceError(
            "the zip has a file named {name!r} that leads out of it; do not use this zip",
            path=path,
            name=name,
        )
    return folder.joinpath(*parts)


def _name(member: zipfile.ZipInfo) -> str:
    """Return the name; without the flag of UTF-8 Japanese archives have it in CP932."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return member.filename


def _extract(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, *, path: Path
) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(member) as packed, target.open("wb") as file:
        while chunk := packed.read(_CHUNK):
            written += len(chunk)
            if written > member.file_size:
                raise SourceError(
                    "{filename} is larger than the zip says; do not use this zip",
                    path=path,
                    filename=member.filename,
                )
            file.write(chunk)
    shutil.copymode(path, target)

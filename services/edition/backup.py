"""Backup: a workspace with its registry as one file, made while it is served, and put back whole."""

import errno
import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from geo.errors import InvalidInputError, SourceError
from services.accounts.tables import copy_accounts, put_accounts
from services.edition.jobs import Jobs
from services.registry.copies import copy_registry, counted, is_empty, put_registry
from services.registry.database import writing
from services.words.vocabulary import VIEWS
from services.workspace.folder import (
    FORMAT,
    LATEST,
    MANIFEST,
    Workspace,
    open_workspace,
    software_version,
)
from services.workspace.locks import in_use
from services.workspace.progress import Progress, silent
from services.workspace.staging import exchange, staged_file, staging_folder
from services.workspace.storage import DAMAGED_ZIP

ABOUT = "backup.json"
REGISTRY = "registry.sqlite"
JOBS = "jobs.json"
ACCOUNTS = "accounts.sqlite"
"""What waits or is worked on, by view; a backup of before has none."""
FOLDER = "workspace/"
"""Of the files of the workspace, in the archive."""
_OWNER_ALONE = 0o600


@dataclass(frozen=True)
class Backup:
    """What is in a backup."""

    version: str
    format: int
    made_at: str
    registry_url: str
    rows: Mapping[str, int]
    """Of the registry, by table."""
    sha256: Mapping[str, str]
    """Of each file, by its name in the archive."""


def back_up(
    workspace: Workspace, file: Path, *, replace: bool = False, progress: Progress = silent
) -> Backup:
    """
    Write a workspace and its registry into one file, and read it back.

    Others may read and write meanwhile: the registry is as it was at one moment, and every file that it
    speaks of is there. It holds all that is exact, so its owner alone may read it.

    Raises
    ------
    InvalidInputError
        The file exists, or lies in the workspace.
    """
    _require_free(file, replace=replace)
    if file.absolute().is_relative_to(workspace.path.absolute()):
        raise InvalidInputError(
            "{file}: lies in the workspace; name a file elsewhere, best on another disk", file=file
        )
    progress("backup.write", 0.1)
    with workspace.working(), staged_file(file) as staged, tempfile.TemporaryDirectory() as scratch:
        staged.touch(_OWNER_ALONE)
        copy = Path(scratch) / REGISTRY
        # Before the files: what the registry names was there then, and is still; what was waiting
        # then is in the list, or done and among the files.
        rows = copy_registry(workspace.registry_url, copy)
        has_accounts = copy_accounts(workspace, Path(scratch) / ACCOUNTS)
        waiting = {view: Jobs(workspace.seen(view)).open_rows() for view in VIEWS}
        with zipfile.ZipFile(staged, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            sha256 = {REGISTRY: _put(archive, REGISTRY, copy.read_bytes())}
            sha256[JOBS] = _put(archive, JOBS, json.dumps(waiting, ensure_ascii=False).encode())
            if has_accounts:
                content = (Path(scratch) / ACCOUNTS).read_bytes()
                sha256[ACCOUNTS] = _put(archive, ACCOUNTS, content)
            for name, content in _files(workspace.path):
                sha256[name] = _put(archive, name, content)
            about = Backup(
                version=software_version(),
                format=FORMAT,
                made_at=datetime.now(UTC).isoformat(timespec="seconds"),
                registry_url=str(workspace.manifest.get("registry_url") or ""),
                rows=rows,
                sha256=sha256,
            )
            archive.writestr(ABOUT, json.dumps(asdict(about), ensure_ascii=False, indent=1))
        progress("backup.verify", 0.7)
        with _unpacked(staged):
            pass
    progress("backup.done", 1.0)
    return about


def restore(
    file: Path, target: Path, *, replace: bool = False, progress: Progress = silent
) -> Workspace:
    """
    Put a workspace back from a backup: all of it, once it is found whole, or nothing.

    Raises
    ------
    InvalidInputError
        The file is no backup or damaged, or something is there already and ``replace`` was not said.
    """
    progress("backup.verify", 0.1)
    with _unpacked(file) as (about, unpacked):
        url = about.registry_url
        _require_replaceable(target, replace=replace)
        if url and not replace and not is_empty(url):
            raise InvalidInputError(
                "the database of the registry holds rows already; "
                "say --replace to have them replaced by those of the backup"
            )
        progress("backup.restore", 0.6)
        with in_use(target, alone=True), staging_folder(target) as staging:
            shutil.copytree(unpacked / FOLDER, staging, dirs_exist_ok=True)
            with ExitStack() as stack:
                if url:
                    put_registry(unpacked / REGISTRY, stack.enter_context(writing(url)))
                else:
                    shutil.copyfile(unpacked / REGISTRY, staging / REGISTRY)
                exchange(staging, target)
            if ACCOUNTS in about.sha256:
                put_accounts(open_workspace(target), unpacked / ACCOUNTS)
            waiting = json.loads((unpacked / JOBS).read_bytes()) if JOBS in about.sha256 else {}
            for view in VIEWS:
                Jobs(open_workspace(target).seen(view)).put_back(waiting.get(view, []))
    progress("backup.done", 1.0)
    return open_workspace(target)


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file: first what points at others, then all, as far as they are there."""
    found = (one for one in sorted(path.rglob("*")) if one.name == LATEST)
    pointers = {one: one.read_bytes() for one in found}
    for file, content in pointers.items():
        yield _name(file, path), content
    for file in sorted(path.rglob("*")):
        inside = file.relative_to(path)
        hidden = any(part.startswith(".") for part in inside.parts)
        own = len(inside.parts) == 1 and file.name.startswith(REGISTRY)
        if file in pointers or hidden or own:
            continue
        try:
            content = file.read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            continue  # taken away meanwhile
        yield _name(file, path), content


def _name(file: Path, path: Path) -> str:
    return FOLDER + file.relative_to(path).as_posix()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> str:
    archive.writestr(name, content)
    return hashlib.sha256(content).hexdigest()


def _require_replaceable(target: Path, *, replace: bool) -> None:
    _require_free(target, replace=replace)
    if target.exists() and not (target / MANIFEST).is_file() and any(target.iterdir()):
        raise InvalidInputError(
            "{path}: is no workspace and is not replaced; name another folder", path=target
        )


def _require_free(path: Path, *, replace: bool) -> None:
    taken = any(path.iterdir()) if path.is_dir() else path.exists()
    if taken and not replace:
        raise InvalidInputError(
            "{path}: exists; name another one, or say --replace to have it replaced", path=path
        )


@contextmanager
def _unpacked(file: Path) -> Iterator[tuple[Backup, Path]]:
    """Yield what is in a backup and a folder of it, once every file and every row is there."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        try:
            with zipfile.ZipFile(file) as archive:
                about = Backup(**json.loads(archive.read(ABOUT)))
                for name, sha256 in about.sha256.items():
                    _unpack(archive, name, sha256, folder)
        except (*DAMAGED_ZIP, KeyError, TypeError) as error:
            # EINVAL is what a file says that is asked for a place before its beginning.
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
                raise
            raise SourceError(
                "no backup of arukeba, or damaged ({error}); take another one",
                path=file,
                error=error,
            ) from error
        if about.format != FORMAT:
            raise SourceError(
                "the backup is of format {found}, this version reads {format}; "
                "restore it with arukeba {version}",
                path=file,
                found=about.format,
                format=FORMAT,
                version=about.version,
            )
        if counted(folder / REGISTRY) != about.rows or not (folder / FOLDER / MANIFEST).is_file():
            raise SourceError("the backup is not complete; take another one", path=file)
        yield about, folder


def _unpack(archive: zipfile.ZipFile, name: str, sha256: str, folder: Path) -> None:
    inside = PurePosixPath(name)
    if (
        inside.is_absolute()
        or ".." in inside.parts
        or not (name in (REGISTRY, JOBS, ACCOUNTS) or name.startswith(FOLDER))
    ):
        raise ValueError(name)
    content = archive.read(name)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(name)
    target = folder / inside
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)

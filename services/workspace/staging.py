"""
Writing beside, then renaming: a folder or file is either as it was or wholly new.

Where the system can exchange two folders in one step, one whole folder stands under its name at every
instant. Elsewhere it takes two renames, and ``put_back`` finds what stands beside: whatever ends a
command between them, the next one that opens the folder undoes the first. What is acknowledged has
reached the disk: file and folder are synced before and after each rename.
"""

import ctypes
import errno
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from services.workspace.locks import in_use
from services.workspace.storage import say_where

WAIT_S = 10.0
"""How long somebody waits for an exchange of folders, which takes two renames."""
LEFT_S = 86_400.0
_HERE, _EXCHANGE = -100, 2
"""Linux: AT_FDCWD and RENAME_EXCHANGE of renameat2."""
_NO_EXCHANGE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
"""What systems and file systems say that cannot exchange two names."""


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """
    Yield an empty folder beside ``target`` that takes its place when the block succeeds.

    Where others work in ``target``, whoever replaces it holds ``locks.in_use(target, alone=True)``.
    """
    with staging_folder(target) as staging:
        yield staging
        exchange(staging, target)


@contextmanager
def staging_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``target``, which is gone at the end but for ``exchange``."""
    target = target.absolute()
    make_folder(target.parent)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.new-", dir=target.parent))
    try:
        staging.chmod(0o755)
        yield staging
    except OSError as error:
        say_where(error, target)
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def exchange(staging: Path, target: Path) -> None:
    """Let a folder take the place of ``target``; what was there, if anything, is thrown away."""
    target = target.absolute()
    _settle(target)
    sync_tree(staging)
    _exchange(staging, target)
    _sync(target.parent)
    _sweep(target, staging)


@contextmanager
def staged_number(folder: Path, ending: str = "", *, above: int = 0) -> Iterator[tuple[str, Path]]:
    """
    Yield the next number that nothing in ``folder`` has, and a path to write what gets it.

    It is larger than ``above``. The path is a folder, or a file where the name has an ``ending``. It is also the claim to its
    number, made by a step that only one can do: of two who write at once each gets its own.
    """
    make_folder(folder)
    taken = [int(path.name[:4]) for path in folder.iterdir() if path.name[:4].isdigit()]
    number = max([above, *taken])
    claim = None
    while claim is None:
        number += 1
        claim = _claim(folder, f"{number:04d}{ending}", is_folder=not ending)
    name = f"{number:04d}"
    try:
        yield name, claim
        sync_tree(claim)
        claim.rename(folder / f"{name}{ending}")
        _sync(folder)
    except OSError as error:
        say_where(error, folder)
        raise
    finally:
        if claim.is_dir():
            shutil.rmtree(claim, ignore_errors=True)
        else:
            claim.unlink(missing_ok=True)


@contextmanager
def staged_file(target: Path) -> Iterator[Path]:
    """Yield a path beside ``target`` whose file takes its place when the block succeeds."""
    target = target.absolute()
    make_folder(target.parent)
    staging = target.parent / f".new-{os.getpid()}-{threading.get_ident()}-{target.name}"
    try:
        yield staging
        _sync(staging)
        staging.replace(target)
        _sync(target.parent)
    except OSError as error:
        say_where(error, target)
        raise
    finally:
        staging.unlink(missing_ok=True)


def put_back(target: Path) -> None:
    """Put a folder back that a broken exchange has left beside its name; else do nothing."""
    target = target.absolute()
    if _retired(target).exists():
        with in_use(target, alone=True, wait_s=WAIT_S):
            _settle(target)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that lack; their names have reached the disk."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync(folder.parent)


def remove_file(path: Path) -> None:
    """Take a file away for good."""
    path.unlink()
    _sync(path.parent)


def sync_tree(path: Path) -> None:
    """Bring a file, or a folder with all that is in it, to the disk."""
    for folder, _, files in os.walk(path):
        for name in files:
            _sync(Path(folder, name))
        _sync(Path(folder))
    if path.is_file():
        _sync(path)


def _sync(path: Path) -> None:
    if path.is_dir() and not hasattr(os, "O_DIRECTORY"):
        return  # a system that keeps the names in a folder by itself
    opened = os.open(path, os.O_RDONLY if hasattr(os, "O_DIRECTORY") else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _claim(folder: Path, name: str, *, is_folder: bool) -> Path | None:
    claim = folder / f".{name}.new"
    try:
        if is_folder:
            claim.mkdir()
        else:
            claim.open("x").close()
    except FileExistsError:
        return None
    if (folder / name).exists():  # published since the folder was listed
        claim.rmdir() if is_folder else claim.unlink()
        return None
    return claim


def _exchange(staging: Path, target: Path) -> None:
    if target.exists() and _swapped(staging, target):
        return  # the old folder stands where the new one did, and goes with it
    try:
        if target.exists():
            target.rename(_retired(target))
        staging.rename(target)
    finally:
        _settle(target)


def _swapped(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; say whether the system could."""
    swap = (
        getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        if os.name == "posix"
        else None
    )
    if swap is None:
        return False
    if swap(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NO_EXCHANGE:
        return False
    raise OSError(number, os.strerror(number), str(other))


def _settle(target: Path) -> None:
    """End an exchange from wherever it is: the new folder stands, or the old one does again."""
    retired = _retired(target)
    if not retired.exists():
        return
    if not target.exists():
        retired.rename(target)
        return
    # Under another name first: what is half deleted must never be put back.
    gone = Path(tempfile.mkdtemp(prefix=f".{target.name}.gone-", dir=target.parent))
    retired.rename(gone / target.name)
    shutil.rmtree(gone, ignore_errors=True)


def _sweep(target: Path, staging: Path) -> None:
    """Throw away what those who were killed were making: nobody makes a folder for a whole day."""
    for kind in ("new", "gone"):
        for left in target.parent.glob(f".{target.name}.{kind}-*"):
            with suppress(OSError):
                if left != staging and time.time() - left.stat().st_mtime > LEFT_S:
                    shutil.rmtree(left, ignore_errors=True)


def _retired(target: Path) -> Path:
    return target.parent / f".{target.name}.old"

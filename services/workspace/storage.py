"""Storage that fails: what is the matter with a disk or a folder, and the way out."""

import errno
import struct
import zipfile
import zlib
from collections.abc import Mapping

from geo.errors import ArukebaError, BrokenWorkspaceError, DiskFullError, Sentence, StorageError

_CAUSES: Mapping[str, Sentence] = {
    "ENOSPC": Sentence("the disk is full; make room, then try again"),
    "EDQUOT": Sentence("your share of the disk is used up; make room, then try again"),
    "EFBIG": Sentence(
        "the file is larger than this system allows; have the limit raised, or use another disk"
    ),
    "EROFS": Sentence("the disk is read-only; have it made writable, or use another folder"),
    "EACCES": Sentence("there is no permission; have yourself allowed to read and write there"),
    "EPERM": Sentence("there is no permission; have yourself allowed to read and write there"),
    "EIO": Sentence(
        "the disk answers with an error; check the disk, and copy what is on it to another one"
    ),
    "EMFILE": Sentence("too many files are open; close other programs, then try again"),
    "ENODEV": Sentence("the disk does not answer; see that it is connected, then try again"),
    "ESTALE": Sentence("the disk does not answer; see that it is connected, then try again"),
}
"""By the name that the system has for it: not every system has all of them."""
_FULL = ("ENOSPC", "EDQUOT")
DAMAGED_ZIP = (
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError),
    *(OSError, EOFError, ValueError, MemoryError),
)
"""What reading an archive ends in where a bit of it is another one."""


def storage_error(error: BaseException, where: object = "") -> StorageError | None:
    """Return an error of the system as one that says what can be done; None where it is another."""
    number = error.errno if isinstance(error, OSError) else None
    name = errno.errorcode.get(number or 0, "")
    said = _CAUSES.get(name)
    if said is None or not isinstance(error, OSError):
        return None
    kind = DiskFullError if name in _FULL else StorageError
    where = where or error.filename or ""
    there = Sentence("{where}: {said}", where=where, said=said) if where else said
    return kind("{said}", said=there)


def say_where(error: OSError, path: object) -> None:
    """Note where an error of the system happened, which a write to an open file does not say."""
    if error.errno and error.filename is None:
        error.filename = str(path)


def unreadable(path: object, error: Exception) -> ArukebaError:
    """Return what is to be told of a file of a workspace that cannot be read: the disk's fault, or damage."""
    return storage_error(error, path) or BrokenWorkspaceError(
        "{path}: cannot be read ({error}); put it back from a copy, or build the workspace again",
        path=path,
        error=error,
    )

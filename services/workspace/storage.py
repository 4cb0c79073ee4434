"""Storage that fails: what is the matter with a disk or a folder, and the way out."""

import errno
from collections.abc import Mapping

from geo.errors import ArukebaError, BrokenWorkspaceError, StorageError

_CAUSES: Mapping[str, tuple[str, str]] = {
    "ENOSPC": (
        "the disk is full; make room, then try again",
        "ディスクの空きがありません。空きをつくってから、もういちど実行してください",
    ),
    "EDQUOT": (
        "your share of the disk is used up; make room, then try again",
        "使えるディスクの量を超えました。空きをつくってから、もういちど実行してください",
    ),
    "EFBIG": (
        "the file is larger than this system allows; have the limit raised, or use another disk",
        "ファイルがこのシステムの上限を超えます。上限を上げるか、別のディスクを使ってください",
    ),
    "EROFS": (
        "the disk is read-only; have it made writable, or use another folder",
        "読み取り専用のディスクです。書きこめるようにするか、別の場所を使ってください",
    ),
    "EACCES": (
        "there is no permission; have yourself allowed to read and write there",
        "読み書きの権限がありません。権限をもらってから、もういちど実行してください",
    ),
    "EPERM": (
        "there is no permission; have yourself allowed to read and write there",
        "読み書きの権限がありません。権限をもらってから、もういちど実行してください",
    ),
    "EIO": (
        "the disk answers with an error; check the disk, and copy what is on it to another one",
        "ディスクの読み書きでエラーが起きました。ディスクを点検し、中身を別の場所に写してください",
    ),
    "EMFILE": (
        "too many files are open; close other programs, then try again",
        "開いているファイルが多すぎます。ほかのプログラムを閉じて、もういちど実行してください",
    ),
    "ENODEV": (
        "the disk does not answer; see that it is connected, then try again",
        "ディスクにつながりません。接続を確かめて、もういちど実行してください",
    ),
    "ESTALE": (
        "the disk does not answer; see that it is connected, then try again",
        "ディスクにつながりません。接続を確かめて、もういちど実行してください",
    ),
}
"""By the name that the system has for it: not every system has all of them."""


def storage_error(error: BaseException, where: object = "") -> StorageError | None:
    """Return an error of the system as one that says what can be done; None where it is another."""
    number = error.errno if isinstance(error, OSError) else None
    said = _CAUSES.get(errno.errorcode.get(number or 0, ""))
    if said is None or not isinstance(error, OSError):
        return None
    where = where or error.filename or ""
    english, japanese = (f"{where}: ", f"{where}：") if where else ("", "")
    return StorageError(english + said[0], ja=japanese + said[1])


def say_where(error: OSError, path: object) -> None:
    """Note where an error of the system happened, which a write to an open file does not say."""
    if error.errno and error.filename is None:
        error.filename = str(path)


def unreadable(path: object, error: Exception) -> ArukebaError:
    """Return what is to be told of a file of a workspace that cannot be read: the disk's fault, or damage."""
    return storage_error(error, path) or BrokenWorkspaceError(
        f"{path}: cannot be read ({error}); put it back from a copy, or build the workspace again",
        ja=f"{path}：読めません（{error}）。控えから戻すか、ワークスペースを作り直してください",
    )
